//! Bots: users behind whom there is a program. Who owns one, where it is told what happens, and of what it hears.
//!
//! Must hold: a bot hears of what concerns it and of nothing else; never of what it did itself, nor of what other bots say,
//! so that two of them cannot keep each other talking.

use serde::{Deserialize, Serialize};

use crate::{AppId, ChatId, CommandId, MessageId, Moment, UserId};

/// How many bots one owner has at most.
pub const PER_OWNER: usize = 100;

/// How many characters a code has at most.
pub const CODE_CHARS: usize = 255;

/// How many characters a bot's own token has at most (`imbot.v2.Bot.register`).
pub const TOKEN_CHARS: usize = 40;

/// For how many seconds what a bot has not fetched is kept, as with everybody's feeds.
pub const KEPT: i64 = crate::feed::KEPT;

/// How many events wait at most for a bot that fetches them; beyond that the oldest go.
pub const WAITING: i64 = 100_000;

/// How many bytes of JSON a context has at most.
pub const CONTEXT_BYTES: usize = 16_384;

/// Kinds of bots, as the second generation of methods calls them.
pub const KINDS: [&str; 5] = ["bot", "network", "openline", "supervisor", "personal"];

/// The backgrounds that dialogs of bots can have.
pub const BACKGROUNDS: [&str; 9] =
    ["azure", "mint", "steel", "slate", "teal", "cornflower", "sky", "peach", "frost"];

/// How many digits of a custom owner's hash its events carry.
const APPLICATION_TOKEN: usize = 32;

/// Whose a bot is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BotOwner {
    /// An application's.
    App(AppId),
    /// Of whoever calls by webhook and knows this word, kept as its SHA-256 in lower-case hex: `CLIENT_ID` and `botToken`.
    Custom(String),
}

impl BotOwner {
    /// The words of the store.
    pub fn written(&self) -> String {
        match self {
            Self::App(app) => format!("app:{app}"),
            Self::Custom(hash) => format!("custom:{hash}"),
        }
    }

    /// Reads [`Self::written`] back.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("app", number) => number.parse().ok().map(|number| Self::App(AppId(number))),
            ("custom", hash) if crate::blob::is_hash(hash) => Some(Self::Custom(hash.to_owned())),
            _ => None,
        }
    }

    /// The application; none for a custom owner.
    pub fn app(&self) -> AppId {
        match self {
            Self::App(app) => *app,
            Self::Custom(_) => AppId(0),
        }
    }

    /// What events of a custom owner carry, so that its program knows whom they are from: 32 digits of its word's hash.
    pub fn application_token(&self) -> Option<String> {
        match self {
            Self::App(_) => None,
            Self::Custom(hash) => Some(hash.chars().take(APPLICATION_TOKEN).collect()),
        }
    }

    /// The public name of a custom owner. It has no digit of what its events carry.
    pub fn public_name(&self) -> Option<String> {
        match self {
            Self::App(_) => None,
            Self::Custom(hash) => Some(format!("custom{}", hash.get(48..).unwrap_or_default())),
        }
    }
}

/// By which page of the reference a bot was registered, and is told what happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// `imbot.register`.
    #[default]
    V1,
    /// `imbot.v2.Bot.register`.
    V2,
}

/// Where a bot's program is told what happens. One that is empty is not told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BotUrls {
    /// A message for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message_add: String,
    /// One was edited.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message_update: String,
    /// One was taken back.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message_delete: String,
    /// It is in a chat now.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub welcome: String,
    /// It was removed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub bot_delete: String,
    /// Everything, in the second dialect; empty when it fetches that.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub webhook: String,
}

/// The program behind a bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotProgram {
    /// The bot.
    pub bot: UserId,
    /// Whose it is.
    pub owner: BotOwner,
    /// The word by which its owner knows it.
    pub code: String,
    /// How it is told.
    pub dialect: Dialect,
    /// Where.
    pub urls: BotUrls,
    /// Of how many messages and commands it was told.
    pub told: i64,
    /// When it was registered.
    pub created_at: Moment,
}

impl BotProgram {
    /// Where it is told of this; empty when nowhere. `command` is where the command itself says.
    pub fn url<'a>(&'a self, happened: &BotHappening, command: &'a str) -> &'a str {
        if self.dialect == Dialect::V2 {
            return &self.urls.webhook;
        }
        match happened {
            BotHappening::Said(_) => &self.urls.message_add,
            BotHappening::Edited(_) => &self.urls.message_update,
            BotHappening::Deleted(..) => &self.urls.message_delete,
            BotHappening::Joined => &self.urls.welcome,
            BotHappening::Removed => &self.urls.bot_delete,
            BotHappening::Commanded(..) => command,
            BotHappening::Context(_) | BotHappening::Liked(..) => "",
        }
    }

    /// Whether it fetches what happens.
    pub fn fetches(&self) -> bool {
        self.dialect == Dialect::V2 && self.urls.webhook.is_empty()
    }
}

/// Whether a bot of this kind hears of everything in its chats, and not only of what names it.
pub fn hears_all(kind: &str) -> bool {
    matches!(kind, "supervisor" | "personal")
}

/// How a command came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommandWay {
    /// Somebody wrote it.
    Textarea,
    /// Somebody pressed a button.
    Keyboard,
}

