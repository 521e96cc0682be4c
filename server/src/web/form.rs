//! What the page's own forms send and hear: a small JSON object each way.
//!
//! Must hold: only JSON is read, which no foreign page can send unasked; a body is read up to [`LARGEST`]; an answer is
//! kept by nobody.

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use lately_messenger::Error;
use serde_json::{Map, Value, json};

use crate::observe::request_id::RequestId;
use crate::rest::call::Failure;
use crate::rest::params::DecodeError;
use crate::rest::refusal::{SystemError, WireError};

/// The largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// A form that was sent.
pub struct Form {
    /// The request's headers.
    pub headers: HeaderMap,
    fields: Map<String, Value>,
}

impl Form {
    /// Reads a request.
    ///
    /// # Errors
    /// It is not JSON, too large, or did not arrive.
    pub async fn read(request: Request<Body>) -> Result<Self, WireError> {
        let (head, body) = request.into_parts();
        let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(unreadable("send application/json"));
        }
        let body = Limited::new(body, LARGEST).collect().await;
        let body = body.map_err(|_| SystemError::TooLarge(LARGEST))?.to_bytes();
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Ok(Self { headers: head.headers, fields }),
            Ok(_) => Err(unreadable("an object is needed")),
            Err(error) => Err(unreadable(&error.to_string())),
        }
    }

    /// A text; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number; zero if there is none.
    pub fn number(&self, name: &str) -> i64 {
        self.fields.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    /// What is there, as it came.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Whether something is there, and not `null`.
    pub fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether something is exactly `true`.
    pub fn is(&self, name: &str) -> bool {
        self.fields.get(name) == Some(&Value::Bool(true))
    }
}

fn unreadable(reason: &str) -> WireError {
    SystemError::Unreadable(DecodeError::Json(reason.to_owned())).into()
}

/// What became of a form when the messenger did not do it.
pub fn failed(error: Error, form: &str, request: &RequestId) -> WireError {
    WireError::of(Failure::Messenger(error), form, request)
}

/// The answer to a form.
pub fn answer(outcome: Result<Value, WireError>) -> Response<Body> {
    let (status, body) = match outcome {
        Ok(result) => (axum::http::StatusCode::OK, json!({ "result": result })),
        Err(error) => (error.status, error.body()),
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
