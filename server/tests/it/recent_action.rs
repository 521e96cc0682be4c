//! What people do to the rows of their list: `im.recent.pin`, `im.recent.hide`, `im.recent.unread`.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, chat};

const LATER: &str = "2026-03-02T10:01:00+00:00";

/// The rows' ids in the order of `im.recent.list`, the pinned ones only.
async fn pins(reader: &Client) -> Vec<Value> {
    let list = reader.ok("im.recent.list", json!({ "LIMIT": 200 })).await;
    let rows = list["items"].as_array().unwrap().iter();
    rows.filter(|row| row["pinned"] == true).map(|row| row["id"].clone()).collect()
}

async fn pin(reader: &Client, dialog: &str) -> Value {
    reader.ok("im.recent.pin", json!({ "DIALOG_ID": dialog })).await
}

#[tokio::test]
async fn a_pinned_row_stands_first_and_shows_the_change_but_no_activity() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.portal.clock.step(60);
    stage.carol.say(2, "Newer").await;
    assert_eq!(pin(&stage.bob, "chat1").await, true);
    let rows = stage.bob.recent(json!({})).await;
    assert_eq!((&rows[0]["id"], &rows[0]["pinned"]), (&json!(chat(id)), &json!(true)));
    assert_eq!((&rows[0]["date_update"], &rows[0]["date_last_activity"]), (&json!(LATER), &json!(NOW)));
    assert_eq!((&rows[1]["id"], &rows[1]["pinned"]), (&json!(3), &json!(false)));
    assert_eq!(stage.alice.row("chat1").await.unwrap()["pinned"], false, "nobody else's matter");
    stage.check().await;
}

#[tokio::test]
async fn the_newest_pin_comes_first_and_unpinning_closes_the_gap() {
    let stage = Stage::set().await;
    stage.import_rows(4).await;
    for dialog in ["chat101", "chat102", "chat103", "chat104"] {
        pin(&stage.bob, dialog).await;
    }
    assert_eq!(pins(&stage.bob).await, ["chat104", "chat103", "chat102", "chat101"]);
    assert_eq!(pin(&stage.bob, "chat101").await, true, "pinned once more");
    assert_eq!(pins(&stage.bob).await, ["chat104", "chat103", "chat102", "chat101"], "changes nothing");
    let unpin = json!({ "DIALOG_ID": "chat103", "PIN": "N" });
    assert_eq!(stage.bob.ok("im.recent.pin", unpin.clone()).await, true);
    assert_eq!(stage.bob.ok("im.recent.pin", unpin).await, true, "unpinned once more");
    assert_eq!(pins(&stage.bob).await, ["chat104", "chat102", "chat101"]);
    pin(&stage.bob, "chat103").await;
    assert_eq!(pins(&stage.bob).await, ["chat103", "chat104", "chat102", "chat101"]);
    stage.check().await;
}

#[tokio::test]
async fn only_n_unpins_and_action_goes_before_pin() {
    let stage = Stage::set().await;
    stage.import_rows(1).await;
    for (params, pinned) in [
        (json!({}), true),
        (json!({ "PIN": "N" }), false),
        (json!({ "PIN": "n" }), true),
        (json!({ "PIN": "Y", "ACTION": "N" }), false),
        (json!({ "PIN": "N", "ACTION": "Y" }), true),
        (json!({ "ACTION": "N" }), false),
        (json!({ "PIN": "" }), true),
    ] {
        let mut sent = params.clone();
        sent["DIALOG_ID"] = json!("chat101");
        assert_eq!(stage.bob.ok("im.recent.pin", sent).await, true);
        assert_eq!(stage.bob.row("chat101").await.unwrap()["pinned"], pinned, "{params}");
    }
}

#[tokio::test]
async fn a_pin_that_changes_nothing_does_not_touch_the_row() {
    let stage = Stage::set().await;
    stage.import_rows(2).await;
    pin(&stage.bob, "chat101").await;
    stage.portal.clock.step(60);
    pin(&stage.bob, "chat101").await;
    stage.bob.ok("im.recent.pin", json!({ "DIALOG_ID": "chat102", "PIN": "N" })).await;
    let since = stage.bob.recent(json!({ "LAST_SYNC_DATE": LATER })).await;
    assert!(since.is_empty(), "{since:?}");
}

