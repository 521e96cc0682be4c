//! `im.message.*`: messages sent once, edited, taken back, liked.

mod change;
mod share;
mod url;

use std::collections::BTreeSet;

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{Stage, chat};

const UUID: &str = "0c3c5ad6-a1b8-4d4d-9234-f137ef862a77";

const LATER: &str = "2026-03-02T10:01:00+00:00";

/// One message as somebody reads it.
async fn read(reader: &Client, dialog: &str, id: i64) -> Value {
    let params = json!({ "DIALOG_ID": dialog, "FIRST_ID": id - 1, "LIMIT": 1 });
    reader.ok("im.dialog.messages.get", params).await["messages"][0].clone()
}

async fn add(sender: &Client, params: Value) -> i64 {
    sender.ok("im.message.add", params).await.as_i64().unwrap()
}

async fn cannot(caller: &Client, method: &str, params: Value, status: u16, code: &str) {
    let refused = caller.refused(method, params.clone()).await;
    assert_eq!(refused, (status, code.to_owned()), "{method} {params}");
}

async fn cannot_add(sender: &Client, params: Value, code: &str) {
    let refused = sender.refused("im.message.add", params.clone()).await;
    assert_eq!(refused, (400, code.to_owned()), "{params}");
}

#[tokio::test]
async fn a_message_goes_to_every_form_of_address() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let workgroup = json!({ "ENTITY_TYPE": "SONET_GROUP", "ENTITY_ID": "5", "USERS": [2] });
    stage.alice.ok("im.chat.add", workgroup).await;
    for (address, reader, dialog) in [
        (json!({ "DIALOG_ID": 2 }), &stage.bob, "1"),
        (json!({ "DIALOG_ID": "2" }), &stage.bob, "1"),
        (json!({ "USER_ID": 2 }), &stage.bob, "1"),
        (json!({ "DIALOG_ID": 1 }), &stage.alice, "1"),
        (json!({ "DIALOG_ID": chat(group) }), &stage.bob, "chat1"),
        (json!({ "DIALOG_ID": "CHAT1" }), &stage.bob, "chat1"),
        (json!({ "CHAT_ID": group }), &stage.bob, "chat1"),
        (json!({ "DIALOG_ID": "", "CHAT_ID": "1" }), &stage.bob, "chat1"),
        (json!({ "DIALOG_ID": "sg5" }), &stage.bob, "chat2"),
    ] {
        let mut sent = address.clone();
        sent["MESSAGE"] = json!(format!("to {address}"));
        let id = add(&stage.alice, sent).await;
        assert_eq!(read(reader, dialog, id).await["text"], format!("to {address}"));
    }
    stage.check().await;
}

#[tokio::test]
async fn a_message_brings_the_dialog_up_and_counts_for_the_others_only() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 3]).await;
    stage.bob.say(chat(group), "One").await;
    stage.carol.say(2, "Hey").await;
    stage.portal.clock.step(60);
    let id = stage.alice.say(chat(group), "Two").await;
    for (reader, counter) in [(&stage.alice, 0), (&stage.bob, 1), (&stage.carol, 2)] {
        let rows = reader.recent(json!({})).await;
        let row = &rows[0];
        assert_eq!((&row["id"], &row["counter"]), (&json!("chat1"), &json!(counter)), "{}", reader.user);
        assert_eq!((&row["message"]["id"], &row["message"]["author_id"]), (&json!(id), &json!(1)));
        assert_eq!((&row["date_last_activity"], &row["message"]["date"]), (&json!(LATER), &json!(LATER)));
    }
    assert_eq!(stage.alice.row("chat1").await.unwrap()["last_id"], id, "who writes has read");
    stage.check().await;
}

#[tokio::test]
async fn writing_takes_the_own_mark_away() {
    let stage = Stage::set().await;
    stage.alice.say(2, "Hi").await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": 1 })).await;
    stage.bob.say(1, "Hello").await;
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["unread"], &row["counter"]), (&json!(false), &json!(0)));
    stage.check().await;
}

