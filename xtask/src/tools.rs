//! What chores need on the machine beside Rust: found, or installed.
//!
//! Must hold: everything of ours goes into the build folder or beside the tests, the machine's own packages come from
//! its package manager, and only when the person is root; anybody else is told the one command to type. A second run
//! installs nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use lately::cluster::{nats, postgres};

use crate::{place, run};

/// Programs that Debian has: the program, an argument that it takes without doing anything, its packages.
pub struct Program {
    name: &'static str,
    probe: &'static str,
    packages: &'static [&'static str],
}

/// The load generator.
pub const WRK: Program = Program { name: "wrk", probe: "", packages: &["wrk"] };
/// The web server to compare with.
pub const NGINX: Program = Program { name: "nginx", probe: "-v", packages: &["nginx-light"] };
/// The browser that the page is tested in.
pub const CHROMIUM: Program = Program { name: "chromium", probe: "--version", packages: &["chromium"] };
const PYTHON: Program =
    Program { name: "python3", probe: "--version", packages: &["python3", "python3-venv"] };
const NPM: Program = Program { name: "npm", probe: "--version", packages: &["nodejs", "npm"] };

/// Makes sure that a program is there.
pub fn ensure(program: &Program) -> Result<()> {
    if is_there(program) {
        return Ok(());
    }
    install(program.name, program.packages)?;
    if !is_there(program) {
        bail!("{} is still missing after its packages were installed", program.name);
    }
    Ok(())
}

fn is_there(program: &Program) -> bool {
    match program.probe {
        // Without a harmless argument to try, starting at all is enough.
        "" => run::command(program.name, &[]).output().is_ok(),
        probe => run::works(&mut run::command(program.name, &[probe])),
    }
}

/// Installs Debian's packages, as root; says how to otherwise.
fn install(what: &str, packages: &[&str]) -> Result<()> {
    let packages_line = packages.join(" ");
    let root = run::output(&mut run::command("id", &["-u"])).is_ok_and(|id| id.trim() == "0");
    if !root || !run::works(&mut run::command("apt-get", &["--version"])) {
        bail!("{what} is missing: install it, on Debian with `sudo apt-get install {packages_line}`");
    }
    let apt = |arguments: &[&str]| {
        let mut command = run::command("apt-get", arguments);
        // Packages of servers start them at once unless the machine seems to be down for repair.
        command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
        run::show(&mut command)
    };
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
        .with_context(|| format!("{what} is missing"))
}

/// The servers that a portal on several machines needs, installed where they are missing.
pub fn servers() -> Result<()> {
    if !postgres::is_installed() {
        install("PostgreSQL", &["postgresql"])?;
    }
    if !nats::is_installed() {
        install("NATS", &["nats-server"])?;
    }
    if !(postgres::is_installed() && nats::is_installed()) {
        bail!("PostgreSQL or NATS is still missing after its packages were installed");
    }
    Ok(())
}

/// Puts the SDKs in place with which the tests speak to the server: Python's into the build folder, Node's beside their
/// tests. Does nothing where they are up to date.
pub fn sdks() -> Result<()> {
    python("tests/sdk/python/requirements.txt", "sdk/venv")?;
    node_sdk()
}

/// Puts what reads the OpenAPI document and calls what it finds there into the build folder.
pub fn openapi() -> Result<()> {
    python("tests/openapi/requirements.txt", "openapi/venv")
}

/// Installs what a file asks for into an environment of its own, a folder among what is built.
fn python(wanted: &str, venv: &str) -> Result<()> {
    let wanted = place::root().join(wanted);
    let venv = place::target().join(venv);
    let installed = venv.join("requirements.txt");
    if !wanted.exists() || same(&wanted, &installed) {
        return Ok(());
    }
    ensure(&PYTHON)?;
    let make = || run::show(command_at(Path::new("python3"), &["-m", "venv", "--clear"]).arg(&venv));
    if make().is_err() {
        install("Python's venv", &["python3-venv"])?;
        make()?;
    }
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run::show(command_at(&venv.join("bin/python"), &quiet).arg(&wanted))?;
    stamp(&wanted, &installed)
}

fn node_sdk() -> Result<()> {
    packages(&place::root().join("tests/sdk/node"))
}

/// Puts what the web page is built from and tested with beside its sources.
pub fn page() -> Result<()> {
    packages(&place::root().join("web"))
}

/// Installs the packages of a folder as its lockfile says.
fn packages(dir: &Path) -> Result<()> {
    let wanted = dir.join("package-lock.json");
    let installed = dir.join("node_modules/.installed-lock.json");
    if !wanted.exists() || same(&wanted, &installed) {
        return Ok(());
    }
    ensure(&NPM)?;
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run::show(run::command("npm", &arguments).current_dir(dir))?;
    stamp(&wanted, &installed)
}

fn command_at(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place::root());
    command
}

fn same(wanted: &Path, installed: &Path) -> bool {
    match (fs::read(wanted), fs::read(installed)) {
        (Ok(wanted), Ok(installed)) => wanted == installed,
        _ => false,
    }
}

/// Notes what was installed, so that the next run knows.
fn stamp(wanted: &Path, installed: &Path) -> Result<()> {
    fs::copy(wanted, installed).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(())
}
