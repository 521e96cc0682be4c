//! The order of one list, kept from look to look and repaired where something moved.
//!
//! Must hold: after [`Order::follow`] both orders are those that sorting all seats would give. A room that changes
//! tells nobody: it is written into the [`Journal`], and each list reads there what moved since it was last looked
//! at. So a message costs the same whatever the number of members, and a look what moved, not what there is.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;

use lately_model::{ChatId, MessageId, Moment, Seat};

use super::{State, place_of};

/// How many changed rooms are remembered; a list that missed more is sorted anew.
const JOURNAL: usize = 1 << 16;

/// Which rooms changed, one after another.
#[derive(Default)]
pub struct Journal {
    /// How many were forgotten before the first.
    forgotten: u64,
    rooms: VecDeque<ChatId>,
}

impl Journal {
    /// Notes that a room changed.
    pub fn note(&mut self, room: ChatId) {
        if self.rooms.len() == JOURNAL {
            self.rooms.pop_front();
            self.forgotten += 1;
        }
        self.rooms.push_back(room);
    }

    /// Where it ends now.
    pub fn end(&self) -> u64 {
        self.forgotten + self.rooms.len() as u64
    }

    /// The rooms that changed since it ended at `place`, unless they were forgotten or are more than `most`.
    fn since(&self, place: u64, most: usize) -> Option<impl Iterator<Item = ChatId> + '_> {
        let passed = usize::try_from(place.checked_sub(self.forgotten)?).ok()?;
        let few = self.rooms.len().saturating_sub(passed) <= most;
        few.then(|| self.rooms.iter().skip(passed).copied())
    }
}

/// By what the long list is ordered: pins in pin order, then the newest message first.
type LongKey = (i64, Reverse<(Moment, MessageId, ChatId)>);

/// The order of one list.
#[derive(Default)]
pub struct Order {
    /// Up to where the journal was followed.
    followed: u64,
    /// The seats that changed themselves since then.
    moved: Vec<ChatId>,
    /// Whether it was ever sorted, and no seat came or went since.
    sorted: bool,
    /// Changes whenever a seat or a room of the list did; never the same for two lists.
    stamp: u64,
    /// The places of all seats, the row that changed last first.
    updates: Vec<u32>,
    /// The places of the pinned ones.
    pins: Vec<u32>,
    /// The chats in the order of the long list, once that was asked for; shared with the walks over it.
    long: Option<Arc<Vec<ChatId>>>,
}

impl Order {
    /// A seat of the list is not what it was.
    pub fn seat_moved(&mut self, chat: ChatId, seats: usize) {
        if self.moved.len() < most_moves(seats) {
            self.moved.push(chat);
        } else {
            self.sorted = false;
        }
    }

    /// A seat came or went, so that places mean others.
    pub fn seats_shifted(&mut self) {
        self.sorted = false;
    }

    /// Brings it up to what the seats and rooms are now.
    pub fn follow(&mut self, seats: &[Seat], state: &State) {
        let end = state.journal.end();
        if self.sorted && self.followed == end && self.moved.is_empty() {
            return;
        }
        match self.moves(seats, state) {
            Some(moved) => self.repair(&moved, seats, state),
            None => self.sort(seats, state),
        }
        self.followed = end;
        self.moved.clear();
    }

    /// The chats of this list that moved, by number; `None` when sorting all is cheaper.
    fn moves(&mut self, seats: &[Seat], state: &State) -> Option<Vec<ChatId>> {
        if !self.sorted {
            return None;
        }
        let mut moved = std::mem::take(&mut self.moved);
        let rooms = state.journal.since(self.followed, most_read(seats.len()))?;
        moved.extend(rooms.filter(|chat| place_of(seats, *chat).is_some()));
        moved.sort_unstable();
        moved.dedup();
        (moved.len() <= most_moves(seats.len())).then_some(moved)
    }

    fn sort(&mut self, seats: &[Seat], state: &State) {
        let mut dated: Vec<(Reverse<Moment>, u32)> =
            (0..).zip(seats).map(|(place, seat)| (Reverse(updated(seat, state)), place)).collect();
        dated.sort_unstable();
        self.updates = dated.into_iter().map(|(_, place)| place).collect();
        self.pins = (0..).zip(seats).filter(|(_, seat)| seat.pinned()).map(|(place, _)| place).collect();
        if self.long.is_some() {
            self.long = Some(sort_long(seats, state));
        }
        self.sorted = true;
        self.stamp = state.new_stamp();
    }

