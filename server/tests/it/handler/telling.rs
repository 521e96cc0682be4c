//! What applications are told at once: each event once, in order, whoever else is slow.

use lately_model::{AppId, UserId};
use lately_testkit::{Client, Person, Receiver, TestPortal, database};
use serde_json::json;

use super::{Stage, add_user, refused, until};
use crate::process::{Process, ok};

#[tokio::test]
async fn an_application_is_told_who_was_added_and_can_answer_at_once() {
    let mut stage = Stage::set().await;
    stage.bind("ONUSERADD", "/handler?x=1").await;
    let webhook = stage.portal.client(Person::Alice).await;
    let params = json!({
        "EMAIL": "Grace@Example.com", "NAME": "Grace", "LAST_NAME": "Gould & Söhne", "WORK_POSITION": "Cook",
        "UF_DEPARTMENT": [1], "PERSONAL_GENDER": "F",
    });
    let id = webhook.ok("user.add", params).await;
    let told = stage.receiver.told().await;
    assert_eq!(told.path, "/handler?x=1");
    assert!(
        told.head.starts_with("post ")
            && told.head.contains("content-type: application/x-www-form-urlencoded")
    );
    let keys: Vec<&String> = told.form.keys().collect();
    assert_eq!(keys, ["event", "event_handler_id", "data", "ts", "auth"]);
    assert_eq!(told.form["event"], "ONUSERADD");
    assert_eq!(told.form["ts"], stage.portal.clock.seconds().to_string());
    assert_eq!(
        told.form["data"],
        json!({
            "ID": id.to_string(), "ACTIVE": "Y", "EMAIL": "grace@example.com", "NAME": "Grace",
            "LAST_NAME": "Gould & Söhne", "PERSONAL_GENDER": "F", "PERSONAL_BIRTHDAY": "", "UF_DEPARTMENT": ["1"],
            "DATE_REGISTER": "2026-03-02T10:00:00+00:00", "WORK_POSITION": "Cook",
        })
    );
    let auth = told.form["auth"].as_object().unwrap();
    let mut names: Vec<&str> = auth.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_token",
            "application_token",
            "client_endpoint",
            "domain",
            "expires",
            "expires_in",
            "member_id",
            "scope",
            "server_endpoint",
            "status",
            "user_id",
        ]
    );
    assert_eq!(auth["application_token"], stage.app.application_token);
    assert_eq!(auth["domain"], "portal.lately.test");
    assert_eq!(auth["client_endpoint"], "https://portal.lately.test/rest/");
    assert_eq!((&auth["scope"], &auth["status"]), (&json!("im,user"), &json!("L")));
    assert_eq!((&auth["user_id"], &auth["expires_in"]), (&json!("1"), &json!("3600")));
    let answering = stage.portal.token_client(auth["access_token"].as_str().unwrap(), Person::Alice);
    assert_eq!(answering.ok("user.current", json!({})).await["ID"], "1");
    stage.settle().await;
    assert_eq!(stage.receiver.count(), 1);
    stage.portal.assert_exact().await;
}

#[tokio::test]
async fn a_test_comes_back_as_it_was_sent_every_value_as_a_text() {
    let mut stage = Stage::set().await;
    stage.bind("ONAPPTEST", "/").await;
    let params =
        json!({ "any": { "list": [1, "zwei", { "three": true }], "no": false }, "empty": "", "null": null });
    assert_eq!(stage.bob.ok("event.test", params).await, 1);
    let told = stage.receiver.told().await;
    assert_eq!(told.event(), "ONAPPTEST");
    assert_eq!(
        told.data("QUERY"),
        &json!({ "any": { "list": ["1", "zwei", { "three": "1" }], "no": "0" }, "empty": "", "null": "" })
    );
    assert_eq!(told.data("LANGUAGE_ID"), "en");
    assert_eq!(told.form["auth"]["user_id"], "2", "whoever caused it");
    assert_eq!(stage.bob.ok("event.test", json!({})).await, 1);
    assert_eq!(stage.receiver.told().await.data("LANGUAGE_ID"), "en");
    let large = json!({ "any": "x".repeat(70_000) });
    assert_eq!(stage.bob.refused("event.test", large).await, refused(400, "ERROR_ARGUMENT"));
    let other = stage.portal.app("im").await;
    let other = stage.portal.app_client(&other, Person::Bob).await;
    assert_eq!(other.ok("event.test", json!({ "any": "thing" })).await, 1);
    stage.settle().await;
    assert_eq!(stage.receiver.count(), 2, "nobody hears of another application's test");
}

