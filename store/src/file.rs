//! Files: what is known about them, in chats and on drives.
//!
//! Must hold: a deleted file keeps its row, without bytes, so that its number is not given again; whoever lets go of
//! bytes says so ([`Tx::release_blob`]).

use lately_model::{BlobId, ChatId, File, FileId, FileKind, FolderId, Message, MessageId, Moment, UserId};

use crate::engine::{Row, Value};
use crate::folder::NEXT;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, chat_id, author_id, date, name, kind, size, width, height, folder_id, message_id, \
     updated_at, updated_by, version, blob_id, preview_id, deleted";

/// How many messages are looked at in one step.
const STEP: i64 = 500;

impl Snapshot<'_> {
    /// One file, unless it was deleted.
    pub fn file(&self, id: FileId) -> Result<Option<File>, StoreError> {
        Ok(self.file_or_trace(id)?.filter(|file| !file.deleted))
    }

    /// One file, or what is left of a deleted one.
    pub(crate) fn file_or_trace(&self, id: FileId) -> Result<Option<File>, StoreError> {
        let row = self.engine.row(&format!("SELECT {COLUMNS} FROM file WHERE id = ?1"), &[id.into()])?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// The files that these messages carry, in their order.
    pub fn files_of(&self, messages: &[Message]) -> Result<Vec<File>, StoreError> {
        let mut files = Vec::new();
        for id in crate::message::file_ids(messages) {
            files.extend(self.file(id)?);
        }
        Ok(files)
    }

    /// Up to `limit` files of a folder, after this one.
    pub fn files_in(&self, folder: FolderId, after: FileId, limit: i64) -> Result<Vec<File>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM file WHERE folder_id = ?1 AND id > ?2 AND deleted = 0 ORDER BY id LIMIT ?3"
        );
        self.engine.rows(&sql, &[folder.into(), after.into(), limit.into()])?.iter_mut().map(read).collect()
    }

    /// Whether a folder has a file of this name.
    pub fn name_taken(&self, folder: FolderId, name: &str) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM file WHERE folder_id = ?1 AND name = ?2 AND deleted = 0 LIMIT 1";
        Ok(self.engine.row(sql, &[folder.into(), name.into()])?.is_some())
    }

    /// Up to `limit` files of a chat, or with no chat of all drives, after this one; deleted ones too.
    pub(crate) fn files_after(
        &self,
        chat: ChatId,
        after: FileId,
        limit: i64,
    ) -> Result<Vec<File>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM file WHERE chat_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
        self.engine.rows(&sql, &[chat.into(), after.into(), limit.into()])?.iter_mut().map(read).collect()
    }
}

