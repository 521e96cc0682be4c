//! The commands that the page offers to whoever writes.

use lately_testkit::{Browser, Client, Person, TestPortal};
use serde_json::{Value, json};

use crate::stage::Stage;

const PASSWORD: &str = "correct horse";

/// Alice, bob and carol at their webhooks, bob and erin in their browsers, and Marta, a bot that nobody talked with.
struct Writers {
    stage: Stage,
    bob: Browser,
    erin: Browser,
    marta: i64,
}

impl Writers {
    async fn set() -> Self {
        let stage = Stage::set().await;
        stage.portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
        let bob = signed_in(&stage.portal, "bob@example.com").await;
        let erin = signed_in(&stage.portal, "erin@example.com").await;
        let marta = bot(&stage.alice, "marta").await;
        Self { stage, bob, erin, marta }
    }

    /// A command of Marta's.
    async fn command(&self, name: &str, more: Value) -> i64 {
        command(&self.stage.alice, self.marta, name, more).await
    }
}

async fn signed_in(portal: &TestPortal, login: &str) -> Browser {
    let mut browser = portal.browser();
    browser.sign_in(login, PASSWORD).await;
    browser
}

async fn bot(client: &Client, code: &str) -> i64 {
    let params = json!({
        "CODE": code, "CLIENT_ID": "shop", "EVENT_HANDLER": "https://bot.example/", "PROPERTIES": { "NAME": code },
    });
    client.ok("imbot.register", params).await.as_i64().expect("a number")
}

async fn command(client: &Client, bot: i64, name: &str, more: Value) -> i64 {
    let mut params = json!({
        "BOT_ID": bot, "COMMAND": name, "EVENT_COMMAND_ADD": "https://bot.example/", "CLIENT_ID": "shop",
        "LANG": [
            { "LANGUAGE_ID": "en", "TITLE": "Says it again", "PARAMS": "what" },
            { "LANGUAGE_ID": "ru", "TITLE": "Повторяет" },
        ],
    });
    for (key, value) in more.as_object().expect("a map") {
        params[key] = value.clone();
    }
    client.ok("imbot.command.register", params).await.as_i64().expect("a number")
}

