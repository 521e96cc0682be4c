//! Who is to hear of an event: those who listen, as far as it concerns them.
//!
//! Must hold: members of a chat hear of what happens in it; who was just removed hears of that. The members of chats in
//! which something happens are kept in memory and follow the same events, so that a message in a chat of ten thousand
//! does not read ten thousand rows.

use std::sync::Arc;

use lately_model::{ChatId, Event, Moment, UserId};
use lately_store::Snapshot;
use parking_lot::{Mutex, RwLock};
use rustc_hash::{FxHashMap, FxHashSet};

use super::scene::VIEWED;
use super::watches::Watches;
use crate::Error;

/// How many members all kept chats have together, at most.
const KEPT: usize = 2_000_000;

/// In chats with more members, only those hear of a read whose messages were read: else ten thousand people who read one
/// message would be told of a hundred million times.
const CROWD: usize = 100;

/// With how many people one person has private chats, as far as they hear of a status.
const PEERS: i64 = 5_000;

/// Whoever listens at this server.
#[derive(Default)]
pub struct Ears {
    listening: RwLock<FxHashSet<UserId>>,
    rosters: Mutex<Rosters>,
    /// Chats that are looked at from outside.
    pub watches: Watches,
}

/// The members of chats.
#[derive(Default)]
struct Rosters {
    chats: FxHashMap<ChatId, Arc<Vec<UserId>>>,
    members: usize,
}

impl Ears {
    /// From now on this person listens.
    pub fn open(&self, user: UserId) {
        self.listening.write().insert(user);
    }

    /// From now on they do not.
    pub fn close(&self, user: UserId) {
        self.listening.write().remove(&user);
    }

    /// Forgets what was learned of members: what happened since then was not followed.
    pub fn forget(&self) {
        *self.rosters.lock() = Rosters::default();
    }

    /// Those of `users` who listen.
    fn among(&self, users: &[UserId]) -> Vec<UserId> {
        let listening = self.listening.read();
        if listening.len() < users.len() / 8 {
            let member = |user: &&UserId| users.binary_search(user).is_ok();
            let mut found: Vec<UserId> = listening.iter().filter(member).copied().collect();
            found.sort_unstable();
            return found;
        }
        users.iter().filter(|user| listening.contains(user)).copied().collect()
    }

    /// Those who listen among the members of a chat.
    pub fn members(&self, snapshot: &Snapshot<'_>, chat: ChatId) -> Result<Vec<UserId>, Error> {
        Ok(self.among(&self.rosters.lock().of(snapshot, chat)?))
    }
}

impl Rosters {
    fn of(&mut self, snapshot: &Snapshot<'_>, chat: ChatId) -> Result<Arc<Vec<UserId>>, Error> {
        if let Some(known) = self.chats.get(&chat) {
            return Ok(Arc::clone(known));
        }
        let members = Arc::new(snapshot.member_ids(chat)?);
        if self.members + members.len() > KEPT {
            *self = Self::default();
        }
        self.members += members.len();
        self.chats.insert(chat, Arc::clone(&members));
        Ok(members)
    }

    fn learn(&mut self, event: &Event) {
        match event {
            Event::Joined(chat, users) => {
                let Some(members) = self.chats.get_mut(chat) else { return };
                let members = Arc::make_mut(members);
                self.members += users.len();
                members.extend(users);
                members.sort_unstable();
                members.dedup();
            }
            Event::Parted(chat, user) => {
                let Some(members) = self.chats.get_mut(chat) else { return };
                Arc::make_mut(members).retain(|member| member != user);
            }
            Event::Much => *self = Self::default(),
            _ => {}
        }
    }
}

/// Chooses who hears.
pub(crate) trait Audience {
    /// Follows what happened.
    fn learn(&mut self, event: &Event);

