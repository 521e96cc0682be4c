//! `cargo xtask`: what a person would otherwise remember.
//!
//! Owns the project's own chores: what is tested, which house rules hold, which files are derived, how fast the server
//! is. Must hold: each chore is one command on a fresh machine with Rust and Node, and says what is missing and how to
//! get it. Never ships with the product.

mod bench;
mod deny;
mod derive;
mod place;
mod run;
mod test;
mod tidy;
mod tools;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a person would otherwise remember.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Install what the tests need and run all that a change must pass
    Test(test::Test),
    /// Check the house rules that no linter knows
    Tidy,
    /// Write derived files anew: the tables of methods and scenarios, the sample of settings
    Gen(derive::Gen),
    /// Check licences, sources and known holes of the dependencies
    Deny,
    /// Build the web page, which the next build of the program takes in; needs Node
    Web,
    /// Measure the server beside nginx and write docs/performance.md
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Test(test) => test.run(),
        Chore::Tidy => tidy::run(),
        Chore::Gen(derived) => derived.run(),
        Chore::Deny => deny::run(),
        Chore::Web => web::build(),
        Chore::Bench(bench) => bench.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
