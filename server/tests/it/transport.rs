//! The transport: every way to write a request down, and both envelopes (core.md 1-5, behaviour.md H).

mod packing;

use lately_testkit::{Client, Person, Reply, TestPortal};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A token, whatever it looks like, is one that nobody knows.
const TOKEN: &str = "f1e2d3c4b5a69788";

/// A request without a webhook: `path` follows `/rest/`.
fn bare(portal: &TestPortal, verb: Method, path: &str) -> RequestBuilder {
    portal.http().request(verb, format!("{}/rest/{path}", portal.origin()))
}

/// The keys of an object, in the order sent.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn assert_refused(reply: &Reply, status: u16, code: &str, what: &str) {
    assert_eq!(reply.error(), (status, code), "{what}");
    assert_eq!(keys(&reply.body), ["error", "error_description"], "{what}");
    assert!(reply.body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{what}");
    assert_dressed(reply, what);
}

/// The headers of every answer.
fn assert_dressed(reply: &Reply, what: &str) {
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{what}");
    let allowed = reply.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
    for name in ["origin", "content-type", "accept", "authorization"] {
        assert!(allowed.split(',').any(|known| known.trim() == name), "{what}: {name} is not in {allowed:?}");
    }
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{what}");
}

#[tokio::test]
async fn every_written_form_of_an_address_reaches_the_method() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let forms = [
        "server.time",
        "server.time/",
        "server.time.json",
        "server.time.json/",
        "/server.time",
        "/server.time/",
        "//server.time.json//",
        "server.time?bx24_request_id=7&bx24_sdk_ver=1.0&bx24_sdk_type=js",
        "server.time/?bx24_request_id=7",
        "SERVER.TIME",
        "Server.Time.JSON",
    ];
    for form in forms {
        for request in [alice.get(form), alice.post(form), alice.post(form).json(&json!({}))] {
            let reply = alice.send(request).await;
            assert_eq!(reply.result(), "2026-03-02T10:00:00+00:00", "{form}");
            assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"), "{form}");
        }
    }
}

#[tokio::test]
async fn method_names_match_in_any_case() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let chat = alice.ok("im.chat.add", json!({ "TITLE": "Launch" })).await;
    for (name, title) in
        [("im.chat.updateTitle", "a"), ("im.chat.updatetitle", "b"), ("IM.CHAT.UPDATETITLE", "c")]
    {
        assert_eq!(alice.ok(name, json!({ "CHAT_ID": chat, "TITLE": title })).await, json!(true), "{name}");
        let dialog = alice.ok("im.dialog.get", json!({ "DIALOG_ID": format!("chat{chat}") })).await;
        assert_eq!(dialog["name"], title);
    }
    for name in ["im.dialog.read.all", "im.dialog.readAll", "im.dialog.readall"] {
        assert_eq!(alice.ok(name, json!({})).await, json!(true), "{name}");
    }
}

#[tokio::test]
async fn an_address_that_is_no_method_is_not_found_whoever_asks() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for path in [
        "no.such.method",
        "im.recent",
        "",
        "im.recent.get.json.json",
        "api/im.recent.get",
        "im.recent.get/extra",
    ] {
        let reply = alice.send(bare(&portal, Method::POST, path)).await;
        assert_refused(&reply, 404, "ERROR_METHOD_NOT_FOUND", path);
    }
    for path in ["no.such.method", "im.recent"] {
        assert_refused(&alice.call(path, json!({})).await, 404, "ERROR_METHOD_NOT_FOUND", path);
        let wrong = bare(&portal, Method::GET, &format!("1/wrongsecret/{path}"));
        assert_refused(&alice.send(wrong).await, 404, "ERROR_METHOD_NOT_FOUND", path);
    }
    let bare_address = alice.url.trim_start_matches(&format!("{}/rest/", portal.origin())).to_owned();
    let api = bare(&portal, Method::POST, &format!("api/{bare_address}im.recent.get"));
    assert_refused(&alice.send(api).await, 404, "ERROR_METHOD_NOT_FOUND", "REST 3.0");
    let nothing = alice.send(bare(&portal, Method::GET, &bare_address)).await;
    assert_refused(&nothing, 404, "ERROR_METHOD_NOT_FOUND", "a webhook without a method");
}

