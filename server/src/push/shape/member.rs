//! Members: who came, who went.

use lately_messenger::event::Hearer;
use lately_model::{Chat, UserId};
use serde_json::{Value, json};

use super::super::body::Letter;
use super::person::users_by_id;
use super::row::whole;
use super::{Stage, nothing, own_row, with_dialog};

/// `chatUserAdd` to everybody, `recentUpdate` to those who came.
pub fn joined(stage: &Stage<'_>, users: &[UserId]) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let relations: Vec<Value> = users.iter().map(|user| relation(chat, *user)).collect();
    let came = stage.scene.users.iter().filter(|user| users.contains(&user.id));
    let params = json!({
        "chatId": chat.id,
        "chatTitle": chat.title,
        "chatOwner": chat.owner_id,
        "chatExtranet": chat.extranet,
        "containsCollaber": false,
        "users": users_by_id(came, stage.wire),
        "newUsers": users,
        "userCount": chat.user_count,
        "relations": relations,
    });
    let mut letters =
        vec![stage.letter(0, "chatUserAdd", with_dialog(params, chat), stage.hearers(), nothing)];
    let newcomers: Vec<&Hearer> =
        stage.hearers().iter().filter(|hearer| users.contains(&hearer.user)).collect();
    if chat.last_message_id.is_none() || newcomers.is_empty() {
        return letters;
    }
    let own = |hearer: &Hearer| {
        let mut own = own_row(chat, hearer);
        own.extend(whole(stage, chat, hearer));
        own
    };
    let params = with_dialog(json!({}), chat);
    letters.push(stage.letter(1, "recentUpdate", params, newcomers, own));
    letters
}

/// `chatUserLeave`, to whoever went too.
pub fn parted(stage: &Stage<'_>, user: UserId) -> Vec<Letter> {
    let Some(chat) = stage.chat() else { return Vec::new() };
    let params = json!({
        "chatId": chat.id,
        "chatTitle": chat.title,
        "userId": user,
        "message": "",
        "userCount": chat.user_count,
        "chatExtranet": chat.extranet,
        "containsCollaber": false,
        "relations": [relation(chat, user)],
    });
    vec![stage.letter(0, "chatUserLeave", with_dialog(params, chat), stage.hearers(), nothing)]
}

fn relation(chat: &Chat, user: UserId) -> Value {
    let role = if chat.owner_id == user { "owner" } else { "member" };
    json!({ "id": 0, "userId": user, "chatId": chat.id, "isHidden": false, "role": role })
}
