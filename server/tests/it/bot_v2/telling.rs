//! What a bot hears, and what it does not hear.

use lately_testkit::Person;
use serde_json::{Value, json};

use super::{Bots, TOKEN, get, merge, register, told};
use crate::stage::{assert_shape, chat};

/// A mention.
fn at(bot: i64) -> String {
    format!("[USER={bot}]marta[/USER]")
}

#[tokio::test]
async fn a_bot_hears_of_what_is_for_it_and_of_nothing_else() {
    let bots = Bots::set().await;
    let Bots { stage, marta } = &bots;
    stage.bob.say(*marta, "just us").await;
    let group = stage.group(&stage.alice, &[2, *marta]).await;
    stage.bob.say(chat(group), "not for bots").await;
    stage.bob.say(chat(group), &format!("{} look", at(*marta))).await;
    stage.bob.say(3, &format!("of {}", at(*marta))).await;
    let elsewhere = stage.group(&stage.bob, &[3]).await;
    stage.bob.say(chat(elsewhere), &format!("of {}", at(*marta))).await;
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": group, "TITLE": "Other" })).await;
    let heard = bots.heard().await;
    let expected = [
        json!(["JOINCHAT", "2", 2]),
        json!(["MESSAGEADD", "just us", 2]),
        json!(["JOINCHAT", chat(group), 1]),
        json!(["MESSAGEADD", format!("{} look", at(*marta)), 2]),
    ];
    assert_eq!(heard, expected);
    assert_eq!(bots.told().await, Vec::<Value>::new(), "what is confirmed is gone");
    stage.check().await;
}

#[tokio::test]
async fn a_supervisor_hears_all_that_is_said_where_it_is() {
    let bots = Bots::set().await;
    let stage = &bots.stage;
    for kind in ["supervisor", "personal"] {
        let bot = register(&stage.alice, kind, json!({ "type": kind })).await;
        let group = stage.group(&stage.alice, &[2, bot]).await;
        let said = stage.bob.say(chat(group), "anything").await;
        stage.bob.ok("im.message.update", json!({ "MESSAGE_ID": said, "MESSAGE": "edited" })).await;
        stage.alice.ok("im.message.like", json!({ "MESSAGE_ID": said, "ACTION": "plus" })).await;
        stage.bob.ok("im.message.delete", json!({ "MESSAGE_ID": said })).await;
        stage.bob.say(1, "elsewhere").await;
        let page = get(&stage.alice, bot, json!({})).await;
        let expected = [json!(["JOINCHAT", chat(group), 1]), json!(["MESSAGEDELETE", said, 2])];
        assert_eq!(told(&page), expected, "{kind}: of what was taken back nothing else is told any more");
        let kept = stage.bob.say(chat(group), "stays").await;
        stage.bob.ok("im.message.update", json!({ "MESSAGE_ID": kept, "MESSAGE": "edited" })).await;
        stage.alice.ok("im.message.like", json!({ "MESSAGE_ID": kept, "ACTION": "plus" })).await;
        let page = get(&stage.alice, bot, json!({ "offset": page["nextOffset"] })).await;
        let expected = [
            json!(["MESSAGEADD", "edited", 2]),
            json!(["MESSAGEUPDATE", "edited", 2]),
            json!(["REACTIONCHANGE", "add", 1]),
        ];
        assert_eq!(told(&page), expected, "{kind}");
    }
    stage.check().await;
}

#[tokio::test]
async fn bots_do_not_hear_each_other_nor_themselves() {
    let bots = Bots::set().await;
    let stage = &bots.stage;
    let other = register(&stage.alice, "other", json!({ "type": "supervisor" })).await;
    let group = stage.group(&stage.alice, &[bots.marta, other]).await;
    let command = bots.command("echo", json!({})).await;
    let asked = stage.alice.say(chat(group), "/echo").await;
    bots.heard().await;
    let page = get(&stage.alice, other, json!({})).await;
    let answer = json!({
        "botId": bots.marta, "botToken": TOKEN, "commandId": command, "messageId": asked, "dialogId": chat(group),
        "fields": { "message": format!("[USER={other}]other[/USER] and {}", at(bots.marta)) },
    });
    stage.alice.ok("imbot.v2.Command.answer", answer).await;
    let robot = stage.portal.client(Person::Robot).await;
    robot.say(bots.marta, "from an old bot").await;
    assert_eq!(bots.told().await, Vec::<Value>::new());
    let after = get(&stage.alice, other, json!({ "offset": page["nextOffset"] })).await;
    assert_eq!(after["events"], json!([]));
    stage.check().await;
}

