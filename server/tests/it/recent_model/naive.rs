//! The slow model: every message is kept, and unread is a set of messages for each member, as the contract describes
//! it. Nothing here is clever, so that it can be seen to be right.

use std::collections::{BTreeMap, BTreeSet};

use lately_model::Moment;
use serde_json::{Value, json};

use super::history::{Act, PAIRS, Place};

/// How many people play.
pub const PEOPLE: usize = 4;

const DAY: i64 = 86_400;

#[derive(Debug, Clone)]
struct Message {
    id: i64,
    author: i64,
    actor: i64,
    date: i64,
    text: String,
    counts: bool,
    deleted: bool,
}

#[derive(Debug, Clone, Default)]
struct Member {
    unread: BTreeSet<i64>,
    last_read: i64,
    first_visible: i64,
    row: bool,
    /// Larger is pinned later; zero is not pinned.
    pinned: bool,
    mark: bool,
    muted: bool,
    /// When they last changed their own row.
    updated: i64,
}

#[derive(Debug, Clone, Default)]
struct Chat {
    id: i64,
    title: String,
    owner: i64,
    pair: Option<(usize, usize)>,
    messages: Vec<Message>,
    members: BTreeMap<i64, Member>,
    /// When everybody's row last changed.
    updated: i64,
    /// When each member joined, for the question who inherits the chat.
    joined: Vec<(i64, i64)>,
}

/// The whole little portal.
pub struct Naive {
    /// The people's numbers.
    pub ids: [i64; PEOPLE],
    /// The present moment.
    pub now: i64,
    chats: Vec<Chat>,
    removals: BTreeMap<(i64, i64), (&'static str, i64)>,
    last_message: i64,
    texts: u64,
}

/// A moment as the wire writes it in UTC.
pub fn atom(seconds: i64) -> String {
    Moment(seconds).atom(&jiff::tz::TimeZone::UTC)
}

fn name(who: usize) -> String {
    format!("P{who} Q")
}

impl Naive {
    pub fn new(ids: [i64; PEOPLE], now: i64) -> Self {
        Self { ids, now, chats: Vec::new(), removals: BTreeMap::new(), last_message: 0, texts: 0 }
    }

    /// A private dialog that was just made.
    pub fn private(&mut self, id: i64, one: usize, other: usize) {
        let fresh = Member { updated: self.now, ..Member::default() };
        let members = [one, other].map(|who| (self.ids[who], fresh.clone())).into();
        self.chats.push(Chat { id, pair: Some((one, other)), members, updated: self.now, ..Chat::default() });
    }

    /// A group that 0 just made with 1 and 2; `newest` is the last of its three opening messages.
    pub fn group(&mut self, id: i64, newest: i64) {
        self.last_message = newest - 3;
        let fresh = Member { updated: self.now, ..Member::default() };
        let joined: Vec<_> = self.ids[..3].iter().map(|user| (self.now, *user)).collect();
        let members = joined.iter().map(|(_, user)| (*user, fresh.clone())).collect();
        let owner = self.ids[0];
        self.chats.push(Chat { id, title: "Group".into(), owner, members, joined, ..Chat::default() });
        self.post(Place::Group, 0, owner, format!("{} created the chat", name(0)), false);
        self.post(Place::Group, 0, owner, "Welcome to the new chat!".into(), false);
        self.post(
            Place::Group,
            0,
            owner,
            format!("{} invited {}, {} to the chat", name(0), name(1), name(2)),
            false,
        );
    }

    pub fn group_id(&self) -> i64 {
        self.chat(Place::Group).id
    }

    /// The text that the next message sent will have.
    pub fn next_text(&self) -> String {
        format!("message {}", self.texts + 1)
    }

    /// The dialog id of a place as somebody writes it.
    pub fn address(&self, who: usize, place: Place) -> String {
        match self.chat(place).pair {
            Some((one, other)) => self.ids[if one == who { other } else { one }].to_string(),
            None => format!("chat{}", self.chat(place).id),
        }
    }

    /// The message that many places before the newest.
    pub fn nth(&self, place: Place, back: usize) -> Option<i64> {
        self.chat(place).messages.iter().rev().nth(back).map(|message| message.id)
    }