#[tokio::test]
async fn methods_of_other_modules_are_judged_by_credentials_first() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for name in
        ["crm.item.delete", "crm.lead.fields", "tasks.task.list", "calendar.event.get", "CRM.Deal.List"]
    {
        let nobody = alice.send(bare(&portal, Method::POST, name)).await;
        assert_refused(&nobody, 401, "NO_AUTH_FOUND", name);
        assert_refused(&alice.call(name, json!({})).await, 401, "insufficient_scope", name);
    }
}

/// One call, `im.user.list.get` of Bob and Carol as a list, in every encoding.
fn encodings(alice: &Client) -> Vec<(&'static str, RequestBuilder)> {
    let method = "im.user.list.get";
    let pairs = [("ID[]", "2"), ("ID[]", "3"), ("RESULT_TYPE", "array")];
    let counted = [("ID[0]", "2"), ("ID[1]", "3"), ("RESULT_TYPE", "array")];
    let parts = || {
        let form = reqwest::multipart::Form::new();
        pairs.iter().fold(form, |form, (name, value)| form.text(*name, *value))
    };
    let whole = json!({ "ID": [2, 3], "RESULT_TYPE": "array" });
    let raw = |kind: &str, body: &str| alice.post(method).header("content-type", kind).body(body.to_owned());
    vec![
        ("a query, GET", alice.get(method).query(&pairs)),
        ("a query, POST", alice.post(method).query(&pairs)),
        ("a query as people write it", alice.get(&format!("{method}?ID[]=2&ID[]=3&RESULT_TYPE=array"))),
        ("a query with numbered brackets", alice.get(method).query(&counted)),
        ("a form", alice.post(method).form(&pairs)),
        ("a form with numbered brackets", alice.post(method).form(&counted)),
        ("a form without its type", alice.post(method).body("ID[]=2&ID[]=3&RESULT_TYPE=array")),
        ("multipart", alice.post(method).multipart(parts())),
        ("JSON", alice.post(method).json(&whole)),
        ("JSON with texts", alice.post(method).json(&json!({ "ID": ["2", "3"], "RESULT_TYPE": "ARRAY" }))),
        ("JSON in a text", alice.post(method).json(&json!({ "ID": "[2,3]", "RESULT_TYPE": "array" }))),
        ("JSON of another kind", raw("application/vnd.api+json", &whole.to_string())),
        ("JSON with a charset", raw("application/json; charset=UTF-8", &whole.to_string())),
        ("half query, half JSON", alice.post(method).query(&pairs[2..]).json(&json!({ "ID": [2, 3] }))),
        (
            "a body over a query",
            alice.post(method).query(&[("ID[]", "5"), ("id[]", "4")]).json(&whole),
        ),
        (
            "parameters that nobody knows",
            alice.post(&format!("{method}?bx24_request_id=1&x[y][]=z")).json(
                &json!({ "ID": [2, 3], "RESULT_TYPE": "array", "__order": 0, "AVATAR_HR": null, "start": "x" }),
            ),
        ),
    ]
}

#[tokio::test]
async fn every_encoding_says_the_same() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for (what, request) in encodings(&alice) {
        let reply = alice.send(request).await;
        let ids: Vec<_> = reply.result().as_array().expect(what).iter().map(|user| &user["id"]).collect();
        assert_eq!(ids, [2, 3], "{what}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_map_is_no_parameters() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for body in ["[]", "[1,2]", "null", "7", "\"text\"", "true", "", " \r\n"] {
        let request = alice.post("im.user.get?ID=2").header("content-type", "application/json").body(body);
        assert_eq!(alice.send(request).await.result()["id"], 2, "{body:?}");
    }
}

#[tokio::test]
async fn a_body_counts_only_for_post() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let request = alice.get("im.user.get?ID=2").json(&json!({ "ID": 3 }));
    assert_eq!(alice.send(request).await.result()["id"], 2);
    let broken = alice.get("im.user.get?ID=2").header("content-type", "application/json").body("{\"ID\":");
    assert_eq!(alice.send(broken).await.result()["id"], 2);
}

