//! The log of events: what happened in each transaction, kept in the same transaction, so that a client which lost its
//! connection hears of what it missed.
//!
//! Must hold: one row a transaction, however many events and members there are; it names things by number and is a few
//! dozen bytes. It is also the queue of those that tell clients: they read on from where they stand, whoever committed, so
//! nothing is carried to them and nothing can be lost on the way. After a day rows go.

use lately_model::moment::DAY;
use lately_model::{ChatId, Event, Message, MessageId, Moment, UserId};

use crate::engine::Engine;
use crate::{Entry, Snapshot, StoreError, Tx};

/// How many rows are kept at most, whatever their age.
const KEPT: i64 = 5_000_000;

/// After how many rows old ones are looked for.
pub(crate) const TRIM_EVERY: u64 = 256;

/// How many of the oldest rows are looked at then: more than were written, so that the log does shrink.
const TRIMMED_AT_ONCE: i64 = 600;

/// How many members of one chat are told.
const MEMBERS: i64 = 1_000_000;

/// A transaction in which something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its position.
    pub position: i64,
    /// What happened, in order. What another version of this program wrote, and this one cannot read, is not there, but
    /// keeps its place.
    pub events: Vec<(u32, Event)>,
}

impl Snapshot<'_> {
    /// Up to `limit` transactions after `position` in which something happened, in order.
    pub fn happened_after(&self, position: i64, limit: i64) -> Result<Vec<Happened>, StoreError> {
        let sql = "SELECT position, body FROM event_log WHERE position > ?1 ORDER BY position LIMIT ?2";
        let rows = self.engine.rows(sql, &[position.into(), limit.into()])?;
        let happened =
            |mut row: crate::engine::Row| Ok(Happened { position: row.int()?, events: decode(&row.text()?) });
        rows.into_iter().map(happened).collect()
    }

    /// The members of a chat, by number.
    pub fn member_ids(&self, chat: ChatId) -> Result<Vec<UserId>, StoreError> {
        let sql = "SELECT user_id FROM member WHERE chat_id = ?1 ORDER BY user_id LIMIT ?2";
        let rows = self.engine.rows(sql, &[chat.into(), MEMBERS.into()])?;
        rows.into_iter().map(|mut row| row.user()).collect()
    }

    /// Up to `limit` of the newest messages after `after` up to `upto`, with their authors, oldest first.
    pub fn authors_between(
        &self,
        chat: ChatId,
        after: MessageId,
        upto: MessageId,
        limit: i64,
    ) -> Result<Vec<(MessageId, UserId)>, StoreError> {
        let sql = "SELECT id, author_id FROM message WHERE chat_id = ?1 AND id > ?2 AND id <= ?3 AND purged = 0 \
                   ORDER BY id DESC LIMIT ?4";
        let rows = self.engine.rows(sql, &[chat.into(), after.into(), upto.into(), limit.into()])?;
        let mut found = Vec::with_capacity(rows.len());
        for mut row in rows {
            found.push((row.message()?, row.user()?));
        }
        found.reverse();
        Ok(found)
    }

    /// The people with whom a person has a private chat, by number, up to `limit`.
    pub fn peers_of(&self, user: UserId, limit: i64) -> Result<Vec<UserId>, StoreError> {
        let sql = "SELECT CASE WHEN c.low_id = ?1 THEN c.high_id ELSE c.low_id END FROM member m \
                   JOIN chat c ON c.id = m.chat_id WHERE m.user_id = ?1 AND c.kind = 'P' ORDER BY 1 LIMIT ?2";
        let rows = self.engine.rows(sql, &[user.into(), limit.into()])?;
        rows.into_iter().map(|mut row| row.user()).collect()
    }

    /// Who wrote a message, whatever is left of it.
    pub fn author_of(&self, message: MessageId) -> Result<Option<UserId>, StoreError> {
        let row = self.engine.row("SELECT author_id FROM message WHERE id = ?1", &[message.into()])?;
        row.map(|mut row| row.user()).transpose()
    }

    /// What tokens of the push channel are signed with.
    pub fn push_secret(&self) -> Result<String, StoreError> {
        match self.engine.row("SELECT push_secret FROM portal WHERE id = 1", &[])? {
            Some(mut row) => row.text(),
            None => Err(StoreError::Corrupt("the portal's own row is missing".to_owned())),
        }
    }
}

impl Tx<'_> {
    /// What happened so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Who came into which chats so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A message that was taken back, as it was before.
    pub fn gone(&self, id: MessageId) -> Option<&Message> {
        self.gone.iter().find(|message| message.id == id)
    }

    /// Notes that something happened which clients are told of.
    pub(crate) fn happened(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The same at a known time.
    pub(crate) fn happened_at(&mut self, now: Moment, event: Event) {
        self.date = self.date.max(now);
        self.events.push(event);
    }
}

/// Writes down what happened in the transaction at `position`; a zero date is not known.
pub(crate) fn put(engine: &Engine, position: i64, date: Moment, events: &[Event]) -> Result<(), StoreError> {
    let body = serde_json::to_string(events)
        .map_err(|error| StoreError::Corrupt(format!("events in JSON: {error}")))?;
    let sql = "INSERT INTO event_log (position, date, body) VALUES (?1, ?2, ?3)";
    engine.run_one(sql, &[position.into(), date.into(), body.into()])
}

/// Deletes some of the rows that nobody needs any more.
pub(crate) fn trim(engine: &Engine, position: i64, now: Moment) -> Result<(), StoreError> {
    let sql = "DELETE FROM event_log WHERE position <= ?1 OR position <= (SELECT max(o.position) FROM \
               (SELECT position, date FROM event_log ORDER BY position LIMIT ?2) o WHERE o.date > 0 AND o.date < ?3)";
    let oldest = now.plus(-DAY);
    engine.run(sql, &[(position - KEPT).into(), TRIMMED_AT_ONCE.into(), oldest.into()]).map(drop)
}

/// Reads what [`put`] wrote. What another version wrote, and this one cannot read, is left out and keeps its place.
pub(crate) fn decode(body: &str) -> Vec<(u32, Event)> {
    if let Ok(events) = serde_json::from_str::<Vec<Event>>(body) {
        return (0..).zip(events).collect();
    }
    let events: Vec<serde_json::Value> = serde_json::from_str(body).unwrap_or_default();
    let known = |(place, event)| Some((place, serde_json::from_value(event).ok()?));
    (0..).zip(events).filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_later_version_wrote_is_passed_over_and_keeps_its_place() {
        let body = r#"[{"Said":[7,8]},{"Danced":[1]},"Much"]"#;
        assert_eq!(decode(body), [(0, Event::Said(ChatId(7), MessageId(8))), (2, Event::Much)]);
        assert_eq!(decode("no json"), []);
    }

    #[test]
    fn a_message_takes_a_few_dozen_bytes() {
        let body = serde_json::to_string(&[Event::Said(ChatId(123), MessageId(4_567_890))]).unwrap();
        assert_eq!(body, r#"[{"Said":[123,4567890]}]"#);
    }
}
