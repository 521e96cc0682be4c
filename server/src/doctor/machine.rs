//! What the machine gives: the data directory, its disk, the clock, addresses to listen on.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lately_messenger::{Clock, SystemClock};

use super::{Asker, Finding};
use crate::config::Config;
use crate::control;

/// With less than this on the disk, it is time to make room; with less than this, writes will fail soon.
const SCARCE: u64 = 1 << 30;
const GONE: u64 = 64 << 20;

/// A disk or a network that takes longer for one write is told of.
const SLOW: Duration = Duration::from_millis(50);

/// The data directory and its disk.
pub(super) fn data(config: &Config) -> Vec<Finding> {
    let data = &config.data;
    let Some(there) = nearest(data) else {
        return vec![Finding::fail("data", format!("{} cannot be", data.display()), "Look at --data.")];
    };
    let mut findings = writable(data, &there);
    findings.push(disk(&there));
    findings
}

/// The directory itself, or the nearest one above it that is there.
pub fn nearest(data: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(data).ok()?;
    whole.ancestors().find(|place| place.exists()).map(Path::to_owned)
}

fn writable(data: &Path, there: &Path) -> Vec<Finding> {
    match timed_write(&there.join(format!(".lately-doctor-{}", std::process::id()))) {
        Ok(took) => {
            let word = if data.exists() { "can be written to" } else { "will be made by the first start" };
            vec![Finding::ok("data", format!("{} {word}", data.display())), durable("disk", took)]
        }
        Err(error) => vec![Finding::fail(
            "data",
            format!("{}: {error}", there.display()),
            "Give the directory to the account that the server runs as, or name another with --data.",
        )],
    }
}

/// How long a few bytes take until they are on the disk. The file is gone afterwards.
pub(super) fn timed_write(probe: &Path) -> io::Result<Duration> {
    let mut file = File::create_new(probe)?;
    let begun = Instant::now();
    let written = file.write_all(b"doctor").and_then(|()| file.sync_all());
    let took = begun.elapsed();
    std::fs::remove_file(probe)?;
    written.map(|()| took)
}

/// How long it takes until a write is durable.
pub(super) fn durable(about: &'static str, took: Duration) -> Finding {
    let what = format!("a write is durable after {:.1} ms", took.as_secs_f64() * 1000.0);
    if took < SLOW {
        return Finding::ok(about, what);
    }
    Finding::warn(about, what, "Each commit takes that long: use a faster disk, or a database nearer by.")
}

/// How many bytes are free on the disk of a directory.
///
/// # Errors
/// The system does not say.
pub fn free(there: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(there)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// How much room a disk has.
pub(super) fn disk(there: &Path) -> Finding {
    let free = match free(there) {
        Ok(free) => free,
        Err(error) => return Finding::warn("disk", format!("{}: {error}", there.display()), ""),
    };
    let what = format!("{:.1} GiB free for {}", free as f64 / f64::from(1 << 30), there.display());
    match free {
        ..GONE => Finding::fail("disk", what, "Make room: a full disk stops all writing."),
        GONE..SCARCE => Finding::warn("disk", what, "Make room soon."),
        _ => Finding::ok("disk", what),
    }
}

/// The portal's clock and zone.
pub(super) fn clock(config: &Config) -> Vec<Finding> {
    let now = SystemClock::default().now();
    let Ok(zone) = config.zone() else {
        return vec![Finding::fail("clock", "no such time zone", "Look at the setting time_zone.")];
    };
    let zoned = now.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %z");
    let mut findings = vec![Finding::ok("clock", format!("{zoned}, time zone {}", config.time_zone))];
    if let Some(start) = &config.clock.start {
        let advice = "Take clock.start out of the settings: it is for tests.";
        findings.push(Finding::warn("clock", format!("the portal's clock starts at {start}"), advice));
    }
    findings
}

/// The addresses to answer on: free, or answered by the server on these data.
pub(super) fn addresses(config: &Config, asker: Asker) -> Vec<Finding> {
    let all: Vec<&SocketAddr> = config.http.listen.iter().chain(&config.https.listen).collect();
    if all.is_empty() {
        let advice = "Set http.listen or https.listen, or nobody can reach the server.";
        return vec![Finding::warn("address", "the server would answer nowhere", advice)];
    }
    let runs = asker == Asker::Server || control::nudge(&config.data);
    all.into_iter().map(|address| one_address(*address, runs, &config.data)).collect()
}

fn one_address(address: SocketAddr, runs: bool, data: &Path) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) if runs => Finding::ok("address", format!("{address} is free; a server runs elsewhere")),
        Ok(_) => Finding::ok("address", format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && runs => {
            Finding::ok("address", format!("{address} is taken, and a server runs on {}", data.display()))
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => Finding::fail(
            "address",
            format!("{address} is taken by another program"),
            "Stop that program, or choose another port with --listen or --tls-listen.",
        ),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Finding::fail(
            "address",
            format!("{address}: {error}"),
            "Ports below 1024 need a right of their own (CAP_NET_BIND_SERVICE), or take a higher one.",
        ),
        Err(error) => {
            Finding::fail("address", format!("{address}: {error}"), "Is it an address of this machine?")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[test]
    fn a_port_that_another_program_has_is_told_from_our_own() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = held.local_addr().unwrap();
        let health = |runs| one_address(address, runs, Path::new("data")).health;
        assert_eq!((health(false), health(true)), (Health::Fail, Health::Ok));
        drop(held);
        assert_eq!(health(false), Health::Ok);
    }

    #[test]
    fn a_directory_that_is_not_there_yet_is_judged_by_the_one_above() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { data: dir.path().join("a/b"), ..Config::default() };
        let findings = data(&config);
        assert_eq!(findings.len(), 3);
        assert!(findings[0].what.contains("will be made"), "{findings:?}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
    }
}
