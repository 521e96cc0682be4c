//! The log of requests: faults once and with their number, everything else only for those who ask.

use std::fs::File;
use std::io::{Read, Seek};
use std::sync::Arc;

use lately_testkit::{Person, TestPortal};
use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;

/// What this test's thread says, as objects; the portal of a test runs in its thread.
struct Heard {
    file: File,
    _guard: DefaultGuard,
}

impl Heard {
    fn from(level: LevelFilter) -> Self {
        let file = tempfile::tempfile().expect("a file");
        let lines = tracing_subscriber::fmt().json().flatten_event(true).with_max_level(level);
        let lines = lines.with_writer(Arc::new(file.try_clone().expect("a file"))).finish();
        Self { file, _guard: tracing::subscriber::set_default(lines) }
    }

    fn lines(&mut self) -> Vec<Value> {
        let mut text = String::new();
        self.file.rewind().expect("a file");
        self.file.read_to_string(&mut text).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn saying(&mut self, message: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == message).collect()
    }
}

#[tokio::test]
async fn a_fault_is_told_once_with_the_number_of_its_request() {
    let mut heard = Heard::from(LevelFilter::INFO);
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    alice.ok("profile", json!({})).await;
    portal.messenger().close().await;
    let say = json!({ "DIALOG_ID": "2", "MESSAGE": "hello" });
    let reply = alice.send(alice.post("im.message.add").header("x-request-id", "one").json(&say)).await;
    assert_eq!(reply.error(), (500, "INTERNAL_SERVER_ERROR"));
    assert_eq!(reply.header("x-request-id"), Some("one"));
    let batch = json!({ "cmd": { "a": "im.message.add?DIALOG_ID=2&MESSAGE=hello", "b": "server.time" } });
    let reply = alice.send(alice.post("batch").header("x-request-id", "two").json(&batch)).await;
    assert_eq!(reply.result()["result_error"]["a"]["error"], "INTERNAL_SERVER_ERROR");

    let faults = heard.saying("a call failed");
    let told: Vec<_> =
        faults.iter().map(|line| (&line["request"], &line["method"], &line["level"])).collect();
    let (add, error) = (json!("im.message.add"), json!("ERROR"));
    assert_eq!(told, [(&json!("one"), &add, &error), (&json!("two"), &add, &error)]);
    assert!(faults.iter().all(|line| line["fault"].as_str().is_some_and(|chain| !chain.is_empty())));
    assert_eq!(heard.saying("answered").len(), 0, "not unless asked for");
}

#[tokio::test]
async fn a_credential_that_cannot_be_checked_is_a_fault_with_a_number() {
    let mut heard = Heard::from(LevelFilter::INFO);
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    portal.messenger().close().await;
    let reply = alice.send(alice.get("server.time").header("x-request-id", "three")).await;
    assert_eq!(reply.status, 500);
    let faults = heard.saying("a call failed");
    assert_eq!(faults.len(), 1);
    assert_eq!((&faults[0]["request"], &faults[0]["method"]), (&json!("three"), &json!("server.time")));
}

#[tokio::test]
async fn each_answer_is_told_to_those_who_ask_for_details() {
    let mut heard = Heard::from(LevelFilter::DEBUG);
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let time = alice.call("server.time", json!({})).await;
    alice.call("no.such.method", json!({})).await;
    let told = heard.saying("answered");
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["request"].as_str(), time.header("x-request-id"));
    let what = |line: &Value| (line["method"].clone(), line["user"].clone(), line["status"].clone());
    assert_eq!(what(&told[0]), (json!("server.time"), json!(1), json!(200)));
    assert_eq!(what(&told[1]), (json!("unknown"), Value::Null, json!(404)));
    assert!(told.iter().all(|line| line["seconds"].is_f64()));
}
