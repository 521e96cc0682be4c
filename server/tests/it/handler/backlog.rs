//! `event.offline.*`: what applications are not told of but fetch.

use lately_testkit::Person;
use serde_json::{Value, json};

use super::{Stage, add_user, refused};
use crate::stage::{NOW, assert_shape};

async fn list(stage: &Stage, params: Value) -> Vec<Value> {
    stage.alice.ok("event.offline.list", params).await.as_array().expect("a list").clone()
}

async fn get(stage: &Stage, params: Value) -> (Value, Vec<Value>) {
    let got = stage.alice.ok("event.offline.get", params).await;
    (got["process_id"].clone(), got["events"].as_array().expect("a list").clone())
}

async fn bind_offline(stage: &Stage, event: &str) {
    let params = json!({ "event": event, "event_type": "offline" });
    assert_eq!(stage.alice.ok("event.bind", params).await, true);
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["ID"].as_str().expect("a number as text")).collect()
}

/// An application whose queue has so many entries, one for each new colleague.
async fn with_entries(count: usize) -> Stage {
    let stage = Stage::set().await;
    bind_offline(&stage, "ONUSERADD").await;
    let webhook = stage.portal.client(Person::Alice).await;
    for number in 0..count {
        add_user(&webhook, &format!("New{number}")).await;
        stage.portal.clock.step(1);
    }
    stage
}

#[tokio::test]
async fn what_happens_is_noted_once_for_each_thing_and_fetched_away() {
    let stage = Stage::set().await;
    bind_offline(&stage, "ONUSERADD").await;
    bind_offline(&stage, "ONAPPTEST").await;
    let webhook = stage.portal.client(Person::Alice).await;
    let grace = add_user(&webhook, "Grace").await;
    for number in 0..3 {
        stage.bob.ok("event.test", json!({ "number": number })).await;
        stage.portal.clock.step(10);
    }
    let listed = list(&stage, json!({})).await;
    let example = json!({
        "ID": "1", "TIMESTAMP_X": "x", "EVENT_NAME": "x", "EVENT_DATA": { "ID": 1 },
        "EVENT_ADDITIONAL": { "user_id": 1 }, "MESSAGE_ID": "x", "PROCESS_ID": "", "ERROR": "0",
    });
    assert_shape(&listed[0], &example);
    assert_eq!(listed.len(), 2, "a test is one thing, however often");
    assert_eq!(
        (&listed[0]["EVENT_NAME"], &listed[0]["EVENT_DATA"]["ID"]),
        (&json!("ONUSERADD"), &json!(grace))
    );
    assert_eq!(
        (&listed[0]["TIMESTAMP_X"], &listed[0]["EVENT_ADDITIONAL"]),
        (&json!(NOW), &json!({ "user_id": 1 }))
    );
    assert_eq!(listed[1]["EVENT_DATA"]["QUERY"]["number"], 2, "with the newest of it");
    assert_eq!(listed[1]["TIMESTAMP_X"], "2026-03-02T10:00:20+00:00");
    let (process, events) = get(&stage, json!({})).await;
    assert_eq!(process, Value::Null);
    let keys: Vec<&String> = events[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["ID", "TIMESTAMP_X", "EVENT_NAME", "EVENT_DATA", "EVENT_ADDITIONAL", "MESSAGE_ID"]);
    assert_eq!(ids(&events), ids(&listed));
    assert_eq!(list(&stage, json!({})).await, Vec::<Value>::new(), "gone");
    assert_eq!(get(&stage, json!({})).await, (Value::Null, Vec::new()));
    stage.settle().await;
    assert_eq!(stage.receiver.count(), 0, "and nobody was called");
}

