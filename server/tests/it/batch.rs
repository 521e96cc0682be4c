//! `batch`: commands in order, references between them, halting, limits (core.md 6, behaviour.md H).

use lately_model::Revision;
use lately_testkit::{Client, Person, TestPortal};
use serde_json::{Map, Value, json};

const MEMBERS: [&str; 5] = ["result", "result_error", "result_total", "result_next", "result_time"];

/// Runs commands; fails unless all five members are there.
async fn batch(client: &Client, params: Value) -> Value {
    let result = client.ok("batch", params).await;
    let members: Vec<_> = result.as_object().expect("an object").keys().collect();
    assert_eq!(members, MEMBERS);
    result
}

/// The codes in `result_error` by key.
fn codes(result: &Value) -> Vec<(&str, &str)> {
    let Some(errors) = result["result_error"].as_object() else { return Vec::new() };
    errors.iter().map(|(key, error)| (key.as_str(), error["error"].as_str().unwrap_or_default())).collect()
}

/// Everything but letters and digits escaped, as SDKs send what stands behind a name.
fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn commands_in_a_map_are_answered_by_their_keys() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let cmd = json!({ "time": "server.time", "bob": "im.user.get?ID=2", "users": "user.get?filter[ID][]=2&filter[ID][]=3" });
    let result = batch(&alice, json!({ "cmd": cmd, "halt": 0 })).await;
    assert_eq!(result["result"]["time"], "2026-03-02T10:00:00+00:00");
    assert_eq!(result["result"]["bob"]["name"], "Bob Brown");
    assert_eq!(result["result"]["users"].as_array().expect("a list").len(), 2);
    assert_eq!(result["result_error"], json!([]));
    assert_eq!(result["result_total"], json!({ "users": 2 }));
    assert_eq!(result["result_next"], json!([]));
    let times = result["result_time"].as_object().expect("an object");
    assert_eq!(times.keys().collect::<Vec<_>>(), ["time", "bob", "users"]);
    assert!(times.values().all(|time| time.as_object().is_some_and(|time| time.len() == 8)));
}

#[tokio::test]
async fn commands_in_a_list_are_answered_as_a_list_while_none_fails() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let good = batch(&alice, json!({ "cmd": ["im.user.get?ID=2", "im.user.get?ID=3"] })).await;
    assert_eq!(good["result"][1]["id"], 3);
    assert_eq!(good["result_time"].as_array().map(Vec::len), Some(2));
    let holes =
        batch(&alice, json!({ "cmd": ["im.user.get?ID=2", "im.user.get?ID=0", "im.user.get?ID=3"] })).await;
    assert_eq!(holes["result"]["0"]["id"], 2);
    assert_eq!(holes["result"]["2"]["id"], 3);
    assert_eq!(codes(&holes), [("1", "ID_EMPTY")]);
    let keys: Vec<_> = holes["result_time"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["0", "2"]);
}

#[tokio::test]
async fn every_encoding_carries_commands() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let command = format!("im.message.add?DIALOG_ID=2&MESSAGE={}", escaped("1+1=2 & 50% [b]ü[/b] $5"));
    let requests = [
        ("JSON", alice.post("batch").json(&json!({ "cmd": { "a": command } }))),
        ("form", alice.post("batch").form(&[("cmd[a]", &command)])),
        ("query", alice.get("batch").query(&[("cmd[a]", &command)])),
        (
            "multipart",
            alice.post("batch").multipart(reqwest::multipart::Form::new().text("cmd[a]", command.clone())),
        ),
        ("upper case", alice.post("batch").json(&json!({ "CMD": { "a": command }, "HALT": "0" }))),
    ];
    for (what, request) in requests {
        let reply = alice.send(request).await;
        assert!(reply.result()["result"]["a"].is_i64(), "{what}: {}", reply.text);
        let row = alice.row(2).await.expect("a row");
        assert_eq!(row["message"]["text"], "1+1=2 & 50% ü $5", "{what}");
    }
}

