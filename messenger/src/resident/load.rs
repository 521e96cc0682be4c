//! Loading a list beside the writer, so that nobody who sends waits for it.
//!
//! Must hold: what is installed equals the list that loading between two transactions would have given. A list is read
//! from a snapshot at some position; meanwhile commits go on, and while anybody loads they are also kept in the
//! [`Late`] log. The list is installed once the observer has heard of all that the snapshot saw: what it heard of
//! beyond the snapshot is applied to the list first, by the same code that keeps resident lists. On doubt, or when the
//! log grew too long, the load begins again.
//!
//! Why nothing is missed or applied twice: positions grow by one with each transaction, within it. A load is announced
//! before its snapshot is taken, so each commit that the snapshot does not see is heard, and logged, after that.

use std::sync::Arc;

use lately_model::{ChatId, Removal, Room, Seat, User, UserId};
use lately_store::{Change, Snapshot, StoreError};
use rustc_hash::FxHashSet;
use tokio::sync::watch;

use super::card::Card;
use super::list::List;
use super::{Residents, State};

/// How many seats are loaded by one statement; more would only take memory that is not in use yet.
const STEP: i64 = 500;

/// How many changes are logged before the loads begin again.
const LOG: usize = 4096;

/// What was committed while lists were being loaded.
#[derive(Default)]
pub struct Late {
    /// How many lists are being loaded.
    loads: usize,
    /// Loads that were announced in an earlier age begin again.
    age: u64,
    batches: Vec<(i64, Vec<Vec<Change>>)>,
    changes: usize,
}

impl Late {
    /// Notes what a transaction changed, if anybody has to know.
    pub fn note(&mut self, position: i64, changes: &[Vec<Change>]) {
        if self.loads == 0 {
            return;
        }
        self.changes += changes.iter().map(Vec::len).sum::<usize>();
        if self.changes > LOG {
            self.forget();
        } else {
            self.batches.push((position, changes.to_vec()));
        }
    }

    /// The log is not whole any more.
    pub fn forget(&mut self) {
        self.age += 1;
        self.batches.clear();
        self.changes = 0;
    }
}

/// Who may load a list that is not resident.
pub enum Claim {
    /// The caller.
    Mine(Ticket),
    /// Somebody else does; the channel closes when they are done.
    Theirs(watch::Receiver<()>),
}

/// An announced load. It ends when this is dropped, with a list or without.
pub struct Ticket {
    residents: Arc<Residents>,
    user: UserId,
    age: u64,
    /// Closes when dropped.
    _done: watch::Sender<()>,
}

/// A list as a snapshot had it.
pub struct Loaded {
    position: i64,
    seats: Vec<(Seat, Room)>,
    removals: Vec<Removal>,
    /// Those of the people shown who were not resident, as far as they exist.
    people: Vec<User>,
    /// Whom was looked for.
    wanted: Vec<UserId>,
}

/// What became of a list that was to be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is resident.
    Installed,
    /// The observer has not heard of all that the snapshot saw.
    Behind,
    /// It must be loaded again.
    Spoiled,
}

/// Announces a load of a person's list, unless somebody loads it already.
pub fn claim(residents: &Arc<Residents>, user: UserId) -> Claim {
    let mut loading = residents.loading.lock();
    if let Some(theirs) = loading.get(&user) {
        return Claim::Theirs(theirs.clone());
    }
    let (done, waiting) = watch::channel(());
    loading.insert(user, waiting);
    drop(loading);
    let mut state = residents.state.write();
    state.late.loads += 1;
    let age = state.late.age;
    drop(state);
    Claim::Mine(Ticket { residents: Arc::clone(residents), user, age, _done: done })
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.residents.loading.lock().remove(&self.user);
        let late = &mut self.residents.state.write().late;
        late.loads -= 1;
        if late.loads == 0 {
            late.forget();
        }
    }
}

impl Ticket {
    /// Announces the load again, after it was spoiled.
    pub fn renew(&mut self) {
        self.age = self.residents.state.read().late.age;
    }

