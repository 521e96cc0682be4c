//! The command line: `lately [--data DIR] [--config FILE] COMMAND`.
//!
//! Owns what a person types and reads: arguments, answers on standard output, failures on standard error, exit codes.
//! Must hold: a command works beside a running server on the same data and takes effect at once; secrets are shown
//! once, on standard output, when they are made.
//!
//! Never does the work itself: that is the messenger's, the store's and the server's.

mod backup;
mod check;
mod config;
mod demo;
mod export;
mod failure;
mod import;
mod print;
mod progress;
mod serve;
mod session;
mod settings;
mod signals;
mod user;
mod webhook;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use settings::Settings;

/// A self-hosted messenger server that speaks the Bitrix24 REST API.
///
/// One program, one data directory: `lately serve` answers on it, the other commands look after it. All of them work
/// beside a running server, which follows at once.
#[derive(Debug, Parser)]
#[command(name = "lately", version, after_long_help = EXAMPLES, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  lately demo                                      a portal to try things on, in ./portal
  lately --data /srv/lately user add --first-name Ada --last-name Byron --admin
  lately --data /srv/lately webhook add --user 1 --scope im,user
  lately --data /srv/lately serve --listen 0.0.0.0:8080
  lately --data /srv/lately backup /backup/monday.db

Exit status: 0 done; 1 failed, or something was found that should not be; 2 the command line or the settings are wrong.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a portal full of made-up people, ready to be called
    Demo(demo::Demo),
    /// Serve the portal in the data directory
    Serve(serve::Serve),
    /// Show the settings
    #[command(subcommand)]
    Config(config::Config),
    /// Add, list and change users
    #[command(subcommand)]
    User(user::User),
    /// Add, list and remove incoming webhooks
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Recount everything that is counted, and say what differs
    Check(check::Check),
    /// Write a portal's facts from lines into the data directory
    Import(import::Import),
    /// Write all facts of the portal out, one a line
    Export(export::Export),
    /// Copy the database into a file while the portal serves
    Backup(backup::Backup),
    /// Put back a copy that `backup` made, while the portal serves
    Restore(backup::Restore),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("cannot start: {error}"), "Free some memory."))?;
    runtime.block_on(dispatch(cli))
}

async fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let settings = cli.settings;
    match cli.command {
        Command::Demo(demo) => demo.run(&settings).await,
        Command::Serve(serve) => serve.run(&settings).await,
        Command::Config(config) => config.run(&settings),
        Command::User(user) => user.run(&settings).await,
        Command::Webhook(webhook) => webhook.run(&settings).await,
        Command::Check(check) => check.run(&settings).await,
        Command::Import(import) => import.run(&settings).await,
        Command::Export(export) => export.run(&settings).await,
        Command::Backup(backup) => backup.run(&settings),
        Command::Restore(restore) => restore.run(&settings),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_data_directory_may_stand_before_and_after_the_command() {
        for line in [["lately", "--data", "a", "check"], ["lately", "check", "--data", "a"]] {
            let cli = Cli::try_parse_from(line).unwrap();
            assert_eq!(cli.settings.data.as_deref(), Some(std::path::Path::new("a")));
        }
    }

    #[test]
    fn every_command_has_help_with_examples() {
        let mut cli = Cli::command();
        cli.build();
        let mut waiting: Vec<&clap::Command> = cli.get_subcommands().collect();
        while let Some(command) = waiting.pop() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            assert!(command.has_subcommands() || examples.contains("lately "), "{}", command.get_name());
            waiting.extend(command.get_subcommands());
        }
    }
}
