//! `lately app`: applications without a browser, beside a server that runs.

use serde_json::{Value, json};

use crate::process::{Process, colleagues, http, ok, run};

fn made(data: &std::path::Path, words: &[&str]) -> Value {
    serde_json::from_str(&ok(data, &[&["app"], words].concat())).expect("an object")
}

#[tokio::test]
async fn an_application_is_made_used_and_removed_beside_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    colleagues(data);
    let process = Process::serve(data);
    let given = ["--client-id", "local.test.1", "--secret", "s3cret.1", "--application-token", "t0ken"];
    let app = made(
        data,
        &[&["add", "--title", "Stock bot", "--scope", "im,user", "--revision", "33"], &given[..]].concat(),
    );
    let expected = json!({
        "id": 1, "client_id": "local.test.1", "client_secret": "s3cret.1", "application_token": "t0ken",
    });
    assert_eq!(app, expected);
    let drawn = made(data, &["add", "--pending", "--scope", "all", "--handler", "https://app.example/"]);
    assert!(drawn["client_id"].as_str().unwrap().starts_with("local."));
    assert_eq!(drawn["client_secret"].as_str().unwrap().len(), 50);

    let tokens = made(data, &["token", "local.test.1", "--user", "2"]);
    let origin = process.origin("http");
    assert_eq!(tokens["client_endpoint"], format!("{origin}/rest/"));
    assert_eq!(tokens["server_endpoint"], format!("{origin}/rest/"));
    assert_eq!(
        (&tokens["scope"], &tokens["expires_in"], &tokens["user_id"]),
        (&json!("im,user"), &json!(3600), &json!(2))
    );
    let me = async |token: &Value| {
        let url = format!("{origin}/rest/user.current?auth={}", token.as_str().unwrap());
        let reply = http().get(url).send().await.unwrap();
        serde_json::from_str::<Value>(&reply.text().await.unwrap()).unwrap()
    };
    assert_eq!(me(&tokens["access_token"]).await["result"]["ID"], "2");
    let expired = made(data, &["token", "1", "--user", "2", "--expired"]);
    assert_eq!(me(&expired["access_token"]).await["error"], "expired_token");
    assert_eq!(expired["expires_in"], 0);
    let pending = made(data, &["token", "2", "--user", "2"]);
    assert_eq!(me(&pending["access_token"]).await["error"], "NOT_INSTALLED");
    assert_eq!(ok(data, &["app", "install", "2"]), "installed application 2\n");
    assert_eq!(me(&pending["access_token"]).await["result"]["ID"], "2");

    let table = ok(data, &["app", "list"]);
    assert!(
        table.contains("local.test.1") && !table.contains("s3cret") && !table.contains("t0ken"),
        "{table}"
    );
    let listed: Value = serde_json::from_str(&ok(data, &["app", "list", "--json"])).unwrap();
    assert_eq!((&listed[0]["title"], &listed[0]["status"]), (&json!("Stock bot"), &json!("L")));
    assert_eq!(listed[1]["handler_url"], "https://app.example/");
    assert_eq!(ok(data, &["app", "remove", "local.test.1", "--clean"]), "removed application 1\n");
    assert_eq!(me(&tokens["access_token"]).await["error"], "invalid_token");
    ok(data, &["check"]);
    process.stop();
}

#[test]
fn what_cannot_be_an_application_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    colleagues(data);
    ok(data, &["app", "add", "--client-id", "local.one"]);
    for (words, code, told) in [
        (&["add", "--scope", "everything"][..], 2, "everything"),
        (&["add", "--scope", ""], 2, "at least one scope"),
        (&["add", "--revision", "30"], 2, "29"),
        (&["add", "--client-id", "local.one"], 1, "local.one already"),
        (&["add", "--client-id", "a b"], 1, "client id is made of"),
        (&["add", "--secret", ""], 1, "secret is made of"),
        (&["add", "--application-token", "ü"], 1, "application token is made of"),
        (&["add", "--handler", "javascript:alert(1)"], 1, "is no address"),
        (&["add", "--install-url", "app.example"], 1, "is no address"),
        (&["install", "9"], 1, "there is no application 9"),
        (&["remove", "local.nine"], 1, "there is no application local.nine"),
        (&["token", "1"], 2, "--user"),
        (&["token", "1", "--user", "99"], 1, "user 99 is not active"),
        (&["token", "9", "--user", "1"], 1, "app list"),
    ] {
        run(data, &[&["app"], words].concat()).assert_failed(code, &[told]);
    }
}
