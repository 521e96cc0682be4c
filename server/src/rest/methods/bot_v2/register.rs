//! `imbot.v2.Bot.*` and `imbot.v2.Revision.get`.

use lately_messenger::Refusal;
use lately_messenger::bot::{BotEdit, BotLook, BotRefusal, BotView, NewBot};
use lately_model::app::is_address;
use lately_model::bot::{BACKGROUNDS, BotUrls, KINDS, TOKEN_CHARS};
use lately_model::user::Gender;
use lately_model::{BotProgram, Dialect, Revision, UserId, color};
use serde_json::{Map, Value, json};

use super::{bot, no, owner, owner_by};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::portal::{DESKTOP, MOBILE, WEB};
use crate::rest::methods::wire;
use crate::rest::params::{flag_of, list_of, object_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::bot::{BOT, kind, long, short};
use crate::rest::shape::feed::{PERSON, person};

/// How many bots a page has, unless told otherwise and at most.
const PAGE: i64 = 50;
const MOST: i64 = 1000;

const BAD_URL: Refusal = no(BotRefusal::BadUrl("webhookUrl"));

/// One bot, and the user that it is.
const ONE: Shape = Shape::Object(&[("bot", BOT), ("users", Shape::List(&PERSON))]);

/// What is answered where there is nothing to show.
const DONE: Shape = Shape::Object(&[("result", Shape::Bool)]);

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.v2.Bot.register",
        scope: "imbot",
        about: "Adds a bot, and says how its program hears what happens",
        caller: Caller::Anyone,
        params: &[Param::required("fields", Kind::Object)],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::WordTooLong),
            no(BotRefusal::CodeMissing),
            no(BotRefusal::NameMissing),
            no(BotRefusal::NoSuchKind),
            no(BotRefusal::NoSuchMode),
            no(BotRefusal::WebhookMissing),
            BAD_URL,
            no(BotRefusal::CodeTaken),
            no(BotRefusal::TooMany),
            no(BotRefusal::NotAPicture),
        ],
        result: ONE,
        handler: |call| Box::pin(register(call)),
    },
    Method {
        name: "imbot.v2.Bot.update",
        scope: "imbot",
        about: "Changes a bot, how its program hears what happens, or its token",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("fields", Kind::Object),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NothingToChange),
            no(BotRefusal::NameMissing),
            no(BotRefusal::NoSuchMode),
            BAD_URL,
            no(BotRefusal::NotAPicture),
            no(BotRefusal::WordTooLong),
            no(BotRefusal::WordTaken),
        ],
        result: ONE,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "imbot.v2.Bot.get",
        scope: "imbot",
        about: "A bot of the portal; its owner is told more",
        caller: Caller::Anyone,
        params: &[
            Param::optional("botId", Kind::Int, "code"),
            Param::optional("code", Kind::Text, "botId"),
            Param::optional("botToken", Kind::Text, "the application that calls"),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::NumberAndCodeMissing),
            no(BotRefusal::NotFound),
        ],
        result: ONE,
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "imbot.v2.Bot.list",
        scope: "imbot",
        about: "The caller's bots",
        caller: Caller::Anyone,
        params: &[
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::optional("filter", Kind::Object, "all"),
            Param::optional("limit", Kind::Int, "50"),
            Param::optional("offset", Kind::Int, "0"),
        ],
        errors: &[no(BotRefusal::OwnerUnknown)],
        result: Shape::Object(&[
            ("bots", Shape::List(&BOT)),
            ("users", Shape::List(&PERSON)),
            ("hasNextPage", Shape::Bool),
        ]),
        handler: |call| Box::pin(list(call)),
    },
    Method {
        name: "imbot.v2.Bot.unregister",
        scope: "imbot",
        about: "Removes a bot",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
        ],
        errors: &super::NO_BOT,
        result: DONE,
        handler: |call| Box::pin(unregister(call)),
    },
    Method {
        name: "imbot.v2.Revision.get",
        scope: "imbot",
        about: "The revisions of the API",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Object(&[
            ("rest", Shape::Int),
            ("web", Shape::Int),
            ("mobile", Shape::Int),
            ("desktop", Shape::Int),
        ]),
        handler: |call| Box::pin(revision(call)),
    },
];

