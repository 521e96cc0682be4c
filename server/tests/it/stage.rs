//! What most tests begin with: a portal, three colleagues at their webhooks, and chats between them; and how an answer
//! is held against an example.

use lately_testkit::{Client, Person, TestPortal};
use serde_json::{Value, json};

/// When every portal's clock starts, as clients see it.
pub const NOW: &str = "2026-03-02T10:00:00+00:00";

/// A portal and three people who work in it.
pub struct Stage {
    pub portal: TestPortal,
    /// Number 1, the administrator.
    pub alice: Client,
    /// Number 2.
    pub bob: Client,
    /// Number 3.
    pub carol: Client,
}

impl Stage {
    pub async fn set() -> Self {
        Self::of(TestPortal::start().await).await
    }

    /// The three at a portal that is there already, with new webhooks.
    pub async fn of(portal: TestPortal) -> Self {
        let alice = portal.client(Person::Alice).await;
        let bob = portal.client(Person::Bob).await;
        let carol = portal.client(Person::Carol).await;
        Self { portal, alice, bob, carol }
    }

    /// A group that `owner` makes with `users`; answers the chat's number.
    pub async fn group(&self, owner: &Client, users: &[i64]) -> i64 {
        let made = owner.ok("im.chat.add", json!({ "TITLE": "Plan", "USERS": users })).await;
        made.as_i64().expect("a chat number")
    }

    /// A chat of another kind than methods can make, with alice as its owner and bob as a member.
    pub async fn import_chat(&self, id: i64, kind: &str, more: Value) {
        let mut chat = json!({ "type": "chat", "id": id, "kind": kind, "title": format!("Chat {id}"), "owner": 1, "created_at": NOW });
        for (key, value) in more.as_object().expect("a map") {
            chat[key] = value.clone();
        }
        let member = |user: i64| json!({ "type": "member", "chat": id, "user": user, "joined_at": NOW });
        self.portal.import(&format!("{chat}\n{}\n{}\n", member(1), member(2))).await;
    }

    /// Chats 101, 102... with one message each, 1101, 1102..., from alice to bob, the later the higher.
    pub async fn import_rows(&self, count: i64) {
        let mut lines = Vec::new();
        let noon = NOW.parse::<jiff::Timestamp>().expect("a date");
        for place in 1..=count {
            let id = 100 + place;
            let date = noon - jiff::SignedDuration::from_mins(count - place + 1);
            lines.push(json!({ "type": "chat", "id": id, "title": format!("Row {id}"), "owner": 1, "created_at": date }));
            for user in [1, 2] {
                lines.push(json!({ "type": "member", "chat": id, "user": user, "joined_at": date }));
            }
            let text = format!("In {id}");
            lines.push(
                json!({ "type": "message", "id": 1000 + id, "chat": id, "author": 1, "date": date, "text": text }),
            );
        }
        let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
        self.portal.import(&lines.join("\n")).await;
    }

    /// Every counter equals a recount: the last line of every test that changes something.
    pub async fn check(&self) {
        self.portal.assert_exact().await;
    }
}

/// The address of a chat.
pub fn chat(id: i64) -> String {
    format!("chat{id}")
}

/// The numbers of `list`'s items, in order.
pub fn ids(list: &Value) -> Vec<i64> {
    let items = list.as_array().expect("a list").iter();
    items.map(|item| item["id"].as_i64().expect("a number")).collect()
}

/// Fails unless `found` has exactly the keys of `example`, level by level, and values of the same kinds. The first item
/// of an example's list stands for every item; an empty one wants an empty one.
#[track_caller]
pub fn assert_shape(found: &Value, example: &Value) {
    if let Some(difference) = difference(found, example, "") {
        panic!("{difference} in {found:#}");
    }
}

fn difference(found: &Value, example: &Value, path: &str) -> Option<String> {
    match (found, example) {
        (Value::Object(found), Value::Object(example)) => {
            let missing = example.keys().find(|key| !found.contains_key(*key));
            let odd = found.keys().find(|key| !example.contains_key(*key));
            if let Some(key) = missing.or(odd) {
                let how = if missing.is_some() { "missing" } else { "not in the example" };
                return Some(format!("{path}.{key} is {how}"));
            }
            found.iter().find_map(|(key, value)| difference(value, &example[key], &format!("{path}.{key}")))
        }
        (Value::Array(found), Value::Array(example)) => match example.first() {
            None => (!found.is_empty()).then(|| format!("{path} is not empty")),
            Some(first) => found.iter().find_map(|item| difference(item, first, &format!("{path}[]"))),
        },
        _ => (kind(found) != kind(example))
            .then(|| format!("{path} is {found} where {example} is the example")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "fraction",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "map",
    }
}
