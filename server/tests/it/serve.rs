//! `lately serve`: settings from file, environment and flags, TLS, the log, and a clean end.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::process::{Process, SECRET, colleagues, http, lately, ok, on, run, said, trusting};

fn portal() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    dir
}

#[test]
fn flags_are_stronger_than_the_environment_and_that_is_stronger_than_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lately.toml");
    std::fs::write(&file, "time_zone = \"+01:00\"\n[rest]\nrevision = 33\nrequire_https = true\n").unwrap();
    let show = |zone: Option<&str>, flag: &[&str]| {
        let mut command = lately();
        command.arg("--config").arg(&file).args(["config", "show"]).args(flag);
        let said =
            said(zone.iter().fold(&mut command, |command, zone| command.env("LATELY__TIME_ZONE", zone)));
        assert_eq!(said.code, Some(0), "{said:?}");
        let shown: toml::Table = said.out.parse().unwrap();
        assert_eq!(shown["rest"]["revision"].as_integer(), Some(33), "what only the file says");
        assert_eq!(shown["limits"]["bucket"].as_bool(), Some(false), "what nobody says");
        shown["time_zone"].as_str().unwrap().to_owned()
    };
    assert_eq!(show(None, &[]), "+01:00");
    assert_eq!(show(Some("+02:00"), &[]), "+02:00");
    assert_eq!(show(Some("+02:00"), &["--time-zone", "+03:00"]), "+03:00");
    assert_eq!(show(None, &["--set", "time_zone=+04:00", "--time-zone", "+03:00"]), "+03:00");
    assert_eq!(show(None, &["--set", "time_zone=+04:00"]), "+04:00");
}

#[tokio::test]
async fn what_the_settings_say_is_what_is_served() {
    let dir = portal();
    let file = dir.path().join("lately.toml");
    std::fs::write(&file, "[http]\nlisten = [\"127.0.0.1:1\"]\n[rest]\nbody_limit_bytes = 2000\n").unwrap();
    let mut command = on(dir.path());
    command.env("LATELY__HTTP__LISTEN", "127.0.0.1:0,127.0.0.1:0").env("LATELY_CONFIG", &file);
    command.args(["serve", "--time-zone", "+05:30", "--public-url", "https://chat.example.org/"]);
    command.stderr(Stdio::null());
    let process = Process::start(command);
    let alice = process.client(1);
    let time = alice.ok("server.time", json!({})).await;
    assert!(time.as_str().unwrap().ends_with("+05:30"), "{time}");
    let reply = alice.call("profile", json!({ "x": "x".repeat(3000) })).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    for address in process.addresses() {
        assert_eq!(http().get(format!("{address}/")).send().await.unwrap().status(), 200);
    }
    assert_eq!(process.addresses().len(), 2);
    let address = ok(dir.path(), &["webhook", "add", "--user", "1", "--secret", "own"]);
    assert_eq!(address, "https://chat.example.org/rest/1/own/\n");
}

#[tokio::test]
async fn the_portals_clock_starts_where_it_is_told_to() {
    let dir = portal();
    let process = Process::serve_with(dir.path(), &["--set", "clock.start=2017-10-01T12:00:00Z"]);
    let (alice, bob) = (process.client(1), process.client(2));
    alice.say(2, "hello").await;
    let time = alice.ok("server.time", json!({})).await;
    let date = bob.row(1).await.unwrap()["message"]["date"].clone();
    for moment in [time, date] {
        assert!(moment.as_str().unwrap().starts_with("2017-10-01T1"), "{moment}");
    }
}

