//! Chats, messages and people as methods of `imbot.v2` show them (its page of objects).
//!
//! Must hold: what events show of them is here too; what is a bot's own place in a chat comes on top.

use lately_messenger::bot::{BotChat, BotContext};
use lately_model::{Message, UserId};
use serde_json::{Map, Value, json};

use super::{Wire, feed};
use crate::rest::schema::Shape::{
    self, Any, Bool, Date, Int, List, Map as MapOf, Named, Object, OrNull, Text,
};

/// What [`chat`] gives.
pub const CHAT: Shape = Named(
    "BotChat",
    &Object(&[
        ("id", Int),
        ("dialogId", Text),
        ("name", Text),
        ("description", Text),
        ("type", Text),
        ("messageType", Text),
        ("owner", Int),
        ("color", Text),
        ("avatar", Text),
        ("extranet", Bool),
        ("containsCollaber", Bool),
        ("entityType", Text),
        ("entityId", Text),
        ("entityData1", Text),
        ("entityData2", Text),
        ("entityData3", Text),
        ("entityLink", Object(&[("type", Text), ("url", Text)])),
        ("diskFolderId", OrNull(&Int)),
        ("role", Text),
        ("permissions", MapOf(&Text)),
        ("muteList", List(&Int)),
        ("parentChatId", OrNull(&Int)),
        ("parentMessageId", OrNull(&Int)),
        ("isNew", Bool),
        ("textFieldEnabled", Text),
        ("backgroundId", OrNull(&Text)),
        ("dateCreate", Date),
        ("lastMessageId", OrNull(&Int)),
        ("lastMessageViews", Text),
        ("lastId", OrNull(&Int)),
        ("managerList", List(&Int)),
        ("markedId", OrNull(&Int)),
        ("messageCount", Int),
        ("public", Text),
        ("unreadId", OrNull(&Int)),
        ("userCounter", Int),
    ]),
);

/// What [`message`] gives.
pub const MESSAGE: Shape = Named(
    "BotMessage",
    &Object(&[
        ("id", Int),
        ("chatId", Int),
        ("authorId", Int),
        ("date", Date),
        ("text", Text),
        ("isSystem", Bool),
        ("uuid", OrNull(&Text)),
        ("forward", OrNull(&Object(&[("id", Int), ("userId", Int), ("chatId", Int), ("date", Date)]))),
        ("params", MapOf(&Any)),
        ("viewedByOthers", Bool),
        ("unread", Bool),
        ("viewed", Bool),
    ]),
);

/// What [`context`] gives.
pub const CONTEXT: Shape = Object(&[
    ("messages", List(&MESSAGE)),
    ("users", List(&feed::PERSON)),
    ("hasPrevPage", Bool),
    ("hasNextPage", Bool),
]);

/// A chat as a bot in it finds it; whether it was made just now.
pub fn chat(found: &BotChat, bot: UserId, new: bool, wire: &Wire<'_>) -> Value {
    let view = &found.page.view;
    let member = view.member.clone().unwrap_or_default();
    let mut shown = feed::chat(&view.chat, &found.scene, found.folder, bot, wire);
    let own = json!({
        "role": view.role.word(),
        "muteList": if member.muted { vec![bot] } else { Vec::new() },
        "isNew": new,
        "textFieldEnabled": "Y",
        "diskFolderId": some(found.folder.0),
        "parentChatId": some(view.chat.parent_chat_id.0),
        "parentMessageId": some(view.chat.parent_message_id.0),
        "dateCreate": wire.date(view.chat.created_at),
        "lastMessageId": some(view.chat.last_message_id.0),
        "lastMessageViews": views(found, wire).to_string(),
        "lastId": some(member.last_read_id.0),
        "managerList": found.page.managers,
        "markedId": some(member.marked_id.0),
        "messageCount": view.message_count,
        "public": "",
        "unreadId": some(view.unread_id.0),
        "userCounter": view.chat.user_count,
    });
    if let (Value::Object(map), Value::Object(own)) = (&mut shown, own) {
        map.extend(own);
    }
    shown
}

/// A number, or null instead of zero.
fn some(id: i64) -> Option<i64> {
    Some(id).filter(|id| *id != 0)
}

/// Who saw the newest message; nothing where nobody did.
fn views(found: &BotChat, wire: &Wire<'_>) -> Value {
    let page = &found.page;
    if page.viewer_count == 0 {
        return Value::Object(Map::new());
    }
    let viewers = page.viewers.iter().map(
        |(view, name)| json!({ "userId": view.user_id, "userName": name, "date": wire.date(view.date) }),
    );
    json!({
        "messageId": page.view.chat.last_message_id,
        "firstViewers": viewers.collect::<Vec<_>>(),
        "countOfViewers": page.viewer_count,
    })
}

/// A message among those of `context`, as `bot` finds it.
fn message(message: &Message, context: &BotContext, bot: UserId, wire: &Wire<'_>) -> Value {
    let unread = message.id > context.read && message.author_id != bot;
    let mut shown = feed::message(message, wire);
    if let Value::Object(map) = &mut shown {
        map.insert("unread".to_owned(), json!(unread));
        map.insert("viewed".to_owned(), json!(!unread));
    }
    shown
}

/// What is around a message.
pub fn context(context: &BotContext, bot: UserId, wire: &Wire<'_>) -> Value {
    json!({
        "messages": context.messages.iter().map(|one| message(one, context, bot, wire)).collect::<Vec<_>>(),
        "users": context.users.iter().map(|user| feed::person(user, wire)).collect::<Vec<_>>(),
        "hasPrevPage": context.before,
        "hasNextPage": context.after,
    })
}

/// The one message of a context that has no other, with its author, unless the system wrote it.
pub fn single(context: &BotContext, bot: UserId, wire: &Wire<'_>) -> Value {
    let found = context.messages.first();
    let author = found.and_then(|found| context.users.iter().find(|user| user.id == found.author_id));
    json!({
        "message": found.map(|found| message(found, context, bot, wire)),
        "user": author.map(|author| feed::person(author, wire)),
    })
}
