//! The door between a running server and the command line: a Unix socket in the data directory.
//!
//! Owns who may serve a data directory: one server at a time. Must hold: when a command hears `ok`, everything that was
//! written before it asked is what the server answers with. Without the socket nothing is lost but that moment: a
//! server notices what others wrote by itself, within 50 milliseconds.
//!
//! Never does anything else: whoever may write to the socket may write to the database too.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream as ClientStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lately_messenger::Messenger;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The socket in the data directory.
pub const SOCKET_FILE: &str = "control.sock";

/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a path the system takes for a socket, in bytes.
const LONGEST_PATH: usize = 100;

/// The longest line that is read.
const LONGEST_LINE: u64 = 64;

/// The base of the running server's links, in the data directory.
const ADDRESS_FILE: &str = "control.url";

const CATCH_UP: &str = "catch up";

/// The right to serve a data directory; given back when dropped, and by the system when the process ends.
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "held for its lock")] File);

impl Claim {
    /// Takes the right to serve `data`, which must exist.
    ///
    /// # Errors
    /// [`ErrorKind::AddrInUse`] when another process has it, or whatever keeps the directory from being opened.
    pub fn take(data: &Path) -> io::Result<Self> {
        let directory = File::open(data)?;
        match directory.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let text = format!(
                    "a server runs on {} already; stop it first, or use another --data",
                    data.display()
                );
                return Err(io::Error::new(ErrorKind::AddrInUse, text));
            }
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "cannot lock the data directory; take care that only one server uses it");
            }
        }
        Ok(Self(directory))
    }
}

/// Claims `data` and answers the command line there until `stop`, in tasks among `tasks`. A socket that cannot be made
/// is logged and done without. Must be called within a runtime.
///
/// # Errors
/// As [`Claim::take`].
pub fn serve(
    data: &Path,
    messenger: Arc<Messenger>,
    stop: CancellationToken,
    tasks: &TaskTracker,
) -> io::Result<()> {
    let claim = Claim::take(data)?;
    let listener = match bind(data) {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::warn!(%error, "no control socket; commands beside this server take effect a little later");
            None
        }
    };
    let files = [SOCKET_FILE, ADDRESS_FILE].map(|name| data.join(name));
    let inner = tasks.clone();
    tasks.spawn(async move {
        match listener {
            Some(listener) => drop(stop.run_until_cancelled(attend(listener, messenger, inner)).await),
            None => stop.cancelled().await,
        }
        for file in files {
            drop(std::fs::remove_file(file));
        }
        drop(claim);
    });
    Ok(())
}

/// Waits until the server that runs on `data`, if there is one, has noticed all that was written. Answers whether one
/// has.
pub fn nudge(data: &Path) -> bool {
    ask(data, CATCH_UP).is_ok_and(|answer| answer == "ok")
}

/// Tells commands the base of links that the server on `data` really answers on, whatever their settings say. Called
/// after [`serve`], by whoever started the server.
///
/// # Errors
/// A file that cannot be written.
pub fn announce(data: &Path, base_url: &str) -> io::Result<()> {
    std::fs::write(data.join(ADDRESS_FILE), base_url)
}

/// The base of links of the server that runs on `data`, if there is one.
pub fn announced(data: &Path) -> Option<String> {
    if !nudge(data) {
        return None;
    }
    std::fs::read_to_string(data.join(ADDRESS_FILE)).ok()
}

fn ask(data: &Path, question: &str) -> io::Result<String> {
    let mut stream = within_limits(data, |path| ClientStream::connect(path))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    writeln!(stream, "{question}")?;
    let mut answer = String::new();
    BufReader::new(stream.take(LONGEST_LINE)).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

/// Whoever has the claim may take the place of a socket that is left over.
fn bind(data: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(data.join(SOCKET_FILE)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => within_limits(data, |path| UnixListener::bind(path)),
    }
}

/// Calls `with` on the socket's path, or on a short name of it where the path is longer than a socket's may be.
fn within_limits<T>(data: &Path, with: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = data.join(SOCKET_FILE);
    if path.as_os_str().len() <= LONGEST_PATH {
        return with(&path);
    }
    let directory = File::open(data)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd()));
    with(&short.join(SOCKET_FILE))
}

