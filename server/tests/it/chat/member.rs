//! Who belongs to a group chat: `im.chat.leave`, `im.chat.user.*`, `im.chat.setOwner`.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use super::{members, page, refused, texts, told};
use crate::stage::{NOW, Stage, chat};

#[tokio::test]
async fn leaving_takes_the_row_away_and_is_told() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    stage.alice.say(chat(id), "Bye?").await;
    stage.carol.ok("im.dialog.read", json!({ "DIALOG_ID": chat(id) })).await;
    assert_eq!(stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": id })).await, true);
    assert!(stage.bob.row(chat(id)).await.is_none());
    assert_eq!(stage.bob.ok("im.counters.get", json!({})).await["TYPE"]["ALL"], 0);
    assert_eq!(
        stage.bob.refused("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await,
        refused(403, "ACCESS_ERROR")
    );
    let told = told(&stage.carol, id).await;
    let last = told.last().unwrap();
    assert_eq!(last["text"], "[USER=2 REPLACE]Bob Brown[/USER] left the chat");
    assert_eq!((&last["author_id"], &last["params"]), (&json!(0), &json!({ "CODE": ["CHAT_LEAVE"] })));
    assert_eq!(stage.carol.row(chat(id)).await.unwrap()["counter"], 0, "leaving counts for nobody");
    assert_eq!(members(&stage.alice, id).await, json!([1, 3]));
    stage.check().await;
}

#[tokio::test]
async fn an_owner_who_leaves_hands_the_chat_to_the_first_active_colleague() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[6, 5, 2, 3]).await;
    stage.alice.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    stage.alice.ok("im.chat.leave", json!({ "CHAT_ID": id })).await;
    let page = page(&stage.carol, id).await;
    assert_eq!(
        (&page["owner"], &page["role"], &page["manager_list"]),
        (&json!(3), &json!("owner"), &json!([3]))
    );
    stage.check().await;
}

#[tokio::test]
async fn nobody_is_told_who_leaves_an_open_chat() {
    let stage = Stage::set().await;
    let made = json!({ "TYPE": "OPEN", "USERS": [2, 3], "MESSAGE": "Hi" });
    let id = stage.alice.ok("im.chat.add", made).await.as_i64().unwrap();
    stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": id })).await;
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": id, "USER_ID": 3 })).await;
    assert_eq!(texts(&stage.alice, id).await.last().unwrap(), "Hi");
    assert_eq!(members(&stage.alice, id).await, json!([1]));
    stage.check().await;
}

#[tokio::test]
async fn a_chat_that_cannot_be_left_is_not() {
    let stage = Stage::set().await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": 2 })).await["id"].clone();
    let closed = stage.group(&stage.bob, &[]).await;
    stage.import_chat(70, "O", json!({ "entity_type": "GENERAL" })).await;
    stage.import_chat(71, "C", json!({ "entity_type": "CRM", "entity_id": "DEAL|7" })).await;
    let leave = |chat: Value| stage.alice.refused("im.chat.leave", chat);
    for bad in [json!({}), json!({ "CHAT_ID": 0 }), json!({ "CHAT_ID": "chat1" })] {
        assert_eq!(leave(bad.clone()).await, refused(400, "CHAT_ID_EMPTY"), "{bad}");
    }
    for unfit in [private, json!(70)] {
        assert_eq!(leave(json!({ "CHAT_ID": unfit })).await, refused(403, "ACCESS_ERROR"), "{unfit}");
    }
    for foreign in [closed, 999] {
        assert_eq!(
            leave(json!({ "CHAT_ID": foreign })).await,
            refused(403, "ACCESS_DENIED_KICK"),
            "{foreign}"
        );
    }
    assert_eq!(leave(json!({ "CHAT_ID": 71 })).await, refused(403, "LEAVE_OWNER_FORBIDDEN"));
    assert_eq!(stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": 71 })).await, true);
    stage.check().await;
}

#[tokio::test]
async fn invited_people_see_the_chat_and_by_default_not_its_past() {
    let stage = Stage::set().await;
    for (sent, sees) in [
        (json!(null), false),
        (json!("Y"), false),
        (json!("y"), false),
        (json!("N"), true),
        (json!("0"), true),
        (json!(0), true),
        (json!(""), true),
    ] {
        let id = stage.group(&stage.alice, &[]).await;
        let past = stage.alice.say(chat(id), "Past").await;
        let params = json!({ "CHAT_ID": id, "USERS": [2], "HIDE_HISTORY": sent });
        assert_eq!(stage.alice.ok("im.chat.user.add", params).await, true);
        let told = told(&stage.bob, id).await;
        assert_eq!(told.iter().any(|message| message["id"] == past), sees, "{sent}");
        let last = told.last().unwrap();
        let text = "[USER=1 REPLACE]Alice Adams[/USER] invited [USER=2 REPLACE]Bob Brown[/USER] to the chat";
        assert_eq!(last["text"], text);
        assert_eq!(last["params"], json!({ "CODE": ["CHAT_JOIN"], "NOTIFY": "N" }));
        let row = stage.bob.row(chat(id)).await.unwrap();
        assert_eq!(
            (&row["counter"], &row["message"]["id"]),
            (&json!(0), &last["id"]),
            "the past is never unread"
        );
    }
    stage.check().await;
}

#[tokio::test]
async fn whoever_cannot_be_added_is_passed_over_silently() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.ok("user.update", json!({ "ID": 4, "ACTIVE": "N" })).await;
    let before = texts(&stage.alice, id).await.len();
    for nobody in [json!([]), json!([2]), json!([1, 2]), json!([4]), json!([999, -1, 0])] {
        let params = json!({ "CHAT_ID": id, "USERS": nobody });
        assert_eq!(stage.alice.ok("im.chat.user.add", params).await, true, "{nobody}");
    }
    assert_eq!(texts(&stage.alice, id).await.len(), before, "and nothing is told");
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [2, 3, 4, 3] })).await;
    assert_eq!(members(&stage.alice, id).await, json!([1, 2, 3]));
    assert_eq!(page(&stage.alice, id).await["user_counter"], 3);
    stage.check().await;
}

