//! WebSockets: one task for each, which tells what waits and answers what is asked (pull.md 2).
//!
//! Must hold: a bad token is let in and closed with 4010, because clients retry a refused upgrade for ever. Whoever does
//! not read, does not answer, or asks without end is closed, and disturbs nobody else. Told to stop, it says so and ends
//! within seconds.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use futures_util::SinkExt;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::Push;
use super::body::Parcel;
use super::entry::Entry;
use super::hub::{End, Knock, Seat};
use super::mid::Mid;
use super::proto;
use super::record::{Envelope, Format};
use super::rpc::Budget;
use super::shape::service;
use crate::listen::Scheme;
use crate::web;

/// The largest frame that is read, in bytes.
const FRAME: usize = 256 * 1024;

/// What a connection keeps ready for reading and writing, in bytes: there may be ten thousand.
const BUFFER: usize = 4 * 1024;

/// How much may wait to be written at most, in bytes: more than any event has.
const MOST_WAITING: usize = 16 * 1024 * 1024;

/// How often a connection is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(10);

/// After how long without a word it is not.
const SILENCE: Duration = Duration::from_secs(75);

/// How long sending may take.
const SEND: Duration = Duration::from_secs(20);

/// How long a client may take to close after it was told to.
const GOODBYE: Duration = Duration::from_secs(1);

/// How many things are written before they are sent.
const AT_ONCE: usize = 32;

/// Serves the address of WebSockets.
pub async fn serve(
    State(push): State<Arc<Push>>,
    RawQuery(query): RawQuery,
    Extension(scheme): Extension<Scheme>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let mut response = web::not_found();
        *response.status_mut() = axum::http::StatusCode::UPGRADE_REQUIRED;
        return response;
    };
    let entry = push.admit(&query.unwrap_or_default(), scheme).await;
    let running = push.tasks.token();
    let upgrade = upgrade.max_message_size(FRAME).max_frame_size(FRAME).read_buffer_size(BUFFER);
    let upgrade = upgrade.write_buffer_size(BUFFER).max_write_buffer_size(MOST_WAITING);
    let converse = async move |socket| {
        let _running = running;
        match entry {
            Some(entry) => Talk::hold(socket, push, entry).await,
            None => close(socket, End::BadPass.code()).await,
        }
    };
    upgrade.on_upgrade(converse).into_response()
}

/// Closes, and waits for the other side to do so.
async fn close(mut socket: WebSocket, code: u16) {
    let frame = CloseFrame { code, reason: "".into() };
    let goodbye = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    drop(timeout(GOODBYE, goodbye).await);
}

/// Clients say of each event that they got it.
fn is_word_of_receipt(message: &Message) -> bool {
    matches!(message, Message::Text(text) if text.starts_with("mack:"))
}

/// Why a conversation ends.
enum Over {
    /// The other side went.
    Gone,
    /// With this code.
    Code(u16),
}

struct Talk {
    socket: WebSocket,
    push: Arc<Push>,
    entry: Entry,
    seat: Seat,
    budget: Budget,
    heard: Instant,
    /// The last thing that it was told, or had heard before.
    last: Mid,
    /// Whether the client was told that its pass ends.
    warned: bool,
}

impl Talk {
    async fn hold(socket: WebSocket, push: Arc<Push>, entry: Entry) {
        let Entry { pass, follows, .. } = entry;
        let knock = Knock { user: pass.user, credential: pass.credential, lasting: true, follows };
        let Some((seat, position)) = push.enter(knock).await else {
            return close(socket, End::Restart.code()).await;
        };
        let heard = Instant::now();
        let last = entry.after.unwrap_or(Mid::end_of(position));
        let budget = Budget::new(heard);
        let mut talk = Self { socket, push, entry, seat, budget, heard, last, warned: false };
        let cut = talk.seat.cut.clone();
        let stop = talk.push.stop.clone();
        let over = tokio::select! {
            biased;
            code = cut.ended() => Over::Code(code),
            () = stop.cancelled() => Over::Code(End::Restart.code()),
            over = talk.converse(position) => over,
        };
        if let Over::Code(code) = over {
            if code == End::Restart.code() {
                let parcel = service::restart(Mid::beside(talk.last));
                drop(timeout(GOODBYE, talk.write(&[parcel])).await);
            }
            close(talk.socket, code).await;
        }
    }

