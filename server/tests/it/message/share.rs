//! `im.message.share`: a message made into a chat about it; `im.message.command`: refused, whatever is asked.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use super::{add, cannot};
use crate::stage::{Stage, chat};

const RULE: &str = "------------------------------------------------------";

async fn share(sharer: &Client, params: Value) {
    assert_eq!(sharer.ok("im.message.share", params).await, true);
}

/// The newest chat made from a message, as somebody finds it: its dialog, and its messages but the system's.
async fn thread(reader: &Client, message: i64) -> (Value, Vec<Value>) {
    let asked = json!({ "ENTITY_TYPE": "THREAD", "ENTITY_ID": message.to_string() });
    let id = reader.ok("im.chat.get", asked).await["ID"].as_i64().unwrap();
    let dialog = reader.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await;
    let page = reader.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(id), "FIRST_ID": 0 })).await;
    let said = page["messages"].as_array().unwrap().iter().filter(|message| message["author_id"] != 0);
    (dialog, said.cloned().collect())
}

async fn members(reader: &Client, dialog: &Value) -> Value {
    reader.ok("im.chat.user.list", json!({ "CHAT_ID": dialog["id"] })).await
}

#[tokio::test]
async fn a_message_of_a_dialog_becomes_a_chat_of_its_two_people_that_begins_with_it() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "Shall we [b]move[/b]?").await;
    stage.portal.clock.step(3600);
    share(&stage.alice, json!({ "MESSAGE_ID": id, "DIALOG_ID": 2, "TYPE": "CHAT" })).await;
    let (dialog, said) = thread(&stage.bob, id).await;
    assert_eq!(
        (&dialog["type"], &dialog["message_type"], &dialog["owner"]),
        (&json!("thread"), &json!("C"), &json!(1))
    );
    assert_eq!((&dialog["entity_type"], &dialog["entity_id"]), (&json!("THREAD"), &json!(id.to_string())));
    assert_eq!(members(&stage.bob, &dialog).await, json!([1, 2]));
    let quote = format!("{RULE}\nAlice Adams [2026-03-02 10:00]\nShall we [b]move[/b]?\n{RULE}");
    assert_eq!(said.iter().map(|one| &one["text"]).collect::<Vec<_>>(), [&json!(quote)]);
    let row = stage.bob.row(chat(dialog["id"].as_i64().unwrap())).await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("[Quote]")));
    stage.check().await;
}

#[tokio::test]
async fn a_message_of_a_group_becomes_a_chat_with_its_author() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 3]).await;
    let id = stage.carol.say(chat(group), &format!("{RULE}\nBob [then]\nOld\n{RULE}\nNew")).await;
    share(&stage.bob, json!({ "MESSAGE_ID": id, "DIALOG_ID": chat(group), "TYPE": "CHAT" })).await;
    let (dialog, said) = thread(&stage.carol, id).await;
    assert_eq!(members(&stage.carol, &dialog).await, json!([2, 3]));
    let text = said[0]["text"].as_str().unwrap();
    assert_eq!(text.matches(RULE).count(), 2, "one quote: {text}");
    assert!(
        text.contains("Carol Clark [2026-03-02 10:00]\n") && text.contains("Old") && text.contains("New")
    );
    stage.check().await;
}

#[tokio::test]
async fn a_message_without_text_is_quoted_by_what_hangs_on_it() {
    let stage = Stage::set().await;
    let id = add(&stage.alice, json!({ "DIALOG_ID": 2, "ATTACH": [{ "MESSAGE": "a" }] })).await;
    share(&stage.bob, json!({ "MESSAGE_ID": id, "DIALOG_ID": 1, "TYPE": "CHAT" })).await;
    let (_, said) = thread(&stage.bob, id).await;
    assert_eq!(said[0]["text"], format!("{RULE}\nAlice Adams [2026-03-02 10:00]\n[Attachment]\n{RULE}"));
}

#[tokio::test]
async fn each_time_is_a_chat_of_its_own_and_notes_become_a_chat_of_one() {
    let stage = Stage::set().await;
    let id = stage.alice.say(1, "Note").await;
    let asked = json!({ "MESSAGE_ID": id, "DIALOG_ID": 1, "TYPE": "CHAT" });
    share(&stage.alice, asked.clone()).await;
    share(&stage.alice, asked).await;
    let rows = stage.alice.recent(json!({})).await;
    let threads = rows.iter().filter(|row| row["chat"]["entity_type"] == "THREAD");
    assert_eq!(threads.map(|row| &row["chat"]["user_counter"]).collect::<Vec<_>>(), [&json!(1), &json!(1)]);
    stage.check().await;
}

#[tokio::test]
async fn a_guest_from_outside_shares_into_a_chat_like_their_others() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 5]).await;
    let id = stage.bob.say(chat(group), "Hi").await;
    let erin = stage.portal.client(Person::Erin).await;
    share(&erin, json!({ "MESSAGE_ID": id, "DIALOG_ID": chat(group), "TYPE": "CHAT" })).await;
    let rows = erin.recent(json!({})).await;
    let made = rows.iter().find(|row| row["chat"]["owner"] == 5).unwrap();
    assert_eq!((&made["chat"]["entity_type"], &made["chat"]["user_counter"]), (&json!(""), &json!(2)));
    stage.check().await;
}

