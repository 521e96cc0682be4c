//! Brings a database to the newest schema, one numbered step a transaction.
//!
//! Must hold: a step that was released is never edited; a database newer than the program is refused.

use crate::engine::Engine;
use crate::{Snapshot, StoreError, Tx};

/// One step, in the words of either engine: the same tables, columns and keys.
struct Step {
    sqlite: &'static str,
    postgres: &'static str,
    /// What SQL alone cannot write.
    then: fn(&mut Tx<'_>) -> Result<(), StoreError>,
}

/// The steps in order; the first is version 1.
const STEPS: [Step; 13] = [
    Step {
        sqlite: include_str!("../migrations/sqlite/0001_first.sql"),
        postgres: include_str!("../migrations/postgres/0001_first.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0002_outbox.sql"),
        postgres: include_str!("../migrations/postgres/0002_outbox.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0003_notification.sql"),
        postgres: include_str!("../migrations/postgres/0003_notification.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0004_people.sql"),
        postgres: include_str!("../migrations/postgres/0004_people.sql"),
        then: |tx| tx.file_all(),
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0005_push.sql"),
        postgres: include_str!("../migrations/postgres/0005_push.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0006_file.sql"),
        postgres: include_str!("../migrations/postgres/0006_file.sql"),
        then: |tx| tx.claim_all_files(),
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0007_session.sql"),
        postgres: include_str!("../migrations/postgres/0007_session.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0008_own.sql"),
        postgres: include_str!("../migrations/postgres/0008_own.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0009_app.sql"),
        postgres: include_str!("../migrations/postgres/0009_app.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0010_absence.sql"),
        postgres: include_str!("../migrations/postgres/0010_absence.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0011_audit.sql"),
        postgres: include_str!("../migrations/postgres/0011_audit.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0012_event.sql"),
        postgres: include_str!("../migrations/postgres/0012_event.sql"),
        then: nothing,
    },
    Step {
        sqlite: include_str!("../migrations/sqlite/0013_bot.sql"),
        postgres: include_str!("../migrations/postgres/0013_bot.sql"),
        then: nothing,
    },
];

/// Runs the steps that are missing.
pub fn run(engine: &Engine) -> Result<(), StoreError> {
    within(engine, || engine.script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"))?;
    let known = known();
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

/// The version that the steps lead to.
pub fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The version that a database has.
pub fn version(engine: &Engine) -> Result<i64, StoreError> {
    let row = engine.row("SELECT max(version) FROM schema_version", &[])?;
    Ok(row.map(|mut row| row.maybe_int()).transpose()?.flatten().unwrap_or(0))
}

/// Two programs may start at once: the version is read again inside the transaction.
fn apply(engine: &Engine, step: &Step, number: i64) -> Result<(), StoreError> {
    within(engine, || {
        if version(engine)? >= number {
            return Ok(());
        }
        engine.script(if engine.shared() { step.postgres } else { step.sqlite })?;
        (step.then)(&mut Tx::of(Snapshot::of(engine)))?;
        engine.run_one("INSERT INTO schema_version (version) VALUES (?1)", &[number.into()])
    })
}

fn nothing(_: &mut Tx<'_>) -> Result<(), StoreError> {
    Ok(())
}

fn within(engine: &Engine, change: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
    engine.begin_migration()?;
    let changed = change();
    if changed.is_ok() {
        engine.commit()?
    } else {
        engine.rollback()?
    }
    changed
}
