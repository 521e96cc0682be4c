//! Walks from the first page to the last while messages arrive: no chat comes twice, none is missed.

use std::collections::BTreeSet;

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use super::{items, rows};
use crate::stage::{Stage, chat};

/// Turns the pages as documented until there are no more; `between` happens after each page.
async fn walk(reader: &Client, params: Value, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let mut met = Vec::new();
    let mut walker = Walker::new(reader, params);
    for page in 0.. {
        let Some(rows) = walker.turn().await else { break };
        met.extend(rows);
        between(page).await;
    }
    met
}

/// A client that turns the pages of its list.
struct Walker {
    reader: Client,
    params: Value,
    next: Option<i64>,
    met: Vec<String>,
}

impl Walker {
    fn new(reader: &Client, params: Value) -> Self {
        Self { reader: reader.clone(), params, next: Some(0), met: Vec::new() }
    }

    /// The next page, or `None` at the end.
    async fn turn(&mut self) -> Option<Vec<String>> {
        let mut params = self.params.clone();
        params["OFFSET"] = json!(self.next?);
        let reply = self.reader.call("im.recent.list", params).await;
        let items = reply.result()["items"].as_array().unwrap();
        let rows: Vec<_> = items.iter().map(|row| row["id"].to_string()).collect();
        self.next = reply.body["next"].as_i64();
        assert_eq!(reply.result()["hasMore"], json!(self.next.is_some()));
        self.met.extend(rows.clone());
        Some(rows)
    }

    /// Every chat that was there at the beginning came exactly once.
    fn assert_complete(&self, count: i64) {
        let expected: BTreeSet<_> = (101..=100 + count).map(|id| format!("\"{}\"", chat(id))).collect();
        let met: BTreeSet<_> = self.met.iter().cloned().collect();
        assert_eq!(met.len(), self.met.len(), "a chat came twice: {:?}", self.met);
        let missed: Vec<_> = expected.difference(&met).collect();
        assert!(missed.is_empty(), "missed {missed:?}");
    }
}

#[tokio::test]
async fn a_walk_to_the_end_meets_every_chat_once_while_messages_arrive() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    let met = walk(&stage.bob, json!({ "LIMIT": 25 }), async |page| {
        stage.portal.clock.step(1);
        for step in 0..10 {
            let id = 101 + (i64::try_from(page).unwrap() * 37 + step * 11) % 120;
            stage.alice.say(chat(id), "New").await;
        }
        stage.group(&stage.alice, &[2]).await;
    })
    .await;
    let unique: BTreeSet<_> = met.iter().collect();
    assert_eq!((met.len(), unique.len()), (120, 120));
    stage.check().await;
}

#[tokio::test]
async fn an_exact_multiple_of_pages_ends_with_an_empty_one() {
    let stage = Stage::set().await;
    stage.import_rows(100).await;
    let mut walker = Walker::new(&stage.bob, json!({}));
    let mut lengths = Vec::new();
    while let Some(rows) = walker.turn().await {
        lengths.push(rows.len());
    }
    assert_eq!(lengths, [50, 50, 0]);
}

#[tokio::test]
async fn rows_that_go_away_leave_holes_but_shift_nothing() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    let met = walk(&stage.bob, json!({}), async |page| {
        if page == 0 {
            stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": "chat160" })).await;
            stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": "chat220" })).await;
            stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": 110 })).await;
        }
    })
    .await;
    assert_eq!(met.len(), 118);
    assert!(!met.contains(&"\"chat160\"".to_owned()) && !met.contains(&"\"chat110\"".to_owned()));
    stage.check().await;
}

