//! Counters and pages of notifications against a slow, obviously right model, over random histories.

use lately_testkit::{Client, TestPortal};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::recent_model::{distrust, neighbour};

/// How many histories are played.
const HISTORIES: u32 = 60;

/// How many people are notified.
const READERS: usize = 2;

/// What happens; `to` and `who` are places among the readers, `back` counts from the newest.
#[derive(Debug, Clone)]
enum Act {
    Send { to: usize, tag: u8 },
    Read { who: usize, back: usize, only: bool, yes: bool },
    ReadList { who: usize, backs: Vec<usize>, yes: bool },
    ReadAll { who: usize },
    ReadDialog { who: usize },
    Answer { who: usize, back: usize },
    Delete { who: usize, back: usize },
    DeleteTag { tag: u8 },
    DeleteSubTag,
}

#[derive(Debug, Clone)]
struct Notified {
    id: i64,
    tag: u8,
    unread: bool,
}

struct Play {
    sender: Client,
    readers: Vec<Client>,
    naive: [Vec<Notified>; READERS],
}

fn history() -> impl Strategy<Value = Vec<Act>> {
    let who = 0..READERS;
    let back = 0..5_usize;
    let act = prop_oneof![
        6 => (who.clone(), 0..4_u8).prop_map(|(to, tag)| Act::Send { to, tag }),
        4 => (who.clone(), back.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(who, back, only, yes)| Act::Read { who, back, only, yes }),
        2 => (who.clone(), vec(back.clone(), 0..4), any::<bool>())
            .prop_map(|(who, backs, yes)| Act::ReadList { who, backs, yes }),
        1 => who.clone().prop_map(|who| Act::ReadAll { who }),
        1 => who.clone().prop_map(|who| Act::ReadDialog { who }),
        1 => (who.clone(), back.clone()).prop_map(|(who, back)| Act::Answer { who, back }),
        3 => (who, back).prop_map(|(who, back)| Act::Delete { who, back }),
        1 => (1..4_u8).prop_map(|tag| Act::DeleteTag { tag }),
        1 => Just(Act::DeleteSubTag),
    ];
    vec(act, 1..30)
}

#[test]
fn counters_and_pages_equal_the_slow_model_after_every_history() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let portal = runtime.block_on(TestPortal::start());
    let neighbour = neighbour(&portal);
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]));
    let played = runner.run(&history(), |acts| {
        runtime.block_on(async {
            let mut play = Play::begin(&portal).await;
            for act in &acts {
                play.step(act).await?;
            }
            play.compare("the resident list").await?;
            distrust(&portal, &neighbour).await;
            play.compare("a fresh load").await
        })
    });
    if let Err(failure) = played {
        panic!("{failure}");
    }
    runtime.block_on(portal.assert_exact());
}

impl Play {
    async fn begin(portal: &TestPortal) -> Self {
        let mut clients = Vec::new();
        for place in 0..=READERS {
            let user = lately_model::User {
                active: true,
                first_name: format!("P{place}"),
                ..lately_model::User::default()
            };
            let id = portal.messenger().add_user(None, user).await.unwrap();
            clients.push(portal.client_with(id.0, "im", lately_model::Revision::R33).await);
        }
        let sender = clients.remove(0);
        for reader in &clients {
            reader.ok("im.counters.get", json!({})).await;
        }
        Self { sender, readers: clients, naive: [const { Vec::new() }; READERS] }
    }

    fn nth(&self, who: usize, back: usize) -> Option<i64> {
        self.naive[who].iter().rev().nth(back).map(|one| one.id)
    }

