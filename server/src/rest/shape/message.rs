//! Messages of a dialog on the wire (`im.dialog.messages.get`, `im.dialog.messages.search`).

use lately_messenger::dialog::MessagePage;
use lately_messenger::message_search::FoundPage;
use lately_model::{Message, UserId};
use serde_json::{Value, json};

use super::file::{FILE, file};
use super::text::linked;
use super::user::{BOT, PHONES, USER, today};
use super::{PhpMap, Wire};
use crate::rest::schema::Shape::{
    self, Any, Bool, Date, Int, List, Map, Named, Object, OrFalse, OrNull, Text,
};

/// What [`page`] gives.
pub const MESSAGES: Shape =
    Object(&[("chat_id", Int), ("messages", List(&MESSAGE)), ("users", List(&USER)), ("files", List(&FILE))]);

const MESSAGE: Shape = Named(
    "Message",
    &Object(&[
        ("id", Int),
        ("chat_id", Int),
        ("author_id", Int),
        ("date", Date),
        ("text", Text),
        ("unread", Bool),
        ("uuid", OrNull(&Text)),
        ("replaces", List(&Any)),
        ("params", Map(&Any)),
        ("disappearing_date", OrNull(&Date)),
    ]),
);

/// What [`found`] gives.
pub const FOUND: Shape = Object(&[
    ("users", List(&CAMEL_USER)),
    ("files", List(&FILE)),
    ("additionalMessages", List(&Any)),
    ("copilot", OrNull(&Map(&Any))),
    ("stickers", List(&Any)),
    ("reactions", List(&Any)),
    ("tariffRestrictions", Object(&[("isHistoryLimitExceeded", Bool)])),
    ("usersShort", List(&Any)),
    ("messages", List(&FOUND_MESSAGE)),
]);

const FOUND_MESSAGE: Shape = Named(
    "FoundMessage",
    &Object(&[
        ("id", Int),
        ("chatId", Int),
        ("chat_id", Int),
        ("authorId", Int),
        ("author_id", Int),
        ("date", Date),
        ("text", Text),
        ("isSystem", Bool),
        ("uuid", OrNull(&Text)),
        ("forward", OrNull(&Map(&Any))),
        ("params", Map(&Any)),
        ("viewedByOthers", Bool),
        ("block", OrNull(&Map(&Any))),
        ("unread", Bool),
        ("viewed", Bool),
        ("viewedCount", Int),
    ]),
);

/// [`USER`] with its keys in camel case.
const CAMEL_USER: Shape = Named(
    "CamelUser",
    &Object(&[
        ("id", Int),
        ("active", Bool),
        ("name", Text),
        ("firstName", Text),
        ("lastName", Text),
        ("workPosition", Text),
        ("color", Text),
        ("avatar", Text),
        ("avatarHr", Text),
        ("gender", Text),
        ("birthday", Text),
        ("extranet", Bool),
        ("network", Bool),
        ("bot", Bool),
        ("connector", Bool),
        ("externalAuthId", Text),
        ("status", Text),
        ("idle", OrFalse(&Date)),
        ("lastActivityDate", OrFalse(&Date)),
        ("mobileLastDate", OrFalse(&Date)),
        ("desktopLastDate", OrFalse(&Date)),
        ("absent", OrFalse(&Date)),
        ("departments", List(&Int)),
        ("phones", OrFalse(&PHONES)),
        ("botData", OrNull(&BOT)),
        ("type", Text),
        ("website", Text),
        ("email", Text),
    ]),
);

/// A page of messages with the people and files in it.
pub fn page(page: &MessagePage, wire: &Wire<'_>) -> Value {
    let unread = |message: &Message| page.last_read.is_some_and(|read| message.id > read);
    json!({
        "chat_id": page.chat_id.0,
        "messages": page.messages.iter().map(|one| message(one, unread(one), wire)).collect::<Vec<_>>(),
        "users": page.users.iter().map(|user| today(user, wire)).collect::<Vec<_>>(),
        "files": page.files.iter().map(|one| file(one, wire)).collect::<Vec<_>>(),
    })
}

fn message(message: &Message, unread: bool, wire: &Wire<'_>) -> Value {
    json!({
        "id": message.id.0,
        "chat_id": message.chat_id.0,
        "author_id": message.author_id.0,
        "date": wire.date(message.date),
        "text": linked(&message.text),
        "unread": unread,
        "uuid": message.uuid,
        "replaces": [],
        "params": PhpMap(message.params.clone()),
        "disappearing_date": null,
    })
}

/// What a search found (`im.dialog.messages.search`).
pub fn found(page: &FoundPage, reader: UserId, wire: &Wire<'_>) -> Value {
    let messages = page.messages.iter().map(|(message, viewers)| {
        let unread = page.last_read.is_some_and(|read| message.id > read) && message.author_id != reader;
        json!({
            "id": message.id.0,
            "chatId": message.chat_id.0,
            "chat_id": message.chat_id.0,
            "authorId": message.author_id.0,
            "author_id": message.author_id.0,
            "date": wire.date(message.date),
            "text": linked(&message.text),
            "isSystem": message.author_id.is_none(),
            "uuid": message.uuid,
            "forward": forwarded(message, wire),
            "params": PhpMap(message.params.clone()),
            "viewedByOthers": message.viewed,
            "block": null,
            "unread": unread,
            "viewed": !unread,
            "viewedCount": viewers,
        })
    });
    json!({
        "users": page.users.iter().map(|user| in_camels(json!(today(user, wire)))).collect::<Vec<_>>(),
        "files": page.files.iter().map(|one| file(one, wire)).collect::<Vec<_>>(),
        "additionalMessages": [],
        "copilot": null,
        "stickers": [],
        "reactions": [],
        "tariffRestrictions": { "isHistoryLimitExceeded": false },
        "usersShort": [],
        "messages": messages.collect::<Vec<_>>(),
    })
}

/// Where a message was sent on from; null for one that was not.
pub fn forwarded(message: &Message, wire: &Wire<'_>) -> Value {
    let Some(forward) = message.forward() else { return Value::Null };
    json!({
        "id": forward.id,
        "userId": forward.user_id,
        "chatId": forward.chat_id,
        "date": wire.date(forward.date),
    })
}

/// The same map with keys as newer methods write them: `workPosition` for `work_position`. Maps within stay.
pub(super) fn in_camels(map: Value) -> Value {
    let Value::Object(map) = map else { return map };
    let camel = |key: String| {
        let mut words = key.split('_');
        let mut name = words.next().unwrap_or_default().to_owned();
        for word in words {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            name.push_str(&first.to_uppercase());
            name.push_str(rest);
        }
        name
    };
    Value::Object(map.into_iter().map(|(key, value)| (camel(key), value)).collect())
}
