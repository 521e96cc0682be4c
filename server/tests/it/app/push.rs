//! What an application tells its own clients, and texts that it sends to people (pull.md 1).

use lately_model::AppId;
use lately_testkit::{Client, Ear, Person, TestApp, TestPortal};
use serde_json::{Value, json};

use crate::stage::assert_shape;

const NOT_APP: (u16, &str) = (403, "WRONG_AUTH_TYPE");

struct Stage {
    portal: TestPortal,
    app: TestApp,
    alice: Client,
    bob: Client,
}

impl Stage {
    async fn set() -> Self {
        Self::with("pull").await
    }

    /// With an application that has these scopes.
    async fn with(scopes: &str) -> Self {
        let portal = TestPortal::start().await;
        let app = portal.app(scopes).await;
        let (alice, bob) =
            (portal.app_client(&app, Person::Alice).await, portal.app_client(&app, Person::Bob).await);
        Self { portal, app, alice, bob }
    }

    async fn ear(&self, client: &Client) -> Ear {
        let config = client.ok("pull.application.config.get", json!({ "CACHE": "N", "REOPEN": "Y" })).await;
        let mut ear = self.portal.ear_at(&format!("token={}&jsonRpc=true", text(&config["jwt"]))).await;
        ear.first_ping().await;
        ear
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn told(command: &str) -> Value {
    json!({ "COMMAND": command, "PARAMS": { "a": 1 } })
}

#[tokio::test]
async fn the_configuration_has_channels_of_the_application() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.application.config.get", json!({})).await;
    let channel = json!({ "id": "", "start": "", "end": "", "type": "" });
    let private = json!({ "id": "", "public_id": "", "start": "", "end": "", "type": "" });
    assert_shape(&config["channels"], &json!({ "shared": channel, "private": private }));
    assert_eq!(config["publicChannels"]["2"]["user_id"], 2);
    assert_eq!(config["exp"], stage.portal.clock.seconds() + 86_400);
    assert_eq!(config.get("serverTime"), None);
    let own = stage.portal.client(Person::Bob).await.ok("pull.config.get", json!({})).await;
    assert_eq!(config["server"], own["server"]);
    assert_ne!(config["channels"]["shared"]["id"], own["channels"]["shared"]["id"]);
    assert_eq!(stage.bob.call("pull.config.get", json!({})).await.error(), (401, "insufficient_scope"));
    let wide = stage.portal.app("pull,pull_channel").await;
    let wide = stage.portal.app_client(&wide, Person::Bob).await;
    assert_eq!(wide.call("pull.config.get", json!({})).await.error(), NOT_APP);
    for method in ["pull.application.config.get", "pull.application.event.add", "pull.application.push.add"] {
        let hook = stage.portal.client(Person::Alice).await;
        assert_eq!(hook.call(method, json!({})).await.error(), NOT_APP, "{method}");
    }
    stage.portal.clock.step(3599);
    let mut ear = stage.portal.ear_at(&format!("token={}&jsonRpc=true", text(&config["jwt"]))).await;
    ear.first_ping().await;
    let channels = text(&config["channels"]["private"]["id"]);
    let mut ear = stage.portal.ear_at(&format!("CHANNEL_ID={channels}&jsonRpc=true")).await;
    ear.first_ping().await;
    stage.portal.clock.step(43_205 - 3599);
    let mut late = stage.portal.ear_at(&format!("CHANNEL_ID={channels}&jsonRpc=true")).await;
    assert_eq!(late.closed().await, 4010);
}

#[tokio::test]
async fn an_event_reaches_the_clients_of_its_application_and_nobody_else() {
    let stage = Stage::set().await;
    let other = stage.portal.app("pull").await;
    let other_bob = stage.portal.app_client(&other, Person::Bob).await;
    let (mut alice, mut bob) = (stage.ear(&stage.alice).await, stage.ear(&stage.bob).await);
    let mut second = stage.ear(&stage.bob).await;
    let mut elsewhere = stage.ear(&other_bob).await;
    let hook = stage.portal.client(Person::Bob).await;
    let mut own = stage.portal.ear(&hook).await;
    let add = async |client: &Client, params: Value| {
        assert_eq!(client.ok("pull.application.event.add", params).await, true);
    };
    add(&stage.bob, told("to:all|now.x-y_1")).await;
    for ear in [&mut alice, &mut bob, &mut second] {
        let event = ear.event().await;
        assert_eq!((text(&event["module_id"]), text(&event["command"])), ("application", "to:all|now.x-y_1"));
        assert_eq!((&event["params"], &event["sender"]), (&json!({ "a": 1 }), &json!(2)));
    }
    add(&stage.bob, json!({ "COMMAND": "mine", "USER_ID": 2, "MODULE_ID": "stock.bot_2" })).await;
    for ear in [&mut bob, &mut second] {
        let event = ear.event().await;
        assert_eq!((text(&event["module_id"]), &event["params"]), ("stock.bot_2", &json!({})));
    }
    add(&stage.alice, json!({ "COMMAND": "both", "USER_ID": [1, "2"], "PARAMS": "{\"b\":2}" })).await;
    assert_eq!(
        (alice.next().await, bob.next().await),
        (("both".to_owned(), json!({ "b": 2 })), ("both".to_owned(), json!({ "b": 2 })))
    );
    add(&other_bob, told("of.the.other")).await;
    assert_eq!(elsewhere.next().await.0, "of.the.other");
    stage.portal.client(Person::Alice).await.say(2, "a message").await;
    assert_eq!(own.next().await.0, "message", "what people hear, and no event of an application");
    add(&stage.alice, told("last")).await;
    assert_eq!(bob.next().await.0, "last", "and no message before it");
}

#[tokio::test]
async fn an_application_with_the_messengers_scope_hears_what_its_people_hear_and_what_they_missed() {
    let stage = Stage::with("pull,im").await;
    let mut bob = stage.ear(&stage.bob).await;
    let alice = stage.portal.client(Person::Alice).await;
    alice.say(2, "one").await;
    let heard = bob.heard("message").await;
    assert_eq!((&heard["message"]["text"], &heard["counter"]), (&json!("one"), &json!(1)));
    assert_eq!(stage.alice.ok("pull.application.event.add", told("of.its.own")).await, true);
    assert_eq!(bob.next().await.0, "of.its.own");
    let mid = bob.mid.clone();
    bob.drop_dead();
    alice.say(2, "two").await;
    alice.say(3, "not for bob").await;
    let config = stage.bob.ok("pull.application.config.get", json!({})).await;
    let query = format!("token={}&jsonRpc=true&mid={mid}", text(&config["jwt"]));
    let mut bob = stage.portal.ear_at(&query).await;
    bob.first_ping().await;
    assert_eq!(bob.heard("message").await["message"]["text"], "two");
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": 1 })).await;
    assert_eq!(bob.heard("readMessageChat").await["counter"], 0);
}

#[tokio::test]
async fn an_event_that_may_not_be_told_is_told_to_nobody() {
    let stage = Stage::set().await;
    let mut ear = stage.ear(&stage.bob).await;
    let long = "x".repeat(101);
    for (params, code) in [
        (json!({ "COMMAND": "x", "USER_ID": 1 }), "USER_ID_ACCESS_ERROR"),
        (json!({ "COMMAND": "x", "USER_ID": [2, 1] }), "USER_ID_ACCESS_ERROR"),
        (json!({ "COMMAND": "x", "USER_ID": "bob" }), "ERROR_ARGUMENT"),
        (json!({ "COMMAND": "x", "USER_ID": [] }), "ERROR_ARGUMENT"),
        (json!({ "COMMAND": "x", "USER_ID": -2 }), "ERROR_ARGUMENT"),
        (json!({ "COMMAND": "x", "USER_ID": (1..1002).collect::<Vec<_>>() }), "ERROR_ARGUMENT"),
        (json!({ "COMMAND": "x", "MODULE_ID": "Stock" }), "MODULE_ID_ERROR"),
        (json!({ "COMMAND": "x", "MODULE_ID": "a b" }), "MODULE_ID_ERROR"),
        (json!({ "COMMAND": "x", "MODULE_ID": long }), "MODULE_ID_ERROR"),
        (json!({}), "COMMAND_ERROR"),
        (json!({ "COMMAND": "" }), "COMMAND_ERROR"),
        (json!({ "COMMAND": "a b" }), "COMMAND_ERROR"),
        (json!({ "COMMAND": "ä" }), "COMMAND_ERROR"),
        (json!({ "COMMAND": long }), "COMMAND_ERROR"),
        (json!({ "COMMAND": "x", "PARAMS": "text" }), "PARAMS_ERROR"),
        (json!({ "COMMAND": "x", "PARAMS": 7 }), "PARAMS_ERROR"),
        (json!({ "COMMAND": "x", "PARAMS": [1] }), "PARAMS_ERROR"),
        (json!({ "COMMAND": "x", "PARAMS": { "large": "x".repeat(33_000) } }), "PARAMS_ERROR"),
    ] {
        let reply = stage.bob.call("pull.application.event.add", params.clone()).await;
        assert_eq!(
            reply.error(),
            (400, code),
            "{}",
            params.to_string().chars().take(200).collect::<String>()
        );
    }
    stage.bob.ok("pull.application.event.add", json!({ "COMMAND": "good" })).await;
    assert_eq!(ear.next().await.0, "good");
}

#[tokio::test]
async fn a_client_of_an_application_asks_of_nobody_and_counts_for_nobodys_presence() {
    let stage = Stage::set().await;
    let hook = stage.portal.client(Person::Carol).await;
    let mut watcher = stage.portal.ear(&hook).await;
    assert_eq!(watcher.ask("subscribeStatusChange", json!({ "userId": 2 })).await["result"], true);
    let mut ear = stage.ear(&stage.bob).await;
    for method in ["publish", "getUsersLastSeen", "subscribeStatusChange", "unsubscribeStatusChange"] {
        let params = json!({ "userList": [3], "userId": 3, "body": { "module_id": "a", "command": "b" } });
        assert!(ear.ask(method, params).await["error"]["code"].is_number(), "{method}");
    }
    assert_eq!(ear.ask("ping", json!({})).await["result"], "pong");
    assert_eq!(ear.ask("listChannels", json!({})).await["result"].as_array().map(Vec::len), Some(2));
    let seen = hook.ok("pull.api.user.getLastSeen", json!({ "userIds": [2] })).await;
    assert_eq!(seen.get("2"), None, "bob was never here himself: {seen}");
    let own = stage.portal.ear(&stage.portal.client(Person::Bob).await).await;
    assert_eq!(watcher.next().await.0, "userStatusChange", "now he is");
    drop(own);
}

#[tokio::test]
async fn with_the_application_or_its_user_go_its_clients() {
    let stage = Stage::set().await;
    let (mut alice, mut bob) = (stage.ear(&stage.alice).await, stage.ear(&stage.bob).await);
    let admin = stage.portal.client(Person::Alice).await;
    admin.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    assert_eq!(bob.closed().await, 4010);
    stage.portal.messenger().remove_app(None, AppId(stage.app.id), false).await.expect("it is removed");
    assert_eq!(alice.closed().await, 4010);
}

#[tokio::test]
async fn an_administrator_lets_an_application_send_people_a_text() {
    let stage = Stage::set().await;
    let carol = stage.portal.client(Person::Carol).await;
    let push = json!({ "USER_ID": [2, 3, 99], "TEXT": "The [i]van[/i] is here", "AVATAR": "https://app.example/a.png" });
    assert_eq!(stage.alice.ok("pull.application.push.add", push).await, true);
    let page = carol.ok("im.notify.get", json!({})).await;
    assert_eq!(page["notifications"][0]["text"], "[b]Stock bot[/b]: The [i]van[/i] is here");
    assert_eq!(
        stage.alice.ok("pull.application.push.add", json!({ "USER_ID": 3, "TEXT": "again" })).await,
        true
    );
    assert_eq!(carol.ok("im.counters.get", json!({})).await["TYPE"]["NOTIFY"], 2);
    let nameless = stage.portal.app_with("pull", |new| new.title = String::new()).await;
    let nameless = stage.portal.app_client(&nameless, Person::Alice).await;
    for (client, params, code) in [
        (&stage.bob, json!({ "USER_ID": 2, "TEXT": "x" }), "ACCESS_ERROR"),
        (&stage.alice, json!({ "USER_ID": 2 }), "TEXT_ERROR"),
        (&stage.alice, json!({ "USER_ID": 2, "TEXT": " \n" }), "TEXT_ERROR"),
        (&stage.alice, json!({ "TEXT": "x" }), "USER_ID_EMPTY"),
        (&stage.alice, json!({ "USER_ID": "bob", "TEXT": "x" }), "ERROR_ARGUMENT"),
        (&stage.alice, json!({ "USER_ID": (1..102).collect::<Vec<_>>(), "TEXT": "x" }), "ERROR_ARGUMENT"),
        (&nameless, json!({ "USER_ID": 2, "TEXT": "x" }), "EMPTY_APP_NAME"),
    ] {
        let reply = client.call("pull.application.push.add", params.clone()).await;
        assert_eq!(reply.error(), (400, code), "{params}");
    }
    assert_eq!(carol.ok("im.counters.get", json!({})).await["TYPE"]["NOTIFY"], 2);
    stage.portal.assert_exact().await;
}

#[tokio::test]
async fn an_application_has_a_drive_of_its_own() {
    let stage = Stage::set().await;
    let app = stage.portal.app("disk").await;
    let alice = stage.portal.app_client(&app, Person::Alice).await;
    let bob = stage.portal.app_client(&app, Person::Bob).await;
    let drive = alice.ok("disk.storage.getForApp", json!({})).await;
    assert_eq!(
        drive,
        json!({
            "ID": drive["ID"], "NAME": app.client_id, "CODE": null, "MODULE_ID": "disk", "ENTITY_TYPE": "restapp",
            "ENTITY_ID": app.id.to_string(), "ROOT_OBJECT_ID": drive["ID"],
        })
    );
    assert_eq!(alice.ok("disk.storage.getForApp", json!({})).await, drive, "once made");
    let file =
        json!({ "id": drive["ID"], "data": { "NAME": "a.txt" }, "fileContent": ["a.txt", "aGVsbG8="] });
    let made = alice.ok("disk.storage.uploadFile", file.clone()).await;
    let children = alice.ok("disk.storage.getChildren", json!({ "id": drive["ID"] })).await;
    assert_eq!((children[0]["NAME"].clone(), children.as_array().map(Vec::len)), (json!("a.txt"), Some(1)));
    let hook = stage.portal.client(Person::Alice).await;
    for client in [&bob, &hook] {
        assert_eq!(client.call("disk.storage.getForApp", json!({})).await.error(), (400, "ACCESS_DENIED"));
    }
    assert_eq!(bob.call("disk.storage.uploadFile", file).await.error(), (400, "ACCESS_DENIED"));
    assert_eq!(bob.call("disk.file.get", json!({ "id": made["ID"] })).await.error(), (400, "ACCESS_DENIED"));
    assert_eq!(hook.ok("disk.file.get", json!({ "id": made["ID"] })).await["NAME"], "a.txt");
    let other = stage.portal.app("disk").await;
    let other = stage.portal.app_client(&other, Person::Alice).await;
    assert_ne!(other.ok("disk.storage.getForApp", json!({})).await["ID"], drive["ID"]);
    stage.portal.assert_exact().await;
}
