//! `pull.*`: how clients come to hear of events (pull.md 1).

use lately_messenger::Refusal;
use lately_model::{ChatId, UserId};
use serde_json::{Map, Value, json};

use super::wire;
use crate::push::shape::{REVISION_MOBILE, REVISION_WEB};
use crate::push::token::{CHANNEL_LIFE, Pass, TOKEN_LIFE};
use crate::push::{POLL_PATH, PUBLISH_PATH, SOCKET_PATH};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

/// The version of the protocol: JSON-RPC in text frames.
const VERSION: i64 = 5;

/// Changes when clients must not use a configuration that they kept.
const CONFIG_TIMESTAMP: i64 = 1_764_547_200;

/// How many channels are answered at once.
const CHANNELS: usize = 500;

/// Where and with what to connect.
const CONFIG: Shape = Shape::Object(&[
    ("server", SERVER),
    ("api", Shape::Object(&[("revision_web", Shape::Int), ("revision_mobile", Shape::Int)])),
    ("channels", Shape::Object(&[("shared", OWN_CHANNEL), ("private", OWN_CHANNEL)])),
    ("jwt", Shape::Text),
    ("exp", Shape::Int),
    ("publicChannels", Shape::Map(&CHANNEL)),
    ("serverTime", Shape::Date),
]);

/// The same for an application, which is not told the time.
pub const APP_CONFIG: Shape = Shape::Object(&[
    ("server", SERVER),
    ("api", Shape::Object(&[("revision_web", Shape::Int), ("revision_mobile", Shape::Int)])),
    ("channels", Shape::Object(&[("shared", OWN_CHANNEL), ("private", OWN_CHANNEL)])),
    ("jwt", Shape::Text),
    ("exp", Shape::Int),
    ("publicChannels", Shape::Map(&CHANNEL)),
]);

/// Where events are.
const SERVER: Shape = Shape::Object(&[
    ("version", Shape::Int),
    ("server_enabled", Shape::Bool),
    ("mode", Shape::Text),
    ("hostname", Shape::Text),
    ("long_polling", Shape::Text),
    ("long_pooling_secure", Shape::Text),
    ("websocket_enabled", Shape::Bool),
    ("websocket", Shape::Text),
    ("websocket_secure", Shape::Text),
    ("publish_enabled", Shape::Bool),
    ("publish", Shape::Text),
    ("publish_secure", Shape::Text),
    ("config_timestamp", Shape::Int),
]);

/// A channel on which the caller hears of events; people may publish to the private one.
const OWN_CHANNEL: Shape = Shape::Object(&[
    ("id", Shape::Text),
    ("public_id", Shape::Sometimes(&Shape::Text)),
    ("start", Shape::Date),
    ("end", Shape::Date),
    ("type", Shape::Text),
]);

/// The name by which one publishes to a person.
const CHANNEL: Shape = Shape::Named(
    "PublicChannel",
    &Shape::Object(&[
        ("user_id", Shape::Int),
        ("public_id", Shape::Text),
        ("signature", Shape::Text),
        ("start", Shape::Date),
        ("end", Shape::Date),
    ]),
);

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "pull.config.get",
        scope: "pull_channel",
        about: "Where and with what to connect to hear of events",
        caller: Caller::NoApplication,
        params: &[Param::optional("CACHE", Kind::Flag, "Y"), Param::optional("REOPEN", Kind::Flag, "N")],
        errors: &[],
        result: CONFIG,
        handler: |call| Box::pin(config(call)),
    },
    Method {
        name: "pull.channel.public.get",
        scope: "pull_channel",
        about: "The name by which clients publish to a person",
        caller: Caller::Anyone,
        params: &[Param::required("USER_ID", Kind::Int)],
        errors: &[Refusal::UserIdEmpty, Refusal::UserNotExists, Refusal::StrangerToGuest],
        result: CHANNEL,
        handler: |call| Box::pin(public(call)),
    },
    Method {
        name: "pull.channel.public.list",
        scope: "pull_channel",
        about: "The same for several people",
        caller: Caller::Anyone,
        params: &[Param::required("USERS", Kind::List)],
        errors: &[Refusal::ListMalformed],
        result: Shape::Map(&CHANNEL),
        handler: |call| Box::pin(public_list(call)),
    },
    Method {
        name: "pull.api.user.getLastSeen",
        scope: "pull_channel",
        about: "How many seconds ago people were last seen",
        caller: Caller::Anyone,
        params: &[Param::required("userIds", Kind::List)],
        errors: &[Refusal::ListMalformed],
        result: Shape::Map(&Shape::Int),
        handler: |call| Box::pin(last_seen(call)),
    },
    Method {
        name: "pull.watch.extend",
        scope: "pull|pull_channel",
        about: "Whether what the caller watches is still watched",
        caller: Caller::Anyone,
        params: &[Param::optional("TAGS", Kind::List, "none")],
        errors: &[],
        result: Shape::Map(&Shape::Bool),
        handler: |call| Box::pin(extend(call)),
    },
];

