//! A PostgreSQL server of one's own, in a directory.
//!
//! Must hold: it listens on 127.0.0.1 only and asks for a password; its data outlive it. It never runs as root, which
//! PostgreSQL refuses: then it runs as the account `postgres`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::{ProgramError, as_lesser, find, free_port, lesser, run};

const PROGRAM: &str = "PostgreSQL";

/// Who owns the databases.
const OWNER: &str = "lately";

/// As whom it runs instead of root.
const ACCOUNTS: &[&str] = &["postgres", "nobody"];

/// A server that runs.
#[derive(Debug, Clone)]
pub struct Postgres {
    directory: PathBuf,
    programs: PathBuf,
    account: Option<(u32, u32)>,
    password: String,
    port: u16,
}

impl Postgres {
    /// Starts the server whose data are in `directory`, and makes one there if there is none. One that runs is taken as it
    /// is. `options` are PostgreSQL's settings, such as `fsync=off`. `password` is the owner's, of a server that is made.
    ///
    /// # Errors
    /// PostgreSQL is not installed or does not start.
    pub fn start(directory: &Path, password: &str, options: &[&str]) -> Result<Self, ProgramError> {
        let mut server = Self::over(directory)?;
        if !Self::holds(directory) {
            make(&server.directory, &server.programs, server.account, password)?;
        }
        server.password = fs::read_to_string(directory.join("password"))?.trim().to_owned();
        if let Some(port) = server.running() {
            return Ok(Self { port, ..server });
        }
        server.port = free_port()?;
        server.launch(options)?;
        Ok(server)
    }

    /// Whether `directory` holds the data of such a server.
    pub fn holds(directory: &Path) -> bool {
        directory.join("data/PG_VERSION").exists()
    }

    /// Ends the server on the data in `directory`, if one runs.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or the server does not end.
    pub fn end(directory: &Path) -> Result<(), ProgramError> {
        let server = Self::over(directory)?;
        if server.running().is_some() { server.stop() } else { Ok(()) }
    }

    /// The address of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{OWNER}:{}@127.0.0.1:{}/{database}?sslmode=disable", self.password, self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it: transactions that run are undone, what was committed stays.
    ///
    /// # Errors
    /// It does not end within a minute.
    pub fn stop(&self) -> Result<(), ProgramError> {
        self.control(&["stop", "-m", "fast", "-w", "-s"])
    }

    /// Ends it as a power cut would, and starts it again on the same port.
    ///
    /// # Errors
    /// It does not start again.
    pub fn crash_and_restart(&self, options: &[&str]) -> Result<(), ProgramError> {
        self.control(&["stop", "-m", "immediate", "-w", "-s"])?;
        self.launch(options)
    }

    /// A server that does not run yet.
    fn over(directory: &Path) -> Result<Self, ProgramError> {
        let programs = programs().ok_or(ProgramError::Missing { program: PROGRAM, package: "postgresql" })?;
        let account = lesser(ACCOUNTS);
        // The programs run in another directory than this one.
        let directory = std::path::absolute(directory)?;
        Ok(Self { directory, programs, account, password: String::new(), port: 0 })
    }

    fn launch(&self, options: &[&str]) -> Result<(), ProgramError> {
        let mut settings = format!("-h 127.0.0.1 -p {} -k ''", self.port);
        for option in options {
            settings.push_str(&format!(" -c {option}"));
        }
        let log = self.directory.join("log.txt").display().to_string();
        self.control(&["start", "-w", "-t", "60", "-s", "-o", &settings, "-l", &log])
    }

    fn control(&self, words: &[&str]) -> Result<(), ProgramError> {
        let mut command = as_lesser(&self.programs.join("pg_ctl"), self.account);
        command.arg("-D").arg(self.directory.join("data")).args(words);
        // Its own output would keep our pipe open as long as the server runs.
        let quiet = command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        let status = quiet.stderr(std::process::Stdio::null()).status()?;
        if status.success() {
            return Ok(());
        }
        let log = fs::read_to_string(self.directory.join("log.txt")).unwrap_or_default();
        let reason = log.lines().rev().take(5).collect::<Vec<_>>().join("; ");
        Err(ProgramError::Failed { program: PROGRAM, reason })
    }

    /// The port of the server that runs on these data.
    fn running(&self) -> Option<u16> {
        self.control(&["status"]).ok()?;
        let file = fs::read_to_string(self.directory.join("data/postmaster.pid")).ok()?;
        file.lines().nth(3)?.trim().parse().ok()
    }
}

/// Whether PostgreSQL is installed.
pub fn is_installed() -> bool {
    programs().is_some()
}

/// The newest version that Debian's packages installed, or what is in `PATH`.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let directories: Vec<PathBuf> = versions.into_iter().rev().map(|(_, path)| path).collect();
    let program = find("pg_ctl", &directories)?;
    let real = fs::canonicalize(program).ok()?;
    real.parent().map(Path::to_owned)
}

fn make(
    directory: &Path,
    programs: &Path,
    account: Option<(u32, u32)>,
    password: &str,
) -> Result<(), ProgramError> {
    fs::create_dir_all(directory)?;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
    let file = directory.join("password");
    fs::write(&file, password)?;
    if let Some((user, group)) = account {
        chown(directory, Some(user), Some(group))?;
        chown(&file, Some(user), Some(group))?;
    }
    let mut command = as_lesser(&programs.join("initdb"), account);
    command.args(["-E", "UTF8", "--no-locale", "-A", "scram-sha-256", "-U", OWNER]);
    command.arg("--pwfile").arg(&file).arg("-D").arg(directory.join("data"));
    run(PROGRAM, &mut command).map(drop)
}
