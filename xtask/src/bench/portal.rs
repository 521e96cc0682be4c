//! The server that is measured: the release build of the binary, as a person would run it.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::load::Load;
use super::{http, town};
use crate::{place, run};

/// Builds the binary and answers where it is.
pub fn build() -> Result<PathBuf> {
    run::show(&mut run::cargo(&["build", "--release", "--locked", "--package", "lately"]))?;
    Ok(place::target().join("release/lately"))
}

/// Writes the town down and imports it.
pub fn fill(program: &Path, data: &Path, lines: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(lines)?);
    town::write(&mut out)?;
    out.flush()?;
    run::show(Command::new(program).arg("--data").arg(data).arg("import").arg(lines))
}

/// Proves that every counter is still exact after all that was sent.
pub fn check(program: &Path, data: &Path) -> Result<()> {
    run::show(Command::new(program).arg("--data").arg(data).arg("check"))
}

/// A running server; ended when dropped.
pub struct Portal {
    process: Child,
    origin: String,
}

/// Starts it on a free port and waits until it answers.
pub fn start(program: &Path, data: &Path) -> Result<Portal> {
    let clock = format!("clock.start={}", town::date(town::START));
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--log-level", "warn", "--set", &clock];
    let mut command = Command::new(program);
    command.arg("--data").arg(data).args(arguments).stdout(Stdio::piped());
    let process = command.spawn().context("cannot start the server")?;
    let mut portal = Portal { process, origin: String::new() };
    let out = portal.process.stdout.take().context("the server has no output")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let Some(origin) = line.trim().strip_prefix("ready ") else {
        bail!("the server did not get ready: {line}");
    };
    origin.clone_into(&mut portal.origin);
    Ok(portal)
}

impl Portal {
    /// Where a load goes.
    pub fn url(&self, load: Load) -> String {
        format!("{}{}", self.origin, load.path())
    }

    /// Asks for everybody's list once, so that all members of all rooms are being kept up to date while messages are
    /// sent, as in an office in which everybody is at work.
    pub fn warm_up(&self) -> Result<()> {
        eprintln!("asking for everybody's recent list");
        for user in town::crowd() {
            let answer =
                http::send(&format!("{}{}im.recent.get", self.origin, town::webhook_path(user)), None)?;
            if answer.status != 200 {
                bail!("person {user}: the server answered {} {}", answer.status, answer.body);
            }
        }
        Ok(())
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        // As a power cut would: what was acknowledged must be there when `check` looks.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
