//! A dialog id: the address of a conversation as one person sees it (behaviour.md 0).
//!
//! `7` is the private dialog with user 7 (the caller's own id: the notes), `chat12` the chat 12, `sg5` the chat of
//! workgroup 5, `crm...` the chat of a CRM entity.

use std::fmt;

use crate::{ChatId, UserId};

/// A well-formed dialog address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DialogId {
    /// The private dialog with this user.
    User(UserId),
    /// A chat by its number.
    Chat(ChatId),
    /// The chat of a workgroup, by the workgroup's number.
    Workgroup(i64),
    /// The chat of a CRM entity, by number.
    Crm(i64),
}

impl DialogId {
    /// Reads an address; `None` is the contract's `DIALOG_ID_EMPTY`. The prefix is matched without case.
    pub fn parse(text: &str) -> Option<Self> {
        let split = text.find(|letter: char| letter.is_ascii_digit())?;
        let (prefix, digits) = text.split_at(split);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = digits.parse::<i64>().ok().filter(|number| *number > 0)?;
        match prefix.to_ascii_lowercase().as_str() {
            "" => Some(Self::User(UserId(number))),
            "chat" => Some(Self::Chat(ChatId(number))),
            "sg" => Some(Self::Workgroup(number)),
            "crm" => Some(Self::Crm(number)),
            _ => None,
        }
    }
}

impl fmt::Display for DialogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "{user}"),
            Self::Chat(chat) => write!(f, "chat{chat}"),
            Self::Workgroup(group) => write!(f, "sg{group}"),
            Self::Crm(entity) => write!(f, "crm{entity}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_by_prefix_without_case() {
        assert_eq!(DialogId::parse("7"), Some(DialogId::User(UserId(7))));
        assert_eq!(DialogId::parse("Chat12"), Some(DialogId::Chat(ChatId(12))));
        assert_eq!(DialogId::parse("sg5"), Some(DialogId::Workgroup(5)));
    }

    #[test]
    fn everything_else_is_no_address() {
        for text in
            ["", "0", "chat", "chat0", "-7", "7a", "room7", "chat12 ", "99999999999999999999", "chat١"]
        {
            assert_eq!(DialogId::parse(text), None, "{text}");
        }
    }
}
