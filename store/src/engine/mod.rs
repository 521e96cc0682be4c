//! One connection to a database, and the few words that all statements are written in.
//!
//! Owns: how values go in and rows come out, prepared statements, savepoints. Must hold: statements are portable SQL
//! with numbered parameters (`?1`), so that another engine joins by translating the marks, not by a second copy.

mod row;
mod sqlite;
mod value;

pub use row::Row;
pub use sqlite::Engine;
pub use value::Value;
