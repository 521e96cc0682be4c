//! What is under fire: three servers, PostgreSQL, NATS, and the ways between them.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use lately::cluster::nats::Nats;
use lately::cluster::postgres::Postgres;
use lately_messenger::{Messenger, Settings, SystemClock, SystemDice};
use lately_store::Database;
use lately_testkit::Client;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::PEOPLE;
use super::chance::Chance;
use super::proxy::Proxy;
use crate::process::{self, Process, SECRET};

/// How many servers.
pub const NODES: usize = 3;

/// It must survive a crash of its own, not of the machine.
const OPTIONS: [&str; 2] = ["fsync=off", "max_connections=200"];

struct Node {
    process: Mutex<Option<Process>>,
    /// Where it answers, while it runs.
    origin: RwLock<Option<String>>,
    to_database: Proxy,
    to_bus: Proxy,
}

/// The field.
pub struct Field {
    nodes: Vec<Node>,
    postgres: Postgres,
    nats: Mutex<Option<Nats>>,
    nats_port: u16,
    /// Beside all fire: the portal as it is.
    observer: Messenger,
    blows: [AtomicU64; 5],
    http: reqwest::Client,
    dir: TempDir,
}

impl Field {
    /// A portal with its people on three servers.
    pub async fn prepare() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // PostgreSQL may have to run as another account.
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).unwrap();
        let postgres = Postgres::start(&dir.path().join("postgres"), "lately", &OPTIONS).unwrap();
        let database = Database::Postgres(postgres.url("postgres").parse().unwrap());
        let clock = Arc::new(SystemClock::default());
        let observer = Messenger::open(database, Settings::default(), clock, Arc::new(SystemDice)).unwrap();
        observer.import(people().as_bytes(), &mut |_| {}).await.unwrap();
        let nats = Nats::start().unwrap();
        let nats_port = nats.port();
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            nodes.push(Node {
                process: Mutex::default(),
                origin: RwLock::default(),
                to_database: Proxy::to(postgres.port()).await,
                to_bus: Proxy::to(nats_port).await,
            });
        }
        let nats = Mutex::new(Some(nats));
        let (blows, http) = (Default::default(), process::http());
        let field = Self { nodes, postgres, nats, nats_port, observer, blows, http, dir };
        for node in 0..NODES {
            field.start(node);
        }
        field
    }

    /// A person at a server, if it runs.
    pub fn client(&self, node: usize, user: i64) -> Option<Client> {
        let origin = self.nodes[node].origin.read().unwrap().clone()?;
        Some(Client::new(format!("{origin}/rest/{user}/{SECRET}/"), user, self.http.clone()))
    }

    /// One blow. At most one server is down at a time, and one way cut.
    pub async fn blow(&self, chance: &mut Chance) {
        let node = chance.below(NODES);
        let kind = chance.below(5);
        self.blows[kind].fetch_add(1, Ordering::SeqCst);
        match kind {
            0 => {
                self.kill(node);
                self.start(node);
            }
            1 => {
                self.nodes[node].to_database.cut();
                tokio::task::yield_now().await;
                self.nodes[node].to_database.mend();
            }
            2 => self.nodes[node].to_bus.cut(),
            3 => drop(self.nats.lock().unwrap().take()),
            _ => {
                let postgres = self.postgres.clone();
                let crash = move || postgres.crash_and_restart(&OPTIONS).unwrap();
                tokio::task::spawn_blocking(crash).await.unwrap();
            }
        }
    }

    /// Everything works again.
    pub async fn mend(&self) {
        for node in &self.nodes {
            node.to_database.mend();
            node.to_bus.mend();
        }
        let mut nats = self.nats.lock().unwrap();
        if nats.is_none() {
            *nats = Some(Nats::start_on(self.nats_port).unwrap());
        }
    }

    fn start(&self, node: usize) {
        let Node { process, origin, to_database, to_bus } = &self.nodes[node];
        let address = self.postgres.url("postgres");
        let address =
            address.replace(&format!(":{}/", self.postgres.port()), &format!(":{}/", to_database.port()));
        let mut command = process::lately();
        command.arg("--data").arg(self.dir.path().join(format!("node{node}")));
        command.args(["--database", &address, "--bus", &format!("nats://127.0.0.1:{}", to_bus.port())]);
        command.args(["serve", "--listen", "127.0.0.1:0"]).stderr(std::process::Stdio::null());
        let started = Process::start(command);
        *origin.write().unwrap() = Some(started.origin("http").to_owned());
        *process.lock().unwrap() = Some(started);
    }

    /// As a power cut would.
    fn kill(&self, node: usize) {
        *self.nodes[node].origin.write().unwrap() = None;
        drop(self.nodes[node].process.lock().unwrap().take());
    }

    /// Every counter is what a recount gives.
    pub async fn assert_exact(&self) {
        let differences = self.observer.check(|_, _| {}).await.unwrap();
        assert!(differences.is_empty(), "a recount differs: {differences:?}");
    }

    /// The same as an operator sees it.
    pub async fn check(&self) {
        let mut command = process::lately();
        command.args(["--database", &self.postgres.url("postgres"), "check"]);
        let said = process::said(&mut command);
        assert!(said.code == Some(0) && said.out.starts_with("clean"), "{said:?}");
    }

    /// How many blows of each kind fell.
    pub fn told(&self) -> String {
        let kinds = [
            "servers killed",
            "ways to the database cut",
            "ways to the bus cut",
            "bus stopped",
            "database crashed",
        ];
        let counts = kinds.iter().zip(&self.blows);
        let told = counts.map(|(kind, count)| format!("{kind} {}", count.load(Ordering::SeqCst)));
        told.collect::<Vec<_>>().join(", ")
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        drop(self.postgres.stop());
    }
}

fn people() -> String {
    let hash: String = Sha256::digest(SECRET).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut lines = String::new();
    for user in 1..=PEOPLE {
        lines.push_str(&format!(
            "{{\"type\":\"user\",\"id\":{user},\"first_name\":\"Person\",\"last_name\":\"N{user}\"}}\n\
             {{\"type\":\"webhook\",\"user\":{user},\"secret_hash\":\"{hash}\",\"scopes\":\"im,user\",\"revision\":33,\
             \"created_at\":\"2026-01-01T00:00:00Z\"}}\n"
        ));
    }
    lines
}
