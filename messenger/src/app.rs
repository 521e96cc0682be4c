//! Applications: made, listed, installed and removed.
//!
//! Must hold: an application's secret is known here only while it is made or compared; what is decided of an application
//! and what is noted of it happen in one transaction.

use lately_model::app::{TITLE_CHARS, is_address, is_name};
use lately_model::{
    App, AppId, BotOwner, Deed, DeedKind, Doer, Language, Moment, Revision, Scopes, UserId, text,
};
use lately_store::Tx;

use crate::user::administering;
use crate::webhook::{SECRET_LENGTH, hash};
use crate::{Error, Messenger, Refusal, bot, handler};

/// How many letters a generated secret has: 250 bits.
const CLIENT_SECRET_LENGTH: usize = 50;

/// How many applications are listed at most.
const LISTED: i64 = 1000;

/// An application to be made. What is `None` is generated.
#[derive(Debug, Clone, Default)]
pub struct NewApp {
    /// Its public name.
    pub client_id: Option<String>,
    /// Its secret.
    pub secret: Option<String>,
    /// What its events carry.
    pub application_token: Option<String>,
    /// A word for people.
    pub title: String,
    /// What it may call.
    pub scopes: Scopes,
    /// Where people are sent who let it act for them; may be empty.
    pub handler_url: String,
    /// Where it is told that it was installed; may be empty.
    pub install_url: String,
    /// Whether it has no pages.
    pub api_only: bool,
    /// Whether its installation is finished at once.
    pub installed: bool,
    /// By which page of the reference it is answered.
    pub revision: Revision,
}

impl Messenger {
    /// Makes an application on behalf of an administrator, or with `None` of the operator. Answers it with its secret,
    /// which is never shown again.
    pub async fn add_app(&self, by: impl Into<Doer>, new: NewApp) -> Result<(App, String), Error> {
        let (by, now) = (by.into(), self.now());
        let caller = by.user;
        let (app, secret) = self.drawn(caller, new)?;
        let told = (now, self.language());
        let made: App = self
            .store
            .write(move |tx| {
                administering(tx, caller)?;
                if tx.app_by_client(&app.client_id)?.is_some() {
                    let text = format!("there is an application {} already", app.client_id);
                    return Err(Error::from(Refusal::Core(text)));
                }
                let made = App { id: tx.add_app(&app)?, ..app.clone() };
                tx.add_deed(&about(Deed::new(now, DeedKind::AppAdded, &by), &made))?;
                if made.installed {
                    installed(tx, &made, caller, told)?;
                }
                Ok(made)
            })
            .await?;
        Ok((made, secret))
    }

    /// The application as it will be, its number aside, and its secret.
    fn drawn(&self, caller: Option<UserId>, new: NewApp) -> Result<(App, String), Refusal> {
        let fresh = || format!("local.{}.{}", self.dice.secret(14), self.dice.secret(8));
        let client_id = new.client_id.unwrap_or_else(fresh);
        let secret = new.secret.unwrap_or_else(|| self.dice.secret(CLIENT_SECRET_LENGTH));
        let token = new.application_token.unwrap_or_else(|| self.dice.secret(SECRET_LENGTH));
        for (what, text) in [("client id", &client_id), ("secret", &secret), ("application token", &token)] {
            if !is_name(text) {
                return Err(Refusal::Core(format!(
                    "the {what} is made of letters, digits, '.', '_' and '-'"
                )));
            }
        }
        for address in [&new.handler_url, &new.install_url].into_iter().filter(|address| !address.is_empty())
        {
            if !is_address(address) {
                return Err(Refusal::Core(format!(
                    "{address:?} is no address that begins with http:// or https://"
                )));
            }
        }
        let app = App {
            id: AppId(0),
            client_id,
            secret_hash: hash(&secret),
            application_token: token,
            title: text::clip(new.title.trim(), TITLE_CHARS),
            scopes: new.scopes,
            handler_url: new.handler_url,
            install_url: new.install_url,
            api_only: new.api_only,
            installed: new.installed,
            version: 1,
            revision: new.revision,
            created_at: self.now(),
            created_by: caller.unwrap_or_default(),
        };
        Ok((app, secret))
    }

    /// All applications, for an administrator or, with `None`, the operator (at most 1,000).
    pub async fn apps(&self, caller: Option<UserId>) -> Result<Vec<App>, Error> {
        self.store
            .read(move |snapshot| {
                administering(snapshot, caller)?;
                Ok(snapshot.apps_after(AppId(0), LISTED)?)
            })
            .await
    }

    /// The application with this number, or with this public name.
    pub async fn find_app(&self, named: &str) -> Result<Option<App>, Error> {
        let named = named.to_owned();
        self.store
            .read(move |snapshot| match named.parse() {
                Ok(id) => Ok(snapshot.app(AppId(id))?),
                Err(_) => Ok(snapshot.app_by_client(&named)?),
            })
            .await
    }

    /// Finishes the installation of an application; false if there is no such application. Once more changes nothing.
    pub async fn install_app(&self, by: impl Into<Doer>, id: AppId) -> Result<bool, Error> {
        let (by, now) = (by.into(), self.now());
        let caller = by.user;
        let told = (now, self.language());
        self.store
            .write(move |tx| {
                administering(tx, caller)?;
                let Some(app) = tx.app(id)? else { return Ok(false) };
                if !app.installed {
                    tx.install_app(id)?;
                    tx.add_deed(&about(Deed::new(now, DeedKind::AppInstalled, &by), &app))?;
                    installed(tx, &App { installed: true, ..app }, caller, told)?;
                }
                Ok(true)
            })
            .await
    }

    /// Removes an application with its tokens, and with `clean` what it keeps in options too; false if there was none.
    pub async fn remove_app(&self, by: impl Into<Doer>, id: AppId, clean: bool) -> Result<bool, Error> {
        let (by, now) = (by.into(), self.now());
        let told = (now, self.language());
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let Some(app) = tx.app(id)? else { return Ok(false) };
                if clean {
                    tx.remove_options(&app.client_id)?;
                }
                tx.add_deed(&about(Deed::new(now, DeedKind::AppRemoved, &by), &app))?;
                handler::removed(tx, &app, by.user, clean, told)?;
                for program in tx.bots_of(&BotOwner::App(id))? {
                    bot::remove(tx, program, &by, now)?;
                }
                Ok(tx.remove_app(id)?)
            })
            .await
    }
}

/// A deed about an application: what it is and may do, never its secrets.
fn about(deed: Deed, app: &App) -> Deed {
    let deed = deed.thing(app.id.0).with("client_id", app.client_id.as_str());
    deed.with("scopes", app.scopes.joined()).with("title", app.title.as_str())
}

/// What comes with the end of an installation, in the same transaction.
fn installed(
    tx: &mut Tx<'_>,
    app: &App,
    caller: Option<UserId>,
    told: (Moment, Language),
) -> Result<(), Error> {
    tracing::info!(app = app.id.0, by = caller.map(|user| user.0), "an application is installed");
    handler::installed(tx, app, caller, told)
}
