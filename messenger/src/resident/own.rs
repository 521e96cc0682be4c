//! What several people have to one chat, looked up at once.

use lately_model::{ChatId, Seat, UserId};

use super::Residents;

impl Residents {
    /// For each of `users` their seat in `chat` and its counter, if their list is resident and known to be as it was after
    /// the transaction at `position`, or later.
    pub fn seats_since(&self, position: i64, chat: ChatId, users: &[UserId]) -> Vec<Option<(Seat, i64)>> {
        let state = self.state.read();
        let room = state.room(chat).filter(|_| state.heard >= Some(position));
        let Some(room) = room else { return vec![None; users.len()] };
        let seat = |user: &UserId| {
            let seat = state.lists.get(user)?.seat(chat)?;
            Some((seat.clone(), seat.counter(room)))
        };
        users.iter().map(seat).collect()
    }
}
