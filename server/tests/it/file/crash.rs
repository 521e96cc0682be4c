//! A server that is killed while files come: what was acknowledged is there whole, and nothing is there by half.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::base64;
use crate::process::{Process, colleagues, http, ok};

const KILLS: usize = 6;
const SENDERS: usize = 6;

/// The bytes of the file with this number: each other, some of several pieces.
fn bytes(number: usize) -> Vec<u8> {
    number.to_string().repeat(1 + number % 7 * 40_000).into_bytes()
}

/// File number to what was sent, of all that were acknowledged.
type Acknowledged = Arc<Mutex<BTreeMap<i64, usize>>>;

async fn send(client: &lately_testkit::Client, number: usize, acknowledged: &Acknowledged) -> bool {
    let fields = json!({ "name": format!("{number}.txt"), "content": base64(bytes(number)) });
    let sent =
        client.post("im.v2.File.upload").json(&json!({ "dialogId": "2", "fields": fields })).send().await;
    let body: Option<Value> = match sent {
        Ok(response) => response.json().await.ok(),
        Err(_) => None,
    };
    let Some(id) = body.and_then(|body| body["result"]["file"]["id"].as_i64()) else { return false };
    acknowledged.lock().unwrap().insert(id, number);
    true
}

#[test]
fn a_file_that_was_acknowledged_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let acknowledged = Acknowledged::default();
    let numbers = Arc::new(AtomicUsize::new(0));
    for round in 0..KILLS {
        let process = Process::serve(dir.path());
        let moment = 3 + round * 5 % 11;
        let clients: Vec<_> = (0..SENDERS).map(|_| process.client(1)).collect();
        let process = Arc::new(Mutex::new(Some(process)));
        let answered = Arc::new(AtomicUsize::new(0));
        runtime.block_on(async {
            let senders = clients.into_iter().map(|client| {
                let (acknowledged, numbers) = (Arc::clone(&acknowledged), Arc::clone(&numbers));
                let (process, answered) = (Arc::clone(&process), Arc::clone(&answered));
                tokio::spawn(async move {
                    while send(&client, numbers.fetch_add(1, Ordering::SeqCst), &acknowledged).await {
                        if answered.fetch_add(1, Ordering::SeqCst) + 1 == moment {
                            drop(process.lock().unwrap().take());
                        }
                    }
                })
            });
            for sender in senders.collect::<Vec<_>>() {
                sender.await.unwrap();
            }
        });
    }
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
    let process = Process::serve(dir.path());
    let client = process.client(2);
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > KILLS, "too few files to prove anything: {}", acknowledged.len());
    runtime.block_on(async {
        for (id, number) in acknowledged {
            let params = json!({ "dialogId": "1", "fileId": id });
            let link = client.ok("im.v2.File.download", params).await["downloadUrl"].clone();
            let path = link.as_str().unwrap().splitn(4, '/').nth(3).unwrap().to_owned();
            let answer = http().get(format!("{}/{path}", process.origin("http"))).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert!(answer.bytes().await.unwrap() == bytes(number), "file {id} is not what was sent");
        }
    });
}
