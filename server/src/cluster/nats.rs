//! A NATS server of one's own, for as long as somebody holds it.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{ProgramError, find, free_port};

const PROGRAM: &str = "NATS";

/// How long it may take to get ready.
const PATIENCE: Duration = Duration::from_secs(20);

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
        let directories = ["/usr/sbin", "/usr/local/bin"].map(PathBuf::from);
        let program = find("nats-server", &directories);
        let program = program.ok_or(ProgramError::Missing { program: PROGRAM, package: "nats-server" })?;
        let mut command = Command::new(program);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string()]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
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
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
