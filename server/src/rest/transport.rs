//! Transport: from an HTTP request to a call, and from an answer to an HTTP response (core.md 1-5, 8).
//!
//! Must hold: every answer is one of the two envelopes with the headers that browsers need; nothing that a client
//! sends causes a 500 or ends the process.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method as Verb, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use lately_messenger::app_token::Stranger;
use lately_model::UserId;

use super::Portal;
use super::answer::Answer;
use super::call::{Call, Failure};
use super::envelope::{self, Format, Timing};
use super::inline::{self, Files};
use super::limits::Operating;
use super::params::{self, Decoded};
use super::refusal::{SystemError, WireError};
use super::registry::{self, Caller, Method};
use crate::auth::{self, Credential, Denial, Offer, cookie};
use crate::listen::Scheme;
use crate::observe::metrics::UNKNOWN;
use crate::observe::request_id::RequestId;

/// From how many seconds on an answer is worth a warning.
const SLOW: f64 = 1.0;

/// How a request came.
#[derive(Debug, Clone)]
pub struct Way {
    /// From where.
    pub peer: IpAddr,
    /// Plain or over TLS.
    pub scheme: Scheme,
    /// Under which number.
    pub request: RequestId,
}

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Address<'a> {
    webhook: Option<(&'a str, &'a str)>,
    method: &'a str,
    format: Format,
}

/// A request without its body.
struct Asked<'a> {
    head: &'a Parts,
    address: Address<'a>,
    way: Way,
    start: Timestamp,
}

/// What was found out about a request on the way to its answer, for the log and the metrics.
#[derive(Default)]
struct Known {
    method: Option<&'static Method>,
    user: Option<UserId>,
    credential: i64,
}

/// Serves everything under `/rest/`, as a route.
pub async fn serve(
    State(portal): State<Arc<Portal>>,
    Extension(way): Extension<Way>,
    request: Request<Body>,
) -> Response<Body> {
    answer(&portal, request, way).await
}

/// Serves one request under `/rest/`.
pub async fn answer(portal: &Arc<Portal>, request: Request<Body>, way: Way) -> Response<Body> {
    let _in_flight = portal.metrics.begin();
    let start = portal.messenger.clock().now();
    let (head, body) = request.into_parts();
    let path = percent_encoding::percent_decode_str(head.uri.path()).decode_utf8_lossy();
    let asked = Asked { head: &head, address: read_path(&path), way, start };
    let format = asked.address.format;
    if head.method == Verb::OPTIONS {
        return dressed(preflight());
    }
    let mut known = Known::default();
    let outcome = handle(portal, &asked, body, &mut known).await;
    let finish = portal.messenger.clock().now();
    let response = match outcome {
        Ok(answer) => {
            let operating = known.operating(portal, finish);
            envelope::success(answer, Timing { start, finish, operating }, &portal.zone, format)
        }
        Err(error) => envelope::failure(&error, format),
    };
    let seconds = start.duration_until(finish).as_secs_f64().max(0.0);
    portal.metrics.record(known.method, response.status(), seconds, finish.as_second());
    known.tell(&asked.way.request, response.status(), seconds);
    dressed(response)
}

impl Known {
    /// What the `time` block shows of the method's operating time.
    fn operating(&self, portal: &Portal, finish: Timestamp) -> Option<Operating> {
        portal.limits.operating(self.credential, self.method?.name, finish.as_millisecond())
    }

    /// One line for the log. Never the path, in which a secret stands.
    fn tell(&self, request: &RequestId, status: StatusCode, seconds: f64) {
        let method = self.method.map_or(UNKNOWN, |method| method.name);
        let (request, user, status) = (request.as_str(), self.user.map(|user| user.0), status.as_u16());
        if seconds > SLOW {
            tracing::warn!(request, method, user, status, seconds, "answered late");
        } else {
            tracing::debug!(request, method, user, status, seconds, "answered");
        }
    }
}

