//! The number of a request: what a client, the log and a proxy in between call it.
//!
//! Must hold: whatever a client sends as its own number, the log stays one line of plain letters; no two requests that
//! bring none have the same number, in this process or another.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};
use lately_messenger::Dice;

/// In which header the number comes and goes.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// How long a number from outside may be.
const LONGEST: usize = 64;

/// How many letters tell processes apart.
const PREFIX: usize = 8;

/// One request's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// As the log writes it.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// As the answer carries it.
    pub fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// Gives numbers.
#[derive(Debug)]
pub struct RequestIds {
    prefix: String,
    next: AtomicU64,
}

impl RequestIds {
    /// Numbers that begin as these dice fell, and then count.
    pub fn new(dice: &dyn Dice) -> Self {
        Self { prefix: dice.secret(PREFIX), next: AtomicU64::new(1) }
    }

    /// The number that the request brings, if it is sane, or else the next one.
    pub fn of(&self, headers: &HeaderMap) -> RequestId {
        match headers.get(HEADER) {
            Some(brought) if is_sane(brought.as_bytes()) => RequestId(brought.clone()),
            _ => self.next(),
        }
    }

    fn next(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let text = format!("{}-{number:x}", self.prefix);
        RequestId(
            HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).unwrap_or(HeaderValue::from_static("")),
        )
    }
}

fn is_sane(bytes: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use lately_messenger::SystemDice;

    use super::*;

    fn brought(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(HEADER, HeaderValue::from_bytes(text.as_bytes()).unwrap())])
    }

    #[test]
    fn a_sane_number_is_kept_and_any_other_replaced() {
        let ids = RequestIds::new(&SystemDice);
        for sane in ["7", "a-b_c.D", &"x".repeat(LONGEST)] {
            assert_eq!(ids.of(&brought(sane)).as_str(), sane);
        }
        for other in ["", "two words", "a\"b", "{}", "é", &"x".repeat(LONGEST + 1)] {
            assert!(ids.of(&brought(other)).as_str().starts_with(&ids.prefix), "{other}");
        }
    }

    #[test]
    fn given_numbers_differ() {
        let (one, other) = (RequestIds::new(&SystemDice), RequestIds::new(&SystemDice));
        let none = HeaderMap::new();
        let given = [one.of(&none), one.of(&none), other.of(&none), other.of(&none)];
        assert_eq!(given.iter().map(RequestId::as_str).collect::<std::collections::HashSet<_>>().len(), 4);
    }
}
