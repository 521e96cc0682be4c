//! An application: a program that people let act for them, through tokens instead of a secret in an address (core.md 11).
//!
//! Must hold: its secret and its tokens are known as hashes only. Its application token is kept as it is, since every
//! event that the application is sent has to carry it.

use crate::{AppId, Moment, Revision, Scopes, UserId};

/// The state of a licence: every application here belongs to this portal alone.
pub const STATUS: &str = "L";

/// How many characters a client id, a secret or a given token has at most.
pub const NAME_CHARS: usize = 200;

/// How many characters a title has at most.
pub const TITLE_CHARS: usize = 100;

/// How many characters an address has at most.
pub const URL_CHARS: usize = 2000;

/// Where the numbers begin by which programs that are applications are told from webhooks, whose numbers are below, and
/// from sessions, whose numbers are below zero.
const CREDENTIALS: i64 = 1 << 38;

/// The highest number of an application: what stands for it has to fit into a channel's name.
pub const HIGHEST: i64 = CREDENTIALS - 1;

impl AppId {
    /// The number that stands for whoever calls as this application, among those of webhooks and sessions.
    pub fn credential(self) -> i64 {
        CREDENTIALS + self.0
    }

    /// Whose number that is, if it is an application's.
    pub fn of_credential(number: i64) -> Option<Self> {
        (number > CREDENTIALS).then_some(Self(number - CREDENTIALS))
    }
}

/// An application as the store keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct App {
    /// The number.
    pub id: AppId,
    /// Its public name, which no other application has: `local.…`.
    pub client_id: String,
    /// SHA-256 of its secret, as lower-case hex.
    pub secret_hash: String,
    /// What its events carry, so that it can tell them from forged ones.
    pub application_token: String,
    /// A word for people.
    pub title: String,
    /// What it may call.
    pub scopes: Scopes,
    /// Where people are sent who let it act for them, and where it is opened; empty if it has no page.
    pub handler_url: String,
    /// Where it is told that it was installed; empty if it need not be.
    pub install_url: String,
    /// Whether it has no pages.
    pub api_only: bool,
    /// Whether its installation was finished. Until then only administrators can use it.
    pub installed: bool,
    /// Its version.
    pub version: i64,
    /// By which page of the reference it is answered.
    pub revision: Revision,
    /// When it was made.
    pub created_at: Moment,
    /// By whom; zero for the command line.
    pub created_by: UserId,
}

/// Whether a text can be a client id, a secret, or a token that somebody chose.
pub fn is_name(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=NAME_CHARS).contains(&text.len()) && text.bytes().all(good)
}

/// Whether a text can be where people are sent.
pub fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', '@']));
    host && text.len() <= URL_CHARS && !text.chars().any(|sign| sign.is_whitespace() || sign.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_are_told_from_webhooks_and_sessions_by_their_number() {
        assert_eq!(AppId::of_credential(AppId(7).credential()), Some(AppId(7)));
        for other in [0, 7, -7, CREDENTIALS] {
            assert_eq!(AppId::of_credential(other), None, "{other}");
        }
    }

    #[test]
    fn names_have_no_sign_that_an_address_or_a_form_would_change() {
        for good in ["local.5c8bb1b0891cf2.87252039", "aB3", "a-b_c"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "a b", "a/b", "a&b", "é", &"x".repeat(NAME_CHARS + 1)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_are_of_the_web() {
        for good in ["https://app.example/handler?x=1", "http://127.0.0.1:8000/"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["", "app.example", "javascript:alert(1)", "https://", "https:///x", "https://a b", "http://a\n"]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
