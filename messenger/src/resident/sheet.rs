//! Sheets: the text of a list, with what each of its rows was made of.
//!
//! Must hold: a row is copied from an older sheet only if it would be made of the very same seat, room and people, so
//! the text is letter by letter what writing every row gives. What a row says is the business of whoever writes it.

use std::ops::Range;

use bytes::Bytes;
use lately_model::{ChatId, Seat};

use crate::recent::RecentRow;

/// How long a row is at first sight, for memory taken at once.
const ROW: usize = 1536;

/// A list as text.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    text: Bytes,
    /// By chat number.
    rows: Vec<Written>,
}

/// Where a row stands in the text, and what it was made of.
#[derive(Debug, Clone)]
struct Written {
    seat: Seat,
    /// The cards of the room, the other person and the author.
    cards: [u64; 3],
    place: Range<usize>,
}

impl Sheet {
    /// Writes rows as a JSON list. Those that stand in `before` as they are now are copied from there.
    pub fn write(
        rows: &[RecentRow<'_>],
        before: &Self,
        write: impl Fn(&RecentRow<'_>, &mut Vec<u8>),
    ) -> Self {
        let known = before.text.len();
        let mut text = Vec::with_capacity(if known == 0 { ROW + 2 } else { known + known / 8 + ROW });
        let mut written = Vec::with_capacity(rows.len());
        text.push(b'[');
        for (place, row) in rows.iter().enumerate() {
            if place > 0 {
                text.push(b',');
            }
            let start = text.len();
            match before.find(row) {
                Some(known) => text.extend_from_slice(known),
                None => write(row, &mut text),
            }
            written.push(Written { seat: row.seat.clone(), cards: cards(row), place: start..text.len() });
            if place == 0 {
                // Moving a long text once it has outgrown its memory takes longer than writing most of its rows.
                text.reserve((rows.len() * (text.len() + text.len() / 8)).saturating_sub(known));
            }
        }
        text.push(b']');
        written.sort_unstable_by_key(Written::chat);
        Self { text: text.into(), rows: written }
    }

    #[cfg(test)]
    pub(super) fn of_text(text: Vec<u8>) -> Self {
        Self { text: text.into(), rows: Vec::new() }
    }

    /// The text.
    pub fn text(&self) -> Bytes {
        self.text.clone()
    }

    /// How much memory it takes.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.rows.capacity() * size_of::<Written>()
    }

    /// The text of a row, if it would be the same now.
    fn find(&self, row: &RecentRow<'_>) -> Option<&[u8]> {
        let place = self.rows.binary_search_by_key(&row.seat.member.chat_id, Written::chat).ok()?;
        let known = self.rows.get(place)?;
        let same = known.cards == cards(row) && known.seat == *row.seat;
        self.text.get(known.place.clone()).filter(|_| same)
    }
}

impl Written {
    fn chat(&self) -> ChatId {
        self.seat.member.chat_id
    }
}

/// The numbers of the cards that a row is made of; none has zero.
fn cards(row: &RecentRow<'_>) -> [u64; 3] {
    [
        row.room.number(),
        row.peer.map_or(0, |peer| peer.number()),
        row.author.map_or(0, |author| author.number()),
    ]
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use lately_model::{Chat, Member, Room, User, UserId};
    use proptest::prelude::*;

    use super::*;
    use crate::Card;

    /// A row as one would write it from scratch.
    fn plain(row: &RecentRow<'_>) -> String {
        let name = |person: Option<&Card<User>>| person.map(|person| person.first_name.clone());
        let (seat, chat) = (row.seat, &row.room.chat);
        let shown = (chat.id.0, &chat.title, row.counter(), seat.pinned(), name(row.peer), name(row.author));
        format!("{shown:?}")
    }

    /// The chats of a list, as they may change from look to look: title, read position, pin, the other's name.
    type State = Vec<(u8, u8, bool, u8)>;

    /// Cards and seats, and which of the chats are shown, in order.
    struct List {
        rooms: Vec<Card<Room>>,
        people: Vec<Card<User>>,
        seats: Vec<Seat>,
        shown: Vec<usize>,
    }

    impl List {
        fn new() -> Self {
            Self { rooms: Vec::new(), people: Vec::new(), seats: Vec::new(), shown: Vec::new() }
        }

        /// Makes new cards for what changed, and for nothing else, as the residents do.
        fn become_now(&mut self, state: &State, shown: Vec<usize>) {
            for (place, &(title, read, pinned, name)) in state.iter().enumerate() {
                let id = i64::try_from(place).unwrap() + 1;
                let chat = Chat { id: ChatId(id), title: title.to_string(), ordinal: 9, ..Chat::default() };
                put(&mut self.rooms, place, Room { chat, last: None });
                let user = User { id: UserId(id), first_name: name.to_string(), ..User::default() };
                put(&mut self.people, place, user);
                let member = Member {
                    chat_id: ChatId(id),
                    user_id: UserId(99),
                    pin_order: i64::from(pinned),
                    ..Member::default()
                };
                let seat = Seat { member, peer: Some(UserId(id)), settled: i64::from(read) };
                match self.seats.get_mut(place) {
                    Some(known) => *known = seat,
                    None => self.seats.push(seat),
                }
            }
            self.shown = shown;
        }

        fn rows(&self) -> Vec<RecentRow<'_>> {
            let row = |&place: &usize| RecentRow {
                seat: &self.seats[place],
                room: &self.rooms[place],
                peer: Some(&self.people[place]),
                author: None,
            };
            self.shown.iter().map(row).collect()
        }
    }

