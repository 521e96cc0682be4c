//! `pull.*` and the push channel: who may listen, what is heard, and how a client goes on after it was away.

mod ask;
mod beside;
mod binary;
mod events;
mod flood;
pub mod follower;
mod model;
mod poll;
mod resume;
mod rows;
mod use_case;
mod watch;

use lately_testkit::{Person, TestPortal};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::stage::{Stage, assert_shape};

#[tokio::test]
async fn the_configuration_says_where_to_connect_with_what_and_until_when() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.config.get", json!({ "CACHE": "N" })).await;
    let channel = json!({ "id": "x", "start": "x", "end": "x", "type": "x" });
    let private = json!({ "id": "x", "public_id": "x", "start": "x", "end": "x", "type": "x" });
    assert_shape(
        &config,
        &json!({
            "server": {
                "version": 5, "server_enabled": true, "mode": "personal", "hostname": "x", "long_polling": "x",
                "long_pooling_secure": "x", "websocket_enabled": true, "websocket": "x", "websocket_secure": "x",
                "publish_enabled": true, "publish": "x", "publish_secure": "x", "config_timestamp": 1,
            },
            "api": { "revision_web": 19, "revision_mobile": 3 },
            "channels": { "shared": channel, "private": private },
            "jwt": "x",
            "exp": 1,
            "publicChannels": {
                "2": { "user_id": 2, "public_id": "x", "signature": "x", "start": "x", "end": "x" },
            },
            "serverTime": "x",
        }),
    );
    let server = &config["server"];
    assert_eq!((&server["version"], &server["mode"]), (&json!(5), &json!("personal")));
    assert_eq!(server["websocket_secure"], "wss://portal.lately.test/bitrix/subws/");
    assert_eq!(server["websocket"], "ws://portal.lately.test/bitrix/subws/");
    assert_eq!(server["long_pooling_secure"], "https://portal.lately.test/bitrix/sub/");
    assert_eq!(server["publish"], "http://portal.lately.test/bitrix/rest/");
    assert_eq!(config["exp"], stage.portal.clock.seconds() + 86_400);
    assert_eq!(config["channels"]["private"]["end"], "2026-03-02T22:00:05+00:00");
    assert!(!config["channels"]["private"]["id"].as_str().unwrap().contains('/'));
}

#[tokio::test]
async fn whoever_has_the_channel_listens_without_a_token_too() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.config.get", json!({})).await;
    let id = |kind: &str| config["channels"][kind]["id"].as_str().unwrap().to_owned();
    for separator in ["/", "%2F"] {
        let query = format!("CHANNEL_ID={}{separator}{}&jsonRpc=true", id("private"), id("shared"));
        let mut ear = stage.portal.ear_at(&query).await;
        ear.first_ping().await;
        stage.alice.say(2, "for bob").await;
        assert_eq!(ear.heard("message").await["message"]["text"], "for bob");
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_let_in_and_closed_with_4010() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.config.get", json!({})).await;
    let token = config["jwt"].as_str().unwrap();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let shared = config["channels"]["shared"]["id"].as_str().unwrap();
    let public = config["channels"]["private"]["public_id"].as_str().unwrap();
    for query in [
        String::new(),
        "jsonRpc=true".to_owned(),
        "token=&jsonRpc=true".to_owned(),
        format!("token={head}.{}&jsonRpc=true", signature.chars().rev().collect::<String>()),
        format!("CHANNEL_ID={shared}"),
        format!("CHANNEL_ID={public}"),
    ] {
        assert_eq!(stage.portal.ear_at(&query).await.closed().await, 4010, "{query}");
    }
    stage.portal.clock.step(86_400);
    let old = format!("token={token}&jsonRpc=true");
    assert_eq!(stage.portal.ear_at(&old).await.closed().await, 4010);
}

#[tokio::test]
async fn a_token_that_ends_is_told_of_and_not_served_any_longer() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    stage.portal.clock.step(86_400);
    ear.send(Message::text("pong")).await;
    let (command, params) = ear.next().await;
    assert_eq!((command.as_str(), &params["action"]), ("channel_expire", &json!("get_config")));
    assert_eq!(params["channel"]["type"], "private");
    ear.send(Message::text("pong")).await;
    assert_eq!(ear.closed().await, 4010);
}

#[tokio::test]
async fn a_webhook_that_is_removed_ends_its_connections_and_no_others() {
    let portal = TestPortal::start().await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    let other = portal.client(Person::Bob).await;
    let (mut ear, mut kept) = (portal.ear(&bob).await, portal.ear(&other).await);
    let webhooks = portal.messenger().webhooks(Some(lately_model::UserId(2))).await.unwrap();
    let first = webhooks.iter().map(|webhook| webhook.id).min();
    assert!(portal.messenger().remove_webhook(first.unwrap()).await.unwrap());
    assert_eq!(ear.closed().await, 4010);
    alice.say(2, "still there?").await;
    assert_eq!(kept.heard("message").await["message"]["text"], "still there?");
}

