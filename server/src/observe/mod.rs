//! What a running server tells those who look after it: metrics, probes, and a number for each request.
//!
//! Must hold: telling costs a request well under a microsecond; no name of a series comes from what clients send; no
//! secret is told.

mod figures;
pub mod metrics;
mod minutes;
pub mod nodes;
pub mod probe;
mod reading;
pub mod report;
pub mod request_id;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::routing::get;

use metrics::Metrics;
use probe::Health;

/// What the listeners of `[observe]` answer: the metrics and both probes.
pub fn routes(metrics: Arc<Metrics>, health: Arc<Health>) -> Router {
    Router::new().route("/metrics", get(scrape)).with_state(metrics).merge(probe::routes(health))
}

async fn scrape(State(metrics): State<Arc<Metrics>>) -> ([(HeaderName, HeaderValue); 1], String) {
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], metrics.text())
}
