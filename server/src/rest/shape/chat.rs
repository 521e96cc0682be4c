//! The chat object: in rows, and on a dialog's own page (behaviour.md F).

mod declared;

use lately_messenger::dialog::{ChatView, DialogPage};
use lately_model::chat::Restrictions;
use lately_model::{Chat, Member, Revision, Role, UserId};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::entity::{EntityLink, entity_link, restrictions};
use super::part::{Gap, Part};
use super::{Number, PhpMap, Wire};

pub use declared::{CHAT, CHAT_STUB, DIALOG, FOUND_CHAT, ROW_CHAT};

/// A chat inside a row. `title` is the seed page's key for `name`; both are there.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct RecentChat<'a> {
    pub id: Number,
    pub parent_chat_id: i64,
    pub parent_message_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    pub name: &'a str,
    pub owner: Number,
    pub extranet: bool,
    pub contains_collaber: bool,
    pub avatar: String,
    pub color: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub entity_type: &'a str,
    pub entity_id: &'a str,
    pub entity_data_1: &'a str,
    pub entity_data_2: &'a str,
    pub entity_data_3: &'a str,
    pub mute_list: Part<PhpMap>,
    pub manager_list: Part<Vec<i64>>,
    pub date_create: String,
    pub message_type: &'static str,
    pub user_counter: i64,
    pub restrictions: Restrictions,
    pub role: Part<&'static str>,
    pub text_field_enabled: bool,
    pub background_id: Option<String>,
    pub entity_link: Part<EntityLink>,
    pub permissions: Permissions,
    pub public: &'static str,
}

/// What a private row shows of its chat.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct ChatStub {
    pub text_field_enabled: bool,
    pub background_id: Option<String>,
    pub mute_list: Part<PhpMap>,
}

/// The least role for each act.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct Permissions {
    pub manage_users_add: &'static str,
    pub manage_users_delete: &'static str,
    pub manage_ui: &'static str,
    pub manage_settings: &'static str,
    pub manage_messages: &'static str,
    pub can_post: &'static str,
}

/// A chat inside the row of a member with this role; without one, what is theirs is left open.
pub fn recent_chat<'a>(chat: &'a Chat, own: Option<(&Member, Role)>, wire: &Wire<'_>) -> RecentChat<'a> {
    let [data_1, data_2, data_3] = &chat.entity_data;
    RecentChat {
        id: Number::of(chat.id.0, wire.revision),
        parent_chat_id: chat.parent_chat_id.0,
        parent_message_id: chat.parent_message_id.0,
        title: (wire.revision == Revision::R29).then_some(&chat.title),
        name: &chat.title,
        owner: Number::of(chat.owner_id.0, wire.revision),
        extranet: chat.extranet,
        contains_collaber: false,
        avatar: wire.absolute(&chat.avatar),
        color: chat.shown_color(),
        kind: chat.type_name(),
        entity_type: &chat.entity_type,
        entity_id: &chat.entity_id,
        entity_data_1: data_1,
        entity_data_2: data_2,
        entity_data_3: data_3,
        mute_list: part(own, Gap::MuteList, |(member, _)| mute_map(member)),
        manager_list: part(own, Gap::ManagerList, |(member, role)| manager_list(member, role)),
        date_create: wire.date(chat.created_at),
        message_type: chat.kind.letter(),
        user_counter: chat.user_count,
        restrictions: chat.restrictions(),
        role: part(own, Gap::Role, |(_, role)| shown_role(role)),
        text_field_enabled: true,
        background_id: None,
        entity_link: match own {
            None if names_user(chat) => Part::Open(Gap::EntityLink),
            own => Part::Given(entity_link(chat, own.map_or(UserId(0), |(member, _)| member.user_id))),
        },
        permissions: permissions(chat),
        public: "",
    }
}

/// The stub on the private row of a member; without one, what is theirs is left open.
pub fn stub(own: Option<&Member>) -> ChatStub {
    let mute_list = part(own, Gap::MuteList, mute_map);
    ChatStub { text_field_enabled: true, background_id: None, mute_list }
}

fn part<O, T>(own: Option<O>, gap: Gap, make: impl FnOnce(O) -> T) -> Part<T> {
    own.map_or(Part::Open(gap), |own| Part::Given(make(own)))
}

/// A role as rows tell it.
pub fn shown_role(role: Role) -> &'static str {
    match role {
        Role::Guest => "GUEST",
        Role::Member => "MEMBER",
        Role::Manager => "MANAGER",
        Role::Owner => "OWNER",
    }
}

/// Only the caller is told, if they are one.
pub fn manager_list(member: &Member, role: Role) -> Vec<i64> {
    if role >= Role::Manager { vec![member.user_id.0] } else { Vec::new() }
}

