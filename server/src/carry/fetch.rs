//! A file that goes out, whole or one part of it.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method as Verb, Response, StatusCode};
use lately_messenger::link::Delivery;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::bare;
use crate::rest::Portal;
use crate::rest::call::Failure;

/// What stays as it is in a file's name (RFC 8187).
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// For how long browsers may keep what they got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// As long as they ask whether it is still the same.
    Asking,
    /// As long as they like: at this address it never changes.
    ForEver,
}

/// Answers with a file's bytes.
pub(super) async fn deliver(
    portal: &Arc<Portal>,
    head: &Parts,
    delivery: Delivery,
    keep: Keep,
) -> Result<Response<Body>, Failure> {
    let size = u64::try_from(delivery.blob.size).unwrap_or_default();
    let tag = format!("\"{}\"", delivery.blob.hash);
    let asked = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let mut response = if asked(header::IF_NONE_MATCH).is_some_and(|known| known.contains(&tag)) {
        bare(StatusCode::NOT_MODIFIED)
    } else {
        match asked(header::RANGE).and_then(|range| part(range, size)) {
            Some(Ok(part)) => {
                let mut response = send(portal, head, &delivery, part.clone()).await?;
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                let range = format!("bytes {}-{}/{size}", part.start, part.end.saturating_sub(1));
                put(&mut response, header::CONTENT_RANGE, &range);
                response
            }
            Some(Err(Beyond)) => {
                let mut response = bare(StatusCode::RANGE_NOT_SATISFIABLE);
                put(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
                response
            }
            None => send(portal, head, &delivery, 0..size).await?,
        }
    };
    let shown = if delivery.inline { "inline" } else { "attachment" };
    put(&mut response, header::CONTENT_TYPE, &delivery.media);
    put(&mut response, header::CONTENT_DISPOSITION, &disposition(shown, &delivery.name));
    put(&mut response, header::ETAG, &tag);
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::ACCEPT_RANGES, "bytes"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; media-src 'self'; img-src 'self'; sandbox"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CACHE_CONTROL,
            match keep {
                Keep::Asking => "private, no-cache",
                Keep::ForEver => "public, max-age=31536000, immutable",
            },
        ),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

async fn send(
    portal: &Portal,
    head: &Parts,
    delivery: &Delivery,
    part: Range<u64>,
) -> Result<Response<Body>, Failure> {
    let length = part.end.saturating_sub(part.start);
    let chunks = portal.messenger.bytes(delivery, part).await?;
    let body = if head.method == Verb::HEAD { Body::empty() } else { Body::from_stream(chunks) };
    let mut response = Response::new(body);
    put(&mut response, header::CONTENT_LENGTH, &length.to_string());
    Ok(response)
}

fn put(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// For clients that read no more than ASCII, and the whole name for all others.
fn disposition(shown: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || " .-_()".contains(sign) { sign } else { '_' })
        .collect();
    format!("{shown}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, NAME))
}

/// A part that begins after the end.
#[derive(Debug, PartialEq, Eq)]
struct Beyond;

/// The one part that is asked for. Several at once, and what cannot be read, count as not asked.
fn part(range: &str, size: u64) -> Option<Result<Range<u64>, Beyond>> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let part = match (first.trim(), last.trim()) {
        ("", last) => {
            let count: u64 = last.parse().ok()?;
            if count == 0 {
                return Some(Err(Beyond));
            }
            size.saturating_sub(count)..size
        }
        (first, "") => first.parse().ok()?..size,
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if part.start < size { Ok(part) } else { Err(Beyond) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_can_be_asked_for() {
        for (range, expected) in [
            ("bytes=0-4", Some(Ok(0..5))),
            ("bytes=5-", Some(Ok(5..10))),
            ("bytes=-3", Some(Ok(7..10))),
            ("bytes=-30", Some(Ok(0..10))),
            ("bytes=8-99", Some(Ok(8..10))),
            ("bytes=10-", Some(Err(Beyond))),
            ("bytes=-0", Some(Err(Beyond))),
            ("bytes=4-2", None),
            ("bytes=0-1,3-4", None),
            ("lines=0-1", None),
            ("bytes=x-", None),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
        assert_eq!(part("bytes=0-0", 0), Some(Err(Beyond)));
    }

    #[test]
    fn a_name_of_any_script_is_told_and_cannot_break_out() {
        assert_eq!(
            disposition("attachment", "отчёт \"1\";.pdf"),
            "attachment; filename=\"_____ _1__.pdf\"; \
             filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82%20%221%22%3B.pdf"
        );
    }
}
