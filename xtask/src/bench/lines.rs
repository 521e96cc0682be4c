//! The town as lines for `lately import` (docs/import.md).

use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::town::{
    CHOICE, COLD, CROWD, DEPTH, FRESH, HALL, HALL_SIZE, PAIRS, PEOPLE, READERS, SENDER, SHARED, SHARES,
    START, TALKS, TEXT, WATCHERS, date, secret, shares, watched,
};

const DAY: i64 = 86_400;

/// Older than anything that `im.recent.get` tells.
const LONG_AGO: i64 = 60 * DAY;

/// Writes all lines.
pub fn write(out: &mut impl Write) -> io::Result<()> {
    let mut lines = Lines { out, next_message: 1, joined: date(START - 80 * DAY) };
    lines.people()?;
    lines.rooms()?;
    lines.watched()?;
    lines.shared()?;
    lines.talks()
}

struct Lines<'a, W: Write> {
    out: &'a mut W,
    next_message: i64,
    /// When everybody joined.
    joined: String,
}

impl<W: Write> Lines<'_, W> {
    fn put(&mut self, line: &Value) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    fn people(&mut self) -> io::Result<()> {
        self.put(&json!({ "type": "department", "id": 1, "name": "Company" }))?;
        let few = READERS.into_iter().chain(COLD).map(|(user, _)| user).chain([SENDER]);
        for user in few.chain(WATCHERS).chain(CROWD).chain(PEOPLE) {
            self.put(&json!({
                "type": "user", "id": user, "first_name": format!("Person{user}"), "last_name": "Bench",
                "email": format!("person{user}@company.example"), "work_position": "Editor", "departments": [1],
            }))?;
            let hash: String =
                Sha256::digest(secret(user)).iter().map(|byte| format!("{byte:02x}")).collect();
            self.put(&json!({
                "type": "webhook", "user": user, "secret_hash": hash, "scopes": "im,pull_channel", "revision": 29,
                "created_at": date(START - 90 * DAY),
            }))?;
        }
        Ok(())
    }

    fn rooms(&mut self) -> io::Result<()> {
        for (room, peer) in PAIRS.zip(CROWD) {
            self.room(room, "Pair", [SENDER, peer])?;
        }
        self.room(HALL, "Hall", CROWD.take(HALL_SIZE as usize - 1).chain([SENDER]))
    }

    fn watched(&mut self) -> io::Result<()> {
        for watcher in WATCHERS {
            let chats = watched(watcher);
            for chat in chats.clone() {
                self.talk(watcher, SENDER, chat, chats.end - 1 - chat, 1)?;
            }
        }
        Ok(())
    }

    /// The chats of readers, and of those whose list is asked for once.
    fn talks(&mut self) -> io::Result<()> {
        let readers = READERS.into_iter().map(|(reader, chats)| (reader, chats, 1));
        let cold = COLD.into_iter().map(|(reader, chats)| (reader, chats, DEPTH));
        let mut chat = TALKS;
        for (reader, chats, depth) in readers.chain(cold) {
            for place in (0..chats).rev() {
                self.talk(reader, CROWD.start + place, chat, place, depth)?;
                chat += 1;
            }
        }
        Ok(())
    }

    /// A group that the sender writes to.
    fn room(&mut self, chat: i64, name: &str, members: impl IntoIterator<Item = i64>) -> io::Result<()> {
        self.group(chat, &format!("{name} {chat}"), SENDER)?;
        for user in members {
            self.member(chat, user)?;
        }
        self.message(chat, SENDER, START - DAY)
    }

    /// The groups that people share, one of the crowd writing in each.
    fn shared(&mut self) -> io::Result<()> {
        let chats = SHARED..SHARED + SHARES * CHOICE;
        let author = |chat: i64| CROWD.start + chat - SHARED;
        for chat in chats.clone() {
            self.group(chat, &format!("Stand {chat}"), author(chat))?;
            self.member(chat, author(chat))?;
        }
        for person in PEOPLE {
            for chat in shares(person) {
                self.member(chat, person)?;
            }
        }
        for chat in chats.rev() {
            let place = (chat - SHARED) / CHOICE;
            self.message(chat, author(chat), START - 60 - age(place))?;
        }
        Ok(())
    }

    /// A chat of two at this place of the reader's list, 0 the newest. Of the fresh ones each other is private, and each
    /// third is read unless there is much to read.
    fn talk(&mut self, reader: i64, peer: i64, chat: i64, place: i64, depth: i64) -> io::Result<()> {
        // The pair of a private chat is taken once; the watchers' chats are all with the sender.
        if place < FRESH && place % 2 == 0 && peer != SENDER {
            self.put(&json!({
                "type": "chat", "id": chat, "kind": "P", "pair": [reader, peer],
                "created_at": self.joined,
            }))?;
        } else {
            self.group(chat, &format!("Stand {chat}"), peer)?;
        }
        self.member(chat, reader)?;
        self.member(chat, peer)?;
        for before in (0..depth).rev() {
            self.message(chat, peer, START - 60 - age(place) - before)?;
        }
        if depth == 1 && place % 3 == 0 {
            let message = self.next_message - 1;
            let read = json!({
                "type": "read", "chat": chat, "user": reader, "message": message,
                "date": date(START - 60 - age(place)),
            });
            self.put(&read)?;
        }
        Ok(())
    }

    fn group(&mut self, chat: i64, title: &str, owner: i64) -> io::Result<()> {
        self.put(&json!({
            "type": "chat", "id": chat, "kind": "C", "title": title, "owner": owner,
            "created_at": self.joined,
        }))
    }

    fn member(&mut self, chat: i64, user: i64) -> io::Result<()> {
        // Written by hand, since most lines are these.
        let joined = &self.joined;
        writeln!(self.out, r#"{{"type":"member","chat":{chat},"user":{user},"joined_at":"{joined}"}}"#)
    }

    /// By hand too; the text has nothing to escape but the end of a line.
    fn message(&mut self, chat: i64, author: i64, at: i64) -> io::Result<()> {
        let (id, date) = (self.next_message, date(at));
        self.next_message += 1;
        let link = format!("[URL=https://company.example/{id}]list[/URL]");
        writeln!(
            self.out,
            r#"{{"type":"message","id":{id},"chat":{chat},"author":{author},"date":"{date}","text":"[B]Stand {chat}[/B]: {TEXT}\nThe {link} is new."}}"#
        )
    }
}

