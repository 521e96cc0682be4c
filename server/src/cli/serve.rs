//! `lately serve`: the server in the foreground, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use lately_messenger::SystemDice;

use super::failure::{Failure, chain};
use super::settings::Settings;
use super::signals::Signals;
use super::{print, session};
use crate::boot::Server;
use crate::config::{Config, Overrides};
use crate::web::invitation;
use crate::{control, log};

/// Serve the portal in the data directory.
///
/// Runs in the foreground and logs to standard error. When it answers, it prints a line on standard output: `ready` and
/// the addresses. While nobody is in the portal, a line before says where its first administrator is made. SIGTERM or Ctrl-C lets requests in flight finish and ends it; a second one ends it at once.
///
/// Every setting can also stand in a file (--config) or in the environment (LATELY__HTTP__LISTEN sets http.listen); what
/// is given here is stronger. `lately config show` with the same arguments shows what counts.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately serve
  lately --config /etc/lately.toml serve --log-format json
  lately serve --listen 0.0.0.0:80 --tls-listen 0.0.0.0:443 --certificate chat.pem --key chat.key.pem \\
      --public-url https://chat.example.org
  lately serve --tls-listen 127.0.0.1:8443 --local-ca      a certificate of its own; clients trust DIR/ca.pem")]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) flags: Flags,
    /// Stop when standard input ends too: for whoever starts a server and wants it to end with them
    #[arg(long, hide = true)]
    until_input_ends: bool,
}

/// The settings that are often given by hand.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Address with port to answer plain HTTP on; repeat it for more, port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    listen: Vec<SocketAddr>,
    /// Do not answer plain HTTP at all
    #[arg(long, conflicts_with = "listen")]
    no_http: bool,
    /// Address with port to answer HTTPS on; repeat it for more [default: none]
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    tls_listen: Vec<SocketAddr>,
    /// PEM file with the certificate for HTTPS, then the intermediates
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// PEM file with the private key of --certificate
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Issue a certificate from a CA of the server's own, DIR/ca.pem
    #[arg(long, conflicts_with = "certificate")]
    local_ca: bool,
    /// Name or IP address in the certificate of --local-ca; repeat it for more
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    tls_host: Vec<String>,
    /// Scheme, host and port under which clients reach the server, such as `https://chat.example.org`
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The portal's time zone, such as Europe/Berlin or +02:00
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// How the log looks: text or json
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// What is logged: off, error, warn, info, debug, trace, or a list such as info,lately=debug
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Any other setting by its name, such as limits.bucket=true; repeat it for more
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE, such as limits.bucket=true")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

impl Flags {
    /// The flags as settings.
    pub(super) fn overrides(&self) -> Result<Overrides, Failure> {
        let mut all = Overrides::default();
        for (key, value) in &self.set {
            all.set(key, value);
        }
        if !self.listen.is_empty() || self.no_http {
            all.set("http.listen", joined(&self.listen));
        }
        if !self.tls_listen.is_empty() {
            all.set("https.listen", joined(&self.tls_listen));
        }
        if !self.tls_host.is_empty() {
            all.set("https.hosts", self.tls_host.join(","));
        }
        if self.local_ca {
            all.set("https.local_ca", "true");
            all.set("https.certificate", "");
            all.set("https.key", "");
        }
        if self.certificate.is_some() {
            all.set("https.local_ca", "false");
        }
        for (key, path) in [("https.certificate", &self.certificate), ("https.key", &self.key)] {
            let Some(path) = path else { continue };
            let not_text = || Failure::misused(format!("{}: this path is not UTF-8", path.display()), "");
            all.set(key, path.to_str().ok_or_else(not_text)?);
        }
        for (key, value) in [
            ("public_url", &self.public_url),
            ("time_zone", &self.time_zone),
            ("log.format", &self.log_format),
            ("log.level", &self.log_level),
        ] {
            if let Some(value) = value {
                all.set(key, value);
            }
        }
        Ok(all)
    }
}

