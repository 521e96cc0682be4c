//! What is heard of messages and of chats.

use lately_testkit::Person;
use serde_json::json;

use crate::stage::{Stage, chat};

#[tokio::test]
async fn a_message_in_a_dialog_is_heard_on_both_sides_with_each_ones_counter() {
    let stage = Stage::set().await;
    let (mut alice, mut bob) = (stage.portal.ear(&stage.alice).await, stage.portal.ear(&stage.bob).await);
    let id = stage.alice.say(2, "[b]Hi[/b] bob").await;
    let heard = bob.heard("message").await;
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!(heard["dialogId"], "1");
    assert_eq!((&heard["counter"], &heard["chatId"]), (&json!(1), &row["chat_id"]));
    assert_eq!((&heard["notify"], &heard["counterType"]), (&json!(true), &json!("chat")));
    let message = &heard["message"];
    assert_eq!((&message["id"], &message["text"]), (&json!(id), &json!("[b]Hi[/b] bob")));
    assert_eq!((&message["senderId"], &message["recipientId"]), (&json!(1), &json!("2")));
    assert_eq!((&message["system"], &message["params"]), (&json!("N"), &json!({})));
    assert_eq!(message["date"], "2026-03-02T10:00:00+00:00");
    assert_eq!((&heard["chat"], &heard["userInChat"]), (&json!({}), &json!({})));
    assert_eq!(heard["userBlockChat"][row["chat_id"].to_string()], json!({ "2": false }));
    assert_eq!(heard["users"]["1"]["name"], "Alice Adams");
    assert_eq!(heard["users"]["2"]["name"], "Bob Brown");
    assert_eq!(heard["recentConfig"], json!({ "chatId": row["chat_id"], "sections": ["default"] }));
    let own = alice.heard("message").await;
    assert_eq!((&own["dialogId"], &own["counter"], &own["notify"]), (&json!("2"), &json!(0), &json!(false)));
    let second = stage.alice.say(2, "two").await;
    let heard = bob.heard("message").await;
    assert_eq!((&heard["counter"], &heard["message"]["prevId"]), (&json!(2), &json!(id)));
    assert_eq!(heard["message"]["id"], second);
    stage.check().await;
}

#[tokio::test]
async fn a_message_in_a_chat_is_one_body_with_what_is_each_ones_own() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    stage.carol.ok("im.chat.mute", json!({ "CHAT_ID": id, "MUTE": "Y" })).await;
    let (mut bob, mut carol) = (stage.portal.ear(&stage.bob).await, stage.portal.ear(&stage.carol).await);
    let before = stage.bob.row(chat(id)).await.unwrap()["counter"].as_i64().unwrap();
    stage.alice.say(chat(id), "All hands").await;
    let (heard, muted) = (bob.heard("messageChat").await, carol.heard("messageChat").await);
    let key = id.to_string();
    assert_eq!((&heard["dialogId"], &heard["counter"]), (&json!(chat(id)), &json!(before + 1)));
    assert_eq!(heard["userInChat"][&key], json!([1, 2, 3]));
    let shown = &heard["chat"][&key];
    assert_eq!(
        (&shown["name"], &shown["owner"], &shown["type"]),
        (&json!("Plan"), &json!(1), &json!("chat"))
    );
    assert_eq!((&heard["muted"], &heard["notify"]), (&json!(false), &json!(true)));
    assert_eq!((&muted["muted"], &muted["notify"]), (&json!(true), &json!(false)));
    assert_eq!(muted["userBlockChat"][&key], json!({ "3": true }));
    assert_eq!(muted["chat"][&key]["mute_list"], json!({ "3": true }));
    assert_eq!(heard["chat"][&key]["mute_list"], json!({}));
}

#[tokio::test]
async fn whoever_is_not_a_member_hears_nothing() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let mut carol = stage.portal.ear(&stage.carol).await;
    stage.alice.say(chat(id), "among us").await;
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": id, "TITLE": "Ours" })).await;
    stage.bob.say(1, "between us").await;
    stage.carol.say(3, "to myself").await;
    assert_eq!(carol.heard("message").await["message"]["text"], "to myself");
}

