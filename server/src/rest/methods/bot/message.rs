//! `imbot.message.*`: what bots say, change, take back and like.

use lately_messenger::Refusal;
use lately_messenger::bot::BotRefusal;
use lately_messenger::message::{Like, MessageDraft, MessageEdit, Patch, Target};
use lately_model::{MessageId, UserId};
use serde_json::Value;

use super::{BOT_ID, CLIENT_ID, bot_or_first, no, refused};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::message::patch;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.message.add",
        scope: "imbot",
        about: "Sends a message as a bot",
        caller: Caller::Program,
        params: &[
            BOT_ID,
            Param::optional("DIALOG_ID", Kind::Dialog, "FROM_USER_ID and TO_USER_ID"),
            Param::optional("FROM_USER_ID", Kind::Int, ""),
            Param::optional("TO_USER_ID", Kind::Int, ""),
            Param::optional("MESSAGE", Kind::Text, "ATTACH"),
            Param::optional("ATTACH", Kind::Object, ""),
            Param::optional("KEYBOARD", Kind::Object, ""),
            Param::optional("MENU", Kind::Object, ""),
            Param::optional("SYSTEM", Kind::Flag, "N"),
            Param::optional("URL_PREVIEW", Kind::Flag, "Y"),
            Param::optional("SKIP_CONNECTOR", Kind::Flag, "N"),
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::DialogIdEmpty,
            Refusal::MessageEmpty,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
            Refusal::KeyboardMalformed,
            Refusal::KeyboardTooLarge,
            Refusal::MenuMalformed,
            Refusal::MenuTooLarge,
            Refusal::WrongRequest,
        ],
        result: Shape::Int,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "imbot.message.update",
        scope: "imbot",
        about: "Edits a bot's own message within three days",
        caller: Caller::Program,
        params: &[
            BOT_ID,
            Param::required("MESSAGE_ID", Kind::Int),
            Param::optional("MESSAGE", Kind::Text, "unchanged"),
            Param::optional("ATTACH", Kind::Object, "unchanged"),
            Param::optional("KEYBOARD", Kind::Object, "unchanged"),
            Param::optional("MENU", Kind::Object, "unchanged"),
            Param::optional("URL_PREVIEW", Kind::Flag, "Y"),
            Param::optional("SKIP_CONNECTOR", Kind::Flag, "N"),
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::MessageIdEmpty,
            Refusal::MayNotEdit,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
            Refusal::KeyboardMalformed,
            Refusal::KeyboardTooLarge,
            Refusal::MenuMalformed,
            Refusal::MenuTooLarge,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "imbot.message.delete",
        scope: "imbot",
        about: "Takes a bot's own message back",
        caller: Caller::Program,
        params: &[
            BOT_ID,
            Param::required("MESSAGE_ID", Kind::Int),
            Param::optional("COMPLETE", Kind::Flag, "N"),
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::MessageIdEmpty,
            Refusal::MayNotEdit,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(delete(call)),
    },
    Method {
        name: "imbot.message.like",
        scope: "imbot",
        about: "Likes a message as a bot, or no longer",
        caller: Caller::Program,
        params: &[
            BOT_ID,
            Param::required("MESSAGE_ID", Kind::Int),
            Param::optional("ACTION", Kind::Text, "auto"),
            CLIENT_ID,
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            Refusal::MessageIdEmpty,
            Refusal::WithoutChanges,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(like(call)),
    },
];

async fn add(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let (target, between) = target(call, bot)?;
    let draft = MessageDraft {
        text: text(call, Refusal::MessageEmpty)?.unwrap_or_default(),
        attach: patch(call, "ATTACH"),
        keyboard: patch(call, "KEYBOARD"),
        menu: patch(call, "MENU"),
        system: between || call.params.yes("SYSTEM"),
        program: call.app().map(|app| app.title.clone()),
        bare: call.params.no("URL_PREVIEW"),
        ..MessageDraft::default()
    };
    if draft.text.trim().is_empty() && !matches!(draft.attach, Patch::Put(_)) {
        return Err(Refusal::MessageEmpty.into());
    }
    let sent = call.messenger().send(bot, target, draft).await;
    Ok(Answer::tree(sent.map_err(refused(unsent))?.0))
}

/// Where a bot may not write, and what does not exist, has one code.
fn unsent(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::MayNotPost | Refusal::NoSuchChat | Refusal::NoSuchUser => Refusal::WrongRequest,
        other => other,
    }
}

/// Where to send, and whether two people were named instead of a dialog. One of them must be the bot: into the dialog of
/// two others nobody else writes.
fn target(call: &Call, bot: UserId) -> Result<(Target, bool), Refusal> {
    let (from, to) = (call.positive("FROM_USER_ID"), call.positive("TO_USER_ID"));
    let Some((from, to)) = from.zip(to) else {
        return Ok((Target::Dialog(call.dialog()?), false));
    };
    match (UserId(from), UserId(to)) {
        (one, other) | (other, one) if one == bot => Ok((Target::User(other), true)),
        _ => Err(Refusal::WrongRequest),
    }
}

/// The text, if one is sent; `wrong` for what is none.
fn text(call: &Call, wrong: Refusal) -> Result<Option<String>, Refusal> {
    match call.params.get("MESSAGE") {
        None | Some(Value::Null) => Ok(None),
        Some(_) => call.params.text("MESSAGE").map(Some).ok_or(wrong),
    }
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let id = message_id(call)?;
    let edit = MessageEdit {
        text: text(call, Refusal::MayNotEdit)?,
        attach: patch(call, "ATTACH"),
        keyboard: patch(call, "KEYBOARD"),
        menu: patch(call, "MENU"),
        edited: true,
        bare: call.params.no("URL_PREVIEW"),
    };
    let edited = call.messenger().edit(bot, id, edit).await;
    edited.map_err(refused(|refusal| match refusal {
        Refusal::MenuMalformedOnEdit => Refusal::MenuMalformed,
        other => other,
    }))?;
    Ok(Answer::tree(true))
}

fn message_id(call: &Call) -> Result<MessageId, Refusal> {
    call.positive("MESSAGE_ID").map(MessageId).ok_or(Refusal::MessageIdEmpty)
}

async fn delete(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let id = message_id(call)?;
    let deleted = if call.params.yes("COMPLETE") {
        call.messenger().delete_completely(bot, id).await
    } else {
        call.messenger().delete(bot, id).await
    };
    deleted.map_err(refused(|refusal| refusal))?;
    Ok(Answer::tree(true))
}

async fn like(call: &Call) -> Result<Answer, Failure> {
    let bot = bot_or_first(call).await?;
    let like = match call.params.text("ACTION").as_deref() {
        Some("plus") => Like::Plus,
        Some("minus") => Like::Minus,
        _ => Like::Toggle,
    };
    let liked = call.messenger().like(bot, message_id(call)?, like).await;
    liked.map_err(refused(|refusal| refusal))?;
    Ok(Answer::tree(true))
}
