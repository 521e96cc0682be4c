//! What connected clients ask: publishing, who was seen when, who comes and goes.

use lately_testkit::Person;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::stage::{Stage, chat};

#[tokio::test]
async fn a_ping_is_answered_and_what_is_unknown_is_refused() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    assert!(ear.ask("ping", json!({})).await.get("result").is_some());
    assert_eq!(ear.ask("dance", json!({})).await["error"]["code"], -32601);
    assert_eq!(ear.ask("ping", json!("x")).await["error"]["code"], -32602);
    let channels = ear.ask("listChannels", json!({})).await["result"].clone();
    let ids: Vec<_> = channels.as_array().unwrap().iter().map(|channel| &channel["type"]).collect();
    assert_eq!(ids, ["private", "shared"]);
    ear.send(Message::text(
        r#"[{"jsonrpc":"2.0","method":"ping","id":7},{"jsonrpc":"2.0","method":"ping"}]"#,
    ))
    .await;
    let Message::Text(answers) = ear.frame().await else { panic!("a text frame") };
    let answers: Value = serde_json::from_str(&answers).unwrap();
    assert_eq!(answers.as_array().unwrap().len(), 1, "what has no id is not answered");
    assert_eq!(answers[0]["id"], 7);
}

#[tokio::test]
async fn what_a_client_publishes_is_heard_by_those_it_names_and_says_so() {
    let stage = Stage::set().await;
    let (mut bob, mut carol) = (stage.portal.ear(&stage.bob).await, stage.portal.ear(&stage.carol).await);
    let mut alice = stage.portal.ear(&stage.alice).await;
    let body = json!({ "module_id": "game", "command": "move", "params": { "x": 3 } });
    let answer = alice.ask("publish", json!({ "userList": [2], "body": body })).await;
    assert_eq!(answer["result"], true);
    let heard = bob.event().await;
    assert_eq!((&heard["module_id"], &heard["command"]), (&json!("game"), &json!("move")));
    assert_eq!((&heard["params"], &heard["sender"]), (&json!({ "x": 3 }), &json!(1)));
    let public = stage.alice.ok("pull.channel.public.get", json!({ "USER_ID": 3 })).await;
    let channel = json!({ "publicId": public["public_id"], "signature": public["signature"] });
    let joined =
        format!("{}.{}", public["public_id"].as_str().unwrap(), public["signature"].as_str().unwrap());
    for channel in [channel, json!(joined)] {
        alice.ask("publish", json!({ "channelList": [channel], "body": body })).await;
        assert_eq!(carol.heard("move").await["x"], 3);
    }
}

#[tokio::test]
async fn publishing_is_refused_to_strangers_in_excess_and_in_the_servers_own_words() {
    let stage = Stage::set().await;
    let erin = stage.portal.client(Person::Erin).await;
    let mut guest = stage.portal.ear(&erin).await;
    let body = |module: &str| json!({ "module_id": module, "command": "move", "params": {} });
    let to = |user: i64, module: &str| json!({ "userList": [user], "body": body(module) });
    assert_eq!(guest.ask("publish", to(3, "game")).await["error"]["code"], -32000);
    let mut alice = stage.portal.ear(&stage.alice).await;
    assert_eq!(alice.ask("publish", to(999, "game")).await["error"]["code"], -32000);
    let forged =
        json!({ "channelList": [format!("{}.{}", "0".repeat(32), "0".repeat(40))], "body": body("game") });
    assert_eq!(alice.ask("publish", forged).await["error"]["code"], -32000);
    let many: Vec<i64> = (1..=101).collect();
    for bad in [
        to(2, "pull"),
        to(2, "PULL"),
        to(2, "online"),
        to(2, ""),
        to(2, &"x".repeat(101)),
        to(-1, "game"),
        json!({ "userList": [], "body": body("game") }),
        json!({ "userList": "2", "body": body("game") }),
        json!({ "userList": many, "body": body("game") }),
        json!({ "userList": [2] }),
        json!({ "userList": [2], "body": { "module_id": "game", "command": "move", "params": "x" } }),
        json!({ "userList": [2], "body": { "module_id": "game", "command": "move", "params": { "x": "y".repeat(40_000) } } }),
    ] {
        assert_eq!(alice.ask("publish", bad.clone()).await["error"]["code"], -32602, "{bad}");
    }
    let mut refused = 0;
    for _ in 0..60 {
        refused += i64::from(alice.ask("publish", to(2, "game")).await["error"]["code"] == -32001);
    }
    assert!(refused > 0, "nobody publishes without end");
    assert!(alice.ask("ping", json!({})).await.get("result").is_some(), "and is not cut for it");
}

