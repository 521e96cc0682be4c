//! The demo portal's private dialogs, notes included. User 1 and user 2 have many; others have a few each.
//!
//! Must hold: numbers never change their meaning; no two dialogs are between the same people.

use lately_model::moment::DAY;

use super::chance::Chance;
use super::people;
use super::room::{Beat, Deed, Dress, HOUR, MINUTE, Room};
use super::talk::Topic;

use Dress::{Attach, Deleted, Edited, File, Keyboard, Liked, Plain, Quote, Reply};

/// The first number of dialogs in which neither user 1 nor user 2 takes part.
const FIRST_OTHER: i64 = 201;

/// How many of those there are.
const OTHERS: usize = 34;

/// Number, the other person, how many messages before the ending, seconds since the last, unread, who ends and how.
type Dialog = (i64, i64, usize, i64, usize, Beat);

/// Every private dialog.
pub(super) fn rooms() -> Vec<Room> {
    let mut rooms: Vec<Room> = OF_ALICE.iter().map(|dialog| room(1, dialog)).collect();
    rooms.extend(OF_BOB.iter().map(|dialog| room(2, dialog)));
    rooms.push(Room::private(150, 1, 33));
    rooms.extend(others());
    for room in &mut rooms {
        let deeds = DEEDS.iter().filter(|(id, ..)| *id == room.chat.id.0);
        let deeds: Vec<_> = deeds.map(|(_, user, deed)| (lately_model::UserId(*user), *deed)).collect();
        room.deeds.extend(deeds);
    }
    rooms
}

fn room(user: i64, dialog: &Dialog) -> Room {
    let (id, peer, length, quiet, unread, ending) = *dialog;
    let room = Room::private(id, user, peer)
        .talks(length, 40, quiet)
        .ends(&[ending])
        .deed(user, Deed::Unread(unread));
    if peer == user {
        room.about(&[Topic::Notes])
    } else if [people::LUNCH_BOT.0, people::STOCK_BOT.0].contains(&peer) {
        room.about(&[Topic::Bot])
    } else if [16, 31].contains(&peer) {
        room.about(&[Topic::Russian, Topic::Friends])
    } else if peer == 30 {
        room.about(&[Topic::Japanese])
    } else {
        room.about(&[Topic::Friends, topic_of(peer)])
    }
}

/// What somebody talks about besides everything.
fn topic_of(user: i64) -> Topic {
    match user {
        6 | 14 | 22 | 37 => Topic::Design,
        5 | 15 | 19 | 20 | 61 | 91 | 92 => Topic::Sales,
        8 | 21 | 47 => Topic::Money,
        12 | 34 | 43 => Topic::Machines,
        3 | 10 | 26 | 35 => Topic::Office,
        _ => Topic::Workshop,
    }
}

fn others() -> Vec<Room> {
    let mut chance = Chance::of(FIRST_OTHER);
    let staff: Vec<_> = people::staff().into_iter().filter(|user| user.0 > 2).collect();
    let mut known = std::collections::BTreeSet::new();
    let mut rooms = Vec::new();
    for id in FIRST_OTHER.. {
        if rooms.len() == OTHERS {
            break;
        }
        let (Some(one), Some(other)) = (chance.pick(&staff), chance.pick(&staff)) else { break };
        if one == other || !known.insert((one.min(other), one.max(other))) {
            continue;
        }
        let topics = [Topic::Friends, topic_of(one.0)];
        let (length, quiet) = (chance.between(8, 46), chance.between(5 * MINUTE, 12 * DAY));
        let length = usize::try_from(length).unwrap_or(8);
        rooms.push(Room::private(id, one.0, other.0).about(&topics).talks(length, 35, quiet));
    }
    rooms
}