#[tokio::test]
async fn later_commands_use_earlier_answers() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let chat = escaped("chat$result[chat]");
    let cmd = json!({
        "chat": "im.chat.add?TITLE=Launch&USERS[]=2",
        "said": format!("im.message.add?DIALOG_ID={chat}&MESSAGE=hello"),
        "page": format!("im.dialog.messages.get?DIALOG_ID={chat}&LIMIT=1"),
        "like": format!("im.message.like?MESSAGE_ID={}", escaped("$result[page][messages][0][id]")),
        "plain": "im.dialog.get?DIALOG_ID=chat$result[chat]",
    });
    let result = batch(&alice, json!({ "cmd": cmd, "halt": 1 })).await;
    assert_eq!(codes(&result), []);
    let said = &result["result"]["said"];
    assert_eq!(&result["result"]["page"]["messages"][0]["id"], said);
    assert_eq!(&result["result"]["plain"]["last_message_id"], said);
    let bob = portal.client(Person::Bob).await;
    let row = bob.row(format!("chat{}", result["result"]["chat"])).await.expect("a row");
    assert_eq!((&row["message"]["text"], &row["counter"]), (&json!("hello"), &json!(1)));
    portal.assert_exact().await;
}

#[tokio::test]
async fn references_are_read_however_clients_escape_them() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for reference in
        ["$result[bob][ID]", "$result%5Bbob%5D%5BID%5D", "%24result%5Bbob%5D%5BID%5D", "%24result[bob][ID]"]
    {
        let cmd = json!({ "bob": "user.current", "me": format!("im.user.get?ID={reference}") });
        let result = batch(&alice, json!({ "cmd": cmd })).await;
        assert_eq!(result["result"]["me"]["id"], 1, "{reference}");
        let twice =
            format!("cmd[bob]=user.current&cmd[me]={}", escaped(&format!("im.user.get?ID={reference}")));
        let reply = alice.send(alice.get(&format!("batch?{twice}"))).await;
        assert_eq!(reply.result()["result"]["me"]["id"], 1, "{reference} in a query");
    }
}

#[tokio::test]
async fn several_references_fill_one_text() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let text = "$result[bob][name] ($result[bob][id]), $total[all] in all, $result[list][1][id]; $5, $result[bob][departments].";
    let cmd = json!({
        "bob": "im.user.get?ID=2",
        "list": "im.user.list.get?ID[]=3&ID[]=4&RESULT_TYPE=array",
        "all": "user.get",
        "said": format!("im.message.add?DIALOG_ID=2&MESSAGE={}", escaped(text)),
    });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    assert_eq!(codes(&result), []);
    let row = alice.row(2).await.expect("a row");
    assert_eq!(row["message"]["text"], "Bob Brown (2), 5 in all, 4; $5, .");
}

#[tokio::test]
async fn a_whole_list_can_be_handed_on() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let chat = alice.ok("im.chat.add", json!({ "TITLE": "Launch", "USERS": [2, 3] })).await;
    let cmd = json!({
        "members": format!("im.chat.user.list?CHAT_ID={chat}"),
        "people": format!("im.user.list.get?ID={}&RESULT_TYPE=array", escaped("$result[members]")),
    });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    let ids: Vec<_> =
        result["result"]["people"].as_array().expect("a list").iter().map(|user| &user["id"]).collect();
    assert_eq!(ids, [1, 2, 3]);
}

#[tokio::test]
async fn a_missing_step_breaks_nothing_else() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let cmd = json!({
        "page": "user.get",
        "short": format!("im.user.get?ID={}", escaped("$result[page][49][ID]")),
        "nobody": format!("im.dialog.get?DIALOG_ID={}", escaped("chat$result[nobody][id]")),
        "time": "server.time",
    });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    assert_eq!(result["result"]["short"]["id"], 1, "a value that is not there counts as not sent");
    assert_eq!(codes(&result), [("nobody", "DIALOG_ID_EMPTY")]);
    assert!(result["result"]["time"].is_string());
}

