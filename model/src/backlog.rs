//! Backlogs: what an application is not told of but fetches when it likes, one entry for each thing that it happened to.

use crate::{AppId, BacklogId, Moment};

/// How many entries one application's backlog has at most; of more the oldest go.
pub const PER_APP: i64 = 10_000;

/// An entry of a backlog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BacklogEntry {
    /// The number.
    pub id: BacklogId,
    /// Whose backlog.
    pub app: AppId,
    /// What happened, as the reference calls it.
    pub event: String,
    /// To what it happened, as a word that is the same each time.
    pub thing: String,
    /// When it last did.
    pub date: Moment,
    /// What there is to tell, as JSON.
    pub data: String,
    /// What else there is to tell, as JSON.
    pub more: String,
    /// In which part of the backlog it stands; empty for the one without a name.
    pub connector: String,
    /// Which process has it; empty for none.
    pub process: String,
    /// Whether a process could do nothing with it.
    pub failed: bool,
}