const OF_ALICE: [Dialog; 25] = [
    (101, 2, 120, 8 * MINUTE, 2, Beat(2, "Shifts for next week are up. Could you look at Thursday?", Reply)),
    (102, 5, 96, 21 * MINUTE, 1, Beat(5, "They want forty. Forty!", Liked(1))),
    (103, 3, 88, HOUR, 0, Beat(1, "Thank you, that was kind of you to say", Plain)),
    (
        104,
        6,
        64,
        100 * MINUTE,
        4,
        Beat(6, "And this is how it looks in the sun", File("heron-green-sun.jpg")),
    ),
    (105, 7, 70, 4 * HOUR, 0, Beat(7, "All benches back to normal", Plain)),
    (106, 8, 52, 5 * HOUR, 1, Beat(8, "Draft of the budget", File("budget-next-year.xlsx"))),
    (107, 10, 40, 9 * HOUR, 0, Beat(1, "Yes, let us offer her the job", Edited)),
    (
        108,
        12,
        44,
        11 * HOUR,
        0,
        Beat(12, "Your new laptop is ready, the old one still knows your password", Plain),
    ),
    (
        109,
        15,
        38,
        23 * HOUR,
        0,
        Beat(15, "Contract is with legal:", Attach(Some("Framework agreement, 14 pages"))),
    ),
    (110, 20, 60, 25 * HOUR, 12, Beat(20, "Last one, promise: which of the two?", Plain)),
    (111, 22, 30, 30 * HOUR, 0, Beat(22, "That one, with a softer curve", Quote)),
    (112, 26, 36, 2 * DAY, 0, Beat(26, "Room is booked, plants are watered 🌱", Plain)),
    (113, 30, 42, 2 * DAY + HOUR, 0, Beat(30, "ありがとうございます！楽しみにしています", Plain)),
    (114, 16, 26, 3 * DAY, 0, Beat(16, "Хорошо, тогда до понедельника", Plain)),
    (115, 31, 18, 4 * DAY, 1, Beat(31, "Отчёт по качеству за месяц", File("otchet-kachestvo.pdf"))),
    (116, 61, 28, 26 * HOUR, 0, Beat(61, "See you at the fair!", Plain)),
    (117, 72, 22, 3 * HOUR, 1, Beat(72, "Lunch in 30 minutes: pea soup", Keyboard)),
    (118, 74, 24, 14 * HOUR, 0, Beat(74, "Stock is low: rear hubs, 12 left.", Attach(None))),
    (119, 91, 16, 5 * DAY, 0, Beat(91, "Regards from Kestrel, the tyres are rolling", Plain)),
    (120, 27, 20, 6 * DAY, 0, Beat(27, "Goodbye and thank you for everything", Plain)),
    (121, 41, 12, 7 * DAY, 2, Beat(41, "Keys are at reception", Plain)),
    (122, 1, 14, 16 * HOUR, 0, Beat(1, "Speech: thank the night shift first", Plain)),
    (123, 47, 24, 9 * DAY, 0, Beat(47, "Nothing to sign today", Plain)),
    (124, 35, 20, 15 * DAY, 0, Beat(1, "Lovely text. Print it.", Liked(1))),
    (125, 14, 22, 22 * DAY, 0, Beat(14, "this was not meant for you", Deleted)),
];

const OF_BOB: [Dialog; 23] = [
    (126, 3, 60, 17 * MINUTE, 1, Beat(3, "Customer asks whether the rack holds a child seat", Plain)),
    (127, 4, 84, 34 * MINUTE, 0, Beat(2, "Then we true them tomorrow morning", Plain)),
    (128, 7, 96, 70 * MINUTE, 3, Beat(7, "[B]Important:[/B] booth is closed until five", Plain)),
    (129, 9, 40, 3 * HOUR, 0, Beat(9, "Back on Monday 🌴", Plain)),
    (130, 11, 90, 2 * HOUR, 0, Beat(2, "You are the best", Liked(1))),
    (131, 13, 44, 6 * HOUR, 0, Beat(13, "Cake at three, do not be late 🎂", Plain)),
    (132, 16, 36, 10 * HOUR, 2, Beat(16, "Рама 214 готова, фото ниже", File("rama-214.jpg"))),
    (133, 14, 30, 20 * HOUR, 0, Beat(14, "New drawing, revision C", File("head-tube-rev-c.pdf"))),
    (
        134,
        21,
        34,
        22 * HOUR,
        0,
        Beat(21, "Hubs are ordered, see the sheet", Attach(Some("Order HB-24410, 600 hubs"))),
    ),
    (135, 25, 28, 27 * HOUR, 5, Beat(25, "The truck is early. Can you send two people?", Plain)),
    (136, 40, 32, 2 * DAY, 0, Beat(40, "Pallet 12 is yours", Plain)),
    (137, 45, 26, 3 * DAY, 0, Beat(45, "Machine is free from noon", Edited)),
    (138, 55, 20, 4 * DAY, 0, Beat(55, "Leather has arrived, it smells wonderful", Plain)),
    (139, 51, 48, 5 * HOUR, 0, Beat(51, "Which spanner for the crown race?", Plain)),
    (140, 31, 18, 5 * DAY, 0, Beat(31, "Проверено, можно отгружать", Plain)),
    (141, 72, 20, 3 * HOUR, 0, Beat(72, "Noted 🥣", Plain)),
    (142, 74, 26, 13 * HOUR, 1, Beat(74, "Stock is low: spokes 280 mm, 400 left.", Keyboard)),
    (143, 2, 12, 32 * HOUR, 0, Beat(2, "Ask Greta about the second torque wrench", Plain)),
    (144, 62, 14, 6 * DAY, 0, Beat(62, "Castings ship on Friday", Plain)),
    (145, 92, 10, 8 * DAY, 0, Beat(92, "Our riders love the new boxes", Plain)),
    (146, 41, 10, 11 * DAY, 0, Beat(41, "Thanks for the lift!", Plain)),
    (147, 12, 22, 12 * DAY, 0, Beat(12, "Restart it once more, then call me", Plain)),
    (148, 10, 16, 19 * DAY, 0, Beat(10, "Your holiday is approved", Liked(1))),
];

/// What people did to these rows besides reading them.
const DEEDS: [(i64, i64, Deed); 8] = [
    (101, 2, Deed::Unread(0)),
    (102, 1, Deed::Pin(4)),
    (128, 2, Deed::Pin(3)),
    (112, 1, Deed::Mark),
    (139, 2, Deed::Mark),
    (110, 1, Deed::Mute),
    (123, 1, Deed::Hide),
    (137, 2, Deed::BackTo(2)),
];
