//! What programs of bots are told, in both generations (the pages of the events `ONIMBOT*` and `ONIMBOTV2*`).

use lately_messenger::bot::{BotPage, BotScene, BotTold, JointEvent, JointPage};
use lately_model::bot::CommandWay;
use lately_model::{BotHappening, Chat, Dialect, Message, User, UserId, UserKind, preview};
use serde_json::{Map, Value, json};

use super::Wire;
use super::{bot, feed};
use crate::rest::schema::Shape;

/// What a bot fetches, alone or with what its caller's own feed has. What an event tells depends on its type.
pub const PAGE: Shape = Shape::Object(&[
    (
        "events",
        Shape::List(&Shape::Object(&[
            ("eventId", Shape::Int),
            ("type", Shape::Text),
            ("date", Shape::Date),
            (
                "data",
                Shape::Object(&[
                    ("bot", Shape::Sometimes(&bot::BOT)),
                    ("messageId", Shape::Sometimes(&Shape::Int)),
                    ("reaction", Shape::Sometimes(&Shape::Text)),
                    ("action", Shape::Sometimes(&Shape::Text)),
                    ("command", Shape::Sometimes(&COMMAND)),
                    ("dialogId", Shape::Sometimes(&Shape::Text)),
                    ("context", Shape::Sometimes(&Shape::Any)),
                    ("message", Shape::Sometimes(&Shape::Map(&Shape::Any))),
                    ("chat", Shape::Map(&Shape::Any)),
                    ("user", Shape::OrNull(&feed::PERSON)),
                    ("language", Shape::Text),
                ]),
            ),
        ])),
    ),
    ("nextOffset", Shape::Int),
    ("hasMore", Shape::Bool),
]);

/// A command as it was given.
const COMMAND: Shape = Shape::Object(&[
    ("id", Shape::Int),
    ("command", Shape::Text),
    ("params", Shape::Text),
    ("context", Shape::Text),
]);

/// A page of what a bot fetched.
pub fn page(page: &BotPage, wire: &Wire<'_>) -> Value {
    let events: Vec<Value> = page.events.iter().map(|one| told(one, wire)).collect();
    json!({ "events": events, "nextOffset": page.next.0, "hasMore": page.more })
}

/// A page of what a bot fetched together with the feed of `reader`.
pub fn joint_page(page: &JointPage, reader: UserId, wire: &Wire<'_>) -> Value {
    let event = |event: &JointEvent| match event {
        JointEvent::Bot(one) => told(one, wire),
        JointEvent::Own(event) => feed::event(event, reader, wire),
    };
    let events: Vec<Value> = page.events.iter().map(event).collect();
    json!({ "events": events, "nextOffset": page.next.0, "hasMore": page.more })
}

fn told(told: &BotTold, wire: &Wire<'_>) -> Value {
    json!({
        "eventId": told.number.0,
        "type": told.scene.event.happened.event(Dialect::V2),
        "date": wire.date(told.date),
        "data": second(&told.scene, &full(&told.scene, wire), wire),
    })
}

fn full(scene: &BotScene, wire: &Wire<'_>) -> Value {
    scene.bot.as_ref().map_or(Value::Null, |view| bot::long(view, wire.language))
}

/// What a program of the second generation is told. `bot` is how the bot is shown to it.
pub fn second(scene: &BotScene, bot: &Value, wire: &Wire<'_>) -> Value {
    let mut data = Map::from_iter([("bot".to_owned(), bot.clone())]);
    let mut put = |key: &str, value: Value| drop(data.insert(key.to_owned(), value));
    let reader = scene.event.bot;
    match &scene.event.happened {
        BotHappening::Removed => return Value::Object(data),
        BotHappening::Deleted(id, _) => put("messageId", json!(id)),
        BotHappening::Liked(_, set) => {
            put("reaction", json!("like"));
            put("action", json!(if *set { "add" } else { "delete" }));
        }
        BotHappening::Commanded(_, given) => {
            let context = match given.way {
                CommandWay::Textarea => "textarea",
                CommandWay::Keyboard => "keyboard",
            };
            let name = format!("/{}", given.name);
            put(
                "command",
                json!({ "id": given.id, "command": name, "params": given.params, "context": context }),
            );
        }
        BotHappening::Joined | BotHappening::Context(_) => {
            put("dialogId", json!(scene.scene.chat.as_ref().map(|chat| feed::dialog_id(chat, reader))));
        }
        BotHappening::Said(_) | BotHappening::Edited(_) => {}
    }
    if let BotHappening::Context(context) = &scene.event.happened {
        put("context", context.clone());
    }
    if let (Some(message), false) =
        (&scene.scene.message, matches!(scene.event.happened, BotHappening::Deleted(..)))
    {
        put("message", feed::message(message, wire));
    }
    if let Some(chat) = &scene.scene.chat {
        put("chat", feed::chat(chat, &scene.scene, scene.folder, reader, wire));
    }
    put("user", json!(scene.user.as_ref().map(|user| feed::user(user, wire))));
    put("language", json!(wire.language.code()));
    Value::Object(data)
}

