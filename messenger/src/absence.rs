//! Absences: who is away, and that everybody hears when it begins and when it ends.
//!
//! Must hold: until when somebody is away stands in their user while it lasts and no longer, at every moment at which
//! somebody looks. It is written down when it begins and when it ends, so that lists and clients follow as they follow
//! any edit of a person; between the two nothing is written and nothing is asked of the database.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use lately_model::absence::{PER_USER, absent_until, back};
use lately_model::{Absence, AbsenceId, Moment, User, UserId};
use lately_store::{Snapshot, Tx};

use crate::{Error, Messenger, Refusal};

/// How many people are looked at in one step.
const STEP: i64 = 500;

/// After how many seconds it is tried again when the database did not answer.
const AGAIN: i64 = 20;

/// When to look again who is away.
#[derive(Default)]
pub struct Attendance {
    /// How often something was told that may change it.
    told: AtomicU64,
    /// Seconds since 1970. Before that nobody's absence begins or ends.
    next: AtomicI64,
}

impl Attendance {
    /// Somebody is said to be away until then, or not to be.
    pub fn heard(&self, until: Option<Moment>) {
        let Some(until) = until else { return };
        self.told.fetch_add(1, Ordering::SeqCst);
        self.next.fetch_min(until.0, Ordering::SeqCst);
    }

    /// What is known may be wrong.
    pub fn doubt(&self) {
        self.heard(Some(Moment(i64::MIN)));
    }

    fn is_due(&self, now: Moment) -> bool {
        self.next.load(Ordering::Acquire) <= now.0
    }

    /// Somebody looked, and had heard this often of changes before they did. If there was another since, the next look
    /// is due at once.
    fn looked(&self, told: u64, next: Moment) {
        self.next.store(next.0, Ordering::SeqCst);
        if self.told.load(Ordering::SeqCst) != told {
            self.next.store(i64::MIN, Ordering::SeqCst);
        }
    }
}

impl Messenger {
    /// Writes down whose absence began or ended since somebody looked. Costs nothing while nothing is due. Never fails:
    /// a database that is away is asked again later.
    pub async fn follow_absences(&self) {
        let now = self.now();
        let attendance = &self.residents.attendance;
        while attendance.is_due(now) {
            let told = attendance.told.load(Ordering::SeqCst);
            match self.follow(now).await {
                Ok(Some(next)) => attendance.looked(told, next),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "who is away is not known");
                    attendance.looked(told, now.plus(AGAIN));
                }
            }
        }
    }

    /// One step of it. Answers when to look again, once nothing is left to write.
    async fn follow(&self, now: Moment) -> Result<Option<Moment>, Error> {
        let zone = self.settings.zone.clone();
        let look = move |snapshot: &Snapshot<'_>| {
            let changed = changed(snapshot, now, &zone)?;
            let tomorrow = back(now.date(&zone), &zone).unwrap_or(Moment(i64::MAX));
            Ok::<_, Error>((changed, snapshot.next_back(now)?.map_or(tomorrow, |next| next.min(tomorrow))))
        };
        let (changed, next) = self.store.read(look).await?;
        if changed.is_empty() {
            return Ok(Some(next));
        }
        let zone = self.settings.zone.clone();
        self.store.write(move |tx| changed.iter().try_for_each(|user| settle(tx, *user, now, &zone))).await?;
        Ok(None)
    }

    /// Adds an absence; answers its number. One that is there already stays as it is.
    pub async fn add_absence(&self, absence: Absence) -> Result<AbsenceId, Error> {
        if absence.until < absence.from {
            let text = "An absence does not end before it begins".to_owned();
            return Err(Refusal::Argument("UNTIL", text).into());
        }
        let (now, zone) = (self.now(), self.settings.zone.clone());
        self.store
            .write(move |tx| {
                let user = absence.user_id;
                tx.user(user)?.ok_or_else(|| Refusal::Core(format!("there is no user {user}")))?;
                let most = i64::try_from(PER_USER).unwrap_or(i64::MAX);
                if tx.absences_of(user, most)?.len() >= PER_USER {
                    return Err(Refusal::Core(format!("user {user} has {PER_USER} absences already")).into());
                }
                let id = tx.add_absence(&absence)?;
                settle(tx, user, now, &zone)?;
                Ok(id)
            })
            .await
    }

    /// Takes an absence away; whether there was one. Somebody who is away only by it is back at once.
    pub async fn remove_absence(&self, id: AbsenceId) -> Result<bool, Error> {
        let (now, zone) = (self.now(), self.settings.zone.clone());
        self.store
            .write(move |tx| {
                let Some(absence) = tx.absence(id)? else { return Ok(false) };
                tx.remove_absence(id)?;
                let user = tx.user(absence.user_id)?;
                let by_it = |user: &User| user.absent_until == back(absence.until, &zone);
                if let Some(user) = user.filter(|user| absence.covers(now.date(&zone)) && by_it(user)) {
                    tx.update_user(&User { absent_until: None, ..user }, now)?;
                }
                settle(tx, absence.user_id, now, &zone)?;
                Ok::<_, Error>(true)
            })
            .await
    }

    /// Absences of one person, the earliest first, or the first 100,000 of all, by number.
    pub async fn absences(&self, user: Option<UserId>) -> Result<Vec<Absence>, Error> {
        const MOST: i64 = 100_000;
        self.store
            .read(move |snapshot| {
                Ok(match user {
                    Some(user) => snapshot.absences_of(user, MOST)?,
                    None => snapshot.absences_after(AbsenceId(0), MOST)?,
                })
            })
            .await
    }
}

/// Some of those whose absence began or ended, and of whom that is not known yet.
fn changed(snapshot: &Snapshot<'_>, now: Moment, zone: &TimeZone) -> Result<Vec<UserId>, Error> {
    let mut changed = snapshot.back_by(now, STEP)?;
    let mut after = UserId(0);
    loop {
        let away = snapshot.away_on(now.date(zone), after, STEP)?;
        let Some((last, _)) = away.last() else { return Ok(changed) };
        after = *last;
        let ids: Vec<UserId> = away.iter().map(|(user, _)| *user).collect();
        for user in snapshot.users(&ids)? {
            let last = away.iter().find(|(id, _)| *id == user.id).map(|(_, last)| *last);
            if absent_until(last, user.absent_until, now, zone) != user.absent_until {
                changed.push(user.id);
            }
        }
        if changed.len() >= usize::try_from(STEP).unwrap_or(usize::MAX) {
            return Ok(changed);
        }
    }
}

/// Writes down until when somebody is away, if that is not known yet.
fn settle(tx: &mut Tx<'_>, id: UserId, now: Moment, zone: &TimeZone) -> Result<(), Error> {
    let Some(user) = tx.user(id)? else { return Ok(()) };
    let until = absent_until(last_day(tx, id, now.date(zone))?, user.absent_until, now, zone);
    if until != user.absent_until {
        tx.update_user(&User { absent_until: until, ..user }, now)?;
    }
    Ok(())
}

/// The last day of those absences of somebody that cover this day.
fn last_day(snapshot: &Snapshot<'_>, user: UserId, day: Date) -> Result<Option<Date>, Error> {
    let most = i64::try_from(PER_USER).unwrap_or(i64::MAX);
    let absences = snapshot.absences_of(user, most)?;
    Ok(absences.iter().filter(|absence| absence.covers(day)).map(|absence| absence.until).max())
}
