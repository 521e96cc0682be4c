//! A WebSocket client that hears of events as one person.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::{Client, TestPortal};

/// How long anything may take that is sure to come.
const SOON: Duration = Duration::from_secs(20);

/// An open connection.
pub struct Ear {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The answer of `pull.config.get` that it came with.
    pub config: Value,
    /// The number of the last event.
    pub mid: String,
    asked: i64,
}

impl TestPortal {
    /// Connects as an SDK does: with the token of `pull.config.get`, in JSON-RPC.
    pub async fn ear(&self, client: &Client) -> Ear {
        self.ear_after(client, "").await
    }

    /// The same, going on after the event with this number.
    pub async fn ear_after(&self, client: &Client, mid: &str) -> Ear {
        let config = client.ok("pull.config.get", json!({ "CACHE": "N" })).await;
        let token = config["jwt"].as_str().expect("a token");
        let mut query = format!("token={token}&jsonRpc=true&revision=19");
        if !mid.is_empty() {
            query.push_str(&format!("&mid={mid}"));
        }
        let mut ear = self.ear_at(&query).await;
        ear.config = config;
        ear.first_ping().await;
        ear
    }

    /// Connects with this query.
    pub async fn ear_at(&self, query: &str) -> Ear {
        Ear::at(&self.origin(), query).await
    }
}

impl Ear {
    /// Connects to a portal at this address, which begins with `http`.
    pub async fn at(origin: &str, query: &str) -> Self {
        let origin = origin.replacen("http", "ws", 1);
        let connecting = connect_async(format!("{origin}/bitrix/subws/?{query}"));
        let (socket, _) = timeout(SOON, connecting).await.expect("it connects").expect("an upgrade");
        Self { socket, config: Value::Null, mid: String::new(), asked: 0 }
    }

    /// The ping that comes at once: from here on events are heard.
    pub async fn first_ping(&mut self) {
        assert_eq!(self.frame().await, Message::text("ping"));
    }

    /// The next frame, whatever it is.
    pub async fn frame(&mut self) -> Message {
        let next = timeout(SOON, self.socket.next()).await.expect("a frame comes");
        next.expect("the connection is open").expect("a good frame")
    }

    /// The next frame, or nothing when the connection ended.
    pub async fn try_frame(&mut self) -> Option<Message> {
        timeout(SOON, self.socket.next()).await.expect("a frame comes")?.ok()
    }

    /// Sends a frame as it is.
    pub async fn send(&mut self, frame: Message) {
        self.socket.send(frame).await.expect("it is sent");
    }

    /// The same where the other side may have closed already.
    pub async fn try_send(&mut self, frame: Message) -> bool {
        self.socket.send(frame).await.is_ok()
    }

    /// The next message in JSON; pings are answered and passed over.
    async fn message(&mut self) -> Value {
        timeout(SOON, self.any_message()).await.expect("a message comes")
    }

    async fn any_message(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) if text.as_str() == "ping" => self.send(Message::text("pong")).await,
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?} came"),
            }
        }
    }

    /// The next event: `(command, params)`, with what is the hearer's own among the parameters, as clients see it.
    pub async fn next(&mut self) -> (String, Value) {
        let event = self.event().await;
        (event["command"].as_str().expect("a command").to_owned(), event["params"].clone())
    }

    /// The next event with everything.
    pub async fn event(&mut self) -> Value {
        let message = self.message().await;
        assert_eq!(message["method"], "incoming.message", "{message}");
        let params = &message["params"];
        self.mid = params["mid"].as_str().expect("a number").to_owned();
        let mut body = params["body"].clone();
        if let Some(own) = params["user_params"].as_object() {
            body["params"].as_object_mut().expect("a map").extend(own.clone());
        }
        body["sender"] = params["sender"]["type"].clone();
        body
    }

    /// The next event, which must be this one; answers its parameters.
    pub async fn heard(&mut self, command: &str) -> Value {
        let (found, params) = self.next().await;
        assert_eq!(found, command, "{params:#}");
        params
    }

    /// The next events, which must be these.
    pub async fn heard_all<const N: usize>(&mut self, commands: [&str; N]) -> [Value; N] {
        let mut found = [const { Value::Null }; N];
        for (place, command) in found.iter_mut().zip(commands) {
            *place = self.heard(command).await;
        }
        found
    }

    /// Asks in JSON-RPC; answers the whole answer. Events that come first are lost.
    pub async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        let request = json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": id });
        self.send(Message::text(request.to_string())).await;
        loop {
            let message = self.message().await;
            if message["id"] == json!(id) {
                return message;
            }
        }
    }

    /// Waits until it is closed; answers the code. Whatever comes before is passed over.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match timeout(SOON, self.socket.next()).await.expect("it ends") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                _ => return 1006,
            }
        }
    }

    /// Goes away without a word.
    pub fn drop_dead(self) {
        drop(self);
    }
}
