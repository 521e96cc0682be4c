//! Members: joining, leaving, silencing.

use lately_model::user::EXTERNAL;
use lately_model::{ChatId, Event, Member, MessageId, Moment, RemovalReason, User, UserId};

use crate::engine::{Row, Value};
use crate::{Change, Entry, Snapshot, Span, StoreError, Tx};

/// The columns of a member under the alias `m`.
pub(crate) const COLUMNS: &str = "m.chat_id, m.user_id, m.manager, m.muted, m.joined_at, m.first_visible_id, \
     m.last_read_id, m.read_ordinal, m.read_at, m.hidden_upto, m.pin_order, m.mark, m.marked_id, m.updated_at";

/// In which order members are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MemberOrder {
    /// As they joined.
    #[default]
    Joined,
    /// By their number as users.
    User,
    /// By their newest message here; whoever wrote none comes first.
    Said,
}

/// How many people one event tells of who came: each is shown whole.
const JOINED_AT_ONCE: usize = 100;

impl Snapshot<'_> {
    /// One member.
    pub fn member(&self, chat: ChatId, user: UserId) -> Result<Option<Member>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM member m WHERE m.chat_id = ?1 AND m.user_id = ?2");
        self.engine.row(&sql, &[chat.into(), user.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// Up to `limit` members, in the order of joining.
    pub fn members(&self, chat: ChatId, limit: i64) -> Result<Vec<Member>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM member m WHERE m.chat_id = ?1 ORDER BY m.joined_at, m.user_id LIMIT ?2"
        );
        let rows = self.engine.rows(&sql, &[chat.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }

    /// Up to `limit` members with a user number above `after`, ascending.
    pub fn members_after(&self, chat: ChatId, after: UserId, limit: i64) -> Result<Vec<Member>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM member m WHERE m.chat_id = ?1 AND m.user_id > ?2 ORDER BY m.user_id LIMIT ?3"
        );
        let rows = self.engine.rows(&sql, &[chat.into(), after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }

    /// Up to `limit` active members besides `except`, in the order of joining: names and read positions.
    pub fn readers_of(
        &self,
        chat: ChatId,
        except: UserId,
        limit: i64,
    ) -> Result<Vec<(Member, String)>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, {} FROM member m JOIN \"user\" u ON u.id = m.user_id WHERE m.chat_id = ?1 \
             AND m.user_id <> ?2 AND u.active = 1 ORDER BY m.joined_at, m.user_id LIMIT ?3",
            crate::user::COLUMNS
        );
        let rows = self.engine.rows(&sql, &[chat.into(), except.into(), limit.into()])?;
        let pair = |mut row: Row| Ok((read(&mut row)?, crate::user::read(&mut row)?.name()));
        rows.into_iter().map(pair).collect()
    }

    /// The members but those who sign in in one of the ways of `without`, in the order of joining.
    pub fn member_users(&self, chat: ChatId, without: &[&str], span: Span) -> Result<Vec<User>, StoreError> {
        let (from, mut params) = members_without(chat, without);
        params.extend([Value::from(span.limit), Value::from(span.offset)]);
        let columns = crate::user::COLUMNS;
        let sql = format!("SELECT {columns} {from} ORDER BY m.joined_at, m.user_id LIMIT ?6 OFFSET ?7");
        let rows = self.engine.rows(&sql, &params)?;
        rows.into_iter().map(|mut row| crate::user::read(&mut row)).collect()
    }

    /// The same by number, up to `limit` of those above `after`.
    pub fn member_users_after(
        &self,
        chat: ChatId,
        without: &[&str],
        after: UserId,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let (from, mut params) = members_without(chat, without);
        params.extend([Value::from(after), Value::from(limit)]);
        let columns = crate::user::COLUMNS;
        let sql = format!("SELECT {columns} {from} AND m.user_id > ?6 ORDER BY m.user_id LIMIT ?7");
        let rows = self.engine.rows(&sql, &params)?;
        rows.into_iter().map(|mut row| crate::user::read(&mut row)).collect()
    }

    /// Up to `limit` members in this order, or in the opposite one.
    pub fn member_users_by(
        &self,
        chat: ChatId,
        (order, backwards): (MemberOrder, bool),
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let keys: &[&str] = match order {
            MemberOrder::Joined => &["m.joined_at", "m.user_id"],
            MemberOrder::User => &["m.user_id"],
            MemberOrder::Said => &[
                "COALESCE((SELECT max(x.ordinal) FROM message x WHERE x.chat_id = m.chat_id \
                 AND x.actor_id = m.user_id AND x.counts = 1 AND x.deleted = 0), 0)",
                "m.user_id",
            ],
        };
        let way = if backwards { "DESC" } else { "ASC" };
        let keys: Vec<String> = keys.iter().map(|key| format!("{key} {way}")).collect();
        let sql = format!(
            "SELECT {} FROM member m JOIN \"user\" u ON u.id = m.user_id WHERE m.chat_id = ?1 ORDER BY {} LIMIT ?2",
            crate::user::COLUMNS,
            keys.join(", ")
        );
        let rows = self.engine.rows(&sql, &[chat.into(), limit.into()])?;
        rows.into_iter().map(|mut row| crate::user::read(&mut row)).collect()
    }

    /// How many they are.
    pub fn member_user_count(&self, chat: ChatId, without: &[&str]) -> Result<i64, StoreError> {
        let (from, params) = members_without(chat, without);
        let row = self.engine.row(&format!("SELECT count(*) {from}"), &params)?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// The first remaining active employee besides `except`, who inherits a chat.
    pub fn heir(&self, chat: ChatId, except: UserId) -> Result<Option<UserId>, StoreError> {
        let sql = "SELECT m.user_id FROM member m JOIN \"user\" u ON u.id = m.user_id WHERE m.chat_id = ?1 \
                   AND m.user_id <> ?2 AND u.active = 1 AND u.kind = 'employee' \
                   ORDER BY m.joined_at, m.user_id LIMIT 1";
        self.engine.row(sql, &[chat.into(), except.into()])?.map(|mut row| row.user()).transpose()
    }

    /// Whether two users share a chat that is not private.
    pub fn share_a_chat(&self, one: UserId, other: UserId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM member a JOIN member b ON b.chat_id = a.chat_id AND b.user_id = ?2 \
                   JOIN chat c ON c.id = a.chat_id WHERE a.user_id = ?1 AND c.kind <> 'P' LIMIT 1";
        Ok(self.engine.row(sql, &[one.into(), other.into()])?.is_some())
    }
}

