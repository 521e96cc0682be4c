//! The push channel: clients hear of events at once, over WebSockets or long polling (pull.md).
//!
//! Owns tokens and channels, who is connected, the delivery of events to them, and what connected clients ask. Must hold:
//! each connection has a bounded queue; one that does not read is cut and goes on later from the last event that it got,
//! and no other waits for it meanwhile. What is delivered comes from the log of events, so every server of a portal
//! delivers all of it, and a client may come back to any of them.
//!
//! Never decides who may hear of what: that is `messenger/src/event.rs`. Only `push/shape` knows the keys of events.

pub mod body;
pub mod deliver;
pub mod entry;
pub mod flash;
pub mod hub;
pub mod mid;
pub mod missed;
pub mod poll;
pub mod proto;
pub mod publish;
pub mod record;
pub mod rpc;
pub mod shape;
pub mod socket;
pub mod token;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::{any, post};
use bytes::Bytes;
use jiff::tz::TimeZone;
use lately_messenger::Messenger;
use lately_messenger::event::Ears;
use lately_model::{Moment, Revision};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::observe::metrics::Metrics;
use crate::rest::shape::Wire;
use deliver::Order;
use flash::Flash;
use hub::Hub;
use token::Signer;

/// Where WebSockets are.
pub const SOCKET_PATH: &str = "/bitrix/subws/";
/// Where events are polled.
pub const POLL_PATH: &str = "/bitrix/sub/";
/// Where pollers tell what they have read, and publish.
pub const PUBLISH_PATH: &str = "/bitrix/rest/";

/// How many orders wait for the delivery.
const ORDERS: usize = 1024;

/// What starts every note of the push channel on the bus.
const NOTE: &[u8] = b"push ";

/// The two addresses of a portal, without a slash at their ends.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Beginning with `http://`.
    pub plain: String,
    /// Beginning with `https://`.
    pub secure: String,
}

/// The push channel of one server.
pub struct Push {
    /// The use cases.
    pub messenger: Arc<Messenger>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who is connected.
    pub hub: Hub,
    /// Signs and checks tokens.
    pub signer: Signer,
    /// Where clients find it.
    pub addresses: Addresses,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
    /// What its connections run as.
    pub tasks: TaskTracker,
    /// Whether plain HTTP is refused.
    pub require_https: bool,
    ears: Arc<Ears>,
    zone: TimeZone,
    base_url: String,
    orders: mpsc::Sender<Order>,
    notes: OnceLock<mpsc::Sender<Bytes>>,
}

/// What a push channel is made of.
pub struct Parts {
    /// See [`Push::messenger`].
    pub messenger: Arc<Messenger>,
    /// See [`Push::metrics`].
    pub metrics: Arc<Metrics>,
    /// The secret of all servers of the portal.
    pub secret: String,
    /// See [`Push::addresses`].
    pub addresses: Addresses,
    /// The zone of dates.
    pub zone: TimeZone,
    /// The public address.
    pub base_url: String,
    /// See [`Push::stop`].
    pub stop: CancellationToken,
    /// See [`Push::tasks`].
    pub tasks: TaskTracker,
    /// See [`Push::require_https`].
    pub require_https: bool,
}

impl Push {
    /// Starts to deliver, until told to stop.
    pub fn start(parts: Parts) -> Arc<Self> {
        let (orders, waiting) = mpsc::channel(ORDERS);
        let ears: Arc<Ears> = Arc::default();
        let push = Arc::new(Self {
            hub: Hub::new(Arc::clone(&ears), Arc::clone(&parts.messenger), Arc::clone(&parts.metrics)),
            signer: Signer::new(&parts.secret),
            messenger: parts.messenger,
            metrics: parts.metrics,
            addresses: parts.addresses,
            stop: parts.stop,
            tasks: parts.tasks,
            require_https: parts.require_https,
            ears,
            zone: parts.zone,
            base_url: parts.base_url,
            orders,
            notes: OnceLock::new(),
        });
        push.tasks.spawn(deliver::run(Arc::clone(&push), waiting));
        push
    }

    /// From now on tells the other servers of the portal what is not in the log.
    pub fn share(&self, notes: mpsc::Sender<Bytes>) {
        drop(self.notes.set(notes));
    }

    /// Another server told something. False when it is no note of the push channel.
    pub fn hear(&self, note: &[u8]) -> bool {
        let Some(note) = note.strip_prefix(NOTE) else { return false };
        if let Ok(flash) = serde_json::from_slice::<Flash>(note) {
            drop(self.orders.try_send(Order::Flash(flash)));
        }
        true
    }

    /// Something happened that nobody needs to hear of later. When too much of it waits, it is lost.
    pub fn flash(&self, flash: Flash) {
        self.tell_others(&flash);
        drop(self.orders.try_send(Order::Flash(flash)));
    }

    /// Tells the other servers only.
    fn tell_others(&self, flash: &Flash) {
        let Some(notes) = self.notes.get() else { return };
        let Ok(text) = serde_json::to_vec(flash) else { return };
        drop(notes.try_send([NOTE, &text].concat().into()));
    }

    /// The portal's present moment.
    pub fn now(&self) -> Moment {
        self.messenger.now()
    }

    fn wire(&self) -> Wire<'_> {
        Wire {
            zone: &self.zone,
            base_url: &self.base_url,
            revision: Revision::R33,
            language: self.messenger.language(),
        }
    }
}

/// The routes of the push channel.
pub fn routes(push: Arc<Push>) -> Router {
    let bare = |path: &str| path.trim_end_matches('/').to_owned();
    Router::new()
        .route(SOCKET_PATH, any(socket::serve))
        .route(&bare(SOCKET_PATH), any(socket::serve))
        .route(POLL_PATH, any(poll::serve))
        .route(&bare(POLL_PATH), any(poll::serve))
        .route(PUBLISH_PATH, post(publish::serve).options(poll::preflight))
        .route(&bare(PUBLISH_PATH), post(publish::serve).options(poll::preflight))
        .with_state(push)
}
