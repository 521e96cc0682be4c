//! `lately webhook`: addresses with a secret, through which programs call the portal as one user.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use lately_messenger::webhook::NewWebhook;
use lately_model::{Doer, Moment, Revision, Scopes, UserId, Webhook as Row, WebhookId};
use serde_json::{Value, json};

use super::failure::Failure;
use super::print;
use super::session::Session;
use super::settings::Settings;

/// Add, list and remove incoming webhooks.
#[derive(Debug, Subcommand)]
pub(super) enum Webhook {
    Add(Add),
    List(List),
    /// Remove a webhook; it is refused from now on
    #[command(after_long_help = "Example:\n  lately --data /srv/lately webhook remove 3")]
    Remove {
        /// The number that `list` shows
        #[arg(value_name = "ID")]
        id: i64,
    },
}

/// Make a webhook and print its address.
///
/// Whoever knows the address can do what the user can, within the scopes. It is shown this once: the portal keeps only a
/// hash of the secret. Append a method to it: ADDRESS/im.recent.get.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately webhook add --user 1 --scope im,user
  lately --data /srv/lately webhook add --user 2 --scope all --revision 33 --expires 2030-01-01 --title 'stock bot'
  curl \"$(lately --data /srv/lately webhook add --user 1)im.recent.get\"")]
pub(super) struct Add {
    /// The number of the user whom it acts as
    #[arg(long, value_name = "ID")]
    user: i64,
    /// What it may call: all, or some of im, imbot, imopenlines, user, department, disk..., with commas between
    #[arg(long, value_name = "SCOPES", default_value = "im", value_parser = scopes)]
    scope: Scopes,
    /// Its secret, letters and digits [default: a new one that nobody can guess]
    #[arg(long, value_name = "SECRET")]
    secret: Option<String>,
    /// The shape of im.recent.get: 29 (ids as texts) or 33 (as numbers) [default: the setting rest.revision]
    #[arg(long, value_name = "NUMBER", value_parser = revision)]
    revision: Option<Revision>,
    /// From when on it is refused: a day such as 2030-01-01, or a moment such as 2030-01-01T12:00:00+02:00
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// A word for people: what it is for
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    title: String,
}

/// List webhooks, without their secrets.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  lately webhook list --user 1\n  lately webhook list --json")]
pub(super) struct List {
    /// Only those that act as this user
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// Reads `--scope`.
pub(super) fn scopes(text: &str) -> Result<Scopes, String> {
    let scopes = Scopes::parse(text)?;
    if scopes.iter().next().is_none() {
        Err("name at least one scope, or all".to_owned())
    } else {
        Ok(scopes)
    }
}

/// Reads `--revision`.
pub(super) fn revision(text: &str) -> Result<Revision, String> {
    let number: i64 = text.parse().map_err(|_| "use 29 or 33".to_owned())?;
    Revision::try_from(number)
}

impl Webhook {
    /// Does what was asked for.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let session = Session::open(settings)?;
        match self {
            Self::Add(add) => add.run(session).await?,
            Self::List(list) => list.run(&session).await?,
            Self::Remove { id } => remove(session, WebhookId(id)).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, session: Session) -> Result<(), Failure> {
        let zone = session.config.zone()?;
        let expires_at =
            self.expires.as_deref().map(|text| expiry(text, &zone, session.messenger.now())).transpose()?;
        let revision = match self.revision {
            Some(revision) => revision,
            None => session.messenger.portal_settings().await?.revision,
        };
        let new = NewWebhook {
            user: UserId(self.user),
            scopes: self.scope,
            secret: self.secret,
            revision,
            expires_at,
            title: self.title,
        };
        let (webhook, secret) = session.messenger.add_webhook_by(Doer::command("webhook add"), new).await?;
        let address = format!("{}/rest/{}/{secret}/", session.base_url(), webhook.user_id);
        session.finish().await;
        print::line(&address)?;
        print::remark(&format!(
            "webhook {} for user {}; it is shown this once, and whoever knows it acts as that user",
            webhook.id, webhook.user_id
        ));
        Ok(())
    }
}

fn expiry(text: &str, zone: &TimeZone, now: Moment) -> Result<Moment, Failure> {
    let advice = "Write a day such as 2030-01-01, or a moment such as 2030-01-01T12:00:00+02:00.";
    let Some(at) = Moment::parse(text, zone) else {
        return Err(Failure::misused(format!("--expires: {text:?} is not a date"), advice));
    };
    if at <= now {
        return Err(Failure::misused(format!("--expires: {text} has passed already"), advice));
    }
    Ok(at)
}

impl List {
    async fn run(self, session: &Session) -> Result<(), Failure> {
        let zone = session.config.zone()?;
        let webhooks = session.messenger.webhooks(self.user.map(UserId)).await?;
        if self.json {
            return print::json(&webhooks.iter().map(|webhook| record(webhook, &zone)).collect());
        }
        let rows: Vec<[String; 6]> = webhooks.iter().map(|webhook| row(webhook, &zone)).collect();
        print::line(&print::table(["ID", "USER", "SCOPES", "REVISION", "EXPIRES", "TITLE"], &rows))
    }
}

fn row(webhook: &Row, zone: &TimeZone) -> [String; 6] {
    [
        webhook.id.to_string(),
        webhook.user_id.to_string(),
        if webhook.scopes == Scopes::all() { "all".to_owned() } else { webhook.scopes.joined() },
        webhook.revision.number().to_string(),
        webhook.expires_at.map_or_else(|| "never".to_owned(), |at| at.atom(zone)),
        webhook.title.clone(),
    ]
}

fn record(webhook: &Row, zone: &TimeZone) -> Value {
    json!({
        "id": webhook.id.0,
        "user": webhook.user_id.0,
        "scopes": webhook.scopes.iter().collect::<Vec<_>>(),
        "revision": webhook.revision.number(),
        "created_at": webhook.created_at.atom(zone),
        "expires_at": webhook.expires_at.map(|at| at.atom(zone)),
        "title": webhook.title,
    })
}

async fn remove(session: Session, id: WebhookId) -> Result<(), Failure> {
    let removed = session.messenger.remove_webhook_by(Doer::command("webhook remove"), id).await?;
    if !removed {
        return Err(Failure::new(
            format!("there is no webhook {id}"),
            "`lately webhook list` shows the numbers.",
        ));
    }
    session.finish().await;
    print::line(&format!("removed webhook {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_expires_in_the_future() {
        let now = Moment(1_700_000_000);
        assert!(expiry("2030-01-01", &TimeZone::UTC, now).is_ok());
        for text in ["2020-01-01", "tomorrow"] {
            assert!(
                matches!(expiry(text, &TimeZone::UTC, now), Err(Failure::Told { code: 2, .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_listed_holds_no_trace_of_the_secret() {
        let webhook = Row {
            id: WebhookId(3),
            user_id: UserId(1),
            secret_hash: "5ec4e7".to_owned(),
            scopes: Scopes::all(),
            revision: Revision::R29,
            created_at: Moment(0),
            expires_at: None,
            title: "stock bot".to_owned(),
        };
        assert_eq!(row(&webhook, &TimeZone::UTC), ["3", "1", "all", "29", "never", "stock bot"]);
        assert!(!record(&webhook, &TimeZone::UTC).to_string().contains("5ec4e7"));
    }

    #[test]
    fn scopes_are_known_and_at_least_one() {
        assert!(scopes("all").is_ok() && scopes("im,user").is_ok());
        assert!(scopes("").is_err() && scopes("im,crm").is_err());
        assert!(revision("29").is_ok() && revision("30").is_err());
    }
}
