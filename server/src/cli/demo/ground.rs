//! The demo's data directory: what is deleted for a fresh start, and the file that tells programs of the portal.
//!
//! Must hold: nothing is deleted that a portal did not make, and nothing at all while a server runs there.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde_json::Value;

use super::offer::{OFFER_FILE, Secrets, secrets};
use crate::cli::failure::Failure;
use crate::cluster::postgres::Postgres;
use crate::control::Claim;

/// The offer of the last start, while a new one is being made.
const LAST_OFFER_FILE: &str = "portal.json.last";
const PART_FILE: &str = "portal.json.part";

/// The database of a cluster.
pub(super) const POSTGRES: &str = "postgres";

/// By any of these a directory is known to hold a portal.
const MARKS: [&str; 3] = ["lately.db", OFFER_FILE, LAST_OFFER_FILE];

/// What else a portal leaves there.
const OURS: [&str; 12] = [
    "lately.db-wal",
    "lately.db-shm",
    "lately.db-journal",
    PART_FILE,
    "ca.pem",
    "ca.key.pem",
    "server.pem",
    "ca.part",
    "ca.key.part",
    "server.part",
    "control.sock",
    "control.url",
];

/// Deletes the portal in `data`, if there is one; files of others stay.
pub(super) fn clear(data: &Path) -> Result<(), Failure> {
    let names = match names(data) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        names => names.map_err(|error| Failure::file(data, &error))?,
    };
    if names.is_empty() {
        return Ok(());
    }
    let marked = names.iter().any(|name| MARKS.contains(&name.as_str()));
    if !marked && !Postgres::holds(&data.join(POSTGRES)) {
        let what = format!("{} is not empty and holds no portal; nothing was deleted", data.display());
        return Err(Failure::new(what, "Name another directory with --data, or an empty one."));
    }
    let _claim =
        Claim::take(data).map_err(|error| Failure::new(error.to_string(), "Nothing was deleted."))?;
    for name in names.iter().filter(|name| is_ours(name)) {
        let file = data.join(name);
        std::fs::remove_file(&file).map_err(|error| Failure::file(&file, &error))?;
    }
    clear_cluster(data, &names)
}

/// Deletes what a cluster left: its database, stopped first if it still runs, and what its nodes kept.
fn clear_cluster(data: &Path, names: &[String]) -> Result<(), Failure> {
    let postgres = data.join(POSTGRES);
    if names.iter().any(|name| name == POSTGRES) && Postgres::holds(&postgres) {
        Postgres::end(&postgres).map_err(|error| Failure::new(error.to_string(), ""))?;
        std::fs::remove_dir_all(&postgres).map_err(|error| Failure::file(&postgres, &error))?;
    }
    for node in names.iter().filter(|name| is_node(name)).map(|name| data.join(name)) {
        let _claim =
            Claim::take(&node).map_err(|error| Failure::new(error.to_string(), "It was not deleted."))?;
        std::fs::remove_dir_all(&node).map_err(|error| Failure::file(&node, &error))?;
    }
    Ok(())
}

/// `node1` and so on.
fn is_node(name: &str) -> bool {
    name.strip_prefix("node").is_some_and(|number| number.parse::<u8>().is_ok())
}

fn names(data: &Path) -> io::Result<Vec<String>> {
    let entries = std::fs::read_dir(data)?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn is_ours(name: &str) -> bool {
    MARKS.contains(&name) || OURS.contains(&name) || name.starts_with("lately.db.restore-")
}

/// The secrets that the last start offered. Its file steps aside: what it says of addresses is no longer true.
pub(super) fn take_known_secrets(data: &Path) -> Result<Secrets, Failure> {
    let (file, last) = (data.join(OFFER_FILE), data.join(LAST_OFFER_FILE));
    match std::fs::rename(&file, &last) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Failure::file(&file, &error)),
        _ => {}
    }
    match std::fs::read_to_string(&last) {
        Ok(text) => Ok(secrets(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Secrets::default()),
        Err(error) => Err(Failure::file(&last, &error)),
    }
}

/// Puts the new offer in place, whole, for its owner's eyes only.
pub(super) fn write_offer(data: &Path, offer: &Value) -> Result<(), Failure> {
    let (file, part) = (data.join(OFFER_FILE), data.join(PART_FILE));
    let write = || {
        drop(std::fs::remove_file(&part));
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        out.write_all(format!("{offer:#}\n").as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&part, &file)
    };
    write().map_err(|error| Failure::file(&file, &error))?;
    drop(std::fs::remove_file(data.join(LAST_OFFER_FILE)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    use serde_json::json;

    use lately_model::UserId;

    use super::*;

    fn put(data: &Path, names: &[&str]) {
        names.iter().for_each(|name| std::fs::write(data.join(name), "x").unwrap());
    }

    fn left(data: &Path) -> Vec<String> {
        let mut left = names(data).unwrap();
        left.sort();
        left
    }

    #[test]
    fn a_fresh_start_deletes_the_portal_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path();
        put(
            data,
            &["lately.db", "lately.db-wal", "ca.pem", "ca.key.pem", "server.pem", "portal.json", "notes.txt"],
        );
        put(data, &["lately.db.restore-17", "lately.db.monday"]);
        clear(data).unwrap();
        assert_eq!(left(data), ["lately.db.monday", "notes.txt"]);
    }

    #[test]
    fn a_directory_without_a_portal_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &["ca.pem", "server.pem"]);
        assert!(
            matches!(clear(dir.path()), Err(Failure::Told { what, .. }) if what.contains("holds no portal"))
        );
        assert_eq!(left(dir.path()), ["ca.pem", "server.pem"]);
    }

    #[test]
    fn an_empty_directory_and_none_are_fresh_already() {
        let dir = tempfile::tempdir().unwrap();
        clear(dir.path()).unwrap();
        clear(&dir.path().join("none")).unwrap();
    }

    #[test]
    fn nothing_is_deleted_under_a_running_server() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &["lately.db"]);
        let claim = Claim::take(dir.path()).unwrap();
        assert!(
            matches!(clear(dir.path()), Err(Failure::Told { what, .. }) if what.contains("a server runs"))
        );
        drop(claim);
        clear(dir.path()).unwrap();
        assert!(left(dir.path()).is_empty());
    }

    #[test]
    fn the_offer_is_for_its_owner_and_its_secrets_outlive_a_start_cut_short() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path();
        assert_eq!(take_known_secrets(data).unwrap(), Secrets::default());
        write_offer(data, &json!({"users": [{"id": 1, "webhook": {"secret": "s3cret"}}]})).unwrap();
        let mode = std::fs::metadata(data.join(OFFER_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let webhooks = BTreeMap::from([(UserId(1), "s3cret".to_owned())]);
        let known = Secrets { webhooks, password: None };
        assert_eq!(take_known_secrets(data).unwrap(), known);
        assert_eq!(left(data), [LAST_OFFER_FILE]);
        assert_eq!(take_known_secrets(data).unwrap(), known);
        write_offer(data, &json!({})).unwrap();
        assert_eq!(left(data), [OFFER_FILE]);
    }
}
