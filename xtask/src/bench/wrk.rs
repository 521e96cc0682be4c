//! The load generator.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;

/// The end of each script: what came out, in one line.
pub const TELL: &str = r#"
done = function(summary, latency, requests)
  local e = summary.errors
  local bad = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), bad))
end
"#;

/// How many threads make the load.
pub const THREADS: u32 = 2;

/// How a server fared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Requests a second.
    pub rate: f64,
    /// The time within which half of the answers came, in milliseconds.
    pub p50: f64,
    /// The time within which all but one of a hundred answers came, in milliseconds.
    pub p99: f64,
}

/// Sends the same request for so many seconds, each connection waiting for its answer.
pub fn run(url: &str, script: &Path, connections: u32, seconds: u64) -> Result<Figures> {
    let (threads, seconds) = (THREADS.min(connections), format!("{seconds}s"));
    let mut command = Command::new("wrk");
    command.args(["-t", &threads.to_string(), "-c", &connections.to_string(), "-d", &seconds, "-s"]);
    let told = run::output(command.arg(script).arg(url))?;
    read(&told).with_context(|| format!("wrk at {url}"))
}

fn read(told: &str) -> Result<Figures> {
    let line = told.lines().find_map(|line| line.strip_prefix("figures ")).context("no figures")?;
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[requests, duration, p50, p99, bad] = numbers.as_slice() else { bail!("not five figures: {line}") };
    if bad > 0.0 {
        bail!("{bad} of {requests} requests failed");
    }
    Ok(Figures { rate: requests / (duration / 1e6), p50: p50 / 1e3, p99: p99 / 1e3 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_among_other_lines() {
        let figures = read("Running 5s test\nfigures 1000 5000000 250 1500 0\n").unwrap();
        assert_eq!(figures, Figures { rate: 200.0, p50: 0.25, p99: 1.5 });
    }

    #[test]
    fn a_load_with_failures_gives_no_figures() {
        assert!(read("figures 1000 5000000 250 1500 3\n").is_err());
        assert!(read("figures 1000\n").is_err());
    }
}
