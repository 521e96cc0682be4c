//! Pictures of chats and people that lie in this portal. An avatar is then an address of this portal with the hash of the
//! picture's bytes in it, and that is what holds the bytes.

use lately_model::{ChatId, Event, Moment};

use crate::{Snapshot, StoreError, Tx};

/// What the address of a picture begins with that lies here; its hash follows.
pub const PREFIX: &str = "/avatar/";

impl Snapshot<'_> {
    /// Whether some chat or somebody has this avatar.
    pub fn avatar_in_use(&self, avatar: &str) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM chat WHERE avatar = ?1 AND avatar <> '' UNION ALL \
                   SELECT id FROM \"user\" WHERE avatar = ?1 AND avatar <> '' LIMIT 1";
        Ok(self.engine.row(sql, &[avatar.into()])?.is_some())
    }
}

impl Tx<'_> {
    /// Gives a chat another picture, by its address.
    pub fn picture_chat(&mut self, chat: ChatId, avatar: &str, now: Moment) -> Result<(), StoreError> {
        let before = self.chat(chat)?.ok_or_else(|| StoreError::Missing(format!("chat {chat}")))?;
        self.release_avatar(&before.avatar, now)?;
        self.engine.run_one("UPDATE chat SET avatar = ?2 WHERE id = ?1", &[chat.into(), avatar.into()])?;
        self.happened_at(now, Event::Pictured(chat));
        self.told_room(chat)
    }
}
