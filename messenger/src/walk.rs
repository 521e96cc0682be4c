//! Walks over the long list: the order that a client began with at offset zero is kept while it turns the pages.
//!
//! Must hold: within a walk no chat comes twice and none that was there at its beginning is passed over. The order is
//! that of all chats, shared with the list; which of them have a row shows when their page is turned, so a first page
//! costs the same whatever the length of the list. Bounded in number and age; a walk that is forgotten goes on in
//! today's order. A page does not say whose walk it belongs to: of one program's walks that ask the same, the second
//! page belongs to the one begun last, because programs often read the first page and no further; later pages belong to
//! whoever waits for them longest.

use std::collections::VecDeque;
use std::sync::Arc;

use lately_model::{ChatId, Moment, UserId};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::recent::ListQuery;

/// For how many seconds a walk is kept.
const AGE: u64 = 600;

/// How many walks are kept in all.
const WALKS: usize = 1000;

/// How many walks one program may have open with the same question.
const AT_ONCE: usize = 8;

/// Whose walk it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WalkKey {
    /// The person.
    pub user: UserId,
    /// The credential.
    pub credential: i64,
    /// What is asked for; offset and limit do not matter.
    pub query: ListQuery,
}

/// Which page is turned to.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// How many rows come before it.
    pub offset: usize,
    /// How many rows it has at most.
    pub limit: usize,
    /// The present moment.
    pub now: Moment,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cut {
    /// How many rows come before it.
    offset: usize,
    /// How many chats of the order come before it, with a row or without.
    passed: usize,
}

/// One walk.
#[derive(Debug, Clone)]
struct Walk {
    /// Tells it from every other.
    number: u64,
    /// The order it began with.
    order: Arc<Vec<ChatId>>,
    /// Where its pages begin, in order; the first begins at zero.
    cuts: Vec<Cut>,
    /// Whether its last page was answered.
    finished: bool,
    /// How many rows its last page could have.
    limit: usize,
    /// The offset of the page that was answered last.
    answered: usize,
    /// The offset at which it goes on.
    next: usize,
    /// When it was last used.
    used: Moment,
}

impl Walk {
    fn fresh(&self, now: Moment) -> bool {
        now.0.abs_diff(self.used.0) <= AGE
    }
}

/// What is known of a page before it is found.
struct Start {
    walk: u64,
    order: Arc<Vec<ChatId>>,
    /// The last known cut up to the page.
    from: Cut,
    /// Where it ends, in chats of the order, if it was answered before.
    upto: Option<usize>,
}

/// A page that was found in an order.
struct Page<T> {
    rows: Vec<T>,
    more: bool,
    /// Where the next one begins.
    end: Cut,
}

/// The open walks, those of one key in the order in which they were last used.
#[derive(Default)]
pub struct Walks {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    walks: FxHashMap<WalkKey, VecDeque<Walk>>,
    begun: u64,
}

impl Walks {
    /// One page and whether another may follow. At offset zero a walk begins in today's `order`; elsewhere the one
    /// that waits for this page goes on. `row` gives the row of a chat, if it has one now.
    pub fn turn<T>(
        &self,
        key: WalkKey,
        turn: Turn,
        order: impl FnOnce() -> Arc<Vec<ChatId>>,
        row: impl Fn(ChatId) -> Option<T>,
    ) -> (Vec<T>, bool) {
        if turn.offset == 0 {
            let order = order();
            let page = page(&order, Cut::default(), None, turn, row);
            if page.more {
                self.begin(key, order, page.end, turn);
            }
            return (page.rows, page.more);
        }
        let Some(Start { walk, order, from, upto }) = self.go_on(&key, turn) else {
            let page = page(&order(), Cut::default(), None, turn, row);
            return (page.rows, page.more);
        };
        let page = page(&order, from, upto, turn, row);
        self.note(&key, walk, &page);
        (page.rows, page.more)
    }

    fn begin(&self, key: WalkKey, order: Arc<Vec<ChatId>>, end: Cut, turn: Turn) {
        let Turn { limit, now, .. } = turn;
        let mut open = self.open.lock();
        open.begun += 1;
        let number = open.begun;
        let full = open.walks.len() >= WALKS && !open.walks.contains_key(&key);
        if full {
            open.walks.retain(|_, walks| walks.iter().any(|walk| walk.fresh(now)));
        }
        if full && open.walks.len() >= WALKS {
            open.walks.clear();
        }
        let walks = open.walks.entry(key).or_default();
        let (cuts, next) = (vec![Cut::default(), end], end.offset);
        walks.push_back(Walk { number, order, cuts, finished: false, limit, answered: 0, next, used: now });
        if walks.len() > AT_ONCE {
            let finished = walks.iter().position(|walk| walk.finished);
            walks.remove(finished.unwrap_or(0));
        }
    }