async fn attend(listener: UnixListener, messenger: Arc<Messenger>, tasks: TaskTracker) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tasks.spawn(timeout(PATIENCE, answer(stream, Arc::clone(&messenger))))),
            Err(error) => {
                tracing::warn!(%error, "cannot accept on the control socket");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, messenger: Arc<Messenger>) -> io::Result<()> {
    let mut stream = BufStream::new(stream);
    let mut question = String::new();
    (&mut stream).take(LONGEST_LINE).read_line(&mut question).await?;
    let answer = match question.trim_end() {
        CATCH_UP => match messenger.catch_up().await {
            Ok(()) => "ok",
            Err(_) => "failed",
        },
        _ => "unknown",
    };
    stream.write_all(format!("{answer}\n").as_bytes()).await?;
    stream.flush().await
}

#[cfg(test)]
mod tests {
    use lately_messenger::{Settings, SystemClock, SystemDice};
    use lately_model::User;
    use lately_store::Database;

    use super::*;

    fn open(data: &Path) -> Arc<Messenger> {
        let clock = Arc::new(SystemClock::default());
        Arc::new(
            Messenger::open(
                Database::Embedded(data.to_owned()),
                Settings::default(),
                clock,
                Arc::new(SystemDice),
            )
            .unwrap(),
        )
    }

    async fn nudged(data: &Path) -> bool {
        let data = data.to_owned();
        tokio::task::spawn_blocking(move || nudge(&data)).await.unwrap()
    }

    async fn add_alice(messenger: &Messenger) {
        let alice = User { active: true, first_name: "Alice".to_owned(), ..User::default() };
        messenger.add_user(None, alice).await.unwrap();
    }

    #[tokio::test]
    async fn a_command_that_was_heard_is_seen_by_the_server() {
        let dir = tempfile::tempdir().unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (serving, command) = (open(dir.path()), open(dir.path()));
        serve(dir.path(), Arc::clone(&serving), stop.clone(), &tasks).unwrap();
        let before = serving.gauge().doubts;
        add_alice(&command).await;
        assert!(nudged(dir.path()).await);
        assert_eq!(serving.gauge().doubts, before + 1);
    }

    #[tokio::test]
    async fn one_server_at_a_time_and_the_next_one_when_it_has_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let messenger = open(dir.path());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        serve(dir.path(), Arc::clone(&messenger), stop.clone(), &tasks).unwrap();
        let error = serve(dir.path(), Arc::clone(&messenger), stop.clone(), &tasks).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert!(error.to_string().contains("runs on"), "{error}");
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        assert!(!dir.path().join(SOCKET_FILE).exists());
        assert!(!nudged(dir.path()).await);
        serve(dir.path(), messenger, CancellationToken::new(), &TaskTracker::new()).unwrap();
        assert!(nudged(dir.path()).await);
    }

    #[tokio::test]
    async fn a_socket_left_over_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        drop(UnixListener::bind(dir.path().join(SOCKET_FILE)).unwrap());
        assert!(!nudged(dir.path()).await);
        serve(dir.path(), open(dir.path()), CancellationToken::new(), &TaskTracker::new()).unwrap();
        assert!(nudged(dir.path()).await);
    }

    #[tokio::test]
    async fn a_directory_with_a_very_long_path_has_a_socket_too() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("a".repeat(150));
        std::fs::create_dir(&data).unwrap();
        serve(&data, open(&data), CancellationToken::new(), &TaskTracker::new()).unwrap();
        assert!(nudged(&data).await);
    }

    #[tokio::test]
    async fn commands_know_where_the_server_answers_while_it_runs() {
        let dir = tempfile::tempdir().unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        serve(dir.path(), open(dir.path()), stop.clone(), &tasks).unwrap();
        announce(dir.path(), "http://127.0.0.1:9000").unwrap();
        let data = dir.path().to_owned();
        let heard = tokio::task::spawn_blocking(move || announced(&data)).await.unwrap();
        assert_eq!(heard.as_deref(), Some("http://127.0.0.1:9000"));
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        assert_eq!(announced(dir.path()), None);
        assert!(!dir.path().join(ADDRESS_FILE).exists());
    }

    #[tokio::test]
    async fn other_words_are_not_understood() {
        let dir = tempfile::tempdir().unwrap();
        serve(dir.path(), open(dir.path()), CancellationToken::new(), &TaskTracker::new()).unwrap();
        let data = dir.path().to_owned();
        let answer = tokio::task::spawn_blocking(move || ask(&data, "stop")).await.unwrap();
        assert_eq!(answer.unwrap(), "unknown");
    }
}
