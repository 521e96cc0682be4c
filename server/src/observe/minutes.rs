//! What was answered in each minute of the last day.
//!
//! Must hold: noting an answer takes no lock, and the room for it never grows.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Minutes in a day, and the one that has begun.
const KEPT: usize = 24 * 60 + 1;

/// Seconds in a minute.
const MINUTE: i64 = 60;

/// The counts, minute by minute, each at a place of its own that comes round once a day.
#[derive(Debug)]
pub struct Minutes {
    places: Box<[Place]>,
}

#[derive(Debug, Default)]
struct Place {
    /// Which minute since 1970 is counted here.
    minute: AtomicI64,
    answers: AtomicU64,
    faults: AtomicU64,
}

impl Default for Minutes {
    fn default() -> Self {
        Self { places: (0..KEPT).map(|_| Place::default()).collect() }
    }
}

impl Minutes {
    /// Notes an answer, at a moment in seconds since 1970. Two that meet where a minute begins may lose one of them.
    pub fn note(&self, at: i64, fault: bool) {
        let minute = at.div_euclid(MINUTE);
        let Some(place) = self.place(minute) else { return };
        if place.minute.swap(minute, Ordering::Relaxed) != minute {
            place.answers.store(0, Ordering::Relaxed);
            place.faults.store(0, Ordering::Relaxed);
        }
        place.answers.fetch_add(1, Ordering::Relaxed);
        if fault {
            place.faults.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// About how many answers there were in the last sixty seconds.
    pub fn last_minute(&self, now: i64) -> u64 {
        let (minute, past) = (now.div_euclid(MINUTE), now.rem_euclid(MINUTE).unsigned_abs());
        let before = self.of(minute - 1, |place| &place.answers);
        self.of(minute, |place| &place.answers)
            + before * (MINUTE.unsigned_abs() - past) / MINUTE.unsigned_abs()
    }

    /// How many faults there were in the last day.
    pub fn faults(&self, now: i64) -> u64 {
        let minute = now.div_euclid(MINUTE);
        let kept = i64::try_from(KEPT).unwrap_or(i64::MAX);
        (minute - kept + 1..=minute).map(|minute| self.of(minute, |place| &place.faults)).sum()
    }

    fn place(&self, minute: i64) -> Option<&Place> {
        let kept = i64::try_from(KEPT).ok()?;
        self.places.get(usize::try_from(minute.rem_euclid(kept)).ok()?)
    }

    fn of(&self, minute: i64, count: impl Fn(&Place) -> &AtomicU64) -> u64 {
        let place = self.place(minute).filter(|place| place.minute.load(Ordering::Relaxed) == minute);
        place.map_or(0, |place| count(place).load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_ago_counts_for_as_much_of_it_as_is_within_the_last_sixty_seconds() {
        let minutes = Minutes::default();
        (0..60).for_each(|second| minutes.note(600 + second, false));
        assert_eq!(minutes.last_minute(659), 60);
        assert_eq!((minutes.last_minute(660), minutes.last_minute(690)), (60, 30));
        assert_eq!(minutes.last_minute(720), 0);
    }

    #[test]
    fn faults_are_known_for_a_day_and_their_place_is_taken_again() {
        let minutes = Minutes::default();
        minutes.note(0, true);
        minutes.note(90, true);
        minutes.note(91, false);
        assert_eq!((minutes.faults(100), minutes.faults(86_399)), (2, 2));
        assert_eq!(minutes.faults(86_400 + 60), 1);
        minutes.note(86_460 + 90, false);
        assert_eq!((minutes.faults(86_550), minutes.last_minute(86_550)), (0, 1));
    }
}
