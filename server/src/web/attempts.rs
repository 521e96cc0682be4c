//! Attempts to sign in, counted so that passwords cannot be guessed.
//!
//! Must hold: an attempt is counted before the password is checked, so that many at once are many; a success takes
//! back what was counted. Each server counts for itself, in memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use parking_lot::Mutex;

/// For how many seconds an attempt counts.
const WINDOW: i64 = 15 * 60;

/// How many attempts one login has in that time.
const PER_LOGIN: u32 = 10;

/// How many attempts one address has in that time: people of one company may share theirs.
const PER_PEER: u32 = 100;

/// How many logins and addresses are known at a time. Who does not fit must wait.
const KNOWN: usize = 100_000;

/// The counts.
#[derive(Debug, Default)]
pub struct Attempts {
    logins: Mutex<Book<String>>,
    peers: Mutex<Book<IpAddr>>,
}

impl Attempts {
    /// Counts an attempt.
    ///
    /// # Errors
    /// There were too many.
    pub fn admit(&self, login: &str, peer: IpAddr, now: i64) -> Result<(), TooMany> {
        let login = self.logins.lock().admit(login.trim().to_lowercase(), PER_LOGIN, now);
        let peer = self.peers.lock().admit(network(peer), PER_PEER, now);
        if login == Admission::Admitted && peer == Admission::Admitted {
            return Ok(());
        }
        Err(TooMany { login: login == Admission::JustStopped, peer: peer == Admission::JustStopped })
    }

    /// Takes back what was counted, since it was the right password.
    pub fn forgive(&self, login: &str, peer: IpAddr) {
        self.logins.lock().counts.remove(&login.trim().to_lowercase());
        if let Some((count, _)) = self.peers.lock().counts.get_mut(&network(peer)) {
            *count = count.saturating_sub(1);
        }
    }
}

/// There were too many attempts: which of the counts said so for the first time in its quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// That of the login.
    pub login: bool,
    /// That of the address.
    pub peer: bool,
}

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admission {
    Admitted,
    /// It is the first too many.
    JustStopped,
    Stopped,
}

/// Whoever has one address of the new kind has a whole network of them.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
        four => four,
    }
}

/// How many attempts there were, and when the first of them was.
#[derive(Debug)]
struct Book<K> {
    counts: HashMap<K, (u32, i64)>,
}

impl<K> Default for Book<K> {
    fn default() -> Self {
        Self { counts: HashMap::default() }
    }
}

impl<K: Eq + Hash> Book<K> {
    fn admit(&mut self, key: K, most: u32, now: i64) -> Admission {
        if self.counts.len() >= KNOWN {
            self.counts.retain(|_, (_, since)| now - *since < WINDOW);
            if self.counts.len() >= KNOWN && !self.counts.contains_key(&key) {
                return Admission::Stopped;
            }
        }
        let (count, since) = self.counts.entry(key).or_insert((0, now));
        if now - *since >= WINDOW {
            (*count, *since) = (0, now);
        }
        *count = count.saturating_add(1);
        match *count {
            count if count <= most => Admission::Admitted,
            count if count == most + 1 => Admission::JustStopped,
            _ => Admission::Stopped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_login_has_ten_attempts_in_a_quarter_of_an_hour_however_it_is_written() {
        let attempts = Attempts::default();
        let admitted = |login, now| attempts.admit(login, HERE, now).is_ok();
        assert!((0..10).all(|second| admitted("alice", second)));
        assert!(!admitted(" ALICE ", 10) && admitted("bob", 10));
        assert!(!admitted("alice", WINDOW - 1) && admitted("alice", WINDOW));
    }

    #[test]
    fn the_right_password_takes_back_what_was_counted() {
        let attempts = Attempts::default();
        for second in 0..1000 {
            assert!(attempts.admit("alice", HERE, second / 10).is_ok());
            attempts.forgive("alice", HERE);
        }
    }

    #[test]
    fn an_address_has_a_hundred_whatever_the_logins_and_a_network_counts_as_one() {
        let attempts = Attempts::default();
        let peer = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        assert!((0..100).all(|one| attempts.admit(&format!("user{one}"), peer(one), 0).is_ok()));
        let stopped = |peer| Err(TooMany { login: false, peer });
        assert_eq!(attempts.admit("another", peer(101), 0), stopped(true));
        assert_eq!(attempts.admit("another", peer(102), 0), stopped(false), "told once");
        assert!(attempts.admit("another", HERE, 0).is_ok());
    }

    #[test]
    fn a_full_book_forgets_the_old_and_takes_nobody_new_before() {
        let mut book = Book::default();
        assert!((0..KNOWN).all(|key| book.admit(key, 1, 0) == Admission::Admitted));
        assert_eq!((book.admit(KNOWN, 1, 1), book.counts.len()), (Admission::Stopped, KNOWN));
        assert_eq!((book.admit(KNOWN, 1, WINDOW), book.counts.len()), (Admission::Admitted, 1));
    }
}
