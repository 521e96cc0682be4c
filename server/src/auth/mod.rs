//! Who calls: from what a request carries to a credential.
//!
//! Must hold: a handler never sees a request whose credential was not checked. Secrets are neither kept nor logged.

use lately_messenger::{Error, Messenger};
use lately_model::{Moment, Revision, Scopes, UserId, Webhook};

/// A checked credential.
#[derive(Debug, Clone)]
pub struct Credential {
    /// On whose behalf.
    pub user: UserId,
    /// What it may call.
    pub scopes: Scopes,
    /// By which page it is answered.
    pub revision: Revision,
    /// The webhook's number; tells programs of one user apart.
    pub id: i64,
    /// From when on it is refused.
    pub expires_at: Option<Moment>,
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
}

/// Why an offer was not taken.
#[derive(Debug)]
pub enum Denial {
    /// There was none.
    NoAuth,
    /// No such webhook, a wrong secret, or an expired one.
    BadWebhook,
    /// No such token.
    BadToken,
    /// The portal's fault.
    Fault(Error),
}

/// Checks an offer.
pub async fn check(messenger: &Messenger, offer: Offer<'_>) -> Result<Credential, Denial> {
    match offer {
        Offer::None => Err(Denial::NoAuth),
        Offer::Token(_) => Err(Denial::BadToken),
        Offer::Webhook { user, secret } => {
            let user = user.parse().ok().filter(|user| *user > 0).map(UserId).ok_or(Denial::BadWebhook)?;
            let found = messenger.recognise(user, secret).await.map_err(Denial::Fault)?;
            found.map(Credential::from).ok_or(Denial::BadWebhook)
        }
    }
}

impl From<Webhook> for Credential {
    fn from(webhook: Webhook) -> Self {
        Self {
            user: webhook.user_id,
            scopes: webhook.scopes,
            revision: webhook.revision,
            id: webhook.id.0,
            expires_at: webhook.expires_at,
        }
    }
}
