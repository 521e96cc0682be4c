//! Bytes of files in and out: the addresses that are no methods. Uploads and downloads by signed links, public links, and
//! pictures of chats.
//!
//! Must hold: bytes pass through piece by piece; what is handed out can do nothing in a browser but be shown, and only
//! known pictures, films and sounds are; errors are those of the API.

mod bring;
mod fetch;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method as Verb, Request, Response, StatusCode, header};

pub use bring::FIELD;

use crate::listen::Scheme;
use crate::rest::Portal;
use crate::rest::call::Failure;
use crate::rest::envelope::{self, Format};
use crate::rest::params::{self, Decoded};
use crate::rest::refusal::{SystemError, WireError};
use crate::rest::transport::{Way, dressed, preflight};

/// Which of these addresses a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// `/rest/upload.json`: a file comes by a signed link.
    Bring,
    /// `/rest/download.json`: a file goes out by a signed link.
    Fetch,
    /// `/~CODE`: a file goes out by a public link.
    Public(String),
    /// `/avatar/HASH`: a picture of a chat or a person.
    Avatar(String),
}

impl Passage {
    /// The passage at a path, if there is one.
    pub fn at(path: &str) -> Option<Self> {
        if let Some(code) = path.strip_prefix("/~") {
            return Some(Self::Public(code.to_owned()));
        }
        if let Some(hash) = path.strip_prefix(lately_store::AVATAR_PREFIX) {
            return Some(Self::Avatar(hash.to_owned()));
        }
        match path.strip_prefix("/rest/")?.trim_end_matches('/') {
            "upload" | "upload.json" => Some(Self::Bring),
            "download" | "download.json" => Some(Self::Fetch),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Bring => "upload",
            Self::Fetch => "download",
            Self::Public(_) => "public link",
            Self::Avatar(_) => "avatar",
        }
    }
}

/// Serves one request at a passage.
pub async fn answer(
    portal: &Arc<Portal>,
    passage: Passage,
    request: Request<Body>,
    way: Way,
) -> Response<Body> {
    if request.method() == Verb::OPTIONS {
        return dressed(preflight());
    }
    let _in_flight = portal.metrics.begin();
    let (name, number) = (passage.name(), way.request.clone());
    match pass(portal, passage, request, way).await {
        Ok(response) => {
            tracing::debug!(request = number.as_str(), name, status = response.status().as_u16(), "answered");
            response
        }
        Err(failure) => {
            let error = WireError::of(failure, name, &number);
            let mut response = dressed(envelope::failure(&error, Format::Json));
            if name == "upload" {
                // What is left of the body is not read.
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response
        }
    }
}

async fn pass(
    portal: &Arc<Portal>,
    passage: Passage,
    request: Request<Body>,
    way: Way,
) -> Result<Response<Body>, Failure> {
    let start = portal.messenger.clock().now();
    let verbs: &[Verb] =
        if passage == Passage::Bring { &[Verb::POST, Verb::PUT] } else { &[Verb::GET, Verb::HEAD] };
    if !verbs.contains(request.method()) {
        return Err(SystemError::VerbNotAllowed.into());
    }
    if way.scheme == Scheme::Http && portal.require_https {
        return Err(SystemError::HttpsRequired.into());
    }
    if !portal.limits.admit(way.peer, start.as_millisecond()) {
        return Err(SystemError::TooManyRequests.into());
    }
    let (head, body) = request.into_parts();
    let Decoded { params, .. } =
        params::decode(&Verb::GET, head.uri.query(), None, Bytes::new()).map_err(SystemError::Unreadable)?;
    let token = params.text("token").unwrap_or_default();
    match passage {
        Passage::Bring => {
            let answer = bring::bring(portal, &head.headers, body, &token, params.text("name")).await?;
            let finish = portal.messenger.clock().now();
            let timing = envelope::Timing { start, finish, operating: None };
            Ok(dressed(envelope::success(answer, timing, &portal.zone, Format::Json)))
        }
        Passage::Fetch => {
            let delivery = portal.messenger.fetch(&token, head.method == Verb::GET).await?;
            fetch::deliver(portal, &head, delivery, fetch::Keep::Asking).await
        }
        Passage::Public(code) => {
            let delivery = portal.messenger.fetch_public(&code).await?;
            fetch::deliver(portal, &head, delivery, fetch::Keep::Asking).await
        }
        Passage::Avatar(hash) => match portal.messenger.avatar(&hash).await? {
            Some(delivery) => fetch::deliver(portal, &head, delivery, fetch::Keep::ForEver).await,
            None => Err(lately_messenger::Refusal::BytesGone.into()),
        },
    }
}

/// An answer without a body.
fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_paths_are_passages() {
        for (path, passage) in [
            ("/rest/upload.json", Some(Passage::Bring)),
            ("/rest/download/", Some(Passage::Fetch)),
            ("/~abc", Some(Passage::Public("abc".to_owned()))),
            ("/avatar/00ff", Some(Passage::Avatar("00ff".to_owned()))),
            ("/rest/1/secret/download.json", None),
            ("/rest/im.recent.get", None),
            ("/avatar", None),
            ("/", None),
        ] {
            assert_eq!(Passage::at(path), passage, "{path}");
        }
    }
}