    fn index(place: Place) -> usize {
        match place {
            Place::Private(pair) => pair,
            Place::Group => PAIRS.len(),
        }
    }

    fn chat(&self, place: Place) -> &Chat {
        &self.chats[Self::index(place)]
    }

    fn chat_mut(&mut self, place: Place) -> &mut Chat {
        &mut self.chats[Self::index(place)]
    }

    fn member(&mut self, who: usize, place: Place) -> Option<&mut Member> {
        let user = self.ids[who];
        self.chat_mut(place).members.get_mut(&user)
    }

    /// Posts a message: everybody's row is there and changed, and it is unread for everybody but who caused it.
    fn post(&mut self, place: Place, author: i64, actor: i64, text: String, counts: bool) {
        self.last_message += 1;
        let (id, now) = (self.last_message, self.now);
        let chat = self.chat_mut(place);
        chat.messages.push(Message { id, author, actor, date: now, text, counts, deleted: false });
        chat.updated = now;
        for (user, member) in &mut chat.members {
            member.row = true;
            if counts && *user != actor {
                member.unread.insert(id);
            }
            if *user == author {
                member.unread.retain(|unread| *unread > id);
                member.last_read = id;
                member.mark = false;
            }
        }
    }

    /// Plays an act; false when it must be refused.
    pub fn act(&mut self, act: &Act) -> bool {
        match *act {
            Act::Send { who, place } => self.send(who, place),
            Act::Edit { who, place, back } => self.edit(who, place, back),
            Act::Delete { who, place, back } => self.delete(who, place, back),
            Act::Read { who, place, back } => self.read(who, place, back),
            Act::ReadAll { who } => self.read_all(who),
            Act::Unread { who, place, back } => self.unread(who, place, back),
            Act::Pin { who, place, on } => self.pin(who, place, on),
            Act::Mark { who, place, on } => self.mark(who, place, on),
            Act::Hide { who, place } => self.hide(who, place),
            Act::Mute { who, place, on } => self.mute(who, place, on),
            Act::Leave { who } => self.leave(who),
            Act::Kick { who, whom } => self.kick(who, whom),
            Act::Invite { who, whom, hide } => self.invite(who, whom, hide),
            Act::Rename { who, title } => self.rename(who, title),
            Act::Clock { .. } => true,
        }
    }

    fn send(&mut self, who: usize, place: Place) -> bool {
        if self.member(who, place).is_none() {
            return false;
        }
        let text = self.next_text();
        self.texts += 1;
        let author = self.ids[who];
        self.post(place, author, author, text, true);
        true
    }

    /// The place of one's own message in the chat, if it may be changed.
    fn own(&self, who: usize, place: Place, back: usize) -> Option<usize> {
        let chat = self.chat(place);
        let found = chat.messages.len().checked_sub(back + 1)?;
        let message = &chat.messages[found];
        let own =
            message.author == self.ids[who] && !message.deleted && chat.members.contains_key(&self.ids[who]);
        own.then_some(found)
    }

    fn edit(&mut self, who: usize, place: Place, back: usize) -> bool {
        let Some(found) = self.own(who, place, back) else { return false };
        let now = self.now;
        let chat = self.chat_mut(place);
        if now - chat.messages[found].date > 3 * DAY {
            return false;
        }
        chat.messages[found].text = "edited".into();
        if found + 1 == chat.messages.len() {
            chat.updated = now;
        }
        true
    }

    fn delete(&mut self, who: usize, place: Place, back: usize) -> bool {
        let Some(found) = self.own(who, place, back) else { return false };
        let now = self.now;
        let chat = self.chat_mut(place);
        let message = &mut chat.messages[found];
        message.deleted = true;
        message.text = "This message was deleted".into();
        let id = message.id;
        for member in chat.members.values_mut() {
            member.unread.remove(&id);
        }
        chat.updated = now;
        true
    }

    fn read(&mut self, who: usize, place: Place, back: Option<usize>) -> bool {
        let newest = self.nth(place, 0).unwrap_or(0);
        let upto = back.map_or(Some(newest), |back| self.nth(place, back));
        let now = self.now;
        let (Some(member), Some(upto)) = (self.member(who, place), upto) else { return false };
        member.unread.retain(|unread| *unread > upto);
        member.last_read = member.last_read.max(upto);
        member.updated = now;
        if back.is_none() {
            member.mark = false;
        }
        true
    }