#[tokio::test]
async fn a_message_needs_text_or_an_attachment() {
    let stage = Stage::set().await;
    for nothing in [json!(null), json!(""), json!("  "), json!("[BR]#BR#\n"), json!([]), json!({ "a": 1 })] {
        cannot_add(&stage.alice, json!({ "DIALOG_ID": 2, "MESSAGE": nothing }), "MESSAGE_EMPTY").await;
    }
    cannot_add(&stage.alice, json!({}), "MESSAGE_EMPTY").await;
    for none in [json!("N"), json!(""), json!([])] {
        cannot_add(&stage.alice, json!({ "DIALOG_ID": 2, "ATTACH": none }), "MESSAGE_EMPTY").await;
    }
    assert!(stage.alice.recent(json!({})).await.is_empty());
    let id = add(&stage.alice, json!({ "DIALOG_ID": 2, "MESSAGE": 0 })).await;
    assert_eq!(read(&stage.bob, "1", id).await["text"], "0", "a number is a text");
}

#[tokio::test]
async fn a_message_without_a_good_address_is_refused() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    let cases = [
        (json!({}), "PARAMS_ERROR"),
        (json!({ "DIALOG_ID": "" }), "PARAMS_ERROR"),
        (json!({ "DIALOG_ID": "0" }), "USER_ID_EMPTY"),
        (json!({ "DIALOG_ID": "-3" }), "USER_ID_EMPTY"),
        (json!({ "DIALOG_ID": "bob" }), "USER_ID_EMPTY"),
        (json!({ "USER_ID": 0 }), "USER_ID_EMPTY"),
        (json!({ "DIALOG_ID": "chat" }), "CHAT_ID_EMPTY"),
        (json!({ "DIALOG_ID": "chat0" }), "CHAT_ID_EMPTY"),
        (json!({ "CHAT_ID": 0 }), "CHAT_ID_EMPTY"),
        (json!({ "DIALOG_ID": "999" }), "USER_NOT_FOUND"),
        (json!({ "USER_ID": 999 }), "USER_NOT_FOUND"),
        (json!({ "DIALOG_ID": "chat1111" }), "CHAT_ID"),
        (json!({ "CHAT_ID": 1111 }), "CHAT_ID"),
        (json!({ "DIALOG_ID": "sg9" }), "CHAT_ID"),
        (json!({ "DIALOG_ID": "chat1" }), "ACCESS_ERROR"),
        (json!({ "CHAT_ID": 1 }), "ACCESS_ERROR"),
    ];
    for (mut params, code) in cases {
        params["MESSAGE"] = json!("Hi");
        cannot_add(&stage.bob, params, code).await;
    }
    stage.check().await;
}

#[tokio::test]
async fn only_members_write_into_open_chats_and_only_managers_into_channels() {
    let stage = Stage::set().await;
    stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN" })).await;
    stage.import_chat(70, "N", json!({})).await;
    cannot_add(&stage.bob, json!({ "DIALOG_ID": "chat1", "MESSAGE": "Hi" }), "ACCESS_ERROR").await;
    cannot_add(&stage.bob, json!({ "DIALOG_ID": "chat70", "MESSAGE": "Hi" }), "ACCESS_ERROR").await;
    stage.alice.say("chat70", "Post").await;
    assert_eq!(stage.bob.row("chat70").await.unwrap()["counter"], 1);
    stage.check().await;
}

#[tokio::test]
async fn a_guest_from_outside_writes_to_nobody_they_do_not_know() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[2, 5]).await;
    let erin = stage.portal.client(Person::Erin).await;
    cannot_add(&erin, json!({ "DIALOG_ID": 3, "MESSAGE": "Hi" }), "ACCESS_ERROR").await;
    let id = erin.say(2, "Hi").await;
    assert_eq!(read(&stage.bob, "5", id).await["text"], "Hi");
    stage.check().await;
}

#[tokio::test]
async fn line_breaks_are_unified_and_the_text_is_trimmed() {
    let stage = Stage::set().await;
    for (said, kept) in [
        ("[BR]one[BR]two[br]three#BR#four[br]", "one\ntwo\nthree\nfour"),
        ("  a\r\nb\rc  ", "a\nb\nc"),
        ("[b]x[/b] 📈", "[b]x[/b] 📈"),
    ] {
        let id = stage.alice.say(2, said).await;
        assert_eq!(read(&stage.bob, "1", id).await["text"], kept);
    }
}

