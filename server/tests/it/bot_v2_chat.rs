//! What people see of what bots do by `imbot.v2.*`, and where bots are refused.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::file::{base64, fetch, page, picture};
use crate::stage::{Stage, chat};

/// Alice's bot, known by a word.
struct Bot<'s> {
    caller: &'s Client,
    id: i64,
    word: &'static str,
}

impl<'s> Bot<'s> {
    async fn new(caller: &'s Client, word: &'static str) -> Self {
        Self::of_kind(caller, word, "B").await
    }

    /// `kind` is a letter of the reference.
    async fn of_kind(caller: &'s Client, word: &'static str, kind: &str) -> Self {
        let new = json!({
            "CODE": format!("robot-{kind}"), "TYPE": kind, "CLIENT_ID": word,
            "EVENT_HANDLER": "https://bot.example/", "PROPERTIES": { "NAME": "Robot" },
        });
        let id = caller.ok("imbot.register", new).await.as_i64().expect("a bot");
        Self { caller, id, word }
    }

    fn with(&self, mut params: Value) -> Value {
        params["botId"] = json!(self.id);
        params["botToken"] = json!(self.word);
        params
    }

    async fn ok(&self, method: &str, params: Value) -> Value {
        self.caller.ok(&format!("imbot.v2.{method}"), self.with(params)).await
    }

    async fn refused(&self, method: &str, params: Value) -> (u16, String) {
        self.caller.refused(&format!("imbot.v2.{method}"), self.with(params)).await
    }

    async fn say(&self, dialog: impl ToString, text: &str) -> i64 {
        let params = json!({ "dialogId": dialog.to_string(), "fields": { "message": text } });
        self.ok("Chat.Message.send", params).await["id"].as_i64().expect("a message")
    }

    /// A chat of its own with these people; answers its number.
    async fn group(&self, users: &[i64]) -> i64 {
        let made = self.ok("Chat.add", json!({ "fields": { "title": "Tea", "userIds": users } })).await;
        made["chat"]["id"].as_i64().expect("a chat")
    }
}

fn denied() -> (u16, String) {
    (403, "ACCESS_DENIED".to_owned())
}

/// The texts of a dialog, the newest first.
async fn texts(client: &Client, dialog: &str) -> Vec<String> {
    let page = page(client, dialog).await;
    let messages = page["messages"].as_array().expect("messages").iter();
    messages.map(|message| message["text"].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn a_bot_that_speaks_is_in_the_list_and_counts_and_is_heard() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let id = robot.say(2, "Tea is ready").await;
    let heard = bob.heard("message").await;
    assert_eq!((&heard["dialogId"], &heard["counter"]), (&json!(robot.id.to_string()), &json!(1)));
    assert_eq!((&heard["message"]["id"], &heard["message"]["senderId"]), (&json!(id), &json!(robot.id)));
    assert_eq!(heard["users"][robot.id.to_string()]["bot"], true);
    let row = stage.bob.row(robot.id).await.expect("a row");
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("Tea is ready")));
    let group = robot.group(&[2]).await;
    robot.say(chat(group), "Here too").await;
    let row = stage.bob.row(chat(group)).await.expect("a row");
    assert_eq!((&row["counter"], &row["message"]["author_id"]), (&json!(1), &json!(robot.id)));
    assert_eq!(stage.carol.row(chat(group)).await, None);
    stage.check().await;
}

#[tokio::test]
async fn what_a_bot_edits_and_takes_back_is_heard_and_no_longer_counts() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let group = robot.group(&[2]).await;
    let (first, second) = (robot.say(chat(group), "first").await, robot.say(chat(group), "second").await);
    let mut bob = stage.portal.ear(&stage.bob).await;
    let edit = json!({ "messageId": first, "fields": { "message": "1st" } });
    assert_eq!(robot.ok("Chat.Message.update", edit).await, json!({ "result": true }));
    assert_eq!(bob.heard("messageUpdate").await["text"], "1st");
    robot.ok("Chat.Message.delete", json!({ "messageId": second, "complete": "Y" })).await;
    let heard = bob.heard("messageDeleteV2").await;
    assert_eq!(heard["messages"][0]["completelyDeleted"], true);
    assert_eq!((&heard["counter"], &heard["newLastMessage"]["id"]), (&json!(1), &json!(first)));
    let row = stage.bob.row(chat(group)).await.expect("a row");
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("1st")));
    let bobs = stage.bob.say(chat(group), "mine").await;
    bob.heard("messageChat").await;
    robot.ok("Chat.Message.delete", json!({ "messageId": bobs })).await;
    assert_eq!(bob.heard("messageDeleteV2").await["messages"][0]["completelyDeleted"], false);
    stage.check().await;
}

