//! The programs behind bots, and what happened to those that fetch it.
//!
//! Must hold: of one owner no two bots have one code; with a bot go its commands and what it has not fetched. The numbers of
//! a bot's events grow with the portal's log and stand in the upper half of each transaction's, so that they can be told in
//! one row with what its owner hears.

use lately_model::bot::{KEPT, WAITING};
use lately_model::{BotEvent, BotOwner, BotProgram, Dialect, FeedNumber, Moment, UserId};

use crate::engine::Row;
use crate::user::json;
use crate::{Change, Snapshot, StoreError, Tx};

const COLUMNS: &str = "b.user_id, b.owner, b.code, b.dialect, b.urls, b.told, b.created_at";

/// How many bots a portal has at most that are told what happens.
const LISTED: i64 = 100_000;

/// How many of the oldest events are looked at in one step, and forgotten with those of the same second.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// How much there is of a bot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BotCount {
    /// Commands that it knows.
    pub commands: i64,
    /// Chats that it is in, private ones included.
    pub chats: i64,
    /// People who have a private chat with it.
    pub people: i64,
}

impl Snapshot<'_> {
    /// One bot's program.
    pub fn bot(&self, id: UserId) -> Result<Option<BotProgram>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM bot b WHERE b.user_id = ?1");
        self.engine.row(&sql, &[id.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// All programs, by the numbers of their bots.
    pub fn bots(&self) -> Result<Vec<BotProgram>, StoreError> {
        self.bots_after(UserId(0), LISTED)
    }

    /// Up to `limit` programs whose bots have a number above `after`, ascending.
    pub(crate) fn bots_after(&self, after: UserId, limit: i64) -> Result<Vec<BotProgram>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM bot b WHERE b.user_id > ?1 ORDER BY b.user_id LIMIT ?2");
        self.engine.rows(&sql, &[after.into(), limit.into()])?.iter_mut().map(read).collect()
    }

    /// The bots of one owner, by number.
    pub fn bots_of(&self, owner: &BotOwner) -> Result<Vec<BotProgram>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM bot b WHERE b.owner = ?1 ORDER BY b.user_id LIMIT ?2");
        let params = [owner.written().into(), LISTED.into()];
        self.engine.rows(&sql, &params)?.iter_mut().map(read).collect()
    }

    /// Whether somebody else than this owner has a bot with this code.
    pub fn bot_code_taken(&self, owner: &BotOwner, code: &str) -> Result<bool, StoreError> {
        let sql = "SELECT user_id FROM bot WHERE code = ?1 AND owner <> ?2 LIMIT 1";
        Ok(self.engine.row(sql, &[code.into(), owner.written().into()])?.is_some())
    }

    /// How much there is of a bot.
    pub fn bot_count(&self, id: UserId) -> Result<BotCount, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM command WHERE bot_id = ?1), \
                   (SELECT count(*) FROM member WHERE user_id = ?1), \
                   (SELECT count(*) FROM member m JOIN chat c ON c.id = m.chat_id WHERE m.user_id = ?1 AND c.kind = 'P')";
        match self.engine.row(sql, &[id.into()])? {
            Some(mut row) => Ok(BotCount { commands: row.int()?, chats: row.int()?, people: row.int()? }),
            None => Ok(BotCount::default()),
        }
    }

    /// Whether there are events from before this moment that no bot confirmed.
    pub fn has_old_bot_events(&self, before: Moment) -> Result<bool, StoreError> {
        let sql = "SELECT number FROM bot_event WHERE date < ?1 LIMIT 1";
        Ok(self.engine.row(sql, &[before.into()])?.is_some())
    }

    /// Up to `limit` of a bot's events from a number and a moment on, in order, with when they happened.
    pub fn bot_events(
        &self,
        bot: UserId,
        from: FeedNumber,
        oldest: Moment,
        limit: i64,
    ) -> Result<Vec<(FeedNumber, Moment, BotEvent)>, StoreError> {
        let sql = "SELECT number, date, body FROM bot_event WHERE bot_id = ?1 AND number >= ?2 AND date >= ?3 \
                   ORDER BY number LIMIT ?4";
        let rows = self.engine.rows(sql, &[bot.into(), from.0.into(), oldest.into(), limit.into()])?;
        let event = |mut row: Row| Ok((FeedNumber(row.int()?), row.moment()?, row.json()?));
        rows.into_iter().map(event).collect()
    }
}

