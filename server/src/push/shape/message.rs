//! Messages: new, edited, taken back, liked.

use lately_messenger::event::Hearer;
use lately_messenger::file::ShownFile;
use lately_model::{Chat, ChatKind, Message, MessageId, User, UserId};
use serde_json::{Map, Value, json};

use super::super::body::Letter;
use super::chat::chat_object;
use super::person::{users_by_id, users_short};
use super::{Stage, counter_type, last_for, own_dialog, own_row, recent_config, with_dialog};
use crate::rest::shape::file::file;
use crate::rest::shape::message::forwarded;
use crate::rest::shape::text::linked;

/// `message` in private dialogs, `messageChat` elsewhere.
pub fn said(stage: &Stage<'_>) -> Vec<Letter> {
    let (Some(chat), Some(message)) = (stage.chat(), &stage.scene.message) else { return Vec::new() };
    let wire = stage.wire;
    let private = chat.kind.is_private();
    let id = chat.id.to_string();
    let by_chat = |value: Value| Value::Object(Map::from_iter([(id.clone(), value)]));
    // Links are each hearer's own.
    let files = |hearer: Option<&Hearer>| -> Map<String, Value> {
        let signer = hearer.zip(stage.scene.signer.as_ref()).map(|(hearer, signer)| signer.of(hearer.user));
        let shown = stage.scene.files.iter().map(|one| {
            let links = signer.as_ref().map(|signer| signer.links(&one.file)).unwrap_or_default();
            (one.file.id.to_string(), file(&ShownFile { links, ..one.clone() }, wire))
        });
        shown.collect()
    };
    let named = !private && !stage.scene.members.is_empty();
    let params = json!({
        "chatId": chat.id,
        "dateLastActivity": wire.date(message.date),
        "counterType": counter_type(chat),
        "chat": if private { json!({}) } else { by_chat(chat_object(chat, None, wire)) },
        "users": users_by_id(shown(stage, chat, message), wire),
        "userInChat": if named { by_chat(json!(stage.scene.members)) } else { json!({}) },
        "message": {
            "id": message.id,
            "chatId": chat.id,
            "senderId": message.author_id,
            "recipientId": recipient(chat, message),
            "prevId": stage.scene.previous,
            "templateId": message.uuid,
            "templateFileId": null,
            "system": if message.author_id.is_none() { "Y" } else { "N" },
            "date": wire.date(message.date),
            "text": linked(&message.text),
            "textLegacy": linked(&message.text),
            "params": message.params,
            "counter": 0,
            "isImportant": false,
            "importantFor": [],
            "forward": forwarded(message, wire),
        },
        "files": files(None),
        "lines": lines(stage, chat),
        "multidialog": [],
        "copilot": null,
        "stickers": [],
        "messagesAutoDeleteConfigs": [],
        "recentConfig": recent_config(chat),
    });
    let own = |hearer: &Hearer| {
        let mut own = own_row(chat, hearer);
        let member = hearer.seat.as_ref().map(|seat| &seat.member);
        let muted = member.is_some_and(|member| member.muted);
        let silent = message.params.get("NOTIFY").and_then(Value::as_str) == Some("N");
        let foreign = hearer.user != message.author_id && hearer.user != message.actor_id;
        own.insert("notify".to_owned(), json!(foreign && !muted && !silent && member.is_some()));
        let blocked = json!({ hearer.user.to_string(): muted });
        own.insert("userBlockChat".to_owned(), by_chat(blocked));
        if !stage.scene.files.is_empty() {
            own.insert("files".to_owned(), json!(files(Some(hearer))));
        }
        if muted && !private {
            own.insert("chat".to_owned(), by_chat(chat_object(chat, Some(hearer), wire)));
        }
        own
    };
    let command = if private { "message" } else { "messageChat" };
    vec![stage.letter(0, command, with_dialog(params, chat), stage.hearers(), own)]
}

/// The author; both people of a private dialog.
fn shown<'a>(stage: &'a Stage<'_>, chat: &'a Chat, message: &'a Message) -> impl Iterator<Item = &'a User> {
    let pair = chat.pair.filter(|_| chat.kind.is_private());
    let wanted = move |user: &&User| {
        user.id == message.author_id || pair.is_some_and(|(low, high)| user.id == low || user.id == high)
    };
    stage.scene.users.iter().filter(wanted)
}

fn recipient(chat: &Chat, message: &Message) -> Value {
    match chat.peer_of(message.actor_id) {
        Some(peer) if chat.kind.is_private() => json!(peer.to_string()),
        _ => json!(format!("chat{}", chat.id)),
    }
}

fn lines(stage: &Stage<'_>, chat: &Chat) -> Value {
    let line = chat.line.filter(|_| chat.kind == ChatKind::OpenLine);
    line.map_or(Value::Null, |line| {
        json!({ "id": line.id, "status": line.status, "date_create": stage.wire.date(line.date_create) })
    })
}

