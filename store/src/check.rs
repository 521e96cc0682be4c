//! The recount: everything stored that could be derived is derived again, slowly and plainly, and compared.
//!
//! Must hold: a clean check means that every chat's totals and every member's counter equal a count of messages, and that
//! everything is found by its own words.

mod absence;
mod app;
mod audit;
mod bot;
mod file;
mod handler;

use lately_model::search::{Words, words};
use lately_model::{Chat, ChatId, ChatKind, Member, MessageId, Seat, UserId};

use crate::recent::OWN;
use crate::search::{Shelf, words_of_user};
use crate::{Page, Snapshot, StoreError, Tx};

/// How many rows are read at a time.
const STEP: i64 = 500;

/// How many words or departments something is found by that are not its own, or not found by that are.
const MISFILED: &str = "wrong search entries";

/// A value that is not what a recount gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which row: `chat 12`, `member 3 of chat 12`.
    pub row: String,
    /// Which value of it.
    pub value: &'static str,
    /// What is stored or derived the fast way.
    pub found: i64,
    /// What the recount gives.
    pub expected: i64,
}

/// Told after each chat: how many are done, and how many there are.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// What a recount of one chat gives.
struct Recount {
    ordinal: i64,
    message_count: i64,
    last_message_id: MessageId,
    user_count: i64,
    /// Messages that count, with who caused them; deleted ones left out.
    unread: Vec<(MessageId, UserId)>,
    /// The chat's ordinal at each message, deleted ones included.
    ordinals: Vec<(MessageId, i64)>,
    /// In a chat of notifications, whether each is unread.
    notifications: Vec<bool>,
}

