//! Bytes on their way in: hashed and written to a file of the yard, piece by piece.
//!
//! Must hold: a file of the yard is locked as long as somebody works on it, and goes when they leave it; so a file that
//! nobody holds was left by a program that died.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lately_model::blob::{HEAD, picture_type};
use sha2::{Digest, Sha256};

use super::aside;
use crate::private_dir;

/// How many bytes are gathered before they are written.
const PIECE: usize = 256 * 1024;

/// A file that is being received.
#[derive(Debug)]
pub struct Incoming {
    place: Place,
    /// Absent while it is being worked on elsewhere.
    work: Option<Work>,
    gathered: Vec<u8>,
    head: Vec<u8>,
    size: u64,
}

#[derive(Debug)]
struct Work {
    file: File,
    hasher: Sha256,
}

/// A file that was received whole and is on the disk, but not yet where it stays.
#[derive(Debug)]
pub struct Received {
    /// The SHA-256 of its bytes, as lower-case hex.
    pub hash: String,
    /// How many they are.
    pub size: u64,
    /// What kind of picture they are, see [`picture_type`].
    pub media: &'static str,
    place: Place,
    /// Holds the lock.
    _file: File,
}

/// A file of the yard that goes with this value.
#[derive(Debug)]
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

impl Incoming {
    /// Begins a file in `yard` under a name that no other has.
    ///
    /// # Errors
    /// The yard cannot be written to.
    pub async fn begin(yard: &Path, name: &str) -> io::Result<Self> {
        let (yard, path) = (yard.to_owned(), yard.join(name));
        let (place, file) = aside(move || {
            private_dir(&yard)?;
            let file = private_file(&path)?;
            let place = Place(path);
            file.lock()?;
            Ok((place, file))
        })
        .await?;
        let work = Some(Work { file, hasher: Sha256::new() });
        Ok(Self { place, work, gathered: Vec::with_capacity(PIECE), head: Vec::new(), size: 0 })
    }

    /// How many bytes came.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        self.head.extend(bytes.iter().take(HEAD.saturating_sub(self.head.len())));
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.gathered.len()));
            self.gathered.extend_from_slice(now);
            bytes = later;
            if self.gathered.len() == PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        let Some(mut work) = self.work.take() else { return Err(io::Error::other("it failed before")) };
        let mut piece = std::mem::take(&mut self.gathered);
        let (work, piece) = aside(move || {
            work.file.write_all(&piece)?;
            work.hasher.update(&piece);
            piece.clear();
            Ok((work, piece))
        })
        .await?;
        (self.work, self.gathered) = (Some(work), piece);
        Ok(())
    }

    /// All bytes came: waits until they are on the disk.
    ///
    /// # Errors
    /// They cannot be written.
    pub async fn finish(mut self) -> io::Result<Received> {
        self.flush().await?;
        let Some(work) = self.work.take() else { return Err(io::Error::other("it failed before")) };
        let (digest, file) = aside(move || {
            work.file.sync_all()?;
            Ok((work.hasher.finalize(), work.file))
        })
        .await?;
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let media = picture_type(&self.head);
        Ok(Received { hash, size: self.size, media, place: self.place, _file: file })
    }
}

impl Received {
    /// Where it lies until it is kept or this value goes.
    pub fn path(&self) -> &Path {
        &self.place.0
    }
}

/// A new file, for its owner's eyes only where the system knows owners.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Removes what was left in a yard by programs that died. Answers how many files.
///
/// # Errors
/// The yard cannot be read.
pub async fn clear_yard(yard: &Path) -> io::Result<usize> {
    let yard = yard.to_owned();
    aside(move || {
        let entries = match std::fs::read_dir(&yard) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut cleared = 0;
        for entry in entries {
            let path = entry?.path();
            let Ok(file) = File::open(&path) else { continue };
            if file.try_lock().is_ok() && std::fs::remove_file(&path).is_ok() {
                cleared += 1;
            }
        }
        Ok(cleared)
    })
    .await
}
