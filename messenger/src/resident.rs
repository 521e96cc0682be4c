//! Resident recent lists: a person's seats and the rooms behind them, kept in memory once asked for.
//!
//! Must hold: what is resident equals a fresh load from the store at the same commit. Lists are changed only by what
//! transactions tell, on the writer's thread, in commit order; on doubt all is dropped. A message changes one room and
//! one seat, however many members there are. It is a cache, never the truth.

pub mod answers;
pub mod card;
pub mod list;
pub mod load;
pub mod order;
pub mod own;
pub mod sheet;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lately_model::{ChatId, Room, Seat, User, UserId, UserKind};
use lately_store::{Change, Observer};
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::watch;

use crate::absence::Attendance;
use crate::birthday::Birthdays;
use crate::bot::book::Book;
use crate::keyring::Keyring;
use crate::setting::Live;
use answers::Answers;
use card::Card;
use list::{List, place_of};
use load::Late;
use order::Journal;

/// An answer is worth keeping if fewer lists were looked at since its owner asked last.
const WORTH: u64 = 1000;

/// How much is resident.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gauge {
    /// People whose list is resident.
    pub lists: usize,
    /// Their rows.
    pub rows: usize,
    /// Rooms behind those rows.
    pub rooms: usize,
    /// About how many bytes of memory all of it takes, with the text made of it.
    pub bytes: usize,
    /// How often everything was dropped on doubt.
    pub doubts: u64,
}

/// All that is resident.
pub struct Residents {
    state: RwLock<State>,
    /// Whole answers, kept beside.
    pub answers: Answers,
    /// Whose birthday it is.
    pub birthdays: Birthdays,
    /// When somebody is away, or back.
    pub attendance: Attendance,
    /// The lists that are being loaded, with what closes when they are.
    loading: Mutex<FxHashMap<UserId, watch::Receiver<()>>>,
    tick: AtomicU64,
    doubts: AtomicU64,
    most_rows: usize,
}

/// The state behind the lock; readers see it as it was after some transaction.
#[derive(Default)]
pub struct State {
    people: FxHashMap<UserId, Box<Card<User>>>,
    rooms: FxHashMap<ChatId, Box<Card<Room>>>,
    lists: FxHashMap<UserId, List>,
    rows: usize,
    journal: Journal,
    /// Changes whenever somebody did, or became known.
    people_stamp: u64,
    stamps: AtomicU64,
    /// The position up to which the observer heard of everything, if that is known.
    heard: Option<i64>,
    late: Late,
}

impl State {
    /// A room behind some resident seat.
    pub fn room(&self, chat: ChatId) -> Option<&Card<Room>> {
        self.rooms.get(&chat).map(Box::as_ref)
    }

    /// A person whom some resident row shows.
    pub fn person(&self, user: UserId) -> Option<&Card<User>> {
        self.people.get(&user).map(Box::as_ref)
    }

    /// What tells this state of the people from every other.
    pub fn people_stamp(&self) -> u64 {
        self.people_stamp
    }