impl Tx<'_> {
    /// Adds a program, its count ignored. A code that its owner has already is a unique violation.
    pub fn add_bot(&mut self, program: &BotProgram) -> Result<(), StoreError> {
        let sql = "INSERT INTO bot (user_id, owner, code, dialect, urls, told, created_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let params = [
            program.bot.into(),
            program.owner.written().into(),
            (&program.code).into(),
            number(program.dialect).into(),
            json(&program.urls).into(),
            program.told.into(),
            program.created_at.into(),
        ];
        self.engine.run_one(sql, &params)?;
        self.changes.push(Change::Bots);
        Ok(())
    }

    /// Replaces a program's owner, code and addresses.
    pub fn update_bot(&mut self, program: &BotProgram) -> Result<(), StoreError> {
        let sql = "UPDATE bot SET owner = ?2, code = ?3, urls = ?4 WHERE user_id = ?1";
        let params = [
            program.bot.into(),
            program.owner.written().into(),
            (&program.code).into(),
            json(&program.urls).into(),
        ];
        self.engine.run_one(sql, &params)?;
        self.changes.push(Change::Bots);
        Ok(())
    }

    /// Removes a program with its commands and what it has not fetched. The bot stays, as its messages do.
    pub fn remove_bot(&mut self, id: UserId) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM command WHERE bot_id = ?1",
            "DELETE FROM bot_event WHERE bot_id = ?1",
            "DELETE FROM bot WHERE user_id = ?1",
        ] {
            self.engine.run(sql, &[id.into()])?;
        }
        self.changes.push(Change::Bots);
        Ok(())
    }

    /// A bot was told of one more message or command.
    pub fn count_told(&mut self, id: UserId) -> Result<(), StoreError> {
        self.engine.run_one("UPDATE bot SET told = told + 1 WHERE user_id = ?1", &[id.into()])
    }

    /// Keeps an event for its bot until that confirms it, for a day.
    pub fn keep_bot_event(&mut self, event: &BotEvent, now: Moment) -> Result<(), StoreError> {
        let bot = event.bot;
        let row = self.engine.row("SELECT max(number) FROM bot_event WHERE bot_id = ?1", &[bot.into()])?;
        let last = row.map(|mut row| row.maybe_int()).transpose()?.flatten().unwrap_or_default();
        let number = FeedNumber::beside(self.position()?).max(FeedNumber(last).next());
        let sql = "INSERT INTO bot_event (bot_id, number, date, body) VALUES (?1, ?2, ?3, ?4)";
        self.engine.run_one(sql, &[bot.into(), number.0.into(), now.into(), json(event).into()])?;
        self.drop_bot_events(bot, now)
    }

    /// What is too old goes, and what is too much.
    fn drop_bot_events(&mut self, bot: UserId, now: Moment) -> Result<(), StoreError> {
        let sql = "DELETE FROM bot_event WHERE bot_id = ?1 AND date < ?2";
        self.engine.run(sql, &[bot.into(), now.plus(-KEPT).into()])?;
        let sql = "DELETE FROM bot_event WHERE bot_id = ?1 AND number <= \
                   (SELECT o.number FROM bot_event o WHERE o.bot_id = ?1 ORDER BY o.number DESC LIMIT 1 OFFSET ?2)";
        self.engine.run(sql, &[bot.into(), WAITING.into()]).map(drop)
    }

    /// Deletes some of the events from before this moment, and says how many.
    pub fn forget_bot_events(&mut self, before: Moment) -> Result<usize, StoreError> {
        let sql = "DELETE FROM bot_event WHERE date < ?1 AND date <= (SELECT max(o.date) FROM \
                   (SELECT date FROM bot_event ORDER BY date LIMIT ?2) o)";
        self.engine.run(sql, &[before.into(), FORGOTTEN_AT_ONCE.into()])
    }

    /// A bot has what comes before this number.
    pub fn confirm_bot_events(&mut self, bot: UserId, before: FeedNumber) -> Result<(), StoreError> {
        let sql = "DELETE FROM bot_event WHERE bot_id = ?1 AND number < ?2";
        self.engine.run(sql, &[bot.into(), before.0.into()]).map(drop)
    }
}

fn number(dialect: Dialect) -> i64 {
    match dialect {
        Dialect::V1 => 1,
        Dialect::V2 => 2,
    }
}

fn read(row: &mut Row) -> Result<BotProgram, StoreError> {
    let (bot, owner) = (row.user()?, row.text()?);
    Ok(BotProgram {
        bot,
        owner: BotOwner::parse(&owner)
            .ok_or_else(|| StoreError::Corrupt(format!("bad owner of bot {bot}")))?,
        code: row.text()?,
        dialect: if row.int()? == 1 { Dialect::V1 } else { Dialect::V2 },
        urls: row.json()?,
        told: row.int()?,
        created_at: row.moment()?,
    })
}
