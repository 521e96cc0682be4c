//! What a method answers, before it is put into an envelope.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// A result: a tree, or JSON text that is ready to send.
#[derive(Debug)]
pub enum Body {
    /// A tree.
    Tree(Value),
    /// JSON text.
    Text(Box<RawValue>),
    /// JSON text, shared with whoever keeps it.
    Bytes(Bytes),
}

impl Body {
    /// The result as a tree, for XML and for references between batch commands.
    pub fn into_tree(self) -> Value {
        match self {
            Self::Tree(tree) => tree,
            Self::Text(text) => serde_json::from_str(text.get()).unwrap_or(Value::Null),
            Self::Bytes(text) => serde_json::from_slice(&text).unwrap_or(Value::Null),
        }
    }
}

/// A method's answer.
#[derive(Debug)]
pub struct Answer {
    /// `result`.
    pub result: Body,
    /// `total`, on lists.
    pub total: Option<i64>,
    /// `next`, when another page follows.
    pub next: Option<i64>,
    /// `removed`, on deltas of the recent list.
    pub removed: Option<Value>,
}

impl Answer {
    /// A plain result.
    pub fn tree(result: impl Into<Value>) -> Self {
        Self { result: Body::Tree(result.into()), total: None, next: None, removed: None }
    }

    /// A result serialised at once.
    pub fn text<T: Serialize>(result: &T) -> Self {
        let body = match to_raw_value(result) {
            Ok(text) => Body::Text(text),
            Err(_) => Body::Tree(Value::Null),
        };
        Self { result: body, total: None, next: None, removed: None }
    }

    /// A result that is JSON text already.
    pub fn ready(text: impl Into<Bytes>) -> Self {
        Self { result: Body::Bytes(text.into()), total: None, next: None, removed: None }
    }

    /// The same with `total` and `next`.
    pub fn paged(mut self, total: Option<i64>, next: Option<i64>) -> Self {
        self.total = total;
        self.next = next;
        self
    }

    /// The same with `removed`.
    pub fn with_removed(mut self, removed: Option<Value>) -> Self {
        self.removed = removed;
        self
    }
}
