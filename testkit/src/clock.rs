//! A clock that a test moves, and dice that always fall the same.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use lately_messenger::{Clock, Dice};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock {
    seconds: AtomicI64,
}

impl TestClock {
    /// A clock that shows this moment (RFC 3339).
    pub fn at(text: &str) -> Self {
        let start: Timestamp = text.parse().expect("a date in RFC 3339");
        Self { seconds: AtomicI64::new(start.as_second()) }
    }

    /// Moves the clock by this many seconds, back if negative.
    pub fn step(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sets the clock to a moment (RFC 3339).
    pub fn set(&self, text: &str) {
        let moment: Timestamp = text.parse().expect("a date in RFC 3339");
        self.seconds.store(moment.as_second(), Ordering::SeqCst);
    }

    /// Seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.seconds.load(Ordering::SeqCst)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds()).expect("a moment within range")
    }
}

/// Dice that count, so that secrets differ and yet are the same in every run.
#[derive(Debug, Default)]
pub struct CountingDice {
    thrown: AtomicU64,
}

impl Dice for CountingDice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.thrown.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst).to_le_bytes();
            let length = chunk.len();
            chunk.copy_from_slice(number.get(..length).expect("a chunk of at most eight bytes"));
        }
    }
}
