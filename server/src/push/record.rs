//! Records: one thing told, in the form that a connection asked for (pull.md 2).

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::body::{Parcel, Sender};

/// Around each record of the text form.
const OPEN: &str = "#!NGINXNMS!#";
const CLOSE: &str = "#!NGINXNME!#";

/// How a connection is told of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON-RPC, one object for each.
    JsonRpc,
    /// Protobuf.
    Binary,
    /// A JSON array of records.
    Json,
    /// Records between marks.
    Text,
}

/// What a record says beside the event.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// The channel, as the client named it.
    pub channel: &'a str,
    /// When it is sent.
    pub now: Timestamp,
}

impl Format {
    /// What things told become, joined as far as the form allows. What this form cannot tell is left out: without a sender
    /// beside it, what a client published would look like the portal's own.
    pub fn texts(self, parcels: &[Parcel], envelope: &Envelope<'_>) -> Vec<String> {
        let mut shown = parcels.iter().filter(|parcel| {
            self == Self::JsonRpc || self == Self::Binary || parcel.body.sender == Sender::Backend
        });
        match self {
            Self::JsonRpc | Self::Binary => shown.map(json_rpc).collect(),
            Self::Json => {
                let records: Vec<String> = shown.map(|parcel| record(parcel, envelope)).collect();
                if records.is_empty() { Vec::new() } else { vec![format!("[{}]", records.join(","))] }
            }
            Self::Text => {
                let text = shown.by_ref().fold(String::new(), |mut text, parcel| {
                    text.push_str(OPEN);
                    text.push_str(&record(parcel, envelope));
                    text.push_str(CLOSE);
                    text
                });
                if text.is_empty() { Vec::new() } else { vec![text] }
            }
        }
    }
}

/// A notification of JSON-RPC; what is one's own stands beside the body, which clients put together.
fn json_rpc(parcel: &Parcel) -> String {
    let (shared, own) = (parcel.body.shared(), parcel.own());
    let mut text = String::with_capacity(shared.len() + own.len() + 160);
    text.push_str("{\"jsonrpc\":\"2.0\",\"method\":\"incoming.message\",\"params\":{\"mid\":\"");
    text.push_str(&parcel.mid.to_string());
    text.push_str("\",\"sender\":{\"type\":");
    text.push_str(if parcel.body.sender == Sender::Client { "1" } else { "2" });
    text.push_str("},\"body\":");
    text.push_str(shared);
    if !own.is_empty() {
        text.push_str(",\"user_params\":{");
        text.push_str(own);
        text.push('}');
    }
    text.push_str("}}");
    text
}

/// A record of the text forms, with everything in its body.
fn record(parcel: &Parcel, envelope: &Envelope<'_>) -> String {
    let time = DateTimePrinter::new().timestamp_to_rfc9110_string(&envelope.now).unwrap_or_default();
    let (channel, mid) = (serde_json::json!(envelope.channel), parcel.mid);
    let id = parcel.mid.place.index;
    let mut text = format!(
        "{{\"id\":{id},\"mid\":\"{mid}\",\"channel\":{channel},\"tag\":\"001\",\"time\":\"{time}\",\"text\":"
    );
    parcel.body.write(parcel.own(), &mut text);
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lately_messenger::event::Place;
    use serde_json::{Value, json};

    use super::super::body::Body;
    use super::super::mid::Mid;
    use super::*;

    fn parcel(index: u32, sender: Sender) -> Parcel {
        let body = Body::of(sender, "im", "chatPin", &json!({ "active": true }), &json!({}));
        let mid = Mid::new(Place { position: 9, index }, 0);
        Parcel { mid, body: Arc::new(body), own: Some("\"dialogId\":\"7\"".into()) }
    }

    fn texts(format: Format) -> Vec<String> {
        let parcels = [parcel(0, Sender::Backend), parcel(1, Sender::Client), parcel(2, Sender::Backend)];
        format.texts(&parcels, &Envelope { channel: "c", now: Timestamp::UNIX_EPOCH })
    }

    #[test]
    fn json_rpc_has_one_object_for_each_with_its_sender() {
        let texts = texts(Format::JsonRpc);
        let first: Value = serde_json::from_str(&texts[0]).unwrap();
        assert_eq!(
            first["params"],
            json!({
                "mid": "00000000000000000900000000",
                "sender": { "type": 2 },
                "body": { "module_id": "im", "command": "chatPin", "params": { "active": true }, "extra": {} },
                "user_params": { "dialogId": "7" },
            })
        );
        let second: Value = serde_json::from_str(&texts[1]).unwrap();
        assert_eq!((texts.len(), &second["params"]["sender"]["type"]), (3, &json!(1)));
    }

    #[test]
    fn the_text_forms_hold_all_of_the_portals_own() {
        let records: Value = serde_json::from_str(&texts(Format::Json)[0]).unwrap();
        let record = json!({
            "id": 0,
            "mid": "00000000000000000900000000",
            "channel": "c",
            "tag": "001",
            "time": "Thu, 01 Jan 1970 00:00:00 GMT",
            "text": {
                "module_id": "im",
                "command": "chatPin",
                "params": { "active": true, "dialogId": "7" },
                "extra": {},
            },
        });
        assert_eq!((records.as_array().unwrap().len(), &records[0]), (2, &record));
        let text = texts(Format::Text).remove(0);
        let marked: Vec<&str> = text.split(OPEN).skip(1).collect();
        assert_eq!(marked.len(), 2);
        let inner = marked[0].strip_suffix(CLOSE).unwrap();
        assert_eq!(serde_json::from_str::<Value>(inner).unwrap(), record);
    }
}
