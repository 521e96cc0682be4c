//! Commands beside a running server on the same data: what they did counts before they return.

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::process::{Process, SECRET, colleagues, http, ok, on, run, said};

const REFUSED: (u16, &str) = (401, "INVALID_CREDENTIALS");

fn stage() -> (tempfile::TempDir, Process) {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = Process::serve(dir.path());
    (dir, process)
}

/// Whoever this address belongs to.
fn caller(address: &str) -> Client {
    let user = address.trim_end().rsplit('/').nth(2).and_then(|user| user.parse().ok());
    Client::new(address.trim_end().to_owned(), user.expect("a number in the address"), http())
}

async fn is_refused(client: &Client) -> bool {
    client.call("profile", json!({})).await.body["error"] == REFUSED.1
}

#[tokio::test]
async fn a_user_who_was_added_is_there_at_once() {
    let (dir, process) = stage();
    let alice = process.client(1);
    assert_eq!(alice.refused("im.user.get", json!({ "ID": 4 })).await.1, "USER_NOT_EXISTS");
    let words = ["user", "add", "--first-name", "Dave", "--last-name", "Dixon", "--position", "Baker"];
    let number = ok(dir.path(), &words);
    assert_eq!(number, "4\n");
    let dave = alice.ok("im.user.get", json!({ "ID": 4 })).await;
    assert_eq!((&dave["name"], &dave["work_position"]), (&json!("Dave Dixon"), &json!("Baker")));
    alice.say(4, "welcome").await;
    assert_eq!(alice.row(4).await.unwrap()["title"], "Dave Dixon");
}

#[tokio::test]
async fn a_user_who_was_edited_has_the_new_name_in_the_list_at_once() {
    let (dir, process) = stage();
    let (alice, bob) = (process.client(1), process.client(2));
    bob.say(1, "ask [USER=3][/USER]").await;
    bob.say(3, "hello").await;
    assert_eq!(alice.row(2).await.unwrap()["title"], "Bob Brown");
    ok(dir.path(), &["user", "edit", "2", "--last-name", "Bright", "--position", "Cook"]);
    let row = alice.row(2).await.unwrap();
    assert_eq!((&row["title"], &row["user"]["work_position"]), (&json!("Bob Bright"), &json!("Cook")));
    ok(dir.path(), &["user", "edit", "3", "--first-name", "Caroline"]);
    assert_eq!(alice.row(2).await.unwrap()["message"]["text"], "ask Caroline Clark");
    let said = run(dir.path(), &["user", "edit", "3", "--first-name", ""]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "user 3: Clark\n"));
    assert_eq!(bob.row(3).await.unwrap()["title"], "Clark");
}

#[tokio::test]
async fn somebody_who_was_dismissed_is_refused_at_once_and_served_again_once_they_are_back() {
    let (dir, process) = stage();
    let bob = process.client(2);
    assert!(!is_refused(&bob).await);
    ok(dir.path(), &["user", "edit", "2", "--dismiss"]);
    assert!(is_refused(&bob).await);
    ok(dir.path(), &["user", "edit", "2", "--active"]);
    assert!(!is_refused(&bob).await);
}

#[tokio::test]
async fn a_webhook_is_usable_at_once_under_the_address_of_the_running_server() {
    let (dir, process) = stage();
    let address = ok(dir.path(), &["webhook", "add", "--user", "2"]);
    assert!(address.starts_with(&format!("{}/rest/2/", process.origin("http"))), "{address}");
    let bob = caller(&address);
    assert_eq!(bob.ok("profile", json!({})).await["ID"], "2");
    assert_eq!(bob.ok("im.revision.get", json!({})).await["rest"], 29, "the setting's default");
    let (_, code) = bob.refused("user.current", json!({})).await;
    assert_eq!(code, "insufficient_scope", "im alone by default");
}

#[tokio::test]
async fn a_webhook_has_the_secret_the_scopes_and_the_revision_it_was_made_with() {
    let (dir, process) = stage();
    let words = ["webhook", "add", "--user", "3", "--scope", "im,user", "--secret", "chosen1", "--revision"];
    for revision in ["29", "33"] {
        let secret = format!("chosen{revision}");
        let words = [&words[..7], &[&secret, "--revision", revision]].concat();
        let carol = caller(&ok(dir.path(), &words));
        assert_eq!(carol.url, format!("{}/rest/3/{secret}/", process.origin("http")));
        assert_eq!(carol.ok("im.revision.get", json!({})).await["rest"].to_string(), revision);
        assert_eq!(carol.ok("user.current", json!({})).await["ID"], "3");
        assert_eq!(carol.ok("scope", json!({})).await, json!(["im", "user"]));
        carol.say(1, "hello").await;
        let id = if revision == "29" { json!("1") } else { json!(1) };
        assert_eq!(carol.recent(json!({})).await[0]["id"], id);
    }
}

