//! A row of the recent list on the wire, as the seed page (revision 29) and as today's page (33) print it (recent.md 1).

use lately_messenger::recent::RecentRow;
use lately_model::{LastMessage, Removal, Revision, Room, User, preview};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::chat::{CHAT_STUB, ChatStub, ROW_CHAT, RecentChat, recent_chat, stub};
use super::part::{Gap, Part};
use super::text::linked;
use super::user::{Blank, ROW_USER, UserShape, user_shape};
use super::{NUMBER, Number, PhpMap, Wire};
use crate::rest::schema::Shape::{self, Bool, Date, Either, Int, Named, Object, OrNull, Sometimes};

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
    pub id: Part<RowId>,
    pub chat_id: i64,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub avatar: Part<Avatar>,
    pub title: Part<String>,
    pub message: MessageShape<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<Part<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    pub last_id: Part<i64>,
    pub pinned: Part<bool>,
    pub unread: Part<bool>,
    pub has_reminder: bool,
    pub date_update: Part<String>,
    pub date_last_activity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Part<UserOrStub>>,
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

/// [`Row`].
pub const ROW: Shape = Named(
    "Row",
    &Object(&[
        ("id", NUMBER),
        ("chat_id", Int),
        ("type", Shape::Text),
        ("avatar", PORTRAIT),
        ("title", Shape::Text),
        ("message", ROW_MESSAGE),
        ("counter", Sometimes(&NUMBER)),
        ("date", Sometimes(&Date)),
        ("last_id", Int),
        ("pinned", Bool),
        ("unread", Bool),
        ("has_reminder", Bool),
        ("date_update", Date),
        ("date_last_activity", Date),
        ("user", Sometimes(&Either(&[ROW_USER, Object(&[("id", Int)])]))),
        ("chat", Sometimes(&Either(&[ROW_CHAT, CHAT_STUB]))),
        ("lines", Sometimes(&Object(&[("id", Int), ("status", Int), ("date_create", Date)]))),
        ("options", Shape::Map(&Bool)),
    ]),
);

/// [`Avatar`].
pub const PORTRAIT: Shape = Named("Avatar", &Object(&[("url", Shape::Text), ("color", Shape::Text)]));

/// [`MessageShape`].
const ROW_MESSAGE: Shape = Named(
    "RowMessage",
    &Object(&[
        ("id", NUMBER),
        ("text", Shape::Text),
        ("file", Bool),
        ("attach", Bool),
        ("author_id", NUMBER),
        ("date", Date),
        ("sticker", OrNull(&Int)),
        ("status", Shape::Text),
        ("uuid", Sometimes(&OrNull(&Shape::Text))),
    ]),
);

/// What [`removal`] gives.
pub const REMOVAL: Shape =
    Named("Removal", &Object(&[("id", NUMBER), ("reason", Shape::Text), ("date", Date)]));

/// The shape of a row.
pub fn row<'a>(row: &RecentRow<'a>, text: Text, wire: &Wire<'_>) -> Row<'a> {
    shape(row.room, row.seat.last(row.room), Some(row), text, wire)
}

/// The shape that the rows of all members have who may see the newest message; what is each one's own is left open.
pub fn common<'a>(room: &'a Room, text: Text, wire: &Wire<'_>) -> Row<'a> {
    shape(room, room.last.as_ref(), None, text, wire)
}

fn shape<'a>(
    room: &'a Room,
    last: Option<&'a LastMessage>,
    own: Option<&RecentRow<'a>>,
    text: Text,
    wire: &Wire<'_>,
) -> Row<'a> {
    let chat = &room.chat;
    let seed = wire.revision == Revision::R29;
    let private = chat.kind.is_private();
    let moment = own.map(|row| row.seat.date(room)).or_else(|| last.map(|last| last.date));
    let date = wire.date(moment.unwrap_or(chat.created_at));
    Row {
        id: if private { part(own, Gap::Id, |row| id(row, wire)) } else { Part::Given(chat_id(room)) },
        chat_id: chat.id.0,
        kind: if private { "user" } else { "chat" },
        avatar: if private {
            part(own, Gap::Avatar, |row| avatar(row, wire))
        } else {
            Part::Given(picture(room, wire))
        },
        title: if private { part(own, Gap::Title, title) } else { Part::Given(chat.title.clone()) },
        message: message(last, text, &date, wire),
        counter: Some(part(own, Gap::Counter, |row| Number::of(row.counter(), wire.revision))),
        last_id: part(own, Gap::LastId, |row| row.seat.member.last_read_id.0),
        pinned: part(own, Gap::Pinned, |row| row.seat.pinned()),
        unread: part(own, Gap::Unread, |row| row.seat.member.mark),
        has_reminder: false,
        date_update: part(own, Gap::DateUpdate, |row| wire.date(row.seat.date_update(room))),
        date_last_activity: date.clone(),
        date: seed.then_some(date),
        user: match own {
            None if private || !seed => Some(Part::Open(Gap::User)),
            None => None,
            Some(row) => user(row, wire).map(Part::Given),
        },
        chat: match (private, seed) {
            (true, true) => None,
            (true, false) => Some(ChatOrStub::Stub(stub(own.map(|row| &row.seat.member)))),
            (false, _) => {
                let own = own.map(|row| (&row.seat.member, row.seat.role(room)));
                Some(ChatOrStub::Whole(Box::new(recent_chat(chat, own, wire))))
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

fn part<'a, T>(own: Option<&RecentRow<'a>>, gap: Gap, make: impl FnOnce(&RecentRow<'a>) -> T) -> Part<T> {
    own.map_or(Part::Open(gap), |row| Part::Given(make(row)))
}

fn id(row: &RecentRow<'_>, wire: &Wire<'_>) -> RowId {
    let peer = row.seat.peer;
    peer.map_or_else(|| chat_id(row.room), |peer| RowId::Person(Number::of(peer.0, wire.revision)))
}

fn chat_id(room: &Room) -> RowId {
    RowId::Chat(format!("chat{}", room.chat.id))
}

fn user(row: &RecentRow<'_>, wire: &Wire<'_>) -> Option<UserOrStub> {
    if row.room.chat.kind.is_private() {
        return row.peer.map(|peer| person(peer, wire));
    }
    if wire.revision == Revision::R29 {
        return None;
    }
    Some(row.author.map_or(UserOrStub::Nobody { id: 0 }, |author| person(author, wire)))
}

/// A person as rows show them.
pub fn person(user: &User, wire: &Wire<'_>) -> UserOrStub {
    UserOrStub::Whole(Box::new(user_shape(user, wire, Blank::Relative)))
}

/// The picture of a person.
pub fn portrait(user: &User, wire: &Wire<'_>) -> Avatar {
    Avatar { url: wire.absolute(&user.avatar), color: user.shown_color() }
}

fn picture(room: &Room, wire: &Wire<'_>) -> Avatar {
    Avatar { url: wire.absolute(&room.chat.avatar), color: room.chat.shown_color() }
}

fn avatar(row: &RecentRow<'_>, wire: &Wire<'_>) -> Avatar {
    row.peer.map_or_else(|| picture(row.room, wire), |peer| portrait(peer, wire))
}

fn title(row: &RecentRow<'_>) -> String {
    row.peer.map_or_else(|| row.room.chat.title.clone(), |peer| peer.name())
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
            Text::Preview => last.preview(wire.language).into(),
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
