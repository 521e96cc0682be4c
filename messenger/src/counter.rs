//! Counters: how much is unread, in sum and by chat (behaviour.md D).
//!
//! Must hold: the sums are those of the rows; muted chats are told apart and add to no sum.

use lately_model::{ChatId, ChatKind, UserId};

use crate::resident::Look;
use crate::{Error, Messenger};

/// Which part of the messenger a chat counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Private dialogs, keyed by the other person.
    Dialog,
    /// Groups and channels.
    Chat,
    /// Open lines.
    Lines,
    /// Talks with assistants.
    Copilot,
    /// Collabs.
    Collab,
    /// Task chats.
    Task,
    /// Comments under channel posts.
    Comment,
    /// Notifications, which are not part of the messenger's sum.
    Notify,
}

/// One chat's contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Which part.
    pub part: Part,
    /// The chat.
    pub chat: ChatId,
    /// The chat that a comment thread belongs to.
    pub parent: ChatId,
    /// In a private dialog, the other person.
    pub peer: Option<UserId>,
    /// Unread messages.
    pub unread: i64,
    /// Whether the row carries the manual mark.
    pub mark: bool,
    /// Whether the chat is silenced.
    pub muted: bool,
}

impl Count {
    /// What it adds to the sums: a marked chat without unread messages adds one.
    pub fn weight(&self) -> i64 {
        if self.muted { 0 } else { self.unread.max(i64::from(self.mark)) }
    }
}

impl Messenger {
    /// Every chat with something unread or marked, by chat number.
    pub async fn counts(&self, user: UserId) -> Result<Vec<Count>, Error> {
        self.resident(user, counts).await
    }
}

fn counts(Look { state, list, .. }: Look<'_>) -> Vec<Count> {
    let mut counts = Vec::new();
    for seat in list.seats() {
        let Some(room) = state.room(seat.member.chat_id) else { continue };
        let unread = seat.counter(room);
        if unread == 0 && !seat.member.mark {
            continue;
        }
        counts.push(Count {
            part: part(room.chat.kind, &room.chat.entity_type),
            chat: room.chat.id,
            parent: room.chat.parent_chat_id,
            peer: seat.peer,
            unread,
            mark: seat.member.mark,
            muted: seat.member.muted,
        });
    }
    counts
}

fn part(kind: ChatKind, entity_type: &str) -> Part {
    match kind {
        ChatKind::Private => Part::Dialog,
        ChatKind::OpenLine => Part::Lines,
        ChatKind::Copilot => Part::Copilot,
        ChatKind::Collab => Part::Collab,
        ChatKind::Comment => Part::Comment,
        ChatKind::System => Part::Notify,
        ChatKind::External if entity_type == "TASKS_TASK" => Part::Task,
        _ => Part::Chat,
    }
}
