//! `lately demo`: a portal to try things on, its offer to people, programs and the page, and what outlives a restart.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::process::{Process, colleagues, http, ok, on, run, said, trusting};

fn demo(data: &Path, words: &[&str]) -> Process {
    let mut command = on(data);
    command.args(["demo", "--port", "0", "--tls-port", "0"]).args(words).stderr(Stdio::null());
    Process::start(command)
}

fn offer(data: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data.join("portal.json")).unwrap()).unwrap()
}

fn people(offer: &Value) -> &[Value] {
    offer["users"].as_array().unwrap()
}

/// The webhook of the user at this place of the offer, over plain HTTP.
fn client(offer: &Value, place: usize) -> Client {
    let user = &people(offer)[place];
    let url = user["webhook"]["http"].as_str().unwrap().to_owned();
    Client::new(url, user["id"].as_i64().unwrap(), http())
}

fn secrets(offer: &Value) -> BTreeMap<i64, String> {
    let users = people(offer).iter().filter(|user| !user["webhook"].is_null());
    users
        .map(|user| (user["id"].as_i64().unwrap(), user["webhook"]["secret"].as_str().unwrap().to_owned()))
        .collect()
}

/// How many lines of an export have this type, by the letter or word of their kind.
fn kinds(export: &str, record: &str) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for line in export.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if line["type"] == record {
            *kinds.entry(line["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    kinds
}

#[tokio::test]
async fn everybody_who_is_offered_a_webhook_is_served_over_http_and_https() {
    let dir = tempfile::tempdir().unwrap();
    let process = demo(dir.path(), &[]);
    let offer = offer(dir.path());
    assert_eq!(
        (&offer["http"], &offer["https"]),
        (&json!(process.origin("http")), &json!(process.origin("https")))
    );
    assert_eq!(offer["page"], format!("{}/", process.origin("http")));
    let first = client(&offer, 0);
    assert_eq!(offer["curl"], format!("curl '{}im.recent.get'", first.url));
    let ca = Path::new(offer["ca"].as_str().unwrap());
    assert_eq!(ca, dir.path().canonicalize().unwrap().join("ca.pem"));

    let (plain, secure) = (http(), trusting(ca));
    for user in people(&offer) {
        let id = user["id"].as_i64().unwrap();
        assert_eq!(user["webhook"].is_null(), user["active"] == false, "{user}");
        if user["webhook"].is_null() {
            continue;
        }
        for (scheme, http) in [("http", &plain), ("https", &secure)] {
            let url = user["webhook"][scheme].as_str().unwrap();
            assert!(url.starts_with(&format!("{}/rest/{id}/", process.origin(scheme))), "{url}");
            let profile = Client::new(url.to_owned(), id, http.clone()).ok("profile", json!({})).await;
            assert_eq!((&profile["ID"], &profile["ADMIN"]), (&json!(id.to_string()), &user["admin"]));
        }
    }
    assert!(
        http().get(format!("{}/", process.origin("https"))).send().await.is_err(),
        "nobody else vouches for it"
    );
    let localhost = process.origin("https").replace("127.0.0.1", "localhost");
    assert_eq!(secure.get(format!("{localhost}/")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_portal_has_people_and_chats_of_every_kind_and_thousands_of_messages() {
    let dir = tempfile::tempdir().unwrap();
    let process = demo(dir.path(), &[]);
    let offer = offer(dir.path());
    let [alice, bob] = [&people(&offer)[0], &people(&offer)[1]];
    assert_eq!(
        (&alice["id"], &alice["admin"], &alice["kind"]),
        (&json!(1), &json!(true), &json!("employee"))
    );
    assert_eq!((&bob["id"], &bob["admin"], &bob["kind"]), (&json!(2), &json!(false), &json!("employee")));
    for place in [0, 1] {
        let rows = client(&offer, place).recent(json!({})).await;
        assert!(rows.len() > 20, "the list of user {} has {} rows", place + 1, rows.len());
        assert!(rows.iter().any(|row| row["counter"] != "0"), "something is unread");
        assert!(rows.iter().any(|row| row["pinned"] == true), "something is pinned");
    }

    let export = ok(dir.path(), &["export"]);
    let users = kinds(&export, "user");
    assert!(users.keys().eq(&["bot", "connector", "employee", "extranet", "network"]), "{users:?}");
    assert!(users.values().sum::<usize>() >= 15, "{users:?}");
    let chats = kinds(&export, "chat");
    assert!(chats.keys().eq(&["A", "B", "C", "J", "L", "N", "O", "P", "S", "T", "X"]), "{chats:?}");
    assert!(chats.values().sum::<usize>() >= 40, "{chats:?}");
    let messages: usize = kinds(&export, "message").values().sum();
    assert!(messages >= 2000, "{messages} messages");
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
    let printed = process.printed().join("\n");
    for webhook in people(&offer).iter().filter_map(|user| user["webhook"]["http"].as_str()) {
        assert!(printed.contains(webhook), "{webhook} is not in {printed}");
    }
    for text in ["webhook", "http"].map(|key| people(&offer)[0]["webhook"][key].as_str().unwrap_or("WEBHOOK"))
    {
        assert!(printed.contains(text), "{text} is not in {printed}");
    }
    for key in ["page", "ca", "curl"] {
        assert!(printed.contains(offer[key].as_str().unwrap()), "{key} is not in {printed}");
    }
}

#[tokio::test]
async fn a_restart_keeps_people_messages_webhooks_and_ca() {
    let dir = tempfile::tempdir().unwrap();
    let process = demo(dir.path(), &[]);
    let first = offer(dir.path());
    client(&first, 0).say(2, "keep this").await;
    ok(dir.path(), &["user", "edit", "3", "--first-name", "Zelda", "--active"]);
    ok(dir.path(), &["user", "add", "--first-name", "Newcomer"]);
    let ca = std::fs::read(dir.path().join("ca.pem")).unwrap();
    process.stop();
    let before = ok(dir.path(), &["export"]);

    let process = demo(dir.path(), &[]);
    let second = offer(dir.path());
    assert_eq!(std::fs::read(dir.path().join("ca.pem")).unwrap(), ca);
    let (known, now) = (secrets(&first), secrets(&second));
    let kept: BTreeMap<i64, String> =
        now.clone().into_iter().filter(|(id, _)| known.contains_key(id)).collect();
    assert_eq!(kept, known);
    assert_eq!(now.len(), known.len() + 1, "the newcomer has a webhook as well");
    assert_eq!(second["http"], process.origin("http"));
    let after = ok(dir.path(), &["export"]);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(lines(&after).is_superset(&lines(&before)), "something was lost or changed");
    assert_eq!(lines(&after).len(), lines(&before).len() + 2, "only a webhook and a password came in");
    assert_eq!(client(&second, 1).row(1).await.unwrap()["message"]["text"], "keep this");
}

#[tokio::test]
async fn a_portal_that_was_killed_while_it_was_made_is_made_whole_by_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = on(dir.path());
    command.args(["demo", "--port", "0", "--tls-port", "0"]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    // It answers already, and nobody is in it yet.
    assert!(log.lines().any(|line| line.unwrap().contains("answering")));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!dir.path().join("portal.json").exists(), "what is not true yet is not told");

    let _process = demo(dir.path(), &[]);
    assert!(client(&offer(dir.path()), 0).recent(json!({})).await.len() > 20);
    let export = ok(dir.path(), &["export"]);
    assert!(kinds(&export, "message").values().sum::<usize>() >= 2000);
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
}

#[tokio::test]
async fn fresh_begins_anew_and_leaves_files_of_others_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("portal");
    let process = demo(&data, &["--fresh"]);
    let first = offer(&data);
    client(&first, 0).say(2, "forget this").await;
    let busy = run(&data, &["demo", "--fresh", "--port", "0", "--tls-port", "0"]);
    busy.assert_failed(1, &["a server runs on", "Nothing was deleted"]);
    assert_eq!(offer(&data), first);
    process.stop();
    std::fs::write(data.join("notes.txt"), "mine").unwrap();

    let process = demo(&data, &["--fresh"]);
    let second = offer(&data);
    assert_eq!(std::fs::read_to_string(data.join("notes.txt")).unwrap(), "mine");
    assert!(secrets(&first).values().all(|secret| !secrets(&second).values().any(|new| new == secret)));
    assert!(!ok(&data, &["export"]).contains("forget this"));
    let old = format!("{}/rest/1/{}/", process.origin("http"), secrets(&first)[&1]);
    let reply = Client::new(old, 1, http()).call("profile", json!({})).await;
    assert_eq!(reply.error(), (401, "INVALID_CREDENTIALS"));
    process.stop();

    let other = dir.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("thesis.txt"), "mine").unwrap();
    let said = run(&other, &["demo", "--fresh", "--port", "0", "--tls-port", "0"]);
    said.assert_failed(1, &["holds no portal", "nothing was deleted", "--data"]);
    assert_eq!(std::fs::read_dir(&other).unwrap().count(), 1);
}

#[tokio::test]
async fn a_portal_of_people_is_served_and_never_filled() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = demo(dir.path(), &[]);
    let offer = offer(dir.path());
    let names: Vec<&str> = people(&offer).iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Alice Adams", "Bob Brown", "Carol Clark"]);
    assert!(client(&offer, 0).recent(json!({})).await.is_empty());
    drop(process);
}

#[test]
fn without_a_directory_the_portal_is_made_beside_the_person() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = crate::process::lately();
    command.current_dir(dir.path()).args(["demo", "--port", "0", "--tls-port", "0"]).stderr(Stdio::null());
    let process = Process::start(command);
    let port = process.origin("http").rsplit(':').next().unwrap().to_owned();
    assert_eq!(people(&offer(&dir.path().join("portal")))[0]["id"], 1);

    let mut second = crate::process::lately();
    second.current_dir(dir.path()).args(["demo", "--data", "second", "--port", &port, "--tls-port", "0"]);
    said(&mut second).assert_failed(1, &["cannot listen on", &port, "--port"]);
    assert!(!dir.path().join("second/portal.json").exists());
}

