//! Chats: made, found, renamed, handed over.

use lately_model::{Chat, ChatId, ChatKind, Event, Line, Member, Moment, Seat, UserId, color};

use crate::engine::{Row, Value};
use crate::{Change, Entry, Snapshot, StoreError, Tx};

/// The columns of a chat under the alias `c`.
pub(crate) const COLUMNS: &str = "c.id, c.kind, c.title, c.description, c.owner_id, c.color, c.avatar, c.extranet, \
     c.entity_type, c.entity_id, c.entity_data_1, c.entity_data_2, c.entity_data_3, c.parent_chat_id, \
     c.parent_message_id, c.created_at, c.user_count, c.message_count, c.ordinal, c.last_message_id, \
     c.last_message_at, c.updated_at, c.low_id, c.high_id, c.line_id, c.line_status, c.line_created_at";

/// A chat to be made.
#[derive(Debug, Clone, Default)]
pub struct NewChat {
    /// Its facts; counters and dates of messages are ignored. A zero id takes the next free number.
    pub chat: Chat,
    /// Its members, with whether they may manage it.
    pub members: Vec<(UserId, bool)>,
}

impl Snapshot<'_> {
    /// One chat.
    pub fn chat(&self, id: ChatId) -> Result<Option<Chat>, StoreError> {
        let row = self.engine.row(&format!("SELECT {COLUMNS} FROM chat c WHERE c.id = ?1"), &[id.into()])?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// The private chat of two people, or one person's notes.
    pub fn private_chat(&self, one: UserId, other: UserId) -> Result<Option<Chat>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM chat c WHERE c.low_id = ?1 AND c.high_id = ?2");
        let row = self.engine.row(&sql, &[one.min(other).into(), one.max(other).into()])?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// The oldest chat made for this entity.
    pub fn chat_by_entity(&self, entity_type: &str, entity_id: &str) -> Result<Option<Chat>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM chat c WHERE c.entity_type = ?1 AND c.entity_id = ?2 ORDER BY c.id LIMIT 1"
        );
        let row = self.engine.row(&sql, &[entity_type.into(), entity_id.into()])?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// How many group chats carry an automatic title that begins with `prefix`.
    pub fn chats_titled(&self, prefix: &str) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM chat WHERE kind IN ('C', 'O') AND substr(title, 1, ?2) = ?1";
        let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
        self.engine.row(sql, &[prefix.into(), length.into()])?.map_or(Ok(0), |mut row| row.int())
    }
}

