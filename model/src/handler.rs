//! Handlers: what an application wants done when something happens.

use crate::{AppId, HandlerId, Moment, UserId};

/// How many handlers an application has at most.
pub const PER_APP: i64 = 500;

/// How many characters the name of a source has at most.
pub const CONNECTOR_CHARS: usize = 100;

/// For how many seconds at least nothing more is told of a backlog, unless an application says otherwise; and at most.
pub const PAUSE: i64 = 1;
/// See [`PAUSE`].
pub const LONGEST_PAUSE: i64 = 86_400;

/// What an application wants done when something happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handler {
    /// The number.
    pub id: HandlerId,
    /// Whose it is.
    pub app: AppId,
    /// On what occasion, as the reference calls it.
    pub event: String,
    /// What address is called; empty when it is noted in the backlog instead.
    pub url: String,
    /// As whom the application may answer; zero for whoever caused it.
    pub user: UserId,
    /// Whether it is noted in the backlog instead of being told at once.
    pub offline: bool,
    /// The source whose changes are not noted, and the name of the part of the backlog; empty for none.
    pub connector: String,
    /// For how many seconds at least nothing more is told of the backlog.
    pub pause: i64,
    /// When it was last told of the backlog, or will be.
    pub told_at: Moment,
}