    /// Only dialogs with something to read change.
    fn read_all(&mut self, who: usize) -> bool {
        for place in [Place::Private(0), Place::Private(1), Place::Private(2), Place::Group] {
            let newest = self.nth(place, 0).unwrap_or(0);
            let behind =
                self.member(who, place).is_some_and(|member| member.last_read < newest || member.mark);
            if behind {
                self.read(who, place, None);
            }
        }
        true
    }

    fn unread(&mut self, who: usize, place: Place, back: usize) -> bool {
        let (now, user) = (self.now, self.ids[who]);
        let Some(from) = self.nth(place, back) else { return true };
        let chat = self.chat_mut(place);
        let Some(member) = chat.members.get_mut(&user) else { return true };
        let from = from.max(member.first_visible);
        let before =
            chat.messages.iter().rev().find(|message| message.id < from).map_or(0, |message| message.id);
        if member.last_read <= before {
            return true;
        }
        let again = chat.messages.iter().filter(|message| message.id > before);
        let again = again.filter(|message| message.counts && !message.deleted && message.actor != user);
        member.unread.extend(again.map(|message| message.id));
        member.last_read = before;
        member.updated = now;
        true
    }

    fn pin(&mut self, who: usize, place: Place, on: bool) -> bool {
        let now = self.now;
        let Some(member) = self.member(who, place) else { return false };
        if member.pinned != on {
            member.pinned = on;
            member.updated = now;
            member.row |= on;
        }
        true
    }

    fn mark(&mut self, who: usize, place: Place, on: bool) -> bool {
        let (now, newest) = (self.now, self.nth(place, 0).unwrap_or(0));
        let Some(member) = self.member(who, place).filter(|member| member.row) else { return false };
        if on && !member.mark {
            member.mark = true;
            member.updated = now;
        }
        if !on && (member.mark || member.last_read < newest) {
            self.read(who, place, None);
        }
        true
    }

    fn hide(&mut self, who: usize, place: Place) -> bool {
        if self.member(who, place).is_none_or(|member| !member.row) {
            return true;
        }
        self.read(who, place, None);
        let (user, now, chat) = (self.ids[who], self.now, self.chat(place).id);
        if let Some(member) = self.member(who, place) {
            member.row = false;
            member.pinned = false;
        }
        self.removals.insert((user, chat), ("hidden", now));
        true
    }

    fn mute(&mut self, who: usize, place: Place, on: bool) -> bool {
        let now = self.now;
        let Some(member) = self.member(who, place) else { return false };
        if member.muted != on {
            member.muted = on;
            member.updated = now;
        }
        true
    }

    fn part(&mut self, user: i64, reason: &'static str) {
        let now = self.now;
        let chat = self.chat_mut(Place::Group);
        chat.members.remove(&user);
        chat.joined.retain(|(_, member)| *member != user);
        let id = chat.id;
        self.removals.insert((user, id), (reason, now));
    }

    fn leave(&mut self, who: usize) -> bool {
        let user = self.ids[who];
        if self.member(who, Place::Group).is_none() {
            return false;
        }
        self.part(user, "left");
        let chat = self.chat_mut(Place::Group);
        if chat.owner == user {
            chat.owner = chat.joined.iter().min().map_or(0, |(_, user)| *user);
        }
        self.post(Place::Group, 0, user, format!("{} left the chat", name(who)), false);
        true
    }

    fn kick(&mut self, who: usize, whom: usize) -> bool {
        if who == whom {
            return self.leave(who);
        }
        let chat = self.chat(Place::Group);
        if chat.owner != self.ids[who] || !chat.members.contains_key(&self.ids[whom]) {
            return false;
        }
        self.part(self.ids[whom], "removed");
        let text = format!("{} removed {} from the chat", name(who), name(whom));
        self.post(Place::Group, 0, self.ids[who], text, false);
        // Whoever was removed is notified, by a message that no list shows.
        self.last_message += 1;
        true
    }

