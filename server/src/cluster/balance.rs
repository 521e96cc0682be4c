//! A small load balancer: requests over HTTP/1.1, handed on to the nodes of one portal.
//!
//! Must hold: a person's requests go to one node while it is ready, so that they read what they wrote. Bodies are passed
//! on as they come, in both directions, and never kept. A request that reached a node is not sent to another one, not even
//! a GET: in this API a GET may write. Only where no connection came about, the next node is asked.
//!
//! A WebSocket is a request that becomes a connection: its bytes are carried both ways until one side ends, or the balancer
//! is told to stop.
//!
//! Never looks into a body. It adds `X-Forwarded-For` for logs of others; our nodes do not
//! trust it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::uri::{Authority, PathAndQuery, Scheme, Uri};
use axum::http::{Extensions, Request, Response, StatusCode, Version};
use bytes::Bytes;
use futures_util::future::join_all;
use hyper::body::{Frame, SizeHint};
use hyper::upgrade::OnUpgrade;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often each node is asked whether it is ready, and how long it may take to say so.
const CHECK: Duration = Duration::from_secs(1);

/// How long a connection to a node may take to come about.
const CONNECT: Duration = Duration::from_secs(1);

/// Nodes close connections that are idle for 30 seconds; a request must not meet that.
const IDLE: Duration = Duration::from_secs(10);

/// What belongs to one connection and not to the request, RFC 9110, 7.6.1; and `Expect`, which was answered here.
const OF_THE_CONNECTION: [HeaderName; 7] = [
    header::CONNECTION,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The nodes, and the connections to them.
pub struct Balancer {
    nodes: Vec<Node>,
    client: Client<HttpConnector, Lent>,
    /// Cancelled when it stops.
    stop: CancellationToken,
    /// The connections that were upgraded.
    carried: TaskTracker,
}

struct Node {
    authority: Authority,
    ready: AtomicBool,
}

impl Balancer {
    /// A balancer over these nodes, which count as ready until they are asked.
    pub fn new(nodes: impl IntoIterator<Item = Authority>) -> Arc<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        let node = |authority| Node { authority, ready: AtomicBool::new(true) };
        let (stop, carried) = (CancellationToken::new(), TaskTracker::new());
        let client = builder.build(connector);
        Arc::new(Self { nodes: nodes.into_iter().map(node).collect(), client, stop, carried })
    }

    /// Hands on every request.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().fallback(forward).with_state(Arc::clone(self))
    }

    /// Asks the nodes whether they are ready, until `stop`. Then upgraded connections end.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let mut clock = interval(CHECK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = clock.tick() => drop(join_all(self.nodes.iter().map(|node| self.check(node))).await),
            }
        }
        self.stop.cancel();
        self.carried.close();
        self.carried.wait().await;
    }

    /// A node that knows no `/readyz` is ready if it says so: only silence and failures count against it.
    async fn check(&self, node: &Node) {
        let mut request = Request::new(Lent::new(Body::empty()));
        *request.uri_mut() = node.uri(Some(PathAndQuery::from_static("/readyz")));
        let answer = timeout(CHECK, self.client.request(request)).await;
        node.found(matches!(answer, Ok(Ok(response)) if !response.status().is_server_error()));
    }

    /// The nodes that are ready, beginning with the one whose turn it is.
    fn in_turn(&self, turn: u64) -> impl Iterator<Item = &Node> {
        let count = self.nodes.len();
        let first = usize::try_from(turn % count.max(1) as u64).unwrap_or(0);
        let (before, from) = self.nodes.split_at(first);
        from.iter().chain(before).filter(|node| node.ready.load(Ordering::Relaxed))
    }

    async fn send(&self, node: &Node, head: &Parts, body: Lent) -> Result<Response<Body>, Error> {
        let mut head = head.clone();
        head.uri = node.uri(head.uri.path_and_query().cloned());
        let response = self.client.request(Request::from_parts(head, body)).await?;
        Ok(response.map(Body::new))
    }

    /// The answer as it goes to the client; one that upgrades keeps its word, and its connection is carried.
    fn hand_back(&self, mut response: Response<Body>, client: Option<OnUpgrade>) -> Response<Body> {
        let upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        strip(response.headers_mut());
        if let (true, Some(client)) = (upgraded, client) {
            let node = hyper::upgrade::on(&mut response);
            let stop = self.stop.clone();
            self.carried.spawn(async move {
                let carrying = async {
                    let (Ok(client), Ok(node)) = (client.await, node.await) else { return };
                    let (mut client, mut node) = (TokioIo::new(client), TokioIo::new(node));
                    drop(tokio::io::copy_bidirectional(&mut client, &mut node).await);
                };
                stop.run_until_cancelled(carrying).await;
            });
            upgrade(response.headers_mut());
        }
        response
    }
}

impl Node {
    fn uri(&self, path: Option<PathAndQuery>) -> Uri {
        let mut parts = axum::http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
        Uri::from_parts(parts).unwrap_or_default()
    }

