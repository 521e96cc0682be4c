//! `cargo xtask tidy`: the house rules that no linter knows.
//!
//! Must hold: each finding is one line that names the place, what is wrong and what to do. Looks only at files that git
//! knows or would add.

mod house;
mod layers;
mod links;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{place, run};

/// A file of text.
struct Source {
    /// Its path from the root, with slashes.
    path: String,
    text: String,
}

impl Source {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn is(&self, endings: &[&str]) -> bool {
        self.name().rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
    }

    /// The lines with their numbers, from 1 on.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Something to mend.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1 on; 0 for the file as a whole.
    line: usize,
    what: String,
}

impl Finding {
    fn new(source: &Source, line: usize, what: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line, what: what.into() }
    }
}

/// Checks all rules and prints what breaks them.
pub fn run() -> Result<()> {
    let sources = sources()?;
    let (root, home) = (place::root().to_string_lossy(), std::env::var("HOME").unwrap_or_default());
    let here: Vec<&str> = [&root, home.as_str()].into_iter().filter(|path| path.len() > 1).collect();
    let mut findings = house::check(&sources, &here);
    findings.extend(layers::check(&sources));
    findings.extend(links::check(&sources, &|path| place::root().join(path).exists()));
    findings.sort();
    for Finding { path, line, what } in &findings {
        match line {
            0 => eprintln!("{path}: {what}"),
            line => eprintln!("{path}:{line}: {what}"),
        }
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("one house rule is broken"),
        number => bail!("house rules are broken in {number} places"),
    }
}

/// Whether any comment on the workspace's code has an example that the documentation tests would run.
pub fn has_doc_examples() -> Result<bool> {
    Ok(sources()?.iter().any(house::has_doc_example))
}

/// Every file of text that git knows or would add.
fn sources() -> Result<Vec<Source>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed =
        run::output(&mut run::command("git", &arguments)).context("house rules need the git checkout")?;
    let mut sources = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // A file may be gone from the folder and not yet from git; pictures and the like are not text.
        let Ok(bytes) = fs::read(place::root().join(path)) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        sources.push(Source { path: path.to_owned(), text });
    }
    Ok(sources)
}

#[cfg(test)]
fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_ending() {
        assert!(source("a/b.rs", "").is(&["rs", "md"]));
        assert!(!source("a.rs/b", "").is(&["rs"]));
    }
}
