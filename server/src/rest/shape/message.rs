//! Messages of a dialog on the wire (`im.dialog.messages.get`).

use lately_messenger::dialog::MessagePage;
use lately_model::Message;
use serde_json::{Value, json};

use super::file::file;
use super::text::linked;
use super::user::today;
use super::{PhpMap, Wire};

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
