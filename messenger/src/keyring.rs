//! The keyring: credentials of users who called lately, so that a call costs no SQL.
//!
//! Must hold: whoever puts something here does so between two transactions; the observer takes it away with the commit
//! that changes it. It is a cache, never the truth, and holds hashes, never secrets.

use std::sync::Arc;

use lately_model::{Session, UserId, Webhook};
use parking_lot::RwLock;
use rustc_hash::FxHashMap;

/// How many users' credentials of one kind are remembered.
const REMEMBERED: usize = 100_000;

/// What is known, by kind.
#[derive(Default)]
pub struct Keyring {
    /// Webhooks.
    pub webhooks: Known<Webhook>,
    /// Sessions.
    pub sessions: Known<Session>,
}

impl Keyring {
    /// Drops what is known of one user.
    pub fn forget(&self, user: UserId) {
        self.webhooks.known.write().remove(&user);
        self.sessions.known.write().remove(&user);
    }

    /// Drops everything.
    pub fn forget_all(&self) {
        self.webhooks.known.write().clear();
        self.sessions.known.write().clear();
    }
}

/// The credentials of one kind, by user.
pub struct Known<T> {
    known: RwLock<FxHashMap<UserId, Arc<Vec<T>>>>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { known: RwLock::default() }
    }
}

impl<T> Known<T> {
    /// Those of this user, if they are remembered.
    pub fn known(&self, user: UserId) -> Option<Arc<Vec<T>>> {
        self.known.read().get(&user).cloned()
    }

    /// Remembers those of this user.
    pub fn remember(&self, user: UserId, credentials: Arc<Vec<T>>) {
        let mut known = self.known.write();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(user, credentials);
    }
}