fn joined(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

impl Serve {
    /// Serves until a signal comes.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let config = settings.load(self.flags.overrides()?)?;
        let mut signals = Signals::watch()?;
        let server = start(config).await?;
        welcome(&server).await?;
        print::line(&ready(&server))?;
        if self.until_input_ends {
            tokio::select! {
                () = signals.next() => {}
                _ = input_end() => {}
            }
        } else {
            signals.next().await;
        }
        stop(server, signals).await
    }
}

/// Tells how the first administrator of a portal without people is made.
async fn welcome(server: &Server) -> Result<(), Failure> {
    if let Some(code) = server.messenger().invite_founder().await? {
        let link = invitation::first_link(&server.base_url, &code);
        print::remark("nobody is in this portal yet; whoever opens this address becomes its administrator:");
        print::line(&format!("first  {link}"))?;
    }
    Ok(())
}

/// Waits for the end of standard input, on a thread of its own: nothing can interrupt such a read.
async fn input_end() {
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        drop(ended);
    });
    drop(end.await);
}

/// Starts the log and the server, and tells commands beside it where it answers.
pub(super) async fn start(config: Config) -> Result<Server, Failure> {
    log::start(&config.log).map_err(|error| Failure::new(chain(&error), ""))?;
    let clock = Arc::new(session::clock(&config)?);
    let data = config.data.clone();
    let server = Server::start(config, clock, Arc::new(SystemDice)).await?;
    tracing::info!(address = %server.base_url, data = %data.display(), "answering");
    for address in &server.observe {
        tracing::info!(%address, "metrics and probes");
    }
    if let Err(error) = control::announce(&data, &server.base_url) {
        tracing::warn!(%error, "commands beside this server cannot know its address");
    }
    Ok(server)
}

/// Lets requests in flight finish; another signal cuts them off.
pub(super) async fn stop(server: Server, mut signals: Signals) -> Result<ExitCode, Failure> {
    tracing::info!("stopping; another signal stops at once");
    tokio::select! {
        () = server.stop() => Ok(ExitCode::SUCCESS),
        () = signals.next() => Err(Failure::new("stopped before all requests were answered", "")),
    }
}

/// `ready` and every address that is answered on.
pub(super) fn ready(server: &Server) -> String {
    ready_on(&server.http, &server.https)
}

/// The same for whatever answers on these addresses.
pub(super) fn ready_on(http: &[SocketAddr], https: &[SocketAddr]) -> String {
    let http = http.iter().map(|address| format!(" http://{address}"));
    let https = https.iter().map(|address| format!(" https://{address}"));
    format!("ready{}", http.chain(https).collect::<String>())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }

    fn config(line: &[&str]) -> Result<Config, String> {
        let line = Line::try_parse_from([&["serve"], line].concat()).map_err(|error| error.to_string())?;
        let overrides = line.flags.overrides().unwrap();
        crate::config::load(None, std::iter::empty(), &overrides).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_become_settings() {
        let config = config(&[
            "--listen",
            "127.0.0.1:1,127.0.0.1:2",
            "--listen",
            "[::1]:3",
            "--tls-listen",
            "127.0.0.1:4",
            "--local-ca",
            "--tls-host",
            "a.test",
            "--set",
            "limits.bucket=true",
            "--log-format",
            "json",
        ])
        .unwrap();
        assert_eq!(joined(&config.http.listen), "127.0.0.1:1,127.0.0.1:2,[::1]:3");
        assert_eq!(
            (joined(&config.https.listen), config.https.hosts),
            ("127.0.0.1:4".to_owned(), vec!["a.test".to_owned()])
        );
        assert!(config.limits.bucket && config.https.local_ca);
    }

    #[test]
    fn without_flags_the_defaults_stay() {
        assert_eq!(config(&[]).unwrap(), Config::default());
        assert_eq!(config(&["--no-http"]).unwrap().http.listen, []);
    }

    #[test]
    fn flags_that_make_no_sense_are_refused() {
        for (line, advice) in [
            (&["--set", "limits.bucket"][..], "write KEY=VALUE"),
            (&["--set", "limits.bukket=true"], "there is no key `limits.bukket`"),
            (&["--certificate", "a.pem"], "--key"),
            (&["--listen", "localhost:1"], "invalid"),
            (&["--no-http", "--listen", "127.0.0.1:1"], "cannot be used with"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(advice), "{error}");
        }
    }
}
