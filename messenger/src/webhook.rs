//! Incoming webhooks: made, listed, removed, and recognised by their secret.
//!
//! Must hold: a secret is known here only while it is made or compared; hashes are compared in constant time; a
//! removed webhook is refused from the moment its removal is committed.

use std::sync::Arc;

use lately_model::{Deed, DeedKind, Doer, Moment, Revision, Scopes, UserId, Webhook, WebhookId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::user::administering;
use crate::{Error, Messenger, Refusal};

/// How many letters a generated secret has: 160 bits.
pub(crate) const SECRET_LENGTH: usize = 32;

/// A webhook to be made.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Whom it acts as.
    pub user: UserId,
    /// What it may call.
    pub scopes: Scopes,
    /// Its secret, letters and digits; generated when `None`.
    pub secret: Option<String>,
    /// By which page it is answered.
    pub revision: Revision,
    /// From when on it is refused.
    pub expires_at: Option<Moment>,
    /// A word for people.
    pub title: String,
}

impl Messenger {
    /// Makes a webhook on behalf of the operator; see [`Self::add_webhook_by`].
    pub async fn add_webhook(&self, new: NewWebhook) -> Result<(Webhook, String), Error> {
        self.add_webhook_by(Doer::default(), new).await
    }

    /// Makes a webhook on behalf of an administrator and answers it with its secret, which is never shown again.
    pub async fn add_webhook_by(
        &self,
        by: impl Into<Doer>,
        new: NewWebhook,
    ) -> Result<(Webhook, String), Error> {
        let secret = new.secret.unwrap_or_else(|| self.dice.secret(SECRET_LENGTH));
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Refusal::Core("a secret is made of letters and digits".to_owned()).into());
        }
        let webhook = Webhook {
            id: WebhookId(0),
            user_id: new.user,
            secret_hash: hash(&secret),
            scopes: new.scopes,
            revision: new.revision,
            created_at: self.now(),
            expires_at: new.expires_at,
            title: new.title,
        };
        let (by, now) = (by.into(), self.now());
        let made: Webhook = self
            .store
            .write(move |tx| {
                administering(tx, by.user)?;
                if tx.user(webhook.user_id)?.is_none() {
                    return Err(Error::from(Refusal::Core(format!("there is no user {}", webhook.user_id))));
                }
                let known = tx.webhooks_of(webhook.user_id)?;
                if known.iter().any(|known| known.secret_hash == webhook.secret_hash) {
                    return Err(
                        Refusal::Core("this user has a webhook with this secret already".to_owned()).into()
                    );
                }
                let id = tx.add_webhook(&webhook)?;
                tx.add_deed(&about(Deed::new(now, DeedKind::WebhookAdded, &by), id, &webhook))?;
                Ok(Webhook { id, ..webhook.clone() })
            })
            .await?;
        Ok((made, secret))
    }

    /// Everybody's webhooks, for an administrator (at most 1,000).
    pub async fn webhooks_for(&self, caller: UserId) -> Result<Vec<Webhook>, Error> {
        self.store
            .read(move |snapshot| {
                administering(snapshot, Some(caller))?;
                Ok(snapshot.webhooks_after(WebhookId(0), 1000)?)
            })
            .await
    }

    /// The webhooks of one user, or of everybody (at most 10,000).
    pub async fn webhooks(&self, user: Option<UserId>) -> Result<Vec<Webhook>, Error> {
        self.store
            .read(move |snapshot| {
                Ok(match user {
                    Some(user) => snapshot.webhooks_of(user)?,
                    None => snapshot.webhooks_after(WebhookId(0), 10_000)?,
                })
            })
            .await
    }

    /// Removes a webhook on behalf of the operator; false if there was none.
    pub async fn remove_webhook(&self, id: WebhookId) -> Result<bool, Error> {
        self.remove_webhook_by(Doer::default(), id).await
    }

    /// Removes a webhook on behalf of an administrator; false if there was none.
    pub async fn remove_webhook_by(&self, by: impl Into<Doer>, id: WebhookId) -> Result<bool, Error> {
        let (by, now) = (by.into(), self.now());
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let Some(webhook) = tx.webhook(id)? else { return Ok(false) };
                tx.remove_webhook(id)?;
                tx.add_deed(&about(Deed::new(now, DeedKind::WebhookRevoked, &by), id, &webhook))?;
                Ok(true)
            })
            .await
    }

    /// The webhook with this secret, if it is good now: known, not expired, its user active.
    pub async fn recognise(&self, user: UserId, secret: &str) -> Result<Option<Webhook>, Error> {
        let webhooks = match self.keyring.webhooks.known(user) {
            Some(known) => known,
            None => self.look_up(user).await?,
        };
        let hash = hash(secret);
        let now = self.now();
        let mut found = None;
        for webhook in webhooks.iter() {
            let same = bool::from(webhook.secret_hash.as_bytes().ct_eq(hash.as_bytes()));
            if same && webhook.expires_at.is_none_or(|expires| now < expires) {
                found = Some(webhook.clone());
            }
        }
        Ok(found)
    }

    /// Remembered between two transactions, so that no removal can be overlooked. Who has no webhook is found out
    /// beside the writer: strangers who guess must not hold up those who send.
    async fn look_up(&self, user: UserId) -> Result<Arc<Vec<Webhook>>, Error> {
        let any = self.store.read(move |snapshot| Ok::<_, Error>(!snapshot.webhooks_of(user)?.is_empty()));
        if !any.await? {
            return Ok(Arc::default());
        }
        let keyring = Arc::clone(&self.keyring);
        self.store
            .in_order(move |snapshot| {
                let active = snapshot.user(user)?.is_some_and(|user| user.active);
                let webhooks = Arc::new(if active { snapshot.webhooks_of(user)? } else { Vec::new() });
                if !webhooks.is_empty() {
                    keyring.webhooks.remember(user, Arc::clone(&webhooks));
                }
                Ok(webhooks)
            })
            .await
    }
}

/// A deed about a webhook: what it may do and for whom, never its secret.
fn about(deed: Deed, id: WebhookId, webhook: &Webhook) -> Deed {
    let deed = deed.of(webhook.user_id).thing(id.0).with("scopes", webhook.scopes.joined());
    deed.with("revision", webhook.revision.number()).with("title", webhook.title.as_str())
}

/// Letter by letter, because each request comes here.
pub(crate) fn hash(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(2 * digest.len());
    text.extend(halves.filter_map(|half| char::from_digit(half.into(), 16)));
    text
}
