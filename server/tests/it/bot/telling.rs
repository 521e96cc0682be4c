//! What programs of bots are told of messages, commands and chats.

use lately_testkit::{Person, Receiver, TestPortal};
use serde_json::{Value, json};

use super::{Bots, register};

#[tokio::test]
async fn a_private_message_comes_with_all_that_an_answer_needs() {
    let mut bots = Bots::set().await;
    let marta = bots.marta.to_string();
    let message = bots.stage.bob.say(bots.marta, "Hello [b]Marta[/b]").await;
    let (event, data) = bots.told().await;
    assert_eq!(event, "ONIMBOTJOINCHAT");
    let params = &data["PARAMS"];
    assert_eq!((&params["DIALOG_ID"], &params["USER_ID"]), (&json!("2"), &json!("2")));
    assert_eq!((&params["CHAT_TYPE"], &params["BOT_ID"]), (&json!("P"), &json!(marta)));
    let told = bots.receiver.told().await;
    assert_eq!(told.event(), "ONIMBOTMESSAGEADD");
    let token = told.form["auth"]["application_token"].as_str().unwrap();
    assert_eq!(token.len(), 32, "the begin of the hash of CLIENT_ID");
    let bot = &told.data("BOT")[&marta];
    assert_eq!((&bot["BOT_CODE"], &bot["BOT_ID"]), (&json!("marta"), &json!(marta)));
    assert_eq!(bot["AUTH"]["application_token"], token);
    assert_eq!(bot.get("access_token"), None, "a webhook needs no tokens");
    let params = told.data("PARAMS");
    for (key, value) in [
        ("MESSAGE", json!("Hello [b]Marta[/b]")),
        ("MESSAGE_ID", json!(message.to_string())),
        ("FROM_USER_ID", json!("2")),
        ("TO_USER_ID", json!(marta)),
        ("DIALOG_ID", json!("2")),
        ("MESSAGE_TYPE", json!("P")),
        ("CHAT_TYPE", json!("P")),
        ("LANGUAGE", json!("en")),
        ("SYSTEM", json!("N")),
        ("CHAT_USER_COUNT", json!("2")),
    ] {
        assert_eq!(params[key], value, "{key}");
    }
    let user = told.data("USER");
    assert_eq!(
        (&user["ID"], &user["NAME"], &user["IS_BOT"]),
        (&json!("2"), &json!("Bob Brown"), &json!("N"))
    );
    bots.stage.portal.assert_exact().await;
}

#[tokio::test]
async fn in_a_group_a_bot_hears_only_what_names_it() {
    let mut bots = Bots::set().await;
    let marta = bots.marta;
    let stage = &bots.stage;
    let group = stage.group(&stage.alice, &[2, marta]).await;
    let dialog = format!("chat{group}");
    stage.bob.say(&dialog, "Nobody is meant").await;
    stage.bob.say(&dialog, "[USER=3]Carol[/USER] is meant").await;
    let text = format!("[USER={marta}]Marta[/USER], how are you? [USER=1]Alice[/USER] asks");
    let named = stage.bob.say(&dialog, &text).await;
    let (event, data) = bots.told().await;
    assert_eq!(event, "ONIMBOTJOINCHAT");
    assert_eq!(data["PARAMS"]["CHAT_ID"], group.to_string());
    assert_eq!((&data["PARAMS"]["USER_ID"], &data["USER"]["ID"]), (&json!("1"), &json!("1")), "who made it");
    let (event, data) = bots.told().await;
    assert_eq!(event, "ONIMBOTMESSAGEADD");
    let params = &data["PARAMS"];
    assert_eq!(params["DIALOG_ID"], dialog);
    assert_eq!((&params["CHAT_TYPE"], &params["CHAT_TITLE"]), (&json!("C"), &json!("Plan")));
    assert_eq!(params["TO_USER_ID"], marta.to_string());
    assert_eq!(params["MENTIONED_LIST"], json!({ "1": "1", marta.to_string(): marta.to_string() }));
    let edit = json!({ "MESSAGE_ID": named, "MESSAGE": text.replace("how", "who") });
    bots.stage.bob.ok("im.message.update", edit).await;
    let (event, data) = bots.told().await;
    assert_eq!(event, "ONIMBOTMESSAGEUPDATE");
    assert_eq!(data["PARAMS"]["MESSAGE_ID"], named.to_string());
    bots.stage.bob.ok("im.message.delete", json!({ "MESSAGE_ID": named })).await;
    let (event, data) = bots.told().await;
    assert_eq!(event, "ONIMBOTMESSAGEDELETE");
    assert_eq!(
        (&data["PARAMS"]["ID"], &data["PARAMS"]["AUTHOR_ID"]),
        (&json!(named.to_string()), &json!("2"))
    );
    bots.stage.bob.say(marta, "end").await;
    let between = bots.until("end").await;
    assert_eq!(between.len(), 1, "its welcome to the private dialog: {between:?}");
}

