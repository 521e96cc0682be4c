//! A user: employee, extranet guest, bot, open-line customer or network user (behaviour.md E).
//!
//! Must hold: a user is never deleted, only made inactive, so that old messages keep their author.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Moment, UserId, color};

/// Who a user is to the portal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    /// A colleague.
    #[default]
    Employee,
    /// A guest from outside, limited to the chats they share.
    Extranet,
    /// A program that talks.
    Bot,
    /// A customer who writes through an open line.
    Connector,
    /// A user of another portal.
    Network,
}

impl UserKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Employee, Self::Extranet, Self::Bot, Self::Connector, Self::Network];

    /// The word used in the store, the import format and the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Extranet => "extranet",
            Self::Bot => "bot",
            Self::Connector => "connector",
            Self::Network => "network",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether a private dialog with such a user stays listed after the user became inactive (behaviour.md A).
    pub fn stays_listed_when_inactive(self) -> bool {
        matches!(self, Self::Bot | Self::Connector | Self::Network)
    }
}

/// A person's gender as stored; unset is shown as male but keeps the plain palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Gender {
    /// Male.
    M,
    /// Female.
    F,
}

/// The status a person chose for themselves (`im.user.status.set`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Available.
    Online,
    /// Do not disturb.
    Dnd,
    /// Away.
    Away,
    /// Having a break.
    Break,
}

impl Status {
    /// The word on the wire, exactly lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Dnd => "dnd",
            Self::Away => "away",
            Self::Break => "break",
        }
    }

    /// Reads [`Self::word`] back; `None` is the contract's `STATUS_ERROR`.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Online, Self::Dnd, Self::Away, Self::Break].into_iter().find(|status| status.word() == word)
    }
}

/// Telephone numbers; an empty one is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Phones {
    /// Mobile number.
    pub personal_mobile: String,
    /// Work number.
    pub work_phone: String,
    /// Extension within the company.
    pub inner_phone: String,
    /// Private number.
    pub personal_phone: String,
}

/// What only bots have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bot {
    /// The code its application gave it.
    pub code: String,
    /// `bot`, `human`, `network`, `support24`, `openline`, `supervisor` or `personal`.
    pub kind: String,
    /// The application that owns it, or empty.
    pub app_id: String,
    /// Whether it answers in open lines.
    pub openline: bool,
    /// Whether it is not offered to people who look for somebody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Whether its messages cannot be liked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unliked: bool,
    /// The background of its dialogs; empty for the usual one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub background: String,
}

/// How people from elsewhere sign in: a bot's program, an open line's customer, a user of another portal, somebody who
/// writes by e-mail.
pub const EXTERNAL: [&str; 4] = ["bot", "imconnector", "replica", "email"];

/// One user with everything that a list, a profile or a search shows of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// The number, positive.
    pub id: UserId,
    /// False once dismissed.
    #[serde(default = "yes")]
    pub active: bool,
    /// Whether they administer the portal.
    pub admin: bool,
    /// Who they are to the portal.
    pub kind: UserKind,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Middle name.
    pub second_name: String,
    /// E-mail, unique when not empty.
    pub email: String,
    /// Position in the company.
    pub work_position: String,
    /// Gender, when set.
    pub gender: Option<Gender>,
    /// Birthday, when set.
    #[serde(deserialize_with = "day")]
    pub birthday: Option<Date>,
    /// Colour as stored: palette code, `#rrggbb` or empty.
    pub color: String,
    /// Picture address, absolute or relative to the portal, or empty.
    pub avatar: String,
    /// How they sign in: `default`, `bot`, `imconnector`...
    pub external_auth_id: String,
    /// The status they chose, if any.
    pub status: Option<Status>,
    /// Since when they are away from the computer.
    pub idle_since: Option<Moment>,
    /// Their last action.
    pub last_activity: Option<Moment>,
    /// Their last action in the mobile application.
    pub mobile_last: Option<Moment>,
    /// Their last action in the desktop application.
    pub desktop_last: Option<Moment>,
    /// Until when they are on vacation.
    pub absent_until: Option<Moment>,
    /// Departments they belong to.
    pub departments: Vec<i64>,
    /// Telephone numbers.
    pub phones: Phones,
    /// Web address.
    pub website: String,
    /// Set for bots.
    pub bot: Option<Bot>,
    /// When they joined the portal.
    pub registered_at: Moment,
    /// Their last sign-in.
    pub last_login: Option<Moment>,
    /// The remaining profile fields by their reference names (`PERSONAL_CITY`, `UF_SKILLS`...).
    pub profile: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let wrong = || serde::de::Error::custom(format!("birthday {text:?} is not a day such as 1990-12-31"));
    text.parse().map(Some).map_err(|_| wrong())
}

impl User {
    /// The full name, or the e-mail for somebody without a name.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        match name.trim() {
            "" => self.email.clone(),
            name => name.to_owned(),
        }
    }

    /// How they sign in; what is not set follows from the kind.
    pub fn shown_auth(&self) -> &str {
        match (self.external_auth_id.as_str(), self.kind) {
            ("", UserKind::Bot) => "bot",
            ("", UserKind::Connector) => "imconnector",
            ("", UserKind::Network) => "replica",
            ("", _) => "default",
            (set, _) => set,
        }
    }

    /// `#rrggbb`.
    pub fn shown_color(&self) -> String {
        color::of_user(&self.color, self.id.0, self.gender == Some(Gender::M))
    }

    /// `M` or `F`; unset counts as `M` (behaviour.md E).
    pub fn shown_gender(&self) -> &'static str {
        if self.gender == Some(Gender::F) { "F" } else { "M" }
    }

    /// `DD-MM`, or `None` when unset.
    pub fn shown_birthday(&self) -> Option<String> {
        self.birthday.map(|date| format!("{:02}-{:02}", date.day(), date.month()))
    }

    /// Whether this user administers the portal now.
    pub fn administers(&self) -> bool {
        self.admin && self.active && self.kind == UserKind::Employee
    }

    /// Whether this user is a guest from outside the company.
    pub fn is_extranet(&self) -> bool {
        self.kind == UserKind::Extranet
    }
}
