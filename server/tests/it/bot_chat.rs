//! What bots of the first generation say and do in chats, as people see it; and whose bots do nothing for whom.

use lately_model::UserId;
use lately_testkit::{Client, Ear, Person};
use serde_json::{Value, json};

use crate::file::{base64, picture};
use crate::stage::{Stage, chat};

/// Three people, and Marta, a bot whose program calls by alice's webhook and the word `shop`.
struct Talk {
    stage: Stage,
    marta: i64,
}

impl Talk {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let marta = register(&stage.alice, "marta", "shop").await;
        Self { stage, marta }
    }

    /// Has Marta do it.
    async fn does(&self, method: &str, params: Value) -> Value {
        self.stage.alice.ok(method, self.own(params)).await
    }

    async fn says(&self, dialog: impl ToString, text: &str) -> i64 {
        let said = json!({ "DIALOG_ID": dialog.to_string(), "MESSAGE": text });
        self.does("imbot.message.add", said).await.as_i64().expect("a number")
    }

    fn own(&self, mut params: Value) -> Value {
        (params["BOT_ID"], params["CLIENT_ID"]) = (json!(self.marta), json!("shop"));
        params
    }

    /// A chat of Marta's with these people.
    async fn group(&self, users: &[i64]) -> i64 {
        let made = self.does("imbot.chat.add", json!({ "TITLE": "Plan", "USERS": users })).await;
        made.as_i64().expect("a number")
    }
}

async fn register(client: &Client, code: &str, word: &str) -> i64 {
    let params = json!({
        "CODE": code, "CLIENT_ID": word, "EVENT_HANDLER": "https://bot.example/", "PROPERTIES": { "NAME": "Marta" },
    });
    client.ok("imbot.register", params).await.as_i64().expect("a number")
}

/// Everything that a bot does, with what would let it do so in this chat, about this message.
fn deeds(chat_id: i64, message: i64) -> Vec<(&'static str, Value)> {
    let in_chat = json!({ "CHAT_ID": chat_id });
    let with = |more: Value| {
        let mut params = in_chat.clone();
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    vec![
        ("imbot.message.add", json!({ "DIALOG_ID": chat(chat_id), "MESSAGE": "x" })),
        ("imbot.message.update", json!({ "MESSAGE_ID": message, "MESSAGE": "x" })),
        ("imbot.message.like", json!({ "MESSAGE_ID": message })),
        ("imbot.message.delete", json!({ "MESSAGE_ID": message })),
        ("imbot.message.delete", json!({ "MESSAGE_ID": message, "COMPLETE": "Y" })),
        ("imbot.chat.sendTyping", json!({ "DIALOG_ID": chat(chat_id) })),
        ("imbot.chat.updateTitle", with(json!({ "TITLE": "x" }))),
        ("imbot.chat.updateColor", with(json!({ "COLOR": "MINT" }))),
        ("imbot.chat.updateAvatar", with(json!({ "AVATAR": base64(picture::png(20, 20)) }))),
        ("imbot.chat.user.add", with(json!({ "USERS": [4] }))),
        ("imbot.chat.user.delete", with(json!({ "USER_ID": 2 }))),
        ("imbot.chat.setManager", with(json!({ "USER_ID": 2 }))),
        ("imbot.chat.setOwner", with(json!({ "USER_ID": 2 }))),
        ("imbot.chat.leave", in_chat.clone()),
    ]
}

/// All that bob sees of a chat.
async fn seen(stage: &Stage, id: i64) -> (Value, Value) {
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await;
    let told = json!({ "DIALOG_ID": chat(id), "FIRST_ID": 0, "LIMIT": 50 });
    (page, stage.bob.ok("im.dialog.messages.get", told).await["messages"].clone())
}

async fn heard(ear: &mut Ear, command: &str) -> Value {
    loop {
        let (found, params) = ear.next().await;
        if found == command {
            return params;
        }
    }
}

#[tokio::test]
async fn what_a_bot_says_is_heard_stands_in_the_list_and_counts() {
    let talk = Talk::set().await;
    let stage = &talk.stage;
    let (mut alice, mut bob) = (stage.portal.ear(&stage.alice).await, stage.portal.ear(&stage.bob).await);
    talk.says(1, "one").await;
    let said = talk.says(1, "[b]two[/b]").await;
    let [first, second] = alice.heard_all(["message", "message"]).await;
    assert_eq!((&first["counter"], &second["counter"]), (&json!(1), &json!(2)));
    assert_eq!(
        (&second["message"]["senderId"], &second["message"]["id"]),
        (&json!(talk.marta), &json!(said))
    );
    let row = stage.alice.row(talk.marta).await.expect("a row");
    assert_eq!(
        (&row["counter"], &row["message"]["text"], &row["title"]),
        (&json!(2), &json!("two"), &json!("Marta"))
    );
    talk.does("imbot.message.update", json!({ "MESSAGE_ID": said, "MESSAGE": "three" })).await;
    assert_eq!(alice.heard("messageUpdate").await["text"], "three");
    talk.does("imbot.message.delete", json!({ "MESSAGE_ID": said, "COMPLETE": "Y" })).await;
    let gone = alice.heard("messageDeleteV2").await;
    assert_eq!((&gone["messages"][0]["completelyDeleted"], &gone["counter"]), (&json!(true), &json!(1)));
    let row = stage.alice.row(talk.marta).await.expect("a row");
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("one")));
    let group = talk.group(&[2, 3]).await;
    talk.says(chat(group), "hello").await;
    let hello = loop {
        let params = heard(&mut bob, "messageChat").await;
        if params["message"]["text"] == "hello" {
            break params;
        }
    };
    assert_eq!((&hello["counter"], &hello["message"]["senderId"]), (&json!(1), &json!(talk.marta)));
    assert_eq!(stage.bob.row(chat(group)).await.expect("a row")["counter"], 1);
    assert_eq!(stage.alice.row(chat(group)).await, None, "whoever calls is not in the chats of the bot");
    stage.check().await;
}

