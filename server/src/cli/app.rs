//! `lately app`: programs that act for people by tokens, as applications of the reference do.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use lately_messenger::app::NewApp;
use lately_model::app::STATUS;
use lately_model::{App as Row, Doer, Revision, Scopes, UserId};
use serde_json::{Value, json};

use super::failure::Failure;
use super::print;
use super::session::Session;
use super::settings::Settings;
use super::webhook::{revision, scopes};
use crate::oauth::shape::tokens;

/// Add, install, list and remove applications, and make tokens for them.
#[derive(Debug, Subcommand)]
pub(super) enum App {
    Add(Add),
    List(List),
    /// Finish the installation of an application that was added as pending
    #[command(after_long_help = "Example:\n  lately --data /srv/lately app install 3")]
    Install {
        /// The number that `list` shows, or the client id
        #[arg(value_name = "APP")]
        app: String,
    },
    Token(Token),
    Remove(Remove),
}

/// Make an application and print its client id, its secret and its application token.
///
/// They are printed as a JSON object, this once: the portal keeps only a hash of the secret. docs/apps.md says what an
/// application does with them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately app add --title 'Stock bot' --scope im,user --handler https://stock.example.org/
  lately app add --title Reports --scope im --api-only --install-url https://reports.example.org/install
  lately app add --scope all --client-id local.test.1 --secret s3cret --application-token t0ken")]
pub(super) struct Add {
    /// A word for people
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    title: String,
    /// What it may call: all, or some of im, user, department, disk, pull..., with commas between
    #[arg(long, value_name = "SCOPES", default_value = "im", value_parser = scopes)]
    scope: Scopes,
    /// Where people are sent, with a code, who let it act for them
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    handler: String,
    /// Where it is told that it was installed
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    install_url: String,
    /// It has no pages
    #[arg(long)]
    api_only: bool,
    /// Its installation is not finished: until `app install` only administrators can use it
    #[arg(long)]
    pending: bool,
    /// Its public name [default: local. and what nobody else has]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Its secret [default: a new one that nobody can guess]
    #[arg(long, value_name = "SECRET")]
    secret: Option<String>,
    /// What its events carry [default: a new one that nobody can guess]
    #[arg(long, value_name = "TOKEN")]
    application_token: Option<String>,
    /// The shape of im.recent.get: 29 (ids as texts) or 33 (as numbers) [default: the setting rest.revision]
    #[arg(long, value_name = "NUMBER", value_parser = revision)]
    revision: Option<Revision>,
}

