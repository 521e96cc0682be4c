//! A portal that moves from the embedded database to PostgreSQL and back, and `lately check --against`, which proves it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lately_testkit::database;
use serde_json::json;

use crate::process::{Process, SECRET, Said, lately, said};

/// `lately` on an embedded database, whatever the engine of the run.
fn embedded(data: &Path) -> Command {
    let mut command = lately();
    command.arg("--data").arg(data);
    command
}

/// `lately` on a PostgreSQL database that belongs to this folder.
fn served(data: &Path, address: &str) -> Command {
    let mut command = embedded(data);
    command.arg("--database").arg(address);
    command
}

fn done(command: &mut Command, words: &[&str]) -> Said {
    let said = said(command.args(words));
    assert_eq!(said.code, Some(0), "lately {words:?}: {said:?}");
    said
}

/// A demo portal's facts, in a file, and where they came from.
fn demo(dir: &Path) -> (PathBuf, PathBuf) {
    let (data, file) = (dir.join("first"), dir.join("first.jsonl"));
    let mut command = embedded(&data);
    command.args(["demo", "--port", "0", "--tls-port", "0"]).stderr(Stdio::null());
    Process::start(command).stop();
    done(&mut embedded(&data), &["export", file.to_str().unwrap()]);
    (data, file)
}

#[test]
fn a_portal_that_moves_to_postgresql_and_back_is_equal() {
    let dir = tempfile::tempdir().unwrap();
    let (first, lines) = demo(dir.path());
    let (second, back) = (dir.path().join("second"), dir.path().join("back.jsonl"));
    let address = database::server_address(&second);
    done(&mut served(&second, &address), &["import", lines.to_str().unwrap()]);
    let there = done(&mut embedded(&first), &["check", "--against", &address]).out;
    assert!(there.starts_with("equal: ") && there.len() > "equal: 1000 lines".len(), "{there}");
    assert!(done(&mut served(&second, &address), &["check"]).out.starts_with("clean"));

    done(&mut served(&second, &address), &["export", back.to_str().unwrap()]);
    assert!(std::fs::read(&lines).unwrap() == std::fs::read(&back).unwrap(), "the exports differ");
    let third = dir.path().join("third");
    done(&mut embedded(&third), &["import", back.to_str().unwrap()]);
    assert_eq!(done(&mut embedded(&third), &["check", "--against", first.to_str().unwrap()]).out, there);
    assert_eq!(
        done(&mut served(&second, &address), &["check", "--against", third.to_str().unwrap()]).out,
        there
    );
    database::drop_own(&second, &address);
}

#[test]
fn what_was_found_last_and_what_applications_keep_moves_in_the_same_order() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    let (lines, back) = (dir.path().join("lines.jsonl"), dir.path().join("back.jsonl"));
    let mut facts =
        vec![json!({ "type": "user", "id": 1, "first_name": "Ольга" }), json!({ "type": "user", "id": 2 })];
    for (place, dialog) in (1..).zip(["10", "9", "chat3", "chat20"]) {
        facts.push(json!({ "type": "search_last", "user": 1, "dialog": dialog, "place": place }));
    }
    for application in ["b", "A", "ä", "a.b", "ab"] {
        for (user, name) in [(0, "Z"), (0, "a"), (2, "é"), (2, "zoo")] {
            let value = json!({ "of": [application, null, 1.5] });
            facts.push(json!({
                "type": "option", "application": application, "user": user, "name": name, "value": value,
            }));
        }
    }
    let text: Vec<String> = facts.iter().map(|fact| fact.to_string()).collect();
    std::fs::write(&lines, text.join("\n")).unwrap();
    done(&mut embedded(&first), &["import", lines.to_str().unwrap()]);
    done(&mut embedded(&first), &["import", lines.to_str().unwrap()]);
    std::fs::remove_file(&lines).unwrap();
    done(&mut embedded(&first), &["export", lines.to_str().unwrap()]);
    let exported = std::fs::read_to_string(&lines).unwrap();
    for fact in facts.iter().filter(|fact| fact["type"] != "user") {
        assert_eq!(exported.matches(&fact.to_string()).count(), 1, "{fact}");
    }
    let address = database::server_address(&second);
    done(&mut served(&second, &address), &["import", lines.to_str().unwrap()]);
    done(&mut served(&second, &address), &["export", back.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&back).unwrap(), exported);
    database::drop_own(&second, &address);
}

#[tokio::test]
async fn the_first_line_that_differs_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (first, lines) = demo(dir.path());
    let second = dir.path().join("second");
    done(&mut embedded(&second), &["import", lines.to_str().unwrap()]);
    let server = {
        let mut command = embedded(&second);
        command.args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::null());
        Process::start(command)
    };
    done(&mut embedded(&second), &["webhook", "add", "--user", "1", "--scope", "all", "--secret", SECRET]);
    server.client(1).say(2, "only here").await;
    let differs = said(embedded(&second).args(["check", "--against", first.to_str().unwrap()]));
    assert_eq!(differs.code, Some(1), "{differs:?}");
    let told: Vec<&str> = differs.out.lines().collect();
    assert!(told[0].starts_with("line ") && told[0].ends_with(" differs"), "{told:?}");
    let number: usize = told[0].split(' ').nth(1).unwrap().parse().unwrap();
    let line = std::fs::read_to_string(&lines).unwrap().lines().nth(number - 1).unwrap().to_owned();
    let there = told[2].strip_prefix("there: ").unwrap().trim_end_matches('…').to_owned();
    assert!(line.starts_with(&there), "{line}\n{there}");
    assert_ne!(json!(told[1].strip_prefix("here:  ")), json!(there));
    server.stop();
}

#[test]
fn what_is_no_portal_is_not_compared_with() {
    let dir = tempfile::tempdir().unwrap();
    done(&mut embedded(dir.path()), &["user", "add", "--first-name", "Alice"]);
    let nowhere = dir.path().join("nowhere");
    let missing = said(embedded(dir.path()).args(["check", "--against", nowhere.to_str().unwrap()]));
    missing.assert_failed(1, &["there is no portal in"]);
    assert!(!nowhere.exists());
    said(embedded(dir.path()).args(["check", "--against", "mysql://h/d"])).assert_failed(2, &["--against"]);
    let away = said(embedded(dir.path()).args(["check", "--against", "postgres://a:hush@127.0.0.1:1/b"]));
    away.assert_failed(1, &["cannot reach"]);
    assert!(!away.err.contains("hush"));
    said(embedded(dir.path()).args(["check", "--repair", "--against", "x"]))
        .assert_failed(2, &["cannot be used with"]);
}