/// What is missing when the page has no files.
const BUILD: &str = "build the page with `cargo xtask web`";

#[tokio::test]
async fn the_page_comes_with_its_scripts_and_styles_under_a_content_policy() {
    let dir = tempfile::tempdir().unwrap();
    let process = demo(dir.path(), &[]);
    let (origin, http) = (process.origin("http"), http());
    let page = http.get(format!("{origin}/")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = page.text().await.unwrap();
    for tag in text.split('<').filter(|tag| tag.starts_with("script") || tag.starts_with("style")) {
        assert!(tag.contains(" src=\""), "inline: <{tag}");
    }
    let links = text.split('"').filter(|link| link.starts_with("/assets/"));
    let mut kinds = BTreeSet::new();
    for link in links {
        let ask = |packed: &'static str| {
            http.get(format!("{origin}{link}")).header("accept-encoding", packed).send()
        };
        let file = ask("br").await.unwrap();
        assert_eq!(file.status(), 200, "{link}");
        assert_eq!(file.headers()["content-security-policy"], policy.as_str());
        assert!(file.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        assert_eq!(file.headers()["content-encoding"], "br");
        kinds.insert(file.headers()["content-type"].to_str().unwrap().to_owned());
        let whole = ask("identity").await.unwrap();
        assert!(!whole.headers().contains_key("content-encoding"));
        assert!(whole.bytes().await.unwrap().len() > file.bytes().await.unwrap().len());
    }
    let kinds: Vec<_> = kinds.into_iter().collect();
    assert_eq!(kinds, ["text/css; charset=utf-8", "text/javascript; charset=utf-8"], "{BUILD}");
    assert_eq!(http.get(format!("{origin}/nowhere")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn only_a_demo_portal_offers_its_people_to_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let process = demo(dir.path(), &[]);
    let told = http().get(format!("{}/demo.json", process.origin("http"))).send().await.unwrap();
    assert_eq!(told.headers()["content-type"], "application/json; charset=utf-8");
    assert!(!told.headers().contains_key("access-control-allow-origin"), "for no other site's scripts");
    assert_eq!(told.json::<Value>().await.unwrap(), offer(dir.path()));
    process.stop();
    // The same portal, served for people, tells nobody.
    let process = Process::serve(dir.path());
    let told = http().get(format!("{}/demo.json", process.origin("http"))).send().await.unwrap();
    assert_eq!(told.status(), 404);
    let told = http().get(format!("{}/portal.json", process.origin("http"))).send().await.unwrap();
    assert_eq!(told.json::<Value>().await.unwrap(), json!({ "result": { "name": "Lately" } }));
    assert_eq!(http().get(format!("{}/", process.origin("http"))).send().await.unwrap().status(), 200);
}