#[tokio::test]
async fn forty_five_rows_can_be_pinned() {
    let stage = Stage::set().await;
    stage.import_rows(46).await;
    for id in 101..=145 {
        assert_eq!(pin(&stage.bob, &chat(id)).await, true, "{id}");
    }
    assert_eq!(pin(&stage.bob, "chat146").await, false);
    assert_eq!(pin(&stage.bob, "chat101").await, false, "even what is pinned already");
    assert_eq!(pins(&stage.bob).await.len(), 45);
    stage.bob.ok("im.recent.pin", json!({ "DIALOG_ID": "chat145", "PIN": "N" })).await;
    assert_eq!(pin(&stage.bob, "chat146").await, true);
    assert_eq!(pins(&stage.bob).await[..2], ["chat146", "chat144"]);
    assert_eq!(pin(&stage.alice, "chat101").await, true, "everybody has their own");
    stage.check().await;
}

#[tokio::test]
async fn a_colleague_never_written_to_can_be_pinned() {
    let stage = Stage::set().await;
    stage.portal.clock.step(60);
    assert_eq!(pin(&stage.bob, "3").await, true);
    let row = stage.bob.row(3).await.unwrap();
    let nothing = json!({
        "id": 0, "text": "", "file": false, "attach": false, "author_id": 0, "date": LATER, "sticker": null,
        "status": "received",
    });
    assert_eq!((&row["message"], &row["title"]), (&nothing, &json!("Carol Clark")));
    assert!(stage.carol.recent(json!({})).await.is_empty(), "who knows nothing of it");
    assert_eq!(pin(&stage.bob, "2").await, true, "the notes too");
    assert_eq!(pins(&stage.bob).await, [json!(2), json!(3)]);
    stage.check().await;
}

#[tokio::test]
async fn pinning_brings_a_hidden_row_back() {
    let stage = Stage::set().await;
    stage.alice.say(2, "Hi").await;
    stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": 1 })).await;
    assert!(stage.bob.row(1).await.is_none());
    pin(&stage.bob, "1").await;
    assert_eq!(stage.bob.row(1).await.unwrap()["pinned"], true);
    stage.check().await;
}

#[tokio::test]
async fn what_may_not_be_pinned_is_refused() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN" })).await;
    stage.import_chat(70, "L", json!({ "entity_type": "LINES", "entity_id": "web|1|1" })).await;
    stage.import_chat(71, "T", json!({ "parent_chat": 1, "parent_message": 1 })).await;
    for closed in ["chat1", "chat2", "chat70", "chat71", "chat999", "999", "sg9", "notify"] {
        for pin in ["Y", "N"] {
            let refused =
                stage.bob.refused("im.recent.pin", json!({ "DIALOG_ID": closed, "PIN": pin })).await;
            assert_eq!(refused, (400, "ACCESS_ERROR".to_owned()), "{closed} {pin}");
        }
    }
    let erin = stage.portal.client(Person::Erin).await;
    assert_eq!(
        erin.refused("im.recent.pin", json!({ "DIALOG_ID": 3 })).await,
        (400, "ACCESS_ERROR".to_owned())
    );
}

#[tokio::test]
async fn every_action_on_a_row_needs_an_address() {
    let stage = Stage::set().await;
    for method in ["im.recent.pin", "im.recent.hide", "im.recent.unread"] {
        for bad in [
            json!(null),
            json!(""),
            json!("0"),
            json!(0),
            json!("chat"),
            json!("room"),
            json!(-1),
            json!(["chat1"]),
        ] {
            let refused = stage.bob.refused(method, json!({ "DIALOG_ID": bad })).await;
            assert_eq!(refused, (400, "DIALOG_ID_EMPTY".to_owned()), "{method} {bad}");
        }
        assert_eq!(stage.bob.refused(method, json!({})).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    }
}

#[tokio::test]
async fn hiding_reads_the_dialog_and_leaves_a_removal() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let said = stage.alice.say(chat(id), "Hi").await;
    pin(&stage.bob, "chat1").await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "chat1" })).await;
    stage.portal.clock.step(60);
    assert_eq!(stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": "chat1" })).await, true);
    assert!(stage.bob.row("chat1").await.is_none());
    assert_eq!(stage.bob.ok("im.counters.get", json!({})).await["TYPE"]["ALL"], 0);
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": "chat1" })).await;
    assert_eq!((&page["counter"], &page["last_id"]), (&json!(0), &json!(said)));
    let since = stage.bob.call("im.recent.get", json!({ "LAST_SYNC_DATE": LATER })).await;
    assert_eq!(since.body["removed"], json!([{ "id": "chat1", "reason": "hidden", "date": LATER }]));
    assert!(stage.alice.row("chat1").await.is_some(), "nobody else's matter");
    stage.alice.say(chat(id), "Again").await;
    let row = stage.bob.row("chat1").await.unwrap();
    assert_eq!((&row["pinned"], &row["unread"], &row["counter"]), (&json!(false), &json!(false), &json!(1)));
    stage.check().await;
}

