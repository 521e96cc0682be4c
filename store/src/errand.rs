//! Errands: requests to addresses of applications that are still to be made.
//!
//! Must hold: an errand is there from the transaction in which it happened until it was tried. Of all servers of a portal
//! one takes it, for a while; to one address one request is made at a time, in order, so that whoever is slow waits for
//! nobody but themselves.

use lately_model::errand::PER_URL;
use lately_model::{AppId, Errand, ErrandId, HandlerId, Moment};

use crate::engine::Row;
use crate::{Change, Snapshot, StoreError, Tx};

const COLUMNS: &str =
    "e.id, e.app_id, e.handler_id, e.event, e.url, e.user_id, e.data, e.token, e.date, e.due";

/// Each address's first errand, where no other is being made.
const FIRST: &str = "FROM errand e WHERE e.due <= ?1 AND NOT EXISTS (SELECT 1 FROM errand o WHERE o.url = e.url \
                     AND (o.due < e.due OR (o.due = e.due AND o.id < e.id) OR o.taken_until > ?1)) \
                     AND e.taken_until <= ?1";

impl Snapshot<'_> {
    /// Whether there are errands that somebody can take now, and whether there are any.
    pub fn errands_wait(&self, now: Moment) -> Result<(bool, bool), StoreError> {
        if self.engine.row("SELECT id FROM errand LIMIT 1", &[])?.is_none() {
            return Ok((false, false));
        }
        let sql = format!("SELECT e.id {FIRST} LIMIT 1");
        Ok((self.engine.row(&sql, &[now.into()])?.is_some(), true))
    }

    /// How many errands there are.
    pub fn errand_count(&self) -> Result<i64, StoreError> {
        self.engine.row("SELECT count(*) FROM errand", &[])?.map_or(Ok(0), |mut row| row.int())
    }

    /// Whether a handler has an errand that nobody took yet.
    pub fn errand_waits(&self, app: AppId, handler: HandlerId, now: Moment) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM errand WHERE app_id = ?1 AND handler_id = ?2 AND taken_until <= ?3 LIMIT 1";
        Ok(self.engine.row(sql, &[app.into(), handler.0.into(), now.into()])?.is_some())
    }
}

impl Tx<'_> {
    /// Adds an errand, its number ignored. False when too many to its address wait: then it is lost.
    pub fn add_errand(&mut self, errand: &Errand) -> Result<bool, StoreError> {
        let row = self.engine.row("SELECT count(*) FROM errand WHERE url = ?1", &[(&errand.url).into()])?;
        if row.map_or(Ok(0), |mut row| row.int())? >= PER_URL {
            return Ok(false);
        }
        let sql = "INSERT INTO errand (app_id, handler_id, event, url, user_id, data, token, date, due, taken_until) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)";
        let params = [
            errand.app.into(),
            errand.handler.0.into(),
            (&errand.event).into(),
            (&errand.url).into(),
            errand.user.into(),
            (&errand.data).into(),
            (&errand.token).into(),
            errand.date.into(),
            errand.due.into(),
        ];
        self.engine.insert(sql, &params)?;
        if self.changes.last() != Some(&Change::Errand) {
            self.changes.push(Change::Errand);
        }
        Ok(true)
    }

    /// Takes up to `limit` errands, one for each address, until then.
    pub fn take_errands(
        &mut self,
        now: Moment,
        until: Moment,
        limit: i64,
    ) -> Result<Vec<Errand>, StoreError> {
        let sql = format!("SELECT {COLUMNS} {FIRST} ORDER BY e.due, e.id LIMIT ?2");
        let rows = self.engine.rows(&sql, &[now.into(), limit.into()])?;
        let taken = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        for errand in &taken {
            let sql = "UPDATE errand SET taken_until = ?2 WHERE id = ?1";
            self.engine.run_one(sql, &[errand.id.0.into(), until.into()])?;
        }
        Ok(taken)
    }

    /// An errand was tried. It may be gone already, with its application.
    pub fn end_errand(&mut self, id: ErrandId) -> Result<(), StoreError> {
        self.engine.run("DELETE FROM errand WHERE id = ?1", &[id.0.into()]).map(drop)
    }

    /// Gives back what a server took that ended before it could try, where no other serves the portal.
    pub fn give_back_errands(&mut self) -> Result<(), StoreError> {
        if self.engine.shared() {
            return Ok(());
        }
        self.engine.run("UPDATE errand SET taken_until = 0 WHERE taken_until > 0", &[]).map(drop)
    }
}

fn read(mut row: Row) -> Result<Errand, StoreError> {
    Ok(Errand {
        id: ErrandId(row.int()?),
        app: AppId(row.int()?),
        handler: HandlerId(row.int()?),
        event: row.text()?,
        url: row.text()?,
        user: row.user()?,
        data: row.text()?,
        token: row.text()?,
        date: row.moment()?,
        due: row.moment()?,
    })
}
