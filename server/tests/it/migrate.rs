//! Old data still open: a database of each former version, and what it means to this program.

use lately_testkit::{Client, Person, TestPortal};
use serde_json::json;

/// Two colleagues with one dialog. Alice wrote three messages, Bob has read the first and pinned the dialog.
const VERSION_1: &[u8] = include_bytes!("fixtures/version-1.db");

/// Bob's notifications, which version 2 kept as messages read by position: the first of three is read, a fourth gone.
const VERSION_2_NOTIFICATIONS: &[u8] = include_bytes!("fixtures/version-2-notifications.db");

/// Alice and Ольга, who leads a department, in a group of which Ольга has one message to read.
const VERSION_2_PEOPLE: &[u8] = include_bytes!("fixtures/version-2-people.db");

/// A group in which alice posted two files, of which version 4 knew no more than what they are.
const VERSION_4_FILES: &[u8] = include_bytes!("fixtures/version-4-files.db");

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

    let mut ear = portal.ear(&portal.client(Person::Bob).await).await;
    assert_eq!(alice.say(2, "written by this version").await, 4);
    assert_eq!(bob.row(1).await.unwrap()["counter"], 3);
    assert_eq!(ear.heard("message").await["counter"], 3, "older data have a log of events and a secret too");
    portal.assert_exact().await;

    let fresh = TestPortal::with(|config| config.database = None).await;
    assert_eq!(portal.messenger().schema().await.unwrap(), fresh.messenger().schema().await.unwrap());
}

#[tokio::test]
async fn notifications_of_version_2_are_read_one_by_one_from_now_on() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |config| {
        config.database = None;
        std::fs::write(config.data.join("lately.db"), VERSION_2_NOTIFICATIONS).unwrap();
    })
    .await;
    portal.assert_exact().await;
    let bob = Client::new(format!("{}/rest/2/version2secret/", portal.origin()), 2, portal.http().clone());
    let page = bob.ok("im.notify.get", json!({})).await;
    let shown = page["notifications"].as_array().unwrap().iter();
    let shown: Vec<_> = shown.map(|one| json!([one["id"], one["notify_type"], one["notify_read"]])).collect();
    assert_eq!(shown, [json!([3, 2, "N"]), json!([2, 4, "N"]), json!([1, 2, "Y"])]);
    let unread = async || bob.ok("im.counters.get", json!({})).await["TYPE"]["NOTIFY"].clone();
    assert_eq!(unread().await, 2);
    bob.ok("im.notify.read", json!({ "ID": 2, "ONLY_CURRENT": "Y" })).await;
    assert_eq!(unread().await, 1);
    let next = bob.ok("im.notify.personal.add", json!({ "USER_ID": 2, "MESSAGE": "Next" })).await;
    assert_eq!((next, unread().await), (json!(5), json!(2)));
    portal.assert_exact().await;

    let fresh = TestPortal::with(|config| config.database = None).await;
    assert_eq!(portal.messenger().schema().await.unwrap(), fresh.messenger().schema().await.unwrap());
}

#[tokio::test]
async fn in_a_database_of_version_2_everybody_and_everything_is_found() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |config| {
        config.database = None;
        std::fs::write(config.data.join("lately.db"), VERSION_2_PEOPLE).unwrap();
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

#[tokio::test]
async fn files_of_version_4_belong_to_their_messages_and_new_ones_come_beside_them() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |config| {
        config.database = None;
        std::fs::write(config.data.join("lately.db"), VERSION_4_FILES).unwrap();
    })
    .await;
    portal.assert_exact().await;
    let client = |user: i64| {
        Client::new(format!("{}/rest/{user}/version4secret/", portal.origin()), user, portal.http().clone())
    };
    let (alice, bob) = (client(1), client(2));
    let page = bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "chat1" })).await;
    let shown = page["files"].as_array().unwrap().iter();
    let shown: Vec<_> = shown.map(|file| json!([file["id"], file["name"], file["urlDownload"]])).collect();
    assert_eq!(shown, [json!([6, "notes.txt", ""]), json!([5, "scan.png", ""])]);
    let hung = bob.ok("disk.attachedObject.get", json!({ "id": 5 })).await;
    assert_eq!((&hung["ENTITY_ID"], &hung["DOWNLOAD_URL"]), (&json!("1"), &json!("")));
    let (file, _) = crate::file::send(&alice, "chat1", "new.txt", "new").await;
    assert_eq!(file["id"], 9, "folders took 7 and 8");
    assert_eq!(crate::file::fetch(&portal, &file["urlDownload"]).await, (200, b"new".to_vec()));
    assert_eq!(alice.ok("im.disk.file.delete", json!({ "CHAT_ID": 1, "FILE_ID": 6 })).await, true);
    let page = bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "chat1" })).await;
    assert_eq!(page["messages"][2]["params"], json!({ "IS_DELETED": "Y" }));
    portal.assert_exact().await;

    let fresh = TestPortal::with(|config| config.database = None).await;
    assert_eq!(portal.messenger().schema().await.unwrap(), fresh.messenger().schema().await.unwrap());
}