/// The letter of a private dialog's kind.
fn kind(chat: &Chat) -> &'static str {
    if chat.kind.is_private() { "private" } else { "chat" }
}

/// `messageUpdate`.
pub fn edited(stage: &Stage<'_>) -> Vec<Letter> {
    let (Some(chat), Some(message)) = (stage.chat(), &stage.scene.message) else { return Vec::new() };
    let mut left = message.params.clone();
    // Clients lay these over what they have, so what went must be said.
    for key in ["URL_ID", "ATTACH"] {
        left.entry(key).or_insert_with(|| json!([]));
    }
    let mut params = json!({
        "id": message.id,
        "type": kind(chat),
        "chatId": chat.id,
        "senderId": message.author_id,
        "text": linked(&message.text),
        "textLegacy": linked(&message.text),
        "params": left,
    });
    put_pair(&mut params, chat, message.author_id);
    let params = with_dialog(params, chat);
    vec![stage.letter(0, "messageUpdate", params, stage.hearers(), |hearer| own_dialog(chat, hearer))]
}

/// `messageParamsUpdate`.
pub fn dressed(stage: &Stage<'_>) -> Vec<Letter> {
    let (Some(chat), Some(message)) = (stage.chat(), &stage.scene.message) else { return Vec::new() };
    let mut params = json!({
        "id": message.id,
        "type": kind(chat),
        "chatId": chat.id,
        "params": message.params,
    });
    if chat.kind.is_private() {
        put_pair(&mut params, chat, message.author_id);
    } else if let Value::Object(map) = &mut params {
        map.insert("senderId".to_owned(), json!(message.author_id));
    }
    let params = with_dialog(params, chat);
    vec![stage.letter(0, "messageParamsUpdate", params, stage.hearers(), |hearer| own_dialog(chat, hearer))]
}

/// In a private dialog, who wrote to whom.
fn put_pair(params: &mut Value, chat: &Chat, author: UserId) {
    let Some(peer) = chat.peer_of(author).filter(|_| chat.kind.is_private()) else { return };
    if let Value::Object(map) = params {
        map.insert("fromUserId".to_owned(), json!(author));
        map.insert("toUserId".to_owned(), json!(peer));
    }
}

/// `messageDeleteV2`. When nothing is left of a message, everybody hears which one is the newest now.
pub fn deleted(stage: &Stage<'_>, id: MessageId, complete: bool) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let message = stage.scene.message.as_ref();
    let author = message.map(|message| message.author_id).unwrap_or_default();
    let complete = complete || message.is_none();
    let mut params = json!({
        "messages": [{
            "id": id,
            "text": message.map_or("", |message| &message.text),
            "senderId": author,
            "params": { "IS_DELETED": "Y", "URL_ID": [], "FILE_ID": [], "KEYBOARD": "N", "ATTACH": [] },
            "completelyDeleted": complete,
        }],
        "chatId": chat.id,
        "parentChatId": chat.parent_chat_id,
        "type": kind(chat),
        "counterType": counter_type(chat),
        "recentConfig": recent_config(chat),
    });
    put_pair(&mut params, chat, author);
    let own = |hearer: &Hearer| {
        let mut own = own_row(chat, hearer);
        if complete {
            own.insert("newLastMessage".to_owned(), last_for(stage.scene, hearer, stage.wire));
            let views = json!({ "countOfViewers": 0, "firstViewers": [], "messageId": chat.last_message_id });
            own.insert("lastMessageViews".to_owned(), views);
        }
        own
    };
    vec![stage.letter(0, "messageDeleteV2", with_dialog(params, chat), stage.hearers(), own)]
}

/// `addReaction` or `deleteReaction`, and for older clients `messageLike`.
pub fn liked(stage: &Stage<'_>, user: UserId, set: bool) -> Vec<Letter> {
    let (Some(chat), Some(message)) = (stage.chat(), &stage.scene.message) else { return Vec::new() };
    let likes = message.likes();
    let mut counters = Map::new();
    let mut users = Map::new();
    if !likes.is_empty() {
        counters.insert("like".to_owned(), json!(likes.len()));
        users.insert("like".to_owned(), json!(likes));
    }
    let reaction = json!({
        "userId": user,
        "reaction": "like",
        "chatId": chat.id,
        "actualReactions": {
            "reaction": { "messageId": message.id, "reactionCounters": counters, "reactionUsers": users },
            "usersShort": users_short(stage.scene.user(user).into_iter(), stage.wire),
        },
    });
    let like = json!({
        "id": message.id,
        "chatId": chat.id,
        "senderId": user,
        "set": set,
        "users": likes,
    });
    let command = if set { "addReaction" } else { "deleteReaction" };
    let own = |hearer: &Hearer| own_dialog(chat, hearer);
    vec![
        stage.letter(0, command, with_dialog(reaction, chat), stage.hearers(), own),
        stage.letter(1, "messageLike", with_dialog(like, chat), stage.hearers(), own),
    ]
}
