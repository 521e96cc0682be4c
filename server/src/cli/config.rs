//! `lately config`: the settings, as they could be and as they are.

use std::process::ExitCode;

use clap::Subcommand;

use super::failure::Failure;
use super::print;
use super::serve::Flags;
use super::settings::Settings;
use crate::config::sample;

/// Show the settings.
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Print a settings file with every key, explained, at its default
    #[command(
        after_long_help = "Example:\n  lately config sample > lately.toml && lately --config lately.toml serve"
    )]
    Sample,
    /// Print the settings that count, after defaults, file, environment and arguments
    #[command(after_long_help = "\
Examples:
  lately --config lately.toml config show
  LATELY__LIMITS__BUCKET=true lately config show --listen 0.0.0.0:80")]
    Show {
        /// The same as those of `serve`
        #[command(flatten)]
        flags: Box<Flags>,
    },
}

impl Config {
    /// Prints what was asked for.
    pub(super) fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let text = match self {
            Self::Sample => sample(),
            Self::Show { flags } => {
                let config = settings.load(flags.overrides()?)?;
                toml::to_string(&config)
                    .map_err(|error| Failure::new(format!("cannot show the settings: {error}"), ""))?
            }
        };
        print::line(text.trim_end())?;
        Ok(ExitCode::SUCCESS)
    }
}