#[tokio::test]
async fn a_chain_of_pages_runs_past_the_last_one() {
    let portal = TestPortal::start().await;
    let lines: String = (100..220)
        .map(|id| {
            format!("{{\"type\":\"user\",\"id\":{id},\"first_name\":\"User {id}\",\"departments\":[1]}}\n")
        })
        .collect();
    portal.import(&lines).await;
    let alice = portal.client(Person::Alice).await;
    let page = |number: usize| {
        let before =
            number.checked_sub(1).map_or("0".to_owned(), |before| format!("$result[req_{before}][49][ID]"));
        format!("user.get?order[ID]=ASC&filter[{}]={}&start=-1", escaped(">ID"), escaped(&before))
    };
    let cmd: Map<String, Value> =
        (0..50).map(|number| (format!("req_{number}"), json!(page(number)))).collect();
    let result = batch(&alice, json!({ "cmd": cmd, "halt": 0 })).await;
    assert_eq!(codes(&result), []);
    let length = |number: usize| result["result"][format!("req_{number}")].as_array().map(Vec::len);
    assert_eq!((length(0), length(1), length(2)), (Some(50), Some(50), Some(25)));
    assert!((3..50).all(|number| length(number) == Some(0)));
}

#[tokio::test]
async fn offsets_can_be_handed_on() {
    let portal = TestPortal::start().await;
    let lines: String = (100..160)
        .map(|id| {
            format!("{{\"type\":\"user\",\"id\":{id},\"first_name\":\"User {id}\",\"departments\":[1]}}\n")
        })
        .collect();
    portal.import(&lines).await;
    let alice = portal.client(Person::Alice).await;
    let cmd = json!({ "first": "user.get", "second": format!("user.get?start={}", escaped("$next[first]")) });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    assert_eq!(result["result_total"], json!({ "first": 65, "second": 65 }));
    assert_eq!(result["result_next"], json!({ "first": 50 }));
    assert_eq!(result["result"]["second"].as_array().map(Vec::len), Some(15));
}

#[tokio::test]
async fn without_halt_everything_runs() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let cmd = json!({ "a": "server.time", "b": "im.recent.hide", "c": "server.time" });
    for halt in [json!(0), json!(false), json!("0"), json!(""), json!(null), json!([])] {
        let result = batch(&alice, json!({ "cmd": cmd, "halt": halt })).await;
        let keys: Vec<_> = result["result"].as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["a", "c"], "{halt}");
        assert_eq!(codes(&result), [("b", "DIALOG_ID_EMPTY")], "{halt}");
    }
}

#[tokio::test]
async fn halt_ends_with_the_first_error() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let cmd =
        json!({ "a": "server.time", "b": "im.recent.hide", "c": "im.message.add?DIALOG_ID=2&MESSAGE=x" });
    for halt in [json!(1), json!(true), json!("1"), json!("Y"), json!("true"), json!("N")] {
        let result = batch(&alice, json!({ "cmd": cmd, "halt": halt })).await;
        let keys: Vec<_> = result["result"].as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["a"], "{halt}");
        assert_eq!(codes(&result), [("b", "DIALOG_ID_EMPTY")], "{halt}");
        assert_eq!(result["result_time"].as_object().map(Map::len), Some(1), "{halt}");
    }
    assert_eq!(alice.row(2).await, None);
}

#[tokio::test]
async fn a_failed_command_leaves_no_result_and_no_time() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let result = batch(&alice, json!({ "cmd": { "a": "im.recent.hide", "b": "no.such.method?x=1" } })).await;
    assert_eq!(codes(&result), [("a", "DIALOG_ID_EMPTY"), ("b", "ERROR_METHOD_NOT_FOUND")]);
    for member in ["result", "result_total", "result_next", "result_time"] {
        assert_eq!(result[member], json!([]), "{member}");
    }
    for (_, error) in result["result_error"].as_object().expect("an object") {
        assert!(error["error_description"].is_string());
    }
}

