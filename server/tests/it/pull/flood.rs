//! Bad input on a connection: refused or passed over, and nobody else is disturbed.

use lately_testkit::{Person, TestPortal};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::stage::Stage;

#[tokio::test]
async fn frames_that_cannot_be_read_are_refused_or_passed_over() {
    let stage = Stage::set().await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    for (frame, code) in [
        ("{", Some(-32700)),
        ("[1,", Some(-32700)),
        ("[]", Some(-32600)),
        ("{}", Some(-32600)),
        ("{\"jsonrpc\":\"2.0\",\"method\":7,\"id\":1}", Some(-32600)),
        ("[1]", Some(-32600)),
        ("mack:00000000000000000000000000", None),
        ("hello", None),
        ("", None),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}", None),
    ] {
        ear.send(Message::text(frame)).await;
        if let Some(code) = code {
            let Message::Text(text) = ear.frame().await else { panic!("a text frame") };
            let mut answer: serde_json::Value = serde_json::from_str(&text).unwrap();
            if answer.is_array() {
                answer = answer[0].take();
            }
            assert_eq!(answer["error"]["code"], code, "{frame}");
        }
    }
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    ear.send(Message::text(deep)).await;
    let Message::Text(text) = ear.frame().await else { panic!("a text frame") };
    assert!(text.contains("-32700"), "{text}");
    let many = format!("[{}1]", "1,".repeat(60));
    ear.send(Message::text(many)).await;
    let Message::Text(text) = ear.frame().await else { panic!("a text frame") };
    assert!(text.contains("-32600"), "{text}");
    ear.send(Message::binary(vec![0xff; 1000])).await;
    stage.alice.say(2, "still there").await;
    assert_eq!(ear.heard("message").await["message"]["text"], "still there");
}

/// Requests of any shape, near to what clients send.
fn request() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("ping".to_owned()),
        Just("publish".to_owned()),
        Just("getUsersLastSeen".to_owned()),
        Just("subscribeStatusChange".to_owned()),
        Just("listChannels".to_owned()),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(3, 16, 4, |inner| {
        let key =
            prop_oneof!["userList", "userId", "channelList", "body", "module_id", "params", "[a-z]{1,3}"];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key, inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    });
    let whole = (word, tree.clone(), tree.clone()).prop_map(|(method, params, id)| {
        json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": id }).to_string()
    });
    prop_oneof![3 => whole, 1 => tree.prop_map(|tree| tree.to_string()), 1 => any::<String>()]
}

