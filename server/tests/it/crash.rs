//! Nothing acknowledged is lost: the real binary is killed again and again while people send.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::process::{Process, colleagues, ok};

/// How often the server is killed.
const KILLS: usize = 25;

/// How many connections send at once.
const CONNECTIONS: usize = 16;

/// Where they write.
const GROUP: &str = "chat1";

/// By which word the bot there is known.
const WORD: &str = "hears everything";

/// A version 4 UUID for the `number`-th message.
fn uuid(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

/// What was sent, and what the server said of it.
#[derive(Default)]
struct Ledger {
    next: AtomicUsize,
    acknowledged: Mutex<HashMap<String, i64>>,
    /// Sent by whom, but the answer never came. A UUID is its sender's own: only they may repeat it.
    unanswered: Mutex<Vec<(i64, String)>>,
}

impl Ledger {
    fn take(&self, user: i64) -> String {
        let mut unanswered = self.unanswered.lock().unwrap();
        match unanswered.iter().position(|(sender, _)| *sender == user) {
            Some(place) => unanswered.swap_remove(place).1,
            None => uuid(self.next.fetch_add(1, Ordering::SeqCst)),
        }
    }
}

#[test]
fn every_acknowledged_message_survives_being_killed() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let bot = hire(dir.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let ledger = Arc::new(Ledger::default());
    for round in 0..KILLS {
        let process = Process::serve(dir.path());
        // Not a random moment of the clock but of the work: it differs in every round and repeats in every run.
        let moment = 1 + (round * 37) % 90;
        runtime.block_on(send_until_killed(process, &ledger, moment));
    }
    let process = Process::serve(dir.path());
    runtime.block_on(finish(&process, &ledger));
    runtime.block_on(assert_all_there(&process, &ledger));
    runtime.block_on(assert_all_told(&process, bot, &ledger));
    ok(dir.path(), &["check"]);
}

/// A group of alice and bob with a bot that hears all and fetches it; answers the bot's number. The group is chat 1.
fn hire(data: &Path) -> i64 {
    let process = Process::serve(data);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let alice = process.client(1);
        let fields = json!({
            "code": "ear", "botToken": WORD, "type": "supervisor", "properties": { "name": "Ear" },
        });
        let bot = alice.ok("imbot.v2.Bot.register", json!({ "fields": fields })).await["bot"]["id"].clone();
        assert_eq!(alice.ok("im.chat.add", json!({ "USERS": [2, bot] })).await, 1);
        bot.as_i64().unwrap()
    })
}

/// Sixteen connections send; the server is killed as soon as `moment` of them were answered.
async fn send_until_killed(process: Process, ledger: &Arc<Ledger>, moment: usize) {
    let answered = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CONNECTIONS).map(|place| process.client(1 + (place as i64) % 2)).collect();
    let process = Arc::new(Mutex::new(Some(process)));
    let senders: Vec<_> = clients
        .into_iter()
        .map(|client| {
            let (ledger, answered, process) =
                (Arc::clone(ledger), Arc::clone(&answered), Arc::clone(&process));
            tokio::spawn(async move {
                while send(&client, &ledger).await {
                    if answered.fetch_add(1, Ordering::SeqCst) + 1 == moment {
                        drop(process.lock().unwrap().take());
                    }
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
}

/// Sends one message; false once the server is gone.
async fn send(client: &Client, ledger: &Ledger) -> bool {
    let uuid = ledger.take(client.user);
    let params = json!({ "DIALOG_ID": GROUP, "MESSAGE": uuid, "TEMPLATE_ID": uuid });
    let sent = client.post("im.message.add").json(&params).send().await;
    let body: Option<Value> = match sent {
        Ok(response) => response.json().await.ok(),
        Err(_) => None,
    };
    match body.and_then(|body| body["result"].as_i64()) {
        Some(id) => {
            ledger.acknowledged.lock().unwrap().insert(uuid, id);
            true
        }
        None => {
            ledger.unanswered.lock().unwrap().push((client.user, uuid));
            false
        }
    }
}

/// Whoever got no answer asks again, with the same UUID.
async fn finish(process: &Process, ledger: &Ledger) {
    let waiting: Vec<i64> = ledger.unanswered.lock().unwrap().iter().map(|(sender, _)| *sender).collect();
    for sender in waiting {
        assert!(send(&process.client(sender), ledger).await);
    }
}

async fn assert_all_there(process: &Process, ledger: &Ledger) {
    let client = process.client(1);
    let mut found: HashMap<String, Vec<i64>> = HashMap::new();
    let mut after = 0;
    loop {
        let params = json!({ "DIALOG_ID": GROUP, "FIRST_ID": after, "LIMIT": 50 });
        let page = client.ok("im.dialog.messages.get", params).await;
        let messages = page["messages"].as_array().unwrap().clone();
        let Some(last) = messages.last() else { break };
        after = last["id"].as_i64().unwrap();
        for message in messages.iter().filter(|message| message["author_id"] != 0) {
            assert_eq!(message["uuid"], message["text"], "a message is whole");
            let uuid = message["uuid"].as_str().unwrap().to_owned();
            found.entry(uuid).or_default().push(message["id"].as_i64().unwrap());
        }
    }
    let acknowledged = ledger.acknowledged.lock().unwrap();
    assert!(acknowledged.len() > KILLS, "too few messages to prove anything: {}", acknowledged.len());
    for (uuid, id) in acknowledged.iter() {
        let ids = found.get(uuid).unwrap_or_else(|| panic!("{uuid} was acknowledged as {id} and is gone"));
        assert!(ids.contains(id), "{uuid} was acknowledged as {id}, found {ids:?}");
    }
    let twice: Vec<_> = found.iter().filter(|(_, ids)| ids.len() > 1).collect();
    assert!(twice.is_empty(), "sent once and there twice: {twice:?}");
}

/// The bot heard of each acknowledged message once, and of nothing that is not there.
async fn assert_all_told(process: &Process, bot: i64, ledger: &Ledger) {
    let client = process.client(1);
    let mut told: HashMap<i64, usize> = HashMap::new();
    let mut offset = Value::Null;
    loop {
        let params = json!({ "botId": bot, "botToken": WORD, "offset": offset, "limit": 500 });
        let page = client.ok("imbot.v2.Event.get", params).await;
        let events = page["events"].as_array().unwrap();
        for event in events.iter().filter(|event| event["type"] == "ONIMBOTV2MESSAGEADD") {
            *told.entry(event["data"]["message"]["id"].as_i64().unwrap()).or_default() += 1;
        }
        offset = page["nextOffset"].clone();
        if events.is_empty() {
            break;
        }
    }
    for (uuid, id) in ledger.acknowledged.lock().unwrap().iter() {
        assert_eq!(told.get(id), Some(&1), "{uuid}, acknowledged as {id}");
    }
    assert!(told.values().all(|times| *times == 1), "{told:?}");
}
