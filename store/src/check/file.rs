//! The recount of files: each is posted with the message that names it.

use lately_model::{ChatId, FileId};

use super::{Difference, STEP};
use crate::{Snapshot, StoreError};

impl Snapshot<'_> {
    /// Files of a chat whose message does not name them.
    pub(super) fn compare_files(&self, chat: ChatId, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        let mut after = FileId(0);
        loop {
            let files = self.files_after(chat, after, STEP)?;
            let Some(last) = files.last() else { return Ok(()) };
            after = last.id;
            for file in files.iter().filter(|file| !file.deleted && !file.message_id.is_none()) {
                let message = self.message(file.message_id)?.filter(|message| message.chat_id == chat);
                if !message.is_some_and(|message| message.file_ids().contains(&file.id)) {
                    let row = format!("file {}", file.id);
                    found.push(Difference { row, value: "message", found: file.message_id.0, expected: 0 });
                }
            }
        }
    }
}