#[tokio::test]
async fn a_webhook_expires_by_the_portals_clock() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let words = ["webhook", "add", "--user", "1", "--secret", "brief", "--expires", "2090-05-01"];
    ok(dir.path(), &words);
    for (start, served) in [("2090-04-30T12:00:00Z", true), ("2090-05-01T00:00:00Z", false)] {
        let process = Process::serve_with(dir.path(), &["--set", &format!("clock.start={start}")]);
        let brief = caller(&format!("{}/rest/1/brief/", process.origin("http")));
        assert_eq!(is_refused(&brief).await, !served, "{start}");
        process.stop();
    }
}

#[tokio::test]
async fn a_removed_webhook_is_refused_at_once_and_no_other_is() {
    let (dir, process) = stage();
    let bob = caller(&ok(dir.path(), &["webhook", "add", "--user", "2"]));
    assert!(!is_refused(&bob).await);
    let listed: Value = serde_json::from_str(&ok(dir.path(), &["webhook", "list", "--json"])).unwrap();
    let number = listed.as_array().unwrap().last().unwrap()["id"].to_string();
    let said = run(dir.path(), &["webhook", "remove", &number]);
    assert_eq!((said.code, said.out), (Some(0), format!("removed webhook {number}\n")));
    let reply = bob.call("profile", json!({})).await;
    assert_eq!(reply.error(), REFUSED);
    assert!(!is_refused(&process.client(2)).await);
}

#[test]
fn webhooks_are_listed_without_their_secrets() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let said = run(
        dir.path(),
        &[
            "webhook",
            "add",
            "--user",
            "2",
            "--scope",
            "im,user",
            "--title",
            "stock bot",
            "--expires",
            "2090-05-01",
        ],
    );
    let secret = said.out.trim_end().rsplit('/').nth(1).unwrap();
    assert!(secret.len() >= 32, "{said:?}");
    assert!(!said.err.contains(secret), "the remark holds the secret: {said:?}");
    let table = ok(dir.path(), &["webhook", "list"]);
    let row = table.lines().last().unwrap().split("  ").map(str::trim).filter(|cell| !cell.is_empty());
    assert_eq!(
        row.collect::<Vec<_>>(),
        ["4", "2", "im,user", "29", "2090-05-01T00:00:00+00:00", "stock bot"]
    );
    let json = ok(dir.path(), &["webhook", "list", "--user", "2", "--json"]);
    let listed: Value = serde_json::from_str(&json).unwrap();
    let ids: Vec<&Value> = listed.as_array().unwrap().iter().map(|webhook| &webhook["id"]).collect();
    assert_eq!(ids, [2, 4]);
    let last = &listed[1];
    assert_eq!((&last["scopes"], &last["revision"]), (&json!(["im", "user"]), &json!(29)));
    for secret in [secret, SECRET, "secret"] {
        assert!(!table.contains(secret) && !json.contains(secret), "{secret}: {table} {json}");
    }
}

#[test]
fn users_are_listed_for_people_and_in_the_import_format_for_programs() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    ok(dir.path(), &["user", "add", "--kind", "bot", "--first-name", "Robot", "--bot-code", "robot"]);
    ok(dir.path(), &["user", "edit", "3", "--dismiss"]);
    ok(dir.path(), &["user", "edit", "1", "--admin"]);
    let names = |words: &[&str]| -> Vec<String> {
        let table = ok(dir.path(), &[&["user", "list"], words].concat());
        table.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap().to_owned()).collect()
    };
    assert_eq!(names(&[]), ["Alice", "Bob", "Carol", "Robot"]);
    assert_eq!(names(&["--active"]), ["Alice", "Bob", "Robot"]);
    assert_eq!(names(&["--dismissed"]), ["Carol"]);
    assert_eq!(names(&["--kind", "bot"]), ["Robot"]);
    assert_eq!(names(&["--find", "BROWN"]), ["Bob"]);

    let json = ok(dir.path(), &["user", "list", "--json"]);
    let users: Vec<Value> = serde_json::from_str(&json).unwrap();
    let exported = ok(dir.path(), &["export"]);
    let lines = exported.lines().filter(|line| line.contains("\"type\":\"user\""));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(users, lines);
    assert_eq!((&users[0]["admin"], &users[2]["active"]), (&json!(true), &json!(false)));
    assert_eq!((&users[3]["kind"], &users[3]["bot"]["code"]), (&json!("bot"), &json!("robot")));
}

#[tokio::test]
async fn a_directory_with_a_long_name_has_a_door_too() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("a".repeat(120));
    colleagues(&data);
    let process = Process::serve(&data);
    assert_eq!(process.client(1).ok("profile", json!({})).await["NAME"], "Alice");
    ok(&data, &["user", "edit", "1", "--first-name", "Alicia"]);
    assert_eq!(process.client(1).ok("profile", json!({})).await["NAME"], "Alicia");
    assert!(ok(&data, &["webhook", "add", "--user", "1"]).starts_with(process.origin("http")));
}

#[test]
fn a_server_that_was_killed_leaves_no_address_behind() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = Process::serve(dir.path());
    process.signal("KILL");
    process.end();
    let mut command = on(dir.path());
    command.args(["webhook", "add", "--user", "1"]).env("LATELY__PUBLIC_URL", "https://chat.example.org");
    let said = said(&mut command);
    assert!(said.out.starts_with("https://chat.example.org/rest/1/"), "{said:?}");
}
