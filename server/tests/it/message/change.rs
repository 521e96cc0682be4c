//! `im.message.update`, `im.message.delete`, `im.message.like`: what becomes of a message that was sent.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use super::{LATER, add, read};
use crate::stage::{NOW, Stage, chat};

async fn update(author: &Client, params: Value) {
    assert_eq!(author.ok("im.message.update", params).await, true);
}

async fn cannot_update(author: &Client, params: Value, status: u16, code: &str) {
    let refused = author.refused("im.message.update", params.clone()).await;
    assert_eq!(refused, (status, code.to_owned()), "{params}");
}

#[tokio::test]
async fn an_edit_shows_in_the_row_and_leaves_counters_and_order() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "Helo").await;
    stage.portal.clock.step(60);
    stage.carol.say(2, "Hey").await;
    update(&stage.alice, json!({ "MESSAGE_ID": id, "MESSAGE": " Hello[BR]you " })).await;
    let message = read(&stage.bob, "1", id).await;
    assert_eq!((&message["text"], &message["params"]), (&json!("Hello\nyou"), &json!({ "IS_EDITED": "Y" })));
    let rows = stage.bob.recent(json!({})).await;
    assert_eq!((&rows[0]["id"], &rows[1]["id"]), (&json!(3), &json!(1)));
    let row = &rows[1];
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("Hello you")));
    assert_eq!((&row["date_update"], &row["date_last_activity"]), (&json!(LATER), &json!(NOW)));
    update(&stage.alice, json!({ "ID": id, "MESSAGE": "By its other name" })).await;
    assert_eq!(read(&stage.bob, "1", id).await["text"], "By its other name");
    stage.check().await;
}

#[tokio::test]
async fn an_edit_of_an_older_message_touches_no_row() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "One").await;
    stage.alice.say(2, "Two").await;
    stage.portal.clock.step(60);
    update(&stage.alice, json!({ "MESSAGE_ID": id, "MESSAGE": "1" })).await;
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["date_update"], &row["message"]["text"]), (&json!(NOW), &json!("Two")));
}

#[tokio::test]
async fn an_edit_without_text_leaves_it_and_clears_what_is_named() {
    let stage = Stage::set().await;
    let (attach, list) = (json!([{ "BLOCKS": [{ "MESSAGE": "a" }] }]), json!([{ "TEXT": "Yes" }]));
    let sent = json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", "ATTACH": attach, "KEYBOARD": list, "MENU": list });
    let id = add(&stage.alice, sent).await;
    let params = async || read(&stage.bob, "1", id).await["params"].clone();
    update(&stage.alice, json!({ "MESSAGE_ID": id, "KEYBOARD": "N", "IS_EDITED": "N" })).await;
    assert_eq!(params().await, json!({ "ATTACH": attach, "MENU": list }));
    update(&stage.alice, json!({ "MESSAGE_ID": id, "MENU": "", "IS_EDITED": "N" })).await;
    assert_eq!(params().await, json!({ "ATTACH": attach }));
    let other = json!([{ "BLOCKS": [{ "MESSAGE": "b" }] }]);
    update(&stage.alice, json!({ "MESSAGE_ID": id, "ATTACH": other, "IS_EDITED": "N" })).await;
    assert_eq!(params().await, json!({ "ATTACH": other }), "quietly");
    update(&stage.alice, json!({ "MESSAGE_ID": id, "ATTACH": [] })).await;
    assert_eq!(params().await, json!({ "IS_EDITED": "Y" }));
    assert_eq!(read(&stage.bob, "1", id).await["text"], "Hi");
    assert_eq!(stage.bob.row(1).await.unwrap()["message"]["attach"], false);
}

#[tokio::test]
async fn a_text_edited_quietly_is_edited_all_the_same() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "Helo").await;
    update(&stage.alice, json!({ "MESSAGE_ID": id, "MESSAGE": "Hello", "IS_EDITED": "N" })).await;
    assert_eq!(read(&stage.bob, "1", id).await["params"], json!({ "IS_EDITED": "Y" }));
}

#[tokio::test]
async fn an_edit_to_nothing_takes_the_message_back() {
    let stage = Stage::set().await;
    for nothing in ["", "  ", "[BR]"] {
        let id = stage.alice.say(2, "Oops").await;
        update(&stage.alice, json!({ "MESSAGE_ID": id, "MESSAGE": nothing })).await;
        let message = read(&stage.bob, "1", id).await;
        assert_eq!(message["params"], json!({ "IS_DELETED": "Y" }));
        cannot_update(&stage.alice, json!({ "MESSAGE_ID": id, "MESSAGE": "x" }), 403, "CANT_EDIT_MESSAGE")
            .await;
    }
    assert_eq!(stage.bob.row(1).await.unwrap()["counter"], 0);
    stage.check().await;
}