/// List applications, without their secrets.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  lately app list\n  lately app list --json")]
pub(super) struct List {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// Give an application tokens for a user, without a browser.
///
/// They are printed as the address for tokens answers them: a JSON object. They are shown this once.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately app token 3 --user 1
  lately app token local.test.1 --user 2 --expired")]
pub(super) struct Token {
    /// The number that `list` shows, or the client id
    #[arg(value_name = "APP")]
    app: String,
    /// For whom it acts
    #[arg(long, value_name = "ID")]
    user: i64,
    /// The access token has ended already, the refresh token has not: for trying what a client does then
    #[arg(long)]
    expired: bool,
}

/// Remove an application; its tokens are refused from now on.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  lately app remove 3\n  lately app remove local.test.1 --clean")]
pub(super) struct Remove {
    /// The number that `list` shows, or the client id
    #[arg(value_name = "APP")]
    app: String,
    /// Remove its options too
    #[arg(long)]
    clean: bool,
}

impl App {
    /// Does what was asked for.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let session = Session::open(settings)?;
        match self {
            Self::Add(add) => add.run(session).await?,
            Self::List(list) => list.run(&session).await?,
            Self::Install { app } => install(session, &app).await?,
            Self::Token(token) => token.run(session).await?,
            Self::Remove(remove) => remove.run(session).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, session: Session) -> Result<(), Failure> {
        let revision = match self.revision {
            Some(revision) => revision,
            None => session.messenger.portal_settings().await?.revision,
        };
        let new = NewApp {
            client_id: self.client_id,
            secret: self.secret,
            application_token: self.application_token,
            title: self.title,
            scopes: self.scope,
            handler_url: self.handler,
            install_url: self.install_url,
            api_only: self.api_only,
            installed: !self.pending,
            revision,
        };
        let (app, secret) = session.messenger.add_app(Doer::command("app add"), new).await?;
        session.finish().await;
        print::json(&json!({
            "id": app.id,
            "client_id": app.client_id,
            "client_secret": secret,
            "application_token": app.application_token,
        }))?;
        print::remark(&format!("application {}; the secret is shown this once", app.id));
        Ok(())
    }
}

impl List {
    async fn run(self, session: &Session) -> Result<(), Failure> {
        let zone = session.config.zone()?;
        let apps = session.messenger.apps(None).await?;
        if self.json {
            return print::json(&apps.iter().map(|app| record(app, &app.created_at.atom(&zone))).collect());
        }
        let rows: Vec<[String; 6]> = apps.iter().map(row).collect();
        print::line(&print::table(["ID", "CLIENT", "SCOPES", "REVISION", "INSTALLED", "TITLE"], &rows))
    }
}

fn row(app: &Row) -> [String; 6] {
    [
        app.id.to_string(),
        app.client_id.clone(),
        if app.scopes == Scopes::all() { "all".to_owned() } else { app.scopes.joined() },
        app.revision.number().to_string(),
        if app.installed { "yes" } else { "no" }.to_owned(),
        app.title.clone(),
    ]
}

fn record(app: &Row, created_at: &str) -> Value {
    json!({
        "id": app.id,
        "client_id": app.client_id,
        "title": app.title,
        "scopes": app.scopes.iter().collect::<Vec<_>>(),
        "handler_url": app.handler_url,
        "install_url": app.install_url,
        "api_only": app.api_only,
        "installed": app.installed,
        "version": app.version,
        "status": STATUS,
        "revision": app.revision.number(),
        "created_at": created_at,
        "created_by": app.created_by,
    })
}

async fn found(session: &Session, named: &str) -> Result<Row, Failure> {
    let app = session.messenger.find_app(named).await?;
    app.ok_or_else(|| {
        let what = format!("there is no application {named}");
        Failure::new(what, "`lately app list` shows the numbers and client ids.")
    })
}

async fn install(session: Session, named: &str) -> Result<(), Failure> {
    let app = found(&session, named).await?;
    session.messenger.install_app(Doer::command("app install"), app.id).await?;
    session.finish().await;
    print::line(&format!("installed application {}", app.id))
}

impl Token {
    async fn run(self, session: Session) -> Result<(), Failure> {
        let app = found(&session, &self.app).await?;
        let granted = session.messenger.lend_tokens(app.id, UserId(self.user), self.expired).await?;
        let places = session.config.places(&session.base_url());
        let body = tokens(&granted, &session.messenger.member_id(), &places);
        session.finish().await;
        print::json(&body)?;
        print::remark(&format!(
            "application {} acts as user {} with it; it is shown this once",
            app.id, granted.user
        ));
        Ok(())
    }
}

impl Remove {
    async fn run(self, session: Session) -> Result<(), Failure> {
        let app = found(&session, &self.app).await?;
        session.messenger.remove_app(Doer::command("app remove"), app.id, self.clean).await?;
        session.finish().await;
        print::line(&format!("removed application {}", app.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_holds_no_secret() {
        let app = Row {
            client_id: "local.a".to_owned(),
            secret_hash: "5ec4e7".to_owned(),
            application_token: "t0ken".to_owned(),
            scopes: Scopes::all(),
            ..Row::default()
        };
        assert_eq!(row(&app), ["0", "local.a", "all", "29", "no", ""]);
        let text = record(&app, "").to_string();
        assert!(!text.contains("5ec4e7") && !text.contains("t0ken"), "{text}");
    }
}
