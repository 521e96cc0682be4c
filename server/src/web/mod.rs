//! What browsers get: the page, signing in with it, and what its administrators do there.
//!
//! Must hold: no inline script and no inline style, so that the content policy can forbid them; what only demo portals
//! offer is told to nobody beyond this machine. What the page shows of people and talks it gets through the API.

mod app;
mod asset;
mod attempts;
pub mod audit;
mod command;
mod form;
mod health;
pub mod invitation;
mod person;
mod session;
mod setting;
mod webhook;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Request, Response, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::get;

use crate::listen::Scheme;
use crate::observe::report::Reporter;
use crate::rest::Portal;
use crate::rest::refusal::SystemError;
use crate::rest::transport::Way;
use attempts::Attempts;

/// What the page may do. Pictures of people and links come from wherever they are.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
     img-src 'self' https: http: data: blob:; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// What a demo portal offers to whoever opens its page on this machine.
pub type DemoOffer = Arc<OnceLock<serde_json::Value>>;

/// What answers the page's forms.
pub struct Web {
    portal: Arc<Portal>,
    reporter: Arc<Reporter>,
    attempts: Attempts,
}

/// The page's files, and what a demo portal offers.
pub fn page_routes(offer: DemoOffer) -> Router {
    Router::new().route("/demo.json", get(demo)).with_state(offer).merge(asset::routes())
}

/// What the page's forms are sent to.
pub fn form_routes(portal: Arc<Portal>, reporter: Arc<Reporter>) -> Router {
    let web = Arc::new(Web { portal, reporter, attempts: Attempts::default() });
    let routes = session::routes().merge(invitation::routes()).merge(person::routes());
    let routes = routes.merge(app::routes()).merge(webhook::routes()).merge(setting::routes());
    let routes = routes.merge(audit::routes()).merge(health::routes()).merge(command::routes());
    routes.route_layer(from_fn_with_state(Arc::clone(&web), as_required)).with_state(web)
}

/// Refuses plain HTTP where HTTPS is required, as calls are.
async fn as_required(State(web): State<Arc<Web>>, request: Request<Body>, next: Next) -> Response<Body> {
    let plain = request.extensions().get::<Way>().is_none_or(|way| way.scheme == Scheme::Http);
    if web.portal.require_https && plain {
        return form::answer(Err(SystemError::HttpsRequired.into()));
    }
    next.run(request).await
}

async fn demo(State(offer): State<DemoOffer>, request: Request<Body>) -> Response<Body> {
    match offer.get().filter(|_| is_near(&request)) {
        Some(offer) => page("application/json; charset=utf-8", offer.to_string()),
        None => not_found(),
    }
}

/// Whether the visitor is at this machine and asked for it by a name of its own.
fn is_near(request: &Request<Body>) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|ConnectInfo(peer)| peer.ip().is_loopback()) && by_own_name(request.headers())
}

/// A foreign page can make a browser call a loopback address by the page's own name, and must not read what it gets.
fn by_own_name(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    matches!(name, "localhost" | "127.0.0.1" | "[::1]" | "portal.lately.test")
}

/// What is at no address.
pub fn not_found() -> Response<Body> {
    let mut response = page("text/plain; charset=utf-8", "There is nothing here.\n");
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// An answer for browsers, with the content policy.
pub fn page(kind: &'static str, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