#[tokio::test]
async fn a_bot_is_seen_writing_by_those_who_are_there() {
    let talk = Talk::set().await;
    let stage = &talk.stage;
    let group = talk.group(&[2]).await;
    let (mut bob, mut carol) = (stage.portal.ear(&stage.bob).await, stage.portal.ear(&stage.carol).await);
    talk.does("imbot.chat.sendTyping", json!({ "DIALOG_ID": chat(group) })).await;
    let [action, _] = bob.heard_all(["inputActionNotify", "startWriting"]).await;
    assert_eq!((&action["userId"], &action["dialogId"]), (&json!(talk.marta), &json!(chat(group))));
    talk.does("imbot.chat.sendTyping", json!({ "DIALOG_ID": "2" })).await;
    let [action, _] = bob.heard_all(["inputActionNotify", "startWriting"]).await;
    assert_eq!(
        (&action["userFirstName"], &action["dialogId"]),
        (&json!("Marta"), &json!(talk.marta.to_string()))
    );
    stage.alice.say(3, "to carol").await;
    assert_eq!(carol.heard("message").await["message"]["text"], "to carol", "carol is not there");
    stage.check().await;
}

#[tokio::test]
async fn members_hear_who_manages_their_chat() {
    let talk = Talk::set().await;
    let stage = &talk.stage;
    let group = talk.group(&[2, 3]).await;
    let mut carol = stage.portal.ear(&stage.carol).await;
    for (user, manager, expected) in [
        (2, "Y", json!([2, talk.marta])),
        (3, "Y", json!([2, 3, talk.marta])),
        (2, "N", json!([3, talk.marta])),
    ] {
        let params = json!({ "CHAT_ID": group, "USER_ID": user, "IS_MANAGER": manager });
        talk.does("imbot.chat.setManager", params).await;
        let mut list = heard(&mut carol, "chatManagers").await["list"].clone();
        list.as_array_mut().unwrap().sort_by_key(Value::as_i64);
        let page = stage.carol.ok("im.dialog.get", json!({ "DIALOG_ID": chat(group) })).await;
        assert_eq!((&list, &page["manager_list"]), (&expected, &expected));
    }
    let again = json!({ "CHAT_ID": group, "USER_ID": 2, "IS_MANAGER": "N" });
    talk.does("imbot.chat.setManager", again).await;
    talk.says(chat(group), "after").await;
    assert_eq!(
        carol.heard("messageChat").await["message"]["text"],
        "after",
        "nothing changed, nobody is told"
    );
    let recent = stage.carol.row(chat(group)).await.expect("a row");
    assert_eq!(recent["chat"]["manager_list"], json!([3]), "a row names its reader alone");
    stage.check().await;
}