    /// The walk that goes on at `offset`, or was answered this page last and asks again; else the one used last. It
    /// now waits behind this page.
    fn go_on(&self, key: &WalkKey, turn: Turn) -> Option<Start> {
        let Turn { offset, limit, now } = turn;
        let mut open = self.open.lock();
        let walks = open.walks.get_mut(key)?;
        walks.retain(|walk| walk.fresh(now));
        let mut walk = walks.remove(place(walks, offset, limit)?)?;
        walk.limit = limit;
        walk.answered = offset;
        walk.next = offset.saturating_add(limit);
        walk.used = now;
        let from = walk.cuts.iter().rev().find(|cut| cut.offset <= offset).copied().unwrap_or_default();
        let upto = walk.cuts.iter().find(|cut| cut.offset == walk.next).map(|cut| cut.passed);
        let start = Start { walk: walk.number, order: Arc::clone(&walk.order), from, upto };
        walks.push_back(walk);
        Some(start)
    }

    fn note<T>(&self, key: &WalkKey, number: u64, page: &Page<T>) {
        let mut open = self.open.lock();
        let walks = open.walks.get_mut(key);
        let Some(walk) = walks.and_then(|walks| walks.iter_mut().find(|walk| walk.number == number)) else {
            return;
        };
        walk.finished |= !page.more;
        let at = walk.cuts.partition_point(|cut| cut.offset < page.end.offset);
        if page.more && walk.cuts.get(at).is_none_or(|cut| cut.offset != page.end.offset) {
            walk.cuts.insert(at, page.end);
        }
    }
}

/// The page behind a cut. One that was answered before ends where it ended then, with fewer rows if some went away.
fn page<T>(
    order: &[ChatId],
    from: Cut,
    upto: Option<usize>,
    turn: Turn,
    row: impl Fn(ChatId) -> Option<T>,
) -> Page<T> {
    let Turn { offset, limit, .. } = turn;
    let mut before = offset.saturating_sub(from.offset);
    let mut rows = Vec::with_capacity(limit.min(order.len()));
    let mut passed = from.passed;
    for chat in order.iter().take(upto.unwrap_or(order.len())).skip(from.passed) {
        if rows.len() == limit {
            break;
        }
        passed += 1;
        let Some(found) = row(*chat) else { continue };
        if before > 0 {
            before -= 1;
        } else {
            rows.push(found);
        }
    }
    let more = rows.len() == limit || upto.is_some();
    Page { rows, more, end: Cut { offset: offset.saturating_add(limit), passed } }
}

