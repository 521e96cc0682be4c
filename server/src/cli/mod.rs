//! The command line: `lately [--data DIR] [--config FILE] COMMAND`.
//!
//! Owns what a person types and reads: arguments, answers on standard output, failures on standard error, exit codes.
//! Must hold: a command works beside a running server on the same data and takes effect at once; secrets are shown
//! once, on standard output, when they are made.
//!
//! Never does the work itself: that is the messenger's, the store's and the server's.

mod app;
mod audit;
mod backup;
mod balance;
mod check;
mod config;
mod demo;
mod doctor;
mod export;
mod failure;
mod import;
mod print;
mod progress;
mod serve;
mod session;
mod setting;
mod settings;
mod signals;
mod user;
mod webhook;

use std::process::ExitCode;

use clap::error::ErrorKind;
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
    Demo(demo::Demo),
    Serve(Box<serve::Serve>),
    #[command(subcommand)]
    Config(config::Config),
    #[command(subcommand)]
    User(Box<user::User>),
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    #[command(subcommand)]
    App(Box<app::App>),
    #[command(subcommand)]
    Setting(setting::Setting),
    Audit(audit::Audit),
    Check(check::Check),
    Doctor(doctor::Doctor),
    Import(import::Import),
    Export(export::Export),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Balance(balance::Balance),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(error) if error.use_stderr() => Err(misuse(&error)),
        Err(help) => help.print().map(|()| ExitCode::SUCCESS).map_err(|error| Failure::output(&error)),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}

/// The parser's own words, told as every other failure is.
fn misuse(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::misused("a command is missing", text.trim_end());
    }
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let (what, advice) = text.split_once('\n').unwrap_or((text, ""));
    let what = if error.kind() == ErrorKind::MissingSubcommand { "a command is missing" } else { what };
    Failure::misused(what, advice.trim())
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(format!("cannot start: {error}"), "Free some memory."))?;
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
        Command::App(app) => app.run(&settings).await,
        Command::Setting(setting) => setting.run(&settings).await,
        Command::Audit(audit) => audit.run(&settings).await,
        Command::Check(check) => check.run(&settings).await,
        Command::Doctor(doctor) => doctor.run(&settings).await,
        Command::Import(import) => import.run(&settings).await,
        Command::Export(export) => export.run(&settings).await,
        Command::Backup(backup) => backup.run(&settings).await,
        Command::Restore(restore) => restore.run(&settings).await,
        Command::Balance(balance) => balance.run(&settings).await,
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
    fn a_line_that_cannot_be_understood_is_told_as_every_failure_is() {
        let error = Cli::try_parse_from(["lately", "usr"]).unwrap_err();
        let Failure::Told { what, advice, code } = misuse(&error) else { panic!("not told") };
        assert_eq!((what.as_str(), code), ("unrecognized subcommand 'usr'", 2));
        let bare = Cli::try_parse_from(["lately", "user"]).unwrap_err();
        assert!(matches!(misuse(&bare), Failure::Told { what, .. } if what == "a command is missing"));
        assert!(advice.contains("a similar subcommand exists: 'user'"), "{advice}");
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
