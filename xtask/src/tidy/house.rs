//! Rules of one file: what it begins with, how long it is, what it is called, what it may not say.

use super::{Finding, Source};

/// The most lines that a file of code may have.
const MOST_LINES: usize = 500;

/// What code is written in.
const CODE: [&str; 8] = ["rs", "js", "mjs", "ts", "vue", "css", "py", "sql"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"];

/// Everything that breaks these rules. `here` are places of this machine, of which no file may speak.
pub(super) fn check(sources: &[Source], here: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        findings.extend(heading(source));
        findings.extend(length(source));
        findings.extend(name(source));
        findings.extend(silenced(source));
        findings.extend(machine(source, here));
    }
    findings
}

/// Whether a comment has a block of code that is compiled and run.
pub(super) fn has_doc_example(source: &Source) -> bool {
    if !source.is(&["rs"]) || source.path.starts_with("fuzz/") {
        return false;
    }
    let mut inside = false;
    for (_, line) in source.lines() {
        let line = line.trim_start();
        let Some(comment) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else { continue };
        let Some(language) = comment.trim_start().strip_prefix("```") else { continue };
        inside = !inside;
        if inside && ["", "rust", "no_run", "should_panic"].contains(&language.trim()) {
            return true;
        }
    }
    false
}

fn heading(source: &Source) -> Option<Finding> {
    if !source.is(&["rs"]) || source.text.trim_start().starts_with("//!") {
        return None;
    }
    Some(Finding::new(
        source,
        1,
        "begin the file with `//!`: what it owns, what must hold, what it never does",
    ))
}

fn length(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    if !source.is(&CODE) || lines <= MOST_LINES {
        return None;
    }
    Some(Finding::new(source, 0, format!("{lines} lines, {MOST_LINES} at most: split it by meaning")))
}

fn name(source: &Source) -> Option<Finding> {
    let words = source.path.split('/').map(|word| word.split('.').next().unwrap_or_default());
    let empty = words.into_iter().find(|word| EMPTY_NAMES.contains(word))?;
    Some(Finding::new(source, 0, format!("`{empty}` says nothing: name it after what it owns")))
}

fn silenced(source: &Source) -> Vec<Finding> {
    let rust = source.is(&["rs"]);
    let silences = |line: &str| {
        let line = line.trim_start();
        line.starts_with(&format!("#[{}(", "allow")) || line.starts_with(&format!("#![{}(", "allow"))
    };
    let lines = source.lines().filter(|(_, line)| rust && silences(line));
    lines
        .map(|(number, _)| Finding::new(source, number, "write `#[expect(LINT, reason = \"...\")]`"))
        .collect()
}

/// Absolute paths that mean something on this machine only.
fn machine(source: &Source, here: &[&str]) -> Vec<Finding> {
    let named = |line: &str| here.iter().find(|path| has_path(line, path)).copied();
    let found = source.lines().filter_map(|(number, line)| Some((number, named(line)?)));
    found
        .map(|(number, path)| Finding::new(source, number, format!("`{path}` is a place of one machine")))
        .collect()
}

/// Whether the path stands in the line, not as a piece of a longer path, of an address or of a name.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default().chars().next_back();
        let after = line.get(at + path.len()..).unwrap_or_default().chars().next();
        let goes_on = |sign: char| sign.is_alphanumeric() || "_-.".contains(sign);
        before.is_none_or(|sign| !goes_on(sign) && !"/~*})]".contains(sign)) && !after.is_some_and(goes_on)
    })
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<(usize, String)> {
        let found = check(&[source(path, text)], &["/srv/checkout", "/house"]);
        found.into_iter().map(|finding| (finding.line, finding.what)).collect()
    }

    #[test]
    fn a_tidy_file_is_left_in_peace() {
        assert_eq!(findings("model/src/chat.rs", "//! Chats.\n"), []);
        assert_eq!(findings("docs/import.md", &"a line\n".repeat(501)), []);
    }

    #[test]
    fn a_rust_file_says_first_what_it_owns() {
        assert_eq!(findings("a.rs", "use x;\n//! Late.\n").len(), 1);
        assert_eq!(findings("a.rs", "").len(), 1);
        assert_eq!(findings("a.js", "let x;\n"), []);
    }

    #[test]
    fn a_long_file_of_code_is_found() {
        assert_eq!(findings("a.css", &"x\n".repeat(500)), []);
        assert_eq!(findings("a.css", &"x\n".repeat(501)).len(), 1);
    }

    #[test]
    fn a_name_that_says_nothing_is_found_whatever_the_ending() {
        for path in ["server/src/utils.js", "server/common/chat.css", "helpers.py"] {
            assert_eq!(findings(path, "").len(), 1, "{path}");
        }
        assert_eq!(findings("server/src/commonplace.js", ""), []);
    }

    #[test]
    fn a_silenced_lint_is_found_with_its_line() {
        let text = format!("//! A.\n    #[{}(dead_code)]\n#![{}(dead_code)]\n", "allow", "allow");
        let lines: Vec<usize> = findings("a.rs", &text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn places_of_this_machine_are_found_and_what_only_looks_like_them_is_not() {
        for text in ["cd /house/alice", "/house", "\"/srv/checkout/web\""] {
            assert_eq!(findings("a.md", text).len(), 1, "{text}");
        }
        for text in ["https://chat.example/house/", "/households", "/srv/lately", "{dir}/house"] {
            assert_eq!(findings("a.md", text), [], "{text}");
        }
    }

    #[test]
    fn only_blocks_that_run_are_examples() {
        assert!(has_doc_example(&source("a.rs", "/// ```\n/// f();\n/// ```\n")));
        assert!(!has_doc_example(&source("a.rs", "/// ```text\n/// f\n/// ```\n// ```\n")));
    }
}
