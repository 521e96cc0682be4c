//! The boot path: from a configuration to a portal that answers, and its clean end.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::any;
use lately_messenger::bus::{BusError, Notes};
use lately_messenger::{Clock, Dice, Messenger, Settings};
use lately_store::StoreError;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use crate::config::{Config, ConfigError};
use crate::rest::limits::{Limits, LimitsConfig, OperatingLimit, RequestLimit};
use crate::rest::{Portal, transport};
use crate::tls::{Identity, TlsError, server_config};
use crate::web::{self, DemoOffer};
use crate::{control, listen};

/// Answers smaller than this many bytes are not worth compressing.
const COMPRESS_FROM: u64 = 1024;

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

/// A running portal.
pub struct Server {
    /// The HTTP addresses it really listens on.
    pub http: Vec<SocketAddr>,
    /// The HTTPS addresses it really listens on.
    pub https: Vec<SocketAddr>,
    /// Its public address, without a slash at its end.
    pub base_url: String,
    messenger: Arc<Messenger>,
    offer: DemoOffer,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    /// Starts a portal: opens its data, listens, answers. The only way to start one, for the binary and for tests.
    pub async fn start(
        config: Config,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> Result<Self, BootError> {
        let zone = config.zone()?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let settings = Settings {
            window_days: i64::from(config.recent.window_days),
            resident_rows: config.recent.resident_rows,
        };
        // What another program holds is found out before anything is written.
        let http_sockets = bind(&config.http.listen).await?;
        let https_sockets = bind(&config.https.listen).await?;
        lately_store::private_dir(&config.data)?;
        let messenger = Arc::new(Messenger::open(config.database()?, settings, clock, dice)?);
        if let Some(address) = &config.bus {
            let (_, out) = tokio::sync::mpsc::channel(1);
            let notes = Notes { out, hear: Box::new(|_| {}) };
            tasks.spawn(messenger.join(address, notes, stop.clone()).await?);
        }
        control::serve(&config.data, Arc::clone(&messenger), stop.clone(), &tasks)?;
        let tls = if config.https.listen.is_empty() {
            None
        } else {
            // Certificates live in the machine's time, whatever time the portal lives in.
            let now = lately_messenger::SystemClock::default().now();
            Some(server_config(&Identity::load(&config.https, &config.data, now)?)?)
        };
        let (http, https) = (addresses(&http_sockets)?, addresses(&https_sockets)?);
        let base_url = config.base_url(&http, &https);
        let portal = Arc::new(Portal {
            messenger: Arc::clone(&messenger),
            zone,
            base_url: base_url.clone(),
            limits: Limits::new(limits(&config)),
            body_limit: config.rest.body_limit_bytes,
            require_https: config.rest.require_https,
        });
        let offer: DemoOffer = Arc::new(OnceLock::new());
        let app = routes(portal, Arc::clone(&offer));
        for socket in http_sockets {
            tasks.spawn(listen::serve(socket, None, app.clone(), stop.clone(), tasks.clone()));
        }
        for socket in https_sockets {
            tasks.spawn(listen::serve(socket, tls.clone(), app.clone(), stop.clone(), tasks.clone()));
        }
        Ok(Self { http, https, base_url, messenger, offer, stop, tasks })
    }

    /// The use cases, for whoever runs in the same process.
    pub fn messenger(&self) -> &Arc<Messenger> {
        &self.messenger
    }

    /// Offers the web page's visitors on this machine what a demo portal is made of. Only the first offer counts.
    pub fn offer_demo(&self, offer: serde_json::Value) {
        drop(self.offer.set(offer));
    }

    /// Takes no new connections, finishes the requests in flight, closes the store.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.messenger.close().await;
    }
}

fn routes(portal: Arc<Portal>, offer: DemoOffer) -> Router {
    let compression =
        CompressionLayer::new().gzip(true).br(true).compress_when(SizeAbove::new(COMPRESS_FROM));
    Router::new()
        .route("/rest", any(transport::serve))
        .route("/rest/", any(transport::serve))
        .route("/rest/{*path}", any(transport::serve))
        .with_state(portal)
        .merge(web::routes(offer))
        .fallback(|| async { web::not_found() })
        .layer(compression)
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

fn limits(config: &Config) -> LimitsConfig {
    let limits = &config.limits;
    LimitsConfig {
        requests: limits
            .bucket
            .then_some(RequestLimit { capacity: limits.bucket_size, per_second: limits.bucket_drain }),
        operating: limits.operating_seconds.map(|budget_seconds| OperatingLimit { budget_seconds }),
    }
}
