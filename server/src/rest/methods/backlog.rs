//! `event.offline.*`: what an application is not told of but fetches.

use jiff::tz::TimeZone;
use lately_messenger::Refusal;
use lately_messenger::backlog::{Choose, Entries, Fetch, Wanted};
use lately_model::{BacklogEntry, Language, Revision};
use serde_json::{Map, Value, json};

use super::handler::{app, word};
use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::filter;
use crate::rest::params::{int_of, list_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::{Keys, Shape};
use crate::rest::shape::Wire;
use crate::rest::shape::handler::{fetched, listed};

/// How many entries a page has, and how many are fetched unless told otherwise, and at most.
const PAGE: usize = 50;
const MOST: usize = 1000;

/// How many characters the name of a process has at most, and how many entries are named at once.
const NAME_CHARS: usize = 100;
const NAMED: usize = 10_000;

const FILTER: Param = Param::optional("filter", Kind::Object, "");
const CONNECTOR: Param = Param::optional("auth_connector", Kind::Text, "");
const PROCESS: Param = Param::required("process_id", Kind::Text);
const MESSAGE_ID: Param = Param::optional("message_id", Kind::List, "all");

/// What is shown of an entry.
const FETCHED: Keys = &[
    ("ID", Shape::Text),
    ("TIMESTAMP_X", Shape::Date),
    ("EVENT_NAME", Shape::Text),
    ("EVENT_DATA", Shape::OrFalse(&Shape::Map(&Shape::Any))),
    ("EVENT_ADDITIONAL", Shape::OrFalse(&Shape::Map(&Shape::Any))),
    ("MESSAGE_ID", Shape::Text),
];

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "event.offline.get",
        scope: "basic",
        about: "Fetches from the offline queue: takes entries away, or reserves them",
        caller: Caller::Application,
        params: &[
            FILTER,
            Param::optional("order", Kind::Object, "TIMESTAMP_X ASC"),
            Param::optional("limit", Kind::Int, "50"),
            Param::optional("clear", Kind::Int, "1"),
            Param::optional("process_id", Kind::Text, "a new one"),
            CONNECTOR,
            Param::optional("error", Kind::Int, "0"),
        ],
        errors: &[Refusal::EventsOfAdministrators, Refusal::Argument("process_id", String::new())],
        result: Shape::Object(&[
            ("process_id", Shape::OrNull(&Shape::Text)),
            ("events", Shape::List(&Shape::Object(FETCHED))),
        ]),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "event.offline.list",
        scope: "basic",
        about: "The offline queue as it is",
        caller: Caller::Application,
        params: &[
            FILTER,
            Param::optional("order", Kind::Object, "ID ASC"),
            Param::optional("start", Kind::Int, "0"),
            CONNECTOR,
        ],
        errors: &[Refusal::EventsOfAdministrators],
        result: Shape::List(&Shape::Object(&[
            ("ID", Shape::Text),
            ("TIMESTAMP_X", Shape::Date),
            ("EVENT_NAME", Shape::Text),
            ("EVENT_DATA", Shape::OrFalse(&Shape::Map(&Shape::Any))),
            ("EVENT_ADDITIONAL", Shape::OrFalse(&Shape::Map(&Shape::Any))),
            ("MESSAGE_ID", Shape::Text),
            ("PROCESS_ID", Shape::Text),
            ("ERROR", Shape::Text),
        ])),
        handler: |call| Box::pin(list(call)),
    },
    Method {
        name: "event.offline.clear",
        scope: "basic",
        about: "Takes away what was reserved",
        caller: Caller::Application,
        params: &[PROCESS, Param::optional("id", Kind::List, "all"), MESSAGE_ID],
        errors: &[Refusal::EventsOfAdministrators, Refusal::Argument("process_id", String::new())],
        result: Shape::Bool,
        handler: |call| Box::pin(clear(call)),
    },
    Method {
        name: "event.offline.error",
        scope: "basic",
        about: "Marks what was reserved as failed",
        caller: Caller::Application,
        params: &[PROCESS, MESSAGE_ID],
        errors: &[Refusal::EventsOfAdministrators, Refusal::Argument("process_id", String::new())],
        result: Shape::Bool,
        handler: |call| Box::pin(error(call)),
    },
];

