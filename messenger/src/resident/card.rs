//! Cards: a resident room or person, with the text that was made of it.
//!
//! Must hold: a card never changes; whatever changes gets a new card, so text that was made of the old one goes with
//! it. What the text says is the business of whoever makes it: here it is bytes with open places.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many forms of text one card can keep.
const FORMS: usize = 4;

/// How many cards there ever were.
static CARDS: AtomicU64 = AtomicU64::new(0);

/// Text in pieces. After each piece something is left open, told by a mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    text: Vec<u8>,
    ends: Vec<(u32, u8)>,
}

impl Pieces {
    /// Adds a piece and the mark that follows it.
    pub fn add(&mut self, piece: &[u8], mark: u8) {
        self.text.extend_from_slice(piece);
        self.ends.push((u32::try_from(self.text.len()).unwrap_or(u32::MAX), mark));
    }

    /// Each piece with the mark that follows it.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u8)> {
        let mut from = 0;
        self.ends.iter().map(move |(end, mark)| {
            let piece = self.text.get(from..*end as usize).unwrap_or_default();
            from = *end as usize;
            (piece, *mark)
        })
    }

    /// The piece before a mark.
    pub fn before(&self, mark: u8) -> &[u8] {
        self.iter().find(|(_, found)| *found == mark).map_or(&[], |(piece, _)| piece)
    }

    /// The same in as little memory as it takes.
    pub fn packed(mut self) -> Self {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.capacity() + self.ends.capacity() * size_of::<(u32, u8)>()
    }
}

/// One resident thing.
#[derive(Debug)]
pub struct Card<T> {
    value: T,
    number: u64,
    forms: [OnceLock<Box<Pieces>>; FORMS],
}

impl<T> Card<T> {
    /// A card of which no text was made yet.
    pub fn new(value: T) -> Self {
        let number = CARDS.fetch_add(1, Ordering::Relaxed) + 1;
        Self { value, number, forms: Default::default() }
    }

    /// What tells this card from every other of the process; never zero.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its text in one form, made when it is first asked for; `None` beyond the last form.
    pub fn pieces(&self, form: usize, make: impl FnOnce(&T) -> Pieces) -> Option<&Pieces> {
        let kept = self.forms.get(form)?;
        Some(kept.get_or_init(|| Box::new(make(&self.value).packed())))
    }

    /// About how much memory it takes, if the thing itself takes `value` beside its own size.
    pub(super) fn bytes(&self, value: usize) -> usize {
        let forms = self.forms.iter().filter_map(OnceLock::get);
        size_of::<Self>() + value + forms.map(|pieces| pieces.bytes()).sum::<usize>()
    }
}

impl<T> Deref for Card<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_as_they_were_added() {
        let mut pieces = Pieces::default();
        pieces.add(b"one", 1);
        pieces.add(b"", 2);
        pieces.add(b"three", 0);
        let found: Vec<_> = pieces.iter().collect();
        assert_eq!(found, [(&b"one"[..], 1), (&b""[..], 2), (&b"three"[..], 0)]);
        assert_eq!(
            (pieces.before(1), pieces.before(0), pieces.before(9)),
            (&b"one"[..], &b"three"[..], &b""[..])
        );
    }

    #[test]
    fn text_is_made_once_a_form() {
        let card = Card::new(7);
        let make = |mark| {
            move |value: &i32| {
                let mut pieces = Pieces::default();
                pieces.add(value.to_string().as_bytes(), mark);
                pieces
            }
        };
        assert_eq!(card.pieces(0, make(1)).unwrap().before(1), b"7");
        assert_eq!(card.pieces(0, make(2)).unwrap().before(1), b"7");
        assert_eq!(card.pieces(3, make(2)).unwrap().before(2), b"7");
        assert!(card.pieces(FORMS, make(1)).is_none());
    }
}
