//! `lately import` and `lately export`: the documented lines go in, a bad one is named, and a portal moves whole.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::process::{Process, SECRET, Said, colleagues, http, ok, on, run};

/// A moment after all that the lines here tell of.
const NOON: &str = "2026-03-02T12:00:00Z";

const PAGE: &str = include_str!("../../../docs/import.md");

/// Imports these lines from standard input.
fn import(data: &Path, lines: impl AsRef<[u8]>) -> Said {
    let mut command = on(data);
    command.args(["import", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that refuses a line reads no further.
    drop(child.stdin.take().unwrap().write_all(lines.as_ref()));
    child.wait_with_output().unwrap().into()
}

/// The same for lines that are good.
fn imported(data: &Path, lines: &str) {
    let said = import(data, lines);
    assert_eq!(said.code, Some(0), "{said:?}");
}

fn export(data: &Path) -> String {
    ok(data, &["export"])
}

/// The example of a whole portal on the page.
fn example() -> &'static str {
    let (_, rest) = PAGE.split_once("```json\n").expect("an example");
    rest.split_once("```").expect("the example's end").0
}

/// Serves a portal in the days that the lines tell of: what a list shows depends on them.
/// No row leaves the list by its age, which would depend on how long the server has been running.
fn served(data: &Path) -> Process {
    let settings = [format!("clock.start={NOON}"), "recent.window_days=36500".to_owned()];
    let words = ["--set", &settings[0], "--set", &settings[1], "--public-url", "https://chat.example.org"];
    Process::serve_with(data, &words)
}

/// A group of all three with `count` messages of Alice's.
fn group(count: usize) -> String {
    let mut lines = vec![json!({ "type": "chat", "id": 1, "title": "Group", "owner": 1 })];
    let date = "2026-03-02T09:00:00Z";
    lines.extend((1..=3).map(|user| json!({ "type": "member", "chat": 1, "user": user, "joined_at": date })));
    lines.extend((1..=count).map(
        |id| json!({ "type": "message", "id": id, "chat": 1, "author": 1, "date": date, "text": format!("Message {id}") }),
    ));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn people() -> String {
    (1..=3).map(|id| format!("{{\"type\":\"user\",\"id\":{id},\"first_name\":\"User {id}\"}}\n")).collect()
}

#[tokio::test]
async fn the_example_on_the_page_becomes_the_portal_that_the_page_tells_of() {
    let dir = tempfile::tempdir().unwrap();
    let said = import(dir.path(), example());
    let lines = example().lines().count();
    assert_eq!((said.code, said.out), (Some(0), format!("imported {lines} lines\n")));
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
    for user in ["1", "3"] {
        ok(dir.path(), &["webhook", "add", "--user", user, "--revision", "33", "--secret", SECRET]);
    }
    let process = served(dir.path());
    let (alice, carol) = (process.client(1), process.client(3));
    let group = carol.row("chat1").await.unwrap();
    assert_eq!((&group["counter"], &group["title"]), (&json!(1), &json!("Launch")));
    let rows = alice.recent(json!({})).await;
    assert_eq!((&rows[0]["id"], &rows[0]["pinned"]), (&json!("chat1"), &json!(true)));
    assert_eq!((&rows[1]["id"], &rows[1]["counter"]), (&json!(2), &json!(1)));
    assert_eq!(rows[1]["message"]["text"], "Lunch?");
}

/// The keys that a table of the page has under this heading.
fn documented(section: &str) -> BTreeSet<String> {
    let table = section.split("\n\n").find(|part| part.starts_with("| key |")).expect("a table");
    let keys = table.lines().skip(2).filter_map(|line| line.split('|').nth(1));
    keys.flat_map(|keys| keys.split(',')).map(|key| key.trim().to_owned()).collect()
}

#[test]
fn the_page_has_every_record_with_every_key_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let (_, records) = PAGE.split_once("\n## Records\n").expect("the records");
    let mut types = BTreeSet::new();
    for section in records.split("\n### `").skip(1) {
        let name = section.split('`').next().unwrap().to_owned();
        let said = import(dir.path(), format!("{{\"type\":\"{name}\",\"nobodys\":1}}\n"));
        said.assert_failed(1, &["line 1", "unknown field `nobodys`"]);
        let (_, known) = said.err.split_once("expected").expect("the known keys");
        let known = quoted(known.lines().next().unwrap());
        assert_eq!(documented(section), known, "{name}");
        types.insert(name);
    }
    let said = import(dir.path(), "{\"type\":\"nobodys\"}\n");
    let (_, known) = said.err.split_once("expected one of").expect("the known records");
    assert_eq!(types, quoted(known.lines().next().unwrap()));
}

#[test]
fn a_bad_line_is_named_and_all_before_it_is_kept() {
    for (bad, told) in [
        (r#"no JSON"#, "expected"),
        (r#"{"type":"user""#, "EOF"),
        (r#"[]"#, "type"),
        (r#"{"id":9}"#, "type"),
        (r#"{"type":"usr","id":9}"#, "unknown variant `usr`"),
        (r#"{"type":"user","id":0}"#, "id must be a positive number"),
        (r#"{"type":"user","id":9223372036854775807}"#, "id must be a positive number"),
        (r#"{"type":"message","id":9007199254740993,"chat":1,"text":"x","date":"2026-03-02"}"#, "at most"),
        (r#"{"type":"user","id":9,"nme":"x"}"#, "unknown field `nme`"),
        (r#"{"type":"user","id":9,"gender":"X"}"#, "unknown variant `X`"),
        (r#"{"type":"user","id":9,"id":9}"#, "duplicate field `id`"),
        (r#"{"type":"chat","id":9,"kind":"Z"}"#, "Z"),
        (r#"{"type":"chat","id":9,"kind":"P"}"#, r#"needs its "pair""#),
        (r#"{"type":"chat","id":9,"pair":[1,2]}"#, r#"only a private chat has a "pair""#),
        (r#"{"type":"member","chat":1,"user":9,"joined_at":"2026-03-02"}"#, "there is no user 9"),
        (r#"{"type":"member","chat":9,"user":1,"joined_at":"2026-03-02"}"#, "there is no chat 9"),
        (
            r#"{"type":"message","id":9,"chat":1,"text":"x","author":9,"date":"2026-03-02"}"#,
            "there is no user 9",
        ),
        (
            r#"{"type":"message","id":9,"chat":1,"text":"x","actor":9,"date":"2026-03-02"}"#,
            "there is no user 9",
        ),
        (
            r#"{"type":"message","id":9,"chat":9,"text":"x","author":1,"date":"2026-03-02"}"#,
            "there is no chat 9",
        ),
        (
            r#"{"type":"message","id":9,"chat":1,"text":"x","date":"yesterday"}"#,
            r#""yesterday" is not a date"#,
        ),
        (r#"{"type":"message","id":9,"chat":1,"text":"x"}"#, "missing field `date`"),
        (
            r#"{"type":"message","id":-9,"chat":1,"text":"x","date":"2026-03-02"}"#,
            "id must be a positive number",
        ),
        (r#"{"type":"read","chat":1,"user":9,"message":1,"date":"2026-03-02"}"#, "member 9 of chat 1"),
        (r#"{"type":"pin","chat":9,"user":1,"order":1}"#, "member 1 of chat 9"),
        (r#"{"type":"pin","chat":1,"user":1,"order":0}"#, "order must be a positive number"),
        (r#"{"type":"row","chat":1,"user":9,"last_read":0,"updated_at":"2026-03-02"}"#, "member 9 of chat 1"),
        (r#"{"type":"touch","chat":9,"date":"2026-03-02"}"#, "there is no chat 9"),
        (r#"{"type":"view","message":9,"user":1,"date":"2026-03-02"}"#, "there is no message 9"),
        (r#"{"type":"view","message":1,"user":9,"date":"2026-03-02"}"#, "there is no user 9"),
        (
            r#"{"type":"removal","chat":1,"user":1,"reason":"bored","date":"2026-03-02"}"#,
            r#"no reason "bored""#,
        ),
        (r#"{"type":"removal","chat":9,"user":1,"reason":"left","date":"2026-03-02"}"#, "there is no chat 9"),
        (
            r#"{"type":"file","id":9,"chat":9,"author":1,"name":"a","date":"2026-03-02"}"#,
            "there is no chat 9",
        ),
        (
            r#"{"type":"webhook","user":9,"secret_hash":"0","scopes":"im","revision":29,"created_at":"2026-03-02"}"#,
            "there is no user 9",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let after = r#"{"type":"user","id":4,"first_name":"Never"}"#;
        let said = import(dir.path(), format!("# a portal\n\n{}{}{bad}\n{after}\n", people(), group(2)));
        said.assert_failed(1, &["standard input: line 12: ", told, "Every line before it is kept"]);
        assert!(!said.err.contains("line 1 "), "{}", said.err);
        let found = export(dir.path());
        assert!(found.contains("Message 2") && !found.contains("Never"), "{bad}: {found}");
        assert!(!found.contains("\"id\":9"), "{bad}: {found}");
        assert!(ok(dir.path(), &["check"]).starts_with("clean"), "{bad}");
    }
}

#[test]
fn an_address_of_two_people_or_a_number_of_two_messages_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    imported(dir.path(), &(people() + &group(5)));
    for (lines, told) in [
        (
            [
                r#"{"type":"user","id":7,"email":"a@b.example"}"#,
                r#"{"type":"user","id":8,"email":"A@b.example"}"#,
            ],
            "one like it already",
        ),
        (
            [
                r#"{"type":"message","id":20,"chat":1,"date":"2026-03-02","text":"a"}"#,
                r#"{"type":"message","id":10,"chat":1,"date":"2026-03-02","text":"b"}"#,
            ],
            "message 10 comes after message 20",
        ),
        (
            [
                r#"{"type":"chat","id":3,"kind":"P","pair":[1,2]}"#,
                r#"{"type":"chat","id":4,"kind":"P","pair":[2,1]}"#,
            ],
            "one like it already",
        ),
        (
            [
                r#"{"type":"message","id":21,"chat":1,"date":"2026-03-02","text":"a","once":"1:x"}"#,
                r#"{"type":"message","id":22,"chat":1,"date":"2026-03-02","text":"b","once":"1:x"}"#,
            ],
            "one like it already",
        ),
    ] {
        import(dir.path(), lines.join("\n")).assert_failed(1, &["line 2: ", told]);
    }
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
}

#[test]
fn a_long_file_is_kept_up_to_the_line_before_the_bad_one_and_goes_on_once_it_is_corrected() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("portal.jsonl");
    let data = dir.path().join("data");
    let good = people() + &group(3000);
    let mut lines: Vec<&str> = good.lines().collect();
    lines[2345] = r#"{"type":"message","id":2339}"#;
    std::fs::write(&file, lines.join("\n")).unwrap();
    let words = ["import", file.to_str().unwrap()];
    run(&data, &words).assert_failed(1, &[&format!("{}: line 2346: ", file.display())]);
    assert_eq!(messages(&export(&data)), 2338);
    std::fs::write(&file, &good).unwrap();
    assert_eq!(ok(&data, &words), "imported 3007 lines\n");
    let found = export(&data);
    assert_eq!(messages(&found), 3000);

    let fresh = dir.path().join("fresh");
    ok(&fresh, &words);
    assert_eq!(export(&fresh), found, "an import that was cut short ends where a whole one does");
    assert_eq!(ok(&data, &words), "imported 3007 lines\n");
    assert_eq!(export(&data), found, "a second import changes nothing");
}

fn messages(lines: &str) -> usize {
    lines.lines().filter(|line| line.starts_with("{\"type\":\"message\"")).count()
}

#[test]
fn lines_may_end_as_other_systems_end_them() {
    let dir = tempfile::tempdir().unwrap();
    let text = format!("\u{feff}# from elsewhere\n{}", people() + &group(2));
    let said = import(dir.path(), text.replace('\n', "\r\n").trim_end());
    assert_eq!((said.code, said.out.as_str()), (Some(0), "imported 10 lines\n"), "{}", said.err);
    assert_eq!(messages(&export(dir.path())), 2);
    let said = import(dir.path(), b"# fine\n{\"type\":\"user\",\"id\":1,\"first_name\":\"Zo\xeb\"}\n");
    said.assert_failed(1, &["line 2", "UTF-8"]);
    let said = run(dir.path(), &["import", dir.path().to_str().unwrap()]);
    said.assert_failed(1, &["Is a directory", "Look at the path"]);
    assert!(!said.err.contains("line 1"), "no line is to blame: {said:?}");
}

#[test]
fn an_import_that_was_killed_is_finished_by_the_next_one() {
    let dir = tempfile::tempdir().unwrap();
    let (data, whole) = (dir.path().join("data"), dir.path().join("whole"));
    let text = people() + &group(6000);
    let mut command = on(&data);
    command.args(["import", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // A pipe holds less than this, so when all of it is written, some thousand lines were read, and those before the
    // last thousand of them are durable. The pipe stays open: the command waits for more when it is killed.
    let part = &text.as_bytes()[..text.len() / 2];
    child.stdin.as_mut().unwrap().write_all(part).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = messages(&export(&data));
    assert!((1000..6000).contains(&kept), "{kept} messages were kept");
    assert!(ok(&data, &["check"]).starts_with("clean"));
    imported(&data, &text);
    imported(&whole, &text);
    assert_eq!(export(&data), export(&whole));
    assert!(ok(&data, &["check"]).starts_with("clean"));
}

#[tokio::test]
async fn a_running_server_shows_at_once_what_came_in() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = served(dir.path());
    let bob = process.client(2);
    assert!(bob.recent(json!({})).await.is_empty());
    imported(dir.path(), &group(3));
    let row = bob.row("chat1").await.unwrap();
    assert_eq!((&row["message"]["text"], &row["counter"]), (&json!("Message 3"), &json!(3)));
    process.client(1).say("chat1", "and on").await;
    assert_eq!(bob.row("chat1").await.unwrap()["counter"], 4);
    let said = import(dir.path(), "{\"type\":\"user\",\"id\":1,\"first_name\":\"Alicia\"}\nbad");
    said.assert_failed(1, &["line 2"]);
    assert_eq!(process.client(1).ok("profile", json!({})).await["NAME"], "Alicia", "kept, and seen at once");
}

/// The demo's portal: as many kinds of everything as there are. Answers its export and its offer.
fn rich(dir: &Path) -> (String, Value) {
    let mut command = on(dir);
    command.args(["demo", "--port", "0", "--tls-port", "0"]).stderr(Stdio::null());
    command.env("LATELY__CLOCK__START", NOON);
    Process::start(command).stop();
    let offer = std::fs::read_to_string(dir.join("portal.json")).unwrap();
    (export(dir), serde_json::from_str(&offer).unwrap())
}

#[tokio::test]
async fn a_portal_moves_whole_into_an_empty_one() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (text, offer) = rich(one.path());
    let file = two.path().join("portal.jsonl");
    std::fs::write(&file, &text).unwrap();
    let data = two.path().join("data");
    ok(&data, &["import", file.to_str().unwrap()]);
    assert!(export(&data) == text, "the copy's export differs");
    ok(&data, &["import", file.to_str().unwrap()]);
    assert!(export(&data) == text, "a second import changed something");
    assert!(ok(&data, &["check"]).starts_with("clean"));

    let (old, new) = (served(one.path()), served(&data));
    for user in offer["users"].as_array().unwrap().iter().filter(|user| user["active"] == true) {
        let (id, secret) = (user["id"].as_i64().unwrap(), user["webhook"]["secret"].as_str().unwrap());
        let lists = [&old, &new].map(|process| {
            let url = format!("{}/rest/{id}/{secret}/", process.origin("http"));
            Client::new(url, id, http())
        });
        for params in [json!({}), json!({ "LAST_SYNC_DATE": "2020-01-01T00:00:00Z" })] {
            let [before, after] = [
                lists[0].call("im.recent.get", params.clone()).await,
                lists[1].call("im.recent.get", params.clone()).await,
            ];
            assert_eq!(before.result(), after.result(), "the list of user {id}");
            assert_eq!(before.body["removed"], after.body["removed"], "what user {id} lost");
        }
    }
}

#[tokio::test]
async fn nobody_has_read_what_is_not_written_yet() {
    let dir = tempfile::tempdir().unwrap();
    let early = r#"{"type":"read","chat":1,"user":2,"message":1000000,"date":"2026-03-02"}"#;
    imported(dir.path(), &format!("{}{}{early}\n", people(), group(0)));
    imported(dir.path(), &group(3));
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
    for user in ["1", "2"] {
        ok(dir.path(), &["webhook", "add", "--user", user, "--revision", "33", "--secret", SECRET]);
    }
    let process = served(dir.path());
    assert_eq!(process.client(2).row("chat1").await.unwrap()["counter"], 3);
    imported(dir.path(), early);
    assert_eq!(process.client(2).row("chat1").await.unwrap()["counter"], 0);
    process.client(1).say("chat1", "something new").await;
    assert_eq!(process.client(2).row("chat1").await.unwrap()["counter"], 1);
    assert!(ok(dir.path(), &["check"]).starts_with("clean"));
}
