//! `lately doctor`: looks at everything that a server depends on, and says what to do.
//!
//! Never makes a check itself: those are `crate::doctor`'s.

use std::process::ExitCode;

use clap::Args;

use super::failure::{FOUND, Failure};
use super::settings::Settings;
use super::{print, session};
use crate::config::Overrides;
use crate::doctor::{Asker, Finding, Health, examine};

/// Check everything that the server depends on, and say what to do.
///
/// Settings, data directory and disk, database, bus, clock, certificate, addresses: a line for each, `ok`, `warn` or
/// `fail`, and under what is not well what to do about it. Any `fail` ends it with status 1. A server may run meanwhile.
/// Takes the settings as `serve` does.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately doctor
  lately --config /etc/lately.toml doctor --tls-listen 0.0.0.0:8443")]
pub(super) struct Doctor {
    #[command(flatten)]
    flags: super::serve::Flags,
}

impl Doctor {
    /// Makes all checks.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let loaded = self.flags.overrides().and_then(|flags: Overrides| settings.load(flags));
        let config = match loaded {
            Ok(config) => config,
            Err(Failure::Told { what, advice, .. }) => {
                print::line(&Finding::fail("settings", what, advice).told())?;
                return Ok(ExitCode::from(FOUND));
            }
            Err(gone) => return Err(gone),
        };
        session::quiet_log(&config);
        let findings = examine(&config, Asker::Command).await;
        for finding in &findings {
            print::line(&finding.told())?;
        }
        let failed = findings.iter().any(|finding| finding.health == Health::Fail);
        Ok(if failed { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
    }
}
