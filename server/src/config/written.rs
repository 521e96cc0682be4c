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

/// A server's address that may be unset. It may hold a password, so it is written without it.
pub(super) mod address {
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&value.as_deref().map(super::blotted).unwrap_or_default())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        super::unless_blank::deserialize(from)
    }
}

/// A secret that may be unset. It is written as stars.
pub(super) mod secret {
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(if value.is_some() { "***" } else { "" })
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        super::unless_blank::deserialize(from)
    }
}

/// `SCHEME://USER:PASSWORD@HOST` with the password covered; so are tokens in a user's place.
pub fn blotted(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = match rest.find(['/', '?']) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let Some((user, host)) = authority.rsplit_once('@') else { return address.to_owned() };
    match user.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:***@{host}{path}"),
        None => format!("{scheme}://{user}@{host}{path}"),
    }
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
