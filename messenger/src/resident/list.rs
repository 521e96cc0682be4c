//! One person's list: their seats and the rows that went away.

use std::sync::atomic::{AtomicU64, Ordering};

use lately_model::{ChatId, Removal, Seat};
use parking_lot::{Mutex, MutexGuard};

use super::State;
use super::order::Order;

/// How many removals are kept for one person.
const REMOVALS: usize = 1000;

/// One person's list.
#[derive(Default)]
pub struct List {
    /// By chat number.
    seats: Vec<Seat>,
    removals: Vec<Removal>,
    order: Mutex<Order>,
    /// By the count of looks, when it was loaded.
    loaded: u64,
    /// By the same count, when it was last looked at; zero for never.
    looked: AtomicU64,
}

impl List {
    /// A list of these seats, given by chat number.
    pub(super) fn new(mut seats: Vec<Seat>, mut removals: Vec<Removal>, loaded: u64) -> Self {
        seats.shrink_to_fit();
        removals.shrink_to_fit();
        Self { seats, removals, order: Mutex::default(), loaded, looked: AtomicU64::default() }
    }

    /// Every seat, by chat number.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// One seat.
    pub fn seat(&self, chat: ChatId) -> Option<&Seat> {
        self.seats.get(place_of(&self.seats, chat)?)
    }

    /// The seats at these places.
    pub fn at(&self, places: Vec<u32>) -> impl Iterator<Item = &Seat> {
        places.into_iter().filter_map(|place| self.seats.get(place as usize))
    }

    /// The rows that went away, newest first.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// The order, up to date. Whoever looks at the same list waits meanwhile.
    pub fn order(&self, state: &State) -> MutexGuard<'_, Order> {
        let mut order = self.order.lock();
        order.follow(&self.seats, state);
        order
    }

    /// Notes that it is looked at now; answers whether that was so fewer than `most` looks at any list ago.
    pub(super) fn look_at(&self, tick: u64, most: u64) -> bool {
        let before = self.looked.swap(tick, Ordering::Relaxed);
        before > 0 && tick.saturating_sub(before) < most
    }

    /// When it was last of use.
    pub(super) fn used(&self) -> u64 {
        self.looked.load(Ordering::Relaxed).max(self.loaded)
    }

    /// Puts a seat in place of the one in the same chat. Answers whether there was none.
    pub(super) fn put(&mut self, seat: Seat) -> bool {
        let chat = seat.member.chat_id;
        match self.seats.binary_search_by_key(&chat, |seat| seat.member.chat_id) {
            Ok(place) => {
                if let Some(known) = self.seats.get_mut(place) {
                    *known = seat;
                }
                self.order.get_mut().seat_moved(chat, self.seats.len());
                false
            }
            Err(place) => {
                self.seats.insert(place, seat);
                self.order.get_mut().seats_shifted();
                true
            }
        }
    }

    /// Takes a seat away. Answers whether it was there.
    pub(super) fn take(&mut self, chat: ChatId) -> bool {
        let Some(place) = place_of(&self.seats, chat) else { return false };
        self.seats.remove(place);
        self.order.get_mut().seats_shifted();
        true
    }

    /// Changes a seat, if it is there.
    pub(super) fn edit(&mut self, chat: ChatId, edit: impl FnOnce(&mut Seat)) {
        let Some(seat) = place_of(&self.seats, chat).and_then(|place| self.seats.get_mut(place)) else {
            return;
        };
        edit(seat);
        self.order.get_mut().seat_moved(chat, self.seats.len());
    }

    /// Notes that a row went away.
    pub(super) fn put_removal(&mut self, removal: Removal) {
        self.removals.retain(|known| known.chat_id != removal.chat_id);
        self.removals.insert(0, removal);
        self.removals.truncate(REMOVALS);
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.seats.capacity() * size_of::<Seat>()
            + self.removals.capacity() * size_of::<Removal>()
            + self.order.lock().bytes()
    }
}

/// Where a chat's seat is.
pub(super) fn place_of(seats: &[Seat], chat: ChatId) -> Option<usize> {
    seats.binary_search_by_key(&chat, |seat| seat.member.chat_id).ok()
}