#[tokio::test]
async fn a_command_comes_as_a_command_and_not_as_a_message_too() {
    let bots = Bots::set().await;
    let Bots { stage, marta } = &bots;
    bots.command("echo", json!({})).await;
    let common = bots.command("weather", json!({ "common": "Y" })).await;
    let said = stage.bob.say(*marta, "/echo two words").await;
    stage.bob.say(*marta, "/unknown").await;
    let pressed =
        json!({ "MESSAGE_ID": said, "BOT_ID": marta, "COMMAND": "echo", "COMMAND_PARAMS": "three" });
    stage.bob.ok("im.message.command", pressed).await;
    let group = stage.group(&stage.alice, &[2]).await;
    stage.bob.say(chat(group), "/echo not here").await;
    let asked = stage.bob.say(chat(group), "/weather today\n/weather tomorrow").await;
    let expected = [
        json!(["JOINCHAT", "2", 2]),
        json!(["COMMANDADD", "/echo", "two words", "textarea", 2]),
        json!(["MESSAGEADD", "/unknown", 2]),
        json!(["COMMANDADD", "/echo", "three", "keyboard", 2]),
        json!(["COMMANDADD", "/weather", "today", "textarea", 2]),
        json!(["COMMANDADD", "/weather", "tomorrow", "textarea", 2]),
    ];
    assert_eq!(bots.heard().await, expected);
    let answer = |dialog: String| {
        json!({
            "botId": marta, "botToken": TOKEN, "commandId": common, "messageId": asked, "dialogId": dialog,
            "fields": { "message": "Sunny", "keyboard": [{ "TEXT": "Again", "COMMAND": "weather" }] },
        })
    };
    let elsewhere = stage.alice.refused("imbot.v2.Command.answer", answer("2".to_owned())).await;
    assert_eq!(
        elsewhere,
        (400, "COMMAND_ANSWER_FAILED".to_owned()),
        "the command was given in another dialog"
    );
    stage.alice.ok("imbot.v2.Command.answer", answer(chat(group))).await;
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(group) })).await;
    let newest = &page["messages"][0];
    assert_eq!((&newest["text"], &newest["author_id"]), (&json!("Sunny"), &json!(marta)));
    stage.check().await;
}

#[tokio::test]
async fn edits_deletions_likes_and_contexts_come_with_what_belongs_to_them() {
    let bots = Bots::set().await;
    let Bots { stage, marta } = &bots;
    let first = stage.bob.say(*marta, "first").await;
    let second = stage.bob.say(*marta, "second").await;
    bots.heard().await;
    stage.bob.ok("im.message.update", json!({ "MESSAGE_ID": first, "MESSAGE": "edited" })).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": first, "ACTION": "plus" })).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": first, "ACTION": "minus" })).await;
    stage.bob.ok("im.message.delete", json!({ "MESSAGE_ID": second })).await;
    let context = json!({ "dialogId": marta.to_string(), "context": { "task": 7 } });
    stage.bob.ok("im.v2.Chat.Bot.sendContext", context).await;
    let expected = [
        json!(["MESSAGEUPDATE", "edited", 2]),
        json!(["REACTIONCHANGE", "add", 2]),
        json!(["REACTIONCHANGE", "delete", 2]),
        json!(["MESSAGEDELETE", second, 2]),
        json!(["CONTEXTGET", { "task": 7 }, "2", 2]),
    ];
    let page = get(&stage.alice, *marta, json!({})).await;
    assert_eq!(told(&page), expected);
    let data = &page["events"][3]["data"];
    let keys: Vec<&String> = data.as_object().expect("a map").keys().collect();
    assert_eq!(keys, ["bot", "messageId", "chat", "user", "language"]);
    let bot = json!({
        "id": 1, "code": "x", "type": "bot", "isHidden": false, "isSupportOpenline": false,
        "isReactionsEnabled": true, "backgroundId": null, "language": "en", "moduleId": "rest", "appId": "x",
        "eventMode": "fetch", "countMessage": 1, "countCommand": 1, "countChat": 1, "countUser": 1,
    });
    assert_shape(&data["bot"], &bot);
    let counts =
        ["countMessage", "countCommand", "countChat", "countUser"].map(|key| data["bot"][key].clone());
    assert_eq!(counts, [2, 0, 1, 1].map(|count| json!(count)));
    assert_eq!((&data["chat"]["dialogId"], &data["chat"]["name"]), (&json!("2"), &json!("Bob Brown")));
    stage.check().await;
}

