//! What becomes of the log and of the settings when a portal is copied or moved.

use lately_testkit::TestPortal;
use serde_json::{Value, json};

use super::{PASSWORD, deeds};
use crate::process::{lately, ok, run, said};

/// A database of version 8, which knew neither deeds nor settings: alice, an administrator who signs in, and bob.
const VERSION_8: &[u8] = include_bytes!("../fixtures/version-8-settings.db");

fn audit(data: &std::path::Path) -> Vec<Value> {
    let told: Value = serde_json::from_str(&ok(data, &["audit", "--json", "--limit", "1000"])).unwrap();
    told.as_array().unwrap().clone()
}

/// Runs a command on an embedded database, whatever the engine of the run: a server has tools of its own for copies.
fn embedded(data: &std::path::Path, words: &[&str]) -> String {
    let said = said(lately().arg("--data").arg(data).args(words));
    assert_eq!(said.code, Some(0), "lately {words:?}: {said:?}");
    said.out
}

#[test]
fn the_log_stays_with_its_portal_unless_it_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    ok(&one, &["user", "add", "--first-name", "Alice", "--admin"]);
    ok(&one, &["user", "add", "--first-name", "Bob"]);
    ok(&one, &["setting", "set", "recent.window_days", "7"]);
    let (plain, whole) = (dir.path().join("plain.jsonl"), dir.path().join("whole.jsonl"));
    ok(&one, &["export", plain.to_str().unwrap()]);
    let lines = std::fs::read_to_string(&plain).unwrap();
    assert!(!lines.contains("\"type\":\"deed\""), "{lines}");
    let setting = lines.lines().find(|line| line.contains("\"type\":\"setting\"")).expect("settings move");
    let setting: Value = serde_json::from_str(setting).unwrap();
    assert_eq!((&setting["name"], &setting["value"]), (&json!("recent.window_days"), &json!("7")));

    ok(&one, &["export", "--audit", whole.to_str().unwrap()]);
    let before = audit(&one);
    for _ in 0..2 {
        ok(&two, &["import", whole.to_str().unwrap()]);
    }
    let after = audit(&two);
    let moved: Vec<&Value> = after.iter().filter(|deed| deed["kind"] != "imported").collect();
    let known: Vec<&Value> = before.iter().skip(1).collect();
    assert_eq!(moved, known, "all but the export itself, each once");
    assert_eq!(after.len() - moved.len(), 2, "each import is a deed");
    let list = ok(&two, &["setting", "list"]);
    let window: Vec<&str> = list.lines().nth(5).unwrap().split_whitespace().collect();
    assert_eq!(window, ["recent.window_days", "7", "database", "30"]);
    assert!(ok(&two, &["check"]).starts_with("clean"));
}

#[test]
fn lines_that_are_no_deeds_and_no_settings_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = dir.path().join("lines.jsonl");
    let deed = json!({ "type": "deed", "id": 1, "at": "2026-03-02T10:00:00Z", "kind": "exported", "way": "command" });
    let setting = json!({
        "type": "setting", "name": "recent.window_days", "value": "7", "changed_at": "2026-03-02T10:00:00Z",
    });
    let with = |line: &Value, key: &str, value: Value| {
        let mut line = line.clone();
        line[key] = value;
        line
    };
    for (line, word) in [
        (with(&deed, "kind", json!("danced")), "danced"),
        (with(&deed, "way", json!("door to door")), "door to door"),
        (with(&deed, "peer", json!("here")), "here"),
        (with(&deed, "by", json!(7)), "user 7"),
        (with(&deed, "user", json!(8)), "user 8"),
        (with(&deed, "id", json!(0)), "id"),
        (with(&deed, "more", json!(1)), "more"),
        (with(&setting, "value", json!("never")), "recent.window_days"),
        (with(&setting, "changed_by", json!(9)), "user 9"),
    ] {
        std::fs::write(&file, line.to_string()).unwrap();
        run(&data, &["import", file.to_str().unwrap()]).assert_failed(1, &["line 1", word]);
    }
    let unknown = with(&setting, "name", json!("moon.phase"));
    std::fs::write(&file, format!("{deed}\n{setting}\n{unknown}\n")).unwrap();
    ok(&data, &["import", file.to_str().unwrap()]);
    let out = ok(&data, &["export"]);
    assert!(out.contains("moon.phase"), "what a later version has is kept for it: {out}");
}

#[test]
fn a_copy_holds_the_log_and_putting_it_back_is_written_down() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("data"), dir.path().join("monday.db"));
    embedded(&data, &["user", "add", "--first-name", "Alice", "--admin"]);
    embedded(&data, &["setting", "set", "portal.name", "Bakery"]);
    embedded(&data, &["backup", copy.to_str().unwrap()]);
    embedded(&data, &["setting", "set", "portal.name", "Brewery"]);
    embedded(&data, &["restore", copy.to_str().unwrap()]);
    let told: Value = serde_json::from_str(&embedded(&data, &["audit", "--json"])).unwrap();
    let told: Vec<Value> = told
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|deed| json!([deed["kind"], deed["detail"]["file"]]))
        .collect();
    assert_eq!(
        told,
        [json!(["user_added", null]), json!(["setting_changed", null]), json!(["restored", "monday.db"])],
        "what came after the copy is gone with the rest"
    );
    assert!(embedded(&data, &["setting", "list"]).contains("Bakery"));
}

#[tokio::test]
async fn a_database_of_version_8_gets_a_log_and_settings() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |config| {
        config.database = None;
        std::fs::write(config.data.join("lately.db"), VERSION_8).unwrap();
    })
    .await;
    portal.assert_exact().await;
    let mut alice = portal.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    assert_eq!(deeds(&mut alice, json!({})).await, Vec::<Value>::new());
    let change = json!({ "name": "portal.name", "value": "Old Bakery" });
    assert_eq!(alice.form("/setting/change", change).await.result(), true);
    assert_eq!(deeds(&mut alice, json!({})).await.len(), 1);
    portal.assert_exact().await;
    let fresh = TestPortal::with(|config| config.database = None).await;
    assert_eq!(portal.messenger().schema().await.unwrap(), fresh.messenger().schema().await.unwrap());
}
