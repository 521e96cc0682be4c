//! `im.message.*`: messages sent, edited, taken back, liked, made into chats.

use lately_messenger::message::{Like, MessageDraft, MessageEdit, Patch, Target};
use lately_messenger::{Error, Refusal};
use lately_model::bot::CONTEXT_BYTES;
use lately_model::{ChatId, DialogId, MessageId, UserId};
use serde_json::Value;

use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::Int;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.message.add",
        scope: "im",
        about: "Sends a message",
        caller: Caller::Anyone,
        params: &[
            Param::required("DIALOG_ID", Kind::Dialog),
            Param::optional("MESSAGE", Kind::Text, "ATTACH"),
            Param::optional("ATTACH", Kind::Object, ""),
            Param::optional("KEYBOARD", Kind::Object, ""),
            Param::optional("MENU", Kind::Object, ""),
            Param::optional("SYSTEM", Kind::Flag, "N"),
            Param::optional("URL_PREVIEW", Kind::Flag, "Y"),
            Param::optional("REPLY_ID", Kind::Int, ""),
            Param::optional("TEMPLATE_ID", Kind::Text, ""),
        ],
        errors: &[
            Refusal::MessageEmpty,
            Refusal::NoTarget,
            Refusal::UserIdEmpty,
            Refusal::ChatIdEmpty,
            Refusal::NoSuchUser,
            Refusal::NoSuchChat,
            Refusal::MayNotPost,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
            Refusal::KeyboardMalformed,
            Refusal::MenuMalformed,
            Refusal::ReplyNoAccess,
            Refusal::ReplyFromOtherChat,
        ],
        result: Shape::Int,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "im.message.update",
        scope: "im",
        about: "Edits one's own message within three days",
        caller: Caller::Anyone,
        params: &[
            Param::required("MESSAGE_ID", Kind::Int),
            Param::optional("MESSAGE", Kind::Text, "unchanged"),
            Param::optional("ATTACH", Kind::Object, "unchanged"),
            Param::optional("KEYBOARD", Kind::Object, "unchanged"),
            Param::optional("MENU", Kind::Object, "unchanged"),
            Param::optional("URL_PREVIEW", Kind::Flag, "Y"),
            Param::optional("IS_EDITED", Kind::Flag, "Y"),
        ],
        errors: &[
            Refusal::MessageIdEmpty,
            Refusal::MayNotEdit,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
            Refusal::KeyboardMalformed,
            Refusal::KeyboardTooLarge,
            Refusal::MenuMalformedOnEdit,
            Refusal::MenuTooLarge,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "im.message.delete",
        scope: "im",
        about: "Takes a message back",
        caller: Caller::Anyone,
        params: &[Param::required("MESSAGE_ID", Kind::Int)],
        errors: &[Refusal::MessageIdEmpty, Refusal::MayNotEdit],
        result: Shape::Bool,
        handler: |call| Box::pin(delete(call)),
    },
    Method {
        name: "im.message.like",
        scope: "im",
        about: "Likes a message, or no longer",
        caller: Caller::Anyone,
        params: &[Param::required("MESSAGE_ID", Kind::Int), Param::optional("ACTION", Kind::Text, "auto")],
        errors: &[Refusal::MessageIdEmpty, Refusal::WithoutChanges],
        result: Shape::Bool,
        handler: |call| Box::pin(like(call)),
    },
    Method {
        name: "im.message.share",
        scope: "im",
        about: "Makes a message into a chat about it",
        caller: Caller::Anyone,
        params: &[
            Param::required("MESSAGE_ID", Kind::Int),
            Param::required("DIALOG_ID", Kind::Dialog),
            Param::required("TYPE", Kind::Text),
        ],
        errors: &[Refusal::MessageIdEmpty, Refusal::DialogIdEmpty, Refusal::NoAccess, Refusal::NotShareable],
        result: Shape::Bool,
        handler: |call| Box::pin(share(call)),
    },
    Method {
        name: "im.message.command",
        scope: "im",
        about: "Gives a bot a command about a message",
        caller: Caller::Anyone,
        params: &[
            Param::required("MESSAGE_ID", Kind::Int),
            Param::required("BOT_ID", Kind::Int),
            Param::required("COMMAND", Kind::Text),
            Param::optional("COMMAND_PARAMS", Kind::Text, ""),
        ],
        errors: &[
            Refusal::MessageIdEmpty,
            Refusal::NoSuchBot,
            Refusal::NoSuchCommand,
            Refusal::CommandMalformed,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(command(call)),
    },
    Method {
        name: "im.v2.Chat.Bot.sendContext",
        scope: "im",
        about: "Tells the bot of a dialog what the caller brought along",
        caller: Caller::Anyone,
        params: &[Param::required("dialogId", Kind::Dialog), Param::required("context", Kind::Object)],
        errors: &[Refusal::DialogIdEmpty, Refusal::NoAccess, Refusal::NoSuchBot, Refusal::ContextMalformed],
        result: Shape::Bool,
        handler: |call| Box::pin(send_context(call)),
    },
];

async fn add(call: &Call) -> Result<Answer, Failure> {
    let text = match call.params.get("MESSAGE") {
        None | Some(Value::Null) => String::new(),
        Some(_) => call.params.text("MESSAGE").ok_or(Refusal::MessageEmpty)?,
    };
    let draft = MessageDraft {
        text,
        attach: patch(call, "ATTACH"),
        keyboard: patch(call, "KEYBOARD"),
        menu: patch(call, "MENU"),
        // People in a browser write as themselves (behaviour.md G).
        system: call.params.yes("SYSTEM") && !call.credential.is_session(),
        program: call.credential.app.as_ref().map(|app| app.title.clone()),
        reply: call.positive("REPLY_ID").map(MessageId),
        bare: call.params.no("URL_PREVIEW"),
        template_id: call.params.text("TEMPLATE_ID"),
    };
    if draft.text.trim().is_empty() && !matches!(draft.attach, Patch::Put(_)) {
        return Err(Refusal::MessageEmpty.into());
    }
    let message = call.messenger().send(call.user(), target(call)?, draft).await.map_err(one_code)?;
    Ok(Answer::tree(message.0))
}

