//! The way into a cluster: a load balancer that listens over HTTP and HTTPS, and its clean end.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::uri::Authority;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::balance::Balancer;
use crate::boot::{BootError, addresses, bind};
use crate::listen;

/// Sockets that nobody answers on yet.
pub struct Gate {
    /// The HTTP addresses it really listens on.
    pub http: Vec<SocketAddr>,
    /// The HTTPS addresses it really listens on.
    pub https: Vec<SocketAddr>,
    http_sockets: Vec<TcpListener>,
    https_sockets: Vec<TcpListener>,
}

/// A gate that requests go through.
pub struct Open {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Gate {
    /// Listens on these addresses.
    ///
    /// # Errors
    /// One of them cannot be listened on.
    pub async fn bind(http: &[SocketAddr], https: &[SocketAddr]) -> Result<Self, BootError> {
        let (http_sockets, https_sockets) = (bind(http).await?, bind(https).await?);
        let (http, https) = (addresses(&http_sockets)?, addresses(&https_sockets)?);
        Ok(Self { http, https, http_sockets, https_sockets })
    }

    /// Answers by `own`, and hands on to the nodes what is not found there.
    pub fn open(
        self,
        nodes: impl IntoIterator<Item = Authority>,
        own: Router,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Open {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let balancer = Balancer::new(nodes);
        let app = own.merge(balancer.router());
        for socket in self.http_sockets {
            tasks.spawn(listen::serve(socket, None, app.clone(), stop.clone(), tasks.clone()));
        }
        for socket in self.https_sockets {
            tasks.spawn(listen::serve(socket, tls.clone(), app.clone(), stop.clone(), tasks.clone()));
        }
        tasks.spawn(balancer.watch(stop.clone()));
        Open { stop, tasks }
    }
}

impl Open {
    /// Takes no new connections, and finishes the requests in flight.
    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
