//! What was asked for: the rows of the two tables, what each needs to be run, and what it is judged by.
//!
//! Must hold: a read is judged by the server's time on a processor a request, since load and server share the machine's
//! cores; a send by its rate, since it waits for the disk.

use clap::ValueEnum;

use super::Outcome;
use super::cold::Cold;
use super::figures::{grouped, median};
use super::listeners::{HEARERS, Listeners, SOCKETS};
use super::load::{Load, Server};
use super::town::{DEPTH, FRESH, HALL_SIZE, PEOPLE, SHARES};
use super::trial::{Setting, Trial, Trials};

/// One row of what was asked for; some have two figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Row {
    /// Nothing changed since the last read
    Unchanged,
    /// A message arrived before each read
    Arrived,
    /// The newest 50 of 10,000 chats
    Newest,
    /// 10,000 people in turn, and the memory that they take
    People,
    /// LAST_SYNC_DATE with nothing new
    Synced,
    /// The first read of a list
    Cold,
    /// Sends into chats of two, beside a plain commit each
    Pairs,
    /// Sends to 10,000 members, beside those to two
    Hall,
    /// Reads while others send
    Beside,
    /// 10,000 people who listen, and how soon 1,000 of them have heard
    Listeners,
}

/// How a row came out.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    /// The case.
    pub what: String,
    /// What was asked for.
    pub asked: String,
    /// What was measured.
    pub measured: String,
    /// Whether it is what was asked for.
    pub met: bool,
    /// The figures behind it.
    pub behind: String,
}

/// How many watchers there are, each with a connection.
pub const WATCHING: u32 = 64;
/// How many people read beside senders, each with a connection.
pub const READING: u32 = 32;
/// How many connections send beside readers.
pub const SENDING: u32 = 4;

const ASIDE: Load = Load::People { count: WATCHING as i64 };
const ALONE: Load = Load::People { count: READING as i64 };
const BESIDE: Load = Load::Beside { count: READING as i64 };
const EVERYBODY: Load = Load::People { count: PEOPLE.end - PEOPLE.start };
const FIFTY: Load = Load::Recent { chats: FRESH };
const LIST: Load = Load::List { chats: 10_000 };
const SHORT_LIST: Load = Load::List { chats: FRESH };
const TO_TWO: Load = Load::Send { members: 2 };
const TO_ALL: Load = Load::Send { members: HALL_SIZE };

impl Row {
    /// Whether it is about messages sent.
    pub fn sends(self) -> bool {
        matches!(self, Self::Pairs | Self::Hall | Self::Beside | Self::Listeners)
    }

    /// What is run for it, in this order; `most` is the largest number of connections.
    pub fn settings(self, most: u32) -> Vec<Setting> {
        use Server::{Commit, Hyper, Lately, Nginx};
        let run = |server, load, connections| Setting { server, load, connections };
        match self {
            Self::Unchanged => {
                vec![run(Lately, FIFTY, most), run(Nginx, FIFTY, most), run(Hyper, FIFTY, most)]
            }
            Self::Arrived => vec![
                run(Lately, Load::PokeAndLook, WATCHING),
                run(Lately, Load::PokeAndLookAside, WATCHING),
                run(Lately, ASIDE, WATCHING),
                run(Nginx, Load::Look, WATCHING),
            ],
            Self::Newest => vec![run(Lately, LIST, most), run(Lately, SHORT_LIST, most)],
            Self::People => vec![run(Lately, EVERYBODY, most), run(Nginx, EVERYBODY, most)],
            Self::Synced => vec![run(Lately, Load::Synced, most), run(Nginx, Load::Synced, most)],
            Self::Cold | Self::Listeners => Vec::new(),
            Self::Pairs => vec![run(Lately, TO_TWO, most), run(Commit, TO_TWO, 1)],
            Self::Hall => vec![run(Lately, TO_ALL, most), run(Lately, TO_TWO, most)],
            Self::Beside => vec![run(Lately, ALONE, READING), run(Lately, BESIDE, READING)],
        }
    }

