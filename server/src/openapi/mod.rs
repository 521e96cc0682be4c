//! The API described: the OpenAPI document at `/openapi.json`, and at `/api` pages for people to browse.
//!
//! Must hold: both say what the registry declares and nothing else. They tell no secret and ask for no credential; the
//! pages run no script.

pub mod document;
pub mod page;
mod schema;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::Response;
use axum::http::header::{self, HeaderValue};
use axum::routing::get;

use crate::rest::registry;
use crate::web;

/// What is shown, as far as it is made once.
struct Shown {
    base_url: String,
    document: Bytes,
}

/// The routes of a portal with this public address.
pub fn routes(base_url: &str) -> Router {
    let document = Bytes::from(document::document(base_url).to_string());
    let shown = Arc::new(Shown { base_url: base_url.to_owned(), document });
    Router::new()
        .route("/openapi.json", get(json))
        .route("/api", get(index))
        .route("/api/", get(index))
        .route("/api/style.css", get(style))
        .route("/api/{method}", get(method))
        .with_state(shown)
}

/// Tools that run in a browser, on a page of their own, may read the document too.
async fn json(State(shown): State<Arc<Shown>>) -> Response<Body> {
    let mut response = web::page("application/json; charset=utf-8", shown.document.clone());
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn index(State(shown): State<Arc<Shown>>) -> Response<Body> {
    web::page("text/html; charset=utf-8", page::index(&shown.base_url))
}

async fn method(State(shown): State<Arc<Shown>>, Path(name): Path<String>) -> Response<Body> {
    match registry::find(&name) {
        Some(method) => web::page("text/html; charset=utf-8", page::method(method, &shown.base_url)),
        None => web::not_found(),
    }
}

async fn style() -> Response<Body> {
    web::page("text/css; charset=utf-8", page::STYLE)
}
