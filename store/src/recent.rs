//! Recent rows: loading a person's seats and rooms, and what a person does to a row.
//!
//! Must hold: a seat loaded here equals the seat that the changes of every verb lead to. `member.own` is how many
//! messages that count were caused by the member after their read position and not taken back.

use lately_model::{ChatId, Event, Member, MessageId, Moment, Removal, RemovalReason, Room, Seat, UserId};

use crate::engine::Row;
use crate::{Change, Snapshot, StoreError, Tx, chat, member, message};

/// How many messages one read marks as seen at most (behaviour.md D).
const VIEWS_PER_READ: i64 = 100;

/// How many removals are kept in mind for one person.
const REMOVALS: i64 = 1000;

/// What a seat needs beyond its member `m` and chat `c`: own and deleted messages after the read position. How many are
/// their own is kept with the member: [`OWN`]. Notifications
/// are read one by one, and count for the owner of their chat only.
const SETTLED: &str = "CASE WHEN c.kind = 'S' THEN c.ordinal - (SELECT count(*) FROM notification n \
      WHERE n.chat_id = c.id AND n.unread = 1 AND c.owner_id = m.user_id) ELSE \
     m.read_ordinal + m.own + CASE WHEN c.ordinal = m.read_ordinal THEN 0 ELSE \
     (SELECT count(*) FROM message d WHERE d.chat_id = m.chat_id AND d.ordinal > m.read_ordinal \
      AND d.counts = 1 AND d.deleted = 1) END END";

/// How many messages of user `?2` in chat `?1` stand after the position `?3`: what `member.own` becomes where that is
/// moved to a place that may not be the end.
pub(crate) const OWN: &str = "(SELECT count(*) FROM message o WHERE o.chat_id = ?1 AND o.id > ?3 AND o.actor_id = ?2 \
      AND o.counts = 1 AND o.deleted = 0)";

