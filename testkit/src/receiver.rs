//! An application's own server: takes what a portal tells it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long anything may take that is sure to come.
const SOON: Duration = Duration::from_secs(30);

/// One request that came.
#[derive(Debug, Clone)]
pub struct Told {
    /// The path, with its query.
    pub path: String,
    /// The head as it came, in small letters.
    pub head: String,
    /// The form, decoded as PHP does.
    pub form: Map<String, Value>,
}

impl Told {
    /// What happened.
    pub fn event(&self) -> &str {
        self.form["event"].as_str().expect("an event")
    }

    /// A value below `data`.
    pub fn data(&self, key: &str) -> &Value {
        &self.form["data"][key]
    }
}

/// A server on a free port. `/silent` never answers; `/STATUS` answers with that status; everything else is fine.
pub struct Receiver {
    origin: String,
    told: mpsc::UnboundedReceiver<Told>,
    count: Arc<Mutex<usize>>,
}

impl Receiver {
    /// Listens.
    pub async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", socket.local_addr().expect("an address"));
        let (sender, told) = mpsc::unbounded_channel();
        let count: Arc<Mutex<usize>> = Arc::default();
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let (sender, counted) = (sender.clone(), Arc::clone(&counted));
                tokio::spawn(async move { serve(stream, sender, counted).await });
            }
        });
        Self { origin, told, count }
    }

    /// An address of it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The next request.
    pub async fn told(&mut self) -> Told {
        timeout(SOON, self.told.recv()).await.expect("it is told").expect("it listens")
    }

    /// How many requests came so far.
    pub fn count(&self) -> usize {
        *self.count.lock()
    }
}

async fn serve(mut stream: TcpStream, sender: mpsc::UnboundedSender<Told>, count: Arc<Mutex<usize>>) {
    while let Some(told) = request(&mut stream).await {
        *count.lock() += 1;
        let path = told.path.clone();
        let _ = sender.send(told);
        if path.starts_with("/silent") {
            std::future::pending::<()>().await;
        }
        let status = path.trim_start_matches('/').parse().unwrap_or(200);
        let more = if status / 100 == 3 { "location: /elsewhere\r\n" } else { "" };
        let answer = format!("HTTP/1.1 {status} Told\r\ncontent-length: 2\r\n{more}\r\nok");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// One request; `None` when the other side is done.
async fn request(stream: &mut TcpStream) -> Option<Told> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[end..end + length]).into_owned();
    let form = lately::rest::params::parse_query(&body).expect("a form");
    Some(Told { path, head, form })
}
