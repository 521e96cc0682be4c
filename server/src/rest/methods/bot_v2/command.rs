//! `imbot.v2.Command.*`: commands of bots, and the answers to them.

use lately_messenger::bot::BotRefusal;
use lately_messenger::command::{CommandEdit, CommandNamed, PhraseEdit};
use lately_messenger::message::{MessageDraft, Patch};
use lately_messenger::{Error, Refusal};
use lately_model::command::CommandPhrase;
use lately_model::{BotCommand, CommandId, Dialect, DialogId, MessageId};
use serde_json::{Map, Value, json};

use super::{bot, no, owner};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::{flag_of, object_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::bot::{COMMAND, command, listed};

const ONE: Shape = Shape::Object(&[("command", COMMAND)]);

/// What is answered where there is nothing to show.
const DONE: Shape = Shape::Object(&[("result", Shape::Bool)]);

const BOT_ID: Param = Param::required("botId", Kind::Int);
const BOT_TOKEN: Param = Param::optional("botToken", Kind::Text, "the application that calls");
const COMMAND_ID: Param = Param::required("commandId", Kind::Int);

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.v2.Command.register",
        scope: "imbot",
        about: "Adds a command that people can give a bot",
        caller: Caller::Anyone,
        params: &[BOT_ID, BOT_TOKEN, Param::required("fields", Kind::Object)],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::CommandMissing),
            no(BotRefusal::CommandMalformed),
            no(BotRefusal::TitleMissing),
            no(BotRefusal::TooManyCommands),
        ],
        result: ONE,
        handler: |call| Box::pin(register(call)),
    },
    Method {
        name: "imbot.v2.Command.update",
        scope: "imbot",
        about: "Changes a command",
        caller: Caller::Anyone,
        params: &[BOT_ID, BOT_TOKEN, COMMAND_ID, Param::required("fields", Kind::Object)],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoSuchCommand),
            no(BotRefusal::NothingToChange),
            no(BotRefusal::CommandNameless),
            no(BotRefusal::CommandMalformed),
            no(BotRefusal::CommandTaken),
        ],
        result: ONE,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "imbot.v2.Command.unregister",
        scope: "imbot",
        about: "Removes a command",
        caller: Caller::Anyone,
        params: &[BOT_ID, BOT_TOKEN, COMMAND_ID],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoSuchCommand),
        ],
        result: DONE,
        handler: |call| Box::pin(unregister(call)),
    },
    Method {
        name: "imbot.v2.Command.list",
        scope: "imbot",
        about: "The commands of a bot",
        caller: Caller::Anyone,
        params: &[BOT_ID, BOT_TOKEN],
        errors: &super::NO_BOT,
        result: Shape::Object(&[("commands", Shape::List(&COMMAND))]),
        handler: |call| Box::pin(list(call)),
    },
    Method {
        name: "imbot.v2.Command.answer",
        scope: "imbot",
        about: "Answers a command as its bot, also where that is not a member",
        caller: Caller::Anyone,
        params: &[
            BOT_ID,
            BOT_TOKEN,
            COMMAND_ID,
            Param::required("messageId", Kind::Int),
            Param::required("dialogId", Kind::Dialog),
            Param::required("fields", Kind::Object),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NotGiven),
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
            Refusal::KeyboardMalformed,
        ],
        result: DONE,
        handler: |call| Box::pin(answer(call)),
    },
];

async fn register(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let fields = call.params.object("fields").unwrap_or_default();
    let name = name(&fields)?.filter(|name| !name.trim().is_empty()).ok_or(no(BotRefusal::CommandMissing))?;
    let hidden = flag(&fields, "hidden").unwrap_or(false);
    let phrases = phrases(&fields);
    if phrases.is_empty() && !hidden {
        return Err(no(BotRefusal::TitleMissing).into());
    }
    let new = BotCommand {
        id: CommandId(0),
        bot,
        name,
        url: String::new(),
        common: flag(&fields, "common").unwrap_or(false),
        hidden,
        extranet: flag(&fields, "extranetSupport").unwrap_or(false),
        phrases,
    };
    let made = call.messenger().register_command(call.user(), owner(call).await?, Dialect::V2, new).await?;
    Ok(Answer::tree(json!({ "command": command(&made) })))
}

/// What a command is to be called; `None` when that is not sent.
fn name(fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    match fields.get("command") {
        None | Some(Value::Null) => Ok(None),
        Some(name @ (Value::String(_) | Value::Number(_))) => Ok(text_of(name)),
        Some(_) => Err(no(BotRefusal::CommandMalformed)),
    }
}

