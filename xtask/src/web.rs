//! `cargo xtask web`: the page, from its sources in `web/` to the files that the program is built with.
//!
//! Must hold: what is up to date is not made again, so that the program is not built again either.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::{place, run, tools};

/// What the page is made of, within `web/`.
const SOURCES: [&str; 7] =
    ["src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];

/// Installs what the page is built from and builds it, where something changed.
pub fn build() -> Result<()> {
    tools::page()?;
    let web = place::root().join("web");
    let made = changed(&web.join("dist/index.html"));
    let newest = SOURCES.iter().map(|name| newest(&web.join(name))).max().flatten();
    if made.is_some() && newest <= made {
        return Ok(());
    }
    run::show(run::command("npm", &["run", "--silent", "build"]).current_dir(&web))
        .context("the page cannot be built")
}

/// When a file changed last.
fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// When a file, or the newest below a folder, changed last.
fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = fs::read_dir(path) else { return changed(path) };
    let below = entries.filter_map(|entry| newest(&entry.ok()?.path())).max();
    below.max(changed(path))
}