#[tokio::test]
async fn the_mention_is_not_part_of_what_is_said_to_a_bot() {
    let mut bots = Bots::set().await;
    let marta = bots.marta;
    let group = bots.stage.group(&bots.stage.alice, &[2, marta]).await;
    let text = format!("[USER={marta}]Marta[/USER] repeat [b]this[/b]");
    bots.stage.bob.say(format!("chat{group}"), &text).await;
    let (_, _) = bots.told().await;
    let (_, data) = bots.told().await;
    assert_eq!(data["PARAMS"]["MESSAGE"], "repeat [b]this[/b]");
    assert_eq!(data["PARAMS"]["MESSAGE_ORIGINAL"], text);
}

#[tokio::test]
async fn a_supervisor_hears_all_people_but_no_bot_and_not_itself() {
    let mut bots = Bots::with(json!({ "TYPE": "S" })).await;
    let marta = bots.marta;
    let stage = &bots.stage;
    let group = stage.group(&stage.alice, &[2, marta, Person::Robot.id()]).await;
    let dialog = format!("chat{group}");
    let robot = stage.portal.client(Person::Robot).await;
    robot.say(&dialog, "I am a robot").await;
    let itself = stage.portal.client_with(marta, "all", lately_model::Revision::R33).await;
    itself.say(&dialog, "I am Marta").await;
    stage.bob.say(&dialog, "I am Bob").await;
    let between = bots.until("I am Bob").await;
    assert_eq!(between.len(), 1, "{between:?}");
    bots.stage.portal.assert_exact().await;
}

#[tokio::test]
async fn a_command_is_told_as_a_command_and_not_as_a_message_too() {
    let mut bots = Bots::set().await;
    let echo = bots.command("/Echo", json!({})).await;
    assert_eq!(bots.command("echo", json!({})).await, echo, "it is known");
    let marta = bots.marta;
    let message = bots.stage.bob.say(marta, "/echo two words").await;
    let (event, _) = bots.told().await;
    assert_eq!(event, "ONIMBOTJOINCHAT");
    let (event, data) = bots.told().await;
    assert_eq!(event, "ONIMCOMMANDADD");
    let command = &data["COMMAND"][echo.to_string()];
    for (key, value) in [
        ("BOT_ID", json!(marta.to_string())),
        ("BOT_CODE", json!("marta")),
        ("COMMAND", json!("echo")),
        ("COMMAND_ID", json!(echo.to_string())),
        ("COMMAND_PARAMS", json!("two words")),
        ("COMMAND_CONTEXT", json!("TEXTAREA")),
        ("MESSAGE_ID", json!(message.to_string())),
    ] {
        assert_eq!(command[key], value, "{key}");
    }
    assert_eq!(data["PARAMS"]["MESSAGE"], "/echo two words");
    assert_eq!(data["USER"]["ID"], "2");
    let answer =
        json!({ "COMMAND_ID": echo, "MESSAGE_ID": message, "MESSAGE": "two words!", "CLIENT_ID": "shop" });
    let answered = bots.stage.alice.ok("imbot.command.answer", answer).await;
    let row = bots.stage.bob.row(marta).await.unwrap();
    assert_eq!((&row["message"]["id"], &row["message"]["text"]), (&answered, &json!("two words!")));
    assert_eq!((&row["message"]["author_id"], &row["counter"]), (&json!(marta), &json!(1)));
    bots.stage.bob.say(marta, "/unknown").await;
    assert!(bots.until("/unknown").await.is_empty(), "what is no command is a message");
    bots.stage.portal.assert_exact().await;
}

