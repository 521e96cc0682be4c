//! A message and the limits on it (behaviour.md G).

use serde_json::{Map, Value};

use crate::{ChatId, FileId, MessageId, Moment, UserId};

/// For how many seconds an author may edit: three days.
pub const EDIT_WINDOW: i64 = 259_200;

/// An attachment this long, as JSON text in characters, is refused.
pub const ATTACH_LIMIT: usize = 60_000;

/// A keyboard or menu longer than this, as JSON text in bytes, is refused.
pub const KEYBOARD_LIMIT: usize = 30_000;

/// One message of a chat.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// The number.
    pub id: MessageId,
    /// Its chat.
    pub chat_id: ChatId,
    /// Who wrote it; zero for the system.
    pub author_id: UserId,
    /// Who caused it: the author, or the person on whose behalf the system wrote. It never counts for them.
    pub actor_id: UserId,
    /// When.
    pub date: Moment,
    /// The text with its BB codes.
    pub text: String,
    /// The client's own id for it.
    pub uuid: Option<String>,
    /// `ATTACH`, `KEYBOARD`, `FILE_ID`, `LIKE`, `IS_EDITED`... by upper-case key.
    pub params: Map<String, Value>,
    /// The chat's ordinal once this message was in it.
    pub ordinal: i64,
    /// Whether it counts as unread for the others.
    pub counts: bool,
    /// Whether its text was taken back.
    pub deleted: bool,
    /// Whether somebody besides the author has seen it.
    pub viewed: bool,
}

/// Where a message was sent on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forward {
    /// The message that it is a copy of.
    pub id: MessageId,
    /// Who wrote that; zero for the system.
    pub user_id: UserId,
    /// Where.
    pub chat_id: ChatId,
    /// When.
    pub date: Moment,
}

impl Forward {
    /// As the parameters of the copy say it.
    pub fn params(&self) -> [(String, Value); 4] {
        let said = [
            ("FORWARD_ID", self.id.0),
            ("FORWARD_USER_ID", self.user_id.0),
            ("FORWARD_CHAT_ID", self.chat_id.0),
            ("FORWARD_DATE", self.date.0),
        ];
        said.map(|(key, value)| (key.to_owned(), Value::from(value)))
    }
}

impl Message {
    /// Where it was sent on from, if it was.
    pub fn forward(&self) -> Option<Forward> {
        let number = |key: &str| self.params.get(key).and_then(Value::as_i64);
        Some(Forward {
            id: MessageId(number("FORWARD_ID")?),
            user_id: UserId(number("FORWARD_USER_ID")?),
            chat_id: ChatId(number("FORWARD_CHAT_ID")?),
            date: Moment(number("FORWARD_DATE")?),
        })
    }

    /// The files it carries.
    pub fn file_ids(&self) -> Vec<FileId> {
        let ids = self.params.get("FILE_ID").and_then(Value::as_array);
        ids.into_iter().flatten().filter_map(Value::as_i64).map(FileId).collect()
    }

    /// The people who like it, ascending.
    pub fn likes(&self) -> Vec<UserId> {
        let ids = self.params.get("LIKE").and_then(Value::as_array);
        ids.into_iter().flatten().filter_map(Value::as_i64).map(UserId).collect()
    }

    /// Replaces the list of people who like it.
    pub fn set_likes(&mut self, likes: &[UserId]) {
        if likes.is_empty() {
            self.params.remove("LIKE");
            return;
        }
        let ids = likes.iter().map(|user| Value::from(user.0)).collect();
        self.params.insert("LIKE".to_owned(), Value::Array(ids));
    }

    /// Whether an attachment hangs on it.
    pub fn has_attach(&self) -> bool {
        self.params.contains_key("ATTACH")
    }
}
