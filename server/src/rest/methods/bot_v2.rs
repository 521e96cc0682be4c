//! `imbot.v2.*`: the second generation of methods for programs of bots.
//!
//! Must hold: whoever calls says whose bot they mean, by their application or by `botToken`, and which bot.

mod chat;
mod command;
mod event;
mod file;
mod message;
mod register;

pub use chat::METHODS as CHATS;
pub use command::METHODS as COMMANDS;
pub use event::METHODS as EVENTS;
pub use file::METHODS as FILES;
pub use message::METHODS as MESSAGES;
pub use register::METHODS as BOTS;

use lately_messenger::Refusal;
use lately_messenger::bot::{BotRefusal, owner_of};
use lately_model::{BotOwner, Dialect, UserId};

use crate::rest::call::{Call, Failure};

/// What anybody is refused who names a bot that is not theirs.
pub(super) const NO_BOT: [Refusal; 4] = [
    no(BotRefusal::OwnerUnknown),
    no(BotRefusal::IdMissing),
    no(BotRefusal::NotFound),
    no(BotRefusal::NotOwned),
];

/// A refusal of this generation.
pub(super) const fn no(why: BotRefusal) -> Refusal {
    Refusal::Bot(Dialect::V2, why)
}

/// Whose bots the caller means: their application's, else those of the word that they send.
pub(super) fn owner_by(call: &Call, word: Option<String>) -> Result<BotOwner, Refusal> {
    if let Some(app) = call.app() {
        return Ok(BotOwner::App(app.id));
    }
    match word.unwrap_or_default().trim() {
        "" => Err(no(BotRefusal::OwnerUnknown)),
        word => Ok(owner_of(word)),
    }
}

/// The same by `botToken`.
pub(super) fn owner(call: &Call) -> Result<BotOwner, Refusal> {
    owner_by(call, call.params.text("botToken"))
}

/// The caller's bot with the number `botId`.
pub(super) async fn bot(call: &Call) -> Result<UserId, Failure> {
    let owner = owner(call)?;
    let id = call.positive("botId").map(UserId).ok_or(no(BotRefusal::IdMissing))?;
    Ok(call.messenger().own_bot(owner, Dialect::V2, id).await?.bot)
}
