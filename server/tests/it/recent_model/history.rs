//! Random histories: what four people do to three private dialogs and a group.

use proptest::collection::vec;
use proptest::prelude::*;

use super::naive::PEOPLE;

/// Where something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The group.
    Group,
    /// One of the private dialogs: of 0 and 1, of 1 and 2, the notes of 0.
    Private(usize),
}

/// One act. `who` and `whom` are places in the cast; `back` counts messages from the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Send { who: usize, place: Place },
    Edit { who: usize, place: Place, back: usize },
    Delete { who: usize, place: Place, back: usize },
    Read { who: usize, place: Place, back: Option<usize> },
    ReadAll { who: usize },
    Unread { who: usize, place: Place, back: usize },
    Pin { who: usize, place: Place, on: bool },
    Mark { who: usize, place: Place, on: bool },
    Hide { who: usize, place: Place },
    Mute { who: usize, place: Place, on: bool },
    Leave { who: usize },
    Kick { who: usize, whom: usize },
    Invite { who: usize, whom: usize, hide: bool },
    Rename { who: usize, title: u8 },
    Clock { seconds: i64 },
}

/// The people of each private dialog.
pub const PAIRS: [(usize, usize); 3] = [(0, 1), (1, 2), (0, 0)];

/// Up to forty acts.
pub fn history() -> impl Strategy<Value = Vec<Act>> {
    vec(act(), 1..40)
}

/// Somebody at a place where they have a dialog.
fn spot() -> impl Strategy<Value = (usize, Place)> {
    prop_oneof![
        5 => (0..PEOPLE).prop_map(|who| (who, Place::Group)),
        3 => (0..PAIRS.len(), any::<bool>()).prop_map(|(pair, first)| {
            let (one, other) = PAIRS[pair];
            (if first { one } else { other }, Place::Private(pair))
        }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let back = 0..6_usize;
    prop_oneof![
        8 => spot().prop_map(|(who, place)| Act::Send { who, place }),
        2 => (spot(), back.clone()).prop_map(|((who, place), back)| Act::Edit { who, place, back }),
        3 => (spot(), back.clone()).prop_map(|((who, place), back)| Act::Delete { who, place, back }),
        3 => (spot(), proptest::option::of(back.clone()))
            .prop_map(|((who, place), back)| Act::Read { who, place, back }),
        1 => (0..PEOPLE).prop_map(|who| Act::ReadAll { who }),
        3 => (spot(), back).prop_map(|((who, place), back)| Act::Unread { who, place, back }),
        2 => (spot(), any::<bool>()).prop_map(|((who, place), on)| Act::Pin { who, place, on }),
        2 => (spot(), any::<bool>()).prop_map(|((who, place), on)| Act::Mark { who, place, on }),
        2 => spot().prop_map(|(who, place)| Act::Hide { who, place }),
        1 => (spot(), any::<bool>()).prop_map(|((who, place), on)| Act::Mute { who, place, on }),
        1 => (0..PEOPLE).prop_map(|who| Act::Leave { who }),
        1 => (0..PEOPLE, 0..PEOPLE).prop_map(|(who, whom)| Act::Kick { who, whom }),
        3 => (0..PEOPLE, 0..PEOPLE, any::<bool>()).prop_map(|(who, whom, hide)| Act::Invite { who, whom, hide }),
        1 => (0..PEOPLE, 0..3_u8).prop_map(|(who, title)| Act::Rename { who, title }),
        4 => prop_oneof![Just(1), Just(60), Just(86_400), Just(8 * 86_400), Just(31 * 86_400), Just(-60), Just(-172_800)]
            .prop_map(|seconds| Act::Clock { seconds }),
    ]
}
