//! The real binary: commands that run to their end, and a server that dies with its test.
//!
//! Must hold: a server says itself where it answers, so that no port is agreed upon; what the developer's own
//! environment says of Lately reaches no process.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use lately_testkit::{Client, database};

/// The secret of the webhooks that [`colleagues`] makes.
pub const SECRET: &str = "processtestsecret";

/// `lately`, to be filled.
pub fn lately() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lately"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LATELY")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// `lately --data DIR`, to be filled.
pub fn on(data: &Path) -> Command {
    let mut command = lately();
    command.arg("--data").arg(data);
    if let Some(address) = database::address(data) {
        command.arg("--database").arg(address);
    }
    command
}

/// What a command that ran to its end said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The exit status; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Both must be there: the exit status and every one of these words on standard error.
    pub fn assert_failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in {}", self.err);
        }
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text in UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs a command to its end.
pub fn said(command: &mut Command) -> Said {
    command.output().expect("the binary runs").into()
}

/// Runs `lately --data DIR` with these words.
pub fn run(data: &Path, words: &[impl AsRef<OsStr>]) -> Said {
    said(on(data).args(words))
}

/// The same for a command that must succeed; answers its standard output.
pub fn ok(data: &Path, words: &[impl AsRef<OsStr> + std::fmt::Debug]) -> String {
    let said = run(data, words);
    assert_eq!(said.code, Some(0), "lately {words:?}: {said:?}");
    said.out
}

/// Makes Alice, Bob and Carol, numbers 1 to 3, each with a webhook for everything that [`Process::client`] uses.
pub fn colleagues(data: &Path) {
    for (user, first, last) in [("1", "Alice", "Adams"), ("2", "Bob", "Brown"), ("3", "Carol", "Clark")] {
        ok(data, &["user", "add", "--id", user, "--first-name", first, "--last-name", last]);
        let webhook = ["webhook", "add", "--user", user, "--scope", "all", "--secret", SECRET];
        ok(data, &[&webhook[..], &["--revision", "33"]].concat());
    }
}

/// A server process that dies with the test.
pub struct Process {
    child: Child,
    addresses: Vec<String>,
    before: Vec<String>,
}

impl Process {
    /// Serves `data` over HTTP on a free port.
    pub fn serve(data: &Path) -> Self {
        Self::serve_with(data, &[] as &[&str])
    }

    /// The same with more arguments.
    pub fn serve_with(data: &Path, words: &[impl AsRef<OsStr>]) -> Self {
        let mut command = on(data);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(words).stderr(Stdio::null());
        Self::start(command)
    }

    /// Starts a command that serves and waits for its word that it is ready.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
        let out = BufReader::new(child.stdout.take().expect("standard output"));
        let mut before = Vec::new();
        for line in out.lines() {
            let line = line.expect("a line");
            if let Some(addresses) = line.strip_prefix("ready ") {
                let addresses = addresses.split(' ').map(str::to_owned).collect();
                return Self { child, addresses, before };
            }
            before.push(line);
        }
        panic!("the server ended with {:?} after {before:?}", child.wait());
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it printed before it was ready.
    pub fn printed(&self) -> &[String] {
        &self.before
    }

    /// Every address that it answers on.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The first address with this scheme, without a slash at its end.
    pub fn origin(&self, scheme: &str) -> &str {
        let found = self.addresses.iter().find(|address| address.split("://").next() == Some(scheme));
        found.unwrap_or_else(|| panic!("no {scheme} in {:?}", self.addresses))
    }

    /// A person over plain HTTP, with the webhook that [`colleagues`] made.
    pub fn client(&self, user: i64) -> Client {
        Client::new(format!("{}/rest/{user}/{SECRET}/", self.origin("http")), user, http())
    }

    /// Its log, line by line as it is written. The command must have been told to pipe standard error.
    pub fn log(&mut self) -> impl Iterator<Item = String> + use<> {
        let log = self.child.stderr.take().expect("standard error is piped and nobody reads it yet");
        BufReader::new(log).lines().map(|line| line.expect("a line"))
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        signal(self.id(), name);
    }

    /// Waits for its end.
    pub fn end(mut self) -> ExitStatus {
        self.child.wait().expect("the process is ours")
    }

    /// Stops it as an operator does; it must end well.
    pub fn stop(self) {
        self.signal("TERM");
        let status = self.end();
        assert!(status.success(), "the server ended with {status}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends a signal to a process of ours.
pub fn signal(process: u32, name: &str) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status();
    assert!(status.expect("a shell").success(), "the process is gone");
}

/// An HTTP client that trusts nobody in particular and uses no proxy.
pub fn http() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client")
}

/// An HTTP client that trusts the CA in this PEM file and no other.
pub fn trusting(ca: &Path) -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    let pem = std::fs::read(ca).expect("the CA's file");
    let ca = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    reqwest::Client::builder().no_proxy().tls_certs_only([ca]).build().expect("a client")
}
