//! What applications are told of, and their backlogs, on the wire (`event.*`).

use lately_model::{BacklogEntry, Handler};
use serde_json::{Value, json};

use super::Wire;

/// A handler (`event.get`).
pub fn handler(handler: &Handler) -> Value {
    json!({
        "event": handler.event,
        "handler": handler.url,
        "auth_type": handler.user.to_string(),
        "offline": i64::from(handler.offline),
    })
}

/// An entry of a backlog (`event.offline.get`).
pub fn fetched(entry: &BacklogEntry, wire: &Wire<'_>) -> Value {
    json!({
        "ID": entry.id.to_string(),
        "TIMESTAMP_X": wire.date(entry.date),
        "EVENT_NAME": entry.event,
        "EVENT_DATA": told(&entry.data),
        "EVENT_ADDITIONAL": told(&entry.more),
        "MESSAGE_ID": entry.thing,
    })
}

/// An entry with what became of it (`event.offline.list`).
pub fn listed(entry: &BacklogEntry, wire: &Wire<'_>) -> Value {
    let mut shown = fetched(entry, wire);
    if let Value::Object(map) = &mut shown {
        map.insert("PROCESS_ID".to_owned(), json!(entry.process));
        map.insert("ERROR".to_owned(), json!(if entry.failed { "1" } else { "0" }));
    }
    shown
}

/// Nothing to tell is `false`.
fn told(data: &str) -> Value {
    match serde_json::from_str(data) {
        Ok(Value::Object(map)) if !map.is_empty() => Value::Object(map),
        _ => json!(false),
    }
}
