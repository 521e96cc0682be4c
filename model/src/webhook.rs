//! An incoming webhook: an address with a secret that acts as one user within given scopes (core.md 10).
//!
//! Never holds the secret itself, only its hash.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Moment, UserId, WebhookId};

/// Which page of the reference a credential is answered by (`im.recent.get` has two shapes).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub enum Revision {
    /// The seed page: ids and counters are strings.
    #[default]
    R29,
    /// Today's page: numbers and stub objects.
    R33,
}

impl Revision {
    /// `29` or `33`.
    pub fn number(self) -> i64 {
        match self {
            Self::R29 => 29,
            Self::R33 => 33,
        }
    }
}

impl From<Revision> for i64 {
    fn from(revision: Revision) -> Self {
        revision.number()
    }
}

impl TryFrom<i64> for Revision {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        match number {
            29 => Ok(Self::R29),
            33 => Ok(Self::R33),
            other => Err(format!("there is no revision {other}: use 29 or 33")),
        }
    }
}

/// The scopes that a portal can grant. `basic` is always granted and never listed.
pub const SCOPES: [&str; 12] = [
    "im",
    "imbot",
    "imopenlines",
    "imconnector",
    "pull",
    "user",
    "user_brief",
    "user_basic",
    "department",
    "disk",
    "placement",
    "pull_channel",
];

/// A set of granted scopes. Shared, since each request carries a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Arc<BTreeSet<String>>);

impl Scopes {
    /// Every scope of the portal.
    pub fn all() -> Self {
        Self(Arc::new(SCOPES.iter().map(|scope| (*scope).to_owned()).collect()))
    }

    /// Reads `im,user` or `all`. The error names the unknown scope.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim() == "all" {
            return Ok(Self::all());
        }
        let mut scopes = BTreeSet::new();
        for scope in text.split(',').map(str::trim).filter(|scope| !scope.is_empty()) {
            if !SCOPES.contains(&scope) {
                return Err(format!("there is no scope {scope:?}: use all, or some of {}", SCOPES.join(",")));
            }
            scopes.insert(scope.to_owned());
        }
        Ok(Self(Arc::new(scopes)))
    }

    /// Whether a method that needs `required` may be called. `required` is one scope, several joined by `|` (any of
    /// them), or `basic`.
    pub fn grant(&self, required: &str) -> bool {
        required == "basic" || required.split('|').any(|scope| self.0.contains(scope))
    }

    /// The scopes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// `im,user`, as [`Self::parse`] reads it.
    pub fn joined(&self) -> String {
        self.iter().collect::<Vec<_>>().join(",")
    }
}

/// A webhook as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The number, for `webhook remove`.
    pub id: WebhookId,
    /// Whom it acts as.
    pub user_id: UserId,
    /// SHA-256 of the secret, as lower-case hex.
    pub secret_hash: String,
    /// What it may call.
    pub scopes: Scopes,
    /// By which page it is answered.
    pub revision: Revision,
    /// When it was made.
    pub created_at: Moment,
    /// From when on it is refused.
    pub expires_at: Option<Moment>,
    /// A word for people.
    pub title: String,
}