#[tokio::test]
async fn the_local_ca_vouches_for_every_host_that_is_named_and_is_made_once() {
    let dir = portal();
    let tls = ["--tls-listen", "127.0.0.1:0", "--local-ca", "--tls-host", "localhost,127.0.0.1"];
    let process = Process::serve_with(dir.path(), &tls);
    let ca = dir.path().join("ca.pem");
    let made = std::fs::read(&ca).unwrap();
    let address = ok(dir.path(), &["webhook", "add", "--user", "2"]);
    assert!(address.starts_with(process.origin("https")), "links are to HTTPS where there is one: {address}");
    for address in [address.trim_end().to_owned(), address.trim_end().replace("127.0.0.1", "localhost")] {
        assert_eq!(Client::new(address, 2, trusting(&ca)).ok("profile", json!({})).await["ID"], "2");
    }
    assert_eq!(process.client(1).ok("profile", json!({})).await["ID"], "1", "plain HTTP beside it");
    assert!(http().get(process.origin("https")).send().await.is_err(), "nobody else vouches for it");
    process.stop();

    let process = Process::serve_with(dir.path(), &tls);
    assert_eq!(std::fs::read(&ca).unwrap(), made);
    assert_eq!(trusting(&ca).get(process.origin("https")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_certificate_from_files_is_served_and_plain_http_may_be_off() {
    let (dir, other) = (portal(), portal());
    let tls = ["--tls-listen", "127.0.0.1:0", "--local-ca"];
    Process::serve_with(other.path(), &tls).stop();
    let path = |name: &str| other.path().join(name).display().to_string();
    let both = path("server.pem");
    let mut command = on(dir.path());
    command.args([
        "serve",
        "--no-http",
        "--tls-listen",
        "127.0.0.1:0",
        "--certificate",
        &both,
        "--key",
        &both,
    ]);
    command.stderr(Stdio::null());
    let process = Process::start(command);
    assert_eq!(process.addresses().len(), 1);
    let url = format!("{}/rest/1/{SECRET}/", process.origin("https"));
    let alice = Client::new(url, 1, trusting(&other.path().join("ca.pem")));
    assert_eq!(alice.ok("profile", json!({})).await["ID"], "1");
    assert!(!dir.path().join("ca.pem").exists());
    process.stop();

    for (certificate, key, told) in [
        (path("missing.pem"), both.clone(), &["missing.pem", "must exist and be readable"][..]),
        (
            path("ca.pem"),
            both.clone(),
            &["server.pem", "ca.pem", "name the key that the certificate was made for"],
        ),
        (both.clone(), path("ca.pem"), &["ca.pem", "holds no private key"]),
        (path("ca.key.pem"), both.clone(), &["ca.key.pem", "holds no certificate"]),
    ] {
        let words = ["serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"];
        let files = ["--certificate", &certificate, "--key", &key];
        run(dir.path(), &[&words[..], &files[..]].concat()).assert_failed(1, told);
    }
    let said = run(dir.path(), &["serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"]);
    said.assert_failed(2, &["https.certificate", "https.local_ca"]);
}

/// A request whose body is still to come, and which the server waits for already.
pub fn begin(process: &Process, body: &str) -> TcpStream {
    let address = process.origin("http").trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let head = format!(
        "POST /rest/1/{SECRET}/im.message.add HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

fn serve_with_log(data: &Path) -> Process {
    let mut command = on(data);
    command.args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped());
    Process::start(command)
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_stops() {
    let dir = portal();
    for signal in ["TERM", "INT"] {
        let mut process = serve_with_log(dir.path());
        let mut log = process.log();
        let address = process.origin("http").trim_start_matches("http://").to_owned();
        let body = json!({ "DIALOG_ID": "2", "MESSAGE": format!("sent while {signal} came") }).to_string();
        let mut stream = begin(&process, &body);
        process.signal(signal);
        assert!(log.any(|line| line.contains("stopping")));
        // From some moment on nobody is let in any more, though the request is not answered yet.
        while TcpStream::connect(&address).is_ok() {}
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"result\":"), "{answer}");
        assert!(process.end().success());
        let process = Process::serve(dir.path());
        let row = process.client(2).row(1).await.unwrap();
        assert_eq!(row["message"]["text"], format!("sent while {signal} came"));
        process.stop();
    }
}

#[test]
fn a_second_signal_stops_at_once() {
    let dir = portal();
    let mut process = serve_with_log(dir.path());
    let mut log = process.log();
    let _waiting = begin(&process, "{}");
    process.signal("TERM");
    assert!(log.any(|line| line.contains("stopping")));
    process.signal("TERM");
    assert!(log.any(|line| line.contains("stopped before all requests were answered")));
    assert_eq!(process.end().code(), Some(1));
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_the_first_goes_on() {
    let dir = portal();
    let process = Process::serve(dir.path());
    let place = dir.path().display().to_string();
    for words in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["demo", "--port", "0", "--tls-port", "0"],
        &["demo", "--fresh", "--port", "0", "--tls-port", "0"],
    ] {
        run(dir.path(), words).assert_failed(1, &["a server runs on", &place, "stop it first"]);
    }
    assert_eq!(process.client(1).ok("profile", json!({})).await["ID"], "1");
    ok(dir.path(), &["user", "edit", "1", "--first-name", "Alicia"]);
    assert_eq!(process.client(1).ok("profile", json!({})).await["NAME"], "Alicia", "its door is still open");
    process.stop();
    assert_eq!(Process::serve(dir.path()).client(1).ok("profile", json!({})).await["ID"], "1");
}

#[test]
fn an_address_in_use_is_named_and_nothing_is_made() {
    let (dir, other) = (portal(), tempfile::tempdir().unwrap());
    let process = Process::serve(dir.path());
    let address = process.origin("http").trim_start_matches("http://").to_owned();
    let data = other.path().join("data");
    run(&data, &["serve", "--listen", &address])
        .assert_failed(1, &["cannot listen on", &address, "--listen"]);
    assert!(!data.exists());
}

#[tokio::test]
async fn a_log_for_machines_is_json_without_a_secret_in_it() {
    let dir = portal();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut command = on(dir.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--log-level", "trace"]);
    command.stderr(File::create(file.path()).unwrap());
    let process = Process::start(command);
    let alice = process.client(1);
    alice.say(2, "a word that nobody else reads").await;
    alice.refused("im.message.add", json!({})).await;
    alice.refused("no.such.method", json!({})).await;
    let batch = json!({ "cmd": { "one": "profile", "two": "im.recent.get?LIMIT=1" } });
    alice.ok("batch", batch).await;
    let origin = process.origin("http");
    for request in [
        http().get(format!("{origin}/rest/1/guessedsecret/profile")),
        http().get(format!("{origin}/rest/profile?auth=tokeninquery")),
        http().post(format!("{origin}/rest/profile")).json(&json!({ "auth": "tokeninbody" })),
        http().get(format!("{origin}/rest/profile")).bearer_auth("tokeninheader"),
    ] {
        assert_eq!(alice.send(request).await.status, 401);
    }
    let made = ok(dir.path(), &["webhook", "add", "--user", "1"]);
    let made = made.trim_end().rsplit('/').nth(1).unwrap().to_owned();
    assert_eq!(alice.send(http().get(format!("{origin}/rest/1/{made}/profile"))).await.status, 200);
    process.stop();

    let log = std::fs::read_to_string(file.path()).unwrap();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
    assert!(lines.iter().any(|line| line["message"] == "answering" && line["level"] == "INFO"), "{log}");
    for secret in [
        SECRET,
        &made,
        "guessedsecret",
        "tokeninquery",
        "tokeninbody",
        "tokeninheader",
        "a word that nobody else reads",
    ] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}
