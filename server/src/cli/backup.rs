//! `lately backup` and `lately restore`: the whole database into one file and back, beside a running server; and beside
//! that file a folder with the bytes of files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;
use lately_messenger::transfer::TransferError;
use lately_messenger::transfer::bytes::Moved;
use lately_model::{DeedKind, Doer};
use lately_store::{Shelves, Store, StoreError};

use super::failure::Failure;
use super::session::{Session, quiet_log};
use super::settings::Settings;
use super::{print, progress};
use crate::config::{Config, Overrides};
use crate::control;

/// Copy the database into a file while the portal serves.
///
/// The copy is one consistent state: that of the moment when the command began. It holds everything but the local CA
/// and the settings. The bytes of files go into a folder beside it, FILE.files; what is there already is not copied
/// again. Keep both as well as the data directory itself: they hold every message.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately backup /backup/$(date +%F).db
  lately --data /srv/lately backup /backup/$(date +%F).db --files /backup/files     one folder for all copies")]
pub(super) struct Backup {
    /// The folder for the bytes of files, instead of FILE.files; several copies may share one
    #[arg(long, value_name = "FOLDER", conflicts_with = "without_files")]
    files: Option<PathBuf>,
    /// Leave the bytes of files out
    #[arg(long)]
    without_files: bool,
    /// The file to write, which must not exist yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Put back a copy that `backup` made, while the portal serves.
///
/// Everything in the portal is replaced by what was there when the copy was made: messages, users and webhooks that came
/// later are gone. The copy is checked first, and nothing is changed when it is damaged. It happens in one step: a server
/// that runs on the data directory answers with the old state or the new one, and goes on with the new one at once. In
/// a directory without a portal it makes one. Then the bytes of files that are missing are taken from the folder beside
/// the copy, FILE.files.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately restore /backup/2026-03-01.db
  lately --data /tmp/look restore /backup/2026-03-01.db     the copy as a portal of its own")]
pub(super) struct Restore {
    /// The folder with the bytes of files, instead of FILE.files
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    /// The copy
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    /// Copies.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let session = Session::open(settings)?;
        let bar = progress::bar("copying", "pages", 0);
        let copied = session.messenger.backup(&self.file, &mut |left, total| step(&bar, left, total));
        bar.finish_and_clear();
        copied?;
        let mut told = format!("copied {} to {}", session.config.data.display(), self.file.display());
        if !self.without_files {
            let folder = self.files.clone().unwrap_or_else(|| beside(&self.file));
            let moved = self.copy_files(&session, &folder).await?;
            if moved.there > 0 {
                told.push_str(&format!(", and {} to {}", files(moved.there), folder.display()));
            }
            if moved.missing > 0 {
                print::remark(&format!("{} without bytes; see `lately check`", files(moved.missing)));
            }
        }
        let name = last_name(&self.file);
        let by = Doer::command("backup");
        session.messenger.note(&by, DeedKind::BackedUp, &[("file", name.into())]).await?;
        session.finish().await;
        print::line(&told)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn copy_files(&self, session: &Session, folder: &Path) -> Result<Moved, Failure> {
        let bar = progress::count("copying", "files");
        let to = Shelves::at(folder);
        let moved = session.messenger.backup_files(&to, &mut |done| bar.set_position(done)).await;
        bar.finish_and_clear();
        moved.map_err(|error| at(folder, error))
    }
}

/// What a copy is called, without where it lies.
fn last_name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The folder beside a copy.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".files");
    name.into()
}

fn files(count: u64) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}

fn at(folder: &Path, error: TransferError) -> Failure {
    match error {
        TransferError::Io(error) => Failure::file(folder, &error),
        other => other.into(),
    }
}

