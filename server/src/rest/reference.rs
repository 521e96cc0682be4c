//! References in a batch: `$result[key][path]` in a later command stands for data of an earlier answer.
//!
//! Owns finding and replacing them (core.md 6, behaviour.md H "batch"), after the command's query has been
//! decoded: clients send them percent-encoded. Holds: one pass, so inserted text is never read for references
//! again; parameters stay within the depth limit and grow by at most [`MAX_INSERTED`], so a chain of commands
//! cannot double its data without end. Never touches parameter names.

use super::params::{MAX_DEPTH, text_of};
use serde_json::{Map, Value};

/// Bytes that references may insert into one command's parameters.
pub const MAX_INSERTED: usize = 1 << 20;

/// What a list, map or scalar counts beside its text: about its size in memory.
const VALUE_COST: usize = 32;

/// What the commands before this one answered, by command key. Failed commands are only in `error`.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Each command's `result`.
    pub result: Map<String, Value>,
    /// `total` of list methods.
    pub total: Map<String, Value>,
    /// `next` of list methods that have another page.
    pub next: Map<String, Value>,
    /// `{error, error_description}` of failed commands.
    pub error: Map<String, Value>,
    /// `time` of commands that went well.
    pub time: Map<String, Value>,
}

/// References would insert more than [`MAX_INSERTED`] bytes, or nest parameters deeper than they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("References in the command insert too much data")]
pub struct TooMuch;

/// Replaces every reference in the parameters' texts, nested ones too.
///
/// - A text that is exactly one reference becomes the value itself: list, map, number or any other.
/// - Inside a longer text scalars are inserted as text; lists and maps insert nothing.
/// - A path goes on past a scalar without moving, so `$result[chat][ID]` is 5 when the answer is just 5, as in
///   the original. A closing BB code tag ends a path: `[B]$result[u][NAME][/B]`.
/// - A step that is not there gives null, or nothing inside a longer text. The original gives the whole list
///   or map reached so far, which a method could only refuse; null counts as «not sent», so a chain of pages
///   whose `$result[req_0][49][ID]` points past a short page runs to its end without an error.
/// - What only looks like a reference (`$result`, `$result[`, `$other[a]`) stays text.
///
/// On an error the parameters are half replaced: the command must not run.
pub fn substitute(params: &mut Map<String, Value>, answers: &Answers) -> Result<(), TooMuch> {
    let mut substitution = Substitution { answers, room: MAX_INSERTED };
    params.values_mut().try_for_each(|value| substitution.visit(value, 0))
}

struct Substitution<'a> {
    answers: &'a Answers,
    /// Bytes that may still be inserted.
    room: usize,
}

