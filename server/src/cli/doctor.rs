//! `lately doctor`: looks at everything that a server depends on, and says what to do.
//!
//! Must hold: nothing is changed, and one finding never hides another: each check is made whatever the others found.

mod files;
mod machine;
mod portal;
mod tls;

use std::process::ExitCode;

use clap::Args;

use super::failure::{FOUND, Failure};
use super::settings::Settings;
use super::{print, session};
use crate::config::Overrides;

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

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ok,
    Warn,
    Fail,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    health: Health,
    /// What was looked at, in one word.
    about: &'static str,
    what: String,
    /// What to do; empty when all is well.
    advice: String,
}

impl Finding {
    fn ok(about: &'static str, what: impl Into<String>) -> Self {
        Self { health: Health::Ok, about, what: what.into(), advice: String::new() }
    }

    fn warn(about: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { health: Health::Warn, about, what: what.into(), advice: advice.into() }
    }

    fn fail(about: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { health: Health::Fail, about, what: what.into(), advice: advice.into() }
    }

    fn told(&self) -> String {
        let word = match self.health {
            Health::Ok => "ok",
            Health::Warn => "warn",
            Health::Fail => "fail",
        };
        let line = format!("{word:<5}{:<10}{}", self.about, self.what);
        if self.advice.is_empty() { line } else { format!("{line}\n{:15}{}", "", self.advice) }
    }
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
        let mut findings = vec![Finding::ok("settings", "every key is known, every value within its limits")];
        findings.extend(machine::data(&config));
        findings.extend(files::place(&config).await);
        findings.extend(portal::database(&config));
        findings.push(portal::bus(&config).await);
        findings.extend(machine::clock(&config));
        findings.extend(tls::certificate(&config));
        findings.extend(machine::addresses(&config));
        for finding in &findings {
            print::line(&finding.told())?;
        }
        let failed = findings.iter().any(|finding| finding.health == Health::Fail);
        Ok(if failed { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_stands_under_what_is_not_well() {
        assert_eq!(Finding::ok("disk", "12 GiB free").told(), "ok   disk      12 GiB free");
        let told = Finding::fail("disk", "full", "Make room.").told();
        assert_eq!(told, "fail disk      full\n               Make room.");
    }
}