impl Tx<'_> {
    /// Makes a chat with its members, who have read everything there is: nothing.
    pub fn create_chat(&mut self, new: &NewChat, now: Moment) -> Result<Chat, StoreError> {
        let mut chat = new.chat.clone();
        chat.id = self.insert_chat(&chat)?;
        for (user, manager) in &new.members {
            let member =
                Member { manager: *manager, ..Member::joining(chat.id, *user, chat.last_message_id, 0, now) };
            self.insert_member(&member)?;
        }
        let users = new.members.iter().map(|(user, _)| *user).collect();
        self.entries.push(Entry { chat: chat.id, users, host: chat.owner_id });
        self.recount_members(chat.id)?;
        self.told_room(chat.id)?;
        for (user, _) in &new.members {
            self.told_seat(chat.id, *user)?;
        }
        self.chat(chat.id)?.ok_or_else(|| StoreError::Missing(format!("chat {}", chat.id)))
    }

    /// The next automatic colour: the portal counts its chats (behaviour.md E).
    pub fn next_chat_color(&mut self) -> Result<&'static str, StoreError> {
        let sql = "UPDATE portal SET color_counter = color_counter + 1 WHERE id = 1 RETURNING color_counter";
        let count = self.engine.change_one(sql)?;
        Ok(color::automatic(count))
    }

    /// Gives a chat another name.
    pub fn rename_chat(&mut self, chat: ChatId, title: &str) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE chat SET title = ?2 WHERE id = ?1", &[chat.into(), title.into()])?;
        self.file_chat(chat, title)?;
        self.happened(Event::Renamed(chat));
        self.told_room(chat)
    }

    /// Gives a chat another colour, by its palette code.
    pub fn recolor_chat(&mut self, chat: ChatId, color: &str) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE chat SET color = ?2 WHERE id = ?1", &[chat.into(), color.into()])?;
        self.happened(Event::Recolored(chat));
        self.told_room(chat)
    }

    /// Says what a chat is about.
    pub fn describe_chat(&mut self, chat: ChatId, description: &str) -> Result<(), StoreError> {
        let sql = "UPDATE chat SET description = ?2 WHERE id = ?1";
        self.engine.run_one(sql, &[chat.into(), description.into()])?;
        self.happened(Event::Described(chat));
        self.told_room(chat)
    }

    /// Hands a chat to another owner, who also becomes a manager.
    pub fn set_owner(&mut self, chat: ChatId, owner: UserId) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE chat SET owner_id = ?2 WHERE id = ?1", &[chat.into(), owner.into()])?;
        let sql = "UPDATE member SET manager = 1 WHERE chat_id = ?1 AND user_id = ?2";
        self.engine.run(sql, &[chat.into(), owner.into()])?;
        self.happened(Event::Owned(chat));
        self.told_room(chat)?;
        self.told_seat(chat, owner)
    }

    /// Writes a chat's row as given and answers its number.
    pub(crate) fn insert_chat(&mut self, chat: &Chat) -> Result<ChatId, StoreError> {
        let id = if chat.id.is_none() { Value::Null } else { chat.id.into() };
        let [data_1, data_2, data_3] = &chat.entity_data;
        let params = [
            id,
            chat.kind.letter().into(),
            (&chat.title).into(),
            (&chat.description).into(),
            chat.owner_id.into(),
            (&chat.color).into(),
            (&chat.avatar).into(),
            chat.extranet.into(),
            (&chat.entity_type).into(),
            (&chat.entity_id).into(),
            data_1.into(),
            data_2.into(),
            data_3.into(),
            chat.parent_chat_id.into(),
            chat.parent_message_id.into(),
            chat.created_at.into(),
            chat.pair.map(|(low, _)| low).into(),
            chat.pair.map(|(_, high)| high).into(),
            chat.line.map(|line| line.id).into(),
            chat.line.map(|line| line.status).into(),
            chat.line.map(|line| line.date_create).into(),
        ];
        let sql = "INSERT INTO chat (id, kind, title, description, owner_id, color, avatar, extranet, entity_type, \
                   entity_id, entity_data_1, entity_data_2, entity_data_3, parent_chat_id, parent_message_id, \
                   created_at, user_count, message_count, ordinal, last_message_id, last_message_at, updated_at, \
                   low_id, high_id, line_id, line_status, line_created_at) VALUES (COALESCE(?1, (SELECT COALESCE(max(id), 0) + 1 FROM chat)), ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
                   ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, 0, 0, 0, ?16, ?16, ?17, ?18, ?19, ?20, ?21)";
        let id = self.engine.insert(sql, &params).map(ChatId)?;
        if !chat.title.is_empty() {
            self.file_chat(id, &chat.title)?;
        }
        Ok(id)
    }

    /// Counts the members again and whether a guest from outside is among them.
    pub(crate) fn recount_members(&mut self, chat: ChatId) -> Result<(), StoreError> {
        let sql = "UPDATE chat SET user_count = (SELECT count(*) FROM member m WHERE m.chat_id = chat.id), \
                   extranet = (SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM member m JOIN \"user\" u ON u.id = m.user_id \
                   WHERE m.chat_id = chat.id AND u.kind = 'extranet') WHERE id = ?1";
        self.engine.run_one(sql, &[chat.into()])
    }

    /// Tells the observer how the room now is.
    pub(crate) fn told_room(&mut self, chat: ChatId) -> Result<(), StoreError> {
        let room = self.room(chat)?.ok_or_else(|| StoreError::Missing(format!("chat {chat}")))?;
        if let Some(author) = room.last.as_ref().map(|last| last.author_id) {
            self.told_person(author)?;
        }
        self.changes.push(Change::Room(Box::new(room)));
        Ok(())
    }

    /// Tells the observer how the seat now is, with the other person of a private chat.
    pub(crate) fn told_seat(&mut self, chat: ChatId, user: UserId) -> Result<(), StoreError> {
        match self.seat(chat, user)? {
            Some(seat) => self.told_this_seat(seat),
            None => Ok(()),
        }
    }

    /// The same for whoever knows it already.
    pub(crate) fn told_this_seat(&mut self, seat: Seat) -> Result<(), StoreError> {
        if let Some(peer) = seat.peer {
            self.told_person(peer)?;
        }
        self.changes.push(Change::Seat(Box::new(seat)));
        Ok(())
    }

    /// Tells the observer how a user is whom other changes show.
    pub(crate) fn told_person(&mut self, user: UserId) -> Result<(), StoreError> {
        if let Some(user) = self.user(user)? {
            self.changes.push(Change::Known(Box::new(user)));
        }
        Ok(())
    }
}

pub(crate) fn read(row: &mut Row) -> Result<Chat, StoreError> {
    let mut chat = Chat {
        id: row.chat()?,
        kind: read_kind(&row.text()?)?,
        title: row.text()?,
        description: row.text()?,
        owner_id: row.user()?,
        color: row.text()?,
        avatar: row.text()?,
        extranet: row.flag()?,
        entity_type: row.text()?,
        entity_id: row.text()?,
        entity_data: [row.text()?, row.text()?, row.text()?],
        parent_chat_id: row.chat()?,
        parent_message_id: row.message()?,
        created_at: row.moment()?,
        user_count: row.int()?,
        message_count: row.int()?,
        ordinal: row.int()?,
        last_message_id: row.message()?,
        last_message_at: row.moment()?,
        updated_at: row.moment()?,
        pair: None,
        line: None,
    };
    if let (Some(low), Some(high)) = (row.maybe_int()?, row.maybe_int()?) {
        chat.pair = Some((UserId(low), UserId(high)));
    }
    let (id, status, date_create) = (row.maybe_int()?, row.maybe_int()?, row.maybe_moment()?);
    if let (Some(id), Some(status), Some(date_create)) = (id, status, date_create) {
        chat.line = Some(Line { id, status, date_create });
    }
    Ok(chat)
}

fn read_kind(letter: &str) -> Result<ChatKind, StoreError> {
    ChatKind::from_letter(letter)
        .ok_or_else(|| StoreError::Corrupt(format!("there is no chat kind {letter:?}")))
}
