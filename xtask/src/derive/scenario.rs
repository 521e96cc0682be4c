//! The table of graded scenarios: what of each method is shown, what of it passes, and what is deliberately otherwise.
//!
//! Must hold: nothing is played here. The tests hold `baseline.txt` equal to what fails, so files and baseline together
//! say what passes.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use lately::rest::registry;
use serde_json::Value;

use crate::place;

const SCENARIOS: &str = "tests/scenarios";

/// The table, a method a row, in the registry's order.
pub fn table() -> Result<String> {
    let folder = place::root().join(SCENARIOS);
    let failing = fs::read_to_string(folder.join("baseline.txt")).unwrap_or_default();
    let failing: BTreeSet<&str> =
        failing.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    let mut rows = String::new();
    let (mut passed, mut all) = (0, 0);
    for method in registry::all() {
        let folder = folder.join(method.name);
        if !folder.is_dir() {
            continue;
        }
        let shown = Shown::read(&folder, method.name, &failing)?;
        (passed, all) = (passed + shown.passed, all + shown.all);
        let differences = shown.differences.join("<br>");
        // Writing to a string cannot fail.
        let _ = writeln!(rows, "| `{}` | {} of {} | {differences} |", method.name, shown.passed, shown.all);
    }
    Ok(format!(
        "{passed} of {all} scenarios pass.\n\n| method | passed | deliberately otherwise |\n|---|---|---|\n{rows}"
    ))
}

/// What one method's folder has.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shown {
    all: usize,
    passed: usize,
    differences: Vec<String>,
}

impl Shown {
    fn read(folder: &Path, method: &str, failing: &BTreeSet<&str>) -> Result<Self> {
        let mut shown = Self::default();
        for path in files(folder)? {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let scenario: Value =
                serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            shown.all += 1;
            shown.passed += usize::from(!failing.contains(format!("{method}/{name}").as_str()));
            if let Some(differs) = scenario.get("differs") {
                let told = difference(scenario.get("title"), differs);
                shown.differences.push(
                    told.ok_or_else(|| anyhow!("{}: differs has a reference and a why", path.display()))?,
                );
            }
        }
        Ok(shown)
    }
}

/// `what is shown; the reference: what it says. Why.`
fn difference(title: Option<&Value>, differs: &Value) -> Option<String> {
    let (title, reference, why) =
        (title?.as_str()?, differs.get("reference")?.as_str()?, differs.get("why")?.as_str()?);
    Some(format!("{title} (the reference: {reference}), since {why}").replace('|', "\\|"))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fails_is_not_counted_as_passed_and_differences_are_told_with_their_reason() {
        let folder = tempfile::tempdir().unwrap();
        let differs = json!({ "reference": "stops at 100", "why": "a counter is a fact" });
        let first = json!({ "title": "counters are exact", "differs": differs, "steps": [] });
        fs::write(folder.path().join("exact.json"), first.to_string()).unwrap();
        fs::write(folder.path().join("other.json"), json!({ "title": "x" }).to_string()).unwrap();
        let told = "counters are exact (the reference: stops at 100), since a counter is a fact";
        let expected = Shown { all: 2, passed: 1, differences: vec![told.to_owned()] };
        let failing = BTreeSet::from(["im.counters.get/other"]);
        assert_eq!(Shown::read(folder.path(), "im.counters.get", &failing).unwrap(), expected);
    }
}