#[tokio::test]
async fn edits_and_deletions_are_heard_and_counters_are_right_at_once() {
    let stage = Stage::set().await;
    let first = stage.alice.say(2, "first").await;
    let second = stage.alice.say(2, "second").await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    stage.alice.ok("im.message.update", json!({ "MESSAGE_ID": second, "MESSAGE": "2nd" })).await;
    let heard = bob.heard("messageUpdate").await;
    assert_eq!(
        (&heard["id"], &heard["text"], &heard["dialogId"]),
        (&json!(second), &json!("2nd"), &json!("1"))
    );
    assert_eq!((&heard["type"], &heard["params"]["IS_EDITED"]), (&json!("private"), &json!("Y")));
    assert_eq!((&heard["fromUserId"], &heard["toUserId"]), (&json!(1), &json!(2)));
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": first })).await;
    let heard = bob.heard("messageDeleteV2").await;
    assert_eq!((&heard["counter"], &heard["dialogId"]), (&json!(1), &json!("1")));
    let gone = &heard["messages"][0];
    assert_eq!((&gone["id"], &gone["completelyDeleted"]), (&json!(first), &json!(false)));
    assert_eq!(gone["params"]["IS_DELETED"], "Y");
    assert_eq!(heard.get("newLastMessage"), None);
    stage.check().await;
}

#[tokio::test]
async fn a_message_that_went_completely_leaves_the_one_before() {
    let stage = Stage::set().await;
    stage.import_chat(9, "O", json!({ "entity_type": "GENERAL" })).await;
    let kept = stage.bob.say("chat9", "kept").await;
    let purged = stage.bob.say("chat9", "spam").await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": purged })).await;
    let heard = bob.heard("messageDeleteV2").await;
    assert_eq!(heard["messages"][0]["completelyDeleted"], true);
    assert_eq!(heard["newLastMessage"]["id"], kept);
    assert_eq!(heard["newLastMessage"]["text"], "kept");
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": kept })).await;
    assert_eq!(bob.heard("messageDeleteV2").await["newLastMessage"], json!({ "id": 0 }));
}

