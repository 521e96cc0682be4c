//! Old data still open: a database of each former version, and what it means to this program.

use lately_testkit::{Client, TestPortal};
use serde_json::json;

/// Two colleagues with one dialog. Alice wrote three messages, Bob has read the first and pinned the dialog.
const VERSION_1: &[u8] = include_bytes!("fixtures/version-1.db");

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
