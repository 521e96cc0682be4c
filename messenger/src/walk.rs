//! Walks over the long list: the order that a client began with at offset zero is kept while it turns the pages.
//!
//! Must hold: within a walk no chat comes twice and none that was there at its beginning is passed over. Bounded in
//! number and age; a walk that is forgotten goes on in today's order. A page does not say whose walk it belongs to: of
//! one program's walks that ask the same, the second page belongs to the one begun last, because programs often read
//! the first page and no further; later pages belong to whoever waits for them longest.

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

/// One walk.
#[derive(Debug, Clone)]
struct Walk {
    /// The order it began with.
    order: Arc<[ChatId]>,
    /// How many chats its last page could have.
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

/// The open walks, those of one key in the order in which they were last used.
#[derive(Default)]
pub struct Walks {
    open: Mutex<FxHashMap<WalkKey, VecDeque<Walk>>>,
}

impl Walks {
    /// Begins a walk whose first page has up to `limit` chats.
    pub fn begin(&self, key: WalkKey, order: Arc<[ChatId]>, limit: usize, now: Moment) {
        let mut open = self.open.lock();
        if open.len() >= WALKS && !open.contains_key(&key) {
            open.retain(|_, walks| walks.iter().any(|walk| walk.fresh(now)));
        }
        if open.len() >= WALKS && !open.contains_key(&key) {
            open.clear();
        }
        let walks = open.entry(key).or_default();
        let order =
            walks.iter().find(|known| known.order == order).map_or(order, |known| Arc::clone(&known.order));
        walks.push_back(Walk { next: limit.min(order.len()), order, limit, answered: 0, used: now });
        if walks.len() > AT_ONCE {
            let finished = walks.iter().position(|walk| walk.next >= walk.order.len());
            walks.remove(finished.unwrap_or(0));
        }
    }

    /// The order of the walk that goes on at `offset`, or was answered this page last and asks again; else of the one
    /// used last. It now waits behind this page of up to `limit` chats.
    pub fn turn(&self, key: &WalkKey, offset: usize, limit: usize, now: Moment) -> Option<Arc<[ChatId]>> {
        let mut open = self.open.lock();
        let walks = open.get_mut(key)?;
        walks.retain(|walk| walk.fresh(now));
        let mut walk = walks.remove(place(walks, offset, limit)?)?;
        walk.limit = limit;
        walk.answered = offset;
        walk.next = offset.saturating_add(limit).min(walk.order.len());
        walk.used = now;
        let order = Arc::clone(&walk.order);
        walks.push_back(walk);
        Some(order)
    }
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
        let query = ListQuery {
            skip_openlines: false,
            skip_chat: false,
            skip_dialog: false,
            skip_undistributed: false,
            unread_only: false,
            only_copilot: false,
            only_channel: false,
            can_manage_messages: false,
            upto: None,
            offset: 0,
            limit: 0,
        };
        WalkKey { user: UserId(1), credential: 1, query }
    }

    fn order(chats: [i64; 5]) -> Arc<[ChatId]> {
        chats.map(ChatId).into()
    }

    const NOW: Moment = Moment(1_000_000);

    #[test]
    fn the_second_page_belongs_to_the_walk_begun_last() {
        let walks = Walks::default();
        walks.begin(key(), order([1, 2, 3, 4, 5]), 2, NOW);
        walks.begin(key(), order([3, 1, 2, 4, 5]), 2, NOW);
        assert_eq!(walks.turn(&key(), 2, 2, NOW), Some(order([3, 1, 2, 4, 5])));
    }

    #[test]
    fn later_pages_belong_to_whoever_waits_longest() {
        let walks = Walks::default();
        let (one, other) = (order([1, 2, 3, 4, 5]), order([3, 1, 2, 4, 5]));
        for order in [&one, &other] {
            walks.begin(key(), Arc::clone(order), 2, NOW);
            walks.turn(&key(), 2, 2, NOW);
        }
        assert_eq!(walks.turn(&key(), 4, 2, NOW), Some(one));
        assert_eq!(walks.turn(&key(), 4, 2, NOW), Some(other));
    }

    #[test]
    fn a_page_asked_for_again_belongs_to_the_walk_that_had_it_last() {
        let walks = Walks::default();
        let (one, other) = (order([1, 2, 3, 4, 5]), order([3, 1, 2, 4, 5]));
        walks.begin(key(), Arc::clone(&one), 2, NOW);
        walks.turn(&key(), 2, 2, NOW);
        walks.begin(key(), other, 2, NOW);
        walks.turn(&key(), 2, 2, NOW);
        walks.turn(&key(), 4, 2, NOW);
        assert_eq!(walks.turn(&key(), 4, 2, NOW).map(|order| order.len()), Some(5));
        assert_eq!(walks.turn(&key(), 2, 2, NOW), Some(order([3, 1, 2, 4, 5])));
    }

    #[test]
    fn a_walk_with_the_same_page_size_goes_first() {
        let walks = Walks::default();
        walks.begin(key(), order([1, 2, 3, 4, 5]), 1, NOW);
        walks.turn(&key(), 1, 1, NOW);
        walks.begin(key(), order([3, 1, 2, 4, 5]), 2, NOW);
        assert_eq!(walks.turn(&key(), 2, 2, NOW), Some(order([3, 1, 2, 4, 5])));
        assert_eq!(
            walks.turn(&key(), 2, 3, NOW),
            Some(order([1, 2, 3, 4, 5])),
            "and any other goes before none"
        );
    }

    #[test]
    fn finished_walks_make_room_first_and_old_ones_are_forgotten() {
        let walks = Walks::default();
        let first = order([1, 2, 3, 4, 5]);
        walks.begin(key(), Arc::clone(&first), 2, NOW);
        for round in 0..20 {
            walks.begin(key(), order([10 + round, 2, 3, 4, 5]), 5, NOW);
        }
        assert_eq!(walks.turn(&key(), 2, 2, NOW), Some(first));
        assert_eq!(walks.turn(&key(), 4, 2, NOW.plus(601)), None);
    }
}
