//! `imbot.register` and what belongs to it.

use std::collections::BTreeMap;

use lately_messenger::Refusal;
use lately_messenger::bot::{BotEdit, BotLook, BotRefusal, NewBot};
use lately_model::app::is_address;
use lately_model::bot::BotUrls;
use lately_model::user::Gender;
use lately_model::{Dialect, color};
use serde_json::{Map, Value, json};

use super::{bot, no, owner};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::{list_of, object_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

/// What `imbot.bot.list` tells of a bot.
const LISTED: Shape = Shape::Object(&[
    ("ID", Shape::Int),
    ("NAME", Shape::Text),
    ("CODE", Shape::Text),
    ("OPENLINE", Shape::Text),
]);

const BAD_ADD: Refusal = no(BotRefusal::BadUrl("EVENT_MESSAGE_ADD_ERROR"));
const BAD_UPDATE: Refusal = no(BotRefusal::BadUrl("EVENT_MESSAGE_UPDATE_ERROR"));
const BAD_DELETE: Refusal = no(BotRefusal::BadUrl("EVENT_MESSAGE_DELETE_ERROR"));
const BAD_WELCOME: Refusal = no(BotRefusal::BadUrl("EVENT_WELCOME_MESSAGE_ERROR"));
const BAD_REMOVAL: Refusal = no(BotRefusal::BadUrl("EVENT_BOT_DELETE_ERROR"));

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.register",
        scope: "imbot",
        about: "Adds a bot, and says where its program is told what happens",
        caller: Caller::Program,
        params: &[
            Param::required("CODE", Kind::Text),
            Param::optional("TYPE", Kind::Text, "B"),
            Param::optional("OPENLINE", Kind::Flag, "N"),
            Param::optional("EVENT_HANDLER", Kind::Text, "for what is not sent of the other five"),
            Param::required("EVENT_MESSAGE_ADD", Kind::Text),
            Param::optional("EVENT_MESSAGE_UPDATE", Kind::Text, ""),
            Param::optional("EVENT_MESSAGE_DELETE", Kind::Text, ""),
            Param::required("EVENT_WELCOME_MESSAGE", Kind::Text),
            Param::required("EVENT_BOT_DELETE", Kind::Text),
            Param::required("PROPERTIES", Kind::Object),
            Param::optional("CLIENT_ID", Kind::Text, "the application that calls"),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::CodeMissing),
            no(BotRefusal::NameMissing),
            no(BotRefusal::TooMany),
            no(BotRefusal::NotAPicture),
            BAD_ADD,
            BAD_UPDATE,
            BAD_DELETE,
            BAD_WELCOME,
            BAD_REMOVAL,
        ],
        result: Shape::Int,
        handler: |call| Box::pin(register(call)),
    },
    Method {
        name: "imbot.unregister",
        scope: "imbot",
        about: "Removes a bot",
        caller: Caller::Program,
        params: &[
            Param::required("BOT_ID", Kind::Int),
            Param::optional("CLIENT_ID", Kind::Text, "the application that calls"),
        ],
        errors: &super::NO_BOT,
        result: Shape::Bool,
        handler: |call| Box::pin(unregister(call)),
    },
    Method {
        name: "imbot.update",
        scope: "imbot",
        about: "Changes a bot, or where its program is told",
        caller: Caller::Program,
        params: &[
            Param::required("BOT_ID", Kind::Int),
            Param::required("FIELDS", Kind::Object),
            Param::optional("CLIENT_ID", Kind::Text, "the application that calls"),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NothingToChange),
            no(BotRefusal::NameMissing),
            BAD_ADD,
            BAD_UPDATE,
            BAD_DELETE,
            BAD_WELCOME,
            BAD_REMOVAL,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "imbot.bot.list",
        scope: "imbot",
        about: "The caller's bots",
        caller: Caller::Program,
        params: &[Param::optional("CLIENT_ID", Kind::Text, "the application that calls")],
        errors: &[no(BotRefusal::OwnerUnknown)],
        result: Shape::Map(&LISTED),
        handler: |call| Box::pin(list(call)),
    },
];

async fn register(call: &Call) -> Result<Answer, Failure> {
    let owner = owner(call).await?;
    let sent = |name: &str| call.params.get(name).cloned();
    let urls = urls(&sent, &BotUrls::default())?;
    for (url, refusal) in
        [(&urls.message_add, BAD_ADD), (&urls.welcome, BAD_WELCOME), (&urls.bot_delete, BAD_REMOVAL)]
    {
        if url.is_empty() {
            return Err(refusal.into());
        }
    }
    let code = call.params.text("CODE").unwrap_or_default().replace('\0', "");
    if code.trim().is_empty() {
        return Err(no(BotRefusal::CodeMissing).into());
    }
    let properties = call.params.object("PROPERTIES").unwrap_or_default();
    let new = NewBot {
        code,
        dialect: Dialect::V1,
        urls,
        kind: kind(call.params.text("TYPE").as_deref()).to_owned(),
        openline: call.params.yes("OPENLINE") || call.params.text("TYPE").as_deref() == Some("O"),
        look: look(call, &properties).await?,
    };
    let bot = call.messenger().register_bot(call.doer(), owner, new).await?;
    Ok(Answer::tree(bot.0))
}

