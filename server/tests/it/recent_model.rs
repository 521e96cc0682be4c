//! The recent list against a slow, obviously right model, over random histories.
//!
//! Each history is played by four people through HTTP and, step by step, in the model; then every person's whole list
//! must be the model's: rows, order, counters, dates, removals, in full and since several dates, from the resident
//! list and from a fresh load. `PROPTEST_CASES` sets how many histories are played in all, `LATELY_SEED` which ones.

pub(crate) mod history;
mod naive;

use history::{Act, Place, history};
use lately_messenger::{Messenger, Settings, SystemDice};
use lately_model::{Revision, User};
use lately_testkit::{Client, TestPortal};
use naive::{Naive, PEOPLE};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use std::sync::Arc;

/// How many histories are played unless told otherwise.
const HISTORIES: u32 = 2000;

/// One played history: the people's clients beside the model.
struct Play<'a> {
    portal: &'a TestPortal,
    clients: Vec<Client>,
    naive: Naive,
}

#[test]
fn lists_equal_the_slow_model_after_every_history_of_seed_one() {
    play_histories(1);
}

#[test]
fn lists_equal_the_slow_model_after_every_history_of_seed_two() {
    play_histories(2);
}

#[test]
fn lists_equal_the_slow_model_after_every_history_of_seed_three() {
    play_histories(3);
}

#[test]
fn lists_equal_the_slow_model_after_every_history_of_seed_four() {
    play_histories(4);
}

/// The same seed plays the same histories; `LATELY_SEED` moves all four to others.
fn play_histories(seed: u8) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let portal = runtime.block_on(TestPortal::start());
    let neighbour = neighbour(&portal);
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let cases = number("PROPTEST_CASES").unwrap_or(HISTORIES) / 4;
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let mut bytes = [seed; 32];
    bytes[..4].copy_from_slice(&number("LATELY_SEED").unwrap_or(0).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let played = runner.run(&history(), |acts| {
        runtime.block_on(async {
            let mut play = Play::begin(&portal).await;
            for act in &acts {
                play.step(act).await?;
            }
            play.compare_everybody("the resident list").await?;
            let followed = play.texts().await;
            distrust(&portal, &neighbour).await;
            prop_assert_eq!(followed, play.texts().await, "letter by letter");
            play.compare_everybody("a fresh load").await
        })
    });
    if let Err(failure) = played {
        panic!("seed {seed}: {failure}");
    }
    runtime.block_on(portal.assert_exact());
}

/// Another process on the same data, as the command line is.
pub(crate) fn neighbour(portal: &TestPortal) -> Messenger {
    let clock: Arc<lately_testkit::TestClock> = Arc::clone(&portal.clock);
    Messenger::open(portal.database(), Settings::default(), clock, Arc::new(SystemDice)).unwrap()
}

/// An import by another process makes the server drop what it keeps.
pub(crate) async fn distrust(portal: &TestPortal, neighbour: &Messenger) {
    let before = portal.messenger().gauge().doubts;
    let department = r#"{"type":"department","id":1,"name":"Company"}"#;
    neighbour.import(department.as_bytes(), &mut |_| {}).await.unwrap();
    portal.messenger().catch_up().await.unwrap();
    assert!(portal.messenger().gauge().doubts > before);
}

impl<'a> Play<'a> {
    async fn begin(portal: &'a TestPortal) -> Self {
        let mut clients = Vec::new();
        for place in 0..PEOPLE {
            let user = User {
                active: true,
                first_name: format!("P{place}"),
                last_name: "Q".into(),
                ..User::default()
            };
            let id = portal.messenger().add_user(None, user).await.unwrap();
            clients.push(portal.client_with(id.0, "im", Revision::R33).await);
        }
        let ids = [clients[0].user, clients[1].user, clients[2].user, clients[3].user];
        let mut naive = Naive::new(ids, portal.clock.seconds());
        for (one, other) in [(0, 1), (1, 2), (0, 0)] {
            let page = clients[one].ok("im.dialog.get", json!({ "DIALOG_ID": ids[other].to_string() })).await;
            naive.private(page["id"].as_i64().unwrap(), one, other);
        }
        let users = json!([ids[1], ids[2]]);
        let group = clients[0].ok("im.chat.add", json!({ "TITLE": "Group", "USERS": users })).await;
        let newest = clients[0].row(format!("chat{group}")).await.unwrap()["message"]["id"].as_i64().unwrap();
        naive.group(group.as_i64().unwrap(), newest);
        Self { portal, clients, naive }
    }

    /// Plays one act on both sides; both must take it or both refuse it.
    async fn step(&mut self, act: &Act) -> Result<(), TestCaseError> {
        if let Act::Clock { seconds } = act {
            self.portal.clock.step(*seconds);
            self.naive.now = self.portal.clock.seconds();
            return Ok(());
        }
        let Some((who, method, params)) = self.request(act) else { return Ok(()) };
        let expected = self.naive.act(act);
        let reply = self.clients[who].call(method, params.clone()).await;
        let taken = reply.status == 200 && reply.body["result"] != json!(false);
        prop_assert_eq!(taken, expected, "{} {} of {} answered {}", method, params, who, reply.text);
        Ok(())
    }

