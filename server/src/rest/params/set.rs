//! The set of parameters that a method reads.
//!
//! Owns the reading rules of names and scalars (core.md 2 and 3): top-level names match in any case of
//! letters and the spelling that came last wins; nested keys stay as sent; a flag is yes only when it is
//! exactly `Y`. A null counts as not sent, because clients send one for every option they leave out. Never
//! fails: what cannot be read is `None` or [`Int::Bad`], and the method decides whether that is an error.

use super::json;
use serde_json::{Map, Number, Value};

/// Parameters in order, found by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    sent: Map<String, Value>,
}

/// An integer parameter as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Int {
    /// Not sent, or sent as null.
    Absent,
    /// Sent, but no 64-bit integer: the empty text too, since some methods name it as an error of its own.
    Bad,
    /// The number.
    Value(i64),
}

impl Int {
    /// The number, for methods that ignore what they cannot read.
    pub fn value(self) -> Option<i64> {
        match self {
            Int::Value(number) => Some(number),
            Int::Absent | Int::Bad => None,
        }
    }
}

impl From<Map<String, Value>> for Params {
    fn from(sent: Map<String, Value>) -> Self {
        Self { sent }
    }
}

impl Params {
    /// The value as sent, null included. Requests have few parameters, so looking at each is cheaper than an index.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.sent.iter().rev().find(|(sent, _)| sent.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The value of exactly this spelling: for the few names that are case-sensitive (behaviour.md D,
    /// im.counters.get).
    pub fn exact(&self, name: &str) -> Option<&Value> {
        self.sent.get(name)
    }

    /// Whether the name was sent with anything but null.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null())
    }

    /// A scalar as text, see [`text_of`].
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(text_of)
    }

    /// An integer, see [`int_of`].
    pub fn int(&self, name: &str) -> Int {
        self.get(name).map_or(Int::Absent, int_of)
    }

    /// Whether the value is exactly the text `Y`. `y`, `1` and `true` are not.
    pub fn yes(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_str) == Some("Y")
    }

    /// Whether the value is exactly the text `N`.
    pub fn no(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_str) == Some("N")
    }

    /// A list, or a map's values as PHP has it; no scalar.
    pub fn list(&self, name: &str) -> Option<Vec<Value>> {
        self.get(name).and_then(list_of)
    }

    /// Like [`Params::list`], but also out of a text that holds JSON: for parameters whose page says so.
    pub fn list_or_json(&self, name: &str) -> Option<Vec<Value>> {
        match self.get(name)? {
            Value::String(text) => list_of(&json::parse(text).ok()?),
            value => list_of(value),
        }
    }

    /// A map, also out of a text that holds JSON, see [`object_of`].
    pub fn object(&self, name: &str) -> Option<Map<String, Value>> {
        self.get(name).and_then(object_of)
    }

    /// Everything, under the names as sent.
    pub fn into_map(self) -> Map<String, Value> {
        self.sent
    }
}

/// A scalar as text: a string, a number (a whole float without its `.0`), true as `1`, false as the empty
/// text. Null, lists and maps are `None`.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => {
            Some(whole(number).map_or_else(|| number.to_string(), |whole| whole.to_string()))
        }
        Value::Bool(true) => Some("1".to_owned()),
        Value::Bool(false) => Some(String::new()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A flag as newer methods take it: true and false, `Y` and `N`, and what forms make of the first two. Whatever else is
/// `None`.
pub fn flag_of(value: &Value) -> Option<bool> {
    match text_of(value)?.to_ascii_lowercase().as_str() {
        "1" | "y" | "true" => Some(true),
        "" | "0" | "n" | "false" => Some(false),
        _ => None,
    }
}

/// An integer: a number or a numeric text, spaces around it and a fraction of zeros allowed. What does not
/// fit 64 bits, any other text, booleans, lists and maps are [`Int::Bad`]; null is [`Int::Absent`].
pub fn int_of(value: &Value) -> Int {
    let number = match value {
        Value::Null => return Int::Absent,
        Value::Number(number) => whole(number),
        Value::String(text) => whole_text(text.trim()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.map_or(Int::Bad, Int::Value)
}

/// A list, or a map's values; `None` for scalars.
pub fn list_of(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items.clone()),
        Value::Object(map) => Some(map.values().cloned().collect()),
        _ => None,
    }
}

/// A map, also out of a text that holds JSON. An empty list is an empty map: PHP clients cannot tell the two
/// apart.
pub fn object_of(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map.clone()),
        Value::Array(items) if items.is_empty() => Some(Map::new()),
        Value::String(text) => match json::parse(text).ok()? {
            Value::Object(map) => Some(map),
            Value::Array(items) if items.is_empty() => Some(Map::new()),
            _ => None,
        },
        _ => None,
    }
}

fn whole(number: &Number) -> Option<i64> {
    if let Some(integer) = number.as_i64() {
        return Some(integer);
    }
    // 2^63 as a float: the first value that a 64-bit integer cannot hold.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    let float = number.as_f64().filter(|_| number.is_f64())?;
    let fits = float.fract() == 0.0 && (-BOUND..BOUND).contains(&float);
    fits.then_some(float as i64)
}

