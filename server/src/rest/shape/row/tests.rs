//! Rows from pieces against rows serialised whole, over rows of every kind.

use jiff::tz::TimeZone;
use lately_messenger::Card;
use lately_model::user::{Bot, Phones};
use lately_model::{
    Chat, ChatId, ChatKind, FileId, FileKind, Language, LastMessage, Line, Member, MessageId, Moment, Seat,
    UserId, UserKind,
};
use proptest::prelude::*;

use super::*;

const KINDS: [&str; 11] = ["P", "C", "O", "L", "S", "T", "N", "J", "A", "B", "X"];
const ENTITIES: [&str; 7] = ["", "LINES", "TASKS", "TASKS_TASK", "CRM", "SONET_GROUP", "GENERAL"];

/// Texts as people write them, with what JSON escapes and what could be taken for a mark.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z \"\\\\/<>\u{0}-\u{1f}\u{7f}äß🎉]{0,12}",
        Just("/upload/a.png".to_owned()),
        Just("[b]bold[/b] [USER=7][/USER] https://lately.test/?a=1&b=2\n".to_owned()),
        Just((i64::MIN + 3).to_string()),
    ]
}

fn moment() -> impl Strategy<Value = Moment> {
    (0..4_000_000_000_i64).prop_map(Moment)
}

prop_compose! {
    fn user()(
        id in 1..1_000_000_i64,
        texts in proptest::array::uniform5(words()),
        kind in 0..UserKind::ALL.len(),
        active in any::<bool>(),
        idle in proptest::option::of(moment()),
        bot in any::<bool>(),
        phone in words(),
    ) -> User {
        let [first_name, last_name, email, avatar, color] = texts;
        User {
            id: UserId(id),
            active,
            kind: UserKind::ALL[kind],
            first_name,
            last_name,
            email,
            avatar,
            color,
            idle_since: idle,
            last_activity: idle,
            departments: vec![1, id],
            phones: Phones { work_phone: phone, ..Phones::default() },
            bot: bot.then(Bot::default),
            ..User::default()
        }
    }
}

prop_compose! {
    fn last()(
        id in 1..1000_i64,
        author in 0..3_i64,
        date in moment(),
        text in words(),
        name in words(),
        uuid in proptest::option::of(words()),
        flags in any::<[bool; 3]>(),
    ) -> LastMessage {
        let [file, viewed, user_join] = flags;
        LastMessage {
            id: MessageId(id),
            author_id: UserId(author),
            date,
            text,
            uuid,
            file: file.then(|| (FileId(1), FileKind::default(), "a.png".to_owned())),
            attach: None,
            viewed,
            user_join,
            mentions: vec![(UserId(7), name)],
        }
    }
}

prop_compose! {
    fn room()(
        id in 1..1_000_000_i64,
        kind in 0..KINDS.len(),
        entity in 0..ENTITIES.len(),
        texts in proptest::array::uniform4(words()),
        dates in proptest::array::uniform3(moment()),
        owner in 0..3_i64,
        ordinal in 0..1000_i64,
        line in any::<bool>(),
        last in proptest::option::weighted(0.9, last()),
    ) -> Room {
        let [title, color, avatar, data] = texts;
        let [created_at, updated_at, date_create] = dates;
        let chat = Chat {
            id: ChatId(id),
            kind: ChatKind::from_letter(KINDS[kind]).unwrap(),
            title,
            color,
            avatar,
            owner_id: UserId(owner),
            entity_type: ENTITIES[entity].to_owned(),
            entity_id: "DEAL|5".to_owned(),
            entity_data: [data.clone(), data, String::new()],
            created_at,
            updated_at,
            ordinal,
            line: line.then_some(Line { id: 3, status: 20, date_create }),
            ..Chat::default()
        };
        Room { chat, last }
    }
}

prop_compose! {
    fn seat()(
        user in 1..3_i64,
        flags in any::<[bool; 4]>(),
        read in 0..1000_i64,
        visible in prop_oneof![Just(0), 0..1000_i64],
        updated_at in moment(),
        settled in 0..1000_i64,
    ) -> Seat {
        let [manager, muted, mark, pinned] = flags;
        let member = Member {
            user_id: UserId(user),
            manager,
            muted,
            mark,
            pin_order: i64::from(pinned),
            last_read_id: MessageId(read),
            first_visible_id: MessageId(visible),
            updated_at,
            ..Member::default()
        };
        Seat { member, peer: None, settled }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_from_pieces_are_rows_serialised_whole(
        room in room(),
        mut seats in proptest::collection::vec((seat(), proptest::option::weighted(0.9, user())), 1..4),
        author in proptest::option::of(user()),
        text in prop_oneof![Just(Text::Preview), Just(Text::Stored), Just(Text::Full)],
        seed in any::<bool>(),
        zone in prop_oneof![Just("UTC"), Just("Asia/Kathmandu"), Just("America/St_Johns")],
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let (revision, text) = if seed { (Revision::R29, Text::Preview) } else { (Revision::R33, text) };
        let wire = Wire {
            zone: &zone,
            base_url: "https://portal.lately.test",
            revision,
            language: Language::Ru,
        };
        let private = room.chat.kind.is_private();
        let (room, author) = (Card::new(room), author.map(Card::new));
        for (seat, peer) in &mut seats {
            seat.peer = peer.as_ref().filter(|_| private).map(|peer| peer.id);
        }
        let peers: Vec<_> = seats.iter().map(|(_, peer)| peer.clone().map(Card::new)).collect();
        let rows: Vec<_> = seats
            .iter()
            .zip(&peers)
            .map(|((seat, _), peer)| RecentRow {
                seat,
                room: &room,
                peer: peer.as_ref().filter(|_| private),
                author: author.as_ref(),
            })
            .collect();
        let whole: Vec<_> = rows.iter().map(|row| recent::row(row, text, &wire)).collect();
        let whole = serde_json::to_string(&whole).unwrap();
        for round in ["pieces made", "pieces kept"] {
            let mut out = Vec::new();
            write_rows(&rows, text, &wire, &mut out);
            prop_assert_eq!(std::str::from_utf8(&out).unwrap(), &whole, "{}", round);
        }
    }
}