    async fn converse(&mut self, position: i64) -> Over {
        let mut ping = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pings = 1_u32;
        if let Err(over) = self.ping(pings).await {
            return over;
        }
        if let Some(after) = self.entry.after
            && let Err(over) = self.catch_up(after, position).await
        {
            return over;
        }
        loop {
            let step = tokio::select! {
                parcel = self.seat.queue.recv() => match parcel {
                    Some(parcel) => self.tell_all(parcel).await,
                    None => Err(Over::Gone),
                },
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    _ => Err(Over::Gone),
                },
                _ = ping.tick() => {
                    pings += 1;
                    self.ping(pings).await
                }
            };
            if let Err(over) = step {
                return over;
            }
        }
    }

    /// Tells what was missed up to `position`; what comes after that waits in the queue meanwhile.
    async fn catch_up(&mut self, after: Mid, position: i64) -> Result<(), Over> {
        let push = Arc::clone(&self.push);
        let mut missed = push.missed(self.entry.pass.user, after, position);
        // Without what was missed it must come again.
        let failed = |_| Over::Code(End::Slow.code());
        while let Some(parcels) = missed.next().await.map_err(failed)? {
            for some in parcels.chunks(AT_ONCE) {
                self.tell(some).await?;
            }
        }
        Ok(())
    }

    async fn tell_all(&mut self, first: Parcel) -> Result<(), Over> {
        let mut parcels = vec![first];
        while parcels.len() < AT_ONCE {
            let Ok(parcel) = self.seat.queue.try_recv() else { break };
            parcels.push(parcel);
        }
        self.tell(&parcels).await
    }

    /// Tells what is new: who was at another server may have heard more than this one has told yet.
    async fn tell(&mut self, parcels: &[Parcel]) -> Result<(), Over> {
        let fresh = parcels.iter().position(|parcel| parcel.mid > self.last).unwrap_or(parcels.len());
        let Some(parcels) = parcels.get(fresh..).filter(|fresh| !fresh.is_empty()) else { return Ok(()) };
        if let Some(last) = parcels.last() {
            self.last = last.mid;
        }
        self.budget.told(parcels.len());
        self.write(parcels).await
    }

    async fn write(&mut self, parcels: &[Parcel]) -> Result<(), Over> {
        let now = self.push.messenger.clock().now();
        let envelope = Envelope { channel: &self.entry.channel, now };
        let messages = match self.entry.format {
            Format::Binary => vec![Message::Binary(proto::told(parcels, now).into())],
            format => {
                let texts = format.texts(parcels, &envelope);
                texts.into_iter().map(|text| Message::Text(text.into())).collect()
            }
        };
        self.send(messages).await
    }

    async fn send(&mut self, messages: Vec<Message>) -> Result<(), Over> {
        let sending = async {
            for message in messages {
                self.socket.feed(message).await?;
            }
            self.socket.flush().await
        };
        match timeout(SEND, sending).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over::Gone),
        }
    }

    /// Clients of JSON-RPC know a word for it; whatever library is on the other side answers the protocol's own.
    async fn ping(&mut self, count: u32) -> Result<(), Over> {
        if self.heard.elapsed() > SILENCE {
            return Err(Over::Gone);
        }
        let mut messages = Vec::new();
        if self.entry.format == Format::JsonRpc {
            messages.push(Message::Text("ping".into()));
        }
        if count.is_multiple_of(3) {
            messages.push(Message::Ping(Default::default()));
        }
        self.send(messages).await?;
        self.look_at_the_pass().await
    }

    async fn hear(&mut self, message: Message) -> Result<(), Over> {
        self.heard = Instant::now();
        if !self.budget.spend(self.heard, is_word_of_receipt(&message)) {
            return Err(Over::Code(End::Flood.code()));
        }
        match message {
            Message::Text(text) => {
                self.look_at_the_pass().await?;
                let answer = self.push.asked(&self.entry.pass, &self.seat, &mut self.budget, &text).await;
                match answer {
                    Some(answer) => self.send(vec![Message::Text(answer.into())]).await,
                    None => Ok(()),
                }
            }
            Message::Binary(frame) if self.entry.format == Format::Binary => {
                match self.push.asked_binary(&self.entry.pass, &mut self.budget, &frame).await {
                    Some(answer) => self.send(vec![Message::Binary(answer.into())]).await,
                    None => Ok(()),
                }
            }
            Message::Close(_) => Err(Over::Gone),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => Ok(()),
        }
    }

    /// A pass that ends is told of once; a client that goes on with it is closed.
    async fn look_at_the_pass(&mut self) -> Result<(), Over> {
        if self.push.lasts(self.entry.pass) {
            return Ok(());
        }
        if self.warned {
            return Err(Over::Code(End::BadPass.code()));
        }
        self.warned = true;
        let parcel = service::expired(&self.entry.channel, Mid::beside(self.last));
        self.write(&[parcel]).await
    }
}