#[tokio::test]
async fn several_walkers_do_not_disturb_each_other() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    let other = stage.portal.client(Person::Bob).await;
    let mut walkers = vec![
        Walker::new(&stage.bob, json!({ "LIMIT": 50 })),
        Walker::new(&stage.bob, json!({ "LIMIT": 25 })),
        Walker::new(&stage.bob, json!({ "LIMIT": 50, "SKIP_DIALOG": "Y" })),
        Walker::new(&other, json!({ "LIMIT": 50 })),
        Walker::new(&stage.alice, json!({ "LIMIT": 50 })),
    ];
    for round in 0..8 {
        // Two more of the same program with the same question, one behind the other.
        if round == 1 || round == 2 {
            walkers.push(Walker::new(&stage.bob, json!({ "LIMIT": 30 })));
        }
        for walker in &mut walkers {
            stage.portal.clock.step(1);
            stage.alice.say(chat(101 + (round * 53 + walker.met.len() as i64 * 7) % 120), "New").await;
            walker.turn().await;
        }
    }
    for walker in &walkers {
        assert_eq!(walker.next, None, "the end was reached");
        walker.assert_complete(120);
    }
    stage.check().await;
}

#[tokio::test]
async fn a_page_asked_for_twice_is_the_same_page() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    let mut first = Walker::new(&stage.bob, json!({}));
    first.turn().await;
    stage.portal.clock.step(1);
    stage.alice.say("chat101", "New").await;
    let mut second = Walker::new(&stage.bob, json!({}));
    second.turn().await;
    let page = first.turn().await;
    first.next = Some(50);
    assert_eq!(first.turn().await, page, "as after an answer that got lost");
}

#[tokio::test]
async fn walkers_that_begin_at_once_all_reach_the_end() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    let mut walking = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut walker = Walker::new(&stage.bob, json!({ "LIMIT": 50 }));
        walker.turn().await;
        walking.spawn(async move {
            while walker.turn().await.is_some() {}
            walker
        });
    }
    for id in 101..=160 {
        stage.portal.clock.step(1);
        stage.alice.say(chat(id), "New").await;
    }
    for walker in walking.join_all().await {
        walker.assert_complete(120);
    }
}

#[tokio::test]
async fn a_first_page_read_and_left_disturbs_no_walk() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    for id in 101..=120 {
        stage.bob.ok("im.recent.list", json!({ "LIMIT": 50 })).await;
        stage.portal.clock.step(1);
        stage.alice.say(chat(id), "New").await;
    }
    let mut walker = Walker::new(&stage.bob, json!({ "LIMIT": 50 }));
    while walker.turn().await.is_some() {}
    walker.assert_complete(120);
}

#[tokio::test]
async fn a_walk_forgotten_goes_on_in_todays_order() {
    let stage = Stage::set().await;
    stage.import_rows(4).await;
    assert_eq!(rows(&stage.bob, json!({ "LIMIT": 2 })).await, ["chat104", "chat103"]);
    stage.alice.say("chat101", "New").await;
    assert_eq!(rows(&stage.bob, json!({ "LIMIT": 2, "OFFSET": 2 })).await, ["chat102", "chat101"]);
    stage.portal.clock.step(3600);
    assert_eq!(rows(&stage.bob, json!({ "LIMIT": 2, "OFFSET": 2 })).await, ["chat103", "chat102"]);
}

#[tokio::test]
async fn a_walk_by_dates_repeats_the_boundary_row_only() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    let mut met: Vec<String> = Vec::new();
    let mut params = json!({ "LIMIT": 50 });
    loop {
        let page = items(&stage.bob, params.clone()).await;
        let fresh: Vec<_> =
            page.iter().map(|row| row["id"].to_string()).filter(|id| met.last() != Some(id)).collect();
        met.extend(fresh);
        if page.len() < 50 {
            break;
        }
        stage.portal.clock.step(1);
        stage.alice.say("chat101", "New").await;
        params["LAST_MESSAGE_DATE"] = page.last().unwrap()["date_last_activity"].clone();
    }
    let unique: BTreeSet<_> = met.iter().collect();
    assert_eq!((met.len(), unique.len()), (119, 119), "all but the one that moved to the front");
}