/// Members as a statement finds them, with its first five parameters. How somebody signs in is what
/// [`User::shown_auth`] says.
fn members_without(chat: ChatId, without: &[&str]) -> (&'static str, Vec<Value>) {
    const FROM: &str = "FROM member m JOIN \"user\" u ON u.id = m.user_id WHERE m.chat_id = ?1 AND \
         CASE WHEN u.external_auth_id <> '' THEN u.external_auth_id WHEN u.kind = 'bot' THEN 'bot' \
         WHEN u.kind = 'connector' THEN 'imconnector' WHEN u.kind = 'network' THEN 'replica' ELSE 'default' END \
         NOT IN (?2, ?3, ?4, ?5)";
    let mut params: Vec<Value> = vec![chat.into()];
    params.extend(without.iter().take(EXTERNAL.len()).map(|auth| Value::from(*auth)));
    params.resize_with(EXTERNAL.len() + 1, || Value::from(""));
    (FROM, params)
}

impl Tx<'_> {
    /// Adds members, invited by `host`, who have read everything so far; with `hide_history` they see later messages only.
    /// Their rows appear with the next message. Existing members stay as they are.
    pub fn join(
        &mut self,
        chat: ChatId,
        users: &[UserId],
        host: UserId,
        hide_history: bool,
        now: Moment,
    ) -> Result<(), StoreError> {
        let room = self.chat(chat)?.ok_or_else(|| StoreError::Missing(format!("chat {chat}")))?;
        for user in users {
            let mut member = Member::joining(chat, *user, room.last_message_id, room.ordinal, now);
            if hide_history {
                member.first_visible_id = MessageId(room.last_message_id.0 + 1);
            }
            self.insert_member(&member)?;
        }
        self.entries.push(Entry { chat, users: users.to_vec(), host });
        for some in users.chunks(JOINED_AT_ONCE) {
            self.happened_at(now, Event::Joined(chat, some.to_vec()));
        }
        self.recount_members(chat)?;
        self.told_room(chat)?;
        for user in users {
            self.told_seat(chat, *user)?;
        }
        Ok(())
    }

    /// Ends a membership; the row goes with it and leaves a removal behind.
    pub fn part(
        &mut self,
        chat: ChatId,
        user: UserId,
        reason: RemovalReason,
        now: Moment,
    ) -> Result<(), StoreError> {
        self.unpin(chat, user)?;
        self.put_removal(chat, user, reason, now)?;
        let sql = "DELETE FROM member WHERE chat_id = ?1 AND user_id = ?2";
        self.engine.run_one(sql, &[chat.into(), user.into()])?;
        self.changes.push(Change::SeatGone(user, chat));
        self.happened_at(now, Event::Parted(chat, user));
        self.recount_members(chat)?;
        self.told_room(chat)
    }

    /// Lets members manage their chat, or no longer.
    pub fn set_managers(&mut self, chat: ChatId, users: &[UserId], manager: bool) -> Result<(), StoreError> {
        for user in users {
            let sql = "UPDATE member SET manager = ?3 WHERE chat_id = ?1 AND user_id = ?2";
            self.engine.run_one(sql, &[chat.into(), (*user).into(), manager.into()])?;
            self.told_seat(chat, *user)?;
        }
        self.happened(Event::Owned(chat));
        Ok(())
    }

    /// Silences a chat for one member, or lets it speak again.
    pub fn set_muted(
        &mut self,
        chat: ChatId,
        user: UserId,
        muted: bool,
        now: Moment,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE member SET muted = ?3, updated_at = ?4 WHERE chat_id = ?1 AND user_id = ?2";
        self.engine.run_one(sql, &[chat.into(), user.into(), muted.into(), now.into()])?;
        self.happened_at(now, Event::Muted(chat, user, muted));
        self.told_seat(chat, user)
    }

    /// Writes a member's row as given, unless there is one.
    pub(crate) fn insert_member(&mut self, member: &Member) -> Result<(), StoreError> {
        let sql = "INSERT INTO member (chat_id, user_id, manager, muted, joined_at, first_visible_id, last_read_id, \
                   read_ordinal, read_at, hidden_upto, pin_order, mark, marked_id, updated_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING";
        let params = [
            member.chat_id.into(),
            member.user_id.into(),
            member.manager.into(),
            member.muted.into(),
            member.joined_at.into(),
            member.first_visible_id.into(),
            member.last_read_id.into(),
            member.read_ordinal.into(),
            member.read_at.into(),
            member.hidden_upto.into(),
            member.pin_order.into(),
            member.mark.into(),
            member.marked_id.into(),
            member.updated_at.into(),
        ];
        self.engine.run(sql, &params).map(drop)
    }
}

pub(crate) fn read(row: &mut Row) -> Result<Member, StoreError> {
    Ok(Member {
        chat_id: row.chat()?,
        user_id: row.user()?,
        manager: row.flag()?,
        muted: row.flag()?,
        joined_at: row.moment()?,
        first_visible_id: row.message()?,
        last_read_id: row.message()?,
        read_ordinal: row.int()?,
        read_at: row.maybe_moment()?,
        hidden_upto: row.message()?,
        pin_order: row.int()?,
        mark: row.flag()?,
        marked_id: row.message()?,
        updated_at: row.moment()?,
    })
}
