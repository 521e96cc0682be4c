//! The load generator.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;

/// The beginning of each script: threads know their place, from 0 on, and send the requests they made in turn.
pub const EACH_THREAD: &str = r#"
wrk.headers["Content-Type"] = "application/json"
local places = 0
function setup(thread)
  thread:set("place", places)
  places = places + 1
end
local requests, turn = {}, 0
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
local function add(verb, path, body)
  requests[#requests + 1] = wrk.format(verb, path, nil, body)
end
"#;

/// After it come the lines that make the requests, and `end`.
pub const BEGIN: &str = "function init()\n";

/// The end of each script: what came out, in one line.
pub const TELL: &str = r#"
done = function(summary, latency, requests)
  local e = summary.errors
  local bad = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), bad))
end
"#;

/// How many threads make most loads.
pub const THREADS: u32 = 2;

/// What came out of a load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// How many requests were answered.
    pub requests: f64,
    /// Requests a second.
    pub rate: f64,
    /// The time within which half of the answers came, in milliseconds.
    pub p50: f64,
    /// The time within which all but one of a hundred answers came, in milliseconds.
    pub p99: f64,
}

/// Sends the requests of the script for so many seconds, each connection waiting for its answer.
pub fn run(origin: &str, script: &Path, threads: u32, connections: u32, seconds: u64) -> Result<Figures> {
    let seconds = format!("{seconds}s");
    // However slow an answer is, it is a figure and no failure.
    let mut command = Command::new("wrk");
    command.args([
        "-t",
        &threads.to_string(),
        "-c",
        &connections.to_string(),
        "-d",
        &seconds,
        "--timeout",
        "60s",
        "-s",
    ]);
    let told = run::output(command.arg(script).arg(origin))?;
    read(&told).with_context(|| format!("wrk at {origin}"))
}

/// Finds the line of figures among others.
pub fn read(told: &str) -> Result<Figures> {
    let line = told.lines().find_map(|line| line.strip_prefix("figures ")).context("no figures")?;
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[requests, duration, p50, p99, bad] = numbers.as_slice() else { bail!("not five figures: {line}") };
    if bad > 0.0 {
        bail!("{bad} of {requests} requests failed");
    }
    Ok(Figures { requests, rate: requests / (duration / 1e6), p50: p50 / 1e3, p99: p99 / 1e3 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_among_other_lines() {
        let figures = read("Running 5s test\nfigures 1000 5000000 250 1500 0\n").unwrap();
        assert_eq!(figures, Figures { requests: 1000.0, rate: 200.0, p50: 0.25, p99: 1.5 });
    }

    #[test]
    fn a_load_with_failures_gives_no_figures() {
        assert!(read("figures 1000 5000000 250 1500 3\n").is_err());
        assert!(read("figures 1000\n").is_err());
    }
}
