//! Settings of the portal: changed while it runs, on every server, with what the configuration says beside them.

use lately_testkit::{Browser, Client, Person, TestPortal, database};
use serde_json::{Value, json};

use crate::audit::{PASSWORD, deeds, stage};
use crate::process::{Process, colleagues, ok, run};

async fn change(browser: &mut Browser, name: &str, value: Value) -> lately_testkit::Reply {
    browser.form("/setting/change", json!({ "name": name, "value": value })).await
}

/// What an administrator sees of one setting.
async fn seen(browser: &mut Browser, name: &str) -> Value {
    let all = browser.form("/setting/list", json!({})).await.result()["settings"].clone();
    all.as_array().unwrap().iter().find(|one| one["name"] == name).expect("the setting").clone()
}

async fn name_of(portal: &TestPortal) -> Value {
    let reply = portal.http().get(format!("{}/portal.json", portal.origin())).send().await.unwrap();
    reply.json::<Value>().await.unwrap()["result"]["name"].clone()
}

#[tokio::test]
async fn the_name_is_changed_for_everybody_and_given_back_to_the_configuration() {
    let (portal, mut alice, _) = stage().await;
    assert_eq!(name_of(&portal).await, "Lately");
    assert_eq!(change(&mut alice, "portal.name", json!(" Byron & Sons ")).await.result(), true);
    assert_eq!(name_of(&portal).await, "Byron & Sons");
    assert_eq!(
        seen(&mut alice, "portal.name").await,
        json!({
            "name": "portal.name", "value": "Byron & Sons", "configured": "Lately", "place": null,
            "changed_at": "2026-03-02T10:00:00+00:00", "changed_by": 1, "choices": [], "least": null, "most": null,
        })
    );
    assert_eq!(change(&mut alice, "portal.name", Value::Null).await.result(), true);
    assert_eq!(name_of(&portal).await, "Lately");
    assert_eq!(seen(&mut alice, "portal.name").await["changed_at"], Value::Null);
    let told = deeds(&mut alice, json!({ "kind": "setting_changed" })).await;
    let details: Vec<&Value> = told.iter().rev().map(|deed| &deed["detail"]).collect();
    assert_eq!(
        details,
        [
            &json!({ "setting": "portal.name", "before": "Lately", "after": "Byron & Sons" }),
            &json!({ "setting": "portal.name", "before": "Byron & Sons", "after": "Lately", "reset": true }),
        ]
    );
    change(&mut alice, "portal.name", Value::Null).await.result();
    assert_eq!(deeds(&mut alice, json!({ "kind": "setting_changed" })).await.len(), 2, "nothing changed");
}

#[tokio::test]
async fn the_window_of_the_list_follows_at_once() {
    let (portal, mut alice, bob) = stage().await;
    bob.ok("im.message.add", json!({ "DIALOG_ID": 1, "MESSAGE": "old" })).await;
    portal.clock.step(10 * 86_400);
    bob.ok("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": "new" })).await;
    let rows =
        async |browser: &Browser| browser.ok("im.recent.get", json!({})).await.as_array().unwrap().len();
    for _ in 0..3 {
        assert_eq!(rows(&bob).await, 2, "and the answer is kept");
    }
    change(&mut alice, "recent.window_days", json!(5)).await.result();
    assert_eq!(rows(&bob).await, 1);
    change(&mut alice, "recent.window_days", json!("30")).await.result();
    assert_eq!(rows(&bob).await, 2);
    portal.assert_exact().await;
}

