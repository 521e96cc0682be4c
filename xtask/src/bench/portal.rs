//! The server that is measured: the release build of the binary, as a person would run it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::load::{self, Load};
use super::ready::ready;
use super::{http, lines, town};
use crate::{place, run};

/// The binary with what each of its commands is told.
pub struct Binary {
    path: PathBuf,
    /// Which data, and whatever else holds for all commands.
    arguments: Vec<String>,
}

/// The binary, once it is built. `arguments` go to each of its commands.
pub fn built(arguments: Vec<String>) -> Binary {
    Binary { path: place::target().join("release/lately"), arguments }
}

impl Binary {
    /// Writes the town down, imports it, and takes the lines away again.
    pub fn fill(&self, lines: &Path) -> Result<()> {
        let mut out = BufWriter::new(File::create(lines)?);
        lines::write(&mut out)?;
        out.flush()?;
        run::show(self.command(&["import"]).arg(lines))?;
        Ok(std::fs::remove_file(lines)?)
    }

    /// Proves that every counter is still exact after all that was sent.
    pub fn check(&self) -> Result<()> {
        run::show(&mut self.command(&["check"]))
    }

    /// Starts the server on a free port and waits until it answers. `settings` are `KEY=VALUE`.
    pub fn serve(&self, settings: &[&str]) -> Result<Portal> {
        let clock = format!("clock.start={}", town::date(town::START));
        let mut command =
            self.command(&["serve", "--listen", "127.0.0.1:0", "--log-level", "warn", "--set", &clock]);
        for setting in settings {
            command.args(["--set", setting]);
        }
        let process = command.stdout(Stdio::piped()).spawn().context("cannot start the server")?;
        let mut portal = Portal { process, origin: String::new() };
        portal.origin = ready(&mut portal.process).context("the server did not get ready")?;
        Ok(portal)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).args(words);
        command
    }
}

/// A running server; ended when dropped.
pub struct Portal {
    process: Child,
    /// Such as `http://127.0.0.1:8080`.
    pub origin: String,
}

impl Portal {
    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it answers to the first request of a load; fails unless it is what the load is about.
    pub fn answer(&self, load: Load) -> Result<String> {
        let (path, body) = load.first();
        let answer = self.ask(&path, body.as_deref())?;
        load.judge(&answer)?;
        Ok(answer)
    }

    /// Somebody's recent list, as it comes.
    pub fn recent(&self, user: i64) -> Result<String> {
        self.ask(&format!("{}im.recent.get", town::webhook_path(user)), None)
    }

    /// What somebody needs to listen, as it comes.
    pub fn configuration(&self, user: i64) -> Result<String> {
        self.ask(&format!("{}pull.config.get", town::webhook_path(user)), None)
    }

    /// Sends a message into a chat; the answer as it comes.
    pub fn send(&self, chat: i64) -> Result<String> {
        let (path, body) = load::send_to(chat);
        self.ask(&path, body.as_deref())
    }

    fn ask(&self, path: &str, json: Option<&str>) -> Result<String> {
        let answer = http::send(&format!("{}{path}", self.origin), json)?;
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.body);
        Ok(answer.body)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        // As a power cut would: what was acknowledged must be there when `check` looks.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
