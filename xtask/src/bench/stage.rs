//! The servers that stand side by side, and running a load on one of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;

use super::asks::SENDING;
use super::load::{Load, Server};
use super::nginx::{self, Nginx};
use super::portal::{Binary, Portal};
use super::residents::{self, Memory};
use super::trial::{Sample, Setting};
use super::wrk::{self, Figures};
use super::yardstick::{self, Fixed};
use super::{process, town};

/// Everything that runs while loads are measured.
pub struct Stage {
    dir: PathBuf,
    seconds: u64,
    yardstick: PathBuf,
    portal: Portal,
    nginx: Nginx,
    fixed: Fixed,
    /// What the people who share chats take.
    pub memory: Memory,
    /// Whether they have been read again and again.
    people_read: bool,
}

/// More rows than the town has, so that nobody's list is dropped.
const RESIDENT_ROWS: &str = "recent.resident_rows=10000000";

impl Stage {
    /// Starts all servers, and makes everybody resident.
    pub fn set(binary: &Binary, yardstick: PathBuf, dir: &Path, seconds: u64) -> Result<Self> {
        let portal = binary.serve(&[RESIDENT_ROWS])?;
        let home = dir.join("nginx");
        let files = nginx::files(&home);
        residents::crowd(&portal)?;
        let memory = residents::people(&portal, &files.join("people"))?;
        let readers = town::READERS.map(|(_, chats)| [Load::Recent { chats }, Load::List { chats }]);
        let mut words = vec![format!("people/{}", town::PEOPLE.start)];
        for load in readers.into_iter().flatten().chain([Load::Synced, Load::Look]) {
            let answer = portal.answer(load)?;
            if let Some(word) = load.word() {
                fs::write(files.join(&word), answer)?;
                words.push(word);
            }
        }
        let fifty = Load::Recent { chats: town::FRESH }.word().unwrap_or_default();
        let fixed = yardstick::serve(&yardstick, &files.join(fifty))?;
        let nginx = nginx::start(&home, &words)?;
        let stage = Self {
            dir: dir.to_owned(),
            seconds,
            yardstick,
            portal,
            nginx,
            fixed,
            memory,
            people_read: false,
        };
        stage.prove_arrival()?;
        Ok(stage)
    }

    /// Runs a load once.
    pub fn run(&mut self, setting: Setting) -> Result<Sample> {
        let Setting { server, load, connections } = setting;
        let sample = match (server, load) {
            (Server::Commit, _) => {
                let figures = yardstick::commit(&self.yardstick, &self.dir, self.seconds)?;
                Sample { figures, cpu: 0.0 }
            }
            (_, Load::Beside { .. }) => self.beside(setting)?,
            _ => self.watch(setting)?,
        };
        if !self.people_read && server == Server::Lately && load.is_everybody() {
            self.memory.read = process::memory(self.portal.id())?;
            self.people_read = true;
        }
        let Figures { rate, p99, .. } = sample.figures;
        let (name, who) = (load.name(), server.name());
        eprintln!(
            "  {name}, {connections} at once, {who}: {rate:.0}/s, p99 {p99:.2} ms, {:.1} us",
            sample.cpu
        );
        Ok(sample)
    }

    /// Runs a load and looks at the server's time on a processor.
    fn watch(&self, setting: Setting) -> Result<Sample> {
        let ids = self.ids(setting.server)?;
        let before = time(&ids)?;
        let figures = self.load(setting, self.seconds)?;
        let spent = time(&ids)? - before;
        Ok(Sample { figures, cpu: spent.as_secs_f64() * 1e6 / figures.requests })
    }

    /// Runs a load while others send. How much of the server's time is whose cannot be told.
    fn beside(&self, setting: Setting) -> Result<Sample> {
        let sending =
            Setting { server: setting.server, load: Load::Send { members: 2 }, connections: SENDING };
        thread::scope(|scope| {
            // A second longer, so that the readers are never without them.
            let senders = scope.spawn(|| self.load(sending, self.seconds + 1));
            let figures = self.load(setting, self.seconds)?;
            senders.join().map_err(|_| anyhow!("the senders' thread ended early"))??;
            Ok(Sample { figures, cpu: 0.0 })
        })
    }

    fn load(&self, setting: Setting, seconds: u64) -> Result<Figures> {
        let Setting { server, load, connections } = setting;
        let threads = load.threads(connections);
        let script = tempfile::Builder::new().suffix(".lua").tempfile_in(&self.dir)?;
        fs::write(script.path(), load.script(server, threads))?;
        wrk::run(self.origin(server)?, script.path(), threads, connections, seconds)
    }

    fn origin(&self, server: Server) -> Result<&str> {
        match server {
            Server::Lately => Ok(&self.portal.origin),
            Server::Nginx => Ok(&self.nginx.origin),
            Server::Hyper => Ok(&self.fixed.origin),
            Server::Commit => bail!("a loop of commits answers nobody"),
        }
    }

    fn ids(&self, server: Server) -> Result<Vec<u32>> {
        match server {
            Server::Lately => Ok(vec![self.portal.id()]),
            Server::Nginx => self.nginx.ids(),
            Server::Hyper => Ok(vec![self.fixed.id()]),
            Server::Commit => Ok(Vec::new()),
        }
    }

    /// Sends a message to each watcher, and fails unless their list has it in its row, and as their newest.
    pub fn prove_arrival(&self) -> Result<()> {
        for watcher in town::WATCHERS {
            let chat = town::watched(watcher).end - 1;
            let sent: Value = serde_json::from_str(&self.portal.send(chat)?)?;
            let list: Value = serde_json::from_str(&self.portal.recent(watcher)?)?;
            let row = list.pointer("/result/0").context("an empty list")?;
            let message = sent.get("result").map(Value::to_string);
            let shown = row.pointer("/message/id").and_then(Value::as_str);
            let right =
                row.get("chat_id").and_then(Value::as_i64) == Some(chat) && shown == message.as_deref();
            ensure!(right, "watcher {watcher}: message {sent} is not in the first row: {row}");
        }
        Ok(())
    }
}

fn time(ids: &[u32]) -> Result<Duration> {
    ids.iter().map(|id| process::cpu(*id)).sum()
}
