//! `batch`: up to 50 commands in one request, each able to use earlier answers (core.md 6, behaviour.md H).
//!
//! Must hold: a failing command never fails the batch; commands run strictly in order.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::{Call, Failure};
use super::envelope::{TIME, Timing};
use super::inline::Files;
use super::params::{Decoded, parse_query, text_of};
use super::reference::{Answers, substitute};
use super::refusal::{ERROR, SystemError, WireError};
use super::registry::{self, Caller, Kind, Method, Param};
use super::schema::Shape;
use super::shape::recent::REMOVAL;
use super::transport;

/// How many commands run.
const COMMANDS: usize = 50;

/// Methods that cannot be commands.
const EXCLUDED: [&str; 3] = ["batch", "upload", "download"];

/// The declaration.
pub const METHODS: &[Method] = &[Method {
    name: "batch",
    scope: "basic",
    about: "Runs up to 50 commands in one request",
    caller: Caller::Anyone,
    params: &[Param::required("cmd", Kind::Object), Param::optional("halt", Kind::Flag, "0")],
    errors: &[],
    result: Shape::Object(&[
        ("result", Shape::Either(&[Shape::List(&Shape::Any), Shape::Map(&Shape::Any)])),
        ("result_error", Shape::Either(&[Shape::List(&ERROR), Shape::Map(&ERROR)])),
        ("result_total", Shape::Either(&[Shape::List(&Shape::Int), Shape::Map(&Shape::Int)])),
        ("result_next", Shape::Either(&[Shape::List(&Shape::Int), Shape::Map(&Shape::Int)])),
        ("result_time", Shape::Either(&[Shape::List(&TIME), Shape::Map(&TIME)])),
        (
            "result_removed",
            Shape::Sometimes(&Shape::Either(&[
                Shape::List(&Shape::List(&REMOVAL)),
                Shape::Map(&Shape::List(&REMOVAL)),
            ])),
        ),
    ]),
    handler: |call| Box::pin(run(call)),
}];

async fn run(call: &Call) -> Result<Answer, Failure> {
    let halt = call.params.get("halt").is_some_and(truthy);
    let mut answers = Answers::default();
    let mut removed = Map::new();
    for (place, (key, command)) in commands(call).into_iter().enumerate() {
        let start = call.messenger().clock().now();
        let mut outcome = if place < COMMANDS {
            one(call, &command, &answers).await
        } else {
            Err(SystemError::BatchTooLong.into())
        };
        if let Some(list) = outcome.as_mut().ok().and_then(|(answer, _)| answer.removed.take()) {
            removed.insert(key.clone(), list);
        }
        let failed = outcome.is_err();
        record(call, &mut answers, key, outcome, start);
        if failed && halt {
            break;
        }
    }
    let mut result = json!({
        "result": php_map(answers.result),
        "result_error": php_map(answers.error),
        "result_total": php_map(answers.total),
        "result_next": php_map(answers.next),
        "result_time": php_map(answers.time),
    });
    // Not of the reference, so it is there only when a command asked for a delta of the recent list.
    if let (Value::Object(members), false) = (&mut result, removed.is_empty()) {
        members.insert("result_removed".to_owned(), php_map(removed));
    }
    Ok(Answer::tree(result))
}

/// The commands in the order sent; values that are not texts are passed over.
fn commands(call: &Call) -> Vec<(String, String)> {
    match call.params.get("cmd") {
        Some(Value::Object(map)) => {
            map.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        }
        Some(Value::Array(list)) => list
            .iter()
            .enumerate()
            .filter_map(|(place, value)| Some((place.to_string(), value.as_str()?.to_owned())))
            .collect(),
        _ => Vec::new(),
    }
}

/// A command's answer, and the method that gave it.
type Outcome = Result<(Answer, &'static Method), WireError>;

async fn one(call: &Call, command: &str, answers: &Answers) -> Outcome {
    let (name, query) = command.split_once('?').unwrap_or((command, ""));
    let name = name.trim().trim_matches('/');
    if EXCLUDED.contains(&name.to_lowercase().as_str()) {
        return Err(SystemError::NotInBatch.into());
    }
    let method = transport::named(name, &call.credential)?;
    let mut params = parse_query(query).map_err(SystemError::Unreadable)?;
    substitute(&mut params, answers).map_err(|_| SystemError::ReferenceTooLarge)?;
    let decoded = Decoded::from(params);
    let inner = Call {
        portal: Arc::clone(&call.portal),
        credential: call.credential.clone(),
        params: decoded.params,
        start: decoded.start,
        peer: call.peer,
        request: call.request.clone(),
        files: Files::default(),
    };
    let answer = transport::run_limited(method, &inner).await;
    let told = |failure| WireError::of(failure, method.name, &call.request);
    Ok((answer.map_err(told)?, method))
}

fn record(call: &Call, answers: &mut Answers, key: String, outcome: Outcome, start: Timestamp) {
    let (answer, method) = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            answers.error.insert(key, error.body());
            return;
        }
    };
    if let Some(total) = answer.total {
        answers.total.insert(key.clone(), json!(total));
    }
    if let Some(next) = answer.next {
        answers.next.insert(key.clone(), json!(next));
    }
    answers.result.insert(key.clone(), answer.result.into_tree());
    let finish = call.messenger().clock().now();
    let operating = transport::operating(call, method, finish);
    let time = Timing { start, finish, operating }.block(&call.portal.zone);
    answers.time.insert(key, time);
}

/// As PHP writes maps: an empty one, and one with the keys 0..n-1, is a list.
fn php_map(map: Map<String, Value>) -> Value {
    let listed = map.keys().enumerate().all(|(place, key)| *key == place.to_string());
    if listed { Value::Array(map.into_iter().map(|(_, value)| value).collect()) } else { Value::Object(map) }
}

/// As PHP judges: nothing, zero and the empty text are false.
fn truthy(value: &Value) -> bool {
    match value {
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        scalar => text_of(scalar).is_some_and(|text| !text.is_empty() && text != "0"),
    }
}

/// Whether a name may stand in a batch at all, for documents.
pub fn allowed(method: &Method) -> bool {
    !EXCLUDED.contains(&method.name) && registry::find(method.name).is_some()
}
