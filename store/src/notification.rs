//! Notifications: what a message in a person's chat of notifications has beside a message.
//!
//! Must hold: each message of such a chat that was not removed has one row here, and no other message has. The owner's
//! counter is the number of unread rows; read positions mean nothing there and stay zero.

use lately_model::{
    Chat, ChatId, ChatKind, Event, Message, MessageId, Moment, Notification, NotificationKind, UserId,
    notification,
};

use crate::engine::Row;
use crate::user::json;
use crate::{NewMessage, Page, Snapshot, StoreError, Tx, chat, message};

/// The columns of a notification under the alias `n`.
const COLUMNS: &str =
    "n.message_id, n.kind, n.module, n.event, n.app, n.tag, n.sub_tag, n.title, n.buttons, n.unread";

/// How many notifications with one tag are found at once.
pub const TAGGED_AT_ONCE: usize = 200;

/// How many messages a repair reads at a time.
const REPAIRED_AT_ONCE: i64 = 500;

/// Which of a person's notifications to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All.
    All,
    /// Those that want to be confirmed.
    Confirm,
    /// The others.
    Ordinary,
}

/// Notifications that one program made under one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tagged {
    /// With this tag.
    Tag(String),
    /// With this sub tag.
    SubTag(String),
}

impl Snapshot<'_> {
    /// The chat of a person's notifications, if anybody ever notified them.
    pub fn notification_chat(&self, user: UserId) -> Result<Option<Chat>, StoreError> {
        let sql = format!(
            "SELECT {} FROM chat c JOIN member m ON m.chat_id = c.id AND m.user_id = ?1 \
             WHERE c.owner_id = ?1 AND c.kind = 'S' ORDER BY c.id LIMIT 1",
            chat::COLUMNS
        );
        self.engine.row(&sql, &[user.into()])?.map(|mut row| chat::read(&mut row)).transpose()
    }

    /// One notification of a chat.
    pub fn notification(
        &self,
        chat: ChatId,
        id: MessageId,
    ) -> Result<Option<(Message, Notification)>, StoreError> {
        let sql = format!(
            "SELECT {}, {COLUMNS} FROM notification n JOIN message x ON x.id = n.message_id \
             WHERE n.chat_id = ?1 AND n.message_id = ?2",
            message::COLUMNS
        );
        self.engine.row(&sql, &[chat.into(), id.into()])?.map(|mut row| read_both(&mut row)).transpose()
    }

    /// Up to `limit` notifications of a chat with a number below `before`, newest first.
    pub fn notifications(
        &self,
        chat: ChatId,
        part: Part,
        before: MessageId,
        limit: i64,
    ) -> Result<Vec<(Message, Notification)>, StoreError> {
        let part = match part {
            Part::All => "",
            Part::Confirm => "AND n.kind = 1",
            Part::Ordinary => "AND n.kind <> 1",
        };
        let sql = format!(
            "SELECT {}, {COLUMNS} FROM notification n JOIN message x ON x.id = n.message_id \
             WHERE n.chat_id = ?1 AND n.message_id < ?2 {part} ORDER BY n.message_id DESC LIMIT ?3",
            message::COLUMNS
        );
        let rows = self.engine.rows(&sql, &[chat.into(), before.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read_both(&mut row)).collect()
    }

    /// How many notifications a chat has, and how many of them are unread.
    pub fn notification_counts(&self, chat: ChatId) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT (SELECT count(*) FROM notification WHERE chat_id = ?1), \
                   (SELECT count(*) FROM notification WHERE chat_id = ?1 AND unread = 1)";
        let row = self.engine.row(sql, &[chat.into()])?;
        row.map_or(Ok((0, 0)), |mut row| Ok((row.int()?, row.int()?)))
    }

    /// The messages of the notifications that a program made under one word: in one chat, or in everybody's. No more
    /// than fit one transaction.
    pub fn tagged(
        &self,
        app: &str,
        tagged: &Tagged,
        chat: Option<ChatId>,
    ) -> Result<Vec<Message>, StoreError> {
        let (column, word) = match tagged {
            Tagged::Tag(tag) => ("tag", tag),
            Tagged::SubTag(tag) => ("sub_tag", tag),
        };
        let place = if chat.is_some() { "AND n.chat_id = ?4" } else { "" };
        let sql = format!(
            "SELECT {} FROM notification n JOIN message x ON x.id = n.message_id \
             WHERE n.app = ?1 AND n.{column} = ?2 AND n.{column} <> '' {place} ORDER BY n.message_id LIMIT ?3",
            message::COLUMNS
        );
        let limit = i64::try_from(TAGGED_AT_ONCE).unwrap_or(i64::MAX);
        let mut params = vec![app.into(), word.into(), limit.into()];
        params.extend(chat.map(Into::into));
        let rows = self.engine.rows(&sql, &params)?;
        rows.into_iter().map(|mut row| message::read(&mut row)).collect()
    }

    /// All notifications of a chat above `after`, `limit` at a time in ascending order.
    pub(crate) fn notifications_after(
        &self,
        chat: ChatId,
        after: MessageId,
        limit: i64,
    ) -> Result<Vec<Notification>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM notification n WHERE n.chat_id = ?1 AND n.message_id > ?2 \
             ORDER BY n.message_id LIMIT ?3"
        );
        let rows = self.engine.rows(&sql, &[chat.into(), after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }
}

