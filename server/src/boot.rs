//! The boot path: from a configuration to a portal that answers, and its clean end.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lately_messenger::bus::{BusError, Notes};
use lately_messenger::{Clock, Dice, Messenger, Settings};
use lately_store::StoreError;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, ConfigError};
use crate::errand::{Errands, Way};
use crate::front::Front;
use crate::listen::App;
use crate::oauth::OAuth;
use crate::observe::metrics::Metrics;
use crate::observe::nodes::{self, Nodes};
use crate::observe::probe::Health;
use crate::observe::report::Reporter;
use crate::observe::request_id::RequestIds;
use crate::push::{Addresses, Parts, Push};
use crate::rest::Portal;
use crate::rest::limits::{Limits, LimitsConfig, OperatingLimit, RequestLimit};
use crate::tls::{Identity, TlsError, server_config};
use crate::web::DemoOffer;
use crate::{control, listen, observe};

/// Why a portal did not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The portal's secret cannot be read.
    #[error(transparent)]
    Secret(lately_messenger::Error),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address, or stop what uses it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no bus.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The control socket cannot be used.
    #[error("{0}")]
    Control(#[from] std::io::Error),
}

/// How many notes to other servers wait; more are lost.
const NOTES: usize = 4096;

/// How many letters tell this server from others of its portal.
const NODE: usize = 12;

/// How long after somebody looked long in a chat its messages get words.
const PREPARE: Duration = Duration::from_secs(15);

/// How often what files left behind is looked for. It has a day's grace anyway.
const SWEEP: Duration = Duration::from_secs(600);

/// How often it is looked whether somebody's absence began or ended, if nobody asks meanwhile.
const ATTEND: Duration = Duration::from_secs(20);

/// A running portal.
pub struct Server {
    /// The HTTP addresses it really listens on.
    pub http: Vec<SocketAddr>,
    /// The HTTPS addresses it really listens on.
    pub https: Vec<SocketAddr>,
    /// The addresses on which metrics and probes really are.
    pub observe: Vec<SocketAddr>,
    /// Its public address, without a slash at its end.
    pub base_url: String,
    messenger: Arc<Messenger>,
    push: Arc<Push>,
    offer: DemoOffer,
    reporter: Arc<Reporter>,
    main: Part,
    watch: Part,
    stopping: CancellationToken,
    drain: Duration,
}

/// Listeners and what they began, which end together.
#[derive(Default)]
struct Part {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Part {
    fn listen<A: App>(&self, socket: TcpListener, tls: Option<Arc<rustls::ServerConfig>>, app: A) {
        self.tasks.spawn(listen::serve(socket, tls, app, self.stop.clone(), self.tasks.clone()));
    }

