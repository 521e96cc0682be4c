//! Bots on the wire, in the shape of `imbot.v2` (its page of objects).

use lately_messenger::bot::BotView;
use lately_model::{BotCommand, Dialect, Language};
use serde_json::{Value, json};

use crate::rest::schema::Shape;

/// What everybody is told of a bot; its owner is told more.
pub const BOT: Shape = Shape::Named(
    "ProgramBot",
    &Shape::Object(&[
        ("id", Shape::Int),
        ("code", Shape::Text),
        ("type", Shape::Text),
        ("isHidden", Shape::Bool),
        ("isSupportOpenline", Shape::Bool),
        ("isReactionsEnabled", Shape::Bool),
        ("backgroundId", Shape::OrNull(&Shape::Text)),
        ("language", Shape::Text),
        ("moduleId", Shape::Sometimes(&Shape::Text)),
        ("appId", Shape::Sometimes(&Shape::Text)),
        ("eventMode", Shape::Sometimes(&Shape::Text)),
        ("countMessage", Shape::Sometimes(&Shape::Int)),
        ("countCommand", Shape::Sometimes(&Shape::Int)),
        ("countChat", Shape::Sometimes(&Shape::Int)),
        ("countUser", Shape::Sometimes(&Shape::Int)),
    ]),
);

/// A command that a bot knows; lists say more of it.
pub const COMMAND: Shape = Shape::Named(
    "Command",
    &Shape::Object(&[
        ("id", Shape::Int),
        ("botId", Shape::Int),
        ("command", Shape::Text),
        ("common", Shape::Bool),
        ("hidden", Shape::Bool),
        ("extranetSupport", Shape::Bool),
        ("title", Shape::Sometimes(&Shape::Text)),
        ("params", Shape::Sometimes(&Shape::Text)),
        ("category", Shape::Sometimes(&Shape::Text)),
        ("context", Shape::Sometimes(&Shape::Text)),
    ]),
);

/// A bot as others than its owner see it.
pub fn short(view: &BotView, language: Language) -> Value {
    let bot = view.user.bot.clone().unwrap_or_default();
    json!({
        "id": view.user.id,
        "code": bot.code,
        "type": kind(&bot.kind),
        "isHidden": bot.hidden,
        "isSupportOpenline": bot.openline,
        "isReactionsEnabled": !bot.unliked,
        "backgroundId": Some(bot.background).filter(|background| !background.is_empty()),
        "language": language.code(),
    })
}

/// A bot as its owner sees it.
pub fn long(view: &BotView, language: Language) -> Value {
    let mut shown = short(view, language);
    let (Value::Object(map), Some(program)) = (&mut shown, &view.program) else { return shown };
    let app_id = view.user.bot.as_ref().map(|bot| bot.app_id.clone()).unwrap_or_default();
    let fetches = program.fetches() && program.dialect == Dialect::V2;
    map.insert("moduleId".to_owned(), json!("rest"));
    map.insert("appId".to_owned(), json!(app_id));
    map.insert("eventMode".to_owned(), json!(if fetches { "fetch" } else { "webhook" }));
    map.insert("countMessage".to_owned(), json!(program.told));
    map.insert("countCommand".to_owned(), json!(view.count.commands));
    map.insert("countChat".to_owned(), json!(view.count.chats));
    map.insert("countUser".to_owned(), json!(view.count.people));
    shown
}

/// A command as whoever changes it is answered.
pub fn command(command: &BotCommand) -> Value {
    json!({
        "id": command.id,
        "botId": command.bot,
        "command": format!("/{}", command.name),
        "common": command.common,
        "hidden": command.hidden,
        "extranetSupport": command.extranet,
    })
}

/// A command in the list of its bot, which is called `bot`.
pub fn listed(one: &BotCommand, bot: &str, language: Language) -> Value {
    let phrase = one.phrase(language.code()).cloned().unwrap_or_default();
    let mut shown = command(one);
    if let Value::Object(map) = &mut shown {
        map.insert("title".to_owned(), json!(phrase.title));
        map.insert("params".to_owned(), json!(phrase.params));
        map.insert("category".to_owned(), json!(bot));
        map.insert("context".to_owned(), json!(""));
    }
    shown
}

/// The second generation has no word for bots that pass for people.
pub fn kind(kind: &str) -> &str {
    match kind {
        "" | "human" => "bot",
        kind => kind,
    }
}
