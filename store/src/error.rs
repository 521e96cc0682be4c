//! What can go wrong in the store: all of it is the portal's fault, none the caller's.

use std::path::PathBuf;

use crate::engine::{Kind, Source};

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
    /// There is no connection to the database server.
    #[error("cannot reach {address}: {reason}")]
    Unreachable {
        /// The server, without its password.
        address: String,
        /// Why.
        reason: String,
        /// The engine's own error.
        #[source]
        source: Source,
    },
    /// A statement failed.
    #[error("statement failed: {statement}")]
    Sql {
        /// The statement's first line.
        statement: String,
        /// What it means.
        kind: Kind,
        /// The engine's own error.
        #[source]
        source: Source,
    },
    /// The database did not answer in time. What was asked for may be asked for again: either it was not done, or it
    /// carries a key that keeps it from being done twice.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Only an embedded database is copied and put back by this program.
    #[error("this portal's database is a server's, which has tools of its own for copies")]
    NotEmbedded,
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
    /// Whether the statement hit a unique index or constraint.
    pub fn violates_unique(&self) -> bool {
        matches!(self, Self::Sql { kind: Kind::Unique, .. })
    }

    /// Whether the same may work on another connection, or a moment later.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::Sql { kind: Kind::Lost | Kind::Contended, .. }
                | Self::Unreachable { .. }
                | Self::Unavailable(_)
        )
    }
}

/// An error with all its sources.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
