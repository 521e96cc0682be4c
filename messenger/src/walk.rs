//! Walks over the long list: the order that a client began with at offset zero is kept while it turns the pages.
//!
//! Must hold: within a walk no chat comes twice and none that was there at its beginning is passed over. Bounded in
//! number and age; a walk that is forgotten goes on in today's order.

use std::collections::VecDeque;
use std::sync::Arc;

use lately_model::{ChatId, Moment, UserId};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::recent::ListQuery;

/// For how many seconds a walk is kept.
const AGE: i64 = 600;

/// How many walks are kept in all.
const WALKS: usize = 1000;

/// How many walks one program may have open with the same query.
const AT_ONCE: usize = 4;

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
pub struct Walk {
    /// The order it began with.
    pub order: Arc<[ChatId]>,
    /// The offset at which it goes on.
    pub next: usize,
    /// When it was last used.
    pub begun: Moment,
}

/// The open walks.
#[derive(Default)]
pub struct Walks {
    open: Mutex<FxHashMap<WalkKey, VecDeque<Walk>>>,
}

impl Walks {
    /// The order of the walk that goes on at `offset`, or of the newest one.
    pub fn resume(&self, key: &WalkKey, offset: usize, now: Moment) -> Option<Arc<[ChatId]>> {
        let open = self.open.lock();
        let walks = open.get(key)?;
        let fresh = |walk: &&Walk| now.0.abs_diff(walk.begun.0) <= AGE.unsigned_abs();
        let expected = walks.iter().filter(fresh).find(|walk| walk.next == offset);
        expected.or_else(|| walks.iter().rfind(fresh)).map(|walk| Arc::clone(&walk.order))
    }

    /// Keeps a walk that answered the page at `offset`.
    pub fn keep(&self, key: WalkKey, walk: Walk, offset: usize, now: Moment) {
        let mut open = self.open.lock();
        if open.len() >= WALKS && !open.contains_key(&key) {
            open.retain(|_, walks| {
                walks.iter().any(|walk| now.0.abs_diff(walk.begun.0) <= AGE.unsigned_abs())
            });
        }
        if open.len() >= WALKS && !open.contains_key(&key) {
            open.clear();
        }
        let walks = open.entry(key).or_default();
        let same = |known: &Walk| Arc::ptr_eq(&known.order, &walk.order);
        if let Some(known) = walks.iter_mut().find(|known| same(known) && known.next == offset) {
            *known = walk;
            return;
        }
        walks.retain(|known| !same(known));
        walks.push_back(walk);
        while walks.len() > AT_ONCE {
            walks.pop_front();
        }
    }
}
