//! Messages: appended, edited, taken back, liked, read in pages.
//!
//! Must hold: a message that counts takes its chat's next ordinal; nothing is written per member.

use lately_model::{
    Chat, ChatId, ChatKind, Event, FileId, LastMessage, Member, Message, MessageId, Moment, Room, Seat,
    UserId, preview,
};
use serde_json::{Map, Value as Json};

use crate::engine::{Row, Value};
use crate::user::json;
use crate::{Change, Snapshot, StoreError, Tx};

/// The columns of a message under the alias `x`.
pub(crate) const COLUMNS: &str = "x.id, x.chat_id, x.author_id, x.actor_id, x.date, x.text, x.uuid, x.params, \
     x.ordinal, x.counts, x.deleted, x.viewed";

/// A message to be appended.
#[derive(Debug, Clone, Default)]
pub struct NewMessage {
    /// Its chat.
    pub chat_id: ChatId,
    /// Who is shown as its author; zero for the system.
    pub author_id: UserId,
    /// Who caused it.
    pub actor_id: UserId,
    /// When.
    pub date: Moment,
    /// The text.
    pub text: String,
    /// The client's own id.
    pub uuid: Option<String>,
    /// A key under which it can be appended only once.
    pub once: Option<String>,
    /// Its parameters.
    pub params: Map<String, Json>,
    /// Whether it counts as unread for the others.
    pub counts: bool,
}

/// Which messages of a chat to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The newest, newest first.
    Newest,
    /// Those before this one, newest first.
    Before(MessageId),
    /// Those after this one, oldest first.
    After(MessageId),
}

/// How a message is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The text goes, the place in the chat stays.
    Text,
    /// The message goes as if it had never been.
    Complete,
}

