//! Moving portals: facts in from lines and out to lines, the recount, and copies of the database.
//!
//! Must hold: an import that stops, for whatever reason, has kept every line before the one it names, and can be run
//! again from the beginning: what is there already changes nothing.

pub mod bytes;

use std::io::{self, BufRead, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lately_model::{BlobId, ChatId};
use lately_store::{Difference, Fact, StoreError};

use crate::record::Record;
use crate::{Error, Messenger};

/// How many lines share a transaction.
const BATCH: usize = 1000;

/// How many bytes' rows are read at a time.
const STEP: i64 = 500;

/// How many differences a check tells.
const DIFFERENCES: usize = 100;

/// Why moving a portal stopped.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A line is not a good record. Every line before it was kept.
    #[error("line {line}: {reason}")]
    Line {
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The file cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which fact of several could not be written.
struct Unfit {
    place: usize,
    error: StoreError,
}

impl From<StoreError> for Unfit {
    /// All of them.
    fn from(error: StoreError) -> Self {
        Self { place: usize::MAX, error }
    }
}

/// Told now and then: how many are done.
pub type Progress<'a> = &'a mut (dyn FnMut(u64) + Send);

impl Messenger {
    /// Writes every line of `lines`; answers how many. Empty lines and those beginning with `#` are passed over.
    pub async fn import(
        &self,
        lines: impl BufRead + Send,
        progress: Progress<'_>,
    ) -> Result<u64, TransferError> {
        let mut batch: Vec<(u64, Fact)> = Vec::with_capacity(BATCH);
        let mut number = 0;
        for line in lines.lines() {
            number += 1;
            match read_line(line, number) {
                Ok(None) => {}
                Ok(Some(fact)) => batch.push((number, fact)),
                Err(stop) => {
                    self.put(std::mem::take(&mut batch)).await?;
                    return Err(stop);
                }
            }
            if batch.len() >= BATCH {
                self.put(std::mem::take(&mut batch)).await?;
                progress(number);
            }
        }
        self.put(batch).await?;
        progress(number);
        Ok(number)
    }

    /// Writes facts in one transaction; one that does not fit ends it, and those before it are kept.
    pub async fn put(&self, facts: Vec<(u64, Fact)>) -> Result<(), TransferError> {
        let facts = Arc::new(facts);
        let Err(Unfit { place, error }) = self.put_all(&facts, facts.len()).await else { return Ok(()) };
        match facts.get(place) {
            Some((line, _)) if blames_the_line(&error) => {
                // What a statement broke cannot be kept in part: those before it are written again.
                self.put_all(&facts, place).await.map_err(|unfit| unfit.error)?;
                Err(TransferError::Line { line: *line, reason: reason(&error) })
            }
            _ => Err(error.into()),
        }
    }

    /// Writes the first `count` facts, or none of them.
    async fn put_all(&self, facts: &Arc<Vec<(u64, Fact)>>, count: usize) -> Result<(), Unfit> {
        let (facts, now) = (Arc::clone(facts), self.now());
        self.store
            .write(move |tx| {
                for (place, (_, fact)) in facts.iter().take(count).enumerate() {
                    tx.put_fact(fact, now).map_err(|error| Unfit { place, error })?;
                }
                Ok(())
            })
            .await
    }

    /// Writes the whole portal to `out`, a line a fact, from one consistent state. The log of what was done by whom is not
    /// part of it: it tells of this portal. Answers how many lines.
    pub async fn export<W: Write + Send + 'static>(
        &self,
        out: W,
        progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<u64, TransferError> {
        self.write_out(out, false, progress).await
    }

    /// The same with the log of what was done by whom.
    pub async fn export_with_deeds<W: Write + Send + 'static>(
        &self,
        out: W,
        progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<u64, TransferError> {
        self.write_out(out, true, progress).await
    }

    async fn write_out<W: Write + Send + 'static>(
        &self,
        mut out: W,
        deeds: bool,
        mut progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<u64, TransferError> {
        self.store
            .read_once(move |snapshot| {
                let mut lines = 0;
                let mut take = |fact| {
                    let line = serde_json::to_string(&Record::from(fact)).map_err(io::Error::from)?;
                    writeln!(out, "{line}")?;
                    lines += 1;
                    if lines % 1000 == 0 {
                        progress(lines);
                    }
                    Ok::<_, TransferError>(())
                };
                snapshot.facts(&mut take)?;
                if deeds {
                    snapshot.deed_facts(&mut take)?;
                }
                out.flush()?;
                progress(lines);
                Ok(lines)
            })
            .await
    }

    /// About how many lines an export will have.
    pub async fn export_size(&self) -> Result<u64, Error> {
        self.store.read(|snapshot| Ok(snapshot.fact_count()?)).await
    }

    /// Recounts everything and answers the first differences; none is the promise.
    pub async fn check(
        &self,
        mut progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Vec<Difference>, Error> {
        let recount = self
            .store
            .read(move |snapshot| Ok::<_, Error>(snapshot.differences(DIFFERENCES, &mut progress)?));
        let mut found = recount.await?;
        self.compare_bytes(&mut found).await?;
        Ok(found)
    }

    /// Bytes that something has and that are not there, or are more or fewer than they were.
    async fn compare_bytes(&self, found: &mut Vec<Difference>) -> Result<(), Error> {
        let mut after = BlobId(0);
        loop {
            let blobs =
                self.store.read(move |snapshot| Ok::<_, Error>(snapshot.blobs_after(after, STEP)?)).await?;
            let Some(last) = blobs.last() else { return Ok(()) };
            after = last.id;
            for blob in blobs {
                if found.len() >= DIFFERENCES {
                    return Ok(());
                }
                let size = self.settings.vault.size(&blob.key()).await.map_err(StoreError::from)?;
                let size = size.map(|size| i64::try_from(size).unwrap_or(i64::MAX));
                if size != Some(blob.size) {
                    let row = format!("file content {}", blob.key());
                    let (found_size, expected) = (size.unwrap_or(0), blob.size);
                    found.push(Difference { row, value: "bytes", found: found_size, expected });
                }
            }
        }
    }

    /// Writes what a recount gives wherever it differs: first for people and departments, then chat after chat. Answers
    /// how many chats were repaired.
    pub async fn repair(&self, mut progress: impl FnMut(u64) + Send) -> Result<u64, Error> {
        self.store.write(|tx| Ok::<_, Error>(tx.repair_people()?)).await?;
        let mut repaired = 0;
        let mut done = 0;
        let mut after = ChatId(0);
        loop {
            let next: Option<(ChatId, bool)> = self
                .store
                .write(move |tx| {
                    let Some(chat) = tx.next_chat(after)? else { return Ok::<_, Error>(None) };
                    Ok(Some((chat, tx.repair_chat(chat)?)))
                })
                .await?;
            let Some((chat, differed)) = next else { return Ok(repaired) };
            after = chat;
            repaired += u64::from(differed);
            self.repaired.fetch_add(u64::from(differed), Ordering::Relaxed);
            done += 1;
            progress(done);
        }
    }

    /// A line for each column and each unique key of the database, the same for both engines.
    pub async fn schema(&self) -> Result<Vec<String>, Error> {
        self.store.read(|snapshot| Ok(snapshot.schema()?)).await
    }

    /// How many chats were repaired since this portal was opened.
    pub fn repaired(&self) -> u64 {
        self.repaired.load(Ordering::Relaxed)
    }

    /// Copies the database into a new file while the portal serves.
    pub fn backup(&self, target: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        Ok(self.store.backup(target, progress)?)
    }
}

fn read_line(line: io::Result<String>, number: u64) -> Result<Option<Fact>, TransferError> {
    let blame = |reason: String| TransferError::Line { line: number, reason };
    let line = match line {
        Ok(line) => line,
        Err(error) if error.kind() == ErrorKind::InvalidData => return Err(blame(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    // Some systems begin a file with a mark of its encoding.
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let record: Record = serde_json::from_str(line).map_err(|error| blame(malformed(&error)))?;
    Fact::try_from(record).map(Some).map_err(blame)
}

/// The parser's own words, without its count of lines: it is shown one line only.
fn malformed(error: &serde_json::Error) -> String {
    let (text, column) = (error.to_string(), error.column());
    match text.strip_suffix(&format!(" at line {} column {column}", error.line())) {
        Some(bare) => format!("{bare} at column {column}"),
        None => text,
    }
}

/// Whether the fact is to blame rather than the store.
fn blames_the_line(error: &StoreError) -> bool {
    matches!(error, StoreError::Missing(_) | StoreError::Corrupt(_)) || error.violates_unique()
}

fn reason(error: &StoreError) -> String {
    if error.violates_unique() {
        "there is one like it already, with another id".to_owned()
    } else {
        error.to_string()
    }
}
