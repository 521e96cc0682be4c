//! `imbot.chat.*` and `imbot.dialog.get`: chats that bots make, leave and dress, and looking them up.
//!
//! Must hold: looking up is the caller's own affair, as the reference has it; everything else is done by a bot.

use lately_messenger::Refusal;
use lately_messenger::bot::BotRefusal;
use lately_messenger::chat::ChatDraft;
use lately_model::{Dialect, DialogId, UserId};
use serde_json::{Value, json};

use super::{BOT_ID, CLIENT_ID, bot_or_first, no, refused};
use crate::push::flash::Flash;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::wire;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::chat;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.chat.add",
        scope: "imbot",
        about: "Makes a group chat that a bot owns",
        caller: Caller::Program,
        params: &[
            Param::optional("TYPE", Kind::Text, "CHAT"),
            Param::optional("TITLE", Kind::Text, "automatic"),
            Param::optional("DESCRIPTION", Kind::Text, ""),
            Param::optional("COLOR", Kind::Text, "automatic"),
            Param::optional("MESSAGE", Kind::Text, ""),
            Param::optional("USERS", Kind::List, ""),
            Param::optional("AVATAR", Kind::Text, ""),
            Param::optional("ENTITY_TYPE", Kind::Text, ""),
            Param::optional("ENTITY_ID", Kind::Text, ""),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ListMalformed,
            no(BotRefusal::NotAPicture),
        ],
        result: Shape::Int,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "imbot.chat.get",
        scope: "imbot",
        about: "The chat that was made for an entity",
        caller: Caller::Program,
        params: &[Param::required("ENTITY_TYPE", Kind::Text), Param::required("ENTITY_ID", Kind::Text)],
        errors: &[],
        result: Shape::OrNull(&Shape::Object(&[("ID", Shape::Int)])),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "imbot.chat.leave",
        scope: "imbot",
        about: "Takes a bot out of a chat",
        caller: Caller::Program,
        params: &[Param::required("CHAT_ID", Kind::Int), BOT_ID, CLIENT_ID],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            no(BotRefusal::NoAccess),
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(leave(call)),
    },
    Method {
        name: "imbot.chat.updateTitle",
        scope: "imbot",
        about: "Renames a chat as a bot",
        caller: Caller::Program,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("TITLE", Kind::Text),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            Refusal::TitleEmpty,
            no(BotRefusal::NoAccess),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update_title(call)),
    },
    Method {
        name: "imbot.chat.updateColor",
        scope: "imbot",
        about: "Gives a chat another colour as a bot",
        caller: Caller::Program,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("COLOR", Kind::Text),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            Refusal::NoSuchColor,
            no(BotRefusal::NoAccess),
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update_color(call)),
    },
    Method {
        name: "imbot.chat.updateAvatar",
        scope: "imbot",
        about: "Gives a chat another picture as a bot",
        caller: Caller::Program,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("AVATAR", Kind::Text),
            BOT_ID,
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::ChatIdEmpty,
            no(BotRefusal::MayNotPicture),
            no(BotRefusal::NoAccess),
            Refusal::NotAPicture,
            Refusal::FileNotKept,
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update_avatar(call)),
    },
    Method {
        name: "imbot.chat.sendTyping",
        scope: "imbot",
        about: "Tells the others in a dialog that a bot is writing",
        caller: Caller::Program,
        params: &[BOT_ID, Param::required("DIALOG_ID", Kind::Dialog), CLIENT_ID],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::DialogIdEmpty,
            no(BotRefusal::NoAccess),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(send_typing(call)),
    },
    Method {
        name: "imbot.dialog.get",
        scope: "imbot",
        about: "A dialog with the caller's place in it",
        caller: Caller::Program,
        params: &[Param::required("DIALOG_ID", Kind::Dialog)],
        errors: &[Refusal::DialogIdEmpty, Refusal::NoAccess],
        result: chat::DIALOG,
        handler: |call| Box::pin(dialog(call)),
    },
];

async fn add(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let text = |name: &str| call.params.text(name).unwrap_or_default();
    let users = if call.params.has("USERS") && call.params.text("USERS").as_deref() != Some("") {
        call.numbers("USERS")?.into_iter().map(UserId).collect()
    } else {
        Vec::new()
    };
    let avatar = match text("AVATAR") {
        base64 if base64.is_empty() => String::new(),
        base64 => call.messenger().keep_bot_picture(Dialect::V1, &base64).await?,
    };
    let draft = ChatDraft {
        open: text("TYPE") == "OPEN",
        title: text("TITLE"),
        description: text("DESCRIPTION"),
        color: text("COLOR"),
        message: text("MESSAGE"),
        users,
        entity_type: text("ENTITY_TYPE"),
        entity_id: text("ENTITY_ID"),
        avatar,
        owner: None,
    };
    let made = call.messenger().add_chat(bot, draft).await;
    Ok(Answer::tree(made.map_err(refused(|refusal| refusal))?.0))
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let entity_type = call.params.text("ENTITY_TYPE").unwrap_or_default();
    let entity_id = call.params.text("ENTITY_ID").unwrap_or_default();
    if entity_type.is_empty() || entity_id.is_empty() {
        return Ok(Answer::tree(Value::Null));
    }
    let chat = call.messenger().chat_by_entity(entity_type, entity_id).await?;
    Ok(Answer::tree(chat.map_or(Value::Null, |chat| json!({ "ID": chat.0 }))))
}

/// What is forbidden to a bot in a chat, in this generation's codes.
pub(super) fn forbidden(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::NoAccess | Refusal::NoPictureHere | Refusal::OwnerMayNotLeave => no(BotRefusal::NoAccess),
        Refusal::MayNotPicture => no(BotRefusal::MayNotPicture),
        Refusal::MayNotKick | Refusal::MayNotExtend | Refusal::NoSuchUser => Refusal::WrongRequest,
        other => other,
    }
}

async fn leave(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let chat = DialogId::Chat(call.chat()?);
    call.messenger().leave(bot, chat).await.map_err(refused(forbidden))?;
    Ok(Answer::tree(true))
}

async fn update_title(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let chat = DialogId::Chat(call.chat()?);
    let title = call.params.text("TITLE").unwrap_or_default();
    call.messenger().rename(bot, chat, title).await.map_err(refused(forbidden))?;
    Ok(Answer::tree(true))
}

async fn update_color(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let chat = DialogId::Chat(call.chat()?);
    let code = call.params.text("COLOR").unwrap_or_default();
    call.messenger().recolor(bot, chat, code).await.map_err(refused(forbidden))?;
    Ok(Answer::tree(true))
}

async fn update_avatar(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let chat = DialogId::Chat(call.chat()?);
    let picture = call.params.text("AVATAR").unwrap_or_default();
    call.messenger().picture_chat(bot, chat, &picture).await.map_err(refused(forbidden))?;
    Ok(Answer::tree(true))
}

async fn send_typing(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let chat = call.messenger().writing(bot, call.dialog()?).await.map_err(refused(forbidden))?;
    call.portal.push.flash(Flash::Writing(chat, bot));
    Ok(Answer::tree(true))
}

async fn dialog(call: &Call) -> Result<Answer, Failure> {
    let page = call.messenger().dialog(call.user(), call.dialog()?).await?;
    let sent = call.params.text("DIALOG_ID").unwrap_or_default();
    Ok(Answer::tree(chat::dialog_page(&page, call.user(), &sent, &wire(call))))
}
