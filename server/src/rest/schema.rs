//! What a result looks like, declared: a small closed set of words, and whether a value fits one.
//!
//! Must hold: a shape says what clients may count on. A key that may be missing is declared so, and a key that is not
//! declared never comes. It has no behaviour of its own; `rest/shape/` writes the values, and tests compare the two.

use serde_json::Value;

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Whatever somebody else put there.
    Any,
    /// Null.
    Null,
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
    Object(&'static [Key]),
    /// One of several.
    Either(&'static [Shape]),
    /// A shape that has a name of its own, since several results have it.
    Named(&'static str, &'static Shape),
}

/// One key of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What stands there.
    pub shape: Shape,
    /// Whether it is always there.
    pub always: bool,
}

impl Key {
    /// A key that is always there.
    pub const fn new(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, always: true }
    }

    /// A key that may be missing.
    pub const fn sometimes(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, always: false }
    }
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
            (Self::Named(_, shape), _) => return shape.fits_at(place, value),
            (Self::Either(shapes), _) => return either(shapes, place, value),
            (Self::List(shape), Value::Array(list)) => {
                let mut places = list.iter().enumerate();
                return places.try_for_each(|(at, one)| shape.fits_at(&format!("{place}[{at}]"), one));
            }
            (Self::Map(shape), Value::Object(map)) => {
                return map.iter().try_for_each(|(key, one)| shape.fits_at(&format!("{place}.{key}"), one));
            }
            (Self::Object(keys), Value::Object(map)) => {
                if let Some(key) = map.keys().find(|key| keys.iter().all(|known| known.name != **key)) {
                    return Err(format!("{place}.{key} is not declared"));
                }
                return keys.iter().try_for_each(|key| match map.get(key.name) {
                    Some(one) => key.shape.fits_at(&format!("{place}.{}", key.name), one),
                    None if key.always => Err(format!("{place}.{} is missing", key.name)),
                    None => Ok(()),
                });
            }
            (Self::Map(_), Value::Array(list)) => list.is_empty(),
            (Self::Any, _) => true,
            (Self::Null, value) => value.is_null(),
            (Self::Bool, value) => value.is_boolean(),
            (Self::Int, value) => value.is_i64() || value.is_u64(),
            (Self::Number, value) => value.is_number(),
            (Self::Text, value) => value.is_string(),
            (Self::Date, Value::String(text)) => text.parse::<jiff::Timestamp>().is_ok(),
            (Self::List(_) | Self::Map(_) | Self::Object(_) | Self::Date, _) => false,
        };
        if fits { Ok(()) } else { Err(format!("{place} is {value}, not {self:?}")) }
    }
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

    const PERSON: Shape = Shape::Object(&[Key::new("id", Shape::Int), Key::sometimes("seen", Shape::Date)]);

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
        assert_eq!(map.fits(&json!({ "7": "1" })), Err("result.7 is \"1\", not Int".to_owned()));
        assert!(map.fits(&json!([1])).is_err());
    }

    #[test]
    fn of_several_shapes_one_is_enough() {
        let either = Shape::Either(&[Shape::Bool, Shape::List(&Shape::Text), Shape::Null]);
        assert!([json!(false), json!(["a"]), Value::Null].iter().all(|value| either.fits(value).is_ok()));
        assert!([json!(1), json!([1]), json!({})].iter().all(|value| either.fits(value).is_err()));
        assert!(Shape::Number.fits(&json!(1.5)).is_ok() && Shape::Int.fits(&json!(1.5)).is_err());
        assert_eq!(Shape::Any.fits(&json!({ "a": [1] })), Ok(()));
    }
}
