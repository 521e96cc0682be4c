//! Graded scenarios: files under `tests/scenarios/`, a folder a method, played over HTTP, each on a portal of its own.
//!
//! Must hold: what a scenario expects is what the reference says, or the scenario says why not; `baseline.txt` names
//! exactly those that fail; whatever the registry declares is shown. The files are read when the tests run, so a new one
//! needs no build.

mod cast;
mod coverage;
mod field;
mod fill;
mod format;
mod likeness;
mod play;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use self::field::Field;
use self::format::{Scenario, folder, lines};

/// The tests that play scenarios, and how the names of their methods begin. What begins otherwise is played by `others`.
const GROUPS: [(&str, &[&str]); 12] = [
    ("chats", &["im.chat."]),
    ("dialogs", &["im.dialog."]),
    ("recent_lists", &["im.recent.", "im.counters."]),
    ("messages", &["im.message."]),
    ("notifications", &["im.notify"]),
    ("files", &["disk.", "im.disk.", "im.v2.File."]),
    ("people", &["im.user.", "im.department.", "im.search."]),
    ("company", &["user.", "department."]),
    ("programs", &["app.", "event", "im.v2.", "placement."]),
    ("chats_of_newer_bots", &["imbot.v2.Chat."]),
    ("newer_bots", &["imbot.v2."]),
    ("bots", &["imbot."]),
];

/// The first group that takes the method.
fn group_of(method: &str) -> &'static str {
    let takes = |beginnings: &[&str]| beginnings.iter().any(|beginning| method.starts_with(beginning));
    GROUPS.iter().find(|(_, beginnings)| takes(beginnings)).map_or("others", |(name, _)| *name)
}

/// Plays what `LATELY_SCENARIOS` chooses of a group, or all of it, and holds the outcome against the baseline.
async fn play_group(group: &str) {
    let baseline: BTreeSet<String> = lines(&folder().join("baseline.txt")).into_iter().collect();
    let chosen = std::env::var("LATELY_SCENARIOS").unwrap_or_default();
    let mut wrong = String::new();
    let mut field = None;
    for scenario in format::all().iter().filter(|one| group_of(&one.method) == group) {
        let place = scenario.place();
        if !place.contains(&chosen) {
            continue;
        }
        let field = field.get_or_insert_with(Field::find);
        let outcome = outcome(field, scenario).await;
        if !chosen.is_empty() {
            eprintln!("{place}: {}", outcome.as_ref().err().map_or("passed", String::as_str));
        }
        match (outcome, baseline.contains(&place)) {
            (Ok(()), false) | (Err(_), true) => {}
            (Err(why), false) => {
                let _ = writeln!(wrong, "\n{place}.json: {}\n  {why}", scenario.title);
            }
            (Ok(()), true) => {
                let _ = writeln!(
                    wrong,
                    "\n{place}.json passes now: take its line out of tests/scenarios/baseline.txt \
                     and run `cargo xtask gen`"
                );
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong}\nMend the server, or, if the scenario says what the reference does not, the scenario. Only what is \
         known and left for later goes into tests/scenarios/baseline.txt."
    );
}

/// What became of it; a panic is a failure of this scenario and not of those after it.
async fn outcome(field: &mut Field, scenario: &Scenario) -> Result<(), String> {
    match AssertUnwindSafe(play::play(field, scenario)).catch_unwind().await {
        Ok(done) => done,
        Err(panic) => {
            // Its server may still run.
            *field = Field::find();
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(said.unwrap_or("it panicked").to_owned())
        }
    }
}

#[tokio::test]
async fn chats() {
    play_group("chats").await;
}

#[tokio::test]
async fn dialogs() {
    play_group("dialogs").await;
}

#[tokio::test]
async fn recent_lists() {
    play_group("recent_lists").await;
}

#[tokio::test]
async fn messages() {
    play_group("messages").await;
}

#[tokio::test]
async fn notifications() {
    play_group("notifications").await;
}

#[tokio::test]
async fn files() {
    play_group("files").await;
}

#[tokio::test]
async fn people() {
    play_group("people").await;
}

#[tokio::test]
async fn company() {
    play_group("company").await;
}

#[tokio::test]
async fn programs() {
    play_group("programs").await;
}

#[tokio::test]
async fn chats_of_newer_bots() {
    play_group("chats_of_newer_bots").await;
}

#[tokio::test]
async fn newer_bots() {
    play_group("newer_bots").await;
}

#[tokio::test]
async fn bots() {
    play_group("bots").await;
}

#[tokio::test]
async fn others() {
    play_group("others").await;
}

#[test]
fn the_baseline_names_scenarios_that_are_there() {
    let places: BTreeSet<String> = format::all().iter().map(Scenario::place).collect();
    for line in lines(&folder().join("baseline.txt")) {
        assert!(places.contains(&line), "baseline.txt: there is no scenario {line}");
    }
}
