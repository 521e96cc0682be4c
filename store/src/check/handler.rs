//! The recount of what applications are told: handlers, backlogs and feeds belong to an application, and no thing that
//! nobody took stands twice in a backlog.

use super::Difference;
use crate::{Snapshot, StoreError};

/// What belongs to nobody, and what it is called.
const OF_NOBODY: [(&str, &str); 3] = [
    (
        "SELECT h.app_id, count(*) FROM handler h LEFT JOIN app a ON a.id = h.app_id WHERE a.id IS NULL \
         GROUP BY h.app_id ORDER BY h.app_id LIMIT 100",
        "handlers of nobody",
    ),
    (
        "SELECT b.app_id, count(*) FROM backlog b LEFT JOIN app a ON a.id = b.app_id WHERE a.id IS NULL \
         GROUP BY b.app_id ORDER BY b.app_id LIMIT 100",
        "entries of nobody's backlog",
    ),
    (
        "SELECT f.app_id, count(*) FROM feed f LEFT JOIN app a ON a.id = f.app_id WHERE a.id IS NULL \
         AND f.app_id > 0 GROUP BY f.app_id ORDER BY f.app_id LIMIT 100",
        "feeds of nobody",
    ),
];

impl Snapshot<'_> {
    /// Handlers, entries and feeds whose application is not there, and things that are noted twice.
    pub(super) fn compare_handlers(&self, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        for (sql, value) in OF_NOBODY {
            for mut row in self.engine.rows(sql, &[])? {
                let (app, count) = (row.int()?, row.int()?);
                found.push(Difference {
                    row: format!("application {app}"),
                    value,
                    found: count,
                    expected: 0,
                });
            }
        }
        let sql = "SELECT app_id, count(*) FROM backlog WHERE process = '' AND failed = 0 \
                   GROUP BY app_id, event, thing, connector HAVING count(*) > 1 ORDER BY app_id LIMIT 100";
        for mut row in self.engine.rows(sql, &[])? {
            let (app, count) = (row.int()?, row.int()?);
            let (row, value) = (format!("application {app}"), "entries of one thing");
            found.push(Difference { row, value, found: count, expected: 1 });
        }
        Ok(())
    }
}