impl Snapshot<'_> {
    /// Recounts chat after chat and answers the first `limit` differences.
    pub fn differences(&self, limit: usize, progress: Progress<'_>) -> Result<Vec<Difference>, StoreError> {
        let mut found = Vec::new();
        self.compare_people(&mut found)?;
        self.compare_absences(&mut found)?;
        self.compare_app_tokens(&mut found)?;
        self.compare_deeds(&mut found)?;
        self.compare_bots(&mut found)?;
        self.compare_handlers(&mut found)?;
        let total = self.engine.row("SELECT count(*) FROM chat", &[])?.map_or(Ok(0), |mut row| row.int())?;
        let mut done = 0;
        let mut after = ChatId(0);
        while let Some(chat) = self.chat_after(after)? {
            after = chat.id;
            self.compare(&chat, &mut found)?;
            self.compare_files(chat.id, &mut found)?;
            done += 1;
            progress(done, u64::try_from(total).unwrap_or(0));
            if found.len() >= limit {
                found.truncate(limit);
                break;
            }
        }
        Ok(found)
    }

    /// The number of the chat after this one.
    pub fn next_chat(&self, after: ChatId) -> Result<Option<ChatId>, StoreError> {
        Ok(self.chat_after(after)?.map(|chat| chat.id))
    }

    pub(crate) fn chat_after(&self, after: ChatId) -> Result<Option<Chat>, StoreError> {
        let sql = "SELECT id FROM chat WHERE id > ?1 ORDER BY id LIMIT 1";
        let row = self.engine.row(sql, &[after.into()])?;
        let Some(mut row) = row else { return Ok(None) };
        self.chat(row.chat()?)
    }

    fn compare(&self, chat: &Chat, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        let mut recount = self.recount(chat.id)?;
        if chat.kind == ChatKind::System {
            recount.notifications = self.notifications_of(chat.id)?;
        }
        let row = format!("chat {}", chat.id);
        let mut differ = |value, stored: i64, expected: i64| {
            if stored != expected {
                found.push(Difference { row: row.clone(), value, found: stored, expected });
            }
        };
        differ("ordinal", chat.ordinal, recount.ordinal);
        differ("message_count", chat.message_count, recount.message_count);
        differ("last_message_id", chat.last_message_id.0, recount.last_message_id.0);
        differ("user_count", chat.user_count, recount.user_count);
        if chat.kind == ChatKind::System {
            differ("notifications", count(recount.notifications.len()), recount.message_count);
        }
        let misfiled = self.misfiled(Shelf::Title, chat.id.0, &words([chat.title.as_str()]))?;
        differ(MISFILED, misfiled + self.misfiled_messages(chat.id)?, 0);
        let mut after = UserId(0);
        loop {
            let seats = self.seats_in(chat.id, after, STEP)?;
            let Some(last) = seats.last() else { return Ok(()) };
            after = last.member.user_id;
            for seat in &seats {
                compare_seat(chat, seat, &recount, found);
            }
        }
    }

    /// Whether each notification of a chat is unread.
    fn notifications_of(&self, chat: ChatId) -> Result<Vec<bool>, StoreError> {
        let mut all = Vec::new();
        let mut after = MessageId(0);
        loop {
            let some = self.notifications_after(chat, after, STEP)?;
            let Some(last) = some.last() else { return Ok(all) };
            after = last.message_id;
            all.extend(some.iter().map(|notification| notification.unread));
        }
    }

    /// What users and departments are found by, and where users belong.
    fn compare_people(&self, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        let mut differ = |row: String, misfiled: i64| {
            if misfiled != 0 {
                found.push(Difference { row, value: MISFILED, found: misfiled, expected: 0 });
            }
        };
        let mut after = UserId(0);
        loop {
            let users = self.users_after(after, STEP)?;
            let Some(last) = users.last() else { break };
            after = last.id;
            for user in &users {
                let mut misfiled = self.misplaced(user)?;
                for (shelf, words) in words_of_user(user) {
                    misfiled += self.misfiled(shelf, user.id.0, &words)?;
                }
                differ(format!("user {}", user.id), misfiled);
            }
        }
        let mut after = 0;
        loop {
            let departments = self.departments_after(after, STEP)?;
            let Some(last) = departments.last() else { return Ok(()) };
            after = last.id;
            for department in &departments {
                let words: Words = words([department.name.as_str()]);
                let misfiled = self.misfiled(Shelf::Department, department.id, &words)?;
                differ(format!("department {}", department.id), misfiled);
            }
        }
    }

    fn recount(&self, chat: ChatId) -> Result<Recount, StoreError> {
        let members = "SELECT count(*) FROM member WHERE chat_id = ?1";
        let user_count = self.engine.row(members, &[chat.into()])?.map_or(Ok(0), |mut row| row.int())?;
        let mut recount = Recount {
            ordinal: 0,
            message_count: 0,
            last_message_id: MessageId(0),
            user_count,
            unread: Vec::new(),
            ordinals: Vec::new(),
            notifications: Vec::new(),
        };
        let sql = "SELECT id, actor_id, counts, deleted, purged FROM message WHERE chat_id = ?1 AND id > ?2 \
                   ORDER BY id LIMIT ?3";
        let mut after = MessageId(0);
        loop {
            let rows = self.engine.rows(sql, &[chat.into(), after.into(), STEP.into()])?;
            if rows.is_empty() {
                return Ok(recount);
            }
            for mut row in rows {
                after = row.message()?;
                let actor = row.user()?;
                let (counts, deleted, purged) = (row.flag()?, row.flag()?, row.flag()?);
                recount.add(after, actor, counts, deleted, purged);
            }
        }
    }
}