    /// How it came out; nothing if it was not run.
    pub fn verdicts(self, outcome: &Outcome, most: u32) -> Vec<Verdict> {
        let trials = &outcome.trials;
        match self {
            Self::Unchanged => against_nginx(
                format!("{FRESH} rows, nothing changed since the last read"),
                0.8,
                trials.find(Server::Lately, FIFTY, most),
                trials.find(Server::Nginx, FIFTY, most),
            ),
            Self::Arrived => arrived(trials),
            Self::Newest => newest(trials, most),
            Self::People => {
                let mut verdicts = against_nginx(
                    format!("{} people in turn, each resident, {SHARES} chats each", people()),
                    0.5,
                    trials.find(Server::Lately, EVERYBODY, most),
                    trials.find(Server::Nginx, EVERYBODY, most),
                );
                verdicts.extend(memory(outcome));
                verdicts
            }
            Self::Synced => against_nginx(
                "`LAST_SYNC_DATE` with nothing new".to_owned(),
                1.0,
                trials.find(Server::Lately, Load::Synced, most),
                trials.find(Server::Nginx, Load::Synced, most),
            ),
            Self::Cold => cold(&outcome.cold),
            Self::Pairs => pairs(trials, most),
            Self::Hall => hall(trials, most),
            Self::Beside => beside(trials),
            Self::Listeners => outcome.listeners.as_ref().map(listening).unwrap_or_default(),
        }
    }
}

fn people() -> String {
    grouped((PEOPLE.end - PEOPLE.start) as f64)
}

fn at_least(what: String, asked: f64, of: &str, measured: f64, behind: String) -> Verdict {
    Verdict {
        what,
        asked: format!("{asked:.2} {of}"),
        measured: format!("{measured:.2}"),
        met: measured >= asked,
        behind,
    }
}

fn against_nginx(what: String, asked: f64, lately: Option<&Trial>, nginx: Option<&Trial>) -> Vec<Verdict> {
    let Some((lately, nginx)) = lately.zip(nginx) else { return Vec::new() };
    let behind = format!(
        "{:.1} us, nginx {:.1} us; rate {:.2} of nginx",
        lately.middle().cpu,
        nginx.middle().cpu,
        lately.faster_than(nginx)
    );
    vec![at_least(what, asked, "of nginx", lately.cheaper_than(nginx), behind)]
}

/// A message and a read by turns, less a message and the read of a list that did not change, and such a read itself
/// added again: what is left is the read of a list that changed. The messages are the same in both.
fn arrived(trials: &Trials) -> Vec<Verdict> {
    let lately = |load| trials.find(Server::Lately, load, WATCHING);
    let (changed, aside, read) = (lately(Load::PokeAndLook), lately(Load::PokeAndLookAside), lately(ASIDE));
    let nginx = trials.find(Server::Nginx, Load::Look, WATCHING);
    let (Some(changed), Some(aside), Some(read), Some(nginx)) = (changed, aside, read, nginx) else {
        return Vec::new();
    };
    let rounds = changed.samples.iter().zip(&aside.samples).zip(&read.samples).zip(&nginx.samples);
    let rounds = rounds.map(|(((changed, aside), read), nginx)| {
        let time = 2.0 * (changed.cpu - aside.cpu) + read.cpu;
        (time, if time > 0.0 { nginx.cpu / time } else { 0.0 })
    });
    let (times, ratios): (Vec<f64>, Vec<f64>) = rounds.unzip();
    let behind = format!(
        "{:.1} us, nginx {:.1} us; message and read {:.1} us, message and unchanged read {:.1} us, unchanged read {:.1} us",
        median(times),
        nginx.middle().cpu,
        2.0 * changed.middle().cpu,
        2.0 * aside.middle().cpu,
        read.middle().cpu
    );
    let what = format!("{FRESH} rows, one message arrived in one of the chats before each read");
    vec![at_least(what, 0.5, "of nginx", median(ratios), behind)]
}