#[tokio::test]
async fn a_text_is_cut_beyond_20006_characters() {
    let stage = Stage::set().await;
    let fits = "é".repeat(20_006);
    let id = stage.alice.say(2, &fits).await;
    assert_eq!(read(&stage.bob, "1", id).await["text"], fits);
    let id = stage.alice.say(2, &"é".repeat(20_007)).await;
    assert_eq!(read(&stage.bob, "1", id).await["text"], format!("{} (...)", "é".repeat(20_000)));
}

#[tokio::test]
async fn an_attachment_is_kept_as_a_list_of_blocks_in_whatever_form_it_came() {
    let stage = Stage::set().await;
    let block = json!({ "MESSAGE": "Order 17" });
    let short = json!([block]);
    let full = json!({ "ID": 1, "COLOR": "#29619b", "BLOCKS": [block] });
    for (sent, kept) in [
        (short.clone(), json!([{ "BLOCKS": [block] }])),
        (json!(short.to_string()), json!([{ "BLOCKS": [block] }])),
        (block.clone(), json!([{ "BLOCKS": [block] }])),
        (full.clone(), json!([full])),
        (json!(full.to_string()), json!([full])),
        (json!([full]), json!([full])),
    ] {
        let id = add(&stage.alice, json!({ "DIALOG_ID": 2, "ATTACH": sent })).await;
        let message = read(&stage.bob, "1", id).await;
        assert_eq!((&message["text"], &message["params"]["ATTACH"]), (&json!(""), &kept), "{sent}");
        let row = stage.bob.row(1).await.unwrap();
        assert_eq!(
            (&row["message"]["attach"], &row["message"]["text"]),
            (&json!(true), &json!("[Attachment]"))
        );
    }
    stage.check().await;
}

#[tokio::test]
async fn an_attachment_comes_in_brackets_too() {
    let stage = Stage::set().await;
    let body = "DIALOG_ID=2&MESSAGE=Hi&ATTACH[0][MESSAGE]=One&ATTACH[1][LINK][NAME]=Two&ATTACH[1][LINK][LINK]=https://a.test";
    let request =
        stage.alice.post("im.message.add").header("content-type", "application/x-www-form-urlencoded");
    let id = stage.alice.send(request.body(body)).await.result().as_i64().unwrap();
    let blocks = json!([{ "MESSAGE": "One" }, { "LINK": { "NAME": "Two", "LINK": "https://a.test" } }]);
    assert_eq!(read(&stage.bob, "1", id).await["params"], json!({ "ATTACH": [{ "BLOCKS": blocks }] }));
}

