//! The delivery: one task that reads the log of events and hands each to those who are connected.
//!
//! Must hold: it goes on from where it stands, in the order of the log, whoever committed. While nobody is connected it
//! reads nothing. A connection that enters is told from which position on it will hear; what it missed before that it
//! reads by itself. What is not in the log (somebody writes, comes, goes, publishes) is told in between.

use std::sync::Arc;
use std::time::Duration;

use lately_messenger::event::{Chapter, Tale};
use lately_model::{Event, UserId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use super::Push;
use super::body::Parcel;
use super::flash::{Flash, Flashed, HERE_EVERY};
use super::hub::{End, Knock, Seat};
use super::mid::Mid;
use super::shape;

/// How long to wait before a log that could not be read is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// What the delivery is asked for.
pub enum Order {
    /// Somebody comes in; answers from which position on they hear.
    Enter(Knock, oneshot::Sender<(Seat, i64)>),
    /// Something is told that is not in the log.
    Flash(Flash),
}

/// Delivers until the server stops.
pub async fn run(push: Arc<Push>, orders: mpsc::Receiver<Order>) {
    let stop = push.stop.clone();
    let delivery = Delivery { push, told: None, flashes: 0 };
    stop.run_until_cancelled(delivery.work(orders)).await;
}

struct Delivery {
    push: Arc<Push>,
    /// The position up to which everything was told; `None` while nobody is connected.
    told: Option<i64>,
    /// How many things were told that are not in the log.
    flashes: u32,
}

impl Delivery {
    async fn work(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut committed = self.push.messenger.committed();
        let push = Arc::clone(&self.push);
        let mut tick = interval_at(Instant::now() + HERE_EVERY, HERE_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut behind = false;
        loop {
            tokio::select! {
                biased;
                Some(order) = orders.recv() => self.take(order).await,
                moved = push.hub.moved() => self.tell_moved(moved),
                _ = tick.tick() => push.tell_here(),
                changed = committed.changed(), if !behind => match changed {
                    Ok(()) => {
                        behind = true;
                        self.count_backlog();
                    }
                    Err(_) => return,
                },
                () = std::future::ready(()), if behind => behind = self.read_on().await,
            }
        }
    }

    /// How many transactions wait to be told, for the metrics.
    fn count_backlog(&self) {
        let position = self.push.messenger.store_gauge().position;
        let backlog = self.told.map_or(0, |told| position.saturating_sub(told).max(0));
        self.push.metrics.push.backlog.set(backlog);
    }

    async fn take(&mut self, order: Order) {
        match order {
            Order::Enter(knock, reply) => {
                let Some(position) = self.position().await else { return };
                let seat = self.push.hub.enter(&knock);
                drop(reply.send((seat, position)));
            }
            Order::Flash(flash) => {
                for flashed in self.push.flashed(flash).await {
                    self.tell_flashed(flashed);
                }
            }
        }
    }

    fn tell_flashed(&mut self, flashed: Flashed) {
        self.flashes = self.flashes.wrapping_add(1);
        let mid = Mid::flash(self.told.unwrap_or_default(), self.flashes);
        match flashed {
            Flashed::Letter(letter) => {
                for (user, own) in letter.to {
                    let parcel = Parcel { mid, body: Arc::clone(&letter.body), own };
                    self.push.hub.give(user, &parcel);
                }
            }
            Flashed::OfApp(app, to, body) => {
                self.push.hub.give_clients(app, to.as_deref(), &Parcel { mid, body, own: None });
            }
            Flashed::Change(whom, body) => {
                self.push.hub.tell_watchers(whom, &Parcel { mid, body, own: None });
            }
        }
    }

    /// From where on somebody hears who enters now.
    async fn position(&mut self) -> Option<i64> {
        if self.told.is_none() {
            self.push.ears.forget();
            self.told = self.push.messenger.position().await.ok();
        }
        self.told
    }

    /// Tells who came to this server, or left it.
    fn tell_moved(&mut self, moved: Vec<(UserId, bool)>) {
        for (user, here) in moved {
            self.push.tell_others(&if here { Flash::Here(vec![user]) } else { Flash::Gone(user) });
            if !self.push.hub.elsewhere(user, self.push.now()) {
                let change = self.push.change(user, here);
                self.tell_flashed(change);
            }
        }
    }

    /// Tells the next transactions of the log. Whether there may be more.
    async fn read_on(&mut self) -> bool {
        let Some(told) = self.told else { return false };
        if self.push.hub.is_empty() {
            self.told = None;
            self.push.metrics.push.backlog.set(0);
            return false;
        }
        match self.push.messenger.tales(Arc::clone(&self.push.ears), told).await {
            Ok(Chapter { tales, upto, more }) => {
                for tale in &tales {
                    self.tell(tale).await;
                }
                if upto < told {
                    // What they have heard did not happen any more: they begin anew.
                    tracing::warn!(told, upto, "the database went back; all who listen are cut");
                    self.push.hub.end_all(End::Slow);
                    self.push.ears.forget();
                }
                self.told = Some(upto);
                if more {
                    self.count_backlog();
                } else {
                    self.push.metrics.push.backlog.set(0);
                }
                more
            }
            Err(error) => {
                tracing::debug!(%error, "the log of events cannot be read");
                sleep(PAUSE).await;
                true
            }
        }
    }

    async fn tell(&self, tale: &Tale) {
        if let Event::Access(user) | Event::Person(user) = tale.event {
            self.push.check(user).await;
        }
        for letter in shape::letters(tale, &self.push.wire()) {
            let mid = Mid::new(tale.place, letter.variant);
            for (user, own) in letter.to {
                let parcel = Parcel { mid, body: Arc::clone(&letter.body), own };
                self.push.hub.give(user, &parcel);
            }
        }
    }
}

impl Push {
    /// Ends the connections of a person whose webhook or place in the portal is gone.
    async fn check(&self, user: UserId) {
        for credential in self.hub.credentials(user) {
            if let Ok(false) = self.messenger.may_listen(user, credential).await {
                self.hub.evict(user, credential);
            }
        }
    }

    /// Lets somebody in. `None` when the server stops, or its database is away.
    pub async fn enter(&self, knock: Knock) -> Option<(Seat, i64)> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order::Enter(knock, reply)).await.ok()?;
        answer.await.ok()
    }
}