    /// A number that was never given before.
    fn new_stamp(&self) -> u64 {
        self.stamps.fetch_add(1, Ordering::Relaxed) + 1
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
                    self.put_room(*room);
                }
            }
            Change::Seat(seat) => self.put_seat(*seat),
            Change::SeatGone(user, chat) => {
                let gone = self.lists.get_mut(&user).is_some_and(|list| list.take(chat));
                self.rows -= usize::from(gone);
            }
            Change::Removal(user, removal) => {
                if let Some(list) = self.lists.get_mut(&user) {
                    list.put_removal(removal);
                }
            }
            Change::Uncounted(chat, ordinal, actor) => self.uncount(chat, ordinal, actor),
            Change::Person(user) => self.edit_person(*user),
            Change::Known(user) => {
                if shown || self.people.contains_key(&user.id) {
                    self.put_person(*user);
                }
            }
            Change::Webhooks(_)
            | Change::Sessions(_)
            | Change::App(_)
            | Change::Settings(_)
            | Change::Bots
            | Change::Errand
            | Change::Much => {}
        }
    }

    fn put_room(&mut self, room: Room) {
        let id = room.chat.id;
        self.rooms.insert(id, Box::new(Card::new(room)));
        self.journal.note(id);
    }

    /// Somebody who is known like this already keeps the card with its text.
    fn put_person(&mut self, user: User) {
        if self.people.get(&user.id).is_some_and(|known| ***known == user) {
            return;
        }
        self.people.insert(user.id, Box::new(Card::new(user)));
        self.people_stamp = self.new_stamp();
    }

    /// A seat whose room is not resident cannot be shown: that list is in doubt and goes.
    fn put_seat(&mut self, seat: Seat) {
        let (user, chat) = (seat.member.user_id, seat.member.chat_id);
        let Some(list) = self.lists.get_mut(&user) else { return };
        if !self.rooms.contains_key(&chat) {
            self.drop_list(user);
            return;
        }
        self.rows += usize::from(list.put(seat));
    }

    /// A message stopped counting for everybody who had not read it and did not cause it.
    fn uncount(&mut self, chat: ChatId, ordinal: i64, actor: UserId) {
        for (user, list) in &mut self.lists {
            let unread = |seat: &Seat| *user != actor && seat.member.read_ordinal < ordinal;
            if list.seat(chat).is_some_and(unread) {
                list.edit(chat, |seat| seat.settled += 1);
            }
        }
    }

    /// A changed name also changes the previews that mention it.
    fn edit_person(&mut self, user: User) {
        let (id, name) = (user.id, user.name());
        if self.people.contains_key(&id) {
            self.put_person(user);
        }
        let renamed: Vec<Room> =
            self.rooms.values().filter_map(|room| rename_mention(room, id, &name)).collect();
        for room in renamed {
            self.put_room(room);
        }
    }

    fn drop_list(&mut self, user: UserId) {
        if let Some(list) = self.lists.remove(&user) {
            self.rows -= list.seats().len();
        }
    }

    /// Drops the lists unused longest until half the room is free, then what no list needs any more.
    fn evict(&mut self, most_rows: usize) {
        let mut ages: Vec<_> = self.lists.iter().map(|(user, list)| (list.used(), *user)).collect();
        ages.sort_unstable();
        for (_, user) in ages {
            if self.rows <= most_rows / 2 || self.lists.len() <= 1 {
                break;
            }
            self.drop_list(user);
        }
        let seats = || self.lists.values().flat_map(List::seats);
        let needed: FxHashSet<ChatId> = seats().map(|seat| seat.member.chat_id).collect();
        let mut shown: FxHashSet<UserId> = seats().filter_map(|seat| seat.peer).collect();
        shown.extend(self.lists.keys());
        self.rooms.retain(|chat, _| needed.contains(chat));
        shown.extend(self.rooms.values().filter_map(|room| room.last.as_ref()).map(|last| last.author_id));
        self.people.retain(|user, _| shown.contains(user));
    }

    /// Forgets everything but which stamps were given and that somebody loads.
    fn clear(&mut self) {
        let stamps = AtomicU64::new(self.new_stamp());
        let mut late = std::mem::take(&mut self.late);
        late.forget();
        *self = Self { stamps, late, ..Self::default() };
    }

    /// Adds up; takes time by the number of rooms and people.
    fn bytes(&self) -> usize {
        const ENTRY: usize = 24;
        let rooms = self.rooms.values().map(|room| ENTRY + room.bytes(room_bytes(room)));
        let people = self.people.values().map(|user| ENTRY + user.bytes(user_bytes(user)));
        let lists = self.lists.values().map(|list| ENTRY + list.bytes());
        rooms.sum::<usize>() + people.sum::<usize>() + lists.sum::<usize>()
    }
}

/// What a room takes beside its own size.
fn room_bytes(room: &Room) -> usize {
    let chat = &room.chat;
    let texts =
        [&chat.title, &chat.description, &chat.color, &chat.avatar, &chat.entity_type, &chat.entity_id];
    let last = room.last.as_ref().map_or(0, |last| last.text.capacity());
    texts.into_iter().chain(&chat.entity_data).map(String::capacity).sum::<usize>() + last
}

/// What a user takes beside their own size.
fn user_bytes(user: &User) -> usize {
    let names = [&user.first_name, &user.last_name, &user.second_name, &user.email, &user.work_position];
    let profile = user.profile.iter().map(|(key, value)| 48 + key.capacity() + value.capacity());
    names.into_iter().chain([&user.avatar, &user.website]).map(String::capacity).sum::<usize>()
        + profile.sum::<usize>()
}

