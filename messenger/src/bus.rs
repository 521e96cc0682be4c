//! The bus: processes that serve one portal tell each other at once what they committed, over NATS.
//!
//! Must hold: the bus is never the truth and nothing depends on it but time. What it loses, repeats or delays is found in
//! the store's outbox, which every process looks into anyway. A bus that is away holds nobody up: what cannot be told now
//! is dropped, and read there.
//!
//! Never decides anything: what is heard goes to the store's writer, which knows what comes next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, Message, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use lately_store::Told;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{Clock, Messenger};

/// How long the bus may take to get what was told before a stop.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Hears what a process of the same portal says beside its commits.
pub type Hear = Box<dyn Fn(&[u8]) + Send + Sync>;

/// What a process wants to say beside its commits, and who hears what others say: short notes that may be lost.
pub struct Notes {
    /// Notes to send; those that find it full are lost.
    pub out: mpsc::Receiver<Bytes>,
    /// Takes the notes of others.
    pub hear: Hear,
}

/// Why there is no bus.
#[derive(Debug, thiserror::Error)]
#[error("cannot join the bus at {address}: {reason}")]
pub struct BusError {
    /// Where it should be, without a password.
    pub address: String,
    /// Why not.
    pub reason: String,
}

/// How the bus is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gauge {
    /// Whether one is configured.
    pub joined: bool,
    /// Whether there is a connection now.
    pub connected: bool,
    /// Transactions told to others.
    pub sent: u64,
    /// Transactions that could not be told, and were left to the outbox.
    pub dropped: u64,
    /// Transactions heard from others.
    pub heard: u64,
    /// How long the last one heard was on its way, by both processes' clocks, in milliseconds.
    pub lag_millis: i64,
}

/// The messenger's side of the bus.
pub(crate) struct Bus {
    told: Mutex<Option<mpsc::Receiver<Told>>>,
    meter: Arc<Meter>,
}

#[derive(Default)]
struct Meter {
    joined: AtomicBool,
    connected: AtomicBool,
    sent: AtomicU64,
    dropped: AtomicU64,
    heard: AtomicU64,
    lag_millis: AtomicI64,
}

impl Bus {
    /// A bus that nobody has joined yet; `told` is what the store has to tell.
    pub(crate) fn new(told: mpsc::Receiver<Told>) -> Self {
        Self { told: Mutex::new(Some(told)), meter: Arc::default() }
    }
}

/// Connects to the bus at `address` once, and answers how long a word takes to it and back.
pub async fn reach(address: &str) -> Result<Duration, BusError> {
    let failed = |reason: String| BusError { address: bare(address), reason };
    let addresses: Vec<&str> = address.split(',').map(str::trim).collect();
    let client = ConnectOptions::new().name("lately").connect(addresses).await;
    let client = client.map_err(|error| failed(error.to_string()))?;
    let begun = Instant::now();
    client.flush().await.map_err(|error| failed(error.to_string()))?;
    Ok(begun.elapsed())
}

/// Without a password.
fn bare(address: &str) -> String {
    address.rsplit('@').next().unwrap_or(address).to_owned()
}

impl Messenger {
    /// How the bus is doing.
    pub fn bus_gauge(&self) -> Gauge {
        let meter = &self.bus.meter;
        Gauge {
            joined: meter.joined.load(Ordering::Relaxed),
            connected: meter.connected.load(Ordering::Relaxed),
            sent: meter.sent.load(Ordering::Relaxed),
            dropped: meter.dropped.load(Ordering::Relaxed),
            heard: meter.heard.load(Ordering::Relaxed),
            lag_millis: meter.lag_millis.load(Ordering::Relaxed),
        }
    }

    /// Joins the bus at `address` (`nats://HOST:PORT`, several with commas between them). Answers what carries the messages
    /// until `stop`; it must be run. A bus that is away now is waited for there.
    pub async fn join(
        self: &Arc<Self>,
        address: &str,
        notes: Notes,
        stop: CancellationToken,
    ) -> Result<impl Future<Output = ()> + Send + use<>, BusError> {
        let failed = |reason: String| BusError { address: bare(address), reason };
        let Some(told) = self.bus.told.lock().take() else {
            return Err(failed("this portal is on a bus already".to_owned()));
        };
        let back = Arc::new(Notify::new());
        let client = connect(address, Arc::clone(&self.bus.meter), Arc::clone(&back)).await;
        let client = client.map_err(|error| failed(error.to_string()))?;
        let topic = |word: &str| format!("lately.{}.{word}", self.store.name());
        let (changes, beside) = (topic("changes"), topic("notes"));
        let subscribe = |topic: String| async { client.subscribe(topic).await };
        let heard = subscribe(changes.clone()).await.map_err(|error| failed(error.to_string()))?;
        let noted = subscribe(beside.clone()).await.map_err(|error| failed(error.to_string()))?;
        self.bus.meter.joined.store(true, Ordering::Relaxed);
        let line = Line { messenger: Arc::clone(self), client, changes, beside, back };
        Ok(line.carry(told, notes, heard, noted, stop))
    }
}

