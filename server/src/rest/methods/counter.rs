//! `im.counters.get`: what is unread, in sum and by chat.

use lately_messenger::counter::{Count, Part};
use serde_json::{Map, Value, json};

use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Method};
use crate::rest::schema::Shape;
use crate::rest::shape::PhpMap;

/// Counters by chat, or by person; left out with `ONLY_COUNTER`.
const UNREAD: Shape = Shape::Sometimes(&Shape::Map(&Shape::Int));

/// What is marked by hand; left out with `ONLY_COUNTER`.
const MARKED: Shape = Shape::Sometimes(&Shape::List(&Shape::Int));

/// The counters.
const UPPER: Shape = Shape::Object(&[
    (
        "TYPE",
        Shape::Object(&[
            ("ALL", Shape::Int),
            ("NOTIFY", Shape::Int),
            ("CHAT", Shape::Int),
            ("LINES", Shape::Int),
            ("DIALOG", Shape::Int),
            ("COPILOT", Shape::Int),
            ("COLLAB", Shape::Int),
            ("MESSENGER", Shape::Int),
            ("TASKS_TASK", Shape::Int),
        ]),
    ),
    ("CHAT", UNREAD),
    ("DIALOG", UNREAD),
    ("COLLAB", UNREAD),
    ("LINES", UNREAD),
    ("COPILOT", UNREAD),
    ("TASKS_TASK", UNREAD),
    ("CHAT_MUTED", UNREAD),
    ("CHANNEL_COMMENT", Shape::Sometimes(&Shape::Map(&Shape::Map(&Shape::Int)))),
    ("CHAT_UNREAD", MARKED),
    ("DIALOG_UNREAD", MARKED),
    ("COLLAB_UNREAD", MARKED),
    ("COPILOT_UNREAD", MARKED),
    ("TASKS_TASK_UNREAD", MARKED),
]);

/// The same with `JSON=Y`.
const CAMEL: Shape = Shape::Object(&[
    (
        "type",
        Shape::Object(&[
            ("all", Shape::Int),
            ("notify", Shape::Int),
            ("chat", Shape::Int),
            ("lines", Shape::Int),
            ("dialog", Shape::Int),
            ("copilot", Shape::Int),
            ("collab", Shape::Int),
            ("messenger", Shape::Int),
            ("tasksTask", Shape::Int),
        ]),
    ),
    ("chat", UNREAD),
    ("dialog", UNREAD),
    ("collab", UNREAD),
    ("lines", UNREAD),
    ("copilot", UNREAD),
    ("tasksTask", UNREAD),
    ("chatMuted", UNREAD),
    ("channelComment", Shape::Sometimes(&Shape::Map(&Shape::Map(&Shape::Int)))),
    ("chatUnread", MARKED),
    ("dialogUnread", MARKED),
    ("collabUnread", MARKED),
    ("copilotUnread", MARKED),
    ("tasksTaskUnread", MARKED),
]);

/// The declaration.
pub const METHODS: &[Method] = &[Method {
    name: "im.counters.get",
    scope: "im",
    about: "Unread counters of all conversations",
    caller: Caller::Anyone,
    params: &[],
    errors: &[],
    result: Shape::Either(&[UPPER, CAMEL]),
    handler: |call| Box::pin(get(call)),
}];

/// The maps by key in upper case and in camel case, with the part they hold.
const MAPS: [(&str, &str, Part); 6] = [
    ("CHAT", "chat", Part::Chat),
    ("DIALOG", "dialog", Part::Dialog),
    ("COLLAB", "collab", Part::Collab),
    ("LINES", "lines", Part::Lines),
    ("COPILOT", "copilot", Part::Copilot),
    ("TASKS_TASK", "tasksTask", Part::Task),
];

/// The lists of manual marks.
const MARKS: [(&str, &str, Part); 5] = [
    ("CHAT_UNREAD", "chatUnread", Part::Chat),
    ("DIALOG_UNREAD", "dialogUnread", Part::Dialog),
    ("COLLAB_UNREAD", "collabUnread", Part::Collab),
    ("COPILOT_UNREAD", "copilotUnread", Part::Copilot),
    ("TASKS_TASK_UNREAD", "tasksTaskUnread", Part::Task),
];

