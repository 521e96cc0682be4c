//! Bytes that somebody brings: received piece by piece, looked at, kept.
//!
//! Must hold: bytes are durable under their own name before a fact names them; what is too large is refused as soon as
//! that is seen, and nothing of it stays.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lately_model::Blob;
use lately_store::{Incoming, Received};

use crate::picture::{self, Look};
use crate::{Error, Messenger};

/// How many letters of base64 are decoded at a time; four letters are three bytes.
const LETTERS: usize = 64 * 1024;

/// Why bytes were not kept. Each use case has a refusal of its own for each.
#[derive(Debug)]
pub enum Unkept {
    /// They are more than may be kept; here is how many may.
    TooLarge(u64),
    /// They are not base64.
    Malformed,
    /// The place for them failed, which is in the log.
    Failed,
    /// The store failed.
    Fault(Error),
}

impl Unkept {
    fn failed(error: &io::Error) -> Self {
        tracing::error!(%error, "bytes of a file could not be kept");
        Self::Failed
    }
}

impl From<Error> for Unkept {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

/// The bytes of a file as a call has them.
#[derive(Debug)]
pub enum Content {
    /// Written as base64.
    Base64(String),
    /// Received already, or not kept.
    Received(Box<Result<Received, Unkept>>),
}

/// Bytes on their way in.
#[derive(Debug)]
pub struct Upload {
    incoming: Incoming,
    most: u64,
}

/// Bytes that are kept, and what was seen in them.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The bytes.
    pub(crate) blob: Blob,
    /// What is seen if they are a picture.
    pub(crate) look: Option<Look>,
    /// The bytes of a smaller picture; the same as `blob` for one that is small already.
    pub(crate) preview: Option<Blob>,
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// They are too many, or cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Unkept> {
        if self.incoming.size().saturating_add(bytes.len() as u64) > self.most {
            return Err(Unkept::TooLarge(self.most));
        }
        self.incoming.write(bytes).await.map_err(|error| Unkept::failed(&error))
    }

    /// All bytes came.
    ///
    /// # Errors
    /// They cannot be written.
    pub async fn finish(self) -> Result<Received, Unkept> {
        self.incoming.finish().await.map_err(|error| Unkept::failed(&error))
    }
}

impl Messenger {
    /// How many bytes a file may have.
    pub async fn largest_file(&self) -> Result<u64, Error> {
        Ok(self.portal_settings().await?.largest_file)
    }

    /// Begins to receive a file.
    ///
    /// # Errors
    /// There is no place for it, or a fault.
    pub async fn begin_upload(&self) -> Result<Upload, Unkept> {
        let most = self.largest_file().await?;
        let name = self.dice.secret(32);
        let incoming = Incoming::begin(self.settings.vault.yard(), &name).await;
        let incoming = incoming.map_err(|error| Unkept::failed(&error))?;
        Ok(Upload { incoming, most })
    }

    /// A name that nobody can guess, of letters and digits, for a file that was taken out of a call.
    pub fn stand_in(&self) -> String {
        format!("file{}", self.dice.secret(32))
    }

    /// Receives a file in whatever form a call has it.
    ///
    /// # Errors
    /// It is not base64, too large, or cannot be kept.
    pub(crate) async fn receive(&self, content: Content) -> Result<Received, Unkept> {
        match content {
            Content::Base64(text) => self.receive_base64(&text).await,
            Content::Received(received) => *received,
        }
    }

    /// Receives a file that was written as base64. Line breaks and blanks in it are passed over, its end may lack `=`.
    ///
    /// # Errors
    /// It is not base64, too large, or cannot be kept.
    pub async fn receive_base64(&self, text: &str) -> Result<Received, Unkept> {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let engine = GeneralPurpose::new(&STANDARD, config);
        let mut upload = self.begin_upload().await?;
        let mut letters = text.bytes().filter(|letter| !letter.is_ascii_whitespace()).peekable();
        while letters.peek().is_some() {
            let piece: Vec<u8> = letters.by_ref().take(LETTERS).collect();
            if letters.peek().is_some() && piece.contains(&b'=') {
                return Err(Unkept::Malformed);
            }
            upload.write(&engine.decode(&piece).map_err(|_| Unkept::Malformed)?).await?;
        }
        upload.finish().await
    }

    /// Keeps what was received, and a smaller picture of it if it is one.
    pub(crate) async fn keep(&self, received: Received) -> Result<Kept, Unkept> {
        let look = if received.media.is_empty() { None } else { self.look(&received).await? };
        let blob = self.shelve(received).await?;
        let preview = match look.as_ref().and_then(|look| look.preview.as_deref()) {
            Some(bytes) => Some(self.keep_made(bytes).await?),
            None => look.as_ref().is_some_and(|look| look.light).then(|| blob.clone()),
        };
        Ok(Kept { blob, look, preview })
    }

    /// Keeps a picture that was made here.
    pub(crate) async fn keep_made(&self, bytes: &[u8]) -> Result<Blob, Unkept> {
        let mut upload = Upload { most: u64::MAX, ..self.begin_upload().await? };
        upload.write(bytes).await?;
        self.shelve(upload.finish().await?).await
    }

    /// Gives bytes the name under which they stay. The row comes first: bytes without a row would stay for ever.
    pub(crate) async fn shelve(&self, received: Received) -> Result<Blob, Unkept> {
        let (hash, media, now) = (received.hash.clone(), received.media, self.now());
        let size = i64::try_from(received.size).unwrap_or(i64::MAX);
        let claim = self.store.write(move |tx| Ok::<_, Error>(tx.claim_blob(&hash, size, media, now)?));
        let blob = claim.await?;
        let kept = self.settings.vault.keep(&blob.key(), received.path()).await;
        kept.map_err(|error| Unkept::failed(&error))?;
        Ok(blob)
    }

    async fn look(&self, received: &Received) -> Result<Option<Look>, Unkept> {
        let path = received.path().to_owned();
        self.one_picture(move || picture::look(&path)).await
    }

    /// Runs work on a picture, one at a time, since each may take much memory.
    pub(crate) async fn one_picture<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unkept> {
        let turn = Arc::clone(&self.pictures).acquire_owned().await;
        let turn = turn.map_err(|error| Unkept::failed(&io::Error::other(error)))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| Unkept::failed(&io::Error::other(error)))
    }
}
