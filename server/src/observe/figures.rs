//! Figures that nobody counts on the way: they are looked up when somebody asks for the metrics.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use lately_messenger::Messenger;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Where the figures come from.
pub(super) struct Figures {
    messenger: Arc<Messenger>,
    started: Timestamp,
}

impl Figures {
    /// Figures of a process that starts now.
    pub(super) fn from_now_on(messenger: Arc<Messenger>) -> Self {
        let started = messenger.clock().now();
        Self { messenger, started }
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
        level(to, "lately_resident_rooms", "Chats behind those rows", resident.rooms)?;
        count(to, "lately_resident_doubts", "How often all lists were dropped on doubt", resident.doubts)?;
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
