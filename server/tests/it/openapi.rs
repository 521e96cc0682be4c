//! The API as it is described: the document, the pages, and whether the server keeps to them when a stranger reads the
//! document and calls whatever it finds there.
//!
//! Must hold: the same seed gives the same calls, and nothing beyond this machine is asked. Never installs anything: the
//! test command does.

use std::path::{Path, PathBuf};
use std::process::Command;

use lately::openapi::document::document;
use lately::rest::refusal::WireError;
use lately::rest::registry;
use lately_model::Revision;
use lately_testkit::{Person, TestPortal};
use serde_json::{Value, json};

use crate::stage::Stage;

const HOW_TO_INSTALL: &str = "install it with `cargo xtask test --only unit`";

/// What an answer is looked at for.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

#[tokio::test]
async fn the_document_is_there_for_anybody() {
    let portal = TestPortal::start().await;
    let reply = portal.client(Person::Bob).await.send(portal.http().get(url(&portal, "/openapi.json"))).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json; charset=utf-8")));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let address = reply.body["servers"][0]["url"].as_str().expect("an address");
    assert_eq!(reply.body, document(address));
    assert_eq!(reply.body["openapi"], "3.1.0");
    assert_eq!(reply.body["paths"].as_object().expect("paths").len(), registry::all().count());
}

#[test]
fn the_document_is_valid_openapi() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("openapi.json");
    std::fs::write(&place, document("https://portal.lately.test").to_string()).unwrap();
    let out = ends_well(program("python").args(["-m", "openapi_spec_validator"]).arg(&place));
    assert!(out.ends_with("OK\n"), "{out}");
}

#[tokio::test]
async fn every_method_has_a_page_with_all_that_is_declared() {
    let portal = TestPortal::start().await;
    let bob = portal.client(Person::Bob).await;
    let index = bob.send(portal.http().get(url(&portal, "/api"))).await;
    for error in WireError::of_any_method() {
        assert!(index.text.contains(&error.code), "{}", error.code);
    }
    for method in registry::all() {
        let path = format!("/api/{}", method.name);
        assert!(index.text.contains(&format!("<a href=\"{path}\">")), "{}", method.name);
        let page = bob.send(portal.http().get(url(&portal, &path))).await;
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let declared = method.params.iter().map(|param| param.name.to_owned());
        for word in declared.chain(method.refuses().into_iter().map(|error| error.code)) {
            assert!(page.text.contains(&format!("<code>{word}</code>")), "{} has no {word}", method.name);
        }
        assert!(page.text.contains(&format!("/rest/USER/SECRET/{}", method.name)), "{}", method.name);
    }
}

#[tokio::test]
async fn the_pages_run_nothing_and_take_their_look_from_here() {
    let portal = TestPortal::start().await;
    let bob = portal.client(Person::Bob).await;
    for path in ["/api", "/api/", "/api/im.chat.add"] {
        let page = bob.send(portal.http().get(url(&portal, path))).await;
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for forbidden in ["<script", "<style", " style=", " onclick="] {
            assert!(!page.text.contains(forbidden), "{path} has {forbidden}");
        }
    }
    let style = bob.send(portal.http().get(url(&portal, "/api/style.css"))).await;
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert!(style.text.contains("prefers-color-scheme: dark"));
    let unknown = bob.send(portal.http().get(url(&portal, "/api/im.nothing"))).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_administrator_calls_is_answered_as_the_document_says() {
    let stage = furnished().await;
    explored(&stage, Person::Alice, 1, &["--phases", "coverage", "--include-method", "POST"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_employee_calls_is_answered_as_the_document_says() {
    let stage = furnished().await;
    explored(&stage, Person::Bob, 2, &["--phases", "fuzzing", "--max-examples", "4"]).await;
}

fn url(portal: &TestPortal, path: &str) -> String {
    format!("{}{path}", portal.origin())
}

/// A portal with a company, chats, messages, a notification and a file, so that answers have something in them.
async fn furnished() -> Stage {
    let stage = Stage::set().await;
    stage.portal.import(r#"{"type":"department","id":1,"name":"Company","head":1}"#).await;
    let chat = stage.group(&stage.alice, &[2, 3]).await;
    stage.alice.say(format!("chat{chat}"), "The plan is at https://plan.test, says [USER=2]Bob[/USER]").await;
    stage.bob.say(1, "Hello").await;
    stage.carol.say(2, "Good morning").await;
    for user in [1, 2] {
        stage.carol.ok("im.notify", json!({ "USER_ID": user, "MESSAGE": "Tea is ready" })).await;
    }
    let file = json!({ "name": "plan.txt", "content": "cGxhbg==" });
    stage.alice.ok("im.v2.File.upload", json!({ "dialogId": format!("chat{chat}"), "fields": file })).await;
    stage
}

/// Reads the document of a portal and calls whatever it finds there on behalf of somebody, by so many verbs.
async fn explored(stage: &Stage, person: Person, verbs: usize, phases: &[&str]) {
    let client = stage.portal.client_with(person.id(), "all", Revision::R33).await;
    let secret = client.url.trim_end_matches('/').rsplit('/').next().expect("a secret").to_owned();
    let dir = tempfile::tempdir().unwrap();
    let mut command = program("st");
    command
        .arg("--config-file")
        .arg(beside().join("schemathesis.toml"))
        .args(["run", &url(&stage.portal, "/openapi.json"), "--url", &stage.portal.origin()])
        .args(["--checks", CHECKS, "--no-color", "--suppress-health-check", "all"])
        .args(phases)
        .env("LATELY_USER", person.id().to_string())
        .env("LATELY_SECRET", secret)
        .current_dir(dir.path());
    let out = tokio::task::spawn_blocking(move || ends_well(&mut command)).await.unwrap();
    let tested = format!("Tested: {}", verbs * registry::all().count());
    assert!(out.contains(&tested), "not all was tested: {out}");
    assert_eq!(client.ok("user.admin", json!({})).await, Value::Bool(person == Person::Alice));
    stage.check().await;
}

/// A program of the folder where the test command installs them.
fn program(name: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let target = root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let program = target.join("openapi/venv/bin").join(name);
    assert!(program.exists(), "{} is missing: {HOW_TO_INSTALL}", program.display());
    let mut command = Command::new(program);
    command.env("NO_PROXY", "*").env("no_proxy", "*");
    command
}

fn beside() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("tests").join("openapi")
}

/// Runs a program, which must end well; answers what it printed.
fn ends_well(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{error}; {HOW_TO_INSTALL}"));
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "ended with {}\n{out}\n{err}", done.status);
    out.into_owned()
}
