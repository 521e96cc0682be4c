//! `imbot.command.*`: commands of bots, and the answers to them.

use lately_messenger::Refusal;
use lately_messenger::bot::BotRefusal;
use lately_messenger::command::{CommandEdit, CommandNamed, PhraseEdit};
use lately_messenger::message::{MessageDraft, Patch};
use lately_model::app::is_address;
use lately_model::command::CommandPhrase;
use lately_model::{BotCommand, CommandId, Dialect, MessageId};
use serde_json::Value;

use super::{bot, no, owner};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::message::patch;
use crate::rest::params::{list_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

const BAD_URL: Refusal = no(BotRefusal::BadUrl("EVENT_COMMAND_ADD_ERROR"));

/// What anybody is refused who names a command that is not theirs.
const NO_COMMAND: [Refusal; 3] =
    [no(BotRefusal::OwnerUnknown), no(BotRefusal::NoSuchCommand), no(BotRefusal::NotOwned)];

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.command.register",
        scope: "imbot",
        about: "Adds a command that people can give a bot",
        caller: Caller::Program,
        params: &[
            Param::required("BOT_ID", Kind::Int),
            Param::required("COMMAND", Kind::Text),
            Param::required("EVENT_COMMAND_ADD", Kind::Text),
            Param::required("LANG", Kind::List),
            Param::optional("COMMON", Kind::Flag, "N"),
            Param::optional("HIDDEN", Kind::Flag, "N"),
            Param::optional("EXTRANET_SUPPORT", Kind::Flag, "N"),
            Param::optional("CLIENT_ID", Kind::Text, "the application that calls"),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::CommandMissing),
            no(BotRefusal::TitleMissing),
            BAD_URL,
        ],
        result: Shape::Int,
        handler: |call| Box::pin(register(call)),
    },
    Method {
        name: "imbot.command.unregister",
        scope: "imbot",
        about: "Removes a command",
        caller: Caller::Program,
        params: &[
            Param::required("COMMAND_ID", Kind::Int),
            Param::optional("CLIENT_ID", Kind::Text, "the application that calls"),
        ],
        errors: &NO_COMMAND,
        result: Shape::Bool,
        handler: |call| Box::pin(unregister(call)),
    },
    Method {
        name: "imbot.command.update",
        scope: "imbot",
        about: "Changes a command",
        caller: Caller::Program,
        params: &[
            Param::required("COMMAND_ID", Kind::Int),
            Param::required("FIELDS", Kind::Object),
            Param::optional("CLIENT_ID", Kind::Text, "the application that calls"),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NoSuchCommand),
            no(BotRefusal::NotOwned),
            no(BotRefusal::CommandMalformed),
            no(BotRefusal::CommandTaken),
            BAD_URL,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "imbot.command.answer",
        scope: "imbot",
        about: "Answers a command as its bot",
        caller: Caller::Program,
        params: &[
            Param::optional("COMMAND_ID", Kind::Int, "COMMAND"),
            Param::optional("COMMAND", Kind::Text, "COMMAND_ID"),
            Param::required("MESSAGE_ID", Kind::Int),
            Param::optional("MESSAGE", Kind::Text, "ATTACH"),
            Param::optional("ATTACH", Kind::Object, ""),
            Param::optional("KEYBOARD", Kind::Object, ""),
            Param::optional("MENU", Kind::Object, ""),
            Param::optional("SYSTEM", Kind::Flag, "N"),
            Param::optional("URL_PREVIEW", Kind::Flag, "Y"),
            Param::optional("CLIENT_ID", Kind::Text, "the application that calls"),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NoSuchCommand),
            no(BotRefusal::NotOwned),
            no(BotRefusal::MessageEmpty),
            no(BotRefusal::NoSuchMessage),
            no(BotRefusal::NotGiven),
            Refusal::MessageNumberEmpty,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
            Refusal::KeyboardMalformed,
            Refusal::KeyboardTooLarge,
            Refusal::MenuMalformed,
            Refusal::MenuTooLarge,
        ],
        result: Shape::Int,
        handler: |call| Box::pin(answer(call)),
    },
];

