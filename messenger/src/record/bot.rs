//! Records of bots' programs and of their commands.

use lately_model::app::is_address;
use lately_model::blob::is_hash;
use lately_model::bot::BotUrls;
use lately_model::command::{CommandPhrase, name};
use lately_model::{AppId, BotCommand, BotOwner, BotProgram, CommandId, Dialect, Moment, UserId};
use serde::{Deserialize, Serialize};

use super::fact::positive;
use super::none;

/// See [`lately_model::BotProgram`]. Its owner is an application, or known by the hash of a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of BotProgram")]
pub struct BotRecord {
    pub user: UserId,
    #[serde(default, skip_serializing_if = "none")]
    pub app: AppId,
    #[serde(default, skip_serializing_if = "none")]
    pub owner_hash: String,
    pub code: String,
    pub dialect: Dialect,
    #[serde(default)]
    pub urls: BotUrls,
    #[serde(default, skip_serializing_if = "none")]
    pub told: i64,
    pub created_at: Moment,
}

/// See [`lately_model::BotCommand`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of BotCommand")]
pub struct CommandRecord {
    pub id: CommandId,
    pub bot: UserId,
    pub name: String,
    #[serde(default, skip_serializing_if = "none")]
    pub url: String,
    #[serde(default, skip_serializing_if = "none")]
    pub common: bool,
    #[serde(default, skip_serializing_if = "none")]
    pub hidden: bool,
    #[serde(default, skip_serializing_if = "none")]
    pub extranet: bool,
    #[serde(default)]
    pub phrases: Vec<CommandPhrase>,
}

impl From<BotProgram> for BotRecord {
    fn from(program: BotProgram) -> Self {
        let app = program.owner.app();
        let owner_hash = match program.owner {
            BotOwner::App(_) => String::new(),
            BotOwner::Custom(hash) => hash,
        };
        let BotProgram { bot, code, dialect, urls, told, created_at, .. } = program;
        Self { user: bot, app, owner_hash, code, dialect, urls, told, created_at }
    }
}

impl TryFrom<BotRecord> for BotProgram {
    type Error = String;

    fn try_from(record: BotRecord) -> Result<Self, String> {
        let owner = match (record.app.is_none(), is_hash(&record.owner_hash)) {
            (false, _) if record.owner_hash.is_empty() => BotOwner::App(record.app),
            (true, true) => BotOwner::Custom(record.owner_hash),
            _ => return Err("a bot has an \"app\", or the SHA-256 of a word in \"owner_hash\"".to_owned()),
        };
        let urls = &record.urls;
        let BotUrls { message_add, message_update, message_delete, welcome, bot_delete, webhook } = urls;
        let all = [message_add, message_update, message_delete, welcome, bot_delete, webhook];
        if all.into_iter().any(|url| !url.is_empty() && !is_address(url)) {
            return Err("the addresses of a bot begin with http:// or https://".to_owned());
        }
        if record.code.is_empty() {
            return Err("a bot has a \"code\"".to_owned());
        }
        let BotRecord { user, code, dialect, urls, told, created_at, .. } = record;
        Ok(Self { bot: user, owner, code, dialect, urls, told: told.max(0), created_at })
    }
}

impl From<BotCommand> for CommandRecord {
    fn from(command: BotCommand) -> Self {
        let BotCommand { id, bot, name, url, common, hidden, extranet, phrases } = command;
        Self { id, bot, name, url, common, hidden, extranet, phrases }
    }
}

impl TryFrom<CommandRecord> for BotCommand {
    type Error = String;

    fn try_from(record: CommandRecord) -> Result<Self, String> {
        let CommandRecord { id, bot, name: written, url, common, hidden, extranet, phrases } = record;
        positive(id.0, "id")?;
        let name = name(&written).ok_or_else(|| format!("{written:?} is no name of a command"))?;
        if !url.is_empty() && !is_address(&url) {
            return Err("the address of a command begins with http:// or https://".to_owned());
        }
        Ok(Self { id, bot, name, url, common, hidden, extranet, phrases })
    }
}
