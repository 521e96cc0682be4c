//! OAuth 2.0 as the reference has it (core.md 11): how applications come to act for people.

pub mod shape;

use crate::config::Config;
use shape::Places;

impl Config {
    /// Where the portal at this address and its authorization host are.
    pub fn places(&self, base_url: &str) -> Places {
        let authority = self.oauth.url.as_deref().unwrap_or(base_url);
        Places { portal: base_url.to_owned(), authority: authority.trim_end_matches('/').to_owned() }
    }
}
