//! Who is connected to this server, and the queues behind which they are.
//!
//! Must hold: handing something over never waits: a connection whose queue is full is cut. A person listens as long as one
//! of their connections is there. Clients of an application are told what that tells them, and with its scope `im` what
//! happens in the messenger; whoever has
//! no other connection is not here. Everything is bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use lately_messenger::Messenger;
use lately_messenger::event::Ears;
use lately_model::{AppId, Moment, UserId};
use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::body::Parcel;
use crate::observe::metrics::Metrics;

/// How much may wait for one connection.
pub const QUEUE: usize = 256;

/// How many connections one person may have; the oldest makes room.
const PER_PERSON: usize = 64;

/// How many people one connection may watch.
const WATCHED: usize = 1000;

/// For how many seconds somebody who polls counts as here between two polls.
const BETWEEN_POLLS: i64 = 60;

/// Of how many people it is kept when they were last here.
const REMEMBERED: usize = 100_000;

/// Why a connection is ended, in the words of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum End {
    /// It did not read.
    Slow = 1013,
    /// The server stops.
    Restart = 1012,
    /// What let it in is not good any more.
    BadPass = 4010,
    /// It asked too much.
    Flood = 4014,
}

impl End {
    /// The code of the close frame.
    pub fn code(self) -> u16 {
        self as u16
    }
}

/// One connection, as the hub sees it.
struct Line {
    id: u64,
    credential: i64,
    /// Whether it is told what happens in the messenger.
    follows: bool,
    queue: mpsc::Sender<Parcel>,
    cut: Cut,
}

impl Line {
    /// The application whose client it is, if it is one's.
    fn app(&self) -> Option<AppId> {
        AppId::of_credential(self.credential)
    }
}

/// Ends a connection.
#[derive(Clone, Default)]
pub struct Cut {
    token: CancellationToken,
    code: Arc<AtomicU16>,
}

impl Cut {
    /// Ends it for this reason.
    pub fn end(&self, end: End) {
        self.code.store(end.code(), Ordering::Relaxed);
        self.token.cancel();
    }

    /// Waits for the end; answers its code.
    pub async fn ended(&self) -> u16 {
        self.token.cancelled().await;
        self.code.load(Ordering::Relaxed)
    }
}

/// A connection's own side. It leaves when this is dropped.
pub struct Seat {
    hub: Arc<Shared>,
    user: UserId,
    id: u64,
    /// What it is to be told.
    pub queue: mpsc::Receiver<Parcel>,
    /// Its end.
    pub cut: Cut,
    /// Whether its end is told to those who watch.
    lasting: bool,
    /// Whether it is the client of an application.
    of_app: bool,
}

/// A connection that waits to be let in.
pub struct Knock {
    /// Who it is.
    pub user: UserId,
    /// By which webhook.
    pub credential: i64,
    /// False for a poll, which ends with its answer.
    pub lasting: bool,
    /// Whether it is told what happens in the messenger, and not only what its application tells.
    pub follows: bool,
}

#[derive(Default)]
struct State {
    lines: FxHashMap<UserId, Vec<Line>>,
    next: u64,
    /// Which connections watch a person.
    watchers: FxHashMap<UserId, FxHashSet<(UserId, u64)>>,
    /// Whom a connection watches.
    watched: FxHashMap<u64, FxHashSet<UserId>>,
    /// When somebody left.
    left: FxHashMap<UserId, Moment>,
    /// Who is connected to other servers, and how long that is believed.
    elsewhere: FxHashMap<UserId, Moment>,
    /// Who came or went since that was told last.
    moved: Vec<UserId>,
}

struct Shared {
    state: Mutex<State>,
    ears: Arc<Ears>,
    messenger: Arc<Messenger>,
    metrics: Arc<Metrics>,
    moved: tokio::sync::Notify,
}

/// Who is connected.
pub struct Hub {
    shared: Arc<Shared>,
}

impl Hub {
    /// Nobody yet.
    pub fn new(ears: Arc<Ears>, messenger: Arc<Messenger>, metrics: Arc<Metrics>) -> Self {
        let (state, moved) = (Mutex::default(), tokio::sync::Notify::new());
        let shared = Shared { state, ears, messenger, metrics, moved };
        Self { shared: Arc::new(shared) }
    }