#[tokio::test]
async fn only_common_commands_are_given_where_the_bot_is_not() {
    let mut bots = Bots::set().await;
    bots.command("near", json!({})).await;
    let far = bots.command("far", json!({ "COMMON": "Y" })).await;
    let message = bots.stage.bob.say(3, "/near\n/far away\n/far again").await;
    let (_, first) = bots.told().await;
    let (_, second) = bots.told().await;
    let given = |data: &Value| data["COMMAND"][far.to_string()]["COMMAND_PARAMS"].clone();
    assert_eq!((given(&first), given(&second)), (json!("away"), json!("again")));
    let answer =
        json!({ "COMMAND": "far", "MESSAGE_ID": message, "MESSAGE": "Here I am", "CLIENT_ID": "shop" });
    bots.stage.alice.ok("imbot.command.answer", answer).await;
    let row = bots.stage.carol.row(2).await.unwrap();
    assert_eq!(
        (&row["message"]["text"], &row["message"]["author_id"]),
        (&json!("Here I am"), &json!(bots.marta))
    );
    assert_eq!(row["counter"], 2);
    let other = bots.stage.bob.say(3, "no command").await;
    let forged =
        json!({ "COMMAND": "far", "MESSAGE_ID": other, "MESSAGE": "I was not asked", "CLIENT_ID": "shop" });
    let refused = bots.stage.alice.refused("imbot.command.answer", forged).await;
    assert_eq!(refused, (400, "WRONG_REQUEST".to_owned()));
    bots.stage.portal.assert_exact().await;
}

#[tokio::test]
async fn guests_give_only_commands_that_are_for_them() {
    let mut bots = Bots::set().await;
    let marta = bots.marta;
    bots.command("inside", json!({})).await;
    bots.command("outside", json!({ "EXTRANET_SUPPORT": "Y" })).await;
    let group = bots.stage.group(&bots.stage.alice, &[Person::Erin.id(), marta]).await;
    let erin = bots.stage.portal.client(Person::Erin).await;
    erin.say(format!("chat{group}"), "/inside").await;
    erin.say(format!("chat{group}"), "/outside").await;
    let (event, _) = bots.told().await;
    assert_eq!(event, "ONIMBOTJOINCHAT");
    let (event, data) = bots.told().await;
    assert_eq!((event.as_str(), &data["PARAMS"]["MESSAGE"]), ("ONIMCOMMANDADD", &json!("/outside")));
}

#[tokio::test]
async fn a_button_gives_a_command_about_its_message() {
    let mut bots = Bots::set().await;
    let marta = bots.marta;
    let vote = bots.command("vote", json!({ "HIDDEN": "Y" })).await;
    let stage = &bots.stage;
    let group = stage.group(&stage.alice, &[2, marta]).await;
    let message = stage.alice.say(format!("chat{group}"), "Who is for it?").await;
    let press = |command: &str| json!({ "MESSAGE_ID": message, "BOT_ID": marta, "COMMAND": command, "COMMAND_PARAMS": "yes" });
    assert_eq!(stage.bob.ok("im.message.command", press("/VOTE")).await, true);
    for (client, command, code) in
        [(&stage.bob, "veto", "COMMAND_ERROR"), (&stage.carol, "vote", "MESSAGE_ID_ERROR")]
    {
        let refused = client.refused("im.message.command", press(command)).await;
        assert_eq!(refused, (400, code.to_owned()), "{command}");
    }
    let (event, _) = bots.told().await;
    assert_eq!(event, "ONIMBOTJOINCHAT");
    let (event, data) = bots.told().await;
    assert_eq!(event, "ONIMCOMMANDADD");
    let command = &data["COMMAND"][vote.to_string()];
    assert_eq!(
        (&command["COMMAND_CONTEXT"], &command["COMMAND_PARAMS"]),
        (&json!("KEYBOARD"), &json!("yes"))
    );
    assert_eq!(command["MESSAGE_ID"], message.to_string());
    assert_eq!((&data["USER"]["ID"], &data["PARAMS"]["MESSAGE"]), (&json!("2"), &json!("Who is for it?")));
}

