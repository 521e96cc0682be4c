//! Protobuf, as clients of version 4 speak it (pull.md 2.5).

use jiff::Timestamp;
use prost::{Message, Oneof};

use super::body::Parcel;

/// What clients are told in one frame.
#[derive(Clone, PartialEq, Message)]
pub struct ResponseBatch {
    #[prost(message, repeated, tag = "1")]
    responses: Vec<Response>,
}

#[derive(Clone, PartialEq, Message)]
struct Response {
    #[prost(oneof = "Told", tags = "1, 2")]
    command: Option<Told>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Told {
    #[prost(message, tag = "1")]
    Outgoing(OutgoingMessages),
    #[prost(message, tag = "2")]
    Stats(Stats),
}

#[derive(Clone, PartialEq, Message)]
struct OutgoingMessages {
    #[prost(message, repeated, tag = "1")]
    messages: Vec<OutgoingMessage>,
}

#[derive(Clone, PartialEq, Message)]
struct OutgoingMessage {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(string, tag = "2")]
    body: String,
    #[prost(uint32, tag = "3")]
    expiry: u32,
    #[prost(fixed32, tag = "4")]
    created: u32,
    #[prost(message, optional, tag = "5")]
    sender: Option<WireSender>,
}

#[derive(Clone, PartialEq, Message)]
struct WireSender {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(bytes = "vec", tag = "2")]
    id: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Stats {
    #[prost(message, repeated, tag = "1")]
    channels: Vec<ChannelStats>,
}

/// Whether somebody listens to a channel.
#[derive(Clone, PartialEq, Message)]
pub struct ChannelStats {
    /// The channel's public name.
    #[prost(bytes = "vec", tag = "1")]
    pub id: Vec<u8>,
    /// Whether it is a private one.
    #[prost(bool, tag = "2")]
    pub is_private: bool,
    /// Whether somebody listens.
    #[prost(bool, tag = "3")]
    pub is_online: bool,
}

/// What clients ask in one frame.
#[derive(Clone, PartialEq, Message)]
pub struct RequestBatch {
    /// The requests.
    #[prost(message, repeated, tag = "1")]
    pub requests: Vec<Request>,
}

/// One of them.
#[derive(Clone, PartialEq, Message)]
pub struct Request {
    /// What it asks.
    #[prost(oneof = "Asked", tags = "1, 2")]
    pub command: Option<Asked>,
}

/// What a request asks.
#[derive(Clone, PartialEq, Oneof)]
pub enum Asked {
    /// To publish.
    #[prost(message, tag = "1")]
    Publish(IncomingMessages),
    /// Who listens.
    #[prost(message, tag = "2")]
    Stats(ChannelStatsRequest),
}

/// Things to publish.
#[derive(Clone, PartialEq, Message)]
pub struct IncomingMessages {
    /// They.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<IncomingMessage>,
}

/// One thing to publish.
#[derive(Clone, PartialEq, Message)]
pub struct IncomingMessage {
    /// To whom.
    #[prost(message, repeated, tag = "1")]
    pub receivers: Vec<Channel>,
    /// JSON text: module, command, parameters.
    #[prost(string, tag = "3")]
    pub body: String,
}

/// A channel by its public name.
#[derive(Clone, PartialEq, Message)]
pub struct Channel {
    /// The name.
    #[prost(bytes = "vec", tag = "1")]
    pub id: Vec<u8>,
    /// Whether it is a private one.
    #[prost(bool, tag = "2")]
    pub is_private: bool,
    /// The name's signature.
    #[prost(bytes = "vec", tag = "3")]
    pub signature: Vec<u8>,
}

/// Channels of which somebody asks who listens.
#[derive(Clone, PartialEq, Message)]
pub struct ChannelStatsRequest {
    /// They.
    #[prost(message, repeated, tag = "1")]
    pub channels: Vec<Channel>,
}

/// For how many seconds clients may believe an event, as the product says it.
const EXPIRY: u32 = 86_400;

/// Things told, as one frame.
pub fn told(parcels: &[Parcel], now: Timestamp) -> Vec<u8> {
    let created = u32::try_from(now.as_second()).unwrap_or_default();
    let message = |parcel: &Parcel| {
        let mut body = String::new();
        parcel.body.write(parcel.own(), &mut body);
        let sender = WireSender { kind: parcel.body.sender as i32, id: Vec::new() };
        OutgoingMessage { id: parcel.mid.bytes(), body, expiry: EXPIRY, created, sender: Some(sender) }
    };
    let messages = parcels.iter().map(message).collect();
    batch(Told::Outgoing(OutgoingMessages { messages }))
}

/// Who listens, as one frame.
pub fn stats(channels: Vec<ChannelStats>) -> Vec<u8> {
    batch(Told::Stats(Stats { channels }))
}

fn batch(told: Told) -> Vec<u8> {
    ResponseBatch { responses: vec![Response { command: Some(told) }] }.encode_to_vec()
}

/// Reads what a client asks; `None` for what is no request.
pub fn asked(frame: &[u8]) -> Option<RequestBatch> {
    RequestBatch::decode(frame).ok()
}
