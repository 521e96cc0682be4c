//! The page in a real browser, and its scripts' own tests; both are written beside the page, in `web/`.
//!
//! Must hold: the browser is headless and leaves nothing; each of its tests has a portal of its own, served by the real
//! binary. Never installs anything: the test command does.

use std::path::{Path, PathBuf};
use std::process::Command;

const HOW_TO_INSTALL: &str = "install it with `cargo xtask test --only unit`";

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("web")
}

/// Runs a program of the page's own packages, which must end well and say this.
fn run(program: &str, words: &[&str], expected: &str) {
    let mut command = Command::new(web().join("node_modules/.bin").join(program));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LATELY")) {
        command.env_remove(name);
    }
    command
        .args(words)
        .current_dir(web())
        .env("NO_COLOR", "1")
        .env("LATELY_BIN", env!("CARGO_BIN_EXE_lately"));
    let done = command.output().unwrap_or_else(|error| panic!("{program}: {error}; {HOW_TO_INSTALL}"));
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(
        done.status.success() && out.contains(expected),
        "{program} ended with {}\n{out}\n{err}",
        done.status
    );
}

/// One file of browser tests. Those beside it run at the same time, so each keeps its results apart.
fn browse(file: &str) {
    let results = tempfile::tempdir().unwrap();
    let output = format!("--output={}", results.path().display());
    run("playwright", &["test", file, "--workers=1", &output], " passed");
}

#[test]
fn the_scripts_own_tests_pass() {
    run("vitest", &["run"], "Tests ");
}

#[test]
fn people_come_in_and_go() {
    browse("sign-in.spec.ts");
}

#[test]
fn administrators_look_after_the_portal() {
    browse("admin.spec.ts");
}

#[test]
fn the_administrators_part_is_for_everybody() {
    browse("admin-looks.spec.ts");
}

#[test]
fn people_talk() {
    browse("talk.spec.ts");
}

#[test]
fn people_send_files() {
    browse("file.spec.ts");
}

#[test]
fn programs_talk_and_messages_are_found() {
    browse("program.spec.ts");
}

#[test]
fn people_talk_with_bots() {
    browse("bots.spec.ts");
}

#[test]
fn the_sdk_listens_in_a_browser() {
    browse("sdk.spec.ts");
}

#[test]
fn the_page_is_for_everybody() {
    browse("looks.spec.ts");
}

#[test]
fn the_page_bears_what_comes() {
    browse("bears.spec.ts");
}