async fn get(call: &Call) -> Result<Answer, Failure> {
    let limit = call.params.int("limit").value().and_then(|limit| usize::try_from(limit).ok());
    let named = word(call, "process_id");
    if named.chars().count() > NAME_CHARS {
        return Err(Refusal::Argument("process_id", "A process has at most 100 characters".to_owned()).into());
    }
    let fetch = Fetch {
        limit: limit.filter(|limit| *limit > 0).unwrap_or(PAGE).min(MOST),
        clear: flag(call, "clear").unwrap_or(true),
        process: Some(named).filter(|named| !named.is_empty()),
        failed: flag(call, "error").unwrap_or(false),
    };
    let by = Map::from_iter([("TIMESTAMP_X".to_owned(), json!("ASC"))]);
    let (process, entries) =
        call.messenger().fetch_backlog(call.user(), app(call), wanted(call, by), fetch).await?;
    let wire = wire(call);
    Ok(Answer::tree(json!({
        "process_id": process,
        "events": entries.iter().map(|entry| fetched(entry, &wire)).collect::<Vec<_>>(),
    })))
}

/// `1` or `0`, also as programs write yes and no elsewhere; what cannot be read is not said.
fn flag(call: &Call, name: &str) -> Option<bool> {
    match call.params.text(name)?.to_ascii_lowercase().as_str() {
        "1" | "y" | "true" => Some(true),
        "0" | "n" | "false" | "" => Some(false),
        _ => None,
    }
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let by = Map::from_iter([("ID".to_owned(), json!("ASC"))]);
    let entries = call.messenger().backlog(call.user(), app(call), wanted(call, by)).await?;
    let start = usize::try_from(call.start.unwrap_or(0)).unwrap_or(0);
    let wire = wire(call);
    let page: Vec<Value> = entries.iter().skip(start).take(PAGE).map(|entry| listed(entry, &wire)).collect();
    let end = start.saturating_add(page.len());
    let next = (!page.is_empty() && end < entries.len()).then(|| i64::try_from(end).unwrap_or(i64::MAX));
    let total = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    Ok(Answer::tree(Value::Array(page)).paged(Some(total), next))
}

/// What the filter takes, in the order that was asked for, else in the one that is `usual`.
fn wanted(call: &Call, usual: Map<String, Value>) -> Wanted {
    let conditions = call.params.object("filter").unwrap_or_default();
    let order = call.params.object("order").filter(|order| !order.is_empty()).unwrap_or(usual);
    let zone = call.portal.zone.clone();
    let choose: Choose = Box::new(move |entries| chosen(entries, &conditions, &order, &zone));
    Wanted { connector: word(call, "auth_connector"), choose }
}

/// Entries are filtered and sorted as they are shown.
fn chosen(
    entries: Vec<BacklogEntry>,
    conditions: &Map<String, Value>,
    order: &Map<String, Value>,
    zone: &TimeZone,
) -> Vec<BacklogEntry> {
    let wire = Wire { zone, base_url: "", revision: Revision::R33, language: Language::default() };
    let shown = entries.iter().map(|entry| listed(entry, &wire)).collect();
    let mut kept = filter::kept(shown, conditions, zone);
    filter::sort(&mut kept, order, zone);
    let place = |record: &Value| {
        let id = int_of(record.get("ID")?).value()?;
        entries.binary_search_by_key(&id, |entry| entry.id.0).ok()
    };
    kept.iter().filter_map(|record| entries.get(place(record)?).cloned()).collect()
}

async fn clear(call: &Call) -> Result<Answer, Failure> {
    let numbers =
        listed_texts(call, "id").map(|texts| texts.iter().filter_map(|id| id.parse().ok()).collect());
    let entries = match numbers {
        Some(numbers) => Entries::Numbers(numbers),
        None => things(call),
    };
    call.messenger().clear_backlog(call.user(), app(call), process(call)?, entries).await?;
    Ok(Answer::tree(true))
}

async fn error(call: &Call) -> Result<Answer, Failure> {
    call.messenger().fail_backlog(call.user(), app(call), process(call)?, things(call)).await?;
    Ok(Answer::tree(true))
}

fn process(call: &Call) -> Result<String, Refusal> {
    let named = word(call, "process_id");
    if named.is_empty() {
        return Err(Refusal::Argument("process_id", "The process is missing".to_owned()));
    }
    Ok(named)
}

fn things(call: &Call) -> Entries {
    listed_texts(call, "message_id").map_or(Entries::All, Entries::Things)
}

/// A list of words; one word is a list of one. Nothing, or an empty text, is no list.
fn listed_texts(call: &Call, name: &str) -> Option<Vec<String>> {
    let value = call.params.get(name).filter(|value| !value.is_null())?;
    if text_of(value).is_some_and(|text| text.is_empty()) {
        return None;
    }
    let list = list_of(value).unwrap_or_else(|| vec![value.clone()]);
    Some(list.iter().filter_map(text_of).take(NAMED).collect())
}
