//! Where the bytes of files lie, and how they get there.
//!
//! Must hold: bytes come into the yard first, under a name of their own; there they are hashed, and they are on the disk
//! before they get the name under which they stay. So there is no half file under such a name, ever. Nothing here holds
//! more than a piece of a file in memory. Names come from [`lately_model::Blob::key`] and from nowhere else.

mod incoming;
mod shelves;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;

pub use incoming::{Incoming, Received, clear_yard};
pub use shelves::Shelves;

/// What is being done.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// A file, piece after piece.
pub type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A place for bytes.
pub trait Vault: fmt::Debug + Send + Sync {
    /// A folder of this machine where bytes arrive.
    fn yard(&self) -> &Path;

    /// Keeps the bytes of a file in the yard under `key`. They are durable when this is done. What lay there already is
    /// equal, and is replaced.
    fn keep<'a>(&'a self, key: &'a str, from: &'a Path) -> Pending<'a, ()>;

    /// How many bytes lie under `key`.
    fn size<'a>(&'a self, key: &'a str) -> Pending<'a, Option<u64>>;

    /// The bytes of `part` under `key`, which must be there.
    fn read<'a>(&'a self, key: &'a str, part: Range<u64>) -> Pending<'a, Option<Chunks>>;

    /// Removes what lies under `key`; nothing is fine too.
    fn remove<'a>(&'a self, key: &'a str) -> Pending<'a, ()>;
}

/// No place: for programs that have nothing to do with files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Nowhere {
    fn refusal<T>() -> io::Result<T> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no place for files"))
    }
}

impl Vault for Nowhere {
    fn yard(&self) -> &Path {
        Path::new("")
    }

    fn keep<'a>(&'a self, _: &'a str, _: &'a Path) -> Pending<'a, ()> {
        Box::pin(async { Self::refusal() })
    }

    fn size<'a>(&'a self, _: &'a str) -> Pending<'a, Option<u64>> {
        Box::pin(async { Self::refusal() })
    }

    fn read<'a>(&'a self, _: &'a str, _: Range<u64>) -> Pending<'a, Option<Chunks>> {
        Box::pin(async { Self::refusal() })
    }

    fn remove<'a>(&'a self, _: &'a str) -> Pending<'a, ()> {
        Box::pin(async { Self::refusal() })
    }
}

/// Runs work that waits for the disk where it holds up nobody.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
