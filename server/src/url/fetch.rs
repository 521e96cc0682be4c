//! The client that asks a page what it is.
//!
//! Must hold: one page costs at most [`TIME`] and [`LARGEST`] bytes, over all its redirects, and each of these is judged
//! like the first address. No cookies, no credentials, no proxy, and nothing of who reads or wrote goes out. Only the
//! head of an HTML page is read; nothing else is ever asked for.

use std::sync::Arc;
use std::time::Duration;

use lately_messenger::url::{Finder, Finding, Page};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use tokio::time::timeout;

use super::html;
use super::public::Guard;
use crate::tls::outgoing;

/// How long one page may take.
const TIME: Duration = Duration::from_secs(10);

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(4);

/// How many bytes of a page are read.
const LARGEST: usize = 512 << 10;

/// How many redirects are followed.
const REDIRECTS: usize = 4;

/// Who asks.
const NAME: &str = concat!("Lately/", env!("CARGO_PKG_VERSION"), " (link preview)");

/// Asks pages what they are.
#[derive(Debug)]
pub(super) struct Fetcher {
    http: Client,
    guard: Guard,
    time: Duration,
}

impl Fetcher {
    /// One that speaks to whom the guard allows.
    pub(super) fn new(guard: Guard) -> Result<Self, Box<dyn std::error::Error>> {
        let http = Client::builder()
            .tls_backend_preconfigured(outgoing()?)
            .dns_resolver(Arc::new(guard))
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { http, guard, time: TIME })
    }

    async fn page(&self, address: &str) -> Option<Page> {
        let mut url: Url = address.parse().ok()?;
        for _ in 0..=REDIRECTS {
            if !self.guard.allows(&url) {
                tracing::debug!(host = url.host_str(), "an address in a message leads where nobody is asked");
                return None;
            }
            url.set_fragment(None);
            let response = self.ask(url.clone()).await?;
            if !response.status().is_redirection() {
                return read(response, &url).await;
            }
            let to = response.headers().get(LOCATION)?.to_str().ok()?;
            url = url.join(to).ok()?;
        }
        None
    }

    async fn ask(&self, url: Url) -> Option<Response> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, NAME.parse().ok()?);
        headers.insert(ACCEPT, "text/html,application/xhtml+xml".parse().ok()?);
        headers.insert(ACCEPT_ENCODING, "identity".parse().ok()?);
        self.http.get(url).headers(headers).send().await.ok()
    }
}

impl Finder for Fetcher {
    fn find<'a>(&'a self, address: &'a str) -> Finding<'a> {
        Box::pin(async move { timeout(self.time, self.page(address)).await.ok().flatten() })
    }
}

/// The page that an answer brings, if it is one. What is too long is read as far as it may be.
async fn read(mut response: Response, url: &Url) -> Option<Page> {
    let kind = response.headers().get(CONTENT_TYPE)?.to_str().ok()?.to_owned();
    if !response.status().is_success() || !html::is_html(&kind) {
        return None;
    }
    let mut bytes: Vec<u8> = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        let room = LARGEST - bytes.len();
        bytes.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if bytes.len() >= LARGEST || html::has_whole_head(&bytes, chunk.len()) {
            break;
        }
    }
    html::page(&bytes, &kind, url)
}

#[cfg(test)]
mod tests;
