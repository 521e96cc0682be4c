//! The page's files, built into the binary (`server/build.rs`), each packed ahead in the forms that browsers take.
//!
//! Must hold: a file whose name has a hash never changes and is kept for a year; any other is asked for again. Where the
//! files were not there when the program was built, the page says which command builds them.

use axum::Router;
use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Request, Response, StatusCode};
use axum::routing::get;

use super::page;

/// One file.
struct Asset {
    /// Its address.
    path: &'static str,
    /// What it is.
    kind: &'static str,
    /// What tells it from another of the same address.
    tag: &'static str,
    /// As it is, and packed by gzip and by brotli where that is smaller.
    bytes: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Where the page itself is. Links of programs that lead to a dialog begin with `/online/`.
const PAGE: [&str; 3] = ["/", "/online", "/online/"];

/// What is shown instead of a page that was not built.
const MISSING: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Lately</title>\
     <h1>The page is not built</h1><p>This program was built without its page. The API works. To have the page, \
     install Node (20, or 22 and newer) and run, where the sources are:</p>\
     <pre>cargo xtask web\ncargo build --release</pre></html>";

/// The routes of the files.
pub fn routes() -> Router {
    routes_of(ASSETS)
}

fn routes_of(assets: &'static [Asset]) -> Router {
    let mut router = Router::new();
    if assets.is_empty() {
        let missing = || async { page("text/html; charset=utf-8", MISSING) };
        return PAGE.iter().fold(router, |router, path| router.route(path, get(missing)));
    }
    for asset in assets {
        let paths: &[&str] = if asset.path == "/index.html" { &PAGE } else { &[asset.path] };
        for path in paths {
            let answer = move |request: Request<Body>| async move { served(asset, request.headers()) };
            router = router.route(path, get(answer));
        }
    }
    router
}

fn served(asset: &'static Asset, headers: &HeaderMap) -> Response<Body> {
    let (bytes, packed) = chosen(asset, headers);
    let mut response = page(asset.kind, bytes);
    let known =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == asset.tag.as_bytes());
    if known {
        *response.body_mut() = Body::empty();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let mut put = |name, value| drop(response.headers_mut().insert(name, HeaderValue::from_static(value)));
    put(header::ETAG, asset.tag);
    put(header::VARY, "accept-encoding");
    if let Some(packed) = packed {
        put(header::CONTENT_ENCODING, packed);
    }
    if asset.path.starts_with("/assets/") {
        put(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    }
    response
}

/// The smallest form that the browser takes.
fn chosen(asset: &'static Asset, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| {
        accepted.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some(name) && !matches!(parts.next(), Some("q=0" | "q=0.0"))
        })
    };
    match (asset.brotli, asset.gzip) {
        (Some(brotli), _) if takes("br") => (brotli, Some("br")),
        (_, Some(gzip)) if takes("gzip") => (gzip, Some("gzip")),
        _ => (asset.bytes, None),
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    static SCRIPT: Asset = Asset {
        path: "/assets/a-1.js",
        kind: "text/javascript; charset=utf-8",
        tag: "\"1\"",
        bytes: b"plain",
        gzip: Some(b"gz"),
        brotli: Some(b"br"),
    };

    static INDEX: Asset = Asset {
        path: "/index.html",
        kind: "text/html; charset=utf-8",
        tag: "\"3\"",
        bytes: b"the page",
        gzip: None,
        brotli: None,
    };

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    async fn asked(assets: &'static [Asset], path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = routes_of(assets).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn without_its_files_the_page_says_which_command_makes_them() {
        let (status, text) = asked(&[], "/").await;
        assert!(status == StatusCode::OK && text.contains("cargo xtask web"), "{text}");
        assert_eq!(
            asked(std::slice::from_ref(&SCRIPT), "/assets/a-1.js").await,
            (StatusCode::OK, "plain".to_owned())
        );
        assert_eq!(asked(std::slice::from_ref(&SCRIPT), "/").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_page_is_also_where_links_to_dialogs_lead() {
        for path in ["/", "/online", "/online/", "/online/?IM_DIALOG=7"] {
            let found = asked(std::slice::from_ref(&INDEX), path).await;
            assert_eq!(found, (StatusCode::OK, "the page".to_owned()), "{path}");
        }
        assert_eq!(asked(std::slice::from_ref(&INDEX), "/online/more").await.0, StatusCode::NOT_FOUND);
    }

    #[test]
    fn a_browser_gets_the_form_it_takes() {
        let packed = |accepted| chosen(&SCRIPT, &headers(header::ACCEPT_ENCODING, accepted)).1;
        assert_eq!(packed("gzip, deflate, br"), Some("br"));
        assert_eq!(packed("gzip, br;q=0"), Some("gzip"));
        assert_eq!(packed("identity"), None);
        assert_eq!(chosen(&SCRIPT, &HeaderMap::new()), (&b"plain"[..], None));
    }

    #[test]
    fn a_file_with_a_hash_is_kept_and_one_that_is_known_is_not_sent_again() {
        let response = served(&SCRIPT, &headers(header::IF_NONE_MATCH, "\"1\""));
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(served(&SCRIPT, &headers(header::IF_NONE_MATCH, "\"2\"")).status(), StatusCode::OK);
    }
}
