//! What a chat was made for, on the wire: where that is, and what it forbids in the chat (behaviour.md F).

use lately_model::{Chat, Phrase, UserId};
use serde::Serialize;
use serde_json::{Value, json};

use super::Wire;
use crate::rest::schema::Shape::{self, Bool, Named, Object, Sometimes, Text};

/// Where the thing lives that a chat was made for.
#[derive(Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct EntityLink {
    #[serde(rename = "type")]
    pub kind: String,
    pub url: String,
    pub id: String,
}

/// [`lately_model::chat::Restrictions`]; `path` and `path_title` only on chats of another module.
pub const RESTRICTIONS: Shape = Named(
    "Restrictions",
    &Object(&[
        ("avatar", Bool),
        ("rename", Bool),
        ("extend", Bool),
        ("call", Bool),
        ("mute", Bool),
        ("leave", Bool),
        ("leave_owner", Bool),
        ("send", Bool),
        ("user_list", Bool),
        ("path", Sometimes(&Text)),
        ("path_title", Sometimes(&Text)),
    ]),
);

/// [`EntityLink`].
pub const ENTITY_LINK: Shape = Named("EntityLink", &Object(&[("type", Text), ("url", Text), ("id", Text)]));

/// Where the thing is that a chat was made for, as `user` gets there.
pub fn entity_link(chat: &Chat, user: UserId) -> EntityLink {
    let id = chat.entity_id.clone();
    match chat.entity_type.as_str() {
        "TASKS_TASK" | "TASKS" => {
            let url = format!("/company/personal/user/{user}/tasks/task/view/{id}/");
            EntityLink { kind: "TASKS".to_owned(), url, id }
        }
        "CRM" => {
            let (kind, number) = id.split_once('|').unwrap_or(("", &id));
            let url = format!("/crm/{}/details/{number}/", kind.to_lowercase());
            EntityLink { kind: kind.to_owned(), url, id }
        }
        "SONET_GROUP" => {
            EntityLink { kind: "SONET_GROUP".to_owned(), url: format!("/workgroups/group/{id}/"), id }
        }
        _ => EntityLink::default(),
    }
}

/// Chats that belong to another module also say where its page is.
pub fn restrictions(chat: &Chat, wire: &Wire<'_>) -> Value {
    let mut value = json!(chat.restrictions());
    let (path, title) = match chat.entity_type.as_str() {
        "SONET_GROUP" => ("/workgroups/group/#ID#/", wire.language.say(&Phrase::GoToGroup)),
        "TASKS" | "CALENDAR" | "CRM" => ("", String::new()),
        _ => return value,
    };
    if let Value::Object(map) = &mut value {
        map.insert("path".to_owned(), json!(path));
        map.insert("path_title".to_owned(), json!(title));
    }
    value
}
