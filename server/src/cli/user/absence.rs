//! `lately user absence`: the days on which people are away.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use lately_model::absence::AbsenceKind;
use lately_model::{Absence as Days, AbsenceId, UserId};
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::print;
use super::super::session::Session;

/// Say when somebody is away, and list or take back what was said.
///
/// While it lasts, everybody sees until when: the beginning of the day after the last one.
#[derive(Debug, Subcommand)]
pub(crate) enum Absence {
    Add(Add),
    List(List),
    /// Take an absence back; somebody who is away by it is back at once
    #[command(after_long_help = "Example:\n  lately user absence remove 3")]
    Remove {
        /// The number of the absence
        #[arg(value_name = "ID")]
        id: i64,
    },
}

/// Add an absence and print its number.
///
/// Days are those of the portal's time zone. The same absence again is the one that is there.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately user absence add 7 --from 2026-12-24 --until 2027-01-06
  lately user absence add 7 --from 2026-03-02 --until 2026-03-02 --kind sick")]
pub(crate) struct Add {
    /// The number of the user
    #[arg(value_name = "USER")]
    user: i64,
    /// The first day
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Date,
    /// The last day
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Date,
    /// Why: vacation, sick, trip or other
    #[arg(long, value_name = "KIND", default_value = "vacation", value_parser = kind)]
    kind: AbsenceKind,
}

/// List absences, the earliest of each person first.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  lately user absence list\n  lately user absence list 7 --json")]
pub(crate) struct List {
    /// Only those of this user
    #[arg(value_name = "USER")]
    user: Option<i64>,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day such as 2026-12-31".to_owned())
}

fn kind(word: &str) -> Result<AbsenceKind, String> {
    AbsenceKind::from_word(word).ok_or_else(|| {
        let words = AbsenceKind::ALL.map(AbsenceKind::word);
        format!("use {}", words.join(", "))
    })
}

impl Absence {
    /// Does what was asked for.
    pub(super) async fn run(self, session: Session) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(session).await,
            Self::List(list) => list.run(&session).await,
            Self::Remove { id } => remove(session, AbsenceId(id)).await,
        }
    }
}

impl Add {
    async fn run(self, session: Session) -> Result<(), Failure> {
        let Self { user, from, until, kind } = self;
        if until < from {
            let what = format!("--until: {until} is before {from}");
            return Err(Failure::misused(what, "An absence ends on its first day or later."));
        }
        let absence = Days { id: AbsenceId(0), user_id: UserId(user), from, until, kind };
        let id = session.messenger.add_absence(absence).await?;
        session.finish().await;
        print::line(&id.to_string())?;
        print::remark(&format!("user {user} is away from {from} to {until}"));
        Ok(())
    }
}

impl List {
    async fn run(self, session: &Session) -> Result<(), Failure> {
        let mut absences = session.messenger.absences(self.user.map(UserId)).await?;
        absences.sort_by_key(|absence| (absence.user_id, absence.from, absence.until, absence.id));
        if self.json {
            return print::json(&absences.iter().map(record).collect());
        }
        let today = session.messenger.now().date(&session.config.zone()?);
        let rows: Vec<[String; 6]> = absences.iter().map(|absence| row(absence, today)).collect();
        print::line(&print::table(["ID", "USER", "FROM", "UNTIL", "KIND", "STATE"], &rows))
    }
}

fn row(absence: &Days, today: Date) -> [String; 6] {
    let state = match () {
        () if absence.covers(today) => "now",
        () if absence.until < today => "over",
        () => "to come",
    };
    [
        absence.id.to_string(),
        absence.user_id.to_string(),
        absence.from.to_string(),
        absence.until.to_string(),
        absence.kind.word().to_owned(),
        state.to_owned(),
    ]
}

fn record(absence: &Days) -> Value {
    json!({
        "id": absence.id.0,
        "user": absence.user_id.0,
        "from": absence.from.to_string(),
        "until": absence.until.to_string(),
        "kind": absence.kind.word(),
    })
}

async fn remove(session: Session, id: AbsenceId) -> Result<(), Failure> {
    if !session.messenger.remove_absence(id).await? {
        return Err(Failure::new(
            format!("there is no absence {id}"),
            "`lately user absence list` shows the numbers.",
        ));
    }
    session.finish().await;
    print::line(&format!("removed absence {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_is_over_now_or_to_come() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let absence = Days {
            id: AbsenceId(3),
            user_id: UserId(7),
            from: day("2026-03-02"),
            until: day("2026-03-04"),
            kind: AbsenceKind::Trip,
        };
        for (today, state) in
            [("2026-03-01", "to come"), ("2026-03-02", "now"), ("2026-03-04", "now"), ("2026-03-05", "over")]
        {
            assert_eq!(row(&absence, day(today)), ["3", "7", "2026-03-02", "2026-03-04", "trip", state]);
        }
    }

    #[test]
    fn days_and_kinds_that_make_no_sense_are_refused_with_advice() {
        assert!(super::day("24.12.2026").unwrap_err().contains("2026-12-31"));
        assert!(kind("holiday").unwrap_err().contains("vacation, sick, trip, other"));
    }
}
