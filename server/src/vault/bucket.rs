//! A bucket of an S3-compatible store as the place for bytes. The only file that speaks to such a store.
//!
//! Must hold: an object is sent from a file of the yard and handed out as it comes, never held whole; what the store
//! answered with success is durable there. Objects are made, read and removed by name; the bucket is never listed.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use futures_util::TryStreamExt;
use lately_messenger::{Clock, SystemClock};
use lately_store::{Chunks, Pending, Shelves, Vault};
use reqwest::header::{CONTENT_LENGTH, RANGE};
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode, Url};
use rusty_s3::{Credentials, S3Action, UrlStyle};

use crate::config::{ConfigError, Files};
use crate::tls::outgoing;

/// For how long a signed request is good.
const GOOD_FOR: Duration = Duration::from_secs(3600);

/// How long a connection may take, and how long the store may say nothing.
const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(60);

/// How often something is tried that failed in a way that passes, and the pause before the second time.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// The place in a bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    bucket: rusty_s3::Bucket,
    credentials: Option<Credentials>,
    http: Client,
    shelves: Shelves,
}

impl Bucket {
    /// The bucket that the settings name. Files arrive in the yard of `shelves`.
    pub(super) fn open(files: &Files, shelves: Shelves) -> Result<Self, ConfigError> {
        let wrong = |key: &str, reason: String| ConfigError::Value {
            place: "the configuration".to_owned(),
            key: key.to_owned(),
            reason,
        };
        let name = files.s3_bucket.clone().unwrap_or_default();
        let endpoint = files.s3_endpoint.clone().unwrap_or_default();
        let url: Url = endpoint
            .parse()
            .map_err(|error| wrong("files.s3_endpoint", format!("\"{endpoint}\": {error}")))?;
        let bucket = rusty_s3::Bucket::new(url, UrlStyle::Path, name, files.s3_region.clone())
            .map_err(|error| wrong("files.s3_bucket", error.to_string()))?;
        let credentials = match (&files.s3_key_id, &files.s3_secret) {
            (Some(id), Some(secret)) => Some(Credentials::new(id.clone(), secret.clone())),
            _ => None,
        };
        let http = client().map_err(|error| wrong("files.s3_endpoint", error.to_string()))?;
        Ok(Self { bucket, credentials, http, shelves })
    }

    fn sign<'a>(&self, action: impl S3Action<'a>) -> Url {
        // The store lives in the machine's time, whatever time the portal lives in.
        action.sign_with_time(GOOD_FOR, &SystemClock::default().now())
    }

    async fn put(&self, key: &str, from: &Path, size: u64) -> io::Result<Response> {
        let (yard, name) = (from.parent().unwrap_or(from), from.file_name().unwrap_or_default());
        let chunks = Shelves::at(yard).read(&name.to_string_lossy(), 0..size).await?;
        let chunks = chunks.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let url = self.sign(self.bucket.put_object(self.credentials.as_ref(), key));
        let request = self.http.put(url).header(CONTENT_LENGTH, size);
        send(if size == 0 { request } else { request.body(Body::wrap_stream(chunks)) }).await
    }
}

fn client() -> Result<Client, Box<dyn std::error::Error>> {
    let builder = Client::builder().connect_timeout(CONNECT).read_timeout(SILENCE).no_proxy();
    Ok(builder.tls_backend_preconfigured(outgoing()?).build()?)
}

/// The address of a request is signed, so no error may show it.
async fn send(request: RequestBuilder) -> io::Result<Response> {
    request.send().await.map_err(|error| io::Error::other(error.without_url()))
}

fn refused(what: &str, response: &Response) -> io::Error {
    io::Error::other(format!("the S3 store answered {} to {what}", response.status()))
}

/// Whether the same may work a moment later.
fn passes(outcome: &io::Result<Response>) -> bool {
    outcome.as_ref().map_or(true, |response| response.status().is_server_error())
}

impl Vault for Bucket {
    fn yard(&self) -> &Path {
        self.shelves.yard()
    }

    fn keep<'a>(&'a self, key: &'a str, from: &'a Path) -> Pending<'a, ()> {
        Box::pin(async move {
            let size = std::fs::metadata(from)?.len();
            // Equal bytes that came before need not travel again.
            if self.size(key).await.ok().flatten() == Some(size) {
                return Ok(());
            }
            let mut outcome = self.put(key, from, size).await;
            for pause in 1..TRIES {
                if !passes(&outcome) {
                    break;
                }
                tokio::time::sleep(PAUSE * pause).await;
                outcome = self.put(key, from, size).await;
            }
            let response = outcome?;
            if response.status().is_success() { Ok(()) } else { Err(refused("a new object", &response)) }
        })
    }

    fn size<'a>(&'a self, key: &'a str) -> Pending<'a, Option<u64>> {
        Box::pin(async move {
            let url = self.sign(self.bucket.head_object(self.credentials.as_ref(), key));
            let response = send(self.http.head(url)).await?;
            if response.status() == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
            match length.and_then(|length| length.parse().ok()) {
                Some(length) if response.status().is_success() => Ok(Some(length)),
                _ => Err(refused("a question for an object", &response)),
            }
        })
    }

    fn read<'a>(&'a self, key: &'a str, part: Range<u64>) -> Pending<'a, Option<Chunks>> {
        Box::pin(async move {
            if part.is_empty() {
                let there = self.size(key).await?.is_some();
                return Ok(there.then(|| -> Chunks { Box::pin(futures_util::stream::empty()) }));
            }
            let url = self.sign(self.bucket.get_object(self.credentials.as_ref(), key));
            let range = format!("bytes={}-{}", part.start, part.end - 1);
            let response = send(self.http.get(url).header(RANGE, range)).await?;
            match response.status() {
                StatusCode::NOT_FOUND => Ok(None),
                StatusCode::PARTIAL_CONTENT => {
                    let chunks = response.bytes_stream();
                    let chunks = chunks.map_err(|error| io::Error::other(error.without_url()));
                    Ok(Some(Box::pin(chunks)))
                }
                _ => Err(refused("a request for an object", &response)),
            }
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> Pending<'a, ()> {
        Box::pin(async move {
            let url = self.sign(self.bucket.delete_object(self.credentials.as_ref(), key));
            let response = send(self.http.delete(url)).await?;
            let gone = response.status().is_success() || response.status() == StatusCode::NOT_FOUND;
            if gone { Ok(()) } else { Err(refused("a removal", &response)) }
        })
    }
}