async fn register(call: &Call) -> Result<Answer, Failure> {
    let fields = call.params.object("fields").unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(text_of);
    let word = text("botToken");
    let owner = owner_by(call, word.clone()).await?;
    short_enough(call, word.as_deref())?;
    let code = text("code").unwrap_or_default().replace('\0', "");
    if code.trim().is_empty() {
        return Err(no(BotRefusal::CodeMissing).into());
    }
    let properties = fields.get("properties").and_then(object_of).unwrap_or_default();
    if properties.get("name").and_then(text_of).is_none_or(|name| name.trim().is_empty()) {
        return Err(no(BotRefusal::NameMissing).into());
    }
    let kind = match fields.get("type") {
        None | Some(Value::Null) => "bot",
        Some(kind) => {
            *KINDS.iter().find(|known| kind.as_str() == Some(**known)).ok_or(no(BotRefusal::NoSuchKind))?
        }
    };
    let sent = webhook(&fields)?;
    let webhook = match mode(&fields)? {
        Some(Mode::Webhook) => sent.ok_or(no(BotRefusal::WebhookMissing))?,
        _ => String::new(),
    };
    let new = NewBot {
        code,
        dialect: Dialect::V2,
        urls: BotUrls { webhook, ..BotUrls::default() },
        kind: kind.to_owned(),
        openline: kind == "openline" || flag(&fields, "isSupportOpenline").unwrap_or(false),
        look: look(call, &fields, &properties).await?,
    };
    let id = call.messenger().register_bot(call.doer(), owner, new).await?;
    one(call, id).await
}

/// How a program hears what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// It asks.
    Fetch,
    /// It is called.
    Webhook,
}

fn mode(fields: &Map<String, Value>) -> Result<Option<Mode>, Refusal> {
    match fields.get("eventMode") {
        None | Some(Value::Null) => Ok(None),
        Some(mode) => match mode.as_str() {
            Some("fetch") => Ok(Some(Mode::Fetch)),
            Some("webhook") => Ok(Some(Mode::Webhook)),
            _ => Err(no(BotRefusal::NoSuchMode)),
        },
    }
}

/// The address that is sent; `None` when there is none.
fn webhook(fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(value) = fields.get("webhookUrl").filter(|value| !value.is_null()) else { return Ok(None) };
    match text_of(value).map(|url| url.trim().to_owned()) {
        Some(url) if url.is_empty() => Ok(None),
        Some(url) if is_address(&url) => Ok(Some(url)),
        _ => Err(BAD_URL),
    }
}

/// Applications are known by themselves, whatever they send.
fn short_enough(call: &Call, word: Option<&str>) -> Result<(), Refusal> {
    let long = word.is_some_and(|word| word.trim().chars().count() > TOKEN_CHARS);
    if long && call.app().is_none() { Err(no(BotRefusal::WordTooLong)) } else { Ok(()) }
}

fn flag(fields: &Map<String, Value>, name: &str) -> Option<bool> {
    fields.get(name).filter(|value| !value.is_null()).and_then(flag_of)
}

/// What is shown of a bot, as `fields` say it. A colour, a gender or a background that is none is left to chance.
async fn look(
    call: &Call,
    fields: &Map<String, Value>,
    properties: &Map<String, Value>,
) -> Result<BotLook, Failure> {
    let text = |name: &str| properties.get(name).and_then(text_of);
    let gender = match text("gender").as_deref() {
        Some("F") => Some(Gender::F),
        Some("M") => Some(Gender::M),
        _ => None,
    };
    let known = |background: &Value| {
        let found = BACKGROUNDS.iter().find(|known| background.as_str() == Some(**known));
        found.map_or_else(String::new, |found| (*found).to_owned())
    };
    let color = text("color").and_then(|name| color::from_camels(&name)).map(str::to_owned);
    Ok(BotLook {
        first_name: text("name"),
        last_name: text("lastName"),
        work_position: text("workPosition"),
        color,
        gender,
        avatar: avatar(call, properties.get("avatar")).await?,
        hidden: flag(fields, "isHidden"),
        liked: flag(fields, "isReactionsEnabled"),
        openline: flag(fields, "isSupportOpenline"),
        background: fields.get("backgroundId").map(known),
        ..BotLook::default()
    })
}

/// The picture, kept: base64 alone, or behind a name as files are sent.
async fn avatar(call: &Call, sent: Option<&Value>) -> Result<Option<String>, Failure> {
    let Some(sent) = sent.filter(|sent| !sent.is_null()) else { return Ok(None) };
    let last = list_of(sent).and_then(|list| list.last().and_then(text_of));
    let base64 = last.or_else(|| text_of(sent)).ok_or(no(BotRefusal::NotAPicture))?;
    if base64.is_empty() {
        return Ok(Some(base64));
    }
    Ok(Some(call.messenger().keep_bot_picture(Dialect::V2, &base64).await?))
}

/// The bot as its owner sees it.
async fn one(call: &Call, id: UserId) -> Result<Answer, Failure> {
    let view = call.messenger().bot(id).await?.ok_or(no(BotRefusal::NotFound))?;
    Ok(shown(call, &view, true))
}

