//! Probes: does the process live (`/healthz`), and should it be sent requests (`/readyz`).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use lately_messenger::Messenger;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the probes look at.
pub struct Health {
    /// The use cases, for the store behind them.
    pub messenger: Arc<Messenger>,
    /// Cancelled as soon as the server is told to stop.
    pub stopping: CancellationToken,
}

/// The routes of the probes.
pub fn routes(health: Arc<Health>) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state(health)
}

async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, &'static str) {
    match health.obstacle().await {
        None => (StatusCode::OK, "ok\n"),
        Some(obstacle) => (StatusCode::SERVICE_UNAVAILABLE, obstacle),
    }
}

impl Health {
    /// Why nobody should send requests here, in one line. The store is asked through the queue of its writer: a server
    /// that reads and cannot write is of no use.
    async fn obstacle(&self) -> Option<&'static str> {
        if self.stopping.is_cancelled() {
            return Some("stopping\n");
        }
        match timeout(PATIENCE, self.messenger.catch_up()).await {
            Ok(Ok(())) => None,
            Ok(Err(_)) => Some("the store fails\n"),
            Err(_) => Some("the store does not answer within a second\n"),
        }
    }
}
