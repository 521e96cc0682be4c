//! Protobuf, as clients of version 4 speak it.

use prost::{Message as Proto, Oneof};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::stage::Stage;

#[derive(Clone, PartialEq, Proto)]
struct Batch {
    #[prost(message, repeated, tag = "1")]
    responses: Vec<Response>,
}

#[derive(Clone, PartialEq, Proto)]
struct Response {
    #[prost(oneof = "Command", tags = "1, 2")]
    command: Option<Command>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Command {
    #[prost(message, tag = "1")]
    Outgoing(Outgoing),
    #[prost(message, tag = "2")]
    Stats(Stats),
}

#[derive(Clone, PartialEq, Proto)]
struct Outgoing {
    #[prost(message, repeated, tag = "1")]
    messages: Vec<One>,
}

#[derive(Clone, PartialEq, Proto)]
struct One {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(string, tag = "2")]
    body: String,
    #[prost(fixed32, tag = "4")]
    created: u32,
    #[prost(message, optional, tag = "5")]
    sender: Option<Sender>,
}

#[derive(Clone, PartialEq, Proto)]
struct Sender {
    #[prost(int32, tag = "1")]
    kind: i32,
}

#[derive(Clone, PartialEq, Proto)]
struct Stats {
    #[prost(message, repeated, tag = "1")]
    channels: Vec<Online>,
}

#[derive(Clone, PartialEq, Proto)]
struct Online {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(bool, tag = "3")]
    online: bool,
}

#[derive(Clone, PartialEq, Proto)]
struct Requests {
    #[prost(message, repeated, tag = "1")]
    requests: Vec<Request>,
}

#[derive(Clone, PartialEq, Proto)]
struct Request {
    #[prost(message, optional, tag = "1")]
    publish: Option<Publish>,
    #[prost(message, optional, tag = "2")]
    stats: Option<Asked>,
}

#[derive(Clone, PartialEq, Proto)]
struct Publish {
    #[prost(message, repeated, tag = "1")]
    messages: Vec<Published>,
}

#[derive(Clone, PartialEq, Proto)]
struct Published {
    #[prost(message, repeated, tag = "1")]
    receivers: Vec<Channel>,
    #[prost(string, tag = "3")]
    body: String,
}

#[derive(Clone, PartialEq, Proto)]
struct Asked {
    #[prost(message, repeated, tag = "1")]
    channels: Vec<Channel>,
}

#[derive(Clone, PartialEq, Proto)]
struct Channel {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    signature: Vec<u8>,
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    (0..hex.len() / 2).map(|place| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap()).collect()
}

fn told(frame: &[u8]) -> Vec<One> {
    let batch = Batch::decode(frame).unwrap();
    let messages = batch.responses.into_iter().flat_map(|response| match response.command {
        Some(Command::Outgoing(outgoing)) => outgoing.messages,
        other => panic!("{other:?}"),
    });
    messages.collect()
}

#[tokio::test]
async fn events_come_in_protobuf_and_their_numbers_let_one_go_on() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.config.get", json!({})).await;
    let query = format!("token={}&binaryMode=true", config["jwt"].as_str().unwrap());
    let mut ear = stage.portal.ear_at(&query).await;
    while stage.portal.server.push().hub.is_empty() {
        tokio::task::yield_now().await;
    }
    stage.alice.say(2, "in bytes").await;
    let Message::Binary(frame) = ear.frame().await else { panic!("a binary frame") };
    let one = told(&frame).remove(0);
    let body: Value = serde_json::from_str(&one.body).unwrap();
    assert_eq!((&body["module_id"], &body["command"]), (&json!("im"), &json!("message")));
    assert_eq!((&body["params"]["counter"], &body["params"]["dialogId"]), (&json!(1), &json!("1")));
    assert_eq!(one.sender, Some(Sender { kind: 2 }));
    assert_eq!(i64::from(one.created), stage.portal.clock.seconds());
    let mid: String = one.id.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(mid.len(), 26);
    stage.alice.say(2, "missed").await;
    let url = format!("{}/bitrix/sub/?{query}&mid={mid}", stage.portal.origin());
    let answer = stage.portal.http().get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    let missed = told(&answer.bytes().await.unwrap());
    assert!(missed[0].body.contains("missed") && missed.len() == 1);
}

#[tokio::test]
async fn clients_publish_and_ask_who_listens_in_protobuf() {
    let stage = Stage::set().await;
    let config = stage.alice.ok("pull.config.get", json!({})).await;
    let public = stage.alice.ok("pull.channel.public.list", json!({ "USERS": [2, 3] })).await;
    let channel = |user: &str| Channel {
        id: bytes(&public[user]["public_id"]),
        signature: bytes(&public[user]["signature"]),
    };
    let mut bob = stage.portal.ear(&stage.bob).await;
    let body = json!({ "module_id": "game", "command": "move", "params": { "x": 1 } }).to_string();
    let publish = Publish { messages: vec![Published { receivers: vec![channel("2")], body }] };
    let batch = Requests { requests: vec![Request { publish: Some(publish), stats: None }] }.encode_to_vec();
    let query = format!("token={}&binaryMode=true", config["jwt"].as_str().unwrap());
    let mut alice = stage.portal.ear_at(&query).await;
    alice.send(Message::binary(batch.clone())).await;
    assert_eq!(bob.heard("move").await["x"], 1);
    let url = format!("{}/bitrix/rest/?{query}", stage.portal.origin());
    assert_eq!(stage.portal.http().post(url).body(batch).send().await.unwrap().status(), 200);
    assert_eq!(bob.heard("move").await["x"], 1);
    let stats = Asked { channels: vec![channel("2"), channel("3")] };
    let asked = Requests { requests: vec![Request { publish: None, stats: Some(stats) }] };
    alice.send(Message::binary(asked.encode_to_vec())).await;
    let Message::Binary(frame) = alice.frame().await else { panic!("a binary frame") };
    let response = Batch::decode(&frame[..]).unwrap().responses.remove(0);
    let Some(Command::Stats(stats)) = response.command else { panic!("who listens") };
    let online: Vec<bool> = stats.channels.iter().map(|channel| channel.online).collect();
    assert_eq!(online, [true, false]);
    alice.send(Message::binary(vec![0xff, 0x01, 0x02])).await;
    stage.bob.say(1, "still there").await;
    let Message::Binary(frame) = alice.frame().await else { panic!("a binary frame") };
    assert!(told(&frame)[0].body.contains("still there"));
}