    /// The call that an act is, or none when there is nothing to act on.
    fn request(&self, act: &Act) -> Option<(usize, &'static str, Value)> {
        let dialog = |who: usize, place: &Place| json!(self.naive.address(who, *place));
        let group = self.naive.group_id();
        let id = |who: usize| json!(self.naive.ids[who]);
        Some(match act {
            Act::Send { who, place } => {
                let text = self.naive.next_text();
                (*who, "im.message.add", json!({ "DIALOG_ID": dialog(*who, place), "MESSAGE": text }))
            }
            Act::Edit { who, place, back } => {
                let message = self.naive.nth(*place, *back)?;
                (*who, "im.message.update", json!({ "MESSAGE_ID": message, "MESSAGE": "[b]edited[/b]" }))
            }
            Act::Delete { who, place, back } => {
                (*who, "im.message.delete", json!({ "MESSAGE_ID": self.naive.nth(*place, *back)? }))
            }
            Act::Read { who, place, back: None } => {
                (*who, "im.dialog.read", json!({ "DIALOG_ID": dialog(*who, place) }))
            }
            Act::Read { who, place, back: Some(back) } => {
                let message = self.naive.nth(*place, *back)?;
                (*who, "im.dialog.read", json!({ "DIALOG_ID": dialog(*who, place), "MESSAGE_ID": message }))
            }
            Act::ReadAll { who } => (*who, "im.dialog.read.all", json!({})),
            Act::Unread { who, place, back } => {
                let message = self.naive.nth(*place, *back)?;
                (*who, "im.dialog.unread", json!({ "DIALOG_ID": dialog(*who, place), "MESSAGE_ID": message }))
            }
            Act::Pin { who, place, on } => {
                (*who, "im.recent.pin", json!({ "DIALOG_ID": dialog(*who, place), "PIN": yes(*on) }))
            }
            Act::Mark { who, place, on } => {
                (*who, "im.recent.unread", json!({ "DIALOG_ID": dialog(*who, place), "ACTION": yes(*on) }))
            }
            Act::Hide { who, place } => (*who, "im.recent.hide", json!({ "DIALOG_ID": dialog(*who, place) })),
            Act::Mute { who, place, on } => {
                (*who, "im.chat.mute", json!({ "DIALOG_ID": dialog(*who, place), "MUTE": yes(*on) }))
            }
            Act::Leave { who } => (*who, "im.chat.leave", json!({ "CHAT_ID": group })),
            Act::Kick { who, whom } => {
                (*who, "im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": id(*whom) }))
            }
            Act::Invite { who, whom, hide } => {
                let params = json!({ "CHAT_ID": group, "USERS": [id(*whom)], "HIDE_HISTORY": yes(*hide) });
                (*who, "im.chat.user.add", params)
            }
            Act::Rename { who, title } => {
                (*who, "im.chat.updateTitle", json!({ "CHAT_ID": group, "TITLE": format!("Group {title}") }))
            }
            Act::Clock { .. } => return None,
        })
    }

    /// Everybody's rows as they are sent.
    async fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for client in &self.clients {
            for (method, params) in [
                ("im.recent.get", json!({})),
                ("im.recent.list", json!({ "GET_ORIGINAL_TEXT": "Y", "LAST_MESSAGE_DATE": "2100-01-01" })),
            ] {
                texts.push(client.call(method, params).await.result().to_string());
            }
        }
        texts
    }

    async fn compare_everybody(&self, what: &str) -> Result<(), TestCaseError> {
        for who in 0..PEOPLE {
            self.compare(who, None, what).await?;
            for ago in [0, 61, 5 * 86_400] {
                self.compare(who, Some(self.naive.now - ago), what).await?;
            }
        }
        Ok(())
    }

    async fn compare(&self, who: usize, since: Option<i64>, what: &str) -> Result<(), TestCaseError> {
        let params = since.map_or(json!({}), |since| json!({ "LAST_SYNC_DATE": naive::atom(since) }));
        let reply = self.clients[who].call("im.recent.get", params).await;
        let found: Vec<Value> = reply.result().as_array().unwrap().iter().map(essence).collect();
        let expected = self.naive.list(who, since);
        prop_assert_eq!(&found, &expected, "{} of {} since {:?}", what, who, since);
        let removed = reply.body.get("removed").cloned().unwrap_or(Value::Null);
        let expected = since.map_or(Value::Null, |since| json!(self.naive.removed(who, since)));
        prop_assert_eq!(removed, expected, "removals in {} of {} since {:?}", what, who, since);
        Ok(())
    }
}

/// What of a row the model speaks about.
fn essence(row: &Value) -> Value {
    json!({
        "id": row["id"],
        "chat_id": row["chat_id"],
        "title": row["title"],
        "message": [row["message"]["id"], row["message"]["text"], row["message"]["author_id"], row["message"]["date"]],
        "counter": row["counter"],
        "last_id": row["last_id"],
        "pinned": row["pinned"],
        "unread": row["unread"],
        "date_update": row["date_update"],
        "muted": row["chat"]["mute_list"] != json!([]),
        "role": row["chat"]["role"],
        "members": row["chat"]["user_counter"],
    })
}

fn yes(on: bool) -> &'static str {
    if on { "Y" } else { "N" }
}
