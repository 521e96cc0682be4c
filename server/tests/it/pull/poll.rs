//! Long polling, and the forms of records that are not JSON-RPC.

use lately_testkit::{Client, Reply, TestPortal};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::stage::Stage;

const OPEN: &str = "#!NGINXNMS!#";
const CLOSE: &str = "#!NGINXNME!#";

/// One person who polls.
struct Poller<'a> {
    portal: &'a TestPortal,
    client: &'a Client,
    token: String,
}

impl<'a> Poller<'a> {
    async fn new(portal: &'a TestPortal, client: &'a Client) -> Self {
        let config = client.ok("pull.config.get", json!({})).await;
        Self { portal, client, token: config["jwt"].as_str().unwrap().to_owned() }
    }

    async fn poll(&self, form: &str, mid: &str) -> Reply {
        let mut url = format!("{}/bitrix/sub/?token={}&{form}", self.portal.origin(), self.token);
        if !mid.is_empty() {
            url.push_str(&format!("&mid={mid}"));
        }
        self.client.send(self.portal.http().get(url)).await
    }
}

fn last(reply: &Reply) -> &str {
    reply.header("last-message-id").unwrap()
}

/// The number after which nothing happened yet: what is said next is heard from there.
async fn place(stage: &Stage) -> String {
    let mut ear = stage.portal.ear(&stage.bob).await;
    stage.bob.say(2, "a mark").await;
    ear.heard("message").await;
    ear.mid.clone()
}

#[tokio::test]
async fn a_poll_answers_what_was_missed_at_once_and_the_next_goes_on_from_there() {
    let stage = Stage::set().await;
    let poller = Poller::new(&stage.portal, &stage.bob).await;
    let from = place(&stage).await;
    stage.alice.say(2, "one").await;
    stage.alice.say(2, "two").await;
    let reply = poller.poll("jsonRpc=true", &from).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some("*")));
    assert_eq!(reply.header("access-control-expose-headers"), Some("Last-Message-Id, Expires"));
    let told = reply.body.as_array().unwrap();
    let texts: Vec<_> = told.iter().map(|one| &one["params"]["body"]["params"]["message"]["text"]).collect();
    assert_eq!(texts, ["one", "two"]);
    assert!(told.iter().all(|one| one["jsonrpc"] == "2.0"));
    assert_eq!(told[1]["params"]["mid"], last(&reply));
    stage.alice.say(2, "three").await;
    let reply = poller.poll("jsonRpc=true", last(&reply)).await;
    assert_eq!(reply.body.as_array().unwrap().len(), 1);
    assert_eq!(reply.body[0]["params"]["body"]["params"]["message"]["text"], "three");
}

#[tokio::test]
async fn a_poll_waits_until_something_happens() {
    let stage = Stage::set().await;
    let poller = Poller::new(&stage.portal, &stage.bob).await;
    let from = place(&stage).await;
    let (reply, _) = tokio::join!(poller.poll("jsonRpc=true", &from), async {
        // Once he is there, he is told live; before that, he is told what he missed.
        while stage.portal.server.push().hub.is_empty() {
            tokio::task::yield_now().await;
        }
        stage.alice.say(2, "now").await
    });
    assert_eq!(reply.body[0]["params"]["body"]["params"]["message"]["text"], "now");
    let seen = stage.alice.ok("pull.api.user.getLastSeen", json!({ "userIds": [2] })).await;
    assert_eq!(seen, json!({ "2": 0 }), "between two polls he is still here");
    stage.portal.clock.step(100);
    let seen = stage.alice.ok("pull.api.user.getLastSeen", json!({ "userIds": [2] })).await;
    assert_ne!(seen, json!({ "2": 0 }));
}