impl<'a> Substitution<'a> {
    /// `depth` counts the lists and maps around the value.
    fn visit(&mut self, value: &mut Value, depth: usize) -> Result<(), TooMuch> {
        match value {
            Value::String(text) if text.contains('$') => {
                if let Some(replaced) = self.replace(text, depth)? {
                    *value = replaced;
                }
                Ok(())
            }
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.visit(item, depth + 1)),
            Value::Object(map) => map.values_mut().try_for_each(|item| self.visit(item, depth + 1)),
            _ => Ok(()),
        }
    }

    /// The new value of a text; none if there is no reference in it.
    fn replace(&mut self, text: &str, depth: usize) -> Result<Option<Value>, TooMuch> {
        let whole = text.strip_prefix('$').and_then(|after| self.read_reference(after));
        if let Some((found, "")) = whole {
            let Some(value) = found else { return Ok(Some(Value::Null)) };
            self.pay_for(value, depth)?;
            return Ok(Some(value.clone()));
        }
        self.insert_all(text)
    }

    fn insert_all(&mut self, text: &str) -> Result<Option<Value>, TooMuch> {
        let (mut out, mut rest, mut changed) = (String::new(), text, false);
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let Some((found, tail)) = self.read_reference(after) else {
                out.push('$');
                rest = after;
                continue;
            };
            let inserted = found.and_then(text_of).unwrap_or_default();
            self.pay(inserted.len())?;
            out.push_str(&inserted);
            (rest, changed) = (tail, true);
        }
        out.push_str(rest);
        Ok(changed.then_some(Value::String(out)))
    }

    /// Reads a reference behind its `$`: the value it points at, if that exists, and the text that follows
    /// it.
    fn read_reference<'t>(&self, after: &'t str) -> Option<(Option<&'a Value>, &'t str)> {
        let answers = self.answers;
        let members = [
            ("result", &answers.result),
            ("total", &answers.total),
            ("next", &answers.next),
            ("error", &answers.error),
            ("time", &answers.time),
        ];
        let (source, path) =
            members.into_iter().find_map(|(name, source)| Some((source, after.strip_prefix(name)?)))?;
        let (key, mut rest) = read_step(path)?;
        let mut found = source.get(key);
        while let Some((step, tail)) = read_step(rest) {
            found = found.and_then(|value| descend(value, step));
            rest = tail;
        }
        Some((found, rest))
    }

    /// Takes the value's size off the room, and refuses what would lie too deep.
    fn pay_for(&mut self, value: &Value, depth: usize) -> Result<(), TooMuch> {
        match value {
            Value::Array(_) | Value::Object(_) if depth >= MAX_DEPTH => Err(TooMuch),
            Value::Array(items) => {
                self.pay(VALUE_COST)?;
                items.iter().try_for_each(|item| self.pay_for(item, depth + 1))
            }
            Value::Object(map) => {
                self.pay(VALUE_COST)?;
                map.iter().try_for_each(|(key, item)| {
                    self.pay(key.len())?;
                    self.pay_for(item, depth + 1)
                })
            }
            Value::String(text) => self.pay(VALUE_COST + text.len()),
            Value::Null | Value::Bool(_) | Value::Number(_) => self.pay(VALUE_COST),
        }
    }

    fn pay(&mut self, bytes: usize) -> Result<(), TooMuch> {
        self.room = self.room.checked_sub(bytes).ok_or(TooMuch)?;
        Ok(())
    }
}

/// `[step]tail`. Empty brackets, brackets in brackets and closing BB code tags are no steps. The search ends
/// at the next bracket of either kind, so a long text of half-open references costs no more than its length.
fn read_step(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let (step, tail) = inner.split_at_checked(inner.find(['[', ']'])?)?;
    let tail = tail.strip_prefix(']')?;
    (!step.is_empty() && !step.starts_with('/')).then_some((step, tail))
}

