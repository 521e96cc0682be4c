//! Envelopes: `result` with its `time` block, or `error` (core.md 4 and 5), as JSON or XML.

use axum::body::{Body as HttpBody, Bytes};
use axum::http::header::{self, HeaderValue};
use axum::http::{Response, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lately_model::Moment;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Body};
use super::limits::Operating;
use super::refusal::WireError;
use super::xml;

/// In which format an answer goes out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// `.json`, or no suffix.
    #[default]
    Json,
    /// `.xml`.
    Xml,
}

/// When a call began and ended, and what it has used.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Its begin.
    pub start: Timestamp,
    /// Its end.
    pub finish: Timestamp,
    /// The method's operating time, while it is limited.
    pub operating: Option<Operating>,
}

impl Timing {
    /// The `time` block with all eight keys.
    pub fn block(&self, zone: &TimeZone) -> Value {
        let (start, finish) = (seconds(self.start), seconds(self.finish));
        let duration = (finish - start).max(0.0);
        let reset = self.operating.map_or(self.finish.as_second() + 600, |operating| operating.reset_at);
        json!({
            "start": start,
            "finish": finish,
            "duration": duration,
            "processing": duration,
            "date_start": Moment::from_timestamp(self.start).atom(zone),
            "date_finish": Moment::from_timestamp(self.finish).atom(zone),
            "operating_reset_at": reset,
            // An empty sum of floats is -0.0, which no client expects to read.
            "operating": self.operating.map_or(0.0, |operating| operating.seconds + 0.0),
        })
    }
}

fn seconds(timestamp: Timestamp) -> f64 {
    timestamp.as_duration().as_secs_f64()
}

/// A successful response.
pub fn success(answer: Answer, timing: Timing, zone: &TimeZone, format: Format) -> Response<HttpBody> {
    let time = timing.block(zone);
    match format {
        Format::Json => respond(StatusCode::OK, format, json_text(answer, &time)),
        Format::Xml => {
            let mut root = Map::new();
            root.insert("result".to_owned(), answer.result.into_tree());
            insert_extras(&mut root, answer.removed, answer.total, answer.next);
            root.insert("time".to_owned(), time);
            respond(StatusCode::OK, format, xml::render(&Value::Object(root)))
        }
    }
}

/// A response that says what went wrong.
pub fn failure(error: &WireError, format: Format) -> Response<HttpBody> {
    let body = match format {
        Format::Json => error.body().to_string(),
        Format::Xml => xml::render(&error.body()),
    };
    respond(error.status, format, body)
}

/// Written by hand around the result, so that ready JSON text is not parsed again.
fn json_text(answer: Answer, time: &Value) -> Vec<u8> {
    let result: Bytes = match answer.result {
        Body::Bytes(text) => text,
        Body::Text(text) => String::from(Box::<str>::from(text)).into(),
        Body::Tree(tree) => tree.to_string().into(),
    };
    let mut extras = Map::new();
    insert_extras(&mut extras, answer.removed, answer.total, answer.next);
    let mut text = Vec::with_capacity(result.len() + 512);
    text.extend_from_slice(b"{\"result\":");
    text.extend_from_slice(&result);
    for (key, value) in extras {
        text.extend_from_slice(format!(",\"{key}\":{value}").as_bytes());
    }
    text.extend_from_slice(format!(",\"time\":{time}}}").as_bytes());
    text
}

fn insert_extras(
    root: &mut Map<String, Value>,
    removed: Option<Value>,
    total: Option<i64>,
    next: Option<i64>,
) {
    if let Some(removed) = removed {
        root.insert("removed".to_owned(), removed);
    }
    if let Some(next) = next {
        root.insert("next".to_owned(), json!(next));
    }
    if let Some(total) = total {
        root.insert("total".to_owned(), json!(total));
    }
}

fn respond(status: StatusCode, format: Format, body: impl Into<HttpBody>) -> Response<HttpBody> {
    let kind = match format {
        Format::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        Format::Xml => HeaderValue::from_static("text/xml; charset=utf-8"),
    };
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