#[tokio::test]
async fn a_manager_takes_back_what_others_said_only_while_it_manages() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let helper = Bot::new(&stage.alice, "y").await;
    let group = robot.group(&[2, helper.id]).await;
    let said = stage.bob.say(chat(group), "mine").await;
    let take = json!({ "messageId": said });
    assert_eq!(helper.refused("Chat.Message.delete", take.clone()).await, denied());
    let whom = json!({ "dialogId": chat(group), "userIds": [helper.id] });
    let mut bob = stage.portal.ear(&stage.bob).await;
    robot.ok("Chat.Manager.add", whom.clone()).await;
    let [_, heard] = bob.heard_all(["chatOwner", "chatManagers"]).await;
    assert_eq!(heard["list"], json!([robot.id, helper.id]));
    helper.ok("Chat.Message.delete", take).await;
    robot.ok("Chat.Manager.delete", whom).await;
    let later = stage.bob.say(chat(group), "another").await;
    assert_eq!(helper.refused("Chat.Message.delete", json!({ "messageId": later })).await, denied());
    assert_eq!(texts(&stage.bob, &chat(group)).await[0], "another");
    stage.check().await;
}

#[tokio::test]
async fn a_bot_likes_and_its_author_hears_it() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let group = robot.group(&[2]).await;
    let said = stage.bob.say(chat(group), "Tea?").await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let like = json!({ "messageId": said, "reaction": "like" });
    robot.ok("Chat.Message.Reaction.add", like.clone()).await;
    let [_, heard] = bob.heard_all(["addReaction", "messageLike"]).await;
    assert_eq!((&heard["id"], &heard["users"]), (&json!(said), &json!([robot.id])));
    let again = robot.refused("Chat.Message.Reaction.add", like.clone()).await;
    assert_eq!(again, (400, "REACTION_ALREADY_SET".to_owned()));
    robot.ok("Chat.Message.Reaction.delete", like).await;
    let [_, heard] = bob.heard_all(["deleteReaction", "messageLike"]).await;
    assert_eq!(heard["users"], json!([]));
    stage.check().await;
}