async fn handle(
    portal: &Arc<Portal>,
    asked: &Asked<'_>,
    body: Body,
    known: &mut Known,
) -> Result<Answer, WireError> {
    let Asked { head, address, way, start } = asked;
    known.method = registry::find(address.method);
    if !matches!(head.method, Verb::GET | Verb::POST | Verb::HEAD) {
        return Err(SystemError::VerbNotAllowed.into());
    }
    if way.scheme == Scheme::Http && portal.require_https {
        return Err(SystemError::HttpsRequired.into());
    }
    if !portal.limits.admit(way.peer, start.as_millisecond()) {
        return Err(SystemError::TooManyRequests.into());
    }
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let (body, files) = if carries_files(portal, asked, known.method).await {
        inline::divert(&portal.messenger, body, kind.unwrap_or_default(), portal.body_limit).await?
    } else {
        (collect(body, &head.headers, portal.body_limit).await?, Files::default())
    };
    let decoded =
        params::decode(&head.method, head.uri.query(), kind, body).map_err(SystemError::Unreadable)?;
    if known.method.is_none() && !registry::is_foreign(address.method) {
        return Err(SystemError::MethodNotFound.into());
    }
    let offer = offer(address, &decoded, &head.headers);
    let name = known.method.map_or(UNKNOWN, |method| method.name);
    let checked = auth::check(&portal.messenger, offer).await;
    let credential = checked.map_err(|denial| denied(denial, name, &way.request))?;
    (known.user, known.credential) = (Some(credential.user), credential.id);
    // A method of another product: whoever has a credential lacks its scope.
    let method = permitted(known.method.ok_or(SystemError::InsufficientScope)?, &credential)?;
    let call = Call {
        portal: Arc::clone(portal),
        credential,
        params: decoded.params,
        start: decoded.start,
        peer: way.peer,
        request: way.request.clone(),
        files,
    };
    run_limited(method, &call).await.map_err(|failure| WireError::of(failure, method.name, &call.request))
}

/// The method with this name, if this credential covers it.
pub fn named(name: &str, credential: &Credential) -> Result<&'static Method, WireError> {
    match registry::find(name) {
        Some(method) => permitted(method, credential),
        None if registry::is_foreign(name) => Err(SystemError::InsufficientScope.into()),
        None => Err(SystemError::MethodNotFound.into()),
    }
}

fn permitted(method: &'static Method, credential: &Credential) -> Result<&'static Method, WireError> {
    if !credential.scopes.grant(method.scope) {
        return Err(SystemError::InsufficientScope.into());
    }
    match (method.caller, &credential.app) {
        (Caller::Application, None) | (Caller::NoApplication, Some(_)) => {
            Err(SystemError::WrongAuthType.into())
        }
        (Caller::Program, _) if credential.is_session() => Err(SystemError::WrongAuthType.into()),
        _ => Ok(method),
    }
}

/// Runs a method within its operating time. `batch` itself is not counted, its commands are.
pub async fn run_limited(method: &'static Method, call: &Call) -> Result<Answer, Failure> {
    call.messenger().follow_absences().await;
    let (limits, credential) = (&call.portal.limits, call.credential.id);
    if method.name == "batch" || !limits.counts_time() {
        return (method.handler)(call).await;
    }
    let clock = call.messenger().clock();
    let start = clock.now();
    if limits.before(credential, method.name, start.as_millisecond()).is_err() {
        return Err(SystemError::OperatingTime.into());
    }
    let answer = (method.handler)(call).await;
    let finish = clock.now();
    let seconds = start.duration_until(finish).as_secs_f64();
    limits.after(credential, method.name, finish.as_millisecond(), seconds);
    answer
}

/// What the `time` block of a command in a batch shows of its method's operating time.
pub fn operating(call: &Call, method: &'static Method, finish: Timestamp) -> Option<Operating> {
    call.portal.limits.operating(call.credential.id, method.name, finish.as_millisecond())
}

/// `/rest/METHOD[.json|.xml]` or `/rest/USER/SECRET/METHOD`, slashes doubled or at the end as clients write them. Any
/// other number of parts is no method's name.
fn read_path(path: &str) -> Address<'_> {
    let mut parts = path.split('/').filter(|part| !part.is_empty()).skip(1);
    let (name, webhook, whole) = match (parts.next(), parts.next(), parts.next(), parts.last()) {
        (name, None, ..) => (name, None, false),
        (Some(user), Some(secret), name @ Some(_), None) => (name, Some((user, secret)), false),
        (_, Some(name), None, _) => (Some(name), None, true),
        (.., last) => (last, None, true),
    };
    let name = name.unwrap_or_default();
    let (method, format) = match name.rsplit_once('.') {
        Some((method, suffix)) if suffix.eq_ignore_ascii_case("json") => (method, Format::Json),
        Some((method, suffix)) if suffix.eq_ignore_ascii_case("xml") => (method, Format::Xml),
        _ => (name, Format::Json),
    };
    Address { webhook, method: if whole { path } else { method }, format }
}