#[tokio::test]
async fn what_a_process_reserved_is_its_own_until_it_is_done_or_fails() {
    let stage = with_entries(5).await;
    let (first, events) = get(&stage, json!({ "clear": 0, "limit": 2 })).await;
    let (second, others) = get(&stage, json!({ "clear": 0, "limit": 2 })).await;
    let all = list(&stage, json!({})).await;
    assert_eq!(all.len(), 5, "reserved is not gone");
    assert_ne!(first, second);
    assert_eq!([ids(&events), ids(&others)].concat(), ids(&all)[..4], "nobody gets what another has");
    assert_eq!(
        (&all[0]["PROCESS_ID"], &all[3]["PROCESS_ID"], &all[4]["PROCESS_ID"]),
        (&first, &second, &json!(""))
    );
    let (more, rest) = get(&stage, json!({ "clear": 0, "process_id": first })).await;
    assert_eq!((&more, ids(&rest)), (&first, vec![ids(&all)[4]]), "the same process takes more");
    assert_eq!(get(&stage, json!({ "clear": 0 })).await.1, Vec::<Value>::new());

    let clear = async |params: Value| assert_eq!(stage.alice.ok("event.offline.clear", params).await, true);
    clear(json!({ "process_id": first, "id": [all[0]["ID"], all[2]["ID"]] })).await;
    assert_eq!(ids(&list(&stage, json!({})).await), ids(&all)[1..], "only what is its own");
    clear(json!({ "process_id": first, "message_id": [all[4]["MESSAGE_ID"]] })).await;
    assert_eq!(ids(&list(&stage, json!({})).await), ids(&all)[1..4]);
    let failed = json!({ "process_id": second, "message_id": [all[3]["MESSAGE_ID"], all[1]["MESSAGE_ID"]] });
    assert_eq!(stage.alice.ok("event.offline.error", failed).await, true);
    let errors: Vec<_> = list(&stage, json!({})).await.iter().map(|event| event["ERROR"].clone()).collect();
    assert_eq!(errors, ["0", "0", "1"]);
    assert_eq!(get(&stage, json!({})).await.1, Vec::<Value>::new(), "what failed is not fetched");
    let again = get(&stage, json!({ "error": 1, "clear": 0, "process_id": "again" })).await;
    assert_eq!((&again.0, ids(&again.1)), (&json!("again"), vec![ids(&all)[3]]), "unless it is asked for");
    clear(json!({ "process_id": first })).await;
    clear(json!({ "process_id": second })).await;
    clear(json!({ "process_id": "nobodys" })).await;
    assert_eq!(ids(&list(&stage, json!({})).await), [ids(&all)[3]]);
    clear(json!({ "process_id": "again", "id": "" })).await;
    assert_eq!(list(&stage, json!({})).await, Vec::<Value>::new());
}

#[tokio::test]
async fn callers_at_the_same_time_get_each_entry_once() {
    let stage = with_entries(30).await;
    let fetch = || get(&stage, json!({ "limit": 5 }));
    let (a, b, c, d, e, f) = tokio::join!(fetch(), fetch(), fetch(), fetch(), fetch(), fetch());
    let got = [a.1, b.1, c.1, d.1, e.1, f.1];
    let mut numbers: Vec<i64> =
        got.concat().iter().map(|event| event["ID"].as_str().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=30).collect::<Vec<i64>>());
}

#[tokio::test]
async fn entries_are_filtered_sorted_and_paged() {
    let stage = with_entries(55).await;
    let first = stage.alice.call("event.offline.list", json!({})).await;
    assert_eq!((&first.body["total"], &first.body["next"]), (&json!(55), &json!(50)));
    assert_eq!(first.result().as_array().unwrap().len(), 50);
    let second = stage.alice.call("event.offline.list", json!({ "start": 50 })).await;
    assert_eq!((second.body.get("next"), second.result().as_array().unwrap().len()), (None, 5));
    assert_eq!(list(&stage, json!({ "start": 100 })).await, Vec::<Value>::new());
    let down = list(&stage, json!({ "order": { "ID": "DESC" }, "filter": { "<=ID": 3 } })).await;
    assert_eq!(ids(&down), ["3", "2", "1"]);
    let dated = json!({ "filter": { ">TIMESTAMP_X": "2026-03-02T10:00:51Z", "=EVENT_NAME": "ONUSERADD", "ERROR": 0 } });
    assert_eq!(ids(&list(&stage, dated).await), ["53", "54", "55"]);
    let one = json!({ "filter": { "MESSAGE_ID": first.result()[6]["MESSAGE_ID"] } });
    assert_eq!(ids(&list(&stage, one.clone()).await), ["7"]);
    assert_eq!(list(&stage, json!({ "filter": { "PROCESS_ID": "x" } })).await, Vec::<Value>::new());
    assert_eq!(ids(&get(&stage, one).await.1), ["7"]);
    let newest = json!({ "order": { "TIMESTAMP_X": "DESC" }, "limit": 2, "filter": { "<ID": 20 } });
    assert_eq!(ids(&get(&stage, newest).await.1), ["19", "18"]);
    assert_eq!(get(&stage, json!({})).await.1.len(), 50, "fifty unless told otherwise");
}