async fn config(call: &Call) -> Result<Answer, Failure> {
    Ok(Answer::tree(configuration(call)))
}

/// Where and with what the caller connects: to their own events, or to those of the application that calls.
pub fn configuration(call: &Call) -> Value {
    let push = &call.portal.push;
    let now = push.now();
    // Nothing outlives the webhook by which it was got.
    let ends = |life| call.credential.expires_at.map_or(now.plus(life), |last| last.min(now.plus(life)));
    let (channel_ends, token_ends) = (ends(CHANNEL_LIFE), ends(TOKEN_LIFE));
    let pass = |ends| Pass { user: call.user(), credential: call.credential.id, ends };
    let (private, public) = push.signer.private(pass(channel_ends));
    let shared = push.signer.shared(Pass { user: UserId(0), ..pass(channel_ends) });
    let wire = wire(call);
    let (start, end) = (wire.date(now), wire.date(channel_ends));
    let (plain, secure) = (&push.addresses.plain, &push.addresses.secure);
    let host = secure.split_once("://").map_or(secure.as_str(), |(_, host)| host);
    let socket = |address: &str| address.replacen("http", "ws", 1) + SOCKET_PATH;
    let token = push.signer.token(pass(token_ends), now, host, &format!("{private},{shared}"));
    let public_id = format!("{}.{}", public.id, public.signature);
    json!({
        "server": {
            "version": VERSION,
            "server_enabled": true,
            "mode": "personal",
            "hostname": host,
            "long_polling": format!("{plain}{POLL_PATH}"),
            "long_pooling_secure": format!("{secure}{POLL_PATH}"),
            "websocket_enabled": true,
            "websocket": socket(plain),
            "websocket_secure": socket(secure),
            "publish_enabled": true,
            "publish": format!("{plain}{PUBLISH_PATH}"),
            "publish_secure": format!("{secure}{PUBLISH_PATH}"),
            "config_timestamp": CONFIG_TIMESTAMP,
        },
        "api": { "revision_web": REVISION_WEB, "revision_mobile": REVISION_MOBILE },
        "channels": {
            "shared": { "id": shared, "start": start, "end": end, "type": "shared" },
            "private": {
                "id": private,
                "public_id": public_id,
                "start": start,
                "end": end,
                "type": "private",
            },
        },
        "jwt": token,
        "exp": token_ends.0,
        "publicChannels": { call.user().to_string(): channel(call, call.user()) },
        "serverTime": wire.date(now),
    })
}

fn channel(call: &Call, user: UserId) -> Value {
    let push = &call.portal.push;
    let now = push.now();
    let ends = now.plus(CHANNEL_LIFE);
    let public = push.signer.public(user, ends);
    let wire = wire(call);
    json!({
        "user_id": user,
        "public_id": public.id,
        "signature": public.signature,
        "start": wire.date(now),
        "end": wire.date(ends),
    })
}

async fn public(call: &Call) -> Result<Answer, Failure> {
    let user = call.target_user()?;
    call.messenger().user(call.user(), user).await?;
    Ok(Answer::tree(channel(call, user)))
}

async fn public_list(call: &Call) -> Result<Answer, Failure> {
    let users = listed(call, "USERS")?;
    if users.is_empty() {
        return Err(Refusal::ListMalformed.into());
    }
    let found = call.messenger().users(call.user(), users).await?;
    let known = found.into_iter().filter(|(_, user)| user.is_some());
    let channels: Map<String, Value> =
        known.map(|(user, _)| (user.to_string(), channel(call, user))).collect();
    Ok(Answer::tree(Value::Object(channels)))
}

async fn last_seen(call: &Call) -> Result<Answer, Failure> {
    let users = listed(call, "userIds")?;
    let seen = call.portal.push.last_seen(call.user(), users).await?;
    let seen = seen.into_iter().map(|(user, ago)| (user.to_string(), json!(ago)));
    Ok(Answer::tree(Value::Object(seen.collect())))
}

fn listed(call: &Call, name: &str) -> Result<Vec<UserId>, Refusal> {
    let mut users: Vec<UserId> = call.numbers(name)?.into_iter().map(UserId).collect();
    users.retain(|user| !user.is_none());
    users.truncate(CHANNELS);
    Ok(users)
}

/// The tag of a chat that the caller looks at without being a member: `IM_PUBLIC_` and its number (pull.md 4.6).
async fn extend(call: &Call) -> Result<Answer, Failure> {
    let tags = call.params.list_or_json("TAGS").unwrap_or_default();
    let watches = |tag: &str| {
        let chat = tag.strip_prefix("IM_PUBLIC_").and_then(|chat| chat.parse().ok());
        chat.is_some_and(|chat| call.portal.push.watch_on(ChatId(chat), call.user()))
    };
    let tags = tags.iter().filter_map(Value::as_str).take(CHANNELS);
    let told = tags.map(|tag| (tag.to_owned(), json!(watches(tag))));
    Ok(Answer::tree(Value::Object(told.collect())))
}
