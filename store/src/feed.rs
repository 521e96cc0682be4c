//! Feeds: who has what happens in their chats kept for them, since when, and up to where they have confirmed it.
//!
//! Must hold: what is kept is the log of events itself; a feed is only the parts of it that somebody asked for. So a feed
//! costs nothing when something happens.

use lately_model::{AppId, FeedNumber, Moment, UserId};

use crate::event::decode;
use crate::{Happened, Snapshot, StoreError, Tx};

/// How many parts one feed has at most; of more the oldest go.
const PARTS: i64 = 100;

/// A part of the log that belongs to a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedPart {
    /// The position after which it begins.
    pub since: i64,
    /// The position with which it ends; `None` while it goes on.
    pub upto: Option<i64>,
    /// Everything below this number is confirmed, over all parts.
    pub confirmed: FeedNumber,
}

/// Whose feed it is: one for each person and program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedOwner {
    /// The person.
    pub user: UserId,
    /// The application; none for everything else that acts as the person.
    pub app: AppId,
}

impl Snapshot<'_> {
    /// The parts of a feed, in order.
    pub fn feed(&self, owner: FeedOwner) -> Result<Vec<FeedPart>, StoreError> {
        let sql = "SELECT since, upto, confirmed FROM feed WHERE user_id = ?1 AND app_id = ?2 \
                   ORDER BY since LIMIT ?3";
        let rows = self.engine.rows(sql, &[owner.user.into(), owner.app.into(), PARTS.into()])?;
        let part = |mut row: crate::engine::Row| {
            let (since, upto, confirmed) = (row.int()?, row.int()?, FeedNumber(row.int()?));
            Ok(FeedPart { since, upto: Some(upto).filter(|upto| *upto > 0), confirmed })
        };
        rows.into_iter().map(part).collect()
    }

    /// Up to `limit` transactions after `after` and up to `upto` in which something happened, with their dates; those that
    /// are known to be from before `oldest` are passed over.
    pub fn happened_between(
        &self,
        after: i64,
        upto: i64,
        oldest: Moment,
        limit: i64,
    ) -> Result<Vec<(Moment, Happened)>, StoreError> {
        let sql = "SELECT date, position, body FROM event_log WHERE position > ?1 AND position <= ?2 \
                   AND (date = 0 OR date >= ?3) ORDER BY position LIMIT ?4";
        let rows = self.engine.rows(sql, &[after.into(), upto.into(), oldest.into(), limit.into()])?;
        let happened = |mut row: crate::engine::Row| {
            Ok((row.moment()?, Happened { position: row.int()?, events: decode(&row.text()?) }))
        };
        rows.into_iter().map(happened).collect()
    }

    /// Up to `limit` owners of feeds that go on, after this one.
    pub(crate) fn feeds_after(&self, after: FeedOwner, limit: i64) -> Result<Vec<FeedOwner>, StoreError> {
        let sql = "SELECT user_id, app_id FROM feed WHERE upto = 0 AND (user_id, app_id) > (?1, ?2) \
                   ORDER BY user_id, app_id LIMIT ?3";
        let rows = self.engine.rows(sql, &[after.user.into(), after.app.into(), limit.into()])?;
        let owner = |mut row: crate::engine::Row| Ok(FeedOwner { user: row.user()?, app: AppId(row.int()?) });
        rows.into_iter().map(owner).collect()
    }
}

impl Tx<'_> {
    /// From now on what happens is kept, if it was not. Parts of which nothing is left go.
    pub fn open_feed(&mut self, owner: FeedOwner) -> Result<(), StoreError> {
        let parts = self.feed(owner)?;
        if parts.iter().any(|part| part.upto.is_none()) {
            return Ok(());
        }
        let [user, app] = [owner.user.into(), owner.app.into()];
        let first = self.engine.row("SELECT min(position) FROM event_log", &[])?;
        let first = first.map(|mut row| row.maybe_int()).transpose()?.flatten().unwrap_or(i64::MAX);
        let full = i64::try_from(parts.len()).unwrap_or(PARTS) >= PARTS;
        let oldest = parts.first().filter(|_| full).map_or(0, |part| part.upto.unwrap_or(0));
        let gone =
            "DELETE FROM feed WHERE user_id = ?1 AND app_id = ?2 AND upto > 0 AND (upto < ?3 OR upto <= ?4)";
        self.engine.run(gone, &[user, app, first.into(), oldest.into()])?;
        let confirmed = parts.last().map_or(0, |part| part.confirmed.0);
        let sql = "INSERT INTO feed (user_id, app_id, since, upto, confirmed) VALUES (?1, ?2, ?3, 0, ?4) \
                   ON CONFLICT (user_id, app_id, since) DO UPDATE SET upto = 0";
        let position = self.position()?;
        self.engine.run_one(sql, &[owner.user.into(), owner.app.into(), position.into(), confirmed.into()])
    }

    /// From now on nothing more is kept.
    pub fn end_feed(&mut self, owner: FeedOwner) -> Result<(), StoreError> {
        let position = self.position()?;
        let sql = "UPDATE feed SET upto = ?3 WHERE user_id = ?1 AND app_id = ?2 AND upto = 0";
        self.engine.run(sql, &[owner.user.into(), owner.app.into(), position.into()]).map(drop)
    }

    /// Everything below `number` is confirmed, as far as it has happened. Ended parts of which nothing is left go.
    pub fn confirm_feed(&mut self, owner: FeedOwner, number: FeedNumber) -> Result<(), StoreError> {
        let number = number.min(FeedNumber::at(self.position()?, 0));
        let sql = "UPDATE feed SET confirmed = ?3 WHERE user_id = ?1 AND app_id = ?2 AND confirmed < ?3";
        self.engine.run(sql, &[owner.user.into(), owner.app.into(), number.0.into()])?;
        let sql = "DELETE FROM feed WHERE user_id = ?1 AND app_id = ?2 AND upto > 0 AND upto < ?3";
        let before = number.position().into();
        self.engine.run(sql, &[owner.user.into(), owner.app.into(), before]).map(drop)
    }
}
