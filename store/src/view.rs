//! Views: who has seen which message, for the message's status and its first viewers.

use lately_model::{MessageId, Moment, UserId};

use crate::{Snapshot, StoreError, Tx};

/// One person's look at a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Who.
    pub user_id: UserId,
    /// When.
    pub date: Moment,
}

impl Snapshot<'_> {
    /// The first `limit` people who saw a message, and how many did, `except` not counted.
    pub fn views(
        &self,
        message: MessageId,
        except: UserId,
        limit: i64,
    ) -> Result<(Vec<View>, i64), StoreError> {
        let sql = "SELECT user_id, date FROM message_view WHERE message_id = ?1 AND user_id <> ?2 \
                   ORDER BY date, user_id LIMIT ?3";
        let rows = self.engine.rows(sql, &[message.into(), except.into(), limit.into()])?;
        let first = rows.into_iter().map(|mut row| Ok(View { user_id: row.user()?, date: row.moment()? }));
        let first = first.collect::<Result<Vec<_>, StoreError>>()?;
        let sql = "SELECT count(*) FROM message_view WHERE message_id = ?1 AND user_id <> ?2";
        let count =
            self.engine.row(sql, &[message.into(), except.into()])?.map_or(Ok(0), |mut row| row.int())?;
        Ok((first, count))
    }
}

impl Tx<'_> {
    /// Notes that somebody saw a message.
    pub(crate) fn view(&mut self, message: MessageId, user: UserId, now: Moment) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO message_view (message_id, user_id, date) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.engine.run(sql, &[message.into(), user.into(), now.into()])?;
        let sql = "UPDATE message SET viewed = 1 WHERE id = ?1 AND viewed = 0 AND author_id <> ?2";
        self.engine.run(sql, &[message.into(), user.into()]).map(drop)
    }
}