#[tokio::test]
async fn the_largest_file_and_the_usual_revision_follow_at_once() {
    let (portal, mut alice, _) = stage().await;
    let hook = portal.client(Person::Bob).await;
    let chat = hook.ok("im.chat.add", json!({ "TITLE": "Plan" })).await;
    let send = async |size: usize| {
        use base64::Engine as _;
        let content = base64::engine::general_purpose::STANDARD.encode(vec![b'x'; size]);
        let fields =
            json!({ "dialogId": format!("chat{chat}"), "fields": { "name": "a.txt", "content": content } });
        hook.call("im.v2.File.upload", fields).await
    };
    let first = send(5000).await;
    assert_eq!(first.status, 200, "{}", first.text);
    change(&mut alice, "files.largest_bytes", json!(2048)).await.result();
    assert_eq!(send(5000).await.error(), (400, "FILE_TOO_LARGE"));
    change(&mut alice, "files.largest_bytes", Value::Null).await.result();
    assert_eq!(send(5000).await.status, 200);

    let made = json!({ "user": 2, "scopes": "im" });
    let revision = async |alice: &mut Browser| {
        alice.form("/webhook/add", made.clone()).await.result()["webhook"]["revision"].clone()
    };
    assert_eq!(revision(&mut alice).await, 29);
    change(&mut alice, "rest.revision", json!(33)).await.result();
    assert_eq!(revision(&mut alice).await, 33);
    let named = json!({ "user": 2, "scopes": "im", "revision": 29 });
    assert_eq!(alice.form("/webhook/add", named).await.result()["webhook"]["revision"], 29);
}

#[tokio::test]
async fn what_a_setting_cannot_be_is_refused_and_changes_nothing() {
    let (portal, mut alice, mut bob) = stage().await;
    let before = alice.form("/setting/list", json!({})).await.result().clone();
    for (name, value) in [
        ("portal.name", json!("")),
        ("portal.name", json!("a\nb")),
        ("portal.name", json!("x".repeat(101))),
        ("people.invite", json!("everybody")),
        ("rest.revision", json!(30)),
        ("recent.window_days", json!(0)),
        ("recent.window_days", json!(1.5)),
        ("recent.window_days", json!("36501")),
        ("files.largest_bytes", json!(i64::MAX)),
        ("audit.keep_days", json!("never")),
    ] {
        let reply = change(&mut alice, name, value.clone()).await;
        assert_eq!(reply.error(), (400, "SETTING_ERROR"), "{name} {value}");
        assert!(reply.body["error_description"].as_str().is_some_and(|text| text.len() > 10));
    }
    for (name, value) in [
        ("http.listen", json!("x")),
        ("", json!("x")),
        ("portal.name", json!([])),
        ("portal.name", json!(true)),
    ] {
        assert_eq!(
            change(&mut alice, name, value.clone()).await.error(),
            (400, "ERROR_ARGUMENT"),
            "{name} {value}"
        );
    }
    assert_eq!(change(&mut bob, "portal.name", json!("Mine")).await.error(), (400, "ERROR_CORE"));
    assert_eq!(bob.form("/setting/list", json!({})).await.error(), (400, "ERROR_CORE"));
    let mut stranger = portal.browser();
    assert_eq!(change(&mut stranger, "portal.name", json!("Mine")).await.error(), (401, "session_failed"));
    assert_eq!(alice.form("/setting/list", json!({})).await.result(), &before);
    assert!(deeds(&mut alice, json!({ "kind": "setting_changed" })).await.is_empty());
}

