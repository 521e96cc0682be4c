//! The portal's clock, handed to whoever needs the time.

use jiff::SignedDuration;
use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock, moved by a fixed distance when the portal is to live in another time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock {
    distance: SignedDuration,
}

impl SystemClock {
    /// A clock that shows `start` now and goes on from there.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { distance: machine_time().duration_until(start) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        machine_time().saturating_add(self.distance).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
fn machine_time() -> Timestamp {
    Timestamp::now()
}
