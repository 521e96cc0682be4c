//! Copies of the whole database: made while others read and write, and put back while others read and write.
//!
//! Must hold: a copy is one state of the portal; putting one back is one transaction, after which the portal's position
//! is higher than ever before, so that every running server drops what it remembers. The copy itself is only read.

use std::path::{Path, PathBuf};

use crate::database::private_dir;
use crate::engine::Engine;
use crate::{Database, Store, StoreError, migrate};

impl Store {
    /// Copies the database into the new file `target`, reporting (pages left, pages in all). A file that is already
    /// there is refused; a copy that fails half-way is removed.
    pub fn backup(&self, target: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        if target.exists() {
            return Err(refused(target, "there is a file already"));
        }
        let Database::Embedded(data) = self.database() else { return Err(StoreError::NotEmbedded) };
        let reader = Engine::sqlite_reader(&Database::file(data))?;
        let partial = Scratch::new(beside(target, ".partial"));
        private_file(&partial.path)?;
        reader.backup(&partial.path, progress)?;
        std::fs::rename(&partial.path, target)?;
        Ok(())
    }

    /// Replaces the content of the portal in `data` by that of `file`, a copy that [`Self::backup`] made, reporting
    /// (pages left, pages in all). Servers may run on `data` meanwhile: they go on with the new content. A portal that
    /// is not there yet is made. Nothing is changed when the copy is damaged or was made by a newer version.
    pub fn restore(data: &Path, file: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        private_dir(data)?;
        let path = Database::file(data);
        let copy = Scratch::new(beside(&path, &format!(".restore-{}", std::process::id())));
        let source = sound_copy(file, &copy.path)?;
        let mut target = Engine::sqlite(&path)?;
        migrate::run(&target)?;
        let watcher = Engine::sqlite_reader(&path)?;
        let settle = || {
            let past = position(&watcher)?.max(position(&source)?) + 1;
            // Who signed out, and which link or code was used, since the copy was made, the copy does not know.
            source.run("DELETE FROM session", &[])?;
            source.run("DELETE FROM invitation", &[])?;
            source.run("DELETE FROM app_token WHERE kind = 'C'", &[])?;
            source.run_one("UPDATE portal SET position = ?1 WHERE id = 1", &[past.into()])
        };
        target.restore(&source, settle, progress)
    }

    /// Whether `file` is a sound database of a portal.
    pub fn verify(file: &Path) -> Result<(), StoreError> {
        let reader = Engine::sqlite_reader(file)?;
        let verdict = reader.row("PRAGMA quick_check", &[])?.map(|mut row| row.text()).transpose()?;
        if verdict.as_deref() != Some("ok") {
            return Err(StoreError::Corrupt(format!("{}: {}", file.display(), verdict.unwrap_or_default())));
        }
        position(&reader).map(drop)
    }
}

/// Copies `file` to `copy` and opens that: checked, and brought to this program's schema.
fn sound_copy(file: &Path, copy: &Path) -> Result<Engine, StoreError> {
    if std::fs::metadata(beside(file, "-wal")).is_ok_and(|pending| pending.len() > 0) {
        return Err(refused(file, "it is a database in use; copy it with `lately backup` and name the copy"));
    }
    std::fs::copy(file, copy).map_err(|error| refused(file, &error.to_string()))?;
    Store::verify(copy).map_err(|error| refused(file, &not_a_copy(&error)))?;
    let source = Engine::sqlite(copy)?;
    migrate::run(&source)?;
    Ok(source)
}

fn not_a_copy(error: &StoreError) -> String {
    match error {
        StoreError::Corrupt(reason) => format!("it is damaged: {reason}"),
        _ => "it is not a copy that `lately backup` made".to_owned(),
    }
}

fn position(engine: &Engine) -> Result<i64, StoreError> {
    match engine.row("SELECT position FROM portal WHERE id = 1", &[])? {
        Some(mut row) => row.int(),
        None => Err(StoreError::Corrupt("the portal's own row is missing".to_owned())),
    }
}

fn refused(path: &Path, reason: &str) -> StoreError {
    StoreError::Open { path: path.to_owned(), reason: reason.to_owned() }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes an empty file, readable by its owner only where the system knows owners: a copy holds every message.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// A database file that goes away with this value, unless it was renamed.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes room for one at `path`.
    fn new(path: PathBuf) -> Self {
        let scratch = Self { path };
        scratch.clear();
        scratch
    }

    fn clear(&self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            drop(std::fs::remove_file(beside(&self.path, suffix)));
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clear();
    }
}