#[tokio::test]
async fn a_malformed_or_oversized_attachment_is_refused() {
    let stage = Stage::set().await;
    for bad in [
        json!("no json"),
        json!("7"),
        json!(7),
        json!(true),
        json!({}),
        json!(["a"]),
        json!([[]]),
        json!({ "BLOCKS": "a" }),
        json!([{ "BLOCKS": ["a"] }]),
    ] {
        cannot_add(&stage.alice, json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", "ATTACH": bad }), "ATTACH_ERROR")
            .await;
    }
    let big = json!([{ "MESSAGE": "x".repeat(60_000) }]);
    cannot_add(&stage.alice, json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", "ATTACH": big }), "ATTACH_OVERSIZE")
        .await;
    let fits = json!([{ "MESSAGE": "x".repeat(59_900) }]);
    add(&stage.alice, json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", "ATTACH": fits })).await;
}

#[tokio::test]
async fn a_keyboard_and_a_menu_are_lists_or_hold_one() {
    let stage = Stage::set().await;
    let buttons = json!([{ "TEXT": "Yes", "COMMAND": "yes" }, { "TYPE": "NEWLINE" }]);
    for (name, list) in [("KEYBOARD", "BUTTONS"), ("MENU", "ITEMS")] {
        for good in [buttons.clone(), json!({ "BOT_ID": 6, list: buttons }), json!(buttons.to_string())] {
            let id = add(&stage.alice, json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", name: good })).await;
            let kept = if good.is_string() { &buttons } else { &good };
            assert_eq!(&read(&stage.bob, "1", id).await["params"][name], kept, "{name}");
        }
        for bad in
            [json!("no json"), json!(7), json!({}), json!(["a"]), json!({ list: [] }), json!({ list: ["a"] })]
        {
            let params = json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", name: bad });
            cannot_add(&stage.alice, params, &format!("{name}_ERROR")).await;
        }
        let big = json!([{ "TEXT": "x".repeat(30_000) }]);
        let params = json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", name: big });
        cannot_add(&stage.alice, params, &format!("{name}_ERROR")).await;
        let none = json!({ "DIALOG_ID": 2, "MESSAGE": "Hi", name: "N" });
        let id = add(&stage.alice, none).await;
        assert_eq!(read(&stage.bob, "1", id).await["params"], json!([]));
    }
}

#[tokio::test]
async fn sixteen_sends_of_one_uuid_at_once_are_one_message() {
    let stage = Stage::set().await;
    let params = json!({ "DIALOG_ID": 2, "MESSAGE": "Once", "TEMPLATE_ID": UUID });
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (alice, params) = (stage.alice.clone(), params.clone());
        sending.spawn(async move { add(&alice, params).await });
    }
    let sent: BTreeSet<i64> = sending.join_all().await.into_iter().collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": 1 })).await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 1);
    assert_eq!(page["messages"][0]["uuid"], UUID);
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["uuid"]), (&json!(1), &json!(UUID)));
    stage.check().await;
}

#[tokio::test]
async fn a_uuid_is_repeated_by_its_sender_only_and_other_ids_repeat_nothing() {
    let stage = Stage::set().await;
    let send = async |sender: &Client, uuid: &str, text: &str| {
        add(sender, json!({ "DIALOG_ID": 3, "MESSAGE": text, "TEMPLATE_ID": uuid })).await
    };
    let first = send(&stage.alice, UUID, "One").await;
    assert_eq!(send(&stage.alice, UUID, "Two").await, first);
    assert_eq!(read(&stage.carol, "1", first).await["text"], "One");
    assert_ne!(send(&stage.bob, UUID, "Mine").await, first);
    for plain in ["tmp-1", &UUID.to_uppercase(), "0c3c5ad6-a1b8-1d4d-9234-f137ef862a77"] {
        let one = send(&stage.alice, plain, "One").await;
        assert_ne!(send(&stage.alice, plain, "One").await, one, "{plain}");
        assert_eq!(read(&stage.carol, "1", one).await["uuid"], plain, "echoed all the same");
    }
    let long = send(&stage.alice, &"u".repeat(300), "Long").await;
    assert_eq!(read(&stage.carol, "1", long).await["uuid"], "u".repeat(255));
    let none = send(&stage.alice, "", "None").await;
    assert_eq!(read(&stage.carol, "1", none).await["uuid"], Value::Null);
    stage.check().await;
}

#[tokio::test]
async fn a_system_message_has_no_author_and_counts_for_the_others() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 5]).await;
    for (dialog, seen) in [(chat(group), chat(group)), ("2".to_owned(), "1".to_owned())] {
        let before = stage.alice.row(&dialog).await.map_or(json!(0), |row| row["last_id"].clone());
        let id =
            add(&stage.alice, json!({ "DIALOG_ID": dialog, "MESSAGE": "Robots at work", "SYSTEM": "Y" }))
                .await;
        assert_eq!(read(&stage.bob, &seen, id).await["author_id"], 0);
        let row = stage.bob.row(&seen).await.unwrap();
        assert_eq!((&row["counter"], &row["message"]["author_id"]), (&json!(1), &json!(0)));
        let own = stage.alice.row(&dialog).await.unwrap();
        assert_eq!(
            (&own["counter"], &own["last_id"]),
            (&json!(0), &before),
            "it reads nothing for its sender"
        );
    }
    assert_eq!(stage.bob.row(chat(group)).await.unwrap()["user"], json!({ "id": 0 }));
    let plain = add(&stage.alice, json!({ "DIALOG_ID": chat(group), "MESSAGE": "I", "SYSTEM": "y" })).await;
    assert_eq!(read(&stage.bob, "chat1", plain).await["author_id"], 1);
    let erin = stage.portal.client(Person::Erin).await;
    let guest = add(&erin, json!({ "DIALOG_ID": chat(group), "MESSAGE": "I", "SYSTEM": "Y" })).await;
    assert_eq!(read(&stage.bob, "chat1", guest).await["author_id"], 5, "guests speak for themselves");
    stage.check().await;
}