    /// Lets a connection in.
    pub fn enter(&self, knock: &Knock) -> Seat {
        let (sender, queue) = mpsc::channel(QUEUE);
        let cut = Cut::default();
        let mut state = self.shared.state.lock();
        state.next += 1;
        let id = state.next;
        let Knock { credential, follows, .. } = *knock;
        let line = Line { id, credential, follows, queue: sender, cut: cut.clone() };
        let of_app = line.app().is_some();
        let first = !of_app && !state.here(knock.user);
        let lines = state.lines.entry(knock.user).or_default();
        if lines.len() >= PER_PERSON {
            lines.remove(0).cut.end(End::Slow);
        }
        lines.push(line);
        // Whoever listens by an application only must still be told to go.
        self.shared.ears.open(knock.user);
        if first {
            self.shared.metrics.push.people.inc();
            state.moved.push(knock.user);
            self.shared.moved.notify_one();
        }
        drop(state);
        self.shared.metrics.push.connections.inc();
        Seat {
            hub: Arc::clone(&self.shared),
            user: knock.user,
            id,
            queue,
            cut,
            lasting: knock.lasting,
            of_app,
        }
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.shared.state.lock().lines.is_empty()
    }

    /// Hands something to every connection of a person.
    pub fn give(&self, user: UserId, parcel: &Parcel) {
        let state = self.shared.state.lock();
        let lines = state.lines.get(&user).into_iter().flatten();
        for line in lines.filter(|line| line.follows) {
            self.hand(line, parcel);
        }
    }

    /// Hands something to the clients that an application has at these people; `None` is to all of its clients.
    pub fn give_clients(&self, app: AppId, to: Option<&[UserId]>, parcel: &Parcel) {
        let state = self.shared.state.lock();
        let give = |lines: &Vec<Line>| {
            for line in lines.iter().filter(|line| line.app() == Some(app)) {
                self.hand(line, parcel);
            }
        };
        match to {
            Some(users) => users.iter().filter_map(|user| state.lines.get(user)).for_each(give),
            None => state.lines.values().for_each(give),
        }
    }

    fn hand(&self, line: &Line, parcel: &Parcel) {
        match line.queue.try_send(parcel.clone()) {
            Ok(()) => {
                self.shared.metrics.push.told.inc();
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                line.cut.end(End::Slow);
                self.shared.metrics.push.cuts.inc();
            }
            Err(mpsc::error::TrySendError::Closed(_)) => {}
        }
    }

