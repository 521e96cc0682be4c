//! A node as a child process of this one.
//!
//! Must hold: a node ends with the process that started it, however that ends, because it stops when its standard input
//! does. One that dies is started again on the same port, after a pause.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::ProgramError;
use crate::listen::STOP_DEADLINE;

const PROGRAM: &str = "a node";

/// How long to wait before a node that died is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a node may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a node is started.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its data directory, which gets its log as well.
    pub data: PathBuf,
    /// The arguments of `serve`, but for the address.
    pub words: Vec<String>,
    /// Settings that are not for everybody's eyes, as variables of its environment.
    pub variables: Vec<(&'static str, String)>,
}

/// A node that answers.
#[derive(Debug)]
pub struct Node {
    child: Child,
    /// The node stops when this is closed.
    input: ChildStdin,
    address: SocketAddr,
}

impl Node {
    /// Starts a node on this port of this machine, 0 for any, and waits until it is ready.
    ///
    /// # Errors
    /// It ended, or did not get ready in time.
    pub async fn start(plan: &Plan, port: u16) -> Result<Self, ProgramError> {
        lately_store::private_dir(&plan.data)?;
        let log = File::create(plan.log())?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--data").arg(&plan.data).args(["serve", "--until-input-ends", "--listen"]);
        command.arg(SocketAddr::from((Ipv4Addr::LOCALHOST, port)).to_string()).args(&plan.words);
        command.envs(plan.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        // Ctrl-C is for the parent, which ends all in good order.
        let mut child = command.process_group(0).spawn()?;
        let failed = |reason: &str| ProgramError::Failed {
            program: PROGRAM,
            reason: format!("{reason}; its log is {}", plan.log().display()),
        };
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("it has no input or output"));
        };
        let mut lines = BufReader::new(output).lines();
        let ready =
            timeout(PATIENCE, lines.next_line()).await.map_err(|_| failed("it does not get ready"))?;
        let address = ready?.and_then(|line| line.strip_prefix("ready http://")?.parse().ok());
        let address = address.ok_or_else(|| failed("it ended"))?;
        Ok(Self { child, input, address })
    }

    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it again whenever it dies. At `stop` it takes nothing new, finishes what it has, and ends.
    pub async fn keep(mut self, plan: Plan, stop: CancellationToken) {
        let port = self.address.port();
        while let Some(status) = stop.run_until_cancelled(self.child.wait()).await {
            let status = status.as_ref().map(ExitStatus::to_string).unwrap_or_default();
            tracing::warn!(%status, log = %plan.log().display(), "a node ended; it is started again");
            let Some(node) = stop.run_until_cancelled(revive(&plan, port)).await else { return };
            tracing::info!(address = %node.address, "a node was started again");
            self = node;
        }
        self.stop().await;
    }

    /// Lets it finish what it has; cuts it off when that takes too long.
    pub async fn stop(mut self) {
        drop(self.input);
        if timeout(STOP_DEADLINE + PAUSE, self.child.wait()).await.is_err() {
            drop(self.child.kill().await);
        }
    }
}

impl Plan {
    fn log(&self) -> PathBuf {
        self.data.join("log.txt")
    }
}

/// Tries until a node answers.
async fn revive(plan: &Plan, port: u16) -> Node {
    loop {
        sleep(PAUSE).await;
        match Node::start(plan, port).await {
            Ok(node) => return node,
            Err(error) => tracing::warn!(%error, "trying again"),
        }
    }
}
