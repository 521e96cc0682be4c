//! The recount of the log of what was done by whom: whoever did something, or had it done to them, is there.

use super::Difference;
use crate::{Snapshot, StoreError};

impl Snapshot<'_> {
    /// Deeds that name users who are not there.
    pub(super) fn compare_deeds(&self, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        let lost = self.deeds_of_nobody()?;
        if lost > 0 {
            let row = "log of deeds".to_owned();
            found.push(Difference { row, value: "deeds of unknown users", found: lost, expected: 0 });
        }
        Ok(())
    }
}