#[tokio::test]
async fn records_come_as_json_or_between_marks_with_everything_in_them() {
    let stage = Stage::set().await;
    let poller = Poller::new(&stage.portal, &stage.bob).await;
    let from = place(&stage).await;
    let id = stage.alice.say(2, "line one\nline two").await;
    stage.alice.say(2, "second").await;
    let reply = poller.poll("format=json", &from).await;
    let record = &reply.body[0];
    assert_eq!(record["text"]["command"], "message");
    let params = &record["text"]["params"];
    assert_eq!((&params["message"]["id"], &params["counter"]), (&json!(id), &json!(2)));
    assert_eq!((&params["dialogId"], &record["tag"]), (&json!("1"), &json!("001")));
    assert_eq!(record["time"], "Mon, 02 Mar 2026 10:00:00 GMT");
    assert_eq!(record["mid"].as_str().unwrap().len(), 26);
    assert!(record["text"]["extra"]["server_time_unix"].is_number() && record["id"].is_i64());
    let reply = poller.poll("", &from).await;
    assert!(!reply.text.contains('\n'), "clients lose records with raw line breaks");
    let records: Vec<Value> = reply
        .text
        .split(OPEN)
        .skip(1)
        .map(|record| serde_json::from_str(record.strip_suffix(CLOSE).unwrap()).unwrap())
        .collect();
    assert_eq!(records.len(), 2);
    assert_eq!(&records[0]["text"], &record["text"]);
}

#[tokio::test]
async fn sockets_speak_the_text_forms_too() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.config.get", json!({})).await;
    let token = config["jwt"].as_str().unwrap();
    let from = place(&stage).await;
    stage.alice.say(2, "in records").await;
    for form in ["format=json", "x=y"] {
        let mut ear = stage.portal.ear_at(&format!("token={token}&mid={from}&{form}")).await;
        let Message::Text(text) = ear.frame().await else { panic!("a text frame") };
        let json = text.trim_start_matches(OPEN).trim_end_matches(CLOSE);
        let json = json.trim_start_matches('[').trim_end_matches(']');
        let record: Value = serde_json::from_str(json).unwrap();
        assert_eq!(record["text"]["params"]["message"]["text"], "in records");
        assert_eq!(text.starts_with(OPEN), form == "x=y");
    }
}

#[tokio::test]
async fn polls_without_a_good_token_are_refused_and_pages_of_elsewhere_may_ask() {
    let stage = Stage::set().await;
    let url = format!("{}/bitrix/sub/", stage.portal.origin());
    for query in ["", "?token=x", "?CHANNEL_ID=a.b"] {
        let reply = stage.bob.send(stage.portal.http().get(format!("{url}{query}"))).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (403, Some("*")));
    }
    let asked = stage.portal.http().request(reqwest::Method::OPTIONS, &url);
    let reply = stage.bob.send(asked).await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-methods"), Some("GET, POST, OPTIONS"));
    let socket = format!("{}/bitrix/subws/", stage.portal.origin());
    assert_eq!(stage.bob.send(stage.portal.http().get(socket)).await.status, 426);
}

#[tokio::test]
async fn pollers_may_tell_what_they_have_read() {
    let stage = Stage::set().await;
    let config = stage.bob.ok("pull.config.get", json!({})).await;
    let channel = config["channels"]["private"]["id"].as_str().unwrap();
    let url = format!("{}/bitrix/rest/?CHANNEL_ID={channel}", stage.portal.origin());
    let reply = stage.bob.send(stage.portal.http().post(&url).body("mack:00000000000000000000000000")).await;
    assert_eq!((reply.status, reply.text.as_str()), (200, ""));
    let wrong = url.replace("CHANNEL_ID=", "CHANNEL_ID=0");
    assert_eq!(stage.bob.send(stage.portal.http().post(wrong).body("mack:0")).await.status, 403);
}

#[tokio::test]
async fn a_poll_is_answered_when_the_server_stops() {
    let stage = Stage::set().await;
    let poller = Poller::new(&stage.portal, &stage.bob).await;
    let url = format!("{}/bitrix/sub/?token={}&jsonRpc=true", stage.portal.origin(), poller.token);
    let polling = tokio::spawn(stage.portal.http().get(url).send());
    while stage.portal.server.push().hub.is_empty() {
        tokio::task::yield_now().await;
    }
    stage.portal.stop().await;
    let body: Value = polling.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(body[0]["params"]["body"]["command"], "server_restart");
}
