//! Passwords: set by the operator, changed by their owner, moved with the portal.

use std::io::Write;
use std::process::Stdio;

use lately_testkit::Browser;
use serde_json::json;

use super::{FAILED, PASSWORD, WRONG, portal, signed_in};
use crate::process::{self, Process, Said, colleagues, on};

#[tokio::test]
async fn whoever_knows_their_password_changes_it_and_is_signed_out_elsewhere() {
    let portal = portal().await;
    let mut here = signed_in(&portal, "bob@example.com").await;
    let there = signed_in(&portal, "bob@example.com").await;
    let mut change = async |current: &str, password: &str| {
        here.form("/session/password", json!({ "current": current, "password": password })).await
    };
    assert_eq!(change("guess", "battery staple").await.error(), WRONG);
    for (password, code) in [
        ("short", "PASSWORD_SHORT"),
        ("", "PASSWORD_SHORT"),
        ("aaaaaaaaaaaa", "PASSWORD_OBVIOUS"),
        ("BOB@example.com", "PASSWORD_OBVIOUS"),
        (&"xy".repeat(200), "PASSWORD_LONG"),
    ] {
        assert_eq!(change(PASSWORD, password).await.error(), (400, code), "{password}");
    }
    assert_eq!(there.call("user.current", json!({})).await.status, 200, "nothing happened yet");
    assert_eq!(change(PASSWORD, "battery staple").await.result(), true);
    assert_eq!(there.call("user.current", json!({})).await.error(), FAILED);
    assert_eq!(here.ok("user.current", json!({})).await["ID"], "2");
    let mut next = portal.browser();
    let old = json!({ "login": "bob@example.com", "password": PASSWORD });
    assert_eq!(next.form("/session", old).await.error(), WRONG);
    next.sign_in("bob@example.com", "battery staple").await;
}

#[tokio::test]
async fn a_current_password_cannot_be_guessed_either() {
    let portal = portal().await;
    let mut bob = signed_in(&portal, "bob@example.com").await;
    let guess = json!({ "current": "guess", "password": "battery staple" });
    for _ in 0..10 {
        assert_eq!(bob.form("/session/password", guess.clone()).await.error(), WRONG);
    }
    let right = json!({ "current": PASSWORD, "password": "battery staple" });
    assert_eq!(bob.form("/session/password", right).await.error(), (429, "TOO_MANY_ATTEMPTS"));
    assert_eq!(bob.ok("user.current", json!({})).await["ID"], "2");
}

fn set(data: &std::path::Path, words: &[&str], password: &str) -> Said {
    let mut command = on(data);
    command.args(["user", "password"]).args(words).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sets_a_password_beside_the_running_server() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let server = Process::serve(dir.path());
    let mut bob = Browser::new(server.origin("http").to_owned(), process::http());
    assert_eq!(set(dir.path(), &["2", "--login", "Bob"], "first secret\nmore\n").out, "bob\n");
    bob.sign_in("bob", "first secret").await;
    assert_eq!(set(dir.path(), &["2"], "second secret").out, "bob\n", "the login stays");
    assert_eq!(
        bob.call("user.current", json!({})).await.error(),
        FAILED,
        "at once, before the command returns"
    );
    bob.sign_in("bob", "second secret").await;
    set(dir.path(), &["3"], "second secret").assert_failed(1, &["LoginMalformed"]);
    set(dir.path(), &["3", "--login", "BOB"], "second secret").assert_failed(1, &["LoginTaken"]);
    set(dir.path(), &["3", "--login", "a b"], "second secret").assert_failed(1, &["LoginMalformed"]);
    set(dir.path(), &["3", "--login", "carol"], "\n").assert_failed(1, &["PasswordWeak(Short)"]);
    set(dir.path(), &["9", "--login", "nobody"], "second secret").assert_failed(1, &["NoSuchUser"]);
    assert_eq!(bob.ok("user.current", json!({})).await["ID"], "2");

    // What signs people in moves with the portal; what they signed in to does not.
    let lines = process::ok(dir.path(), &["export", "-"]);
    let line = lines.lines().find(|line| line.contains(r#""type":"password""#)).expect("a password");
    assert!(
        line.contains(r#""login":"bob""#) && line.contains("$argon2id$") && !line.contains("second"),
        "{line}"
    );
    let other = tempfile::tempdir().unwrap();
    let file = other.path().join("lines.jsonl");
    std::fs::write(&file, &lines).unwrap();
    let data = other.path().join("data");
    process::ok(&data, &["import", file.to_str().unwrap()]);
    let moved = Process::serve(&data);
    let mut there = Browser::new(moved.origin("http").to_owned(), process::http());
    let stale = bob.at(there.origin.clone());
    assert_eq!(stale.call("user.current", json!({})).await.error(), FAILED);
    there.sign_in("bob", "second secret").await;
    let taken = line.replace(r#""user":2"#, r#""user":3"#);
    let dear = line.replace("m=19456", "m=4194304");
    for (bad, word) in
        [(taken, "signs in as"), (dear, "asks for more"), (line.replace("\"bob\"", "\"\""), "no login")]
    {
        std::fs::write(&file, bad).unwrap();
        process::run(&data, &["import", file.to_str().unwrap()]).assert_failed(1, &[word]);
    }
    assert_eq!(there.ok("user.current", json!({})).await["ID"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_copy_brings_no_session_back() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
    let mut command = process::lately();
    command.arg("--data").arg(&data).args(["demo", "--port", "0", "--tls-port", "0"]).stderr(Stdio::null());
    let demo = Process::start(command);
    let offer = std::fs::read_to_string(data.join("portal.json")).unwrap();
    let offer: serde_json::Value = serde_json::from_str(&offer).unwrap();
    let mut alice = Browser::new(demo.origin("http").to_owned(), process::http());
    let (login, password) =
        (offer["users"][0]["login"].as_str().unwrap(), offer["password"].as_str().unwrap());
    alice.sign_in(login, password).await;
    let lately = |words: &[&str]| {
        let said = process::said(process::lately().arg("--data").arg(&data).args(words));
        assert_eq!(said.code, Some(0), "{said:?}");
    };
    lately(&["backup", copy.to_str().unwrap()]);
    assert_eq!(alice.call("user.current", json!({})).await.status, 200);
    lately(&["restore", copy.to_str().unwrap()]);
    assert_eq!(alice.call("user.current", json!({})).await.error(), FAILED);
    alice.sign_in(login, password).await;
}
