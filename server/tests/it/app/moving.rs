//! Applications in exports, imports, and over the servers of a portal.

use lately_model::{AppId, UserId};
use lately_testkit::{Person, TestPortal, database};
use serde_json::json;

use super::{is_served, refusal};
use crate::stage::NOW;

async fn exported(portal: &TestPortal) -> String {
    let path = portal.data().join("moved.jsonl");
    portal.messenger().export(std::fs::File::create(&path).unwrap(), |_| {}).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_portal_that_moves_keeps_its_applications_and_their_tokens() {
    let portal = TestPortal::start().await;
    let gone = portal.app("im").await;
    let app = portal
        .app_with("im,user", |new| {
            new.handler_url = "https://app.example/handler".to_owned();
        })
        .await;
    portal
        .app_with("im", |new| {
            new.installed = false;
            new.install_url = "https://app.example/install".to_owned();
            new.api_only = true;
        })
        .await;
    portal.messenger().remove_app(None, AppId(gone.id), false).await.unwrap();
    let lent = portal.messenger().lend_tokens(AppId(app.id), UserId(2), false).await.unwrap();
    let old = portal.messenger().lend_tokens(AppId(app.id), UserId(2), true).await.unwrap();
    portal.messenger().authorize_app(UserId(2), &app.client_id).await.unwrap();
    let lines = exported(&portal).await;
    assert_eq!(lines.matches("\"type\":\"app\"").count(), 2);
    let of_bob = |line: &&str| line.contains("\"type\":\"app_token\"") && line.contains("\"user\":2");
    assert_eq!(lines.lines().filter(of_bob).count(), 4, "codes do not move");

    let other = TestPortal::empty(NOW, |_| {}).await;
    for _ in 0..2 {
        other.import(&lines).await;
        assert_eq!(exported(&other).await, lines, "also when it is imported again");
    }
    assert!(is_served(&other.token_client(&lent.access, Person::Bob)).await);
    assert_eq!(refusal(&other.token_client(&old.access, Person::Bob)).await.1, "expired_token");
    let next = other.app("im").await;
    assert!(next.id > app.id);
    other.assert_exact().await;
}

#[tokio::test]
async fn lines_about_applications_that_cannot_be_are_named() {
    let portal = TestPortal::start().await;
    let app = portal.app("im").await;
    let hash = "0f".repeat(32);
    let good = json!({
        "type": "app", "id": 7, "client_id": "local.7", "secret_hash": hash, "application_token": "t",
        "scopes": "im", "installed": true, "revision": 33, "created_at": NOW,
    });
    let token = json!({
        "type": "app_token", "app": 7, "user": 2, "kind": "refresh", "hash": hash,
        "created_at": NOW, "expires_at": NOW,
    });
    let with = |base: &serde_json::Value, key: &str, value: serde_json::Value| {
        let mut line = base.clone();
        line[key] = value;
        line.to_string()
    };
    for (line, word) in [
        (with(&good, "id", json!(0)), "id must be"),
        (with(&good, "id", json!(1_i64 << 40)), "id must be"),
        (with(&good, "client_id", json!("a b")), "client_id"),
        (with(&good, "client_id", json!(app.client_id)), "is number"),
        (with(&good, "id", json!(app.id)), "one like it"),
        (with(&good, "secret_hash", json!("s3cret")), "SHA-256"),
        (with(&good, "handler_url", json!("javascript:1")), "http"),
        (with(&good, "scopes", json!("everything")), "no scope"),
        (with(&good, "title", json!("x".repeat(101))), "title"),
        (with(&good, "secret", json!("s")), "unknown field"),
        (with(&token, "app", json!(99)), "app 99"),
        (with(&token, "user", json!(99)), "app 7"),
        (with(&token, "kind", json!("code")), "\"access\""),
        (with(&token, "hash", json!("t0ken")), "SHA-256"),
    ] {
        let refused = portal.messenger().import(line.as_bytes(), &mut |_| {}).await;
        let refused = refused.expect_err("a bad line").to_string();
        assert!(refused.starts_with("line 1: ") && refused.contains(word), "{word} in {refused}");
    }
    portal.import(&format!("{good}\n{token}\n")).await;
    let refused = portal.messenger().import(with(&token, "user", json!(99)).as_bytes(), &mut |_| {}).await;
    assert!(refused.expect_err("a bad line").to_string().contains("user 99"));
    portal.assert_exact().await;
    portal.damage("DELETE FROM app WHERE id = 7");
    let differences = portal.messenger().check(|_, _| {}).await.unwrap();
    assert_eq!(differences.len(), 1);
    assert_eq!((differences[0].row.as_str(), differences[0].found), ("application 7", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_knows_of_a_token_the_other_knows_too() {
    let one = TestPortal::with(|config| config.database = Some(database::server_address(&config.data))).await;
    let other = one.neighbour(|_| {}).await;
    let app = one.app("im").await;
    let lent = one.messenger().lend_tokens(AppId(app.id), UserId(2), false).await.unwrap();
    let (here, there) =
        (one.token_client(&lent.access, Person::Bob), other.token_client(&lent.access, Person::Bob));
    assert!(is_served(&here).await && is_served(&there).await);
    one.messenger().remove_app(None, AppId(app.id), false).await.unwrap();
    other.messenger().catch_up().await.unwrap();
    assert_eq!(refusal(&there).await.1, "invalid_token");
    assert_eq!(other.messenger().gauge().doubts, 0, "everything was told");
}
