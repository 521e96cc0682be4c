//! `imbot.register` and its neighbours: what programs of bots are told, how, and what they are not told.

mod moving;
mod telling;

use lately_testkit::{Client, Person, Receiver, TestPortal};
use serde_json::{Value, json};

use crate::stage::Stage;

/// Three people, a program that listens, and its bot, Marta, known to its program as `marta`.
struct Bots {
    stage: Stage,
    receiver: Receiver,
    marta: i64,
}

impl Bots {
    async fn set() -> Self {
        Self::with(json!({})).await
    }

    /// With more to say of the bot.
    async fn with(more: Value) -> Self {
        let stage = Stage::set().await;
        let receiver = Receiver::start().await;
        let marta = register(&stage.alice, &receiver, more).await;
        Self { stage, receiver, marta }
    }

    /// The next thing that the program is told.
    async fn told(&mut self) -> (String, Value) {
        let told = self.receiver.told().await;
        (told.event().to_owned(), told.form["data"].clone())
    }

    /// What it is told until this message, which is for the bot, comes.
    async fn until(&mut self, text: &str) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        loop {
            let (event, data) = self.told().await;
            if data["PARAMS"]["MESSAGE"] == text {
                return all;
            }
            all.push((event, data));
        }
    }

    async fn command(&self, name: &str, more: Value) -> i64 {
        let mut params = json!({
            "BOT_ID": self.marta, "COMMAND": name, "EVENT_COMMAND_ADD": self.receiver.url("/"), "CLIENT_ID": "shop",
            "LANG": [{ "LANGUAGE_ID": "en", "TITLE": "Says it again", "PARAMS": "what" }],
        });
        merge(&mut params, more);
        self.stage.alice.ok("imbot.command.register", params).await.as_i64().expect("a number")
    }
}

/// A bot of the program that listens here, known to it as `marta`.
pub async fn register(client: &Client, receiver: &Receiver, more: Value) -> i64 {
    let mut params = json!({
        "CODE": "marta", "CLIENT_ID": "shop", "EVENT_HANDLER": receiver.url("/"),
        "PROPERTIES": { "NAME": "Marta", "COLOR": "MINT", "WORK_POSITION": "Repeats" },
    });
    merge(&mut params, more);
    client.ok("imbot.register", params).await.as_i64().expect("a number")
}

fn merge(params: &mut Value, more: Value) {
    for (key, value) in more.as_object().expect("a map") {
        params[key] = value.clone();
    }
}

#[tokio::test]
async fn a_bot_is_a_user_whom_people_find_and_write_to() {
    let bots = Bots::set().await;
    let Bots { stage, marta, .. } = &bots;
    let user = stage.bob.ok("im.user.get", json!({ "ID": marta })).await;
    assert_eq!(
        (&user["name"], &user["bot"], &user["color"], &user["work_position"], &user["external_auth_id"]),
        (&json!("Marta"), &json!(true), &json!("#4ba984"), &json!("Repeats"), &json!("bot"))
    );
    let data = &user["bot_data"];
    assert_eq!((&data["code"], &data["type"]), (&json!("marta"), &json!("bot")));
    assert!(data["app_id"].as_str().unwrap().starts_with("custom"));
    let found = stage.bob.ok("im.search.user.list", json!({ "FIND": "Marta" })).await;
    assert!(found.get(marta.to_string()).is_some());
    stage.bob.say(marta, "Hello").await;
    assert_eq!(stage.bob.row(marta).await.unwrap()["title"], "Marta");
    let again = register(&stage.carol, &bots.receiver, json!({ "PROPERTIES": { "NAME": "Other" } })).await;
    assert_eq!(again, *marta, "the code is known: nothing changes");
    let other = register(&stage.carol, &bots.receiver, json!({ "CLIENT_ID": "other" })).await;
    assert_ne!(other, *marta, "codes belong to programs");
    let listed = stage.bob.ok("imbot.bot.list", json!({ "CLIENT_ID": "shop" })).await;
    let expected = json!({ "ID": marta, "NAME": "Marta", "CODE": "marta", "OPENLINE": "N" });
    assert_eq!(listed, json!({ marta.to_string(): expected }));
    stage.portal.assert_exact().await;
}