/// The reference has one code here for a keyboard or menu that is malformed or too large.
fn one_code(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::KeyboardTooLarge) => Refusal::KeyboardMalformed.into(),
        Error::Refused(Refusal::MenuTooLarge) => Refusal::MenuMalformed.into(),
        other => other,
    }
}

/// Where to send: by dialog, else by person, else by chat.
fn target(call: &Call) -> Result<Target, Refusal> {
    if let Some(sent) = call.params.text("DIALOG_ID").filter(|sent| !sent.is_empty()) {
        let dialog = DialogId::parse(&sent);
        return match dialog {
            Some(dialog) => Ok(Target::Dialog(dialog)),
            None if sent.to_ascii_lowercase().starts_with("chat") => Err(Refusal::ChatIdEmpty),
            None => Err(Refusal::UserIdEmpty),
        };
    }
    if call.params.has("USER_ID") {
        return call.target_user().map(|user: UserId| Target::User(user));
    }
    if call.params.has("CHAT_ID") {
        return call.chat().map(|chat: ChatId| Target::Chat(chat));
    }
    Err(Refusal::NoTarget)
}

/// `N` and nothing clear a field; whatever else is sent replaces it.
pub(super) fn patch(call: &Call, name: &str) -> Patch {
    patch_of(call.params.get(name))
}

/// The same for a value.
pub(super) fn patch_of(value: Option<&Value>) -> Patch {
    match value {
        None | Some(Value::Null) => Patch::Keep,
        Some(Value::String(text)) if text.is_empty() || text == "N" => Patch::Clear,
        Some(Value::Array(list)) if list.is_empty() => Patch::Clear,
        Some(value) => Patch::Put(value.clone()),
    }
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let text = match call.params.get("MESSAGE") {
        None | Some(Value::Null) => None,
        Some(_) => Some(call.params.text("MESSAGE").ok_or(Refusal::MayNotEdit)?),
    };
    let edit = MessageEdit {
        text,
        attach: patch(call, "ATTACH"),
        keyboard: patch(call, "KEYBOARD"),
        menu: patch(call, "MENU"),
        edited: !call.params.no("IS_EDITED"),
        bare: call.params.no("URL_PREVIEW"),
    };
    call.messenger().edit(call.user(), message_id(call)?, edit).await?;
    Ok(Answer::tree(true))
}

/// `MESSAGE_ID`, or its alias `ID`.
fn message_id(call: &Call) -> Result<MessageId, Refusal> {
    let name = if call.params.int("MESSAGE_ID") == Int::Absent { "ID" } else { "MESSAGE_ID" };
    call.positive(name).map(MessageId).ok_or(Refusal::MessageIdEmpty)
}

async fn delete(call: &Call) -> Result<Answer, Failure> {
    call.messenger().delete(call.user(), message_id(call)?).await?;
    Ok(Answer::tree(true))
}

async fn like(call: &Call) -> Result<Answer, Failure> {
    let like = match call.params.text("ACTION").as_deref() {
        Some("plus") => Like::Plus,
        Some("minus") => Like::Minus,
        _ => Like::Toggle,
    };
    call.messenger().like(call.user(), message_id(call)?, like).await?;
    Ok(Answer::tree(true))
}

async fn share(call: &Call) -> Result<Answer, Failure> {
    let id = call.positive("MESSAGE_ID").map(MessageId).ok_or(Refusal::MessageIdEmpty)?;
    let dialog = call.dialog()?;
    if call.params.text("TYPE").as_deref() == Some("CHAT") {
        let zone = call.portal.zone.clone();
        call.messenger().share_as_chat(call.user(), dialog, id, zone).await?;
        return Ok(Answer::tree(true));
    }
    call.messenger().may_share(call.user(), dialog, id).await?;
    Err(Refusal::NotShareable.into())
}

async fn command(call: &Call) -> Result<Answer, Failure> {
    let id = call.positive("MESSAGE_ID").map(MessageId).ok_or(Refusal::MessageIdEmpty)?;
    let bot = call.positive("BOT_ID").map(UserId).ok_or(Refusal::NoSuchBot)?;
    let named = call.params.text("COMMAND").filter(|command| !command.trim().is_empty());
    let name = named.ok_or(Refusal::NoSuchCommand)?;
    if matches!(call.params.get("COMMAND_PARAMS"), Some(Value::Array(_) | Value::Object(_))) {
        return Err(Refusal::CommandMalformed.into());
    }
    let params = call.params.text("COMMAND_PARAMS").unwrap_or_default();
    call.messenger().command(call.user(), id, bot, (name, params)).await?;
    Ok(Answer::tree(true))
}

async fn send_context(call: &Call) -> Result<Answer, Failure> {
    let dialog = call.params.text("dialogId").and_then(|sent| DialogId::parse(&sent));
    let dialog = dialog.ok_or(Refusal::DialogIdEmpty)?;
    let context = call.params.object("context").map(Value::Object).ok_or(Refusal::ContextMalformed)?;
    if context.to_string().len() > CONTEXT_BYTES {
        return Err(Refusal::ContextMalformed.into());
    }
    call.messenger().send_context(call.user(), dialog, context).await?;
    Ok(Answer::tree(true))
}
