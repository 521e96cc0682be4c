//! Bots in exports and imports.

use lately_testkit::TestPortal;
use serde_json::json;

use super::Bots;
use crate::stage::NOW;

async fn exported(portal: &TestPortal) -> String {
    let path = portal.data().join("moved.jsonl");
    portal.messenger().export(std::fs::File::create(&path).unwrap(), |_| {}).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_portal_that_moves_keeps_its_bots_and_what_they_know() {
    let mut bots = Bots::set().await;
    bots.command("echo", json!({})).await;
    bots.stage.bob.say(bots.marta, "Hello").await;
    bots.until("Hello").await;
    let lines = exported(&bots.stage.portal).await;
    for kind in ["bot", "command"] {
        assert!(lines.contains(&format!("\"type\":\"{kind}\"")), "{kind}");
    }
    let other = TestPortal::empty(NOW, |_| {}).await;
    for _ in 0..2 {
        other.import(&lines).await;
        assert_eq!(exported(&other).await, lines, "also when it is imported again");
    }
    let bob = other.client(lately_testkit::Person::Bob).await;
    bob.say(bots.marta, "/echo Here we are").await;
    let (event, data) = bots.told().await;
    assert_eq!((event.as_str(), &data["USER"]["ID"]), ("ONIMCOMMANDADD", &json!("2")));
    other.assert_exact().await;
}

#[tokio::test]
async fn lines_about_bots_that_cannot_be_are_named() {
    let bots = Bots::set().await;
    let hash = "0123456789abcdef".repeat(4);
    let bot = |more: serde_json::Value| {
        let mut line = json!({
            "type": "bot", "user": bots.marta, "owner_hash": hash, "code": "marta", "dialect": "v1", "created_at": NOW,
        });
        super::merge(&mut line, more);
        line
    };
    let command = json!({ "type": "command", "id": 9, "bot": 3, "name": "echo" });
    for (line, told) in [
        (bot(json!({ "user": 99 })), "there is no user 99"),
        (bot(json!({ "app": 99, "owner_hash": "" })), "there is no app 99"),
        (bot(json!({ "app": 99 })), "owner_hash"),
        (bot(json!({ "owner_hash": "word" })), "owner_hash"),
        (bot(json!({ "code": "" })), "\"code\""),
        (bot(json!({ "dialect": "v3" })), "v3"),
        (bot(json!({ "urls": { "webhook": "x" } })), "addresses of a bot"),
        (command.clone(), "there is no bot 3"),
        (
            json!({ "type": "command", "id": 9, "bot": bots.marta, "name": "two words" }),
            "no name of a command",
        ),
        (json!({ "type": "command", "id": 0, "bot": bots.marta, "name": "echo" }), "id"),
        (
            json!({ "type": "command", "id": 9, "bot": bots.marta, "name": "echo", "url": "x" }),
            "address of a command",
        ),
    ] {
        let failed = bots.stage.portal.messenger().import(line.to_string().as_bytes(), &mut |_| {}).await;
        let failed = failed.expect_err("it cannot be").to_string();
        assert!(failed.contains(told), "{line}: {failed}");
    }
}
