//! Hostile values in every field of the methods that register bots and their commands.
//!
//! Holds: each answer is one proper envelope and never a 500; afterwards the bots that nobody meant are as they were, and
//! everything can still be read.

use lately_testkit::Person;
use serde_json::{Value, json};

use super::attack::{assert_readable, hostile};
use super::{Town, assert_proper};

/// Methods, what they are called with, and what of it is replaced: `fields/code` is a field within one.
fn plans(bot: i64, command: i64, message: i64) -> Vec<(&'static str, Value, &'static [&'static str])> {
    let own = json!({ "botId": bot, "botToken": "shop" });
    let with = |more: Value| {
        let mut params = own.clone();
        for (key, value) in more.as_object().expect("a map") {
            params[key] = value.clone();
        }
        params
    };
    let new = json!({ "code": "new", "botToken": "fresh", "properties": { "name": "New" } });
    let url = json!({ "eventMode": "webhook", "webhookUrl": "https://a.example/", "properties": {} });
    let title = json!({ "en": "Says it again" });
    vec![
        (
            "imbot.v2.Bot.register",
            json!({ "fields": new }),
            &[
                "fields",
                "fields/code",
                "fields/properties",
                "fields/properties/name",
                "fields/properties/lastName",
                "fields/properties/workPosition",
                "fields/properties/color",
                "fields/properties/gender",
                "fields/properties/avatar",
                "fields/type",
                "fields/eventMode",
                "fields/webhookUrl",
                "fields/isHidden",
                "fields/isReactionsEnabled",
                "fields/isSupportOpenline",
                "fields/backgroundId",
                "fields/botToken",
            ],
        ),
        (
            "imbot.v2.Bot.update",
            with(json!({ "fields": url })),
            &[
                "botId",
                "botToken",
                "fields",
                "fields/properties",
                "fields/properties/lastName",
                "fields/properties/workPosition",
                "fields/properties/color",
                "fields/properties/gender",
                "fields/properties/avatar",
                "fields/eventMode",
                "fields/webhookUrl",
                "fields/isHidden",
                "fields/isReactionsEnabled",
                "fields/isSupportOpenline",
                "fields/backgroundId",
            ],
        ),
        ("imbot.v2.Bot.get", with(json!({})), &["botId", "botToken", "code"]),
        ("imbot.v2.Bot.list", with(json!({})), &["botToken", "filter", "filter/type", "limit", "offset"]),
        ("imbot.v2.Bot.unregister", own.clone(), &["botId", "botToken"]),
        (
            "imbot.v2.Command.register",
            with(json!({ "fields": { "command": "more", "title": title, "params": {} } })),
            &[
                "botId",
                "botToken",
                "fields",
                "fields/command",
                "fields/title",
                "fields/title/en",
                "fields/params",
                "fields/params/en",
                "fields/common",
                "fields/hidden",
                "fields/extranetSupport",
            ],
        ),
        (
            "imbot.v2.Command.update",
            with(json!({ "commandId": command, "fields": { "title": title, "params": {} } })),
            &[
                "botId",
                "botToken",
                "commandId",
                "fields",
                "fields/title",
                "fields/title/en",
                "fields/params",
                "fields/params/en",
                "fields/common",
                "fields/hidden",
                "fields/extranetSupport",
            ],
        ),
        ("imbot.v2.Command.list", with(json!({})), &["botId", "botToken"]),
        (
            "imbot.v2.Command.answer",
            with(json!({
                "commandId": command, "messageId": message, "dialogId": "2", "fields": { "message": "again" },
            })),
            &[
                "botId",
                "botToken",
                "commandId",
                "messageId",
                "dialogId",
                "fields",
                "fields/message",
                "fields/attach",
                "fields/keyboard",
                "fields/system",
                "fields/urlPreview",
            ],
        ),
        ("imbot.v2.Event.get", with(json!({})), &["botId", "botToken", "offset", "limit", "withUserEvents"]),
        (
            "imbot.v2.Command.unregister",
            with(json!({ "commandId": command })),
            &["botId", "botToken", "commandId"],
        ),
    ]
}

/// The parameters as JSON text with the value, which may be no number that Rust knows, at a place.
fn body(params: &Value, place: &str, value: &str) -> String {
    let mut params = params.clone();
    let mut at = &mut params;
    for key in place.split('/') {
        at = &mut at[key];
    }
    *at = json!("here it goes");
    params.to_string().replace("\"here it goes\"", value)
}

#[tokio::test]
async fn no_value_in_a_field_of_a_bot_does_harm() {
    let town = Town::build().await;
    let fields = json!({ "code": "clerk", "botToken": "shop", "properties": { "name": "Marta" } });
    let made = town.bob.ok("imbot.v2.Bot.register", json!({ "fields": fields })).await;
    let bot = made["bot"]["id"].as_i64().expect("a bot");
    let own = json!({ "botId": bot, "botToken": "shop" });
    let mut echo = own.clone();
    echo["fields"] = json!({ "command": "echo", "title": { "en": "Says it again" } });
    let command =
        town.bob.ok("imbot.v2.Command.register", echo).await["command"]["id"].as_i64().expect("one");
    let message = town.bob.say(bot, "/echo").await;
    for (method, params, places) in plans(bot, command, message) {
        for place in places {
            for value in hostile(&town).into_iter().step_by(2) {
                let body = body(&params, place, &value);
                let what = format!("{method} {}", body.chars().take(300).collect::<String>());
                let request = town.bob.post(method).header("content-type", "application/json").body(body);
                assert_proper(&town.bob.send(request).await, &what);
            }
        }
    }
    let kept = town.bob.ok("imbot.v2.Bot.get", own).await;
    assert_eq!((&kept["bot"]["code"], &kept["users"][0]["firstName"]), (&json!("clerk"), &json!("Marta")));
    town.portal.assert_exact().await;
    for person in [Person::Bob, Person::Carol] {
        assert_readable(&town, person).await;
    }
}
