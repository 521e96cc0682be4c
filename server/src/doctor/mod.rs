//! The doctor: looks at everything that a server depends on, and says what to do. The command line and the page ask the
//! same.
//!
//! Must hold: nothing is changed, and one finding never hides another: each check is made whatever the others found.

pub mod advice;
mod files;
pub mod machine;
mod portal;
mod tls;

use crate::config::Config;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// All is well.
    Ok,
    /// Something should be done.
    Warn,
    /// It does not work.
    Fail,
}

impl Health {
    /// `ok`, `warn` or `fail`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How well it is.
    pub health: Health,
    /// What was looked at, in one word.
    pub about: &'static str,
    /// What was found.
    pub what: String,
    /// What to do; empty when all is well.
    pub advice: String,
}

impl Finding {
    fn ok(about: &'static str, what: impl Into<String>) -> Self {
        Self { health: Health::Ok, about, what: what.into(), advice: String::new() }
    }

    fn warn(about: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { health: Health::Warn, about, what: what.into(), advice: advice.into() }
    }

    /// What does not work, and what to do.
    pub fn fail(about: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { health: Health::Fail, about, what: what.into(), advice: advice.into() }
    }

    /// A line for a terminal, and what to do under it.
    pub fn told(&self) -> String {
        let line = format!("{:<5}{:<10}{}", self.health.word(), self.about, self.what);
        if self.advice.is_empty() { line } else { format!("{line}\n{:15}{}", "", self.advice) }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A command, which has time: an embedded database is read through.
    Command,
    /// The server itself, which has the addresses that it answers on, and others to answer meanwhile.
    Server,
}

/// Makes all checks of settings that were read well.
pub async fn examine(config: &Config, asker: Asker) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("settings", "every key is known, every value within its limits")];
    findings.extend(machine::data(config));
    findings.extend(files::place(config).await);
    findings.extend(portal::database(config, asker));
    findings.push(portal::bus(config).await);
    findings.extend(machine::clock(config));
    findings.extend(tls::certificate(config));
    findings.extend(machine::addresses(config, asker));
    findings
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