#[tokio::test]
async fn what_a_bot_does_is_shown_to_the_others() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let group = robot.group(&[2]).await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let thinking = json!({ "dialogId": chat(group), "statusMessageCode": "IMBOT_AGENT_ACTION_THINKING", "duration": 30 });
    robot.ok("Chat.InputAction.notify", thinking).await;
    let [action, legacy] = bob.heard_all(["inputActionNotify", "startWriting"]).await;
    assert_eq!((&action["dialogId"], &action["userId"]), (&json!(chat(group)), &json!(robot.id)));
    assert_eq!(
        (&action["type"], &action["statusMessageCode"], &action["duration"]),
        (&json!("writing"), &json!("IMBOT_AGENT_ACTION_THINKING"), &json!(30_000))
    );
    assert_eq!(legacy["userName"], "Robot");
    for odd in [json!({}), json!({ "statusMessageCode": "x", "duration": 0 }), json!({ "duration": 601 })] {
        let mut params = odd;
        params["dialogId"] = json!("2");
        robot.ok("Chat.InputAction.notify", params).await;
        let [action, _] = bob.heard_all(["inputActionNotify", "startWriting"]).await;
        assert_eq!(action["dialogId"], robot.id.to_string());
        assert_eq!((&action["statusMessageCode"], &action["duration"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn a_chat_that_a_bot_changes_changes_for_everybody_at_once_or_not_at_all() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let group = robot.group(&[2]).await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let bad = json!({ "title": "Coffee", "description": "x", "color": "no such" });
    let refused = robot.refused("Chat.update", json!({ "dialogId": chat(group), "fields": bad })).await;
    assert_eq!(refused, (400, "WRONG_REQUEST".to_owned()));
    let bad = json!({ "title": "Coffee", "avatar": base64("no picture") });
    let refused = robot.refused("Chat.update", json!({ "dialogId": chat(group), "fields": bad })).await;
    assert_eq!(refused, (400, "BOT_AVATAR_INCORRECT_TYPE".to_owned()));
    let good = json!({
        "title": "Green tea", "description": "All of it", "color": "darkBlue",
        "avatar": base64(picture::png(20, 20)),
    });
    robot.ok("Chat.update", json!({ "dialogId": chat(group), "fields": good })).await;
    let [title, _, description] = bob.heard_all(["chatRename", "messageChat", "chatDescription"]).await;
    let [color, _, avatar, told] =
        bob.heard_all(["chatChangeColor", "messageChat", "chatAvatar", "messageChat"]).await;
    assert_eq!((&title["name"], &description["description"]), (&json!("Green tea"), &json!("All of it")));
    assert_eq!((&color["color"], &told["counter"]), (&json!("#3e99ce"), &json!(3)));
    assert_eq!(fetch(&stage.portal, &avatar["avatar"]).await.0, 200);
    let row = stage.bob.row(chat(group)).await.expect("a row");
    assert_eq!((&row["title"], &row["chat"]["avatar"]), (&json!("Green tea"), &avatar["avatar"]));
    stage.check().await;
}

#[tokio::test]
async fn a_chat_that_a_bot_makes_for_somebody_is_theirs() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let made = robot.ok("Chat.add", json!({ "fields": { "ownerId": 2, "userIds": [3] } })).await;
    let dialog = made["chat"]["dialogId"].clone();
    let shown = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": dialog })).await;
    assert_eq!((&shown["role"], &shown["manager_list"]), (&json!("owner"), &json!([2, robot.id])));
    assert_eq!(robot.refused("Chat.setOwner", json!({ "dialogId": dialog, "userId": 3 })).await, denied());
    stage.bob.ok("im.chat.user.delete", json!({ "CHAT_ID": made["chat"]["id"], "USER_ID": robot.id })).await;
    assert_eq!(robot.refused("Chat.get", json!({ "dialogId": dialog })).await, denied());
    stage.check().await;
}

#[tokio::test]
async fn a_file_of_a_bot_has_its_bytes_and_a_bot_fetches_those_of_others() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let group = robot.group(&[2]).await;
    // Long enough to be taken out of the body as it comes.
    let bytes: Vec<u8> = (0..200_000_u32).map(|place| (place % 251) as u8).collect();
    let fields = json!({ "name": "plan.bin", "content": base64(&bytes), "message": "See" });
    let sent = robot.ok("File.upload", json!({ "dialogId": chat(group), "fields": fields })).await;
    assert_eq!((&sent["file"]["size"], &sent["file"]["authorId"]), (&json!(200_000), &json!(robot.id)));
    let shown = page(&stage.bob, &chat(group)).await;
    let file = &shown["files"][0];
    assert_eq!(fetch(&stage.portal, &file["urlDownload"]).await, (200, bytes.clone()));
    let bobs = json!({ "dialogId": chat(group), "fields": { "name": "b.txt", "content": base64("b") } });
    let bobs = stage.bob.ok("im.v2.File.upload", bobs).await["file"]["id"].clone();
    let link = robot.ok("File.download", json!({ "fileId": bobs })).await;
    assert_eq!(fetch(&stage.portal, &link["downloadUrl"]).await, (200, b"b".to_vec()));
    assert_eq!(fetch(&stage.portal, &link["downloadUrl"]).await.0, 403, "once");
    stage.check().await;
}

#[tokio::test]
async fn what_is_sent_on_is_readable_where_it_came_and_says_where_it_is_from() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let (from, to) = (robot.group(&[2]).await, robot.group(&[3]).await);
    let sent = json!({ "dialogId": chat(from), "fields": { "name": "b.txt", "content": base64("b") } });
    let sent = stage.bob.ok("im.v2.File.upload", sent).await;
    stage.carol.ok("im.v2.Event.subscribe", json!({})).await;
    let uuid = "0c3c5ad6-a1b8-4d4d-9234-f137ef862a77";
    let forward = json!({ "dialogId": chat(to), "fields": { "forwardIds": { uuid: sent["messageId"] } } });
    let mut carol = stage.portal.ear(&stage.carol).await;
    let copy = robot.ok("Chat.Message.send", forward.clone()).await["uuidMap"][uuid].clone();
    let origin = json!({
        "id": sent["messageId"], "userId": 2, "chatId": from, "date": "2026-03-02T10:00:00+00:00",
    });
    let heard = carol.heard("messageChat").await;
    assert_eq!((&heard["message"]["id"], &heard["message"]["forward"]), (&copy, &origin));
    let told = stage.carol.ok("im.v2.Event.get", json!({})).await;
    assert_eq!(told["events"][0]["data"]["message"]["forward"], origin);
    let shown = page(&stage.carol, &chat(to)).await;
    assert_ne!(shown["files"][0]["id"], sent["file"]["id"], "a file of its own");
    assert_eq!(fetch(&stage.portal, &shown["files"][0]["urlDownload"]).await, (200, b"b".to_vec()));
    stage.bob.ok("im.message.delete", json!({ "MESSAGE_ID": sent["messageId"] })).await;
    let shown = page(&stage.carol, &chat(to)).await;
    assert_eq!(fetch(&stage.portal, &shown["files"][0]["urlDownload"]).await, (200, b"b".to_vec()));
    assert_eq!(robot.ok("Chat.Message.send", forward).await["uuidMap"][uuid], copy, "once");
    let again = json!({ "dialogId": "3", "fields": { "forwardIds": { "second": copy } } });
    robot.ok("Chat.Message.send", again).await;
    assert_eq!(
        carol.heard("message").await["message"]["forward"],
        origin,
        "a copy of a copy is from there too"
    );
    stage.check().await;
}

