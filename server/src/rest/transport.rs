//! Transport: from an HTTP request to a call, and from an answer to an HTTP response (core.md 1-5, 8).
//!
//! Must hold: every answer is one of the two envelopes with the headers that browsers need; nothing that a client
//! sends causes a 500 or ends the process.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method as Verb, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use lately_model::Scopes;

use super::Portal;
use super::answer::Answer;
use super::call::{Call, Failure};
use super::envelope::{self, Format, Timing};
use super::params::{self, Decoded};
use super::refusal::{SystemError, WireError};
use super::registry::{self, Caller, Method};
use crate::auth::{self, Denial, Offer};
use crate::listen::Scheme;

/// What a path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    webhook: Option<(String, String)>,
    method: String,
    format: Format,
}

/// Serves everything under `/rest/`.
pub async fn serve(State(portal): State<Arc<Portal>>, request: Request<Body>) -> Response<Body> {
    let start = portal.messenger.clock().now();
    let address = parse_path(request.uri().path());
    let format = address.format;
    let plain = request.extensions().get::<Scheme>() == Some(&Scheme::Http);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_string()).unwrap_or_default();
    let mut response = match handle(&portal, address, request, &peer, plain).await {
        Ok(None) => preflight(),
        Ok(Some((answer, key))) => {
            let finish = portal.messenger.clock().now();
            let operating = key.and_then(|(credential, method)| {
                portal.limits.operating(&credential, method, finish.as_millisecond())
            });
            envelope::success(answer, Timing { start, finish, operating }, &portal.zone, format)
        }
        Err(error) => envelope::failure(&error, format),
    };
    dress(response.headers_mut());
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