async fn offered(browser: &Browser, dialog: impl ToString) -> Vec<String> {
    let reply = browser.get(&format!("/web/command?dialog={}", dialog.to_string())).await;
    let list = reply.result().as_array().expect("a list");
    list.iter().map(|one| one["command"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn commands_are_called_as_their_reader_speaks() {
    let writers = Writers::set().await;
    let marta = writers.marta;
    writers.command("echo", json!({})).await;
    let told = |title: &str, params: &str| json!([{ "botId": marta, "bot": "marta", "command": "echo", "title": title, "params": params }]);
    for (language, title, params) in [
        ("", "Says it again", "what"),
        ("&language=en", "Says it again", "what"),
        ("&language=RU", "Повторяет", ""),
        ("&language=de", "Says it again", "what"),
        ("&language[]=ru", "Says it again", "what"),
    ] {
        let reply = writers.bob.get(&format!("/web/command?dialog={marta}{language}")).await;
        assert_eq!(reply.result(), &told(title, params), "{language}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_bot_is_asked_where_it_is_and_for_common_commands_anywhere() {
    let writers = Writers::set().await;
    let Writers { stage, bob, marta, .. } = &writers;
    let other = bot(&stage.alice, "other").await;
    command(&stage.alice, other, "weather", json!({ "COMMON": "Y" })).await;
    command(&stage.alice, other, "tide", json!({})).await;
    writers.command("echo", json!({})).await;
    writers.command("secret", json!({ "HIDDEN": "Y", "COMMON": "Y" })).await;
    assert_eq!(offered(bob, marta).await, ["echo", "weather"], "nobody has written there yet");
    stage.bob.say(marta, "Hello").await;
    assert_eq!(offered(bob, marta).await, ["echo", "weather"], "its own come first");
    assert_eq!(offered(bob, other).await, ["weather", "tide"]);
    assert_eq!(offered(bob, 1).await, ["weather"]);
    let chat = stage.group(&stage.bob, &[3]).await;
    let dialog = format!("chat{chat}");
    assert_eq!(offered(bob, &dialog).await, ["weather"]);
    stage.bob.ok("im.chat.user.add", json!({ "CHAT_ID": chat, "USERS": [marta] })).await;
    assert_eq!(offered(bob, &dialog).await, ["echo", "weather"]);
    stage.bob.ok("im.chat.user.delete", json!({ "CHAT_ID": chat, "USER_ID": marta })).await;
    assert_eq!(offered(bob, &dialog).await, ["weather"]);
    stage.alice.ok("imbot.unregister", json!({ "BOT_ID": other, "CLIENT_ID": "shop" })).await;
    assert!(offered(bob, &dialog).await.is_empty());
}

#[tokio::test]
async fn a_command_is_offered_as_it_is_now() {
    let writers = Writers::set().await;
    let Writers { stage, bob, marta, .. } = &writers;
    let id = writers.command("echo", json!({})).await;
    let change = |fields: Value| {
        let params = json!({ "COMMAND_ID": id, "CLIENT_ID": "shop", "FIELDS": fields });
        stage.alice.ok("imbot.command.update", params)
    };
    change(json!({ "HIDDEN": "Y" })).await;
    assert!(offered(bob, marta).await.is_empty());
    change(json!({ "HIDDEN": "N", "COMMAND": "again" })).await;
    assert_eq!(offered(bob, marta).await, ["again"]);
    stage.alice.ok("imbot.command.unregister", json!({ "COMMAND_ID": id, "CLIENT_ID": "shop" })).await;
    assert!(offered(bob, marta).await.is_empty());
}

#[tokio::test]
async fn a_guest_is_offered_only_what_guests_may_give() {
    let writers = Writers::set().await;
    let Writers { stage, bob, erin, marta, .. } = &writers;
    writers.command("echo", json!({})).await;
    writers.command("help", json!({ "EXTRANET_SUPPORT": "Y" })).await;
    writers.command("everywhere", json!({ "EXTRANET_SUPPORT": "Y", "COMMON": "Y" })).await;
    let chat = stage.group(&stage.bob, &[Person::Erin.id(), *marta]).await;
    let dialog = format!("chat{chat}");
    assert_eq!(offered(erin, &dialog).await, ["help", "everywhere"]);
    assert_eq!(offered(bob, &dialog).await, ["echo", "help", "everywhere"]);
    assert_eq!(offered(erin, marta).await, ["help", "everywhere"], "they share a chat");
    let stranger = erin.get("/web/command?dialog=3").await;
    assert_eq!(stranger.error(), (403, "ACCESS_ERROR"), "erin does not know carol");
}

#[tokio::test]
async fn of_foreign_chats_and_of_none_nothing_is_told() {
    let writers = Writers::set().await;
    let Writers { stage, bob, .. } = &writers;
    writers.command("weather", json!({ "COMMON": "Y" })).await;
    let foreign = stage.group(&stage.alice, &[3]).await;
    for dialog in [format!("chat{foreign}"), "chat9999".to_owned(), "9999".to_owned(), "sg9".to_owned()] {
        let reply = bob.get(&format!("/web/command?dialog={dialog}")).await;
        assert_eq!(reply.error(), (403, "ACCESS_ERROR"), "{dialog}");
    }
    for query in ["", "?dialog=", "?dialog=nonsense", "?dialog[]=1", "?dialog=-1", "?dialog=chat%00"] {
        let reply = bob.get(&format!("/web/command{query}")).await;
        assert_eq!(reply.error(), (400, "DIALOG_ID_EMPTY"), "{query}");
    }
    assert_eq!(bob.get("/web/command?dialog=%ff").await.status, 400);
    stage.import_chat(500, "N", json!({})).await;
    assert!(offered(bob, "chat500").await.is_empty(), "bob reads there and does not write");
}

#[tokio::test]
async fn nobody_is_told_who_is_not_signed_in() {
    let writers = Writers::set().await;
    let stranger = writers.stage.portal.browser();
    assert_eq!(stranger.get("/web/command?dialog=1").await.error(), (401, "session_failed"));
    let forged = Browser { sessid: String::new(), ..writers.bob.clone() };
    assert_eq!(forged.get("/web/command?dialog=1").await.error(), (401, "session_failed"));
}

#[tokio::test]
async fn a_bot_whose_application_is_not_installed_yet_is_not_offered() {
    let writers = Writers::set().await;
    let portal = &writers.stage.portal;
    let app = portal.app_with("imbot", |new| new.installed = false).await;
    let program = portal.app_client(&app, Person::Alice).await;
    let early = bot(&program, "early").await;
    command(&program, early, "soon", json!({})).await;
    assert!(offered(&writers.bob, early).await.is_empty());
    portal.messenger().install_app(None, lately_model::AppId(app.id)).await.expect("installed");
    assert_eq!(offered(&writers.bob, early).await, ["soon"]);
}