#[tokio::test]
async fn a_colleague_joins_an_open_chat_alone() {
    let stage = Stage::set().await;
    let id = stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN" })).await.as_i64().unwrap();
    let params = json!({ "DIALOG_ID": chat(id), "USERS": [2] });
    assert_eq!(stage.bob.ok("im.chat.user.add", params).await, true);
    assert_eq!(
        texts(&stage.bob, id).await.last().unwrap(),
        "[USER=2 REPLACE]Bob Brown[/USER] joined the chat"
    );
    assert!(stage.bob.row(chat(id)).await.is_some());
    stage.check().await;
}

#[tokio::test]
async fn people_are_not_added_where_they_may_not_be() {
    let stage = Stage::set().await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": 2 })).await["id"].clone();
    let closed = stage.group(&stage.bob, &[]).await;
    stage.import_chat(70, "O", json!({ "entity_type": "GENERAL" })).await;
    stage.import_chat(71, "C", json!({ "entity_type": "SONET_GROUP", "entity_id": "5" })).await;
    let add = |params: Value| stage.alice.refused("im.chat.user.add", params);
    assert_eq!(add(json!({ "USERS": [3] })).await, refused(400, "CHAT_ID_EMPTY"));
    assert_eq!(add(json!({ "USERS": [3], "CHAT_ID": "chat1" })).await, refused(400, "CHAT_ID_EMPTY"));
    assert_eq!(add(json!({ "USERS": [3], "DIALOG_ID": "2" })).await, refused(400, "DIALOG_ID_EMPTY"));
    for unfit in [private, json!(70), json!(71)] {
        let params = json!({ "CHAT_ID": unfit, "USERS": [3] });
        assert_eq!(add(params).await, refused(403, "ACCESS_ERROR"), "{unfit}");
    }
    for foreign in [closed, 999] {
        let params = json!({ "CHAT_ID": foreign, "USERS": [3] });
        assert_eq!(add(params).await, refused(403, "ACCESS_DENIED_EXTEND"), "{foreign}");
    }
    stage.check().await;
}

#[tokio::test]
async fn the_owner_removes_a_member_who_is_then_outside() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    let since = stage.bob.call("im.recent.get", json!({ "LAST_SYNC_DATE": NOW })).await;
    assert_eq!(since.body["removed"], json!([]));
    assert_eq!(stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": id, "USER_ID": 2 })).await, true);
    let since = stage.bob.call("im.recent.get", json!({ "LAST_SYNC_DATE": NOW })).await;
    assert_eq!(since.body["removed"], json!([{ "id": chat(id), "reason": "removed", "date": NOW }]));
    assert_eq!(since.result(), &json!([]));
    let told = told(&stage.carol, id).await;
    let text = "[USER=1 REPLACE]Alice Adams[/USER] removed [USER=2 REPLACE]Bob Brown[/USER] from the chat";
    assert_eq!(told.last().unwrap()["text"], text);
    assert_eq!(told.last().unwrap()["params"], json!({ "CODE": ["CHAT_LEAVE"] }));
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [2] })).await;
    let row = stage.bob.row(chat(id)).await.unwrap();
    assert_eq!((&row["counter"], &row["chat"]["user_counter"]), (&json!(0), &json!(3)), "a fresh member");
    stage.check().await;
}

#[tokio::test]
async fn removing_oneself_is_leaving() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    assert_eq!(stage.bob.ok("im.chat.user.delete", json!({ "CHAT_ID": id, "USER_ID": "2" })).await, true);
    assert_eq!(
        texts(&stage.alice, id).await.last().unwrap(),
        "[USER=2 REPLACE]Bob Brown[/USER] left the chat"
    );
    stage.check().await;
}

