//! The page in a real browser, and its scripts' own tests.
//!
//! Must hold: the browser is headless, has a profile of its own and leaves nothing; what it tells is the page as people
//! get it, with its scripts and under its content policy. Never installs anything: the test command does.

use std::path::Path;
use std::process::Command;

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::process::{self, Process, on};

const HOW_TO_INSTALL: &str = "install it with `cargo xtask test --only unit`";

/// How long the page lives in its own time, in ms: until it asked once for what changed. The browser waits for answers
/// and skips every other wait.
const LIFE: u32 = 6000;

const MARKUP: &str = "<img src=x onerror=document.body.remove()>";

/// What a browser made of a page.
struct Seen {
    dom: String,
    /// What scripts and the content policy had to complain about.
    console: Vec<String>,
}

impl Seen {
    fn open(address: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Command::new("chromium");
        browser.args(["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]);
        browser.args(["--disable-background-networking", "--disable-component-update", "--no-proxy-server"]);
        // Pipelines run as root, for whom its sandbox does not start, and with little shared memory; the page is ours.
        browser.args(["--no-sandbox", "--disable-dev-shm-usage"]);
        browser.env("HOME", profile.path()).arg(format!("--user-data-dir={}", profile.path().display()));
        browser.args(["--enable-logging=stderr", "--dump-dom", &format!("--virtual-time-budget={LIFE}")]);
        let done = browser.arg(address).output();
        let done = done.unwrap_or_else(|error| panic!("chromium: {error}; {HOW_TO_INSTALL}"));
        let err = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{browser:?} ended with {}\n{err}", done.status);
        let console = err.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
        Self { dom: String::from_utf8(done.stdout).unwrap(), console }
    }

    /// Each row of the list: dialog id, title, counter.
    fn rows(&self) -> Vec<(String, String, String)> {
        let items = self.dom.split("<li data-id=\"").skip(1);
        let read = |item: &str| {
            let id = item.split('"').next().unwrap().to_owned();
            (
                id,
                between(item, "<b dir=\"auto\">", "</b>"),
                between(item, "<span class=\"count\">", "</span>"),
            )
        };
        items.map(read).collect()
    }

    /// The opening tag of the element with this id.
    fn tag(&self, id: &str) -> &str {
        let at = self.dom.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("no {id} in {}", self.dom));
        let start = self.dom[..at].rfind('<').unwrap();
        self.dom[start..].split('>').next().unwrap()
    }

    fn hides(&self, id: &str) -> bool {
        self.tag(id).contains(" hidden")
    }
}

/// What is in the text after one word and before another; empty if it has not the first.
fn between(text: &str, after: &str, before: &str) -> String {
    let rest = text.split_once(after).map(|(_, rest)| rest).unwrap_or_default();
    rest.split(before).next().unwrap().to_owned()
}

/// Text as it stands in a document.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\u{a0}', "&nbsp;")
}

/// A row as `im.recent.get` tells it, the way [`Seen::rows`] tells it.
fn expected(row: &Value) -> (String, String, String) {
    let counter = row["counter"].as_str().unwrap();
    let shown = if counter == "0" { "" } else { counter };
    (row["id"].as_str().unwrap().to_owned(), escaped(row["title"].as_str().unwrap()), shown.to_owned())
}

/// A demo portal, and clients of its first two people.
fn demo(data: &Path) -> (Process, [Client; 2]) {
    let mut command = on(data);
    command.args(["demo", "--port", "0", "--tls-port", "0"]);
    let portal = Process::start(command);
    let offer = std::fs::read_to_string(data.join("portal.json")).unwrap();
    let offer: Value = serde_json::from_str(&offer).unwrap();
    let client = |place: usize| {
        let user = &offer["users"][place];
        let url = user["webhook"]["http"].as_str().unwrap().to_owned();
        Client::new(url, user["id"].as_i64().unwrap(), process::http())
    };
    let clients = [client(0), client(1)];
    (portal, clients)
}

#[tokio::test]
async fn the_page_shows_the_list_that_the_portal_tells() {
    let dir = tempfile::tempdir().unwrap();
    let (portal, [alice, bob]) = demo(&dir.path().join("portal"));
    bob.ok("im.message.add", json!({ "DIALOG_ID": alice.user, "MESSAGE": MARKUP })).await;
    let told = alice.ok("im.recent.get", json!({})).await;
    let told: Vec<_> = told.as_array().unwrap().iter().map(expected).collect();

    let seen = Seen::open(&format!("{}/", portal.origin("http")));
    assert_eq!(seen.rows(), told);
    assert!(told.len() > 20, "too few rows to prove anything: {}", told.len());
    assert_eq!(seen.console, [""; 0]);
    assert!(!seen.hides("recent") && seen.hides("alert") && seen.hides("sign-in"));
    assert!(seen.dom.contains(&escaped(MARKUP)) && !seen.dom.contains(MARKUP), "markup stays text");
    assert!(seen.tag("live").contains("class=\"live\""), "the list is up to date: {}", seen.tag("live"));
}

#[test]
fn the_page_of_a_portal_that_is_no_demo_asks_for_a_webhook() {
    let dir = tempfile::tempdir().unwrap();
    process::colleagues(dir.path());
    let portal = Process::serve(dir.path());
    let seen = Seen::open(&format!("{}/", portal.origin("http")));
    assert_eq!(seen.rows(), []);
    assert_eq!(seen.console, [""; 0]);
    assert!(seen.hides("recent") && seen.hides("alert") && !seen.hides("sign-in"));
}

#[test]
fn the_scripts_own_tests_pass() {
    let mut node = Command::new("node");
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("web");
    let done = node.args(["--test", "--test-reporter=tap"]).current_dir(web).output();
    let done = done.unwrap_or_else(|error| panic!("node: {error}; {HOW_TO_INSTALL}"));
    let out = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && !out.contains("\n# tests 0\n"), "{}\n{out}", done.status);
}
