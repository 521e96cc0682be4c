//! `imbot.v2.Chat.Message.*`: what bots say and read.

use lately_messenger::Refusal;
use lately_messenger::bot::BotRefusal;
use lately_messenger::message::{FORWARDS_MOST, MessageDraft, MessageEdit, Patch, Target, ToForward};
use lately_model::MessageId;
use serde_json::{Map, Value, json};

use super::{DENIED, DONE, bot, dialog, done, no, refused};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::message::patch_of;
use crate::rest::methods::wire;
use crate::rest::params::{Int, flag_of, int_of, object_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::{bot_chat, feed};

/// How many messages stand on each side of one, at most.
const RANGE: i64 = 50;

/// What bots are refused that read messages by their numbers.
const UNREADABLE: [Refusal; 7] = [
    no(BotRefusal::OwnerUnknown),
    no(BotRefusal::IdMissing),
    no(BotRefusal::NotFound),
    no(BotRefusal::NotOwned),
    no(BotRefusal::KindMayNot),
    no(BotRefusal::NoSuchMessage),
    no(BotRefusal::MessageHidden),
];

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.v2.Chat.Message.send",
        scope: "imbot",
        about: "The bot says something, or sends messages on",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
            Param::required("fields", Kind::Object),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoAccess),
            no(BotRefusal::MessageEmpty),
            no(BotRefusal::NotSent),
        ],
        result: Shape::Object(&[("id", Shape::OrNull(&Shape::Int)), ("uuidMap", Shape::Map(&Shape::Int))]),
        handler: |call| Box::pin(send(call)),
    },
    Method {
        name: "imbot.v2.Chat.Message.update",
        scope: "imbot",
        about: "The bot edits what it said",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("messageId", Kind::Int),
            Param::required("fields", Kind::Object),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoAccess),
            no(BotRefusal::NothingToChange),
            no(BotRefusal::NotSent),
        ],
        result: DONE,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "imbot.v2.Chat.Message.delete",
        scope: "imbot",
        about: "The bot takes back what it said, or what others said in its chat",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("messageId", Kind::Int),
            Param::optional("complete", Kind::Flag, "N"),
        ],
        errors: &DENIED,
        result: DONE,
        handler: |call| Box::pin(delete(call)),
    },
    Method {
        name: "imbot.v2.Chat.Message.read",
        scope: "imbot",
        about: "The bot marks messages as read, up to one or all",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
            Param::optional("messageId", Kind::Int, "all"),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoAccess),
            no(BotRefusal::NoSuchMessage),
        ],
        result: Shape::Object(&[
            ("chatId", Shape::Int),
            ("lastId", Shape::Int),
            ("counter", Shape::Int),
            ("viewedMessages", Shape::List(&Shape::Int)),
        ]),
        handler: |call| Box::pin(read(call)),
    },
    Method {
        name: "imbot.v2.Chat.Message.get",
        scope: "imbot",
        about: "A message by its number, for bots that hear everything",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("messageId", Kind::Int),
        ],
        errors: &UNREADABLE,
        result: Shape::Object(&[
            ("message", Shape::OrNull(&bot_chat::MESSAGE)),
            ("user", Shape::OrNull(&feed::PERSON)),
        ]),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "imbot.v2.Chat.Message.getContext",
        scope: "imbot",
        about: "What was said around a message, for bots that hear everything",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("messageId", Kind::Int),
            Param::optional("range", Kind::Int, "50"),
        ],
        errors: &UNREADABLE,
        result: bot_chat::CONTEXT,
        handler: |call| Box::pin(context(call)),
    },
];

