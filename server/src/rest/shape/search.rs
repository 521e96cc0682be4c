//! What searches find: people with fewer keys than elsewhere, and what was found last.

use lately_messenger::search_last::FoundDialog;
use lately_model::User;
use serde_json::{Value, json};

use super::chat::found_chat;
use super::user::today;
use super::{OrFalse, Wire};

/// The keys of the user object that a search leaves out.
const LEFT_OUT: [&str; 8] =
    ["active", "avatar_hr", "desktop_last_date", "bot_data", "type", "website", "email", "birthday"];

/// A user whom a search found; a birthday that is not set is `false`.
pub fn found_user(user: &User, wire: &Wire<'_>) -> Value {
    let mut shown = json!(today(user, wire));
    if let Value::Object(map) = &mut shown {
        map.retain(|key, _| !LEFT_OUT.contains(&key.as_str()));
        map.insert("birthday".to_owned(), json!(OrFalse(user.shown_birthday())));
    }
    shown
}

/// A dialog that was found last.
pub fn found_dialog(found: &FoundDialog, wire: &Wire<'_>) -> Value {
    match found {
        FoundDialog::Person(user) => json!({
            "id": user.id.0,
            "type": "user",
            "avatar": { "url": wire.absolute(&user.avatar), "color": user.shown_color() },
            "title": user.name(),
            "user": today(user, wire),
        }),
        FoundDialog::Chat(chat, member) => json!({
            "id": format!("chat{}", chat.id),
            "type": "chat",
            "avatar": { "url": wire.absolute(&chat.avatar), "color": chat.shown_color() },
            "title": chat.title,
            "chat": found_chat(chat, member.as_deref(), wire),
        }),
    }
}
