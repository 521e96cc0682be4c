//! Presence: who writes, who is there, who is busy.

use std::sync::Arc;

use lately_model::{Chat, Moment, User, UserId};
use serde_json::{Map, Value, json};

use super::super::body::{Body, Letter, members};
use super::{Stage, address, extra, with_dialog};
use crate::rest::shape::Wire;

/// The module of presence.
const ONLINE: &str = "online";

/// How many of them a second has.
const MILLISECONDS: i64 = 1000;

/// `inputActionNotify`, and for older clients `startWriting`. A bot may do something else, which has a code, and say for how
/// many seconds that is shown.
pub fn writing(
    chat: &Chat,
    writer: &User,
    (code, seconds): (Option<&str>, Option<i64>),
    hearers: &[UserId],
    wire: &Wire<'_>,
    now: Moment,
) -> Vec<Letter> {
    let who = json!({
        "chatId": chat.id,
        "userId": writer.id,
        "userName": writer.name(),
        "userFirstName": writer.first_name,
    });
    let mut action = who.clone();
    if let Value::Object(map) = &mut action {
        map.insert("type".to_owned(), json!("writing"));
        map.insert("statusMessageCode".to_owned(), json!(code));
        map.insert("duration".to_owned(), json!(seconds.map(|seconds| seconds.saturating_mul(MILLISECONDS))));
    }
    let own = |user: UserId| {
        let mut own = Map::new();
        if chat.kind.is_private() {
            own.insert("dialogId".to_owned(), json!(address(chat, user)));
        }
        members(own)
    };
    let letter = |variant, command, params| {
        let body = Body::new("im", command, with_dialog(params, chat), &extra(now, wire, false));
        Letter { variant, body, to: hearers.iter().map(|user| (*user, own(*user))).collect() }
    };
    vec![letter(0, "inputActionNotify", action), letter(1, "startWriting", who)]
}

/// `userStatusChange`: somebody came or went.
pub fn changed(user: UserId, online: bool, wire: &Wire<'_>, now: Moment) -> Arc<Body> {
    let params = json!({ "user_id": user, "online": online });
    Body::new(ONLINE, "userStatusChange", params, &extra(now, wire, false))
}

/// `userStatus`: somebody chose a status, or is away from the computer.
pub(super) fn status(stage: &Stage<'_>) -> Vec<Letter> {
    let Some(user) = stage.scene.users.first() else { return Vec::new() };
    let wire = stage.wire;
    let shown = json!({
        "id": user.id,
        "status": user.status.map_or("online", |status| status.word()),
        "color": user.shown_color(),
        "idle": wire.date_or_false(user.idle_since),
        "mobile_last_date": wire.date_or_false(user.mobile_last),
        "desktop_last_date": wire.date_or_false(user.desktop_last),
        "last_activity_date": wire.date_or_false(user.last_activity),
    });
    let params = json!({ "users": { user.id.to_string(): shown } });
    let to = stage.hearers().iter().map(|hearer| (hearer.user, None)).collect();
    vec![Letter { variant: 0, body: stage.body(ONLINE, "userStatus", params), to }]
}