/// How old the newest message is at this place of a list.
fn age(place: i64) -> i64 {
    if place < FRESH { place * 600 } else { LONG_AGO + place }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn everybody_is_in_as_many_chats_as_the_page_says() {
        let mut out = Vec::new();
        let mut lines = Lines { out: &mut out, next_message: 1, joined: date(START) };
        lines.rooms().unwrap();
        lines.watched().unwrap();
        lines.talks().unwrap();
        let text = String::from_utf8(out).unwrap();
        let (mut of_user, mut of_chat) = (HashMap::<i64, i64>::new(), HashMap::<i64, i64>::new());
        for line in text.lines() {
            let Some(member) = line.strip_prefix("{\"type\":\"member\",\"chat\":") else { continue };
            let numbers: Vec<i64> = member.split([',', ':']).filter_map(|word| word.parse().ok()).collect();
            *of_chat.entry(numbers[0]).or_default() += 1;
            *of_user.entry(numbers[1]).or_default() += 1;
        }
        for (user, chats) in READERS.into_iter().chain(COLD) {
            assert_eq!(of_user[&user], chats);
        }
        assert!(WATCHERS.into_iter().all(|watcher| of_user[&watcher] == FRESH));
        assert!(PAIRS.into_iter().all(|room| of_chat[&room] == 2));
        assert_eq!(of_chat[&HALL], HALL_SIZE);
    }
}