/// Only the caller's own silence is told: `{"7": true}`.
pub fn mute_map(member: &Member) -> PhpMap {
    let mut map = Map::new();
    if member.muted {
        map.insert(member.user_id.to_string(), Value::Bool(true));
    }
    PhpMap(map)
}

fn permissions(chat: &Chat) -> Permissions {
    let can_post = chat.can_post().word();
    Permissions {
        manage_users_add: "member",
        manage_users_delete: "manager",
        manage_ui: "member",
        manage_settings: "owner",
        manage_messages: can_post,
        can_post,
    }
}

/// Whether the link goes through the person who follows it.
fn names_user(chat: &Chat) -> bool {
    matches!(chat.entity_type.as_str(), "TASKS_TASK" | "TASKS")
}

/// The page of a dialog (`im.dialog.get`); `dialog_id` is echoed as it was sent.
pub fn dialog_page(page: &DialogPage, caller: UserId, dialog_id: &str, wire: &Wire<'_>) -> Value {
    let mut shown = chat_view(&page.view, caller, wire);
    let more = [
        ("readed_list", json!(readers(page, wire))),
        ("manager_list", json!(page.managers)),
        (
            "last_message_views",
            json!({
                "message_id": page.view.chat.last_message_id.0,
                "first_viewers": viewers(page, wire),
                "count_of_viewers": page.viewer_count,
            }),
        ),
        ("dialog_id", json!(dialog_id)),
    ];
    if let Value::Object(map) = &mut shown {
        map.extend(more.map(|(key, value)| (key.to_owned(), value)));
    }
    shown
}

/// A chat as the caller finds it (`im.search.chat.list`).
pub fn chat_view(view: &ChatView, caller: UserId, wire: &Wire<'_>) -> Value {
    let chat = &view.chat;
    let member = view.member.clone().unwrap_or_default();
    let private = chat.kind.is_private();
    let [data_1, data_2, data_3] = &chat.entity_data;
    json!({
        "id": chat.id.0,
        "parent_chat_id": chat.parent_chat_id.0,
        "parent_message_id": chat.parent_message_id.0,
        "name": if private { Value::Null } else { json!(chat.title) },
        "description": if chat.description.is_empty() { Value::Null } else { json!(chat.description) },
        "owner": chat.owner_id.0,
        "extranet": chat.extranet,
        "avatar": wire.absolute(&chat.avatar),
        "color": chat.shown_color(),
        "type": chat.type_name(),
        "counter": view.counter,
        "user_counter": if private { 0 } else { chat.user_count },
        "message_count": view.message_count,
        "unread_id": view.unread_id.0,
        "restrictions": restrictions(chat, wire),
        "last_message_id": chat.last_message_id.0,
        "last_id": member.last_read_id.0,
        "marked_id": member.marked_id.0,
        "disk_folder_id": 0,
        "entity_type": chat.entity_type,
        "entity_id": chat.entity_id,
        "entity_data_1": data_1,
        "entity_data_2": data_2,
        "entity_data_3": data_3,
        "mute_list": if member.muted { json!([caller.0]) } else { json!([]) },
        "date_create": wire.date(chat.created_at),
        "message_type": chat.kind.letter(),
        "public": "",
        "role": view.role.word(),
        "entity_link": entity_link(chat, caller),
        "text_field_enabled": true,
        "background_id": null,
        "permissions": permissions(chat),
        "is_new": view.is_new,
    })
}

/// A chat as those who found it last see it (`im.search.last.get`).
pub fn found_chat(chat: &Chat, member: Option<&Member>, wire: &Wire<'_>) -> Value {
    let [data_1, data_2, data_3] = &chat.entity_data;
    json!({
        "id": chat.id.0,
        "name": chat.title,
        "owner": chat.owner_id.0,
        "extranet": chat.extranet,
        "avatar": wire.absolute(&chat.avatar),
        "color": chat.shown_color(),
        "type": chat.type_name(),
        "entity_type": chat.entity_type,
        "entity_id": chat.entity_id,
        "entity_data_1": data_1,
        "entity_data_2": data_2,
        "entity_data_3": data_3,
        "mute_list": member.map_or_else(|| PhpMap(Map::new()), mute_map),
        "date_create": wire.date(chat.created_at),
        "message_type": chat.kind.letter(),
    })
}

fn readers(page: &DialogPage, wire: &Wire<'_>) -> Vec<Value> {
    let reader = |(member, name): &(Member, String)| {
        json!({
            "user_id": member.user_id.0,
            "user_name": name,
            "message_id": member.last_read_id.0,
            "date": member.read_at.map(|date| wire.date(date)),
        })
    };
    page.readers.iter().map(reader).collect()
}

fn viewers(page: &DialogPage, wire: &Wire<'_>) -> Vec<Value> {
    let viewer = |(view, name): &(lately_messenger::dialog::View, String)| json!({ "user_id": view.user_id.0, "user_name": name, "date": wire.date(view.date) });
    page.viewers.iter().map(viewer).collect()
}
