//! Several servers of one portal, and a load balancer in front: it does not matter where somebody is connected.

use axum::http::uri::Authority;
use lately::cluster::balance::Balancer;
use lately::cluster::nats::Nats;
use lately::listen;
use lately_testkit::{Client, Ear, Person, TestPortal, database};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::stage::Stage;

/// Two servers of one portal with a bus between them.
async fn pair(nats: &Nats) -> (TestPortal, TestPortal) {
    let one = TestPortal::with(|config| {
        config.database = Some(database::server_address(&config.data));
        config.bus = Some(nats.url());
    })
    .await;
    let other = one.neighbour(|config| config.bus = Some(nats.url())).await;
    (one, other)
}

/// The same person, connected to another server of the portal.
async fn ear_at(other: &TestPortal, client: &Client) -> Ear {
    let config = client.ok("pull.config.get", json!({})).await;
    let token = config["jwt"].as_str().unwrap();
    let mut ear = other.ear_at(&format!("token={token}&jsonRpc=true")).await;
    ear.first_ping().await;
    ear
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_one_server_is_heard_at_the_other() {
    let nats = Nats::start().unwrap();
    let (one, other) = pair(&nats).await;
    let (alice, bob) = (one.client(Person::Alice).await, one.client(Person::Bob).await);
    let mut ear = ear_at(&other, &bob).await;
    for count in 1..=5 {
        alice.say(2, &format!("number {count}")).await;
        let heard = ear.heard("message").await;
        assert_eq!((&heard["counter"], &heard["dialogId"]), (&json!(count), &json!("1")));
    }
    bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1" })).await;
    assert_eq!(ear.heard("readMessageChat").await["counter"], 0);
    one.assert_exact().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_goes_over_the_bus() {
    let nats = Nats::start().unwrap();
    let (one, other) = pair(&nats).await;
    let (alice, bob) = (one.client(Person::Alice).await, one.client(Person::Bob).await);
    alice.say(2, "hello").await;
    let mut there = ear_at(&other, &bob).await;
    let mut here = one.ear(&alice).await;
    // Until the bus carries, what is told on it is lost.
    let sure = async {
        loop {
            alice.ok("im.dialog.writing", json!({ "DIALOG_ID": "2" })).await;
            let soon = std::time::Duration::from_millis(300);
            if let Ok(heard) = tokio::time::timeout(soon, there.heard("inputActionNotify")).await {
                return heard;
            }
        }
    };
    let heard = tokio::time::timeout(std::time::Duration::from_secs(20), sure).await.unwrap();
    assert_eq!((&heard["userId"], &heard["dialogId"]), (&json!(1), &json!("1")));
    let body = json!({ "module_id": "game", "command": "move", "params": { "x": 3 } });
    here.ask("publish", json!({ "userList": [2], "body": body })).await;
    loop {
        let (command, params) = there.next().await;
        if command == "move" {
            assert_eq!(params["x"], 3);
            break;
        }
    }
    here.ask("subscribeStatusChange", json!({ "userId": 2 })).await;
    there.drop_dead();
    assert_eq!(here.heard("userStatusChange").await, json!({ "user_id": 2, "online": false }));
    let back = ear_at(&other, &bob).await;
    assert_eq!(here.heard("userStatusChange").await, json!({ "user_id": 2, "online": true }));
    let seen = here.ask("getUsersLastSeen", json!({ "userList": [2] })).await;
    assert_eq!(seen["result"], json!({ "2": 0 }));
    drop(back);
}

#[tokio::test]
async fn a_socket_goes_through_the_load_balancer_and_ends_with_it() {
    let stage = Stage::set().await;
    let node: Authority = stage.portal.origin().trim_start_matches("http://").parse().unwrap();
    let balancer = Balancer::new([node]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gate = format!("http://{}", listener.local_addr().unwrap());
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    tasks.spawn(listen::serve(listener, None, balancer.router(), stop.clone(), tasks.clone()));
    let watching = tokio::spawn(balancer.watch(stop.clone()));
    let config = stage.bob.ok("pull.config.get", json!({})).await;
    let query = format!("token={}&jsonRpc=true", config["jwt"].as_str().unwrap());
    let mut ear = Ear::at(&gate, &query).await;
    ear.first_ping().await;
    stage.alice.say(2, "through the gate").await;
    assert_eq!(ear.heard("message").await["message"]["text"], "through the gate");
    assert!(ear.ask("ping", json!({})).await.get("result").is_some());
    assert_eq!(Ear::at(&gate, "token=x").await.closed().await, 4010);
    let polled = stage.portal.http().get(format!("{gate}/bitrix/sub/?token=x")).send().await.unwrap();
    assert_eq!(polled.status(), 403);
    stop.cancel();
    watching.await.unwrap();
    assert_eq!(ear.closed().await, 1006);
}
