//! How absences are written down.

use jiff::civil::Date;
use lately_model::absence::AbsenceKind;
use lately_model::{Absence, AbsenceId, UserId};
use serde::{Deserialize, Serialize};

/// See [`lately_model::Absence`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Absence")]
pub struct AbsenceRecord {
    pub user: UserId,
    pub from: String,
    pub until: String,
    #[serde(default)]
    pub kind: AbsenceKind,
}

impl From<Absence> for AbsenceRecord {
    fn from(absence: Absence) -> Self {
        let Absence { user_id, from, until, kind, .. } = absence;
        Self { user: user_id, from: from.to_string(), until: until.to_string(), kind }
    }
}

impl TryFrom<AbsenceRecord> for Absence {
    type Error = String;

    fn try_from(record: AbsenceRecord) -> Result<Self, String> {
        let day = |text: &str| -> Result<Date, String> {
            text.parse().map_err(|_| format!("{text:?} is not a day such as 2026-12-31"))
        };
        let (from, until) = (day(&record.from)?, day(&record.until)?);
        if until < from {
            return Err("\"until\" is before \"from\"".to_owned());
        }
        Ok(Self { id: AbsenceId(0), user_id: record.user, from, until, kind: record.kind })
    }
}
