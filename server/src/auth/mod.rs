//! Who calls: from what a request carries to a credential.
//!
//! Must hold: a handler never sees a request whose credential was not checked. Secrets are neither kept nor logged.

pub mod cookie;

use std::sync::{Arc, LazyLock};

use axum::http::header::{self, HeaderMap};
use lately_messenger::app_token::{Access, Stranger};
use lately_messenger::{Error, Messenger};
use lately_model::{App, Moment, Revision, Scopes, Session, UserId, Webhook};

/// A checked credential.
#[derive(Debug, Clone)]
pub struct Credential {
    /// On whose behalf.
    pub user: UserId,
    /// What it may call.
    pub scopes: Scopes,
    /// By which page it is answered.
    pub revision: Revision,
    /// Tells programs of one user apart: a webhook's number, a session's below zero, or what stands for an application.
    pub id: i64,
    /// From when on what was got by it is refused too. An access token is followed by another.
    pub expires_at: Option<Moment>,
    /// The application that calls, if one does.
    pub app: Option<Arc<App>>,
}

impl Credential {
    /// Whether somebody signed in with a browser.
    pub fn is_session(&self) -> bool {
        self.id < 0
    }
}

/// What a request offers as its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer<'a> {
    /// Nothing.
    None,
    /// A webhook in the path.
    Webhook {
        /// The user's number as written.
        user: &'a str,
        /// The secret.
        secret: &'a str,
    },
    /// An access token in a parameter or header.
    Token(&'a str),
    /// A cookie, and the token that proves that a page of ours sent it.
    Session {
        /// The cookie's value.
        cookie: &'a str,
        /// The token.
        sessid: Option<&'a str>,
    },
}

/// Why an offer was not taken.
#[derive(Debug)]
pub enum Denial {
    /// There was none.
    NoAuth,
    /// No such webhook, a wrong secret, or an expired one.
    BadWebhook,
    /// A token that lets nobody in.
    BadToken(Stranger),
    /// No such session, or a wrong or missing token beside it.
    BadSession,
    /// The portal's fault.
    Fault(Error),
}

/// Checks an offer.
pub async fn check(messenger: &Messenger, offer: Offer<'_>) -> Result<Credential, Denial> {
    match offer {
        Offer::None => Err(Denial::NoAuth),
        Offer::Token(token) => {
            let found = messenger.recognise_token(token).await.map_err(Denial::Fault)?;
            found.map(Credential::from).map_err(Denial::BadToken)
        }
        Offer::Webhook { user, secret } => {
            let user = number(user).ok_or(Denial::BadWebhook)?;
            let found = messenger.recognise(user, secret).await.map_err(Denial::Fault)?;
            found.map(Credential::from).ok_or(Denial::BadWebhook)
        }
        Offer::Session { cookie, sessid } => {
            let session = recognise(messenger, cookie).await.map_err(Denial::Fault)?;
            let proven = sessid.is_some_and(|sessid| cookie::proves(cookie, sessid));
            session.filter(|_| proven).map(Credential::from).ok_or(Denial::BadSession)
        }
    }
}

/// The session that a cookie is of, if it is good.
///
/// # Errors
/// The portal's fault.
pub async fn recognise(messenger: &Messenger, cookie: &str) -> Result<Option<Session>, Error> {
    let Some((user, secret)) = cookie::read(cookie) else { return Ok(None) };
    messenger.recognise_session(user, secret).await
}

/// The token in the header of a request, if there is one.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(bare_token)
}

/// The token of `Bearer TOKEN`, or of a header that is nothing but the token.
fn bare_token(header: &str) -> &str {
    match header.split_at_checked("Bearer".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("Bearer") => match rest.strip_prefix(' ') {
            Some(token) => token.trim(),
            None if rest.is_empty() => "",
            None => header,
        },
        _ => header.trim(),
    }
}

fn number(text: &str) -> Option<UserId> {
    text.parse().ok().filter(|user| *user > 0).map(UserId)
}

impl From<Webhook> for Credential {
    fn from(webhook: Webhook) -> Self {
        Self {
            user: webhook.user_id,
            scopes: webhook.scopes,
            revision: webhook.revision,
            id: webhook.id.0,
            expires_at: webhook.expires_at,
            app: None,
        }
    }
}

/// Whoever signed in may call everything. Their page is ours, and reads today's shape.
impl From<Session> for Credential {
    fn from(session: Session) -> Self {
        static ALL: LazyLock<Scopes> = LazyLock::new(Scopes::all);
        Self {
            user: session.user_id,
            scopes: ALL.clone(),
            revision: Revision::R33,
            id: -session.id.0,
            expires_at: Some(session.expires_at),
            app: None,
        }
    }
}

impl From<Access> for Credential {
    fn from(access: Access) -> Self {
        Self {
            user: access.user,
            scopes: access.app.scopes.clone(),
            revision: access.app.revision,
            id: access.app.id.credential(),
            expires_at: None,
            app: Some(access.app),
        }
    }
}
