//! The client against servers that answer well, badly, elsewhere, without end, or never.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that answers everything with the same bytes; counts who came.
async fn answering(answer: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    let came = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&came);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = socket.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            drop(stream.read(&mut request).await);
            drop(stream.write_all(&answer).await);
        }
    });
    (origin, came)
}

fn html(body: &str) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n";
    format!("{head}{body}").into_bytes()
}

fn moved(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

fn fetcher(guard: Guard) -> Fetcher {
    Fetcher::new(guard).unwrap()
}

#[tokio::test]
async fn a_private_machine_is_not_even_connected_to() {
    let (origin, came) = answering(html("<title>Secret</title>")).await;
    let public = fetcher(Guard::public());
    assert_eq!(public.find(&origin).await, None);
    assert_eq!(public.find(&origin.replace("127.0.0.1", "localhost")).await, None);
    assert_eq!(came.load(Ordering::SeqCst), 0);
    let found = fetcher(Guard::anything()).find(&origin).await;
    assert_eq!(found.map(|page| page.title), Some("Secret".to_owned()), "it is there for who may ask");
}

#[tokio::test]
async fn a_redirect_is_judged_like_the_first_address() {
    let first = |ip: IpAddr| ip == IpAddr::from([127, 0, 0, 1]);
    let (secret, came) = answering(html("<title>Secret</title>")).await;
    let (elsewhere, _) = answering(moved(&secret.replace("127.0.0.1", "127.0.0.2"))).await;
    let guarded = fetcher(Guard::by(first));
    assert_eq!(guarded.find(&elsewhere).await, None);
    assert_eq!(came.load(Ordering::SeqCst), 0);
    let (same, _) = answering(moved(&format!("{secret}/x"))).await;
    assert_eq!(guarded.find(&same).await.map(|page| page.title), Some("Secret".to_owned()));
    let (file, _) = answering(moved("file:///etc/passwd")).await;
    assert_eq!(guarded.find(&file).await, None);
}

#[tokio::test]
async fn redirects_end() {
    let (origin, came) = answering(moved("/again")).await;
    assert_eq!(fetcher(Guard::anything()).find(&origin).await, None);
    assert_eq!(came.load(Ordering::SeqCst), REDIRECTS + 1);
}

#[tokio::test]
async fn only_pages_that_answer_well_are_read() {
    let answers: [&[u8]; 5] = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n<title>No</title>",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<title>No</title>",
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<title>No</title>",
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"no HTTP at all",
    ];
    for answer in answers {
        let (origin, _) = answering(answer.to_vec()).await;
        let shown = String::from_utf8_lossy(answer);
        assert_eq!(fetcher(Guard::anything()).find(&origin).await, None, "{shown}");
    }
    assert_eq!(fetcher(Guard::anything()).find("https://[").await, None);
}

#[tokio::test]
async fn a_page_without_end_is_read_as_far_as_it_may_be() {
    let endless = html(&format!("<title>Long</title>{}", "<p>x".repeat(LARGEST)));
    let (origin, _) = answering(endless).await;
    let found = fetcher(Guard::anything()).find(&origin).await;
    assert_eq!(found.map(|page| page.title), Some("Long".to_owned()));
    let late = html(&format!("{}<title>Late</title>", " ".repeat(LARGEST)));
    let (origin, _) = answering(late).await;
    assert_eq!(fetcher(Guard::anything()).find(&origin).await, None);
}

#[tokio::test]
async fn a_page_that_never_comes_is_given_up() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    let holding = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(stream) = socket.accept().await {
            held.push(stream);
        }
    });
    let hasty = Fetcher { time: Duration::from_millis(50), ..fetcher(Guard::anything()) };
    assert_eq!(hasty.find(&origin).await, None);
    holding.abort();
}
