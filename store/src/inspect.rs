//! What a database says of itself, for whoever looks after it.
//!
//! Must hold: nothing changes, whatever version of the schema is there. The one write that is timed writes what stands
//! there already.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::Engine;
use crate::{Database, Store, StoreError, migrate};

/// Settings of a server without which an acknowledged write may be lost.
const DURABLE: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// A database at one moment.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The program behind it, with its version.
    pub engine: String,
    /// The schema's version; 0 where there is no portal yet.
    pub schema: i64,
    /// The version that this program brings it to.
    pub known: i64,
    /// What is broken in the file, if something is. A server looks after its own files.
    pub damage: Option<String>,
    /// How long a server took until a transaction was durable; none where there is no portal yet. An embedded engine
    /// writes nothing for a row that stays as it is: its disk is measured without it.
    pub write: Option<Duration>,
    /// Settings of a server with which an acknowledged write may be lost.
    pub hasty: Vec<&'static str>,
    /// A server's clock in milliseconds since 1970, and when it was asked.
    pub clock: Option<(i64, Instant)>,
}

impl Store {
    /// Looks at a database as it is. An embedded one must be there; it is read through for damage if `whole`.
    pub fn inspect(database: &Database, whole: bool) -> Result<Inspection, StoreError> {
        let database = database.clone();
        // A server's client runs a runtime of its own, so it may not begin on a thread that runs one.
        let looking =
            std::thread::Builder::new().spawn(move || look(&database.connect(&Arc::default())?, whole))?;
        looking.join().unwrap_or(Err(StoreError::Panicked))
    }
}

fn look(engine: &Engine, whole: bool) -> Result<Inspection, StoreError> {
    let damage = if engine.shared() || !whole { None } else { damage(engine)? };
    let schema = match migrate::version(engine) {
        Err(error) if error.passes() => return Err(error),
        found => found.unwrap_or(0),
    };
    Ok(Inspection {
        engine: name(engine)?,
        schema,
        known: migrate::known(),
        damage,
        write: if engine.shared() && schema > 0 { Some(timed_write(engine)?) } else { None },
        hasty: if engine.shared() { hasty(engine)? } else { Vec::new() },
        clock: if engine.shared() { Some(clock(engine)?) } else { None },
    })
}

fn text(engine: &Engine, sql: &str) -> Result<String, StoreError> {
    engine.row(sql, &[])?.map_or_else(|| Ok(String::new()), |mut row| row.text())
}

/// The program behind a database, with its version.
pub(crate) fn name(engine: &Engine) -> Result<String, StoreError> {
    if engine.shared() {
        Ok(format!("PostgreSQL {}", text(engine, "SELECT current_setting('server_version')")?))
    } else {
        Ok(format!("SQLite {}", text(engine, "SELECT sqlite_version()")?))
    }
}

fn damage(engine: &Engine) -> Result<Option<String>, StoreError> {
    let verdict = text(engine, "PRAGMA quick_check(1)")?;
    Ok((verdict != "ok").then_some(verdict))
}

fn timed_write(engine: &Engine) -> Result<Duration, StoreError> {
    let begun = Instant::now();
    engine.run_one("UPDATE portal SET name = name WHERE id = 1", &[])?;
    Ok(begun.elapsed())
}

fn hasty(engine: &Engine) -> Result<Vec<&'static str>, StoreError> {
    let mut found = Vec::new();
    for setting in DURABLE {
        if text(engine, &format!("SELECT current_setting('{setting}')"))? == "off" {
            found.push(setting);
        }
    }
    Ok(found)
}

fn clock(engine: &Engine) -> Result<(i64, Instant), StoreError> {
    let sql = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
    match engine.row(sql, &[])? {
        Some(mut row) => Ok((row.int()?, Instant::now())),
        None => Err(StoreError::Corrupt("the server tells no time".to_owned())),
    }
}