#[tokio::test]
async fn a_hidden_row_comes_back_with_any_message() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let hide = async || {
        stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": chat(id) })).await;
        assert!(stage.bob.row(chat(id)).await.is_none());
    };
    hide().await;
    stage.bob.say(chat(id), "My own").await;
    assert_eq!(stage.bob.row(chat(id)).await.unwrap()["counter"], 0);
    hide().await;
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": id, "TITLE": "Told by the system" })).await;
    assert_eq!(stage.bob.row(chat(id)).await.unwrap()["counter"], 1);
    hide().await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [3] })).await;
    assert_eq!(stage.bob.row(chat(id)).await.unwrap()["counter"], 0, "an invitation does not count");
    hide().await;
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": id, "USER_ID": 2 })).await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [2] })).await;
    assert!(stage.bob.row(chat(id)).await.is_some(), "added again");
    stage.check().await;
}

#[tokio::test]
async fn reading_or_editing_does_not_bring_a_hidden_row_back() {
    let stage = Stage::set().await;
    let said = stage.alice.say(2, "Helo").await;
    stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": 1 })).await;
    stage.alice.ok("im.message.update", json!({ "MESSAGE_ID": said, "MESSAGE": "Hello" })).await;
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": 1 })).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": said })).await;
    assert!(stage.bob.row(1).await.is_none());
    stage.check().await;
}

#[tokio::test]
async fn hiding_what_is_not_there_is_fine() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    for nothing in ["chat1", "chat999", "3", "999", "sg9", "notify"] {
        assert_eq!(stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": nothing })).await, true, "{nothing}");
    }
    let since = stage.bob.call("im.recent.get", json!({ "LAST_SYNC_DATE": NOW })).await;
    assert_eq!(since.body["removed"], json!([]), "nothing went away");
    stage.check().await;
}

#[tokio::test]
async fn a_mark_shows_on_the_row_and_leaves_counter_and_position() {
    let stage = Stage::set().await;
    let read = stage.alice.say(2, "One").await;
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": 1 })).await;
    stage.alice.say(2, "Two").await;
    stage.portal.clock.step(60);
    let mark = async |params: Value| {
        let mut sent = params;
        sent["DIALOG_ID"] = json!(1);
        assert_eq!(stage.bob.ok("im.recent.unread", sent).await, true);
    };
    mark(json!({})).await;
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["unread"], &row["counter"], &row["last_id"]), (&json!(true), &json!(1), &json!(read)));
    assert_eq!((&row["date_update"], &row["date_last_activity"]), (&json!(LATER), &json!(NOW)));
    stage.portal.clock.step(60);
    mark(json!({ "ACTION": "Y" })).await;
    assert_eq!(stage.bob.row(1).await.unwrap()["date_update"], LATER, "marked once more changes nothing");
    stage.check().await;
}

#[tokio::test]
async fn clearing_the_mark_reads_the_dialog() {
    let stage = Stage::set().await;
    let said = stage.alice.say(2, "One").await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": 1 })).await;
    assert_eq!(stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": 1, "ACTION": "N" })).await, true);
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["unread"], &row["counter"], &row["last_id"]), (&json!(false), &json!(0), &json!(said)));
    stage.check().await;
}

#[tokio::test]
async fn only_n_clears_the_mark_and_action_goes_first() {
    let stage = Stage::set().await;
    stage.import_rows(1).await;
    for (params, marked) in [
        (json!({}), true),
        (json!({ "ACTION": "N" }), false),
        (json!({ "ACTION": "n" }), true),
        (json!({ "UNREAD": "N" }), false),
        (json!({ "UNREAD": "N", "ACTION": "Y" }), true),
        (json!({ "UNREAD": "Y", "ACTION": "N" }), false),
        (json!({ "ACTION": "" }), true),
    ] {
        let mut sent = params.clone();
        sent["DIALOG_ID"] = json!("chat101");
        assert_eq!(stage.bob.ok("im.recent.unread", sent).await, true);
        assert_eq!(stage.bob.row("chat101").await.unwrap()["unread"], marked, "{params}");
    }
    stage.check().await;
}

#[tokio::test]
async fn there_is_no_mark_without_a_row() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    stage.carol.say(2, "Hi").await;
    stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": 3 })).await;
    stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": 4 })).await;
    for nothing in ["chat1", "chat999", "3", "4", "999", "notify"] {
        for action in ["Y", "N"] {
            let params = json!({ "DIALOG_ID": nothing, "ACTION": action });
            assert_eq!(stage.bob.ok("im.recent.unread", params).await, false, "{nothing} {action}");
        }
    }
    stage.check().await;
}