fn shown(call: &Call, view: &BotView, owned: bool) -> Answer {
    let wire = wire(call);
    let bot = if owned { long(view, wire.language) } else { short(view, wire.language) };
    Answer::tree(json!({ "bot": bot, "users": [person(&view.user, &wire)] }))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let id = bot(call).await?;
    let owner = owner(call).await?;
    let fields = call.params.object("fields").filter(|fields| !fields.is_empty());
    let fields = fields.ok_or(no(BotRefusal::NothingToChange))?;
    let word = word(call, &fields)?;
    let before = call.messenger().own_bot(owner.clone(), Dialect::V2, id).await?;
    let url = told_at(&fields, &before)?;
    let properties = fields.get("properties").and_then(object_of).unwrap_or_default();
    let edit = BotEdit {
        code: None,
        urls: (url != before.urls.webhook).then_some(BotUrls { webhook: url, ..before.urls }),
        word,
        look: look(call, &fields, &properties).await?,
    };
    call.messenger().edit_bot(call.user(), owner, Dialect::V2, id, edit).await?;
    one(call, id).await
}

/// The word that replaces the bot's token. An application has none.
fn word(call: &Call, fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(value) = fields.get("botToken").filter(|value| !value.is_null() && call.app().is_none()) else {
        return Ok(None);
    };
    let word = text_of(value).map(|word| word.trim().to_owned()).filter(|word| !word.is_empty());
    let word = word.ok_or(no(BotRefusal::WordTaken))?;
    short_enough(call, Some(&word))?;
    Ok(Some(word))
}

/// Where the bot is told from now on; empty if it fetches. One that fetches has no address to change, and one of the first
/// generation goes on as it was registered.
fn told_at(fields: &Map<String, Value>, program: &BotProgram) -> Result<String, Refusal> {
    let (sent, mode) = (webhook(fields)?, mode(fields)?);
    let before = &program.urls.webhook;
    if program.dialect == Dialect::V1 {
        return Ok(before.clone());
    }
    match mode {
        Some(Mode::Fetch) => Ok(String::new()),
        Some(Mode::Webhook) => sent.or(Some(before.clone()).filter(|url| !url.is_empty())).ok_or(BAD_URL),
        None if before.is_empty() => Ok(String::new()),
        None => Ok(sent.unwrap_or_else(|| before.clone())),
    }
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let owner = owner(call).await?;
    let code = call.params.text("code").filter(|code| !code.trim().is_empty());
    let found = match (call.params.has("botId"), code) {
        (true, _) => match call.positive("botId") {
            Some(id) => call.messenger().bot(UserId(id)).await?,
            None => None,
        },
        (false, Some(code)) => call.messenger().bot_by_code(owner.clone(), code.trim().to_owned()).await?,
        (false, None) => return Err(no(BotRefusal::NumberAndCodeMissing).into()),
    };
    let view = found.ok_or(no(BotRefusal::NotFound))?;
    let owned = view.program.as_ref().is_some_and(|program| program.owner == owner);
    Ok(shown(call, &view, owned))
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let mut bots = call.messenger().bots_of(owner(call).await?).await?;
    let filter = call.params.object("filter").unwrap_or_default();
    if let Some(wanted) = filter.get("type").filter(|wanted| !wanted.is_null()) {
        bots.retain(|view| {
            let bot = view.user.bot.as_ref().map(|bot| bot.kind.as_str()).unwrap_or_default();
            wanted.as_str() == Some(kind(bot))
        });
    }
    let offset = usize::try_from(call.positive("offset").unwrap_or(0)).unwrap_or(usize::MAX);
    let limit = usize::try_from(call.positive("limit").unwrap_or(PAGE).min(MOST)).unwrap_or(1);
    let page: Vec<&BotView> = bots.iter().skip(offset).take(limit).collect();
    let wire = wire(call);
    Ok(Answer::tree(json!({
        "bots": page.iter().map(|view| long(view, wire.language)).collect::<Vec<_>>(),
        "users": page.iter().map(|view| person(&view.user, &wire)).collect::<Vec<_>>(),
        "hasNextPage": bots.len() > offset.saturating_add(limit),
    })))
}

async fn unregister(call: &Call) -> Result<Answer, Failure> {
    let id = bot(call).await?;
    call.messenger().unregister_bot(call.doer(), owner(call).await?, Dialect::V2, id).await?;
    Ok(Answer::tree(json!({ "result": true })))
}

/// These methods are today's, whichever page a webhook is answered by.
async fn revision(_: &Call) -> Result<Answer, Failure> {
    let rest = Revision::R33.number();
    Ok(Answer::tree(json!({ "rest": rest, "web": WEB, "mobile": MOBILE, "desktop": DESKTOP })))
}
