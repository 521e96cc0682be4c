//! Events on the wire: what each is called, what everybody hears, what each hears of their own (pull.md 4).
//!
//! No behaviour, no store.

mod chat;
mod member;
mod message;
mod notification;
mod person;
pub mod presence;
mod reading;
mod row;
pub mod service;

use std::sync::Arc;

use lately_messenger::event::{Hearer, Scene, Tale};
use lately_model::{Chat, ChatKind, Event, Message, Moment, UserId};
use serde_json::{Map, Value, json};

use super::body::{Body, Letter, members};
use crate::rest::shape::Wire;
use crate::rest::shape::message::forwarded;
use crate::rest::shape::text::linked;

/// The revision of the protocol, by which clients see whether they fit.
pub const REVISION_WEB: i64 = 19;
/// The same for the mobile application.
pub const REVISION_MOBILE: i64 = 3;

/// All that an event is told as, in order: to the members, then to those who look at the chat from outside.
pub fn letters(tale: &Tale, wire: &Wire<'_>) -> Vec<Letter> {
    let stage = |hearers, shared| Stage { tale, scene: &tale.scene, wire, hearers, shared };
    let mut letters = written(&stage(&tale.hearers, false));
    if !tale.watchers.is_empty() {
        letters.extend(written(&stage(&tale.watchers, true)));
    }
    letters
}

fn written(stage: &Stage<'_>) -> Vec<Letter> {
    match stage.tale.event {
        Event::Said(..) => message::said(stage),
        Event::Edited(..) => message::edited(stage),
        Event::Dressed(..) => message::dressed(stage),
        Event::Deleted(_, id, complete) => message::deleted(stage, id, complete),
        Event::Liked(_, _, user, set) => message::liked(stage, user, set),
        Event::Read(_, user, from, upto) => reading::read(stage, user, from, upto),
        Event::Unread(_, user, from) => reading::unread(stage, user, from),
        Event::Marked(_, _, mark) => row::marked(stage, mark),
        Event::Pinned(_, _, pinned) => row::pinned(stage, pinned),
        Event::Hidden(..) => row::hidden(stage),
        Event::Muted(_, _, muted) => row::muted(stage, muted),
        Event::Renamed(_) => chat::renamed(stage),
        Event::Recolored(_) => chat::recolored(stage),
        Event::Pictured(_) => chat::pictured(stage),
        Event::Described(_) => chat::described(stage),
        Event::Owned(_) => chat::owned(stage),
        Event::Joined(_, ref users) => member::joined(stage, users),
        Event::Parted(_, user) => member::parted(stage, user),
        Event::Notified(..) => notification::added(stage),
        Event::NotificationsMarked(_, ref ids, unread) => notification::marked(stage, ids, unread),
        Event::NotificationsMarkedFrom(_, from, unread) => notification::marked_from(stage, from, unread),
        Event::NotificationGone(_, id) => notification::gone(stage, id),
        Event::Status(_) => presence::status(stage),
        Event::Person(_) => person::edited(stage),
        Event::Access(_) | Event::Much => Vec::new(),
    }
}

/// An event and how it is written.
struct Stage<'a> {
    tale: &'a Tale,
    scene: &'a Scene,
    wire: &'a Wire<'a>,
    hearers: &'a [Hearer],
    /// Whether they look at the chat from outside, and have no row of it.
    shared: bool,
}

impl Stage<'_> {
    /// The chat, of an event that has one.
    fn chat(&self) -> Option<&Chat> {
        self.scene.chat.as_ref()
    }

    /// Everybody who hears of it.
    fn hearers(&self) -> &[Hearer] {
        self.hearers
    }

    /// One thing told to these, each with what `own` gives.
    fn letter<'h>(
        &self,
        variant: u8,
        command: &str,
        params: Value,
        to: impl IntoIterator<Item = &'h Hearer>,
        own: impl Fn(&Hearer) -> Map<String, Value>,
    ) -> Letter {
        let to = to.into_iter().map(|hearer| (hearer.user, members(own(hearer)))).collect();
        Letter { variant, body: self.body("im", command, params), to }
    }

    fn body(&self, module: &str, command: &str, mut params: Value) -> Arc<Body> {
        let sections = params.get_mut("recentConfig").and_then(|recent| recent.get_mut("sections"));
        if let Some(sections) = sections.filter(|_| self.shared) {
            *sections = json!([]);
        }
        Body::new(module, command, params, &extra(self.scene.now, self.wire, self.shared))
    }
}

