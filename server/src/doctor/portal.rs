//! What the portal lives in: the database, and the bus between servers.

use std::time::Duration;

use lately_messenger::{Clock, SystemClock, bus};
use lately_store::{Database, Inspection, Store};

use super::advice::{self, chain};
use super::machine::durable;
use super::{Asker, Finding};
use crate::config::Config;

/// The oldest PostgreSQL that the statements are written for.
const OLDEST: u32 = 13;

/// How far two clocks may be apart, in milliseconds, before it is told, and before it is a failure.
const APART: i64 = 1_000;
const FAR_APART: i64 = 60_000;

/// How long the bus may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database: whether it opens, what is in it, how fast it writes, and its clock.
pub(super) fn database(config: &Config, asker: Asker) -> Vec<Finding> {
    let database = match config.database() {
        Ok(database) => database,
        Err(error) => return vec![Finding::fail("database", error.to_string(), "Look at --database.")],
    };
    if let Database::Embedded(data) = &database
        && !Database::file(data).exists()
    {
        let what = format!("there is no portal in {} yet", data.display());
        let advice = "The first start makes one; or name the right directory with --data.";
        return vec![Finding::warn("database", what, advice)];
    }
    match Store::inspect(&database, asker == Asker::Command) {
        Ok(found) => {
            let mut findings = vec![schema(&database, &found)];
            findings.extend(judged(&found));
            findings
        }
        Err(error) => vec![Finding::fail("database", chain(&error), advice::of(&error))],
    }
}

fn schema(database: &Database, found: &Inspection) -> Finding {
    let what = format!("{} at {database}, schema {} of {}", found.engine, found.schema, found.known);
    match found.schema {
        0 => Finding::warn("database", what, "There is no portal in it yet; the first start makes one."),
        schema if schema > found.known => {
            Finding::fail("database", what, "A newer version of this program made it: use that one.")
        }
        schema if schema < found.known => {
            Finding::warn("database", what, "The next start brings it to the newest; make a backup first.")
        }
        _ => Finding::ok("database", what),
    }
}

fn judged(found: &Inspection) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(damage) = &found.damage {
        let advice = "Put a backup back: `lately restore`. Then look at the disk.";
        findings.push(Finding::fail("database", format!("it is damaged: {damage}"), advice));
    }
    if !found.hasty.is_empty() {
        let advice = "Turn it on in postgresql.conf: without it, acknowledged messages can be lost.";
        let what = format!("{} is off", found.hasty.join(", "));
        findings.push(Finding::warn("database", what, advice));
    }
    if let Some(version) = server_version(&found.engine)
        && version < OLDEST
    {
        let what = format!("{} is too old", found.engine);
        findings.push(Finding::fail("database", what, format!("Use PostgreSQL {OLDEST} or newer.")));
    }
    if let Some(took) = found.write {
        findings.push(durable("write", took));
    }
    if let Some((server, asked)) = found.clock {
        let elapsed = i64::try_from(asked.elapsed().as_millis()).unwrap_or(0);
        let here = SystemClock::default().now().as_millisecond();
        findings.push(apart(server.saturating_add(elapsed).saturating_sub(here)));
    }
    findings
}

/// `PostgreSQL 15.4 (Debian ...)` is 15.
fn server_version(engine: &str) -> Option<u32> {
    let version = engine.strip_prefix("PostgreSQL ")?;
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

fn apart(millis: i64) -> Finding {
    let what = format!("the database server's clock is {millis} ms ahead of this machine's");
    let advice = "Let all machines follow one time server (chrony, systemd-timesyncd).";
    match millis.abs() {
        FAR_APART.. => Finding::fail("clock", what, advice),
        APART.. => Finding::warn("clock", what, advice),
        _ => Finding::ok("clock", what),
    }
}

/// The bus: whether it answers.
pub(super) async fn bus(config: &Config) -> Finding {
    let Some(address) = &config.bus else {
        let what = "none: servers of one portal find each other's changes in the database";
        return match config.database {
            Some(_) => Finding::warn("bus", what, "With several servers, name a NATS server with --bus."),
            None => Finding::ok("bus", "none, and none is needed for an embedded database"),
        };
    };
    let advice =
        "Look whether NATS runs, and at its address: --bus. Until then servers hear of each other later.";
    match tokio::time::timeout(PATIENCE, bus::reach(address)).await {
        Ok(Ok(took)) => {
            Finding::ok("bus", format!("it answers within {:.1} ms", took.as_secs_f64() * 1000.0))
        }
        Ok(Err(error)) => Finding::fail("bus", error.to_string(), advice),
        Err(_) => Finding::fail("bus", "it does not answer", advice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[test]
    fn clocks_may_be_a_little_apart() {
        let health = |millis| apart(millis).health;
        assert_eq!(
            [0, -999, 1_000, -59_999, 60_000, -90_000].map(health),
            [Health::Ok, Health::Ok, Health::Warn, Health::Warn, Health::Fail, Health::Fail]
        );
    }

    #[test]
    fn a_version_is_read_from_what_a_server_says() {
        assert_eq!(server_version("PostgreSQL 15.4 (Debian 15.4-2)"), Some(15));
        assert_eq!(server_version("PostgreSQL 18beta1"), Some(18));
        assert_eq!(server_version("SQLite 3.54.1"), None);
    }

    #[test]
    fn what_loses_messages_or_cannot_be_opened_is_told() {
        let sound = Inspection {
            engine: "PostgreSQL 15.4".to_owned(),
            schema: 2,
            known: 2,
            damage: None,
            write: Some(Duration::from_millis(2)),
            hasty: Vec::new(),
            clock: None,
        };
        let healths = |found: &Inspection| judged(found).iter().map(|one| one.health).collect::<Vec<_>>();
        assert_eq!(healths(&sound), [Health::Ok]);
        let hasty = Inspection { hasty: vec!["fsync"], engine: "PostgreSQL 9.6".to_owned(), ..sound.clone() };
        assert_eq!(healths(&hasty), [Health::Warn, Health::Fail, Health::Ok]);
        let damaged = Inspection { damage: Some("row 7".to_owned()), write: None, ..sound.clone() };
        assert_eq!(healths(&damaged), [Health::Fail]);
        let database = Database::Embedded("data".into());
        let health = |schema| schema_health(&database, &sound, schema);
        assert_eq!([0, 1, 2, 3].map(health), [Health::Warn, Health::Warn, Health::Ok, Health::Fail]);
    }

    fn schema_health(database: &Database, sound: &Inspection, version: i64) -> Health {
        schema(database, &Inspection { schema: version, ..sound.clone() }).health
    }
}
