//! Listening sockets: from an accepted connection to a request in the application, over HTTP and HTTPS.
//!
//! Owns the accept loop and the life of a connection: handshake, deadlines, and an end in good order. Every
//! request comes with the peer's address and the [`Scheme`] it came by. A loop ends only when it is told to
//! stop; no error of one connection, nor of the machine running out of sockets, ends it.
//!
//! Never looks into a request. A connection that was upgraded to a WebSocket is its handler's: it must watch
//! the same token itself.

use std::convert::Infallible;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);
/// Also how long a connection may stay open between two requests.
const HEADER_DEADLINE: Duration = Duration::from_secs(30);
const STOP_DEADLINE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Plain.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`, as in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// What answers the requests of a listener.
pub trait App: Clone + Send + Sync + 'static {
    /// Answers one request.
    fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        scheme: Scheme,
    ) -> impl Future<Output = Response> + Send;
}

/// Routes find the peer as `ConnectInfo<SocketAddr>`, and the scheme, among a request's extensions.
impl App for Router {
    async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr, scheme: Scheme) -> Response {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(scheme);
        self.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }
}

/// Accepts connections until `stop`, each in a task of its own among `tasks`; with `tls` they are HTTPS.
///
/// After `stop` nothing new is accepted, idle connections close, and requests in flight have 30 seconds to
/// finish. This future returns at once then; waiting for the rest is `tasks.close()` and `tasks.wait()`.
pub async fn serve<A: App>(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    app: A,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let door = Door { app, acceptor: tls.map(TlsAcceptor::from), stop: stop.clone() };
    let mut pause = None;
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = None;
                tasks.spawn(door.clone().attend(stream, peer));
            }
            Err(error) => pause = pause_after(&error, pause),
        }
        let Some(pause) = pause else { continue };
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
    }
}

/// How long to wait after an accept that failed: not at all when only that connection was lost, else longer
/// each time, since the reason (no free descriptor, no memory) stays until something is closed.
fn pause_after(error: &io::Error, last: Option<Duration>) -> Option<Duration> {
    let lost = [ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset, ErrorKind::ConnectionRefused];
    if lost.contains(&error.kind()) || error.kind() == ErrorKind::Interrupted {
        return None;
    }
    let pause = last.map_or(FIRST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
    tracing::warn!(%error, ?pause, "cannot accept; if descriptors ran out, raise the limit (ulimit -n)");
    Some(pause)
}

/// What every connection of one listener shares.
#[derive(Clone)]
struct Door<A> {
    app: A,
    acceptor: Option<TlsAcceptor>,
    stop: CancellationToken,
}

impl<A: App> Door<A> {
    async fn attend(self, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "cannot turn off delayed sending");
        }
        let Some(acceptor) = &self.acceptor else {
            return self.converse(TokioIo::new(stream), peer, Scheme::Http).await;
        };
        let handshake = tokio::select! {
            () = self.stop.cancelled() => return,
            handshake = timeout(HANDSHAKE_DEADLINE, acceptor.accept(stream)) => handshake,
        };
        match handshake {
            Ok(Ok(stream)) => self.converse(TokioIo::new(stream), peer, Scheme::Https).await,
            Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
            Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
        }
    }

    async fn converse<I>(&self, io: I, peer: SocketAddr, scheme: Scheme)
    where
        I: Read + Write + Unpin + Send + 'static,
    {
        let service =
            service_fn(async |request| Ok::<_, Infallible>(self.app.answer(request, peer, scheme).await));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADER_DEADLINE);
        let mut connection = pin!(builder.serve_connection(io, service).with_upgrades());
        // Its own token: one shared by all would be locked each time any connection is polled.
        let stop = self.stop.child_token();
        // Stop first, so that an answer that is ready at the same moment already says that it is the last.
        let ended = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            ended = connection.as_mut() => Some(ended),
        };
        let ended = match ended {
            Some(ended) => Ok(ended),
            None => {
                connection.as_mut().graceful_shutdown();
                timeout(STOP_DEADLINE, connection).await
            }
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%peer, %error, "connection broke"),
            Err(_) => {
                tracing::warn!(%peer, "a request did not finish in time; its connection is cut")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Extension;
    use axum::routing::get;
    use jiff::Timestamp;
    use tokio::sync::Notify;

    use super::*;
    use crate::tls::{CA_FILE, Identity, server_config};

    struct Running {
        address: SocketAddr,
        stop: CancellationToken,
        tasks: TaskTracker,
    }

    async fn run(app: Router, tls: Option<Arc<rustls::ServerConfig>>) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(serve(listener, tls, app, stop.clone(), tasks.clone()));
        tasks.close();
        Running { address, stop, tasks }
    }

    /// Fails instead of hanging.
    async fn soon<F: Future>(what: F) -> F::Output {
        timeout(Duration::from_secs(10), what).await.unwrap()
    }

    async fn who(ConnectInfo(peer): ConnectInfo<SocketAddr>, Extension(scheme): Extension<Scheme>) -> String {
        format!("{} {}", scheme.as_str(), peer.ip())
    }

    fn client() -> reqwest::ClientBuilder {
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder().no_proxy().tls_certs_only([])
    }

    #[tokio::test]
    async fn a_request_knows_its_peer_and_scheme_over_http() {
        let running = run(Router::new().route("/", get(who)), None).await;
        let url = format!("http://{}/", running.address);
        let answer = soon(client().build().unwrap().get(url).send()).await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "http 127.0.0.1");
    }

    #[tokio::test]
    async fn a_request_knows_its_peer_and_scheme_over_https_and_a_failed_handshake_hurts_nobody() {
        let dir = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the client checks against the machine's time")]
        let now = Timestamp::now();
        let identity = Identity::from_local_ca(dir.path(), &["localhost".to_owned()], now).unwrap();
        let running = run(Router::new().route("/", get(who)), Some(server_config(&identity).unwrap())).await;
        let plain = format!("http://{}/", running.address);
        assert!(soon(client().build().unwrap().get(plain).send()).await.is_err());

        let pem = std::fs::read(dir.path().join(CA_FILE)).unwrap();
        let ca = reqwest::Certificate::from_pem(&pem).unwrap();
        let trusting = client().tls_certs_only([ca]).resolve("localhost", running.address).build().unwrap();
        let url = format!("https://localhost:{}/", running.address.port());
        let answer = soon(trusting.get(url).send()).await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "https 127.0.0.1");
    }

    #[tokio::test]
    async fn stopping_lets_the_request_in_flight_finish_and_accepts_no_more() {
        let (entered, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (enter, wait) = (entered.clone(), go.clone());
        let slow = async move || {
            enter.notify_one();
            wait.notified().await;
            "done"
        };
        let running = run(Router::new().route("/", get(slow)), None).await;
        let url = format!("http://{}/", running.address);
        let asked = tokio::spawn(client().build().unwrap().get(&url).send());
        soon(entered.notified()).await;
        running.stop.cancel();
        assert!(!running.tasks.is_empty());
        go.notify_one();
        let answer = soon(asked).await.unwrap().unwrap();
        assert_eq!(answer.headers().get("connection").unwrap(), "close");
        assert_eq!(answer.text().await.unwrap(), "done");
        soon(running.tasks.wait()).await;
        assert!(TcpStream::connect(running.address).await.is_err());
    }

    #[tokio::test]
    async fn stopping_closes_connections_on_which_nothing_is_asked() {
        let running = run(Router::new().route("/", get(who)), None).await;
        let kept = client().build().unwrap();
        let answer = soon(kept.get(format!("http://{}/", running.address)).send()).await.unwrap();
        assert_eq!(answer.status(), 200);
        let silent = TcpStream::connect(running.address).await.unwrap();
        running.stop.cancel();
        soon(running.tasks.wait()).await;
        drop(silent);
    }

    #[test]
    fn a_lost_connection_costs_no_pause_and_exhaustion_longer_ones_up_to_a_second() {
        let lost = io::Error::from(ErrorKind::ConnectionAborted);
        assert_eq!(pause_after(&lost, Some(LONGEST_PAUSE)), None);
        let exhausted = io::Error::other("too many open files");
        let mut pauses = Vec::new();
        let mut last = None;
        for _ in 0..8 {
            last = pause_after(&exhausted, last);
            pauses.extend(last);
        }
        assert_eq!(pauses.first(), Some(&FIRST_PAUSE));
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&LONGEST_PAUSE));
    }
}
