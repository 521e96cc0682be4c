//! Messages found by words: those that somebody looks for, and the words of long chats, kept so that looking is quick.
//!
//! Must hold: up to a chat's mark each message that can be read has all its words here and no others; above it none has
//! any. Sending writes nothing here: words are written later, and only for chats in which somebody looked long. A word
//! here says where to look, never what is found: the text itself decides that.

use lately_model::search::{Words, stem_range, stems};
use lately_model::{ChatId, Message, MessageId, Moment, preview};

use crate::engine::Value;
use crate::{Snapshot, StoreError, Tx, message};

/// How many rows one statement inserts.
const ROWS: usize = 100;

/// What is looked for within one chat.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The chat.
    pub chat: ChatId,
    /// The lowest message that is looked at.
    pub first: MessageId,
    /// The highest.
    pub last: MessageId,
    /// The earliest date.
    pub since: Moment,
    /// The latest date.
    pub until: Moment,
    /// Whether the newest come first.
    pub newest_first: bool,
}

impl Snapshot<'_> {
    /// Up to `limit` messages that can be read, in their order. With `words` only those that may have them, which works
    /// up to [`Self::searchable_upto`].
    pub fn sought(&self, sought: &Sought, words: &[String], limit: i64) -> Result<Vec<Message>, StoreError> {
        let mut params: Vec<Value> = vec![
            sought.chat.into(),
            sought.first.into(),
            sought.last.into(),
            sought.since.into(),
            sought.until.into(),
            limit.into(),
        ];
        let mut having = String::new();
        for word in words {
            let (low, high) = stem_range(word);
            params.extend([low.into(), high.into()]);
            let (low, high) = (params.len() - 1, params.len());
            having.push_str(&format!(
                " AND x.id IN (SELECT w.message_id FROM message_word w \
                 WHERE w.chat_id = ?1 AND w.word >= ?{low} AND w.word < ?{high})"
            ));
        }
        let order = if sought.newest_first { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT {} FROM message x WHERE x.chat_id = ?1 AND x.id >= ?2 AND x.id <= ?3 AND x.date >= ?4 \
             AND x.date <= ?5 AND x.purged = 0 AND x.deleted = 0{having} ORDER BY x.id {order} LIMIT ?6",
            message::COLUMNS
        );
        self.engine.rows(&sql, &params)?.iter_mut().map(message::read).collect()
    }

    /// Up to which message a chat's messages have their words here.
    pub fn searchable_upto(&self, chat: ChatId) -> Result<MessageId, StoreError> {
        let row = self.engine.row("SELECT upto FROM message_search WHERE chat_id = ?1", &[chat.into()])?;
        row.map_or(Ok(MessageId(0)), |mut row| row.message())
    }

    /// How many words of a chat's messages are missing, or too many.
    pub(crate) fn misfiled_messages(&self, chat: ChatId) -> Result<i64, StoreError> {
        let upto = self.searchable_upto(chat)?;
        let mut wrong = 0;
        let mut expected = 0;
        let mut sought = Sought {
            chat,
            first: MessageId(0),
            last: upto,
            since: Moment(i64::MIN),
            until: Moment(i64::MAX),
            newest_first: false,
        };
        while !upto.is_none() {
            let some = self.sought(&sought, &[], 500)?;
            let Some(last) = some.last() else { break };
            sought.first = MessageId(last.id.0 + 1);
            for message in &some {
                for word in words_of(&message.text) {
                    expected += 1;
                    let sql = "SELECT message_id FROM message_word WHERE chat_id = ?1 AND word = ?2 AND message_id = ?3";
                    let found = self.engine.row(sql, &[chat.into(), word.into(), message.id.into()])?;
                    wrong += i64::from(found.is_none());
                }
            }
        }
        let sql = "SELECT count(*) FROM message_word WHERE chat_id = ?1";
        let kept = self.engine.row(sql, &[chat.into()])?.map_or(Ok(0), |mut row| row.int())?;
        Ok(wrong + (kept - (expected - wrong)).abs())
    }
}

impl Tx<'_> {
    /// Somebody looked long in this chat: its messages are to get words.
    pub fn want_search(&mut self, chat: ChatId) -> Result<(), StoreError> {
        let sql = "INSERT INTO message_search (chat_id, upto, wanted) VALUES (?1, 0, 1) \
                   ON CONFLICT (chat_id) DO UPDATE SET wanted = 1";
        self.engine.run_one(sql, &[chat.into()])
    }

    /// Gives words to the next `limit` messages of a chat that wants it. Answers how many messages were looked at; `None`
    /// if no chat wants any.
    pub fn prepare_search(&mut self, limit: i64) -> Result<Option<usize>, StoreError> {
        let sql = "SELECT chat_id, upto FROM message_search WHERE wanted = 1 ORDER BY chat_id LIMIT 1";
        let Some(mut row) = self.engine.row(sql, &[])? else { return Ok(None) };
        let (chat, upto) = (row.chat()?, row.message()?);
        let sought = Sought {
            chat,
            first: MessageId(upto.0 + 1),
            last: MessageId(i64::MAX),
            since: Moment(i64::MIN),
            until: Moment(i64::MAX),
            newest_first: false,
        };
        let messages = self.sought(&sought, &[], limit)?;
        let full = i64::try_from(messages.len()).is_ok_and(|count| count == limit);
        let upto = messages.last().map_or(upto, |last| last.id);
        for message in &messages {
            self.add_words(message, words_of(&message.text))?;
        }
        let sql = "UPDATE message_search SET upto = ?2, wanted = ?3 WHERE chat_id = ?1";
        self.engine.run_one(sql, &[chat.into(), upto.into(), full.into()])?;
        Ok(Some(messages.len()))
    }

    /// A message has another text now, or none. `before` is how it was.
    pub(crate) fn reword(&mut self, before: &Message, text: Option<&str>) -> Result<(), StoreError> {
        if before.id > self.searchable_upto(before.chat_id)? {
            return Ok(());
        }
        let old = if before.deleted { Words::new() } else { words_of(&before.text) };
        let new = text.map(words_of).unwrap_or_default();
        for word in old.difference(&new) {
            let sql = "DELETE FROM message_word WHERE chat_id = ?1 AND word = ?2 AND message_id = ?3";
            self.engine.run(sql, &[before.chat_id.into(), word.into(), before.id.into()])?;
        }
        self.add_words(before, new.difference(&old).cloned().collect())
    }

    /// Begins anew with a chat whose words were wrong.
    pub(crate) fn forget_search(&mut self, chat: ChatId) -> Result<(), StoreError> {
        self.engine.run("DELETE FROM message_word WHERE chat_id = ?1", &[chat.into()])?;
        self.engine.run("DELETE FROM message_search WHERE chat_id = ?1", &[chat.into()]).map(drop)
    }

    fn add_words(&mut self, message: &Message, words: Words) -> Result<(), StoreError> {
        let words: Vec<String> = words.into_iter().collect();
        for some in words.chunks(ROWS) {
            let rows: Vec<String> = (3..some.len() + 3).map(|place| format!("(?1, ?{place}, ?2)")).collect();
            let sql = format!(
                "INSERT INTO message_word (chat_id, word, message_id) VALUES {} ON CONFLICT DO NOTHING",
                rows.join(", ")
            );
            let mut params: Vec<Value> = vec![message.chat_id.into(), message.id.into()];
            params.extend(some.iter().map(Value::from));
            self.engine.run(&sql, &params)?;
        }
        Ok(())
    }
}

fn words_of(text: &str) -> Words {
    stems(&preview::bare(text))
}
