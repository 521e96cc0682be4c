//! Whoever looks at an open chat without being a member hears what happens in it, while they look.

use lately_testkit::Person;
use serde_json::json;

use crate::stage::{Stage, chat};

/// An open chat of alice and bob, and its tag; carol is no member.
async fn hall() -> (Stage, i64, String) {
    let stage = Stage::set().await;
    let params = json!({ "TYPE": "OPEN", "TITLE": "Hall", "USERS": [2] });
    let id = stage.alice.ok("im.chat.add", params).await.as_i64().unwrap();
    (stage, id, format!("IM_PUBLIC_{id}"))
}

#[tokio::test]
async fn whoever_looks_at_an_open_chat_hears_it_until_they_stop() {
    let (stage, id, tag) = hall().await;
    let mut carol = stage.portal.ear(&stage.carol).await;
    assert_eq!(
        stage.carol.ok("pull.watch.extend", json!({ "TAGS": [tag] })).await,
        json!({ tag.as_str(): false })
    );
    stage.alice.say(chat(id), "before she looks").await;
    stage.carol.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(id) })).await;
    let said = stage.alice.say(chat(id), "hello").await;
    let event = carol.event().await;
    assert_eq!(
        (&event["command"], &event["params"]["message"]["text"]),
        (&json!("messageChat"), &json!("hello"))
    );
    assert_eq!(event["extra"]["is_shared_event"], true);
    assert_eq!(event["params"]["recentConfig"], json!({ "chatId": id, "sections": [] }));
    assert_eq!((&event["params"]["notify"], &event["params"]["counter"]), (&json!(false), &json!(0)));
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": said })).await;
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": chat(id) })).await;
    stage.alice.ok("im.message.update", json!({ "MESSAGE_ID": said, "MESSAGE": "hello all" })).await;
    carol.heard_all(["addReaction", "messageLike", "messageUpdate"]).await;
    stage.portal.clock.step(29 * 60);
    assert_eq!(
        stage.carol.ok("pull.watch.extend", json!({ "TAGS": [tag] })).await,
        json!({ tag.as_str(): true })
    );
    stage.portal.clock.step(29 * 60);
    stage.alice.say(chat(id), "still there?").await;
    assert_eq!(carol.heard("messageChat").await["message"]["text"], "still there?");
    stage.portal.clock.step(31 * 60);
    stage.alice.say(chat(id), "gone").await;
    stage.carol.say(3, "to myself").await;
    assert_eq!(carol.heard("message").await["message"]["text"], "to myself");
    assert_eq!(
        stage.carol.ok("pull.watch.extend", json!({ "TAGS": [tag] })).await,
        json!({ tag.as_str(): false })
    );
    stage.check().await;
}

#[tokio::test]
async fn a_member_hears_once_and_as_a_member() {
    let (stage, id, tag) = hall().await;
    stage.carol.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(id) })).await;
    stage.carol.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [3] })).await;
    let mut carol = stage.portal.ear(&stage.carol).await;
    stage.alice.say(chat(id), "welcome").await;
    let event = carol.event().await;
    assert_eq!((&event["extra"]["is_shared_event"], &event["params"]["counter"]), (&json!(false), &json!(1)));
    stage.carol.say(3, "to myself").await;
    assert_eq!(carol.heard("message").await["message"]["text"], "to myself");
    assert_eq!(
        stage.bob.ok("pull.watch.extend", json!({ "TAGS": [tag] })).await,
        json!({ tag.as_str(): false })
    );
}

#[tokio::test]
async fn nobody_watches_what_they_may_not_read() {
    let (stage, id, tag) = hall().await;
    let erin = stage.portal.client(Person::Erin).await;
    let closed = stage.group(&stage.alice, &[2]).await;
    for (client, dialog) in [(&erin, chat(id)), (&stage.carol, chat(closed))] {
        client.refused("im.dialog.messages.get", json!({ "DIALOG_ID": dialog })).await;
    }
    let tags = json!({ "TAGS": [tag, format!("IM_PUBLIC_{closed}"), "IM_PUBLIC_x", "", 7] });
    let told = erin.ok("pull.watch.extend", tags).await;
    assert!(told.as_object().unwrap().values().all(|watched| *watched == false), "{told}");
    let mut ear = stage.portal.ear(&erin).await;
    stage.alice.say(chat(id), "not for guests").await;
    erin.say(5, "to myself").await;
    assert_eq!(ear.heard("message").await["message"]["text"], "to myself");
}
