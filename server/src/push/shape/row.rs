//! What one person does to a row of their list. Only they hear of it.

use lately_messenger::event::Hearer;
use lately_model::Chat;
use serde_json::{Map, Value, json};

use super::super::body::Letter;
use super::chat::chat_object;
use super::person::rest_users;
use super::{Stage, counter_type, is_line, last_for, own_row, recent_config, with_dialog};

/// `chatUnread`.
pub fn marked(stage: &Stage<'_>, mark: bool) -> Vec<Letter> {
    one(stage, "chatUnread", |chat, hearer| {
        json!({
            "chatId": chat.id,
            "parentChatId": chat.parent_chat_id,
            "active": mark,
            "markedId": hearer.seat.as_ref().map(|seat| seat.member.marked_id),
            "lines": is_line(chat),
            "counterType": counter_type(chat),
            "recentConfig": recent_config(chat),
            "chat": chat_object(chat, Some(hearer), stage.wire),
        })
    })
}

/// `chatPin`, with all that a row shows: a row that was not there appears.
pub fn pinned(stage: &Stage<'_>, pinned: bool) -> Vec<Letter> {
    one(stage, "chatPin", |chat, hearer| {
        let mut params = whole(stage, chat, hearer);
        params.insert("active".to_owned(), json!(pinned));
        Value::Object(params)
    })
}

/// `chatHide`.
pub fn hidden(stage: &Stage<'_>) -> Vec<Letter> {
    one(
        stage,
        "chatHide",
        |chat, _| json!({ "chatId": chat.id, "lines": is_line(chat), "recentConfigToHide": recent_config(chat) }),
    )
}

/// `chatMuteNotify`.
pub fn muted(stage: &Stage<'_>, muted: bool) -> Vec<Letter> {
    one(stage, "chatMuteNotify", |chat, hearer| {
        json!({
            "chatId": chat.id,
            "mute": muted,
            "lines": is_line(chat),
            "counterType": counter_type(chat),
            "recentConfig": recent_config(chat),
            "chat": chat_object(chat, Some(hearer), stage.wire),
        })
    })
}

/// A whole row: the chat, its newest message, whoever wrote it.
pub fn whole(stage: &Stage<'_>, chat: &Chat, hearer: &Hearer) -> Map<String, Value> {
    let last = last_for(stage.scene, hearer, stage.wire);
    let none = last.get("id").is_some_and(|id| *id == 0);
    let shown = if none { json!([]) } else { json!([last]) };
    let date = stage.scene.last.as_ref().map_or(chat.created_at, |last| last.date);
    let whole = json!({
        "chatId": chat.id,
        "chat": chat_object(chat, Some(hearer), stage.wire),
        "counterType": counter_type(chat),
        "lastActivityDate": stage.wire.date(date),
        "messages": shown,
        "message": last,
        "users": rest_users(stage.scene.users.iter(), stage.wire),
        "files": [],
        "additionalMessages": [],
        "recentConfig": recent_config(chat),
    });
    match whole {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Told to the one person whose row it is.
fn one(stage: &Stage<'_>, command: &str, params: impl Fn(&Chat, &Hearer) -> Value) -> Vec<Letter> {
    let (Some(chat), Some(hearer)) = (stage.chat(), stage.hearers().first()) else { return Vec::new() };
    let params = with_dialog(params(chat, hearer), chat);
    vec![stage.letter(0, command, params, [hearer], |hearer| own_row(chat, hearer))]
}
