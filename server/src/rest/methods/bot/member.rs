//! `imbot.chat.user.*`, `imbot.chat.setOwner`, `imbot.chat.setManager`: who is in the chats of bots, and what they are
//! there.

use lately_messenger::Refusal;
use lately_messenger::bot::BotRefusal;
use lately_model::{DialogId, Doer, UserId};
use serde_json::json;

use super::chat::forbidden;
use super::{BOT_ID, CLIENT_ID, bot_or_first, no, refused};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::chat::hides_history;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.chat.user.add",
        scope: "imbot",
        about: "Invites people as a bot",
        caller: Caller::Program,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("USERS", Kind::List),
            Param::optional("HIDE_HISTORY", Kind::Flag, "Y"),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            no(BotRefusal::NoAccess),
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(user_add(call)),
    },
    Method {
        name: "imbot.chat.user.list",
        scope: "imbot",
        about: "The numbers of the members of a bot's chat",
        caller: Caller::Program,
        params: &[Param::required("CHAT_ID", Kind::Int), BOT_ID, CLIENT_ID],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            no(BotRefusal::NoAccess),
        ],
        result: Shape::List(&Shape::Int),
        handler: |call| Box::pin(user_list(call)),
    },
    Method {
        name: "imbot.chat.user.delete",
        scope: "imbot",
        about: "Removes somebody from a bot's chat",
        caller: Caller::Program,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("USER_ID", Kind::Int),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            Refusal::UserIdEmpty,
            no(BotRefusal::NoAccess),
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(user_delete(call)),
    },
    Method {
        name: "imbot.chat.setManager",
        scope: "imbot",
        about: "Lets a member manage a bot's chat, or no longer",
        caller: Caller::Program,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("USER_ID", Kind::Int),
            Param::optional("IS_MANAGER", Kind::Flag, "Y"),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            Refusal::UserIdEmpty,
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(set_manager(call)),
    },
    Method {
        name: "imbot.chat.setOwner",
        scope: "imbot",
        about: "Hands a bot's chat to another member",
        caller: Caller::Program,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("USER_ID", Kind::Int),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            Refusal::UserIdEmpty,
            no(BotRefusal::NoAccess),
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(set_owner(call)),
    },
];

/// Nobody new is a mistake here, as the reference has it.
async fn user_add(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let chat = DialogId::Chat(call.chat()?);
    let users = call.numbers("USERS").map_err(|_| Refusal::WrongRequest)?;
    let users = users.into_iter().map(UserId).collect();
    let came = call.messenger().invite(bot, chat, users, hides_history(call)).await;
    if came.map_err(refused(forbidden))? == 0 {
        return Err(Refusal::WrongRequest.into());
    }
    Ok(Answer::tree(true))
}

async fn user_list(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let users = call.messenger().chat_users(bot, call.chat()?).await.map_err(refused(forbidden))?;
    Ok(Answer::tree(json!(users)))
}

async fn user_delete(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let (chat, whom) = (DialogId::Chat(call.chat()?), call.target_user()?);
    call.messenger().kick(bot, chat, whom).await.map_err(refused(forbidden))?;
    Ok(Answer::tree(true))
}

async fn set_manager(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let (chat, whom) = (DialogId::Chat(call.chat()?), call.target_user()?);
    let done = call.messenger().set_manager(bot, chat, whom, !call.params.no("IS_MANAGER")).await;
    // Its page has one code for all that cannot be.
    done.map_err(refused(|_| Refusal::WrongRequest))?;
    Ok(Answer::tree(true))
}

async fn set_owner(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let (chat, whom) = (DialogId::Chat(call.chat()?), call.target_user()?);
    let by = Doer { user: Some(bot), ..call.doer() };
    call.messenger().set_owner(by, chat, whom).await.map_err(refused(forbidden))?;
    Ok(Answer::tree(true))
}
