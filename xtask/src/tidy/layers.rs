//! The direction of the house: which crate may know which, and which libraries stay on one floor.

use toml::{Table, Value};

use super::{Finding, Source};

/// The floors from the ground up, and the crates of ours that each may name outside its tests.
const FLOORS: [(&str, &[&str]); 4] = [
    ("model", &[]),
    ("store", &["lately-model"]),
    ("messenger", &["lately-model", "lately-store"]),
    ("server", &["lately-model", "lately-store", "lately-messenger"]),
];

/// Libraries that a floor does without, and why.
const FORBIDDEN: [(&str, &[&str], &str); 4] = [
    (
        "model",
        &["tokio", "rusqlite", "hyper", "axum", "rand", "futures-util"],
        "the model has no I/O, clock or dice",
    ),
    ("store", &["hyper", "axum", "reqwest"], "HTTP belongs to the server"),
    (
        "messenger",
        &["rusqlite", "hyper", "axum", "reqwest"],
        "SQL belongs to the store and HTTP to the server",
    ),
    ("server", &["rusqlite", "libsqlite3-sys"], "SQL belongs to the store"),
];

/// Everything that breaks these rules.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let Some(floor) = source.path.strip_suffix("/Cargo.toml") else { continue };
        match source.text.parse::<Table>() {
            Ok(manifest) => findings.extend(check_manifest(source, floor, &manifest)),
            Err(error) => findings.push(Finding::new(source, 0, format!("not TOML: {error}"))),
        }
    }
    findings
}

fn check_manifest(source: &Source, floor: &str, manifest: &Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    let known = FLOORS.iter().find(|(name, _)| *name == floor);
    for name in names(manifest, &["dependencies", "build-dependencies"]) {
        let ours = name == "lately" || name.starts_with("lately-");
        if let Some((_, below)) = known
            && ours
            && !below.contains(&name)
        {
            let what = format!("`{floor}` may not know `{name}`: model <- store <- messenger <- server");
            findings.push(Finding::new(source, 0, what));
        }
    }
    let Some((_, forbidden, why)) = FORBIDDEN.iter().find(|(name, ..)| *name == floor) else {
        return findings;
    };
    let all = ["dependencies", "build-dependencies", "dev-dependencies"];
    // Tests of the server may speak HTTP through its own client; nobody's tests need what is forbidden here.
    for name in names(manifest, &all).into_iter().filter(|name| forbidden.contains(name)) {
        findings.push(Finding::new(source, 0, format!("`{floor}` does without `{name}`: {why}")));
    }
    findings
}

fn names<'a>(manifest: &'a Table, sections: &[&str]) -> Vec<&'a str> {
    let tables = sections.iter().filter_map(|section| manifest.get(*section).and_then(Value::as_table));
    tables.flat_map(|table| table.keys().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&[source(path, text)]).len()
    }

    #[test]
    fn a_floor_knows_only_those_below() {
        assert_eq!(findings("store/Cargo.toml", "[dependencies]\nlately-model.workspace = true"), 0);
        assert_eq!(findings("model/Cargo.toml", "[dependencies]\nlately-store.workspace = true"), 1);
        assert_eq!(findings("server/Cargo.toml", "[dev-dependencies]\nlately-testkit.workspace = true"), 0);
    }

    #[test]
    fn a_library_stays_on_its_floor() {
        assert_eq!(findings("store/Cargo.toml", "[dependencies]\nrusqlite = \"1\""), 0);
        assert_eq!(findings("server/Cargo.toml", "[dev-dependencies]\nrusqlite = \"1\""), 1);
        assert_eq!(findings("messenger/Cargo.toml", "[dependencies]\naxum.workspace = true"), 1);
        assert_eq!(findings("model/Cargo.toml", "[dev-dependencies]\ntokio = \"1\""), 1);
    }

    #[test]
    fn a_broken_manifest_is_found() {
        assert_eq!(findings("store/Cargo.toml", "[dependencies"), 1);
    }
}
