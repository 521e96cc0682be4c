//! `im.dialog.read`, `im.dialog.read.all`, `im.dialog.unread`: where a dialog has been read up to.

use serde_json::{Value, json};

use super::{LATER, history, read_upto};
use crate::stage::{NOW, Stage};

#[tokio::test]
async fn reading_up_to_a_message_answers_the_new_position() {
    let stage = history(10).await;
    let read = |params: Value| stage.bob.ok("im.dialog.read", params);
    let first = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 4 })).await;
    assert_eq!(first, json!({ "dialogId": "chat70", "chatId": 70, "lastId": 4, "counter": 6 }));
    let back = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 2 })).await;
    assert_eq!(back["lastId"], 4, "never backwards");
    let alias = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 5, "LAST_ID": "8" })).await;
    assert_eq!((&alias["lastId"], &alias["counter"]), (&json!(8), &json!(2)), "LAST_ID wins");
    let beyond = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 9999 })).await;
    assert_eq!((&beyond["lastId"], &beyond["counter"]), (&json!(10), &json!(0)));
    stage.check().await;
}

#[tokio::test]
async fn reading_a_private_dialog_answers_the_persons_number() {
    let stage = Stage::set().await;
    let said = stage.alice.say(2, "Hi").await;
    let read = stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1" })).await;
    assert_eq!(read, json!({ "dialogId": 1, "chatId": 1, "lastId": said, "counter": 0 }));
    stage.check().await;
}

#[tokio::test]
async fn reading_without_a_message_reads_all_and_takes_the_mark_away() {
    for params in
        [json!({}), json!({ "MESSAGE_ID": 0 }), json!({ "MESSAGE_ID": -7 }), json!({ "LAST_ID": "" })]
    {
        let stage = history(10).await;
        stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "chat70" })).await;
        let mut sent = params.clone();
        sent["DIALOG_ID"] = json!("chat70");
        let read = stage.bob.ok("im.dialog.read", sent).await;
        assert_eq!((&read["lastId"], &read["counter"]), (&json!(10), &json!(0)), "{params}");
        let row = stage.bob.row("chat70").await.unwrap();
        assert_eq!((&row["unread"], &row["counter"]), (&json!(false), &json!(0)), "{params}");
        stage.check().await;
    }
}

#[tokio::test]
async fn reading_up_to_a_message_leaves_the_mark_and_touches_the_row() {
    let stage = history(10).await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "chat70" })).await;
    stage.portal.clock.step(60);
    read_upto(&stage, 10).await;
    let row = stage.bob.row("chat70").await.unwrap();
    assert_eq!((&row["unread"], &row["date_update"]), (&json!(true), &json!(LATER)));
    assert_eq!(row["date_last_activity"], NOW);
}

#[tokio::test]
async fn reading_what_is_not_ones_own_is_false() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    for foreign in ["chat1", "chat999", "3", "999"] {
        assert_eq!(stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": foreign })).await, false, "{foreign}");
    }
    assert_eq!(stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "notify" })).await, true);
    for bad in [json!({}), json!({ "DIALOG_ID": "" }), json!({ "DIALOG_ID": "chat" })] {
        assert_eq!(stage.bob.refused("im.dialog.read", bad).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    }
}

#[tokio::test]
async fn reading_everything_reads_every_dialog_but_the_open_lines() {
    let stage = history(10).await;
    stage.import_chat(71, "L", json!({ "entity_type": "LINES", "entity_id": "web|1|1" })).await;
    stage
        .portal
        .import(
            &json!({ "type": "message", "id": 20, "chat": 71, "author": 1, "date": NOW, "text": "?" })
                .to_string(),
        )
        .await;
    stage.carol.say(2, "Hi").await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "3" })).await;
    for method in ["im.dialog.read.all", "im.dialog.readAll"] {
        assert_eq!(stage.bob.ok(method, json!({})).await, true);
        let left: Vec<_> =
            stage.bob.recent(json!({})).await.into_iter().filter(|row| row["counter"] != 0).collect();
        assert_eq!(left.len(), 1);
        assert_eq!((&left[0]["id"], &left[0]["counter"]), (&json!("chat71"), &json!(1)));
    }
    assert_eq!(stage.bob.row(3).await.unwrap()["unread"], false);
    stage.check().await;
}

#[tokio::test]
async fn un_reading_counts_the_message_and_those_of_others_after_it() {
    let stage = history(10).await;
    read_upto(&stage, 10).await;
    stage.bob.say("chat70", "Mine").await;
    stage.portal.clock.step(60);
    let unread = json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 8 });
    assert_eq!(stage.bob.ok("im.dialog.unread", unread).await, true);
    let row = stage.bob.row("chat70").await.unwrap();
    assert_eq!((&row["counter"], &row["last_id"]), (&json!(3), &json!(7)));
    assert_eq!((&row["date_update"], &row["unread"]), (&json!(LATER), &json!(false)));
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": "chat70" })).await;
    assert_eq!((&page["counter"], &page["unread_id"], &page["marked_id"]), (&json!(3), &json!(8), &json!(8)));
    stage.check().await;
}

#[tokio::test]
async fn un_reading_what_is_unread_anyway_changes_nothing() {
    let stage = history(10).await;
    read_upto(&stage, 4).await;
    stage.bob.ok("im.dialog.unread", json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 9 })).await;
    let row = stage.bob.row("chat70").await.unwrap();
    assert_eq!((&row["counter"], &row["last_id"]), (&json!(6), &json!(4)));
    stage.check().await;
}

#[tokio::test]
async fn un_reading_without_a_message_is_refused_and_without_access_it_does_nothing() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    let refused = |params: Value| stage.bob.refused("im.dialog.unread", params);
    for bad in [json!({}), json!({ "MESSAGE_ID": 0 }), json!({ "MESSAGE_ID": "x", "DIALOG_ID": "chat1" })] {
        assert_eq!(refused(bad.clone()).await, (400, "MESSAGE_ID_ERROR".to_owned()), "{bad}");
    }
    for bad in [json!({ "MESSAGE_ID": 1 }), json!({ "MESSAGE_ID": 1, "DIALOG_ID": "room" })] {
        assert_eq!(refused(bad.clone()).await, (400, "DIALOG_ID_EMPTY".to_owned()), "{bad}");
    }
    for foreign in ["chat1", "chat999", "3"] {
        let params = json!({ "MESSAGE_ID": 1, "DIALOG_ID": foreign });
        assert_eq!(stage.bob.ok("im.dialog.unread", params).await, true, "{foreign}");
    }
    stage.check().await;
}