#[tokio::test]
async fn a_bot_of_somebody_else_does_nothing_for_a_stranger() {
    let talk = Talk::set().await;
    let stage = &talk.stage;
    let group = talk.group(&[2]).await;
    let said = talk.says(chat(group), "hello").await;
    let before = seen(stage, group).await;
    register(&stage.bob, "other", "elsewhere").await;
    let app = stage.portal.app("all").await;
    let strangers = [stage.bob.clone(), stage.portal.app_client(&app, Person::Alice).await];
    for stranger in &strangers {
        for (method, mut params) in deeds(group, said) {
            params["CLIENT_ID"] = json!("elsewhere");
            params["BOT_ID"] = json!(talk.marta);
            let refused = stranger.refused(method, params.clone()).await;
            assert_eq!(refused, (400, "APP_ID_ERROR".to_owned()), "{method} {params}");
            for guess in [1, 2, Person::Robot.id(), 999, -1] {
                params["BOT_ID"] = json!(guess);
                let refused = stranger.refused(method, params.clone()).await;
                assert_eq!(refused, (400, "BOT_ID_ERROR".to_owned()), "{method} {params}");
            }
        }
    }
    for (method, mut params) in deeds(group, said) {
        params["BOT_ID"] = json!(talk.marta);
        let refused = stage.alice.refused(method, params.clone()).await;
        assert_eq!(refused, (403, "ACCESS_DENIED".to_owned()), "{method} without CLIENT_ID");
        params["CLIENT_ID"] = json!("elsewhere");
        params.as_object_mut().unwrap().remove("BOT_ID");
        let reply = stage.bob.call(method, params).await;
        let (status, code) = reply.error();
        assert!(
            status == 400 || status == 403,
            "{method} by a bot that is not there answered {}",
            reply.text
        );
        assert_ne!(code, "ERROR_CORE");
    }
    assert_eq!(seen(stage, group).await, before);
    stage.check().await;
}

#[tokio::test]
async fn chats_of_others_are_closed_to_a_bot() {
    let talk = Talk::set().await;
    let stage = &talk.stage;
    let secret = stage.group(&stage.bob, &[3]).await;
    let said = stage.bob.say(chat(secret), "for two").await;
    stage.bob.say(3, "for one").await;
    let private = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": 3 })).await["id"].as_i64().unwrap();
    let before = (seen(stage, secret).await, seen(stage, private).await);
    for id in [secret, private] {
        for (method, params) in deeds(id, said) {
            let reply = stage.alice.call(method, talk.own(params)).await;
            let (status, code) = reply.error();
            assert!(status == 400 || status == 403, "{method} answered {}", reply.text);
            assert!(!reply.text.contains("for two"), "{method} answered {}", reply.text);
            assert!(!code.starts_with("BOT_") && !code.starts_with("APP_"), "{method} answered {code}");
        }
        let listed = talk.does("imbot.chat.user.list", json!({ "CHAT_ID": id })).await;
        assert_eq!(listed, json!([]));
    }
    let pair = json!({ "FROM_USER_ID": 2, "TO_USER_ID": 3, "MESSAGE": "x" });
    let refused = stage.alice.refused("imbot.message.add", talk.own(pair)).await;
    assert_eq!(refused, (400, "WRONG_REQUEST".to_owned()));
    assert_eq!((seen(stage, secret).await, seen(stage, private).await), before);
    stage.check().await;
}

#[tokio::test]
async fn a_bot_that_was_removed_or_dismissed_acts_no_more_and_what_it_said_stays() {
    let talk = Talk::set().await;
    let stage = &talk.stage;
    let group = talk.group(&[2]).await;
    let said = talk.says(chat(group), "hello").await;
    let gone = async |what: &str| {
        for (method, params) in deeds(group, said) {
            let refused = stage.alice.refused(method, talk.own(params)).await;
            assert_eq!(refused, (400, "BOT_ID_ERROR".to_owned()), "{method} by a bot that was {what}");
        }
        let told = seen(stage, group).await.1;
        let last = told.as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["text"], &last["author_id"], &last["params"]),
            (&json!("hello"), &json!(talk.marta), &json!([]))
        );
    };
    let active = async |active: bool| {
        let edit = move |user: &mut lately_model::User| {
            user.active = active;
            Ok(())
        };
        stage.portal.messenger().edit_user(None, UserId(talk.marta), edit).await.expect("it is edited");
    };
    active(false).await;
    gone("dismissed").await;
    active(true).await;
    talk.does("imbot.message.like", json!({ "MESSAGE_ID": said })).await;
    talk.does("imbot.message.like", json!({ "MESSAGE_ID": said })).await;
    stage.alice.ok("imbot.unregister", talk.own(json!({}))).await;
    gone("removed").await;
    stage.check().await;
}
