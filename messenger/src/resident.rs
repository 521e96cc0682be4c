//! Resident recent lists: a person's seats and the rooms behind them, kept in memory once asked for.
//!
//! Must hold: what is resident equals a fresh load from the store at the same commit. Lists are loaded between two
//! transactions and changed only by what transactions tell, on the writer's thread, in commit order; on doubt all is
//! dropped. A message changes one room and one seat, however many members there are. It is a cache, never the truth.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lately_model::{Chat, ChatId, Removal, Room, Seat, User, UserId};
use lately_store::{Change, Observer, Snapshot, StoreError};
use parking_lot::{RwLock, RwLockReadGuard};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::webhook::Keyring;

/// How many removals are kept for one person.
const REMOVALS: usize = 1000;

/// How many seats are loaded by one statement.
const STEP: i64 = 10_000;

/// How much is resident.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gauge {
    /// People whose list is resident.
    pub lists: usize,
    /// Their rows.
    pub rows: usize,
    /// Rooms behind those rows.
    pub rooms: usize,
    /// How often everything was dropped on doubt.
    pub doubts: u64,
}

/// All that is resident.
pub struct Residents {
    state: RwLock<State>,
    tick: AtomicU64,
    doubts: AtomicU64,
    most_rows: usize,
}

/// The state behind the lock; readers see it as it was after some transaction.
#[derive(Default)]
pub struct State {
    people: FxHashMap<UserId, Arc<User>>,
    rooms: FxHashMap<ChatId, Arc<Room>>,
    lists: FxHashMap<UserId, List>,
    rows: usize,
}

/// One person's list.
#[derive(Default)]
pub struct List {
    seats: FxHashMap<ChatId, Seat>,
    removals: Vec<Removal>,
    used: AtomicU64,
}

impl List {
    /// Every seat, in no order.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.values()
    }

    /// How many seats.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// One seat.
    pub fn seat(&self, chat: ChatId) -> Option<&Seat> {
        self.seats.get(&chat)
    }

    /// The rows that went away, newest first.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }
}

impl State {
    /// A room behind some resident seat.
    pub fn room(&self, chat: ChatId) -> Option<&Arc<Room>> {
        self.rooms.get(&chat)
    }

    /// A person whom some resident row shows.
    pub fn person(&self, user: UserId) -> Option<&Arc<User>> {
        self.people.get(&user)
    }

    /// What one job changed. Rooms and people are kept only while some resident row shows them.
    fn apply(&mut self, changes: Vec<Change>) {
        let joined: FxHashSet<ChatId> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Seat(seat) if self.lists.contains_key(&seat.member.user_id) => {
                    Some(seat.member.chat_id)
                }
                _ => None,
            })
            .collect();
        let shown = |change: &Change| {
            let Change::Room(room) = change else { return false };
            self.rooms.contains_key(&room.chat.id) || joined.contains(&room.chat.id)
        };
        let shown = !joined.is_empty() || changes.iter().any(shown);
        for change in changes {
            self.apply_one(change, &joined, shown);
        }
    }

    fn apply_one(&mut self, change: Change, joined: &FxHashSet<ChatId>, shown: bool) {
        match change {
            Change::Room(room) => {
                let id = room.chat.id;
                if self.rooms.contains_key(&id) || joined.contains(&id) {
                    self.rooms.insert(id, Arc::new(*room));
                }
            }
            Change::Seat(seat) => self.put_seat(*seat),
            Change::SeatGone(user, chat) => {
                let gone = self.lists.get_mut(&user).and_then(|list| list.seats.remove(&chat));
                self.rows -= usize::from(gone.is_some());
            }
            Change::Removal(user, removal) => {
                let Some(list) = self.lists.get_mut(&user) else { return };
                list.removals.retain(|known| known.chat_id != removal.chat_id);
                list.removals.insert(0, removal);
                list.removals.truncate(REMOVALS);
            }
            Change::Uncounted(chat, ordinal, actor) => self.uncount(chat, ordinal, actor),
            Change::Person(user) => self.edit_person(*user),
            Change::Known(user) => {
                if shown || self.people.contains_key(&user.id) {
                    self.people.insert(user.id, Arc::new(*user));
                }
            }
            Change::Webhooks(_) | Change::Much => {}
        }
    }

    /// A seat whose room is not resident cannot be shown: that list is in doubt and goes.
    fn put_seat(&mut self, seat: Seat) {
        let (user, chat) = (seat.member.user_id, seat.member.chat_id);
        let Some(list) = self.lists.get_mut(&user) else { return };
        if !self.rooms.contains_key(&chat) {
            self.drop_list(user);
            return;
        }
        if list.seats.insert(chat, seat).is_none() {
            self.rows += 1;
        }
    }

    /// A message stopped counting for everybody who had not read it and did not cause it.
    fn uncount(&mut self, chat: ChatId, ordinal: i64, actor: UserId) {
        for (user, list) in &mut self.lists {
            if let Some(seat) = list.seats.get_mut(&chat)
                && *user != actor
                && seat.member.read_ordinal < ordinal
            {
                seat.settled += 1;
            }
        }
    }

    /// A changed name also changes the previews that mention it.
    fn edit_person(&mut self, user: User) {
        let (id, name) = (user.id, user.name());
        if let Some(known) = self.people.get_mut(&id) {
            *known = Arc::new(user);
        }
        for room in self.rooms.values_mut() {
            rename_mention(room, id, &name);
        }
    }

    fn drop_list(&mut self, user: UserId) {
        if let Some(list) = self.lists.remove(&user) {
            self.rows -= list.seats.len();
        }
    }

    /// Drops the lists unused longest until half the room is free, then what no list needs any more.
    fn evict(&mut self, most_rows: usize) {
        let mut ages: Vec<_> =
            self.lists.iter().map(|(user, list)| (list.used.load(Ordering::Relaxed), *user)).collect();
        ages.sort_unstable();
        for (_, user) in ages {
            if self.rows <= most_rows / 2 || self.lists.len() <= 1 {
                break;
            }
            self.drop_list(user);
        }
        let needed: FxHashSet<ChatId> =
            self.lists.values().flat_map(|list| list.seats.keys().copied()).collect();
        self.rooms.retain(|chat, _| needed.contains(chat));
        let shown: FxHashSet<UserId> =
            self.lists.values().flat_map(List::seats).filter_map(|seat| seat.peer).collect();
        let authors: FxHashSet<UserId> =
            self.rooms.values().filter_map(|room| room.last.as_ref()).map(|last| last.author_id).collect();
        self.people.retain(|user, _| shown.contains(user) || authors.contains(user));
    }
}

