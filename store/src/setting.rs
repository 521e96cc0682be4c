//! Settings of the portal that its administrators changed.
//!
//! Must hold: each change is told as the new state of all of them.

use lately_model::{Moment, Setting, UserId};

use crate::engine::Row;
use crate::{Change, Snapshot, StoreError, Tx};

/// How many settings there are at most.
const MOST: i64 = 1000;

/// A setting as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSetting {
    /// Its name; one that this version does not know is kept for those that do.
    pub name: String,
    /// What it is, as it is written.
    pub value: String,
    /// When it was changed.
    pub changed_at: Moment,
    /// By whom; 0 for a command.
    pub changed_by: UserId,
}

impl Snapshot<'_> {
    /// All settings that were changed, by name.
    pub fn settings(&self) -> Result<Vec<StoredSetting>, StoreError> {
        let sql = "SELECT name, value, changed_at, changed_by FROM setting ORDER BY name LIMIT ?1";
        self.engine.rows(sql, &[MOST.into()])?.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Keeps a setting, in place of what was kept under its name.
    pub fn put_setting(&mut self, setting: &StoredSetting) -> Result<(), StoreError> {
        let sql = "INSERT INTO setting (name, value, changed_at, changed_by) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, \
                   changed_by = excluded.changed_by";
        let StoredSetting { name, value, changed_at, changed_by } = setting;
        let params = [name.into(), value.into(), (*changed_at).into(), (*changed_by).into()];
        self.engine.run_one(sql, &params)?;
        self.told_settings()
    }

    /// Takes a setting away, so that the configuration counts again; false if there was none.
    pub fn remove_setting(&mut self, setting: Setting) -> Result<bool, StoreError> {
        let removed = self.engine.run("DELETE FROM setting WHERE name = ?1", &[setting.key().into()])?;
        self.told_settings()?;
        Ok(removed > 0)
    }

    fn told_settings(&mut self) -> Result<(), StoreError> {
        let all = self.settings()?.into_iter().map(|setting| (setting.name, setting.value));
        self.changes.push(Change::Settings(all.collect()));
        Ok(())
    }
}

fn read(mut row: Row) -> Result<StoredSetting, StoreError> {
    Ok(StoredSetting {
        name: row.text()?,
        value: row.text()?,
        changed_at: row.moment()?,
        changed_by: row.user()?,
    })
}
