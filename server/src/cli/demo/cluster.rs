//! `lately demo --cluster N`: the same portal, served by several processes over PostgreSQL and NATS.
//!
//! Must hold: whatever way it ends, what it started ends with it; PostgreSQL's data stay. Passwords go to the nodes in
//! their environment, never as arguments, which everybody on the machine can read.

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use futures_util::future::try_join_all;
use lately_messenger::{Clock, Dice, Messenger, SystemClock, SystemDice};
use lately_store::Database;
use tokio::task::{JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::ground::{self, POSTGRES};
use super::offer::{Bases, OFFER_FILE, Offer};
use super::{People, ca_file};
use crate::boot::BootError;
use crate::cli::failure::{Failure, chain};
use crate::cli::signals::Signals;
use crate::cli::{print, serve, session};
use crate::cluster::gate::Gate;
use crate::cluster::nats::Nats;
use crate::cluster::node::{Node, Plan};
use crate::cluster::postgres::Postgres;
use crate::cluster::{self, ProgramError};
use crate::config::Config;
use crate::control::Claim;
use crate::tls::{Identity, server_config};
use crate::{log, vault, web};

/// The database that every PostgreSQL server has.
const DATABASE: &str = "postgres";

/// What serves the portal, and where.
struct Ground<'a> {
    config: &'a Config,
    /// The settings that the person named; the nodes follow them too.
    file: Option<&'a Path>,
    nodes: u8,
    database: String,
    bus: String,
}

/// Serves until a signal comes.
pub(super) async fn run(config: Config, file: Option<&Path>, nodes: u8) -> Result<ExitCode, Failure> {
    if config.database.is_some() || config.bus.is_some() {
        let what = "--cluster starts a database and a bus of its own";
        return Err(Failure::misused(what, "Leave --database and --bus away, and their settings."));
    }
    log::start(&config.log).map_err(|error| Failure::new(chain(&error), ""))?;
    let mut signals = Signals::watch()?;
    // What another program holds is found out before anything is written.
    let gate = Gate::bind(&config.http.listen, &config.https.listen).await?;
    let _claim = ready_ground(&config.data)?;
    let nats = blocking(Nats::start).await?;
    let (directory, password) = (config.data.join(POSTGRES), SystemDice.secret(24));
    let postgres = blocking(move || Postgres::start(&directory, &password, &[])).await?;
    let (database, bus) = (postgres.url(DATABASE), nats.url());
    let ground = Ground { config: &config, file, nodes, database, bus };
    let served = ground.serve(gate, &mut signals).await;
    drop(nats);
    let stopped = blocking(move || postgres.stop()).await;
    served.and(stopped).map(|()| ExitCode::SUCCESS)
}

/// Makes the data directory, and takes the right to serve it.
fn ready_ground(data: &Path) -> Result<Claim, Failure> {
    if Database::file(data).exists() {
        let what = format!("{} holds a portal of one server already", data.display());
        return Err(Failure::new(what, "Name another directory with --data, or begin anew with --fresh."));
    }
    let made = lately_store::private_dir(data).and_then(|()| cluster::let_through(data));
    made.map_err(|error| Failure::file(data, &error))?;
    Claim::take(data).map_err(|error| Failure::new(error.to_string(), ""))
}

/// Starting a program takes its time.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ProgramError> + Send + 'static,
) -> Result<T, Failure> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(Failure::new(error.to_string(), "")),
    }
}

fn tls(config: &Config) -> Result<Arc<rustls::ServerConfig>, BootError> {
    // Certificates live in the machine's time, whatever time the portal lives in.
    let now = SystemClock::default().now();
    Ok(server_config(&Identity::load(&config.https, &config.data, now)?)?)
}

impl Ground<'_> {
    async fn serve(&self, gate: Gate, signals: &mut Signals) -> Result<(), Failure> {
        let data = &self.config.data;
        let people = self.people().await?;
        let tls = tls(self.config)?;
        let plain = self.config.base_url(&gate.http, &[]);
        let plans = self.plans(&self.config.base_url(&gate.http, &gate.https), &plain);
        let nodes = try_join_all(plans.iter().map(|plan| Node::start(plan, 0))).await?;
        let addresses: Vec<_> = nodes.iter().map(Node::address).collect();
        let bases = Bases::new(&gate.http, &gate.https);
        let offer = Offer::new(&bases, &ca_file(data)?, &people).by(&addresses);
        let ready = serve::ready_on(&gate.http, &gate.https);

        let stop = CancellationToken::new();
        let mut keepers = JoinSet::new();
        for (node, plan) in nodes.into_iter().zip(plans) {
            keepers.spawn(node.keep(plan, stop.clone()));
        }
        let value = offer.value()?;
        ground::write_offer(data, &value)?;
        let told = Arc::new(OnceLock::from(value));
        let authorities = addresses.iter().filter_map(|address| address.to_string().parse().ok());
        let open = gate.open(authorities, web::page_routes(told), Some(tls));
        let printed = print::line(&offer.told(&data.join(OFFER_FILE))).and_then(|()| print::line(&ready));
        if printed.is_ok() {
            signals.next().await;
            tracing::info!("stopping; another signal stops at once");
        }
        let ended = async {
            open.close().await;
            stop.cancel();
            while keepers.join_next().await.is_some() {}
        };
        tokio::select! {
            () = ended => printed,
            () = signals.next() => Err(Failure::new("stopped before all requests were answered", "")),
        }
    }

    /// Fills an empty portal, before anybody serves it.
    async fn people(&self) -> Result<People, Failure> {
        let database = self.database.parse().map_err(|error: String| Failure::new(error, ""))?;
        let clock = Arc::new(session::clock(self.config)?);
        let limits = session::limits(self.config)?;
        let messenger = Messenger::open(Database::Postgres(database), limits, clock, Arc::new(SystemDice))?;
        let revision = messenger.portal_settings().await?.revision;
        let people = People::bring(&messenger, &self.config.data, revision).await;
        messenger.close().await;
        people
    }

    /// The nodes follow the same settings; what faces people is the balancer's.
    fn plans(&self, base_url: &str, plain: &str) -> Vec<Plan> {
        let mut words = vec!["--public-url".to_owned(), base_url.to_owned()];
        let push = format!("push.plain_url={plain}");
        let files = format!("files.directory={}", vault::folder(self.config).display());
        for setting in ["https.listen=", "rest.require_https=false", &push, &files] {
            words.extend(["--set".to_owned(), setting.to_owned()]);
        }
        if let Some(file) = self.file {
            words.extend(["--config".to_owned(), file.display().to_string()]);
        }
        let variables = vec![("LATELY__DATABASE", self.database.clone()), ("LATELY__BUS", self.bus.clone())];
        let plan = |number| Plan {
            data: self.config.data.join(format!("node{number}")),
            words: words.clone(),
            variables: variables.clone(),
        };
        (1..=self.nodes).map(plan).collect()
    }
}
