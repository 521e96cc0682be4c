//! `pull.application.*`: how an application tells things to its own clients, and texts to people (pull.md 1).

use lately_messenger::Refusal;
use lately_model::UserId;
use serde_json::{Map, Value};

use super::pull::{APP_CONFIG, configuration};
use crate::push::flash::Flash;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

/// How long the parameters of an event may be, as JSON text.
const PARAMS: usize = 32 * 1024;

/// How long the name of a module or a command may be.
const NAME: usize = 100;

/// To how many people an event may be told.
const PEOPLE: usize = 1000;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "pull.application.config.get",
        scope: "pull",
        about: "Where and with what an application's client connects to hear of its events",
        caller: Caller::Application,
        params: &[Param::optional("CACHE", Kind::Flag, "Y"), Param::optional("REOPEN", Kind::Flag, "Y")],
        errors: &[],
        result: APP_CONFIG,
        handler: |call| Box::pin(config(call)),
    },
    Method {
        name: "pull.application.event.add",
        scope: "pull",
        about: "Tells an application's clients something",
        caller: Caller::Application,
        params: &[
            Param::required("COMMAND", Kind::Text),
            Param::optional("PARAMS", Kind::Object, "none"),
            Param::optional("MODULE_ID", Kind::Text, "application"),
            Param::optional("USER_ID", Kind::List, "everybody who listens"),
        ],
        errors: &[
            Refusal::OthersOfApplication,
            Refusal::ModuleMalformed,
            Refusal::EventNameMalformed,
            Refusal::ParamsMalformed,
            Refusal::Argument("USER_ID", String::new()),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(add_event(call)),
    },
    Method {
        name: "pull.application.push.add",
        scope: "pull",
        about: "Sends people a text of the application",
        caller: Caller::Application,
        params: &[
            Param::required("USER_ID", Kind::List),
            Param::required("TEXT", Kind::Text),
            Param::optional("AVATAR", Kind::Text, ""),
        ],
        errors: &[
            Refusal::PushOfAdministrators,
            Refusal::PushTextEmpty,
            Refusal::AppNameless,
            Refusal::UserIdEmpty,
            Refusal::Argument("USER_ID", String::new()),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(add_push(call)),
    },
];

async fn config(call: &Call) -> Result<Answer, Failure> {
    let mut told = configuration(call);
    if let Some(told) = told.as_object_mut() {
        told.remove("serverTime");
    }
    Ok(Answer::tree(told))
}

async fn add_event(call: &Call) -> Result<Answer, Failure> {
    let app = call.app().ok_or(Refusal::NoApplication)?.id;
    let to = if call.params.has("USER_ID") { Some(people(call)?) } else { None };
    let module = match call.params.text("MODULE_ID").filter(|module| !module.is_empty()) {
        Some(module) => named(module, |sign| matches!(sign, 'a'..='z' | '0'..='9' | '.' | '_')),
        None => Some("application".to_owned()),
    };
    let module = module.ok_or(Refusal::ModuleMalformed)?;
    let command = call.params.text("COMMAND").and_then(|command| {
        named(command, |sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | ':' | '|' | '.' | '-'))
    });
    let command = command.ok_or(Refusal::EventNameMalformed)?;
    let params = params(call).ok_or(Refusal::ParamsMalformed)?;
    call.messenger().may_tell(call.user(), to.clone()).await?;
    call.portal.push.flash(Flash::OfApp { app, to, module, command, params: Value::Object(params) });
    Ok(Answer::tree(true))
}

/// A name that is not too long and made of these signs.
fn named(name: String, good: impl Fn(char) -> bool) -> Option<String> {
    ((1..=NAME).contains(&name.len()) && name.chars().all(good)).then_some(name)
}

/// Nothing, a map, or JSON text of one.
fn params(call: &Call) -> Option<Map<String, Value>> {
    let map = match call.params.get("PARAMS") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Array(list)) if list.is_empty() => Map::new(),
        Some(_) => call.params.object("PARAMS")?,
    };
    (Value::Object(map.clone()).to_string().len() <= PARAMS).then_some(map)
}

/// One person's number, or several.
fn people(call: &Call) -> Result<Vec<UserId>, Refusal> {
    let wrong =
        || Refusal::Argument("USER_ID", format!("A number of a user is needed, or up to {PEOPLE} of them"));
    let numbers = call.numbers("USER_ID").map_err(|_| wrong())?;
    if numbers.is_empty() || numbers.len() > PEOPLE || numbers.iter().any(|number| *number <= 0) {
        return Err(wrong());
    }
    Ok(numbers.into_iter().map(UserId).collect())
}

async fn add_push(call: &Call) -> Result<Answer, Failure> {
    let app = call.app().ok_or(Refusal::NoApplication)?;
    let to = if call.params.has("USER_ID") { people(call)? } else { Vec::new() };
    let text = call.params.text("TEXT").unwrap_or_default();
    call.messenger().push_text(call.user(), app, to, &text).await?;
    Ok(Answer::tree(true))
}
