//! What can go wrong in the store: all of it is the portal's fault, none the caller's.

use std::path::PathBuf;

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder or the database cannot be opened.
    #[error("cannot open {path}: {reason}", path = path.display())]
    Open {
        /// What was opened.
        path: PathBuf,
        /// Why it failed.
        reason: String,
    },
    /// The database was made by a newer version.
    #[error("the database has schema version {found}, this program knows {known}: use a newer lately")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// A statement failed.
    #[error("statement failed: {statement}")]
    Sql {
        /// The statement's first line.
        statement: String,
        /// The engine's own error.
        #[source]
        source: rusqlite::Error,
    },
    /// A row holds what no verb ever wrote.
    #[error("corrupt row: {0}")]
    Corrupt(String),
    /// A statement touched another number of rows than it must.
    #[error("{statement} touched {actual} rows instead of {expected}")]
    RowsAffected {
        /// The statement's first line.
        statement: String,
        /// How many rows it must touch.
        expected: usize,
        /// How many it touched.
        actual: usize,
    },
    /// The thing written to is not there.
    #[error("there is no {0}")]
    Missing(String),
    /// The job panicked; its work was undone.
    #[error("the job panicked")]
    Panicked,
    /// The commit failed; nothing of the batch was kept.
    #[error("the commit failed: {0}")]
    Commit(String),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// A file operation beside the database failed.
    #[error("file operation failed: {0}")]
    Io(#[from] std::io::Error),
}

impl StoreError {
    /// Whether the statement hit the named unique index or constraint.
    pub fn violates_unique(&self) -> bool {
        let Self::Sql { source, .. } = self else { return false };
        source
            .sqlite_error()
            .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE)
    }
}
