//! A chat: the shared room behind a dialog, and what its kind and entity type make of it (behaviour.md F).
//!
//! Must hold: `ordinal` is the number of counting messages ever posted here (a deleted one keeps its ordinal), and
//! `last_message_id` is the newest message that was not removed completely.

use serde::{Deserialize, Serialize};

use crate::{ChatId, Line, MessageId, Moment, Role, UserId, color};

/// The letter of a chat (`message_type` on the wire).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChatKind {
    /// `P`: two people, or one person's notes.
    #[serde(rename = "P")]
    Private,
    /// `C`: a closed group.
    #[default]
    #[serde(rename = "C")]
    Group,
    /// `O`: a group that every employee may read and join.
    #[serde(rename = "O")]
    Open,
    /// `L`: an open line, a customer with operators.
    #[serde(rename = "L")]
    OpenLine,
    /// `S`: a user's notifications; never listed.
    #[serde(rename = "S")]
    System,
    /// `T`: comments under a channel post; never listed.
    #[serde(rename = "T")]
    Comment,
    /// `N`: a closed channel.
    #[serde(rename = "N")]
    Channel,
    /// `J`: an open channel.
    #[serde(rename = "J")]
    OpenChannel,
    /// `A`: a talk with an assistant.
    #[serde(rename = "A")]
    Copilot,
    /// `B`: a collab.
    #[serde(rename = "B")]
    Collab,
    /// `X`: a chat that belongs to another module, such as a task.
    #[serde(rename = "X")]
    External,
}

impl ChatKind {
    /// Every kind with its letter and its wire name.
    const TABLE: [(Self, &'static str, &'static str); 11] = [
        (Self::Private, "P", "private"),
        (Self::Group, "C", "chat"),
        (Self::Open, "O", "open"),
        (Self::OpenLine, "L", "lines"),
        (Self::System, "S", "system"),
        (Self::Comment, "T", "comment"),
        (Self::Channel, "N", "channel"),
        (Self::OpenChannel, "J", "openChannel"),
        (Self::Copilot, "A", "copilot"),
        (Self::Collab, "B", "collab"),
        (Self::External, "X", "external"),
    ];

    fn row(self) -> (Self, &'static str, &'static str) {
        Self::TABLE.into_iter().find(|(kind, ..)| *kind == self).unwrap_or((self, "C", "chat"))
    }

    /// The letter.
    pub fn letter(self) -> &'static str {
        self.row().1
    }

    /// Reads [`Self::letter`] back.
    pub fn from_letter(letter: &str) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, known, _)| *known == letter).map(|(kind, ..)| kind)
    }

    /// Whether this is the dialog of two people, or of one with themselves.
    pub fn is_private(self) -> bool {
        self == Self::Private
    }

    /// Whether every employee may read it without being a member.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::OpenChannel)
    }

    /// Whether it is a channel, where managers post and the others read.
    pub fn is_channel(self) -> bool {
        matches!(self, Self::Channel | Self::OpenChannel)
    }
}

/// One chat.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Chat {
    /// The number.
    pub id: ChatId,
    /// What kind it is.
    pub kind: ChatKind,
    /// Its name; empty for private ones.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Who owns it; zero for nobody.
    pub owner_id: UserId,
    /// Colour as stored: palette code, `#rrggbb` or empty.
    pub color: String,
    /// Picture address, absolute or relative to the portal, or empty.
    pub avatar: String,
    /// Whether a guest from outside takes part.
    pub extranet: bool,
    /// What it was made for: `LINES`, `TASKS_TASK`, `CRM`..., or empty.
    pub entity_type: String,
    /// Which one of them.
    pub entity_id: String,
    /// Free data of the module it belongs to.
    pub entity_data: [String; 3],
    /// The chat it comments on; zero for none.
    pub parent_chat_id: ChatId,
    /// The message it comments on; zero for none.
    pub parent_message_id: MessageId,
    /// When it was made.
    pub created_at: Moment,
    /// How many members it has.
    pub user_count: i64,
    /// How many messages it has, removed ones not counted.
    pub message_count: i64,
    /// How many counting messages were ever posted.
    pub ordinal: i64,
    /// Its newest message; zero for none.
    pub last_message_id: MessageId,
    /// The date of that message.
    pub last_message_at: Moment,
    /// When something last changed that everybody's row shows.
    pub updated_at: Moment,
    /// For private chats the two people, lower id first; equal for notes.
    pub pair: Option<(UserId, UserId)>,
    /// For open lines the present session.
    pub line: Option<Line>,
}

