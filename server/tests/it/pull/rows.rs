//! What one does to a row of one's list is heard at one's other clients, and nowhere else.

use serde_json::json;

use crate::stage::{Stage, chat};

#[tokio::test]
async fn pins_marks_and_silence_are_heard_at_ones_own_clients_only() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let dialog = chat(id);
    stage.alice.say(&dialog, "newest").await;
    let (mut here, mut there) = (stage.portal.ear(&stage.bob).await, stage.portal.ear(&stage.bob).await);
    let mut alice = stage.portal.ear(&stage.alice).await;
    stage.bob.ok("im.recent.pin", json!({ "DIALOG_ID": dialog, "ACTION": "Y" })).await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": dialog, "ACTION": "Y" })).await;
    stage.bob.ok("im.chat.mute", json!({ "CHAT_ID": id, "MUTE": "Y" })).await;
    stage.bob.ok("im.recent.pin", json!({ "DIALOG_ID": dialog, "ACTION": "N" })).await;
    for ear in [&mut here, &mut there] {
        let [pinned, marked, muted, unpinned] =
            ear.heard_all(["chatPin", "chatUnread", "chatMuteNotify", "chatPin"]).await;
        assert_eq!((&pinned["active"], &pinned["dialogId"]), (&json!(true), &json!(dialog)));
        assert_eq!(
            (&pinned["chat"]["dialogId"], &pinned["message"]["text"]),
            (&json!(dialog), &json!("newest"))
        );
        assert_eq!((&pinned["messages"][0]["text"], &pinned["counter"]), (&json!("newest"), &json!(1)));
        assert_eq!(
            (&marked["active"], &marked["unread"], &marked["counter"]),
            (&json!(true), &json!(true), &json!(1))
        );
        assert_eq!(
            (&muted["mute"], &muted["muted"], &muted["unread"]),
            (&json!(true), &json!(true), &json!(true))
        );
        assert_eq!(unpinned["active"], false);
    }
    stage.alice.say(1, "to myself").await;
    assert_eq!(alice.heard("message").await["message"]["text"], "to myself");
    stage.check().await;
}

#[tokio::test]
async fn a_row_that_is_hidden_is_read_and_gone_and_comes_back_with_a_message() {
    let stage = Stage::set().await;
    stage.alice.say(2, "one").await;
    stage.bob.ok("im.recent.pin", json!({ "DIALOG_ID": "1", "ACTION": "Y" })).await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": "1" })).await;
    let [unpinned, read, hidden] = bob.heard_all(["chatPin", "readMessageChat", "chatHide"]).await;
    assert_eq!((&unpinned["active"], &read["counter"]), (&json!(false), &json!(0)));
    assert_eq!((&hidden["dialogId"], &hidden["lines"]), (&json!("1"), &json!(false)));
    assert_eq!(hidden["recentConfigToHide"]["sections"], json!(["default"]));
    stage.alice.say(2, "two").await;
    assert_eq!(bob.heard("message").await["counter"], 1);
    stage.check().await;
}

#[tokio::test]
async fn taking_a_mark_away_reads_the_dialog() {
    let stage = Stage::set().await;
    stage.alice.say(2, "one").await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "1", "ACTION": "Y" })).await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "1", "ACTION": "N" })).await;
    let read = bob.heard("readMessageChat").await;
    assert_eq!((&read["counter"], &read["unread"]), (&json!(0), &json!(false)));
}
