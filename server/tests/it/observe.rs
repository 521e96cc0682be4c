//! What those who look after a server see of it: metrics, probes, and the number of each request.

mod log;
mod stop;

use lately_testkit::{Client, Person, TestPortal};
use reqwest::Response;
use serde_json::json;

/// A portal that also answers those who look after it.
async fn watched() -> TestPortal {
    TestPortal::with(|config| config.observe.listen = vec!["127.0.0.1:0".parse().expect("an address")]).await
}

/// A page for those who look after the portal.
async fn page(portal: &TestPortal, path: &str) -> Response {
    let address = portal.server.observe.first().expect("an address");
    portal.http().get(format!("http://{address}{path}")).send().await.expect("the server answers")
}

async fn metrics(portal: &TestPortal) -> String {
    page(portal, "/metrics").await.text().await.expect("text")
}

/// The value of one series.
fn value(metrics: &str, series: &str) -> Option<f64> {
    let line = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
    metrics.lines().find_map(line)
}

/// Where the API is.
async fn beside(portal: &TestPortal, path: &str) -> Response {
    portal.http().get(format!("{}{path}", portal.origin())).send().await.expect("the server answers")
}

#[tokio::test]
async fn every_figure_that_is_promised_is_there() {
    let portal = watched().await;
    portal.client(Person::Alice).await.say(2, "hello").await;
    let answer = page(&portal, "/metrics").await;
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let metrics = answer.text().await.expect("text");
    for series in [
        "lately_requests_in_flight",
        "lately_resident_people",
        "lately_resident_rows",
        "lately_resident_rooms",
        "lately_resident_bytes",
        "lately_resident_doubts_total",
        "lately_store_queue",
        "lately_store_available",
        "lately_store_position",
        "lately_store_commits_total",
        "lately_store_retries_total",
        "lately_store_statements_total",
        "lately_store_batch_size_sum",
        "lately_store_batch_size_count",
        "lately_bus_joined",
        "lately_bus_connected",
        "lately_bus_lag_milliseconds",
        "lately_bus_sent_total",
        "lately_bus_dropped_total",
        "lately_bus_heard_total",
        "lately_neighbour_transactions_total",
        "lately_counters_repaired_total",
        "lately_uptime_seconds",
        "process_resident_memory_bytes",
        "process_open_fds",
    ] {
        assert!(value(&metrics, series).is_some(), "{series} is not in {metrics}");
    }
    assert_eq!(value(&metrics, "lately_counters_repaired_total"), Some(0.0));
    assert_eq!(value(&metrics, "lately_requests_in_flight"), Some(0.0));
    assert!(metrics.ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_call_is_counted_by_its_method_and_code() {
    let portal = watched().await;
    let alice = portal.client(Person::Alice).await;
    let read = |metrics: &str, code: u16| {
        value(metrics, &format!("lately_requests_total{{method=\"im.recent.get\",code=\"{code}\"}}"))
    };
    assert_eq!(read(&metrics(&portal).await, 200), None, "what nobody called has no series");
    for _ in 0..3 {
        alice.recent(json!({})).await;
    }
    let wrong = format!("{}/rest/1/wrong/IM.RECENT.GET", portal.origin());
    assert_eq!(alice.send(portal.http().get(wrong)).await.status, 401);
    let metrics = metrics(&portal).await;
    assert_eq!((read(&metrics, 200), read(&metrics, 401)), (Some(3.0), Some(1.0)), "{metrics}");
    let durations = "lately_request_duration_seconds_count{method=\"im.recent.get\"}";
    assert_eq!(value(&metrics, durations), Some(4.0));
    assert_eq!(value(&metrics, "lately_resident_people"), Some(1.0));
}

#[tokio::test]
async fn names_that_nobody_knows_share_one_series() {
    let portal = watched().await;
    let alice = portal.client(Person::Alice).await;
    for number in 0..50 {
        assert_eq!(alice.call(&format!("no.such.method{number}"), json!({})).await.status, 404);
        assert_eq!(alice.call(&format!("crm.method{number}"), json!({})).await.status, 401);
    }
    let metrics = metrics(&portal).await;
    assert_eq!(value(&metrics, "lately_requests_total{method=\"unknown\",code=\"404\"}"), Some(50.0));
    assert_eq!(value(&metrics, "lately_requests_total{method=\"unknown\",code=\"401\"}"), Some(50.0));
    assert!(!metrics.contains("no.such") && !metrics.contains("crm"), "{metrics}");
}

#[tokio::test]
async fn metrics_have_listeners_of_their_own_and_probes_answer_everywhere() {
    let portal = watched().await;
    assert_eq!(beside(&portal, "/metrics").await.status(), 404);
    for path in ["/healthz", "/readyz"] {
        for answer in [beside(&portal, path).await, page(&portal, path).await] {
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.text().await.expect("text"), "ok\n", "{path}");
        }
    }
    assert_eq!(page(&portal, "/rest/server.time").await.status(), 404);
    assert!(TestPortal::start().await.server.observe.is_empty(), "off unless configured");
}

#[tokio::test]
async fn a_server_whose_store_is_gone_lives_but_is_not_ready() {
    let portal = watched().await;
    portal.messenger().close().await;
    for answer in [beside(&portal, "/readyz").await, page(&portal, "/readyz").await] {
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.text().await.expect("text"), "the store fails\n");
    }
    assert_eq!(beside(&portal, "/healthz").await.status(), 200);
}

async fn number(client: &Client, brought: Option<&str>, packed: bool) -> String {
    let mut request = client.get("server.time");
    if let Some(brought) = brought {
        request = request.header("x-request-id", brought);
    }
    if packed {
        request = request.header("accept-encoding", "gzip");
    }
    let reply = client.send(request).await;
    assert_eq!(reply.status, 200);
    reply.header("x-request-id").expect("a number").to_owned()
}

#[tokio::test]
async fn a_request_keeps_its_number_or_is_given_one() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for packed in [false, true] {
        assert_eq!(number(&alice, Some("proxy-7.A_b"), packed).await, "proxy-7.A_b");
        let (one, other) = (number(&alice, None, packed).await, number(&alice, None, packed).await);
        assert!(one != other && !one.is_empty());
        for insane in ["two words", "{\"a\":1}", &"x".repeat(65)] {
            let given = number(&alice, Some(insane), packed).await;
            assert!(given != insane && !given.is_empty());
        }
    }
    let refused = alice.call("no.such.method", json!({})).await;
    assert!(refused.header("x-request-id").is_some());
    assert!(beside(&portal, "/").await.headers().contains_key("x-request-id"));
}
