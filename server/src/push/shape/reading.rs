//! Reading: up to where somebody has read, told to themselves and to the others.

use lately_messenger::event::Hearer;
use lately_model::{MessageId, UserId};
use serde_json::{Map, Value, json};

use super::super::body::Letter;
use super::{Stage, counter_type, is_line, own_dialog, own_row, recent_config, with_dialog};

/// `readMessageChat` to the reader, `readMessageChatOpponent` to the others, in private dialogs too.
pub fn read(stage: &Stage<'_>, reader: UserId, from: MessageId, upto: MessageId) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let seen = &stage.scene.seen;
    let own_params = json!({
        "chatId": chat.id,
        "parentChatId": chat.parent_chat_id,
        "type": chat.kind.letter(),
        "lines": is_line(chat),
        "viewedMessages": seen,
        "counterType": counter_type(chat),
        "recentConfig": recent_config(chat),
    });
    let own = |hearer: &Hearer| {
        let mut own = own_row(chat, hearer);
        let last = hearer.seat.as_ref().map_or(upto, |seat| seat.member.last_read_id);
        own.insert("lastId".to_owned(), json!(last));
        own
    };
    let (readers, others): (Vec<&Hearer>, Vec<&Hearer>) =
        stage.hearers().iter().partition(|hearer| hearer.user == reader);
    let mut letters = Vec::new();
    if !readers.is_empty() {
        letters.push(stage.letter(0, "readMessageChat", with_dialog(own_params, chat), readers, own));
    }
    if others.is_empty() || from == upto {
        return letters;
    }
    let read_all = upto >= chat.last_message_id;
    let params = json!({
        "chatId": chat.id,
        "userId": reader,
        "userName": stage.scene.user(reader).map(|user| user.name()),
        "lastId": upto,
        "date": stage.wire.date(stage.scene.now),
        "viewedMessages": seen,
        "chatMessageStatus": if read_all { "delivered" } else { "received" },
    });
    let params = with_dialog(params, chat);
    letters
        .push(stage.letter(1, "readMessageChatOpponent", params, others, |hearer| own_dialog(chat, hearer)));
    letters
}

/// `unreadMessage` or `unreadMessageChat` to whoever did it, the same as `…Opponent` to the others.
pub fn unread(stage: &Stage<'_>, user: UserId, from: MessageId) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let private = chat.kind.is_private();
    let params = json!({
        "chatId": chat.id,
        "date": stage.wire.date(stage.scene.now),
        "unreadTo": from,
        "lines": is_line(chat),
        "counterType": counter_type(chat),
        "recentConfig": recent_config(chat),
    });
    let own = |hearer: &Hearer| {
        let mut own = own_row(chat, hearer);
        let last = hearer.seat.as_ref().map(|seat| seat.member.last_read_id).unwrap_or_default();
        own.insert("lastId".to_owned(), json!(last));
        if let Some(peer) = chat.peer_of(user).filter(|_| private) {
            own.insert("userId".to_owned(), json!(peer));
        }
        own
    };
    let (readers, others): (Vec<&Hearer>, Vec<&Hearer>) =
        stage.hearers().iter().partition(|hearer| hearer.user == user);
    let (command, opponent) = if private {
        ("unreadMessage", "unreadMessageOpponent")
    } else {
        ("unreadMessageChat", "unreadMessageChatOpponent")
    };
    let told = json!({
        "chatId": chat.id,
        "userId": user,
        "unreadTo": from,
        "chatMessageStatus": "received",
    });
    let dialog = |hearer: &Hearer| -> Map<String, Value> { own_dialog(chat, hearer) };
    vec![
        stage.letter(0, command, with_dialog(params, chat), readers, own),
        stage.letter(1, opponent, with_dialog(told, chat), others, dialog),
    ]
}
