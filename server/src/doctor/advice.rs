//! What to do about a fault of the store.

use std::error::Error;

use lately_store::StoreError;

/// What to do; may be empty.
pub fn of(error: &StoreError) -> &'static str {
    match error {
        StoreError::Open { .. } | StoreError::Io(_) => {
            "Look at the path, and at who may read and write there."
        }
        StoreError::Newer { .. } => "",
        StoreError::Corrupt(_) => {
            "Run `lately check`; if it cannot read on, put a backup back: `lately restore`."
        }
        StoreError::Sql { .. } | StoreError::Commit(_) => {
            "If the database is locked, another program holds it: try again. If the disk is full, make room."
        }
        StoreError::Unreachable { .. } | StoreError::Unavailable(_) => {
            "Look whether the database server runs, and at its address: --database, or `database` in the settings."
        }
        StoreError::NotEmbedded => "Use the server's own, such as pg_dump and pg_restore.",
        _ => "This should not happen: please report it.",
    }
}

/// An error with all its causes, in one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