#[tokio::test]
async fn an_answer_that_is_null_is_kept() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let result = batch(&alice, json!({ "cmd": { "none": "im.chat.get?ENTITY_TYPE=CRM&ENTITY_ID=7" } })).await;
    assert_eq!(result["result"], json!({ "none": null }));
}

#[tokio::test]
async fn nothing_to_do_is_five_empty_lists() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for params in [
        json!({}),
        json!([]),
        json!({ "cmd": [] }),
        json!({ "cmd": {} }),
        json!({ "cmd": "x" }),
        json!({ "cmd": 7 }),
    ] {
        let result = batch(&alice, params.clone()).await;
        assert!(MEMBERS.iter().all(|member| result[member] == json!([])), "{params}: {result}");
    }
}

#[tokio::test]
async fn what_is_no_text_is_passed_over() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let cmd = json!({ "a": 7, "b": ["server.time"], "c": null, "d": { "method": "server.time" }, "e": "server.time" });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    let keys: Vec<_> = result["result"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["e"]);
    assert_eq!(codes(&result), []);
}

#[tokio::test]
async fn fifty_run_and_the_rest_are_told_so() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let say = |number: usize| json!(format!("im.message.add?DIALOG_ID=2&MESSAGE={number}"));
    let result = batch(&alice, json!({ "cmd": (1..=53).map(say).collect::<Vec<_>>() })).await;
    assert_eq!(result["result"].as_array().map(Vec::len), Some(50));
    let too_long = "ERROR_BATCH_LENGTH_EXCEEDED";
    assert_eq!(codes(&result), [("50", too_long), ("51", too_long), ("52", too_long)]);
    assert_eq!(alice.row(2).await.expect("a row")["message"]["text"], "50");
    portal.assert_exact().await;
}

#[tokio::test]
async fn a_batch_in_a_batch_is_refused_and_so_are_files() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let inner = escaped("im.message.add?DIALOG_ID=2&MESSAGE=x");
    let cmd = json!({
        "a": format!("batch?cmd[0]={inner}"),
        "b": format!("BATCH?cmd[0]={inner}"),
        "c": "upload?x=1",
        "d": "download",
        "e": format!("/batch/?cmd[0]={inner}"),
        "f": "server.time",
    });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    let refused = "ERROR_BATCH_METHOD_NOT_ALLOWED";
    assert_eq!(
        codes(&result),
        [("a", refused), ("b", refused), ("c", refused), ("d", refused), ("e", refused)]
    );
    assert!(result["result"]["f"].is_string());
    assert_eq!(alice.row(2).await, None);
}

#[tokio::test]
async fn scopes_are_judged_command_by_command() {
    let portal = TestPortal::start().await;
    let cmd =
        json!({ "time": "server.time", "user": "user.get", "im": "im.counters.get", "crm": "crm.lead.list" });
    let only_users = portal.client_with(1, "user", Revision::R33).await;
    let result = batch(&only_users, json!({ "cmd": cmd })).await;
    assert_eq!(codes(&result), [("im", "insufficient_scope"), ("crm", "insufficient_scope")]);
    assert!(result["result"]["time"].is_string() && result["result"]["user"].is_array());
    let nothing = portal.client_with(1, "", Revision::R33).await;
    let result = batch(&nothing, json!({ "cmd": cmd })).await;
    let keys: Vec<_> = result["result"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["time"]);
}

