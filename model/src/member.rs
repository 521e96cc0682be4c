//! A member: one user's place in one chat.

use serde::{Deserialize, Serialize};

use crate::{ChatId, MessageId, Moment, UserId};

/// What a member may do, in ascending order of power.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Not a member at all.
    #[default]
    Guest,
    /// An ordinary member.
    Member,
    /// May manage members.
    Manager,
    /// Owns the chat.
    Owner,
}

impl Role {
    /// The lower-case word (`im.dialog.get`); recent rows use it in upper case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Member => "member",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }
}

/// A user's membership of a chat: where they have read to, and what they did to their row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The chat.
    pub chat_id: ChatId,
    /// The user.
    pub user_id: UserId,
    /// Whether they may manage the chat; the owner always may.
    pub manager: bool,
    /// Whether they silenced the chat.
    pub muted: bool,
    /// When they joined.
    pub joined_at: Moment,
    /// The first message they may see; zero for the whole history.
    pub first_visible_id: MessageId,
    /// The last message they have read.
    pub last_read_id: MessageId,
    /// The chat's ordinal at `last_read_id`.
    pub read_ordinal: i64,
    /// When they read last.
    pub read_at: Option<Moment>,
    /// Their row was hidden when this was the chat's last message; any later message brings it back.
    pub hidden_upto: MessageId,
    /// Place among their pinned rows, 1 first; zero when not pinned.
    pub pin_order: i64,
    /// The manual unread mark.
    pub mark: bool,
    /// From which message on they put the chat back to unread, for `marked_id`.
    pub marked_id: MessageId,
    /// When they last changed their own row.
    pub updated_at: Moment,
}

impl Member {
    /// A fresh member who has read everything up to `last_read_id`.
    pub fn joining(
        chat_id: ChatId,
        user_id: UserId,
        last_read_id: MessageId,
        ordinal: i64,
        now: Moment,
    ) -> Self {
        Self {
            chat_id,
            user_id,
            joined_at: now,
            last_read_id,
            read_ordinal: ordinal,
            hidden_upto: last_read_id,
            updated_at: now,
            ..Self::default()
        }
    }
}
