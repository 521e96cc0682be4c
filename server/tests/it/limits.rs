//! How much one caller may ask: nothing is limited unless configured (core.md 8).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use lately::boot::Server;
use lately::config::Config;
use lately_messenger::Clock;
use lately_messenger::webhook::NewWebhook;
use lately_model::{Revision, Scopes, User, UserId};
use lately_testkit::{Client, CountingDice, Person, TestPortal};
use serde_json::{Value, json};
use tempfile::TempDir;

const OK: u16 = 200;
const FULL: u16 = 503;

async fn with_bucket(size: u32) -> TestPortal {
    TestPortal::with(|config| {
        config.limits.bucket = true;
        config.limits.bucket_size = size;
    })
    .await
}

/// The statuses of so many calls in a row.
async fn statuses(client: &Client, times: usize) -> Vec<u16> {
    let mut found = Vec::new();
    for _ in 0..times {
        found.push(client.call("server.time", json!({})).await.status);
    }
    found
}

#[tokio::test]
async fn nothing_is_limited_unless_configured() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    assert_eq!(statuses(&alice, 300).await, vec![OK; 300]);
    let reply = alice.call("im.recent.get", json!({})).await;
    assert_eq!(reply.body["time"]["operating"].as_f64(), Some(0.0));
}

#[tokio::test]
async fn a_full_bucket_refuses_and_drains_two_a_second() {
    let portal = with_bucket(5).await;
    let alice = portal.client(Person::Alice).await;
    assert_eq!(statuses(&alice, 5).await, vec![OK; 5]);
    let refused = alice.call("server.time", json!({})).await;
    assert_eq!(refused.error(), (FULL, "QUERY_LIMIT_EXCEEDED"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    portal.clock.step(1);
    assert_eq!(statuses(&alice, 3).await, [OK, OK, FULL]);
    portal.clock.step(3600);
    assert_eq!(statuses(&alice, 6).await, [OK, OK, OK, OK, OK, FULL]);
}

#[tokio::test]
async fn the_pace_of_draining_is_a_setting() {
    let portal = TestPortal::with(|config| {
        config.limits.bucket = true;
        config.limits.bucket_size = 10;
        config.limits.bucket_drain = 5.0;
    })
    .await;
    let alice = portal.client(Person::Alice).await;
    statuses(&alice, 10).await;
    portal.clock.step(1);
    assert_eq!(statuses(&alice, 6).await, [OK, OK, OK, OK, OK, FULL]);
}

#[tokio::test]
async fn callers_at_one_address_share_a_bucket_and_errors_count_too() {
    let portal = with_bucket(4).await;
    let alice = portal.client(Person::Alice).await;
    let bob = portal.client(Person::Bob).await;
    assert_eq!(statuses(&alice, 1).await, [OK]);
    assert_eq!(bob.call("no.such.method", json!({})).await.status, 404);
    assert_eq!(bob.call("im.recent.hide", json!({})).await.status, 400);
    assert_eq!(statuses(&bob, 2).await, [OK, FULL]);
    assert_eq!(statuses(&alice, 1).await, [FULL]);
}

#[tokio::test]
async fn asking_whether_one_may_call_is_free() {
    let portal = with_bucket(1).await;
    let alice = portal.client(Person::Alice).await;
    for _ in 0..5 {
        let url = format!("{}server.time", alice.url);
        let asked = alice.send(portal.http().request(reqwest::Method::OPTIONS, url)).await;
        assert_eq!(asked.status, 204);
    }
    assert_eq!(statuses(&alice, 2).await, [OK, FULL]);
}

#[tokio::test]
async fn a_batch_is_one_request() {
    let portal = with_bucket(2).await;
    let alice = portal.client(Person::Alice).await;
    let cmd = vec!["server.time"; 50];
    for _ in 0..2 {
        let result = alice.ok("batch", json!({ "cmd": cmd })).await;
        assert_eq!(result["result"].as_array().map(Vec::len), Some(50));
    }
    assert_eq!(alice.call("batch", json!({ "cmd": cmd })).await.error(), (FULL, "QUERY_LIMIT_EXCEEDED"));
}

#[tokio::test]
async fn a_refused_request_writes_nothing() {
    let portal = with_bucket(1).await;
    let alice = portal.client(Person::Alice).await;
    alice.say(2, "first").await;
    let second = alice.call("im.message.add", json!({ "DIALOG_ID": 2, "MESSAGE": "second" })).await;
    assert_eq!(second.status, FULL);
    portal.clock.step(60);
    assert_eq!(alice.row(2).await.expect("a row")["message"]["text"], "first");
}

/// A clock that goes on by a stride whenever somebody looks, so that calls take time.
struct StridingClock {
    seconds: AtomicI64,
    stride: AtomicI64,
}

impl StridingClock {
    fn stride(&self, seconds: i64) {
        self.stride.store(seconds, Ordering::SeqCst);
    }

    fn step(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for StridingClock {
    fn now(&self) -> Timestamp {
        let seconds = self.seconds.fetch_add(self.stride.load(Ordering::SeqCst), Ordering::SeqCst);
        Timestamp::from_second(seconds).expect("a moment within range")
    }
}

/// A portal in which every look at the clock costs what the test says.
struct SlowPortal {
    server: Server,
    clock: Arc<StridingClock>,
    _dir: TempDir,
}

impl SlowPortal {
    async fn start(operating_seconds: Option<u32>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let mut config = Config { data: dir.path().to_owned(), ..Config::default() };
        config.http.listen = vec!["127.0.0.1:0".parse().expect("an address")];
        config.limits.operating_seconds = operating_seconds;
        // The beginning of a minute, as minutes are what is counted.
        let clock =
            Arc::new(StridingClock { seconds: AtomicI64::new(1_772_445_600), stride: AtomicI64::new(0) });
        let handed: Arc<StridingClock> = Arc::clone(&clock);
        let server = Server::start(config, handed, Arc::new(CountingDice::default()))
            .await
            .expect("the server starts");
        for name in ["Alice", "Bob"] {
            let user = User { active: true, first_name: name.to_owned(), ..User::default() };
            server.messenger().add_user(None, user).await.expect("the person is added");
        }
        drop(rustls::crypto::ring::default_provider().install_default());
        Self { server, clock, _dir: dir }
    }

    async fn client(&self, user: i64) -> Client {
        let new = NewWebhook {
            user: UserId(user),
            scopes: Scopes::all(),
            secret: None,
            revision: Revision::R33,
            expires_at: None,
            title: String::new(),
        };
        let (_, secret) = self.server.messenger().add_webhook(new).await.expect("a webhook");
        let origin = self.server.http.first().expect("an address");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Client::new(format!("http://{origin}/rest/{user}/{secret}/"), user, http)
    }

    /// Calls a method that takes time, and stops the clock again.
    async fn slowly(&self, client: &Client, method: &str, params: Value) -> lately_testkit::Reply {
        self.clock.stride(7);
        let reply = client.call(method, params).await;
        self.clock.stride(0);
        reply
    }
}

#[tokio::test]
async fn the_call_that_uses_up_the_time_ends_and_the_next_is_refused() {
    let portal = SlowPortal::start(Some(5)).await;
    let alice = portal.client(1).await;
    let long = portal.slowly(&alice, "im.counters.get", json!({})).await;
    assert_eq!(long.status, OK);
    let used = long.body["time"]["operating"].as_f64().expect("a number");
    assert!(used >= 7.0, "{used}");
    let reset = long.body["time"]["operating_reset_at"].as_i64().expect("a number");
    assert_eq!(reset % 60, 0);

    let refused = alice.call("im.counters.get", json!({})).await;
    assert_eq!(refused.error(), (429, "OPERATION_TIME_LIMIT"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    assert_eq!(alice.call("server.time", json!({})).await.status, OK, "another method");
    assert_eq!(portal.client(1).await.call("im.counters.get", json!({})).await.status, OK, "another webhook");
    assert_eq!(portal.client(2).await.call("im.counters.get", json!({})).await.status, OK, "another person");

    portal.clock.step(reset - portal.clock.now().as_second() - 1);
    assert_eq!(alice.call("im.counters.get", json!({})).await.status, 429);
    portal.clock.step(1);
    let again = alice.call("im.counters.get", json!({})).await;
    assert_eq!((again.status, again.body["time"]["operating"].as_f64()), (OK, Some(0.0)));
}

#[tokio::test]
async fn time_is_not_counted_unless_configured() {
    let portal = SlowPortal::start(None).await;
    let alice = portal.client(1).await;
    for _ in 0..3 {
        let reply = portal.slowly(&alice, "im.counters.get", json!({})).await;
        assert_eq!((reply.status, reply.body["time"]["operating"].as_f64()), (OK, Some(0.0)));
        assert!(reply.body["time"]["duration"].as_f64() >= Some(7.0));
    }
}

#[tokio::test]
async fn a_batch_is_not_counted_but_its_commands_are() {
    let portal = SlowPortal::start(Some(5)).await;
    let alice = portal.client(1).await;
    let cmd = json!({ "cmd": { "a": "im.counters.get", "b": "im.counters.get", "c": "user.current" } });
    let first = portal.slowly(&alice, "batch", cmd.clone()).await;
    assert_eq!(first.result()["result_error"]["b"]["error"], "OPERATION_TIME_LIMIT");
    assert!(first.result()["result"]["c"].is_object());
    assert!(first.result()["result_time"]["a"]["operating"].as_f64() >= Some(7.0), "{}", first.text);
    let own = first.body["time"]["operating"].as_f64().expect("a number");
    assert!(own == 0.0 && own.is_sign_positive(), "{own}");

    let second = alice.call("batch", cmd).await;
    let errors = second.result()["result_error"].as_object().expect("an object");
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(errors.values().all(|error| error["error"] == "OPERATION_TIME_LIMIT"));
    assert_eq!(alice.call("im.counters.get", json!({})).await.status, 429, "outside of the batch too");
}
