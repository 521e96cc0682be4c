//! Brings a database to the newest schema, one numbered step a transaction.
//!
//! Must hold: a step that was released is never edited; a database newer than the program is refused.

use crate::StoreError;
use crate::engine::Engine;

/// The steps in order; the first is version 1.
const STEPS: [&str; 1] = [include_str!("../migrations/sqlite/0001_first.sql")];

/// Runs the steps that are missing.
pub fn run(engine: &mut Engine) -> Result<(), StoreError> {
    engine.script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let found = version(engine)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (step, number) in STEPS.iter().zip(1..) {
        if number > found {
            apply(engine, step, number)?;
        }
    }
    Ok(())
}

fn version(engine: &Engine) -> Result<i64, StoreError> {
    let row = engine.row("SELECT max(version) FROM schema_version", &[])?;
    Ok(row.map(|mut row| row.maybe_int()).transpose()?.flatten().unwrap_or(0))
}

/// Two programs may start at once: the version is read again inside the transaction.
fn apply(engine: &Engine, step: &str, number: i64) -> Result<(), StoreError> {
    engine.script("BEGIN IMMEDIATE")?;
    let applied = (|| {
        if version(engine)? >= number {
            return Ok(());
        }
        engine.script(step)?;
        engine.run_one("INSERT INTO schema_version (version) VALUES (?1)", &[number.into()])
    })();
    engine.script(if applied.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    applied
}
