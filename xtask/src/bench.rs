//! `cargo xtask bench`: the server beside a web server that does nothing but send the same bytes.
//!
//! Owns what is measured and in which order. Must hold: both answer the same load in the same run, one right after the
//! other and round after round, so that a machine with other work to do disturbs both alike; the server is the real
//! binary over a real store on disk; figures never fail the run, wrong answers do.

mod http;
mod load;
mod machine;
mod nginx;
mod page;
mod portal;
mod town;
mod wrk;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{place, tools};
use load::Load;
use wrk::Figures;

/// Measure the server beside nginx and write docs/performance.md.
#[derive(Debug, Args)]
pub struct Bench {
    /// How long each load runs in a round
    #[arg(long, default_value_t = 5, value_name = "N")]
    seconds: u64,
    /// How many rounds; the figures are medians over them
    #[arg(long, default_value_t = 5, value_name = "N")]
    rounds: usize,
    /// Connections at once; the loads run with each
    #[arg(long, default_values_t = [1, 64], value_delimiter = ',', value_name = "N,N")]
    connections: Vec<u32>,
    /// Only print the figures; docs/performance.md stays as it is
    #[arg(long)]
    print_only: bool,
}

/// One load with so many connections at once, and how both servers fared in each round.
pub struct Trial {
    load: Load,
    connections: u32,
    /// How long the answer is.
    bytes: usize,
    rounds: Vec<Round>,
}

/// One after the other, with nothing in between.
struct Round {
    lately: Figures,
    nginx: Figures,
}

impl Bench {
    /// Measures, prints, writes the page.
    pub fn run(self) -> Result<()> {
        tools::ensure(&tools::WRK)?;
        tools::ensure(&tools::NGINX)?;
        let program = portal::build()?;
        fs::create_dir_all(place::target())?;
        // In the build folder, since the usual one for short-lived files may be memory that calls itself a disk.
        let dir = tempfile::Builder::new().prefix("bench-").tempdir_in(place::target())?;
        let machine = machine::look(dir.path())?;
        let trials = self.measure(&program, dir.path())?;
        let page = page::write(&machine, &trials, &self.command());
        println!("{page}");
        if self.print_only {
            return Ok(());
        }
        let path = place::root().join("docs/performance.md");
        fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
    }

    fn measure(&self, program: &Path, dir: &Path) -> Result<Vec<Trial>> {
        let data = dir.join("data");
        portal::fill(program, &data, &dir.join("town.jsonl"))?;
        let portal = portal::start(program, &data)?;
        portal.warm_up()?;
        let answers = answers(&portal)?;
        let nginx = nginx::start(&dir.join("nginx"), &answers)?;
        let mut trials = self.trials(&answers);
        for round in 1..=self.rounds {
            for trial in &mut trials {
                let Trial { load, connections, rounds, .. } = trial;
                eprintln!("round {round} of {}: {}, {connections} at once", self.rounds, load.name());
                let script = dir.join("load.lua");
                fs::write(&script, load.script())?;
                let run = |url: &str| wrk::run(url, &script, *connections, self.seconds);
                let lately = run(&portal.url(*load))?;
                let nginx = run(&nginx.url(*load))?;
                eprintln!("  {:.0} requests/s, nginx {:.0}", lately.rate, nginx.rate);
                rounds.push(Round { lately, nginx });
            }
        }
        drop(portal);
        portal::check(program, &data)?;
        Ok(trials)
    }

    /// In an order in which those that are compared run one after the other: the same number of connections, small and
    /// large.
    fn trials(&self, answers: &[(Load, String)]) -> Vec<Trial> {
        let mut trials = Vec::new();
        for sends in [false, true] {
            for &connections in &self.connections {
                let these = answers.iter().filter(|(load, _)| load.sends() == sends);
                trials.extend(these.map(|(load, answer)| Trial {
                    load: *load,
                    connections,
                    bytes: answer.len(),
                    rounds: Vec::new(),
                }));
            }
        }
        trials
    }

    fn command(&self) -> String {
        let connections: Vec<String> = self.connections.iter().map(ToString::to_string).collect();
        let Self { seconds, rounds, .. } = self;
        format!(
            "cargo xtask bench --seconds {seconds} --rounds {rounds} --connections {}",
            connections.join(",")
        )
    }
}

/// What the portal answers to each load: the bytes that nginx sends.
fn answers(portal: &portal::Portal) -> Result<Vec<(Load, String)>> {
    let mut answers = Vec::new();
    for load in Load::all() {
        let answer = http::send(&portal.url(load), load.body().as_deref())?;
        if answer.status != 200 {
            bail!("{}: the server answered {} {}", load.name(), answer.status, answer.body);
        }
        load.judge(&answer.body)?;
        answers.push((load, answer.body));
    }
    Ok(answers)
}
