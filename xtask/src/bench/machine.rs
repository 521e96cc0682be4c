//! The machine that the figures are from.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

/// What figures depend on.
pub struct Machine {
    /// The day, such as 2026-03-02.
    pub day: String,
    /// The name of its processor.
    pub processor: String,
    /// How many cores.
    pub cores: usize,
    /// Its memory in GiB.
    pub memory: u64,
    /// How long it takes until 4 KiB are safely on the disk, in milliseconds, as a median.
    pub sync: f64,
}

/// How often the disk is tried.
const TRIES: usize = 200;

/// Looks at the machine; `dir` is on the disk that is tried.
pub fn look(dir: &Path) -> Result<Machine> {
    #[expect(clippy::disallowed_methods, reason = "the page says on which day it was written")]
    let now = jiff::Timestamp::now();
    Ok(Machine {
        day: now.strftime("%Y-%m-%d").to_string(),
        processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory: memory().unwrap_or(0),
        sync: sync(dir)?,
    })
}

fn memory() -> Option<u64> {
    let kibibytes: u64 = field("/proc/meminfo", "MemTotal")?.split(' ').next()?.parse().ok()?;
    Some((kibibytes + (1 << 19)) >> 20)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn sync(dir: &Path) -> Result<f64> {
    let path = dir.join("sync");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    fs::remove_file(path)?;
    Ok(super::figures::median(times))
}