#[tokio::test]
async fn a_call_that_sends_on_too_much_sends_nothing() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let group = robot.group(&[2]).await;
    let said = robot.say(chat(group), "one").await;
    let many: serde_json::Map<String, Value> =
        (0..101).map(|place| (place.to_string(), json!(said))).collect();
    let params = json!({ "dialogId": chat(group), "fields": { "message": "see", "forwardIds": many } });
    assert_eq!(robot.refused("Chat.Message.send", params).await, (400, "SENDING_FAILED".to_owned()));
    let half = json!({ "a": said, "b": 99_999 });
    let params = json!({ "dialogId": chat(group), "fields": { "message": "see", "forwardIds": half } });
    assert_eq!(robot.refused("Chat.Message.send", params).await, denied());
    assert_eq!(texts(&stage.bob, &chat(group)).await[0], "one");
    stage.check().await;
}

#[tokio::test]
async fn a_bot_reads_and_whoever_wrote_sees_it() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let one = stage.bob.say(robot.id, "one").await;
    let two = stage.bob.say(robot.id, "two").await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let read = robot.ok("Chat.Message.read", json!({ "dialogId": "2", "messageId": one })).await;
    assert_eq!((&read["lastId"], &read["counter"]), (&json!(one), &json!(1)));
    assert_eq!(read["viewedMessages"], json!([one]));
    bob.heard("readMessageChatOpponent").await;
    let read = robot.ok("Chat.Message.read", json!({ "dialogId": "2" })).await;
    assert_eq!(
        read,
        json!({ "chatId": read["chatId"], "lastId": two, "counter": 0, "viewedMessages": [two] })
    );
    assert_eq!(stage.bob.row(robot.id).await.expect("a row")["message"]["status"], "delivered");
    stage.check().await;
}

#[tokio::test]
async fn only_bots_that_hear_everything_read_by_number_and_never_what_is_hidden_from_them() {
    let stage = Stage::set().await;
    let guard = Bot::of_kind(&stage.alice, "x", "S").await;
    let robot = Bot::new(&stage.alice, "x").await;
    let group = stage.group(&stage.bob, &[1, robot.id]).await;
    let before = stage.bob.say(chat(group), "before").await;
    let params = json!({ "CHAT_ID": group, "USERS": [guard.id], "HIDE_HISTORY": "Y" });
    stage.bob.ok("im.chat.user.add", params).await;
    let after = stage.bob.say(chat(group), "after").await;
    let secret = stage.bob.say(3, "between us").await;
    for method in ["Chat.Message.get", "Chat.Message.getContext"] {
        let (status, code) = robot.refused(method, json!({ "messageId": after })).await;
        assert_eq!((status, code.as_str()), (403, "BOT_TYPE_NOT_ALLOWED"), "{method}");
        for hidden in [before, secret] {
            let (status, code) = guard.refused(method, json!({ "messageId": hidden })).await;
            assert_eq!((status, code.as_str()), (403, "MESSAGE_ACCESS_DENIED"), "{method} {hidden}");
        }
    }
    let found = guard.ok("Chat.Message.getContext", json!({ "messageId": after })).await;
    let seen: Vec<&Value> = found["messages"].as_array().unwrap().iter().map(|one| &one["text"]).collect();
    assert!(!seen.contains(&&json!("before")), "{seen:?}");
    assert_eq!(found["hasPrevPage"], false);
    let like = json!({ "messageId": before, "reaction": "like" });
    assert_eq!(guard.refused("Chat.Message.Reaction.add", like).await, denied());
    let forward = json!({ "dialogId": "2", "fields": { "forwardIds": { "a": before } } });
    assert_eq!(guard.refused("Chat.Message.send", forward).await, denied());
    stage.check().await;
}

