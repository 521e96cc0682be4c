//! What a connection missed: read from the log, a part at a time.

use std::sync::Arc;

use lately_messenger::Error;
use lately_model::UserId;

use super::Push;
use super::body::Parcel;
use super::mid::Mid;
use super::shape;

/// How many parts are read at most. Whoever missed more goes on from there without the rest, and reads its list anew.
const PARTS: usize = 5_000;

/// Reads on from the last thing that somebody heard, up to where they hear by themselves.
pub struct Missed<'a> {
    push: &'a Push,
    user: UserId,
    after: Mid,
    upto: i64,
    parts: usize,
}

impl Push {
    /// What `user` missed after `after`, up to and with the transaction at `upto`.
    pub fn missed(&self, user: UserId, after: Mid, upto: i64) -> Missed<'_> {
        Missed { push: self, user, after, upto, parts: 0 }
    }
}

impl Missed<'_> {
    /// The next part, which may hold nothing; `None` after the last. A failure leaves a gap: whoever hears of it must not
    /// go on.
    pub async fn next(&mut self) -> Result<Option<Vec<Parcel>>, Error> {
        if self.after.place.position > self.upto || self.parts >= PARTS {
            return Ok(None);
        }
        self.parts += 1;
        let chapter = self.push.messenger.missed(self.user, self.after.place).await?;
        let mut parcels = Vec::new();
        for tale in chapter.tales.iter().filter(|tale| tale.place.position <= self.upto) {
            for letter in shape::letters(tale, &self.push.wire()) {
                let mid = Mid::new(tale.place, letter.variant);
                let told = letter.to.into_iter().filter(|(user, _)| *user == self.user && mid > self.after);
                parcels.extend(told.map(|(_, own)| Parcel { mid, body: Arc::clone(&letter.body), own }));
            }
        }
        self.after = if chapter.more { Mid::end_of(chapter.upto) } else { Mid::end_of(i64::MAX) };
        Ok(Some(parcels))
    }
}