#[tokio::test]
async fn commands_are_answered_by_the_credentials_page() {
    let portal = TestPortal::start().await;
    let bob = portal.client(Person::Bob).await;
    bob.say(1, "hello").await;
    let cmd = json!({ "cmd": { "rows": "im.recent.get", "revision": "im.revision.get" } });
    let seed = batch(&portal.seed_client(Person::Alice).await, cmd.clone()).await;
    assert_eq!(
        (&seed["result"]["rows"][0]["id"], &seed["result"]["revision"]["rest"]),
        (&json!("2"), &json!(29))
    );
    let today = batch(&portal.client(Person::Alice).await, cmd).await;
    assert_eq!(
        (&today["result"]["rows"][0]["id"], &today["result"]["revision"]["rest"]),
        (&json!(2), &json!(33))
    );
}

#[tokio::test]
async fn a_batch_without_credentials_is_refused_whole() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let url = format!("{}/rest/batch", portal.origin());
    let reply = alice.send(portal.http().post(url).json(&json!({ "cmd": ["server.time"] }))).await;
    assert_eq!(reply.error(), (401, "NO_AUTH_FOUND"));
}

#[tokio::test]
async fn commands_with_bad_parameters_fail_alone() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let cmd = json!({
        "deep": format!("im.recent.get?a{}=1", "[x]".repeat(100)),
        "bytes": "im.recent.get?a=%ff",
        "empty": "",
        "query": "?x=1",
        "marks": "im.recent.get???&&==&",
        "nul": "im.message.add?DIALOG_ID=2%00&MESSAGE=x",
        "token": "server.time?auth=nonsense",
    });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    let expected = [
        ("deep", "INVALID_REQUEST"),
        ("bytes", "INVALID_REQUEST"),
        ("empty", "ERROR_METHOD_NOT_FOUND"),
        ("query", "ERROR_METHOD_NOT_FOUND"),
        ("nul", "USER_ID_EMPTY"),
    ];
    assert_eq!(codes(&result), expected);
    assert!(result["result"]["token"].is_string());
}

#[tokio::test]
async fn data_cannot_double_without_end() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let first = alice.ok("im.chat.add", json!({ "TITLE": "Launch" })).await;
    alice.ok("im.message.add", json!({ "CHAT_ID": first, "MESSAGE": "x".repeat(20_000) })).await;
    let doubled = escaped(&"$result[page][messages][0][text]".repeat(60));
    let cmd = json!({
        "page": format!("im.dialog.messages.get?DIALOG_ID=chat{first}&LIMIT=1"),
        "big": format!("im.message.add?DIALOG_ID=2&MESSAGE={doubled}"),
        "time": "server.time",
    });
    let result = batch(&alice, json!({ "cmd": cmd })).await;
    assert_eq!(codes(&result), [("big", "ERROR_ARGUMENT")]);
    assert!(result["result"]["time"].is_string());
    assert_eq!(alice.row(2).await, None);
}

#[tokio::test]
async fn a_batch_is_answered_in_xml_too() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let reply =
        alice.call("batch.xml", json!({ "cmd": { "now": "server.time", "bad": "im.recent.hide" } })).await;
    for part in [
        "<response><result><result><now>2026-03-02T10:00:00+00:00</now></result>",
        "<result_error><bad><error>DIALOG_ID_EMPTY</error>",
        "<result_total></result_total><result_next></result_next><result_time><now><start>",
    ] {
        assert!(reply.text.contains(part), "{part} is not in {}", reply.text);
    }
}

#[tokio::test]
async fn removals_of_a_delta_come_by_command() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    alice.say(2, "hi").await;
    alice.ok("im.recent.hide", json!({ "DIALOG_ID": "2" })).await;
    let delta = "im.recent.get?LAST_SYNC_DATE=2026-03-02T10:00:00Z";
    let result = alice.ok("batch", json!({ "cmd": { "delta": delta, "time": "server.time" } })).await;
    let removal = json!([{ "id": 2, "reason": "hidden", "date": "2026-03-02T10:00:00+00:00" }]);
    assert_eq!(result["result_removed"], json!({ "delta": removal }));
    let result = alice.ok("batch", json!({ "cmd": { "time": "server.time" } })).await;
    assert!(result.get("result_removed").is_none());
}
