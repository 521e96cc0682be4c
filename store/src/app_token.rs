//! Tokens of applications, and the codes they are got for.

use lately_model::app_token::{PER_USER, REFRESH_LIFE};
use lately_model::{AppId, AppToken, Moment, TokenKind, UserId};

use crate::engine::Row;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "app_id, user_id, kind, hash, created_at, expires_at";

impl Snapshot<'_> {
    /// The token with this hash, also one that has ended by itself.
    pub fn app_token(&self, hash: &str) -> Result<Option<AppToken>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM app_token WHERE hash = ?1");
        self.engine.row(&sql, &[hash.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// Up to `limit` tokens with a number above `after`, ascending, each with its number; codes left out.
    pub(crate) fn app_tokens_after(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i64, AppToken)>, StoreError> {
        let sql =
            format!("SELECT id, {COLUMNS} FROM app_token WHERE id > ?1 AND kind <> 'C' ORDER BY id LIMIT ?2");
        let rows = self.engine.rows(&sql, &[after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| Ok((row.int()?, read(&mut row)?))).collect()
    }
}

impl Tx<'_> {
    /// Keeps a token. Takes away what nobody needs any more of this application's for this user.
    pub fn add_app_token(&mut self, token: &AppToken) -> Result<(), StoreError> {
        let (app, user, kind) = (token.app_id, token.user_id, token.kind.letter());
        let sql = "SELECT id FROM app_token WHERE app_id = ?1 AND user_id = ?2 AND kind = ?3 \
                   ORDER BY id DESC LIMIT 1 OFFSET ?4";
        let oldest = self.engine.row(sql, &[app.into(), user.into(), kind.into(), (PER_USER - 1).into()])?;
        let oldest = oldest.map_or(Ok(0), |mut row| row.int())?;
        // A client that comes back with an access token that has ended is told so, as long as it may have kept a refresh
        // token beside it.
        let forgotten = match token.kind {
            TokenKind::Access => token.created_at.plus(-REFRESH_LIFE),
            TokenKind::Refresh | TokenKind::Code => token.created_at,
        };
        let sql = "DELETE FROM app_token WHERE app_id = ?1 AND user_id = ?2 AND kind = ?3 \
                   AND (id <= ?4 OR expires_at <= ?5)";
        self.engine.run(sql, &[app.into(), user.into(), kind.into(), oldest.into(), forgotten.into()])?;
        self.insert_app_token(token)
    }

    /// Takes a token away, such as a code that was used.
    pub fn end_app_token(&mut self, hash: &str) -> Result<(), StoreError> {
        self.engine.run_one("DELETE FROM app_token WHERE hash = ?1", &[hash.into()])
    }

    /// Lets a token end at this moment.
    pub fn end_app_token_at(&mut self, hash: &str, expires_at: Moment) -> Result<(), StoreError> {
        let sql = "UPDATE app_token SET expires_at = ?2 WHERE hash = ?1";
        self.engine.run_one(sql, &[hash.into(), expires_at.into()])
    }

    /// A token that another portal knew.
    pub(crate) fn put_app_token(&mut self, token: &AppToken) -> Result<(), StoreError> {
        match self.app_token(&token.hash)? {
            Some(_) => Ok(()),
            None => self.insert_app_token(token),
        }
    }

    fn insert_app_token(&mut self, token: &AppToken) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO app_token ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        let params = [
            token.app_id.into(),
            token.user_id.into(),
            token.kind.letter().into(),
            (&token.hash).into(),
            token.created_at.into(),
            token.expires_at.into(),
        ];
        self.engine.run_one(&sql, &params)
    }
}

fn read(row: &mut Row) -> Result<AppToken, StoreError> {
    let (app_id, user_id, letter) = (AppId(row.int()?), UserId(row.int()?), row.text()?);
    let kind = TokenKind::from_letter(&letter)
        .ok_or_else(|| StoreError::Corrupt(format!("a token of application {app_id} is {letter:?}")))?;
    Ok(AppToken {
        app_id,
        user_id,
        kind,
        hash: row.text()?,
        created_at: row.moment()?,
        expires_at: row.moment()?,
    })
}
