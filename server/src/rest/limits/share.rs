//! What one server counts, told to the others of its portal: short notes on the bus.
//!
//! Must hold: a note that is lost or late makes a limit a little too wide for a moment, and never refuses anybody wrongly
//! for more than what was really asked.

use std::net::IpAddr;

use bytes::Bytes;

use crate::rest::registry;

/// Something that was counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Counted {
    /// A request from this address, at this unix millisecond.
    Request(IpAddr, i64),
    /// Seconds that a method ran for a credential, at this unix millisecond.
    Time(i64, &'static str, i64, f64),
}

impl Counted {
    /// As a note.
    pub fn encode(self) -> Bytes {
        match self {
            Self::Request(peer, millis) => format!("request {peer} {millis}").into(),
            Self::Time(credential, method, millis, seconds) => {
                format!("time {credential} {method} {millis} {seconds}").into()
            }
        }
    }

    /// Reads [`Self::encode`] back; `None` for anything else.
    pub fn decode(note: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(note).ok()?.split(' ');
        let counted = match words.next()? {
            "request" => Self::Request(words.next()?.parse().ok()?, words.next()?.parse().ok()?),
            "time" => {
                let credential = words.next()?.parse().ok()?;
                let method = registry::find(words.next()?)?.name;
                let (millis, seconds) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
                Self::Time(credential, method, millis, seconds)
            }
            _ => return None,
        };
        words.next().is_none().then_some(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_they_were_and_nothing_else_does() {
        let peer = "2001:db8::7".parse().unwrap();
        for counted in [Counted::Request(peer, 7), Counted::Time(3, "im.recent.get", 8, 0.25)] {
            assert_eq!(Counted::decode(&counted.encode()), Some(counted));
        }
        for note in [
            &b""[..],
            b"request",
            b"request here 7",
            b"time 1 no.such.method 1 1",
            b"\xff",
            b"request ::1 7 8",
        ] {
            assert_eq!(Counted::decode(note), None);
        }
    }
}