impl Snapshot<'_> {
    /// One message, unless it was deleted completely.
    pub fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM message x WHERE x.id = ?1 AND x.purged = 0");
        self.engine.row(&sql, &[id.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// The message that was appended under this key.
    pub fn message_once(&self, once: &str) -> Result<Option<MessageId>, StoreError> {
        let row = self.engine.row("SELECT id FROM message WHERE once = ?1", &[once.into()])?;
        row.map(|mut row| row.message()).transpose()
    }

    /// Up to `limit` messages of a chat from `first_visible` on.
    pub fn messages(
        &self,
        chat: ChatId,
        page: Page,
        first_visible: MessageId,
        limit: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let (bound, edge, order) = match page {
            Page::Newest => ("<", MessageId(i64::MAX), "DESC"),
            Page::Before(edge) => ("<", edge, "DESC"),
            Page::After(edge) => (">", edge, "ASC"),
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM message x WHERE x.chat_id = ?1 AND x.id {bound} ?2 AND x.id >= ?3 \
             AND x.purged = 0 ORDER BY x.id {order} LIMIT ?4"
        );
        let rows = self.engine.rows(&sql, &[chat.into(), edge.into(), first_visible.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }

    /// The newest message of a chat at or before `upto`, with the chat's ordinal there.
    pub fn position_at(&self, chat: ChatId, upto: MessageId) -> Result<Option<(MessageId, i64)>, StoreError> {
        let sql = "SELECT id, ordinal FROM message WHERE chat_id = ?1 AND id <= ?2 AND purged = 0 \
                   ORDER BY id DESC LIMIT 1";
        let row = self.engine.row(sql, &[chat.into(), upto.into()])?;
        row.map(|mut row| Ok((row.message()?, row.int()?))).transpose()
    }

    /// How many messages of a chat somebody can see who sees it from `first_visible` on.
    pub fn message_count(&self, chat: ChatId, first_visible: MessageId) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM message WHERE chat_id = ?1 AND id >= ?2 AND purged = 0";
        self.engine.row(sql, &[chat.into(), first_visible.into()])?.map_or(Ok(0), |mut row| row.int())
    }

    /// The first message after `read` that is not by `user`.
    pub fn first_unread(&self, chat: ChatId, user: UserId, read: MessageId) -> Result<MessageId, StoreError> {
        let sql = "SELECT id FROM message WHERE chat_id = ?1 AND id > ?2 AND actor_id <> ?3 AND counts = 1 \
                   AND deleted = 0 ORDER BY id LIMIT 1";
        let row = self.engine.row(sql, &[chat.into(), read.into(), user.into()])?;
        row.map_or(Ok(MessageId(0)), |mut row| row.message())
    }

    /// A message as rows show it.
    pub(crate) fn as_last(&self, message: &Message) -> Result<LastMessage, StoreError> {
        let mut mentions = Vec::new();
        for user in preview::mentioned_users(&message.text) {
            if let Some(user) = self.user(user)? {
                mentions.push((user.id, user.name()));
            }
        }
        let file = match message.file_ids().first() {
            None => None,
            Some(id) => self.file(*id)?.map(|file| (file.id, file.kind, file.name)),
        };
        Ok(LastMessage {
            id: message.id,
            author_id: message.author_id,
            date: message.date,
            text: message.text.clone(),
            uuid: message.uuid.clone(),
            file,
            attach: message.has_attach().then(|| attach_words(message)),
            viewed: message.viewed,
            user_join: carries_code(message, "USER_JOIN"),
            mentions,
        })
    }
}

impl Tx<'_> {
    /// Appends a message: one row, its chat's totals, and its author's read position if a person wrote it.
    pub fn append_message(&mut self, new: &NewMessage) -> Result<Message, StoreError> {
        let chat = self.chat(new.chat_id)?;
        self.append_to(chat.ok_or_else(|| StoreError::Missing(format!("chat {}", new.chat_id)))?, None, new)
    }

    /// The same by somebody who has just read the chat, and the actor's seat, and has changed neither since.
    pub fn append_to(
        &mut self,
        chat: Chat,
        actor: Option<Member>,
        new: &NewMessage,
    ) -> Result<Message, StoreError> {
        let peer = chat.peer_of(new.actor_id);
        let message = self.append(chat, new)?;
        self.happened_at(new.date, Event::Said(message.chat_id, message.id));
        if !message.author_id.is_none() {
            self.read_own(&message)?;
        }
        match actor.filter(|actor| actor.user_id == message.author_id) {
            Some(member) => {
                let member = Member {
                    last_read_id: message.id,
                    read_ordinal: message.ordinal,
                    read_at: Some(message.date),
                    mark: false,
                    marked_id: MessageId(0),
                    ..member
                };
                self.told_this_seat(Seat { member, peer, settled: message.ordinal })?;
            }
            None => self.told_seat(message.chat_id, message.actor_id)?,
        }
        Ok(message)
    }

    /// One row and its chat's totals; nobody has read it.
    pub(crate) fn append(&mut self, mut chat: Chat, new: &NewMessage) -> Result<Message, StoreError> {
        let mut message = Message {
            id: MessageId(0),
            chat_id: new.chat_id,
            author_id: new.author_id,
            actor_id: new.actor_id,
            date: new.date,
            text: new.text.clone(),
            uuid: new.uuid.clone(),
            params: new.params.clone(),
            ordinal: chat.ordinal + i64::from(new.counts),
            counts: new.counts,
            deleted: false,
            viewed: false,
        };
        message.id = self.insert_message(&message, new.once.as_deref())?;
        if chat.kind != ChatKind::System {
            self.note_own(&message)?;
        }
        chat.ordinal = message.ordinal;
        chat.message_count += 1;
        chat.last_message_id = message.id;
        chat.last_message_at = message.date;
        chat.updated_at = message.date;
        self.save_totals(&chat)?;
        let last = self.as_last(&message)?;
        if !message.author_id.is_none() {
            self.told_person(message.author_id)?;
        }
        self.changes.push(Change::Room(Box::new(Room { chat, last: Some(last) })));
        Ok(message)
    }

    /// Replaces a message's text and parameters. Rows that show it change their update date.
    pub fn edit_message(&mut self, message: &Message, now: Moment) -> Result<(), StoreError> {
        if let Some(before) = self.message(message.id)? {
            self.reword(&before, Some(&message.text))?;
        }
        self.save_message(message)?;
        self.happened_at(now, Event::Edited(message.chat_id, message.id));
        self.touch_if_last(message, now)
    }

    /// Replaces what hangs on a message, its text as it was. Rows that show it change their update date.
    pub fn dress_message(&mut self, message: &Message, now: Moment) -> Result<(), StoreError> {
        self.save_message(message)?;
        self.happened_at(now, Event::Dressed(message.chat_id, message.id));
        self.touch_if_last(message, now)
    }

    /// Replaces who likes a message, after `user` did or no longer does; rows do not change.
    pub fn like_message(&mut self, message: &Message, user: UserId, set: bool) -> Result<(), StoreError> {
        self.happened(Event::Liked(message.chat_id, message.id, user, set));
        self.save_message(message)
    }

    /// Takes a message back, and leaves `words` in the place of its text. It stops counting at once, for everybody.
    pub fn delete_message(
        &mut self,
        message: &Message,
        how: Deletion,
        words: &str,
        now: Moment,
    ) -> Result<(), StoreError> {
        self.delete_files_of(message, now)?;
        self.reword(message, None)?;
        self.take_back(message, words)?;
        let complete = how == Deletion::Complete;
        self.happened_at(now, Event::Deleted(message.chat_id, message.id, complete));
        self.gone.push(message.clone());
        if message.counts && !message.deleted {
            let sql = "UPDATE member SET own = own - 1 WHERE chat_id = ?1 AND user_id = ?2 AND last_read_id < ?3 \
                       AND own > 0";
            let params = [message.chat_id.into(), message.actor_id.into(), message.id.into()];
            self.engine.run(sql, &params)?;
            self.changes.push(Change::Uncounted(message.chat_id, message.ordinal, message.actor_id));
        }
        match how {
            Deletion::Text => self.touch_chat(message.chat_id, now),
            Deletion::Complete => self.purge(message, now),
        }
    }

    /// Nothing is left of what it said but these words.
    pub(crate) fn take_back(&mut self, message: &Message, words: &str) -> Result<(), StoreError> {
        self.save_message(&Message {
            text: words.to_owned(),
            params: Map::from_iter([("IS_DELETED".to_owned(), Json::from("Y"))]),
            deleted: true,
            ..message.clone()
        })
    }

    /// The rows fall back to the message before, with its date.
    pub(crate) fn purge(&mut self, message: &Message, now: Moment) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE message SET purged = 1 WHERE id = ?1", &[message.id.into()])?;
        let chat = self.chat(message.chat_id)?;
        let mut chat = chat.ok_or_else(|| StoreError::Missing(format!("chat {}", message.chat_id)))?;
        chat.message_count -= 1;
        chat.updated_at = now;
        if chat.last_message_id == message.id {
            let before = self.messages(chat.id, Page::Newest, MessageId(0), 1)?;
            let before = before.first();
            chat.last_message_id = before.map_or(MessageId(0), |before| before.id);
            chat.last_message_at = before.map_or(chat.created_at, |before| before.date);
        }
        self.save_totals(&chat)?;
        self.told_room(chat.id)
    }

    /// Writes a message's row as given and answers its number.
    pub(crate) fn insert_message(
        &mut self,
        message: &Message,
        once: Option<&str>,
    ) -> Result<MessageId, StoreError> {
        let id = if message.id.is_none() { Value::Null } else { message.id.into() };
        let params = [
            id,
            message.chat_id.into(),
            message.author_id.into(),
            message.actor_id.into(),
            message.date.into(),
            (&message.text).into(),
            message.uuid.clone().into(),
            once.into(),
            json(&message.params).into(),
            message.ordinal.into(),
            message.counts.into(),
            message.deleted.into(),
            message.viewed.into(),
        ];
        let sql = "INSERT INTO message (id, chat_id, author_id, actor_id, date, text, uuid, once, params, ordinal, \
                   counts, deleted, purged, viewed) VALUES (COALESCE(?1, (SELECT COALESCE(max(id), 0) + 1 FROM message)), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13)";
        self.engine.insert(sql, &params).map(MessageId)
    }

    /// Writes the totals that a message changes.
    pub(crate) fn save_totals(&mut self, chat: &Chat) -> Result<(), StoreError> {
        let sql = "UPDATE chat SET ordinal = ?2, message_count = ?3, last_message_id = ?4, last_message_at = ?5, \
                   updated_at = ?6 WHERE id = ?1";
        let params = [
            chat.id.into(),
            chat.ordinal.into(),
            chat.message_count.into(),
            chat.last_message_id.into(),
            chat.last_message_at.into(),
            chat.updated_at.into(),
        ];
        self.engine.run_one(sql, &params)
    }

    fn save_message(&mut self, message: &Message) -> Result<(), StoreError> {
        let sql = "UPDATE message SET text = ?2, params = ?3, deleted = ?4 WHERE id = ?1";
        let params =
            [message.id.into(), (&message.text).into(), json(&message.params).into(), message.deleted.into()];
        self.engine.run_one(sql, &params)
    }

    fn touch_if_last(&mut self, message: &Message, now: Moment) -> Result<(), StoreError> {
        let chat = self.chat(message.chat_id)?;
        if chat.is_some_and(|chat| chat.last_message_id == message.id) {
            self.touch_chat(message.chat_id, now)?;
        }
        Ok(())
    }

    fn touch_chat(&mut self, chat: ChatId, now: Moment) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE chat SET updated_at = ?2 WHERE id = ?1", &[chat.into(), now.into()])?;
        self.told_room(chat)
    }

    /// One more message of somebody whose position does not move with it, since another or nobody is its author.
    pub(crate) fn note_own(&mut self, message: &Message) -> Result<(), StoreError> {
        if !message.counts || message.deleted || message.actor_id == message.author_id {
            return Ok(());
        }
        let sql = "UPDATE member SET own = own + 1 WHERE chat_id = ?1 AND user_id = ?2 AND last_read_id < ?3";
        let params = [message.chat_id.into(), message.actor_id.into(), message.id.into()];
        self.engine.run(sql, &params).map(drop)
    }

    /// Whoever writes has read what was there, and takes their marks away.
    fn read_own(&mut self, message: &Message) -> Result<(), StoreError> {
        let sql = "UPDATE member SET last_read_id = ?3, read_ordinal = ?4, read_at = ?5, mark = 0, marked_id = 0, own = 0 \
                   WHERE chat_id = ?1 AND user_id = ?2";
        let params = [
            message.chat_id.into(),
            message.author_id.into(),
            message.id.into(),
            message.ordinal.into(),
            message.date.into(),
        ];
        self.engine.run(sql, &params).map(drop)
    }
}

fn attach_words(message: &Message) -> String {
    let first = message.params.get("ATTACH").and_then(Json::as_array).and_then(|list| list.first());
    let words = first.and_then(|attach| attach.get("DESCRIPTION")).and_then(Json::as_str);
    words.unwrap_or_default().to_owned()
}

fn carries_code(message: &Message, code: &str) -> bool {
    let codes = message.params.get("CODE").and_then(Json::as_array);
    codes.is_some_and(|codes| codes.iter().any(|found| found.as_str() == Some(code)))
}

pub(crate) fn read(row: &mut Row) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.message()?,
        chat_id: row.chat()?,
        author_id: row.user()?,
        actor_id: row.user()?,
        date: row.moment()?,
        text: row.text()?,
        uuid: row.maybe_text()?,
        params: row.json()?,
        ordinal: row.int()?,
        counts: row.flag()?,
        deleted: row.flag()?,
        viewed: row.flag()?,
    })
}

/// How many columns [`read`] takes.
pub(crate) const WIDTH: usize = 12;

/// Turns numbers into file numbers.
pub(crate) fn file_ids(messages: &[Message]) -> Vec<FileId> {
    messages.iter().flat_map(Message::file_ids).collect()
}