/// The room with the new name in it, if its newest message mentions the person by another.
fn rename_mention(room: &Room, user: UserId, name: &str) -> Option<Room> {
    let last = room.last.as_ref()?;
    last.mentions.iter().find(|(id, known)| *id == user && known != name)?;
    let mut last = last.clone();
    for (_, known) in last.mentions.iter_mut().filter(|(id, _)| *id == user) {
        name.clone_into(known);
    }
    Some(Room { chat: room.chat.clone(), last: Some(last) })
}

impl Residents {
    /// Nothing resident yet; at most about `most_rows` rows ever.
    pub fn new(most_rows: usize) -> Self {
        Self {
            state: RwLock::default(),
            answers: Answers::default(),
            birthdays: Birthdays::default(),
            attendance: Attendance::default(),
            loading: Mutex::default(),
            tick: AtomicU64::new(0),
            doubts: AtomicU64::new(0),
            most_rows,
        }
    }

    /// Looks at a person's list, if it is resident.
    pub fn look<T>(&self, user: UserId, look: impl FnOnce(Look<'_>) -> T) -> Option<T> {
        let state: RwLockReadGuard<'_, State> = self.state.read();
        let list = state.lists.get(&user)?;
        let often = list.look_at(self.next_tick(), WORTH);
        Some(look(Look { state: &state, list, often }))
    }

    fn next_tick(&self) -> u64 {
        self.tick.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether a person's list is there.
    pub fn holds(&self, user: UserId) -> bool {
        self.state.read().lists.contains_key(&user)
    }

    /// The observer has heard of everything up to this position. Must run between two transactions
    /// ([`lately_store::Store::in_order`]).
    pub fn heard(&self, position: i64) {
        self.state.write().heard = Some(position);
    }

    /// Drops everything, because it may not be true any more.
    pub fn drop_all(&self) {
        self.doubts.fetch_add(1, Ordering::Relaxed);
        self.birthdays.edited();
        self.attendance.doubt();
        self.state.write().clear();
    }

    /// How much is resident.
    pub fn gauge(&self) -> Gauge {
        let state = self.state.read();
        Gauge {
            lists: state.lists.len(),
            rows: state.rows,
            rooms: state.rooms.len(),
            bytes: state.bytes() + self.answers.bytes(),
            doubts: self.doubts.load(Ordering::Relaxed),
        }
    }
}

/// One look at a person's list.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// All that is resident.
    pub state: &'a State,
    /// The list.
    pub list: &'a List,
    /// Whether its owner looks at it often, compared with the others.
    pub often: bool,
}

/// What the store's writer tells: passed on to the resident lists and the keyring.
pub struct Hearing {
    /// The lists.
    pub residents: Arc<Residents>,
    /// The known credentials.
    pub keyring: Arc<Keyring>,
    /// The settings that administrators may change.
    pub live: Arc<Live>,
    /// The bots that are told what happens.
    pub book: Arc<Book>,
    /// Rung when all of that is done.
    pub bell: watch::Sender<()>,
    /// Rung when there may be something to tell applications.
    pub errands: watch::Sender<()>,
}

impl Observer for Hearing {
    fn committed(&self, position: i64, changes: Vec<Vec<Change>>) {
        if changes.iter().flatten().any(|change| matches!(change, Change::Much)) {
            return self.forget();
        }
        for change in changes.iter().flatten() {
            match change {
                Change::Webhooks(user) | Change::Sessions(user) => self.keyring.forget(*user),
                Change::App(_) => self.keyring.tokens.forget_all(),
                Change::Bots => self.book.forget(),
                // Somebody who was dismissed must not get in any more.
                Change::Person(user) => {
                    self.keyring.forget(user.id);
                    if user.kind == UserKind::Bot {
                        self.book.forget();
                    }
                    self.residents.birthdays.edited();
                    self.residents.attendance.heard(user.absent_until);
                }
                Change::Settings(stored) => self.live.changed(stored),
                _ => {}
            }
        }
        let errands = changes.iter().flatten().any(|change| *change == Change::Errand);
        let mut state = self.residents.state.write();
        state.late.note(position, &changes);
        for changes in changes {
            state.apply(changes);
        }
        state.heard = Some(position);
        drop(state);
        self.bell.send_replace(());
        if errands {
            self.errands.send_replace(());
        }
    }

    fn doubt(&self) {
        self.forget();
        self.errands.send_replace(());
    }
}

impl Hearing {
    fn forget(&self) {
        self.keyring.forget_all();
        self.live.doubt();
        self.book.forget();
        self.residents.drop_all();
        self.bell.send_replace(());
    }
}
