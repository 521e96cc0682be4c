//! The table of who may call what, `tests/scenarios/callers.txt`.
//!
//! Must hold: each method of the registry has a line, which says how an administrator, an employee, a guest and a bot are
//! answered who ask about things that are not there. Credentials and scopes are tested for each method in
//! `webhook_auth.rs`.

use std::collections::BTreeMap;
use std::fs;

use lately::rest::registry;
use lately_testkit::{Person, TestPortal};

use super::format::{folder, lines};
use crate::webhook_auth::needed;

const HEAD: &str = "# Who may call what, asking about things that are not there: `yes`, or how they are refused for who they \
    are.\n# Written as it is found by LATELY_CALLERS=write cargo nextest run --workspace -E 'test(scenario::caller)'\n\
    # method | administrator | employee | guest from outside | bot\n";

/// Status and code.
type Answer = (u16, String);

const GRANTED: u16 = 200;

/// How one person is answered by every method, on a portal of their own.
async fn answers(person: Person) -> BTreeMap<&'static str, Answer> {
    let portal = TestPortal::start().await;
    portal
        .import(
            r#"{"type":"department","id":1,"name":"Company"}
{"type":"department","id":4,"name":"Four","parent":1}"#,
        )
        .await;
    let client = portal.client(person).await;
    let mut answers = BTreeMap::new();
    for method in registry::all() {
        let reply = client.call(method.name, needed(method)).await;
        let code = reply.body["error"].as_str().unwrap_or_default().to_owned();
        answers.insert(method.name, (reply.status, code));
    }
    portal.stop().await;
    answers
}

/// What administrators are refused as well is not refused for who somebody is, unless it is for applications only.
fn cell(own: &Answer, administrators: &Answer) -> String {
    let (status, code) = own;
    let for_applications = code == "WRONG_AUTH_TYPE";
    if *status == GRANTED || (own == administrators && !for_applications) {
        return "yes".to_owned();
    }
    format!("{status} {code}")
}

#[tokio::test]
async fn every_method_has_its_line_in_the_table_of_who_may_call_it() {
    let mut columns = Vec::new();
    for person in [Person::Alice, Person::Bob, Person::Erin, Person::Robot] {
        columns.push(answers(person).await);
    }
    let line = |name: &str| {
        let cells = columns.iter().map(|column| cell(&column[name], &columns[0][name]));
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>().join(" | ")
    };
    let found: Vec<String> = registry::all().map(|method| line(method.name)).collect();
    let table = folder().join("callers.txt");
    if std::env::var("LATELY_CALLERS").is_ok_and(|word| word == "write") {
        fs::write(&table, format!("{HEAD}{}\n", found.join("\n"))).expect("the table is written");
    }
    let written = lines(&table);
    let method = |line: &str| line.split(" | ").next().unwrap_or_default().to_owned();
    for line in &found {
        let known = written.iter().find(|known| method(known) == method(line));
        assert_eq!(known, Some(line), "callers.txt says otherwise of {}", method(line));
    }
    assert_eq!(written.len(), found.len(), "callers.txt has lines of methods that are not there");
}