#[tokio::test]
async fn what_only_the_configuration_can_change_is_shown_with_its_place_and_without_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    ok(data, &["user", "add", "--first-name", "Alice", "--email", "alice@example.com", "--admin"]);
    let file = data.join("lately.toml");
    std::fs::write(&file, "[recent]\nwindow_days = 9\n[files]\ns3_key_id = \"id\"\ns3_secret = \"hush\"\n")
        .unwrap();
    let mut password = crate::process::on(data);
    password.args(["user", "password", "1"]).stdin(std::fs::File::open(pass(data)).unwrap());
    assert_eq!(crate::process::said(&mut password).code, Some(0));
    let words = ["--config", file.to_str().unwrap(), "--set", "limits.bucket_size=77"];
    let server = Process::serve_with(data, &words);
    let mut alice = Browser::new(server.origin("http").to_owned(), crate::process::http());
    alice.sign_in("alice@example.com", PASSWORD).await;
    let all = alice.form("/setting/list", json!({})).await.result().clone();
    assert!(!all.to_string().contains("hush"), "{all}");
    let fixed = |name: &str| {
        let mut keys = all["fixed"].as_array().unwrap().iter();
        keys.find(|key| key["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    let size = json!({ "name": "limits.bucket_size", "value": "77", "place": "the command line" });
    assert_eq!(fixed("limits.bucket_size"), size);
    assert_eq!(fixed("files.s3_secret")["value"], "\"***\"");
    assert_eq!(
        fixed("rest.require_https"),
        json!({ "name": "rest.require_https", "value": "false", "place": null })
    );
    let window = seen(&mut alice, "recent.window_days").await;
    assert_eq!((&window["value"], &window["configured"]), (&json!("9"), &json!("9")));
    assert_eq!(window["place"], file.to_str().unwrap());
    assert!(!all["fixed"].as_array().unwrap().iter().any(|key| key["name"] == "recent.window_days"));
    server.stop();
}

fn pass(data: &std::path::Path) -> std::path::PathBuf {
    let file = data.join("password.txt");
    std::fs::write(&file, PASSWORD).unwrap();
    file
}

#[tokio::test]
async fn commands_beside_the_server_change_settings_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    colleagues(data);
    let server = Process::serve(data);
    let name = async || {
        let reply = crate::process::http()
            .get(format!("{}/portal.json", server.origin("http")))
            .send()
            .await
            .unwrap();
        reply.json::<Value>().await.unwrap()["result"]["name"].clone()
    };
    assert_eq!(name().await, "Lately");
    assert_eq!(ok(data, &["setting", "set", "portal.name", "Bakery"]), "portal.name is Bakery\n");
    assert_eq!(name().await, "Bakery");
    let list = ok(data, &["setting", "list"]);
    let name_row: Vec<&str> = list.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(name_row, ["portal.name", "Bakery", "database", "Lately"]);
    let told: Value = serde_json::from_str(&ok(data, &["setting", "list", "--json"])).unwrap();
    assert_eq!(
        told[0],
        json!({ "name": "portal.name", "value": "Bakery", "configured": "Lately", "changed": true })
    );
    assert_eq!(ok(data, &["setting", "reset", "portal.name"]), "portal.name is Lately\n");
    assert_eq!(name().await, "Lately");
    ok(data, &["setting", "set", "rest.revision", "33"]);
    let address = ok(data, &["webhook", "add", "--user", "1", "--scope", "im"]);
    let hook = Client::new(address.trim_end().to_owned(), 1, crate::process::http());
    assert_eq!(hook.ok("im.revision.get", json!({})).await["rest"], 33);
    run(data, &["setting", "set", "recent.window_days", "0"]).assert_failed(1, &["from 1 to 36500"]);
    run(data, &["setting", "set", "http.listen", "x"]).assert_failed(2, &["portal.name", "configuration"]);
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_of_the_portal_follows_a_change() {
    let one = TestPortal::with(|config| config.database = Some(database::server_address(&config.data))).await;
    one.messenger().lend_password(PASSWORD.to_owned()).await.unwrap();
    let other = one.neighbour(|config| config.portal.name = "As configured there".to_owned()).await;
    let mut alice = one.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    assert_eq!((name_of(&one).await, name_of(&other).await), (json!("Lately"), json!("As configured there")));
    change(&mut alice, "portal.name", json!("Bakery")).await.result();
    other.messenger().catch_up().await.unwrap();
    assert_eq!((name_of(&one).await, name_of(&other).await), (json!("Bakery"), json!("Bakery")));
    change(&mut alice, "portal.name", Value::Null).await.result();
    other.messenger().catch_up().await.unwrap();
    assert_eq!((name_of(&one).await, name_of(&other).await), (json!("Lately"), json!("As configured there")));
    assert_eq!(other.messenger().gauge().doubts, 0, "everything was told");
}
