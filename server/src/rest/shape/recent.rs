//! A row of the recent list on the wire, as the seed page (revision 29) and as today's page (33) print it (recent.md 1).

use lately_messenger::recent::RecentRow;
use lately_model::{LastMessage, Removal, Revision, preview};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::chat::{ChatStub, RecentChat, recent_chat, stub};
use super::text::linked;
use super::user::{Blank, UserShape, user_shape};
use super::{Number, PhpMap, Wire};

/// How the text of the newest message is shown (`im.recent.list`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Text {
    /// Without BB codes and line breaks.
    #[default]
    Preview,
    /// As it is stored, with names filled in.
    Stored,
    /// As the dialog's own page shows it: like [`Self::Stored`], with links marked.
    Full,
}

/// One row.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct Row<'a> {
    pub id: RowId,
    pub chat_id: i64,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub avatar: Avatar,
    pub title: String,
    pub message: MessageShape<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    pub last_id: i64,
    pub pinned: bool,
    pub unread: bool,
    pub has_reminder: bool,
    pub date_update: String,
    pub date_last_activity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserOrStub>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatOrStub<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Lines>,
    pub options: PhpMap,
}

/// `7` or `"7"` for a person, `"chat12"` for a chat.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum RowId {
    /// A person.
    Person(Number),
    /// A chat.
    Chat(String),
}

/// A picture and the colour behind it.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct Avatar {
    pub url: String,
    pub color: String,
}

/// The newest message.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct MessageShape<'a> {
    pub id: Number,
    pub text: std::borrow::Cow<'a, str>,
    pub file: bool,
    pub attach: bool,
    pub author_id: Number,
    pub date: String,
    pub sticker: Option<i64>,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<Option<&'a str>>,
}

/// A person, or `{"id": 0}` after a system message.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum UserOrStub {
    /// Whole.
    Whole(Box<UserShape>),
    /// Nobody.
    Nobody {
        /// Zero.
        id: i64,
    },
}

/// A chat, or what private rows show of it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ChatOrStub<'a> {
    /// Whole.
    Whole(Box<RecentChat<'a>>),
    /// Private.
    Stub(ChatStub),
}

/// The open-line session.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct Lines {
    pub id: i64,
    pub status: i64,
    pub date_create: String,
}

/// The shape of a row.
pub fn row<'a>(row: &'a RecentRow, text: Text, wire: &Wire<'_>) -> Row<'a> {
    let (seat, chat) = (&row.seat, &row.room.chat);
    let (revision, member) = (wire.revision, &seat.member);
    let seed = revision == Revision::R29;
    let last = seat.last(&row.room);
    let date = wire.date(seat.date(&row.room));
    let private = chat.kind.is_private();
    Row {
        id: match seat.peer {
            Some(peer) if private => RowId::Person(Number::of(peer.0, revision)),
            _ => RowId::Chat(format!("chat{}", chat.id)),
        },
        chat_id: chat.id.0,
        kind: if private { "user" } else { "chat" },
        avatar: avatar(row, wire),
        title: title(row),
        message: message(last, text, &date, wire),
        counter: Some(Number::of(row.counter(), revision)),
        last_id: member.last_read_id.0,
        pinned: seat.pinned(),
        unread: member.mark,
        has_reminder: false,
        date_update: wire.date(seat.date_update(&row.room)),
        date_last_activity: date.clone(),
        date: seed.then_some(date),
        user: user(row, wire),
        chat: match (private, seed) {
            (true, true) => None,
            (true, false) => Some(ChatOrStub::Stub(stub(member))),
            (false, _) => {
                Some(ChatOrStub::Whole(Box::new(recent_chat(chat, member, seat.role(&row.room), wire))))
            }
        },
        lines: chat.line.filter(|_| chat.entity_type == "LINES").map(|line| Lines {
            id: line.id,
            status: line.status,
            date_create: wire.date(line.date_create),
        }),
        options: options(last),
    }
}

fn user(row: &RecentRow, wire: &Wire<'_>) -> Option<UserOrStub> {
    let shown = |user| UserOrStub::Whole(Box::new(user_shape(user, wire, Blank::Relative)));
    if row.room.chat.kind.is_private() {
        return row.peer.as_deref().map(shown);
    }
    if wire.revision == Revision::R29 {
        return None;
    }
    Some(row.author.as_deref().map_or(UserOrStub::Nobody { id: 0 }, shown))
}

fn avatar(row: &RecentRow, wire: &Wire<'_>) -> Avatar {
    match row.peer.as_deref() {
        Some(peer) => Avatar { url: wire.absolute(&peer.avatar), color: peer.shown_color() },
        None => Avatar { url: wire.absolute(&row.room.chat.avatar), color: row.room.chat.shown_color() },
    }
}

fn title(row: &RecentRow) -> String {
    row.peer.as_deref().map_or_else(|| row.room.chat.title.clone(), lately_model::User::name)
}

/// A dialog without a message shows an empty one, without `uuid`.
fn message<'a>(last: Option<&'a LastMessage>, text: Text, date: &str, wire: &Wire<'_>) -> MessageShape<'a> {
    let Some(last) = last else {
        return MessageShape {
            id: Number::of(0, wire.revision),
            text: "".into(),
            file: false,
            attach: false,
            author_id: Number::of(0, wire.revision),
            date: date.to_owned(),
            sticker: None,
            status: "received",
            uuid: None,
        };
    };
    MessageShape {
        id: Number::of(last.id.0, wire.revision),
        text: match text {
            Text::Preview => last.preview.as_str().into(),
            Text::Stored => stored_text(last).into(),
            Text::Full => linked(&stored_text(last)).into_owned().into(),
        },
        file: last.file.is_some(),
        attach: last.attach.is_some(),
        author_id: Number::of(last.author_id.0, wire.revision),
        date: wire.date(last.date),
        sticker: None,
        status: if last.viewed { "delivered" } else { "received" },
        uuid: Some(last.uuid.as_deref()),
    }
}

fn stored_text(last: &LastMessage) -> String {
    preview::expand_user_names(&last.text, &|user| {
        last.mentions.iter().find(|(id, _)| *id == user).map(|(_, name)| name.clone())
    })
}

fn options(last: Option<&LastMessage>) -> PhpMap {
    let mut options = Map::new();
    if last.is_some_and(|last| last.user_join) {
        options.insert("default_user_record".to_owned(), Value::Bool(true));
    }
    PhpMap(options)
}

/// A row that went away: `{"id", "reason", "date"}`, the id as in rows.
pub fn removal(removal: &Removal, wire: &Wire<'_>) -> Value {
    let id = match removal.peer {
        Some(peer) if removal.kind.is_private() => json!(Number::of(peer.0, wire.revision)),
        _ => json!(format!("chat{}", removal.chat_id)),
    };
    json!({ "id": id, "reason": removal.reason.word(), "date": wire.date(removal.date) })
}
