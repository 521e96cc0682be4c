//! Several servers of one portal: on one PostgreSQL database, with a bus between them and without.

use lately::cluster::nats::Nats;
use lately_testkit::{Client, Person, Receiver, TestPortal, database};
use serde_json::json;

use crate::bot::register;
use crate::fire::proxy::Proxy;

/// A portal on a server, whatever the run.
async fn portal(bus: Option<String>) -> TestPortal {
    TestPortal::with(|config| {
        config.database = Some(database::server_address(&config.data));
        config.bus = bus;
    })
    .await
}

/// A portal whose way to its database can be cut.
async fn by_a_way() -> (TestPortal, Proxy) {
    let port = database::server().port();
    let way = Proxy::to(port).await;
    let through = |address: String| address.replace(&format!(":{port}/"), &format!(":{}/", way.port()));
    let address = |config: &lately::config::Config| Some(through(database::server_address(&config.data)));
    let portal = TestPortal::with(|config| config.database = address(config)).await;
    (portal, way)
}

/// The same person at another server of the portal.
fn at(other: &TestPortal, client: &Client) -> Client {
    let path = client.url.split_once("/rest/").expect("a webhook").1;
    Client::new(format!("{}/rest/{path}", other.origin()), client.user, other.http().clone())
}

/// Goes on until it is so. What is waited for is another thread's work and takes milliseconds.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), waiting).await.expect("it comes about");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_through_one_server_shows_at_the_other() {
    let one = portal(None).await;
    let other = one.neighbour(|_| {}).await;
    let (alice, bob) = (one.client(Person::Alice).await, one.client(Person::Bob).await);
    let bob = at(&other, &bob);
    assert_eq!(bob.recent(json!({})).await, Vec::<serde_json::Value>::new());
    alice.say(2, "first").await;
    let second = alice.say(2, "second").await;
    other.messenger().catch_up().await.unwrap();
    let row = bob.row(1).await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(2), &json!("second")));
    alice.ok("im.message.delete", json!({ "MESSAGE_ID": second })).await;
    bob.say(1, "and back").await;
    one.messenger().catch_up().await.unwrap();
    assert_eq!(alice.row(2).await.unwrap()["counter"], 1);
    assert_eq!(other.messenger().gauge().doubts, 0, "everything was told");
    one.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_counted_at_every_server() {
    let one = portal(None).await;
    let other = one.neighbour(|_| {}).await;
    let (alice, bob) = (one.client(Person::Alice).await, one.client(Person::Bob).await);
    let there = at(&other, &bob);
    let counted = async || {
        other.messenger().catch_up().await.unwrap();
        there.ok("im.counters.get", json!({})).await["TYPE"]["NOTIFY"].clone()
    };
    assert_eq!(counted().await, 0);
    let mut sent = Vec::new();
    for tag in ["", "T", "T"] {
        let params = json!({ "USER_ID": 2, "MESSAGE": "Hi", "TAG": tag, "CLIENT_ID": "shop" });
        sent.push(alice.ok("im.notify.system.add", params).await);
    }
    assert_eq!(counted().await, 2);
    bob.ok("im.notify.read", json!({ "ID": sent[0], "ONLY_CURRENT": "Y" })).await;
    assert_eq!(counted().await, 1);
    alice.ok("im.notify.delete", json!({ "TAG": "T", "CLIENT_ID": "shop" })).await;
    assert_eq!(counted().await, 0);
    bob.ok("im.notify.read", json!({ "ID": sent[0], "ACTION": "N" })).await;
    assert_eq!(counted().await, 1);
    assert_eq!(other.messenger().gauge().doubts, 0, "everything was told");
    one.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_bus_it_shows_without_being_looked_for() {
    let nats = Nats::start().unwrap();
    let one = portal(Some(nats.url())).await;
    let other = one.neighbour(|config| config.bus = Some(nats.url())).await;
    until(async || [&one, &other].iter().all(|node| node.messenger().bus_gauge().connected)).await;
    let (alice, bob) = (one.client(Person::Alice).await, one.client(Person::Bob).await);
    let bob = at(&other, &bob);
    bob.recent(json!({})).await;
    let heard = other.messenger().bus_gauge().heard;
    alice.say(2, "over the bus").await;
    until(async || bob.row(1).await.is_some_and(|row| row["counter"] == 1)).await;
    until(async || other.messenger().bus_gauge().heard > heard).await;
    assert_eq!(other.messenger().gauge().doubts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_over_all_servers() {
    let nats = Nats::start().unwrap();
    let strict = |config: &mut lately::config::Config| {
        config.bus = Some(nats.url());
        config.limits.bucket = true;
        config.limits.bucket_size = 4;
        config.limits.bucket_drain = 0.01;
    };
    let one = TestPortal::with(|config| {
        config.database = Some(database::server_address(&config.data));
        strict(config);
    })
    .await;
    let other = one.neighbour(strict).await;
    until(async || [&one, &other].iter().all(|node| node.messenger().bus_gauge().connected)).await;
    let alice = one.client(Person::Alice).await;
    for _ in 0..4 {
        alice.ok("server.time", json!({})).await;
    }
    let alice = at(&other, &alice);
    let mut asked = 0;
    until(async || {
        asked += 1;
        alice.call("server.time", json!({})).await.status == 503
    })
    .await;
    assert!(asked <= 5, "the other server let {asked} requests through");
    assert_eq!(alice.refused("server.time", json!({})).await.1, "QUERY_LIMIT_EXCEEDED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_removed_at_one_server_is_refused_at_the_other() {
    let one = portal(None).await;
    let other = one.neighbour(|_| {}).await;
    let alice = at(&other, &one.client(Person::Alice).await);
    alice.ok("profile", json!({})).await;
    let webhook = one.messenger().webhooks(None).await.unwrap()[0].id;
    assert!(one.messenger().remove_webhook(webhook).await.unwrap());
    other.messenger().catch_up().await.unwrap();
    assert_eq!(alice.refused("profile", json!({})).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_at_one_server_makes_the_other_look_anew() {
    let one = portal(None).await;
    let other = one.neighbour(|_| {}).await;
    let alice = at(&other, &one.client(Person::Alice).await);
    assert!(alice.recent(json!({})).await.is_empty());
    one.import(
        r#"{"type":"chat","id":7,"title":"Imported","owner":1,"created_at":"2026-03-02T09:00:00Z"}
{"type":"member","chat":7,"user":1,"joined_at":"2026-03-02T09:00:00Z"}
{"type":"message","id":70,"chat":7,"author":2,"date":"2026-03-02T09:30:00Z","text":"from elsewhere"}"#,
    )
    .await;
    other.messenger().catch_up().await.unwrap();
    assert_eq!(alice.row("chat7").await.unwrap()["counter"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_callers_hear_so_and_afterwards_all_goes_on() {
    let (one, way) = by_a_way().await;
    let alice = one.client(Person::Alice).await;
    alice.say(2, "before").await;
    way.cut();
    let send = json!({ "DIALOG_ID": "2", "MESSAGE": "meanwhile" });
    let (refused, unread) = tokio::join!(
        alice.refused("im.message.add", send),
        alice.refused("im.dialog.messages.get", json!({ "DIALOG_ID": "2" }))
    );
    assert_eq!(refused, (503, "OVERLOAD_LIMIT".to_owned()));
    assert_eq!(unread, (503, "OVERLOAD_LIMIT".to_owned()));
    way.mend();
    alice.say(2, "after").await;
    let page = alice.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "2" })).await;
    let texts: Vec<_> = page["messages"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
    assert_eq!(texts, ["after", "before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_not_done_twice() {
    let (one, way) = by_a_way().await;
    let alice = one.client(Person::Alice).await;
    let before = alice.say(2, "before").await;
    way.swallow_the_answer_to_a_commit();
    let sent = alice.say(2, "once").await;
    assert!(one.messenger().store_gauge().retries > 0, "the answer was lost");
    let page = alice.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "2" })).await;
    let ids: Vec<_> = page["messages"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [sent, before]);
    one.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_columns_and_keys() {
    let embedded = TestPortal::with(|config| config.database = None).await;
    let served = portal(None).await;
    let one = embedded.messenger().schema().await.unwrap();
    let other = served.messenger().schema().await.unwrap();
    assert!(one.iter().any(|line| line == "unique message (once) in part"), "{one:#?}");
    assert!(one.iter().any(|line| line == "member.read_at integer"), "{one:#?}");
    assert_eq!(one, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stops_although_its_bus_is_away() {
    let nats = Nats::start().unwrap();
    let one = portal(Some(nats.url())).await;
    until(async || one.messenger().bus_gauge().connected).await;
    one.client(Person::Alice).await.say(2, "before the end").await;
    drop(nats);
    until(async || !one.messenger().bus_gauge().connected).await;
    let stopping = tokio::time::timeout(std::time::Duration::from_secs(20), one.stop());
    stopping.await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_came_through_one_server_is_fetched_from_the_other_once() {
    let one = portal(None).await;
    let shared = one.data().join("files");
    let other = one.neighbour(|config| config.files.directory = Some(shared)).await;
    let (alice, bob) = (one.client(Person::Alice).await, one.client(Person::Bob).await);
    let (file, _) = crate::file::send(&alice, "2", "a.txt", "shared").await;
    other.messenger().catch_up().await.unwrap();
    let params = json!({ "dialogId": "1", "fileId": file["id"] });
    let link = bob.ok("im.v2.File.download", params).await["downloadUrl"].clone();
    assert_eq!(crate::file::fetch(&other, &link).await, (200, b"shared".to_vec()));
    assert_eq!(crate::file::fetch(&one, &link).await.0, 403, "it was used at the other server");
    assert_eq!(crate::file::fetch(&other, &file["urlDownload"]).await.0, 200);
    assert_eq!((one.messenger().sweep().await.unwrap(), other.messenger().sweep().await.unwrap()), (0, 0));
    one.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_registered_at_one_server_hears_what_is_said_at_the_other() {
    let one = portal(None).await;
    let other = one.neighbour(|_| {}).await;
    let (alice, bob) = (one.client(Person::Alice).await, one.client(Person::Bob).await);
    let bob = at(&other, &bob);
    bob.say(1, "There is no bot yet").await;
    let mut receiver = Receiver::start().await;
    let marta = register(&alice, &receiver, json!({})).await;
    let message = bob.say(marta, "first").await;
    assert_eq!(receiver.told().await.event(), "ONIMBOTJOINCHAT");
    assert_eq!(receiver.told().await.data("PARAMS")["MESSAGE_ID"], message.to_string());
    alice.ok("imbot.unregister", json!({ "BOT_ID": marta, "CLIENT_ID": "shop" })).await;
    bob.say(marta, "too late").await;
    let again = register(&alice, &receiver, json!({})).await;
    bob.say(again, "second").await;
    let mut events = Vec::new();
    while events.len() < 3 {
        events.push(receiver.told().await.event().to_owned());
    }
    assert_eq!(events, ["ONIMBOTDELETE", "ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD"]);
    one.assert_exact().await;
}