#[tokio::test]
async fn a_token_does_not_outlive_its_webhook() {
    let portal = TestPortal::start().await;
    let ends = lately_model::Moment(portal.clock.seconds() + 3600);
    let new = lately_messenger::webhook::NewWebhook {
        user: lately_model::UserId(2),
        scopes: lately_model::Scopes::all(),
        secret: None,
        revision: lately_model::Revision::R33,
        expires_at: Some(ends),
        title: String::new(),
    };
    let (_, secret) = portal.messenger().add_webhook(new).await.unwrap();
    let url = format!("{}/rest/2/{secret}/", portal.origin());
    let bob = lately_testkit::Client::new(url, 2, portal.http().clone());
    let mut ear = portal.ear(&bob).await;
    assert_eq!(ear.config["exp"], ends.0);
    assert_eq!(ear.config["channels"]["private"]["end"], "2026-03-02T11:00:00+00:00");
    portal.clock.step(3600);
    ear.send(Message::text("pong")).await;
    ear.heard("channel_expire").await;
    assert_eq!(bob.refused("pull.config.get", json!({})).await, (401, "INVALID_CREDENTIALS".to_owned()));
}

#[tokio::test]
async fn where_https_is_required_nobody_listens_without_it() {
    let portal = TestPortal::with(|config| config.rest.require_https = true).await;
    let bob = portal.messenger().add_webhook(lately_messenger::webhook::NewWebhook {
        user: lately_model::UserId(2),
        scopes: lately_model::Scopes::all(),
        secret: Some("known".to_owned()),
        revision: lately_model::Revision::R33,
        expires_at: None,
        title: String::new(),
    });
    let credential = bob.await.unwrap().0.id.0;
    let push = portal.server.push();
    let pass = lately::push::token::Pass {
        user: lately_model::UserId(2),
        credential,
        ends: lately_model::Moment(portal.clock.seconds() + 60),
    };
    let token = push.signer.token(pass, push.now(), "portal", "");
    let query = format!("token={token}&jsonRpc=true");
    assert_eq!(portal.ear_at(&query).await.closed().await, 4010);
    assert!(push.admit(&query, lately::listen::Scheme::Https).await.is_some());
}

#[tokio::test]
async fn somebody_who_is_dismissed_does_not_listen_any_more() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    stage.alice.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    assert_eq!(ear.closed().await, 4010);
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_ends_soon() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    let mut silent = stage.portal.ear(&stage.carol).await;
    let stopping = tokio::spawn(stage.portal.stop());
    assert_eq!(ear.heard("server_restart").await, json!({}));
    assert_eq!(ear.closed().await, 1012);
    let stopped = tokio::time::timeout(std::time::Duration::from_secs(10), stopping);
    assert!(stopped.await.is_ok(), "whoever does not close holds nobody up");
    assert_eq!(silent.heard("server_restart").await, json!({}));
}

#[tokio::test]
async fn public_names_are_told_of_people_whom_one_may_see() {
    let stage = Stage::set().await;
    let one = stage.bob.ok("pull.channel.public.get", json!({ "USER_ID": 3 })).await;
    assert_eq!(one["user_id"], 3);
    assert_eq!(one["public_id"].as_str().unwrap().len(), 32);
    let some = stage.bob.ok("pull.channel.public.list", json!({ "USERS": [1, 3, 999] })).await;
    assert_eq!(some.as_object().unwrap().keys().collect::<Vec<_>>(), ["1", "3"]);
    for (method, params, code) in [
        ("pull.channel.public.get", json!({}), "USER_ID_EMPTY"),
        ("pull.channel.public.get", json!({ "USER_ID": 999 }), "USER_NOT_EXISTS"),
        ("pull.channel.public.list", json!({}), "INVALID_FORMAT"),
        ("pull.channel.public.list", json!({ "USERS": [] }), "INVALID_FORMAT"),
        ("pull.channel.public.list", json!({ "USERS": "x" }), "INVALID_FORMAT"),
    ] {
        assert_eq!(stage.bob.refused(method, params).await, (400, code.to_owned()));
    }
    let erin = stage.portal.client(Person::Erin).await;
    let refused = erin.refused("pull.channel.public.get", json!({ "USER_ID": 3 })).await;
    assert_eq!(refused, (400, "ACCESS_DENIED".to_owned()));
    assert_eq!(erin.ok("pull.channel.public.list", json!({ "USERS": [3] })).await, json!({}));
}

#[tokio::test]
async fn tags_that_nobody_watches_are_gone() {
    let stage = Stage::set().await;
    let tags = stage.bob.ok("pull.watch.extend", json!({ "TAGS": ["IM_PUBLIC_7"] })).await;
    assert_eq!(tags, json!({ "IM_PUBLIC_7": false }));
    assert_eq!(stage.bob.ok("pull.watch.extend", json!({})).await, json!({}));
}
