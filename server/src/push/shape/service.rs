//! What the server tells a client about the connection itself (pull.md 2.9).

use serde_json::{Value, json};

use super::super::body::{Body, Parcel};
use super::super::mid::Mid;

/// The module that clients take for themselves.
const PULL: &str = "pull";

/// `server_restart`: come back in a moment.
pub fn restart(mid: Mid) -> Parcel {
    parcel("server_restart", json!({}), mid)
}

/// `channel_expire`: ask for a new configuration, and come back with that.
pub fn expired(channel: &str, mid: Mid) -> Parcel {
    let params = json!({ "action": "get_config", "channel": { "id": channel, "type": "private" } });
    parcel("channel_expire", params, mid)
}

fn parcel(command: &str, params: Value, mid: Mid) -> Parcel {
    Parcel { mid, body: Body::new(PULL, command, params, &json!({})), own: None }
}
