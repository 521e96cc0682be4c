//! Kept bytes: which there are, and which nobody needs any more. The bytes themselves are in the [`crate::Vault`].
//!
//! Must hold: a row is written before its bytes are put where they stay, and is claimed again whenever they come again;
//! a row that is doomed is never claimed. So bytes that some file has are never removed.

use lately_model::{Blob, BlobId, Moment};

use crate::avatar::PREFIX;
use crate::engine::Row;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "b.id, b.hash, b.size, b.media, b.born, b.claimed_at";

impl Snapshot<'_> {
    /// Bytes by their number.
    pub fn blob(&self, id: BlobId) -> Result<Option<Blob>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM blob b WHERE b.id = ?1 AND b.fate < 2");
        self.engine.row(&sql, &[id.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// Bytes by their hash.
    pub fn blob_by_hash(&self, hash: &str) -> Result<Option<Blob>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM blob b WHERE b.hash = ?1 AND b.fate < 2");
        self.engine.row(&sql, &[hash.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// Up to `limit` of those that something has, after this one.
    pub fn blobs_after(&self, after: BlobId, limit: i64) -> Result<Vec<Blob>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM blob b WHERE b.id > ?1 AND b.fate < 2 AND NOT ({UNNEEDED}) ORDER BY b.id LIMIT ?2"
        );
        self.engine.rows(&sql, &[after.into(), limit.into()])?.iter_mut().map(read).collect()
    }

    /// Up to `limit` of those that are not doomed, after this one.
    pub fn kept_blobs_after(&self, after: BlobId, limit: i64) -> Result<Vec<Blob>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM blob b WHERE b.id > ?1 AND b.fate < 2 ORDER BY b.id LIMIT ?2");
        self.engine.rows(&sql, &[after.into(), limit.into()])?.iter_mut().map(read).collect()
    }

    /// Up to `limit` doomed ones: their bytes are to be removed, then their rows by [`Self::drop_blob`].
    pub fn doomed_blobs(&self, limit: i64) -> Result<Vec<Blob>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM blob b WHERE b.fate = 2 ORDER BY b.claimed_at, b.id LIMIT ?1");
        self.engine.rows(&sql, &[limit.into()])?.iter_mut().map(read).collect()
    }
}

/// Whether nothing has the bytes of a row `b`.
const UNNEEDED: &str = "NOT EXISTS (SELECT 1 FROM file f WHERE f.blob_id = b.id AND f.blob_id > 0) \
     AND NOT EXISTS (SELECT 1 FROM file f WHERE f.preview_id = b.id AND f.preview_id > 0) \
     AND NOT EXISTS (SELECT 1 FROM chat c WHERE c.avatar = '/avatar/' || b.hash AND c.avatar <> '') \
     AND NOT EXISTS (SELECT 1 FROM \"user\" u WHERE u.avatar = '/avatar/' || b.hash AND u.avatar <> '')";

impl Tx<'_> {
    /// Says that these bytes came, and that something will have them. Answers under which number and name they are kept.
    pub fn claim_blob(
        &mut self,
        hash: &str,
        size: i64,
        media: &str,
        now: Moment,
    ) -> Result<Blob, StoreError> {
        if let Some(known) = self.blob_by_hash(hash)? {
            self.release_blob(known.id, now)?;
            return Ok(Blob { claimed_at: now, ..known });
        }
        let position = self.engine.row("SELECT position FROM portal WHERE id = 1", &[])?;
        let born = position.map_or(Ok(0), |mut row| row.int())?;
        let sql = "INSERT INTO blob (id, hash, size, media, born, claimed_at, fate) \
                   VALUES ((SELECT COALESCE(max(id), 0) + 1 FROM blob), ?1, ?2, ?3, ?4, ?5, 1)";
        let params = [hash.into(), size.into(), media.into(), born.into(), now.into()];
        let id = self.engine.insert(sql, &params)?;
        let (hash, media) = (hash.to_owned(), media.to_owned());
        Ok(Blob { id: BlobId(id), hash, size, media, born, claimed_at: now })
    }

    /// Something let go of these bytes: from now on they stay for [`lately_model::blob::GRACE`].
    pub(crate) fn release_blob(&mut self, id: BlobId, now: Moment) -> Result<(), StoreError> {
        let sql = "UPDATE blob SET claimed_at = ?2, fate = 1 WHERE id = ?1 AND fate < 2";
        self.engine.run(sql, &[id.into(), now.into()]).map(drop)
    }

    /// The same for bytes by their avatar's address.
    pub(crate) fn release_avatar(&mut self, avatar: &str, now: Moment) -> Result<(), StoreError> {
        let Some(hash) = avatar.strip_prefix(PREFIX) else { return Ok(()) };
        let sql = "UPDATE blob SET claimed_at = ?2, fate = 1 WHERE hash = ?1 AND fate < 2";
        self.engine.run(sql, &[hash.into(), now.into()]).map(drop)
    }

    /// Looks at up to `limit` of those that came, or that something let go of, before `before`: what nothing has is
    /// doomed. Answers how many were looked at.
    pub fn judge_blobs(&mut self, before: Moment, limit: i64) -> Result<usize, StoreError> {
        let sql = "SELECT id FROM blob WHERE fate = 1 AND claimed_at < ?1 ORDER BY claimed_at, id LIMIT ?2";
        let rows = self.engine.rows(sql, &[before.into(), limit.into()])?;
        let judged = rows.len();
        for mut row in rows {
            let id = row.int()?;
            let sql = format!("SELECT b.id FROM blob b WHERE b.id = ?1 AND {UNNEEDED}");
            let fate = if self.engine.row(&sql, &[id.into()])?.is_some() { 2 } else { 0 };
            self.engine.run_one("UPDATE blob SET fate = ?2 WHERE id = ?1", &[id.into(), fate.into()])?;
        }
        Ok(judged)
    }

    /// The bytes of a doomed row are gone.
    pub fn drop_blob(&mut self, id: BlobId) -> Result<(), StoreError> {
        self.engine.run("DELETE FROM blob WHERE id = ?1 AND fate = 2", &[id.into()]).map(drop)
    }
}

fn read(row: &mut Row) -> Result<Blob, StoreError> {
    Ok(Blob {
        id: BlobId(row.int()?),
        hash: row.text()?,
        size: row.int()?,
        media: row.text()?,
        born: row.int()?,
        claimed_at: row.moment()?,
    })
}