#[tokio::test]
async fn names_match_in_any_case_but_nested_keys_do_not() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for params in [json!({ "ID": 3 }), json!({ "id": 3 }), json!({ "Id": 3 }), json!({ "ID": 2, "id": 3 })] {
        assert_eq!(alice.ok("im.user.get", params.clone()).await["id"], 3, "{params}");
    }
    let bob = json!({ "filter": { "EMAIL": "bob@example.com" } });
    for name in ["filter", "FILTER", "Filter"] {
        let found = alice.ok("user.get", json!({ name: bob["filter"] })).await;
        assert_eq!(found.as_array().expect("a list").len(), 1, "{name}");
    }
    let text = "x".to_owned();
    let id = alice.ok("im.message.add", json!({ "dialog_id": 2, "message": text })).await;
    assert!(id.is_i64());
}

#[tokio::test]
async fn only_the_counters_have_names_that_must_be_written_exactly() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    assert!(alice.ok("im.counters.get", json!({ "JSON": "Y" })).await.get("type").is_some());
    assert!(alice.ok("im.counters.get", json!({ "json": "Y" })).await.get("TYPE").is_some());
    let sums = alice.ok("im.counters.get", json!({ "ONLY_COUNTER": "Y" })).await;
    assert_eq!(keys(&sums), ["TYPE"]);
    assert!(keys(&alice.ok("im.counters.get", json!({ "only_counter": "Y" })).await).len() > 1);
}

#[tokio::test]
async fn a_flag_is_yes_only_when_it_is_exactly_that() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    alice.say(2, "hello").await;
    assert_eq!(alice.recent(json!({ "SKIP_DIALOG": "Y" })).await, Vec::<Value>::new());
    for other in
        [json!("y"), json!("true"), json!("1"), json!(true), json!(1), json!(["Y"]), json!(null), json!("N")]
    {
        assert_eq!(alice.recent(json!({ "SKIP_DIALOG": other })).await.len(), 1, "{other}");
    }
}

#[tokio::test]
async fn an_unknown_token_is_refused_wherever_it_stands() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let post = || bare(&portal, Method::POST, "im.recent.get");
    let auth = json!({ "auth": TOKEN });
    let requests = [
        ("query", bare(&portal, Method::GET, "im.recent.get").query(&[("auth", TOKEN)])),
        ("query of a POST", post().query(&[("auth", TOKEN)]).json(&json!({ "SKIP_CHAT": "Y" }))),
        ("form", post().form(&[("auth", TOKEN)])),
        ("JSON", post().json(&auth)),
        ("access_token", post().json(&json!({ "access_token": TOKEN }))),
        ("multipart", post().multipart(reqwest::multipart::Form::new().text("auth", TOKEN))),
        ("bearer header", post().header("authorization", format!("Bearer {TOKEN}"))),
        ("bare header", post().header("authorization", TOKEN)),
        ("suffix and slashes", bare(&portal, Method::POST, "/im.recent.get.json/").json(&auth)),
    ];
    for (what, request) in requests {
        let reply = alice.send(request).await;
        assert_refused(&reply, 401, "invalid_token", what);
        assert!(!reply.text.contains(TOKEN), "{what}");
    }
}

#[tokio::test]
async fn an_empty_credential_is_none() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let post = || bare(&portal, Method::POST, "im.recent.get");
    let requests = [
        ("nothing", post()),
        ("empty auth", post().json(&json!({ "auth": "" }))),
        ("null", post().json(&json!({ "auth": null }))),
        ("a list", post().json(&json!({ "auth": [TOKEN] }))),
        ("empty header", post().header("authorization", "")),
        ("empty bearer", post().header("authorization", "Bearer ")),
    ];
    for (what, request) in requests {
        assert_refused(&alice.send(request).await, 401, "NO_AUTH_FOUND", what);
    }
}

#[tokio::test]
async fn a_webhook_needs_no_token_and_is_not_disturbed_by_one() {
    let portal = TestPortal::start().await;
    let bob = portal.client(Person::Bob).await;
    let request = bob.post("profile").header("authorization", "Bearer x").json(&json!({ "auth": TOKEN }));
    assert_eq!(bob.send(request).await.result()["ID"], "2");
}

