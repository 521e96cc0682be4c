//! Notifications in exports and imports.

use lately_testkit::{Client, TestPortal};
use serde_json::{Value, json};

use super::answer::invited;
use super::{page, personal, unread};
use crate::stage::{NOW, Stage};

/// Everything that a portal knows.
async fn exported(portal: &TestPortal) -> String {
    let path = portal.data().join("moved.jsonl");
    portal.messenger().export(std::fs::File::create(&path).unwrap(), |_| {}).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

/// Why a portal takes these lines up to a bad one.
async fn refused(portal: &TestPortal, lines: &str) -> String {
    portal.messenger().import(lines.as_bytes(), &mut |_| {}).await.expect_err("a bad line").to_string()
}

/// The same person, by the same webhook, at another portal.
fn at(portal: &TestPortal, client: &Client, from: &TestPortal) -> Client {
    Client::new(client.url.replace(&from.origin(), &portal.origin()), client.user, portal.http().clone())
}

#[tokio::test]
async fn a_portal_that_moves_keeps_its_notifications() {
    let stage = invited().await;
    let first = personal(&stage.alice, 2, "Read").await;
    personal(&stage.bob, 2, "By myself").await;
    let gone = personal(&stage.alice, 2, "Removed").await;
    let tag = json!({ "USER_ID": 2, "MESSAGE": "Deal", "TAG": "D", "SUB_TAG": "S", "CLIENT_ID": "shop" });
    stage.alice.ok("im.notify.system.add", tag.clone()).await;
    stage.bob.ok("im.notify.read", json!({ "ID": first, "ONLY_CURRENT": "Y" })).await;
    stage.bob.ok("im.notify.read", json!({ "ID": 401, "ONLY_CURRENT": "Y" })).await;
    stage.bob.ok("im.notify.delete", json!({ "ID": gone })).await;
    let lines = exported(&stage.portal).await;

    let other = TestPortal::empty(NOW, |_| {}).await;
    for _ in 0..2 {
        other.import(&lines).await;
        assert_eq!(exported(&other).await, lines, "also when it is imported again");
    }
    let (bob, alice) = (at(&other, &stage.bob, &stage.portal), at(&other, &stage.alice, &stage.portal));
    assert_eq!(page(&bob).await, page(&stage.bob).await);
    assert_eq!(unread(&bob).await, 3);
    alice.ok("im.notify.system.add", tag).await;
    assert_eq!(unread(&bob).await, 3, "the same tag still replaces");
    bob.ok("im.notify.confirm", json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": "N" })).await;
    assert_eq!(page(&alice).await["notifications"][0]["text"], "Decline");
    other.import(&lines).await;
    let ids = super::shown(&bob).await;
    assert!(!ids.contains(&401) && !ids.contains(&gone), "what was removed stays removed: {ids:?}");
    other.assert_exact().await;
}

#[tokio::test]
async fn messages_without_a_word_about_it_are_ordinary_notifications_read_by_position() {
    let stage = Stage::set().await;
    let message = |id: i64, more: Value| {
        let mut line = json!({ "type": "message", "id": id, "chat": 40, "author": 1, "date": NOW, "text": format!("N{id}") });
        for (key, value) in more.as_object().unwrap() {
            line[key] = value.clone();
        }
        line
    };
    let lines = [
        json!({ "type": "chat", "id": 40, "kind": "S", "owner": 2, "created_at": NOW }),
        json!({ "type": "member", "chat": 40, "user": 2, "joined_at": NOW }),
        message(401, json!({})),
        message(402, json!({})),
        message(403, json!({ "author": 0, "counts": true })),
        message(404, json!({ "author": 0 })),
        message(405, json!({ "deleted": true, "purged": true })),
        message(406, json!({ "author": 2 })),
        json!({ "type": "read", "chat": 40, "user": 2, "message": 401, "date": NOW }),
    ];
    stage.portal.import(&lines.map(|line| line.to_string()).join("\n")).await;
    let page = page(&stage.bob).await;
    let shown = page["notifications"].as_array().unwrap().iter();
    let shown: Vec<_> = shown.map(|one| json!([one["id"], one["notify_type"], one["notify_read"]])).collect();
    assert_eq!(
        shown,
        [
            json!([406, 2, "Y"]),
            json!([404, 4, "Y"]),
            json!([403, 4, "N"]),
            json!([402, 2, "N"]),
            json!([401, 2, "Y"])
        ]
    );
    assert_eq!(page["notifications"][0]["setting_name"], "im|default");
    assert_eq!(unread(&stage.bob).await, 2);
    stage.check().await;
}

#[tokio::test]
async fn a_bad_notification_is_named() {
    let stage = invited().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let message = stage.alice.say(crate::stage::chat(group), "Hello").await;
    let line = |id: i64, more: Value| {
        let mut line =
            json!({ "type": "notification", "message": id, "kind": "system", "module": "im", "event": "x" });
        for (key, value) in more.as_object().unwrap() {
            line[key] = value.clone();
        }
        line.to_string()
    };
    let button = json!([{ "TITLE": "A", "VALUE": "Y" }]);
    for (bad, told) in [
        (line(9999, json!({})), "there is no message 9999"),
        (line(message, json!({})), "is not in a chat of notifications"),
        (line(402, json!({ "kind": "loud" })), "unknown variant `loud`"),
        (line(402, json!({ "kind": "confirm" })), "needs \"buttons\""),
        (line(402, json!({ "buttons": button })), "needs \"buttons\""),
        (line(402, json!({ "buttons": [{ "TITLE": "A" }], "kind": "confirm" })), "missing field `VALUE`"),
        (line(402, json!({ "tag": "x".repeat(256) })), "255 characters"),
    ] {
        let refused = refused(&stage.portal, &bad).await;
        assert!(refused.starts_with("line 1: ") && refused.contains(told), "{bad}: {refused}");
    }
    let second = json!({ "type": "chat", "id": 90, "kind": "S", "owner": 2, "created_at": NOW }).to_string();
    let refused = refused(&stage.portal, &second).await;
    assert!(refused.contains("user 2 has notifications in chat 40 already"), "{refused}");
    assert_eq!(unread(&stage.bob).await, 2);
    stage.check().await;
}
