//! Errands: what is to be told to addresses of applications, taken and ended by whoever makes the requests.
//!
//! Must hold: an errand is taken by one server at a time and made once, whatever comes of it. A server that dies leaves it
//! to the others, or to itself when it is back.

use lately_model::errand::LEASE;
use lately_model::{App, Errand, ErrandId, Moment, Occasion, User, UserId};
use serde_json::Value;
use tokio::sync::watch;

use crate::{Error, Messenger};

/// What else is needed to make a request.
#[derive(Debug)]
pub struct Outfit {
    /// The application; `None` when it is gone.
    pub app: Option<App>,
    /// The tokens that it gets.
    pub tokens: Option<Lent>,
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

    /// Reads what else is needed, and lends the application tokens.
    pub async fn outfit(&self, errand: &Errand) -> Result<Outfit, Error> {
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
        let tokens = match &app {
            Some(app) if !errand.user.is_none() => self.lent(app, errand.user, occasion).await?,
            _ => None,
        };
        Ok(Outfit { app, tokens, data, person, member_id: self.member_id() })
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
        let lent = self.access_for(app.id, user).await?;
        Ok(lent.map(|(access, ends)| Lent { user, access, ends, refresh: None }))
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