#[tokio::test]
async fn a_bot_that_was_removed_is_told_so_and_nothing_more() {
    let mut bots = Bots::set().await;
    bots.command("echo", json!({})).await;
    bots.stage.bob.say(bots.marta, "one").await;
    bots.until("one").await;
    let gone = json!({ "BOT_ID": bots.marta, "CLIENT_ID": "shop" });
    assert_eq!(bots.stage.carol.ok("imbot.unregister", gone.clone()).await, true);
    let (event, data) = bots.told().await;
    assert_eq!((event.as_str(), &data["BOT_CODE"]), ("ONIMBOTDELETE", &json!("marta")));
    assert_eq!(data["BOT_ID"], bots.marta.to_string());
    let stage = &bots.stage;
    assert_eq!(stage.carol.refused("imbot.unregister", gone).await, (400, "BOT_ID_ERROR".to_owned()));
    assert_eq!(stage.bob.ok("im.user.get", json!({ "ID": bots.marta })).await["active"], false);
    stage.bob.say(bots.marta, "two").await;
    let again = register(&stage.alice, &bots.receiver, json!({})).await;
    assert_ne!(again, bots.marta, "a new bot, not the old one");
    stage.bob.say(again, "three").await;
    let between = bots.until("three").await;
    assert!(between.iter().all(|(event, _)| event == "ONIMBOTJOINCHAT"), "{between:?}");
    bots.stage.portal.assert_exact().await;
}

#[tokio::test]
async fn an_application_that_goes_takes_its_bots_along() {
    let portal = TestPortal::start().await;
    let app = portal.app("imbot,im").await;
    let alice = portal.app_client(&app, Person::Alice).await;
    let mut receiver = Receiver::start().await;
    let marta = register(&alice, &receiver, json!({ "CLIENT_ID": "ignored" })).await;
    let bob = portal.client(Person::Bob).await;
    let data = bob.ok("im.user.get", json!({ "ID": marta })).await["bot_data"].clone();
    assert_eq!(data["app_id"], app.client_id);
    let id = lately_model::AppId(app.id);
    assert!(portal.messenger().remove_app(None, id, true).await.unwrap());
    let told = receiver.told().await;
    assert_eq!((told.event(), told.data("BOT_CODE")), ("ONIMBOTDELETE", &json!("marta")));
    assert_eq!(bob.ok("im.user.get", json!({ "ID": marta })).await["active"], false);
    portal.assert_exact().await;
}

#[tokio::test]
async fn addresses_names_and_words_are_looked_at() {
    let bots = Bots::set().await;
    let alice = &bots.stage.alice;
    for (more, status, code) in [
        (json!({ "CLIENT_ID": "" }), 403, "ACCESS_DENIED"),
        (json!({ "CODE": " ", "CLIENT_ID": "new" }), 400, "CODE_ERROR"),
        (json!({ "EVENT_HANDLER": "", "CLIENT_ID": "new" }), 400, "EVENT_MESSAGE_ADD_ERROR"),
        (json!({ "EVENT_WELCOME_MESSAGE": "no address" }), 400, "EVENT_WELCOME_MESSAGE_ERROR"),
        (json!({ "EVENT_MESSAGE_UPDATE": "ftp://x" }), 400, "EVENT_MESSAGE_UPDATE_ERROR"),
        (json!({ "EVENT_MESSAGE_DELETE": ["x"] , "EVENT_BOT_DELETE": "x" }), 400, "EVENT_BOT_DELETE_ERROR"),
        (json!({ "PROPERTIES": {}, "CODE": "x" }), 400, "NAME_ERROR"),
        (json!({ "PROPERTIES": "x", "CODE": "x" }), 400, "NAME_ERROR"),
    ] {
        let mut params = json!({
            "CODE": "marta", "CLIENT_ID": "shop", "EVENT_HANDLER": "https://bot.example/", "PROPERTIES": { "NAME": "M" },
        });
        merge(&mut params, more);
        assert_eq!(
            alice.refused("imbot.register", params.clone()).await,
            (status, code.to_owned()),
            "{params}"
        );
    }
    for _ in 0..2 {
        let long = json!({ "CODE": "x".repeat(300), "PROPERTIES": { "NAME": "\u{0}Ада ".repeat(200) } });
        register(alice, &bots.receiver, long).await;
    }
    for number in 0..98 {
        register(alice, &bots.receiver, json!({ "CODE": format!("bot{number}") })).await;
    }
    let one_more = json!({
        "CODE": "more", "CLIENT_ID": "shop", "EVENT_HANDLER": "https://bot.example/", "PROPERTIES": { "NAME": "M" },
    });
    assert_eq!(alice.refused("imbot.register", one_more).await, (400, "MAX_COUNT_ERROR".to_owned()));
    bots.stage.portal.assert_exact().await;
}

