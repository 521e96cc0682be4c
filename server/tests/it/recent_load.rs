//! Lists that are loaded while others write: whatever happens in between, each is what a fresh load gives.

use std::sync::Arc;

use lately_messenger::{Messenger, Settings, SystemDice};
use lately_model::{Revision, User, UserId};
use lately_testkit::{Client, TestClock, TestPortal};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::stage::{Stage, chat};

const PEOPLE: usize = 8;

/// Fewer rows than all lists have together, so that lists go and are loaded again all the time.
const RESIDENT: usize = 40;

/// People who all share one chat, and each two neighbours a private one and a group.
struct Town {
    portal: TestPortal,
    people: Vec<Client>,
    all: i64,
    neighbour: Messenger,
}

impl Town {
    async fn build() -> Self {
        let portal = TestPortal::with(|config| config.recent.resident_rows = RESIDENT).await;
        let mut people = Vec::new();
        for place in 0..PEOPLE {
            let first_name = format!("P{place}");
            let user = User { active: true, first_name, ..User::default() };
            let id = portal.messenger().add_user(None, user).await.unwrap();
            people.push(portal.client_with(id.0, "im", Revision::R33).await);
        }
        let users: Vec<i64> = people.iter().map(|person| person.user).collect();
        let all = people[0].ok("im.chat.add", json!({ "TITLE": "All", "USERS": users })).await;
        for place in 0..PEOPLE {
            let other = people[(place + 1) % PEOPLE].user;
            people[place].say(other, "Hello").await;
            for title in ["One", "Two", "Three"] {
                people[place].ok("im.chat.add", json!({ "TITLE": title, "USERS": [other] })).await;
            }
        }
        let clock: Arc<TestClock> = Arc::clone(&portal.clock);
        let dice = Arc::new(SystemDice);
        let neighbour = Messenger::open(portal.database(), Settings::default(), clock, dice).unwrap();
        Self { portal, people, all: all.as_i64().unwrap(), neighbour }
    }

    /// Everybody writes, takes back, reads and looks at their list, all at once.
    async fn turmoil(&self, round: usize) {
        let mut tasks = JoinSet::new();
        for (place, person) in self.people.iter().enumerate() {
            let (person, all) = (person.clone(), chat(self.all));
            let other = self.people[(place + 1) % PEOPLE].user;
            tasks.spawn(async move {
                for step in 0..6 {
                    let dialog = if (place + step + round).is_multiple_of(3) {
                        other.to_string()
                    } else {
                        all.clone()
                    };
                    let message = person.say(&dialog, &format!("Round {round}, step {step}")).await;
                    match (place + step) % 4 {
                        0 => drop(person.ok("im.message.delete", json!({ "MESSAGE_ID": message })).await),
                        1 => drop(person.ok("im.dialog.read", json!({ "DIALOG_ID": dialog })).await),
                        2 => drop(person.ok("im.recent.unread", json!({ "DIALOG_ID": dialog })).await),
                        _ => drop(person.ok("im.chat.mute", json!({ "DIALOG_ID": all })).await),
                    }
                }
            });
        }
        for person in self.people.iter().cycle().take(PEOPLE * 2) {
            let person = person.clone();
            tasks.spawn(async move {
                for _ in 0..12 {
                    person.recent(json!({})).await;
                }
            });
        }
        tasks.join_all().await;
    }

    async fn lists(&self) -> Vec<Vec<Value>> {
        let mut lists = Vec::new();
        for person in &self.people {
            lists.push(person.recent(json!({})).await);
        }
        lists
    }

    /// An import by another process makes the server drop what it keeps.
    async fn distrust(&self) {
        let before = self.portal.messenger().gauge().doubts;
        let department = r#"{"type":"department","id":1,"name":"Company"}"#;
        self.neighbour.import(department.as_bytes(), &mut |_| {}).await.unwrap();
        self.portal.messenger().catch_up().await.unwrap();
        assert!(self.portal.messenger().gauge().doubts > before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lists_loaded_while_others_write_are_those_of_a_fresh_load() {
    let town = Town::build().await;
    for round in 0..8 {
        town.turmoil(round).await;
        let followed = town.lists().await;
        town.distrust().await;
        assert_eq!(followed, town.lists().await, "round {round}");
    }
    town.portal.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lists_are_true_though_another_process_writes_while_they_are_loaded() {
    let town = Town::build().await;
    for round in 0..4 {
        tokio::join!(town.turmoil(round), async {
            for step in 0..20 {
                let since = town.portal.messenger().now().plus(step);
                town.neighbour.set_idle(UserId(town.people[0].user), Some(since)).await.unwrap();
            }
        });
        town.portal.messenger().catch_up().await.unwrap();
        let followed = town.lists().await;
        town.distrust().await;
        assert_eq!(followed, town.lists().await, "round {round}");
    }
    town.portal.assert_exact().await;
}

#[tokio::test]
async fn somebody_whose_list_is_asked_for_many_times_at_once_gets_it_each_time() {
    let stage = Stage::set().await;
    stage.import_rows(30).await;
    let mut asking = JoinSet::new();
    for _ in 0..50 {
        let bob = stage.bob.clone();
        asking.spawn(async move { bob.recent(json!({})).await.len() });
    }
    assert!(asking.join_all().await.iter().all(|rows| *rows == 30));
    assert_eq!(stage.portal.messenger().gauge().lists, 1);
}
