//! Identifiers: one type per noun, so that a chat's number cannot be used where a user's is meant.
//!
//! All are positive when they name something; zero means "none" (the author of a system message, the owner of a
//! chat nobody owns).

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// Whether this names nothing.
            pub fn is_none(self) -> bool {
                self.0 <= 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A person, bot or pseudo-user. `0` is the system.
    UserId
);
id!(
    /// A shared room, private ones included.
    ChatId
);
id!(
    /// A message; grows over the whole portal, so within a chat a larger id is a later message.
    MessageId
);
id!(
    /// A file posted into a chat.
    FileId
);
id!(
    /// An incoming webhook.
    WebhookId
);
id!(
    /// An application.
    AppId
);
id!(
    /// A folder of a drive, or of a chat's files. Folders and files share one row of numbers.
    FolderId
);
id!(
    /// Bytes that are kept once, however many files have them.
    BlobId
);
id!(
    /// A browser that somebody signed in with.
    SessionId
);
id!(
    /// A link by which somebody chooses a login and a password.
    InvitationId
);
id!(
    /// Days on which somebody is away.
    AbsenceId
);
id!(
    /// A deed in the log of what was done by whom.
    DeedId
);
id!(
    /// What an application wants done when something happens.
    HandlerId
);
id!(
    /// A request to an application's address. They are made in the order of their numbers.
    ErrandId
);
id!(
    /// An entry of an application's backlog.
    BacklogId
);
id!(
    /// A command that a bot knows.
    CommandId
);