    fn found(&self, ready: bool) {
        if self.ready.swap(ready, Ordering::Relaxed) == ready {
            return;
        }
        if ready {
            tracing::info!(node = %self.authority, "a node is ready again");
        } else {
            tracing::warn!(node = %self.authority, "a node is not ready; its people go to the next");
        }
    }
}

async fn forward(State(balancer): State<Arc<Balancer>>, request: Request<Body>) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    let client = is_socket(&head.headers).then(|| head.extensions.remove::<OnUpgrade>()).flatten();
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    prepare(&mut head, peer);
    if client.is_some() {
        upgrade(&mut head.headers);
    }
    let body = Lent::new(body);
    for node in balancer.in_turn(turn(head.uri.path(), peer)) {
        match balancer.send(node, &head, body.clone()).await {
            Ok(response) => return balancer.hand_back(response, client),
            Err(error) if error.is_connect() => node.found(false),
            Err(error) => {
                tracing::warn!(node = %node.authority, %error, "a node did not finish a request");
                return failure(
                    StatusCode::BAD_GATEWAY,
                    "INTERNAL_SERVER_ERROR",
                    "The node that worked on this request went away; whether it was done is not known",
                );
            }
        }
    }
    failure(StatusCode::SERVICE_UNAVAILABLE, "OVERLOAD_LIMIT", "No node is ready; try again in a moment")
}

/// Whose turn it is: by the user in `/rest/USER/SECRET/...`, or else by the peer.
fn turn(path: &str, peer: Option<IpAddr>) -> u64 {
    let user = path.strip_prefix("/rest/").and_then(|rest| rest.split('/').next()?.parse().ok());
    user.unwrap_or_else(|| {
        let mut hasher = DefaultHasher::new();
        peer.hash(&mut hasher);
        hasher.finish()
    })
}

/// Whether a request wants to become a WebSocket.
fn is_socket(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Says that a connection becomes a WebSocket.
fn upgrade(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Makes a request that came here one that leaves from here.
fn prepare(head: &mut Parts, peer: Option<IpAddr>) {
    head.version = Version::HTTP_11;
    head.extensions = Extensions::new();
    strip(&mut head.headers);
    let Some(peer) = peer else { return };
    let earlier = head.headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let chain = earlier.map(str::to_owned).chain([peer.to_string()]).collect::<Vec<_>>().join(", ");
    if let Ok(chain) = HeaderValue::try_from(chain) {
        head.headers.insert(FORWARDED_FOR, chain);
    }
}

fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OF_THE_CONNECTION) {
        headers.remove(name);
    }
    headers.remove("keep-alive");
}

/// An answer in the words of the API.
fn failure(status: StatusCode, error: &str, description: &str) -> Response<Body> {
    let text = serde_json::json!({ "error": error, "error_description": description }).to_string();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// A request's body, lent to one node after another until one of them reads it.
#[derive(Clone)]
struct Lent(Arc<Mutex<Body>>);

impl Lent {
    fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.0.lock()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(balancer: &Balancer, turn: u64) -> Vec<&str> {
        balancer.in_turn(turn).map(|node| node.authority.as_str()).collect()
    }

    #[test]
    fn a_person_has_one_node_and_the_next_while_it_is_away() {
        let balancer = Balancer::new(["a:1", "b:1", "c:1"].map(Authority::from_static));
        let alice = turn("/rest/4/secret/im.recent.get", None);
        assert_eq!(names(&balancer, alice), ["b:1", "c:1", "a:1"]);
        balancer.nodes[1].found(false);
        assert_eq!(names(&balancer, alice), ["c:1", "a:1"]);
        balancer.nodes[1].found(true);
        assert_eq!(names(&balancer, alice), ["b:1", "c:1", "a:1"]);
        assert!(names(&Balancer::new([]), alice).is_empty());
    }

    #[test]
    fn whoever_is_not_named_is_known_by_their_address() {
        let peer = |text: &str| Some(text.parse().unwrap());
        for path in ["/", "/rest/im.recent.get", "/rest/", "/rest"] {
            assert_eq!(turn(path, peer("10.0.0.1")), turn("/", peer("10.0.0.1")));
            assert_ne!(turn(path, peer("10.0.0.1")), turn("/", peer("10.0.0.2")));
        }
    }

    #[test]
    fn what_belongs_to_a_connection_stays_on_it_and_the_peer_is_told() {
        let request = Request::builder()
            .header("Connection", "close, X-Private")
            .header("X-Private", "1")
            .header("Keep-Alive", "timeout=5")
            .header("X-Forwarded-For", "10.0.0.9")
            .header("Host", "chat.example")
            .body(())
            .unwrap();
        let (mut head, ()) = request.into_parts();
        prepare(&mut head, Some("10.0.0.1".parse().unwrap()));
        let mut left: Vec<_> = head.headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["host", "x-forwarded-for"]);
        assert_eq!(head.headers["x-forwarded-for"], "10.0.0.9, 10.0.0.1");
    }
}