#[tokio::test]
async fn a_like_is_heard_in_both_words() {
    let stage = Stage::set().await;
    let id = stage.alice.say(2, "nice").await;
    let mut alice = stage.portal.ear(&stage.alice).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": id, "ACTION": "plus" })).await;
    let [reaction, like] = alice.heard_all(["addReaction", "messageLike"]).await;
    assert_eq!((&reaction["userId"], &reaction["reaction"]), (&json!(2), &json!("like")));
    assert_eq!(reaction["dialogId"], "2");
    let actual = &reaction["actualReactions"];
    assert_eq!(actual["reaction"]["messageId"], id);
    assert_eq!(actual["reaction"]["reactionCounters"], json!({ "like": 1 }));
    assert_eq!(actual["usersShort"][0]["name"], "Bob Brown");
    assert_eq!((&like["senderId"], &like["set"], &like["users"]), (&json!(2), &json!(true), &json!([2])));
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": id, "ACTION": "minus" })).await;
    let [reaction, like] = alice.heard_all(["deleteReaction", "messageLike"]).await;
    assert_eq!(reaction["actualReactions"]["reaction"]["reactionCounters"], json!({}));
    assert_eq!((&like["set"], &like["users"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn reading_is_heard_by_the_reader_and_by_the_others() {
    let stage = Stage::set().await;
    let first = stage.alice.say(2, "one").await;
    let second = stage.alice.say(2, "two").await;
    let (mut alice, mut bob) = (stage.portal.ear(&stage.alice).await, stage.portal.ear(&stage.bob).await);
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1", "MESSAGE_ID": first })).await;
    let own = bob.heard("readMessageChat").await;
    assert_eq!((&own["dialogId"], &own["lastId"], &own["counter"]), (&json!("1"), &json!(first), &json!(1)));
    assert_eq!((&own["type"], &own["viewedMessages"]), (&json!("P"), &json!([first])));
    assert_eq!((&own["muted"], &own["unread"], &own["lines"]), (&json!(false), &json!(false), &json!(false)));
    let other = alice.heard("readMessageChatOpponent").await;
    assert_eq!(
        (&other["userId"], &other["lastId"], &other["dialogId"]),
        (&json!(2), &json!(first), &json!("2"))
    );
    assert_eq!((&other["userName"], &other["chatMessageStatus"]), (&json!("Bob Brown"), &json!("received")));
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1" })).await;
    assert_eq!(bob.heard("readMessageChat").await["counter"], 0);
    let other = alice.heard("readMessageChatOpponent").await;
    assert_eq!((&other["lastId"], &other["chatMessageStatus"]), (&json!(second), &json!("delivered")));
    stage.bob.ok("im.dialog.unread", json!({ "DIALOG_ID": "1", "MESSAGE_ID": second })).await;
    let own = bob.heard("unreadMessage").await;
    assert_eq!((&own["counter"], &own["unreadTo"], &own["userId"]), (&json!(1), &json!(second), &json!(1)));
    let other = alice.heard("unreadMessageOpponent").await;
    assert_eq!((&other["userId"], &other["unreadTo"]), (&json!(2), &json!(second)));
    stage.check().await;
}

#[tokio::test]
async fn whoever_reads_everything_hears_it_of_each_dialog() {
    let stage = Stage::set().await;
    stage.alice.say(2, "one").await;
    stage.carol.say(2, "two").await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    stage.bob.ok("im.dialog.read.all", json!({})).await;
    let read = bob.heard_all(["readMessageChat", "readMessageChat"]).await;
    let mut dialogs: Vec<_> = read.iter().map(|read| read["dialogId"].as_str().unwrap()).collect();
    dialogs.sort_unstable();
    assert_eq!(dialogs, ["1", "3"]);
    assert!(read.iter().all(|read| read["counter"] == 0));
}

#[tokio::test]
async fn what_changes_about_a_chat_is_heard_by_its_members() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": id, "TITLE": "New" })).await;
    let [renamed, told] = bob.heard_all(["chatRename", "messageChat"]).await;
    assert_eq!(renamed, json!({ "chatId": id, "name": "New" }));
    assert_eq!(told["message"]["system"], "Y");
    let color = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await["color"].clone();
    let code = if color == "#df532d" { "MINT" } else { "RED" };
    stage.alice.ok("im.chat.updateColor", json!({ "CHAT_ID": id, "COLOR": code })).await;
    let [recolored, _] = bob.heard_all(["chatChangeColor", "messageChat"]).await;
    let color = &stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await["color"];
    assert_eq!(&recolored["color"], color);
    stage.alice.ok("im.chat.setOwner", json!({ "CHAT_ID": id, "USER_ID": 2 })).await;
    let [owner, managers] = bob.heard_all(["chatOwner", "chatManagers"]).await;
    assert_eq!((&owner["userId"], &owner["dialogId"]), (&json!(2), &json!(chat(id))));
    assert!(managers["list"].as_array().unwrap().contains(&json!(2)), "{managers}");
}

#[tokio::test]
async fn who_comes_and_goes_is_heard_by_all_and_by_themselves() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let (mut bob, mut carol) = (stage.portal.ear(&stage.bob).await, stage.portal.ear(&stage.carol).await);
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [3] })).await;
    let [added, _] = bob.heard_all(["chatUserAdd", "messageChat"]).await;
    assert_eq!((&added["newUsers"], &added["userCount"]), (&json!([3]), &json!(3)));
    assert_eq!((&added["users"]["3"]["name"], &added["chatOwner"]), (&json!("Carol Clark"), &json!(1)));
    assert_eq!(added["relations"][0]["userId"], 3);
    let [_, row, told] = carol.heard_all(["chatUserAdd", "recentUpdate", "messageChat"]).await;
    assert_eq!((&row["dialogId"], &row["chat"]["name"]), (&json!(chat(id)), &json!("Plan")));
    assert_eq!(row["message"]["id"], told["message"]["id"]);
    assert_eq!(row["messages"][0]["id"], told["message"]["id"]);
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": id, "USER_ID": 3 })).await;
    let [left, _] = bob.heard_all(["chatUserLeave", "messageChat"]).await;
    assert_eq!((&left["userId"], &left["userCount"]), (&json!(3), &json!(2)));
    assert_eq!(carol.heard("chatUserLeave").await["dialogId"], chat(id));
    // The last word in the chat that she hears is that she went; then that it was not her doing.
    let notified = carol.heard("notifyAdd").await;
    assert_eq!((&notified["counter"], &notified["userId"]), (&json!(1), &json!(1)));
    stage.check().await;
}

