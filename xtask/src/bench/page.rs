//! The figures as a page: what was asked for first, then how it is measured, then everything.

use std::fmt::Write;

use clap::ValueEnum;

use super::asks::{READING, Row, SENDING, Verdict, WATCHING};
use super::figures::grouped;
use super::listeners::{HEARERS, SOCKETS};
use super::machine::Machine;
use super::trial::Trial;
use super::{Outcome, town, wrk};

/// The whole page. `command` is what was typed; `most` is the largest number of connections.
pub fn write(machine: &Machine, outcome: &Outcome, command: &str, most: u32) -> String {
    let Machine { day, processor, cores, memory, sync } = machine;
    let reads = verdicts(outcome, most, false);
    let sends = verdicts(outcome, most, true);
    let how = how(most);
    let all = trials(&outcome.trials.0);
    format!(
        "\
# Performance

Written by `cargo xtask bench`; the figures are of {day}, from {processor}, {cores} cores, {memory} GiB of memory.
Until 4 KiB are safely on its disk, {sync:.2} ms pass.

```
{command}
```

## What was asked for

`im.recent.get` over HTTP with a webhook, through the whole server, beside nginx that sends the same bytes from a file.
Judged is the server's time on a processor for each request: nginx's over Lately's. The ratio of the rates stands beside
it; there the load shares the cores.

{reads}
`im.message.add`, each answered once it is safely on disk. Judged are rates.

{sends}
{how}
## All figures

The medians over the rounds. \"CPU us\" is the server's time on a processor for each request, in microseconds.

{all}"
    )
}

/// What was run to find each figure.
fn how(most: u32) -> String {
    let people = grouped((town::PEOPLE.end - town::PEOPLE.start) as f64);
    let pool = grouped((town::SHARES * town::CHOICE) as f64);
    let (fresh, depth, shares, choice) = (town::FRESH, town::DEPTH, town::SHARES, town::CHOICE);
    let (sockets, hearers) = (grouped(SOCKETS as f64), grouped(HEARERS as f64));
    let (pairs, threads) = (town::PAIRS.end - town::PAIRS.start, wrk::THREADS);
    format!(
        "\
## How it is measured

The real `lately serve`, built for release, stands over a store on disk. nginx, with as many workers as there are cores,
its files kept open and no log, sends the very bytes of Lately's answers. A server of a few lines over hyper sends them
from memory, for orientation. wrk ({threads} threads) loads one after the other, round after round; a ratio is taken
within each round, and its median over the rounds is what counts. Server and load share the cores, so rates compare one
server with another and say little about larger machines. Time on a processor is the kernel's, of all threads of a
server, and of all workers of nginx.

Everybody's list is in memory, as if all of them were at work, but where the case says otherwise. Any answer but the
right status ends the run, and so does a list that does not show what was sent; `lately check` recounts every counter at
the end.

- **Nothing changed**: one person's list, {fresh} rows, all the chats they have, on {most} connections.
- **One message arrived**: {WATCHING} connections, each with a person of its own. Each sends a message into one of the
  person's {fresh} chats, another each time, waits for the answer, and reads the person's list. In the same round the
  same messages are sent and the lists of {WATCHING} other people read, to whom nothing happens, and then those lists
  without the messages. The first less the second is what the change costs; the third added is the whole read. Taking
  away messages sent without reads would not do: how many share a commit depends on what else is asked.
- **Of 10,000 chats**: the first page of `im.recent.list` of somebody with 10,000 chats and of somebody with {fresh}.
- **{people} people**: each is in {shares} chats out of a pool of {pool}, {fresh} of them within the days that
  `im.recent.get` tells; wrk asks for one after the other, and nginx has a file for each. Memory is what the server has
  taken for itself (anonymous pages): when the first {choice} people had made the whole pool resident, when all were, and
  after the first load; the larger increase is shared out among the people after the first {choice}.
- **Cold**: a server that has just started and answered one other person; then one read of each size. The chats are
  nobody else's and have {depth} messages each, all unread.
- **Chats of 2**: {pairs} chats in turn. The plain commit is a loop in one thread that inserts one row a transaction into a
  table of its own, in WAL mode with `synchronous = FULL`, on the same disk.
- **10,000 members**: one chat; all members' lists are in memory and follow.
- **{sockets} WebSockets**: people of the hall, each with a connection to the push channel. {hearers} of them are open while
  messages are sent into the hall one after the other, and each is timed until the last has it; the rest are opened then.
  Clients and server share all cores.
- **{READING} readers**: {READING} people, each with a connection, without and with {SENDING} connections beside them that
  send into chats of two, as fast as answers come. Nothing is pinned: readers, senders and server share all cores.
"
    )
}

fn verdicts(outcome: &Outcome, most: u32, sends: bool) -> String {
    let mut table = "| case | asked for | measured | | behind it |\n|---|---|--:|---|---|\n".to_owned();
    for row in Row::value_variants().iter().filter(|row| row.sends() == sends) {
        for Verdict { what, asked, measured, met, behind } in row.verdicts(outcome, most) {
            let word = if met { "met" } else { "not met" };
            // Writing to a string cannot fail.
            let _ = writeln!(table, "| {what} | {asked} | {measured} | {word} | {behind} |");
        }
    }
    table
}

fn trials(trials: &[Trial]) -> String {
    let mut table = "| load | server | at once | requests/s | p50 ms | p99 ms | CPU us |\n\
                     |---|---|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for trial in trials {
        let sample = trial.middle();
        let cpu = if sample.cpu > 0.0 { format!("{:.1}", sample.cpu) } else { String::new() };
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {:.2} | {:.2} | {cpu} |",
            trial.setting.load.name(),
            trial.setting.server.name(),
            trial.setting.connections,
            grouped(sample.figures.rate),
            sample.figures.p50,
            sample.figures.p99,
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::load::{Load, Server};
    use super::super::trial::Trials;
    use super::super::trial::tests::trial;
    use super::*;

    #[test]
    fn a_row_says_whether_it_is_met() {
        let load = Load::Recent { chats: town::FRESH };
        let trials = Trials(vec![
            trial(Server::Lately, load, 64, 10_000.0, 50.0),
            trial(Server::Nginx, load, 64, 40_000.0, 25.0),
        ]);
        let table = verdicts(&Outcome { trials, cold: Vec::new(), memory: None, listeners: None }, 64, false);
        let row = "| 50 rows, nothing changed since the last read | 0.80 of nginx | 0.50 | not met | \
                   50.0 us, nginx 25.0 us; rate 0.25 of nginx |\n";
        assert!(table.ends_with(row), "{table}");
    }

    #[test]
    fn a_trial_is_a_row_of_medians() {
        let table = super::trials(&[trial(Server::Lately, Load::Synced, 64, 12_345.0, 20.0)]);
        let row = "| `im.recent.get` with `LAST_SYNC_DATE` | Lately | 64 | 12,345 | 1.00 | 2.00 | 20.0 |\n";
        assert!(table.ends_with(row), "{table}");
    }
}