#[tokio::test]
async fn a_handler_answers_as_whom_it_was_bound_for() {
    let mut stage = Stage::set().await;
    let handler = stage.receiver.url("/");
    stage.alice.ok("event.bind", json!({ "event": "ONUSERADD", "handler": handler, "auth_type": 3 })).await;
    stage
        .portal
        .messenger()
        .add_user(None, lately_model::User { active: true, first_name: "Grace".into(), ..Default::default() })
        .await
        .unwrap();
    let told = stage.receiver.told().await;
    assert_eq!(told.form["auth"]["user_id"], "3");
    let webhook = stage.portal.client(Person::Alice).await;
    webhook.ok("user.update", json!({ "ID": 3, "ACTIVE": "N" })).await;
    add_user(&webhook, "Heidi").await;
    let told = stage.receiver.told().await;
    let auth = told.form["auth"].as_object().unwrap();
    assert!(
        !auth.contains_key("access_token") && !auth.contains_key("user_id"),
        "who was dismissed lends nothing"
    );
    assert_eq!(auth["application_token"], stage.app.application_token);
}

#[tokio::test]
async fn what_the_application_may_not_see_of_a_person_it_is_not_told() {
    let mut stage = Stage::set().await;
    let app = stage.portal.app("im").await;
    let alice = stage.portal.app_client(&app, Person::Alice).await;
    alice.ok("event.bind", json!({ "event": "ONUSERADD", "handler": stage.receiver.url("/") })).await;
    let webhook = stage.portal.client(Person::Alice).await;
    webhook.ok("user.add", json!({ "EMAIL": "grace@example.com", "NAME": "Grace", "EXTRANET": "Y" })).await;
    let told = stage.receiver.told().await;
    let data = told.form["data"].as_object().unwrap();
    assert_eq!(data["NAME"], "Grace");
    for hidden in ["EMAIL", "PERSONAL_GENDER", "PERSONAL_BIRTHDAY", "UF_DEPARTMENT"] {
        assert!(!data.contains_key(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn an_application_is_told_that_it_was_installed_and_that_it_was_removed() {
    let mut stage = Stage::set().await;
    let install_url = stage.receiver.url("/install");
    let silent = stage.portal.app_with("im", |new| {
        new.installed = false;
        new.api_only = true;
        new.install_url = install_url;
    });
    let app = silent.await;
    let alice = stage.portal.app_client(&app, Person::Alice).await;
    alice.ok("event.bind", json!({ "event": "ONAPPINSTALL", "handler": stage.receiver.url("/bound") })).await;
    alice
        .ok("event.bind", json!({ "event": "ONAPPUNINSTALL", "handler": stage.receiver.url("/gone") }))
        .await;
    alice.ok("event.bind", json!({ "event": "ONUSERADD", "handler": stage.receiver.url("/added") })).await;
    alice.ok("event.test", json!({})).await;
    let webhook = stage.portal.client(Person::Alice).await;
    add_user(&webhook, "Grace").await;
    stage.settle().await;
    assert_eq!(stage.receiver.count(), 0, "until it is installed it hears of nothing");
    let id = AppId(app.id);
    for _ in 0..2 {
        assert!(stage.portal.messenger().install_app(Some(UserId(1)), id).await.unwrap());
    }
    let mut told = [stage.receiver.told().await, stage.receiver.told().await];
    told.sort_by(|one, other| one.path.cmp(&other.path));
    let data = json!({ "VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en" });
    for one in &told {
        assert_eq!((one.event(), &one.form["data"]), ("ONAPPINSTALL", &data));
        let auth = &one.form["auth"];
        assert_eq!(
            (&auth["application_token"], &auth["user_id"]),
            (&json!(app.application_token), &json!("1"))
        );
        let token = stage.portal.token_client(auth["access_token"].as_str().unwrap(), Person::Alice);
        assert_eq!(token.ok("im.counters.get", json!({})).await["TYPE"]["ALL"], 0);
        assert!(auth["refresh_token"].is_string());
    }
    assert_eq!([&told[0].path, &told[1].path], ["/bound", "/install"]);
    assert!(!told[1].form.contains_key("event_handler_id"));

    assert!(stage.portal.messenger().remove_app(None, id, true).await.unwrap());
    let told = stage.receiver.told().await;
    assert_eq!((told.path.as_str(), told.event()), ("/gone", "ONAPPUNINSTALL"));
    assert_eq!(told.form["data"], json!({ "LANGUAGE_ID": "en", "CLEAN": "1" }));
    let auth = told.form["auth"].as_object().unwrap();
    assert_eq!(auth["application_token"], app.application_token);
    assert!(!auth.contains_key("access_token") && !auth.contains_key("refresh_token"));
    add_user(&webhook, "Heidi").await;
    stage.settle().await;
    assert_eq!(stage.receiver.count(), 3, "after that it hears of nothing");
}

#[tokio::test]
async fn whoever_does_not_answer_holds_up_nobody_and_is_not_asked_twice() {
    let mut stage = Stage::set().await;
    for path in ["/silent", "/500", "/302", "/fine"] {
        stage.bind("ONAPPTEST", path).await;
    }
    let nowhere = json!({ "event": "ONAPPTEST", "handler": "http://127.0.0.1:1/" });
    stage.alice.ok("event.bind", nowhere).await;
    for number in 0..3 {
        stage.bob.ok("event.test", json!({ "number": number })).await;
    }
    let mut fine = Vec::new();
    let mut others = Vec::new();
    while fine.len() < 3 || others.len() < 7 {
        let told = stage.receiver.told().await;
        let number = told.data("QUERY")["number"].clone();
        if told.path == "/fine" { fine.push(number) } else { others.push((told.path.clone(), number)) }
    }
    assert_eq!(fine, ["0", "1", "2"], "to one address in order");
    for path in ["/500", "/302"] {
        let numbers: Vec<_> =
            others.iter().filter(|(other, _)| other == path).map(|(_, number)| number).collect();
        assert_eq!(numbers, ["0", "1", "2"], "{path} is told each once");
    }
    let silent: Vec<_> = others.iter().filter(|(path, _)| path == "/silent").collect();
    assert_eq!(silent.len(), 1, "the next waits until the first had its time");
    assert!(others.iter().all(|(path, _)| path != "/elsewhere"), "nobody is followed");
}

#[tokio::test]
async fn what_waits_for_one_address_is_bounded() {
    let stage = Stage::set().await;
    stage.bind("ONAPPTEST", "/silent").await;
    stage.bob.ok("event.test", json!({})).await;
    until(async || stage.receiver.count() == 1).await;
    for _ in 0..21 {
        let cmd = vec!["event.test?a=1"; 50];
        let done = stage.bob.ok("batch", json!({ "cmd": cmd })).await;
        assert_eq!(done["result_error"], json!([]));
    }
    assert_eq!(stage.portal.messenger().waiting_errands().await.unwrap(), 1000, "what is too much is lost");
    let counted = stage.alice.ok("event.unbind", json!({ "event": "ONAPPTEST" })).await;
    assert_eq!(counted["count"], 1);
    assert_eq!(
        stage.portal.messenger().waiting_errands().await.unwrap(),
        0,
        "what waited went with its handler"
    );
}

#[tokio::test]
async fn where_private_addresses_are_not_allowed_they_are_not_called() {
    let stage = Stage::with(|config| config.events.allow_private = false).await;
    stage.bind("ONAPPTEST", "/").await;
    let named = stage.receiver.url("/").replace("127.0.0.1", "localhost");
    stage.alice.ok("event.bind", json!({ "event": "ONAPPTEST", "handler": named })).await;
    stage.bob.ok("event.test", json!({})).await;
    stage.settle().await;
    assert_eq!(stage.receiver.count(), 0);
}

#[tokio::test]
async fn what_happens_while_no_server_runs_is_told_when_one_does() {
    let stage = Stage::set().await;
    stage.bind("ONUSERADD", "/").await;
    let mut receiver = stage.receiver;
    let ground = stage.portal.stop().await;
    ok(ground.path(), &["user", "add", "--first-name", "Grace"]);
    assert_eq!(receiver.count(), 0);
    let process = Process::serve(ground.path());
    assert_eq!(receiver.told().await.data("NAME"), "Grace");
    ok(ground.path(), &["user", "add", "--first-name", "Heidi"]);
    assert_eq!(receiver.told().await.data("NAME"), "Heidi", "also by a command beside the server");
    process.stop();
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_tells_tells_once_more() {
    let stage = Stage::set().await;
    stage.bind("ONUSERADD", "/silent").await;
    let mut receiver = stage.receiver;
    let ground = stage.portal.stop().await;
    ok(ground.path(), &["user", "add", "--first-name", "Grace"]);
    let process = Process::serve(ground.path());
    assert_eq!(receiver.told().await.data("NAME"), "Grace");
    process.signal("KILL");
    process.end();
    if database::address(ground.path()).is_some() {
        // Another server may be at it: only after a minute is it known that none is.
        return;
    }
    let process = Process::serve(ground.path());
    assert_eq!(receiver.told().await.data("NAME"), "Grace");
    process.signal("KILL");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_servers_one_tells_and_another_goes_on_when_that_one_dies() {
    let one = TestPortal::with(|config| config.database = Some(database::server_address(&config.data))).await;
    let other = one.neighbour(|_| {}).await;
    let app = one.app("im,user").await;
    let mut receiver = Receiver::start().await;
    let alice = one.app_client(&app, Person::Alice).await;
    let there = |client: &Client| {
        let path = client.url.split_once("/rest/").unwrap().1;
        Client::new(format!("{}/rest/{path}", other.origin()), client.user, other.http().clone())
    };
    alice.ok("event.bind", json!({ "event": "ONUSERADD", "handler": receiver.url("/") })).await;
    let webhook = one.client(Person::Alice).await;
    let also = there(&webhook);
    for number in 0..10 {
        add_user(&webhook, &format!("One{number}")).await;
        add_user(&also, &format!("Other{number}")).await;
    }
    let mut names = Vec::new();
    for _ in 0..20 {
        names.push(receiver.told().await.data("NAME").as_str().unwrap().to_owned());
    }
    let expected: Vec<String> =
        (0..10).flat_map(|number| [format!("One{number}"), format!("Other{number}")]).collect();
    assert_eq!(names, expected);
    until(async || one.messenger().waiting_errands().await.unwrap() == 0).await;
    assert_eq!(receiver.count(), 20, "each once");

    // A server that takes an errand and is never heard of again.
    let silent = json!({ "event": "ONAPPTEST", "handler": receiver.url("/silent") });
    alice.ok("event.bind", silent).await;
    alice.ok("event.test", json!({})).await;
    assert_eq!(receiver.told().await.event(), "ONAPPTEST");
    one.clock.step(61);
    other.clock.step(61);
    assert_eq!(receiver.told().await.event(), "ONAPPTEST", "another takes it when its time is over");
}
