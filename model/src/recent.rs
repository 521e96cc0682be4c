//! The recent list: which of a person's chats it shows, in what order, and with which counter.
//!
//! Owns the rules of behaviour.md A-D over two facts: a [`Room`] (what all its members share) and a [`Seat`] (what
//! one member has to it). Must hold: a counter is computed, never stored; sending a message changes a room and the
//! sender's seat only, whatever the number of members.

use serde::{Deserialize, Serialize};

use crate::{
    Chat, ChatId, ChatKind, FileId, FileKind, Language, Member, MessageId, Moment, Role, User, UserId,
    moment::DAY, preview,
};

/// How many rows one person may pin.
pub const PIN_LIMIT: usize = 45;

/// How far back a sync date reaches, in seconds.
pub const SYNC_FLOOR: i64 = 7 * DAY;

/// The newest message of a room as rows show it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LastMessage {
    /// The number.
    pub id: MessageId,
    /// Who wrote it; zero for the system.
    pub author_id: UserId,
    /// When.
    pub date: Moment,
    /// The stored text.
    pub text: String,
    /// The client's own id for it.
    pub uuid: Option<String>,
    /// Its first file.
    pub file: Option<(FileId, FileKind, String)>,
    /// Whether an attachment hangs on it, and what the attachment calls itself.
    pub attach: Option<String>,
    /// Whether somebody besides the author has seen it.
    pub viewed: bool,
    /// Whether it tells that a colleague joined the portal.
    pub user_join: bool,
    /// Names of the people whom the text mentions by number only.
    pub mentions: Vec<(UserId, String)>,
}

impl LastMessage {
    /// The text without BB codes and line breaks, and in words what cannot be shown.
    pub fn preview(&self, language: Language) -> String {
        let attach = match self.attach.as_deref() {
            None => preview::Attach::None,
            Some("") => preview::Attach::Plain,
            Some(words) => preview::Attach::Described(words),
        };
        let source = preview::Source { text: &self.text, attach, file: self.file.is_some() };
        let mentions = &self.mentions;
        preview::preview(&source, language, &|user| {
            mentions.iter().find(|(id, _)| *id == user).map(|(_, name)| name.clone())
        })
    }
}

/// What all members of a chat share in their rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// The chat.
    pub chat: Chat,
    /// Its newest message.
    pub last: Option<LastMessage>,
}

/// What one member has to a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The membership.
    pub member: Member,
    /// In a private chat, the other person.
    pub peer: Option<UserId>,
    /// Counting messages up to the read position, plus those after it that do not count for this member: their own
    /// and the deleted ones. The counter is the room's ordinal less this.
    pub settled: i64,
}

impl Seat {
    /// How many messages this member has not read.
    pub fn counter(&self, room: &Room) -> i64 {
        (room.chat.ordinal - self.settled).max(0)
    }

    /// Whether the row is pinned.
    pub fn pinned(&self) -> bool {
        self.member.pin_order > 0
    }

    /// Their role in the room.
    pub fn role(&self, room: &Room) -> Role {
        role_of(&room.chat, &self.member)
    }

    /// The newest message, if this member may see it.
    pub fn last<'a>(&self, room: &'a Room) -> Option<&'a LastMessage> {
        room.last.as_ref().filter(|last| last.id >= self.member.first_visible_id)
    }

    /// When the row last changed: by anybody's message or edit, or by this member's own act.
    pub fn date_update(&self, room: &Room) -> Moment {
        room.chat.updated_at.max(self.member.updated_at)
    }

    /// The date by which the row is ordered.
    pub fn date(&self, room: &Room) -> Moment {
        self.last(room).map_or(self.member.updated_at, |last| last.date)
    }
}

/// The role of a member in their chat.
pub fn role_of(chat: &Chat, member: &Member) -> Role {
    if chat.owner_id == member.user_id {
        Role::Owner
    } else if member.manager {
        Role::Manager
    } else {
        Role::Member
    }
}

/// Whether a member's chat has a row in their list at all, before any filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It has.
    Listed,
    /// It has not.
    Absent,
    /// It would, but the other person was dismissed and nothing is unread.
    PeerGone,
    /// It would, but its messages were deleted completely.
    Emptied,
}

/// Decides [`Presence`] (behaviour.md A, "Which rows come back").
pub fn presence(seat: &Seat, room: &Room, peer: Option<&User>) -> Presence {
    let chat = &room.chat;
    if chat.kind == ChatKind::System {
        return Presence::Absent;
    }
    if !chat.kind.is_private() && chat.last_message_id.is_none() && chat.ordinal > 0 {
        return Presence::Emptied;
    }
    let hidden = chat.last_message_id <= seat.member.hidden_upto;
    if hidden || !chat.parent_chat_id.is_none() {
        return Presence::Absent;
    }
    if !chat.kind.is_private() {
        return if seat.last(room).is_some() { Presence::Listed } else { Presence::Absent };
    }
    match peer {
        None => Presence::Absent,
        Some(peer) if peer.active || peer.kind.stays_listed_when_inactive() => Presence::Listed,
        Some(_) if seat.counter(room) > 0 => Presence::Listed,
        Some(_) => Presence::PeerGone,
    }
}

/// The parameters of `im.recent.get` that choose rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the page has four flags")]
pub struct Filter {
    /// Leave out open lines.
    pub skip_openlines: bool,
    /// Leave out groups, closed and open.
    pub skip_chat: bool,
    /// Leave out private dialogs.
    pub skip_dialog: bool,
    /// Nothing but open lines; the other flags are not read then.
    pub only_openlines: bool,
    /// Only rows changed since then, and the removals since then.
    pub since: Option<Moment>,
}

impl Filter {
    /// Whether rows of this kind pass the flags.
    pub fn takes(&self, kind: ChatKind) -> bool {
        if self.only_openlines {
            return kind == ChatKind::OpenLine;
        }
        match kind {
            ChatKind::Private => !self.skip_dialog,
            ChatKind::Group | ChatKind::Open => !self.skip_chat,
            ChatKind::OpenLine => !self.skip_openlines,
            _ => true,
        }
    }

    /// The oldest change that is still answered: a sync date, floored at seven days, or the ordinary window of
    /// `window_days`. `None` is no bound.
    pub fn oldest(&self, now: Moment, window_days: i64) -> Option<Moment> {
        match self.since {
            Some(since) => Some(since.max(now.plus(-SYNC_FLOOR))),
            None if self.only_openlines => None,
            None => Some(now.plus(-window_days * DAY)),
        }
    }
}

/// Why a row is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RemovalReason {
    /// Its owner hid it.
    Hidden,
    /// Its owner left the chat.
    Left,
    /// Somebody else removed its owner, or the other person was dismissed.
    Removed,
    /// Its messages were deleted completely.
    Deleted,
}

impl RemovalReason {
    /// The word on the wire and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Left => "left",
            Self::Removed => "removed",
            Self::Deleted => "deleted",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Hidden, Self::Left, Self::Removed, Self::Deleted]
            .into_iter()
            .find(|reason| reason.word() == word)
    }
}

/// A row that went away, for clients that fetch changes only (`removed` beside `result`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// The chat whose row went.
    pub chat_id: ChatId,
    /// The chat's kind, for the flags.
    pub kind: ChatKind,
    /// In a private chat, the other person.
    pub peer: Option<UserId>,
    /// Why.
    pub reason: RemovalReason,
    /// When.
    pub date: Moment,
}
