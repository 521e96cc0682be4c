//! Chats that somebody looks at without being a member: open ones, for as long as they keep looking.
//!
//! Must hold: a watch ends by itself unless it is extended, and everything is bounded. Nothing of it is kept: whoever
//! comes back reads the chat again. Whether somebody may still read the chat is looked up at each event.

use lately_model::{ChatId, Moment, UserId};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

/// For how many seconds somebody watches without extending it; clients extend every 29 minutes (pull.md 1).
const LASTS: i64 = 30 * 60 + 30;

/// How many watches there are at most; the rest of them are refused.
const MOST: usize = 100_000;

/// Who watches what, and until when.
#[derive(Default)]
pub struct Watches {
    chats: Mutex<FxHashMap<ChatId, FxHashMap<UserId, Moment>>>,
}

impl Watches {
    /// From now on this person watches.
    pub fn open(&self, chat: ChatId, user: UserId, now: Moment) {
        let mut chats = self.chats.lock();
        let many = |chats: &FxHashMap<ChatId, FxHashMap<UserId, Moment>>| {
            chats.values().map(FxHashMap::len).sum::<usize>() >= MOST
        };
        if many(&chats) {
            chats.retain(|_, users| {
                users.retain(|_, until| now < *until);
                !users.is_empty()
            });
        }
        if !many(&chats) {
            chats.entry(chat).or_default().insert(user, now.plus(LASTS));
        }
    }

    /// Whether this person watches.
    pub fn holds(&self, chat: ChatId, user: UserId, now: Moment) -> bool {
        let chats = self.chats.lock();
        chats.get(&chat).and_then(|users| users.get(&user)).is_some_and(|until| now < *until)
    }

    /// Who watches a chat, in order.
    pub(super) fn of(&self, chat: ChatId, now: Moment) -> Vec<UserId> {
        let mut chats = self.chats.lock();
        let Some(users) = chats.get_mut(&chat) else { return Vec::new() };
        users.retain(|_, until| now < *until);
        let mut watchers: Vec<UserId> = users.keys().copied().collect();
        if watchers.is_empty() {
            chats.remove(&chat);
        }
        watchers.sort_unstable();
        watchers
    }
}
