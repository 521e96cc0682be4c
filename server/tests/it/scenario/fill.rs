//! Names in braces: `{bob}`, `{chat}`, `{now}`, `{x*500}`, put in where parameters and expectations name them.
//!
//! Must hold: a name that nothing stands for is a mistake and never sent as it is written.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A picture of one pixel, as methods take pictures.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// What names stand for.
#[derive(Debug, Clone)]
pub struct Known(BTreeMap<String, Value>);

impl Known {
    /// The people by their numbers, and a picture.
    pub fn new(people: &[(&str, i64)]) -> Self {
        let people = people.iter().map(|(name, id)| ((*name).to_owned(), json!(id)));
        Self(people.chain([("png".to_owned(), json!(PNG))]).collect())
    }

    /// Lets a name stand for a value.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value with everything put in, in texts and in keys.
    pub fn fill(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => self.fill_text(text)?,
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.fill(item)).collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                let mut filled = Map::new();
                for (key, value) in map {
                    filled.insert(plain(&self.fill_text(key)?), self.fill(value)?);
                }
                Value::Object(filled)
            }
            other => other.clone(),
        })
    }

    /// A text that is one name becomes its value; names inside a text become text.
    pub fn fill_text(&self, text: &str) -> Result<Value, String> {
        if let Some(name) = whole(text) {
            return self.value(name);
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            match from.find('}').and_then(|end| whole(&from[..=end]).map(|name| (end, name))) {
                Some((end, name)) => {
                    filled.push_str(&plain(&self.value(name)?));
                    rest = &from[end + 1..];
                }
                None => {
                    filled.push('{');
                    rest = &from[1..];
                }
            }
        }
        filled.push_str(rest);
        Ok(Value::String(filled))
    }

    fn value(&self, name: &str) -> Result<Value, String> {
        if let Some((what, times)) = name.split_once('*') {
            let times: usize = times.parse().map_err(|_| format!("{{{name}}} says how often by a number"))?;
            return Ok(Value::String(what.repeat(times)));
        }
        self.0.get(name).cloned().ok_or_else(|| format!("nothing is known by the name {{{name}}}"))
    }
}

/// The name if the text is one in braces, and nothing else.
pub fn whole(text: &str) -> Option<&str> {
    let name = text.strip_prefix('{')?.strip_suffix('}')?;
    let begins = name.starts_with(|sign: char| sign.is_alphabetic());
    let signs = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | ':' | '*');
    (begins && name.chars().all(signs)).then_some(name)
}

/// A value as text within a text.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn names_are_put_in_as_they_are_or_as_text() {
    let mut known = Known::new(&[("bob", 2)]);
    known.set("chat", json!(7));
    let written = json!({ "A": "{bob}", "B": "chat{chat}", "{chat}": ["{x*3}", "{\"a\":1}", "{ no }"] });
    let filled = json!({ "A": 2, "B": "chat7", "7": ["xxx", "{\"a\":1}", "{ no }"] });
    assert_eq!(known.fill(&written), Ok(filled));
    assert!(known.fill(&json!("to {carl}")).is_err());
}