fn compare_seat(chat: &Chat, seat: &Seat, recount: &Recount, found: &mut Vec<Difference>) {
    let member = &seat.member;
    let expected = count(recount.unread_of(chat, member));
    let ordinal = recount.ordinal_at(member.last_read_id);
    for (value, stored, expected) in
        [("read_ordinal", member.read_ordinal, ordinal), ("counter", chat.ordinal - seat.settled, expected)]
    {
        if stored != expected {
            let row = format!("member {} of chat {}", member.user_id, chat.id);
            found.push(Difference { row, value, found: stored, expected });
        }
    }
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Recount {
    /// Notifications are unread one by one, and for their reader only.
    fn unread_of(&self, chat: &Chat, member: &Member) -> usize {
        if chat.kind == ChatKind::System {
            let own = chat.owner_id == member.user_id;
            return self.notifications.iter().filter(|unread| own && **unread).count();
        }
        let unread = self.unread.iter();
        unread.filter(|(id, actor)| *id > member.last_read_id && *actor != member.user_id).count()
    }

    fn add(&mut self, id: MessageId, actor: UserId, counts: bool, deleted: bool, purged: bool) {
        self.ordinal += i64::from(counts);
        self.ordinals.push((id, self.ordinal));
        if !purged {
            self.message_count += 1;
            self.last_message_id = id;
        }
        if counts && !deleted {
            self.unread.push((id, actor));
        }
    }

    fn ordinal_at(&self, position: MessageId) -> i64 {
        let past = self.ordinals.partition_point(|(id, _)| *id <= position);
        past.checked_sub(1).and_then(|place| self.ordinals.get(place)).map_or(0, |(_, ordinal)| *ordinal)
    }
}

impl Tx<'_> {
    /// Writes what a recount gives into one chat and its members; ordinals of messages included. Answers whether
    /// anything differed.
    pub fn repair_chat(&mut self, id: ChatId) -> Result<bool, StoreError> {
        let Some(mut chat) = self.chat(id)? else { return Ok(false) };
        let mut before = Vec::new();
        self.compare(&chat, &mut before)?;
        if before.is_empty() {
            return Ok(false);
        }
        let recount = self.recount(id)?;
        for (message, ordinal) in &recount.ordinals {
            let sql = "UPDATE message SET ordinal = ?2 WHERE id = ?1 AND ordinal <> ?2";
            self.engine.run(sql, &[(*message).into(), (*ordinal).into()])?;
        }
        chat.ordinal = recount.ordinal;
        chat.message_count = recount.message_count;
        chat.last_message_id = recount.last_message_id;
        let last = self.messages(id, Page::Newest, MessageId(0), 1)?;
        chat.last_message_at = last.first().map_or(chat.created_at, |message| message.date);
        self.save_totals(&chat)?;
        self.file_chat(id, &chat.title)?;
        if self.misfiled_messages(id)? != 0 {
            self.forget_search(id)?;
        }
        self.recount_members(id)?;
        if chat.kind == ChatKind::System {
            self.repair_notifications(&chat)?;
        }
        self.repair_members(id, &recount)?;
        self.told_room(id)?;
        Ok(true)
    }

    /// Writes what users and departments are found by, and where users belong, wherever it differs.
    pub fn repair_people(&mut self) -> Result<(), StoreError> {
        let mut after = UserId(0);
        loop {
            let users = self.users_after(after, STEP)?;
            let Some(last) = users.last() else { break };
            after = last.id;
            for user in &users {
                self.file_user(user)?;
            }
        }
        let mut after = 0;
        loop {
            let departments = self.departments_after(after, STEP)?;
            let Some(last) = departments.last() else { return Ok(()) };
            after = last.id;
            for department in &departments {
                self.file_department(department)?;
            }
        }
    }

    fn repair_members(&mut self, chat: ChatId, recount: &Recount) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE member SET read_ordinal = ?4, own = {OWN} WHERE chat_id = ?1 AND user_id = ?2 AND last_read_id = ?3"
        );
        let mut after = UserId(0);
        loop {
            let members = self.members_after(chat, after, STEP)?;
            let Some(last) = members.last() else { return Ok(()) };
            after = last.user_id;
            for member in &members {
                let ordinal = recount.ordinal_at(member.last_read_id);
                let (user, position) = (member.user_id.into(), member.last_read_id.into());
                self.engine.run_one(&sql, &[chat.into(), user, position, ordinal.into()])?;
                self.told_seat(chat, member.user_id)?;
            }
        }
    }
}
