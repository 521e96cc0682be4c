//! OAuth 2.0 as the reference has it (core.md 11): how applications come to act for people.
//!
//! Owns the addresses for tokens and for leave to act, which the portal answers under any name, and the authorization
//! host: whoever asks by one of its names hears of tokens and of nothing else. Must hold: a code is sent to the address
//! that the application was made with, never to one that a request names; failures of leave are shown to the person and
//! told to no application.

mod authorize;
mod info;
pub mod shape;
mod token;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderMap};
use axum::http::{Method as Verb, Request, Response};

use crate::config::Config;
use crate::listen::Scheme;
use crate::rest::Portal;
use crate::rest::envelope::{self, Format};
use crate::rest::params::{self, Decoded};
use crate::rest::refusal::{SystemError, WireError};
use crate::rest::transport::{self, Way};
use shape::Places;

/// The largest body, in bytes.
const LARGEST: usize = 16 * 1024;

impl Config {
    /// Where the portal at this address and its authorization host are.
    pub fn places(&self, base_url: &str) -> Places {
        let authority = self.oauth.url.as_deref().unwrap_or(base_url);
        Places { portal: base_url.to_owned(), authority: authority.trim_end_matches('/').to_owned() }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    /// Tokens.
    Token,
    /// A person's leave to act for them.
    Authorize,
    /// What the authorization host knows of a token.
    Info(Format),
    /// Something that the authorization host does not have.
    Nowhere,
}

/// What answers it.
pub struct OAuth {
    portal: Arc<Portal>,
    /// The names of the authorization host, in small letters.
    hosts: Vec<String>,
}

impl OAuth {
    /// Of this portal, with these names of the authorization host.
    pub fn new(portal: Arc<Portal>, hosts: &[String]) -> Self {
        let hosts = hosts.iter().map(|host| host.trim().to_ascii_lowercase());
        Self { portal, hosts: hosts.filter(|host| !host.is_empty()).collect() }
    }

    /// What a request asks for, if it is for here. Slashes may be doubled or at the end, as clients write them.
    pub fn desk(&self, path: &str, headers: &HeaderMap) -> Option<Desk> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (first, second, more) = (parts.next(), parts.next(), parts.next());
        match (first, second, more) {
            (Some("oauth"), Some("token"), None) => Some(Desk::Token),
            (Some("oauth"), Some("authorize"), None) => Some(Desk::Authorize),
            _ if !self.is_authority(headers) => None,
            (Some("rest"), Some(name), None) => Some(info_of(name)),
            _ => Some(Desk::Nowhere),
        }
    }

    fn is_authority(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = host.split(':').next().unwrap_or_default();
        !name.is_empty() && self.hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Answers a request for that.
    pub async fn answer(&self, desk: Desk, request: Request<Body>, way: Way) -> Response<Body> {
        let admitted = self.admitted(&way);
        match desk {
            Desk::Authorize => authorize::answer(self, admitted, request.into_parts().0, &way).await,
            _ if request.method() == Verb::OPTIONS => transport::dressed(transport::preflight()),
            Desk::Token => token::answer(self, admitted, request, &way).await,
            Desk::Info(format) => info::answer(self, admitted, request, &way, format).await,
            Desk::Nowhere => refused(&SystemError::MethodNotFound.into(), Format::Json),
        }
    }

    fn admitted(&self, way: &Way) -> Result<(), WireError> {
        if way.scheme == Scheme::Http && self.portal.require_https {
            return Err(SystemError::HttpsRequired.into());
        }
        let now = self.portal.messenger.clock().now().as_millisecond();
        if self.portal.limits.admit(way.peer, now) {
            Ok(())
        } else {
            Err(SystemError::TooManyRequests.into())
        }
    }
}

fn info_of(name: &str) -> Desk {
    let (method, format) = match name.rsplit_once('.') {
        Some((method, suffix)) if suffix.eq_ignore_ascii_case("json") => (method, Format::Json),
        Some((method, suffix)) if suffix.eq_ignore_ascii_case("xml") => (method, Format::Xml),
        _ => (name, Format::Json),
    };
    if method.eq_ignore_ascii_case("app.info") { Desk::Info(format) } else { Desk::Nowhere }
}

/// Reads a request as calls are read.
async fn read(request: Request<Body>) -> Result<(HeaderMap, Decoded), WireError> {
    let (head, body) = request.into_parts();
    let body = match head.method {
        Verb::GET | Verb::HEAD => Bytes::new(),
        Verb::POST => transport::collect(body, &head.headers, LARGEST).await?,
        _ => return Err(SystemError::VerbNotAllowed.into()),
    };
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let decoded = params::decode(&head.method, head.uri.query(), kind, body);
    Ok((head.headers, decoded.map_err(SystemError::Unreadable)?))
}

fn refused(error: &WireError, format: Format) -> Response<Body> {
    transport::dressed(envelope::failure(error, format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authorization_host_knows_one_method() {
        assert_eq!(info_of("app.info"), Desk::Info(Format::Json));
        assert_eq!(info_of("APP.INFO.xml"), Desk::Info(Format::Xml));
        assert_eq!(info_of("app.info.json"), Desk::Info(Format::Json));
        for other in ["app.option.get", "app", "app.infos", ""] {
            assert_eq!(info_of(other), Desk::Nowhere, "{other}");
        }
    }
}
