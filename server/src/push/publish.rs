//! What clients publish to each other (pull.md 2.3, 3).
//!
//! Must hold: it reaches only people whom the publisher may see, says that a client sent it, and is never kept. What would
//! steer a client itself, the words of the module `pull`, is refused.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use lately_model::UserId;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::Push;
use super::flash::Flash;
use super::poll;
use super::proto::{self, Asked, Channel, ChannelStats, IncomingMessage};
use super::rpc::{self, Budget, Refused};
use super::token::Pass;
use crate::listen::Scheme;

/// How many people one thing is published to.
const PEOPLE: usize = 100;

/// How long a module's or command's name may be.
const NAME: usize = 100;

/// How long the parameters may be, as JSON text.
const PARAMS: usize = 32 * 1024;

/// Something to publish.
pub struct Publication {
    people: Vec<UserId>,
    channels: Vec<(String, String)>,
    module: String,
    command: String,
    params: Value,
}

impl Publication {
    /// Reads a message of the binary form, whose body is JSON text.
    pub fn read_binary(message: &IncomingMessage) -> Option<Self> {
        let body: Value = serde_json::from_str(&message.body).ok()?;
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let channel =
            |channel: &Channel| Value::from(format!("{}.{}", hex(&channel.id), hex(&channel.signature)));
        let channels = message.receivers.iter().map(channel).collect();
        let params = [("channelList".to_owned(), Value::Array(channels)), ("body".to_owned(), body)];
        Self::read(&Map::from_iter(params))
    }

    /// Reads the parameters of a request; `None` if they are not what they must be.
    pub fn read(params: &Map<String, Value>) -> Option<Self> {
        let people = match params.get("userList") {
            None | Some(Value::Null) => Vec::new(),
            list => rpc::users(list)?,
        };
        let channels = match params.get("channelList") {
            None | Some(Value::Null) => Vec::new(),
            Some(list) => list.as_array()?.iter().map(channel).collect::<Option<_>>()?,
        };
        if people.is_empty() && channels.is_empty() || people.len() + channels.len() > PEOPLE {
            return None;
        }
        let body = params.get("body")?;
        let name = |key: &str| {
            let name = body.get(key)?.as_str()?.to_owned();
            (!name.is_empty() && name.len() <= NAME).then_some(name)
        };
        let (module, command) = (name("module_id")?, name("command")?);
        let params = match body.get("params") {
            None | Some(Value::Null) => Value::Object(Map::new()),
            Some(Value::Array(list)) if list.is_empty() => Value::Object(Map::new()),
            Some(Value::Object(map)) => Value::Object(map.clone()),
            Some(_) => return None,
        };
        let steering = module.eq_ignore_ascii_case("pull") || module.eq_ignore_ascii_case("online");
        let long = params.to_string().len() > PARAMS;
        (!steering && !long).then_some(Self { people, channels, module, command, params })
    }
}

/// `"id.signature"`, or both apart.
fn channel(value: &Value) -> Option<(String, String)> {
    match value {
        Value::String(text) => text.rsplit_once('.').map(|(id, signature)| (id.into(), signature.into())),
        value => {
            let part = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
            Some((part("publicId")?, part("signature")?))
        }
    }
}

impl Push {
    /// Publishes something on behalf of a person. Clients of applications do not.
    pub async fn publish(&self, from: &Pass, publication: Publication) -> Result<(), Refused> {
        if from.app().is_some() {
            return Err(Refused::DENIED);
        }
        let mut to = publication.people;
        for (id, signature) in &publication.channels {
            let named = self.signer.read_public(id, signature).filter(|pass| self.lasts(*pass));
            to.push(named.ok_or(Refused::DENIED)?.user);
        }
        to.sort_unstable();
        to.dedup();
        let seen = self.messenger.users(from.user, to.clone()).await.map_err(|_| Refused::DENIED)?;
        if seen.iter().filter(|(_, user)| user.is_some()).count() < to.len() {
            return Err(Refused::DENIED);
        }
        let Publication { module, command, params, .. } = publication;
        self.flash(Flash::Published { to, module, command, params });
        Ok(())
    }
}

impl Push {
    /// Does what a binary frame asks; answers who listens, if that was asked. What cannot be read, or is not allowed, is
    /// passed over: this form has no word for refusing.
    pub async fn asked_binary(&self, pass: &Pass, budget: &mut Budget, frame: &[u8]) -> Option<Vec<u8>> {
        let mut channels = Vec::new();
        for request in proto::asked(frame)?.requests {
            match request.command? {
                Asked::Publish(published) => {
                    for message in &published.messages {
                        if let (Some(publication), true) =
                            (Publication::read_binary(message), budget.publish())
                        {
                            drop(self.publish(pass, publication).await);
                        }
                    }
                }
                Asked::Stats(asked) => channels.extend(asked.channels.into_iter().take(PEOPLE)),
            }
        }
        (!channels.is_empty())
            .then(|| proto::stats(channels.into_iter().map(|channel| self.stats(channel)).collect()))
    }

    fn stats(&self, channel: Channel) -> ChannelStats {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let whose = self.signer.read_public(&hex(&channel.id), &hex(&channel.signature));
        let is_online = whose.is_some_and(|pass| self.hub.online(pass.user, self.now()));
        ChannelStats { id: channel.id, is_private: channel.is_private, is_online }
    }
}

/// Serves the address to which clients without a WebSocket publish, and tell what they have read, which is not kept.
pub async fn serve(
    State(push): State<Arc<Push>>,
    RawQuery(query): RawQuery,
    Extension(scheme): Extension<Scheme>,
    body: Bytes,
) -> Response {
    let Some(entry) = push.admit(&query.unwrap_or_default(), scheme).await else {
        return poll::dressed(StatusCode::FORBIDDEN, "text/plain", b"Wrong channel or signature\n".to_vec());
    };
    let answer = if body.starts_with(b"mack:") {
        None
    } else {
        push.asked_binary(&entry.pass, &mut Budget::new(Instant::now()), &body).await
    };
    poll::dressed(StatusCode::OK, "application/octet-stream", answer.unwrap_or_default())
}
