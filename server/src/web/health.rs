//! How the server is, as administrators see it in the page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::Web;
use super::form::{answer, failed};
use super::session::asked;
use crate::doctor::{Asker, Finding, examine};
use crate::rest::refusal::{SystemError, WireError};
use crate::rest::transport::Way;

/// The routes under `/health`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/health", routing::post(report)).route("/health/check", routing::post(check))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

async fn report((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        administrator(&web, &way, request).await?;
        web.reporter.report().await.map_err(|error| failed(error, "health", &way.request))
    };
    answer(outcome.await)
}

/// What the doctor finds.
async fn check((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        administrator(&web, &way, request).await?;
        let (config, runtime) = (Arc::clone(&web.reporter.config), Handle::current());
        // Disks and databases are asked there in ways that hold a thread up.
        let asked = tokio::task::spawn_blocking(move || runtime.block_on(examine(&config, Asker::Server)));
        let findings = asked.await.map_err(|_| WireError::from(SystemError::Internal))?;
        Ok(findings.iter().map(told).collect::<Value>())
    };
    answer(outcome.await)
}

async fn administrator(web: &Web, way: &Way, request: Request<Body>) -> Result<(), WireError> {
    let (_, caller) = asked(web, way, request).await?;
    let may = web.portal.messenger.expect_administrator(caller).await;
    may.map_err(|error| failed(error, "health", &way.request))
}

fn told(finding: &Finding) -> Value {
    json!({
        "health": finding.health.word(),
        "about": finding.about,
        "what": finding.what,
        "advice": finding.advice,
    })
}