/// What a program of the first generation is told. `auth` is with what it may answer as the bot.
pub fn first(scene: &BotScene, auth: &Map<String, Value>, wire: &Wire<'_>) -> Value {
    let event = &scene.event;
    let mut bot = auth.clone();
    bot.insert("AUTH".to_owned(), Value::Object(auth.clone()));
    bot.insert("BOT_ID".to_owned(), json!(event.bot));
    bot.insert("BOT_CODE".to_owned(), json!(event.code));
    let user = scene.user.as_ref().map_or_else(|| json!({}), person);
    match &event.happened {
        BotHappening::Removed => {
            json!({ "BOT_ID": event.bot, "BOT_CODE": event.code, "BOT": { event.code.clone(): bot } })
        }
        BotHappening::Commanded(message, given) => {
            let context = match given.way {
                CommandWay::Textarea => "TEXTAREA",
                CommandWay::Keyboard => "KEYBOARD",
            };
            bot.insert("COMMAND".to_owned(), json!(given.name));
            bot.insert("COMMAND_ID".to_owned(), json!(given.id));
            bot.insert("COMMAND_PARAMS".to_owned(), json!(given.params));
            bot.insert("COMMAND_CONTEXT".to_owned(), json!(context));
            bot.insert("MESSAGE_ID".to_owned(), json!(message));
            json!({ "COMMAND": { given.id.to_string(): bot }, "PARAMS": params(scene, wire), "USER": user })
        }
        _ => json!({ "BOT": { event.bot.to_string(): bot }, "PARAMS": params(scene, wire), "USER": user }),
    }
}

/// What happened, in the keys of the first generation.
fn params(scene: &BotScene, wire: &Wire<'_>) -> Value {
    let event = &scene.event;
    let mut params = Map::new();
    let mut put = |key: &str, value: Value| drop(params.insert(key.to_owned(), value));
    if let Some(chat) = &scene.scene.chat {
        put("DIALOG_ID", json!(feed::dialog_id(chat, event.bot)));
        put("MESSAGE_TYPE", json!(chat.kind.letter()));
        put("CHAT_TYPE", json!(chat.kind.letter()));
        place(chat, &mut put);
    }
    match &event.happened {
        BotHappening::Joined => {
            put("BOT_ID", json!(event.bot));
            put("USER_ID", json!(event.user));
            if scene.scene.chat.as_ref().is_some_and(|chat| chat.kind.is_private()) {
                put("TO_USER_ID", json!(event.user));
                put("FROM_USER_ID", json!(event.bot));
            }
        }
        _ => {
            if let Some(message) = &scene.scene.message {
                said(scene, message, &mut put);
            }
        }
    }
    put("LANGUAGE", json!(wire.language.code()));
    Value::Object(params)
}

/// Where it happened; a private dialog says only its number.
fn place(chat: &Chat, put: &mut dyn FnMut(&str, Value)) {
    put("TO_CHAT_ID", json!(chat.id));
    if chat.kind.is_private() {
        return;
    }
    let [data_1, data_2, data_3] = &chat.entity_data;
    put("CHAT_ID", json!(chat.id));
    put("CHAT_TITLE", json!(chat.title));
    put("CHAT_AUTHOR_ID", json!(chat.owner_id));
    put("CHAT_COLOR", json!(chat.color));
    put("CHAT_ENTITY_TYPE", json!(chat.entity_type));
    put("CHAT_ENTITY_ID", json!(chat.entity_id));
    put("CHAT_ENTITY_DATA_1", json!(data_1));
    put("CHAT_ENTITY_DATA_2", json!(data_2));
    put("CHAT_ENTITY_DATA_3", json!(data_3));
    put("CHAT_EXTRANET", flag(chat.extranet));
    put("CHAT_CAN_POST", json!(chat.can_post().word().to_uppercase()));
}

/// The message; in a group chat without the mention of the bot, which stands in the original.
fn said(scene: &BotScene, message: &Message, put: &mut dyn FnMut(&str, Value)) {
    let event = &scene.event;
    let private = scene.scene.chat.as_ref().is_some_and(|chat| chat.kind.is_private());
    put("ID", json!(message.id));
    put("MESSAGE_ID", json!(message.id));
    put("AUTHOR_ID", json!(message.author_id));
    put("FROM_USER_ID", json!(event.user));
    put("TEMPLATE_ID", json!(message.uuid.clone().unwrap_or_default()));
    put("SYSTEM", flag(message.author_id.is_none()));
    put("CHAT_USER_COUNT", json!(scene.members));
    if matches!(event.happened, BotHappening::Said(_) | BotHappening::Commanded(..)) {
        put("COMMAND_CONTEXT", json!("TEXTAREA"));
    }
    if !message.params.is_empty() {
        put("PARAMS", json!(message.params));
    }
    if private {
        put("MESSAGE", json!(message.text));
        put("TO_USER_ID", json!(event.bot));
        return;
    }
    let named = preview::named_users(&message.text);
    let to = if named.contains(&event.bot) { event.bot } else { UserId(0) };
    put("TO_USER_ID", json!(to));
    put("MESSAGE", json!(preview::without_mentions(&message.text, event.bot).trim_start()));
    put("MESSAGE_ORIGINAL", json!(message.text));
    let named: Map<String, Value> = named.iter().map(|user| (user.to_string(), json!(user))).collect();
    put("MENTIONED_LIST", Value::Object(named));
}

fn person(user: &User) -> Value {
    json!({
        "ID": user.id,
        "NAME": user.name(),
        "FIRST_NAME": user.first_name,
        "LAST_NAME": user.last_name,
        "WORK_POSITION": user.work_position,
        "GENDER": user.shown_gender(),
        "IS_BOT": flag(user.kind == UserKind::Bot),
        "IS_CONNECTOR": flag(user.kind == UserKind::Connector),
        "IS_NETWORK": flag(user.kind == UserKind::Network),
        "IS_EXTRANET": flag(user.is_extranet()),
    })
}

fn flag(yes: bool) -> Value {
    json!(if yes { "Y" } else { "N" })
}
