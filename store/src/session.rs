//! Sessions: browsers that people signed in with.

use lately_model::session::PER_USER;
use lately_model::{Event, Moment, Session, SessionId, UserId};

use crate::engine::Row;
use crate::{Change, Snapshot, StoreError, Tx};

impl Snapshot<'_> {
    /// The sessions of this person, those that have ended by themselves too.
    pub fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let sql = "SELECT id, user_id, secret_hash, created_at, expires_at FROM session \
                   WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2";
        self.engine.rows(sql, &[user.into(), PER_USER.into()])?.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Adds a session, its number ignored; answers the number. Takes away what ended by itself, and the oldest of too
    /// many.
    pub fn add_session(&mut self, session: &Session) -> Result<SessionId, StoreError> {
        let user = session.user_id;
        let sql = "SELECT id FROM session WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2";
        let oldest = self.engine.row(sql, &[user.into(), (PER_USER - 1).into()])?;
        let oldest = oldest.map_or(Ok(0), |mut row| row.int())?;
        let sql = "DELETE FROM session WHERE user_id = ?1 AND (expires_at <= ?2 OR id <= ?3)";
        self.engine.run(sql, &[user.into(), session.created_at.into(), oldest.into()])?;
        let sql =
            "INSERT INTO session (user_id, secret_hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
        let Session { secret_hash, created_at, expires_at, .. } = session;
        let params = [user.into(), secret_hash.into(), (*created_at).into(), (*expires_at).into()];
        let id = SessionId(self.engine.insert(sql, &params)?);
        self.changes.push(Change::Sessions(user));
        Ok(id)
    }

    /// Ends one session of this person; false if there was none.
    pub fn end_session(&mut self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM session WHERE user_id = ?1 AND id = ?2";
        let ended = self.engine.run(sql, &[user.into(), id.into()])?;
        self.happened(Event::Access(user));
        self.changes.push(Change::Sessions(user));
        Ok(ended > 0)
    }

    /// Ends every session of this person but the one named; zero names none.
    pub fn end_sessions(&mut self, user: UserId, but: SessionId) -> Result<(), StoreError> {
        let sql = "DELETE FROM session WHERE user_id = ?1 AND id <> ?2";
        self.engine.run(sql, &[user.into(), but.into()])?;
        self.happened(Event::Access(user));
        self.changes.push(Change::Sessions(user));
        Ok(())
    }
}

fn read(mut row: Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId(row.int()?),
        user_id: row.user()?,
        secret_hash: row.text()?,
        created_at: row.moment()?,
        expires_at: Moment(row.int()?),
    })
}
