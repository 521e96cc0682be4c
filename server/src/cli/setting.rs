//! `lately setting`: settings of the portal that can be changed while it runs.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use lately_messenger::setting::SettingState;
use lately_model::{Doer, Setting as Which};
use serde_json::{Value, json};

use super::failure::Failure;
use super::print;
use super::session::Session;
use super::settings::Settings;

/// Show and change settings of the portal that count at once, on all its servers.
///
/// What is set here is kept in the database, and goes before what the configuration of a server says of the same key.
#[derive(Debug, Subcommand)]
pub(super) enum Setting {
    List(List),
    Set(Set),
    Reset(Reset),
}

/// List the settings: what counts, and what the configuration says.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  lately setting list\n  lately setting list --json")]
pub(super) struct List {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// Change a setting.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately setting set portal.name 'Byron & Sons'
  lately setting set recent.window_days 60")]
pub(super) struct Set {
    /// Its name, as `list` shows it
    #[arg(value_name = "NAME", value_parser = which)]
    name: Which,
    /// What it becomes
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,
}

/// Let the configuration count again.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  lately setting reset recent.window_days")]
pub(super) struct Reset {
    /// Its name, as `list` shows it
    #[arg(value_name = "NAME", value_parser = which)]
    name: Which,
}

fn which(key: &str) -> Result<Which, String> {
    let all = || Which::ALL.map(Which::key).join(", ");
    Which::of_key(key).ok_or_else(|| format!("use {}; all others stand in the configuration", all()))
}

impl Setting {
    /// Does what was asked for.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let session = Session::open(settings)?;
        match self {
            Self::List(list) => show(&session, list.json).await?,
            Self::Set(set) => {
                let by = Doer::command("setting set");
                session.messenger.change_setting(by, set.name, Some(set.value)).await?;
                tell(session, set.name).await?;
            }
            Self::Reset(reset) => {
                session.messenger.change_setting(Doer::command("setting reset"), reset.name, None).await?;
                tell(session, reset.name).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn show(session: &Session, json: bool) -> Result<(), Failure> {
    let states = session.messenger.settings_for(None).await?;
    if json {
        return print::json(&states.iter().map(record).collect());
    }
    let rows: Vec<[String; 4]> = states.iter().map(row).collect();
    print::line(&print::table(["NAME", "VALUE", "SET IN", "CONFIGURATION"], &rows))
}

async fn tell(session: Session, setting: Which) -> Result<(), Failure> {
    let value = session.messenger.portal_settings().await?.written(setting);
    session.finish().await;
    print::line(&format!("{} is {value}", setting.key()))
}

fn row(state: &SettingState) -> [String; 4] {
    let place = if state.changed.is_some() { "database" } else { "configuration" };
    [state.setting.key().to_owned(), state.value.clone(), place.to_owned(), state.configured.clone()]
}

fn record(state: &SettingState) -> Value {
    json!({
        "name": state.setting.key(),
        "value": state.value,
        "configured": state.configured,
        "changed": state.changed.is_some(),
    })
}