#[tokio::test]
async fn an_applications_bot_gets_tokens_for_itself_and_for_whoever_wrote() {
    let portal = TestPortal::start().await;
    let app = portal.app("imbot,im").await;
    let alice = portal.app_client(&app, Person::Alice).await;
    let mut receiver = Receiver::start().await;
    let marta = register(&alice, &receiver, json!({})).await;
    let handler = json!({ "event": "onImBotMessageAdd", "handler": receiver.url("/bound") });
    alice.ok("event.bind", handler).await;
    let bob = portal.client(Person::Bob).await;
    bob.say(marta, "Hello").await;
    let told = [receiver.told().await, receiver.told().await, receiver.told().await];
    let bound = told.iter().find(|told| told.path == "/bound").expect("the handler is told too");
    assert!(bound.form.get("event_handler_id").is_some());
    let message =
        told.iter().find(|told| told.path == "/" && told.event() == "ONIMBOTMESSAGEADD").expect("it");
    let auth = &message.form["auth"];
    assert_eq!((&auth["user_id"], &auth["application_token"]), (&json!("2"), &json!(app.application_token)));
    let bot = &message.data("BOT")[marta.to_string()];
    assert_eq!((&bot["user_id"], &bot["client_id"]), (&json!(marta.to_string()), &json!(app.client_id)));
    assert!(bot["refresh_token"].is_string() && bot["AUTH"]["access_token"] == bot["access_token"]);
    let answering = portal.token_client(bot["access_token"].as_str().unwrap(), Person::Robot);
    answering.say(2, "Hello yourself").await;
    let row = bob.row(marta).await.unwrap();
    assert_eq!((&row["message"]["author_id"], &row["counter"]), (&json!(marta), &json!(1)));
    portal.assert_exact().await;
}

#[tokio::test]
async fn bots_of_an_application_that_is_not_installed_yet_hear_nothing() {
    let portal = TestPortal::start().await;
    let app = portal.app_with("imbot", |new| new.installed = false).await;
    let alice = portal.app_client(&app, Person::Alice).await;
    let mut receiver = Receiver::start().await;
    let marta = register(&alice, &receiver, json!({})).await;
    let bob = portal.client(Person::Bob).await;
    bob.say(marta, "too early").await;
    let id = lately_model::AppId(app.id);
    assert!(portal.messenger().install_app(None, id).await.unwrap());
    bob.say(marta, "now").await;
    let told = receiver.told().await;
    assert_eq!((told.event(), &told.data("PARAMS")["MESSAGE"]), ("ONIMBOTMESSAGEADD", &json!("now")));
}

#[tokio::test]
async fn what_was_hidden_from_a_bot_stays_hidden() {
    let mut bots = Bots::with(json!({ "TYPE": "S" })).await;
    let marta = bots.marta;
    let stage = &bots.stage;
    let group = stage.group(&stage.alice, &[2]).await;
    let dialog = format!("chat{group}");
    let early = stage.bob.say(&dialog, "before").await;
    let joining = json!({ "CHAT_ID": group, "USERS": [marta], "HIDE_HISTORY": "Y" });
    stage.alice.ok("im.chat.user.add", joining).await;
    stage.bob.ok("im.message.update", json!({ "MESSAGE_ID": early, "MESSAGE": "still before" })).await;
    stage.bob.ok("im.message.delete", json!({ "MESSAGE_ID": early })).await;
    stage.bob.say(&dialog, "after").await;
    let between = bots.until("after").await;
    assert_eq!(between.len(), 1, "it is in the chat now: {between:?}");
    assert_eq!(between[0].1["PARAMS"]["USER_ID"], "1");
}

#[tokio::test]
async fn what_people_bring_along_reaches_bots_of_the_second_generation() {
    let bots = Bots::set().await;
    let stage = &bots.stage;
    let bring = json!({ "dialogId": bots.marta.to_string(), "context": { "table": 42 } });
    assert_eq!(stage.bob.ok("im.v2.Chat.Bot.sendContext", bring).await, true);
    for (params, status, code) in [
        (json!({ "dialogId": "x", "context": {} }), 400, "DIALOG_ID_EMPTY"),
        (json!({ "dialogId": "3", "context": {} }), 400, "BOT_ID_ERROR"),
        (json!({ "dialogId": "chat99", "context": {} }), 403, "ACCESS_ERROR"),
        (json!({ "dialogId": bots.marta, "context": "table 42" }), 400, "PARAMS_ERROR"),
        (json!({ "dialogId": bots.marta, "context": { "long": "x".repeat(17_000) } }), 400, "PARAMS_ERROR"),
    ] {
        let refused = stage.bob.refused("im.v2.Chat.Bot.sendContext", params.clone()).await;
        assert_eq!(refused, (status, code.to_owned()), "{params}");
    }
    stage.portal.assert_exact().await;
}
