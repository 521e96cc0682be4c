//! A NATS server of one's own, for as long as somebody holds it.

use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{ProgramError, find, free_port};

const PROGRAM: &str = "NATS";

/// How long it may take to get ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether NATS is installed.
pub fn is_installed() -> bool {
    program().is_some()
}

fn program() -> Option<PathBuf> {
    find("nats-server", &["/usr/sbin", "/usr/local/bin"].map(PathBuf::from))
}

/// Runs a program until standard input ends, as it does when whoever holds it dies, in whatever way.
const UNTIL_INPUT_ENDS: &str =
    r#"exec 3<&0; "$0" "$@" </dev/null 3<&- & child=$!; read -r end <&3; kill "$child"; wait "$child""#;

/// A server that runs until this value is dropped.
#[derive(Debug)]
pub struct Nats {
    process: Child,
    port: u16,
}

impl Nats {
    /// Starts a server on a free port of this machine.
    ///
    /// # Errors
    /// NATS is not installed or does not start.
    pub fn start() -> Result<Self, ProgramError> {
        Self::start_on(free_port()?)
    }

    /// Starts a server on this port of this machine.
    ///
    /// # Errors
    /// NATS is not installed or does not start.
    pub fn start_on(port: u16) -> Result<Self, ProgramError> {
        let program = program().ok_or(ProgramError::Missing { program: PROGRAM, package: "nats-server" })?;
        let mut command = Command::new("sh");
        command.args(["-c", UNTIL_INPUT_ENDS]).arg(program);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string()]);
        // Ctrl-C is for the parent, which ends all in good order.
        let command = command.process_group(0);
        let process = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut nats = Self { process, port };
        nats.wait()?;
        Ok(nats)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn wait(&mut self) -> Result<(), ProgramError> {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let reason = match self.process.try_wait()? {
                Some(status) => format!("it ended with {status}"),
                None if begun.elapsed() > PATIENCE => "it does not answer".to_owned(),
                None => {
                    std::thread::sleep(Duration::from_millis(20));
                    continue;
                }
            };
            return Err(ProgramError::Failed { program: PROGRAM, reason });
        }
        Ok(())
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}
