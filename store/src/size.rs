//! How large a portal is: its database, the bytes of its files, its people.

use crate::engine::Engine;
use crate::{Snapshot, StoreError, inspect};

/// Sizes at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Size {
    /// The program behind the database, with its version.
    pub engine: String,
    /// The schema's version.
    pub schema: i64,
    /// Bytes of the database.
    pub database: i64,
    /// How many different bytes of files are kept.
    pub files: i64,
    /// How many bytes they are together.
    pub file_bytes: i64,
    /// People who may sign in.
    pub people: i64,
}

impl Snapshot<'_> {
    /// How large the portal is.
    pub fn size(&self) -> Result<Size, StoreError> {
        let database = if self.engine.shared() {
            "SELECT pg_database_size(current_database())"
        } else {
            "SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s"
        };
        let files = "SELECT count(*), CAST(COALESCE(sum(size), 0) AS BIGINT) FROM blob";
        let (files, file_bytes) = match self.engine.row(files, &[])? {
            Some(mut row) => (row.int()?, row.int()?),
            None => (0, 0),
        };
        let people = "SELECT count(*) FROM \"user\" WHERE active = 1 AND kind IN ('employee', 'extranet')";
        Ok(Size {
            engine: inspect::name(self.engine)?,
            schema: crate::migrate::version(self.engine)?,
            database: number(self.engine, database)?,
            files,
            file_bytes,
            people: number(self.engine, people)?,
        })
    }
}

fn number(engine: &Engine, sql: &str) -> Result<i64, StoreError> {
    engine.row(sql, &[])?.map_or(Ok(0), |mut row| row.int())
}