#[tokio::test]
async fn what_cannot_be_shared_is_refused_and_makes_nothing() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let old = stage.alice.say(chat(group), "Before").await;
    let hide = json!({ "CHAT_ID": group, "USERS": [3], "HIDE_HISTORY": "Y" });
    stage.alice.ok("im.chat.user.add", hide).await;
    let id = stage.alice.say(chat(group), "Hi").await;
    let gone = stage.alice.say(chat(group), "Oops").await;
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": gone })).await;
    let elsewhere = stage.alice.say(2, "Secret").await;
    stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN", "TITLE": "Open" })).await;
    let dave = stage.portal.client(Person::Dave).await;
    let open = chat(group + 2);
    let post = stage.alice.say(&open, "For all").await;
    let of = |id: i64, dialog: &str| json!({ "MESSAGE_ID": id, "DIALOG_ID": dialog, "TYPE": "CHAT" });
    let typed = |kind: Value| json!({ "MESSAGE_ID": id, "DIALOG_ID": chat(group), "TYPE": kind });
    let here = chat(group);
    let before = stage.bob.recent(json!({})).await.len();
    let cases = [
        (&stage.bob, json!({ "DIALOG_ID": here, "TYPE": "CHAT" }), 400, "MESSAGE_ID_ERROR"),
        (&stage.bob, of(0, &here), 400, "MESSAGE_ID_ERROR"),
        (&stage.bob, of(-1, &here), 400, "MESSAGE_ID_ERROR"),
        (&stage.bob, of(99_999, &here), 400, "MESSAGE_ID_ERROR"),
        (&stage.bob, of(gone, &here), 400, "MESSAGE_ID_ERROR"),
        (&stage.bob, of(elsewhere, &here), 400, "MESSAGE_ID_ERROR"),
        (&stage.carol, of(old, &here), 400, "MESSAGE_ID_ERROR"),
        (&stage.bob, json!({ "MESSAGE_ID": id, "TYPE": "CHAT" }), 400, "DIALOG_ID_EMPTY"),
        (&stage.bob, of(id, "chat"), 400, "DIALOG_ID_EMPTY"),
        (&stage.bob, of(id, "chat9999"), 403, "ACCESS_ERROR"),
        (&stage.bob, of(id, "999"), 403, "ACCESS_ERROR"),
        (&dave, of(id, &here), 403, "ACCESS_ERROR"),
        (&dave, of(post, &open), 403, "ACCESS_ERROR"),
        (&dave, json!({ "MESSAGE_ID": id, "DIALOG_ID": here, "TYPE": "TASK" }), 403, "ACCESS_ERROR"),
        (&stage.bob, typed(json!("TASK")), 400, "PARAMS_ERROR"),
        (&stage.bob, typed(json!("POST")), 400, "PARAMS_ERROR"),
        (&stage.bob, typed(json!("CALEND")), 400, "PARAMS_ERROR"),
        (&stage.bob, typed(json!("chat")), 400, "PARAMS_ERROR"),
        (&stage.bob, typed(json!(["CHAT"])), 400, "PARAMS_ERROR"),
        (&stage.bob, typed(json!(null)), 400, "PARAMS_ERROR"),
    ];
    for (sharer, params, status, code) in cases {
        cannot(sharer, "im.message.share", params, status, code).await;
    }
    assert_eq!(stage.bob.recent(json!({})).await.len(), before);
    stage.check().await;
}

#[tokio::test]
async fn no_bot_knows_a_command() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 6]).await;
    let id = stage.alice.say(chat(group), "Hi").await;
    let secret = stage.alice.say(3, "Hi").await;
    let without = stage.alice.say(2, "Hi").await;
    let asked =
        |id: i64, bot: Value, command: Value| json!({ "MESSAGE_ID": id, "BOT_ID": bot, "COMMAND": command });
    let mut params = asked(id, json!(6), json!("help"));
    params["COMMAND_PARAMS"] = json!(["a"]);
    let cases = [
        (json!({ "BOT_ID": 6, "COMMAND": "help" }), "MESSAGE_ID_ERROR"),
        (asked(0, json!(6), json!("help")), "MESSAGE_ID_ERROR"),
        (asked(99_999, json!(6), json!("help")), "MESSAGE_ID_ERROR"),
        (asked(secret, json!(6), json!("help")), "MESSAGE_ID_ERROR"),
        (asked(id, json!(null), json!("help")), "BOT_ID_ERROR"),
        (asked(id, json!("robot"), json!("help")), "BOT_ID_ERROR"),
        (asked(id, json!(999), json!("help")), "BOT_ID_ERROR"),
        (asked(id, json!(1), json!("help")), "BOT_ID_ERROR"),
        (asked(without, json!(6), json!("help")), "BOT_ID_ERROR"),
        (asked(id, json!(6), json!(null)), "COMMAND_ERROR"),
        (asked(id, json!(6), json!("  ")), "COMMAND_ERROR"),
        (asked(id, json!(6), json!("help")), "COMMAND_ERROR"),
        (params, "PARAMS_ERROR"),
    ];
    for (params, code) in cases {
        cannot(&stage.bob, "im.message.command", params, 400, code).await;
    }
    stage.check().await;
}
