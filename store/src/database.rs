//! Which database a portal lives in, and how its connections are opened.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::StoreError;
use crate::engine::{Engine, PostgresAddress, Tally};

/// The name of the embedded database in its data directory.
const FILE: &str = "lately.db";

/// A portal's database.
#[derive(Debug, Clone)]
pub enum Database {
    /// SQLite, in this data directory.
    Embedded(PathBuf),
    /// PostgreSQL, which several processes may share.
    Postgres(PostgresAddress),
}

impl fmt::Display for Database {
    /// Without passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded(data) => data.display().fmt(f),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

impl Database {
    /// The file of an embedded database in this data directory.
    pub fn file(data: &Path) -> PathBuf {
        data.join(FILE)
    }

    /// Makes sure that there is a place to keep an embedded database, for its owner's eyes only.
    pub(crate) fn prepare(&self) -> Result<(), StoreError> {
        let Self::Embedded(data) = self else { return Ok(()) };
        private_dir(data)
            .and_then(|()| private_file(&Self::file(data)))
            .map_err(|error| StoreError::Open { path: data.clone(), reason: error.to_string() })
    }

    /// A connection that reads and writes.
    pub(crate) fn connect(&self, tally: &Arc<Tally>) -> Result<Engine, StoreError> {
        let engine = match self {
            Self::Embedded(data) => Engine::sqlite(&Self::file(data)),
            Self::Postgres(address) => Engine::postgres(address),
        };
        Ok(engine?.counted_by(Arc::clone(tally)))
    }

    /// A connection that only reads.
    pub(crate) fn connect_reader(&self, tally: &Arc<Tally>) -> Result<Engine, StoreError> {
        let engine = match self {
            Self::Embedded(data) => Engine::sqlite_reader(&Self::file(data)),
            Self::Postgres(address) => Engine::postgres(address),
        };
        Ok(engine?.counted_by(Arc::clone(tally)))
    }
}

/// Makes the data folder, readable by its owner only where the system knows owners. One that is there stays as it is.
///
/// # Errors
/// It cannot be made.
pub fn private_dir(data: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data)
}

/// Makes the database file for its owner only; what the engine puts beside it follows its mode.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