async fn send(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let dialog = dialog(call)?;
    let fields = call.params.object("fields").unwrap_or_default();
    let reply = match fields.get("replyId").map_or(Int::Absent, int_of) {
        Int::Absent => None,
        Int::Value(id) if id > 0 => Some(MessageId(id)),
        _ => return Err(no(BotRefusal::NotSent).into()),
    };
    let draft = MessageDraft {
        text: said(&fields, BotRefusal::MessageEmpty)?.unwrap_or_default(),
        attach: patch_of(fields.get("attach")),
        keyboard: patch_of(fields.get("keyboard")),
        system: fields.get("system").and_then(flag_of).unwrap_or(false),
        reply,
        bare: fields.get("urlPreview").and_then(flag_of) == Some(false),
        template_id: fields.get("templateId").and_then(text_of),
        ..MessageDraft::default()
    };
    let forwards = forwards(fields.get("forwardIds"))?;
    let sent = call.messenger().send_with(bot, Target::Dialog(dialog), draft, forwards).await;
    let sent = sent.map_err(refused)?;
    let copies: Map<String, Value> = sent.copies.into_iter().map(|(uuid, id)| (uuid, json!(id))).collect();
    Ok(Answer::tree(json!({ "id": sent.id, "uuidMap": copies })))
}

/// `message`, if one is sent; what is no text is refused.
fn said(fields: &Map<String, Value>, otherwise: BotRefusal) -> Result<Option<String>, Refusal> {
    match fields.get("message") {
        None | Some(Value::Null) => Ok(None),
        Some(sent) => text_of(sent).map(Some).ok_or(no(otherwise)),
    }
}

/// The messages that are to be sent on, by the caller's own ids for the copies.
fn forwards(sent: Option<&Value>) -> Result<Vec<ToForward>, Refusal> {
    let sent = match sent {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) if text.is_empty() => return Ok(Vec::new()),
        Some(sent) => object_of(sent).ok_or(no(BotRefusal::NotSent))?,
    };
    if sent.len() > FORWARDS_MOST {
        return Err(no(BotRefusal::NotSent));
    }
    let number = |id: &Value| int_of(id).value().filter(|id| *id > 0).ok_or(no(BotRefusal::NotSent));
    sent.into_iter().map(|(uuid, id)| Ok((uuid, MessageId(number(&id)?)))).collect()
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let id = message_id(call).ok_or(no(BotRefusal::NoAccess))?;
    let fields = call.params.object("fields").unwrap_or_default();
    let edit = MessageEdit {
        text: said(&fields, BotRefusal::NotSent)?,
        attach: patch_of(fields.get("attach")),
        keyboard: patch_of(fields.get("keyboard")),
        menu: Patch::Keep,
        edited: true,
        bare: fields.get("urlPreview").and_then(flag_of) == Some(false),
    };
    let kept = [&edit.attach, &edit.keyboard].into_iter().all(|patch| *patch == Patch::Keep);
    if edit.text.is_none() && kept && !edit.bare {
        return Err(no(BotRefusal::NothingToChange).into());
    }
    call.messenger().edit(bot, id, edit).await.map_err(refused)?;
    Ok(done())
}

fn message_id(call: &Call) -> Option<MessageId> {
    call.positive("messageId").map(MessageId)
}

async fn delete(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let id = message_id(call).ok_or(no(BotRefusal::NoAccess))?;
    let complete = call.params.get("complete").and_then(flag_of).unwrap_or(false);
    call.messenger().take_back(bot, id, complete).await.map_err(refused)?;
    Ok(done())
}

async fn read(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let dialog = dialog(call)?;
    let upto = match call.params.int("messageId") {
        Int::Absent => None,
        Int::Value(id) => Some(MessageId(id)),
        Int::Bad => return Err(no(BotRefusal::NoSuchMessage).into()),
    };
    let (position, seen) = call.messenger().bot_read(bot, dialog, upto).await.map_err(refused)?;
    Ok(Answer::tree(json!({
        "chatId": position.chat_id,
        "lastId": position.last_id,
        "counter": position.counter,
        "viewedMessages": seen,
    })))
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let found = call.messenger().bot_context(bot, wanted(call), 0).await.map_err(refused)?;
    Ok(Answer::tree(bot_chat::single(&found, bot, &wire(call))))
}

async fn context(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let range = call.positive("range").unwrap_or(RANGE).min(RANGE);
    let found = call.messenger().bot_context(bot, wanted(call), range).await.map_err(refused)?;
    Ok(Answer::tree(bot_chat::context(&found, bot, &wire(call))))
}

/// What is no number is the number of no message.
fn wanted(call: &Call) -> MessageId {
    message_id(call).unwrap_or_default()
}
