//! Any request is decoded or refused. Must hold: no panic, no reserved name among the parameters, no nesting deeper
//! than allowed, and what comes out is not much larger than what came in.
//!
//! Input: a letter for the verb and the content type in the first line, the query in the second, then the body.

#![no_main]

use axum::http::Method;
use bytes::Bytes;
use lately::rest::params::{Decoded, MAX_DEPTH, Params, decode, object_of, parse_query};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const RESERVED: [&str; 6] = ["auth", "access_token", "aplogin", "ap", "sessid", "state"];

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |byte| *byte == b'\n');
    let head = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let query = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let body = Bytes::copy_from_slice(parts.next().unwrap_or_default());
    let mut letters = head.chars();
    let method = match letters.next() {
        Some('g') => Method::GET,
        Some('u') => Method::PUT,
        _ => Method::POST,
    };
    let size = query.len() + body.len();
    if let Ok(decoded) = decode(&method, Some(&query), Some(letters.as_str()), body) {
        hold(decoded.params, size);
    }
    if let Ok(values) = parse_query(&query) {
        hold(Decoded::from(values).params, size);
    }
});

fn hold(params: Params, size: usize) {
    let map = params.clone().into_map();
    for (name, value) in &map {
        assert!(!RESERVED.contains(&name.as_str()) && !name.eq_ignore_ascii_case("start"), "{name}");
        assert!(depth(value) <= MAX_DEPTH, "{name}");
        read(&params, name);
    }
    let weight: usize = map.iter().map(|(name, value)| name.len() + weight(value)).sum();
    // A bare `a[]` may become a key of 19 digits.
    assert!(weight <= 16 * size + 16, "{weight} out of {size}");
}

/// Every way of reading a parameter.
fn read(params: &Params, name: &str) {
    assert!(params.get(name).is_some());
    assert!(!(params.yes(name) && params.no(name)));
    let _ = (params.has(name), params.text(name), params.int(name));
    let _ = (params.list(name), params.list_or_json(name), params.object(name));
    if let Some(Value::String(text)) = params.get(name) {
        let _ = object_of(&Value::String(text.clone()));
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn weight(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + weight(value)).sum(),
        Value::String(text) => text.len(),
        _ => 0,
    }
}
