//! How the store is doing: what waits, what was committed, how much shares a commit.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use crate::engine::Work;

/// Upper bounds of the classes of commit sizes; the last class holds the rest.
pub const BATCH_BOUNDS: [usize; 10] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/// The store at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gauge {
    /// Jobs that wait for the writer.
    pub queue: usize,
    /// Transactions committed by this process.
    pub commits: u64,
    /// Jobs in them.
    pub jobs: u64,
    /// Commits by the number of their jobs, class by class of [`BATCH_BOUNDS`], not summed up.
    pub batches: [u64; BATCH_BOUNDS.len() + 1],
    /// The portal's position as far as the observer knows it.
    pub position: i64,
    /// Transactions of other processes that were heard of.
    pub heard: u64,
    /// How often the writer had to begin again on another connection, or after another's transaction.
    pub retries: u64,
    /// Whether the database answered when it was asked last.
    pub available: bool,
    /// What was asked of the database.
    pub work: Work,
}

/// The running counts behind [`Gauge`].
#[derive(Debug, Default)]
pub(crate) struct Meter {
    commits: AtomicU64,
    jobs: AtomicU64,
    batches: [AtomicU64; BATCH_BOUNDS.len() + 1],
    position: AtomicI64,
    heard: AtomicU64,
    retries: AtomicU64,
    unavailable: AtomicBool,
}

impl Meter {
    /// A commit with so many jobs.
    pub(crate) fn committed(&self, jobs: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(jobs as u64, Ordering::Relaxed);
        let class = BATCH_BOUNDS.iter().position(|bound| jobs <= *bound).unwrap_or(BATCH_BOUNDS.len());
        if let Some(count) = self.batches.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The observer now knows everything up to this position.
    pub(crate) fn reached(&self, position: i64) {
        self.position.store(position, Ordering::Release);
    }

    /// A transaction of another process was heard of.
    pub(crate) fn heard(&self) {
        self.heard.fetch_add(1, Ordering::Relaxed);
    }

    /// The writer begins again.
    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// The database answered, or did not.
    pub(crate) fn answered(&self, available: bool) {
        self.unavailable.store(!available, Ordering::Relaxed);
    }

    /// The counts now.
    pub(crate) fn gauge(&self, queue: usize, work: Work) -> Gauge {
        let mut batches = [0; BATCH_BOUNDS.len() + 1];
        for (class, count) in batches.iter_mut().zip(&self.batches) {
            *class = count.load(Ordering::Relaxed);
        }
        Gauge {
            queue,
            commits: self.commits.load(Ordering::Relaxed),
            jobs: self.jobs.load(Ordering::Relaxed),
            batches,
            position: self.position.load(Ordering::Acquire),
            heard: self.heard.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            available: !self.unavailable.load(Ordering::Relaxed),
            work,
        }
    }
}
