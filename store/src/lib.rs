//! Facts kept: users, chats, members with read positions, messages, marks, webhooks.
//!
//! Owns: the only SQL of the project, the schema and its migrations, transactions, group commit, backup.
//! Must hold: a write is acknowledged after it is durable; a verb is one atomic fact; every list is bounded; the
//! changes that a transaction made reach the [`Observer`] in commit order, before its caller hears of success.
//! Never does: rights, texts, wire formats, HTTP.
//!
//! Reading verbs live on [`Snapshot`], writing verbs on [`Tx`], each noun in its own file.

mod backup;
mod change;
mod chat;
mod check;
mod department;
mod engine;
mod error;
mod export;
mod fact;
mod file;
mod import;
mod member;
mod message;
mod migrate;
mod reader;
mod recent;
mod user;
mod view;
mod webhook;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use change::{Change, Observer};
pub use chat::NewChat;
pub use check::{Difference, Progress};
pub use department::Department;
pub use error::StoreError;
pub use fact::Fact;
pub use message::{Deletion, NewMessage, Page};
pub use view::View;

use engine::Engine;
use reader::Readers;
use writer::Writer;

/// Reading verbs over one consistent state.
pub struct Snapshot<'e> {
    engine: &'e Engine,
}

/// Writing verbs within one transaction; reads what it wrote.
pub struct Tx<'e> {
    snapshot: Snapshot<'e>,
    changes: Vec<Change>,
}

impl<'e> std::ops::Deref for Tx<'e> {
    type Target = Snapshot<'e>;

    fn deref(&self) -> &Snapshot<'e> {
        &self.snapshot
    }
}

/// A portal's data.
pub struct Store {
    writer: Writer,
    readers: Readers,
    path: PathBuf,
}

impl Store {
    /// Opens the embedded database `lately.db` under `data`, making and migrating it as needed. `observer` hears of
    /// every committed change, and of doubt when another process wrote.
    pub fn open(data: &Path, observer: Arc<dyn Observer>) -> Result<Self, StoreError> {
        let path = data.join("lately.db");
        private_dir(data)
            .and_then(|()| private_file(&path))
            .map_err(|error| StoreError::Open { path: data.to_owned(), reason: error.to_string() })?;
        let mut engine = Engine::open(&path)?;
        migrate::run(&mut engine)?;
        let readers = Readers::open(&path)?;
        let writer = Writer::start(engine, observer)?;
        Ok(Self { writer, readers, path })
    }

    /// Where the database file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` in a transaction of its own and returns once it is durable. Many waiting jobs share one commit; a
    /// job that fails or panics undoes only itself.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.write(job).await
    }

    /// Runs `job` on the committed state, between two transactions: the observer has heard of everything that the
    /// job can see, and of nothing else.
    pub async fn in_order<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.in_order(job).await
    }

    /// Runs `job` on a snapshot beside the writer.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        self.readers.read(job).await
    }

    /// Finishes the waiting jobs and closes the database. Later calls answer [`StoreError::Closed`].
    pub async fn close(&self) {
        self.writer.close().await;
    }
}

/// Makes the data folder, readable by its owner only where the system knows owners. One that is there stays as it is.
fn private_dir(data: &Path) -> std::io::Result<()> {
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
