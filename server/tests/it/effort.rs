//! What noise cannot touch: statements and rows asked of the database for a read and for a send, whatever the size.

use lately_store::Work;
use lately_testkit::{Client, TestPortal};
use serde_json::{Value, json};

use crate::stage::Stage;

/// What a call costs the database, once nothing is new about it.
async fn cost(portal: &TestPortal, client: &Client, method: &str, params: &Value) -> Work {
    for _ in 0..2 {
        client.ok(method, params.clone()).await;
    }
    let before = portal.messenger().store_gauge().work;
    client.ok(method, params.clone()).await;
    portal.messenger().store_gauge().work.since(before)
}

/// Chats from 1000 on, each of its own size, with alice among the members of all.
async fn halls(stage: &Stage, sizes: &[i64]) {
    let mut lines = String::new();
    let most = sizes.iter().max().copied().unwrap_or(0);
    for user in 100..100 + most {
        lines.push_str(&format!("{{\"type\":\"user\",\"id\":{user},\"first_name\":\"Guest {user}\"}}\n"));
    }
    for (place, size) in sizes.iter().enumerate() {
        let chat = 1000 + place;
        let date = "2026-03-01T10:00:00Z";
        lines.push_str(&format!(
            "{{\"type\":\"chat\",\"id\":{chat},\"title\":\"Hall of {size}\",\"owner\":1,\"created_at\":\"{date}\"}}\n"
        ));
        for user in std::iter::once(1).chain(100..).take(usize::try_from(*size).unwrap()) {
            lines.push_str(&format!(
                "{{\"type\":\"member\",\"chat\":{chat},\"user\":{user},\"joined_at\":\"{date}\"}}\n"
            ));
        }
    }
    stage.portal.import(&lines).await;
}

#[tokio::test]
async fn a_message_costs_the_same_in_a_chat_of_two_and_of_ten_thousand() {
    let stage = Stage::set().await;
    halls(&stage, &[2, 10_000]).await;
    let mut costs = Vec::new();
    for chat in [1000, 1001] {
        let params = json!({ "DIALOG_ID": format!("chat{chat}"), "MESSAGE": "The hall is open" });
        costs.push(cost(&stage.portal, &stage.alice, "im.message.add", &params).await);
    }
    assert_eq!(costs[0], costs[1]);
    // The portal's position, the message, its chat, its author's seat, and one row of the log of events; on a server
    // also the outbox.
    let shared = u64::from(lately_testkit::database::on_a_server());
    assert_eq!((costs[0].statements, costs[0].rows_written), (10 + shared, 5 + shared));
}

#[tokio::test]
async fn reading_a_list_asks_the_database_nothing_whatever_its_length() {
    let stage = Stage::set().await;
    for rows in [10, 10_000] {
        stage.import_rows(rows).await;
        for (method, params) in [
            ("im.recent.get", json!({})),
            ("im.recent.get", json!({ "LAST_SYNC_DATE": "2026-03-02T09:59:00+00:00" })),
            ("im.recent.list", json!({})),
            ("im.counters.get", json!({})),
        ] {
            let work = cost(&stage.portal, &stage.alice, method, &params).await;
            assert_eq!(work, Work::default(), "{method} {params} with {rows} rows");
        }
    }
}

#[tokio::test]
async fn a_read_after_a_message_asks_the_database_nothing_either() {
    let stage = Stage::set().await;
    stage.alice.say(2, "one").await;
    stage.bob.recent(json!({})).await;
    stage.alice.say(2, "two").await;
    let before = stage.portal.messenger().store_gauge().work;
    assert_eq!(stage.bob.row(1).await.unwrap()["counter"], 2);
    assert_eq!(stage.portal.messenger().store_gauge().work.since(before), Work::default());
}
