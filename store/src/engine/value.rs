//! What goes into a statement.

use lately_model::{
    AbsenceId, AppId, BlobId, ChatId, DeedId, FileId, FolderId, InvitationId, MessageId, Moment, SessionId,
    UserId, WebhookId,
};

/// One parameter or one column: the portal needs nothing but integers and texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// An integer, a date in seconds, a flag as 0 or 1.
    Int(i64),
    /// A text without U+0000, which not every engine keeps.
    Text(String),
}

impl Value {
    fn text(text: String) -> Self {
        Self::Text(if text.contains('\0') { text.replace('\0', "") } else { text })
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::text(value.clone())
    }
}

impl From<Moment> for Value {
    fn from(value: Moment) -> Self {
        Self::Int(value.0)
    }
}

impl From<UserId> for Value {
    fn from(value: UserId) -> Self {
        Self::Int(value.0)
    }
}

impl From<ChatId> for Value {
    fn from(value: ChatId) -> Self {
        Self::Int(value.0)
    }
}

impl From<MessageId> for Value {
    fn from(value: MessageId) -> Self {
        Self::Int(value.0)
    }
}

impl From<FileId> for Value {
    fn from(value: FileId) -> Self {
        Self::Int(value.0)
    }
}

impl From<FolderId> for Value {
    fn from(value: FolderId) -> Self {
        Self::Int(value.0)
    }
}

impl From<SessionId> for Value {
    fn from(value: SessionId) -> Self {
        Self::Int(value.0)
    }
}

impl From<BlobId> for Value {
    fn from(value: BlobId) -> Self {
        Self::Int(value.0)
    }
}

impl From<InvitationId> for Value {
    fn from(value: InvitationId) -> Self {
        Self::Int(value.0)
    }
}

impl From<AppId> for Value {
    fn from(id: AppId) -> Self {
        Self::Int(id.0)
    }
}

impl From<AbsenceId> for Value {
    fn from(value: AbsenceId) -> Self {
        Self::Int(value.0)
    }
}

impl From<DeedId> for Value {
    fn from(value: DeedId) -> Self {
        Self::Int(value.0)
    }
}

impl From<WebhookId> for Value {
    fn from(value: WebhookId) -> Self {
        Self::Int(value.0)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
