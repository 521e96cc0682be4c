//! What every command is told about the portal: where its data lies and where its settings stand.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use crate::config::{self, Config, Overrides};

/// The arguments that all commands have.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// The directory that holds all that the portal keeps [default: ./data, or as the settings say; for `demo` ./portal]
    #[arg(long, global = true, value_name = "DIR", display_order = 900)]
    pub(super) data: Option<PathBuf>,
    /// The PostgreSQL database that holds the portal, such as `postgres://lately:secret@db.example/lately` [default: an
    /// embedded one in --data]
    #[arg(long, global = true, value_name = "URL", display_order = 900)]
    pub(super) database: Option<String>,
    /// The NATS server over which the portal's servers tell each other what changed, such as nats://127.0.0.1:4222
    #[arg(long, global = true, value_name = "URL", display_order = 900)]
    pub(super) bus: Option<String>,
    /// A TOML file with settings; `lately config sample` prints one
    #[arg(long, global = true, value_name = "FILE", display_order = 901, env = "LATELY_CONFIG")]
    pub(super) config: Option<PathBuf>,
}

impl Settings {
    /// The effective settings: defaults, file, environment, `flags`, and what all commands are told.
    pub(super) fn load(&self, mut flags: Overrides) -> Result<Config, Failure> {
        if let Some(data) = &self.data {
            let text = data.to_str().ok_or_else(|| {
                Failure::misused(
                    format!("{}: this path is not UTF-8", data.display()),
                    "Use a directory with another name.",
                )
            })?;
            flags.set("data", text);
        }
        for (key, address) in [("database", &self.database), ("bus", &self.bus)] {
            if let Some(address) = address {
                flags.set(key, address);
            }
        }
        let readable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Ok(config::load(self.config.as_deref(), std::env::vars_os().filter_map(readable), &flags)?)
    }
}
