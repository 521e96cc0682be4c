//! The REST API: transport, the registry of methods, their parameters and their shapes on the wire (core.md).

pub mod answer;
pub mod batch;
pub mod call;
pub mod envelope;
pub mod filter;
pub mod inline;
pub mod limits;
pub mod methods;
pub mod params;
pub mod reference;
pub mod refusal;
pub mod registry;
pub mod schema;
pub mod shape;
pub mod transport;
pub mod xml;

use std::sync::Arc;

use jiff::tz::TimeZone;
use lately_messenger::Messenger;

use crate::oauth::shape::Places;
use crate::observe::metrics::Metrics;
use crate::push::Push;
use limits::Limits;

/// What every call needs.
pub struct Portal {
    /// The use cases.
    pub messenger: Arc<Messenger>,
    /// The zone of every date on the wire.
    pub zone: TimeZone,
    /// The public address, without a slash at its end.
    pub base_url: String,
    /// The same, and where its authorization host is.
    pub places: Places,
    /// What is counted of the calls.
    pub metrics: Arc<Metrics>,
    /// The push channel.
    pub push: Arc<Push>,
    /// Rate limits, off unless configured.
    pub limits: Limits,
    /// The largest body that is read, in bytes.
    pub body_limit: usize,
    /// Whether plain HTTP is refused.
    pub require_https: bool,
}
