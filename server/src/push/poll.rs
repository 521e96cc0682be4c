//! Long polling: the same events for clients that have no WebSocket (pull.md 3).
//!
//! Must hold: between two polls nothing is lost, because each answer says where it ended and the next one goes on from
//! there. A poll waits at most as long as clients do.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use tokio::time::timeout;

use super::Push;
use super::body::Parcel;
use super::entry::Entry;
use super::hub::{Knock, Seat};
use super::mid::Mid;
use super::proto;
use super::record::{Envelope, Format};
use super::shape::service;
use crate::listen::Scheme;

/// How long a poll waits for something to tell.
const WAIT: Duration = Duration::from_secs(40);

/// How long it waits for more, once there is something.
const MORE: Duration = Duration::from_millis(20);

/// How many things one answer holds.
const AT_ONCE: usize = 500;

const LAST_ID: HeaderName = HeaderName::from_static("last-message-id");

/// A date by which clients of the product know that nothing came.
const NOTHING: &str = "Thu, 01 Jan 1973 11:11:01 GMT";

/// Serves the address of polls.
pub async fn serve(
    State(push): State<Arc<Push>>,
    method: Method,
    RawQuery(query): RawQuery,
    Extension(scheme): Extension<Scheme>,
) -> Response {
    if method == Method::OPTIONS {
        return preflight().await;
    }
    let Some(entry) = push.admit(&query.unwrap_or_default(), scheme).await else {
        return dressed(StatusCode::FORBIDDEN, "text/plain", b"Wrong channel or signature\n".to_vec());
    };
    let Entry { pass, follows, .. } = entry;
    let knock = Knock { user: pass.user, credential: pass.credential, lasting: false, follows };
    let Some((seat, position)) = push.enter(knock).await else {
        return dressed(StatusCode::SERVICE_UNAVAILABLE, "text/plain", Vec::new());
    };
    let stop = push.stop.clone();
    let last = entry.after.unwrap_or(Mid::end_of(position));
    let waited = tokio::select! {
        () = stop.cancelled() => Waited::Told(vec![service::restart(Mid::beside(last))]),
        waited = wait(&push, &entry, seat, position) => waited,
    };
    match waited {
        Waited::Told(parcels) => told(&push, &entry, &parcels),
        Waited::Nothing(mid) => nothing(mid),
        Waited::Ended => dressed(StatusCode::FORBIDDEN, "text/plain", Vec::new()),
        Waited::Away => dressed(StatusCode::SERVICE_UNAVAILABLE, "text/plain", Vec::new()),
    }
}

enum Waited {
    Told(Vec<Parcel>),
    /// Nothing came; the next poll goes on from here.
    Nothing(Mid),
    Ended,
    /// What was missed cannot be read.
    Away,
}

async fn wait(push: &Push, entry: &Entry, mut seat: Seat, position: i64) -> Waited {
    if let Some(after) = entry.after {
        let mut missed = push.missed(entry.pass.user, after, position);
        let mut parcels = Vec::new();
        loop {
            match missed.next().await {
                Ok(Some(more)) => parcels.extend(more),
                Ok(None) => break,
                Err(_) => return Waited::Away,
            }
            if parcels.len() >= AT_ONCE {
                break;
            }
        }
        parcels.retain(|parcel| shown(entry.format, parcel));
        parcels.truncate(AT_ONCE);
        if !parcels.is_empty() {
            return Waited::Told(parcels);
        }
    }
    let cut = seat.cut.clone();
    let first = async {
        loop {
            let parcel = seat.queue.recv().await?;
            // Who was at another server may have heard more than this one has told yet.
            let fresh = entry.after.is_none_or(|after| parcel.mid > after);
            if fresh && shown(entry.format, &parcel) {
                return Some(parcel);
            }
        }
    };
    let first = tokio::select! {
        _ = cut.ended() => return Waited::Ended,
        first = timeout(WAIT, first) => first,
    };
    match first {
        Err(_) => Waited::Nothing(Mid::end_of(position)),
        Ok(None) => Waited::Ended,
        Ok(Some(first)) => {
            let mut parcels = vec![first];
            while let Ok(Some(parcel)) = timeout(MORE, seat.queue.recv()).await {
                if shown(entry.format, &parcel) {
                    parcels.push(parcel);
                }
                if parcels.len() >= AT_ONCE {
                    break;
                }
            }
            Waited::Told(parcels)
        }
    }
}

/// Whether the form can tell it at all.
fn shown(format: Format, parcel: &Parcel) -> bool {
    let alone = Envelope { channel: "", now: jiff::Timestamp::UNIX_EPOCH };
    !format.texts(std::slice::from_ref(parcel), &alone).is_empty()
}

fn told(push: &Push, entry: &Entry, parcels: &[Parcel]) -> Response {
    let now = push.messenger.clock().now();
    let envelope = Envelope { channel: &entry.channel, now };
    let last = parcels.last().map(|parcel| parcel.mid);
    let (kind, body) = match entry.format {
        Format::Binary => ("application/octet-stream", proto::told(parcels, now)),
        Format::JsonRpc => {
            let texts = entry.format.texts(parcels, &envelope);
            ("application/json; charset=utf-8", format!("[{}]", texts.join(",")).into_bytes())
        }
        format => {
            let kind = if format == Format::Json { "application/json" } else { "text/plain" };
            (kind, format.texts(parcels, &envelope).concat().into_bytes())
        }
    };
    let mut response = dressed(StatusCode::OK, kind, body);
    if let Some(last) = last {
        put_last(&mut response, last);
    }
    response
}

fn nothing(mid: Mid) -> Response {
    let mut response = dressed(StatusCode::NOT_MODIFIED, "text/plain", Vec::new());
    response.headers_mut().insert(header::EXPIRES, HeaderValue::from_static(NOTHING));
    put_last(&mut response, mid);
    response
}

fn put_last(response: &mut Response, mid: Mid) {
    if let Ok(mid) = HeaderValue::from_str(&mid.to_string()) {
        response.headers_mut().insert(LAST_ID, mid);
    }
}

/// What browsers ask before they poll from a page of elsewhere.
pub async fn preflight() -> Response {
    dressed(StatusCode::NO_CONTENT, "text/plain", Vec::new())
}

/// With the headers that let pages of elsewhere read it.
pub fn dressed(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "If-Modified-Since, If-None-Match, content-type"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Last-Message-Id, Expires"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
