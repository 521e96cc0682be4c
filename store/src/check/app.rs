//! The recount of applications: a token belongs to an application and to a user.

use super::Difference;
use crate::{Snapshot, StoreError};

impl Snapshot<'_> {
    /// Tokens whose application or user is not there.
    pub(super) fn compare_app_tokens(&self, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        let sql = "SELECT t.app_id, count(*) FROM app_token t LEFT JOIN app a ON a.id = t.app_id \
                   LEFT JOIN \"user\" u ON u.id = t.user_id WHERE a.id IS NULL OR u.id IS NULL \
                   GROUP BY t.app_id ORDER BY t.app_id LIMIT 100";
        for mut row in self.engine.rows(sql, &[])? {
            let (app, count) = (row.int()?, row.int()?);
            let row = format!("application {app}");
            found.push(Difference { row, value: "tokens of nobody", found: count, expected: 0 });
        }
        Ok(())
    }
}
