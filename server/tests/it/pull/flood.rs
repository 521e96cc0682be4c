//! Bad input on a connection: refused or passed over, and nobody else is disturbed.

use serde_json::json;
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
