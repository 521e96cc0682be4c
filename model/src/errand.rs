//! Errands: one request each to an application's address, to tell it what happened.

use crate::{AppId, ErrandId, HandlerId, Moment, UserId};

/// How many errands to one address wait at most; what comes then is lost.
pub const PER_URL: i64 = 1000;

/// For how many seconds an errand belongs to the server that took it. Longer than any handler may take.
pub const LEASE: i64 = 60;

/// How many bytes of JSON an errand carries at most.
pub const DATA_BYTES: usize = 65_536;

/// One request that is to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errand {
    /// The number.
    pub id: ErrandId,
    /// The application.
    pub app: AppId,
    /// Which of its handlers; zero for the address where it is told that it was installed.
    pub handler: HandlerId,
    /// What happened, as the reference calls it.
    pub event: String,
    /// Where to.
    pub url: String,
    /// As whom the application may answer; zero for nobody.
    pub user: UserId,
    /// What there is to tell, as JSON.
    pub data: String,
    /// The application's own token, by which it knows whom the request is from.
    pub token: String,
    /// When it happened.
    pub date: Moment,
    /// Not before this moment.
    pub due: Moment,
}