/// Memory is what the server has taken with all sockets open, lists and all.
fn listening(listeners: &Listeners) -> Vec<Verdict> {
    const GIB: f64 = 1_073_741_824.0;
    let gib = listeners.open as f64 / GIB;
    let each = listeners.open.saturating_sub(listeners.before) as f64 / SOCKETS as f64 / 1024.0;
    let (middle, worst) = listeners.middle_and_worst();
    let answer = median(listeners.answers.clone());
    vec![
        Verdict {
            what: format!("memory with {} WebSockets open", grouped(SOCKETS as f64)),
            asked: "1 GiB".to_owned(),
            measured: format!("{gib:.2}"),
            met: gib <= 1.0,
            behind: format!("{each:.1} KB for each socket"),
        },
        Verdict {
            what: format!("from a message's sending to the last of {} hearers", grouped(HEARERS as f64)),
            asked: "to be known".to_owned(),
            measured: format!("{middle:.0} ms"),
            met: true,
            behind: format!("p99 {worst:.0} ms; the sender has the answer after {answer:.1} ms"),
        },
    ]
}

fn newest(trials: &Trials, most: u32) -> Vec<Verdict> {
    let long = trials.find(Server::Lately, LIST, most);
    let short = trials.find(Server::Lately, SHORT_LIST, most);
    let Some((long, short)) = long.zip(short) else { return Vec::new() };
    let what = format!("{FRESH} newest of 10,000 chats (`im.recent.list`, first page) against 50 of 50");
    let behind = format!(
        "{:.1} us, of 50 {:.1} us; rate {:.2} of it",
        long.middle().cpu,
        short.middle().cpu,
        long.faster_than(short)
    );
    vec![at_least(what, 0.85, "of it", long.cheaper_than(short), behind)]
}

fn memory(outcome: &Outcome) -> Option<Verdict> {
    let memory = outcome.memory?;
    let mebibytes = |bytes: u64| grouped(bytes as f64 / f64::from(1 << 20));
    Some(Verdict {
        what: "memory for each of them beyond the shared chats".to_owned(),
        asked: "40 KB at most".to_owned(),
        measured: format!("{:.1} KB", memory.each()),
        met: memory.each() <= 40.0,
        behind: format!(
            "{} MB with the shared chats, {} MB with everybody, {} MB after the reads",
            mebibytes(memory.shared),
            mebibytes(memory.resident),
            mebibytes(memory.read)
        ),
    })
}

fn cold(all: &[Cold]) -> Vec<Verdict> {
    let time = |chats: i64| {
        all.iter().find(|cold| cold.chats == chats).map(|cold| median(cold.times.clone())).unwrap_or(0.0)
    };
    if all.is_empty() {
        return Vec::new();
    }
    let sizes =
        all.iter().map(|cold| format!("{} chats {:.2} ms", grouped(cold.chats as f64), time(cold.chats)));
    let growth = time(2_000) / time(500);
    vec![
        Verdict {
            what: format!(
                "cold: first read with 1,000 chats, {} messages behind",
                grouped((1_000 * DEPTH) as f64)
            ),
            asked: "10 ms at most".to_owned(),
            measured: format!("{:.2} ms", time(1_000)),
            met: time(1_000) < 10.0,
            behind: sizes.collect::<Vec<_>>().join(", "),
        },
        Verdict {
            what: "cold, linear in chats: time with 2,000 over time with 500".to_owned(),
            asked: "4 x, 5 x at most".to_owned(),
            measured: format!("{growth:.2} x"),
            met: growth <= 5.0,
            behind: "twice as much a chat would be 8 x".to_owned(),
        },
    ]
}

fn pairs(trials: &Trials, most: u32) -> Vec<Verdict> {
    let sends = trials.find(Server::Lately, TO_TWO, most);
    let plain = trials.find(Server::Commit, TO_TWO, 1);
    let Some((sends, plain)) = sends.zip(plain) else { return Vec::new() };
    let behind = format!(
        "{} sends/s, {} plain commits/s",
        grouped(sends.middle().figures.rate),
        grouped(plain.middle().figures.rate)
    );
    let what = format!("{most} connections, chats of 2");
    vec![at_least(what, 4.0, "x of a plain commit each", sends.faster_than(plain), behind)]
}

