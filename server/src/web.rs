//! The web page: served at `/`, from files built into the binary.
//!
//! Must hold: no inline script, so that the content policy can forbid it; what only demo portals offer is told to
//! nobody beyond this machine.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{Request, Response, StatusCode};
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The page's files: where each is, what it is, its text.
const FILES: [(&str, &str, &str); 11] = [
    ("/", HTML, include_str!("../../web/index.html")),
    ("/style.css", STYLE, include_str!("../../web/style.css")),
    ("/app.js", SCRIPT, include_str!("../../web/app.js")),
    ("/list.js", SCRIPT, include_str!("../../web/list.js")),
    ("/page.js", SCRIPT, include_str!("../../web/page.js")),
    ("/panel.js", SCRIPT, include_str!("../../web/panel.js")),
    ("/portal.js", SCRIPT, include_str!("../../web/portal.js")),
    ("/recent.js", SCRIPT, include_str!("../../web/recent.js")),
    ("/row.js", SCRIPT, include_str!("../../web/row.js")),
    ("/sign-in.js", SCRIPT, include_str!("../../web/sign-in.js")),
    ("/wire.js", SCRIPT, include_str!("../../web/wire.js")),
];

const POLICY: &str = "default-src 'self'; img-src 'self' https: http: data:; style-src 'self'; script-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// What a demo portal offers to whoever opens its page on this machine.
pub type DemoOffer = Arc<OnceLock<serde_json::Value>>;

/// The routes of the page.
pub fn routes(offer: DemoOffer) -> Router {
    let mut router = Router::new().route("/demo.json", get(demo));
    for (path, kind, text) in FILES {
        router = router.route(path, get(move || async move { page(kind, text) }));
    }
    router.with_state(offer)
}

async fn demo(State(offer): State<DemoOffer>, request: Request<Body>) -> Response<Body> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().is_loopback());
    match offer.get().filter(|_| near && by_own_name(&request)) {
        Some(offer) => page("application/json; charset=utf-8", offer.to_string()),
        None => not_found(),
    }
}

/// Whether the visitor asked for this machine by a name of its own. A foreign page can make a browser call a loopback
/// address by the page's own name, and must not read what it gets.
fn by_own_name(request: &Request<Body>) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
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

fn page(kind: &'static str, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_script_and_style_is_served_and_no_test() {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("web");
        for file in std::fs::read_dir(web).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let wanted = [".js", ".css"].iter().any(|ending| name.ends_with(ending));
            let served = FILES.iter().any(|(path, ..)| path.strip_prefix('/') == Some(&name));
            assert_eq!(served, wanted && !name.ends_with(".test.js"), "{name}");
        }
    }
}
