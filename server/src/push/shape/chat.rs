//! Chats: as events show them, and what changed about them.

use lately_messenger::event::Hearer;
use lately_model::Chat;
use serde_json::{Map, Value, json};

use super::super::body::Letter;
use super::{Stage, nothing, own_dialog, with_dialog};
use crate::rest::shape::Wire;
use crate::rest::shape::chat::manager_list;
use crate::rest::shape::entity::entity_link;

/// A chat. What is the hearer's own is in it if one is given.
pub fn chat_object(chat: &Chat, hearer: Option<&Hearer>, wire: &Wire<'_>) -> Value {
    let [data_1, data_2, data_3] = &chat.entity_data;
    let seat = hearer.and_then(|hearer| hearer.seat.as_ref());
    let mut muted = Map::new();
    if let Some(seat) = seat.filter(|seat| seat.member.muted) {
        muted.insert(seat.member.user_id.to_string(), json!(true));
    }
    let role = seat.map(|seat| lately_model::recent::role_of(chat, &seat.member));
    let link = entity_link(chat, hearer.map(|hearer| hearer.user).unwrap_or_default());
    let post = chat.can_post().word();
    let mut shown = json!({
        "id": chat.id,
        "parent_chat_id": chat.parent_chat_id,
        "parent_message_id": chat.parent_message_id,
        "name": chat.title,
        "owner": chat.owner_id,
        "color": chat.shown_color(),
        "extranet": chat.extranet,
        "contains_collaber": false,
        "avatar": wire.absolute(&chat.avatar),
        "message_count": chat.message_count,
        "user_counter": chat.user_count,
        "call": "0",
        "call_number": "",
        "entity_type": chat.entity_type,
        "entity_id": chat.entity_id,
        "entity_data_1": data_1,
        "entity_data_2": data_2,
        "entity_data_3": data_3,
        "public": "",
        "mute_list": muted,
        "manager_list": seat.zip(role).map_or_else(Vec::new, |(seat, role)| manager_list(&seat.member, role)),
        "date_create": wire.date(chat.created_at),
        "type": chat.type_name(),
        "message_type": chat.kind.letter(),
        "entity_link": { "type": link.kind, "url": link.url },
        "permissions": {
            "manageUsersAdd": "member",
            "manageUsersDelete": "manager",
            "manageUi": "member",
            "manageSettings": "owner",
            "manageMessages": post,
            "manageMessagesAutoDelete": "owner",
            "canPost": post,
        },
        "isNew": false,
        "description": chat.description,
        "textFieldEnabled": true,
        "backgroundId": null,
        "ai_provider": null,
    });
    if let Value::Object(map) = &mut shown {
        let own = hearer.filter(|_| chat.kind.is_private()).map(|hearer| super::dialog_id(chat, hearer));
        let dialog = own.or_else(|| (!chat.kind.is_private()).then(|| format!("chat{}", chat.id)));
        map.insert("dialogId".to_owned(), json!(dialog));
    }
    shown
}

/// `chatRename`.
pub fn renamed(stage: &Stage<'_>) -> Vec<Letter> {
    changed(stage, "chatRename", "name", |chat| chat.title.clone())
}

/// `chatChangeColor`.
pub fn recolored(stage: &Stage<'_>) -> Vec<Letter> {
    changed(stage, "chatChangeColor", "color", Chat::shown_color)
}

/// `chatAvatar`.
pub fn pictured(stage: &Stage<'_>) -> Vec<Letter> {
    changed(stage, "chatAvatar", "avatar", |chat| stage.wire.absolute(&chat.avatar))
}

/// `chatDescription`.
pub fn described(stage: &Stage<'_>) -> Vec<Letter> {
    changed(stage, "chatDescription", "description", |chat| chat.description.clone())
}

fn changed(stage: &Stage<'_>, command: &str, key: &str, value: impl Fn(&Chat) -> String) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let params = json!({ "chatId": chat.id, key: value(chat) });
    vec![stage.letter(0, command, params, stage.hearers(), nothing)]
}

/// `chatOwner` and `chatManagers`.
pub fn owned(stage: &Stage<'_>) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let owner = with_dialog(json!({ "chatId": chat.id, "userId": chat.owner_id }), chat);
    let managers = with_dialog(json!({ "chatId": chat.id, "list": stage.scene.managers }), chat);
    let own = |hearer: &Hearer| own_dialog(chat, hearer);
    vec![
        stage.letter(0, "chatOwner", owner, stage.hearers(), own),
        stage.letter(1, "chatManagers", managers, stage.hearers(), own),
    ]
}
