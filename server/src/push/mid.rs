//! Numbers of events as clients keep them: 26 digits, which sort as the events do.
//!
//! Must hold: a number is the same whichever server gives it, and unlike for any two things that one person hears. It says
//! where the event stands in the log: 18 digits for the position, 7 for its place there, 1 for which of several things
//! that an event is told as. What is not in the log takes places that no event of the log has.

use std::fmt::{self, Display, Formatter};

use lately_messenger::event::Place;

/// Places from here on are of what is not in the log.
const FLASHES: u32 = 5_000_000;

/// How many places there are.
const PLACES: u32 = 10_000_000;

/// The number of one thing told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mid {
    /// Where its event stands.
    pub place: Place,
    /// Which of the things told of it.
    pub variant: u8,
}

impl Mid {
    /// Of an event.
    pub fn new(place: Place, variant: u8) -> Self {
        Self { place, variant }
    }

    /// After everything that the log has at this position.
    pub fn end_of(position: i64) -> Self {
        Self { place: Place { position, index: FLASHES - 1 }, variant: 9 }
    }

    /// Of what the server tells a client about its connection after `last`: whoever goes on from there misses nothing.
    pub fn beside(last: Self) -> Self {
        Self { variant: 9, ..last }
    }

    /// Of the `count`th thing that is not in the log, told after this position.
    pub fn flash(position: i64, count: u32) -> Self {
        let index = FLASHES + count % (PLACES - 1 - FLASHES);
        Self { place: Place { position, index }, variant: 0 }
    }

    /// Reads what a client sent back; `None` for anything that no server gave.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (position, rest) = text.split_at_checked(18).filter(|_| digits)?;
        let (index, variant) = rest.split_at_checked(7)?;
        let place = Place { position: position.parse().ok()?, index: index.parse().ok()? };
        Some(Self { place, variant: variant.parse().ok()? })
    }

    /// As bytes, whose hexadecimal form is the text.
    pub fn bytes(self) -> Vec<u8> {
        let text = self.to_string();
        let pair = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte * 16 + (digit - b'0'));
        text.as_bytes().chunks(2).map(pair).collect()
    }
}

impl Display for Mid {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:018}{:07}{}",
            self.place.position.max(0),
            self.place.index.min(PLACES - 1),
            self.variant % 10
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mid(position: i64, index: u32, variant: u8) -> Mid {
        Mid::new(Place { position, index }, variant)
    }

    #[test]
    fn numbers_come_back_and_sort_as_text() {
        let mut last = String::new();
        for mid in [mid(0, 0, 0), mid(7, 0, 1), mid(7, 1, 0), Mid::end_of(7), Mid::flash(7, 3), mid(8, 0, 0)]
        {
            let text = mid.to_string();
            assert_eq!((text.len(), Mid::parse(&text)), (26, Some(mid)));
            assert!(text > last);
            last = text;
        }
        for text in [
            "",
            "1",
            "00000000000000000700000001x",
            "-0000000000000000700000010",
            "é0000000000000000700000010",
        ] {
            assert_eq!(Mid::parse(text), None, "{text}");
        }
    }

    #[test]
    fn as_bytes_it_is_the_text_in_hexadecimal() {
        let mid = mid(123_456, 42, 3);
        let hex: String = mid.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, mid.to_string());
    }
}
