//! An absence: days on which somebody is away.
//!
//! Must hold: an absence is of whole days in the portal's zone, the last one included; until when somebody is away is the
//! beginning of the day after (behaviour.md E, "absent").

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{AbsenceId, Moment, UserId};

/// How many absences one person has at most.
pub const PER_USER: usize = 1_000;

/// Why somebody is away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AbsenceKind {
    /// A vacation.
    #[default]
    Vacation,
    /// An illness.
    Sick,
    /// A journey on business.
    Trip,
    /// Anything else.
    Other,
}

impl AbsenceKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Vacation, Self::Sick, Self::Trip, Self::Other];

    /// The word under which it is kept.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vacation => "vacation",
            Self::Sick => "sick",
            Self::Trip => "trip",
            Self::Other => "other",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// The number.
    pub id: AbsenceId,
    /// Who is away.
    pub user_id: UserId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Why.
    pub kind: AbsenceKind,
}

impl Absence {
    /// Whether this day is one of its days.
    pub fn covers(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

/// When somebody is back whose last day away is this one; `None` beyond the end of the calendar.
pub fn back(last: Date, zone: &TimeZone) -> Option<Moment> {
    let next = last.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    Some(Moment::from_timestamp(next.timestamp()))
}

/// Until when somebody is away, if they are. `last` is the last day of the absences that cover today, and `known` what
/// was known before: by another way than absences somebody may be away longer, and never shorter.
pub fn absent_until(
    last: Option<Date>,
    known: Option<Moment>,
    now: Moment,
    zone: &TimeZone,
) -> Option<Moment> {
    let back = last.and_then(|last| back(last, zone));
    back.max(known).filter(|until| *until > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_away_is_so_until_the_day_after_the_last() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| Moment::parse(text, &berlin);
        let now = at("2026-03-10").unwrap();
        let last = |text: &str| Some(text.parse().unwrap());
        for (last, known, until) in [
            (last("2026-03-28"), None, at("2026-03-29T00:00:00+01:00")),
            (last("2026-03-29"), None, at("2026-03-30T00:00:00+02:00")),
            (last("2026-03-10"), at("2026-03-20"), at("2026-03-20")),
            (last("2026-03-20"), at("2026-03-15"), at("2026-03-21")),
            (None, at("2026-03-10T00:00:01+01:00"), at("2026-03-10T00:00:01+01:00")),
            (None, at("2026-03-10"), None),
            (last("2026-03-09"), None, None),
            (None, None, None),
        ] {
            assert_eq!(absent_until(last, known, now, &berlin), until, "{last:?} {known:?}");
        }
        assert_eq!(back(Date::MAX, &berlin), None);
    }

    #[test]
    fn words_come_back_as_kinds() {
        for kind in AbsenceKind::ALL {
            assert_eq!(AbsenceKind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(AbsenceKind::from_word("holiday"), None);
    }
}