#[tokio::test]
async fn a_newcomer_hears_nothing_of_what_was_before_their_time() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let old = stage.alice.say(chat(id), "before").await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [3], "HIDE_HISTORY": "Y" })).await;
    let mut carol = stage.portal.ear(&stage.carol).await;
    stage.alice.ok("im.message.update", json!({ "MESSAGE_ID": old, "MESSAGE": "as if before" })).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": old })).await;
    stage.alice.say(chat(id), "after").await;
    assert_eq!(carol.heard("messageChat").await["message"]["text"], "after");
}

#[tokio::test]
async fn whoever_writes_is_seen_writing_by_the_others() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    stage.alice.say(2, "hello").await;
    let (mut bob, mut carol) = (stage.portal.ear(&stage.bob).await, stage.portal.ear(&stage.carol).await);
    stage.alice.ok("im.dialog.writing", json!({ "DIALOG_ID": chat(id) })).await;
    for ear in [&mut bob, &mut carol] {
        let [action, legacy] = ear.heard_all(["inputActionNotify", "startWriting"]).await;
        assert_eq!((&action["userId"], &action["type"]), (&json!(1), &json!("writing")));
        assert_eq!((&action["dialogId"], &action["userFirstName"]), (&json!(chat(id)), &json!("Alice")));
        assert_eq!(legacy["userName"], "Alice Adams");
    }
    stage.alice.ok("im.dialog.writing", json!({ "DIALOG_ID": "2" })).await;
    let [action, _] = bob.heard_all(["inputActionNotify", "startWriting"]).await;
    assert_eq!(action["dialogId"], "1");
    stage.alice.say(3, "to carol").await;
    assert_eq!(carol.heard("message").await["message"]["text"], "to carol");
}

#[tokio::test]
async fn a_status_is_heard_by_oneself_and_by_those_who_talk_with_one() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    let (mut bob, mut carol) = (stage.portal.ear(&stage.bob).await, stage.portal.ear(&stage.carol).await);
    stage.alice.ok("im.user.status.set", json!({ "STATUS": "dnd" })).await;
    let event = bob.event().await;
    assert_eq!((&event["module_id"], &event["command"]), (&json!("online"), &json!("userStatus")));
    let shown = &event["params"]["users"]["1"];
    assert_eq!((&shown["status"], &shown["idle"]), (&json!("dnd"), &json!(false)));
    stage.alice.ok("im.user.status.idle.start", json!({ "AGO": 5 })).await;
    assert_eq!(bob.heard("userStatus").await["users"]["1"]["idle"], "2026-03-02T09:55:00+00:00");
    stage.alice.ok("user.update", json!({ "ID": 1, "NAME": "Alicia" })).await;
    assert_eq!(bob.heard("userUpdate").await["user"]["name"], "Alicia Adams");
    stage.carol.say(3, "to myself").await;
    assert_eq!(carol.heard("message").await["message"]["text"], "to myself");
}

