//! An invitation: a link by which one person, once, chooses a login and a password.

use crate::moment::DAY;
use crate::{InvitationId, Moment, UserId};

/// For how many days an invitation is good.
pub const DAYS: i64 = 7;

/// How many invitations of one person are open at most; one more takes the place of the oldest.
pub const PER_USER: i64 = 5;

/// An invitation as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The number.
    pub id: InvitationId,
    /// Who is invited; zero invites to become the first administrator of a portal without people.
    pub user_id: UserId,
    /// SHA-256 of the code in the link, as lower-case hex.
    pub code_hash: String,
    /// When it was made.
    pub created_at: Moment,
    /// From when on it is refused.
    pub expires_at: Moment,
}

impl Invitation {
    /// An invitation that is made now, its number to be given.
    pub fn beginning(user_id: UserId, code_hash: String, now: Moment) -> Self {
        let expires_at = Moment(now.0 + DAYS * DAY);
        Self { id: InvitationId(0), user_id, code_hash, created_at: now, expires_at }
    }
}
