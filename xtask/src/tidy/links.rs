//! Links within the documents, and pages that documents and comments name: each leads to something.

use std::path::Path;

use super::{Finding, Source};

/// Every link that leads nowhere. `exists` tells whether there is a file or folder at a path from the root.
pub(super) fn check(sources: &[Source], exists: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (number, line) in source.lines() {
            let links = if source.is(&["md"]) { targets(line) } else { Vec::new() };
            for link in links {
                let lead = resolve(&source.path, link);
                if !lead.is_some_and(|path| exists(&path)) {
                    findings.push(Finding::new(
                        source,
                        number,
                        format!("the link to `{link}` leads nowhere"),
                    ));
                }
            }
            let speaks = source.is(&["md"]) || source.is(&["rs"]) && line.trim_start().starts_with("//");
            for page in pages(line).into_iter().filter(|page| speaks && !exists(page)) {
                findings.push(Finding::new(source, number, format!("there is no `{page}`")));
            }
        }
    }
    findings
}

/// The targets of a line's links that mean files: not addresses, not headings of the same page.
fn targets(line: &str) -> Vec<&str> {
    let ends = line.match_indices("](").map(|(at, mark)| at + mark.len());
    let inside = ends.filter_map(|start| line.get(start..)?.split(')').next());
    let files = inside.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    files.filter_map(|target| target.split(['#', ' ']).next()).filter(|target| !target.is_empty()).collect()
}

/// The target as a path from the root; `None` when it leads out of the checkout.
fn resolve(page: &str, target: &str) -> Option<String> {
    let folder = if target.starts_with('/') { Path::new("") } else { Path::new(page).parent()? };
    let mut path: Vec<&str> = Vec::new();
    for part in folder.to_str()?.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(path.pop()?),
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

/// Pages of the documents that a line names by their path from the root.
fn pages(line: &str) -> Vec<&str> {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "/._-".contains(sign);
    let words = line.split(|sign| !is_part(sign)).map(|word| word.trim_end_matches('.'));
    words.filter(|word| word.starts_with("docs/") && word.ends_with(".md")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let there = ["docs/import.md", "README.md", "web"];
        check(&[source(path, text)], &|path| there.contains(&path)).into_iter().map(|one| one.what).collect()
    }

    #[test]
    fn links_that_lead_somewhere_are_left_in_peace() {
        let text = "[a](import.md) [b](../README.md#top) [c](/web) [d](https://a.example/x) [e](#here) [f](mailto:a@b)";
        assert_eq!(findings("docs/other.md", text), Vec::<String>::new());
        assert_eq!(findings("a.rs", "/// See [`x`](import.md), docs/import.md."), Vec::<String>::new());
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        for link in ["gone.md", "../import.md", "../../README.md", "docs/import.md"] {
            assert_eq!(findings("docs/other.md", &format!("[a]({link})")).len(), 1, "{link}");
        }
        assert_eq!(findings("a.rs", "//! As docs/gone.md says."), ["there is no `docs/gone.md`"]);
    }
}