#[tokio::test]
async fn success_carries_the_whole_time_block() {
    let portal = TestPortal::with(|config| "+03:00".clone_into(&mut config.time_zone)).await;
    let alice = portal.client(Person::Alice).await;
    portal.clock.set("2026-03-02T10:20:30+00:00");
    for method in ["server.time", "im.recent.get", "im.counters.get", "user.get", "batch"] {
        let reply = alice.call(method, json!({})).await;
        let time = &reply.body["time"];
        assert!(reply.result() != &Value::Null, "{method}");
        let expected = [
            "start",
            "finish",
            "duration",
            "processing",
            "date_start",
            "date_finish",
            "operating_reset_at",
            "operating",
        ];
        assert_eq!(keys(time), expected, "{method}");
        for key in ["start", "finish"] {
            assert_eq!(time[key].as_f64(), Some(1_772_446_830.0), "{method} {key}");
        }
        for key in ["duration", "processing", "operating"] {
            assert_eq!(time[key].as_f64(), Some(0.0), "{method} {key}");
        }
        for key in ["date_start", "date_finish"] {
            assert_eq!(time[key], "2026-03-02T13:20:30+03:00", "{method} {key}");
        }
        assert!(time["operating_reset_at"].is_i64(), "{method}");
    }
}

#[tokio::test]
async fn only_lists_carry_total_and_next() {
    let portal = TestPortal::start().await;
    let lines: String = (100..160)
        .map(|id| {
            format!("{{\"type\":\"user\",\"id\":{id},\"first_name\":\"User {id}\",\"departments\":[1]}}\n")
        })
        .collect();
    portal.import(&lines).await;
    let alice = portal.client(Person::Alice).await;
    let first = alice.call("user.get", json!({})).await;
    assert_eq!(first.result().as_array().expect("a list").len(), 50);
    assert_eq!((&first.body["total"], &first.body["next"]), (&json!(65), &json!(50)));
    let last = alice.call("user.get", json!({ "start": 50 })).await;
    assert_eq!(last.result().as_array().expect("a list").len(), 15);
    assert_eq!((last.body.get("total"), last.body.get("next")), (Some(&json!(65)), None));
    let uncounted = alice.call("user.get", json!({ "START": -1 })).await;
    assert_eq!(uncounted.result().as_array().expect("a list").len(), 50);
    assert_eq!((uncounted.body.get("total"), uncounted.body.get("next")), (Some(&json!(0)), None));
    assert_eq!(keys(&alice.call("server.time", json!({})).await.body), ["result", "time"]);
    assert_eq!(keys(&alice.call("im.recent.get", json!({})).await.body), ["result", "time"]);
}

#[tokio::test]
async fn errors_are_two_keys_and_a_status() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let calls = [
        ("im.recent.hide", json!({}), 400, "DIALOG_ID_EMPTY"),
        ("im.dialog.get", json!({ "DIALOG_ID": "chat99" }), 403, "ACCESS_ERROR"),
        ("im.message.add", json!({ "DIALOG_ID": "2", "MESSAGE": " " }), 400, "MESSAGE_EMPTY"),
        ("im.user.get", json!({ "ID": 0 }), 400, "ID_EMPTY"),
        ("im.user.status.set", json!({ "STATUS": "busy" }), 400, "STATUS_ERROR"),
    ];
    for (method, params, status, code) in calls {
        assert_refused(&alice.call(method, params).await, status, code, method);
    }
}

#[tokio::test]
async fn a_bad_argument_is_named() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let reply = alice.call("user.add", json!({ "EMAIL": "nonsense" })).await;
    assert_eq!(reply.error(), (400, "ERROR_ARGUMENT"));
    assert_eq!(keys(&reply.body), ["error", "error_description", "argument"]);
    assert_eq!(reply.body["argument"], "EMAIL");
}

