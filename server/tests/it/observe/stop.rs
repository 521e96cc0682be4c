//! The end of a server, as a load balancer and clients see it.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lately_testkit::Client;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::process::{Process, colleagues, http, ok, on};
use crate::serve::begin;

/// How many connections send at once.
const CONNECTIONS: usize = 32;

/// After how many answers the server is told to stop.
const ANSWERS: usize = 300;

#[tokio::test]
async fn a_stopping_server_is_not_ready_while_it_still_answers() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let mut command = on(dir.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--set", "observe.listen=127.0.0.1:0"]);
    let mut process = Process::start({
        command.stderr(Stdio::piped());
        command
    });
    let mut log = process.log();
    let told = log.find(|line| line.contains("metrics and probes")).unwrap();
    let ready = format!("http://{}/readyz", told.rsplit_once("address=").unwrap().1.trim());
    assert_eq!(http().get(&ready).send().await.unwrap().status(), 200);

    let body = json!({ "DIALOG_ID": "2", "MESSAGE": "sent while it stopped" }).to_string();
    let mut stream = begin(&process, &body);
    process.signal("TERM");
    assert!(log.any(|line| line.contains("stopping")));
    // The log may tell of the wish to stop a moment before the server knows of it.
    let told = async {
        loop {
            let answer = http().get(&ready).send().await.unwrap();
            if answer.status() == 503 {
                return answer.text().await.unwrap();
            }
        }
    };
    assert_eq!(timeout(Duration::from_secs(20), told).await.expect("it is told"), "stopping\n");
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(process.end().success());
    assert!(http().get(&ready).send().await.is_err());
}

/// What was sent, by its UUID: the number that the server answered, or nothing.
#[derive(Default)]
struct Sent {
    next: AtomicUsize,
    answered: AtomicUsize,
    messages: Mutex<HashMap<String, Option<i64>>>,
}

impl Sent {
    /// Sends one message; false once the server takes no more.
    async fn send(&self, client: &Client) -> bool {
        let uuid = format!("{:08x}-0000-4000-8000-000000000000", self.next.fetch_add(1, Ordering::SeqCst));
        let params = json!({ "DIALOG_ID": "2", "MESSAGE": uuid, "TEMPLATE_ID": uuid });
        let answer = match client.post("im.message.add").json(&params).send().await {
            Ok(response) => response.json::<Value>().await.ok(),
            Err(_) => None,
        };
        let number = answer.as_ref().map(|body| body["result"].as_i64().expect("no refusal, no fault"));
        self.messages.lock().unwrap().insert(uuid, number);
        number.is_some()
    }
}

/// Every request is answered and kept, or was never read: then it is safe to send it again.
#[test]
fn no_request_is_lost_when_the_server_is_told_to_stop() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let process = Arc::new(Process::serve(dir.path()));
    let sent = Arc::new(Sent::default());
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (client, sent, process) = (process.client(1), Arc::clone(&sent), Arc::clone(&process));
            runtime.spawn(async move {
                while sent.send(&client).await {
                    if sent.answered.fetch_add(1, Ordering::SeqCst) + 1 == ANSWERS {
                        process.signal("TERM");
                    }
                }
            })
        })
        .collect();
    for sender in senders {
        runtime.block_on(sender).unwrap();
    }
    assert!(Arc::into_inner(process).unwrap().end().success());

    let process = Process::serve(dir.path());
    let kept = runtime.block_on(kept(&process.client(2)));
    let sent = std::mem::take(&mut *sent.messages.lock().unwrap());
    assert!(sent.values().flatten().count() >= ANSWERS);
    for (uuid, number) in &sent {
        let expected: Vec<i64> = number.iter().copied().collect();
        assert_eq!(kept.get(uuid).cloned().unwrap_or_default(), expected, "{uuid}");
    }
    process.stop();
    ok(dir.path(), &["check"]);
}

/// The numbers of all messages by their UUID, as Bob reads them.
async fn kept(bob: &Client) -> HashMap<String, Vec<i64>> {
    let (mut kept, mut after) = (HashMap::<String, Vec<i64>>::new(), 0);
    loop {
        let page = bob
            .ok("im.dialog.messages.get", json!({ "DIALOG_ID": "1", "FIRST_ID": after, "LIMIT": 50 }))
            .await;
        let messages = page["messages"].as_array().unwrap();
        for message in messages {
            after = message["id"].as_i64().unwrap();
            kept.entry(message["text"].as_str().unwrap().to_owned()).or_default().push(after);
        }
        if messages.is_empty() {
            return kept;
        }
    }
}
