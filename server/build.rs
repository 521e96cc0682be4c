//! Builds the page into the program: a table of the files in `web/dist`.
//!
//! A release build makes these files first with npm, when they are not there or older than what they are made of, and
//! Node is there. It never fails for want of
//! them: the program then says on its page what is missing. `LATELY_WEB=keep` takes what is there and runs nothing.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

fn main() -> io::Result<()> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("web");
    let dist = web.join("dist");
    // Cargo can only notice that files come if it has a folder to watch.
    drop(fs::create_dir_all(&dist));
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-env-changed=LATELY_WEB");
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let keep = std::env::var("LATELY_WEB").is_ok_and(|word| word == "keep");
    if release && !keep && is_old(&web, &dist) && !npm(&web) {
        println!(
            "cargo::warning=the web page is not built: install Node, then `cargo xtask web` and build again"
        );
    }
    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("assets.rs"), table(&dist, &files)?)
}

/// Whether the page is missing, or something that it is made of changed since.
fn is_old(web: &Path, dist: &Path) -> bool {
    let mut newest = None;
    for name in ["src", "public", "index.html", "package-lock.json", "vite.config.ts"] {
        println!("cargo::rerun-if-changed={}", web.join(name).display());
        newest = newest.max(changed(&web.join(name)));
    }
    let made = fs::metadata(dist.join("index.html")).and_then(|file| file.modified()).ok();
    made.is_none() || made < newest
}

/// When a file, or the newest below a folder, changed last.
fn changed(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).and_then(|file| file.modified()).ok();
    let Ok(entries) = fs::read_dir(path) else { return own };
    entries.filter_map(|entry| changed(&entry.ok()?.path())).max().max(own)
}

/// Installs what the page is built from, as its lockfile says, and builds it.
fn npm(web: &Path) -> bool {
    let run = |words: &[&str]| {
        let done = Command::new("npm").args(words).current_dir(web).output();
        done.is_ok_and(|done| done.status.success())
    };
    run(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) && run(&["run", "build"])
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn table(dist: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut text = "static ASSETS: &[Asset] = &[\n".to_owned();
    for file in files {
        let name = file.strip_prefix(dist).unwrap_or(file).to_string_lossy().replace('\\', "/");
        if name.ends_with(".gz") || name.ends_with(".br") {
            continue;
        }
        let mut hasher = DefaultHasher::new();
        fs::read(file)?.hash(&mut hasher);
        let (kind, tag) = (kind(&name), format!("\"{:x}\"", hasher.finish()));
        let packed = |ending: &str| {
            let packed = PathBuf::from(format!("{}.{ending}", file.display()));
            if packed.exists() { format!("Some(include_bytes!({packed:?}))") } else { "None".to_owned() }
        };
        let (gzip, brotli) = (packed("gz"), packed("br"));
        text += &format!(
            "Asset {{ path: \"/{name}\", kind: {kind:?}, tag: {tag:?}, bytes: include_bytes!({file:?}), \
             gzip: {gzip}, brotli: {brotli} }},\n"
        );
    }
    Ok(text + "];\n")
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