#[tokio::test]
async fn a_history_that_is_hidden_from_a_bot_stays_hidden() {
    let bots = Bots::set().await;
    let stage = &bots.stage;
    let spy = register(&stage.alice, "spy", json!({ "type": "supervisor" })).await;
    let group = stage.group(&stage.alice, &[2]).await;
    let before = stage.alice.say(chat(group), &format!("secret {}", at(bots.marta))).await;
    let gone = stage.alice.say(chat(group), &format!("gone {}", at(bots.marta))).await;
    let join = json!({ "CHAT_ID": group, "USERS": [bots.marta, spy], "HIDE_HISTORY": "Y" });
    stage.alice.ok("im.chat.user.add", join).await;
    let edited = format!("new secret {}", at(bots.marta));
    stage.alice.ok("im.message.update", json!({ "MESSAGE_ID": before, "MESSAGE": edited })).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": before, "ACTION": "plus" })).await;
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": gone })).await;
    for bot in [bots.marta, spy] {
        let page = get(&stage.alice, bot, json!({})).await;
        assert_eq!(told(&page), [json!(["JOINCHAT", chat(group), 1])]);
    }
    let said = stage.alice.say(chat(group), "heard").await;
    let leave = json!({ "CHAT_ID": group, "USER_ID": spy });
    stage.alice.ok("im.chat.user.delete", leave).await;
    stage.alice.ok("im.message.update", json!({ "MESSAGE_ID": said, "MESSAGE": "no more" })).await;
    stage.alice.say(chat(group), "alone again").await;
    let page = get(&stage.alice, spy, json!({})).await;
    assert_eq!(told(&page).len(), 0, "nothing is told of where a bot is no more");
    stage.check().await;
}

#[tokio::test]
async fn an_offset_confirms_and_a_day_is_kept() {
    let bots = Bots::set().await;
    let Bots { stage, marta } = &bots;
    for text in ["one", "two", "three"] {
        stage.bob.say(*marta, text).await;
    }
    let page = get(&stage.alice, *marta, json!({ "limit": 2 })).await;
    assert_eq!(told(&page), [json!(["JOINCHAT", "2", 2]), json!(["MESSAGEADD", "one", 2])]);
    assert_eq!(page["hasMore"], true);
    assert_eq!(get(&stage.alice, *marta, json!({ "limit": "2" })).await, page, "nothing was confirmed");
    let rest = get(&stage.alice, *marta, json!({ "offset": page["nextOffset"] })).await;
    assert_eq!(told(&rest), [json!(["MESSAGEADD", "two", 2]), json!(["MESSAGEADD", "three", 2])]);
    assert_eq!(rest["hasMore"], false);
    let back = get(&stage.alice, *marta, json!({ "offset": 1 })).await;
    assert_eq!(told(&back), told(&rest), "what is confirmed does not come back");
    stage.portal.clock.step(86_399);
    assert_eq!(told(&get(&stage.alice, *marta, json!({})).await).len(), 2);
    stage.bob.say(*marta, "four").await;
    stage.portal.clock.step(2);
    let mut late = json!({ "limit": 1 });
    let page = get(&stage.alice, *marta, late.clone()).await;
    assert_eq!(told(&page), [json!(["MESSAGEADD", "four", 2])]);
    assert_eq!(page["hasMore"], false);
    merge(&mut late, json!({ "offset": page["nextOffset"] }));
    assert_eq!(get(&stage.alice, *marta, late).await["events"], json!([]));
    stage.check().await;
}
