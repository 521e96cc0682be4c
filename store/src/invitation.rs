//! Invitations: links by which people choose a login and a password, once.

use lately_model::invitation::PER_USER;
use lately_model::{Invitation, InvitationId, UserId};

use crate::{Snapshot, StoreError, Tx};

impl Snapshot<'_> {
    /// The invitation whose code has this hash, also when its time is over.
    pub fn invitation(&self, code_hash: &str) -> Result<Option<Invitation>, StoreError> {
        let sql =
            "SELECT id, user_id, code_hash, created_at, expires_at FROM invitation WHERE code_hash = ?1";
        let Some(mut row) = self.engine.row(sql, &[code_hash.into()])? else { return Ok(None) };
        Ok(Some(Invitation {
            id: InvitationId(row.int()?),
            user_id: row.user()?,
            code_hash: row.text()?,
            created_at: row.moment()?,
            expires_at: row.moment()?,
        }))
    }
}

impl Tx<'_> {
    /// Adds an invitation, its number ignored; answers the number. Takes away what is over, and the oldest of too many.
    pub fn add_invitation(&mut self, invitation: &Invitation) -> Result<InvitationId, StoreError> {
        let Invitation { user_id, code_hash, created_at, expires_at, .. } = invitation;
        let sql = "SELECT id FROM invitation WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2";
        let oldest = self.engine.row(sql, &[(*user_id).into(), (PER_USER - 1).into()])?;
        let oldest = oldest.map_or(Ok(0), |mut row| row.int())?;
        let sql = "DELETE FROM invitation WHERE user_id = ?1 AND (expires_at <= ?2 OR id <= ?3)";
        self.engine.run(sql, &[(*user_id).into(), (*created_at).into(), oldest.into()])?;
        let sql =
            "INSERT INTO invitation (user_id, code_hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
        let params = [(*user_id).into(), code_hash.into(), (*created_at).into(), (*expires_at).into()];
        self.engine.insert(sql, &params).map(InvitationId)
    }

    /// Takes away every open invitation of this person.
    pub fn remove_invitations(&mut self, user: UserId) -> Result<(), StoreError> {
        self.engine.run("DELETE FROM invitation WHERE user_id = ?1", &[user.into()]).map(drop)
    }
}
