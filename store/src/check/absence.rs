//! The recount of absences: each is somebody's, and ends on the day that it begins or on a later one.

use lately_model::AbsenceId;

use super::{Difference, STEP};
use crate::{Snapshot, StoreError};

impl Snapshot<'_> {
    /// Absences of nobody, and those that end before they begin.
    pub(super) fn compare_absences(&self, found: &mut Vec<Difference>) -> Result<(), StoreError> {
        let mut after = AbsenceId(0);
        loop {
            let absences = self.absences_after(after, STEP)?;
            let Some(last) = absences.last() else { return Ok(()) };
            after = last.id;
            for absence in &absences {
                let row = format!("absence {}", absence.id);
                if self.user(absence.user_id)?.is_none() {
                    let user = absence.user_id.0;
                    found.push(Difference { row, value: "user", found: user, expected: 0 });
                } else if absence.until < absence.from {
                    let days = i64::from((absence.until - absence.from).get_days()) + 1;
                    found.push(Difference { row, value: "days", found: days, expected: 1 });
                }
            }
        }
    }
}