/// Which of the walks a page belongs to, those with the same page size first.
fn place(walks: &VecDeque<Walk>, offset: usize, limit: usize) -> Option<usize> {
    let waiting = |like: &dyn Fn(&Walk) -> bool| {
        walks.iter().position(|walk| like(walk) && walk.next == offset && walk.answered > 0).or_else(|| {
            walks.iter().rposition(|walk| like(walk) && (walk.next == offset || walk.answered == offset))
        })
    };
    waiting(&|walk| walk.limit == limit).or_else(|| waiting(&|_| true)).or_else(|| walks.len().checked_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> WalkKey {
        WalkKey { user: UserId(1), credential: 1, query: ListQuery::default() }
    }

    const NOW: Moment = Moment(1_000_000);

    /// The page of a program that sees all chats but `hidden`, while the list is in the order of `today`.
    fn page_without(walks: &Walks, turn: (usize, usize), today: &[i64], hidden: &[i64]) -> (Vec<i64>, bool) {
        let (offset, limit) = turn;
        let order = || Arc::new(today.iter().copied().map(ChatId).collect());
        let row = |chat: ChatId| (!hidden.contains(&chat.0)).then_some(chat.0);
        walks.turn(key(), Turn { offset, limit, now: NOW }, order, row)
    }

    fn turn(walks: &Walks, offset: usize, limit: usize, today: &[i64]) -> Vec<i64> {
        page_without(walks, (offset, limit), today, &[]).0
    }

    const ONE: [i64; 5] = [1, 2, 3, 4, 5];
    const OTHER: [i64; 5] = [3, 1, 2, 5, 4];
    const TODAY: [i64; 5] = [9, 9, 9, 9, 9];

    #[test]
    fn the_second_page_belongs_to_the_walk_begun_last() {
        let walks = Walks::default();
        turn(&walks, 0, 2, &ONE);
        turn(&walks, 0, 2, &OTHER);
        assert_eq!(turn(&walks, 2, 2, &TODAY), [2, 5]);
    }

    #[test]
    fn later_pages_belong_to_whoever_waits_longest() {
        let walks = Walks::default();
        for order in [ONE, OTHER] {
            turn(&walks, 0, 2, &order);
            turn(&walks, 2, 2, &TODAY);
        }
        assert_eq!(turn(&walks, 4, 2, &TODAY), [5]);
        assert_eq!(turn(&walks, 4, 2, &TODAY), [4]);
    }

    #[test]
    fn a_page_asked_for_again_belongs_to_the_walk_that_had_it_last() {
        let walks = Walks::default();
        for order in [ONE, OTHER] {
            turn(&walks, 0, 2, &order);
            turn(&walks, 2, 2, &TODAY);
        }
        assert_eq!(turn(&walks, 4, 2, &TODAY), [5]);
        assert_eq!(turn(&walks, 2, 2, &TODAY), [2, 5]);
    }

    #[test]
    fn a_walk_with_the_same_page_size_goes_first_and_any_other_before_none() {
        let walks = Walks::default();
        turn(&walks, 0, 1, &ONE);
        turn(&walks, 1, 1, &TODAY);
        turn(&walks, 0, 2, &OTHER);
        assert_eq!(turn(&walks, 2, 2, &TODAY), [2, 5]);
        assert_eq!(turn(&walks, 2, 3, &TODAY), [3, 4, 5]);
    }

    #[test]
    fn a_list_that_is_answered_whole_takes_no_place_and_old_walks_are_forgotten() {
        let walks = Walks::default();
        turn(&walks, 0, 2, &ONE);
        for _ in 0..20 {
            assert_eq!(page_without(&walks, (0, 6), &OTHER, &[]), (OTHER.to_vec(), false));
        }
        assert_eq!(turn(&walks, 2, 2, &TODAY), [3, 4]);
        let later = Turn { offset: 4, limit: 2, now: NOW.plus(601) };
        let (rows, _) = walks.turn(key(), later, || Arc::new(TODAY.map(ChatId).to_vec()), Some);
        assert_eq!(rows, [ChatId(9)]);
    }

    #[test]
    fn finished_walks_make_room_first() {
        let walks = Walks::default();
        turn(&walks, 0, 2, &ONE);
        for _ in 0..20 {
            turn(&walks, 0, 4, &OTHER);
            turn(&walks, 4, 4, &TODAY);
        }
        assert_eq!(turn(&walks, 2, 2, &TODAY), [3, 4]);
    }

    #[test]
    fn rows_that_come_and_go_shift_nothing_that_was_answered() {
        let walks = Walks::default();
        let order: Vec<i64> = (1..=9).collect();
        assert_eq!(page_without(&walks, (0, 3), &order, &[2]), (vec![1, 3, 4], true));
        assert_eq!(page_without(&walks, (3, 3), &TODAY, &[1, 6]), (vec![5, 7, 8], true));
        assert_eq!(page_without(&walks, (3, 3), &TODAY, &[7]), (vec![5, 6, 8], true), "asked again");
        assert_eq!(page_without(&walks, (3, 3), &TODAY, &[5, 7, 8]), (vec![6], true), "and again");
        assert_eq!(page_without(&walks, (6, 3), &TODAY, &[]), (vec![9], false));
        assert_eq!(page_without(&walks, (7, 3), &TODAY, &[]), (vec![], false), "a jump");
    }

    #[test]
    fn a_page_far_away_is_found_by_counting() {
        let walks = Walks::default();
        turn(&walks, 0, 1, &ONE);
        assert_eq!(turn(&walks, 3, 1, &TODAY), [4]);
        assert_eq!(turn(&walks, 2, 1, &TODAY), [3]);
        assert_eq!(turn(&walks, usize::MAX, 1, &TODAY), [0; 0]);
    }
}
