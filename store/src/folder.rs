//! Folders: found by whose they are, and made when they are needed first.

use lately_model::{Folder, FolderId, Moment, Owner, UserId};

use crate::engine::{Row, Value};
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, parent_id, storage_id, owner, owner_id, name, created_at, created_by";

/// The next number of a file or a folder.
pub(crate) const NEXT: &str = "(SELECT max(n.id) + 1 FROM (SELECT COALESCE(max(id), 0) AS id FROM file \
     UNION ALL SELECT COALESCE(max(id), 0) AS id FROM folder) n)";

impl Snapshot<'_> {
    /// One folder.
    pub fn folder(&self, id: FolderId) -> Result<Option<Folder>, StoreError> {
        let row = self.engine.row(&format!("SELECT {COLUMNS} FROM folder WHERE id = ?1"), &[id.into()])?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// The folder of this owner, if it was made.
    pub fn folder_of(&self, owner: Owner) -> Result<Option<Folder>, StoreError> {
        let (word, id) = owner.parts();
        let sql = format!("SELECT {COLUMNS} FROM folder WHERE owner = ?1 AND owner_id = ?2");
        self.engine.row(&sql, &[word.into(), id.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// Up to `limit` folders that lie in this one, after that one.
    pub fn folders_in(
        &self,
        parent: FolderId,
        after: FolderId,
        limit: i64,
    ) -> Result<Vec<Folder>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM folder WHERE parent_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
        self.engine.rows(&sql, &[parent.into(), after.into(), limit.into()])?.iter_mut().map(read).collect()
    }

    /// Up to `limit` folders after this one, those of chats left out.
    pub(crate) fn drive_folders_after(&self, after: FolderId, limit: i64) -> Result<Vec<Folder>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM folder WHERE id > ?1 AND owner <> 'chat' ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[after.into(), limit.into()])?.iter_mut().map(read).collect()
    }
}

impl Tx<'_> {
    /// The folder of this owner, made as needed within its storage, which must be there. `name` is for one that is made.
    pub fn folder_for(
        &mut self,
        owner: Owner,
        name: &str,
        by: UserId,
        now: Moment,
    ) -> Result<Folder, StoreError> {
        if let Some(folder) = self.folder_of(owner)? {
            return Ok(folder);
        }
        let storage = match owner.storage() {
            storage if storage == owner => None,
            storage => {
                let missing = || StoreError::Missing(format!("the storage of {owner:?}"));
                Some(self.folder_of(storage)?.ok_or_else(missing)?.id)
            }
        };
        let folder = Folder {
            id: FolderId(0),
            parent_id: storage.unwrap_or_default(),
            storage_id: storage.unwrap_or_default(),
            owner,
            name: name.to_owned(),
            created_at: now,
            created_by: by,
        };
        let id = self.insert_folder(&folder)?;
        Ok(Folder { id, storage_id: storage.unwrap_or(id), ..folder })
    }

    /// Writes a folder's row as given and answers its number. One without a storage is its own.
    pub(crate) fn insert_folder(&mut self, folder: &Folder) -> Result<FolderId, StoreError> {
        let (word, owner) = folder.owner.parts();
        let id = if folder.id.is_none() { Value::Null } else { folder.id.into() };
        let params = [
            id,
            folder.parent_id.into(),
            folder.storage_id.into(),
            word.into(),
            owner.into(),
            (&folder.name).into(),
            folder.created_at.into(),
            folder.created_by.into(),
        ];
        let sql = format!(
            "INSERT INTO folder ({COLUMNS}) VALUES (COALESCE(?1, {NEXT}), ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        );
        let id = self.engine.insert(&sql, &params).map(FolderId)?;
        if folder.storage_id.is_none() {
            self.engine.run_one("UPDATE folder SET storage_id = id WHERE id = ?1", &[id.into()])?;
        }
        Ok(id)
    }

    /// A folder that another portal knew: under its number if that is free, and not twice for one owner.
    pub(crate) fn put_folder(&mut self, folder: &Folder) -> Result<(), StoreError> {
        if self.folder_of(folder.owner)?.is_some() {
            return Ok(());
        }
        if !folder.parent_id.is_none() && self.folder(folder.parent_id)?.is_none() {
            return Err(StoreError::Missing(format!("folder {}", folder.parent_id)));
        }
        self.insert_folder(folder).map(drop)
    }
}

fn read(row: &mut Row) -> Result<Folder, StoreError> {
    let (id, parent_id, storage_id) = (FolderId(row.int()?), FolderId(row.int()?), FolderId(row.int()?));
    let (word, owner) = (row.text()?, row.int()?);
    let owner = Owner::from_parts(&word, owner)
        .ok_or_else(|| StoreError::Corrupt(format!("folder {id} belongs to {word:?}")))?;
    Ok(Folder {
        id,
        parent_id,
        storage_id,
        owner,
        name: row.text()?,
        created_at: row.moment()?,
        created_by: row.user()?,
    })
}
