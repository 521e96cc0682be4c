//! `imbot.v2.Chat.Message.Reaction.*`: what bots like.

use lately_messenger::Refusal;
use lately_messenger::bot::BotRefusal;
use lately_model::MessageId;

use super::{DONE, bot, done, no, refused};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Kind, Method, Param};

/// The one reaction that messages here have.
const LIKE: &str = "like";

const PARAMS: &[Param] = &[
    Param::required("botId", Kind::Int),
    Param::optional("botToken", Kind::Text, "the application that calls"),
    Param::required("messageId", Kind::Int),
    Param::required("reaction", Kind::Text),
];

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.v2.Chat.Message.Reaction.add",
        scope: "imbot",
        about: "The bot likes a message",
        caller: Caller::Anyone,
        params: PARAMS,
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoAccess),
            no(BotRefusal::NoSuchReaction),
            no(BotRefusal::ReactionSet),
        ],
        result: DONE,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "imbot.v2.Chat.Message.Reaction.delete",
        scope: "imbot",
        about: "The bot likes a message no longer",
        caller: Caller::Anyone,
        params: PARAMS,
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoAccess),
            no(BotRefusal::NoSuchReaction),
        ],
        result: DONE,
        handler: |call| Box::pin(delete(call)),
    },
];

fn message(call: &Call) -> Result<MessageId, Refusal> {
    if call.params.text("reaction").as_deref() != Some(LIKE) {
        return Err(no(BotRefusal::NoSuchReaction));
    }
    call.positive("messageId").map(MessageId).ok_or(no(BotRefusal::NoAccess))
}

async fn add(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    match call.messenger().react(bot, message(call)?, true).await.map_err(refused)? {
        true => Ok(done()),
        false => Err(no(BotRefusal::ReactionSet).into()),
    }
}

/// What was not liked is as good as liked no longer.
async fn delete(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    call.messenger().react(bot, message(call)?, false).await.map_err(refused)?;
    Ok(done())
}
