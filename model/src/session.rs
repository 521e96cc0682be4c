//! A session: a browser that somebody signed in with.

use crate::moment::DAY;
use crate::{Moment, SessionId, UserId};

/// For how many days a session is good. It is not prolonged: who stays signs in again.
pub const DAYS: i64 = 30;

/// How many sessions one person has at most; signing in once more ends the oldest.
pub const PER_USER: i64 = 50;

/// A session as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The number.
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// SHA-256 of the secret in the cookie, as lower-case hex.
    pub secret_hash: String,
    /// When they signed in.
    pub created_at: Moment,
    /// From when on it is refused.
    pub expires_at: Moment,
}

impl Session {
    /// A session that begins now, its number to be given.
    pub fn beginning(user_id: UserId, secret_hash: String, now: Moment) -> Self {
        let expires_at = Moment(now.0 + DAYS * DAY);
        Self { id: SessionId(0), user_id, secret_hash, created_at: now, expires_at }
    }
}