impl Restore {
    /// Puts the copy in place.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let config = settings.load(Overrides::default())?;
        if config.database.is_some() {
            return Err(StoreError::NotEmbedded.into());
        }
        quiet_log(&config);
        put_back(&config.data, &self.file)?;
        let data = config.data.clone();
        let moved = self.bring_files(config).await?;
        let running = control::nudge(&data);
        let rest = if running { "; the running server goes on with it" } else { "" };
        print::line(&format!("put {} back into {}{rest}", self.file.display(), data.display()))?;
        if moved.missing > 0 {
            print::remark(&format!(
                "{} without bytes: name the folder of the copy with --files",
                files(moved.missing)
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn bring_files(&self, config: Config) -> Result<Moved, Failure> {
        let session = Session::of(config)?;
        let folder = self.files.clone().unwrap_or_else(|| beside(&self.file));
        let bar = progress::count("putting back", "files");
        let from = Shelves::at(&folder);
        let moved = session.messenger.restore_files(&from, &mut |done| bar.set_position(done)).await;
        bar.finish_and_clear();
        let name = last_name(&self.file);
        let by = Doer::command("restore");
        let noted = session.messenger.note(&by, DeedKind::Restored, &[("file", name.into())]).await;
        session.messenger.close().await;
        noted?;
        moved.map_err(|error| at(&folder, error))
    }
}

fn put_back(data: &Path, file: &Path) -> Result<(), Failure> {
    let bar = progress::bar("putting back", "pages", 0);
    let done = Store::restore(data, file, &mut |left, total| step(&bar, left, total));
    bar.finish_and_clear();
    done.map_err(|error| Failure::from(error).advise("Nothing was changed."))
}

fn step(bar: &ProgressBar, left: u64, total: u64) {
    bar.set_length(total);
    bar.set_position(total.saturating_sub(left));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lately_model::User;
    use lately_store::{Change, Database, Observer};

    use super::*;

    fn open(data: &Path, observer: Arc<dyn Observer>) -> Store {
        Store::open(Database::Embedded(data.to_owned()), observer, None).unwrap()
    }

    async fn add(store: &Store, first_name: &str) {
        let user = User { active: true, first_name: first_name.to_owned(), ..User::default() };
        store.write(move |tx| tx.add_user(&user).map(drop)).await.unwrap();
    }

    async fn names(store: &Store) -> Vec<String> {
        let read = |snapshot: &lately_store::Snapshot<'_>| snapshot.users_after(lately_model::UserId(0), 10);
        store.read(read).await.unwrap().into_iter().map(|user| user.first_name).collect()
    }

    fn entries(dir: &Path) -> Vec<String> {
        let name =
            |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        std::fs::read_dir(dir).unwrap().map(name).filter(|name| !name.starts_with("lately.db")).collect()
    }

    #[derive(Default)]
    struct Doubts(std::sync::atomic::AtomicU64);

    impl Observer for Doubts {
        fn committed(&self, _: i64, _: Vec<Vec<Change>>) {}

        fn doubt(&self) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn a_portal_in_use_goes_back_to_its_copy_and_on_from_there() {
        let dir = tempfile::tempdir().unwrap();
        let doubts = Arc::new(Doubts::default());
        let store = open(dir.path(), doubts.clone());
        add(&store, "Alice").await;
        let copy = dir.path().join("copy.db");
        store.backup(&copy, &mut |_, _| {}).unwrap();
        add(&store, "Bob").await;
        assert_eq!(names(&store).await, ["Alice", "Bob"]);

        Store::restore(dir.path(), &copy, &mut |_, _| {}).unwrap();
        assert_eq!(names(&store).await, ["Alice"]);
        add(&store, "Carol").await;
        assert_eq!(doubts.0.load(std::sync::atomic::Ordering::SeqCst), 1);
        assert_eq!(names(&store).await, ["Alice", "Carol"]);
        assert_eq!(entries(dir.path()), ["copy.db"]);
    }

    #[tokio::test]
    async fn the_same_state_put_back_is_noticed_too() {
        let dir = tempfile::tempdir().unwrap();
        let doubts = Arc::new(Doubts::default());
        let store = open(dir.path(), doubts.clone());
        add(&store, "Alice").await;
        let copy = dir.path().join("copy.db");
        store.backup(&copy, &mut |_, _| {}).unwrap();
        Store::restore(dir.path(), &copy, &mut |_, _| {}).unwrap();
        store.in_order(|_| Ok::<_, StoreError>(())).await.unwrap();
        assert_eq!(doubts.0.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_portal_that_is_not_there_yet_is_made() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = open(one.path(), Arc::new(()));
        add(&store, "Alice").await;
        let copy = one.path().join("copy.db");
        store.backup(&copy, &mut |_, _| {}).unwrap();
        let data = two.path().join("new");
        Store::restore(&data, &copy, &mut |_, _| {}).unwrap();
        let restored = open(&data, Arc::new(()));
        assert_eq!(names(&restored).await, ["Alice"]);
    }

    #[tokio::test]
    async fn what_is_no_sound_copy_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), Arc::new(()));
        add(&store, "Alice").await;
        let path = |name: &str| dir.path().join(name);
        store.backup(&path("copy.db"), &mut |_, _| {}).unwrap();
        let mut damaged = std::fs::read(path("copy.db")).unwrap();
        let end = damaged.len();
        damaged[4096..end].fill(7);
        std::fs::write(path("damaged.db"), damaged).unwrap();
        std::fs::write(path("text.db"), "no database").unwrap();
        std::fs::write(path("empty.db"), "").unwrap();
        for file in ["damaged.db", "text.db", "empty.db", "missing.db", "lately.db"] {
            let error = Store::restore(dir.path(), &path(file), &mut |_, _| {}).unwrap_err().to_string();
            assert!(error.contains(file), "{error}");
            assert_eq!(names(&store).await, ["Alice"]);
        }
        assert!(store.backup(&path("text.db"), &mut |_, _| {}).unwrap_err().to_string().contains("already"));
    }

    #[tokio::test]
    async fn a_copy_is_made_while_others_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), Arc::new(()));
        add(&store, "Alice").await;
        let copy = dir.path().join("copy.db");
        store.backup(&copy, &mut |_, _| {}).unwrap();
        Store::verify(&copy).unwrap();
        assert_eq!(entries(dir.path()), ["copy.db"]);
    }
}
