//! Links to files: what they are signed with, which of those for one use were used, and the public ones.

use lately_model::{FileId, Moment, UserId};

use crate::{Snapshot, StoreError, Tx};

impl Snapshot<'_> {
    /// With what links are signed; empty until it was made.
    pub fn link_key(&self) -> Result<String, StoreError> {
        let row = self.engine.row("SELECT link_key FROM portal WHERE id = 1", &[])?;
        row.map_or_else(|| Ok(String::new()), |mut row| row.text())
    }

    /// The file behind a public link.
    pub fn public_file(&self, code: &str) -> Result<Option<FileId>, StoreError> {
        let row = self.engine.row("SELECT file_id FROM public_link WHERE code = ?1", &[code.into()])?;
        row.map(|mut row| row.int().map(FileId)).transpose()
    }
}

impl Tx<'_> {
    /// Keeps `fresh` as what links are signed with, unless there is something already; answers what there is.
    pub fn link_key_or(&mut self, fresh: &str) -> Result<String, StoreError> {
        let known = self.link_key()?;
        if !known.is_empty() {
            return Ok(known);
        }
        self.engine.run_one("UPDATE portal SET link_key = ?1 WHERE id = 1", &[fresh.into()])?;
        Ok(fresh.to_owned())
    }

    /// Uses a link that is for one use; false if it was used before.
    pub fn use_link(&mut self, nonce: &str, expires_at: Moment) -> Result<bool, StoreError> {
        let sql = "INSERT INTO used_link (nonce, expires_at) VALUES (?1, ?2) ON CONFLICT (nonce) DO NOTHING";
        Ok(self.engine.run(sql, &[nonce.into(), expires_at.into()])? == 1)
    }

    /// Forgets the used links that have ended.
    pub fn forget_links(&mut self, now: Moment) -> Result<(), StoreError> {
        self.engine.run("DELETE FROM used_link WHERE expires_at <= ?1", &[now.into()]).map(drop)
    }

    /// The code of a file's public link: the one it has, or `fresh`.
    pub fn publish_file(
        &mut self,
        file: FileId,
        fresh: &str,
        by: UserId,
        now: Moment,
    ) -> Result<String, StoreError> {
        let known = self.engine.row("SELECT code FROM public_link WHERE file_id = ?1", &[file.into()])?;
        if let Some(mut known) = known {
            return known.text();
        }
        let sql = "INSERT INTO public_link (code, file_id, created_at, created_by) VALUES (?1, ?2, ?3, ?4)";
        self.engine.run_one(sql, &[fresh.into(), file.into(), now.into(), by.into()])?;
        Ok(fresh.to_owned())
    }
}