type Answered = Option<(Answer, Option<(String, &'static str)>)>;

async fn handle(
    portal: &Arc<Portal>,
    address: Address,
    request: Request<Body>,
    peer: &str,
    plain: bool,
) -> Result<Answered, WireError> {
    let (head, body) = request.into_parts();
    match head.method {
        Verb::GET | Verb::POST | Verb::HEAD => {}
        Verb::OPTIONS => return Ok(None),
        _ => return Err(SystemError::VerbNotAllowed.into()),
    }
    if plain && portal.require_https {
        return Err(SystemError::HttpsRequired.into());
    }
    let now = portal.messenger.clock().now().as_millisecond();
    if !portal.limits.admit(peer, now) {
        return Err(SystemError::TooManyRequests.into());
    }
    let body = collect(body, &head.headers, portal.body_limit).await?;
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let decoded =
        params::decode(&head.method, head.uri.query(), kind, body).map_err(SystemError::Unreadable)?;
    let known = registry::find(&address.method);
    if known.is_none() && !registry::is_foreign(&address.method) {
        return Err(SystemError::MethodNotFound.into());
    }
    let offer = offer(&address, &decoded, &head.headers);
    let credential = auth::check(&portal.messenger, &offer).await.map_err(denied)?;
    let method = permitted(&address.method, &credential.scopes)?;
    let key = (credential.id.to_string(), method.name);
    let call = Call { portal: Arc::clone(portal), credential, params: decoded.params, start: decoded.start };
    let answer = run_limited(method, &call).await.map_err(WireError::from)?;
    Ok(Some((answer, Some(key))))
}

/// The method with this name, if these scopes cover it.
pub fn permitted(name: &str, scopes: &Scopes) -> Result<&'static Method, WireError> {
    let Some(method) = registry::find(name) else {
        let error = if registry::is_foreign(name) {
            SystemError::InsufficientScope
        } else {
            SystemError::MethodNotFound
        };
        return Err(error.into());
    };
    if !scopes.grant(method.scope) {
        return Err(SystemError::InsufficientScope.into());
    }
    if method.caller == Caller::Application {
        return Err(SystemError::ApplicationNeeded.into());
    }
    Ok(method)
}

/// Runs a method within its operating time. `batch` itself is not counted, its commands are.
pub async fn run_limited(method: &'static Method, call: &Call) -> Result<Answer, Failure> {
    let limits = &call.portal.limits;
    let credential = call.credential.id.to_string();
    let clock = call.messenger().clock();
    let start = clock.now();
    if method.name == "batch" {
        return (method.handler)(call).await;
    }
    if limits.before(&credential, method.name, start.as_millisecond()).is_err() {
        return Err(SystemError::OperatingTime.into());
    }
    let answer = (method.handler)(call).await;
    let finish = clock.now();
    let seconds = start.duration_until(finish).as_secs_f64();
    limits.after(&credential, method.name, finish.as_millisecond(), seconds);
    answer
}

/// `/rest/METHOD[.json|.xml]` or `/rest/USER/SECRET/METHOD`, slashes doubled or at the end as clients write them.
fn parse_path(path: &str) -> Address {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let mut parts: Vec<&str> = decoded.split('/').filter(|part| !part.is_empty()).skip(1).collect();
    let name = parts.pop().unwrap_or_default();
    let (method, format) = match name.rsplit_once('.') {
        Some((method, suffix)) if suffix.eq_ignore_ascii_case("json") => (method, Format::Json),
        Some((method, suffix)) if suffix.eq_ignore_ascii_case("xml") => (method, Format::Xml),
        _ => (name, Format::Json),
    };
    let webhook = match parts.as_slice() {
        [user, secret] => Some(((*user).to_owned(), (*secret).to_owned())),
        _ => None,
    };
    let method = if matches!(parts.len(), 0 | 2) { method.to_owned() } else { decoded.into_owned() };
    Address { webhook, method, format }
}

fn offer(address: &Address, decoded: &Decoded, headers: &HeaderMap) -> Offer {
    if let Some((user, secret)) = &address.webhook {
        return Offer::Webhook { user: user.clone(), secret: secret.clone() };
    }
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = decoded.auth.clone().or_else(|| header.map(|value| bare_token(value).to_owned()));
    token.filter(|token| !token.is_empty()).map_or(Offer::None, Offer::Token)
}

/// The token of `Bearer TOKEN`, or of a header that is nothing but the token.
fn bare_token(header: &str) -> &str {
    match header.split_at_checked("Bearer".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("Bearer") => match rest.strip_prefix(' ') {
            Some(token) => token.trim(),
            None if rest.is_empty() => "",
            None => header,
        },
        _ => header.trim(),
    }
}

fn denied(denial: Denial) -> WireError {
    match denial {
        Denial::NoAuth => SystemError::NoAuth.into(),
        Denial::BadWebhook => SystemError::BadWebhook.into(),
        Denial::BadToken => SystemError::BadToken.into(),
        Denial::Fault(error) => Failure::Messenger(error).into(),
    }
}

/// Reads the body up to the limit. A length that is announced as too large is refused unread.
async fn collect(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, SystemError> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(SystemError::TooLarge(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(SystemError::TooLarge(limit)),
        Err(_) => Err(SystemError::BodyLost),
    }
}

fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The headers of every answer (behaviour.md H).
fn dress(headers: &mut HeaderMap) {
    const ALLOWED: &str = "origin, content-type, accept, authorization";
    let fixed: [(HeaderName, &str); 4] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(webhook: Option<(&str, &str)>, method: &str, format: Format) -> Address {
        let webhook = webhook.map(|(user, secret)| (user.to_owned(), secret.to_owned()));
        Address { webhook, method: method.to_owned(), format }
    }

    #[test]
    fn every_written_form_of_an_address_is_read() {
        let webhook = Some(("1", "abc"));
        for (path, expected) in [
            ("/rest/im.recent.get", address(None, "im.recent.get", Format::Json)),
            ("/rest//im.recent.get", address(None, "im.recent.get", Format::Json)),
            ("/rest/im.recent.get.xml", address(None, "im.recent.get", Format::Xml)),
            ("/rest/1/abc/im.recent.get.json", address(webhook, "im.recent.get", Format::Json)),
            ("/rest/1/abc//im.recent.get/", address(webhook, "im.recent.get", Format::Json)),
            ("/rest/1/abc/server.time", address(webhook, "server.time", Format::Json)),
        ] {
            assert_eq!(parse_path(path), expected, "{path}");
        }
        assert!(registry::find(&parse_path("/rest/api/1/abc/im.recent.get").method).is_none());
    }
}
