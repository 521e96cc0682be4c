//! The portal that is measured, as lines for `lately import` (docs/import.md).
//!
//! Must hold: it is the same in every run; the numbers of people, chats and members are those that the page names.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// When the portal's clock starts, in seconds since 1970: 2026-03-02T10:00:00Z.
pub const START: i64 = 1_772_445_600;

/// People with the number of chats that each is in.
pub const READERS: [(i64, i64); 3] = [(1, 50), (2, 1_000), (3, 10_000)];

/// How many of a reader's chats are within the window of `im.recent.get`.
pub const FRESH: i64 = 50;

/// Who writes, and is a member of every room.
pub const SENDER: i64 = 4;

/// Chats with the number of their members.
pub const ROOMS: [(i64, i64); 3] = [(1, 2), (2, 100), (3, 10_000)];

/// What is written.
pub const TEXT: &str = "The draft for stand 12 is in. Have a look before noon, please!";

/// The people from here on fill the rooms, and are whom the readers talk to.
const CROWD: i64 = 5;
const CROWD_SIZE: i64 = 10_000;

const DAY: i64 = 86_400;

/// Everybody in a room but the sender.
pub fn crowd() -> impl Iterator<Item = i64> {
    CROWD..CROWD + CROWD_SIZE
}

/// The path of a person's webhook.
pub fn webhook_path(user: i64) -> String {
    format!("/rest/{user}/{}/", secret(user))
}

fn secret(user: i64) -> String {
    format!("bench{user}")
}

/// Writes all lines.
pub fn write(out: &mut impl Write) -> io::Result<()> {
    let mut lines = Lines { out, next_message: 1 };
    lines.people()?;
    for (chat, members) in ROOMS {
        lines.room(chat, members)?;
    }
    let mut chat = ROOMS.len() as i64 + 1;
    for (reader, chats) in READERS {
        for place in (0..chats).rev() {
            lines.talk(reader, chat, place)?;
            chat += 1;
        }
    }
    Ok(())
}

struct Lines<'a, W: Write> {
    out: &'a mut W,
    next_message: i64,
}

impl<W: Write> Lines<'_, W> {
    fn put(&mut self, line: &Value) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    fn people(&mut self) -> io::Result<()> {
        self.put(&json!({ "type": "department", "id": 1, "name": "Company" }))?;
        for user in (1..CROWD).chain(crowd()) {
            self.put(&json!({
                "type": "user", "id": user, "first_name": format!("Person{user}"), "last_name": "Bench",
                "email": format!("person{user}@company.example"), "work_position": "Editor", "departments": [1],
            }))?;
            let hash: String =
                Sha256::digest(secret(user)).iter().map(|byte| format!("{byte:02x}")).collect();
            self.put(&json!({
                "type": "webhook", "user": user, "secret_hash": hash, "scopes": "im", "revision": 29,
                "created_at": date(START - 90 * DAY),
            }))?;
        }
        Ok(())
    }

    /// A group of the sender and the first of the crowd.
    fn room(&mut self, chat: i64, members: i64) -> io::Result<()> {
        let title = format!("Room of {members}");
        self.group(chat, &title, SENDER)?;
        for user in std::iter::once(SENDER).chain(crowd()).take(usize::try_from(members).unwrap_or(0)) {
            self.member(chat, user)?;
        }
        self.message(chat, SENDER, START - DAY)
    }

    /// A reader's chat at this place of their list, 0 the newest. Of the fresh ones each other is private, and each
    /// third is read.
    fn talk(&mut self, reader: i64, chat: i64, place: i64) -> io::Result<()> {
        let peer = CROWD + place % CROWD_SIZE;
        let fresh = place < FRESH;
        if fresh && place % 2 == 0 {
            self.put(&json!({
                "type": "chat", "id": chat, "kind": "P", "pair": [reader, peer],
                "created_at": date(START - 80 * DAY),
            }))?;
        } else {
            self.group(chat, &format!("Stand {chat}"), peer)?;
        }
        self.member(chat, reader)?;
        self.member(chat, peer)?;
        let age = if fresh { place * 600 } else { 60 * DAY + place };
        self.message(chat, peer, START - 60 - age)?;
        if place % 3 == 0 {
            let message = self.next_message - 1;
            let read = json!({
                "type": "read", "chat": chat, "user": reader, "message": message, "date": date(START - age),
            });
            self.put(&read)?;
        }
        Ok(())
    }

    fn group(&mut self, chat: i64, title: &str, owner: i64) -> io::Result<()> {
        self.put(&json!({
            "type": "chat", "id": chat, "kind": "C", "title": title, "owner": owner,
            "created_at": date(START - 80 * DAY),
        }))
    }

    fn member(&mut self, chat: i64, user: i64) -> io::Result<()> {
        self.put(
            &json!({ "type": "member", "chat": chat, "user": user, "joined_at": date(START - 80 * DAY) }),
        )
    }

    fn message(&mut self, chat: i64, author: i64, at: i64) -> io::Result<()> {
        let id = self.next_message;
        self.next_message += 1;
        let text =
            format!("[B]Stand {chat}[/B]: {TEXT}\nThe [URL=https://company.example/{id}]list[/URL] is new.");
        self.put(&json!({
            "type": "message", "id": id, "chat": chat, "author": author, "date": date(at), "text": text,
        }))
    }
}

/// As records have it; the seconds are all within a few months, so none is out of range.
pub fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_in_as_many_chats_as_the_page_says() {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let places: Vec<&str> = text.lines().filter(|line| line.contains("\"type\":\"member\"")).collect();
        let members = |key: &str, id: i64| {
            let place = format!("\"{key}\":{id},");
            places.iter().filter(|line| line.contains(&place)).count() as i64
        };
        for (user, chats) in READERS {
            assert_eq!(members("user", user), chats);
        }
        for (chat, size) in ROOMS {
            assert_eq!(members("chat", chat), size);
        }
    }

    #[test]
    fn the_clock_starts_at_the_date_that_is_named() {
        assert_eq!(date(START), "2026-03-02T10:00:00Z");
    }
}