#[tokio::test]
async fn who_was_seen_when() {
    let stage = Stage::set().await;
    let mut alice = stage.portal.ear(&stage.alice).await;
    let bob = stage.portal.ear(&stage.bob).await;
    let asked = json!({ "userList": [1, 2, 3, 999] });
    let seen = alice.ask("getUsersLastSeen", asked.clone()).await["result"].clone();
    assert_eq!(seen, json!({ "1": 0, "2": 0 }), "whoever was never seen is left out");
    alice.ask("subscribeStatusChange", json!({ "userId": 2 })).await;
    bob.drop_dead();
    assert_eq!(alice.heard("userStatusChange").await, json!({ "user_id": 2, "online": false }));
    stage.portal.clock.step(77);
    let seen = alice.ask("getUsersLastSeen", asked).await["result"].clone();
    assert_eq!(seen, json!({ "1": 0, "2": 77 }));
    let seen = stage.carol.ok("pull.api.user.getLastSeen", json!({ "userIds": [1, 2] })).await;
    assert_eq!(seen, json!({ "1": 0, "2": 77 }));
    let refused = stage.carol.refused("pull.api.user.getLastSeen", json!({})).await;
    assert_eq!(refused, (400, "INVALID_FORMAT".to_owned()));
    let erin = stage.portal.client(Person::Erin).await;
    assert_eq!(erin.ok("pull.api.user.getLastSeen", json!({ "userIds": [1, 2] })).await, json!({}));
}

#[tokio::test]
async fn whoever_watches_somebody_hears_when_they_come_and_go() {
    let stage = Stage::set().await;
    let mut alice = stage.portal.ear(&stage.alice).await;
    // As the SDK asks again after a break: the number is a text then.
    assert_eq!(alice.ask("subscribeStatusChange", json!({ "userId": "2" })).await["result"], true);
    let bob = stage.portal.ear(&stage.bob).await;
    let event = alice.event().await;
    assert_eq!((&event["module_id"], &event["command"]), (&json!("online"), &json!("userStatusChange")));
    assert_eq!(event["params"], json!({ "user_id": 2, "online": true }));
    let second = stage.portal.ear(&stage.bob).await;
    bob.drop_dead();
    second.drop_dead();
    assert_eq!(alice.heard("userStatusChange").await["online"], false);
    alice.ask("unsubscribeStatusChange", json!({ "userId": 2 })).await;
    let _bob = stage.portal.ear(&stage.bob).await;
    stage.alice.say(1, "to myself").await;
    assert_eq!(alice.heard("message").await["message"]["text"], "to myself");
    assert_eq!(alice.ask("subscribeStatusChange", json!({ "userId": "x" })).await["error"]["code"], -32602);
    assert_eq!(alice.ask("subscribeStatusChange", json!({ "userId": 999 })).await["error"]["code"], -32000);
}

#[tokio::test]
async fn a_client_without_a_sender_in_its_records_hears_nothing_that_clients_published() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.config.get", json!({})).await;
    let token = config["jwt"].as_str().unwrap();
    let mut bob = stage.portal.ear_at(&format!("token={token}&format=json")).await;
    let mut alice = stage.portal.ear(&stage.alice).await;
    let forged = json!({ "module_id": "im", "command": "chatHide", "params": { "dialogId": "1" } });
    let id = stage.group(&stage.alice, &[2]).await;
    loop {
        let Message::Text(text) = bob.frame().await else { panic!("a text frame") };
        if text.contains("Welcome") {
            break;
        }
    }
    alice.ask("publish", json!({ "userList": [2], "body": forged })).await;
    stage.alice.say(chat(id), "real").await;
    loop {
        let Message::Text(text) = bob.frame().await else { panic!("a text frame") };
        assert!(!text.contains("chatHide"), "{text}");
        if text.contains("real") {
            break;
        }
    }
}