    /// Reads the list. People who are resident are not read again.
    pub fn read(user: UserId, residents: &Residents, snapshot: &Snapshot<'_>) -> Result<Loaded, StoreError> {
        let position = snapshot.position()?;
        let mut seats = Vec::new();
        let mut after = ChatId(0);
        loop {
            let found = snapshot.seats(user, after, STEP)?;
            let whole = found.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
            let Some((seat, _)) = found.last() else { break };
            after = seat.member.chat_id;
            seats.extend(found);
            if whole {
                break;
            }
        }
        let removals = snapshot.removals(user)?;
        let peers = seats.iter().filter_map(|(seat, _)| seat.peer);
        let authors = seats.iter().filter_map(|(_, room)| room.last.as_ref()).map(|last| last.author_id);
        let shown = peers.chain(authors).filter(|user| !user.is_none());
        let shown: FxHashSet<UserId> = shown.chain([user]).collect();
        let wanted: Vec<UserId> = {
            let state = residents.state.read();
            shown.into_iter().filter(|user| !state.people.contains_key(user)).collect()
        };
        let people = snapshot.users(&wanted)?;
        Ok(Loaded { position, seats, removals, people, wanted })
    }

    /// Makes the list resident if it is certain to be true now.
    pub fn install(&self, loaded: &mut Option<Loaded>) -> Outcome {
        let Some(taken) = loaded.take() else { return Outcome::Spoiled };
        let position = taken.position;
        let wanted = taken.wanted.clone();
        {
            let state = self.residents.state.read();
            if state.late.age != self.age {
                return Outcome::Spoiled;
            }
            if state.heard.is_none_or(|heard| heard < position) {
                *loaded = Some(taken);
                return Outcome::Behind;
            }
        }
        let mut alone = State::of(self.user, taken, self.residents.next_tick());
        let mut state = self.residents.state.write();
        if state.late.age != self.age {
            return Outcome::Spoiled;
        }
        let later = state.late.batches.iter().filter(|(at, _)| *at > position);
        for changes in later.flat_map(|(_, batch)| batch) {
            alone.apply(changes.iter().filter(|change| concerns(change, self.user)).cloned().collect());
        }
        if !state.take_in(alone, self.user, &wanted) {
            return Outcome::Spoiled;
        }
        if state.rows > self.residents.most_rows {
            state.evict(self.residents.most_rows);
        }
        Outcome::Installed
    }
}

/// Whether a change can matter to one person's list.
fn concerns(change: &Change, user: UserId) -> bool {
    match change {
        Change::Seat(seat) => seat.member.user_id == user,
        Change::SeatGone(owner, _) | Change::Removal(owner, _) => *owner == user,
        Change::Webhooks(_)
        | Change::Sessions(_)
        | Change::App(_)
        | Change::Settings(_)
        | Change::Bots
        | Change::Errand
        | Change::Much => false,
        Change::Room(_) | Change::Uncounted(..) | Change::Person(_) | Change::Known(_) => true,
    }
}

impl State {
    /// A state with nothing but one list and what it shows.
    fn of(user: UserId, loaded: Loaded, used: u64) -> Self {
        let mut state = Self::default();
        for person in loaded.people {
            state.put_person(person);
        }
        let mut own = Vec::with_capacity(loaded.seats.len());
        for (seat, room) in loaded.seats {
            state.rooms.insert(room.chat.id, Box::new(Card::new(room)));
            own.push(seat);
        }
        state.rows = own.len();
        state.lists.insert(user, List::new(own, loaded.removals, used));
        state
    }

