//! Metrics: what is counted of requests, and what is looked up when somebody asks.
//!
//! Must hold: there is one meter for each method of the registry and one for all that is no method, made at the start,
//! so that recording touches a few numbers of its own and no map that grows. What was never called has no series.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::http::StatusCode;
use lately_messenger::Messenger;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::figures::Figures;
use super::minutes::Minutes;
use crate::rest::registry::{self, Method};

/// The upper ends of the histogram of durations, in seconds: from what memory answers to what nobody waits for.
const DURATIONS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Every status that an answer to a call can have; another one is counted as the last.
const CODES: [u16; 10] = [200, 400, 401, 403, 404, 405, 413, 429, 503, 500];

/// What stands for the name of a method that does not exist.
pub const UNKNOWN: &str = "unknown";

/// All that is counted in this process.
pub struct Metrics {
    registry: Registry,
    meters: HashMap<&'static str, Meter>,
    unknown: Meter,
    in_flight: Gauge,
    lately: Arc<Minutes>,
    /// What is counted of the push channel.
    pub push: PushMeter,
}

/// What is counted of the push channel.
#[derive(Default)]
pub struct PushMeter {
    /// Connections now, polls among them.
    pub connections: Gauge,
    /// People who have one.
    pub people: Gauge,
    /// Transactions that those who are connected were not told of yet.
    pub backlog: Gauge,
    /// Events handed to connections.
    pub told: Counter,
    /// Connections that were cut because they did not read.
    pub cuts: Counter,
}

impl PushMeter {
    fn register(registry: &mut Registry) -> Self {
        let meter = Self::default();
        let help = "Connections of the push channel, polls among them";
        registry.register("lately_push_connections", help, meter.connections.clone());
        registry.register("lately_push_people", "People who are connected", meter.people.clone());
        let help = "Transactions that those who are connected were not told of yet";
        registry.register("lately_push_backlog", help, meter.backlog.clone());
        registry.register("lately_push_events", "Events handed to connections", meter.told.clone());
        let help = "Connections that were cut because they did not read";
        registry.register("lately_push_cuts", help, meter.cuts.clone());
        meter
    }
}

/// What is counted of one method.
struct Meter {
    method: &'static str,
    all_requests: Family<Call, Counter>,
    all_durations: Family<Name, Histogram, Durations>,
    by_code: [(u16, OnceLock<Counter>); CODES.len()],
    durations: OnceLock<Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    method: &'static str,
    code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Name {
    method: &'static str,
}

/// Makes the histogram of one method.
#[derive(Debug, Clone)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(DURATIONS)
    }
}

impl Metrics {
    /// Counts from zero. `messenger` is asked for its own figures whenever somebody asks for the metrics.
    pub fn new(messenger: Arc<Messenger>) -> Self {
        let mut registry = Registry::default();
        let (requests, durations) = (Family::default(), Family::new_with_constructor(Durations));
        let in_flight = Gauge::default();
        registry.register("lately_requests", "Answered REST requests", requests.clone());
        registry.register(
            "lately_request_duration_seconds",
            "From a request's head to its answer, before the answer is sent",
            durations.clone(),
        );
        registry.register("lately_requests_in_flight", "REST requests being answered", in_flight.clone());
        let push = PushMeter::register(&mut registry);
        let lately = Arc::<Minutes>::default();
        registry.register_collector(Box::new(Figures::from_now_on(messenger, Arc::clone(&lately))));
        let meter = |method| Meter {
            method,
            all_requests: requests.clone(),
            all_durations: durations.clone(),
            by_code: CODES.map(|code| (code, OnceLock::new())),
            durations: OnceLock::new(),
        };
        let meters = registry::all().map(|method| (method.name, meter(method.name))).collect();
        Self { unknown: meter(UNKNOWN), meters, in_flight, lately, registry, push }
    }

    /// Everything as OpenMetrics text, which Prometheus reads.
    pub fn text(&self) -> String {
        let mut page = String::new();
        // Writing to memory does not fail.
        let _ = text::encode(&mut page, &self.registry);
        page
    }

    /// Counts a request as being answered until the value is dropped, even if its client goes away.
    pub fn begin(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight { gauge: &self.in_flight }
    }

    /// Counts an answer that was ready at this moment, in seconds since 1970.
    pub fn record(&self, method: Option<&Method>, status: StatusCode, seconds: f64, at: i64) {
        self.lately.note(at, status.is_server_error());
        let meter = method.and_then(|method| self.meters.get(method.name)).unwrap_or(&self.unknown);
        meter.duration().observe(seconds);
        meter.count(status).inc();
    }
}

impl Meter {
    fn duration(&self) -> &Histogram {
        let name = Name { method: self.method };
        self.durations.get_or_init(|| self.all_durations.get_or_create_owned(&name))
    }

    fn count(&self, status: StatusCode) -> &Counter {
        let [.., other] = &self.by_code;
        let known = self.by_code.iter().find(|(code, _)| *code == status.as_u16());
        let (code, counter) = known.unwrap_or(other);
        let call = || Call { method: self.method, code: *code };
        counter.get_or_init(|| self.all_requests.get_or_create_owned(&call()))
    }
}

/// A request being answered.
pub struct InFlight<'a> {
    gauge: &'a Gauge,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}