/// The word for a letter of the reference.
fn kind(letter: Option<&str>) -> &'static str {
    match letter {
        Some("H") => "human",
        Some("O") => "openline",
        Some("S") => "supervisor",
        _ => "bot",
    }
}

/// Where the program is told: what is sent replaces what was; `EVENT_HANDLER` stands for all that is not sent.
fn urls(sent: &dyn Fn(&str) -> Option<Value>, before: &BotUrls) -> Result<BotUrls, Refusal> {
    let mut urls = before.clone();
    let text = |name: &str| sent(name).and_then(|value| text_of(&value)).map(|url| url.trim().to_owned());
    let common = text("EVENT_HANDLER").filter(|url| !url.is_empty());
    for (url, name, refusal) in [
        (&mut urls.message_add, "EVENT_MESSAGE_ADD", BAD_ADD),
        (&mut urls.message_update, "EVENT_MESSAGE_UPDATE", BAD_UPDATE),
        (&mut urls.message_delete, "EVENT_MESSAGE_DELETE", BAD_DELETE),
        (&mut urls.welcome, "EVENT_WELCOME_MESSAGE", BAD_WELCOME),
        (&mut urls.bot_delete, "EVENT_BOT_DELETE", BAD_REMOVAL),
    ] {
        let Some(wanted) = text(name).filter(|url| !url.is_empty()).or_else(|| common.clone()) else {
            continue;
        };
        if !is_address(&wanted) {
            return Err(refusal);
        }
        *url = wanted;
    }
    Ok(urls)
}

/// What is shown of a bot, as `PROPERTIES` say it. A colour that cannot be chosen is left to chance.
async fn look(call: &Call, properties: &Map<String, Value>) -> Result<BotLook, Failure> {
    let named: BTreeMap<String, &Value> =
        properties.iter().map(|(name, value)| (name.to_ascii_uppercase(), value)).collect();
    let text = |name: &str| named.get(name).and_then(|value| text_of(value));
    let birthday = text("PERSONAL_BIRTHDAY").map(|day| day.get(..10).unwrap_or(&day).parse().ok());
    let gender = match text("PERSONAL_GENDER").as_deref() {
        Some("F") => Some(Gender::F),
        Some("M") => Some(Gender::M),
        _ => None,
    };
    let photo = named.get("PERSONAL_PHOTO").and_then(|value| {
        let value = value.get("fileData").unwrap_or(value);
        let last = list_of(value).and_then(|list| list.last().and_then(text_of));
        last.or_else(|| text_of(value))
    });
    let avatar = match photo {
        Some(base64) if !base64.is_empty() => {
            Some(call.messenger().keep_bot_picture(Dialect::V1, &base64).await?)
        }
        other => other,
    };
    Ok(BotLook {
        first_name: text("NAME"),
        last_name: text("LAST_NAME"),
        color: text("COLOR").filter(|code| color::choosable(code)),
        email: text("EMAIL"),
        birthday,
        work_position: text("WORK_POSITION"),
        website: text("PERSONAL_WWW"),
        gender,
        avatar,
        ..BotLook::default()
    })
}

async fn unregister(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    call.messenger().unregister_bot(call.doer(), owner(call).await?, Dialect::V1, bot).await?;
    Ok(Answer::tree(true))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let owner = owner(call).await?;
    let fields = call.params.object("FIELDS").unwrap_or_default();
    let before = call.messenger().own_bot(owner.clone(), Dialect::V1, bot).await?;
    let sent = |name: &str| fields.get(name).cloned();
    let urls = urls(&sent, &before.urls)?;
    let properties = fields.get("PROPERTIES").and_then(object_of).unwrap_or_default();
    let code = fields.get("CODE").and_then(text_of).map(|code| code.replace('\0', ""));
    let edit = BotEdit {
        code: code.filter(|code| !code.trim().is_empty() && *code != before.code),
        urls: (urls != before.urls).then_some(urls),
        word: None,
        look: look(call, &properties).await?,
    };
    let known = |name: &str| fields.contains_key(name);
    let told = ["EVENT_HANDLER", "EVENT_MESSAGE_ADD", "EVENT_MESSAGE_UPDATE", "EVENT_MESSAGE_DELETE"];
    let more = ["EVENT_WELCOME_MESSAGE", "EVENT_BOT_DELETE", "CODE"];
    let named = told.into_iter().chain(more).any(known) || !properties.is_empty();
    if !named {
        return Err(no(BotRefusal::NothingToChange).into());
    }
    call.messenger().edit_bot(call.user(), owner, Dialect::V1, bot, edit).await?;
    Ok(Answer::tree(true))
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let bots = call.messenger().bots_of(owner(call).await?).await?;
    let mut listed = Map::new();
    for view in bots {
        let shown = view.user.bot.clone().unwrap_or_default();
        let openline = if shown.openline { "Y" } else { "N" };
        let bot =
            json!({ "ID": view.user.id, "NAME": view.user.name(), "CODE": shown.code, "OPENLINE": openline });
        listed.insert(view.user.id.to_string(), bot);
    }
    Ok(Answer::tree(if listed.is_empty() { json!([]) } else { Value::Object(listed) }))
}
