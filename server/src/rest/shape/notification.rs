//! Notifications on the wire (`im.notify.get`, `im.notify.history.search`, `im.notify.schema.get`).

use lately_messenger::notification::NotificationPage;
use lately_model::notification::MODULES;
use lately_model::preview::html;
use lately_model::{Language, Message, Notification, NotificationKind};
use serde_json::{Map, Value, json};

use super::text::linked;
use super::user::{USER, today};
use super::{PhpMap, Wire};
use crate::rest::schema::Shape::{self, Any, Date, Int, List, Named, Object, OrNull, Sometimes, Text};

/// What [`page`] gives.
pub const NOTIFICATIONS: Shape = Object(&[
    ("total_count", Sometimes(&Int)),
    ("total_unread_count", Sometimes(&Int)),
    ("chat_id", Int),
    ("notifications", List(&NOTIFICATION)),
    ("users", List(&USER)),
]);

/// What [`found`] gives.
pub const FOUND: Shape = Object(&[
    ("chat_id", Int),
    ("notifications", List(&NOTIFICATION)),
    ("users", List(&USER)),
    ("total_results", Sometimes(&Int)),
]);

const NOTIFICATION: Shape = Named(
    "Notification",
    &Object(&[
        ("id", Int),
        ("chat_id", Int),
        ("author_id", Int),
        ("date", Date),
        ("notify_type", Int),
        ("notify_module", Text),
        ("notify_event", Text),
        ("notify_tag", Text),
        ("notify_sub_tag", Text),
        ("notify_title", Text),
        ("setting_name", Text),
        ("text", Text),
        ("notify_read", Text),
        ("params", OrNull(&Shape::Map(&Any))),
        ("notify_buttons", Sometimes(&Text)),
        ("text_converted", Sometimes(&Text)),
    ]),
);

/// What [`schema`] gives, by module.
pub const SCHEMA: Shape = Shape::Map(&Object(&[
    ("NAME", Text),
    ("MODULE_ID", Text),
    ("LIST", List(&Object(&[("ID", Text), ("NAME", Text)]))),
]));

/// A page with the numbers of all and of unread ones. Somebody whom nobody ever notified has none.
pub fn page(page: &NotificationPage, converted: bool, wire: &Wire<'_>) -> Value {
    let mut shown = Map::new();
    if let Some(total) = page.total {
        shown.insert("total_count".to_owned(), json!(total));
        shown.insert("total_unread_count".to_owned(), json!(page.unread));
    }
    fill(&mut shown, page, converted, wire);
    Value::Object(shown)
}

/// What a search found, with how many it found in all.
pub fn found(page: &NotificationPage, converted: bool, wire: &Wire<'_>) -> Value {
    let mut shown = Map::new();
    fill(&mut shown, page, converted, wire);
    if let Some(total) = page.total {
        shown.insert("total_results".to_owned(), json!(total));
    }
    Value::Object(shown)
}

/// The events that can be notified of, by module.
pub fn schema(language: Language) -> Value {
    let modules = MODULES.iter().map(|(id, name, events)| {
        let events = events
            .iter()
            .map(|(event, name)| json!({ "ID": format!("{id}|{event}"), "NAME": language.say(name) }));
        let list: Vec<Value> = events.collect();
        ((*id).to_owned(), json!({ "NAME": language.say(name), "MODULE_ID": id, "LIST": list }))
    });
    Value::Object(modules.collect())
}

fn fill(shown: &mut Map<String, Value>, page: &NotificationPage, converted: bool, wire: &Wire<'_>) {
    let notifications = page.notifications.iter();
    let notifications: Vec<Value> =
        notifications.map(|(message, beside)| notification(message, beside, converted, wire)).collect();
    shown.insert("chat_id".to_owned(), json!(page.chat_id.0));
    shown.insert("notifications".to_owned(), Value::Array(notifications));
    shown.insert("users".to_owned(), page.users.iter().map(|user| json!(today(user, wire))).collect());
}

fn notification(message: &Message, beside: &Notification, converted: bool, wire: &Wire<'_>) -> Value {
    let text = linked(&message.text);
    let params = (!message.params.is_empty()).then(|| PhpMap(message.params.clone()));
    let mut shown = json!({
        "id": message.id.0,
        "chat_id": message.chat_id.0,
        "author_id": message.author_id.0,
        "date": wire.date(message.date),
        "notify_type": beside.kind.number(),
        "notify_module": beside.module,
        "notify_event": beside.event,
        "notify_tag": beside.shown_tag(),
        "notify_sub_tag": beside.shown_sub_tag(),
        "notify_title": beside.title,
        "setting_name": beside.setting(),
        "text": text,
        "notify_read": if beside.unread { "N" } else { "Y" },
        "params": params,
    });
    let Value::Object(keys) = &mut shown else { return shown };
    if beside.kind == NotificationKind::Confirm {
        let buttons = json!(beside.buttons).to_string();
        keys.insert("notify_buttons".to_owned(), json!(buttons));
    }
    if converted {
        keys.insert("text_converted".to_owned(), json!(html(&text, wire.language)));
    }
    shown
}
