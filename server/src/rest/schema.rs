//! What a result looks like, declared: a small closed set of words, and whether a value fits one.
//!
//! Must hold: a shape says what clients may count on. A key that may be missing is declared so, and a key that is not
//! declared never comes. It has no behaviour of its own; `rest/shape/` writes the values, and tests compare the two.

use serde_json::{Map, Value};

/// The keys of an object, with what stands at each.
pub type Keys = &'static [(&'static str, Shape)];

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Whatever somebody else put there.
    Any,
    /// True or false.
    Bool,
    /// An integer.
    Int,
    /// A number, with or without a fraction.
    Number,
    /// A text.
    Text,
    /// A date and time in RFC 3339.
    Date,
    /// A list of things of one shape.
    List(&'static Shape),
    /// An object whose keys are data. Without entries it is an empty list, as portals write it.
    Map(&'static Shape),
    /// An object with these keys and no others.
    Object(Keys),
    /// An object with these keys, and others that are data.
    Open(Keys),
    /// At a key: it may be missing.
    Sometimes(&'static Shape),
    /// That, or null.
    OrNull(&'static Shape),
    /// That, or `false`, which portals write for what is not there.
    OrFalse(&'static Shape),
    /// One of several.
    Either(&'static [Shape]),
    /// A shape that has a name of its own, since several results have it.
    Named(&'static str, &'static Shape),
}

impl Shape {
    /// Whether a value looks so.
    ///
    /// # Errors
    /// Where it does not, and how.
    pub fn fits(&self, value: &Value) -> Result<(), String> {
        self.fits_at("result", value)
    }

    fn fits_at(&self, place: &str, value: &Value) -> Result<(), String> {
        let fits = match (self, value) {
            (Self::Named(_, shape) | Self::Sometimes(shape), _) => return shape.fits_at(place, value),
            (Self::OrNull(_), Value::Null) | (Self::OrFalse(_), Value::Bool(false)) | (Self::Any, _) => true,
            (Self::OrNull(shape) | Self::OrFalse(shape), _) => return shape.fits_at(place, value),
            (Self::Either(shapes), _) => return either(shapes, place, value),
            (Self::List(shape), Value::Array(list)) => {
                let mut places = list.iter().enumerate();
                return places.try_for_each(|(at, one)| shape.fits_at(&format!("{place}[{at}]"), one));
            }
            (Self::Map(shape), Value::Object(map)) => {
                return map.iter().try_for_each(|(key, one)| shape.fits_at(&format!("{place}.{key}"), one));
            }
            (Self::Object(keys), Value::Object(map)) => {
                if let Some(key) = map.keys().find(|key| keys.iter().all(|(known, _)| known != key)) {
                    return Err(format!("{place}.{key} is not declared"));
                }
                return keyed(keys, map, place);
            }
            (Self::Open(keys), Value::Object(map)) => return keyed(keys, map, place),
            (Self::Map(_), Value::Array(list)) => list.is_empty(),
            (Self::Bool, value) => value.is_boolean(),
            (Self::Int, value) => value.is_i64() || value.is_u64(),
            (Self::Number, value) => value.is_number(),
            (Self::Text, value) => value.is_string(),
            (Self::Date, Value::String(text)) => text.parse::<jiff::Timestamp>().is_ok(),
            (Self::List(_) | Self::Map(_) | Self::Object(_) | Self::Open(_) | Self::Date, _) => false,
        };
        if fits { Ok(()) } else { Err(format!("{place} is {value}, not {}", self.word())) }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Bool => "true or false",
            Self::Int => "an integer",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Object(_) | Self::Open(_) => "an object",
            Self::Sometimes(shape) | Self::OrNull(shape) | Self::OrFalse(shape) => shape.word(),
            Self::Either(_) => "one of several",
            Self::Named(name, _) => name,
        }
    }
}

fn keyed(keys: Keys, map: &Map<String, Value>, place: &str) -> Result<(), String> {
    keys.iter().try_for_each(|(name, shape)| match (map.get(*name), shape) {
        (Some(one), _) => shape.fits_at(&format!("{place}.{name}"), one),
        (None, Shape::Sometimes(_)) => Ok(()),
        (None, _) => Err(format!("{place}.{name} is missing")),
    })
}

fn either(shapes: &[Shape], place: &str, value: &Value) -> Result<(), String> {
    let mut misfits = Vec::new();
    for shape in shapes {
        match shape.fits_at(place, value) {
            Ok(()) => return Ok(()),
            Err(misfit) => misfits.push(misfit),
        }
    }
    Err(misfits.join("; and "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PERSON: Shape = Shape::Object(&[("id", Shape::Int), ("seen", Shape::Sometimes(&Shape::Date))]);

    #[test]
    fn an_object_has_its_keys_and_no_others() {
        assert_eq!(PERSON.fits(&json!({ "id": 1 })), Ok(()));
        assert_eq!(PERSON.fits(&json!({ "id": 1, "seen": "2026-03-09T09:00:00+00:00" })), Ok(()));
        assert_eq!(PERSON.fits(&json!({})), Err("result.id is missing".to_owned()));
        assert_eq!(PERSON.fits(&json!({ "id": 1, "age": 7 })), Err("result.age is not declared".to_owned()));
        assert!(PERSON.fits(&json!({ "id": 1, "seen": "today" })).is_err());
        assert!(PERSON.fits(&json!([])).is_err());
    }

    #[test]
    fn an_open_object_has_its_keys_and_perhaps_others() {
        let open = Shape::Open(&[("id", Shape::Int)]);
        assert_eq!(open.fits(&json!({ "id": 1, "UF_SHOE": "43" })), Ok(()));
        assert!(open.fits(&json!({ "UF_SHOE": "43" })).is_err());
    }

    #[test]
    fn what_is_not_there_is_null_or_false_as_declared() {
        let (or_null, or_false) = (Shape::OrNull(&Shape::Text), Shape::OrFalse(&Shape::Text));
        assert!(or_null.fits(&json!("a")).is_ok() && or_null.fits(&Value::Null).is_ok());
        assert!(or_false.fits(&json!("a")).is_ok() && or_false.fits(&json!(false)).is_ok());
        for (shape, value) in [(or_null, json!(false)), (or_false, Value::Null), (or_false, json!(true))] {
            assert!(shape.fits(&value).is_err(), "{shape:?} {value}");
        }
    }

    #[test]
    fn a_list_is_judged_one_by_one_and_says_which_does_not_fit() {
        let list = Shape::List(&Shape::Named("Person", &PERSON));
        assert_eq!(list.fits(&json!([{ "id": 1 }, { "id": 2 }])), Ok(()));
        assert_eq!(list.fits(&json!([{ "id": 1 }, {}])), Err("result[1].id is missing".to_owned()));
        assert!(list.fits(&json!({ "id": 1 })).is_err());
    }

    #[test]
    fn a_map_without_entries_is_an_empty_list() {
        let map = Shape::Map(&Shape::Int);
        assert_eq!(map.fits(&json!({ "7": 1 })), Ok(()));
        assert_eq!(map.fits(&json!([])), Ok(()));
        assert_eq!(map.fits(&json!({ "7": "1" })), Err("result.7 is \"1\", not an integer".to_owned()));
        assert!(map.fits(&json!([1])).is_err());
    }

    #[test]
    fn of_several_shapes_one_is_enough() {
        let either = Shape::Either(&[Shape::Bool, Shape::List(&Shape::Text), Shape::OrNull(&Shape::Bool)]);
        assert!([json!(false), json!(["a"]), Value::Null].iter().all(|value| either.fits(value).is_ok()));
        assert!([json!(1), json!([1]), json!({})].iter().all(|value| either.fits(value).is_err()));
        assert!(Shape::Number.fits(&json!(1.5)).is_ok() && Shape::Int.fits(&json!(1.5)).is_err());
        assert_eq!(Shape::Any.fits(&json!({ "a": [1] })), Ok(()));
    }
}