    /// The webhooks by which a person is connected.
    pub fn credentials(&self, user: UserId) -> Vec<i64> {
        let state = self.shared.state.lock();
        let lines = state.lines.get(&user).into_iter().flatten();
        let mut found: Vec<i64> = lines.map(|line| line.credential).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Ends the connections of a person that came by this webhook.
    pub fn evict(&self, user: UserId, credential: i64) {
        let state = self.shared.state.lock();
        let lines = state.lines.get(&user).into_iter().flatten();
        for line in lines.filter(|line| line.credential == credential) {
            line.cut.end(End::BadPass);
        }
    }

    /// Ends every connection.
    pub fn end_all(&self, end: End) {
        for line in self.shared.state.lock().lines.values().flatten() {
            line.cut.end(end);
        }
    }

    /// From now on a connection is told when this person comes or goes. False when it watches too many.
    pub fn watch(&self, seat: &Seat, whom: UserId) -> bool {
        let mut state = self.shared.state.lock();
        let watched = state.watched.entry(seat.id).or_default();
        if watched.len() >= WATCHED && !watched.contains(&whom) {
            return false;
        }
        watched.insert(whom);
        state.watchers.entry(whom).or_default().insert((seat.user, seat.id));
        true
    }

    /// From now on it is not.
    pub fn unwatch(&self, seat: &Seat, whom: UserId) {
        self.shared.state.lock().unwatch(seat.user, seat.id, whom);
    }

    /// Tells those who watch a person.
    pub fn tell_watchers(&self, whom: UserId, parcel: &Parcel) {
        let state = self.shared.state.lock();
        for (user, id) in state.watchers.get(&whom).into_iter().flatten() {
            let lines = state.lines.get(user).into_iter().flatten();
            for line in lines.filter(|line| line.id == *id) {
                self.hand(line, parcel);
            }
        }
    }

    /// Who is connected, here or as far as other servers told.
    pub fn online(&self, user: UserId, now: Moment) -> bool {
        let state = self.shared.state.lock();
        state.here(user) || state.elsewhere.get(&user).is_some_and(|until| now < *until)
    }

    /// How many people are connected, here or as far as other servers told.
    pub fn connected(&self, now: Moment) -> usize {
        let state = self.shared.state.lock();
        let elsewhere =
            state.elsewhere.iter().filter(|(user, until)| now < **until && !state.lines.contains_key(*user));
        state.lines.len() + elsewhere.count()
    }

    /// Whether a person is connected to another server, as far as that told.
    pub fn elsewhere(&self, user: UserId, now: Moment) -> bool {
        self.shared.state.lock().elsewhere.get(&user).is_some_and(|until| now < *until)
    }

    /// When a person was last connected to this server.
    pub fn last_seen(&self, user: UserId) -> Option<Moment> {
        self.shared.state.lock().left.get(&user).copied()
    }

    /// Another server told that these are connected to it, which is believed until `until`. Answers those of whom that is
    /// news.
    pub fn heard_here(&self, users: &[UserId], now: Moment, until: Moment) -> Vec<UserId> {
        let mut state = self.shared.state.lock();
        let mut news = Vec::new();
        for user in users {
            let known = state.here(*user) || state.elsewhere.get(user).is_some_and(|until| now < *until);
            if state.elsewhere.len() < REMEMBERED {
                state.elsewhere.insert(*user, until);
            }
            if !known {
                news.push(*user);
            }
        }
        news
    }

    /// Another server told that a person left it. Whether they are away now.
    pub fn heard_gone(&self, user: UserId, now: Moment) -> bool {
        let mut state = self.shared.state.lock();
        state.elsewhere.remove(&user);
        state.note_left(user, now);
        !state.here(user)
    }

    /// Waits until somebody came or went; answers who, and whether they are here now.
    pub async fn moved(&self) -> Vec<(UserId, bool)> {
        loop {
            let moved = self.take_moved();
            if !moved.is_empty() {
                return moved;
            }
            self.shared.moved.notified().await;
        }
    }

    fn take_moved(&self) -> Vec<(UserId, bool)> {
        let now = self.shared.messenger.now();
        let mut state = self.shared.state.lock();
        let mut moved = std::mem::take(&mut state.moved);
        moved.sort_unstable();
        moved.dedup();
        let mut told = Vec::with_capacity(moved.len());
        for user in moved {
            let here = state.here(user);
            if !here {
                state.note_left(user, now);
            }
            told.push((user, here));
        }
        told
    }

    /// Everybody who is connected to this server.
    pub fn everybody(&self) -> Vec<UserId> {
        let state = self.shared.state.lock();
        state.lines.keys().copied().filter(|user| state.here(*user)).collect()
    }
}

impl State {
    /// Whether somebody is connected otherwise than by an application.
    fn here(&self, user: UserId) -> bool {
        self.lines.get(&user).into_iter().flatten().any(|line| line.app().is_none())
    }

    fn unwatch(&mut self, user: UserId, id: u64, whom: UserId) {
        if let Some(watched) = self.watched.get_mut(&id) {
            watched.remove(&whom);
        }
        if let Some(watchers) = self.watchers.get_mut(&whom) {
            watchers.remove(&(user, id));
            if watchers.is_empty() {
                self.watchers.remove(&whom);
            }
        }
    }

    fn note_left(&mut self, user: UserId, now: Moment) {
        if self.left.len() >= REMEMBERED {
            self.left.clear();
        }
        self.left.insert(user, now);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.hub.state.lock();
        for whom in state.watched.remove(&self.id).into_iter().flatten() {
            state.unwatch(self.user, self.id, whom);
        }
        if let Some(lines) = state.lines.get_mut(&self.user) {
            lines.retain(|line| line.id != self.id);
            if lines.is_empty() {
                state.lines.remove(&self.user);
                self.hub.ears.close(self.user);
            }
            if !self.of_app && !state.here(self.user) {
                self.hub.metrics.push.people.dec();
                if self.lasting {
                    state.moved.push(self.user);
                    self.hub.moved.notify_one();
                } else if state.elsewhere.len() < REMEMBERED {
                    let until = self.hub.messenger.now().plus(BETWEEN_POLLS);
                    state.elsewhere.insert(self.user, until);
                }
            }
        }
        drop(state);
        self.hub.metrics.push.connections.dec();
    }
}
