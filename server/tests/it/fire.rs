//! Three servers of one portal under fire: twenty people work on all of them while servers are killed, the bus is stopped
//! and cut off, and PostgreSQL is cut off and crashes.
//!
//! Must hold at every quiet point: each server shows everybody the list that a plain ledger of what was acknowledged gives;
//! nothing acknowledged is missing, nothing is there twice, every counter is what a recount gives.
//!
//! What happens follows from a seed. `LATELY_FIRE_SEED` replays one, `LATELY_FIRE_ROUNDS` sets how many rounds it goes on,
//! `LATELY_FIRE_MINUTES` goes on for so long.

mod chance;
mod field;
mod ledger;
mod person;
pub mod proxy;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chance::Chance;
use field::Field;
use ledger::Ledger;
use person::Person;

/// How many people work.
const PEOPLE: i64 = 20;

/// How many acts of each person make a round.
const ACTS: usize = 12;

/// How many blows fall in a round.
const BLOWS: usize = 4;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn three_servers_under_fire_lose_nothing_and_count_right() {
    let seed = setting("LATELY_FIRE_SEED").unwrap_or(20_261_125);
    let rounds = setting("LATELY_FIRE_ROUNDS").unwrap_or(3);
    let minutes = setting("LATELY_FIRE_MINUTES");
    eprintln!("seed {seed}");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let begun = Instant::now();
    runtime.block_on(async {
        let field = Arc::new(Field::prepare().await);
        let ledger = Arc::new(Ledger::default());
        let mut people = Person::everybody(&field, &ledger, seed).await;
        let mut round = 0;
        let lasts = |round: u64| match minutes {
            Some(minutes) => begun.elapsed() < Duration::from_secs(60 * minutes),
            None => round < rounds,
        };
        while lasts(round) {
            people = play(&field, people, Chance::new(seed ^ (round << 32))).await;
            field.mend().await;
            for person in &mut people {
                person.calm_acts(&field).await;
            }
            verify(&field, &ledger, &people, round).await;
            round += 1;
        }
        eprintln!("{round} rounds in {:?}: {}; {ledger}", begun.elapsed(), field.told());
        field.check().await;
    });
}

/// Everybody acts at once while blows fall, spread over the acts.
async fn play(field: &Arc<Field>, people: Vec<Person>, mut chance: Chance) -> Vec<Person> {
    let (done, mut acts) = tokio::sync::mpsc::channel(64);
    let mut working = Vec::new();
    for mut person in people {
        let (field, done) = (Arc::clone(field), done.clone());
        working.push(tokio::spawn(async move {
            for _ in 0..ACTS {
                person.act(&field).await;
                done.send(()).await.unwrap();
            }
            person
        }));
    }
    drop(done);
    let spread = usize::try_from(PEOPLE).unwrap() * ACTS / (BLOWS + 1);
    let mut seen = 0;
    while acts.recv().await.is_some() {
        seen += 1;
        if seen % spread == 0 {
            field.blow(&mut chance).await;
        }
    }
    let mut people = Vec::new();
    for one in working {
        people.push(one.await.unwrap());
    }
    people
}

/// Each server's answer to everybody is what the ledger says.
async fn verify(field: &Field, ledger: &Ledger, people: &[Person], round: u64) {
    for node in 0..field::NODES {
        // What is acknowledged here comes after everything that was acknowledged before, anywhere.
        people[0].settle(field, node).await;
        for person in people {
            let expected = ledger.list(person.id());
            let found = person.list(field, node).await;
            assert_eq!(found, expected, "round {round}: server {node} answers person {}", person.id());
        }
    }
    ledger.assert_messages(field, people).await;
    field.assert_exact().await;
}
