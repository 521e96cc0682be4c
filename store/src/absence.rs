//! Absences: days on which people are away, and who is away at present.

use jiff::civil::Date;
use lately_model::absence::AbsenceKind;
use lately_model::{Absence, AbsenceId, Moment, UserId};

use crate::engine::Row;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, user_id, first_day, last_day, kind";

impl Snapshot<'_> {
    /// Up to `limit` absences of one person, the earliest first.
    pub fn absences_of(&self, user: UserId, limit: i64) -> Result<Vec<Absence>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM absence WHERE user_id = ?1 ORDER BY first_day, last_day, id LIMIT ?2"
        );
        self.engine.rows(&sql, &[user.into(), limit.into()])?.iter_mut().map(read).collect()
    }

    /// Up to `limit` absences with a number above `after`, ascending.
    pub fn absences_after(&self, after: AbsenceId, limit: i64) -> Result<Vec<Absence>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM absence WHERE id > ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[after.into(), limit.into()])?.iter_mut().map(read).collect()
    }

    /// One absence.
    pub fn absence(&self, id: AbsenceId) -> Result<Option<Absence>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM absence WHERE id = ?1");
        self.engine.row(&sql, &[id.into()])?.as_mut().map(read).transpose()
    }

    /// Up to `limit` people with a number above `after` who are away on this day, each with the last day of those
    /// absences, ascending.
    pub fn away_on(&self, day: Date, after: UserId, limit: i64) -> Result<Vec<(UserId, Date)>, StoreError> {
        let sql = "SELECT user_id, max(last_day) FROM absence WHERE last_day >= ?1 AND first_day <= ?1 \
                   AND user_id > ?2 GROUP BY user_id ORDER BY user_id LIMIT ?3";
        let rows = self.engine.rows(sql, &[day.to_string().into(), after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| Ok((row.user()?, date(&row.text()?)?))).collect()
    }

    /// Up to `limit` people who were said to be away until this moment or an earlier one.
    pub fn back_by(&self, now: Moment, limit: i64) -> Result<Vec<UserId>, StoreError> {
        let sql = "SELECT id FROM \"user\" WHERE absent_until IS NOT NULL AND absent_until <= ?1 \
                   ORDER BY id LIMIT ?2";
        self.engine.rows(sql, &[now.into(), limit.into()])?.into_iter().map(|mut row| row.user()).collect()
    }

    /// When the next of those who are away is back.
    pub fn next_back(&self, now: Moment) -> Result<Option<Moment>, StoreError> {
        let sql =
            "SELECT min(absent_until) FROM \"user\" WHERE absent_until IS NOT NULL AND absent_until > ?1";
        let row = self.engine.row(sql, &[now.into()])?;
        Ok(row.map(|mut row| row.maybe_moment()).transpose()?.flatten())
    }
}

impl Tx<'_> {
    /// Adds an absence, its number ignored; answers the number. One that is there already stays as it is.
    pub fn add_absence(&mut self, absence: &Absence) -> Result<AbsenceId, StoreError> {
        let Absence { user_id, from, until, kind, .. } = absence;
        let (first, last) = (from.to_string(), until.to_string());
        let params = [(*user_id).into(), first.into(), last.into(), kind.word().into()];
        let sql = "SELECT id FROM absence WHERE user_id = ?1 AND first_day = ?2 AND last_day = ?3 AND kind = ?4 \
                   ORDER BY id LIMIT 1";
        if let Some(mut known) = self.engine.row(sql, &params)? {
            return known.int().map(AbsenceId);
        }
        let sql = "INSERT INTO absence (user_id, first_day, last_day, kind) VALUES (?1, ?2, ?3, ?4)";
        self.engine.insert(sql, &params).map(AbsenceId)
    }

    /// Takes an absence away.
    pub fn remove_absence(&mut self, id: AbsenceId) -> Result<(), StoreError> {
        self.engine.run_one("DELETE FROM absence WHERE id = ?1", &[id.into()])
    }
}

fn read(row: &mut Row) -> Result<Absence, StoreError> {
    Ok(Absence {
        id: AbsenceId(row.int()?),
        user_id: row.user()?,
        from: date(&row.text()?)?,
        until: date(&row.text()?)?,
        kind: AbsenceKind::from_word(&row.text()?).unwrap_or_default(),
    })
}

fn date(text: &str) -> Result<Date, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("there is no day {text:?}")))
}
