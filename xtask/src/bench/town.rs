//! The portal that is measured: who is there, in which chats.
//!
//! Must hold: it is the same in every run; the numbers of people, chats and members are those that the page names. No
//! load writes into a chat of somebody whose list another load reads.

use std::ops::Range;

use jiff::Timestamp;

/// When the portal's clock starts, in seconds since 1970: 2026-03-02T10:00:00Z.
pub const START: i64 = 1_772_445_600;

/// How many of a reader's chats are within the window of `im.recent.get`.
pub const FRESH: i64 = 50;

/// What is written.
pub const TEXT: &str = "The draft for stand 12 is in. Have a look before noon, please!";

/// People with the number of chats that each is in; nobody writes there.
pub const READERS: [(i64, i64); 3] = [(1, 50), (2, 1_000), (3, 10_000)];

/// Who writes, and is a member of every room.
pub const SENDER: i64 = 4;

/// People whose list is asked for once, with the number of their chats, each with [`DEPTH`] unread messages.
pub const COLD: [(i64, i64); 4] = [(5, 250), (6, 500), (7, 1_000), (8, 2_000)];

/// How many messages a chat of [`COLD`] has.
pub const DEPTH: i64 = 100;

/// People with [`FRESH`] chats each, the sender in all of them.
pub const WATCHERS: Range<i64> = 101..165;

/// Whom the readers talk to, and who fills the rooms.
pub const CROWD: Range<i64> = 10_001..20_001;

/// People with [`SHARES`] chats each, out of a pool that they share.
pub const PEOPLE: Range<i64> = 20_001..30_001;

/// In how many of the shared chats each of [`PEOPLE`] is.
pub const SHARES: i64 = 200;

/// How many shared chats there are of each age; one of [`PEOPLE`] is in one of them.
pub const CHOICE: i64 = 20;

/// Rooms of two people each.
pub const PAIRS: Range<i64> = 1..65;

/// The room that the sender and nearly all of the crowd are in.
pub const HALL: i64 = 65;

/// How many people the hall has.
pub const HALL_SIZE: i64 = 10_000;

/// The first chat of [`WATCHERS`]; each has the next [`FRESH`].
pub const WATCHED: i64 = 101;

/// The first chat that [`PEOPLE`] share.
pub const SHARED: i64 = 5_001;

/// The first chat of [`READERS`] and of [`COLD`]; each has the next ones.
pub const TALKS: i64 = 10_001;

/// Which of the shared chats somebody is in: one of each age. The first [`CHOICE`] people are in all of
/// them, and so are the next.
pub fn shares(person: i64) -> impl Iterator<Item = i64> {
    let number = person - PEOPLE.start;
    let (block, place) = (number / CHOICE, number % CHOICE);
    (0..SHARES).map(move |age| SHARED + age * CHOICE + (place + age * block) % CHOICE)
}

/// The chats of a watcher.
pub fn watched(watcher: i64) -> Range<i64> {
    let first = WATCHED + (watcher - WATCHERS.start) * FRESH;
    first..first + FRESH
}

/// The path of a person's webhook.
pub fn webhook_path(user: i64) -> String {
    format!("/rest/{user}/{}/", secret(user))
}

/// What a webhook's address holds; scripts of loads make it too.
pub fn secret(user: i64) -> String {
    format!("bench{user}")
}

/// As records have it; the seconds are all within a few months, so none is out of range.
pub fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_starts_at_the_date_that_is_named() {
        assert_eq!(date(START), "2026-03-02T10:00:00Z");
    }

    #[test]
    fn a_few_people_in_a_row_are_in_all_shared_chats() {
        let mut chats: Vec<i64> = PEOPLE.skip(40).take(20).flat_map(shares).collect();
        chats.sort_unstable();
        assert_eq!(chats, (SHARED..SHARED + SHARES * CHOICE).collect::<Vec<_>>());
    }

    #[test]
    fn people_share_some_chats_and_not_all() {
        let of = |person: i64| shares(person).collect::<Vec<_>>();
        let (one, other) = (of(PEOPLE.start), of(PEOPLE.start + 20));
        assert_eq!(one.len() as i64, SHARES);
        assert_ne!(one, other);
        assert!(one.iter().any(|chat| other.contains(chat)));
    }
}
