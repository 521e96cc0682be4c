//! `lately user`: who is in the portal.

mod absence;
mod fields;
mod sign_in;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use lately_messenger::record::Record;
use lately_model::{Doer, User as Person, UserId, UserKind};
use lately_store::Fact;
use serde_json::Value;

use super::failure::Failure;
use super::print;
use super::session::Session;
use super::settings::Settings;
use crate::config::Overrides;
use fields::{Fields, kind};

/// Add, list and change users, and let them sign in.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    Add(Add),
    List(List),
    Edit(Edit),
    Password(sign_in::Password),
    Invite(sign_in::Invite),
    #[command(subcommand)]
    Absence(absence::Absence),
}

/// Add a user and print the number.
///
/// A user has a first name, a last name or an e-mail address, and is active. The first user of a new portal should be
/// an administrator.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately user add --first-name Ada --last-name Byron --email ada@example.org --position Analyst --admin
  lately user add --kind extranet --first-name Mary --last-name Shelley
  lately user add --kind bot --first-name Clock --bot-code clock")]
pub(super) struct Add {
    /// The number to take [default: the next free one]
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
    id: Option<i64>,
    #[command(flatten)]
    fields: Fields,
}

/// List users.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately user list --kind bot
  lately user list --find byron
  lately user list --json | jq '.[].email'")]
pub(super) struct List {
    /// Only those of this kind
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<UserKind>,
    /// Only those who are active
    #[arg(long)]
    active: bool,
    /// Only those who were dismissed
    #[arg(long, conflicts_with = "active")]
    dismissed: bool,
    /// Only those with this text in name, e-mail address or position
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// Print a JSON array; its objects are those of `lately export`
    #[arg(long)]
    json: bool,
}

/// Change a user; what is not named stays.
///
/// An empty text, or `none` for what is no text, takes a value away. A user is never deleted but dismissed: old messages
/// keep their author, and webhooks of a dismissed user are refused.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately user edit 7 --position 'Head of Care' --department 3
  lately user edit 7 --birthday none
  lately user edit 7 --dismiss")]
pub(super) struct Edit {
    /// The number of the user
    #[arg(value_name = "ID")]
    id: i64,
    #[command(flatten)]
    fields: Fields,
}

impl User {
    /// Does what was asked for.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        match self {
            Self::Add(add) => add.run(settings).await?,
            Self::List(list) => list.run(&Session::open(settings)?).await?,
            Self::Edit(edit) => edit.run(Session::open(settings)?).await?,
            Self::Password(password) => password.run(Session::open(settings)?).await?,
            Self::Invite(invite) => invite.run(Session::open(settings)?).await?,
            Self::Absence(absence) => absence.run(Session::open(settings)?).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, settings: &Settings) -> Result<(), Failure> {
        // Before a portal is made for somebody who cannot be in it.
        let user = self.newcomer(&settings.load(Overrides::default())?.zone()?)?;
        let session = Session::open_or_make(settings)?;
        let taken = user.id;
        if !taken.is_none() && !session.messenger.find_users(move |user| user.id == taken).await?.is_empty() {
            return Err(Failure::new(
                format!("there is a user {taken} already"),
                "Leave --id out, or `lately user edit`.",
            ));
        }
        let name = user.name();
        let id = session.messenger.add_user(Doer::command("user add"), user).await?;
        session.finish().await;
        print::line(&id.to_string())?;
        print::remark(&format!("user {id}: {name}"));
        Ok(())
    }

    fn newcomer(&self, zone: &TimeZone) -> Result<Person, Failure> {
        let mut user = fields::newcomer(self.id.map_or(UserId(0), UserId));
        self.fields.apply(&mut user, zone).map_err(lately_messenger::Error::from)?;
        if user.name().is_empty() {
            let what = "a user needs a name or an e-mail address";
            return Err(Failure::misused(what, "Give --first-name, --last-name or --email."));
        }
        Ok(user)
    }
}

impl Edit {
    async fn run(self, session: Session) -> Result<(), Failure> {
        if self.fields.is_empty() {
            return Err(Failure::misused("nothing to change", "`lately user edit --help` lists the fields."));
        }
        let zone = session.config.zone()?;
        let fields = self.fields;
        let edit = move |user: &mut Person| fields.apply(user, &zone);
        let user = session.messenger.edit_user(Doer::command("user edit"), UserId(self.id), edit).await?;
        session.finish().await;
        print::line(&format!("user {}: {}", user.id, user.name()))
    }
}

impl List {
    async fn run(self, session: &Session) -> Result<(), Failure> {
        let json = self.json;
        let users = session.messenger.find_users(move |user| self.keeps(user)).await?;
        if json {
            let records: Result<Value, _> =
                users.into_iter().map(|user| serde_json::to_value(record(user))).collect();
            return print::json(&records.map_err(|error| Failure::new(error.to_string(), ""))?);
        }
        let rows: Vec<[String; 6]> = users.iter().map(row).collect();
        print::line(&print::table(["ID", "NAME", "KIND", "STATE", "E-MAIL", "POSITION"], &rows))
    }

    fn keeps(&self, user: &Person) -> bool {
        let text = self.find.as_deref().unwrap_or_default().to_lowercase();
        let found = [&user.name(), &user.email, &user.work_position]
            .iter()
            .any(|field| field.to_lowercase().contains(&text));
        let kind = self.kind.is_none_or(|kind| kind == user.kind);
        found && kind && (user.active || !self.active) && !(user.active && self.dismissed)
    }
}

fn record(user: Person) -> Record {
    Record::from(Fact::User(Box::new(user)))
}

fn row(user: &Person) -> [String; 6] {
    let state = match (user.active, user.admin) {
        (false, _) => "dismissed",
        (true, true) => "admin",
        (true, false) => "active",
    };
    [
        user.id.to_string(),
        user.name(),
        user.kind.word().to_owned(),
        state.to_owned(),
        user.email.clone(),
        user.work_position.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> Person {
        let mut alice = fields::newcomer(UserId(1));
        alice.first_name = "Alice".to_owned();
        alice.email = "alice@example.org".to_owned();
        alice
    }

    #[test]
    fn lists_are_narrowed_by_kind_state_and_text() {
        let all = List { kind: None, active: false, dismissed: false, find: None, json: false };
        let dismissed = Person { active: false, ..alice() };
        assert!(all.keeps(&alice()) && all.keeps(&dismissed));
        let active = List { active: true, ..all };
        assert!(active.keeps(&alice()) && !active.keeps(&dismissed));
        let gone = List { active: false, dismissed: true, ..active };
        assert!(!gone.keeps(&alice()) && gone.keeps(&dismissed));
        let found = List { dismissed: false, find: Some("ALICE@".to_owned()), ..gone };
        assert!(found.keeps(&alice()) && !found.keeps(&Person::default()));
        let bots = List { kind: Some(UserKind::Bot), find: None, ..found };
        assert!(!bots.keeps(&alice()));
    }

    #[test]
    fn json_is_that_of_the_import_format() {
        let value = serde_json::to_value(record(alice())).unwrap();
        assert_eq!(
            (&value["type"], &value["id"], &value["kind"]),
            (&"user".into(), &1.into(), &"employee".into())
        );
    }
}