#[tokio::test]
async fn whatever_is_asked_the_connection_lives_and_nothing_is_written() {
    let stage = Stage::set().await;
    stage.bob.say(3, "before").await;
    let position = stage.portal.messenger().position().await.unwrap();
    let mut runner = TestRunner::deterministic();
    for _ in 0..5 {
        let mut ear = stage.portal.ear(&stage.bob).await;
        for _ in 0..120 {
            let frame = request().new_tree(&mut runner).unwrap().current();
            ear.send(Message::text(frame)).await;
        }
        ear.send(Message::text(r#"{"jsonrpc":"2.0","method":"ping","id":"the last one"}"#)).await;
        loop {
            let Message::Text(text) = ear.frame().await else { panic!("a text frame") };
            if text.contains("the last one") {
                break;
            }
            let told: Result<Value, _> = serde_json::from_str(&text);
            assert!(text.as_str() == "ping" || told.is_ok(), "{text}");
        }
    }
    assert_eq!(stage.portal.messenger().position().await.unwrap(), position);
}

#[tokio::test]
async fn connections_and_what_they_were_told_are_counted() {
    let portal = TestPortal::with(|config| {
        config.observe.listen = vec!["127.0.0.1:0".parse().unwrap()];
    })
    .await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    let mut ear = portal.ear(&bob).await;
    alice.say(2, "counted").await;
    ear.heard("message").await;
    let url = format!("http://{}/metrics", portal.server.observe[0]);
    let page = portal.http().get(url).send().await.unwrap().text().await.unwrap();
    for line in ["lately_push_connections 1", "lately_push_events_total 1", "lately_push_cuts_total 0"] {
        assert!(page.lines().any(|found| found == line), "{line} is not in {page}");
    }
}

#[tokio::test]
async fn a_frame_of_ten_megabytes_ends_its_connection_and_no_other() {
    let stage = Stage::set().await;
    let mut other = stage.portal.ear(&stage.carol).await;
    for frame in [Message::text("x".repeat(10_000_000)), Message::binary(vec![0; 10_000_000])] {
        let mut ear = stage.portal.ear(&stage.bob).await;
        ear.try_send(frame).await;
        assert_ne!(ear.closed().await, 1000);
    }
    stage.alice.say(3, "calm").await;
    assert_eq!(other.heard("message").await["message"]["text"], "calm");
}

#[tokio::test]
async fn whoever_asks_without_end_is_closed_and_disturbs_nobody() {
    let stage = Stage::set().await;
    let mut other = stage.portal.ear(&stage.carol).await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    for _ in 0..3000 {
        if !ear.try_send(Message::text("pong")).await {
            break;
        }
    }
    assert!([4014, 1006].contains(&ear.closed().await));
    stage.alice.say(3, "calm").await;
    assert_eq!(other.heard("message").await["message"]["text"], "calm");
    let mut again = stage.portal.ear(&stage.bob).await;
    stage.alice.say(2, "welcome back").await;
    assert_eq!(again.heard("message").await["message"]["text"], "welcome back");
}

#[tokio::test]
async fn whoever_says_of_each_event_that_it_came_is_never_too_loud() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    for _ in 0..400 {
        stage.alice.ok("im.dialog.writing", json!({ "DIALOG_ID": "2" })).await;
        for command in ["inputActionNotify", "startWriting"] {
            ear.heard(command).await;
            let receipt = format!("mack:{}", ear.mid);
            ear.send(Message::text(receipt)).await;
        }
    }
    assert!(ear.ask("ping", json!({})).await.get("result").is_some());
}

#[tokio::test]
async fn a_crowd_that_comes_at_once_is_told_of_in_parts() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let lines: Vec<String> = (100..350)
        .map(|user| json!({ "type": "user", "id": user, "first_name": format!("P{user}") }).to_string())
        .collect();
    stage.portal.import(&lines.join("\n")).await;
    let mut bob = stage.portal.ear(&stage.bob).await;
    let users: Vec<i64> = (100..350).collect();
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": users })).await;
    let mut came = Vec::new();
    for _ in 0..3 {
        let added = bob.heard("chatUserAdd").await;
        let new = added["newUsers"].as_array().unwrap().clone();
        assert!(new.len() <= 100 && added["relations"].as_array().unwrap().len() == new.len());
        came.extend(new);
    }
    assert_eq!(json!(came), json!(users));
    assert_eq!(bob.heard("messageChat").await["userInChat"], json!({}));
    stage.alice.say(format!("chat{id}"), "welcome").await;
    assert_eq!(bob.heard("messageChat").await["message"]["text"], "welcome");
}

#[tokio::test]
async fn the_oldest_of_too_many_connections_makes_room() {
    let stage = Stage::set().await;
    let mut first = stage.portal.ear(&stage.bob).await;
    let mut others = Vec::new();
    for _ in 0..64 {
        others.push(stage.portal.ear(&stage.bob).await);
    }
    assert_eq!(first.closed().await, 1013);
    stage.alice.say(2, "to all of you").await;
    for other in &mut others {
        assert_eq!(other.heard("message").await["message"]["text"], "to all of you");
    }
    let asked = stage.portal.http().get(format!("{}/metrics", stage.portal.origin())).send().await.unwrap();
    assert_eq!(asked.status(), 404, "figures are not for everybody");
}

#[tokio::test]
async fn addresses_that_are_none_are_not_found_or_refused() {
    let stage = Stage::set().await;
    let origin = stage.portal.origin();
    for (path, status) in [("/bitrix/", 404), ("/bitrix/sub/x", 404), ("/bitrix/rest/", 405)] {
        let reply = stage.bob.send(stage.portal.http().get(format!("{origin}{path}"))).await;
        assert_eq!(reply.status, status, "{path}");
    }
    let long = format!("{origin}/bitrix/sub/?token={}", "x".repeat(60_000));
    let reply = stage.bob.send(stage.portal.http().get(long)).await;
    assert_eq!(reply.status, 403, "{}", json!(reply.headers));
}