/// A secret in the path goes before a token, and both before the cookie, which a browser sends unasked.
fn offer<'a>(address: &Address<'a>, decoded: &'a Decoded, headers: &'a HeaderMap) -> Offer<'a> {
    if let Some((user, secret)) = address.webhook {
        return Offer::Webhook { user, secret };
    }
    let token = decoded.auth.as_deref().or_else(|| auth::bearer(headers));
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        return Offer::Token(token);
    }
    let sessid = decoded.sessid.as_deref().or_else(|| cookie::token_of(headers));
    cookie::of(headers).map_or(Offer::None, |cookie| Offer::Session { cookie, sessid })
}

/// Why a credential was not taken, as a client sees it.
pub fn denied(denial: Denial, method: &str, request: &RequestId) -> WireError {
    match denial {
        Denial::NoAuth => SystemError::NoAuth.into(),
        Denial::BadWebhook => SystemError::BadWebhook.into(),
        Denial::BadToken(Stranger::Unknown) => SystemError::BadToken.into(),
        Denial::BadToken(Stranger::Expired) => SystemError::TokenExpired.into(),
        Denial::BadToken(Stranger::Dismissed) => SystemError::TokenOfNobody.into(),
        Denial::BadToken(Stranger::NotInstalled) => SystemError::NotInstalled.into(),
        Denial::BadSession => SystemError::BadSession.into(),
        Denial::Fault(error) => WireError::of(Failure::Messenger(error), method, request),
    }
}

/// Whether a body is long, for a method that takes files, and from somebody whose address or head says who they are: only
/// then are files taken out of it as it comes.
async fn carries_files(portal: &Portal, asked: &Asked<'_>, method: Option<&Method>) -> bool {
    let Asked { head, address, .. } = asked;
    let posted = head.method == Verb::POST && announced(&head.headers).unwrap_or(u64::MAX) > inline::SMALL;
    let Some(method) = method.filter(|method| posted && inline::carries_files(method)) else { return false };
    let nothing = Decoded::default();
    let checked = auth::check(&portal.messenger, offer(address, &nothing, &head.headers)).await;
    checked.is_ok_and(|credential| credential.scopes.grant(method.scope))
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads the body up to the limit. A length that is announced as too large is refused unread.
pub async fn collect(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, SystemError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(SystemError::TooLarge(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(SystemError::TooLarge(limit)),
        Err(_) => Err(SystemError::BodyLost),
    }
}

/// What browsers ask before they call from another page.
pub fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The same with the headers of every answer (behaviour.md H).
pub fn dressed(mut response: Response<Body>) -> Response<Body> {
    const ALLOWED: &str = "origin, content-type, accept, authorization";
    let fixed: [(HeaderName, &str); 4] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address<'a>(webhook: Option<(&'a str, &'a str)>, method: &'a str, format: Format) -> Address<'a> {
        Address { webhook, method, format }
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
            assert_eq!(read_path(path), expected, "{path}");
        }
        for path in ["/rest", "/rest/1/abc", "/rest/api/1/abc/im.recent.get", "/rest/1/abc/x/im.recent.get/y"]
        {
            assert!(registry::find(read_path(path).method).is_none(), "{path}");
        }
    }
}