#[tokio::test]
async fn a_reply_names_a_message_of_the_same_chat() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let past = stage.alice.say(chat(group), "Question").await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [3] })).await;
    let secret = stage.alice.say(2, "Elsewhere").await;
    let reply = |to: i64| json!({ "DIALOG_ID": chat(group), "MESSAGE": "Answer", "REPLY_ID": to });
    let id = add(&stage.bob, reply(past)).await;
    assert_eq!(read(&stage.alice, "chat1", id).await["params"], json!({ "REPLY_ID": past }));
    cannot_add(&stage.bob, reply(secret), "REPLY_FROM_OTHER_CHAT_ERROR").await;
    cannot_add(&stage.carol, reply(secret), "REPLY_ACCESS_ERROR").await;
    cannot_add(&stage.carol, reply(past), "REPLY_ACCESS_ERROR").await;
    cannot_add(&stage.bob, reply(9999), "REPLY_ACCESS_ERROR").await;
    for none in [json!(0), json!(""), json!(null)] {
        let id =
            add(&stage.bob, json!({ "DIALOG_ID": chat(group), "MESSAGE": "Plain", "REPLY_ID": none })).await;
        assert_eq!(read(&stage.alice, "chat1", id).await["params"], json!([]));
    }
    stage.check().await;
}

#[tokio::test]
async fn people_whom_an_author_may_not_meet_are_named_in_plain_text() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 5]).await;
    let erin = stage.portal.client(Person::Erin).await;
    let text = "[USER=2]Bob[/USER] and [USER=3]Carol[/USER] and [USER=99]nobody[/USER]";
    let id = erin.say(chat(group), text).await;
    let seen = "[USER=2]Bob[/USER] and Carol and [USER=99]nobody[/USER]";
    assert_eq!(read(&stage.bob, &chat(group), id).await["text"], seen);
    let edit = json!({ "MESSAGE_ID": id, "MESSAGE": "[USER=3]Carol Clark[/USER]" });
    erin.ok("im.message.update", edit).await;
    assert_eq!(read(&stage.bob, &chat(group), id).await["text"], "Carol Clark");
    cannot_add(&erin, json!({ "DIALOG_ID": chat(group), "MESSAGE": "[USER=3][/USER]" }), "MESSAGE_EMPTY")
        .await;
    let id = stage.carol.say(2, "[USER=5]Erin[/USER] and [USER=4]Dave[/USER]").await;
    assert_eq!(read(&stage.bob, "3", id).await["text"], "Erin and [USER=4]Dave[/USER]");
    let id = stage.alice.say(2, "[USER=5]Erin[/USER]").await;
    assert_eq!(
        read(&stage.bob, "1", id).await["text"],
        "[USER=5]Erin[/USER]",
        "who is in a chat with them may"
    );
    stage.check().await;
}

#[tokio::test]
async fn whoever_signed_in_writes_as_themselves() {
    let stage = Stage::set().await;
    stage.portal.messenger().lend_password("correct horse".to_owned()).await.unwrap();
    let mut browser = stage.portal.browser();
    browser.sign_in("bob@example.com", "correct horse").await;
    let id = browser.ok("im.message.add", json!({ "DIALOG_ID": 1, "MESSAGE": "I", "SYSTEM": "Y" })).await;
    assert_eq!(read(&stage.alice, "2", id.as_i64().unwrap()).await["author_id"], 2);
}

#[tokio::test]
async fn an_application_that_speaks_as_the_system_says_its_name_first() {
    let stage = Stage::set().await;
    let app = stage.portal.app("im").await;
    let alice = stage.portal.app_client(&app, Person::Alice).await;
    let id = add(&alice, json!({ "DIALOG_ID": 2, "MESSAGE": "Sold out", "SYSTEM": "Y" })).await;
    let message = read(&stage.bob, "1", id).await;
    assert_eq!((&message["author_id"], &message["text"]), (&json!(0), &json!("[b]Stock bot[/b]\nSold out")));
    let id = add(&alice, json!({ "DIALOG_ID": 2, "MESSAGE": "Sold out" })).await;
    let message = read(&stage.bob, "1", id).await;
    assert_eq!((&message["author_id"], &message["text"]), (&json!(1), &json!("Sold out")));
    stage.check().await;
}