impl Snapshot<'_> {
    /// How many transactions were ever committed, as far as this state has them.
    pub fn position(&self) -> Result<i64, StoreError> {
        let row = self.engine.row("SELECT position FROM portal WHERE id = 1", &[])?;
        row.map_or(Err(StoreError::Missing("the portal's own row".to_owned())), |mut row| row.int())
    }

    /// One room: a chat with its newest message.
    pub fn room(&self, id: ChatId) -> Result<Option<Room>, StoreError> {
        let sql = format!(
            "SELECT {}, {} FROM chat c LEFT JOIN message x ON x.id = c.last_message_id WHERE c.id = ?1",
            chat::COLUMNS,
            message::COLUMNS
        );
        self.engine.row(&sql, &[id.into()])?.map(|mut row| self.read_room(&mut row)).transpose()
    }

    /// One seat.
    pub fn seat(&self, chat: ChatId, user: UserId) -> Result<Option<Seat>, StoreError> {
        let sql = format!(
            "SELECT {}, {SETTLED}, c.low_id, c.high_id FROM member m JOIN chat c ON c.id = m.chat_id \
             WHERE m.user_id = ?2 AND m.chat_id = ?1",
            member::COLUMNS
        );
        self.engine.row(&sql, &[chat.into(), user.into()])?.map(|mut row| read_seat(&mut row)).transpose()
    }

    /// Up to `limit` seats of a chat with a user number above `after`, ascending.
    pub(crate) fn seats_in(&self, chat: ChatId, after: UserId, limit: i64) -> Result<Vec<Seat>, StoreError> {
        let sql = format!(
            "SELECT {}, {SETTLED}, c.low_id, c.high_id FROM member m JOIN chat c ON c.id = m.chat_id \
             WHERE m.chat_id = ?1 AND m.user_id > ?2 ORDER BY m.user_id LIMIT ?3",
            member::COLUMNS
        );
        let rows = self.engine.rows(&sql, &[chat.into(), after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read_seat(&mut row)).collect()
    }

    /// Every seat of a person with its room, `limit` at a time in the order of chats, from the one after `after`.
    pub fn seats(&self, user: UserId, after: ChatId, limit: i64) -> Result<Vec<(Seat, Room)>, StoreError> {
        let sql = format!(
            "SELECT {}, {SETTLED}, c.low_id, c.high_id, {}, {} FROM member m JOIN chat c ON c.id = m.chat_id \
             LEFT JOIN message x ON x.id = c.last_message_id \
             WHERE m.user_id = ?1 AND m.chat_id > ?2 ORDER BY m.chat_id LIMIT ?3",
            member::COLUMNS,
            chat::COLUMNS,
            message::COLUMNS
        );
        let rows = self.engine.rows(&sql, &[user.into(), after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| Ok((read_seat(&mut row)?, self.read_room(&mut row)?))).collect()
    }

    /// The newest removals of a person.
    pub fn removals(&self, user: UserId) -> Result<Vec<Removal>, StoreError> {
        let sql = "SELECT r.chat_id, c.kind, c.low_id, c.high_id, r.reason, r.date FROM removal r \
                   JOIN chat c ON c.id = r.chat_id WHERE r.user_id = ?1 ORDER BY r.date DESC, r.chat_id LIMIT ?2";
        let rows = self.engine.rows(sql, &[user.into(), REMOVALS.into()])?;
        rows.into_iter().map(|mut row| read_removal(&mut row, user)).collect()
    }

    /// The chats that a person has pinned, in pin order.
    pub fn pins(&self, user: UserId) -> Result<Vec<ChatId>, StoreError> {
        let sql =
            "SELECT chat_id FROM member WHERE user_id = ?1 AND pin_order > 0 ORDER BY pin_order, chat_id";
        let rows = self.engine.rows(sql, &[user.into()])?;
        rows.into_iter().map(|mut row| row.chat()).collect()
    }

    fn read_room(&self, row: &mut Row) -> Result<Room, StoreError> {
        let chat = chat::read(row)?;
        if chat.last_message_id.is_none() {
            row.skip(message::WIDTH);
            return Ok(Room { chat, last: None });
        }
        let message = message::read(row)?;
        let last = Some(self.as_last(&message)?);
        Ok(Room { chat, last })
    }
}

impl Tx<'_> {
    /// Moves the read position forward to the newest message at or before `upto` (`None`: to the end, which also
    /// takes the manual mark away). Messages of others up to there become seen. Answers the position.
    pub fn mark_read(
        &mut self,
        member: &Member,
        upto: Option<MessageId>,
        now: Moment,
    ) -> Result<MessageId, StoreError> {
        let wanted = upto.unwrap_or(MessageId(i64::MAX));
        let found = self.position_at(member.chat_id, wanted)?;
        let mark = member.mark && upto.is_some();
        let (position, ordinal) = match found {
            Some((id, ordinal)) if id > member.last_read_id => (id, ordinal),
            _ => (member.last_read_id, member.read_ordinal),
        };
        self.mark_views(member, position, now)?;
        let sql = format!(
            "UPDATE member SET last_read_id = ?3, read_ordinal = ?4, read_at = ?5, mark = ?6, marked_id = 0, \
                   own = CASE WHEN own = 0 THEN 0 ELSE {OWN} END, updated_at = ?5 \
                   WHERE chat_id = ?1 AND user_id = ?2"
        );
        let params = [
            member.chat_id.into(),
            member.user_id.into(),
            position.into(),
            ordinal.into(),
            now.into(),
            mark.into(),
        ];
        self.engine.run_one(&sql, &params)?;
        if position != member.last_read_id || mark != member.mark || !member.marked_id.is_none() {
            let read = Event::Read(member.chat_id, member.user_id, member.last_read_id, position);
            self.happened_at(now, read);
        }
        self.told_seat(member.chat_id, member.user_id)?;
        Ok(position)
    }

    /// Moves the read position back to just before `from`, if it was beyond.
    pub fn mark_unread_from(
        &mut self,
        member: &Member,
        from: MessageId,
        now: Moment,
    ) -> Result<(), StoreError> {
        let from = from.max(member.first_visible_id);
        let before = self.position_at(member.chat_id, MessageId(from.0 - 1))?;
        let (position, ordinal) = before.unwrap_or_default();
        if position >= member.last_read_id {
            return Ok(());
        }
        let sql = format!(
            "UPDATE member SET last_read_id = ?3, read_ordinal = ?4, own = {OWN}, marked_id = ?5, \
                   updated_at = ?6 WHERE chat_id = ?1 AND user_id = ?2"
        );
        let params = [
            member.chat_id.into(),
            member.user_id.into(),
            position.into(),
            ordinal.into(),
            from.into(),
            now.into(),
        ];
        self.engine.run_one(&sql, &params)?;
        self.happened_at(now, Event::Unread(member.chat_id, member.user_id, from));
        self.told_seat(member.chat_id, member.user_id)
    }

    /// Sets or clears the manual mark; counter and position stay.
    pub fn set_mark(&mut self, member: &Member, mark: bool, now: Moment) -> Result<(), StoreError> {
        let sql = "UPDATE member SET mark = ?3, updated_at = ?4 WHERE chat_id = ?1 AND user_id = ?2";
        let params = [member.chat_id.into(), member.user_id.into(), mark.into(), now.into()];
        self.engine.run_one(sql, &params)?;
        self.happened_at(now, Event::Marked(member.chat_id, member.user_id, mark));
        self.told_seat(member.chat_id, member.user_id)
    }

    /// Takes the row out of the list until the next message, with its pin and mark; everything is read.
    pub fn hide_recent(&mut self, member: &Member, now: Moment) -> Result<(), StoreError> {
        self.unpin(member.chat_id, member.user_id)?;
        self.mark_read(member, None, now)?;
        let sql = "UPDATE member SET hidden_upto = (SELECT last_message_id FROM chat c WHERE c.id = member.chat_id) \
                   WHERE chat_id = ?1 AND user_id = ?2";
        self.engine.run_one(sql, &[member.chat_id.into(), member.user_id.into()])?;
        self.put_removal(member.chat_id, member.user_id, RemovalReason::Hidden, now)?;
        self.happened_at(now, Event::Hidden(member.chat_id, member.user_id));
        self.told_seat(member.chat_id, member.user_id)
    }

    /// Pins a row above the other pins; a row that was not there appears.
    pub fn pin_recent(&mut self, member: &Member, now: Moment) -> Result<(), StoreError> {
        let pins = self.pins(member.user_id)?;
        let shift = "UPDATE member SET pin_order = pin_order + 1 WHERE user_id = ?1 AND pin_order > 0";
        self.engine.run(shift, &[member.user_id.into()])?;
        let sql = "UPDATE member SET pin_order = 1, updated_at = ?3 WHERE chat_id = ?1 AND user_id = ?2";
        self.engine.run_one(sql, &[member.chat_id.into(), member.user_id.into(), now.into()])?;
        let sql = "UPDATE member SET hidden_upto = (SELECT last_message_id - 1 FROM chat c WHERE c.id = member.chat_id) \
                   WHERE chat_id = ?1 AND user_id = ?2 \
                   AND hidden_upto >= (SELECT last_message_id FROM chat c WHERE c.id = member.chat_id)";
        self.engine.run(sql, &[member.chat_id.into(), member.user_id.into()])?;
        self.happened_at(now, Event::Pinned(member.chat_id, member.user_id, true));
        self.told_seat(member.chat_id, member.user_id)?;
        self.told_pins(&pins, member.user_id)
    }

    /// Unpins a row; the pins below it move up.
    pub fn unpin_recent(&mut self, member: &Member, now: Moment) -> Result<(), StoreError> {
        let sql = "UPDATE member SET updated_at = ?3 WHERE chat_id = ?1 AND user_id = ?2";
        self.engine.run_one(sql, &[member.chat_id.into(), member.user_id.into(), now.into()])?;
        self.unpin(member.chat_id, member.user_id)
    }

    pub(crate) fn unpin(&mut self, chat: ChatId, user: UserId) -> Result<(), StoreError> {
        let order = self.member(chat, user)?.map_or(0, |member| member.pin_order);
        if order > 0 {
            let sql = "UPDATE member SET pin_order = 0 WHERE chat_id = ?1 AND user_id = ?2";
            self.engine.run_one(sql, &[chat.into(), user.into()])?;
            let close = "UPDATE member SET pin_order = pin_order - 1 WHERE user_id = ?1 AND pin_order > ?2";
            self.engine.run(close, &[user.into(), order.into()])?;
            self.happened(Event::Pinned(chat, user, false));
        }
        let pins = self.pins(user)?;
        self.told_seat(chat, user)?;
        if order > 0 { self.told_pins(&pins, user) } else { Ok(()) }
    }

    pub(crate) fn put_removal(
        &mut self,
        chat: ChatId,
        user: UserId,
        reason: RemovalReason,
        now: Moment,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO removal (user_id, chat_id, reason, date) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (user_id, chat_id) DO UPDATE SET reason = excluded.reason, date = excluded.date";
        self.engine.run_one(sql, &[user.into(), chat.into(), reason.word().into(), now.into()])?;
        let Some(room) = self.chat(chat)? else { return Ok(()) };
        let removal = Removal { chat_id: chat, kind: room.kind, peer: room.peer_of(user), reason, date: now };
        self.changes.push(Change::Removal(user, removal));
        Ok(())
    }

    fn told_pins(&mut self, pins: &[ChatId], user: UserId) -> Result<(), StoreError> {
        for chat in pins {
            self.told_seat(*chat, user)?;
        }
        Ok(())
    }

    /// Notes who has seen the newest foreign messages up to `upto`, and that somebody has.
    fn mark_views(&mut self, member: &Member, upto: MessageId, now: Moment) -> Result<(), StoreError> {
        if upto <= member.last_read_id {
            return Ok(());
        }
        let sql = "SELECT id FROM message WHERE chat_id = ?1 AND id > ?2 AND id <= ?3 AND author_id <> ?4 \
                   AND purged = 0 ORDER BY id DESC LIMIT ?5";
        let after = member.last_read_id.max(MessageId(member.first_visible_id.0 - 1));
        let params =
            [member.chat_id.into(), after.into(), upto.into(), member.user_id.into(), VIEWS_PER_READ.into()];
        let seen = self.engine.rows(sql, &params)?;
        for mut row in seen {
            self.view(row.message()?, member.user_id, now)?;
        }
        let last = self.chat(member.chat_id)?.map(|chat| chat.last_message_id);
        if last == Some(upto) { self.told_room(member.chat_id) } else { Ok(()) }
    }
}

