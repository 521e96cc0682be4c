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
    /// Counts an attempt; false means that there were too many.
    pub fn admit(&self, login: &str, peer: IpAddr, now: i64) -> bool {
        let login = self.logins.lock().admit(login.trim().to_lowercase(), PER_LOGIN, now);
        self.peers.lock().admit(network(peer), PER_PEER, now) && login
    }

    /// Takes back what was counted, since it was the right password.
    pub fn forgive(&self, login: &str, peer: IpAddr) {
        self.logins.lock().counts.remove(&login.trim().to_lowercase());
        if let Some((count, _)) = self.peers.lock().counts.get_mut(&network(peer)) {
            *count = count.saturating_sub(1);
        }
    }
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
    fn admit(&mut self, key: K, most: u32, now: i64) -> bool {
        if self.counts.len() >= KNOWN {
            self.counts.retain(|_, (_, since)| now - *since < WINDOW);
            if self.counts.len() >= KNOWN && !self.counts.contains_key(&key) {
                return false;
            }
        }
        let (count, since) = self.counts.entry(key).or_insert((0, now));
        if now - *since >= WINDOW {
            (*count, *since) = (0, now);
        }
        *count = count.saturating_add(1);
        *count <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_login_has_ten_attempts_in_a_quarter_of_an_hour_however_it_is_written() {
        let attempts = Attempts::default();
        let admitted = |login, now| attempts.admit(login, HERE, now);
        assert!((0..10).all(|second| admitted("alice", second)));
        assert!(!admitted(" ALICE ", 10) && admitted("bob", 10));
        assert!(!admitted("alice", WINDOW - 1) && admitted("alice", WINDOW));
    }

    #[test]
    fn the_right_password_takes_back_what_was_counted() {
        let attempts = Attempts::default();
        for second in 0..1000 {
            assert!(attempts.admit("alice", HERE, second / 10));
            attempts.forgive("alice", HERE);
        }
    }

    #[test]
    fn an_address_has_a_hundred_whatever_the_logins_and_a_network_counts_as_one() {
        let attempts = Attempts::default();
        let peer = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        assert!((0..100).all(|one| attempts.admit(&format!("user{one}"), peer(one), 0)));
        assert!(!attempts.admit("another", peer(101), 0) && attempts.admit("another", HERE, 0));
    }

    #[test]
    fn a_full_book_forgets_the_old_and_takes_nobody_new_before() {
        let mut book = Book::default();
        assert!((0..KNOWN).all(|key| book.admit(key, 1, 0)));
        assert!(!book.admit(KNOWN, 1, 1) && book.counts.len() == KNOWN);
        assert!(book.admit(KNOWN, 1, WINDOW) && book.counts.len() == 1);
    }
}
