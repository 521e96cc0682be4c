//! The recount of bots: a program belongs to a bot, what is the program's belongs to one.

use super::Difference;
use crate::{Snapshot, StoreError};

/// What belongs to nobody, and what it is called.
const OF_NOBODY: [(&str, &str); 3] = [
    (
        "SELECT b.user_id, count(*) FROM bot b LEFT JOIN \"user\" u ON u.id = b.user_id AND u.kind = 'bot' \
         WHERE u.id IS NULL GROUP BY b.user_id ORDER BY b.user_id LIMIT 100",
        "programs of no bot",
    ),
    (
        "SELECT c.bot_id, count(*) FROM command c LEFT JOIN bot b ON b.user_id = c.bot_id \
         WHERE b.user_id IS NULL GROUP BY c.bot_id ORDER BY c.bot_id LIMIT 100",
        "commands of no bot",
    ),
    (
        "SELECT e.bot_id, count(*) FROM bot_event e LEFT JOIN bot b ON b.user_id = e.bot_id \
         WHERE b.user_id IS NULL GROUP BY e.bot_id ORDER BY e.bot_id LIMIT 100",
        "events of no bot",
    ),
];

impl Snapshot<'_> {
    /// Programs, commands and events whose bot is not there.
    pub(super) fn compare_bots(&self, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        for (sql, value) in OF_NOBODY {
            for mut row in self.engine.rows(sql, &[])? {
                let (bot, count) = (row.int()?, row.int()?);
                found.push(Difference { row: format!("user {bot}"), value, found: count, expected: 0 });
            }
        }
        Ok(())
    }
}
