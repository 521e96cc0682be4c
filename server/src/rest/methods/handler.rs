//! `events` and `event.*`: what an application wants to be told of.

use lately_messenger::Refusal;
use lately_messenger::handler::{NewHandler, Which};
use lately_model::handler::{LONGEST_PAUSE, PAUSE};
use lately_model::{AppId, UserId, occasion};
use serde_json::{Value, json};

use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::{Int, int_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::handler::handler;

const EVENT: Param = Param::required("event", Kind::Text);
const AUTH_TYPE: Param = Param::optional("auth_type", Kind::Int, "");
const EVENT_TYPE: Param = Param::optional("event_type", Kind::Text, "online");

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "events",
        scope: "basic",
        about: "The events that an application can be told of",
        caller: Caller::Application,
        params: &[
            Param::optional("SCOPE", Kind::Text, "the application's"),
            Param::optional("FULL", Kind::Flag, "false"),
        ],
        errors: &[],
        result: Shape::List(&Shape::Text),
        handler: |call| Box::pin(events(call)),
    },
    Method {
        name: "event.bind",
        scope: "basic",
        about: "Has the application told of an event, or has it noted in its offline queue",
        caller: Caller::Application,
        params: &[
            EVENT,
            Param::optional("handler", Kind::Text, ""),
            AUTH_TYPE,
            EVENT_TYPE,
            Param::optional("auth_connector", Kind::Text, ""),
            Param::optional("options", Kind::Object, ""),
        ],
        errors: &[
            Refusal::EventUnknown,
            Refusal::EventsOfAdministrators,
            Refusal::Argument("handler", String::new()),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(bind(call)),
    },
    Method {
        name: "event.unbind",
        scope: "basic",
        about: "Has the application told no more",
        caller: Caller::Application,
        params: &[EVENT, Param::optional("handler", Kind::Text, "any"), AUTH_TYPE, EVENT_TYPE],
        errors: &[Refusal::EventsOfAdministrators],
        result: Shape::Object(&[("count", Shape::Int)]),
        handler: |call| Box::pin(unbind(call)),
    },
    Method {
        name: "event.get",
        scope: "basic",
        about: "What the application is told of",
        caller: Caller::Application,
        params: &[],
        errors: &[],
        result: Shape::List(&Shape::Object(&[
            ("event", Shape::Text),
            ("handler", Shape::Text),
            ("auth_type", Shape::Text),
            ("offline", Shape::Int),
        ])),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "event.test",
        scope: "basic",
        about: "Tells the application of ONAPPTEST, with all parameters",
        caller: Caller::Application,
        params: &[Param::optional("any", Kind::Text, "")],
        errors: &[Refusal::Argument("QUERY", String::new())],
        result: Shape::Int,
        handler: |call| Box::pin(test(call)),
    },
];

/// The application that calls. Only applications get here.
pub(super) fn app(call: &Call) -> AppId {
    call.app().map(|app| app.id).unwrap_or_default()
}

/// A word of a parameter.
pub(super) fn word(call: &Call, name: &str) -> String {
    call.params.text(name).unwrap_or_default().replace('\0', "")
}

async fn events(call: &Call) -> Result<Answer, Failure> {
    let full = call.params.text("FULL").unwrap_or_default();
    let full = matches!(full.to_ascii_lowercase().as_str(), "true" | "1" | "y");
    let scopes: Vec<String> = match (call.params.text("SCOPE").filter(|scope| !scope.is_empty()), full) {
        (Some(scope), _) => vec![scope],
        (None, true) => ["basic"].into_iter().chain(occasion::ELSEWHERE).map(str::to_owned).collect(),
        (None, false) => {
            let granted = &call.credential.scopes;
            let more = occasion::ELSEWHERE.into_iter().filter(|scope| granted.grant(scope));
            ["basic"].into_iter().chain(more).map(str::to_owned).collect()
        }
    };
    let names: Vec<String> = scopes.iter().flat_map(|scope| occasion::names(scope)).collect();
    Ok(Answer::tree(json!(names)))
}

async fn bind(call: &Call) -> Result<Answer, Failure> {
    let options = call.params.object("options").unwrap_or_default();
    let pause = options.get("minTimeout").and_then(|pause| int_of(pause).value()).unwrap_or(PAUSE);
    let new = NewHandler {
        event: word(call, "event"),
        url: word(call, "handler").trim().to_owned(),
        user: user(call),
        offline: offline(call),
        connector: word(call, "auth_connector"),
        pause: pause.clamp(0, LONGEST_PAUSE),
    };
    call.messenger().bind_handler(call.user(), app(call), new).await?;
    Ok(Answer::tree(true))
}

async fn unbind(call: &Call) -> Result<Answer, Failure> {
    let which = Which {
        event: word(call, "event"),
        url: Some(word(call, "handler").trim().to_owned()).filter(|url| !url.is_empty()),
        user: user(call),
        offline: offline(call),
    };
    let count = call.messenger().unbind_handlers(call.user(), app(call), which).await?;
    Ok(Answer::tree(json!({ "count": count })))
}

/// Nothing at all is not the same as an empty value, which means nobody in particular.
fn user(call: &Call) -> Option<UserId> {
    match call.params.int("auth_type") {
        Int::Value(user) => Some(UserId(user.max(0))),
        _ => call.params.text("auth_type").filter(String::is_empty).map(|_| UserId(0)),
    }
}

fn offline(call: &Call) -> bool {
    word(call, "event_type").eq_ignore_ascii_case("offline")
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let handlers = call.messenger().handlers(call.user(), app(call)).await?;
    Ok(Answer::tree(Value::Array(handlers.iter().map(handler).collect())))
}

async fn test(call: &Call) -> Result<Answer, Failure> {
    call.messenger().test_handlers(call.user(), app(call), call.params.clone().into_map()).await?;
    Ok(Answer::tree(1))
}