#[tokio::test]
async fn a_message_is_edited_for_three_days() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "Hi").await;
    stage.portal.clock.step(259_200);
    update(&stage.alice, json!({ "MESSAGE_ID": id, "MESSAGE": "Just in time" })).await;
    stage.portal.clock.step(1);
    cannot_update(&stage.alice, json!({ "MESSAGE_ID": id, "MESSAGE": "Late" }), 403, "CANT_EDIT_MESSAGE")
        .await;
    assert_eq!(read(&stage.bob, "1", id).await["text"], "Just in time");
}

#[tokio::test]
async fn only_the_author_edits() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let id = stage.bob.say(chat(group), "Mine").await;
    for by in [&stage.alice, &stage.carol] {
        cannot_update(by, json!({ "MESSAGE_ID": id, "MESSAGE": "x" }), 403, "CANT_EDIT_MESSAGE").await;
    }
    let told = id - 1;
    for message in [9999, told] {
        cannot_update(
            &stage.alice,
            json!({ "MESSAGE_ID": message, "MESSAGE": "x" }),
            403,
            "CANT_EDIT_MESSAGE",
        )
        .await;
    }
    for bad in [json!({}), json!({ "MESSAGE_ID": 0 }), json!({ "MESSAGE_ID": "x" }), json!({ "ID": -1 })] {
        cannot_update(&stage.alice, bad, 400, "MESSAGE_ID_ERROR").await;
    }
    stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": group })).await;
    cannot_update(&stage.bob, json!({ "MESSAGE_ID": id, "MESSAGE": "x" }), 403, "CANT_EDIT_MESSAGE").await;
    stage.check().await;
}

#[tokio::test]
async fn a_malformed_edit_changes_nothing() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "Hi").await;
    let (malformed, attach, list) = (
        json!("no json"),
        json!([{ "MESSAGE": "x".repeat(60_000) }]),
        json!([{ "TEXT": "x".repeat(30_000) }]),
    );
    for (name, value, code) in [
        ("ATTACH", &malformed, "ATTACH_ERROR"),
        ("ATTACH", &attach, "ATTACH_OVERSIZE"),
        ("KEYBOARD", &malformed, "KEYBOARD_ERROR"),
        ("KEYBOARD", &list, "KEYBOARD_OVERSIZE"),
        ("MENU", &malformed, "menu_ERROR"),
        ("MENU", &list, "MENU_OVERSIZE"),
    ] {
        cannot_update(
            &stage.alice,
            json!({ "MESSAGE_ID": id, "MESSAGE": "Changed", name: value }),
            400,
            code,
        )
        .await;
    }
    let message = read(&stage.bob, "1", id).await;
    assert_eq!((&message["text"], &message["params"]), (&json!("Hi"), &json!([])));
}

async fn cannot_delete(by: &Client, id: impl Into<Value>, status: u16, code: &str) {
    let id: Value = id.into();
    let refused = by.refused("im.message.delete", json!({ "MESSAGE_ID": id })).await;
    assert_eq!(refused, (status, code.to_owned()), "{id} by {}", by.user);
}

#[tokio::test]
async fn a_message_taken_back_keeps_its_place_and_stops_counting() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "Oops").await;
    stage.alice.say(2, "Sorry").await;
    stage.portal.clock.step(400 * 86_400);
    assert_eq!(stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": id })).await, true);
    let message = read(&stage.bob, "1", id).await;
    assert_eq!(
        (&message["id"], &message["author_id"], &message["date"]),
        (&json!(id), &json!(1), &json!(NOW))
    );
    assert_eq!(
        (&message["text"], &message["params"]),
        (&json!("This message was deleted"), &json!({ "IS_DELETED": "Y" }))
    );
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("Sorry")));
    cannot_delete(&stage.alice, id, 403, "CANT_EDIT_MESSAGE").await;
    stage.check().await;
}

#[tokio::test]
async fn the_row_of_a_deleted_last_message_says_so() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "Oops").await;
    stage.portal.clock.step(60);
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": id })).await;
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(0), &json!("This message was deleted")));
    assert_eq!((&row["date_update"], &row["date_last_activity"]), (&json!(LATER), &json!(NOW)));
    stage.check().await;
}

