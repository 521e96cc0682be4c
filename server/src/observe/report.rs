//! How the server is, for whoever looks after it: one answer made of the metrics, the store and the other servers.
//!
//! Must hold: every figure that `/metrics` has too is read from there. Looking costs a few statements and writes nothing.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use lately_messenger::{Error, Messenger};
use lately_model::Moment;
use serde_json::{Value, json};

use super::metrics::Metrics;
use super::nodes::{Node, Nodes, State, state};
use super::reading::{Method, Reading};
use crate::config::Config;
use crate::doctor::machine;
use crate::push::Push;
use crate::vault;

/// How many slow methods are named.
const SLOWEST: usize = 8;

/// What a report is made of.
pub struct Reporter {
    /// The use cases.
    pub messenger: Arc<Messenger>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who is connected.
    pub push: Arc<Push>,
    /// The settings of this server.
    pub config: Arc<Config>,
    /// The other servers.
    pub nodes: Arc<Nodes>,
    /// What tells this server from others.
    pub id: String,
    /// Where it answers.
    pub address: String,
    /// When it started.
    pub started: Timestamp,
}

impl Reporter {
    /// This server, as it tells others of itself.
    pub fn own(&self) -> Node {
        let reading = Reading::of(&self.metrics.text());
        let store = self.messenger.store_gauge();
        Node {
            id: self.id.clone(),
            address: self.address.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started.as_second(),
            position: store.position,
            available: store.available,
            stopping: self.push.stop.is_cancelled(),
            people: whole(reading.figure("lately_push_people")),
            requests: whole(reading.figure("lately_requests_last_minute")),
        }
    }

    /// Tells the other servers that this one stops.
    pub fn tell_stopping(&self) {
        self.nodes.tell(&Node { stopping: true, ..self.own() });
    }

    /// Everything, now.
    pub async fn report(&self) -> Result<Value, Error> {
        let (size, now) = (self.messenger.size().await?, self.messenger.now());
        let reading = Reading::of(&self.metrics.text());
        let figure = |name: &str| whole(reading.figure(name));
        let bus = self.messenger.bus_gauge();
        let slowest: Vec<Value> = reading.slowest(SLOWEST).into_iter().map(slow).collect();
        let backup = self.messenger.last_backup().await?;
        Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "engine": size.engine,
            "schema": size.schema,
            "shared": self.config.database.is_some(),
            "started_at": Moment(self.started.as_second()).atom(&jiff::tz::TimeZone::UTC),
            "uptime_seconds": figure("lately_uptime_seconds"),
            "database_bytes": size.database,
            "files": size.files,
            "files_bytes": size.file_bytes,
            "free": self.free().await,
            "memory_bytes": figure("process_resident_memory_bytes"),
            "people": size.people,
            "people_connected": self.push.hub.connected(now),
            "connections": figure("lately_push_connections"),
            "requests_last_minute": figure("lately_requests_last_minute"),
            "requests_in_flight": figure("lately_requests_in_flight"),
            "faults_last_day": figure("lately_faults_last_day"),
            "slowest": slowest,
            "push_backlog": figure("lately_push_backlog"),
            "store_queue": figure("lately_store_queue"),
            "store_position": figure("lately_store_position"),
            "bus": { "joined": bus.joined, "connected": bus.connected, "lag_milliseconds": bus.lag_millis },
            "nodes": self.everybody(now),
            "last_backup": backup.map(|at| at.atom(&jiff::tz::TimeZone::UTC)),
        }))
    }

    fn everybody(&self, now: Moment) -> Vec<Value> {
        let own = self.own();
        let here = state(&own, 0);
        let others = self.nodes.others(now);
        let mut all = vec![server(&own, here, now, true)];
        all.extend(others.iter().map(|(node, state, at)| server(node, *state, *at, false)));
        all
    }

    /// How much room there is where the server keeps things. Asking a disk may take a while.
    async fn free(&self) -> Vec<Value> {
        let mut places = vec![self.config.data.clone()];
        if self.config.files.s3_bucket.is_none() && self.config.files.directory.is_some() {
            places.push(vault::folder(&self.config));
        }
        let asked = tokio::task::spawn_blocking(move || places.into_iter().filter_map(room).collect());
        asked.await.unwrap_or_default()
    }
}

fn room(place: PathBuf) -> Option<Value> {
    let free = machine::free(&machine::nearest(&place)?).ok()?;
    Some(json!({ "place": place.display().to_string(), "bytes": free }))
}

fn server(node: &Node, state: State, heard: Moment, own: bool) -> Value {
    let utc = jiff::tz::TimeZone::UTC;
    json!({
        "address": node.address,
        "own": own,
        "state": state.word(),
        "version": node.version,
        "started_at": Moment(node.started).atom(&utc),
        "heard_at": heard.atom(&utc),
        "store_position": node.position,
        "people_connected": node.people,
        "requests_last_minute": node.requests,
    })
}

fn slow((name, method): (&str, &Method)) -> Value {
    let millis = |seconds: f64| (seconds * 1e6).round() / 1e3;
    json!({
        "method": name,
        "count": whole(method.count),
        "mean_milliseconds": millis(method.mean()),
        "most_within_milliseconds": method.nineteen_of_twenty().map(millis),
    })
}

/// Figures are whole numbers, far from where a float is not exact.
fn whole(figure: f64) -> i64 {
    figure.round() as i64
}
