//! `imbot.*`: bots and what they do, for the programs behind them.
//!
//! Must hold: whoever calls says whose bots they mean, by their application or by `CLIENT_ID`; a bot that is not named is
//! the first one. What a bot does goes by the use cases of people, with the bot as who acts.

mod chat;
mod command;
mod member;
mod message;
mod register;

pub use chat::METHODS as CHATS;
pub use command::METHODS as COMMANDS;
pub use member::METHODS as MEMBERS;
pub use message::METHODS as MESSAGES;
pub use register::METHODS as BOTS;

use lately_messenger::bot::{BotRefusal, owner_of};
use lately_messenger::{Error, Refusal};
use lately_model::{BotOwner, Dialect, UserId};

use crate::rest::call::{Call, Failure};
use crate::rest::params::Int;
use crate::rest::refusal::SystemError;
use crate::rest::registry::{Kind, Param};

/// What anybody is refused who names a bot that is not theirs.
pub(super) const NO_BOT: [Refusal; 3] =
    [no(BotRefusal::OwnerUnknown), no(BotRefusal::NotFound), no(BotRefusal::NotOwned)];

/// Which bot acts.
pub(super) const BOT_ID: Param = Param::optional("BOT_ID", Kind::Int, "the first bot of the application");

/// Whose it is.
pub(super) const CLIENT_ID: Param = Param::optional("CLIENT_ID", Kind::Text, "the application that calls");

/// A refusal of this generation.
pub(super) const fn no(why: BotRefusal) -> Refusal {
    Refusal::Bot(Dialect::V1, why)
}

/// Refuses guests from outside: a bot meets everybody and sees open chats, and they do not.
pub(super) async fn expect_colleague(call: &Call) -> Result<(), Failure> {
    if call.messenger().is_guest(call.user()).await? {
        return Err(SystemError::WrongAuthType.into());
    }
    Ok(())
}

/// Whose bots the caller means.
pub(super) async fn owner(call: &Call) -> Result<BotOwner, Failure> {
    expect_colleague(call).await?;
    if let Some(app) = call.app() {
        return Ok(BotOwner::App(app.id));
    }
    match call.program() {
        word if word.trim().is_empty() => Err(no(BotRefusal::OwnerUnknown).into()),
        word => Ok(owner_of(word.trim())),
    }
}

/// The caller's bot with the number `BOT_ID`.
pub(super) async fn bot(call: &Call) -> Result<UserId, Failure> {
    let owner = owner(call).await?;
    let id = call.positive("BOT_ID").map(UserId).ok_or(no(BotRefusal::NotFound))?;
    Ok(call.messenger().own_bot(owner, Dialect::V1, id).await?.bot)
}

/// The same, and the caller's first bot where `BOT_ID` is not sent.
pub(super) async fn bot_or_first(call: &Call) -> Result<UserId, Failure> {
    if call.params.int("BOT_ID") == Int::Absent {
        return Ok(call.messenger().first_bot(owner(call).await?).await?.bot);
    }
    bot(call).await
}

/// What a bot is refused by a use case of people, as `say` puts it for this method. One that was dismissed acts no more.
pub(super) fn refused(say: impl FnOnce(Refusal) -> Refusal) -> impl FnOnce(Error) -> Failure {
    |error| match error {
        Error::Refused(Refusal::Core(_)) => no(BotRefusal::NotFound).into(),
        Error::Refused(refusal) => say(refusal).into(),
        fault => fault.into(),
    }
}
