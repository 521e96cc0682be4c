//! Errands: what is to be told to addresses of applications, taken and ended by whoever makes the requests.
//!
//! Must hold: an errand is taken by one server at a time and made once, whatever comes of it. A server that dies leaves it
//! to the others, or to itself when it is back.

use lately_model::bot::EVENTS;
use lately_model::errand::LEASE;
use lately_model::{App, BotEvent, Dialect, Errand, ErrandId, Moment, Occasion, User, UserId};
use serde_json::Value;
use tokio::sync::watch;

use crate::bot::BotScene;
use crate::{Error, Messenger};

/// What else is needed to make a request.
#[derive(Debug)]
pub struct Outfit {
    /// The application; `None` when it is gone.
    pub app: Option<App>,
    /// The tokens that it gets for whoever caused it.
    pub tokens: Option<Lent>,
    /// What a bot is told, if it is a bot's.
    pub bot: Option<BotScene>,
    /// The tokens that it gets for the bot.
    pub bot_tokens: Option<Lent>,
    /// What there is to tell, as JSON.
    pub data: Value,
    /// The person whom it is about.
    pub person: Option<User>,
    /// The portal's own name.
    pub member_id: String,
}

/// Tokens that go out with a request.
#[derive(Debug, Clone)]
pub struct Lent {
    /// For whom they act.
    pub user: UserId,
    /// The access token.
    pub access: String,
    /// When it ends.
    pub ends: Moment,
    /// The refresh token, where the event has one.
    pub refresh: Option<String>,
}

impl Messenger {
    /// Rings when there may be errands.
    pub fn errands(&self) -> watch::Receiver<()> {
        self.errands.clone()
    }

    /// Takes up to `limit` errands, one for each address, and says whether there are others, now or later.
    pub async fn take_errands(&self, limit: i64) -> Result<(Vec<Errand>, bool), Error> {
        let now = self.now();
        let (ready, any) =
            self.store.read(move |snapshot| Ok::<_, Error>(snapshot.errands_wait(now)?)).await?;
        if !ready || limit < 1 {
            return Ok((Vec::new(), any));
        }
        let taken =
            self.store.write(move |tx| Ok::<_, Error>(tx.take_errands(now, now.plus(LEASE), limit)?));
        Ok((taken.await?, true))
    }

    /// How many errands wait, or are being made.
    pub async fn waiting_errands(&self) -> Result<i64, Error> {
        self.store.read(|snapshot| Ok(snapshot.errand_count()?)).await
    }

    /// Reads what else is needed, and lends the application tokens. `None` when nothing is left to be told.
    pub async fn outfit(&self, errand: &Errand) -> Result<Option<Outfit>, Error> {
        let data: Value = serde_json::from_str(&errand.data).unwrap_or_default();
        let occasion = Occasion::parse(&errand.event);
        let person = match occasion {
            Some(Occasion::UserAdd) => data.get("ID").and_then(Value::as_i64).map(UserId),
            _ => None,
        };
        let app = errand.app;
        let (app, person) = self
            .store
            .read(move |snapshot| {
                let person = person.map(|person| snapshot.user(person)).transpose()?.flatten();
                Ok::<_, Error>((snapshot.app(app)?, person))
            })
            .await?;
        let mut outfit = Outfit {
            app,
            tokens: None,
            bot: None,
            bot_tokens: None,
            data,
            person,
            member_id: self.member_id(),
        };
        if EVENTS.contains(&errand.event.as_str()) {
            return self.outfit_for_bot(errand, outfit).await;
        }
        // An application that was removed since then is told only that.
        if outfit.app.is_none() && occasion != Some(Occasion::AppUninstall) {
            return Ok(None);
        }
        if let Some(app) = outfit.app.as_ref().filter(|_| !errand.user.is_none()) {
            outfit.tokens = self.lent(app, errand.user, occasion).await?;
        }
        Ok(Some(outfit))
    }

    /// The program of an application's bot gets tokens for whoever caused it, and for the bot.
    async fn outfit_for_bot(&self, errand: &Errand, mut outfit: Outfit) -> Result<Option<Outfit>, Error> {
        let event: BotEvent = match serde_json::from_str(&errand.data) {
            Ok(event) => event,
            Err(error) => {
                tracing::error!(%error, errand = errand.id.0, "what a bot is to be told cannot be read");
                return Ok(None);
            }
        };
        let (bot, old) = (event.bot, event.dialect == Dialect::V1);
        outfit.bot = self.bot_scene(event).await?;
        if outfit.bot.is_none() {
            return Ok(None);
        }
        if let Some(app) = outfit.app.as_ref().map(|app| app.id) {
            if !errand.user.is_none() {
                outfit.tokens = self.tokens_for(app, errand.user, old).await?;
            }
            outfit.bot_tokens = self.tokens_for(app, bot, old).await?;
        }
        Ok(Some(outfit))
    }

    /// Of those who were dismissed, or may not use the application yet, it gets none.
    async fn lent(&self, app: &App, user: UserId, occasion: Option<Occasion>) -> Result<Option<Lent>, Error> {
        if matches!(occasion, Some(Occasion::AppInstall | Occasion::Offline)) {
            return match self.lend_tokens(app.id, user, false).await {
                Ok(pair) => {
                    let (access, ends) = (pair.access, pair.expires_at);
                    Ok(Some(Lent { user, access, ends, refresh: Some(pair.refresh) }))
                }
                Err(Error::Refused(_)) => Ok(None),
                Err(fault) => Err(fault),
            };
        }
        self.tokens_for(app.id, user, false).await
    }

    /// An errand was tried.
    pub async fn end_errand(&self, id: ErrandId) -> Result<(), Error> {
        self.store.write(move |tx| Ok(tx.end_errand(id)?)).await
    }

    /// A server that alone serves its portal begins: what it had taken before it ended is to be made again.
    pub async fn give_back_errands(&self) -> Result<(), Error> {
        let now = self.now();
        let (_, any) = self.store.read(move |snapshot| Ok::<_, Error>(snapshot.errands_wait(now)?)).await?;
        if !any {
            return Ok(());
        }
        self.store.write(move |tx| Ok(tx.give_back_errands()?)).await
    }
}