#[tokio::test]
async fn what_is_changed_of_a_bot_counts_at_once() {
    let mut bots = Bots::set().await;
    let alice = &bots.stage.alice;
    let update = async |fields: Value| {
        let params = json!({ "BOT_ID": bots.marta, "CLIENT_ID": "shop", "FIELDS": fields });
        alice.call("imbot.update", params).await
    };
    assert_eq!(update(json!({})).await.error(), (400, "WRONG_REQUEST"));
    assert_eq!(update(json!({ "EVENT_MESSAGE_ADD": "x" })).await.error(), (400, "EVENT_MESSAGE_ADD_ERROR"));
    let nameless = json!({ "PROPERTIES": { "NAME": "" } });
    assert_eq!(update(nameless).await.error(), (400, "NAME_ERROR"));
    let elsewhere = bots.receiver.url("/elsewhere");
    let fields = json!({ "EVENT_MESSAGE_ADD": elsewhere, "PROPERTIES": { "LAST_NAME": "Lund", "PERSONAL_GENDER": "F" } });
    assert_eq!(update(fields).await.result(), true);
    let user = alice.ok("im.user.get", json!({ "ID": bots.marta })).await;
    assert_eq!((&user["name"], &user["gender"]), (&json!("Marta Lund"), &json!("F")));
    bots.stage.bob.say(bots.marta, "where?").await;
    let mut paths = vec![bots.receiver.told().await.path, bots.receiver.told().await.path];
    paths.sort_unstable();
    assert_eq!(paths, ["/", "/elsewhere"], "its welcome and the message");
    let foreign = json!({ "BOT_ID": bots.marta, "CLIENT_ID": "other", "FIELDS": { "CODE": "stolen" } });
    let refused = bots.stage.bob.refused("imbot.update", foreign).await;
    assert_eq!(refused, (400, "APP_ID_ERROR".to_owned()));
}

#[tokio::test]
async fn guests_have_no_bots() {
    let bots = Bots::set().await;
    let erin = bots.stage.portal.client(Person::Erin).await;
    let new = json!({
        "CODE": "spy", "CLIENT_ID": "spy", "EVENT_HANDLER": "https://bot.example/", "PROPERTIES": { "NAME": "Spy" },
    });
    let fields = json!({ "code": "spy", "botToken": "shop", "properties": { "name": "Spy" } });
    let own = json!({ "botId": bots.marta, "botToken": "shop" });
    for (method, params) in [
        ("imbot.register", new),
        ("imbot.bot.list", json!({ "CLIENT_ID": "shop" })),
        ("imbot.message.add", json!({ "CLIENT_ID": "shop", "DIALOG_ID": 1, "MESSAGE": "I am Marta" })),
        ("imbot.v2.Bot.register", json!({ "fields": fields })),
        ("imbot.v2.Event.get", own.clone()),
        ("imbot.v2.Chat.add", own),
    ] {
        assert_eq!(erin.refused(method, params).await, (403, "WRONG_AUTH_TYPE".to_owned()), "{method}");
    }
    assert_eq!(bots.stage.alice.row(bots.marta).await, None);
}
