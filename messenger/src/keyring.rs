//! The keyring: credentials of users who called lately, so that a call costs no SQL.
//!
//! Must hold: whoever puts something here does so between two transactions; the observer takes it away with the commit
//! that changes it. It is a cache, never the truth, and holds hashes of what others have, never secrets. The tokens that go
//! out with events it keeps as they are, for half an hour.

use std::sync::Arc;

use lately_model::{AppId, Session, UserId, Webhook};
use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use crate::app_token::Access;
use crate::errand::Lent;

/// How many users' credentials of one kind are remembered.
const REMEMBERED: usize = 100_000;

/// What is known, by kind.
#[derive(Default)]
pub struct Keyring {
    /// Webhooks.
    pub webhooks: Known<Webhook>,
    /// Sessions.
    pub sessions: Known<Session>,
    /// Access tokens of applications.
    pub tokens: Tokens,
}

impl Keyring {
    /// Drops what is known of one user.
    pub fn forget(&self, user: UserId) {
        self.webhooks.known.write().remove(&user);
        self.sessions.known.write().remove(&user);
        self.tokens.forget(user);
    }

    /// Drops everything.
    pub fn forget_all(&self) {
        self.webhooks.known.write().clear();
        self.sessions.known.write().clear();
        self.tokens.forget_all();
    }
}

/// Access tokens of applications, by their hash.
#[derive(Default)]
pub struct Tokens {
    known: RwLock<KnownTokens>,
}

#[derive(Default)]
struct KnownTokens {
    by_hash: FxHashMap<String, Access>,
    /// The hashes of each user's.
    of_user: FxHashMap<UserId, Vec<String>>,
    /// Those that go out with events, and when they end.
    lent: FxHashMap<UserId, FxHashMap<AppId, Lent>>,
}

impl Tokens {
    /// The token with this hash, if it is remembered.
    pub fn known(&self, hash: &str) -> Option<Access> {
        self.known.read().by_hash.get(hash).cloned()
    }

    /// Remembers a token of this user.
    pub fn remember(&self, user: UserId, hash: String, access: Access) {
        let mut known = self.known.write();
        if known.by_hash.len() >= REMEMBERED {
            *known = KnownTokens::default();
        }
        if known.by_hash.insert(hash.clone(), access).is_none() {
            known.of_user.entry(user).or_default().push(hash);
        }
    }

    /// The tokens that went out last with an event.
    pub fn lent(&self, app: AppId, user: UserId) -> Option<Lent> {
        self.known.read().lent.get(&user)?.get(&app).cloned()
    }

    /// Remembers tokens that go out with events.
    pub fn lend(&self, app: AppId, lent: Lent) {
        let mut known = self.known.write();
        if known.lent.len() >= REMEMBERED {
            known.lent.clear();
        }
        known.lent.entry(lent.user).or_default().insert(app, lent);
    }

    /// Drops the tokens that went out with events on behalf of one user: one was used up.
    pub fn take_back(&self, user: UserId) {
        self.known.write().lent.remove(&user);
    }

    /// Drops what is known of one user.
    fn forget(&self, user: UserId) {
        let known = self.known.read();
        if !known.of_user.contains_key(&user) && !known.lent.contains_key(&user) {
            return;
        }
        drop(known);
        let mut known = self.known.write();
        known.lent.remove(&user);
        for hash in known.of_user.remove(&user).unwrap_or_default() {
            known.by_hash.remove(&hash);
        }
    }

    /// Drops everything.
    pub fn forget_all(&self) {
        *self.known.write() = KnownTokens::default();
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
