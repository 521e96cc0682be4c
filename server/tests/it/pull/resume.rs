//! Being away and coming back: nothing is missed and nothing comes twice.

use lately_testkit::{Ear, Person, TestPortal};
use serde_json::{Value, json};

use crate::stage::{Stage, chat};

fn text(heard: &Value) -> &str {
    heard["message"]["text"].as_str().unwrap()
}

#[tokio::test]
async fn whoever_comes_back_hears_what_they_missed_once_and_in_order() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    stage.alice.say(2, "heard").await;
    ear.heard("message").await;
    let mid = ear.mid.clone();
    ear.drop_dead();
    for number in 0..3 {
        stage.alice.say(2, &format!("missed {number}")).await;
    }
    stage.bob.ok("im.recent.pin", json!({ "DIALOG_ID": "1", "ACTION": "Y" })).await;
    let mut back = stage.portal.ear_after(&stage.bob, &mid).await;
    stage.alice.say(2, "live again").await;
    for number in 0..3 {
        assert_eq!(text(&back.heard("message").await), format!("missed {number}"));
    }
    assert_eq!(back.heard("chatPin").await["active"], true);
    let live = back.heard("message").await;
    assert_eq!((text(&live), &live["counter"]), ("live again", &json!(5)));
}

#[tokio::test]
async fn numbers_differ_and_ascend_even_within_one_act() {
    let stage = Stage::set().await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": id, "TITLE": "New" })).await;
    let mut mids = Vec::new();
    loop {
        let (command, _) = bob.next().await;
        mids.push(bob.mid.clone());
        if command == "chatRename" {
            break;
        }
    }
    bob.heard("messageChat").await;
    mids.push(bob.mid.clone());
    assert!(mids.len() > 3 && mids.is_sorted_by(|one, next| one < next), "{mids:?}");
    for (place, mid) in mids.iter().enumerate() {
        let mut back = stage.portal.ear_after(&stage.bob, mid).await;
        for later in &mids[place + 1..] {
            back.next().await;
            assert_eq!(&back.mid, later);
        }
    }
}

#[tokio::test]
async fn a_day_is_kept_and_what_is_no_number_of_ours_is_passed_over() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    stage.alice.say(2, "first").await;
    ear.heard("message").await;
    stage.portal.clock.step(23 * 3600);
    stage.alice.say(2, "a day later").await;
    let mut back = stage.portal.ear_after(&stage.bob, &ear.mid).await;
    assert_eq!(text(&back.heard("message").await), "a day later");
    for mid in ["1", "x", "99999999999999999999999999", "%00", "0000"] {
        let mut back = stage.portal.ear_after(&stage.bob, mid).await;
        stage.bob.say(2, "to myself").await;
        assert_eq!(text(&back.heard("message").await), "to myself", "{mid}");
    }
}

#[tokio::test]
async fn what_is_older_than_a_day_is_not_kept_for_ever() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    stage.alice.say(2, "heard").await;
    ear.heard("message").await;
    stage.alice.say(2, "an old one").await;
    stage.portal.clock.step(25 * 3600);
    for number in 0..600 {
        stage.carol.say(3, &format!("{number}")).await;
    }
    stage.alice.say(2, "a new one").await;
    let mut back = stage.portal.ear_after(&stage.bob, &ear.mid).await;
    assert_eq!(text(&back.heard("message").await), "a new one");
}

#[tokio::test]
async fn when_the_database_went_back_everybody_begins_anew() {
    let portal = TestPortal::with(|config| config.database = None).await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    let mut ear = portal.ear(&bob).await;
    alice.say(2, "one").await;
    ear.heard("message").await;
    portal.damage("DELETE FROM event_log");
    portal.damage("UPDATE portal SET position = 3");
    portal.messenger().catch_up().await.unwrap();
    assert_eq!(ear.closed().await, 1013);
    let mut back = portal.ear_after(&bob, &ear.mid).await;
    alice.say(2, "two").await;
    assert_eq!(text(&back.heard("message").await), "two");
}

#[tokio::test]
async fn whoever_left_meanwhile_hears_that_and_nothing_of_later() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    stage.alice.say(chat(id), "with bob").await;
    ear.heard("messageChat").await;
    let mid = ear.mid.clone();
    ear.drop_dead();
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": id, "USER_ID": 2 })).await;
    stage.alice.say(chat(id), "without bob").await;
    let mut back = stage.portal.ear_after(&stage.bob, &mid).await;
    back.heard("chatUserLeave").await;
    back.heard("notifyAdd").await;
    stage.bob.say(2, "to myself").await;
    assert_eq!(text(&back.heard("message").await), "to myself");
}

/// Reads events until one says `last`; answers the texts of the messages.
async fn texts(ear: &mut Ear, last: &str) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.last().is_none_or(|text| text != last) {
        let (_, params) = ear.next().await;
        texts.push(text(&params).to_owned());
    }
    texts
}

#[tokio::test]
async fn a_reader_who_stops_reading_is_cut_and_the_others_hear_all_the_same() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    let slow = stage.portal.ear(&stage.bob).await;
    let mut quick = stage.portal.ear(&stage.carol).await;
    let long = "x".repeat(15_000);
    // More than the queue and the way between hold together.
    const SENT: usize = 1200;
    for number in 0..SENT {
        stage.alice.say(chat(id), &format!("{number} {long}")).await;
        let heard = quick.heard("messageChat").await;
        assert!(text(&heard).starts_with(&format!("{number} ")));
    }
    let mid = {
        let mut slow = slow;
        let mut last = String::new();
        // What was on the way still comes; then it ends.
        while let Some((_, _)) = try_next(&mut slow).await {
            last.clone_from(&slow.mid);
        }
        last
    };
    let mut back = stage.portal.ear_after(&stage.bob, &mid).await;
    stage.alice.say(chat(id), "the last").await;
    let rest = texts(&mut back, "the last").await;
    assert!(rest.len() > 1, "it was cut before the end");
    let first: usize = rest[0].split(' ').next().unwrap().parse().unwrap();
    assert_eq!(rest.len(), SENT - first + 1, "without a gap");
}

async fn try_next(ear: &mut Ear) -> Option<(String, Value)> {
    use tokio_tungstenite::tungstenite::Message;
    loop {
        match ear.try_frame().await? {
            Message::Text(text) if text.as_str() == "ping" => {}
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                ear.mid = message["params"]["mid"].as_str().unwrap().to_owned();
                return Some((String::new(), message));
            }
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_to_another_server_goes_on_there() {
    let one = TestPortal::with(|config| {
        config.database = Some(lately_testkit::database::server_address(&config.data));
    })
    .await;
    let other = one.neighbour(|_| {}).await;
    let alice = one.client(Person::Alice).await;
    let bob = one.client(Person::Bob).await;
    let mut ear = one.ear(&bob).await;
    alice.say(2, "at one").await;
    ear.heard("message").await;
    let query = |mid: &str| {
        let token = ear.config["jwt"].as_str().unwrap();
        format!("token={token}&jsonRpc=true&mid={mid}")
    };
    let mid = ear.mid.clone();
    alice.say(2, "missed").await;
    let mut there = other.ear_at(&query(&mid)).await;
    there.first_ping().await;
    assert_eq!(text(&there.heard("message").await), "missed");
    alice.say(2, "live").await;
    assert_eq!(text(&there.heard("message").await), "live");
}
