//! The outbox: what each transaction changed, kept in the same transaction for whoever serves the portal beside.
//!
//! Must hold: while a database is shared, every position has its row until it is trimmed, so a process that has missed
//! something reads it here, in order; one that has missed more than is kept drops its copies instead. A process tells its
//! own transactions from others' by their origin. An embedded database is not shared and keeps none.

use std::sync::Arc;

use crate::engine::Engine;
use crate::{Change, StoreError};

/// How many positions are kept.
const KEPT: i64 = 20_000;

/// Every so many positions those beyond [`KEPT`] are deleted.
const TRIM_EVERY: i64 = 1_000;

/// How many rows are read at once by a process that catches up. Beyond that, dropping its copies is cheaper.
const MOST: i64 = 2_000;

/// One transaction's changes, as other processes hear of them.
#[derive(Debug, Clone)]
pub struct Told {
    /// The portal's position after the transaction.
    pub position: i64,
    /// Its changes in JSON; empty when they are too large to carry: then they are in the outbox.
    pub body: Arc<str>,
}

/// A row of the outbox.
pub(crate) struct Entry {
    pub(crate) position: i64,
    pub(crate) body: String,
}

/// Writes down what the transaction at `position` changed.
pub(crate) fn put(engine: &Engine, position: i64, origin: &str, body: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO outbox (position, origin, body) VALUES (?1, ?2, ?3)";
    engine.run_one(sql, &[position.into(), origin.into(), body.into()])?;
    if position % TRIM_EVERY == 0 {
        engine.run("DELETE FROM outbox WHERE position <= ?1", &[(position - KEPT).into()])?;
    }
    Ok(())
}

/// The transactions after `position` up to `upto`, in order; `None` if not all of them are kept, or too many.
pub(crate) fn between(engine: &Engine, position: i64, upto: i64) -> Result<Option<Vec<Entry>>, StoreError> {
    if upto - position > MOST {
        return Ok(None);
    }
    let sql = "SELECT position, body FROM outbox WHERE position > ?1 AND position <= ?2 \
               ORDER BY position LIMIT ?3";
    let rows = engine.rows(sql, &[position.into(), upto.into(), MOST.into()])?;
    let entry = |mut row: crate::engine::Row| Ok(Entry { position: row.int()?, body: row.text()? });
    let entries = rows.into_iter().map(entry).collect::<Result<Vec<_>, StoreError>>()?;
    let complete = i64::try_from(entries.len()) == Ok(upto - position);
    Ok(complete.then_some(entries))
}

/// Whether the transaction at `position` has this origin.
pub(crate) fn is_of(engine: &Engine, position: i64, origin: &str) -> Result<bool, StoreError> {
    let row = engine.row("SELECT origin FROM outbox WHERE position = ?1", &[position.into()])?;
    Ok(row.map(|mut row| row.text()).transpose()?.is_some_and(|found| found == origin))
}

/// Changes as the outbox keeps them.
pub(crate) fn encode(changes: &[Vec<Change>]) -> Result<String, StoreError> {
    serde_json::to_string(changes).map_err(|error| StoreError::Corrupt(format!("changes in JSON: {error}")))
}

/// Reads [`encode`] back; `None` for what another version of this program wrote.
pub(crate) fn decode(body: &str) -> Option<Vec<Vec<Change>>> {
    serde_json::from_str(body).ok()
}