    fn put<T: PartialEq>(cards: &mut Vec<Card<T>>, place: usize, value: T) {
        match cards.get_mut(place) {
            Some(known) if **known == value => {}
            Some(known) => *known = Card::new(value),
            None => cards.push(Card::new(value)),
        }
    }

    fn joined(rows: &[RecentRow<'_>]) -> String {
        format!("[{}]", rows.iter().map(plain).collect::<Vec<_>>().join(","))
    }

    fn text(sheet: &Sheet) -> String {
        String::from_utf8(sheet.text().to_vec()).unwrap()
    }

    fn looks() -> impl Strategy<Value = Vec<(State, Vec<usize>)>> {
        let state = proptest::collection::vec((0..3_u8, 0..3_u8, any::<bool>(), 0..3_u8), 6);
        let shown = Just((0..6).collect::<Vec<_>>()).prop_shuffle();
        let look = (state, shown, 0..7_usize);
        let look = look.prop_map(|(state, shown, count)| (state, shown.into_iter().take(count).collect()));
        proptest::collection::vec(look, 1..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_copied_equals_what_would_be_written(looks in looks()) {
            let (mut list, mut sheet) = (List::new(), Sheet::default());
            for (state, shown) in looks {
                list.become_now(&state, shown);
                let rows = list.rows();
                sheet = Sheet::write(&rows, &sheet, |row, out| out.extend(plain(row).bytes()));
                prop_assert_eq!(text(&sheet), joined(&rows));
            }
        }
    }

    #[test]
    fn only_what_changed_is_written() {
        let written = Cell::new(0);
        let write = |row: &RecentRow<'_>, out: &mut Vec<u8>| {
            written.set(written.get() + 1);
            out.extend(plain(row).bytes());
        };
        let (mut list, mut state) = (List::new(), vec![(0, 0, false, 0); 6]);
        list.become_now(&state, (0..6).collect());
        let first = Sheet::write(&list.rows(), &Sheet::default(), write);
        assert_eq!(written.take(), 6);
        state[4].0 = 1;
        list.become_now(&state, vec![4, 0, 1, 2, 3, 5]);
        let second = Sheet::write(&list.rows(), &first, write);
        assert_eq!(written.take(), 1);
        assert_eq!(text(&second), joined(&list.rows()));
    }
}
