//! Handlers: what applications want done when something happens.

use lately_model::handler::PER_APP;
use lately_model::{AppId, Handler, HandlerId, Moment};

use crate::engine::Row;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, app_id, event, url, user_id, offline, connector, pause, told_at";

/// How many handlers are looked at when something happens.
const CALLED: i64 = 10_000;

impl Snapshot<'_> {
    /// The handlers of an application, by number.
    pub fn handlers_of(&self, app: AppId) -> Result<Vec<Handler>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM handler WHERE app_id = ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[app.into(), PER_APP.into()])?.into_iter().map(read).collect()
    }

    /// Everybody's handlers for what is called so, by number.
    pub fn handlers_for(&self, event: &str) -> Result<Vec<Handler>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM handler WHERE event = ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[event.into(), CALLED.into()])?.into_iter().map(read).collect()
    }

    /// Up to `limit` handlers with a number above `after`, ascending.
    pub(crate) fn handlers_after(&self, after: HandlerId, limit: i64) -> Result<Vec<Handler>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM handler WHERE id > ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[after.0.into(), limit.into()])?.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Adds a handler, its number ignored, in place of one for the same. Answers its number.
    pub fn put_handler(&mut self, handler: &Handler) -> Result<HandlerId, StoreError> {
        let same = |known: &Handler| {
            Handler { id: known.id, pause: known.pause, told_at: known.told_at, ..handler.clone() } == *known
        };
        if let Some(known) = self.handlers_of(handler.app)?.into_iter().find(same) {
            let sql = "UPDATE handler SET pause = ?2 WHERE id = ?1";
            self.engine.run_one(sql, &[known.id.0.into(), handler.pause.into()])?;
            return Ok(known.id);
        }
        let sql = "INSERT INTO handler (app_id, event, url, user_id, offline, connector, pause, told_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)";
        let params = [
            handler.app.into(),
            (&handler.event).into(),
            (&handler.url).into(),
            handler.user.into(),
            handler.offline.into(),
            (&handler.connector).into(),
            handler.pause.into(),
        ];
        Ok(HandlerId(self.engine.insert(sql, &params)?))
    }

    /// A handler is told of the backlog at this moment.
    pub fn tell_handler(&mut self, id: HandlerId, at: Moment) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE handler SET told_at = ?2 WHERE id = ?1", &[id.0.into(), at.into()])
    }

    /// Removes a handler, with what it was not told yet.
    pub fn remove_handler(&mut self, handler: &Handler) -> Result<(), StoreError> {
        self.engine.run_one("DELETE FROM handler WHERE id = ?1", &[handler.id.0.into()])?;
        let sql = "DELETE FROM errand WHERE app_id = ?1 AND handler_id = ?2";
        self.engine.run(sql, &[handler.app.into(), handler.id.0.into()]).map(drop)
    }

    /// Removes all that an application wanted to be told, was not told yet, and has in its backlog and feeds.
    pub fn remove_handlers_of(&mut self, app: AppId) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM handler WHERE app_id = ?1",
            "DELETE FROM errand WHERE app_id = ?1",
            "DELETE FROM backlog WHERE app_id = ?1",
            "DELETE FROM feed WHERE app_id = ?1",
        ] {
            self.engine.run(sql, &[app.into()])?;
        }
        Ok(())
    }
}

fn read(mut row: Row) -> Result<Handler, StoreError> {
    Ok(Handler {
        id: HandlerId(row.int()?),
        app: AppId(row.int()?),
        event: row.text()?,
        url: row.text()?,
        user: row.user()?,
        offline: row.flag()?,
        connector: row.text()?,
        pause: row.int()?,
        told_at: row.moment()?,
    })
}
