//! How an answer is held against what a scenario expects.
//!
//! Must hold: numbers and texts are never the same; a list is as long as expected unless it says otherwise; a map may
//! have more keys unless it has `"{exact}": true`. The first difference is told with the way to it.

use serde_json::{Map, Value, json};

use super::fill::{Known, plain, whole};

/// Holds a value, or nothing, against what is expected; keeps what is given a name.
pub fn hold(expected: &Value, got: Option<&Value>, path: &str, known: &mut Known) -> Result<(), String> {
    let differs = |expected: &Value| {
        let got = got.map_or("nothing".to_owned(), Value::to_string);
        Err(format!("{path}: expected {expected}, got {got}"))
    };
    if let Value::String(text) = expected {
        return match Kind::read(text) {
            Some((kind, name)) if kind.takes(got) => {
                if let (Some(name), Some(got)) = (name, got) {
                    known.set(name, got.clone());
                }
                Ok(())
            }
            Some(_) => differs(expected),
            None => {
                let (word, rest) = word(text);
                let filled = known.fill_text(rest)?;
                let same = match word {
                    "{has}" => contains(got, &filled),
                    "{not}" => got.is_some_and(|got| *got != filled),
                    _ => got == Some(&filled),
                };
                match word {
                    _ if same => Ok(()),
                    "" => differs(&filled),
                    _ => differs(&json!(format!("{word}{}", plain(&filled)))),
                }
            }
        };
    }
    match (expected, got) {
        (Value::Object(expected), Some(Value::Object(got))) => map(expected, got, path, known),
        (Value::Array(expected), Some(Value::Array(got))) => list(expected, got, path, known),
        _ if got == Some(expected) => Ok(()),
        _ => differs(expected),
    }
}

/// What a text in braces may ask of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Absent,
    Text,
    Int,
    Id,
    Number,
    Bool,
    List,
    Map,
    Date,
}

impl Kind {
    /// `{int}`, or `{int:name}` to know it later by the name.
    fn read(text: &str) -> Option<(Self, Option<&str>)> {
        let inner = whole(text)?;
        let (kind, name) = inner.split_once(':').map_or((inner, None), |(kind, name)| (kind, Some(name)));
        let kind = match kind {
            "any" => Self::Any,
            "absent" => Self::Absent,
            "text" => Self::Text,
            "int" => Self::Int,
            "id" => Self::Id,
            "number" => Self::Number,
            "bool" => Self::Bool,
            "list" => Self::List,
            "map" => Self::Map,
            "date" => Self::Date,
            _ => return None,
        };
        Some((kind, name))
    }

    fn takes(self, got: Option<&Value>) -> bool {
        let Some(got) = got else { return self == Self::Absent };
        match self {
            Self::Any => true,
            Self::Absent => false,
            Self::Text => got.is_string(),
            Self::Int => got.is_i64(),
            Self::Id => got.as_i64().is_some_and(|id| id > 0),
            Self::Number => got.is_number(),
            Self::Bool => got.is_boolean(),
            Self::List => got.is_array(),
            Self::Map => got.is_object(),
            // With an offset, as the reference writes them.
            Self::Date => got.as_str().is_some_and(|text| {
                text.len() == "2026-03-02T10:00:00+00:00".len() && text.parse::<jiff::Timestamp>().is_ok()
            }),
        }
    }
}

/// What a text begins with if that changes what is asked: `{has}` that it occurs, `{not}` anything else.
fn word(text: &str) -> (&str, &str) {
    let words = ["{has}", "{not}"];
    let found = words.iter().find_map(|word| text.strip_prefix(word).map(|rest| (*word, rest)));
    found.unwrap_or(("", text))
}

fn contains(got: Option<&Value>, part: &Value) -> bool {
    let (got, part) = (got.and_then(Value::as_str), part.as_str());
    got.zip(part).is_some_and(|(got, part)| got.contains(part))
}

fn map(
    expected: &Map<String, Value>,
    got: &Map<String, Value>,
    path: &str,
    known: &mut Known,
) -> Result<(), String> {
    let mut named = Vec::new();
    for (key, value) in expected.iter().filter(|(key, _)| *key != "{exact}") {
        let key = plain(&known.fill_text(key)?);
        hold(value, got.get(&key), &format!("{path}.{key}"), known)?;
        named.push(key);
    }
    let odd = got.keys().find(|key| expected.contains_key("{exact}") && !named.contains(key));
    odd.map_or(Ok(()), |key| Err(format!("{path}.{key}: expected nothing, got {}", got[key])))
}

