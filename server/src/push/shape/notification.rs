//! Notifications: only their reader hears of them.

use lately_messenger::event::Hearer;
use lately_model::MessageId;
use serde_json::{Map, Value, json};

use super::super::body::Letter;
use super::Stage;
use super::person::users_by_id;
use crate::rest::shape::text::linked;

/// `notifyAdd`.
pub fn added(stage: &Stage<'_>) -> Vec<Letter> {
    let (Some(message), Some(beside)) = (&stage.scene.message, &stage.scene.notification) else {
        return Vec::new();
    };
    let author = stage.scene.user(message.author_id);
    let params = json!({
        "id": message.id,
        "chatId": message.chat_id,
        "type": beside.kind.number(),
        "date": stage.wire.date(message.date),
        "silent": "N",
        "title": beside.title,
        "text": linked(&message.text),
        "tag": beside.shown_tag(),
        "original_tag": beside.shown_tag(),
        "read": if beside.unread { "N" } else { "Y" },
        "settingName": beside.setting(),
        "moduleId": beside.module,
        "params": message.params,
        "buttons": beside.buttons,
        "userId": message.author_id,
        "userName": author.map(|author| author.name()),
        "users": users_by_id(author.into_iter(), stage.wire),
    });
    tell(stage, "notifyAdd", params)
}

/// `notifyRead` or `notifyUnread`.
pub fn marked(stage: &Stage<'_>, ids: &[MessageId], unread: bool) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let command = if unread { "notifyUnread" } else { "notifyRead" };
    tell(stage, command, json!({ "chatId": chat.id, "list": ids }))
}

/// The same from one on; `notifyReadAll` when all were read.
pub fn marked_from(stage: &Stage<'_>, from: MessageId, unread: bool) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    if from.is_none() && !unread {
        return tell(stage, "notifyReadAll", json!({ "chatId": chat.id }));
    }
    marked(stage, &stage.scene.seen, unread)
}

/// `notifyDelete`.
pub fn gone(stage: &Stage<'_>, id: MessageId) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let gone: Map<String, Value> = Map::from_iter([(id.to_string(), json!(0))]);
    tell(stage, "notifyDelete", json!({ "chatId": chat.id, "id": gone }))
}

fn tell(stage: &Stage<'_>, command: &str, params: Value) -> Vec<Letter> {
    let own = |hearer: &Hearer| Map::from_iter([("counter".to_owned(), json!(hearer.counter))]);
    vec![stage.letter(0, command, params, stage.hearers(), own)]
}
