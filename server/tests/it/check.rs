//! `lately check`: clean portals, a difference that was planted, and its repair, beside a running server.

use std::path::Path;
use std::sync::Arc;

use lately_model::{ChatId, Member, Moment, UserId};
use lately_store::{Store, StoreError};
use lately_testkit::database;
use serde_json::json;

use crate::process::{Process, colleagues, ok, run};

/// Moves a member's read position to the chat's end, but leaves the ordinal that goes with it at zero: everything that
/// counts is unread though nothing is.
async fn plant(data: &Path, chat: i64, user: i64) {
    let store = Store::open(database::database(data), Arc::new(()), None).unwrap();
    let planted = store.write(move |tx| {
        let (chat, user) = (ChatId(chat), UserId(user));
        let member = tx.member(chat, user)?.ok_or(StoreError::Missing("member".to_owned()))?;
        let last = tx.chat(chat)?.map(|chat| chat.last_message_id).unwrap_or_default();
        let broken = Member { last_read_id: last, read_ordinal: 0, ..member };
        tx.mark_read(&broken, Some(last), Moment(1_785_000_000)).map(drop)
    });
    planted.await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_portal_in_use_is_clean() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    assert!(ok(dir.path(), &["check"]).starts_with("clean"), "a portal without chats");
    let process = Process::serve(dir.path());
    let (alice, bob) = (process.client(1), process.client(2));
    let first = alice.say(2, "one").await;
    let second = alice.say(2, "two").await;
    bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1", "MESSAGE_ID": first })).await;
    alice.ok("im.message.delete", json!({ "MESSAGE_ID": second })).await;
    let said = run(dir.path(), &["check"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert_eq!(said.out, "clean: every counter and total is what a recount gives\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_clean_at_every_moment_while_people_write() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = Process::serve(dir.path());
    let group = process.client(1).ok("im.chat.add", json!({ "USERS": [2, 3] })).await;
    let senders: Vec<_> = (1..=3)
        .map(|user| {
            let (client, group) = (process.client(user), format!("chat{group}"));
            tokio::spawn(async move {
                loop {
                    let sent = client.say(&group, "again").await;
                    client.ok("im.message.delete", json!({ "MESSAGE_ID": sent })).await;
                    client.say(&group, "and again").await;
                    client.ok("im.dialog.unread", json!({ "DIALOG_ID": group, "MESSAGE_ID": sent })).await;
                }
            })
        })
        .collect();
    for _ in 0..5 {
        let data = dir.path().to_owned();
        let said = tokio::task::spawn_blocking(move || run(&data, &["check"])).await.unwrap();
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    for sender in senders {
        assert!(!sender.is_finished(), "a sender was refused");
        sender.abort();
    }
}

#[tokio::test]
async fn a_difference_is_named_and_stays_until_it_is_repaired() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = Process::serve(dir.path());
    let (alice, bob) = (process.client(1), process.client(2));
    for text in ["one", "two", "three"] {
        alice.say(2, text).await;
    }
    let chat = bob.ok("im.dialog.get", json!({ "DIALOG_ID": "1" })).await["id"].as_i64().unwrap();
    bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1" })).await;
    plant(dir.path(), chat, 2).await;
    let told = format!("member 2 of chat {chat}: read_ordinal is 0, a recount gives 3\nand 1 more\n");
    for _ in 0..2 {
        let said = run(dir.path(), &["check"]);
        assert_eq!(said.out, told);
        said.assert_failed(1, &["check --repair"]);
    }
    assert_eq!(bob.row(1).await.unwrap()["counter"], 3, "the server goes by what is stored");

    let said = run(dir.path(), &["check", "--repair"]);
    assert_eq!((said.code, said.out), (Some(0), format!("{told}repaired 1 chat\n")));
    assert_eq!(bob.row(1).await.unwrap()["counter"], 0, "the running server follows at once");
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
    assert!(ok(dir.path(), &["check", "--repair"]).starts_with("clean"), "nothing is left to repair");
    alice.say(2, "four").await;
    assert_eq!(bob.row(1).await.unwrap()["counter"], 1);
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
}

#[tokio::test]
async fn every_chat_that_differs_is_repaired_and_no_other_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = Process::serve(dir.path());
    let alice = process.client(1);
    let mut chats = Vec::new();
    for title in ["First", "Second", "Third"] {
        let chat =
            alice.ok("im.chat.add", json!({ "TITLE": title, "USERS": [2, 3] })).await.as_i64().unwrap();
        alice.say(format!("chat{chat}"), "hello").await;
        chats.push(chat);
    }
    process.stop();
    let before = ok(dir.path(), &["export"]);
    let second = |text: &str| -> Vec<String> {
        let of_second = format!("\"chat\":{},", chats[1]);
        text.lines().filter(|line| line.contains(&of_second)).map(str::to_owned).collect()
    };
    plant(dir.path(), chats[0], 2).await;
    plant(dir.path(), chats[2], 3).await;
    let said = run(dir.path(), &["check", "--repair"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.ends_with("repaired 2 chats\n"), "{said:?}");
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
    let after = ok(dir.path(), &["export"]);
    assert!(second(&before).len() > 3, "{before}");
    assert_eq!(second(&before), second(&after));
}