#[tokio::test]
async fn the_suffix_chooses_xml_for_answers_and_errors() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let reply = alice.call("im.user.list.get.xml", json!({ "ID": [2, 3], "RESULT_TYPE": "array" })).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/xml; charset=utf-8")));
    assert!(reply.text.starts_with("<?xml"), "{}", reply.text);
    for part in [
        "<response><result><item><id>2</id><active>1</active>",
        "<name>Bob Brown</name>",
        "<extranet></extranet>",
        "</result><time><start>",
        "<date_start>2026-03-02T10:00:00+00:00</date_start>",
        "</time></response>",
    ] {
        assert!(reply.text.contains(part), "{part} is not in {}", reply.text);
    }
    assert_dressed(&reply, "XML");
    let error = alice.call("IM.RECENT.HIDE.XML/", json!({})).await;
    assert_eq!((error.status, error.header("content-type")), (400, Some("text/xml; charset=utf-8")));
    assert!(
        error.text.contains("<response><error>DIALOG_ID_EMPTY</error><error_description>"),
        "{}",
        error.text
    );
    let unknown = alice.send(bare(&portal, Method::GET, "no.such.method.xml")).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.text.contains("<error>ERROR_METHOD_NOT_FOUND</error>"), "{}", unknown.text);
    assert_dressed(&unknown, "XML error");
}

#[tokio::test]
async fn xml_lists_carry_total_and_next_too() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let reply = alice.call("user.get.xml", json!({ "FILTER": { "EMAIL": "bob@example.com" } })).await;
    assert!(reply.text.contains("</result><total>1</total><time>"), "{}", reply.text);
}

#[tokio::test]
async fn every_answer_lets_browsers_read_it() {
    let portal = TestPortal::with(|config| config.rest.body_limit_bytes = 4096).await;
    let alice = portal.client(Person::Alice).await;
    let answers = [
        ("success", 200, alice.call("server.time", json!({})).await),
        ("refusal", 400, alice.call("im.recent.hide", json!({})).await),
        ("forbidden", 403, alice.call("im.dialog.get", json!({ "DIALOG_ID": "chat99" })).await),
        ("not found", 404, alice.call("no.such.method", json!({})).await),
        ("no auth", 401, alice.send(bare(&portal, Method::GET, "im.recent.get")).await),
        ("bad webhook", 401, alice.send(bare(&portal, Method::GET, "1/x/im.recent.get")).await),
        ("too large", 413, alice.send(alice.post("im.message.add").body("x".repeat(5000))).await),
        ("unreadable", 400, alice.send(alice.get("im.recent.get?x=%ff")).await),
        ("no method", 404, alice.send(bare(&portal, Method::GET, "")).await),
        ("other verb", 405, alice.send(bare(&portal, Method::DELETE, "im.recent.get")).await),
    ];
    for (what, status, reply) in answers {
        assert_eq!(reply.status, status, "{what}: {}", reply.text);
        assert_dressed(&reply, what);
        assert!(reply.body.is_object(), "{what}: {}", reply.text);
    }
}

#[tokio::test]
async fn browsers_may_ask_before_they_call() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for path in ["im.recent.get", "1/secret/im.recent.get.json", "no.such.method", ""] {
        let request = bare(&portal, Method::OPTIONS, path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,authorization");
        let reply = alice.send(request).await;
        assert!(matches!(reply.status, 200 | 204), "{path}: {}", reply.status);
        assert_dressed(&reply, path);
        let verbs = reply.header("access-control-allow-methods").unwrap_or_default();
        assert!(verbs.contains("GET") && verbs.contains("POST"), "{path}: {verbs}");
        assert_eq!(reply.text, "", "{path}");
    }
}

#[tokio::test]
async fn other_verbs_are_refused() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for verb in [Method::PUT, Method::DELETE, Method::PATCH] {
        let reply =
            alice.send(portal.http().request(verb.clone(), format!("{}server.time", alice.url))).await;
        assert_refused(&reply, 405, "INVALID_REQUEST", verb.as_str());
    }
}

#[tokio::test]
async fn plain_http_is_refused_where_https_is_required() {
    let portal = TestPortal::with(|config| config.rest.require_https = true).await;
    let alice = portal.client(Person::Alice).await;
    assert_refused(&alice.call("server.time", json!({})).await, 400, "INVALID_REQUEST", "http");
    let asked = alice.send(bare(&portal, Method::OPTIONS, "server.time")).await;
    assert_dressed(&asked, "OPTIONS");
}
