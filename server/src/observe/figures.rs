//! Figures that nobody counts on the way: they are looked up when somebody asks for the metrics.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use lately_messenger::Messenger;
use lately_store::BATCH_BOUNDS;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::minutes::Minutes;

/// Where the figures come from.
pub(super) struct Figures {
    messenger: Arc<Messenger>,
    lately: Arc<Minutes>,
    started: Timestamp,
}

impl Figures {
    /// Figures of a process that starts now.
    pub(super) fn from_now_on(messenger: Arc<Messenger>, lately: Arc<Minutes>) -> Self {
        let started = messenger.clock().now();
        Self { messenger, lately, started }
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figures").finish_non_exhaustive()
    }
}

impl Collector for Figures {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let to = &mut to;
        let resident = self.messenger.gauge();
        level(to, "lately_resident_people", "People whose recent list is in memory", resident.lists)?;
        level(to, "lately_resident_rows", "Rows of those lists", resident.rows)?;
        level(to, "lately_resident_bytes", "About how much memory they take", resident.bytes)?;
        level(to, "lately_resident_rooms", "Chats behind those rows", resident.rooms)?;
        count(to, "lately_resident_doubts", "How often all lists were dropped on doubt", resident.doubts)?;
        self.store(to)?;
        self.bus(to)?;
        let now = self.messenger.clock().now().as_second();
        let help = "Requests answered in the last minute";
        level(to, "lately_requests_last_minute", help, self.lately.last_minute(now))?;
        let help = "Requests that the server failed to answer in the last day";
        level(to, "lately_faults_last_day", help, self.lately.faults(now))?;
        let repaired = self.messenger.repaired();
        count(to, "lately_counters_repaired", "Chats whose counters a recount had to set right", repaired)?;
        let uptime = self.started.duration_until(self.messenger.clock().now()).as_secs();
        level(to, "lately_uptime_seconds", "For how long the server runs", uptime)?;
        if let Some(bytes) = resident_memory() {
            level(to, "process_resident_memory_bytes", "Memory of the process", bytes)?;
        }
        let Ok(files) = std::fs::read_dir("/proc/self/fd") else { return Ok(()) };
        level(to, "process_open_fds", "Open files and connections of the process", files.count())
    }
}

impl Figures {
    fn store(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let store = self.messenger.store_gauge();
        level(to, "lately_store_queue", "Jobs that wait for the writer", store.queue)?;
        level(to, "lately_store_available", "1 while the database answers", i64::from(store.available))?;
        level(to, "lately_store_position", "Transactions ever committed on the portal", store.position)?;
        count(to, "lately_store_commits", "Transactions committed by this server", store.commits)?;
        count(to, "lately_store_retries", "How often the writer began again", store.retries)?;
        count(to, "lately_store_statements", "Statements asked of the database", store.work.statements)?;
        let bounds = BATCH_BOUNDS.iter().map(|bound| *bound as f64).chain([f64::MAX]);
        let buckets: Vec<(f64, u64)> = bounds.zip(store.batches).collect();
        let help = "Jobs that shared a commit";
        to.encode_descriptor("lately_store_batch_size", help, None, MetricType::Histogram)?
            .encode_histogram::<NoLabelSet>(store.jobs as f64, store.commits, &buckets, None)
    }

    fn bus(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (bus, store) = (self.messenger.bus_gauge(), self.messenger.store_gauge());
        level(to, "lately_bus_joined", "1 when a bus is configured", i64::from(bus.joined))?;
        level(to, "lately_bus_connected", "1 while there is a connection to it", i64::from(bus.connected))?;
        level(
            to,
            "lately_bus_lag_milliseconds",
            "How long the last transaction was on its way",
            bus.lag_millis,
        )?;
        count(to, "lately_bus_sent", "Transactions told over the bus", bus.sent)?;
        count(to, "lately_bus_dropped", "Transactions that were left to the outbox", bus.dropped)?;
        count(to, "lately_bus_heard", "Transactions heard over the bus", bus.heard)?;
        count(
            to,
            "lately_neighbour_transactions",
            "Transactions of other processes, by bus or outbox",
            store.heard,
        )
    }
}

/// A figure that rises and falls.
fn level(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, figure: impl TryInto<i64>) -> fmt::Result {
    put(to, name, help, &ConstGauge::new(figure.try_into().unwrap_or(i64::MAX)))
}

/// A figure that only rises; `_total` is added to its name.
fn count(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, figure: u64) -> fmt::Result {
    put(to, name, help, &ConstCounter::new(figure))
}

fn put(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, metric: &impl EncodeMetric) -> fmt::Result {
    metric.encode(to.encode_descriptor(name, help, None, metric.metric_type())?)
}

/// As Linux tells it; elsewhere nothing is told.
fn resident_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