/// `JSON` and `ONLY_COUNTER` are matched in exactly this case, unlike every other parameter (behaviour.md D).
async fn get(call: &Call) -> Result<Answer, Failure> {
    let counts = call.messenger().counts(call.user()).await?;
    let camel = call.params.exact("JSON").and_then(Value::as_str) == Some("Y");
    let only_sums = call.params.exact("ONLY_COUNTER").is_some_and(truthy);
    let pick = |upper: &str, lower: &str| if camel { lower.to_owned() } else { upper.to_owned() };
    let mut result = Map::new();
    result.insert(pick("TYPE", "type"), sums(&counts, camel));
    if only_sums {
        return Ok(Answer::tree(Value::Object(result)));
    }
    for (upper, lower, part) in MAPS {
        result.insert(pick(upper, lower), json!(PhpMap(unread(&counts, part))));
    }
    result.insert(pick("CHAT_MUTED", "chatMuted"), json!(PhpMap(muted(&counts))));
    result.insert(pick("CHANNEL_COMMENT", "channelComment"), json!(PhpMap(comments(&counts))));
    for (upper, lower, part) in MARKS {
        result.insert(pick(upper, lower), marks(&counts, part));
    }
    Ok(Answer::tree(Value::Object(result)))
}

fn sums(counts: &[Count], camel: bool) -> Value {
    let sum = |part| counts.iter().filter(|count| count.part == part).map(Count::weight).sum::<i64>();
    let notify = sum(Part::Notify);
    let messenger = counts.iter().map(Count::weight).sum::<i64>() - notify;
    let sums = [
        ("ALL", "all", messenger + notify),
        ("NOTIFY", "notify", notify),
        ("CHAT", "chat", sum(Part::Chat)),
        ("LINES", "lines", sum(Part::Lines)),
        ("DIALOG", "dialog", sum(Part::Dialog)),
        ("COPILOT", "copilot", sum(Part::Copilot)),
        ("COLLAB", "collab", sum(Part::Collab)),
        ("MESSENGER", "messenger", messenger),
        ("TASKS_TASK", "tasksTask", sum(Part::Task)),
    ];
    let entry = |(upper, lower, sum): (&str, &str, i64)| {
        let key = if camel { lower } else { upper };
        (key.to_owned(), json!(sum))
    };
    Value::Object(sums.into_iter().map(entry).collect())
}

/// Private dialogs are keyed by the other person, everything else by the chat.
fn key(count: &Count) -> i64 {
    count.peer.map_or(count.chat.0, |peer| peer.0)
}

fn unread(counts: &[Count], part: Part) -> Map<String, Value> {
    let shown = counts.iter().filter(|count| count.part == part && !count.muted && count.unread > 0);
    shown.map(|count| (key(count).to_string(), json!(count.unread))).collect()
}

fn muted(counts: &[Count]) -> Map<String, Value> {
    let shown = counts.iter().filter(|count| count.muted && count.unread > 0);
    shown.map(|count| (count.chat.to_string(), json!(count.unread))).collect()
}

fn comments(counts: &[Count]) -> Map<String, Value> {
    let mut parents: Map<String, Value> = Map::new();
    for count in counts.iter().filter(|count| count.part == Part::Comment && !count.muted && count.unread > 0)
    {
        let threads = parents.entry(count.parent.to_string()).or_insert_with(|| json!({}));
        if let Value::Object(threads) = threads {
            threads.insert(count.chat.to_string(), json!(count.unread));
        }
    }
    parents
}

fn marks(counts: &[Count], part: Part) -> Value {
    let marked = counts.iter().filter(|count| count.part == part && count.mark);
    json!(marked.map(key).collect::<Vec<_>>())
}

/// As PHP sees it.
fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.as_str(), "" | "0"),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}