    /// Takes out what moved; the rest is still in order, so each is put where it belongs.
    fn repair(&mut self, moved: &[ChatId], seats: &[Seat], state: &State) {
        if moved.is_empty() {
            return;
        }
        self.stamp = state.new_stamp();
        let places: Vec<u32> = moved.iter().filter_map(|chat| narrow(place_of(seats, *chat)?)).collect();
        take_out(&mut self.updates, &places);
        self.pins.retain(|pin| !places.contains(pin));
        for place in places {
            let Some(seat) = seats.get(place as usize) else { continue };
            let date = updated(seat, state);
            let later =
                |other: &u32| seats.get(*other as usize).is_some_and(|other| updated(other, state) > date);
            let at = self.updates.partition_point(later);
            self.updates.insert(at, place);
            if seat.pinned() {
                self.pins.push(place);
            }
        }
        if let Some(long) = &mut self.long {
            let long = Arc::make_mut(long);
            take_out(long, moved);
            let key = |chat: ChatId| {
                place_of(seats, chat).and_then(|place| seats.get(place)).map(|seat| long_key(seat, state))
            };
            for chat in moved {
                let own = key(*chat);
                let at = long.partition_point(|other| key(*other) < own);
                long.insert(at, *chat);
            }
        }
    }

    /// What tells this state of the list from every other.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// The places of the rows that changed at or after `oldest`, the last change first.
    pub fn since<'a>(&'a self, oldest: Option<Moment>, seats: &[Seat], state: &State) -> &'a [u32] {
        let Some(oldest) = oldest else { return &self.updates };
        let within =
            |place: &u32| seats.get(*place as usize).is_some_and(|seat| updated(seat, state) >= oldest);
        let count = self.updates.partition_point(within);
        self.updates.get(..count).unwrap_or_default()
    }

    /// The places of the pinned rows, in no order.
    pub fn pins(&self) -> &[u32] {
        &self.pins
    }

    /// The chats in the order of the long list, whether or not they have a row.
    pub fn long(&mut self, seats: &[Seat], state: &State) -> Arc<Vec<ChatId>> {
        Arc::clone(self.long.get_or_insert_with(|| sort_long(seats, state)))
    }

    /// About how much memory it takes beside its own size.
    pub fn bytes(&self) -> usize {
        let long = self.long.as_ref().map_or(0, |long| long.capacity() * size_of::<ChatId>());
        (self.updates.capacity() + self.pins.capacity()) * size_of::<u32>() + long
    }
}

/// How many moves are repaired one by one; beyond that sorting is cheaper.
fn most_moves(seats: usize) -> usize {
    seats / 64 + 16
}

/// How many notes of the journal are read; beyond that sorting is cheaper.
fn most_read(seats: usize) -> usize {
    seats * 2 + 64
}

fn narrow(place: usize) -> Option<u32> {
    u32::try_from(place).ok()
}

/// Takes out the values of `gone`, which ascend.
fn take_out<T: Ord>(list: &mut Vec<T>, gone: &[T]) {
    match gone {
        [one] => {
            if let Some(at) = list.iter().position(|other| other == one) {
                list.remove(at);
            }
        }
        many => list.retain(|other| many.binary_search(other).is_err()),
    }
}

fn sort_long(seats: &[Seat], state: &State) -> Arc<Vec<ChatId>> {
    let mut keys: Vec<LongKey> = seats.iter().map(|seat| long_key(seat, state)).collect();
    keys.sort_unstable();
    Arc::new(keys.into_iter().map(|(_, Reverse((_, _, chat)))| chat).collect())
}

fn long_key(seat: &Seat, state: &State) -> LongKey {
    let chat = seat.member.chat_id;
    let (date, newest) = match state.room(chat) {
        Some(room) => (seat.date(room), room.chat.last_message_id),
        None => (seat.member.updated_at, MessageId(0)),
    };
    let pin = if seat.pinned() { seat.member.pin_order } else { i64::MAX };
    (pin, Reverse((date, newest, chat)))
}

fn updated(seat: &Seat, state: &State) -> Moment {
    state.room(seat.member.chat_id).map_or(seat.member.updated_at, |room| seat.date_update(room))
}
