//! How the server is, as administrators see it: the same figures as the metrics, the same findings as the doctor's.

use lately::cluster::nats::Nats;
use lately_testkit::{Browser, Person, TestPortal, database};
use serde_json::{Value, json};

use crate::audit::{PASSWORD, stage};
use crate::stage::assert_shape;

async fn health(browser: &mut Browser) -> Value {
    browser.form("/health", json!({})).await.result().clone()
}

/// One figure of `/metrics`.
async fn metric(portal: &TestPortal, name: &str) -> i64 {
    let address = portal.server.observe.first().expect("metrics");
    let text =
        portal.http().get(format!("http://{address}/metrics")).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name}")).parse::<f64>().unwrap().round() as i64
}

async fn watched() -> (TestPortal, Browser) {
    let portal =
        TestPortal::with(|config| config.observe.listen = vec!["127.0.0.1:0".parse().unwrap()]).await;
    portal.messenger().lend_password(PASSWORD.to_owned()).await.unwrap();
    let mut alice = portal.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    (portal, alice)
}

#[tokio::test]
async fn the_page_shows_what_the_metrics_say() {
    let (portal, mut alice) = watched().await;
    let bob = portal.client(Person::Bob).await;
    for _ in 0..10 {
        bob.ok("im.recent.get", json!({})).await;
    }
    bob.say(1, "hello").await;
    let mut ear = portal.ear(&bob).await;
    ear.first_ping().await;
    portal.clock.step(30);
    let seen = health(&mut alice).await;
    assert_shape(
        &seen,
        &json!({
            "version": "", "engine": "", "schema": 1, "shared": seen["shared"], "started_at": "",
            "uptime_seconds": 1, "database_bytes": 1, "files": 1, "files_bytes": 1,
            "free": [{ "place": "", "bytes": 1 }], "memory_bytes": 1, "people": 1, "people_connected": 1,
            "connections": 1, "requests_last_minute": 1, "requests_in_flight": 1, "faults_last_day": 1,
            "slowest": seen["slowest"], "push_backlog": 1, "store_queue": 1, "store_position": 1,
            "bus": { "joined": false, "connected": false, "lag_milliseconds": 0 },
            "nodes": [{
                "address": "", "own": true, "state": "", "version": "", "started_at": "", "heard_at": "",
                "store_position": 1, "people_connected": 1, "requests_last_minute": 1,
            }],
            "last_backup": null,
        }),
    );
    for (key, name) in [
        ("uptime_seconds", "lately_uptime_seconds"),
        ("connections", "lately_push_connections"),
        ("requests_last_minute", "lately_requests_last_minute"),
        ("faults_last_day", "lately_faults_last_day"),
        ("push_backlog", "lately_push_backlog"),
        ("store_queue", "lately_store_queue"),
        ("store_position", "lately_store_position"),
    ] {
        assert_eq!(seen[key], metric(&portal, name).await, "{key}");
    }
    assert_eq!(seen["uptime_seconds"], 30);
    assert_eq!(
        (&seen["people_connected"], &seen["connections"], &seen["people"]),
        (&json!(1), &json!(1), &json!(5))
    );
    let named: Vec<&str> =
        seen["slowest"].as_array().unwrap().iter().map(|one| one["method"].as_str().unwrap()).collect();
    assert!(named.contains(&"im.recent.get") && named.contains(&"im.message.add"), "{named:?}");
    assert_eq!(seen["requests_last_minute"], 12, "ten lists, a message, a configuration");
    portal.clock.step(120);
    assert_eq!(health(&mut alice).await["requests_last_minute"], 0);
    let (engine, place) = (seen["engine"].as_str().unwrap(), seen["free"][0]["place"].as_str().unwrap());
    assert_eq!(engine.starts_with("PostgreSQL"), seen["shared"] == true, "{engine}");
    assert_eq!(place, portal.data().display().to_string());
    assert_eq!((&seen["nodes"][0]["state"], &seen["nodes"][0]["own"]), (&json!("well"), &json!(true)));
}

