//! Envelopes: `result` with its `time` block, or `error` (core.md 4 and 5), as JSON or XML.
//!
//! Every answer passes here, so JSON is written once and straight into what is sent; a long result that is ready is not
//! even copied ([`Chunks`]).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body as HttpBody, Bytes};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode};
use hyper::body::{Frame, SizeHint};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lately_model::Moment;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Body};
use super::limits::Operating;
use super::refusal::WireError;
use super::schema::Shape;
use super::shape::recent::REMOVAL;
use super::xml;

/// A ready result from this many bytes on is sent from where it is; a shorter one is cheaper to copy.
const CHUNKED_FROM: usize = 4096;

/// Room for what is around a result, and for how many headers.
const AROUND: usize = 512;
const HEADERS: usize = 12;

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

/// The `time` block with all eight keys.
#[derive(Debug, Serialize)]
struct Block {
    start: f64,
    finish: f64,
    duration: f64,
    processing: f64,
    date_start: String,
    date_finish: String,
    operating_reset_at: i64,
    operating: f64,
}

/// What is around a result.
pub const ANSWER: Shape = Shape::Object(&[
    ("result", Shape::Any),
    ("removed", Shape::Sometimes(&Shape::List(&REMOVAL))),
    ("total", Shape::Sometimes(&Shape::Int)),
    ("next", Shape::Sometimes(&Shape::Int)),
    ("time", TIME),
]);

/// The `time` block.
pub const TIME: Shape = Shape::Named(
    "Time",
    &Shape::Object(&[
        ("start", Shape::Number),
        ("finish", Shape::Number),
        ("duration", Shape::Number),
        ("processing", Shape::Number),
        ("date_start", Shape::Date),
        ("date_finish", Shape::Date),
        ("operating_reset_at", Shape::Int),
        ("operating", Shape::Number),
    ]),
);

impl Timing {
    /// The `time` block as a tree.
    pub fn block(&self, zone: &TimeZone) -> Value {
        json!(self.written(zone))
    }

    fn written(&self, zone: &TimeZone) -> Block {
        let (start, finish) = (seconds(self.start), seconds(self.finish));
        let duration = (finish - start).max(0.0);
        let (began, ended) = (Moment::from_timestamp(self.start), Moment::from_timestamp(self.finish));
        let date_start = began.atom(zone);
        let date_finish = if ended == began { date_start.clone() } else { ended.atom(zone) };
        Block {
            start,
            finish,
            duration,
            processing: duration,
            date_start,
            date_finish,
            operating_reset_at: self
                .operating
                .map_or(self.finish.as_second() + 600, |operating| operating.reset_at),
            // An empty sum of floats is -0.0, which no client expects to read.
            operating: self.operating.map_or(0.0, |operating| operating.seconds + 0.0),
        }
    }
}

fn seconds(timestamp: Timestamp) -> f64 {
    timestamp.as_duration().as_secs_f64()
}

/// A successful response.
pub fn success(answer: Answer, timing: Timing, zone: &TimeZone, format: Format) -> Response<HttpBody> {
    let body = match format {
        Format::Json => json_body(answer, &timing.written(zone)),
        Format::Xml => {
            let mut root = Map::new();
            root.insert("result".to_owned(), answer.result.into_tree());
            insert_extras(&mut root, answer.removed, answer.total, answer.next);
            root.insert("time".to_owned(), timing.block(zone));
            xml::render(&Value::Object(root)).into()
        }
    };
    respond(StatusCode::OK, format, body)
}

/// A response that says what went wrong.
pub fn failure(error: &WireError, format: Format) -> Response<HttpBody> {
    let body = match format {
        Format::Json => error.body().to_string(),
        Format::Xml => xml::render(&error.body()),
    };
    respond(error.status, format, body.into())
}

