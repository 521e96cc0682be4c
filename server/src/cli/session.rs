//! A command's hold on the portal's data, beside whatever server runs on it.

use std::sync::Arc;

use lately_messenger::{Messenger, Settings as Use, SystemClock, SystemDice};

use lately_store::Database;

use super::failure::Failure;
use super::print;
use super::settings::Settings;
use crate::config::{Config, ConfigError, Log, Overrides};
use crate::{control, log, vault};

/// The open portal.
pub(super) struct Session {
    /// The use cases.
    pub(super) messenger: Messenger,
    /// The effective settings.
    pub(super) config: Config,
}

impl Session {
    /// Opens the portal in the data directory, which must have one.
    pub(super) fn open(settings: &Settings) -> Result<Self, Failure> {
        let config = settings.load(Overrides::default())?;
        if !has_portal(&config)? {
            let what = format!("there is no portal in {}", config.data.display());
            return Err(Failure::new(
                what,
                "Name the data directory with --data, or make a portal: see `lately --help`.",
            ));
        }
        Self::start(config)
    }

    /// Opens the portal in the data directory and makes one where there is none.
    pub(super) fn open_or_make(settings: &Settings) -> Result<Self, Failure> {
        let config = settings.load(Overrides::default())?;
        if !has_portal(&config)? {
            print::remark(&format!("a new portal in {}", config.data.display()));
        }
        Self::start(config)
    }

    fn start(config: Config) -> Result<Self, Failure> {
        quiet_log(&config);
        Self::of(config)
    }

    /// The portal of these settings, for a command that has a log already.
    pub(super) fn of(config: Config) -> Result<Self, Failure> {
        let clock = Arc::new(clock(&config)?);
        let messenger = Messenger::open(config.database()?, limits(&config)?, clock, Arc::new(SystemDice))?;
        Ok(Self { messenger, config })
    }

    /// The base of links: of the server that runs, or as the settings say.
    pub(super) fn base_url(&self) -> String {
        let config = &self.config;
        let configured = || config.base_url(&config.http.listen, &config.https.listen);
        control::announced(&config.data).unwrap_or_else(configured)
    }

    /// Closes the portal after something was written: a server that runs beside follows before this returns.
    pub(super) async fn finish(self) {
        self.messenger.close().await;
        control::nudge(&self.config.data);
    }
}

/// Whether there is a portal. In a database on a server there always is one, if only an empty one.
fn has_portal(config: &Config) -> Result<bool, Failure> {
    Ok(match config.database()? {
        Database::Embedded(data) => Database::file(&data).exists(),
        Database::Postgres(_) => true,
    })
}

/// The portal's clock as the settings say.
pub(super) fn clock(config: &Config) -> Result<SystemClock, Failure> {
    Ok(config.clock_start()?.map_or_else(SystemClock::default, SystemClock::starting_at))
}

/// A command's own log holds only what a person must know.
pub(super) fn quiet_log(config: &Config) {
    let quiet = Log { level: "warn".to_owned(), ..config.log.clone() };
    if let Err(error) = log::start(&quiet) {
        print::remark(&format!("lately: no log: {error}"));
    }
}

/// What the settings say of the use cases.
pub(super) fn limits(config: &Config) -> Result<Use, ConfigError> {
    Ok(Use {
        resident_rows: config.recent.resident_rows,
        vault: vault::open(config)?,
        portal: config.portal_settings(),
        finder: None,
        base_url: String::new(),
        zone: config.zone()?,
    })
}