/// What stands beside the parameters of every event; `shared` for those who look at a chat from outside.
pub fn extra(now: Moment, wire: &Wire<'_>, shared: bool) -> Value {
    let name = wire.base_url.split("://").nth(1).unwrap_or(wire.base_url);
    json!({
        "server_time": wire.date(now),
        "server_time_unix": now.0,
        "server_name": name,
        "revision_web": REVISION_WEB,
        "revision_mobile": REVISION_MOBILE,
        "is_shared_event": shared,
    })
}

/// A chat as this person writes it.
fn dialog_id(chat: &Chat, hearer: &Hearer) -> String {
    address(chat, hearer.user)
}

fn address(chat: &Chat, user: UserId) -> String {
    match chat.peer_of(user) {
        Some(peer) if chat.kind.is_private() => peer.to_string(),
        _ => format!("chat{}", chat.id),
    }
}

/// The dialog's id, where it is not the same for everybody.
fn own_dialog(chat: &Chat, hearer: &Hearer) -> Map<String, Value> {
    let mut own = Map::new();
    if chat.kind.is_private() {
        own.insert("dialogId".to_owned(), json!(dialog_id(chat, hearer)));
    }
    own
}

/// The dialog's id, where it is the same for everybody.
fn with_dialog(mut params: Value, chat: &Chat) -> Value {
    if let (Value::Object(map), false) = (&mut params, chat.kind.is_private()) {
        map.insert("dialogId".to_owned(), json!(format!("chat{}", chat.id)));
    }
    params
}

/// Whether one has silenced the chat, marked its row, and how much is unread there.
fn own_row(chat: &Chat, hearer: &Hearer) -> Map<String, Value> {
    let mut own = own_dialog(chat, hearer);
    let member = hearer.seat.as_ref().map(|seat| &seat.member);
    own.insert("counter".to_owned(), json!(hearer.counter));
    own.insert("muted".to_owned(), json!(member.is_some_and(|member| member.muted)));
    own.insert("unread".to_owned(), json!(member.is_some_and(|member| member.mark)));
    own
}

/// In which part of the messenger a chat counts.
fn counter_type(chat: &Chat) -> &'static str {
    match chat.kind {
        ChatKind::OpenLine => "openline",
        ChatKind::Comment => "comment",
        ChatKind::Copilot => "copilot",
        ChatKind::Collab => "collab",
        _ => "chat",
    }
}

/// Which of a client's lists show the chat.
fn recent_config(chat: &Chat) -> Value {
    let sections: &[&str] = match chat.kind {
        ChatKind::OpenLine => &["lines"],
        ChatKind::OpenChannel => &["default", "openChannel"],
        ChatKind::Collab => &["default", "collab"],
        ChatKind::Copilot => &["default", "copilot"],
        ChatKind::External => &["tasksTask"],
        ChatKind::Comment | ChatKind::System => &[],
        _ => &["default"],
    };
    json!({ "chatId": chat.id, "sections": sections })
}

/// The newest message, if this person may see it; `{"id": 0}` if there is none.
fn last_for(scene: &Scene, hearer: &Hearer, wire: &Wire<'_>) -> Value {
    let first = hearer.seat.as_ref().map(|seat| seat.member.first_visible_id).unwrap_or_default();
    match scene.last.as_ref().filter(|last| last.id >= first) {
        Some(last) => rest_message(last, wire),
        None => json!({ "id": 0 }),
    }
}

/// A message as REST shows it.
fn rest_message(message: &Message, wire: &Wire<'_>) -> Value {
    json!({
        "id": message.id,
        "chatId": message.chat_id,
        "chat_id": message.chat_id,
        "authorId": message.author_id,
        "author_id": message.author_id,
        "date": wire.date(message.date),
        "text": linked(&message.text),
        "isSystem": message.author_id.is_none(),
        "uuid": message.uuid,
        "forward": forwarded(message, wire),
        "params": message.params,
        "viewedByOthers": message.viewed,
    })
}

fn is_line(chat: &Chat) -> bool {
    chat.kind == ChatKind::OpenLine
}

/// Nothing of one's own.
fn nothing(_: &Hearer) -> Map<String, Value> {
    Map::new()
}