fn hall(trials: &Trials, most: u32) -> Vec<Verdict> {
    let (all, two) = (trials.find(Server::Lately, TO_ALL, most), trials.find(Server::Lately, TO_TWO, most));
    let Some((all, two)) = all.zip(two) else { return Vec::new() };
    let behind = format!(
        "{} sends/s, to 2 members {} sends/s; {:.0} us, to 2 members {:.0} us",
        grouped(all.middle().figures.rate),
        grouped(two.middle().figures.rate),
        all.middle().cpu,
        two.middle().cpu
    );
    let what = format!("{} members against 2 members", grouped(HALL_SIZE as f64));
    vec![at_least(what, 0.85, "of it", all.faster_than(two), behind)]
}

fn beside(trials: &Trials) -> Vec<Verdict> {
    let alone = trials.find(Server::Lately, ALONE, READING);
    let busy = trials.find(Server::Lately, BESIDE, READING);
    let Some((alone, busy)) = alone.zip(busy) else { return Vec::new() };
    let behind = format!(
        "{} reads/s beside senders, {} reads/s without",
        grouped(busy.middle().figures.rate),
        grouped(alone.middle().figures.rate)
    );
    let what = format!("while {READING} readers read recents: their rate with {SENDING} senders beside");
    vec![at_least(what, 0.7, "of their own rate", busy.faster_than(alone), behind)]
}

#[cfg(test)]
mod tests {
    use super::super::residents::Memory;
    use super::super::trial::tests::trial;
    use super::*;

    fn verdicts(row: Row, trials: Vec<Trial>) -> Vec<Verdict> {
        let outcome = Outcome { trials: Trials(trials), cold: Vec::new(), memory: None, listeners: None };
        row.verdicts(&outcome, 64)
    }

    #[test]
    fn a_read_is_judged_by_time_on_a_processor_and_its_rate_stands_beside() {
        let found = verdicts(
            Row::Unchanged,
            vec![
                trial(Server::Lately, FIFTY, 64, 10_000.0, 50.0),
                trial(Server::Nginx, FIFTY, 64, 40_000.0, 25.0),
            ],
        );
        let [verdict] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((verdict.measured.as_str(), verdict.met), ("0.50", false));
        assert_eq!(verdict.behind, "50.0 us, nginx 25.0 us; rate 0.25 of nginx");
    }

    #[test]
    fn the_message_before_a_read_is_taken_away() {
        let found = verdicts(
            Row::Arrived,
            vec![
                trial(Server::Lately, Load::PokeAndLook, 64, 2_000.0, 110.0),
                trial(Server::Lately, Load::PokeAndLookAside, 64, 2_000.0, 105.0),
                trial(Server::Lately, ASIDE, 64, 9_000.0, 40.0),
                trial(Server::Nginx, Load::Look, 64, 9_000.0, 30.0),
            ],
        );
        assert_eq!((found[0].measured.as_str(), found[0].met), ("0.60", true));
    }

    #[test]
    fn what_was_not_run_is_not_judged() {
        for row in Row::value_variants() {
            assert_eq!(verdicts(*row, Vec::new()), [], "{row:?}");
        }
    }

    #[test]
    fn a_cold_list_is_judged_by_its_time_and_its_growth() {
        let colds = [(250, 2.0), (500, 4.0), (1_000, 9.0), (2_000, 24.0)];
        let found = cold(&colds.map(|(chats, time)| Cold { chats, times: vec![time; 3] }));
        assert_eq!((found[0].measured.as_str(), found[0].met), ("9.00 ms", true));
        assert_eq!((found[1].measured.as_str(), found[1].met), ("6.00 x", false));
    }

    #[test]
    fn people_are_judged_by_their_memory_too() {
        let memory = Memory { shared: 0, resident: 9_980 * 51_200, read: 0 };
        let outcome =
            Outcome { trials: Trials(Vec::new()), cold: Vec::new(), memory: Some(memory), listeners: None };
        let found = Row::People.verdicts(&outcome, 64);
        assert_eq!((found[0].measured.as_str(), found[0].met), ("50.0 KB", false));
    }
}
