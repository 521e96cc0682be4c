//! Files: what is known about them.

use lately_model::{File, FileId, FileKind};

use crate::engine::Value;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, chat_id, author_id, date, name, kind, size, width, height";

impl Snapshot<'_> {
    /// One file.
    pub fn file(&self, id: FileId) -> Result<Option<File>, StoreError> {
        let row = self.engine.row(&format!("SELECT {COLUMNS} FROM file WHERE id = ?1"), &[id.into()])?;
        row.map(|mut row| {
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
            })
        })
        .transpose()
    }

    /// The files that these messages carry, in their order.
    pub fn files_of(&self, messages: &[lately_model::Message]) -> Result<Vec<File>, StoreError> {
        let mut files = Vec::new();
        for id in crate::message::file_ids(messages) {
            files.extend(self.file(id)?);
        }
        Ok(files)
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
        ];
        let sql = format!(
            "INSERT INTO file ({COLUMNS}) VALUES (COALESCE(?1, (SELECT COALESCE(max(id), 0) + 1 FROM file)), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        );
        self.engine.insert(&sql, &params).map(FileId)
    }
}
