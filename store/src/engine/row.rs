//! What comes out of a statement: columns, taken one after another in the order of the SELECT.

use std::vec;

use lately_model::{ChatId, MessageId, Moment, UserId};

use super::Value;
use crate::StoreError;

/// One row of an answer.
pub struct Row {
    columns: vec::IntoIter<Value>,
}

impl Row {
    /// A row of these columns.
    pub fn new(columns: Vec<Value>) -> Self {
        Self { columns: columns.into_iter() }
    }

    /// The next column as an integer.
    pub fn int(&mut self) -> Result<i64, StoreError> {
        match self.columns.next() {
            Some(Value::Int(value)) => Ok(value),
            other => Err(StoreError::Corrupt(format!("expected an integer, found {other:?}"))),
        }
    }

    /// The next column as an integer or NULL.
    pub fn maybe_int(&mut self) -> Result<Option<i64>, StoreError> {
        match self.columns.next() {
            Some(Value::Int(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            other => Err(StoreError::Corrupt(format!("expected an integer or NULL, found {other:?}"))),
        }
    }

    /// The next column as a text.
    pub fn text(&mut self) -> Result<String, StoreError> {
        match self.columns.next() {
            Some(Value::Text(value)) => Ok(value),
            other => Err(StoreError::Corrupt(format!("expected a text, found {other:?}"))),
        }
    }

    /// The next column as a text or NULL.
    pub fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.columns.next() {
            Some(Value::Text(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            other => Err(StoreError::Corrupt(format!("expected a text or NULL, found {other:?}"))),
        }
    }

    /// The next column as a JSON text.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|error| StoreError::Corrupt(format!("bad JSON column: {error}")))
    }

    /// The next column as a flag.
    pub fn flag(&mut self) -> Result<bool, StoreError> {
        Ok(self.int()? != 0)
    }

    /// The next column as a date.
    pub fn moment(&mut self) -> Result<Moment, StoreError> {
        self.int().map(Moment)
    }

    /// The next column as a date or NULL.
    pub fn maybe_moment(&mut self) -> Result<Option<Moment>, StoreError> {
        Ok(self.maybe_int()?.map(Moment))
    }

    /// The next column as a user's number.
    pub fn user(&mut self) -> Result<UserId, StoreError> {
        self.int().map(UserId)
    }

    /// The next column as a chat's number.
    pub fn chat(&mut self) -> Result<ChatId, StoreError> {
        self.int().map(ChatId)
    }

    /// The next column as a message's number.
    pub fn message(&mut self) -> Result<MessageId, StoreError> {
        self.int().map(MessageId)
    }

    /// Passes over columns, as those of an outer join that found nothing.
    pub fn skip(&mut self, count: usize) {
        self.columns.by_ref().take(count).for_each(drop);
    }
}
