//! `imbot.v2.*`: the second generation of methods for programs of bots.
//!
//! Must hold: whoever calls says whose bot they mean, by their application or by `botToken`, and which bot.

mod chat;
mod command;
mod event;
mod file;
mod member;
mod message;
mod reaction;
mod register;

pub use chat::METHODS as CHATS;
pub use command::METHODS as COMMANDS;
pub use event::METHODS as EVENTS;
pub use file::METHODS as FILES;
pub use member::METHODS as MEMBERS;
pub use message::METHODS as MESSAGES;
pub use reaction::METHODS as REACTIONS;
pub use register::METHODS as BOTS;

use lately_messenger::bot::{BotRefusal, owner_of};
use lately_messenger::{Error, Refusal};
use lately_model::{BotOwner, Dialect, DialogId, UserId};
use serde_json::json;

use super::bot::expect_colleague;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::schema::Shape;

/// What anybody is refused who names a bot that is not theirs.
pub(super) const NO_BOT: [Refusal; 4] = [
    no(BotRefusal::OwnerUnknown),
    no(BotRefusal::IdMissing),
    no(BotRefusal::NotFound),
    no(BotRefusal::NotOwned),
];

/// The same, and what a bot is refused where it is not in the chat, or may not do this there.
pub(super) const DENIED: [Refusal; 5] = [
    no(BotRefusal::OwnerUnknown),
    no(BotRefusal::IdMissing),
    no(BotRefusal::NotFound),
    no(BotRefusal::NotOwned),
    no(BotRefusal::NoAccess),
];

/// What methods give that have nothing to tell.
pub(super) const DONE: Shape = Shape::Object(&[("result", Shape::Bool)]);

/// A refusal of this generation.
pub(super) const fn no(why: BotRefusal) -> Refusal {
    Refusal::Bot(Dialect::V2, why)
}

/// Whose bots the caller means: their application's, else those of the word that they send.
pub(super) async fn owner_by(call: &Call, word: Option<String>) -> Result<BotOwner, Failure> {
    expect_colleague(call).await?;
    if let Some(app) = call.app() {
        return Ok(BotOwner::App(app.id));
    }
    match word.unwrap_or_default().trim() {
        "" => Err(no(BotRefusal::OwnerUnknown).into()),
        word => Ok(owner_of(word)),
    }
}

/// The same by `botToken`.
pub(super) async fn owner(call: &Call) -> Result<BotOwner, Failure> {
    owner_by(call, call.params.text("botToken")).await
}

/// The caller's bot with the number `botId`.
pub(super) async fn bot(call: &Call) -> Result<UserId, Failure> {
    let owner = owner(call).await?;
    let id = call.positive("botId").map(UserId).ok_or(no(BotRefusal::IdMissing))?;
    Ok(call.messenger().own_bot(owner, Dialect::V2, id).await?.bot)
}

/// [`DONE`].
pub(super) fn done() -> Answer {
    Answer::tree(json!({ "result": true }))
}

/// `dialogId`; what names no dialog names none that a bot is in.
pub(super) fn dialog(call: &Call) -> Result<DialogId, Refusal> {
    let sent = call.params.text("dialogId").and_then(|sent| DialogId::parse(&sent));
    sent.ok_or(no(BotRefusal::NoAccess))
}

/// What a use case refuses, in the words of this generation. Whoever may not do something is always told so alike.
pub(super) fn refused(error: Error) -> Failure {
    use BotRefusal as B;
    use Refusal as R;
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        fault => return fault.into(),
    };
    let why = match refusal {
        R::Bot(_, why) => why,
        R::MessageEmpty => B::MessageEmpty,
        R::AttachMalformed
        | R::AttachTooLarge
        | R::KeyboardMalformed
        | R::KeyboardTooLarge
        | R::MenuMalformed
        | R::MenuMalformedOnEdit
        | R::MenuTooLarge
        | R::ReplyNoAccess
        | R::ReplyFromOtherChat => B::NotSent,
        R::TitleEmpty | R::NoSuchColor => B::NothingToChange,
        R::NotAPicture => B::NotAPicture,
        R::NoSuchFile => B::NoSuchFile,
        R::NoAccessToFile => B::FileHidden,
        R::FileEmpty => B::FileEmpty,
        R::FileNotBase64 => B::FileMalformed,
        R::FileTooLarge(_) => B::FileTooLarge,
        R::FileNotKept => B::FileNotKept,
        R::FileNotSent | R::NoDialogForFile => B::FileNotSent,
        _ => B::NoAccess,
    };
    no(why).into()
}
