//! `cargo xtask bench`: the server beside a web server that does nothing but send the same bytes.
//!
//! Owns what is measured and in which order. Must hold: both answer the same load in the same run, one right after the
//! other and round after round, so that a machine with other work to do disturbs both alike; the server is the real
//! binary over a real store on disk; figures never fail the run, wrong answers do.

mod asks;
mod cold;
mod figures;
mod http;
mod lines;
mod listeners;
mod load;
mod machine;
mod nginx;
mod page;
mod portal;
mod process;
mod ready;
mod residents;
mod stage;
mod town;
mod trial;
mod wrk;
mod yardstick;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use crate::{place, run, tools};
use asks::Row;
use cold::Cold;
use listeners::Listeners;
use load::{Load, Server};
use residents::Memory;
use stage::Stage;
use trial::{Setting, Trial, Trials};

/// Measure the server beside nginx and write docs/performance.md.
#[derive(Debug, Args)]
pub struct Bench {
    /// How long each load runs in a round
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// How many rounds; the figures are medians over them
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,
    /// Connections at once; the rows are judged with the most, some loads run with each
    #[arg(long, default_values_t = [1, 64], value_delimiter = ',', value_name = "N,N")]
    connections: Vec<u32>,
    /// Measure only these rows and write no page
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ROW,ROW")]
    only: Vec<Row>,
    /// Only print the figures; docs/performance.md stays as it is
    #[arg(long)]
    print_only: bool,
}

/// How many times a server is started in a round to see first reads.
const COLD_STARTS: u64 = 3;

/// Everything that came out.
struct Outcome {
    trials: Trials,
    /// Empty if it was not measured.
    cold: Vec<Cold>,
    /// If the people who share chats were asked for.
    memory: Option<Memory>,
    /// If people listened.
    listeners: Option<Listeners>,
}

impl Bench {
    /// Measures, prints, writes the page.
    pub fn run(self) -> Result<()> {
        ensure!(self.most() > 0, "--connections: there must be one at least");
        tools::ensure(&tools::WRK)?;
        tools::ensure(&tools::NGINX)?;
        fs::create_dir_all(place::target())?;
        // In the build folder, since the usual one for short-lived files may be memory that calls itself a disk.
        let dir = tempfile::Builder::new().prefix("bench-").tempdir_in(place::target())?;
        let outcome = self.measure(dir.path())?;
        let machine = machine::look(dir.path())?;
        let page = page::write(&machine, &outcome, &self.command(), self.most());
        println!("{page}");
        if self.print_only || !self.only.is_empty() {
            return Ok(());
        }
        let path = place::root().join("docs/performance.md");
        fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
    }

    fn measure(&self, dir: &Path) -> Result<Outcome> {
        let data = dir.join("data").to_string_lossy().into_owned();
        let build = ["build", "--release", "--locked", "--package", "lately", "--package", "yardstick"];
        run::show(&mut run::cargo(&build))?;
        let (binary, yardstick) = (portal::built(vec!["--data".to_owned(), data]), yardstick::built());
        binary.fill(&dir.join("town.jsonl"))?;
        let cold = match self.wants(Row::Cold) {
            true => cold::measure(&binary, self.rounds * COLD_STARTS)?,
            false => Vec::new(),
        };
        let mut trials: Vec<Trial> =
            self.settings().into_iter().map(|setting| Trial { setting, samples: Vec::new() }).collect();
        let mut memory = None;
        if !trials.is_empty() {
            let mut stage = Stage::set(&binary, yardstick, dir, self.seconds)?;
            for round in 1..=self.rounds {
                eprintln!("round {round} of {}", self.rounds);
                for trial in &mut trials {
                    trial.samples.push(stage.run(trial.setting)?);
                }
            }
            stage.prove_arrival()?;
            memory = self.wants(Row::People).then_some(stage.memory);
        }
        let listeners = if self.wants(Row::Listeners) { Some(listeners::measure(&binary)?) } else { None };
        binary.check()?;
        Ok(Outcome { trials: Trials(trials), cold, memory, listeners })
    }

    fn wants(&self, row: Row) -> bool {
        self.only.is_empty() || self.only.contains(&row)
    }

    /// What is run in a round, those that are compared one after the other, nothing twice.
    fn settings(&self) -> Vec<Setting> {
        let rows = Row::value_variants().iter().filter(|row| self.wants(**row));
        let mut settings: Vec<Setting> = Vec::new();
        for setting in rows.flat_map(|row| row.settings(self.most())) {
            if !settings.contains(&setting) {
                settings.push(setting);
            }
        }
        if self.only.is_empty() {
            settings.extend(self.orientation());
        }
        settings
    }

    /// What nobody asked for and is good to know: people with more chats, and other numbers of connections.
    fn orientation(&self) -> Vec<Setting> {
        let most = self.most();
        let run = |server, load, connections| Setting { server, load, connections };
        let readers = town::READERS.iter().filter(|(_, chats)| *chats > town::FRESH);
        let mut settings: Vec<Setting> =
            readers.map(|&(_, chats)| run(Server::Lately, Load::Recent { chats }, most)).collect();
        for &connections in self.connections.iter().filter(|connections| **connections != most) {
            let recent = Load::Recent { chats: town::FRESH };
            settings.push(run(Server::Lately, recent, connections));
            settings.push(run(Server::Nginx, recent, connections));
            settings.push(run(Server::Lately, Load::Send { members: 2 }, connections));
        }
        settings
    }

    fn most(&self) -> u32 {
        self.connections.iter().copied().max().unwrap_or(0)
    }

    fn command(&self) -> String {
        let Self { seconds, rounds, .. } = self;
        let connections: Vec<String> = self.connections.iter().map(ToString::to_string).collect();
        let mut command = format!("cargo xtask bench --seconds {seconds} --rounds {rounds}");
        command.push_str(&format!(" --connections {}", connections.join(",")));
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(only: &[Row]) -> Bench {
        Bench { seconds: 1, rounds: 1, connections: vec![1, 64], only: only.to_vec(), print_only: true }
    }

    #[test]
    fn nothing_is_run_twice_in_a_round() {
        let settings = bench(&[]).settings();
        for (place, setting) in settings.iter().enumerate() {
            assert!(!settings[..place].contains(setting), "{setting:?}");
        }
    }

    #[test]
    fn a_row_by_itself_runs_what_it_needs() {
        assert_eq!(bench(&[Row::Synced]).settings(), Row::Synced.settings(64));
        assert_eq!(bench(&[Row::Cold, Row::Listeners]).settings(), []);
    }
}