/// A command as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Which.
    pub id: CommandId,
    /// What it is called, without the slash.
    pub name: String,
    /// What stands behind it.
    pub params: String,
    /// How it came.
    pub way: CommandWay,
}

/// What happened to a bot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BotHappening {
    /// A message for it is new.
    Said(MessageId),
    /// One was edited.
    Edited(MessageId),
    /// One by this author was taken back.
    Deleted(MessageId, UserId),
    /// It is in a chat now.
    Joined,
    /// It was removed.
    Removed,
    /// It was given a command about a message.
    Commanded(MessageId, Given),
    /// Somebody opened their dialog with it and brought this along.
    Context(serde_json::Value),
    /// Somebody likes a message, or no longer.
    Liked(MessageId, bool),
}

impl BotHappening {
    /// As the reference calls it; empty where that dialect has no word.
    pub fn event(&self, dialect: Dialect) -> &'static str {
        match (dialect, self) {
            (Dialect::V1, Self::Said(_)) => "ONIMBOTMESSAGEADD",
            (Dialect::V1, Self::Edited(_)) => "ONIMBOTMESSAGEUPDATE",
            (Dialect::V1, Self::Deleted(..)) => "ONIMBOTMESSAGEDELETE",
            (Dialect::V1, Self::Joined) => "ONIMBOTJOINCHAT",
            (Dialect::V1, Self::Removed) => "ONIMBOTDELETE",
            (Dialect::V1, Self::Commanded(..)) => "ONIMCOMMANDADD",
            (Dialect::V1, Self::Context(_) | Self::Liked(..)) => "",
            (Dialect::V2, Self::Said(_)) => "ONIMBOTV2MESSAGEADD",
            (Dialect::V2, Self::Edited(_)) => "ONIMBOTV2MESSAGEUPDATE",
            (Dialect::V2, Self::Deleted(..)) => "ONIMBOTV2MESSAGEDELETE",
            (Dialect::V2, Self::Joined) => "ONIMBOTV2JOINCHAT",
            (Dialect::V2, Self::Removed) => "ONIMBOTV2DELETE",
            (Dialect::V2, Self::Commanded(..)) => "ONIMBOTV2COMMANDADD",
            (Dialect::V2, Self::Context(_)) => "ONIMBOTV2CONTEXTGET",
            (Dialect::V2, Self::Liked(..)) => "ONIMBOTV2REACTIONCHANGE",
        }
    }

    /// The message that it is about.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::Said(message)
            | Self::Edited(message)
            | Self::Deleted(message, _)
            | Self::Commanded(message, _)
            | Self::Liked(message, _) => Some(*message),
            Self::Joined | Self::Removed | Self::Context(_) => None,
        }
    }
}

/// What a bot's program is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BotEvent {
    /// The bot.
    pub bot: UserId,
    /// The word by which its owner knows it.
    pub code: String,
    /// How it is told.
    pub dialect: Dialect,
    /// Where it happened; none for its removal.
    pub chat: ChatId,
    /// Who did it.
    pub user: UserId,
    /// What.
    pub happened: BotHappening,
}

/// All events of bots, in both dialects.
pub const EVENTS: [&str; 14] = [
    "ONIMBOTMESSAGEADD",
    "ONIMBOTMESSAGEUPDATE",
    "ONIMBOTMESSAGEDELETE",
    "ONIMBOTJOINCHAT",
    "ONIMBOTDELETE",
    "ONIMCOMMANDADD",
    "ONIMBOTV2MESSAGEADD",
    "ONIMBOTV2MESSAGEUPDATE",
    "ONIMBOTV2MESSAGEDELETE",
    "ONIMBOTV2JOINCHAT",
    "ONIMBOTV2DELETE",
    "ONIMBOTV2COMMANDADD",
    "ONIMBOTV2CONTEXTGET",
    "ONIMBOTV2REACTIONCHANGE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_read_as_it_is_written() {
        let custom = BotOwner::Custom("0123456789abcdef".repeat(4));
        for owner in [BotOwner::App(AppId(7)), custom.clone()] {
            assert_eq!(BotOwner::parse(&owner.written()), Some(owner));
        }
        for text in ["", "app", "app:x", "custom:short", "user:1"] {
            assert_eq!(BotOwner::parse(text), None, "{text}");
        }
        let (token, name) = (custom.application_token().unwrap(), custom.public_name().unwrap());
        assert_eq!((token.len(), name.as_str()), (32, "custom0123456789abcdef"));
    }

    #[test]
    fn every_event_has_one_name_in_its_dialect() {
        let given = Given {
            id: CommandId(1),
            name: "echo".to_owned(),
            params: String::new(),
            way: CommandWay::Textarea,
        };
        let happened = [
            BotHappening::Said(MessageId(1)),
            BotHappening::Edited(MessageId(1)),
            BotHappening::Deleted(MessageId(1), UserId(1)),
            BotHappening::Joined,
            BotHappening::Removed,
            BotHappening::Commanded(MessageId(1), given),
            BotHappening::Context(serde_json::json!({})),
            BotHappening::Liked(MessageId(1), true),
        ];
        let mut named: Vec<&str> = [Dialect::V1, Dialect::V2]
            .into_iter()
            .flat_map(|dialect| happened.iter().map(move |one| one.event(dialect)))
            .filter(|name| !name.is_empty())
            .collect();
        named.sort_unstable();
        let mut all = EVENTS;
        all.sort_unstable();
        assert_eq!(named, all);
    }
}
