//! Answers packed for the way: with gzip or brotli when the client asks for it, and never otherwise.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use lately_testkit::{Person, TestPortal};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tower::{ServiceExt, service_fn};
use tower_http::decompression::Decompression;

/// An answer as it came over the wire.
struct Wired {
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Wired {
    async fn fetch(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        let headers = response.headers().clone();
        Self { headers, bytes: response.bytes().await.expect("the body arrives").to_vec() }
    }

    fn encoding(&self) -> Option<&str> {
        self.headers.get("content-encoding").and_then(|value| value.to_str().ok())
    }

    /// The body as a client that unpacks gzip reads it.
    async fn unpacked(self) -> Value {
        let Self { headers, bytes } = self;
        let server = service_fn(move |_: Request<()>| {
            let mut response = Response::new(Body::from(bytes.clone()));
            response.headers_mut().clone_from(&headers);
            async { Ok::<_, Infallible>(response) }
        });
        let response = Decompression::new(server).oneshot(Request::new(())).await.expect("no failure");
        let body = response.into_body().collect().await.expect("good gzip").to_bytes();
        serde_json::from_slice(&body).expect("JSON")
    }
}

#[tokio::test]
async fn answers_are_packed_when_asked_for_and_only_then() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let big = || alice.post("im.user.list.get").json(&json!({ "ID": [1, 2, 3, 4, 5, 6] }));
    let plain = Wired::fetch(big()).await;
    assert_eq!(plain.encoding(), None);
    assert!(plain.bytes.len() > 2000);
    let expected: Value = serde_json::from_slice(&plain.bytes).expect("JSON");

    for refused in ["identity", "gzip;q=0", "zstd"] {
        assert_eq!(
            Wired::fetch(big().header("accept-encoding", refused)).await.encoding(),
            None,
            "{refused}"
        );
    }
    let brotli = Wired::fetch(big().header("accept-encoding", "br")).await;
    assert_eq!(brotli.encoding(), Some("br"));
    assert!(brotli.bytes.len() < plain.bytes.len() / 2);

    let gzip = Wired::fetch(big().header("accept-encoding", "gzip, deflate")).await;
    assert_eq!(gzip.encoding(), Some("gzip"));
    assert_eq!(gzip.headers.get("vary").and_then(|value| value.to_str().ok()), Some("accept-encoding"));
    assert_eq!(
        gzip.headers.get("access-control-allow-origin").and_then(|value| value.to_str().ok()),
        Some("*")
    );
    assert!(gzip.bytes.len() < plain.bytes.len() / 2);
    assert_eq!(gzip.unpacked().await, expected);
}

#[tokio::test]
async fn a_small_answer_is_not_packed() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let small = Wired::fetch(alice.get("server.time").header("accept-encoding", "gzip, br")).await;
    assert_eq!(small.encoding(), None);
}