#[tokio::test]
async fn faults_of_the_last_day_are_counted() {
    let (portal, mut alice) = watched().await;
    let bob = portal.client(Person::Bob).await;
    bob.say(1, "hello").await;
    assert_eq!(health(&mut alice).await["faults_last_day"], 0);
    portal.damage("UPDATE chat SET kind = 'nonsense'");
    portal.messenger().catch_up().await.unwrap();
    let broken = bob.call("im.dialog.messages.get", json!({ "DIALOG_ID": 1 })).await;
    assert_eq!(broken.error(), (500, "INTERNAL_SERVER_ERROR"));
    assert_eq!(health(&mut alice).await["faults_last_day"], 1);
    portal.clock.step(86_400 + 120);
    assert_eq!(health(&mut alice).await["faults_last_day"], 0);
}

#[tokio::test]
async fn the_doctor_is_asked_from_the_page() {
    let (portal, mut alice, mut bob) = stage().await;
    let found = alice.form("/health/check", json!({})).await.result().clone();
    let found = found.as_array().unwrap();
    let of =
        |about: &str| found.iter().find(|one| one["about"] == about).unwrap_or_else(|| panic!("no {about}"));
    for about in ["settings", "data", "disk", "files", "database", "bus", "clock", "tls", "address"] {
        let one = of(about);
        assert!(["ok", "warn"].contains(&one["health"].as_str().unwrap()), "{one}");
        assert!(!one["what"].as_str().unwrap().is_empty());
    }
    assert_eq!(
        std::fs::read_dir(portal.data())
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().contains("doctor") })
            .count(),
        0,
        "nothing is left behind"
    );
    for form in ["/health", "/health/check"] {
        assert_eq!(bob.form(form, json!({})).await.error(), (400, "ERROR_CORE"), "{form}");
        assert_eq!(portal.browser().form(form, json!({})).await.error(), (401, "session_failed"), "{form}");
    }
}

#[tokio::test]
async fn the_last_copy_is_known_from_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let on = |words: &[&str]| {
        let said = crate::process::said(crate::process::lately().arg("--data").arg(&data).args(words));
        assert_eq!(said.code, Some(0), "{said:?}");
    };
    on(&["user", "add", "--first-name", "Alice", "--admin"]);
    on(&["backup", dir.path().join("copy.db").to_str().unwrap()]);
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |config| {
        config.database = None;
        config.data.clone_from(&data);
    })
    .await;
    let begun = portal.messenger().sign_in_as(lately_model::UserId(1)).await.unwrap();
    let mut alice = portal.browser();
    let port = portal.origin().rsplit(':').next().unwrap().to_owned();
    alice.cookie = format!("lately_session_{port}=1.{}", begun.secret);
    alice.sessid = lately_messenger::session::token(&begun.secret);
    let copied = health(&mut alice).await["last_backup"].as_str().map(str::to_owned).expect("a copy");
    assert!(copied.parse::<jiff::Timestamp>().is_ok(), "{copied}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_know_of_each_other_over_the_bus() {
    let nats = tokio::task::spawn_blocking(|| Nats::start().expect("NATS")).await.unwrap();
    let url = nats.url();
    let one = TestPortal::with(|config| {
        config.database = Some(database::server_address(&config.data));
        config.bus = Some(url.clone());
    })
    .await;
    one.messenger().lend_password(PASSWORD.to_owned()).await.unwrap();
    let mut alice = one.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    assert_eq!(health(&mut alice).await["nodes"].as_array().unwrap().len(), 1);
    let other = one.neighbour(|config| config.bus = Some(url.clone())).await;
    let mut others = async |state: &str| {
        let waiting = async {
            loop {
                let seen = health(&mut alice).await;
                let nodes = seen["nodes"].as_array().unwrap().clone();
                if nodes.get(1).is_some_and(|node| node["state"] == state) {
                    return nodes;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), waiting).await.expect("it is told")
    };
    let nodes = others("well").await;
    assert_eq!(nodes[1]["address"], other.origin());
    assert_eq!((&nodes[0]["own"], &nodes[1]["own"]), (&json!(true), &json!(false)));
    other.stop().await;
    let nodes = others("stopping").await;
    assert_eq!(nodes.len(), 2);
    one.clock.step(20);
    assert_eq!(health(&mut alice).await["nodes"].as_array().unwrap().len(), 1, "gone");
}
