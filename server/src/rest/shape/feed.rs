//! Feeds on the wire (`im.v2.Event.get`; pull.md 6.1).

use lately_messenger::event::Scene;
use lately_messenger::feed::{FeedEvent, FeedPage};
use lately_model::{Chat, Event, FolderId, Message, User, UserId};
use serde_json::{Map, Value, json};

use super::Wire;
use super::entity::entity_link;
use super::message::{forwarded, in_camels};
use super::user::{PHONES, today};
use crate::rest::schema::Shape;

/// Somebody as newer methods and all events show them.
pub const PERSON: Shape = Shape::Named(
    "Person",
    &Shape::Object(&[
        ("id", Shape::Int),
        ("active", Shape::Bool),
        ("name", Shape::Text),
        ("firstName", Shape::Text),
        ("lastName", Shape::Text),
        ("workPosition", Shape::Text),
        ("color", Shape::Text),
        ("avatar", Shape::Text),
        ("gender", Shape::Text),
        ("birthday", Shape::Text),
        ("extranet", Shape::Bool),
        ("bot", Shape::Bool),
        ("connector", Shape::Bool),
        ("externalAuthId", Shape::Text),
        ("status", Shape::Text),
        ("idle", Shape::OrFalse(&Shape::Date)),
        ("lastActivityDate", Shape::OrFalse(&Shape::Date)),
        ("mobileLastDate", Shape::OrFalse(&Shape::Date)),
        ("desktopLastDate", Shape::OrFalse(&Shape::Date)),
        ("absent", Shape::OrFalse(&Shape::Date)),
        ("departments", Shape::List(&Shape::Int)),
        ("phones", Shape::OrFalse(&PHONES)),
        ("type", Shape::Text),
        ("website", Shape::Text),
        ("email", Shape::Text),
    ]),
);

/// A page of the feed of `reader`.
pub fn page(page: &FeedPage, reader: UserId, wire: &Wire<'_>) -> Value {
    json!({
        "events": page.events.iter().map(|one| event(one, reader, wire)).collect::<Vec<_>>(),
        "nextOffset": page.next.0,
        "hasMore": page.more,
    })
}

/// One event of the feed of `reader`.
pub(super) fn event(event: &FeedEvent, reader: UserId, wire: &Wire<'_>) -> Value {
    let mut data = Map::new();
    let mut put = |key: &str, value: Value| drop(data.insert(key.to_owned(), value));
    let kind = match &event.event {
        Event::Said(..) => "ONIMV2MESSAGEADD",
        Event::Edited(..) => "ONIMV2MESSAGEUPDATE",
        Event::Deleted(_, id, _) => {
            put("messageId", json!(id));
            "ONIMV2MESSAGEDELETE"
        }
        Event::Liked(_, _, _, set) => {
            put("reaction", json!("like"));
            put("action", json!(if *set { "add" } else { "delete" }));
            "ONIMV2REACTIONCHANGE"
        }
        _ => {
            put("dialogId", json!(event.scene.chat.as_ref().map(|chat| dialog_id(chat, reader))));
            "ONIMV2JOINCHAT"
        }
    };
    if !matches!(event.event, Event::Deleted(..) | Event::Joined(..)) {
        put("message", json!(event.scene.message.as_ref().map(|one| message(one, wire))));
    }
    put(
        "chat",
        json!(event.scene.chat.as_ref().map(|one| chat(one, &event.scene, event.folder, reader, wire))),
    );
    put("user", json!(event.user.as_ref().map(|one| user(one, wire))));
    put("language", json!(wire.language.code()));
    json!({ "eventId": event.number.0, "type": kind, "date": wire.date(event.date), "data": data })
}

/// How somebody addresses a chat. A bot may hear of a command in a talk of two others.
pub(super) fn dialog_id(chat: &Chat, reader: UserId) -> String {
    let own = chat.kind.is_private() && chat.pair.is_some_and(|(low, high)| low == reader || high == reader);
    match chat.peer_of(reader) {
        Some(peer) if own => peer.to_string(),
        _ => format!("chat{}", chat.id),
    }
}

/// A message as events show it.
pub(super) fn message(message: &Message, wire: &Wire<'_>) -> Value {
    json!({
        "id": message.id,
        "chatId": message.chat_id,
        "authorId": message.author_id,
        "date": wire.date(message.date),
        "text": message.text,
        "isSystem": message.author_id.is_none(),
        "uuid": message.uuid,
        "forward": forwarded(message, wire),
        "params": message.params,
        "viewedByOthers": message.viewed,
    })
}

/// A private chat is called as the person at its other end.
pub(super) fn chat(chat: &Chat, scene: &Scene, folder: FolderId, reader: UserId, wire: &Wire<'_>) -> Value {
    let [data_1, data_2, data_3] = &chat.entity_data;
    let peer = chat.peer_of(reader).filter(|_| chat.kind.is_private()).and_then(|peer| scene.user(peer));
    let link = entity_link(chat, reader);
    let post = chat.can_post().word();
    json!({
        "id": chat.id,
        "dialogId": dialog_id(chat, reader),
        "name": peer.map_or_else(|| chat.title.clone(), User::name),
        "type": chat.type_name(),
        "messageType": chat.kind.letter(),
        "owner": chat.owner_id,
        "color": peer.map_or_else(|| chat.shown_color(), User::shown_color),
        "avatar": wire.absolute(peer.map_or(&chat.avatar, |peer| &peer.avatar)),
        "description": chat.description,
        "extranet": chat.extranet,
        "containsCollaber": false,
        "entityType": chat.entity_type,
        "entityId": chat.entity_id,
        "entityData1": data_1,
        "entityData2": data_2,
        "entityData3": data_3,
        "entityLink": { "type": link.kind, "url": link.url },
        "diskFolderId": folder,
        "permissions": {
            "manageUsersAdd": "member",
            "manageUsersDelete": "manager",
            "manageUi": "member",
            "manageSettings": "owner",
            "manageMessages": post,
            "canPost": post,
        },
        "parentChatId": chat.parent_chat_id,
        "parentMessageId": chat.parent_message_id,
        "isNew": false,
        "textFieldEnabled": true,
        "backgroundId": null,
    })
}

/// Somebody as methods show them.
pub fn person(user: &User, wire: &Wire<'_>) -> Value {
    let mut shown = in_camels(json!(today(user, wire)));
    if let Value::Object(map) = &mut shown {
        map.retain(|key, _| !matches!(key.as_str(), "network" | "botData" | "avatarHr"));
    }
    shown
}

/// The same in an event, which does not tell when they were there.
pub(super) fn user(user: &User, wire: &Wire<'_>) -> Value {
    let mut shown = person(user, wire);
    if let Value::Object(map) = &mut shown {
        for (key, value) in map.iter_mut() {
            if matches!(key.as_str(), "idle" | "lastActivityDate" | "mobileLastDate" | "desktopLastDate") {
                *value = json!(false);
            }
        }
    }
    shown
}
