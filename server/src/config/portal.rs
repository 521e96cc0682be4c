//! Settings of the portal itself, for which its administrators may say something else while it runs: what it is called, who
//! may invite, how long deeds are kept.

use lately_model::{Inviters, Language, PortalSettings};
use serde::{Deserialize, Serialize};

/// `[portal]`: the portal as people see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Portal {
    /// What it is called.
    pub name: String,
    /// In which language it writes its own texts.
    pub language: Language,
}

/// `[people]`: the people of the portal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct People {
    /// Who may invite somebody new: `administrators` or `employees`.
    pub invite: String,
}

/// `[audit]`: the log of what was done by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// For how many days deeds are kept.
    pub keep_days: i64,
}

impl Default for Portal {
    fn default() -> Self {
        Self { name: PortalSettings::default().name, language: Language::default() }
    }
}

impl Default for People {
    fn default() -> Self {
        Self { invite: Inviters::default().word().to_owned() }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self { keep_days: PortalSettings::default().keep_days }
    }
}
