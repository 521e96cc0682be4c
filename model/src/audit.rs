//! The log of what was done by whom: deeds of those who look after the portal.
//!
//! Must hold: the list of kinds is closed; a deed names things by number and says what of them changed, and never holds a
//! secret, a password or a text that somebody wrote to somebody.

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::{DeedId, Moment, UserId};

/// For how many days deeds are kept unless an operator says otherwise.
pub const KEEP_DAYS: i64 = 365;

/// How many deeds are kept at most, whatever their age.
pub const MOST: i64 = 1_000_000;

/// The longest name of a tool, in characters.
pub const TOOL: usize = 100;

/// By which way somebody came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Way {
    /// A command beside the server.
    #[default]
    Command,
    /// The web page.
    Page,
    /// A program, over REST.
    Rest,
    /// A stranger at the door: somebody who signs in.
    Door,
}

impl Way {
    /// All ways.
    pub const ALL: [Self; 4] = [Self::Command, Self::Page, Self::Rest, Self::Door];

    /// The word in the store, in exports and for the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Page => "page",
            Self::Rest => "rest",
            Self::Door => "door",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }
}

/// Who does something, and how they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doer {
    /// Who; `None` is whoever may run commands, or a stranger.
    pub user: Option<UserId>,
    /// How they came.
    pub way: Way,
    /// By which command, webhook or application.
    pub tool: String,
    /// From where.
    pub peer: Option<IpAddr>,
}

impl Doer {
    /// Whoever runs this command.
    pub fn command(tool: &str) -> Self {
        Self { tool: tool.to_owned(), ..Self::default() }
    }

    /// Somebody in the web page.
    pub fn page(user: UserId, peer: IpAddr) -> Self {
        Self { user: Some(user), way: Way::Page, tool: String::new(), peer: Some(peer) }
    }

    /// A stranger at the door.
    pub fn door(peer: IpAddr) -> Self {
        Self { user: None, way: Way::Door, tool: String::new(), peer: Some(peer) }
    }
}

/// A command without a name when there is no user.
impl From<Option<UserId>> for Doer {
    fn from(user: Option<UserId>) -> Self {
        Self { user, ..Self::default() }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DeedKind {
            $($(#[$doc])* $name,)*
        }

        impl DeedKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word in the store, in exports and for the page.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

kinds!(
    /// The first administrator made the portal theirs.
    PortalFounded = "portal_founded",
    /// A user was added.
    UserAdded = "user_added",
    /// Fields of a user were changed: which, not what was in them.
    UserChanged = "user_changed",
    /// A user was blocked.
    UserBlocked = "user_blocked",
    /// A user who was blocked is back.
    UserUnblocked = "user_unblocked",
    /// Somebody became an administrator.
    AdminGiven = "admin_given",
    /// Somebody is no administrator any more.
    AdminTaken = "admin_taken",
    /// An employee became a guest from outside.
    GuestMade = "guest_made",
    /// A guest from outside became an employee.
    EmployeeMade = "employee_made",
    /// Somebody was invited to choose a login and a password.
    UserInvited = "user_invited",
    /// Somebody used their invitation.
    InvitationUsed = "invitation_used",
    /// Somebody's password was set, by themselves or by a command.
    PasswordSet = "password_set",
    /// All sessions of somebody were ended.
    SignedOut = "signed_out",
    /// Signing in failed so often that it is refused for a while.
    SignInStopped = "sign_in_stopped",
    /// A webhook was made.
    WebhookAdded = "webhook_added",
    /// A webhook was revoked.
    WebhookRevoked = "webhook_revoked",
    /// An application was made.
    AppAdded = "app_added",
    /// The installation of an application was finished.
    AppInstalled = "app_installed",
    /// An application was removed, with its tokens.
    AppRemoved = "app_removed",
    /// A bot was registered.
    BotAdded = "bot_added",
    /// A bot was removed.
    BotRemoved = "bot_removed",
    /// A department was added.
    DepartmentAdded = "department_added",
    /// A department was changed.
    DepartmentChanged = "department_changed",
    /// A department was dissolved.
    DepartmentDissolved = "department_dissolved",
    /// An administrator handed a chat over to another owner.
    ChatHandedOver = "chat_handed_over",
    /// A setting of the portal was changed.
    SettingChanged = "setting_changed",
    /// The facts of the portal were written out.
    Exported = "exported",
    /// Facts were written in.
    Imported = "imported",
    /// A copy of the database was made.
    BackedUp = "backed_up",
    /// A copy was put back.
    Restored = "restored",
);

impl DeedKind {
    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

/// One deed.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// Its number.
    pub id: DeedId,
    /// When.
    pub at: Moment,
    /// What.
    pub kind: DeedKind,
    /// By whom.
    pub doer: Doer,
    /// Whom it is about, if somebody.
    pub user_id: UserId,
    /// The number of the webhook, application, department or chat that it is about; 0 for none.
    pub thing: i64,
    /// What else there is to know.
    pub detail: Map<String, Value>,
}

impl Deed {
    /// A deed without a number.
    pub fn new(at: Moment, kind: DeedKind, doer: &Doer) -> Self {
        let doer = doer.clone();
        Self { id: DeedId(0), at, kind, doer, user_id: UserId(0), thing: 0, detail: Map::new() }
    }

    /// About this user.
    #[must_use]
    pub fn of(mut self, user: UserId) -> Self {
        self.user_id = user;
        self
    }

    /// About the thing with this number.
    #[must_use]
    pub fn thing(mut self, number: i64) -> Self {
        self.thing = number;
        self
    }

    /// With one more thing to know.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_stands_once() {
        for kind in DeedKind::ALL {
            assert_eq!(DeedKind::from_word(kind.word()), Some(*kind));
        }
        for way in Way::ALL {
            assert_eq!(Way::from_word(way.word()), Some(way));
        }
        assert_eq!((DeedKind::from_word("danced"), Way::from_word("")), (None, None));
    }
}
