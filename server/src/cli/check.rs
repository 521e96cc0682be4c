//! `lately check`: counters and totals against a recount of messages, or a whole portal against another.

mod against;

use std::process::ExitCode;

use clap::Args;
use lately_messenger::Messenger;
use lately_store::Difference;

use super::failure::{FOUND, Failure};
use super::session::Session;
use super::settings::Settings;
use super::{print, progress};

/// Recount everything that is counted, and say what differs.
///
/// Every unread counter and every chat's totals are counted again from messages and read positions, and the words by which
/// searches find things are made again from their texts. The first row that differs is named. A clean check ends with status 0, differences with 1. A server may run meanwhile.
///
/// With --against nothing is counted: all facts of the portal are compared with those of another, in the order in which
/// `lately export` writes them, and the first line that differs is named.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately check
  lately --data /srv/lately check --repair
  lately --data /srv/lately check --against postgres://lately:secret@db.example/lately")]
pub(super) struct Check {
    /// Write what the recount gives wherever it differs
    #[arg(long)]
    repair: bool,
    /// Compare with the portal in this data directory or PostgreSQL database
    #[arg(long, value_name = "OTHER", conflicts_with = "repair")]
    against: Option<String>,
}

impl Check {
    /// Recounts, and repairs if told so; or compares.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let session = Session::open(settings)?;
        if let Some(other) = &self.against {
            return against::compare(&session, other).await;
        }
        let differences = recount(&session.messenger).await?;
        if differences.is_empty() {
            print::line("clean: every counter and total is what a recount gives")?;
            return Ok(ExitCode::SUCCESS);
        }
        print::line(&told(&differences))?;
        if !self.repair {
            print::remark("`lately check --repair` writes what the recount gives.");
            return Ok(ExitCode::from(FOUND));
        }
        let chats = repair(&session.messenger).await?;
        let left = recount(&session.messenger).await?;
        session.finish().await;
        print::line(&format!("repaired {chats} {}", if chats == 1 { "chat" } else { "chats" }))?;
        if left.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        print::line(&told(&left))?;
        Err(Failure::new("some rows still differ after the repair", "Put a backup back: `lately restore`."))
    }
}

async fn recount(messenger: &Messenger) -> Result<Vec<Difference>, Failure> {
    let bar = progress::bar("recounting", "chats", 0);
    let shown = bar.clone();
    let found = messenger
        .check(move |done, total| {
            shown.set_length(total);
            shown.set_position(done);
        })
        .await;
    bar.finish_and_clear();
    Ok(found?)
}

async fn repair(messenger: &Messenger) -> Result<u64, Failure> {
    let bar = progress::count("repairing", "chats");
    let repaired = messenger.repair(|done| bar.set_position(done)).await;
    bar.finish_and_clear();
    Ok(repaired?)
}

/// The first difference, and how many more there are.
fn told(differences: &[Difference]) -> String {
    let Some(first) = differences.first() else { return String::new() };
    let Difference { row, value, found, expected } = first;
    let text = format!("{row}: {value} is {found}, a recount gives {expected}");
    match differences.len() - 1 {
        0 => text,
        // The recount stops looking at a hundred.
        more @ 99.. => format!("{text}\nand at least {more} more"),
        more => format!("{text}\nand {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_and_the_others_are_counted() {
        let one = Difference { row: "chat 12".to_owned(), value: "user_count", found: 3, expected: 4 };
        let line = "chat 12: user_count is 3, a recount gives 4";
        assert_eq!(told(std::slice::from_ref(&one)), line);
        assert_eq!(told(&vec![one.clone(); 3]), format!("{line}\nand 2 more"));
        assert_eq!(told(&vec![one; 100]), format!("{line}\nand at least 99 more"));
    }
}
