//! Shapes: what things look like on the wire. No behaviour, no store.

pub mod app;
pub mod bot;
pub mod bot_chat;
pub mod bot_event;
pub mod chat;
pub mod department;
pub mod disk;
pub mod entity;
pub mod feed;
pub mod file;
pub mod handler;
pub mod message;
pub mod notification;
pub mod part;
pub mod portal_user;
pub mod recent;
pub mod row;
pub mod search;
pub mod text;
pub mod user;

use jiff::tz::TimeZone;
use lately_model::{Language, Moment, Revision};
use serde::{Serialize, Serializer};

use super::schema::Shape;

/// What every shape needs to know of the portal and the caller.
#[derive(Debug, Clone, Copy)]
pub struct Wire<'a> {
    /// The zone of dates.
    pub zone: &'a TimeZone,
    /// The portal's public address, without a slash at its end.
    pub base_url: &'a str,
    /// By which page the caller is answered; only `im.recent.get` looks at it.
    pub revision: Revision,
    /// What the portal speaks.
    pub language: Language,
}

impl Wire<'_> {
    /// A date.
    pub fn date(&self, moment: Moment) -> String {
        moment.atom(self.zone)
    }

    /// A date, or `false` when unset, as the reference writes it.
    pub fn date_or_false(&self, moment: Option<Moment>) -> OrFalse<String> {
        OrFalse(moment.map(|moment| self.date(moment)))
    }

    /// A relative address of the portal made absolute; empty stays empty.
    pub fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') { format!("{}{url}", self.base_url) } else { url.to_owned() }
    }
}

/// A number, or on the seed page a text of its digits.
pub const NUMBER: Shape = Shape::Either(&[Shape::Int, Shape::Text]);

/// A value, or `false` instead of nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrFalse<T>(pub Option<T>);

impl<T: Serialize> Serialize for OrFalse<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_bool(false),
        }
    }
}

/// A number that the seed page writes as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// As a number.
    Plain(i64),
    /// As a string.
    Quoted(i64),
}

impl Number {
    /// The form of this revision.
    pub fn of(number: i64, revision: Revision) -> Self {
        match revision {
            Revision::R29 => Self::Quoted(number),
            Revision::R33 => Self::Plain(number),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(number) => serializer.serialize_i64(*number),
            Self::Quoted(number) => serializer.collect_str(number),
        }
    }
}

/// A map that is `[]` when empty, as PHP writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct PhpMap(pub serde_json::Map<String, serde_json::Value>);

impl Serialize for PhpMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() { serializer.collect_seq([(); 0]) } else { self.0.serialize(serializer) }
    }
}