    /// Who hears of it.
    fn of(&mut self, snapshot: &Snapshot<'_>, event: &Event) -> Result<Vec<UserId>, Error>;

    /// Who looks at the chat of it from outside.
    fn watching(&mut self, snapshot: &Snapshot<'_>, event: &Event, now: Moment)
    -> Result<Vec<UserId>, Error>;
}

/// Everybody who listens.
pub(crate) struct Everybody<'a> {
    ears: &'a Ears,
}

impl<'a> Everybody<'a> {
    pub(crate) fn new(ears: &'a Ears) -> Self {
        Self { ears }
    }
}

impl Audience for Everybody<'_> {
    fn learn(&mut self, event: &Event) {
        self.ears.rosters.lock().learn(event);
    }

    fn of(&mut self, snapshot: &Snapshot<'_>, event: &Event) -> Result<Vec<UserId>, Error> {
        if let Some(user) = event.private_to() {
            return Ok(self.ears.among(&[user]));
        }
        let Some(chat) = event.chat() else {
            let told = named(snapshot, event)?;
            return Ok(self.ears.among(&told));
        };
        let members = self.ears.rosters.lock().of(snapshot, chat)?;
        let mut told = match event {
            Event::Read(_, reader, from, upto) if members.len() > CROWD => {
                let seen = snapshot.authors_between(chat, *from, *upto, VIEWED)?;
                let mut told: Vec<UserId> = seen.into_iter().map(|(_, author)| author).collect();
                told.push(*reader);
                told.sort_unstable();
                told.dedup();
                self.ears.among(&told)
            }
            _ => self.ears.among(&members),
        };
        if let Event::Parted(_, user) = event {
            told.extend(self.ears.among(&[*user]));
        }
        Ok(told)
    }

    /// Who reads, and who does what to their own row, is nothing to see from outside.
    fn watching(
        &mut self,
        snapshot: &Snapshot<'_>,
        event: &Event,
        now: Moment,
    ) -> Result<Vec<UserId>, Error> {
        let Some(chat) = event.chat().filter(|_| event.is_public()) else { return Ok(Vec::new()) };
        let watchers = self.ears.among(&self.ears.watches.of(chat, now));
        if watchers.is_empty() {
            return Ok(watchers);
        }
        let members = self.ears.rosters.lock().of(snapshot, chat)?;
        Ok(watchers.into_iter().filter(|user| members.binary_search(user).is_err()).collect())
    }
}

/// One person who was away.
pub(crate) struct One {
    user: UserId,
    member: FxHashMap<ChatId, bool>,
}

impl One {
    pub(crate) fn new(user: UserId) -> Self {
        Self { user, member: FxHashMap::default() }
    }

    fn concerned(&mut self, snapshot: &Snapshot<'_>, event: &Event) -> Result<bool, Error> {
        if let Some(user) = event.private_to() {
            return Ok(user == self.user);
        }
        let Some(chat) = event.chat() else {
            return Ok(named(snapshot, event)?.contains(&self.user));
        };
        if *event == Event::Parted(chat, self.user) {
            return Ok(true);
        }
        if let Some(member) = self.member.get(&chat) {
            return Ok(*member);
        }
        let member = snapshot.member(chat, self.user)?.is_some();
        self.member.insert(chat, member);
        Ok(member)
    }
}

impl Audience for One {
    fn learn(&mut self, _: &Event) {}

    fn of(&mut self, snapshot: &Snapshot<'_>, event: &Event) -> Result<Vec<UserId>, Error> {
        Ok(if self.concerned(snapshot, event)? { vec![self.user] } else { Vec::new() })
    }

    fn watching(&mut self, _: &Snapshot<'_>, _: &Event, _: Moment) -> Result<Vec<UserId>, Error> {
        Ok(Vec::new())
    }
}

/// Who hears of what happened in no chat: the person, and those in whose lists they stand.
fn named(snapshot: &Snapshot<'_>, event: &Event) -> Result<Vec<UserId>, Error> {
    let (Event::Status(user) | Event::Person(user)) = event else { return Ok(Vec::new()) };
    let mut told = snapshot.peers_of(*user, PEERS)?;
    if let Err(place) = told.binary_search(user) {
        told.insert(place, *user);
    }
    Ok(told)
}