#[tokio::test]
async fn members_are_removed_by_nobody_but_the_owner() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": 2 })).await["id"].clone();
    stage.import_chat(70, "O", json!({ "entity_type": "GENERAL" })).await;
    let kick = async |by: &Client, params: Value| by.refused("im.chat.user.delete", params).await;
    assert_eq!(kick(&stage.alice, json!({ "USER_ID": 2 })).await, refused(400, "CHAT_ID_EMPTY"));
    for nobody in [json!(null), json!(0), json!("bob")] {
        let params = json!({ "CHAT_ID": id, "USER_ID": nobody });
        assert_eq!(kick(&stage.alice, params).await, refused(400, "USER_ID_EMPTY"), "{nobody}");
    }
    for unfit in [private, json!(70)] {
        let params = json!({ "CHAT_ID": unfit, "USER_ID": 2 });
        assert_eq!(kick(&stage.alice, params).await, refused(403, "ACCESS_ERROR"), "{unfit}");
    }
    for foreign in [json!(id), json!(999)] {
        let params = json!({ "CHAT_ID": foreign, "USER_ID": 3 });
        assert_eq!(kick(&stage.bob, params).await, refused(403, "ACCESS_DENIED_KICK"), "{foreign}");
    }
    let stranger = json!({ "CHAT_ID": id, "USER_ID": 4 });
    assert_eq!(kick(&stage.alice, stranger).await, refused(400, "USER_NOT_FOUND"));
    stage.check().await;
}

#[tokio::test]
async fn the_members_are_listed_for_those_who_may_see_them() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.carol, &[2]).await;
    stage.portal.clock.step(60);
    stage.carol.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [1] })).await;
    assert_eq!(members(&stage.bob, id).await, json!([2, 3, 1]), "in the order of joining");
    let dave = stage.portal.client(Person::Dave).await;
    assert_eq!(members(&dave, id).await, json!([]));
    assert_eq!(members(&dave, 999).await, json!([]));
    stage.import_chat(70, "O", json!({ "entity_type": "GENERAL" })).await;
    let list = |params: Value| stage.bob.refused("im.chat.user.list", params);
    assert_eq!(list(json!({ "CHAT_ID": 70 })).await, refused(403, "ACCESS_ERROR"));
    assert_eq!(list(json!({})).await, refused(400, "CHAT_ID_EMPTY"));
    assert_eq!(list(json!({ "CHAT_ID": "chat1" })).await, refused(400, "CHAT_ID_EMPTY"));
}

#[tokio::test]
async fn a_chat_is_handed_over_by_its_owner_and_nobody_is_told() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    let before = texts(&stage.carol, id).await;
    let hand = json!({ "CHAT_ID": id, "USER_ID": 2 });
    assert_eq!(stage.alice.ok("im.chat.setOwner", hand.clone()).await, true);
    let page = page(&stage.bob, id).await;
    assert_eq!(
        (&page["owner"], &page["role"], &page["manager_list"]),
        (&json!(2), &json!("owner"), &json!([1, 2]))
    );
    assert_eq!(stage.bob.ok("im.chat.setOwner", hand).await, true, "the present owner again");
    assert_eq!(stage.bob.ok("im.chat.setOwner", json!({ "DIALOG_ID": chat(id), "USER_ID": 3 })).await, true);
    assert_eq!(texts(&stage.carol, id).await, before);
    assert_eq!(stage.bob.row(chat(id)).await.unwrap()["chat"]["role"], "MANAGER");
    stage.check().await;
}

#[tokio::test]
async fn a_chat_is_not_handed_over_by_others_or_to_strangers() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": 2 })).await["id"].clone();
    let hand = async |by: &Client, params: Value| by.refused("im.chat.setOwner", params).await;
    assert_eq!(hand(&stage.alice, json!({ "USER_ID": 2 })).await, refused(400, "CHAT_ID_EMPTY"));
    assert_eq!(
        hand(&stage.alice, json!({ "USER_ID": 2, "CHAT_ID": "chat1" })).await,
        refused(400, "CHAT_ID_EMPTY")
    );
    assert_eq!(
        hand(&stage.alice, json!({ "USER_ID": 2, "DIALOG_ID": "2" })).await,
        refused(400, "DIALOG_ID_EMPTY")
    );
    assert_eq!(hand(&stage.alice, json!({ "CHAT_ID": id })).await, refused(400, "USER_ID_EMPTY"));
    assert_eq!(
        hand(&stage.alice, json!({ "CHAT_ID": private, "USER_ID": 2 })).await,
        refused(403, "ACCESS_ERROR")
    );
    for (by, chat, to) in
        [(&stage.bob, id, 2), (&stage.carol, id, 3), (&stage.alice, id, 3), (&stage.alice, 999, 2)]
    {
        let params = json!({ "CHAT_ID": chat, "USER_ID": to });
        assert_eq!(hand(by, params).await, refused(400, "WRONG_REQUEST"), "{} {chat} {to}", by.user);
    }
    stage.check().await;
}
