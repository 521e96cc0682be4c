//! The embedded engine: one SQLite connection in WAL mode with full synchronisation.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};

use super::failure::sqlite as failed;
use super::{Row, Value};
use crate::StoreError;

/// How long a statement waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(15);

/// One connection.
pub struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// Opens for reading and writing, making the file as needed.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens for reading only.
    pub fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let engine = Self::with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        engine.script("PRAGMA query_only = ON")?;
        Ok(engine)
    }

    fn with_flags(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let opened = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let connection =
            opened.map_err(|error| StoreError::Open { path: path.to_owned(), reason: error.to_string() })?;
        connection.set_prepared_statement_cache_capacity(256);
        let engine = Self { connection };
        engine.connection.busy_timeout(BUSY).map_err(|source| failed("busy_timeout", source))?;
        // Otherwise statements that touch a partial index are planned anew with every value bound to them.
        let stable = engine.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
        stable.map_err(|source| failed("QPSG", source))?;
        // What many transactions wrote into the log is moved into the database at once: a page that all of them changed
        // is written there once. 16 MB of it are read again after a crash, which takes a moment.
        engine.script(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456;
             PRAGMA wal_autocheckpoint = 4000;",
        )?;
        Ok(engine)
    }

    /// All rows of a SELECT; the statement itself bounds how many.
    pub fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let width = statement.column_count();
            let mut found = statement.query(params_from_iter(params))?;
            let mut rows = Vec::new();
            while let Some(row) = found.next()? {
                let mut columns = Vec::with_capacity(width);
                for column in 0..width {
                    columns.push(value(row.get_ref(column)?));
                }
                rows.push(Row::new(columns));
            }
            Ok(rows)
        };
        read().map_err(|source| failed(sql, source))
    }

    /// Runs a statement and tells how many rows it touched.
    pub fn run(&self, sql: &str, params: &[Value]) -> Result<usize, StoreError> {
        let run = || self.connection.prepare_cached(sql)?.execute(params_from_iter(params));
        run().map_err(|source| failed(sql, source))
    }

    /// The number of the row that was inserted last, where the table's key is its number.
    pub fn last_number(&self) -> i64 {
        self.connection.last_insert_rowid()
    }

    /// Runs several statements without parameters.
    pub fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|source| failed(sql, source))
    }

    /// Copies the whole database, as it is now, into the new file `target` while others write, reporting (pages left,
    /// pages in all).
    pub fn backup(&self, target: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        let unopened =
            |error: rusqlite::Error| StoreError::Open { path: target.to_owned(), reason: error.to_string() };
        let mut destination = Connection::open(target).map_err(unopened)?;
        let mut copy = || {
            let backup = Backup::new(&self.connection, &mut destination)?;
            copy_pages(&backup, progress)
        };
        // Without an open transaction every commit of another program would make the copy begin anew.
        self.script("BEGIN; SELECT 1 FROM portal")?;
        let copied = copy().map_err(|source| failed("backup", source));
        self.script("COMMIT")?;
        copied
    }

    /// Replaces all that is here by what is in `source`, in one transaction: other programs see the old state or the
    /// new one. `locked` runs when nobody else can write here any more, and may still change `source`.
    pub fn restore(
        &mut self,
        source: &Self,
        locked: impl FnOnce() -> Result<(), StoreError>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        let failure = |source| failed("restore", source);
        let backup = Backup::new(&source.connection, &mut self.connection).map_err(failure)?;
        match backup.step(0).map_err(failure)? {
            StepResult::Busy | StepResult::Locked => return Err(failure(busy())),
            _ => locked()?,
        }
        copy_pages(&backup, progress).map_err(failure)
    }
}

fn copy_pages(backup: &Backup<'_, '_>, progress: &mut dyn FnMut(u64, u64)) -> rusqlite::Result<()> {
    loop {
        let step = backup.step(1024)?;
        let state = backup.progress();
        progress(u64::try_from(state.remaining).unwrap_or(0), u64::try_from(state.pagecount).unwrap_or(0));
        match step {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => return Err(busy()),
            _ => {}
        }
    }
}

fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
        }))
    }
}

fn value(column: ValueRef<'_>) -> Value {
    match column {
        ValueRef::Null | ValueRef::Blob(_) | ValueRef::Real(_) => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(b"") => Value::Text(String::new()),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}
