//! `yardstick`: what the bench compares the server with, beside nginx; built for release like the server.
//!
//! Owns a web server that answers any request with the same bytes, and a loop that commits one message after the other
//! the plain way. Must hold: neither does anything that the product could leave out. Never ships with the product.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::Parser;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rusqlite::Connection;
use tokio::net::TcpListener;

/// What the bench compares the server with.
#[derive(Debug, Parser)]
enum Yardstick {
    /// Answer every request with the bytes of a file; print `ready ADDRESS` first
    Serve { file: PathBuf },
    /// Write messages into a new SQLite file, one commit each, and print the figures as wrk does
    Commit { file: PathBuf, seconds: u64 },
}

fn main() -> Result<()> {
    match Yardstick::parse() {
        Yardstick::Serve { file } => serve(&file),
        Yardstick::Commit { file, seconds } => commit(&file, Duration::from_secs(seconds)),
    }
}

#[tokio::main]
async fn serve(file: &Path) -> Result<()> {
    let body = Bytes::from(std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let body = body.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, body.clone()));
            // A client that goes away is none of our business.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, body: Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(body));
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

/// The text of a message, as the loads of the bench send it.
const TEXT: &str = "The draft for stand 12 is in. Have a look before noon, please!";

fn commit(file: &Path, patience: Duration) -> Result<()> {
    let connection = Connection::open(file)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE message (
             id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL, author_id INTEGER NOT NULL,
             ordinal INTEGER NOT NULL, date INTEGER NOT NULL, text TEXT NOT NULL
         );
         CREATE INDEX message_of_chat ON message (chat_id, ordinal);",
    )?;
    let sql =
        "INSERT INTO message (chat_id, author_id, ordinal, date, text) VALUES (?1, 4, ?2, 1772445600, ?3)";
    let mut insert = connection.prepare(sql)?;
    let (begun, mut times) = (Instant::now(), Vec::new());
    while begun.elapsed() < patience {
        let since = Instant::now();
        let number = i64::try_from(times.len())?;
        insert.execute((number % 64, number, TEXT))?;
        times.push(since.elapsed().as_micros());
    }
    let duration = begun.elapsed().as_micros();
    times.sort_unstable();
    let within = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0);
    println!("figures {} {duration} {} {} 0", times.len(), within(50), within(99));
    Ok(())
}