    async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Server {
    /// Starts a portal: opens its data, listens, answers. The only way to start one, for the binary and for tests.
    pub async fn start(
        config: Config,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> Result<Self, BootError> {
        let zone = config.zone()?;
        let (main, watch, stopping) = (Part::default(), Part::default(), CancellationToken::new());
        // What another program holds is found out before anything is written.
        let http_sockets = bind(&config.http.listen).await?;
        let https_sockets = bind(&config.https.listen).await?;
        let observe_sockets = bind(&config.observe.listen).await?;
        let (http, https) = (addresses(&http_sockets)?, addresses(&https_sockets)?);
        let base_url = config.base_url(&http, &https);
        let settings = Settings {
            resident_rows: config.recent.resident_rows,
            vault: crate::vault::open(&config)?,
            portal: config.portal_settings(),
            finder: crate::url::open(&config)?,
            base_url: base_url.clone(),
            zone: zone.clone(),
        };
        lately_store::private_dir(&config.data)?;
        let database = config.database()?;
        let messenger = Arc::new(Messenger::open(database, settings, clock, Arc::clone(&dice))?);
        messenger.follow_absences().await;
        control::serve(&config.data, Arc::clone(&messenger), main.stop.clone(), &main.tasks)?;
        let tls = if config.https.listen.is_empty() {
            None
        } else {
            // Certificates live in the machine's time, whatever time the portal lives in.
            let now = lately_messenger::SystemClock::default().now();
            Some(server_config(&Identity::load(&config.https, &config.data, now)?)?)
        };
        let watched = addresses(&observe_sockets)?;
        let metrics = Arc::new(Metrics::new(Arc::clone(&messenger)));
        let health = Arc::new(Health { messenger: Arc::clone(&messenger), stopping: stopping.clone() });
        let push = Push::start(Parts {
            messenger: Arc::clone(&messenger),
            metrics: Arc::clone(&metrics),
            secret: messenger.push_secret().await.map_err(BootError::Secret)?,
            addresses: push_addresses(&config, &http, &https),
            zone: zone.clone(),
            base_url: base_url.clone(),
            stop: main.stop.clone(),
            tasks: main.tasks.clone(),
            require_https: config.rest.require_https,
        });
        let nodes = Arc::<Nodes>::default();
        let reporter = Arc::new(Reporter {
            messenger: Arc::clone(&messenger),
            metrics: Arc::clone(&metrics),
            push: Arc::clone(&push),
            nodes: Arc::clone(&nodes),
            id: dice.secret(NODE),
            address: own_address(&http, &https),
            started: messenger.clock().now(),
            config: Arc::new(config.clone()),
        });
        // What every request asks for is there before the first.
        messenger.portal_settings().await.map_err(BootError::Secret)?;
        let (followed, stop) = (Arc::clone(&messenger), main.stop.clone());
        main.tasks.spawn(async move { stop.run_until_cancelled(followed.follow_settings()).await });
        let portal = Arc::new(Portal {
            push: Arc::clone(&push),
            messenger: Arc::clone(&messenger),
            metrics: Arc::clone(&metrics),
            zone,
            places: config.places(&base_url),
            base_url: base_url.clone(),
            limits: Limits::new(limits(&config)),
            body_limit: config.rest.body_limit_bytes,
            require_https: config.rest.require_https,
        });
        let way = Way::new(config.events.allow_private);
        let places = (portal.zone.clone(), config.places(&base_url));
        Errands::start(Arc::clone(&messenger), way, places, main.stop.clone(), main.tasks.clone());
        main.tasks.spawn(prepare_searches(Arc::clone(&messenger), main.stop.clone()));
        main.tasks.spawn(sweep(Arc::clone(&messenger), main.stop.clone()));
        main.tasks.spawn(preview_urls(Arc::clone(&messenger), main.stop.clone()));
        main.tasks.spawn(follow_absences(Arc::clone(&messenger), main.stop.clone()));
        if let Some(address) = &config.bus {
            let notes = notes(&portal, &nodes);
            main.tasks.spawn(messenger.join(address, notes, main.stop.clone()).await?);
            let own = Arc::clone(&reporter);
            let told = nodes::tell(nodes, move || own.own(), stopping.clone());
            main.tasks.spawn(told);
        }
        let offer: DemoOffer = Arc::new(OnceLock::new());
        let ids = RequestIds::new(dice.as_ref());
        let oauth = OAuth::new(Arc::clone(&portal), &config.oauth.hosts);
        let app = Front::new(
            portal,
            oauth,
            Arc::clone(&push),
            Arc::clone(&offer),
            Arc::clone(&health),
            Arc::clone(&reporter),
            ids,
        );
        for socket in http_sockets {
            main.listen(socket, None, app.clone());
        }
        for socket in https_sockets {
            main.listen(socket, tls.clone(), app.clone());
        }
        for socket in observe_sockets {
            watch.listen(socket, None, observe::routes(Arc::clone(&metrics), Arc::clone(&health)));
        }
        let drain = Duration::from_secs(config.observe.drain_seconds.into());
        Ok(Self {
            http,
            https,
            observe: watched,
            base_url,
            messenger,
            push,
            offer,
            reporter,
            main,
            watch,
            stopping,
            drain,
        })
    }

    /// The use cases, for whoever runs in the same process.
    pub fn messenger(&self) -> &Arc<Messenger> {
        &self.messenger
    }

    /// The push channel, for whoever runs in the same process.
    pub fn push(&self) -> &Arc<Push> {
        &self.push
    }

    /// Offers the web page's visitors on this machine what a demo portal is made of. Only the first offer counts.
    pub fn offer_demo(&self, offer: serde_json::Value) {
        drop(self.offer.set(offer));
    }

    /// Says that it stops, lets that be noticed for as long as is configured, then takes no new connections, finishes
    /// the requests in flight, closes the store. Metrics and probes answer until all that is done.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.reporter.tell_stopping();
        if !self.drain.is_zero() {
            sleep(self.drain).await;
        }
        self.main.end().await;
        self.messenger.close().await;
        self.watch.end().await;
    }
}

/// Sockets on all these addresses.
///
/// # Errors
/// One of them cannot be listened on.
pub async fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, BootError> {
    let mut sockets = Vec::with_capacity(addresses.len());
    for address in addresses {
        let socket = TcpListener::bind(address).await;
        sockets.push(socket.map_err(|source| BootError::Listen { address: *address, source })?);
    }
    Ok(sockets)
}

/// Where sockets really listen.
///
/// # Errors
/// The system does not say.
pub fn addresses(sockets: &[TcpListener]) -> Result<Vec<SocketAddr>, std::io::Error> {
    sockets.iter().map(TcpListener::local_addr).collect()
}

/// Where this server itself answers, behind whatever stands before it.
fn own_address(http: &[SocketAddr], https: &[SocketAddr]) -> String {
    let http = http.iter().map(|address| format!("http://{address}"));
    http.chain(https.iter().map(|address| format!("https://{address}"))).next().unwrap_or_default()
}

/// Gives words to messages of chats in which somebody looked long, until `stop`. Looks now and then unasked: another server
/// may have been asked and have died.
async fn prepare_searches(messenger: Arc<Messenger>, stop: CancellationToken) {
    let wait = async || {
        drop(timeout(SWEEP, messenger.searches_wanted()).await);
        sleep(PREPARE).await;
    };
    while stop.run_until_cancelled(wait()).await.is_some() {
        match stop.run_until_cancelled(messenger.prepare_searches()).await {
            Some(Err(error)) => tracing::warn!(%error, "messages got no words to be found by"),
            _ => continue,
        }
    }
}

/// Finds out what the pages are that messages name, until `stop`.
async fn preview_urls(messenger: Arc<Messenger>, stop: CancellationToken) {
    stop.run_until_cancelled(messenger.preview_urls()).await;
}

/// Takes away what files left behind, now and then until `stop`.
async fn sweep(messenger: Arc<Messenger>, stop: CancellationToken) {
    while stop.run_until_cancelled(sleep(SWEEP)).await.is_some() {
        match messenger.sweep().await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "bytes that no file had were removed"),
            Err(error) => tracing::warn!(%error, "what files left behind is still there"),
        }
    }
}

