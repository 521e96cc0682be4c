//! Handlers and queues in exports and imports.

use lately_testkit::TestPortal;
use serde_json::json;

use super::{Stage, add_user};
use crate::stage::NOW;

async fn exported(portal: &TestPortal) -> String {
    let path = portal.data().join("moved.jsonl");
    portal.messenger().export(std::fs::File::create(&path).unwrap(), |_| {}).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_portal_that_moves_keeps_what_applications_want_and_what_they_have_not_fetched() {
    let mut stage = Stage::set().await;
    stage.bind("ONUSERADD", "/").await;
    let offline = json!({ "event": "ONUSERADD", "event_type": "offline", "auth_connector": "shop" });
    stage.alice.ok("event.bind", offline).await;
    stage.alice.ok("im.v2.Event.subscribe", json!({})).await;
    add_user(&stage.alice, "Grace").await;
    stage.receiver.told().await;
    stage.settle().await;
    let reserved = json!({ "auth_connector": "shop", "clear": 0, "process_id": "p" });
    stage.alice.ok("event.offline.get", reserved).await;
    let lines = exported(&stage.portal).await;
    for kind in ["handler", "backlog", "feed"] {
        assert!(lines.contains(&format!("\"type\":\"{kind}\"")), "{kind}");
    }
    let other = TestPortal::empty(NOW, |_| {}).await;
    for _ in 0..2 {
        other.import(&lines).await;
        assert_eq!(exported(&other).await, lines, "also when it is imported again");
    }
    let grace =
        lately_model::User { active: true, first_name: "Heidi".into(), ..lately_model::User::default() };
    other.messenger().add_user(None, grace).await.unwrap();
    assert_eq!(stage.receiver.told().await.data("NAME"), "Heidi");
    other.assert_exact().await;
}

#[tokio::test]
async fn lines_about_events_that_cannot_be_are_named() {
    let stage = Stage::set().await;
    let app = stage.app.id;
    for (line, told) in [
        (
            json!({ "type": "handler", "app": 99, "event": "ONUSERADD", "offline": true }),
            "there is no app 99",
        ),
        (json!({ "type": "handler", "app": app, "event": "ONNOTHING", "offline": true }), "no event"),
        (json!({ "type": "handler", "app": app, "event": "ONUSERADD" }), "has an address"),
        (json!({ "type": "handler", "app": app, "event": "ONUSERADD", "url": "x" }), "has an address"),
        (
            json!({ "type": "handler", "app": app, "event": "ONUSERADD", "url": "http://x/", "user": 99 }),
            "no user 99",
        ),
        (json!({ "type": "feed", "user": 99 }), "there is no user 99"),
        (json!({ "type": "feed", "user": 1, "app": 99 }), "there is no app 99"),
        (
            json!({ "type": "backlog", "app": 99, "event": "X", "thing": "x", "date": NOW, "data": {} }),
            "no app 99",
        ),
    ] {
        let failed = stage.portal.messenger().import(line.to_string().as_bytes(), &mut |_| {}).await;
        let error = failed.expect_err("it cannot be").to_string();
        assert!(error.contains(told), "{line}: {error}");
    }
    assert_eq!(stage.alice.ok("event.get", json!({})).await, json!([]));
}

#[tokio::test]
async fn what_is_of_no_application_is_found() {
    let stage = Stage::set().await;
    let offline = json!({ "event": "ONUSERADD", "event_type": "offline" });
    stage.alice.ok("event.bind", offline).await;
    stage.alice.ok("im.v2.Event.subscribe", json!({})).await;
    add_user(&stage.alice, "Grace").await;
    stage.portal.assert_exact().await;
    let copied = "INSERT INTO backlog (app_id, event, thing, date, data, more, connector, process, failed) \
                  SELECT app_id, event, thing, date, data, more, connector, process, failed FROM backlog";
    stage.portal.damage(copied);
    let found = async || {
        let found = stage.portal.messenger().check(|_, _| {}).await.expect("the check runs");
        found.iter().map(|difference| difference.value).collect::<Vec<_>>()
    };
    assert_eq!(found().await, ["entries of one thing"]);
    stage.portal.damage("DELETE FROM app_token");
    stage.portal.damage("DELETE FROM app");
    let nobodys =
        ["handlers of nobody", "entries of nobody's backlog", "feeds of nobody", "entries of one thing"];
    assert_eq!(found().await, nobodys);
}