    async fn step(&mut self, act: &Act) -> Result<(), TestCaseError> {
        match act {
            Act::Send { to, tag } => self.send(*to, *tag).await,
            Act::Read { who, back, only, yes } => {
                let Some(id) = self.nth(*who, *back) else { return Ok(()) };
                let params = json!({ "ID": id, "ONLY_CURRENT": letter(*only), "ACTION": letter(*yes) });
                self.readers[*who].ok("im.notify.read", params).await;
                self.mark(*who, *yes, |one| one.id == id || (one.id > id && !only));
            }
            Act::ReadList { who, backs, yes } => {
                let ids: Vec<i64> = backs.iter().filter_map(|back| self.nth(*who, *back)).collect();
                let params = json!({ "IDS": ids, "ACTION": letter(*yes) });
                self.readers[*who].ok("im.notify.read.list", params).await;
                self.mark(*who, *yes, |one| ids.contains(&one.id));
            }
            Act::ReadAll { who } => {
                let answer = self.readers[*who].ok("im.notify.read.all", json!({})).await;
                prop_assert_eq!(answer, json!({ "result": true, "newCounter": 0 }));
                self.mark(*who, true, |_| true);
            }
            Act::ReadDialog { who } => {
                self.readers[*who].ok("im.dialog.read", json!({ "DIALOG_ID": "notify" })).await;
                self.readers[*who].ok("im.dialog.read.all", json!({})).await;
                self.mark(*who, true, |_| true);
            }
            Act::Answer { who, back } => {
                let Some(id) = self.nth(*who, *back) else { return Ok(()) };
                let params = json!({ "NOTIFY_ID": id, "ANSWER_TEXT": "Yes" });
                self.readers[*who].ok("im.notify.answer", params).await;
                self.mark(*who, true, |one| one.id == id);
            }
            Act::Delete { who, back } => {
                let Some(id) = self.nth(*who, *back) else { return Ok(()) };
                let gone = self.readers[*who].ok("im.notify.delete", json!({ "ID": id })).await;
                prop_assert_eq!(gone, true);
                self.naive[*who].retain(|one| one.id != id);
            }
            Act::DeleteTag { tag } => {
                let tag_name = json!({ "TAG": format!("T{tag}"), "CLIENT_ID": self.program() });
                let gone = self.sender.ok("im.notify.delete", tag_name).await;
                prop_assert_eq!(gone, self.remove(|one| one.tag == *tag));
            }
            Act::DeleteSubTag => {
                let params = json!({ "SUB_TAG": "ODD", "CLIENT_ID": self.program() });
                let gone = self.sender.ok("im.notify.delete", params).await;
                prop_assert_eq!(gone, self.remove(|one| one.tag % 2 == 1));
            }
        }
        Ok(())
    }

    /// Each history is another program, since they share a portal.
    fn program(&self) -> String {
        format!("program {}", self.sender.user)
    }

    /// Tag zero is none; the odd ones share a sub tag.
    async fn send(&mut self, to: usize, tag: u8) {
        let mut params =
            json!({ "USER_ID": self.readers[to].user, "MESSAGE": "Hello", "CLIENT_ID": self.program() });
        if tag > 0 {
            params["TAG"] = json!(format!("T{tag}"));
            self.naive[to].retain(|one| one.tag != tag);
        }
        if tag % 2 == 1 {
            params["SUB_TAG"] = json!("ODD");
        }
        let id = self.sender.ok("im.notify.personal.add", params).await.as_i64().unwrap();
        self.naive[to].push(Notified { id, tag, unread: true });
    }

    fn mark(&mut self, who: usize, read: bool, chosen: impl Fn(&Notified) -> bool) {
        self.naive[who].iter_mut().filter(|one| chosen(one)).for_each(|one| one.unread = !read);
    }

    /// Whether there were any.
    fn remove(&mut self, chosen: impl Fn(&Notified) -> bool) -> bool {
        let before: usize = self.naive.iter().map(Vec::len).sum();
        self.naive.iter_mut().for_each(|all| all.retain(|one| !chosen(one)));
        before > self.naive.iter().map(Vec::len).sum()
    }

    async fn compare(&self, what: &str) -> Result<(), TestCaseError> {
        for (reader, all) in self.readers.iter().zip(&self.naive) {
            let unread = all.iter().filter(|one| one.unread).count();
            let sums = reader.ok("im.counters.get", json!({})).await["TYPE"].clone();
            prop_assert_eq!((&sums["NOTIFY"], &sums["ALL"]), (&json!(unread), &json!(unread)), "{}", what);
            let page = reader.ok("im.notify.get", json!({})).await;
            let expected = all.iter().rev().map(|one| json!([one.id, letter(!one.unread)]));
            let found = page["notifications"].as_array().unwrap().iter();
            let found: Vec<Value> = found.map(|one| json!([one["id"], one["notify_read"]])).collect();
            prop_assert_eq!(found, expected.collect::<Vec<_>>(), "{}", what);
            if !all.is_empty() {
                let counts = (&page["total_count"], &page["total_unread_count"]);
                prop_assert_eq!(counts, (&json!(all.len()), &json!(unread)), "{}", what);
            }
        }
        Ok(())
    }
}

fn letter(yes: bool) -> &'static str {
    if yes { "Y" } else { "N" }
}