/// Tells those who listen when somebody's absence begins or ends though nobody asks, until `stop`.
async fn follow_absences(messenger: Arc<Messenger>, stop: CancellationToken) {
    while stop.run_until_cancelled(sleep(ATTEND)).await.is_some() {
        messenger.follow_absences().await;
    }
}

/// Where clients find the push channel: at the public address if there is one, by either scheme, else at the first
/// address of each.
fn push_addresses(config: &Config, http: &[SocketAddr], https: &[SocketAddr]) -> Addresses {
    let by = |http: &[SocketAddr], https: &[SocketAddr]| {
        let base = config.base_url(http, https);
        base.split_once("://").map_or(base.clone(), |(_, host)| host.to_owned())
    };
    let own = config.push.plain_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let (plain, secure) = match (http, https) {
        ([], https) => (by(&[], https), by(&[], https)),
        (http, []) => (by(http, &[]), by(http, &[])),
        (http, https) => (by(http, &[]), by(&[], https)),
    };
    Addresses { plain: own.unwrap_or_else(|| format!("http://{plain}")), secure: format!("https://{secure}") }
}

/// What the servers of a portal tell each other beside their commits: what they count for the limits, what clients are
/// told at once or never, and how they are.
fn notes(portal: &Arc<Portal>, nodes: &Arc<Nodes>) -> Notes {
    let (sender, out) = mpsc::channel(NOTES);
    portal.limits.share(sender.clone());
    portal.push.share(sender.clone());
    nodes.share(sender);
    let (portal, nodes) = (Arc::clone(portal), Arc::clone(nodes));
    let hear = move |note: &[u8]| {
        if !portal.push.hear(note) && !nodes.hear(note, portal.messenger.now()) {
            portal.limits.hear(note);
        }
    };
    Notes { out, hear: Box::new(hear) }
}

fn limits(config: &Config) -> LimitsConfig {
    let limits = &config.limits;
    LimitsConfig {
        requests: limits
            .bucket
            .then_some(RequestLimit { capacity: limits.bucket_size, per_second: limits.bucket_drain }),
        operating: limits.operating_seconds.map(|budget_seconds| OperatingLimit { budget_seconds }),
    }
}
