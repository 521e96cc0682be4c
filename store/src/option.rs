//! Options: what applications keep in the portal, for all users or for one.

use lately_model::UserId;

use crate::engine::Row;
use crate::{Snapshot, StoreError, Tx};

/// How many options an application may keep for all, and for each user.
pub const MOST: i64 = 1000;

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppOption {
    /// Whose: the application's own name.
    pub application: String,
    /// For whom; zero for everybody.
    pub user_id: UserId,
    /// Its name.
    pub name: String,
    /// What it is, as JSON.
    pub value: String,
}

impl Snapshot<'_> {
    /// Everything that an application keeps for a user, or with zero for everybody, by name.
    pub fn options(&self, application: &str, user: UserId) -> Result<Vec<AppOption>, StoreError> {
        let sql = "SELECT application, user_id, name, value FROM app_option \
                   WHERE application = ?1 AND user_id = ?2 ORDER BY name LIMIT ?3";
        let rows = self.engine.rows(sql, &[application.into(), user.into(), MOST.into()])?;
        rows.into_iter().map(read).collect()
    }

    /// Up to `limit` of all options that come after this one.
    pub(crate) fn options_after(&self, after: &AppOption, limit: i64) -> Result<Vec<AppOption>, StoreError> {
        let sql = "SELECT application, user_id, name, value FROM app_option \
                   WHERE (application, user_id, name) > (?1, ?2, ?3) \
                   ORDER BY application, user_id, name LIMIT ?4";
        let AppOption { application, user_id, name, .. } = after;
        let rows =
            self.engine.rows(sql, &[application.into(), (*user_id).into(), name.into(), limit.into()])?;
        rows.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Keeps an option, in place of what was kept under its name.
    pub fn put_option(&mut self, option: &AppOption) -> Result<(), StoreError> {
        let sql = "INSERT INTO app_option (application, user_id, name, value) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (application, user_id, name) DO UPDATE SET value = excluded.value";
        let AppOption { application, user_id, name, value } = option;
        self.engine.run_one(sql, &[application.into(), (*user_id).into(), name.into(), value.into()])
    }

    /// Takes away everything that an application keeps.
    pub fn remove_options(&mut self, application: &str) -> Result<(), StoreError> {
        self.engine.run("DELETE FROM app_option WHERE application = ?1", &[application.into()]).map(drop)
    }
}

fn read(mut row: Row) -> Result<AppOption, StoreError> {
    Ok(AppOption { application: row.text()?, user_id: row.user()?, name: row.text()?, value: row.text()? })
}