/// Written by hand around the result, so that ready JSON text is neither parsed nor copied.
fn json_body(answer: Answer, time: &Block) -> HttpBody {
    const OPENING: &[u8] = b"{\"result\":";
    let Answer { result, removed, total, next } = answer;
    let mut text = Vec::with_capacity(AROUND);
    let ready = match result {
        Body::Text(ready) if ready.get().len() >= CHUNKED_FROM => {
            Some(Bytes::from(String::from(Box::<str>::from(ready))))
        }
        Body::Bytes(ready) if ready.len() >= CHUNKED_FROM => Some(ready),
        Body::Bytes(ready) => {
            text.extend_from_slice(OPENING);
            text.extend_from_slice(&ready);
            None
        }
        Body::Text(ready) => {
            text.extend_from_slice(OPENING);
            text.extend_from_slice(ready.get().as_bytes());
            None
        }
        Body::Tree(tree) => {
            text.extend_from_slice(OPENING);
            put(&mut text, &tree);
            None
        }
    };
    if removed.is_some() || total.is_some() || next.is_some() {
        let mut extras = Map::new();
        insert_extras(&mut extras, removed, total, next);
        for (key, value) in &extras {
            text.push(b',');
            put(&mut text, key);
            text.push(b':');
            put(&mut text, value);
        }
    }
    text.extend_from_slice(b",\"time\":");
    put_time(&mut text, time);
    text.push(b'}');
    match ready {
        Some(ready) => HttpBody::new(Chunks::from([Bytes::from_static(OPENING), ready, text.into()])),
        None => text.into(),
    }
}

/// As serde writes it, without looking for what to escape in keys and dates that have nothing of the kind.
fn put_time(text: &mut Vec<u8>, time: &Block) {
    let numbers: [(&[u8], f64); 4] = [
        (b"{\"start\":", time.start),
        (b",\"finish\":", time.finish),
        (b",\"duration\":", time.duration),
        (b",\"processing\":", time.processing),
    ];
    for (key, number) in numbers {
        text.extend_from_slice(key);
        put(text, &number);
    }
    let dates: [(&[u8], &str); 2] =
        [(b",\"date_start\":\"", &time.date_start), (b"\",\"date_finish\":\"", &time.date_finish)];
    for (key, date) in dates {
        text.extend_from_slice(key);
        text.extend_from_slice(date.as_bytes());
    }
    text.extend_from_slice(b"\",\"operating_reset_at\":");
    put(text, &time.operating_reset_at);
    text.extend_from_slice(b",\"operating\":");
    put(text, &time.operating);
    text.push(b'}');
}

/// Writing what has only texts as keys to memory does not fail.
fn put<T: Serialize>(text: &mut Vec<u8>, value: &T) {
    drop(serde_json::to_writer(text, value));
}

/// Three pieces sent one after the other, in one system call, under a length known from the start.
struct Chunks {
    left: std::array::IntoIter<Bytes, 3>,
}

impl From<[Bytes; 3]> for Chunks {
    fn from(chunks: [Bytes; 3]) -> Self {
        Self { left: chunks.into_iter() }
    }
}

impl hyper::body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.left.next().map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.as_slice().iter().map(|chunk| chunk.len() as u64).sum())
    }
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

fn respond(status: StatusCode, format: Format, body: HttpBody) -> Response<HttpBody> {
    let kind = match format {
        Format::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        Format::Xml => HeaderValue::from_static("text/xml; charset=utf-8"),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use hyper::body::Body as _;

    use super::*;

    /// What goes out, whose length is known before.
    async fn sent(answer: Answer) -> String {
        let timing = Timing { start: Timestamp::UNIX_EPOCH, finish: Timestamp::UNIX_EPOCH, operating: None };
        let body = success(answer, timing, &TimeZone::UTC, Format::Json).into_body();
        let length = body.size_hint().exact().unwrap();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        assert_eq!(length, text.len() as u64);
        text
    }

    #[test]
    fn a_time_block_is_written_as_its_tree_is() {
        let (start, finish) = ("2026-03-02T10:00:00.25Z", "2026-03-02T10:00:01.123456Z");
        let (start, finish) = (start.parse().unwrap(), finish.parse().unwrap());
        for operating in [None, Some(Operating { reset_at: 1_772_446_000, seconds: 1.5 })] {
            for finish in [start, finish] {
                let block = Timing { start, finish, operating }.written(&TimeZone::UTC);
                let mut text = Vec::new();
                put_time(&mut text, &block);
                assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string(&block).unwrap());
            }
        }
    }

    #[tokio::test]
    async fn short_long_and_unwritten_results_go_out_alike() {
        for length in [0, 10, CHUNKED_FROM - 3, CHUNKED_FROM, 3 * CHUNKED_FROM] {
            let result = json!("x".repeat(length));
            let ready = Answer::text(&result).paged(Some(2), Some(1)).with_removed(Some(json!([])));
            let tree = Answer::tree(result.clone()).paged(Some(2), Some(1)).with_removed(Some(json!([])));
            let text = sent(ready).await;
            assert_eq!(text, sent(tree).await);
            let head = format!(
                "{{\"result\":{result},\"removed\":[],\"next\":1,\"total\":2,\"time\":{{\"start\":0.0,"
            );
            assert!(text.starts_with(&head), "{text}");
        }
    }
}