fn descend<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        scalar => Some(scalar),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!("an object is needed") };
        map
    }

    fn answers() -> Answers {
        Answers {
            result: map(json!({
                "u": {"ID": "7", "NAME": "alice", "TAGS": ["a", "b"], "ON": true, "OFF": false, "NONE": null},
                "list": [{"ID": 1}, {"ID": 2}],
                "chat": 5,
                "0": "first",
                "evil": "$result[u][ID]",
            })),
            total: map(json!({"list": 2})),
            next: map(json!({"list": 50})),
            error: map(json!({"bad": {"error": "ACCESS_ERROR", "error_description": ""}})),
            time: map(json!({"u": {"start": 1.5}})),
        }
    }

    fn check(text: &str, expected: Value) {
        let mut params = map(json!({"P": {"x": [text]}}));
        substitute(&mut params, &answers()).unwrap();
        assert_eq!(Value::Object(params), json!({"P": {"x": [expected]}}), "{text}");
    }

    #[test]
    fn a_whole_reference_becomes_the_value() {
        check("$result[u][ID]", json!("7"));
        check("$result[list][1][ID]", json!(2));
        check("$result[u][TAGS]", json!(["a", "b"]));
        check("$result[list]", json!([{"ID": 1}, {"ID": 2}]));
        check("$result[u][OFF]", json!(false));
        check("$result[0]", json!("first"));
    }

    #[test]
    fn every_member_of_an_answer_can_be_named() {
        check("$total[list]", json!(2));
        check("$next[list]", json!(50));
        check("$error[bad][error]", json!("ACCESS_ERROR"));
        check("$time[u][start]", json!(1.5));
    }

    #[test]
    fn scalars_are_inserted_into_longer_texts() {
        check("chat$result[chat]", json!("chat5"));
        check(
            "$result[u][NAME] and $result[list][0][ID], $result[u][ON]$result[u][OFF].",
            json!("alice and 1, 1."),
        );
        check("<$result[u]|$result[list]|$result[u][NONE]>", json!("<||>"));
    }

    #[test]
    fn a_missing_step_is_null_or_nothing() {
        for text in [
            "$result[list][49][ID]",
            "$result[nobody]",
            "$result[bad][ID]",
            "$result[u][id]",
            "$result[list][x]",
        ] {
            check(text, json!(null));
            check(&format!("<{text}>"), json!("<>"));
        }
    }

    #[test]
    fn a_path_past_a_scalar_keeps_the_scalar() {
        check("$result[chat][ID]", json!(5));
        check("chat$result[chat][ID]", json!("chat5"));
        check("$result[u][NONE][ID]", json!(null));
    }

    #[test]
    fn a_closing_tag_ends_a_path() {
        check("[B]$result[u][NAME][/B]", json!("[B]alice[/B]"));
        check("[URL=/u/$result[u][ID]/]x[/URL]", json!("[URL=/u/7/]x[/URL]"));
    }

    #[test]
    fn what_only_looks_like_a_reference_stays() {
        for text in [
            "$result",
            "$result[",
            "$result[]",
            "$result[a",
            "$result[[u]]",
            "$other[u]",
            "$",
            "$$",
            "5 $",
            "result[u]",
        ] {
            check(text, json!(text));
        }
        check("$$result[chat]", json!("$5"));
        check("$result[u][NAME][", json!("alice["));
        check("$result[$result[chat]", json!("$result[5"));
    }

    #[test]
    fn inserted_text_is_not_read_again() {
        check("$result[evil]", json!("$result[u][ID]"));
        check("a $result[evil]", json!("a $result[u][ID]"));
    }

    #[test]
    fn other_values_and_names_stay() {
        let before = map(json!({"$result[u][ID]": 1, "b": true, "c": null, "d": 1.5}));
        let mut after = before.clone();
        substitute(&mut after, &answers()).unwrap();
        assert_eq!(after, before);
    }

    #[test]
    fn inserted_data_is_limited() {
        let answers =
            Answers { result: map(json!({"big": "x".repeat(MAX_INSERTED / 4)})), ..Answers::default() };
        let mut few = map(json!({"A": "$result[big]", "B": "<$result[big]$result[big]>"}));
        assert_eq!(substitute(&mut few, &answers), Ok(()));
        let mut many = map(json!({"A": "$result[big]", "B": "$result[big]$result[big]$result[big]"}));
        assert_eq!(substitute(&mut many, &answers), Err(TooMuch));
    }

    #[test]
    fn inserted_lists_are_counted_by_value() {
        let answers = Answers { result: map(json!({"list": vec![0; 1000]})), ..Answers::default() };
        let mut params = map(json!({"A": vec!["$result[list]"; 100]}));
        assert_eq!(substitute(&mut params, &answers), Err(TooMuch));
    }

    #[test]
    fn inserted_depth_is_limited() {
        let deep = (0..MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
        let answers = Answers { result: map(json!({"deep": deep})), ..Answers::default() };
        assert_eq!(substitute(&mut map(json!({"A": "$result[deep]"})), &answers), Ok(()));
        assert_eq!(substitute(&mut map(json!({"A": ["$result[deep]"]})), &answers), Err(TooMuch));
    }

    #[test]
    fn a_long_text_of_half_references_is_read_once() {
        let text = "$result[".repeat(200_000);
        check(&text, json!(text));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\$|result|total|\\[|\\]|u|list|chat|0|/|é){0,30}") {
            let mut params = map(json!({"A": text}));
            prop_assert!(substitute(&mut params, &answers()).is_ok());
        }
    }
}