fn flag(fields: &Map<String, Value>, name: &str) -> Option<bool> {
    fields.get(name).filter(|value| !value.is_null()).and_then(flag_of)
}

/// What a command is called; what has no title is no phrase.
fn phrases(fields: &Map<String, Value>) -> Vec<CommandPhrase> {
    let said = said(fields).into_iter().filter(|edit| !edit.title.trim().is_empty());
    let phrase = |edit: PhraseEdit| CommandPhrase {
        language: edit.language,
        title: edit.title,
        params: edit.params.unwrap_or_default(),
    };
    said.map(phrase).collect()
}

/// What `title` and `params` say in each language that has a title; one that is null takes the language away.
fn said(fields: &Map<String, Value>) -> Vec<PhraseEdit> {
    let map = |name: &str| fields.get(name).and_then(object_of).unwrap_or_default();
    let params = map("params");
    let titles = map("title").into_iter().filter(|(language, _)| !language.trim().is_empty());
    let edit = |(language, title): (String, Value)| PhraseEdit {
        params: params.get(&language).map(|params| text_of(params).unwrap_or_default()),
        title: text_of(&title).unwrap_or_default(),
        language,
    };
    titles.map(edit).collect()
}

fn command_id(call: &Call) -> Result<CommandId, Refusal> {
    call.positive("commandId").map(CommandId).ok_or(no(BotRefusal::NoSuchCommand))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let (bot, owner, id) = (bot(call).await?, owner(call).await?, command_id(call)?);
    let fields = call.params.object("fields").filter(|fields| !fields.is_empty());
    let fields = fields.ok_or(no(BotRefusal::NothingToChange))?;
    let name = name(&fields)?;
    if name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        return Err(no(BotRefusal::CommandNameless).into());
    }
    let edit = CommandEdit {
        name,
        url: None,
        common: flag(&fields, "common"),
        hidden: flag(&fields, "hidden"),
        extranet: flag(&fields, "extranetSupport"),
        phrases: said(&fields),
    };
    let place = (Some(bot), id);
    let after = call.messenger().edit_command(call.user(), owner, Dialect::V2, place, edit).await?;
    Ok(Answer::tree(json!({ "command": command(&after) })))
}

async fn unregister(call: &Call) -> Result<Answer, Failure> {
    let (bot, owner, id) = (bot(call).await?, owner(call).await?, command_id(call)?);
    call.messenger().unregister_command(call.user(), owner, Dialect::V2, (Some(bot), id)).await?;
    Ok(Answer::tree(json!({ "result": true })))
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let (bot, owner) = (bot(call).await?, owner(call).await?);
    let commands = call.messenger().commands_of(owner, bot).await?;
    let view = call.messenger().bot(bot).await?.ok_or(no(BotRefusal::NotFound))?;
    let (name, language) = (view.user.name(), call.messenger().language());
    let commands: Vec<Value> = commands.iter().map(|one| listed(one, &name, language)).collect();
    Ok(Answer::tree(json!({ "commands": commands })))
}

async fn answer(call: &Call) -> Result<Answer, Failure> {
    const NOT_SENT: Refusal = no(BotRefusal::NotGiven);
    let (bot, owner) = (bot(call).await?, owner(call).await?);
    let command = call.positive("commandId").map(CommandId).ok_or(NOT_SENT)?;
    let message = call.positive("messageId").map(MessageId).ok_or(NOT_SENT)?;
    let dialog = call.params.text("dialogId").and_then(|dialog| DialogId::parse(&dialog)).ok_or(NOT_SENT)?;
    let fields = call.params.object("fields").unwrap_or_default();
    let draft = MessageDraft {
        text: fields.get("message").and_then(text_of).unwrap_or_default(),
        attach: part(&fields, "attach"),
        keyboard: part(&fields, "keyboard"),
        system: flag(&fields, "system").unwrap_or(false),
        bare: flag(&fields, "urlPreview") == Some(false),
        ..MessageDraft::default()
    };
    let named = (Some(bot), CommandNamed::Number(command));
    let place = (message, Some(dialog));
    let sent = call.messenger().answer_command(owner, Dialect::V2, named, place, draft).await;
    sent.map_err(|error| match error {
        Error::Refused(Refusal::Bot(
            _,
            BotRefusal::NoSuchCommand | BotRefusal::NoSuchMessage | BotRefusal::MessageEmpty,
        )) => NOT_SENT.into(),
        other => Failure::from(other),
    })?;
    Ok(Answer::tree(json!({ "result": true })))
}

fn part(fields: &Map<String, Value>, name: &str) -> Patch {
    match fields.get(name) {
        None | Some(Value::Null) => Patch::Keep,
        Some(value) => Patch::Put(value.clone()),
    }
}