async fn register(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let name = call.params.text("COMMAND").filter(|name| !name.trim().is_empty());
    let name = name.ok_or(no(BotRefusal::CommandMissing))?;
    let url = url(call.params.get("EVENT_COMMAND_ADD"))?.ok_or(BAD_URL)?;
    let phrases = phrases(call.params.get("LANG"));
    if phrases.is_empty() {
        return Err(no(BotRefusal::TitleMissing).into());
    }
    let command = BotCommand {
        id: CommandId(0),
        bot,
        name,
        url,
        common: call.params.yes("COMMON"),
        hidden: call.params.yes("HIDDEN"),
        extranet: call.params.yes("EXTRANET_SUPPORT"),
        phrases,
    };
    let made =
        call.messenger().register_command(call.user(), owner(call).await?, Dialect::V1, command).await?;
    Ok(Answer::tree(made.id.0))
}

/// An address; `None` when none is sent.
fn url(value: Option<&Value>) -> Result<Option<String>, Refusal> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    match text_of(value).map(|url| url.trim().to_owned()) {
        Some(url) if is_address(&url) => Ok(Some(url)),
        _ => Err(BAD_URL),
    }
}

/// What a command is called; what has no language or title is no phrase.
fn phrases(value: Option<&Value>) -> Vec<CommandPhrase> {
    let text = |phrase: &Value, name: &str| phrase.get(name).and_then(text_of).unwrap_or_default();
    let list = value.and_then(list_of).unwrap_or_default();
    let phrases = list.iter().map(|phrase| CommandPhrase {
        language: text(phrase, "LANGUAGE_ID"),
        title: text(phrase, "TITLE"),
        params: text(phrase, "PARAMS"),
    });
    phrases.filter(|phrase| !phrase.language.is_empty() && !phrase.title.trim().is_empty()).collect()
}

fn command_id(call: &Call) -> Result<CommandId, Refusal> {
    call.positive("COMMAND_ID").map(CommandId).ok_or(no(BotRefusal::NoSuchCommand))
}

async fn unregister(call: &Call) -> Result<Answer, Failure> {
    let (owner, id) = (owner(call).await?, command_id(call)?);
    call.messenger().unregister_command(call.user(), owner, Dialect::V1, (None, id)).await?;
    Ok(Answer::tree(true))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let (owner, id) = (owner(call).await?, command_id(call)?);
    let fields = call.params.object("FIELDS").unwrap_or_default();
    let flag = |name: &str| fields.get(name).and_then(text_of).map(|flag| flag == "Y");
    let edit = CommandEdit {
        name: fields.get("COMMAND").and_then(text_of),
        url: url(fields.get("EVENT_COMMAND_ADD"))?,
        common: None,
        hidden: flag("HIDDEN"),
        extranet: flag("EXTRANET_SUPPORT"),
        phrases: phrases(fields.get("LANG")).iter().map(PhraseEdit::from).collect(),
    };
    call.messenger().edit_command(call.user(), owner, Dialect::V1, (None, id), edit).await?;
    Ok(Answer::tree(true))
}

async fn answer(call: &Call) -> Result<Answer, Failure> {
    let owner = owner(call).await?;
    let named = match (call.positive("COMMAND_ID"), call.params.text("COMMAND")) {
        (Some(id), _) => CommandNamed::Number(CommandId(id)),
        (None, Some(name)) if !call.params.has("COMMAND_ID") => CommandNamed::Name(name),
        _ => return Err(no(BotRefusal::NoSuchCommand).into()),
    };
    let id = call.positive("MESSAGE_ID").map(MessageId).ok_or(Refusal::MessageNumberEmpty)?;
    let draft = MessageDraft {
        text: call.params.text("MESSAGE").unwrap_or_default(),
        attach: patch(call, "ATTACH"),
        keyboard: patch(call, "KEYBOARD"),
        menu: patch(call, "MENU"),
        system: call.params.yes("SYSTEM"),
        bare: call.params.no("URL_PREVIEW"),
        ..MessageDraft::default()
    };
    if draft.text.trim().is_empty() && !matches!(draft.attach, Patch::Put(_)) {
        return Err(no(BotRefusal::MessageEmpty).into());
    }
    let message =
        call.messenger().answer_command(owner, Dialect::V1, (None, named), (id, None), draft).await?;
    Ok(Answer::tree(message.0))
}