fn whole_text(text: &str) -> Option<i64> {
    let integer = match text.split_once('.') {
        Some((integer, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => integer,
        _ => text,
    };
    integer.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn params(value: Value) -> Params {
        let Value::Object(map) = value else { panic!("an object is needed") };
        Params::from(map)
    }

    #[test]
    fn yes_and_no_are_read_as_newer_programs_write_them() {
        for (value, flag) in [
            (json!(true), Some(true)),
            (json!("Y"), Some(true)),
            (json!(1), Some(true)),
            (json!("true"), Some(true)),
            (json!(false), Some(false)),
            (json!("N"), Some(false)),
            (json!("0"), Some(false)),
            (json!(2), None),
            (json!("maybe"), None),
            (json!([]), None),
            (json!(null), None),
        ] {
            assert_eq!(flag_of(&value), flag, "{value}");
        }
    }

    #[test]
    fn names_match_in_any_case_and_nested_keys_as_sent() {
        let params = params(json!({"dialog_id": "chat7", "Filter": {"id": 1}}));
        assert_eq!(params.text("DIALOG_ID").as_deref(), Some("chat7"));
        assert_eq!(params.text("dialogId"), None);
        assert_eq!(params.object("filter"), Some(Map::from_iter([("id".to_owned(), json!(1))])));
    }

    #[test]
    fn the_later_spelling_wins_and_exact_tells_them_apart() {
        let params = params(json!({"JSON": "Y", "json": "N"}));
        assert!(params.no("JSON"));
        assert_eq!(params.exact("JSON"), Some(&json!("Y")));
        assert_eq!(params.exact("Json"), None);
    }

    #[test]
    fn scalars_are_texts_and_the_rest_is_not() {
        let cases = [
            (json!("a"), Some("a")),
            (json!(7), Some("7")),
            (json!(7.0), Some("7")),
            (json!(7.5), Some("7.5")),
            (json!(true), Some("1")),
            (json!(false), Some("")),
            (json!(null), None),
            (json!([]), None),
            (json!({"a": 1}), None),
        ];
        for (value, expected) in cases {
            assert_eq!(text_of(&value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn integers_are_numbers_and_numeric_texts() {
        for value in [json!(5), json!(5.0), json!("5"), json!(" 5 "), json!("+5"), json!("5.0"), json!("05")]
        {
            assert_eq!(int_of(&value), Int::Value(5), "{value}");
        }
        assert_eq!(int_of(&json!("-1")), Int::Value(-1));
        assert_eq!(int_of(&json!(i64::MIN)), Int::Value(i64::MIN));
        assert_eq!(int_of(&json!("9223372036854775807")), Int::Value(i64::MAX));
    }

    #[test]
    fn other_values_are_bad_integers() {
        let huge: Value = serde_json::from_str("123456789012345678901234567890").unwrap();
        let bad = [
            huge,
            json!("123456789012345678901234567890"),
            json!(u64::MAX),
            json!(9_223_372_036_854_775_808.0),
            json!(5.5),
            json!("5.5"),
            json!("5."),
            json!(".0"),
            json!("5a"),
            json!("chat5"),
            json!(""),
            json!(" "),
            json!("1e3"),
            json!(true),
            json!([1]),
            json!({}),
        ];
        for value in bad {
            assert_eq!(int_of(&value), Int::Bad, "{value}");
        }
    }

    #[test]
    fn null_counts_as_not_sent() {
        let params = params(json!({"TAG": null, "EMPTY": ""}));
        assert_eq!(params.int("TAG"), Int::Absent);
        assert_eq!(params.int("MISSING"), Int::Absent);
        assert!(!params.has("TAG") && !params.has("MISSING") && params.has("empty"));
        assert_eq!(params.get("TAG"), Some(&Value::Null));
        assert_eq!(params.object("TAG"), None);
    }

    #[test]
    fn only_the_exact_letter_is_a_flag() {
        let params = params(json!({"A": "Y", "B": "y", "C": true, "D": "1", "E": "N", "F": "Y "}));
        assert!(params.yes("A") && params.no("E"));
        for name in ["B", "C", "D", "E", "F", "G"] {
            assert!(!params.yes(name), "{name}");
        }
        assert!(!params.no("A") && !params.no("G"));
    }

    #[test]
    fn lists_come_from_lists_and_maps() {
        let params =
            params(json!({"A": [1, "2"], "B": {"x": 1, "7": 2}, "C": "[1,2]", "D": "1,2", "E": "{\"k\":3}"}));
        assert_eq!(params.list("A"), Some(vec![json!(1), json!("2")]));
        assert_eq!(params.list("B"), Some(vec![json!(1), json!(2)]));
        assert_eq!(params.list("C"), None);
        assert_eq!(params.list_or_json("A"), params.list("A"));
        assert_eq!(params.list_or_json("C"), Some(vec![json!(1), json!(2)]));
        assert_eq!(params.list_or_json("D"), None);
        assert_eq!(params.list_or_json("E"), Some(vec![json!(3)]));
        assert_eq!(params.list("F"), None);
    }

    #[test]
    fn maps_come_from_maps_texts_and_empty_lists() {
        let params =
            params(json!({"A": {"k": 1}, "B": "{\"k\":1}", "C": [], "D": "[]", "E": [1], "F": "{", "G": 1}));
        let expected = Map::from_iter([("k".to_owned(), json!(1))]);
        assert_eq!(params.object("A").as_ref(), Some(&expected));
        assert_eq!(params.object("B").as_ref(), Some(&expected));
        assert_eq!(params.object("C"), Some(Map::new()));
        assert_eq!(params.object("D"), Some(Map::new()));
        for name in ["E", "F", "G", "H"] {
            assert_eq!(params.object(name), None, "{name}");
        }
    }

    #[test]
    fn a_deep_text_is_no_map() {
        let params = params(json!({"ATTACH": "[".repeat(100_000)}));
        assert_eq!(params.object("ATTACH"), None);
        assert_eq!(params.list_or_json("ATTACH"), None);
    }

    #[test]
    fn the_set_keeps_order_and_spelling() {
        let names: Vec<String> =
            params(json!({"b": 1, "A": 2, "c": 3})).into_map().into_iter().map(|(k, _)| k).collect();
        assert_eq!(names, ["b", "A", "c"]);
    }
}