#[tokio::test]
async fn only_ones_own_message_is_taken_back() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.bob, &[1, 3]).await;
    let id = stage.carol.say(chat(group), "Mine").await;
    let dave = stage.portal.client(Person::Dave).await;
    for by in [&stage.alice, &stage.bob, &dave] {
        cannot_delete(by, id, 403, "CANT_EDIT_MESSAGE").await;
    }
    cannot_delete(&stage.alice, 9999, 403, "CANT_EDIT_MESSAGE").await;
    for bad in [json!(null), json!(0), json!("x"), json!("")] {
        cannot_delete(&stage.alice, bad, 400, "MESSAGE_ID_ERROR").await;
    }
    stage.check().await;
}

#[tokio::test]
async fn an_administrator_takes_back_what_dismissed_people_wrote() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.bob, &[3]).await;
    let id = stage.carol.say(chat(group), "Mine").await;
    stage.alice.ok("user.update", json!({ "ID": 3, "ACTIVE": "N" })).await;
    cannot_delete(&stage.bob, id, 403, "CANT_EDIT_MESSAGE").await;
    assert_eq!(stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": id })).await, true);
    assert_eq!(read(&stage.bob, "chat1", id).await["params"], json!({ "IS_DELETED": "Y" }));
    stage.check().await;
}

#[tokio::test]
async fn in_the_general_chat_an_administrator_removes_completely() {
    let stage = Stage::set().await;
    stage.import_chat(70, "O", json!({ "entity_type": "GENERAL" })).await;
    let first = stage.alice.say("chat70", "Welcome").await;
    stage.portal.clock.step(60);
    let id = stage.bob.say("chat70", "Spam").await;
    assert_eq!(stage.alice.row("chat70").await.unwrap()["counter"], 1);
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": id })).await;
    let row = stage.alice.row("chat70").await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["id"]), (&json!(0), &json!(first)));
    assert_eq!(row["date_last_activity"], NOW);
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "chat70" })).await;
    assert_eq!(crate::stage::ids(&page["messages"]), [first]);
    stage.check().await;
}

#[tokio::test]
async fn likes_are_kept_in_the_order_of_people_and_toggle() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 3]).await;
    let id = stage.alice.say(chat(group), "Good news").await;
    let likes = async || read(&stage.alice, "chat1", id).await["params"].clone();
    let like = async |by: &Client, action: Value| {
        assert_eq!(by.ok("im.message.like", json!({ "MESSAGE_ID": id, "ACTION": action })).await, true);
    };
    like(&stage.carol, json!(null)).await;
    like(&stage.bob, json!("plus")).await;
    assert_eq!(likes().await, json!({ "LIKE": [2, 3] }));
    like(&stage.carol, json!("auto")).await;
    assert_eq!(likes().await, json!({ "LIKE": [2] }));
    like(&stage.carol, json!("PLUS")).await;
    assert_eq!(likes().await, json!({ "LIKE": [2, 3] }), "an unknown word toggles");
    like(&stage.carol, json!("minus")).await;
    like(&stage.bob, json!("minus")).await;
    assert_eq!(likes().await, json!([]));
    stage.check().await;
}

#[tokio::test]
async fn a_like_that_changes_nothing_is_refused() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let id = stage.alice.say(chat(group), "Good news").await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [3] })).await;
    let dave = stage.portal.client(Person::Dave).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": id })).await;
    for (by, params) in [
        (&stage.bob, json!({ "MESSAGE_ID": id, "ACTION": "plus" })),
        (&stage.alice, json!({ "MESSAGE_ID": id, "ACTION": "minus" })),
        (&stage.carol, json!({ "MESSAGE_ID": id })),
        (&dave, json!({ "MESSAGE_ID": id })),
        (&stage.bob, json!({ "MESSAGE_ID": 9999 })),
    ] {
        let refused = by.refused("im.message.like", params.clone()).await;
        assert_eq!(refused, (400, "WITHOUT_CHANGES".to_owned()), "{params} by {}", by.user);
    }
    for bad in [json!({}), json!({ "MESSAGE_ID": 0 }), json!({ "MESSAGE_ID": "x" })] {
        let refused = stage.bob.refused("im.message.like", bad).await;
        assert_eq!(refused, (400, "MESSAGE_ID_ERROR".to_owned()));
    }
}
