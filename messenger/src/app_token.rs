//! Tokens of applications: given for a code, given anew, and recognised.
//!
//! Must hold: a token is known here only while it is made or compared; a code is used once; a token is refused from the
//! moment its application's removal or its user's dismissal is committed.

use std::sync::Arc;

use lately_model::app_token::{ACCESS_LIFE, REPLACED_LIFE};
use lately_model::{App, AppId, AppToken, Moment, TokenKind, User, UserId};
use lately_store::{Snapshot, Tx};
use subtle::ConstantTimeEq;

use crate::errand::Lent;
use crate::user::acting;
use crate::webhook::hash;
use crate::{Error, Messenger, Refusal};

/// How many letters a token has: 320 bits.
const TOKEN_LENGTH: usize = 64;

/// How many letters a code has: 160 bits.
const CODE_LENGTH: usize = 32;

/// An access token that is known.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose application.
    pub app: Arc<App>,
    /// For whom it acts.
    pub user: UserId,
    /// From when on it is refused.
    pub expires_at: Moment,
    /// Whether that user may act.
    active: bool,
    /// Whether they are an administrator.
    admin: bool,
}

/// Why an access token does not let anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// There is no such token.
    Unknown,
    /// Its time is over.
    Expired,
    /// Its user was dismissed.
    Dismissed,
    /// Its application is not installed yet, and its user is no administrator.
    NotInstalled,
}

/// Tokens that were just given.
#[derive(Debug, Clone)]
pub struct Granted {
    /// Whose application.
    pub app: App,
    /// For whom they act.
    pub user: UserId,
    /// The access token, which is never shown again.
    pub access: String,
    /// The refresh token, which is never shown again.
    pub refresh: String,
    /// When the access token ends.
    pub expires_at: Moment,
    /// In how many seconds.
    pub expires_in: i64,
}

/// For what tokens are given.
#[derive(Debug, Clone)]
pub enum Grant {
    /// For a code, once.
    Code(String),
    /// For a refresh token, which is replaced.
    Refresh(String),
}

impl Messenger {
    /// Whom an access token lets in, if it is good now.
    pub async fn recognise_token(&self, token: &str) -> Result<Result<Access, Stranger>, Error> {
        let hash = hash(token);
        let known = match self.keyring.tokens.known(&hash) {
            Some(known) => Some(known),
            None => self.look_up_token(hash).await?,
        };
        let Some(access) = known else { return Ok(Err(Stranger::Unknown)) };
        Ok(if self.now() >= access.expires_at {
            Err(Stranger::Expired)
        } else if !access.active {
            Err(Stranger::Dismissed)
        } else if !access.app.installed && !access.admin {
            Err(Stranger::NotInstalled)
        } else {
            Ok(access)
        })
    }

    /// Remembered between two transactions, as with webhooks. What is no token is found out beside the writer.
    async fn look_up_token(&self, hash: String) -> Result<Option<Access>, Error> {
        let wanted = hash.clone();
        if self.store.read(move |snapshot| access(snapshot, &wanted)).await?.is_none() {
            return Ok(None);
        }
        let keyring = Arc::clone(&self.keyring);
        self.store
            .in_order(move |snapshot| {
                let found = access(snapshot, &hash)?;
                if let Some(access) = &found {
                    keyring.tokens.remember(access.user, hash, access.clone());
                }
                Ok(found)
            })
            .await
    }

    /// Somebody who signed in lets an application act for them: answers it, and the code that it gets tokens for.
    pub async fn authorize_app(&self, user: UserId, client_id: &str) -> Result<(App, String), Error> {
        let (client_id, now) = (client_id.to_owned(), self.now());
        let code = self.dice.secret(CODE_LENGTH);
        let hash = hash(&code);
        let app = self.store.write(move |tx| {
            let actor = acting(tx, user)?;
            let app = tx.app_by_client(&client_id)?.ok_or(Refusal::ClientUnknown)?;
            usable(&app, &actor)?;
            let code = AppToken::beginning(app.id, user, TokenKind::Code, hash.clone(), now);
            tx.add_app_token(&code)?;
            Ok::<_, Error>(app)
        });
        Ok((app.await?, code))
    }

    /// Gives tokens to an application that knows its secret. They are good for all its scopes, whatever it asks for;
    /// `scope`, which may be empty, must not name another.
    pub async fn grant(
        &self,
        client_id: &str,
        secret: &str,
        scope: &str,
        grant: Grant,
    ) -> Result<Granted, Error> {
        let (client_id, secret_hash, now) = (client_id.to_owned(), hash(secret), self.now());
        let scope = scope.to_owned();
        let pair = self.drawn_pair();
        let granted = self
            .store
            .write(move |tx| {
                let app = tx.app_by_client(&client_id)?.ok_or(Refusal::ClientUnknown)?;
                if !bool::from(app.secret_hash.as_bytes().ct_eq(secret_hash.as_bytes())) {
                    return Err(Error::from(Refusal::ClientSecretWrong));
                }
                let mut asked = scope.split([',', ' ']).filter(|scope| !scope.is_empty());
                if !asked.all(|scope| app.scopes.grant(scope)) {
                    return Err(Refusal::ScopeBeyond.into());
                }
                let (kind, hash) = match &grant {
                    Grant::Code(code) => (TokenKind::Code, hash(code)),
                    Grant::Refresh(token) => (TokenKind::Refresh, hash(token)),
                };
                let known = tx
                    .app_token(&hash)?
                    .filter(|known| known.app_id == app.id && known.kind == kind && now < known.expires_at);
                let known = known.ok_or(Refusal::GrantUnknown)?;
                let user = tx.user(known.user_id)?.filter(|user| user.active).ok_or(Refusal::GrantUnknown)?;
                usable(&app, &user)?;
                match kind {
                    TokenKind::Code => tx.end_app_token(&hash)?,
                    _ => tx.end_app_token_at(&hash, known.expires_at.min(now.plus(REPLACED_LIFE)))?,
                }
                given(tx, &app, user.id, &pair, now, ACCESS_LIFE)
            })
            .await?;
        // A refresh token that went out with events may be the one that was used up.
        self.keyring.tokens.take_back(granted.user);
        Ok(granted)
    }