fn rename_mention(room: &mut Arc<Room>, user: UserId, name: &str) {
    let mentions = room.last.as_ref().is_some_and(|last| last.mentions.iter().any(|(id, _)| *id == user));
    if !mentions {
        return;
    }
    let room = Arc::make_mut(room);
    let Some(last) = room.last.as_mut() else { return };
    for (id, known) in &mut last.mentions {
        if *id == user {
            name.clone_into(known);
        }
    }
    last.refresh_preview();
}

impl Residents {
    /// Nothing resident yet; at most about `most_rows` rows ever.
    pub fn new(most_rows: usize) -> Self {
        let state = RwLock::new(State::default());
        Self { state, tick: AtomicU64::new(0), doubts: AtomicU64::new(0), most_rows }
    }

    /// Looks at a person's list, if it is resident.
    pub fn look<T>(&self, user: UserId, look: impl FnOnce(&State, &List) -> T) -> Option<T> {
        let state: RwLockReadGuard<'_, State> = self.state.read();
        let list = state.lists.get(&user)?;
        list.used.store(self.tick.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(look(&state, list))
    }

    /// Loads a person's list. Must run between two transactions ([`lately_store::Store::in_order`]).
    pub fn load(&self, snapshot: &Snapshot<'_>, user: UserId) -> Result<(), StoreError> {
        let mut seats = Vec::new();
        let mut after = ChatId(0);
        loop {
            let found = snapshot.seats(user, after, STEP)?;
            let Some((seat, _)) = found.last() else { break };
            after = seat.member.chat_id;
            seats.extend(found);
        }
        let removals = snapshot.removals(user)?;
        let people = self.missing_people(snapshot, &seats)?;
        let mut state = self.state.write();
        state.people.extend(people.into_iter().map(|person| (person.id, Arc::new(person))));
        state.drop_list(user);
        let mut list = List { removals, ..List::default() };
        list.used.store(self.tick.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        for (seat, room) in seats {
            let Chat { id, .. } = room.chat;
            state.rooms.insert(id, Arc::new(room));
            list.seats.insert(id, seat);
        }
        state.rows += list.seats.len();
        state.lists.insert(user, list);
        if state.rows > self.most_rows {
            state.evict(self.most_rows);
        }
        Ok(())
    }

    /// The people whom these rows show and who are not resident yet.
    fn missing_people(
        &self,
        snapshot: &Snapshot<'_>,
        seats: &[(Seat, Room)],
    ) -> Result<Vec<User>, StoreError> {
        let peers = seats.iter().filter_map(|(seat, _)| seat.peer);
        let authors = seats.iter().filter_map(|(_, room)| room.last.as_ref()).map(|last| last.author_id);
        let wanted: FxHashSet<UserId> = peers.chain(authors).filter(|user| !user.is_none()).collect();
        let missing: Vec<UserId> = {
            let state = self.state.read();
            wanted.into_iter().filter(|user| !state.people.contains_key(user)).collect()
        };
        snapshot.users(&missing)
    }

    /// Drops everything, because it may not be true any more.
    pub fn drop_all(&self) {
        self.doubts.fetch_add(1, Ordering::Relaxed);
        *self.state.write() = State::default();
    }

    /// How much is resident.
    pub fn gauge(&self) -> Gauge {
        let state = self.state.read();
        Gauge {
            lists: state.lists.len(),
            rows: state.rows,
            rooms: state.rooms.len(),
            doubts: self.doubts.load(Ordering::Relaxed),
        }
    }
}

/// What the store's writer tells: passed on to the resident lists and the keyring.
pub struct Hearing {
    /// The lists.
    pub residents: Arc<Residents>,
    /// The known webhooks.
    pub keyring: Arc<Keyring>,
}

impl Observer for Hearing {
    fn committed(&self, _position: i64, changes: Vec<Vec<Change>>) {
        if changes.iter().flatten().any(|change| matches!(change, Change::Much)) {
            return self.doubt();
        }
        for change in changes.iter().flatten() {
            match change {
                Change::Webhooks(user) => self.keyring.forget(*user),
                // Somebody who was dismissed must not get in any more.
                Change::Person(user) => self.keyring.forget(user.id),
                _ => {}
            }
        }
        let mut state = self.residents.state.write();
        for changes in changes {
            state.apply(changes);
        }
    }

    fn doubt(&self) {
        self.keyring.forget_all();
        self.residents.drop_all();
    }
}
