//! Backlogs: what applications fetch when they like.
//!
//! Must hold: what nobody took yet has one entry for each event and thing, with the newest of it; an entry that a process
//! took belongs to it alone.

use lately_model::backlog::PER_APP;
use lately_model::{AppId, BacklogEntry, BacklogId};

use crate::engine::Row;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, app_id, event, thing, date, data, more, connector, process, failed";

impl Snapshot<'_> {
    /// One part of an application's backlog, oldest entry first.
    pub fn backlog(&self, app: AppId, connector: &str) -> Result<Vec<BacklogEntry>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM backlog WHERE app_id = ?1 AND connector = ?2 ORDER BY id LIMIT ?3"
        );
        let rows = self.engine.rows(&sql, &[app.into(), connector.into(), PER_APP.into()])?;
        rows.into_iter().map(read).collect()
    }

    /// The entries that a process has, whatever their part.
    pub fn backlog_of(&self, app: AppId, process: &str) -> Result<Vec<BacklogEntry>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM backlog WHERE app_id = ?1 AND process = ?2 ORDER BY id LIMIT ?3");
        let rows = self.engine.rows(&sql, &[app.into(), process.into(), PER_APP.into()])?;
        rows.into_iter().map(read).collect()
    }

    /// Up to `limit` entries of everybody's after this one.
    pub(crate) fn backlog_after(
        &self,
        after: BacklogId,
        limit: i64,
    ) -> Result<Vec<BacklogEntry>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM backlog WHERE id > ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[after.0.into(), limit.into()])?.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Notes something, its number ignored, in place of what was noted of the same thing and nobody took yet. Whether it
    /// is a new entry.
    pub fn note(&mut self, entry: &BacklogEntry) -> Result<bool, StoreError> {
        let sql = "UPDATE backlog SET date = ?5, data = ?6, more = ?7 WHERE app_id = ?1 AND event = ?2 AND thing = ?3 \
                   AND connector = ?4 AND process = '' AND failed = 0";
        let params = [
            entry.app.into(),
            (&entry.event).into(),
            (&entry.thing).into(),
            (&entry.connector).into(),
            entry.date.into(),
            (&entry.data).into(),
            (&entry.more).into(),
        ];
        if self.engine.run(sql, &params)? > 0 {
            return Ok(false);
        }
        let sql = "DELETE FROM backlog WHERE app_id = ?1 AND id <= (SELECT id FROM backlog WHERE app_id = ?1 \
                   ORDER BY id DESC LIMIT 1 OFFSET ?2)";
        self.engine.run(sql, &[entry.app.into(), (PER_APP - 1).into()])?;
        self.put_backlog(entry)?;
        Ok(true)
    }

    /// An entry that another portal had, unless there is an equal one.
    pub(crate) fn put_known_backlog(&mut self, entry: &BacklogEntry) -> Result<(), StoreError> {
        let sql = "SELECT id FROM backlog WHERE app_id = ?1 AND event = ?2 AND thing = ?3 AND connector = ?4 \
                   AND process = ?5 AND failed = ?6";
        let params = [
            entry.app.into(),
            (&entry.event).into(),
            (&entry.thing).into(),
            (&entry.connector).into(),
            (&entry.process).into(),
            entry.failed.into(),
        ];
        if self.engine.row(sql, &params)?.is_some() {
            return Ok(());
        }
        self.put_backlog(entry)
    }

    fn put_backlog(&mut self, entry: &BacklogEntry) -> Result<(), StoreError> {
        let sql = "INSERT INTO backlog (app_id, event, thing, date, data, more, connector, process, failed) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let params = [
            entry.app.into(),
            (&entry.event).into(),
            (&entry.thing).into(),
            entry.date.into(),
            (&entry.data).into(),
            (&entry.more).into(),
            (&entry.connector).into(),
            (&entry.process).into(),
            entry.failed.into(),
        ];
        self.engine.insert(sql, &params).map(drop)
    }

    /// From now on a process has this entry.
    pub fn reserve_backlog(&mut self, id: BacklogId, process: &str) -> Result<(), StoreError> {
        let sql = "UPDATE backlog SET process = ?2 WHERE id = ?1";
        self.engine.run_one(sql, &[id.0.into(), process.into()])
    }

    /// A process could do nothing with this entry.
    pub fn fail_backlog(&mut self, id: BacklogId) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE backlog SET failed = 1 WHERE id = ?1", &[id.0.into()])
    }

    /// Removes an entry.
    pub fn remove_backlog(&mut self, id: BacklogId) -> Result<(), StoreError> {
        self.engine.run_one("DELETE FROM backlog WHERE id = ?1", &[id.0.into()])
    }
}

fn read(mut row: Row) -> Result<BacklogEntry, StoreError> {
    Ok(BacklogEntry {
        id: BacklogId(row.int()?),
        app: AppId(row.int()?),
        event: row.text()?,
        thing: row.text()?,
        date: row.moment()?,
        data: row.text()?,
        more: row.text()?,
        connector: row.text()?,
        process: row.text()?,
        failed: row.flag()?,
    })
}
