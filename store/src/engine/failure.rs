//! What went wrong with a statement, in the few kinds that anybody decides by.
//!
//! Owns the one table from SQLite's extended codes and PostgreSQL's SQLSTATE to [`Kind`]. No verb reads the name of a
//! constraint: SQLite gives none.

use crate::StoreError;

/// The engine's own error.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// What a failed statement means to whoever ran it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A unique index or a primary key has such a row already.
    Unique,
    /// The connection is lost, or the server is not there: on another connection it may work.
    Lost,
    /// The transaction met another one: run again, it may work.
    Contended,
    /// Anything else.
    Other,
}

/// The fault for a statement that SQLite refused.
pub fn sqlite(sql: &str, source: rusqlite::Error) -> StoreError {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let kind = match source.sqlite_error().map(|error| error.extended_code) {
        Some(SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY) => Kind::Unique,
        _ => Kind::Other,
    };
    StoreError::Sql { statement: first_line(sql), kind, source: Box::new(source) }
}

/// The fault for a statement that PostgreSQL refused, or never answered.
pub fn postgres(sql: &str, source: postgres::Error) -> StoreError {
    let kind = match source.code() {
        Some(state) => of_state(state.code()),
        None if source.is_closed() || is_transport(&source) => Kind::Lost,
        None => Kind::Other,
    };
    StoreError::Sql { statement: first_line(sql), kind, source: Box::new(source) }
}

/// PostgreSQL, appendix A, "PostgreSQL Error Codes": class 08 is the connection, 53 resources, 57P the server going
/// down or coming up, 40 a transaction rolled back, 55P03 a lock not to be had in time, 25P0x a session ended by its
/// own deadline.
fn of_state(state: &str) -> Kind {
    match state {
        "23505" => Kind::Unique,
        "55P03" => Kind::Contended,
        "25P03" | "25P04" | "57P01" | "57P02" | "57P03" | "57P04" | "57P05" => Kind::Lost,
        _ => match state.get(..2) {
            Some("40") => Kind::Contended,
            Some("08" | "53") => Kind::Lost,
            _ => Kind::Other,
        },
    }
}

/// The client tells failures of the socket, and of connecting, by their source only.
fn is_transport(error: &postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.is::<std::io::Error>() {
            return true;
        }
        source = inner.source();
    }
    false
}

pub(crate) fn first_line(sql: &str) -> String {
    sql.trim().lines().next().unwrap_or_default().chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_work_elsewhere_or_again_is_told_from_what_never_will() {
        for (state, kind) in [
            ("23505", Kind::Unique),
            ("08006", Kind::Lost),
            ("57P01", Kind::Lost),
            ("57014", Kind::Other),
            ("53300", Kind::Lost),
            ("40001", Kind::Contended),
            ("40P01", Kind::Contended),
            ("55P03", Kind::Contended),
            ("42601", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(of_state(state), kind, "{state}");
        }
    }
}
