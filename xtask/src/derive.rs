//! `cargo xtask gen`: files and parts of files that follow from the code.
//!
//! Must hold: nobody edits them by hand; running it twice changes nothing; with `--check` nothing is written and what
//! would change is named.

mod scenario;

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use lately::config::sample;
use lately::rest::registry::{self, Caller, Kind, Method, Param};

use crate::place;

const COMPATIBILITY: &str = "docs/compatibility.md";
const SAMPLE: &str = "docs/lately.sample.toml";

/// The parts of the page: between which marks each stands.
const METHODS: &str = "methods";
const SCENARIOS: &str = "scenarios";

/// Write derived files anew: the tables of methods and scenarios, the sample of settings.
#[derive(Debug, Args)]
pub struct Gen {
    /// Write nothing; fail if something would change
    #[arg(long)]
    pub check: bool,
}

impl Gen {
    /// Writes, or checks.
    pub fn run(self) -> Result<()> {
        let mut stale = Vec::new();
        for (path, text) in derived()? {
            let file = place::root().join(path);
            if fs::read_to_string(&file).is_ok_and(|known| known == text) {
                continue;
            }
            if self.check {
                stale.push(path);
                continue;
            }
            fs::write(&file, text).with_context(|| format!("cannot write {path}"))?;
            eprintln!("wrote {path}");
        }
        if stale.is_empty() {
            return Ok(());
        }
        bail!("not up to date: {}; run `cargo xtask gen`", stale.join(", "))
    }
}

/// The derived files with what they should hold.
fn derived() -> Result<Vec<(&'static str, String)>> {
    let page = fs::read_to_string(place::root().join(COMPATIBILITY))
        .with_context(|| format!("cannot read {COMPATIBILITY}"))?;
    let page = put(&page, METHODS, &table(registry::all()))?;
    let page = put(&page, SCENARIOS, &scenario::table()?)?;
    Ok(vec![(COMPATIBILITY, page), (SAMPLE, sample())])
}

/// The page with another text between the marks of a part.
fn put(page: &str, part: &str, text: &str) -> Result<String> {
    let begin = format!("<!-- {part}: written by `cargo xtask gen` -->\n");
    let end = format!("<!-- {part}: end -->");
    let parts = page.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) =
        parts.ok_or_else(|| anyhow!("{COMPATIBILITY} has lost its marks: `{}` and `{end}`", begin.trim()))?;
    Ok(format!("{before}{begin}\n{text}\n{end}{after}"))
}

fn table(methods: impl Iterator<Item = &'static Method>) -> String {
    let mut table =
        "| method | scope | who | parameters | what it does |\n|---|---|---|---|---|\n".to_owned();
    for Method { name, scope, about, caller, params, .. } in methods {
        let (scope, caller) = (scope.replace('|', ", "), who(*caller));
        let params: Vec<String> = params.iter().map(param).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| `{name}` | {scope} | {caller} | {} | {about} |", params.join("; "));
    }
    table
}

fn who(caller: Caller) -> &'static str {
    match caller {
        Caller::Anyone => "anyone",
        Caller::Administrator => "administrator",
        Caller::Application => "application",
        Caller::NoApplication => "webhook, session",
        Caller::Program => "application, webhook",
    }
}

fn param(param: &Param) -> String {
    let kind = match param.kind {
        Kind::Flag => "flag",
        Kind::Int => "integer",
        Kind::Text => "text",
        Kind::Date => "date",
        Kind::Dialog => "dialog id",
        Kind::List => "list",
        Kind::Object => "map",
    };
    let name = param.name;
    match (param.required, param.default) {
        (true, _) => format!("**`{name}`** {kind}"),
        (false, "") => format!("`{name}` {kind}"),
        (false, default) => format!("`{name}` {kind} ({default})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes_and_twice_is_once() {
        let page = "a\n<!-- x: written by `cargo xtask gen` -->\nold<!-- x: end -->\nb";
        let once = put(page, "x", "new").unwrap();
        assert_eq!(once, "a\n<!-- x: written by `cargo xtask gen` -->\n\nnew\n<!-- x: end -->\nb");
        assert_eq!(put(&once, "x", "new").unwrap(), once);
        assert!(put(page, "y", "new").is_err());
    }

    #[test]
    fn every_method_is_a_row_of_five_cells() {
        let table = table(registry::all());
        assert_eq!(table.lines().count(), registry::all().count() + 2);
        for line in table.lines() {
            assert_eq!(line.matches('|').count(), 6, "{line}");
        }
    }
}