#[tokio::test]
async fn a_change_that_says_its_source_is_not_noted_for_it() {
    let stage = Stage::set().await;
    for connector in ["shop", "till"] {
        let params = json!({ "event": "ONUSERADD", "event_type": "offline", "auth_connector": connector });
        stage.alice.ok("event.bind", params).await;
    }
    bind_offline(&stage, "ONUSERADD").await;
    let own = json!({ "EMAIL": "own@example.com", "auth_connector": "shop" });
    let own = stage.alice.ok("user.add", own).await;
    let webhook = stage.portal.client(Person::Alice).await;
    let foreign = json!({ "EMAIL": "foreign@example.com", "auth_connector": "shop" });
    let foreign = webhook.ok("user.add", foreign).await;
    let things = |events: Vec<Value>| -> Vec<Value> {
        events.iter().map(|event| event["EVENT_DATA"]["ID"].clone()).collect()
    };
    let shop = list(&stage, json!({ "auth_connector": "shop" })).await;
    assert_eq!(things(shop), std::slice::from_ref(&foreign), "another program's word does not count");
    assert_eq!(
        things(list(&stage, json!({ "auth_connector": "till" })).await),
        [own.clone(), foreign.clone()]
    );
    let (_, events) = get(&stage, json!({ "auth_connector": "shop" })).await;
    assert_eq!(things(events), std::slice::from_ref(&foreign));
    assert_eq!(things(list(&stage, json!({})).await), [own, foreign], "each part is of its own");
}

#[tokio::test]
async fn an_application_is_told_that_something_is_there_and_then_not_for_a_while() {
    let mut stage = Stage::set().await;
    bind_offline(&stage, "ONUSERADD").await;
    let handler = stage.receiver.url("/ping");
    let params = json!({ "event": "ONOFFLINEEVENT", "handler": handler, "options": { "minTimeout": 30 } });
    stage.alice.ok("event.bind", params).await;
    let webhook = stage.portal.client(Person::Alice).await;
    add_user(&webhook, "Grace").await;
    let told = stage.receiver.told().await;
    assert_eq!(told.event(), "ONOFFLINEEVENT");
    assert_eq!(told.form["data"], json!({ "type": "add", "event": "ONUSERADD", "handler": handler }));
    assert!(told.form["auth"]["refresh_token"].is_string());
    stage.portal.clock.step(10);
    for name in ["Heidi", "Ivan", "Judy"] {
        add_user(&webhook, name).await;
    }
    assert_eq!(stage.portal.messenger().waiting_errands().await.unwrap(), 1, "one word stands for all");
    assert_eq!(stage.receiver.count(), 1);
    stage.portal.clock.step(20);
    let told = stage.receiver.told().await;
    assert_eq!(told.form["data"]["minTimeout"], "30");
    stage.settle().await;
    assert_eq!(stage.receiver.count(), 2);
    assert_eq!(list(&stage, json!({})).await.len(), 4);
}

#[tokio::test]
async fn queues_are_administrators() {
    let stage = with_entries(1).await;
    for (method, params) in [
        ("event.offline.get", json!({})),
        ("event.offline.list", json!({})),
        ("event.offline.clear", json!({ "process_id": "x" })),
        ("event.offline.error", json!({ "process_id": "x" })),
    ] {
        assert_eq!(stage.bob.refused(method, params).await, refused(403, "ACCESS_DENIED"), "{method}");
    }
    for method in ["event.offline.clear", "event.offline.error"] {
        let reply = stage.alice.call(method, json!({ "id": [1] })).await;
        assert_eq!((reply.error(), &reply.body["argument"]), ((400, "ERROR_ARGUMENT"), &json!("process_id")));
    }
    let long = json!({ "process_id": "x".repeat(101), "clear": 0 });
    assert_eq!(stage.alice.refused("event.offline.get", long).await, refused(400, "ERROR_ARGUMENT"));
    let other = stage.portal.app("im").await;
    let other = stage.portal.app_client(&other, Person::Alice).await;
    assert_eq!(
        other.ok("event.offline.list", json!({})).await,
        json!([]),
        "and each application has its own"
    );
    assert_eq!(list(&stage, json!({})).await.len(), 1, "nothing was lost");
    stage.remove_app().await;
    stage.portal.assert_exact().await;
}

#[tokio::test]
async fn odd_words_fetch_what_plain_ones_do() {
    let stage = with_entries(3).await;
    let odd =
        json!({ "clear": "N", "process_id": "a", "limit": 0, "filter": "x", "order": 7, "error": "maybe" });
    assert_eq!(get(&stage, odd).await.1.len(), 3);
    let listed = list(&stage, json!({ "order": { "NOBODYS": "DESC" }, "filter": [1], "start": "x" })).await;
    let processes: Vec<_> = listed.iter().map(|event| event["PROCESS_ID"].clone()).collect();
    assert_eq!(processes, ["a", "a", "a"]);
    stage.alice.ok("event.offline.clear", json!({ "process_id": "a", "id": [["x"], { "a": 1 }, "x"] })).await;
    stage.alice.ok("event.offline.error", json!({ "process_id": "a", "message_id": { "a": 7 } })).await;
    assert_eq!(list(&stage, json!({ "filter": { "ERROR": 0 } })).await.len(), 3, "nothing of it was meant");
}