/// By place, and as long; or what the first item says: `{some}` are there, in any order; `{first}` come first; each is
/// like `{each}`; `{none}` is there; there are so many, `{count}`.
fn list(expected: &[Value], got: &[Value], path: &str, known: &mut Known) -> Result<(), String> {
    let word = expected.first().and_then(Value::as_str).unwrap_or_default();
    let rest = expected.get(1..).unwrap_or_default();
    let whole = || Value::from(got.to_vec());
    match word {
        "{some}" => rest.iter().try_for_each(|one| {
            let like = |item: &Value| {
                let mut tried = known.clone();
                hold(one, Some(item), path, &mut tried).is_ok().then_some(tried)
            };
            let found = got.iter().find_map(like);
            *known = found.ok_or_else(|| format!("{path}: expected {one} among {}", whole()))?;
            Ok(())
        }),
        "{none}" => rest.iter().try_for_each(|one| {
            match got.iter().find(|item| hold(one, Some(item), path, &mut known.clone()).is_ok()) {
                Some(item) => Err(format!("{path}: expected nothing like {one}, got {item}")),
                None => Ok(()),
            }
        }),
        "{each}" if got.is_empty() => Err(format!("{path}: expected some, got none")),
        "{each}" => got.iter().enumerate().try_for_each(|(place, item)| {
            rest.iter().try_for_each(|one| hold(one, Some(item), &format!("{path}[{place}]"), known))
        }),
        "{count}" => hold(&rest[0], Some(&Value::from(got.len())), &format!("the length of {path}"), known),
        "{first}" if got.len() >= rest.len() => by_place(rest, got, path, known),
        _ if word != "{first}" && expected.len() == got.len() => by_place(expected, got, path, known),
        _ => Err(format!("{path}: expected {}, got {}", Value::from(expected.to_vec()), whole())),
    }
}

fn by_place(expected: &[Value], got: &[Value], path: &str, known: &mut Known) -> Result<(), String> {
    let pairs = expected.iter().zip(got).enumerate();
    pairs.into_iter().try_for_each(|(place, (expected, got))| {
        hold(expected, Some(got), &format!("{path}[{place}]"), known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known::new(&[("bob", 2)])
    }

    #[test]
    fn what_is_alike_is_taken() {
        for (expected, got) in [
            (json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
            (json!({ "{exact}": true, "a": 1 }), json!({ "a": 1 })),
            (json!({ "a": "{absent}" }), json!({})),
            (json!(["{int}", "{text}", "{bob}", "{any}"]), json!([1, "", 2, null])),
            (json!(["{some}", { "a": 2 }, { "a": 1 }]), json!([{ "a": 1 }, { "a": 2, "b": 3 }])),
            (json!(["{none}", { "a": 2 }]), json!([{ "a": 1 }])),
            (json!(["{each}", { "a": "{int}" }]), json!([{ "a": 1 }, { "a": 2 }])),
            (json!(["{first}", 1]), json!([1, 2])),
            (json!(["{count}", 2]), json!([1, 2])),
            (json!("{date}"), json!("2026-03-02T10:00:00+01:00")),
            (json!("{has}user {bob}"), json!("the user 2 came")),
            (json!("{not}{bob}"), json!(3)),
            (json!(null), json!(null)),
        ] {
            assert_eq!(hold(&expected, Some(&got), "result", &mut known()), Ok(()), "{expected} {got}");
        }
    }

    #[test]
    fn what_differs_is_told_with_the_way_to_it() {
        for (expected, got, told) in [
            (json!({ "a": [1, 2] }), json!({ "a": [1, 3] }), "result.a[1]: expected 2, got 3"),
            (json!({ "a": 1 }), json!({ "a": "1" }), "result.a: expected 1, got \"1\""),
            (json!({ "a": 1 }), json!({}), "result.a: expected 1, got nothing"),
            (json!({ "{exact}": true }), json!({ "a": 1 }), "result.a: expected nothing, got 1"),
            (json!({ "a": "{absent}" }), json!({ "a": null }), "result.a: expected \"{absent}\", got null"),
            (json!([1]), json!([1, 2]), "result: expected [1], got [1,2]"),
            (json!(["{each}", 1]), json!([]), "result: expected some, got none"),
            (json!(["{each}", 1]), json!([1, 2]), "result[1]: expected 1, got 2"),
            (json!(["{some}", 3]), json!([1, 2]), "result: expected 3 among [1,2]"),
            (json!(["{none}", 2]), json!([1, 2]), "result: expected nothing like 2, got 2"),
            (json!(["{first}", 1, 2]), json!([1]), "result: expected [\"{first}\",1,2], got [1]"),
            (json!(["{count}", 2]), json!([1]), "the length of result: expected 2, got 1"),
            (json!("{id}"), json!(0), "result: expected \"{id}\", got 0"),
            (json!("{date}"), json!("2026-03-02"), "result: expected \"{date}\", got \"2026-03-02\""),
            (json!("{has}left"), json!("came"), "result: expected \"{has}left\", got \"came\""),
            (json!("{not}left"), json!("left"), "result: expected \"{not}left\", got \"left\""),
        ] {
            assert_eq!(hold(&expected, Some(&got), "result", &mut known()), Err(told.to_owned()));
        }
    }

    #[test]
    fn what_is_given_a_name_is_known_by_it() {
        let mut known = known();
        let got = json!({ "id": 7, "list": [{ "a": 1 }, { "a": 2, "b": "x" }] });
        let expected = json!({ "id": "{id:chat}", "list": ["{some}", { "a": 2, "b": "{text:found}" }] });
        hold(&expected, Some(&got), "result", &mut known).unwrap();
        assert_eq!(known.fill(&json!(["{chat}", "{found}"])), Ok(json!([7, "x"])));
    }
}