#[tokio::test]
async fn notifications_are_heard_with_how_many_are_unread() {
    let stage = Stage::set().await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let mut sent = Vec::new();
    for count in 1..=3 {
        let params =
            json!({ "USER_ID": 2, "MESSAGE": "Look", "TAG": format!("T{count}"), "CLIENT_ID": "shop" });
        sent.push(stage.alice.ok("im.notify.personal.add", params).await);
        let heard = bob.heard("notifyAdd").await;
        assert_eq!((&heard["counter"], &heard["text"]), (&json!(count), &json!("Look")));
        assert_eq!((&heard["userId"], &heard["id"]), (&json!(1), &sent[count - 1]));
    }
    stage.bob.ok("im.notify.read", json!({ "ID": sent[0], "ONLY_CURRENT": "Y" })).await;
    let heard = bob.heard("notifyRead").await;
    assert_eq!((&heard["list"], &heard["counter"]), (&json!([sent[0]]), &json!(2)));
    stage.bob.ok("im.notify.read", json!({ "ID": sent[1], "ACTION": "Y" })).await;
    let heard = bob.heard("notifyRead").await;
    assert_eq!((&heard["list"], &heard["counter"]), (&json!([sent[1], sent[2]]), &json!(0)));
    stage.bob.ok("im.notify.read", json!({ "ID": sent[1], "ACTION": "N" })).await;
    let heard = bob.heard("notifyUnread").await;
    assert_eq!((&heard["list"], &heard["counter"]), (&json!([sent[1], sent[2]]), &json!(2)));
    stage.bob.ok("im.notify.read.all", json!({})).await;
    assert_eq!(bob.heard("notifyReadAll").await["counter"], 0);
    stage.alice.ok("im.notify.delete", json!({ "TAG": "T1", "CLIENT_ID": "shop" })).await;
    let heard = bob.heard("notifyDelete").await;
    assert!(heard["id"].get(sent[0].to_string()).is_some(), "{heard}");
    stage.check().await;
}

#[tokio::test]
async fn a_guest_hears_of_what_they_may_read_only() {
    let stage = Stage::set().await;
    let erin = stage.portal.client(Person::Erin).await;
    let id = stage.group(&stage.alice, &[2, 5]).await;
    let mut ear = stage.portal.ear(&erin).await;
    stage.alice.say(2, "not for guests").await;
    stage.bob.say(chat(id), "for guests too").await;
    assert_eq!(ear.heard("messageChat").await["message"]["text"], "for guests too");
}

#[tokio::test]
async fn a_file_is_heard_with_links_that_are_each_ones_own() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let (mut alice, mut bob) = (stage.portal.ear(&stage.alice).await, stage.portal.ear(&stage.bob).await);
    let (file, _) = crate::file::send(&stage.alice, &chat(id), "a.txt", "heard").await;
    let key = file["id"].to_string();
    let heard = bob.heard("messageChat").await;
    assert_eq!(heard["message"]["params"], json!({ "FILE_ID": [file["id"]] }));
    let shown = &heard["files"][&key];
    assert_eq!((&shown["name"], &shown["authorName"]), (&json!("a.txt"), &json!("Alice Adams")));
    assert_eq!(crate::file::fetch(&stage.portal, &shown["urlDownload"]).await, (200, b"heard".to_vec()));
    let own = alice.heard("messageChat").await["files"][&key]["urlDownload"].clone();
    assert_eq!(own, file["urlDownload"]);
    assert_ne!(own, shown["urlDownload"]);
    stage.check().await;
}

#[tokio::test]
async fn another_picture_of_a_chat_is_heard() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let picture = crate::file::base64(crate::file::picture::png(20, 20));
    stage.alice.ok("im.chat.updateAvatar", json!({ "CHAT_ID": id, "AVATAR": picture })).await;
    let heard = bob.heard("chatAvatar").await;
    let row = stage.bob.row(chat(id)).await.unwrap();
    assert_eq!((&heard["chatId"], &heard["avatar"]), (&json!(id), &row["avatar"]["url"]));
    assert_eq!(bob.heard("messageChat").await["message"]["system"], "Y");
    stage.check().await;
}
