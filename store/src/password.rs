//! Passwords: how people sign in.

use lately_model::{Password, UserId};

use crate::engine::Row;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "user_id, login, hash, changed_at";

impl Snapshot<'_> {
    /// How this person signs in, if they can.
    pub fn password(&self, user: UserId) -> Result<Option<Password>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM password WHERE user_id = ?1");
        self.engine.row(&sql, &[user.into()])?.map(read).transpose()
    }

    /// Who signs in under this login.
    pub fn password_of_login(&self, login: &str) -> Result<Option<Password>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM password WHERE login = ?1");
        self.engine.row(&sql, &[login.into()])?.map(read).transpose()
    }

    /// Up to `limit` passwords of users with a number above `after`, ascending.
    pub(crate) fn passwords_after(&self, after: UserId, limit: i64) -> Result<Vec<Password>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM password WHERE user_id > ?1 ORDER BY user_id LIMIT ?2");
        self.engine.rows(&sql, &[after.into(), limit.into()])?.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Sets somebody's login and password, in place of those before. A login of somebody else is a unique violation.
    pub fn put_password(&mut self, password: &Password) -> Result<(), StoreError> {
        let sql = "INSERT INTO password (user_id, login, hash, changed_at) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (user_id) DO UPDATE SET login = excluded.login, hash = excluded.hash, \
                   changed_at = excluded.changed_at";
        let Password { user_id, login, hash, changed_at } = password;
        self.engine.run_one(sql, &[(*user_id).into(), login.into(), hash.into(), (*changed_at).into()])
    }
}

fn read(mut row: Row) -> Result<Password, StoreError> {
    Ok(Password { user_id: row.user()?, login: row.text()?, hash: row.text()?, changed_at: row.moment()? })
}