/// What a chat allows, whoever asks (`restrictions` on the wire; true = allowed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the wire has nine flags")]
pub struct Restrictions {
    /// Change the picture.
    pub avatar: bool,
    /// Change the name.
    pub rename: bool,
    /// Add members.
    pub extend: bool,
    /// Call.
    pub call: bool,
    /// Silence.
    pub mute: bool,
    /// Leave.
    pub leave: bool,
    /// Leave while owning it.
    pub leave_owner: bool,
    /// Write.
    pub send: bool,
    /// See the members.
    pub user_list: bool,
}

impl Chat {
    /// `type` on the wire: an entity type overrides the kind's own name on groups and external chats.
    pub fn type_name(&self) -> String {
        let (_, _, name) = self.kind.row();
        match self.kind {
            ChatKind::OpenChannel | ChatKind::Channel if self.is_general() => "generalChannel".to_owned(),
            ChatKind::Group | ChatKind::Open | ChatKind::External if !self.entity_type.is_empty() => {
                camel_case(&self.entity_type)
            }
            _ => name.to_owned(),
        }
    }

    /// Whether this is the room of the whole company.
    pub fn is_general(&self) -> bool {
        self.entity_type == "GENERAL"
    }

    /// `#rrggbb`.
    pub fn shown_color(&self) -> String {
        color::shown(&self.color, self.id.0)
    }

    /// For a private chat, the person whom `user` talks to here (themselves in their notes).
    pub fn peer_of(&self, user: UserId) -> Option<UserId> {
        let (low, high) = self.pair?;
        Some(if low == user { high } else { low })
    }

    /// What the chat allows by its entity type.
    pub fn restrictions(&self) -> Restrictions {
        let all = Restrictions {
            avatar: true,
            rename: true,
            extend: true,
            call: true,
            mute: true,
            leave: true,
            leave_owner: true,
            send: true,
            user_list: true,
        };
        match self.entity_type.as_str() {
            "GENERAL" => Restrictions {
                avatar: false,
                rename: false,
                extend: false,
                leave: false,
                leave_owner: false,
                ..all
            },
            "SONET_GROUP" => Restrictions {
                avatar: false,
                rename: false,
                extend: false,
                leave: false,
                leave_owner: false,
                ..all
            },
            "CRM" => Restrictions { avatar: false, rename: false, leave_owner: false, ..all },
            "CALL" => Restrictions {
                extend: false,
                call: false,
                mute: false,
                leave: false,
                leave_owner: false,
                ..all
            },
            _ => all,
        }
    }

    /// The least role that may post.
    pub fn can_post(&self) -> Role {
        if self.kind.is_channel() { Role::Manager } else { Role::Member }
    }
}

/// `SONET_GROUP` becomes `sonetGroup`.
fn camel_case(entity_type: &str) -> String {
    let mut name = String::with_capacity(entity_type.len());
    for (place, word) in entity_type.split('_').filter(|word| !word.is_empty()).enumerate() {
        let word = word.to_lowercase();
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if place > 0 => name.extend(first.to_uppercase().chain(letters)),
            _ => name.push_str(&word),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entity_type_names_group_and_external_chats_only() {
        let mut chat = Chat { entity_type: "SUPPORT24_QUESTION".to_owned(), ..Chat::default() };
        assert_eq!(chat.type_name(), "support24Question");
        chat.kind = ChatKind::Private;
        assert_eq!(chat.type_name(), "private");
        chat.kind = ChatKind::External;
        chat.entity_type = "TASKS_TASK".to_owned();
        assert_eq!(chat.type_name(), "tasksTask");
    }

    #[test]
    fn letters_come_back_as_kinds() {
        for (kind, letter, _) in ChatKind::TABLE {
            assert_eq!(ChatKind::from_letter(letter), Some(kind));
        }
        assert_eq!(ChatKind::from_letter("Q"), None);
    }

    #[test]
    fn the_peer_of_notes_is_the_owner() {
        let chat = Chat { pair: Some((UserId(2), UserId(2))), ..Chat::default() };
        assert_eq!(chat.peer_of(UserId(2)), Some(UserId(2)));
    }
}
