//! `im.user.*`: people as the messenger shows them, and what they say of themselves.

use lately_messenger::Refusal;
use lately_model::UserId;
use lately_model::user::Status;
use serde_json::{Map, Value, json};

use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::Int;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::user::{USER, today};

/// For how many minutes somebody has been away unless they say.
const AWAY: i64 = 10;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.user.get",
        scope: "im",
        about: "One person, by default the caller",
        caller: Caller::Anyone,
        params: &[
            Param::optional("ID", Kind::Int, "the caller"),
            Param::optional("AVATAR_HR", Kind::Flag, "N"),
        ],
        errors: &[Refusal::UserNumberEmpty, Refusal::UserNotExists, Refusal::StrangerToGuest],
        result: USER,
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "im.user.list.get",
        scope: "im",
        about: "Several people",
        caller: Caller::Anyone,
        params: &[
            Param::required("ID", Kind::List),
            Param::optional("AVATAR_HR", Kind::Flag, "N"),
            Param::optional("RESULT_TYPE", Kind::Text, "map"),
        ],
        errors: &[Refusal::ListMalformed],
        result: Shape::Either(&[Shape::Map(&Shape::OrNull(&USER)), Shape::List(&USER)]),
        handler: |call| Box::pin(list(call)),
    },
    Method {
        name: "im.user.status.get",
        scope: "im",
        about: "The status that the caller chose",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::OrFalse(&Shape::Text),
        handler: |call| Box::pin(status_get(call)),
    },
    Method {
        name: "im.user.status.set",
        scope: "im",
        about: "Chooses a status",
        caller: Caller::Anyone,
        params: &[Param::required("STATUS", Kind::Text)],
        errors: &[Refusal::NoSuchStatus],
        result: Shape::Bool,
        handler: |call| Box::pin(status_set(call)),
    },
    Method {
        name: "im.user.status.idle.start",
        scope: "im",
        about: "Tells that the caller is away from the computer",
        caller: Caller::Anyone,
        params: &[Param::optional("AGO", Kind::Int, "10")],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(idle_start(call)),
    },
    Method {
        name: "im.user.status.idle.end",
        scope: "im",
        about: "Tells that the caller is back",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(idle_end(call)),
    },
];

async fn get(call: &Call) -> Result<Answer, Failure> {
    let wanted = match call.params.int("ID") {
        Int::Absent => call.user(),
        Int::Value(id) if id > 0 => UserId(id),
        _ => return Err(Refusal::UserNumberEmpty.into()),
    };
    let user = call.messenger().user(call.user(), wanted).await?;
    Ok(Answer::text(&today(&user, &wire(call))))
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    if call.params.int("ID").value().is_some() {
        return Err(Refusal::ListMalformed.into());
    }
    let wanted = call.numbers("ID")?.into_iter().map(UserId).collect();
    let users = call.messenger().users(call.user(), wanted).await?;
    let wire = wire(call);
    let as_list = call.params.text("RESULT_TYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("array"));
    if as_list {
        let known = users.iter().filter_map(|(_, user)| user.as_ref());
        return Ok(Answer::tree(json!(known.map(|user| today(user, &wire)).collect::<Vec<_>>())));
    }
    let entry = |(id, user): &(UserId, Option<lately_model::User>)| {
        (id.to_string(), json!(user.as_ref().map(|user| today(user, &wire))))
    };
    let map: Map<String, Value> = users.iter().map(entry).collect();
    Ok(Answer::tree(if map.is_empty() { json!([]) } else { Value::Object(map) }))
}

async fn status_get(call: &Call) -> Result<Answer, Failure> {
    let user = call.messenger().current_user(call.user()).await?;
    Ok(Answer::tree(user.status.map_or(json!(false), |status| json!(status.word()))))
}

async fn status_set(call: &Call) -> Result<Answer, Failure> {
    let word = call.params.text("STATUS").unwrap_or_default();
    let status = Status::from_word(&word).ok_or(Refusal::NoSuchStatus)?;
    call.messenger().set_status(call.user(), status).await?;
    Ok(Answer::tree(true))
}

async fn idle_start(call: &Call) -> Result<Answer, Failure> {
    let minutes = match call.params.int("AGO") {
        Int::Value(minutes) => minutes.max(1),
        _ => AWAY,
    };
    let since = call.messenger().now().plus(-minutes.saturating_mul(60).min(i64::from(i32::MAX)));
    call.messenger().set_idle(call.user(), Some(since)).await?;
    Ok(Answer::tree(true))
}

async fn idle_end(call: &Call) -> Result<Answer, Failure> {
    call.messenger().set_idle(call.user(), None).await?;
    Ok(Answer::tree(true))
}
