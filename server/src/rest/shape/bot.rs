//! Bots on the wire, in the shape of `imbot.v2` (its page of objects).

use lately_messenger::bot::BotView;
use lately_model::{Dialect, Language};
use serde_json::{Value, json};

use crate::rest::schema::Shape;

/// What everybody is told of a bot; its owner is told more.
pub const BOT: Shape = Shape::Object(&[
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
]);

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

/// The second generation has no word for bots that pass for people.
fn kind(kind: &str) -> &str {
    match kind {
        "" | "human" => "bot",
        kind => kind,
    }
}
