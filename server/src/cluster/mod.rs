//! A cluster on one machine: PostgreSQL and NATS, started from what is installed.
//!
//! Owns finding and starting other people's programs. Must hold: what is missing is told in one line, with the command that
//! installs it; nothing is installed here, and nothing listens beyond this machine.

pub mod nats;
pub mod postgres;

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why a program did not start.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It is not installed.
    #[error("{program} is not installed; on Debian: apt-get install {package}")]
    Missing {
        /// Which one.
        program: &'static str,
        /// Debian's package.
        package: &'static str,
    },
    /// It ended, or did not get ready.
    #[error("{program} did not start: {reason}")]
    Failed {
        /// Which one.
        program: &'static str,
        /// What it said.
        reason: String,
    },
    /// Its files cannot be made.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A port on this machine that was free a moment ago.
///
/// # Errors
/// None is free.
pub fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The program in one of these directories, or in `PATH`.
fn find(name: &str, directories: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = directories.iter().cloned().chain(std::env::split_paths(&path));
    places.map(|place| place.join(name)).find(|program| program.is_file())
}

/// Runs a command to its end; its output is the reason if it fails.
fn run(program: &'static str, command: &mut Command) -> Result<String, ProgramError> {
    let output = command.stdin(std::process::Stdio::null()).output()?;
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        return Ok(text);
    }
    Err(ProgramError::Failed { program, reason: text.trim().replace('\n', "; ") })
}

/// The account that a program must not be root for: its numbers, if this process is root and the account exists.
fn lesser(names: &[&str]) -> Option<(u32, u32)> {
    if !is_root() {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    names.iter().find_map(|name| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    })
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

/// A command that runs as the lesser account, where there is one, in a directory that it may enter.
fn as_lesser(program: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}