fn read_seat(row: &mut Row) -> Result<Seat, StoreError> {
    let member = member::read(row)?;
    let settled = row.int()?;
    let peer = peer(read_pair(row)?, member.user_id);
    Ok(Seat { member, peer, settled })
}

fn peer(pair: Option<(UserId, UserId)>, user: UserId) -> Option<UserId> {
    pair.map(|(low, high)| if low == user { high } else { low })
}

fn read_pair(row: &mut Row) -> Result<Option<(UserId, UserId)>, StoreError> {
    let (low, high) = (row.maybe_int()?, row.maybe_int()?);
    Ok(low.zip(high).map(|(low, high)| (UserId(low), UserId(high))))
}

fn read_removal(row: &mut Row, user: UserId) -> Result<Removal, StoreError> {
    let chat_id = row.chat()?;
    let letter = row.text()?;
    let kind = lately_model::ChatKind::from_letter(&letter)
        .ok_or_else(|| StoreError::Corrupt(format!("there is no chat kind {letter:?}")))?;
    let pair = read_pair(row)?;
    let word = row.text()?;
    let reason = RemovalReason::from_word(&word)
        .ok_or_else(|| StoreError::Corrupt(format!("there is no removal reason {word:?}")))?;
    Ok(Removal { chat_id, kind, peer: peer(pair, user), reason, date: row.moment()? })
}
