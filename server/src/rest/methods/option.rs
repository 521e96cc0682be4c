//! `app.option.*` and `user.option.*`: what an application keeps in the portal.
//!
//! Options need an application. A webhook is none, but may say in `CLIENT_ID` for which one it speaks, as bots do. What an
//! application says there is passed over.

use lately_messenger::Refusal;
use lately_messenger::option::For;
use serde_json::{Value, json};

use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

const CLIENT_ID: Param = Param::optional("CLIENT_ID", Kind::Text, "the application");

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "app.option.get",
        scope: "basic",
        about: "What an application keeps for everybody: one option, or all",
        caller: Caller::Anyone,
        params: &[Param::optional("option", Kind::Text, "all"), CLIENT_ID],
        errors: &[Refusal::NoApplication, Refusal::Argument("CLIENT_ID", String::new())],
        result: Shape::Any,
        handler: |call| Box::pin(get(call, For::Everybody)),
    },
    Method {
        name: "app.option.set",
        scope: "basic",
        about: "Keeps options of an application for everybody",
        caller: Caller::Administrator,
        params: &[Param::required("options", Kind::Object), CLIENT_ID],
        errors: &[
            Refusal::OptionsEmpty,
            Refusal::NoApplication,
            Refusal::OptionsOfAdministrators,
            Refusal::Argument("CLIENT_ID", String::new()),
            Refusal::Argument("options", String::new()),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(set(call, For::Everybody)),
    },
    Method {
        name: "user.option.get",
        scope: "basic",
        about: "What an application keeps for the caller: one option, or all",
        caller: Caller::Anyone,
        params: &[Param::optional("option", Kind::Text, "all"), CLIENT_ID],
        errors: &[Refusal::NoApplication, Refusal::Argument("CLIENT_ID", String::new())],
        result: Shape::Any,
        handler: |call| Box::pin(get(call, For::Caller)),
    },
    Method {
        name: "user.option.set",
        scope: "basic",
        about: "Keeps options of an application for the caller",
        caller: Caller::Anyone,
        params: &[Param::required("options", Kind::Object), CLIENT_ID],
        errors: &[
            Refusal::OptionsEmpty,
            Refusal::NoApplication,
            Refusal::Argument("CLIENT_ID", String::new()),
            Refusal::Argument("options", String::new()),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(set(call, For::Caller)),
    },
];

/// An unknown option is null.
async fn get(call: &Call, whose: For) -> Result<Answer, Failure> {
    let options = call.messenger().options(call.user(), call.program(), whose).await?;
    Ok(Answer::tree(match call.params.text("option").filter(|name| !name.is_empty()) {
        Some(name) => options.get(&name).cloned().unwrap_or(Value::Null),
        None if options.is_empty() => json!([]),
        None => Value::Object(options),
    }))
}

async fn set(call: &Call, whose: For) -> Result<Answer, Failure> {
    let options = call.params.object("options").unwrap_or_default();
    call.messenger().set_options(call.user(), call.program(), whose, options).await?;
    Ok(Answer::tree(true))
}
