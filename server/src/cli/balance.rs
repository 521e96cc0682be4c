//! `lately balance`: a small load balancer before the servers of one portal.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use axum::Router;
use axum::http::Uri;
use axum::http::uri::Authority;
use clap::Args;

use super::failure::{Failure, chain};
use super::settings::Settings;
use super::signals::Signals;
use super::{print, serve};
use crate::boot::BootError;
use crate::cluster::gate::Gate;
use crate::config::Overrides;
use crate::log;
use crate::tls::{Identity, server_config};

/// Hand requests on to the servers of one portal.
///
/// All requests of one person go to one server, so that they read what they wrote; while that one is not ready, to the
/// next. Each server is asked for /readyz every second. A request that reached a server is never sent to another one: when
/// the server goes away meanwhile, the answer is 502; when none is ready, 503. Servers are spoken to over plain HTTP, so
/// the network between must be trusted.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately balance --listen 0.0.0.0:80 --node http://10.0.0.1:8080 --node http://10.0.0.2:8080
  lately balance --tls-listen 0.0.0.0:443 --certificate chat.pem --key chat.key.pem --node http://10.0.0.1:8080")]
pub(super) struct Balance {
    /// Address with port to answer plain HTTP on; repeat it for more, port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', required_unless_present = "tls_listen")]
    listen: Vec<SocketAddr>,
    /// Address with port to answer HTTPS on; repeat it for more
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', requires = "certificate")]
    tls_listen: Vec<SocketAddr>,
    /// PEM file with the certificate for HTTPS, then the intermediates
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// PEM file with the private key of --certificate
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// A server, such as <http://10.0.0.1:8080>; repeat it for each
    #[arg(long = "node", value_name = "URL", value_delimiter = ',', required = true, value_parser = node)]
    nodes: Vec<Authority>,
}

fn node(text: &str) -> Result<Authority, String> {
    let uri: Uri = text.parse().map_err(|error| format!("{error}"))?;
    let bare = uri.path_and_query().is_none_or(|path| path == "/");
    match uri.authority() {
        Some(authority) if uri.scheme_str() == Some("http") && bare => Ok(authority.clone()),
        _ => Err("write scheme, host and port, such as http://10.0.0.1:8080".to_owned()),
    }
}

impl Balance {
    /// Hands on until a signal comes.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let config = settings.load(Overrides::default())?;
        log::start(&config.log).map_err(|error| Failure::new(chain(&error), ""))?;
        let tls = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                let identity = Identity::from_files(certificate, key).map_err(BootError::from)?;
                Some(server_config(&identity).map_err(BootError::from)?)
            }
            _ => None,
        };
        let mut signals = Signals::watch()?;
        let gate = Gate::bind(&self.listen, &self.tls_listen).await?;
        let ready = serve::ready_on(&gate.http, &gate.https);
        let open = gate.open(self.nodes, Router::new(), tls);
        print::line(&ready)?;
        signals.next().await;
        tokio::select! {
            () = open.close() => Ok(ExitCode::SUCCESS),
            () = signals.next() => Err(Failure::new("stopped before all requests were answered", "")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_scheme_host_and_port() {
        assert_eq!(node("http://10.0.0.1:8080/").unwrap(), "10.0.0.1:8080");
        for text in ["10.0.0.1:8080", "https://a.example", "http://a.example/path", ""] {
            assert!(node(text).is_err(), "{text}");
        }
    }
}