    /// Takes a list over. Rooms and people that are there already are the same, and keep their text. Answers false if
    /// the list is in doubt, or shows somebody who went meanwhile.
    fn take_in(&mut self, mut alone: Self, user: UserId, wanted: &[UserId]) -> bool {
        let Some(list) = alone.lists.remove(&user) else { return false };
        let peers = list.seats().iter().filter_map(|seat| seat.peer);
        let authors = alone.rooms.values().filter_map(|room| room.last.as_ref()).map(|last| last.author_id);
        let mut shown = peers.chain(authors).filter(|user| !user.is_none()).chain([user]);
        let wanted: FxHashSet<&UserId> = wanted.iter().collect();
        let known = |user: &UserId| {
            self.people.contains_key(user) || alone.people.contains_key(user) || wanted.contains(user)
        };
        if !shown.all(|user| known(&user)) {
            return false;
        }
        for (id, person) in alone.people {
            if self.people.contains_key(&id) {
                continue;
            }
            self.people.insert(id, person);
            self.people_stamp = self.new_stamp();
        }
        for (id, room) in alone.rooms {
            self.rooms.entry(id).or_insert(room);
        }
        self.drop_list(user);
        self.rows += list.seats().len();
        self.lists.insert(user, list);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mine(residents: &Arc<Residents>) -> Option<Ticket> {
        match claim(residents, UserId(1)) {
            Claim::Mine(ticket) => Some(ticket),
            Claim::Theirs(_) => None,
        }
    }

    #[test]
    fn one_loads_and_the_others_wait_until_it_is_done() {
        let residents = Arc::new(Residents::new(10));
        let ticket = mine(&residents).unwrap();
        let Claim::Theirs(waiting) = claim(&residents, UserId(1)) else { panic!("two load") };
        assert!(matches!(claim(&residents, UserId(2)), Claim::Mine(_)), "another list is another load");
        assert!(waiting.has_changed().is_ok());
        drop(ticket);
        assert!(waiting.has_changed().is_err(), "closed");
        assert!(mine(&residents).is_some());
    }

    fn loaded(position: i64) -> Option<Loaded> {
        let owner = User { id: UserId(1), ..User::default() };
        Some(Loaded {
            position,
            seats: vec![],
            removals: vec![],
            people: vec![owner],
            wanted: vec![UserId(1)],
        })
    }

    #[test]
    fn a_list_waits_for_the_observer_and_starts_over_after_doubt() {
        let residents = Arc::new(Residents::new(10));
        let mut ticket = mine(&residents).unwrap();
        let mut list = loaded(7);
        assert_eq!(ticket.install(&mut list), Outcome::Behind, "nothing was heard yet");
        residents.heard(6);
        assert_eq!(ticket.install(&mut list), Outcome::Behind);
        residents.drop_all();
        residents.heard(7);
        assert_eq!(ticket.install(&mut list), Outcome::Spoiled);
        ticket.renew();
        assert_eq!(ticket.install(&mut loaded(7)), Outcome::Installed);
        assert!(residents.holds(UserId(1)));
    }

    #[test]
    fn what_came_after_the_snapshot_is_applied_and_nothing_else() {
        let residents = Arc::new(Residents::new(10));
        let ticket = mine(&residents).unwrap();
        let name =
            |first_name: &str| User { id: UserId(1), first_name: first_name.into(), ..User::default() };
        for (position, first_name) in [(6, "before"), (7, "seen"), (8, "later")] {
            let changes = vec![vec![Change::Person(Box::new(name(first_name)))]];
            let mut state = residents.state.write();
            state.late.note(position, &changes);
            state.heard = Some(position);
        }
        assert_eq!(ticket.install(&mut loaded(7)), Outcome::Installed);
        let state = residents.state.read();
        assert_eq!(state.person(UserId(1)).map(|user| user.first_name.as_str()), Some("later"));
    }

    #[test]
    fn a_log_that_grows_too_long_makes_loads_start_over_and_ends_with_the_last() {
        let residents = Arc::new(Residents::new(10));
        residents.heard(7);
        let ticket = mine(&residents).unwrap();
        let changes = vec![vec![Change::Webhooks(UserId(1)); LOG]];
        residents.state.write().late.note(8, &changes);
        residents.state.write().late.note(9, &changes);
        assert_eq!(ticket.install(&mut loaded(7)), Outcome::Spoiled);
        drop(ticket);
        residents.state.write().late.note(10, &changes);
        assert!(residents.state.read().late.batches.is_empty(), "nobody loads");
    }
}
