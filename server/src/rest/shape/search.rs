//! What searches find: people with fewer keys than elsewhere, and what was found last.

use lately_messenger::search_last::FoundDialog;
use lately_model::User;
use serde_json::{Value, json};

use super::chat::{FOUND_CHAT, found_chat};
use super::recent::PORTRAIT;
use super::user::{PHONES, USER, today};
use super::{OrFalse, Wire};
use crate::rest::schema::Shape::{self, Bool, Date, Either, Int, List, Named, Object, Text};

/// The keys of the user object that a search leaves out.
const LEFT_OUT: [&str; 8] =
    ["active", "avatar_hr", "desktop_last_date", "bot_data", "type", "website", "email", "birthday"];

/// What [`found_user`] gives.
pub const FOUND_USER: Shape = Named(
    "FoundUser",
    &Object(&[
        ("id", Int),
        ("name", Text),
        ("first_name", Text),
        ("last_name", Text),
        ("work_position", Text),
        ("color", Text),
        ("avatar", Text),
        ("gender", Text),
        ("birthday", Shape::OrFalse(&Text)),
        ("extranet", Bool),
        ("network", Bool),
        ("bot", Bool),
        ("connector", Bool),
        ("external_auth_id", Text),
        ("status", Text),
        ("idle", Shape::OrFalse(&Date)),
        ("last_activity_date", Shape::OrFalse(&Date)),
        ("mobile_last_date", Shape::OrFalse(&Date)),
        ("absent", Shape::OrFalse(&Date)),
        ("departments", List(&Int)),
        ("phones", Shape::OrFalse(&PHONES)),
    ]),
);

/// What [`found_dialog`] gives.
pub const FOUND_DIALOG: Shape = Named(
    "FoundDialog",
    &Either(&[
        Object(&[("id", Int), ("type", Text), ("avatar", PORTRAIT), ("title", Text), ("user", USER)]),
        Object(&[("id", Text), ("type", Text), ("avatar", PORTRAIT), ("title", Text), ("chat", FOUND_CHAT)]),
    ]),
);

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
