//! People who listen: how much memory ten thousand idle WebSockets take, and how long it takes until the last of a thousand
//! has heard what was said.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use super::figures::{median, percentile};
use super::portal::{Binary, Portal};
use super::{process, town};

/// How many people hear each message that is timed.
pub const HEARERS: usize = 1_000;

/// How many sockets are open in the end.
pub const SOCKETS: usize = 10_000;

/// How many messages are timed.
const MESSAGES: usize = 200;

/// How long anything may take that is sure to come.
const SOON: Duration = Duration::from_secs(60);

/// What came out.
#[derive(Debug, Clone)]
pub struct Listeners {
    /// The server's memory before the first socket, in bytes.
    pub before: u64,
    /// The same with all of them open, after each of them has heard something.
    pub open: u64,
    /// From a message's sending to the last of the hearers, in milliseconds, once for each message.
    pub times: Vec<f64>,
    /// The same for the answer to the sender.
    pub answers: Vec<f64>,
}

impl Listeners {
    /// The middle and the worst but one in a hundred.
    pub fn middle_and_worst(&self) -> (f64, f64) {
        (median(self.times.clone()), percentile(self.times.clone(), 0.99))
    }
}

/// Starts the server, opens the sockets, sends.
pub fn measure(binary: &Binary) -> Result<Listeners> {
    let portal = binary.serve(&[])?;
    eprintln!("asking {SOCKETS} people's lists and configurations, as clients do");
    let people: Vec<i64> = town::CROWD.take(SOCKETS - 1).chain([town::SENDER]).collect();
    for person in &people {
        portal.recent(*person)?;
    }
    let tokens = people.iter().map(|person| portal.token(*person)).collect::<Result<Vec<_>>>()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let before = process::memory(portal.id())?;
    runtime.block_on(listen(&portal, &tokens, before))
}

async fn listen(portal: &Portal, tokens: &[String], before: u64) -> Result<Listeners> {
    let (heard, mut hears) = mpsc::channel(2 * SOCKETS);
    let (first, others) = tokens.split_at(HEARERS.min(tokens.len()));
    eprintln!("opening {} sockets", first.len());
    for token in first {
        open(portal, token, heard.clone()).await?;
    }
    let (mut times, mut answers) = (Vec::new(), Vec::new());
    // The first message is not timed: with it the server learns who the members are.
    for count in 0..=MESSAGES {
        let begun = Instant::now();
        tokio::task::block_in_place(|| portal.send(town::HALL))?;
        let answered = begun.elapsed();
        let last = all(&mut hears, first.len()).await?;
        if count > 0 {
            times.push(last.duration_since(begun).as_secs_f64() * 1e3);
            answers.push(answered.as_secs_f64() * 1e3);
        }
    }
    eprintln!("opening {} more", others.len());
    for token in others {
        open(portal, token, heard.clone()).await?;
    }
    tokio::task::block_in_place(|| portal.send(town::HALL))?;
    all(&mut hears, tokens.len()).await?;
    let open = process::memory(portal.id())?;
    Ok(Listeners { before, open, times, answers })
}

/// Waits until so many have heard; answers when the last did.
async fn all(hears: &mut mpsc::Receiver<Instant>, count: usize) -> Result<Instant> {
    let mut last = Instant::now();
    for place in 0..count {
        let next = timeout(SOON, hears.recv()).await;
        let next = next.ok().flatten().with_context(|| format!("only {place} of {count} heard"))?;
        last = if place == 0 { next } else { last.max(next) };
    }
    Ok(last)
}

/// Opens a socket, and tells of each message that it hears.
async fn open(portal: &Portal, token: &str, heard: mpsc::Sender<Instant>) -> Result<()> {
    let origin = portal.origin.replacen("http", "ws", 1);
    let address = format!("{origin}/bitrix/subws/?token={token}&jsonRpc=true");
    let (mut socket, _) = connect_async(address).await.context("a socket did not open")?;
    let ping = timeout(SOON, socket.next()).await.ok().flatten().and_then(Result::ok);
    ensure!(ping == Some(Message::text("ping")), "the first word was {ping:?}");
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            if text.as_str() == "ping" {
                drop(socket.send(Message::text("pong")).await);
            } else if text.contains("\"command\":\"messageChat\"") {
                let _ = heard.send(Instant::now()).await;
            }
        }
    });
    Ok(())
}

impl Portal {
    /// The token of somebody's configuration.
    fn token(&self, person: i64) -> Result<String> {
        let answer: Value = serde_json::from_str(&self.configuration(person)?)?;
        let token = answer.pointer("/result/jwt").and_then(Value::as_str);
        token.map(str::to_owned).with_context(|| format!("person {person} has no token: {answer}"))
    }
}