    /// Gives an application tokens for a user on behalf of the operator; with `ended` such whose access token ended a
    /// moment ago.
    pub async fn lend_tokens(&self, app: AppId, user: UserId, ended: bool) -> Result<Granted, Error> {
        let now = self.now();
        let pair = self.drawn_pair();
        self.store
            .write(move |tx| {
                let unknown = || Refusal::Core(format!("there is no application {app}"));
                let app = tx.app(app)?.ok_or_else(unknown)?;
                let user = acting(tx, user)?;
                given(tx, &app, user.id, &pair, now, if ended { 0 } else { ACCESS_LIFE })
            })
            .await
    }

    /// Tokens with which an application can answer an event on behalf of this user, with a refresh token if wanted; `None`
    /// when there is no such application, or the user may not use it. What was given lately is given again.
    pub async fn tokens_for(
        &self,
        app: AppId,
        user: UserId,
        with_refresh: bool,
    ) -> Result<Option<Lent>, Error> {
        let now = self.now();
        if let Some(lent) = self.keyring.tokens.lent(app, user)
            && now.plus(ACCESS_LIFE / 2) < lent.ends
            && (lent.refresh.is_some() || !with_refresh)
        {
            return Ok(Some(Lent { refresh: lent.refresh.filter(|_| with_refresh), ..lent }));
        }
        let (access, refresh) = self.drawn_pair();
        let refresh = with_refresh.then_some(refresh);
        let kept = AppToken::beginning(app, user, TokenKind::Access, hash(&access), now);
        let more = refresh
            .as_ref()
            .map(|refresh| AppToken::beginning(app, user, TokenKind::Refresh, hash(refresh), now));
        let ends = kept.expires_at;
        let made = self.store.write(move |tx| {
            let (Some(app), Some(user)) = (tx.app(app)?, tx.user(user)?.filter(|user| user.active)) else {
                return Ok::<_, Error>(false);
            };
            if usable(&app, &user).is_err() {
                return Ok(false);
            }
            for token in std::iter::once(&kept).chain(&more) {
                tx.add_app_token(token)?;
            }
            Ok(true)
        });
        if !made.await? {
            return Ok(None);
        }
        let lent = Lent { user, access, ends, refresh };
        self.keyring.tokens.lend(app, lent.clone());
        Ok(Some(lent))
    }

    fn drawn_pair(&self) -> (String, String) {
        (self.dice.secret(TOKEN_LENGTH), self.dice.secret(TOKEN_LENGTH))
    }
}

/// What an access token with this hash opens, whether it has ended or not.
fn access(snapshot: &Snapshot<'_>, hash: &str) -> Result<Option<Access>, Error> {
    let token = snapshot.app_token(hash)?.filter(|token| token.kind == TokenKind::Access);
    let Some(token) = token else { return Ok(None) };
    let Some(app) = snapshot.app(token.app_id)? else { return Ok(None) };
    let user = snapshot.user(token.user_id)?;
    Ok(Some(Access {
        app: Arc::new(app),
        user: token.user_id,
        expires_at: token.expires_at,
        active: user.as_ref().is_some_and(|user| user.active),
        admin: user.is_some_and(|user| user.admin),
    }))
}

/// An application whose installation is not finished serves administrators only.
fn usable(app: &App, user: &User) -> Result<(), Refusal> {
    if app.installed || user.admin { Ok(()) } else { Err(Refusal::AppNotInstalled) }
}

/// Keeps a pair of tokens, the first good for so many seconds.
fn given(
    tx: &mut Tx<'_>,
    app: &App,
    user: UserId,
    (access, refresh): &(String, String),
    now: Moment,
    expires_in: i64,
) -> Result<Granted, Error> {
    let expires_at = now.plus(expires_in);
    let kept = AppToken::beginning(app.id, user, TokenKind::Access, hash(access), now);
    tx.add_app_token(&AppToken { expires_at, ..kept })?;
    tx.add_app_token(&AppToken::beginning(app.id, user, TokenKind::Refresh, hash(refresh), now))?;
    Ok(Granted {
        app: app.clone(),
        user,
        access: access.clone(),
        refresh: refresh.clone(),
        expires_at,
        expires_in,
    })
}