impl Tx<'_> {
    /// Appends a notification to its reader's chat. The number of its message and whether it is unread are decided here.
    pub fn notify(&mut self, new: &NewMessage, notification: &Notification) -> Result<MessageId, StoreError> {
        let chat = self.chat(new.chat_id)?;
        let chat = chat.ok_or_else(|| StoreError::Missing(format!("chat {}", new.chat_id)))?;
        let message = self.append(chat, new)?;
        let notification =
            Notification { message_id: message.id, unread: new.counts, ..notification.clone() };
        self.insert_notification(message.chat_id, &notification)?;
        self.happened_at(new.date, Event::Notified(message.chat_id, message.id));
        Ok(message.id)
    }

    /// Makes these notifications of a chat read, or unread again. Numbers that are not among them are passed over.
    pub fn mark_notifications(
        &mut self,
        chat: &Chat,
        ids: &[MessageId],
        unread: bool,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE notification SET unread = ?3 WHERE message_id = ?1 AND chat_id = ?2 AND unread <> ?3";
        let mut touched = 0;
        for id in ids {
            touched += self.engine.run(sql, &[(*id).into(), chat.id.into(), unread.into()])?;
        }
        if touched == 0 {
            return Ok(());
        }
        self.happened(Event::NotificationsMarked(chat.id, ids.to_vec(), unread));
        self.told_seat(chat.id, chat.owner_id)
    }

    /// Makes the notifications of a chat read, or unread again, from this one on.
    pub fn mark_notifications_from(
        &mut self,
        chat: &Chat,
        from: MessageId,
        unread: bool,
    ) -> Result<(), StoreError> {
        let sql = if unread {
            "UPDATE notification SET unread = 1 WHERE chat_id = ?1 AND message_id >= ?2 AND unread = 0"
        } else {
            "UPDATE notification SET unread = 0 WHERE chat_id = ?1 AND message_id >= ?2 AND unread = 1"
        };
        let touched = self.engine.run(sql, &[chat.id.into(), from.into()])?;
        if touched == 0 {
            return Ok(());
        }
        self.happened(Event::NotificationsMarkedFrom(chat.id, from, unread));
        self.told_seat(chat.id, chat.owner_id)
    }

    /// Takes a notification away as if it had never been.
    pub fn remove_notification(&mut self, message: &Message, now: Moment) -> Result<(), StoreError> {
        let chat = self.chat(message.chat_id)?;
        let chat = chat.ok_or_else(|| StoreError::Missing(format!("chat {}", message.chat_id)))?;
        self.engine.run_one("DELETE FROM notification WHERE message_id = ?1", &[message.id.into()])?;
        self.take_back(message, "")?;
        self.purge(message, now)?;
        self.happened_at(now, Event::NotificationGone(chat.id, message.id));
        self.told_seat(chat.id, chat.owner_id)
    }

    /// The row of a message that came without a word about it: an ordinary one.
    pub(crate) fn insert_plain_notification(
        &mut self,
        chat: &Chat,
        message: &Message,
    ) -> Result<(), StoreError> {
        let (module, event) = notification::PLAIN;
        let plain = Notification {
            message_id: message.id,
            kind: NotificationKind::of_author(message.author_id),
            module: module.to_owned(),
            event: event.to_owned(),
            unread: message.counts && !message.deleted && message.actor_id != chat.owner_id,
            ..Notification::default()
        };
        self.insert_notification(chat.id, &plain)
    }

    /// Writes what is known of a notification whose message is there; one that was removed stays removed.
    pub(crate) fn put_notification(&mut self, notification: &Notification) -> Result<(), StoreError> {
        let sql = "SELECT c.kind FROM message x JOIN chat c ON c.id = x.chat_id WHERE x.id = ?1";
        let Some(mut row) = self.engine.row(sql, &[notification.message_id.into()])? else {
            return Err(StoreError::Missing(format!("message {}", notification.message_id)));
        };
        if row.text()? != ChatKind::System.letter() {
            let text = format!("message {} is not in a chat of notifications", notification.message_id);
            return Err(StoreError::Corrupt(text));
        }
        let sql = "UPDATE notification SET kind = ?2, module = ?3, event = ?4, app = ?5, tag = ?6, sub_tag = ?7, \
                   title = ?8, buttons = ?9, unread = ?10 WHERE message_id = ?1";
        self.engine.run(sql, &facts(notification)).map(drop)
    }

    /// Somebody has read an imported chat of notifications up to a message.
    pub(crate) fn read_notifications_upto(
        &mut self,
        chat: ChatId,
        upto: MessageId,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE notification SET unread = 0 WHERE chat_id = ?1 AND message_id <= ?2 AND unread = 1";
        self.engine.run(sql, &[chat.into(), upto.into()]).map(drop)
    }

    /// Each message of a chat of notifications gets the row that it must have, and no other keeps one.
    pub(crate) fn repair_notifications(&mut self, chat: &Chat) -> Result<(), StoreError> {
        let sql = "DELETE FROM notification WHERE chat_id = ?1 AND message_id NOT IN \
                   (SELECT x.id FROM message x WHERE x.chat_id = ?1 AND x.purged = 0)";
        self.engine.run(sql, &[chat.id.into()])?;
        let mut after = MessageId(0);
        loop {
            let messages = self.messages(chat.id, Page::After(after), MessageId(0), REPAIRED_AT_ONCE)?;
            let Some(last) = messages.last() else { return Ok(()) };
            after = last.id;
            for message in &messages {
                if self.notification(chat.id, message.id)?.is_none() {
                    self.insert_plain_notification(chat, message)?;
                }
            }
        }
    }

    fn insert_notification(&mut self, chat: ChatId, notification: &Notification) -> Result<(), StoreError> {
        let sql = "INSERT INTO notification (message_id, kind, module, event, app, tag, sub_tag, title, buttons, \
                   unread, chat_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let mut params = facts(notification).to_vec();
        params.push(chat.into());
        self.engine.run_one(sql, &params)
    }
}

fn facts(notification: &Notification) -> [crate::engine::Value; 10] {
    [
        notification.message_id.into(),
        notification.kind.number().into(),
        (&notification.module).into(),
        (&notification.event).into(),
        (&notification.app).into(),
        (&notification.tag).into(),
        (&notification.sub_tag).into(),
        (&notification.title).into(),
        json(&notification.buttons).into(),
        notification.unread.into(),
    ]
}

fn read_both(row: &mut Row) -> Result<(Message, Notification), StoreError> {
    Ok((message::read(row)?, read(row)?))
}

fn read(row: &mut Row) -> Result<Notification, StoreError> {
    Ok(Notification {
        message_id: row.message()?,
        kind: kind(row.int()?)?,
        module: row.text()?,
        event: row.text()?,
        app: row.text()?,
        tag: row.text()?,
        sub_tag: row.text()?,
        title: row.text()?,
        buttons: row.json()?,
        unread: row.flag()?,
    })
}

fn kind(number: i64) -> Result<NotificationKind, StoreError> {
    NotificationKind::from_number(number)
        .ok_or_else(|| StoreError::Corrupt(format!("there is no kind of notification {number}")))
}
