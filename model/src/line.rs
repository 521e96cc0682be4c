//! The open-line session that a chat of kind `L` currently holds.

use serde::{Deserialize, Serialize};

use crate::Moment;

/// A customer's conversation with a line of operators (the `lines` key of a recent row).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Session number.
    pub id: i64,
    /// Progress of the session: below 10 no operator has taken it yet.
    pub status: i64,
    /// When the customer wrote first.
    pub date_create: Moment,
}

impl Line {
    /// Whether the session still waits for an operator (`SKIP_UNDISTRIBUTED_OPENLINES`).
    pub fn undistributed(self) -> bool {
        self.status < 10
    }
}