#[tokio::test]
async fn nothing_of_chats_that_a_bot_is_not_in_can_be_had_or_done_by_it() {
    let stage = Stage::set().await;
    let robot = Bot::of_kind(&stage.alice, "x", "S").await;
    let closed = stage.group(&stage.bob, &[3]).await;
    let open = stage.bob.ok("im.chat.add", json!({ "TYPE": "OPEN", "USERS": [3] })).await.as_i64().unwrap();
    for group in [closed, open] {
        let said = stage.bob.say(chat(group), "not for bots").await;
        let before = texts(&stage.bob, &chat(group)).await;
        let place = json!({ "dialogId": chat(group) });
        let fields = |fields: Value| json!({ "dialogId": chat(group), "fields": fields });
        for (method, params) in [
            ("Chat.get", place.clone()),
            ("Chat.leave", place.clone()),
            ("Chat.update", fields(json!({ "title": "Ours" }))),
            ("Chat.setOwner", json!({ "dialogId": chat(group), "userId": robot.id })),
            ("Chat.User.add", json!({ "dialogId": chat(group), "userIds": [robot.id, 1] })),
            ("Chat.User.delete", json!({ "dialogId": chat(group), "userId": 3 })),
            ("Chat.User.list", place.clone()),
            ("Chat.Manager.add", json!({ "dialogId": chat(group), "userIds": [robot.id] })),
            ("Chat.Manager.delete", json!({ "dialogId": chat(group), "userIds": [2] })),
            ("Chat.InputAction.notify", place.clone()),
            ("Chat.Message.send", fields(json!({ "message": "Hello" }))),
            ("Chat.Message.read", place.clone()),
            ("Chat.Message.update", json!({ "messageId": said, "fields": { "message": "x" } })),
            ("Chat.Message.delete", json!({ "messageId": said })),
            ("Chat.Message.Reaction.add", json!({ "messageId": said, "reaction": "like" })),
            ("Chat.Message.Reaction.delete", json!({ "messageId": said, "reaction": "like" })),
        ] {
            assert_eq!(robot.refused(method, params).await, denied(), "{method} of {group}");
        }
        let fields = fields(json!({ "name": "a.txt", "content": base64("a") }));
        assert_eq!(robot.refused("File.upload", fields).await, (400, "FILE_SEND_FAILED".to_owned()));
        assert_eq!(texts(&stage.bob, &chat(group)).await, before);
        let users = stage.bob.ok("im.chat.user.list", json!({ "CHAT_ID": group })).await;
        assert_eq!(users, json!([2, 3]));
    }
    stage.check().await;
}

#[tokio::test]
async fn a_bot_acts_only_for_whoever_knows_its_word_and_no_longer_once_it_was_removed() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let send = |word: Option<&str>| {
        let fields = json!({ "message": "Hello" });
        json!({ "botId": robot.id, "botToken": word, "dialogId": "2", "fields": fields })
    };
    let method = "imbot.v2.Chat.Message.send";
    let dave = stage.portal.client(Person::Dave).await;
    for (word, status, code) in [
        (Some("y"), 403, "BOT_OWNERSHIP_ERROR"),
        (Some(""), 400, "BOT_TOKEN_NOT_SPECIFIED"),
        (None, 400, "BOT_TOKEN_NOT_SPECIFIED"),
    ] {
        assert_eq!(dave.refused(method, send(word)).await, (status, code.to_owned()));
    }
    let app = stage.portal.app("all").await;
    let of_app = stage.portal.app_client(&app, Person::Alice).await;
    let foreign = of_app.refused(method, send(Some("x"))).await;
    assert_eq!(foreign, (403, "BOT_OWNERSHIP_ERROR".to_owned()), "an application is who it is");
    assert_eq!(stage.bob.row(robot.id).await, None);
    dave.ok(method, send(Some("x"))).await;
    assert_eq!(stage.bob.row(robot.id).await.expect("a row")["counter"], 1);
    stage.alice.ok("imbot.unregister", json!({ "BOT_ID": robot.id, "CLIENT_ID": "x" })).await;
    assert_eq!(dave.refused(method, send(Some("x"))).await, (400, "BOT_NOT_FOUND".to_owned()));
    stage.check().await;
}

#[tokio::test]
async fn a_guest_is_met_by_a_bot_only_where_they_share_a_chat() {
    let stage = Stage::set().await;
    let robot = Bot::new(&stage.alice, "x").await;
    let erin = stage.portal.client(Person::Erin).await;
    let hello = json!({ "dialogId": erin.user.to_string(), "fields": { "message": "Hello" } });
    assert_eq!(robot.refused("Chat.Message.send", hello.clone()).await, denied());
    let group = robot.group(&[2]).await;
    robot.ok("Chat.User.add", json!({ "dialogId": chat(group), "userIds": [erin.user] })).await;
    robot.ok("Chat.Message.send", hello).await;
    assert_eq!(erin.row(robot.id).await.expect("a row")["counter"], 1);
    stage.check().await;
}