    fn invite(&mut self, who: usize, whom: usize, hide: bool) -> bool {
        let (user, now) = (self.ids[whom], self.now);
        if self.member(who, Place::Group).is_none() {
            return false;
        }
        let newest = self.nth(Place::Group, 0).unwrap_or(0);
        let chat = self.chat_mut(Place::Group);
        if chat.members.contains_key(&user) {
            return true;
        }
        let first_visible = if hide { newest + 1 } else { 0 };
        chat.members
            .insert(user, Member { last_read: newest, first_visible, updated: now, ..Member::default() });
        chat.joined.push((now, user));
        let text = format!("{} invited {} to the chat", name(who), name(whom));
        self.post(Place::Group, 0, self.ids[who], text, false);
        true
    }

    fn rename(&mut self, who: usize, title: u8) -> bool {
        if self.member(who, Place::Group).is_none() {
            return false;
        }
        let title = format!("Group {title}");
        if self.chat(Place::Group).title == title {
            return true;
        }
        self.chat_mut(Place::Group).title.clone_from(&title);
        let text = format!("{} changed the chat title to \"{title}\"", name(who));
        self.post(Place::Group, 0, self.ids[who], text, true);
        true
    }

    /// Somebody's whole list.
    pub fn list(&self, who: usize, since: Option<i64>) -> Vec<Value> {
        let user = self.ids[who];
        let mut rows = Vec::new();
        for chat in &self.chats {
            let Some(member) = chat.members.get(&user).filter(|member| member.row) else { continue };
            let updated = member.updated.max(chat.updated);
            let fresh = match since {
                Some(since) => updated >= since.max(self.now - 7 * DAY),
                None => member.pinned || updated >= self.now - 30 * DAY,
            };
            let last = chat.messages.last().filter(|last| last.id >= member.first_visible);
            if !fresh || (last.is_none() && chat.pair.is_none()) {
                continue;
            }
            let date = last.map_or(member.updated, |last| last.date);
            let id = last.map_or(0, |last| last.id);
            rows.push(((member.pinned, date, id, chat.id), self.row(who, chat, member, last, date)));
        }
        rows.sort_by_key(|(order, _)| std::cmp::Reverse(*order));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn row(&self, who: usize, chat: &Chat, member: &Member, last: Option<&Message>, date: i64) -> Value {
        let user = self.ids[who];
        let peer = chat.pair.map(|(one, other)| if one == who { other } else { one });
        let role = if chat.owner == user { "OWNER" } else { "MEMBER" };
        json!({
            "id": peer.map_or(json!(format!("chat{}", chat.id)), |peer| json!(self.ids[peer])),
            "chat_id": chat.id,
            "title": peer.map_or(chat.title.clone(), name),
            "message": [
                last.map_or(0, |last| last.id),
                last.map_or("", |last| &last.text),
                last.map_or(0, |last| last.author),
                atom(date),
            ],
            "counter": member.unread.len(),
            "last_id": member.last_read,
            "pinned": member.pinned,
            "unread": member.mark,
            "date_update": atom(member.updated.max(chat.updated)),
            "muted": member.muted,
            "role": if peer.is_some() { Value::Null } else { json!(role) },
            "members": if peer.is_some() { Value::Null } else { json!(chat.members.len()) },
        })
    }

    /// The rows that somebody has no longer.
    pub fn removed(&self, who: usize, since: i64) -> Vec<Value> {
        let user = self.ids[who];
        let oldest = since.max(self.now - 7 * DAY);
        let mut gone = Vec::new();
        for ((owner, chat_id), (reason, date)) in &self.removals {
            let chat = self.chats.iter().find(|chat| chat.id == *chat_id).unwrap();
            let back = chat.members.get(&user).is_some_and(|member| member.row);
            if *owner != user || back || *date < oldest {
                continue;
            }
            let peer = chat.pair.map(|(one, other)| if one == who { other } else { one });
            let id = peer.map_or(json!(format!("chat{chat_id}")), |peer| json!(self.ids[peer]));
            gone.push(((*date, *chat_id), json!({ "id": id, "reason": reason, "date": atom(*date) })));
        }
        gone.sort_by_key(|(order, _)| std::cmp::Reverse(*order));
        gone.into_iter().map(|(_, removal)| removal).collect()
    }
}
