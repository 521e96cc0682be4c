//! Answers kept: what was written of a list when its owner asked last.
//!
//! Must hold: an answer is given again as it is only to the same question about the very same rows, which its stamp
//! tells; an older one is good for copying rows from. Together they are bounded in bytes. Nothing here is told of
//! changes: an old stamp is simply never asked for again.

use std::sync::Arc;

use lately_model::UserId;
use lately_model::recent::Filter;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::sheet::Sheet;

/// How many bytes are kept in all.
const MOST: usize = 64 << 20;

/// What an answer takes beside its text.
const BESIDE: usize = 128;

/// A question: whose rows, in which form, by which flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Question {
    user: UserId,
    form: u8,
    flags: [bool; 4],
}

impl Question {
    /// The question about all present rows; `filter.since` is not part of it.
    pub fn new(user: UserId, form: u8, filter: Filter) -> Self {
        let flags = [filter.skip_openlines, filter.skip_chat, filter.skip_dialog, filter.only_openlines];
        Self { user, form, flags }
    }
}

/// What the rows were made of: equal stamps mean equal rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The state of the list's seats and rooms.
    pub list: u64,
    /// The state of the people.
    pub people: u64,
    /// How many rows are within the window.
    pub window: usize,
}

/// All answers kept.
#[derive(Default)]
pub struct Answers {
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    answers: FxHashMap<Question, (Stamp, Arc<Sheet>)>,
    bytes: usize,
}

impl Answers {
    /// The answer that was kept, and whether its rows are still the same.
    pub fn find(&self, question: Question, stamp: Stamp) -> Option<(Arc<Sheet>, bool)> {
        let shelf = self.shelf.lock();
        let (known, answer) = shelf.answers.get(&question)?;
        Some((Arc::clone(answer), *known == stamp))
    }

    /// Keeps an answer in place of the one before. When there is no room everything goes: what is asked for often is
    /// soon there again.
    pub fn keep(&self, question: Question, stamp: Stamp, answer: Arc<Sheet>) {
        let size = answer.bytes() + BESIDE;
        let mut shelf = self.shelf.lock();
        let full = shelf.bytes + size > MOST;
        let gone = if full { std::mem::take(&mut *shelf) } else { Shelf::default() };
        shelf.bytes += size;
        if let Some((_, before)) = shelf.answers.insert(question, (stamp, answer)) {
            shelf.bytes -= before.bytes() + BESIDE;
        }
        drop(shelf);
        drop(gone);
    }

    /// How many bytes are kept.
    pub fn bytes(&self) -> usize {
        self.shelf.lock().bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp { list: 1, people: 1, window: 50 };

    fn question(user: i64) -> Question {
        Question::new(UserId(user), 0, Filter::default())
    }

    fn sheet(length: usize) -> Arc<Sheet> {
        Arc::new(Sheet::of_text(vec![0; length]))
    }

    #[test]
    fn an_answer_is_the_same_only_for_the_same_question_and_rows() {
        let answers = Answers::default();
        answers.keep(question(1), STAMP, sheet(4));
        let found =
            |question, stamp| answers.find(question, stamp).map(|(sheet, same)| (sheet.text().len(), same));
        assert_eq!(found(question(1), STAMP), Some((4, true)));
        assert_eq!(found(question(2), STAMP), None);
        for other in [Stamp { list: 2, ..STAMP }, Stamp { people: 2, ..STAMP }, Stamp { window: 49, ..STAMP }]
        {
            assert_eq!(found(question(1), other), Some((4, false)), "{other:?}");
        }
        let flags = Filter { skip_chat: true, ..Filter::default() };
        assert_eq!(found(Question::new(UserId(1), 0, flags), STAMP), None);
        assert_eq!(found(Question::new(UserId(1), 1, Filter::default()), STAMP), None);
    }

    #[test]
    fn they_are_bounded_in_bytes() {
        let answers = Answers::default();
        for user in 0..200 {
            for _ in 0..2 {
                answers.keep(question(user), STAMP, sheet(1 << 20));
                assert!(answers.bytes() <= MOST, "{}", answers.bytes());
            }
        }
        assert!(answers.find(question(199), STAMP).is_some());
    }
}
