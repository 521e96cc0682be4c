//! What people found last: dialogs by address, the newest first.

use lately_model::{DialogId, UserId};

use crate::{Snapshot, StoreError, Tx};

/// How many are kept for each person (behaviour.md G).
const KEPT: i64 = 30;

/// One dialog that somebody found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub user_id: UserId,
    /// Which dialog, as they write it.
    pub dialog: DialogId,
    /// Its place among theirs, the highest last.
    pub place: i64,
}

impl Snapshot<'_> {
    /// What somebody found last, the newest first.
    pub fn found_last(&self, user: UserId) -> Result<Vec<DialogId>, StoreError> {
        let sql = "SELECT dialog FROM search_last WHERE user_id = ?1 ORDER BY place DESC, dialog LIMIT ?2";
        let rows = self.engine.rows(sql, &[user.into(), KEPT.into()])?;
        rows.into_iter().map(|mut row| read(&row.text()?)).collect()
    }

    /// Up to `limit` of everybody's, after those of this user up to this address.
    pub(crate) fn found_after(
        &self,
        user: UserId,
        dialog: &str,
        limit: i64,
    ) -> Result<Vec<Found>, StoreError> {
        let sql = "SELECT user_id, dialog, place FROM search_last WHERE user_id > ?1 OR (user_id = ?1 AND dialog > ?2) \
                   ORDER BY user_id, dialog LIMIT ?3";
        let rows = self.engine.rows(sql, &[user.into(), dialog.into(), limit.into()])?;
        let found = |mut row: crate::engine::Row| {
            Ok(Found { user_id: row.user()?, dialog: read(&row.text()?)?, place: row.int()? })
        };
        rows.into_iter().map(found).collect()
    }
}

impl Tx<'_> {
    /// Somebody found a dialog: it is their newest, and what is more than they may have goes.
    pub fn find_last(&mut self, user: UserId, dialog: DialogId) -> Result<(), StoreError> {
        let sql = "SELECT COALESCE(max(place), 0) + 1 FROM search_last WHERE user_id = ?1";
        let place = self.engine.row(sql, &[user.into()])?.map_or(Ok(1), |mut row| row.int())?;
        self.put_found(&Found { user_id: user, dialog, place })
    }

    /// A dialog is not among those somebody found any more.
    pub fn forget_found(&mut self, user: UserId, dialog: DialogId) -> Result<(), StoreError> {
        let sql = "DELETE FROM search_last WHERE user_id = ?1 AND dialog = ?2";
        self.engine.run(sql, &[user.into(), dialog.to_string().into()]).map(drop)
    }

    pub(crate) fn put_found(&mut self, found: &Found) -> Result<(), StoreError> {
        let sql = "INSERT INTO search_last (user_id, dialog, place) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (user_id, dialog) DO UPDATE SET place = excluded.place";
        let params = [found.user_id.into(), found.dialog.to_string().into(), found.place.into()];
        self.engine.run_one(sql, &params)?;
        let sql = "DELETE FROM search_last WHERE user_id = ?1 AND dialog NOT IN \
                   (SELECT kept.dialog FROM search_last kept WHERE kept.user_id = ?1 \
                   ORDER BY kept.place DESC, kept.dialog LIMIT ?2)";
        self.engine.run(sql, &[found.user_id.into(), KEPT.into()]).map(drop)
    }
}

fn read(dialog: &str) -> Result<DialogId, StoreError> {
    DialogId::parse(dialog).ok_or_else(|| StoreError::Corrupt(format!("there is no dialog {dialog:?}")))
}
