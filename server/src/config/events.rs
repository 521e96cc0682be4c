//! Settings of what applications are told.

use serde::{Deserialize, Serialize};

/// `[events]`: what applications are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Events {
    /// Whether handlers may be at addresses that only this machine or its network knows.
    pub allow_private: bool,
}

impl Default for Events {
    fn default() -> Self {
        Self { allow_private: true }
    }
}
