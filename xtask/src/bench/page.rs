//! The figures as a page.

use std::fmt::Write;

use super::load::Load;
use super::machine::Machine;
use super::wrk::{Figures, THREADS};
use super::{Trial, town};

/// The whole page. `command` is what was typed.
pub fn write(machine: &Machine, trials: &[Trial], command: &str) -> String {
    let Machine { day, processor, cores, memory, sync } = machine;
    let fresh = town::FRESH;
    let reads = table("chats", trials, |load| !load.sends());
    let sends = table("members", trials, Load::sends);
    let (read_bytes, sent_bytes) = (bytes(trials, false), bytes(trials, true));
    let asks = asks(trials);
    format!(
        "\
# Performance

Written by `cargo xtask bench`; the figures are of {day}, from {processor}, {cores} cores, {memory} GiB of memory.
Until 4 KiB are safely on its disk, {sync:.2} ms pass.

```
{command}
```

The real `lately serve`, built for release, stands over a store on disk. Beside it stands nginx, which sends the very
bytes of Lately's answer from a file: about as fast as HTTP on this machine can be. wrk ({THREADS} threads) loads one
and then the other, again and again; figures are medians over the rounds. Server and load share the cores, so that
they compare one server with another and say little about larger machines.

## `im.recent.get`

{fresh} rows, the conversations of the last 30 days, out of all chats that the person is in; {read_bytes} bytes of JSON.

{reads}
## `im.message.add`

A message into a chat, answered with {sent_bytes} bytes once it is safely on disk. Every member's recent list is being kept
in memory, as if all of them were at work.

{sends}
## What was asked for

{asks}"
    )
}

fn table(size: &str, trials: &[Trial], wanted: impl Fn(Load) -> bool) -> String {
    let mut table = format!(
        "| {size} | at once | requests/s | p50 ms | p99 ms | nginx requests/s | p50 ms | p99 ms | of nginx |\n\
         |--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    );
    for trial in trials.iter().filter(|trial| wanted(trial.load)) {
        let (lately, nginx) = (lately(trial), nginx(trial));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {:.0} % |",
            grouped(trial.load.size()),
            trial.connections,
            cells(lately),
            cells(nginx),
            100.0 * ratio(trial),
        );
    }
    table
}

/// How long the answers to reads, or to sends, are; they differ by a few digits only.
fn bytes(trials: &[Trial], sends: bool) -> String {
    let trial = trials.iter().find(|trial| trial.load.sends() == sends);
    grouped(trial.map_or(0, |trial| trial.bytes as i64))
}

fn cells(figures: Figures) -> String {
    let Figures { rate, p50, p99 } = figures;
    format!("{} | {p50:.2} | {p99:.2}", grouped(rate.round() as i64))
}

/// What the figures should be, and what they are.
fn asks(trials: &[Trial]) -> String {
    let mut table = "| what | at once | asked for | measured | |\n|---|--:|--:|--:|---|\n".to_owned();
    let mut ask =
        |what: &str, connections: u32, asked: &str, measured: Option<f64>, met: &dyn Fn(f64) -> bool| {
            let Some(measured) = measured else { return };
            let word = if met(measured) { "met" } else { "not met" };
            let _ = writeln!(table, "| {what} | {connections} | {asked} | {measured:.2} x | {word} |");
        };
    let trial = |load: Load, connections: u32| {
        trials.iter().find(|one| one.load == load && one.connections == connections)
    };
    let slower =
        |small: Load, large: Load, at_once: u32| Some(over(trial(small, at_once)?, trial(large, at_once)?));
    let mut connections: Vec<u32> = trials.iter().map(|trial| trial.connections).collect();
    connections.sort_unstable();
    connections.dedup();
    for &at_once in &connections {
        let measured = slower(Load::Recent { chats: 50 }, Load::Recent { chats: 1_000 }, at_once);
        ask(
            "`im.recent.get`: time with 1,000 chats over time with 50",
            at_once,
            "1.5 x at most",
            measured,
            &|x| x <= 1.5,
        );
    }
    for &at_once in &connections {
        let measured = slower(Load::Send { members: 2 }, Load::Send { members: 10_000 }, at_once);
        ask(
            "`im.message.add`: time with 10,000 members over time with 2",
            at_once,
            "2 x at most",
            measured,
            &|x| x <= 2.0,
        );
    }
    for (_, members) in town::ROOMS {
        let load = Load::Send { members };
        let measured = trial(load, 64).zip(trial(load, 1)).map(|(many, one)| over(many, one));
        let what =
            format!("`im.message.add`, {} members: rate over that of one connection", grouped(members));
        ask(&what, 64, "4 x at least", measured, &|x| x >= 4.0);
    }
    table
}

/// Lately's rate in one trial over that in the other: the median over the rounds.
fn over(one: &Trial, other: &Trial) -> f64 {
    let rounds = one.rounds.iter().zip(&other.rounds);
    median(rounds.map(|(one, other)| one.lately.rate / other.lately.rate).collect())
}

fn lately(trial: &Trial) -> Figures {
    middle(trial.rounds.iter().map(|round| round.lately).collect())
}

fn nginx(trial: &Trial) -> Figures {
    middle(trial.rounds.iter().map(|round| round.nginx).collect())
}

/// Lately's rate over nginx's: the median over the rounds, since what disturbs a round disturbs both.
fn ratio(trial: &Trial) -> f64 {
    median(trial.rounds.iter().map(|round| round.lately.rate / round.nginx.rate).collect())
}

fn middle(rounds: Vec<Figures>) -> Figures {
    let of = |pick: fn(&Figures) -> f64| median(rounds.iter().map(pick).collect());
    Figures { rate: of(|round| round.rate), p50: of(|round| round.p50), p99: of(|round| round.p99) }
}

/// The middle value; of two in the middle the larger. Zero of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// `12345` as `12,345`.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::super::Round;
    use super::*;

    fn trial(load: Load, connections: u32, rate: f64) -> Trial {
        let round = |share: f64| {
            let figures = Figures { rate: rate * share, p50: 1.0, p99: 2.0 };
            Round { lately: figures, nginx: Figures { rate: figures.rate * 4.0, ..figures } }
        };
        Trial { load, connections, bytes: 100, rounds: vec![round(0.5), round(1.0), round(1.1)] }
    }

    #[test]
    fn a_trial_is_a_row_of_medians_with_the_share_of_nginx() {
        let table =
            table("chats", &[trial(Load::Recent { chats: 1_000 }, 64, 12_345.0)], |load| !load.sends());
        assert!(
            table.ends_with("| 1,000 | 64 | 12,345 | 1.00 | 2.00 | 49,380 | 1.00 | 2.00 | 25 % |\n"),
            "{table}"
        );
    }

    #[test]
    fn asks_are_judged_and_those_not_measured_are_left_out() {
        let trials = [
            trial(Load::Send { members: 2 }, 1, 300.0),
            trial(Load::Send { members: 10_000 }, 1, 100.0),
            trial(Load::Send { members: 2 }, 64, 1_500.0),
        ];
        let asks = asks(&trials);
        assert!(asks.contains("| 1 | 2 x at most | 3.00 x | not met |"), "{asks}");
        assert!(
            asks.contains("2 members: rate over that of one connection | 64 | 4 x at least | 5.00 x | met |")
        );
        assert_eq!(asks.lines().count(), 4);
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!([0, 50, 1_000, 123_456, 1_234_567].map(grouped).join(" "), "0 50 1,000 123,456 1,234,567");
    }
}
