//! Moving the bytes of files: into a copy of the portal and back, out of a portal and into another.
//!
//! Must hold: bytes are hashed on their way and arrive whole or not at all; what is there already is not moved again, so
//! that whatever was cut short can be run again.

use std::io;

use futures_util::TryStreamExt;
use lately_model::{Blob, BlobId};
use lately_store::{Incoming, Shelves, StoreError, Vault};

use super::{Progress, TransferError};
use crate::upload::Unkept;
use crate::{Error, Messenger};

/// How many rows are read at a time.
const STEP: i64 = 500;

/// What became of the bytes of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// How many files' bytes are now where they belong.
    pub there: u64,
    /// How many are not to be had.
    pub missing: u64,
}

/// Which bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// All that are not doomed: what a copy of the database that was made a moment ago may need.
    Kept,
    /// Those that something has.
    Needed,
}

impl Messenger {
    /// Copies all bytes into `to`, under the names that they have here. After the database was copied, so that it holds
    /// at least what that copy names: bytes stay for a day after the last file let go of them.
    pub async fn backup_files(&self, to: &Shelves, progress: Progress<'_>) -> Result<Moved, TransferError> {
        self.move_out(Which::Kept, to, Blob::key, progress).await
    }

    /// Copies the bytes that something has into `to`, each under its hash.
    pub async fn export_files(&self, to: &Shelves, progress: Progress<'_>) -> Result<Moved, TransferError> {
        self.move_out(Which::Needed, to, |blob| Shelves::place_of(&blob.hash), progress).await
    }

    async fn move_out(
        &self,
        which: Which,
        to: &Shelves,
        name: fn(&Blob) -> String,
        progress: Progress<'_>,
    ) -> Result<Moved, TransferError> {
        let mut moved = Moved::default();
        let mut after = BlobId(0);
        loop {
            let blobs = self.blobs(which, after).await?;
            let Some(last) = blobs.last() else { return Ok(moved) };
            after = last.id;
            for blob in blobs {
                let copied = self.copy(&*self.settings.vault, &blob.key(), to, &name(&blob), &blob).await?;
                moved.count(copied);
                progress(moved.there);
            }
        }
    }

    /// Puts back what a copy of the portal has in `from` and what is not here, or not whole. After the database was put
    /// back: bytes without a row are nobody's.
    pub async fn restore_files(
        &self,
        from: &Shelves,
        progress: Progress<'_>,
    ) -> Result<Moved, TransferError> {
        let mut moved = Moved::default();
        let mut after = BlobId(0);
        loop {
            let blobs = self.blobs(Which::Needed, after).await?;
            let Some(last) = blobs.last() else { return Ok(moved) };
            after = last.id;
            for blob in blobs {
                let key = blob.key();
                let copied = self.copy(from, &key, &*self.settings.vault, &key, &blob).await?;
                moved.count(copied);
                progress(moved.there);
            }
        }
    }

    /// Takes in the bytes that [`Self::export_files`] wrote into `from`, before the facts that name them.
    pub async fn import_files(&self, from: &Shelves, progress: Progress<'_>) -> Result<u64, TransferError> {
        let mut taken = 0;
        for shelf in from.shelves()? {
            for hash in from.on_shelf(&shelf)? {
                self.take_in(from, &hash).await?;
                taken += 1;
                progress(taken);
            }
        }
        Ok(taken)
    }

    async fn take_in(&self, from: &Shelves, hash: &str) -> Result<(), TransferError> {
        let place = Shelves::place_of(hash);
        let size = from.size(&place).await?.unwrap_or(0);
        let wanted = hash.to_owned();
        let known = self.store.read(move |snapshot| snapshot.blob_by_hash(&wanted)).await?;
        if let Some(known) = known
            && self.settings.vault.size(&known.key()).await? == Some(size)
        {
            return Ok(());
        }
        let mut chunks = from.read(&place, 0..size).await?.ok_or_else(missing)?;
        let mut incoming = Incoming::begin(self.settings.vault.yard(), &self.dice.secret(32)).await?;
        while let Some(chunk) = chunks.try_next().await? {
            incoming.write(&chunk).await?;
        }
        let received = incoming.finish().await?;
        if received.hash != hash {
            return Err(io::Error::other(format!("{place} is not what its name says")).into());
        }
        match self.shelve(received).await {
            Ok(_) => Ok(()),
            Err(Unkept::Fault(Error::Fault(fault))) => Err(fault.into()),
            Err(_) => Err(io::Error::other(format!("{place} could not be kept")).into()),
        }
    }

    async fn blobs(&self, which: Which, after: BlobId) -> Result<Vec<Blob>, StoreError> {
        self.store
            .read(move |snapshot| match which {
                Which::Kept => snapshot.kept_blobs_after(after, STEP),
                Which::Needed => snapshot.blobs_after(after, STEP),
            })
            .await
    }

    /// Copies one file's bytes unless they are there. False if they are not to be had.
    async fn copy(
        &self,
        from: &dyn Vault,
        source: &str,
        to: &dyn Vault,
        target: &str,
        blob: &Blob,
    ) -> Result<bool, TransferError> {
        let size = u64::try_from(blob.size).unwrap_or(0);
        if to.size(target).await? == Some(size) {
            return Ok(true);
        }
        if from.size(source).await? != Some(size) {
            return Ok(false);
        }
        let Some(mut chunks) = from.read(source, 0..size).await? else { return Ok(false) };
        let mut incoming = Incoming::begin(to.yard(), &self.dice.secret(32)).await?;
        while let Some(chunk) = chunks.try_next().await? {
            incoming.write(&chunk).await?;
        }
        let received = incoming.finish().await?;
        if received.hash != blob.hash {
            return Ok(false);
        }
        to.keep(target, received.path()).await?;
        Ok(true)
    }
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Moved {
    fn count(&mut self, there: bool) {
        if there {
            self.there += 1;
        } else {
            self.missing += 1;
        }
    }
}
