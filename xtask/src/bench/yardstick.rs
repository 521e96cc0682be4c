//! The program that stands beside nginx to compare with: `yardstick/`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use super::ready::ready;
use super::wrk::{self, Figures};
use crate::{place, run};

/// Where it is, once it is built.
pub fn built() -> PathBuf {
    place::target().join("release/yardstick")
}

/// A running server of fixed bytes; ended when dropped.
pub struct Fixed {
    process: Child,
    /// Such as `http://127.0.0.1:8080`.
    pub origin: String,
}

/// Starts it with the bytes of a file.
pub fn serve(program: &Path, file: &Path) -> Result<Fixed> {
    let mut command = Command::new(program);
    command.arg("serve").arg(file).stdout(Stdio::piped());
    let process = command.spawn().context("cannot start the server of fixed bytes")?;
    let mut fixed = Fixed { process, origin: String::new() };
    fixed.origin = ready(&mut fixed.process).context("the server of fixed bytes did not get ready")?;
    Ok(fixed)
}

/// Commits messages one by one for so many seconds, into a new file in this folder.
pub fn commit(program: &Path, dir: &Path, seconds: u64) -> Result<Figures> {
    let dir = tempfile::Builder::new().prefix("commit-").tempdir_in(dir)?;
    let mut command = Command::new(program);
    command.arg("commit").arg(dir.path().join("plain.sqlite")).arg(seconds.to_string());
    wrk::read(&run::output(&mut command)?)
}

impl Fixed {
    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Fixed {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
