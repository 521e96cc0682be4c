//! Shapes with open places: what everybody sees alike is written once, what each sees their own way is left open.
//!
//! Must hold: text with its gaps filled is the text that serialising the whole shape gives, because both come from the
//! one shape. A gap is told from all other text by bytes that JSON never has.

use std::io::{self, Write};

use lately_messenger::Pieces;
use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter};

/// A value that is given, or a gap to be filled for each reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<T> {
    /// The value.
    Given(T),
    /// A gap.
    Open(Gap),
}

/// What is left open in the row of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are those of the keys of a row")]
pub enum Gap {
    Id = 1,
    Avatar,
    Title,
    Counter,
    LastId,
    Pinned,
    Unread,
    DateUpdate,
    User,
    MuteList,
    ManagerList,
    Role,
    EntityLink,
}

/// The mark after the last piece, where nothing is left open.
pub const END: u8 = 0;

/// Numbers from here on stand for gaps on their way through the serialiser. No number of a portal is near.
const GAPS: i64 = i64::MIN + 1;

impl Gap {
    const ALL: [Self; 13] = [
        Self::Id,
        Self::Avatar,
        Self::Title,
        Self::Counter,
        Self::LastId,
        Self::Pinned,
        Self::Unread,
        Self::DateUpdate,
        Self::User,
        Self::MuteList,
        Self::ManagerList,
        Self::Role,
        Self::EntityLink,
    ];

    /// The mark of this gap between pieces.
    pub fn mark(self) -> u8 {
        self as u8
    }

    /// Reads [`Self::mark`] back; `None` for [`END`].
    pub fn of(mark: u8) -> Option<Self> {
        Self::ALL.get(usize::from(mark).checked_sub(1)?).copied()
    }
}

impl<T: Serialize> Serialize for Part<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Given(value) => value.serialize(serializer),
            Self::Open(gap) => serializer.serialize_i64(GAPS + i64::from(gap.mark())),
        }
    }
}

/// Writes gaps as their marks, and all else as usual.
struct Marking;

impl Formatter for Marking {
    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        let mark = value.checked_sub(GAPS).and_then(|mark| u8::try_from(mark).ok());
        match mark.filter(|mark| Gap::of(*mark).is_some()) {
            Some(mark) => writer.write_all(&[mark]),
            None => CompactFormatter.write_i64(writer, value),
        }
    }
}

/// The text of a shape, cut at its gaps.
pub fn pieces<T: Serialize>(shape: &T) -> Pieces {
    let mut text = Vec::with_capacity(1024);
    let written = shape.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Marking));
    let mut pieces = Pieces::default();
    if written.is_err() {
        return pieces;
    }
    // Compact JSON escapes every byte below the space, so each that is there is a mark.
    for piece in text.split_inclusive(|byte| *byte < b' ') {
        match piece.split_last() {
            Some((mark, piece)) if *mark < b' ' => pieces.add(piece, *mark),
            _ => pieces.add(piece, END),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Shape {
        title: String,
        counter: Part<i64>,
        role: Part<&'static str>,
        least: i64,
    }

    fn shape(counter: Part<i64>, role: Part<&'static str>) -> Shape {
        Shape { title: "a\u{4}\n\"\u{0}b".into(), counter, role, least: i64::MIN }
    }

    #[test]
    fn filled_gaps_give_the_whole_text() {
        let whole = serde_json::to_string(&shape(Part::Given(7), Part::Given("owner"))).unwrap();
        let mut text = Vec::new();
        for (piece, mark) in pieces(&shape(Part::Open(Gap::Counter), Part::Open(Gap::Role))).iter() {
            text.extend_from_slice(piece);
            match Gap::of(mark) {
                Some(Gap::Counter) => text.push(b'7'),
                Some(Gap::Role) => text.extend_from_slice(b"\"owner\""),
                other => assert_eq!(other, None),
            }
        }
        assert_eq!(String::from_utf8(text).unwrap(), whole);
    }

    #[test]
    fn every_gap_has_a_mark_of_its_own_that_json_never_has() {
        for gap in Gap::ALL {
            assert_eq!(Gap::of(gap.mark()), Some(gap));
            assert!(gap.mark() < b' ');
        }
        assert_eq!(Gap::of(END), None);
    }
}
