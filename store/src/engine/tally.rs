//! How much was asked of the database: statements and rows, counted by every connection of one store.
//!
//! Must hold: counting never fails and costs next to nothing. What it is for: to prove that reading a list asks
//! nothing, and that a message costs the same in a chat of two and of ten thousand.

use std::sync::atomic::{AtomicU64, Ordering};

/// The running counts.
#[derive(Debug, Default)]
pub struct Tally {
    statements: AtomicU64,
    rows_read: AtomicU64,
    rows_written: AtomicU64,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Statements run, those that begin and end transactions among them.
    pub statements: u64,
    /// Rows that statements answered.
    pub rows_read: u64,
    /// Rows that statements without an answer touched.
    pub rows_written: u64,
}

impl Tally {
    /// One statement that answered so many rows and touched so many others.
    pub fn add(&self, rows_read: usize, rows_written: usize) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.rows_read.fetch_add(rows_read as u64, Ordering::Relaxed);
        self.rows_written.fetch_add(rows_written as u64, Ordering::Relaxed);
    }

    /// The counts now.
    pub fn work(&self) -> Work {
        Work {
            statements: self.statements.load(Ordering::Relaxed),
            rows_read: self.rows_read.load(Ordering::Relaxed),
            rows_written: self.rows_written.load(Ordering::Relaxed),
        }
    }
}

impl Work {
    /// What was done since `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(before.statements),
            rows_read: self.rows_read.saturating_sub(before.rows_read),
            rows_written: self.rows_written.saturating_sub(before.rows_written),
        }
    }
}