async fn connect(
    address: &str,
    meter: Arc<Meter>,
    back: Arc<Notify>,
) -> Result<Client, async_nats::ConnectError> {
    let event = move |event| {
        let connected = match &event {
            Event::Connected => Some(true),
            Event::Disconnected | Event::Closed => Some(false),
            _ => None,
        };
        if let Some(connected) = connected {
            meter.connected.store(connected, Ordering::Relaxed);
            tracing::info!(%event, "bus");
        }
        if connected == Some(true) {
            back.notify_one();
        }
        std::future::ready(())
    };
    let addresses: Vec<&str> = address.split(',').map(str::trim).collect();
    let options = ConnectOptions::new().name("lately").no_echo().retry_on_initial_connect();
    options.event_callback(event).connect(addresses).await
}

/// A joined bus.
struct Line {
    messenger: Arc<Messenger>,
    client: Client,
    changes: String,
    beside: String,
    /// Rung when a connection is there again.
    back: Arc<Notify>,
}

impl Line {
    async fn carry(
        self,
        mut told: mpsc::Receiver<Told>,
        mut notes: Notes,
        mut heard: Subscriber,
        mut noted: Subscriber,
        stop: CancellationToken,
    ) {
        let talk = async {
            loop {
                tokio::select! {
                    Some(told) = told.recv() => self.tell(&told).await,
                    Some(note) = notes.out.recv() => drop(self.send(&self.beside, note).await),
                    Some(message) = heard.next() => self.hear(&message).await,
                    Some(message) = noted.next() => (notes.hear)(&message.payload),
                    // While there was none, others may have committed.
                    () = self.back.notified() => drop(self.messenger.catch_up().await),
                }
            }
        };
        let _ = stop.run_until_cancelled(talk).await;
        while let Ok(note) = notes.out.try_recv() {
            self.send(&self.beside, note).await;
        }
        // A bus that is away would take this only once it is back; what it does not get stands in the outbox.
        drop(timeout(LAST_WORDS, self.client.flush()).await);
    }

    async fn tell(&self, told: &Told) {
        let meter = &self.messenger.bus.meter;
        let sent = self.send(&self.changes, encode(told, self.messenger.clock.as_ref())).await;
        if sent { &meter.sent } else { &meter.dropped }.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether it went out. Nothing waits for a bus that is away.
    async fn send(&self, topic: &str, payload: Bytes) -> bool {
        let there = self.client.connection_state() == State::Connected;
        there && self.client.publish(topic.to_owned(), payload).await.is_ok()
    }

    async fn hear(&self, message: &Message) {
        let Some((told, at)) = decode(&message.payload) else {
            tracing::warn!("a message on the bus could not be read");
            return;
        };
        let meter = &self.messenger.bus.meter;
        meter.heard.fetch_add(1, Ordering::Relaxed);
        let lag = self.messenger.clock.now().as_millisecond().saturating_sub(at).max(0);
        meter.lag_millis.store(lag, Ordering::Relaxed);
        drop(self.messenger.store.hear(told).await);
    }
}

/// Position, time of sending in milliseconds, and changes, with spaces between them.
fn encode(told: &Told, clock: &dyn Clock) -> Bytes {
    format!("{} {} {}", told.position, clock.now().as_millisecond(), told.body).into()
}

fn decode(payload: &[u8]) -> Option<(Told, i64)> {
    let mut parts = std::str::from_utf8(payload).ok()?.splitn(3, ' ');
    let (position, at) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((Told { position, body: parts.next()?.into() }, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    #[test]
    fn what_is_told_is_heard_and_nothing_else_is() {
        let told = Told { position: 7, body: "[[\"a b\"]]".into() };
        let clock = SystemClock::default();
        let (heard, at) = decode(&encode(&told, &clock)).unwrap();
        assert_eq!((heard.position, &*heard.body), (7, "[[\"a b\"]]"));
        assert!(at > 1_700_000_000_000);
        for junk in [&b""[..], b"7", b"7 8", b"x 8 []", b"\xff 8 []"] {
            assert!(decode(junk).is_none());
        }
    }
}
