//! The plain ledger of what was acknowledged: every message, and where everybody has read to. Too simple to be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Mutex;

use serde_json::json;

use super::field::Field;
use super::person::Person;

/// One message.
#[derive(Debug, Clone)]
struct Message {
    author: i64,
    text: String,
    deleted: bool,
}

/// One chat.
#[derive(Debug, Default)]
struct Chat {
    messages: BTreeMap<i64, Message>,
    seats: BTreeMap<i64, Seat>,
}

/// One person in one chat.
#[derive(Debug, Default, Clone)]
struct Seat {
    read: i64,
    marked: bool,
    muted: bool,
    pinned: bool,
}

/// A row as a server shows it and as the ledger says it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub chat: i64,
    pub last: i64,
    pub text: String,
    pub counter: i64,
    pub read: i64,
    pub marked: bool,
    pub muted: bool,
    pub pinned: bool,
}

/// The ledger.
#[derive(Debug, Default)]
pub struct Ledger {
    chats: Mutex<BTreeMap<i64, Chat>>,
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chats = self.chats.lock().unwrap();
        let messages: usize = chats.values().map(|chat| chat.messages.len()).sum();
        write!(f, "{} chats, {messages} messages acknowledged", chats.len())
    }
}

impl Ledger {
    /// Somebody is in a chat.
    pub fn join(&self, chat: i64, person: i64) {
        self.chats.lock().unwrap().entry(chat).or_default().seats.entry(person).or_default();
    }

    /// A message was acknowledged. Whoever writes has read what was there, and takes their mark away.
    pub fn sent(&self, chat: i64, id: i64, author: i64, text: &str) {
        let mut chats = self.chats.lock().unwrap();
        let chat = chats.get_mut(&chat).unwrap();
        let message = Message { author, text: text.to_owned(), deleted: false };
        let twice = chat.messages.insert(id, message);
        assert!(twice.is_none(), "message {id} was acknowledged twice");
        let seat = chat.seats.get_mut(&author).unwrap();
        seat.read = seat.read.max(id);
        seat.marked = false;
    }

    /// Another text.
    pub fn edited(&self, chat: i64, id: i64, text: &str) {
        self.with(chat, |chat| text.clone_into(&mut chat.messages.get_mut(&id).unwrap().text));
    }

    /// Taken back.
    pub fn deleted(&self, chat: i64, id: i64) {
        self.with(chat, |chat| {
            let message = chat.messages.get_mut(&id).unwrap();
            message.deleted = true;
            "This message was deleted".clone_into(&mut message.text);
        });
    }

    /// Read up to a message, never backwards.
    pub fn read(&self, chat: i64, person: i64, upto: i64) {
        self.seat(chat, person, |seat| seat.read = seat.read.max(upto));
    }

    /// Back to just before a message, never forwards.
    pub fn unread(&self, chat: i64, person: i64, from: i64) {
        self.with(chat, |chat| {
            let before = chat.messages.range(..from).next_back().map_or(0, |(id, _)| *id);
            let seat = chat.seats.get_mut(&person).unwrap();
            seat.read = seat.read.min(before);
        });
    }

    pub fn marked(&self, chat: i64, person: i64) {
        self.seat(chat, person, |seat| seat.marked = true);
    }

    pub fn muted(&self, chat: i64, person: i64, muted: bool) {
        self.seat(chat, person, |seat| seat.muted = muted);
    }

    pub fn pinned(&self, chat: i64, person: i64, pinned: bool) {
        self.seat(chat, person, |seat| seat.pinned = pinned);
    }

    /// Everything there is was read and the mark taken away.
    pub fn read_to_the_end(&self, chat: i64, person: i64) {
        self.with(chat, |chat| {
            let last = chat.messages.keys().next_back().copied().unwrap_or(0);
            let seat = chat.seats.get_mut(&person).unwrap();
            seat.read = seat.read.max(last);
            seat.marked = false;
        });
    }

    /// A message of somebody in this chat, picked by `pick` among all that pass `wanted`.
    pub fn pick(
        &self,
        chat: i64,
        pick: impl FnOnce(usize) -> usize,
        wanted: impl Fn(i64, bool) -> bool,
    ) -> Option<i64> {
        let chats = self.chats.lock().unwrap();
        let messages = chats[&chat].messages.iter();
        let fit: Vec<i64> =
            messages.filter(|(_, one)| wanted(one.author, one.deleted)).map(|(id, _)| *id).collect();
        if fit.is_empty() { None } else { Some(fit[pick(fit.len())]) }
    }

    /// A person's rows by chat number.
    pub fn list(&self, person: i64) -> Vec<Row> {
        let chats = self.chats.lock().unwrap();
        let row = |(id, chat): (&i64, &Chat)| {
            let seat = chat.seats.get(&person)?;
            let (last, message) = chat.messages.iter().next_back()?;
            let unread = chat.messages.range(seat.read + 1..);
            let counter = unread.filter(|(_, one)| one.author != person && !one.deleted).count();
            Some(Row {
                chat: *id,
                last: *last,
                text: message.text.clone(),
                counter: i64::try_from(counter).unwrap(),
                read: seat.read,
                marked: seat.marked,
                muted: seat.muted,
                pinned: seat.pinned,
            })
        };
        chats.iter().filter_map(row).collect()
    }

    /// Each chat holds what was acknowledged, each once, and nothing else.
    pub async fn assert_messages(&self, field: &Field, people: &[Person]) {
        let expected: Vec<(i64, i64, BTreeSet<i64>)> = {
            let chats = self.chats.lock().unwrap();
            let known = |(id, chat): (&i64, &Chat)| {
                let member = *chat.seats.keys().next().unwrap();
                (*id, member, chat.messages.keys().copied().collect())
            };
            chats.iter().map(known).collect()
        };
        for (chat, member, known) in expected {
            let person = people.iter().find(|person| person.id() == member).unwrap();
            let mut found = BTreeSet::new();
            let mut after = 0;
            loop {
                let params = json!({ "DIALOG_ID": format!("chat{chat}"), "FIRST_ID": after, "LIMIT": 50 });
                let page = person.ask(field, 0, "im.dialog.messages.get", &params).await;
                let messages = page["messages"].as_array().unwrap().clone();
                let Some(last) = messages.last() else { break };
                after = last["id"].as_i64().unwrap();
                let written = messages.iter().filter(|message| message["author_id"] != 0);
                found.extend(written.map(|message| message["id"].as_i64().unwrap()));
            }
            assert_eq!(found, known, "the messages of chat {chat}");
        }
    }

    /// A read position as the ledger knows it: messages of the system itself are none of its own.
    pub fn position(&self, chat: i64, at: i64) -> i64 {
        let chats = self.chats.lock().unwrap();
        chats[&chat].messages.range(..=at).next_back().map_or(0, |(id, _)| *id)
    }

    fn with(&self, chat: i64, change: impl FnOnce(&mut Chat)) {
        change(self.chats.lock().unwrap().get_mut(&chat).unwrap());
    }

    fn seat(&self, chat: i64, person: i64, change: impl FnOnce(&mut Seat)) {
        self.with(chat, |chat| change(chat.seats.get_mut(&person).unwrap()));
    }
}
