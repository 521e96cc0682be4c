//! Incoming webhooks.

use lately_model::{Event, Revision, Scopes, UserId, Webhook, WebhookId};

use crate::engine::Row;
use crate::{Change, Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, user_id, secret_hash, scopes, revision, created_at, expires_at, title";

/// How many webhooks one user's requests are compared with.
const PER_USER: i64 = 1000;

impl Snapshot<'_> {
    /// The webhooks that act as this user.
    pub fn webhooks_of(&self, user: UserId) -> Result<Vec<Webhook>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE user_id = ?1 ORDER BY id LIMIT ?2");
        let rows = self.engine.rows(&sql, &[user.into(), PER_USER.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }

    /// One webhook.
    pub fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE id = ?1");
        self.engine.row(&sql, &[id.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// Up to `limit` webhooks with a number above `after`, ascending.
    pub fn webhooks_after(&self, after: WebhookId, limit: i64) -> Result<Vec<Webhook>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE id > ?1 ORDER BY id LIMIT ?2");
        let rows = self.engine.rows(&sql, &[after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }
}

impl Tx<'_> {
    /// Adds a webhook, its id ignored. Answers the number; the same secret for the same user is a unique violation.
    pub fn add_webhook(&mut self, webhook: &Webhook) -> Result<WebhookId, StoreError> {
        let sql = "INSERT INTO webhook (user_id, secret_hash, scopes, revision, created_at, expires_at, title) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let params = [
            webhook.user_id.into(),
            (&webhook.secret_hash).into(),
            webhook.scopes.joined().into(),
            webhook.revision.number().into(),
            webhook.created_at.into(),
            webhook.expires_at.into(),
            (&webhook.title).into(),
        ];
        let id = WebhookId(self.engine.insert(sql, &params)?);
        self.changes.push(Change::Webhooks(webhook.user_id));
        Ok(id)
    }

    /// Removes a webhook; false if there was none.
    pub fn remove_webhook(&mut self, id: WebhookId) -> Result<bool, StoreError> {
        let row = self.engine.row("SELECT user_id FROM webhook WHERE id = ?1", &[id.into()])?;
        let Some(user) = row.map(|mut row| row.user()).transpose()? else { return Ok(false) };
        self.engine.run_one("DELETE FROM webhook WHERE id = ?1", &[id.into()])?;
        self.happened(Event::Access(user));
        self.changes.push(Change::Webhooks(user));
        Ok(true)
    }
}

fn read(row: &mut Row) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        id: WebhookId(row.int()?),
        user_id: row.user()?,
        secret_hash: row.text()?,
        scopes: Scopes::parse(&row.text()?).map_err(StoreError::Corrupt)?,
        revision: Revision::try_from(row.int()?).map_err(StoreError::Corrupt)?,
        created_at: row.moment()?,
        expires_at: row.maybe_moment()?,
        title: row.text()?,
    })
}
