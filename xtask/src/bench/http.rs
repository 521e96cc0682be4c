//! The simplest HTTP client: one request, one connection, plain.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, Result};

/// What came back.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, as it came.
    pub body: String,
}

/// Gets `http://HOST:PORT/PATH`, or posts JSON to it.
pub fn send(url: &str, json: Option<&str>) -> Result<Answer> {
    let (host, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .context("a plain address is needed")?;
    let mut stream = TcpStream::connect(host).with_context(|| format!("cannot reach {host}"))?;
    // With 1.0 the body is never sent in chunks, and its end is the connection's.
    let (verb, body) = json.map_or(("GET", ""), |body| ("POST", body));
    write!(
        stream,
        "{verb} /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").context("the answer has no end of headers")?;
    let status =
        head.split(' ').nth(1).and_then(|word| word.parse().ok()).context("the answer has no status")?;
    Ok(Answer { status, body: body.to_owned() })
}
