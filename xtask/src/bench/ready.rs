//! Waiting for a server that says `ready ADDRESS` on its first line.

use std::io::{BufRead, BufReader};
use std::process::Child;

use anyhow::{Context, Result};

/// The address that it says; its output must be piped.
pub fn ready(process: &mut Child) -> Result<String> {
    let out = process.stdout.take().context("it has no output")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let origin = line.trim().strip_prefix("ready ").with_context(|| format!("it said {line:?}"))?;
    Ok(origin.to_owned())
}
