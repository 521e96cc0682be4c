//! Events: what happened, as clients are told of it.
//!
//! Must hold: an event names things and never says how they are, so that it is small, and stays true when it is told late:
//! whoever tells it reads how things are by then. Never knows who hears of it, nor the words of the wire.

use serde::{Deserialize, Serialize};

use crate::{ChatId, MessageId, UserId};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A message is new.
    Said(ChatId, MessageId),
    /// A message was edited.
    Edited(ChatId, MessageId),
    /// A message was taken back; true when nothing of it is left.
    Deleted(ChatId, MessageId, bool),
    /// What hangs on a message is another, though nobody edited it.
    Dressed(ChatId, MessageId),
    /// Somebody likes a message, or no longer.
    Liked(ChatId, MessageId, UserId, bool),
    /// A member has read from after the first message up to the second; equal ones tell that only their mark went.
    Read(ChatId, UserId, MessageId, MessageId),
    /// A member put a chat back to unread from this message on.
    Unread(ChatId, UserId, MessageId),
    /// A member marked their row as unread by hand, or took the mark away.
    Marked(ChatId, UserId, bool),
    /// A member pinned their row, or unpinned it.
    Pinned(ChatId, UserId, bool),
    /// A member hid their row.
    Hidden(ChatId, UserId),
    /// A member silenced a chat, or lets it speak again.
    Muted(ChatId, UserId, bool),
    /// A chat has another name.
    Renamed(ChatId),
    /// A chat has another colour.
    Recolored(ChatId),
    /// A chat has another picture.
    Pictured(ChatId),
    /// A chat is about something else.
    Described(ChatId),
    /// A chat has another owner, or other managers.
    Owned(ChatId),
    /// These people are members now.
    Joined(ChatId, Vec<UserId>),
    /// This person is no longer a member.
    Parted(ChatId, UserId),
    /// A notification is new.
    Notified(ChatId, MessageId),
    /// These notifications were read, or put back to unread.
    NotificationsMarked(ChatId, Vec<MessageId>, bool),
    /// Every notification of a chat from this one on was read, or put back to unread.
    NotificationsMarkedFrom(ChatId, MessageId, bool),
    /// A notification went.
    NotificationGone(ChatId, MessageId),
    /// A person's status changed, or how long they have been away.
    Status(UserId),
    /// A person is not who they were.
    Person(UserId),
    /// What lets a person in changed.
    Access(UserId),
    /// Much was written that is not told one by one.
    Much,
}

impl Event {
    /// The chat that it happened in, if it did in one.
    pub fn chat(&self) -> Option<ChatId> {
        match self {
            Self::Said(chat, _)
            | Self::Edited(chat, _)
            | Self::Deleted(chat, ..)
            | Self::Dressed(chat, _)
            | Self::Liked(chat, ..)
            | Self::Read(chat, ..)
            | Self::Unread(chat, ..)
            | Self::Marked(chat, ..)
            | Self::Pinned(chat, ..)
            | Self::Hidden(chat, _)
            | Self::Muted(chat, ..)
            | Self::Renamed(chat)
            | Self::Recolored(chat)
            | Self::Pictured(chat)
            | Self::Described(chat)
            | Self::Owned(chat)
            | Self::Joined(chat, _)
            | Self::Parted(chat, _)
            | Self::Notified(chat, _)
            | Self::NotificationsMarked(chat, ..)
            | Self::NotificationsMarkedFrom(chat, ..)
            | Self::NotificationGone(chat, _) => Some(*chat),
            Self::Status(_) | Self::Person(_) | Self::Access(_) | Self::Much => None,
        }
    }

    /// The one person whom it concerns, if the others in the chat need not hear of it.
    pub fn private_to(&self) -> Option<UserId> {
        match self {
            Self::Marked(_, user, _)
            | Self::Pinned(_, user, _)
            | Self::Hidden(_, user)
            | Self::Muted(_, user, _)
            | Self::Access(user) => Some(*user),
            _ => None,
        }
    }

    /// Whether those see it who look at the chat without being a member.
    pub fn is_public(&self) -> bool {
        matches!(
            self,
            Self::Said(..)
                | Self::Edited(..)
                | Self::Dressed(..)
                | Self::Deleted(..)
                | Self::Liked(..)
                | Self::Renamed(_)
                | Self::Recolored(_)
                | Self::Pictured(_)
                | Self::Described(_)
                | Self::Owned(_)
                | Self::Joined(..)
                | Self::Parted(..)
        )
    }
}
