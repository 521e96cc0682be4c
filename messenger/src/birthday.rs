//! Whose birthday it is, looked up once a day and after somebody was edited.
//!
//! Must hold: what is remembered is what a look into the store would find now. Each edit of a user and each doubt adds
//! one to a count; people are remembered with the count as it was before they were looked up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::Date;
use lately_model::{User, UserId};
use parking_lot::Mutex;

use crate::{Error, Messenger};

/// The people of one day.
#[derive(Clone)]
struct Known {
    edits: u64,
    day: (i8, i8),
    people: Arc<Vec<User>>,
}

/// What is remembered.
#[derive(Default)]
pub struct Birthdays {
    edits: AtomicU64,
    known: Mutex<Option<Known>>,
}

impl Birthdays {
    /// Somebody may not be what they were.
    pub fn edited(&self) {
        self.edits.fetch_add(1, Ordering::AcqRel);
    }

    fn edits(&self) -> u64 {
        self.edits.load(Ordering::Acquire)
    }
}

impl Messenger {
    /// Active people whose birthday is on `date`, by number; guests from outside are told of none.
    pub async fn birthdays(&self, caller: UserId, date: Date) -> Result<Arc<Vec<User>>, Error> {
        let guest = |user: &User| user.is_extranet();
        if self.resident(caller, |look| look.state.person(caller).is_some_and(|user| guest(user))).await? {
            return Ok(Arc::default());
        }
        let birthdays = &self.residents.birthdays;
        let (edits, day) = (birthdays.edits(), (date.month(), date.day()));
        let known = birthdays.known.lock().clone();
        if let Some(known) = known.filter(|known| known.edits == edits && known.day == day) {
            return Ok(known.people);
        }
        let born = move |date: Date| (date.month(), date.day()) == day;
        let people =
            Arc::new(self.find_users(move |user| user.active && user.birthday.is_some_and(born)).await?);
        *birthdays.known.lock() = Some(Known { edits, day, people: Arc::clone(&people) });
        Ok(people)
    }
}
