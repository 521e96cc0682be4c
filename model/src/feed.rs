//! Feeds: what happens in a person's chats, numbered, for whoever asks for it now and then instead of listening.
//!
//! Must hold: a number says where an event stands in the log, is the same whichever server gives it, and grows as events
//! do. Numbers stay below 2^53 up to the four billionth transaction of a portal, so that every JSON reader keeps them whole.

use crate::Event;

/// How many numbers one transaction has.
const PLACES: i64 = 1 << 21;

/// For how many seconds events are kept.
pub const KEPT: i64 = crate::moment::DAY;

/// The number of one event in everybody's feeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedNumber(pub i64);

impl FeedNumber {
    /// The `place`th thing told of the transaction at `position`.
    pub fn at(position: i64, place: i64) -> Self {
        Self(position.saturating_mul(PLACES).saturating_add(place.clamp(0, PLACES - 1)))
    }

    /// The first of the numbers that are given to what bots are told of the transaction at `position`: the upper half.
    pub fn beside(position: i64) -> Self {
        Self::at(position, PLACES / 2)
    }

    /// The number right after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The transaction that it belongs to.
    pub fn position(self) -> i64 {
        self.0.max(0) / PLACES
    }
}

/// How many numbers an event takes: each person who joined has one.
pub fn width(event: &Event) -> i64 {
    match event {
        Event::Joined(_, users) => i64::try_from(users.len()).unwrap_or(PLACES).max(1),
        _ => 1,
    }
}

/// Whether feeds tell of it.
pub fn tells(event: &Event) -> bool {
    matches!(
        event,
        Event::Said(..) | Event::Edited(..) | Event::Deleted(..) | Event::Liked(..) | Event::Joined(..)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChatId, UserId};

    #[test]
    fn numbers_grow_with_the_log_and_know_their_transaction() {
        let numbers = [
            FeedNumber::at(0, 0),
            FeedNumber::at(7, 0),
            FeedNumber::at(7, 1),
            FeedNumber::at(7, i64::MAX),
            FeedNumber::at(8, 0),
            FeedNumber::at(u32::MAX.into(), i64::MAX),
        ];
        assert!(numbers.is_sorted_by(|one, other| one < other));
        assert_eq!(numbers.map(FeedNumber::position), [0, 7, 7, 7, 8, u32::MAX.into()]);
        assert!(numbers.iter().all(|number| number.0 < 1 << 53));
        assert_eq!((FeedNumber(-5).position(), FeedNumber(i64::MAX).next()), (0, FeedNumber(i64::MAX)));
    }

    #[test]
    fn everybody_who_joined_takes_a_number() {
        assert_eq!(width(&Event::Joined(ChatId(1), vec![UserId(2), UserId(3)])), 2);
        assert_eq!(width(&Event::Joined(ChatId(1), Vec::new())), 1);
        assert_eq!(width(&Event::Renamed(ChatId(1))), 1);
    }
}
