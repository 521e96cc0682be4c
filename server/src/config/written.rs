//! How values are written: lists and absent values, the same in TOML, in the environment and on the command line.

use serde::Deserialize;

/// A list, or its items in one text with commas between them: the form that a variable can carry.
pub(super) fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "write a list of texts")]
    enum Written {
        Text(String),
        List(Vec<String>),
    }
    let items = match Written::deserialize(from)? {
        Written::Text(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
        Written::List(items) => items,
    };
    let parse = |item: &String| item.parse().map_err(|error| format!("\"{item}\": {error}"));
    let parsed: Result<Vec<T>, String> = items.iter().filter(|item| !item.is_empty()).map(parse).collect();
    parsed.map_err(serde::de::Error::custom)
}

/// A value that may be unset; TOML and the environment have no other way to say so than an empty text.
pub(super) mod unless_blank {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer, T: Serialize>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(to),
            None => to.serialize_str(""),
        }
    }

    pub fn deserialize<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let text = String::deserialize(from)?;
        if text.is_empty() {
            return Ok(None);
        }
        let bad = |error| serde::de::Error::custom(format!("\"{text}\": {error}"));
        text.parse().map(Some).map_err(bad)
    }
}
