//! What an application shows to act for somebody: access tokens, refresh tokens, and the codes that it gets them for.

use crate::moment::DAY;
use crate::{AppId, Moment, UserId};

/// For how many seconds an access token is good.
pub const ACCESS_LIFE: i64 = 3600;

/// For how many seconds a refresh token is good. It is replaced whenever it is used.
pub const REFRESH_LIFE: i64 = 180 * DAY;

/// For how many seconds a refresh token that was replaced is still good: an answer may have been lost on its way.
pub const REPLACED_LIFE: i64 = 600;

/// For how many seconds a code is good.
pub const CODE_LIFE: i64 = 30;

/// How many tokens of one kind an application keeps for one user, those included that have ended. The oldest make room.
pub const PER_USER: i64 = 1000;

/// What kind of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// It goes with each call.
    Access,
    /// New tokens are given for it.
    Refresh,
    /// The first tokens are given for it, once.
    Code,
}

impl TokenKind {
    /// The letter under which it is kept.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Access => "A",
            Self::Refresh => "R",
            Self::Code => "C",
        }
    }

    /// Reads [`Self::letter`] back.
    pub fn from_letter(letter: &str) -> Option<Self> {
        [Self::Access, Self::Refresh, Self::Code].into_iter().find(|kind| kind.letter() == letter)
    }

    /// For how many seconds such a token is good.
    pub fn life(self) -> i64 {
        match self {
            Self::Access => ACCESS_LIFE,
            Self::Refresh => REFRESH_LIFE,
            Self::Code => CODE_LIFE,
        }
    }
}

/// A token as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppToken {
    /// Whose application.
    pub app_id: AppId,
    /// For whom it acts.
    pub user_id: UserId,
    /// What kind of token it is.
    pub kind: TokenKind,
    /// SHA-256 of it, as lower-case hex.
    pub hash: String,
    /// When it was made.
    pub created_at: Moment,
    /// From when on it is refused.
    pub expires_at: Moment,
}

impl AppToken {
    /// A token that begins now.
    pub fn beginning(app_id: AppId, user_id: UserId, kind: TokenKind, hash: String, now: Moment) -> Self {
        Self { app_id, user_id, kind, hash, created_at: now, expires_at: now.plus(kind.life()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_back() {
        for kind in [TokenKind::Access, TokenKind::Refresh, TokenKind::Code] {
            assert_eq!(TokenKind::from_letter(kind.letter()), Some(kind));
        }
        assert_eq!(TokenKind::from_letter("x"), None);
    }
}
