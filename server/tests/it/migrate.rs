//! Old data still open: a database of each former version, and what it means to this program.

use lately_testkit::{Client, TestPortal};
use serde_json::json;

/// Two colleagues with one dialog. Alice wrote three messages, Bob has read the first and pinned the dialog.
const VERSION_1: &[u8] = include_bytes!("fixtures/version-1.db");

/// Alice and Ольга, who leads a department, in a group of which Ольга has one message to read.
const VERSION_2: &[u8] = include_bytes!("fixtures/version-2.db");

#[tokio::test]
async fn a_database_of_version_1_opens_and_means_what_it_meant() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |config| {
        config.database = None;
        std::fs::write(config.data.join("lately.db"), VERSION_1).unwrap();
    })
    .await;
    portal.assert_exact().await;
    let client = |user: i64| {
        Client::new(format!("{}/rest/{user}/version1secret/", portal.origin()), user, portal.http().clone())
    };
    let (alice, bob) = (client(1), client(2));
    let row = bob.row(1).await.unwrap();
    assert_eq!(
        (&row["counter"], &row["pinned"], &row["title"]),
        (&json!(2), &json!(true), &json!("Alice Adams"))
    );
    assert_eq!(row["message"]["text"], "message 3 of version 1");
    assert_eq!(alice.row(2).await.unwrap()["counter"], 0);

    assert_eq!(alice.say(2, "written by this version").await, 4);
    assert_eq!(bob.row(1).await.unwrap()["counter"], 3);
    portal.assert_exact().await;

    let fresh = TestPortal::with(|config| config.database = None).await;
    assert_eq!(portal.messenger().schema().await.unwrap(), fresh.messenger().schema().await.unwrap());
}

#[tokio::test]
async fn in_a_database_of_version_2_everybody_and_everything_is_found() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |config| {
        config.database = None;
        std::fs::write(config.data.join("lately.db"), VERSION_2).unwrap();
    })
    .await;
    portal.assert_exact().await;
    let olga = Client::new(format!("{}/rest/2/version2secret/", portal.origin()), 2, portal.http().clone());
    let row = olga.row("chat1").await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("message 1 of version 2")));
    for find in ["СВЕТЛО ольга", "analyst", "прод"] {
        let found = olga.call("im.search.user.list", json!({ "FIND": find })).await;
        assert_eq!((&found.body["total"], &found.result()["2"]["id"]), (&json!(1), &json!(2)), "{find}");
    }
    for find in ["計画", "会議", "adams"] {
        let found = olga.ok("im.search.chat.list", json!({ "FIND": find })).await;
        assert_eq!((&found[0]["id"], &found[0]["name"]), (&json!(1), &json!("計画会議")), "{find}");
    }
    let staff = olga.ok("im.department.employees.get", json!({ "ID": [1, 2] })).await;
    assert_eq!(staff, json!({ "1": [1], "2": [2] }));
}
