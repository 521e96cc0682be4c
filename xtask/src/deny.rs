//! `cargo xtask deny`: licences, sources and known holes of the dependencies, as deny.toml asks.

use anyhow::{Result, bail};

use crate::run;

/// Checks everything; fetches the list of known holes.
pub fn run() -> Result<()> {
    if !is_installed() {
        bail!("cargo-deny is not installed; install it with `cargo install --locked cargo-deny`");
    }
    run::show(&mut run::cargo(&["deny", "--workspace", "check"]))
}

/// Checks what can be known without network, if cargo-deny is there.
pub fn without_network() -> Result<()> {
    if !is_installed() {
        eprintln!("passed over: cargo-deny is not installed (`cargo install --locked cargo-deny`)");
        return Ok(());
    }
    run::show(&mut run::cargo(&["deny", "--workspace", "--offline", "check", "bans", "licenses", "sources"]))
}

fn is_installed() -> bool {
    run::works(&mut run::cargo(&["deny", "--version"]))
}