impl Tx<'_> {
    /// Adds a file; a zero id takes the next free number. Answers the number.
    pub fn add_file(&mut self, file: &File) -> Result<FileId, StoreError> {
        let id = if file.id.is_none() { Value::Null } else { file.id.into() };
        let params = [
            id,
            file.chat_id.into(),
            file.author_id.into(),
            file.date.into(),
            (&file.name).into(),
            file.kind.word().into(),
            file.size.into(),
            file.width.into(),
            file.height.into(),
            file.folder_id.into(),
            file.message_id.into(),
            file.updated_at.into(),
            file.updated_by.into(),
            file.version.max(1).into(),
            file.blob_id.into(),
            file.preview_id.into(),
            file.deleted.into(),
        ];
        let sql = format!(
            "INSERT INTO file ({COLUMNS}) VALUES (COALESCE(?1, {NEXT}), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
             ?13, ?14, ?15, ?16, ?17)"
        );
        self.engine.insert(&sql, &params).map(FileId)
    }

    /// A file was posted with a message of its chat.
    pub fn post_file(&mut self, id: FileId, message: MessageId) -> Result<(), StoreError> {
        let sql = "UPDATE file SET message_id = ?2 WHERE id = ?1 AND deleted = 0";
        self.engine.run_one(sql, &[id.into(), message.into()])
    }

    /// From now on a file is shown as another kind.
    pub fn show_file_as(&mut self, id: FileId, kind: FileKind) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE file SET kind = ?2 WHERE id = ?1", &[id.into(), kind.word().into()])
    }

    /// Replaces a file's bytes, and what is seen from them, by those of `file`.
    pub fn replace_file(&mut self, file: &File, by: UserId, now: Moment) -> Result<(), StoreError> {
        let before = self.file(file.id)?.ok_or_else(|| StoreError::Missing(format!("file {}", file.id)))?;
        let sql = "UPDATE file SET name = ?2, kind = ?3, size = ?4, width = ?5, height = ?6, blob_id = ?7, \
                   preview_id = ?8, updated_at = ?9, updated_by = ?10, version = version + 1 WHERE id = ?1";
        let params = [
            file.id.into(),
            (&file.name).into(),
            file.kind.word().into(),
            file.size.into(),
            file.width.into(),
            file.height.into(),
            file.blob_id.into(),
            file.preview_id.into(),
            now.into(),
            by.into(),
        ];
        self.engine.run_one(sql, &params)?;
        self.release_blobs(&before, now)?;
        // Rows show the file of a chat's newest message.
        let chat = self.chat(before.chat_id)?;
        match chat.filter(|chat| !before.message_id.is_none() && chat.last_message_id == before.message_id) {
            Some(chat) => self.told_room(chat.id),
            None => Ok(()),
        }
    }

    /// Deletes a file: its row stays, its bytes go in time, and nobody finds it any more.
    pub fn delete_file(&mut self, file: &File, now: Moment) -> Result<(), StoreError> {
        let sql = "UPDATE file SET deleted = 1, blob_id = 0, preview_id = 0 WHERE id = ?1";
        self.engine.run_one(sql, &[file.id.into()])?;
        self.engine.run("DELETE FROM public_link WHERE file_id = ?1", &[file.id.into()])?;
        self.release_blobs(file, now)
    }

    /// What a message brought goes with it.
    pub(crate) fn delete_files_of(&mut self, message: &Message, now: Moment) -> Result<(), StoreError> {
        for id in message.file_ids() {
            if let Some(file) = self.file(id)?.filter(|file| file.message_id == message.id) {
                self.delete_file(&file, now)?;
            }
        }
        Ok(())
    }

    /// The files that a message names are posted with it, unless another had them before. For what came by import.
    pub(crate) fn claim_files(&mut self, message: &Message) -> Result<(), StoreError> {
        let sql = "UPDATE file SET message_id = ?2 WHERE id = ?1 AND chat_id = ?3 AND message_id = 0";
        for id in message.file_ids() {
            self.engine.run(sql, &[id.into(), message.id.into(), message.chat_id.into()])?;
        }
        Ok(())
    }

    /// The same for all messages that are here already.
    pub(crate) fn claim_all_files(&mut self) -> Result<(), StoreError> {
        let sql = "SELECT id FROM message WHERE id > ?1 AND purged = 0 AND params LIKE '%\"FILE_ID\"%' \
                   ORDER BY id LIMIT ?2";
        let mut after = MessageId(0);
        loop {
            let rows = self.engine.rows(sql, &[after.into(), STEP.into()])?;
            if rows.is_empty() {
                return Ok(());
            }
            for mut row in rows {
                after = row.message()?;
                if let Some(message) = self.message(after)? {
                    self.claim_files(&message)?;
                }
            }
        }
    }

    /// A file that another portal knew. One that is here without bytes gets them if they have come meanwhile.
    pub(crate) fn put_file(
        &mut self,
        file: &File,
        bytes: Option<&str>,
        preview: Option<&str>,
    ) -> Result<(), StoreError> {
        let blob = |hash: Option<&str>| match hash {
            Some(hash) => Ok::<_, StoreError>(self.blob_by_hash(hash)?.map_or(BlobId(0), |blob| blob.id)),
            None => Ok(BlobId(0)),
        };
        let (blob_id, preview_id) = (blob(bytes)?, blob(preview)?);
        let Some(known) = self.file_or_trace(file.id)? else {
            return self.add_file(&File { blob_id, preview_id, ..file.clone() }).map(drop);
        };
        if known.deleted || !known.blob_id.is_none() || blob_id.is_none() {
            return Ok(());
        }
        let sql = "UPDATE file SET blob_id = ?2, preview_id = ?3 WHERE id = ?1";
        self.engine.run_one(sql, &[file.id.into(), blob_id.into(), preview_id.into()])
    }

    fn release_blobs(&mut self, file: &File, now: Moment) -> Result<(), StoreError> {
        for blob in [file.blob_id, file.preview_id] {
            if !blob.is_none() {
                self.release_blob(blob, now)?;
            }
        }
        Ok(())
    }
}

fn read(row: &mut Row) -> Result<File, StoreError> {
    Ok(File {
        id: FileId(row.int()?),
        chat_id: row.chat()?,
        author_id: row.user()?,
        date: row.moment()?,
        name: row.text()?,
        kind: FileKind::from_word(&row.text()?),
        size: row.int()?,
        width: row.int()?,
        height: row.int()?,
        folder_id: FolderId(row.int()?),
        message_id: row.message()?,
        updated_at: row.moment()?,
        updated_by: row.user()?,
        version: row.int()?,
        blob_id: BlobId(row.int()?),
        preview_id: BlobId(row.int()?),
        deleted: row.flag()?,
    })
}
