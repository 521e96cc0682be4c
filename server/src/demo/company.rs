//! The demo portal's group chats of every kind: groups, channels with comments, collabs, tasks, calls, notifications.
//!
//! Must hold: numbers never change their meaning; there is no chat 1111.

use lately_model::moment::DAY;
use lately_model::{ChatKind, Moment, RemovalReason, UserId};

use super::people;
use super::room::{Beat, Deed, Dress, HOUR, MINUTE, Room};
use super::talk::Topic;

use ChatKind::{Channel, Collab, Comment, Copilot, External, Group, Open, OpenChannel, OpenLine, System};
use Dress::{Attach, Change, Deleted, Edited, File, Keyboard, Liked, Notice, Plain, Purged, Quote, Reply};

/// Every chat that is not private.
pub(super) fn rooms(now: Moment) -> Vec<Room> {
    let mut rooms = everyday();
    rooms.extend(channels());
    rooms.extend(assistants());
    rooms.extend(entities());
    rooms.extend(seldom());
    rooms.extend(open_lines(now));
    rooms
}

fn staff() -> Vec<i64> {
    people::staff().into_iter().map(|UserId(id)| id).collect()
}

fn everyday() -> Vec<Room> {
    vec![
        Room::new(1, Open, "Hollowbrook Bicycles", &staff())
            .entity("GENERAL", "")
            .describe("Everybody who works here")
            .voiced_by(&[26, 10, 49, 12, 3, 5, 7, 20, 1])
            .about(&[Topic::Office])
            .talks(420, 60, 38 * MINUTE)
            .ends(&[
                Beat(17, "is this chat for lost and found too?", Purged),
                Beat(49, "Parcel for [USER=25][/USER] at reception. It is heavy.", Plain),
                Beat(3, "The coffee machine on the second floor is back. Be gentle with it ☕", Liked(9)),
            ])
            .deed(1, Deed::Unread(2))
            .deed(2, Deed::Unread(12)),
        Room::new(2, Group, "Spring launch", &[1, 2, 3, 5, 6, 8, 12, 15, 20, 22, 35])
            .describe("Everything about the Heron in moss green")
            .about(&[Topic::Sales, Topic::Design, Topic::Workshop, Topic::Friends])
            .talks(520, 34, 3 * MINUTE)
            .ends(&[
                Beat(1, "What is still open for the day itself?", Plain),
                Beat(20, "The stage, the rain plan and the bells", Plain),
                Beat(5, "All dealers confirmed. [B]All of them![/B]", Liked(5)),
                Beat(6, "[USER=1]Alice Marlow[/USER] may I show the green one first?", Reply),
            ])
            .deed(1, Deed::Unread(3))
            .deed(1, Deed::Pin(1))
            .deed(2, Deed::Unread(7)),
        Room::new(3, Group, "Workshop floor", &[7, 2, 1, 4, 9, 10, 11, 13, 16, 31, 32, 36, 45, 51, 55])
            .voiced_by(&[7, 2, 4, 11, 13, 32, 36, 45, 51, 55])
            .about(&[Topic::Workshop, Topic::Workshop, Topic::Friends])
            .talks(480, 30, 12 * MINUTE)
            .ends(&[
                Beat(2, "Bench 3 needs a hand until four", Plain),
                Beat(51, "I can come", Plain),
                Beat(7, "Jig is fixed, line two runs again 🔧", Liked(4)),
            ])
            .deed(2, Deed::Unread(2))
            .deed(2, Deed::Pin(1))
            .deed(1, Deed::Unread(37)),
        Room::new(4, Group, "Design critique", &[6, 1, 14, 22, 30, 37, 50])
            .about(&[Topic::Design])
            .talks(160, 40, 55 * MINUTE)
            .ends(&[Beat(22, "The last one before printing", Plain), Beat(22, "", File("seat-clamp-v4.png"))])
            .deed(1, Deed::Unread(2)),
        Room::new(5, Open, "Lunch?", &[26, 1, 2, 3, 4, 7, 11, 13, 17, 18, 34, 43, 49, 51, 72])
            .voiced_by(&[3, 4, 7, 11, 13, 17, 18, 26, 34, 43, 49, 51])
            .about(&[Topic::Friends, Topic::Office])
            .talks(260, 21, 2 * HOUR)
            .ends(&[
                Beat(72, "Today: pea soup, or potato pancakes with apple sauce. Who is in?", Keyboard),
                Beat(17, "Pancakes! 🥞", Plain),
                Beat(11, "Pancakes", Plain),
            ])
            .deed(1, Deed::Unread(104))
            .deed(1, Deed::Mute)
            .deed(2, Deed::Unread(41)),
        Room::new(6, Group, "Mint chat No. 1", &[2, 11, 51])
            .color("MINT")
            .about(&[Topic::Friends])
            .talks(30, 9, 3 * DAY)
            .ends(&[Beat(11, "[S]Saturday[/S] Sunday then, weather looks better", Edited)]),
        Room::new(7, Group, "IT requests", &[12, 1, 2, 34, 43, 3, 26, 42])
            .about(&[Topic::Machines])
            .talks(240, 45, 25 * MINUTE)
            .ends(&[Beat(
                34,
                "Tonight at eight:",
                Attach(Some("Maintenance of the mail server, 20 minutes")),
            )])
            .deed(1, Deed::Unread(1))
            .deed(2, Deed::Unread(1)),
        Room::new(8, Group, "Frame lab", &[14, 1, 2, 16, 23, 53, 45])
            .color("AZURE")
            .about(&[Topic::Design, Topic::Workshop])
            .talks(180, 50, 5 * HOUR)
            .ends(&[Beat(
                53,
                "Fatigue test passed 100 000 cycles. Numbers are here",
                File("heron-fatigue-test.xlsx"),
            )])
            .deed(2, Deed::Unread(5)),
        Room::new(9, Group, "Ночная смена", &[16, 2, 31, 4, 1])
            .voiced_by(&[16, 31, 4])
            .about(&[Topic::Russian])
            .talks(90, 28, 9 * HOUR)
            .ends(&[Beat(31, "Партия готова, все рамы проверены. Спокойной ночи! 🌙", Plain)])
            .deed(2, Deed::Unread(4)),
        Room::new(10, Group, "東京出張 / Tokyo trip", &[30, 1, 5, 52])
            .about(&[Topic::Japanese])
            .talks(70, 18, 26 * HOUR)
            .ends(&[Beat(30, "切符を買いました。朝八時に駅で会いましょう 🚄", Liked(2))]),
        Room::new(11, Open, "Cycling to work", &[23, 1, 2, 11, 14, 32, 34, 43, 53])
            .about(&[Topic::Friends, Topic::Office])
            .talks(150, 40, 6 * HOUR)
            .ends(&[
                Beat(23, "River path is open again", Plain),
                Beat(2, "Finally. Ten minutes less.", Quote),
                Beat(32, "See [URL=https://hollowbrook.example/map]the map[/URL], the bridge is not", Plain),
            ])
            .deed(2, Deed::Mark)
            .deed(2, Deed::Pin(2))
            .deed(1, Deed::Mute),
        Room::new(12, Group, "Finance close", &[8, 1, 21, 24, 42, 33])
            .about(&[Topic::Money])
            .talks(60, 60, 4 * DAY)
            .ends(&[Beat(24, "", Attach(None))])
            .deed(1, Deed::Mark),
    ]
}

fn channels() -> Vec<Room> {
    vec![
        Room::new(13, Channel, "Management notes", &[1, 2, 3, 5, 6, 7, 8, 10, 12])
            .voiced_by(&[1, 8])
            .about(&[Topic::News])
            .talks(40, 80, 29 * HOUR)
            .ends(&[Beat(
                8,
                "Numbers of the quarter: [B]better than planned[/B], details on Thursday",
                Liked(3),
            )])
            .deed(2, Deed::Unread(1)),
        Room::new(14, OpenChannel, "Company news", &staff())
            .describe("What everybody should know")
            .color("ORANGE")
            .voiced_by(&[20, 10])
            .about(&[Topic::News])
            .talks(60, 90, 4 * HOUR)
            .ends(&[Beat(
                20,
                "The Heron won the [I]City Bicycle of the Year[/I]! Cake at three in the hall 🏆",
                Liked(14),
            )])
            .deed(1, Deed::Pin(2))
            .deed(2, Deed::Unread(2)),
        Room::new(15, Comment, "", &[20, 1, 2, 3, 4, 7, 11, 23])
            .comments_on(14)
            .about(&[Topic::Friends])
            .talks(25, 1, 2 * HOUR)
            .ends(&[Beat(23, "Well deserved!", Plain)]),
        Room::new(16, Comment, "", &[8, 1, 5, 10])
            .comments_on(13)
            .about(&[Topic::Money])
            .talks(12, 1, 20 * HOUR)
            .ends(&[Beat(5, "That was a good quarter to be in sales", Plain)]),
    ]
}

fn assistants() -> Vec<Room> {
    let assistant = people::ASSISTANT.0;
    let talk = |id, title, user| {
        Room::new(id, Copilot, title, &[user, assistant]).color("COPILOT").about(&[Topic::Assistant])
    };
    let notices = |id, user| {
        Room::new(id, System, "", &[user])
            .about(&[Topic::Notices])
            .talks(20, 25, 3 * HOUR)
            .ends(&[Beat(3, "[USER=3][/USER] invites you to ride the new Heron on Friday", Plain)])
            .deed(user, Deed::Unread(0))
    };
    vec![
        talk(17, "Speech for the launch", 1)
            .talks(40, 6, 27 * HOUR)
            .ends(&[
                Beat(1, "Make the second paragraph shorter", Plain),
                Beat(assistant, "Done, it is down to three sentences:\n[I]A bicycle is a promise. Ours rings when it is kept.[/I]", Plain),
            ])
            .deed(1, Deed::Pin(5)),
        talk(18, "Shift planning", 2)
            .talks(26, 10, 2 * DAY)
            .ends(&[Beat(assistant, "[CODE]early: 7, late: 5, night: 3[/CODE] covers every bench.", Plain)])
            .deed(2, Deed::Unread(1)),
        notices(58, 1),
        notices(59, 2),
    ]
}

fn entities() -> Vec<Room> {
    let task = |id, title, entity_id, cast: &[i64]| {
        Room::new(id, External, title, cast).entity("TASKS_TASK", entity_id).about(&[Topic::Task])
    };
    vec![
        Room::new(19, Collab, "Velora fair stand", &[54, 1, 2, 5, 20, 63, 48, 37])
            .entity("SONET_GROUP", "7")
            .about(&[Topic::Sales, Topic::Friends, Topic::Design])
            .talks(110, 30, 95 * MINUTE)
            .ends(&[
                Beat(63, "The stand is ready for you from Sunday noon", Plain),
                Beat(54, "Floor plan with the podium", File("velora-stand-floor-plan.pdf")),
            ])
            .deed(1, Deed::Unread(2))
            .deed(2, Deed::Unread(2)),
        task(20, "Replace the paint booth filters", "311", &[7, 2, 9, 36, 1])
            .talks(18, 6, 40 * MINUTE)
            .ends(&[Beat(36, "[USER=36][/USER] completed the task", Change)])
            .deed(2, Deed::Unread(1))
            .deed(1, Deed::Unread(1)),
        task(21, "Translate the service manual", "298", &[1, 35, 64, 2])
            .talks(14, 12, 2 * DAY)
            .ends(&[Beat(64, "French and Polish are done", File("service-manual-fr.docx"))]),
        task(22, "Prepare the photo shoot", "287", &[20, 50, 1, 37]).talks(9, 5, 8 * DAY).ends(&[Beat(
            50,
            "Light is best before nine, I bring the reflectors",
            Plain,
        )]),
        Room::new(23, Group, "Deal: 40 cargo bikes for Portside Couriers", &[19, 1, 15, 5, 40, 92])
            .entity("CRM", "DEAL|118")
            .about(&[Topic::Sales])
            .talks(50, 20, 20 * HOUR)
            .ends(&[
                Beat(92, "Signed! Scan follows.", Plain),
                Beat(19, "", File("contract-portside-signed.pdf")),
            ])
            .deed(1, Deed::Unread(2)),
        Room::new(24, Group, "Quarterly planning", &[10, 1, 2, 3, 5, 6, 8, 12])
            .entity("CALENDAR", "57")
            .about(&[Topic::Friends])
            .talks(16, 5, 2 * DAY)
            .ends(&[Beat(10, "[USER=10][/USER] moved the event to 14:30", Change)]),
        Room::new(25, Group, "Safety circle", &[7, 2, 9, 26, 31, 44])
            .entity("SONET_GROUP", "4")
            .about(&[Topic::Workshop, Topic::Office])
            .talks(60, 60, 3 * DAY)
            .ends(&[Beat(26, "New eye-wash bottles are on the wall", File("eye-wash.jpg"))])
            .deed(2, Deed::Mute),
        Room::new(26, Group, "Call: weekly sync", &[1, 2, 7, 15])
            .entity("CALL", "call-2041")
            .about(&[Topic::Task])
            .talks(6, 1, 6 * DAY)
            .ends(&[Beat(15, "Call ended, 32 minutes", Change)]),
        Room::new(27, Group, "Supplier video meeting", &[21, 1, 29, 62])
            .entity("VIDEOCONF", "9c41")
            .about(&[Topic::Money])
            .talks(9, 2, 5 * DAY)
            .ends(&[Beat(62, "Thank you all, the sample leaves us tomorrow", Plain)]),
        Room::new(28, Group, "Fire drill", &[26, 1, 2, 3, 7, 10, 40])
            .entity("ANNOUNCEMENT", "12")
            .voiced_by(&[26])
            .talks(0, 1, 12 * DAY)
            .ends(&[Beat(26, "Everybody out in four minutes. Thank you, that is a record! 🔥", Liked(5))]),
        Room::new(36, Group, "Hollowbrook × Kestrel Tyres", &[15, 1, 21, 61, 91])
            .about(&[Topic::Sales])
            .talks(40, 25, 7 * HOUR)
            .ends(&[Beat(61, "Price list with the puncture-proof ones", File("kestrel-prices.pdf"))])
            .deed(1, Deed::Unread(1)),
    ]
}

fn seldom() -> Vec<Room> {
    vec![
        Room::new(29, Group, "Office move", &[26, 1, 2, 10, 49])
            .talks(30, 20, 10 * DAY)
            .ends(&[Beat(26, "All boxes are unpacked. Really all of them.", Plain)])
            .deed(1, Deed::Hide)
            .deed(2, Deed::Hide),
        Room::new(30, Group, "Board game night", &[51, 11, 34, 43, 32])
            .about(&[Topic::Friends])
            .talks(45, 25, 2 * DAY)
            .ends(&[Beat(1, "[USER=1][/USER] left the chat", Notice("CHAT_LEAVE"))])
            .removal(1, RemovalReason::Left, 2 * DAY),
        Room::new(31, Group, "Interview panel", &[39, 10, 7, 33])
            .about(&[Topic::Friends])
            .talks(40, 15, 3 * DAY)
            .ends(&[Beat(39, "[USER=39][/USER] removed [USER=2][/USER] from the chat", Notice("CHAT_LEAVE"))])
            .removal(2, RemovalReason::Removed, 3 * DAY),
        Room::new(32, Group, "House rules", &[1, 2, 10, 26, 47])
            .about(&[Topic::Office])
            .talks(10, 30, 45 * DAY)
            .ends(&[Beat(47, "Final version, signed by all heads", File("house-rules.pdf"))])
            .deed(1, Deed::Pin(3)),
        Room::new(33, Group, "Winter party", &[26, 1, 2, 3, 20, 54])
            .about(&[Topic::Friends])
            .talks(35, 20, 70 * DAY)
            .ends(&[Beat(54, "See you next year! ❄️", Liked(4))]),
        Room::new(34, Group, "Test, please ignore", &[12, 1, 34])
            .talks(0, 1, 5 * HOUR)
            .ends(&[Beat(12, "test", Purged), Beat(34, "test 2", Purged)]),
        Room::new(35, Group, "Photos of the new hall", &[50, 1, 2, 37, 20])
            .about(&[Topic::Design])
            .talks(24, 12, 13 * HOUR)
            .ends(&[Beat(37, "", File("hall-evening.jpg")), Beat(50, "wrong chat, sorry", Deleted)]),
        Room::new(37, Group, "Apprentices and mentors", &[7, 51, 2, 11, 4, 14])
            .about(&[Topic::Workshop, Topic::Friends])
            .joined_late(2)
            .talks(70, 26, 8 * HOUR)
            .ends(&[Beat(51, "My first frame is straight 🥲", Liked(4))])
            .deed(2, Deed::BackTo(3)),
    ]
}

fn open_lines(now: Moment) -> Vec<Room> {
    let first = people::FIRST_CUSTOMER;
    let greeter = people::GREETER.0;
    let line = |place: i64, title: &str, source: &str, status, operators: &[i64]| {
        let customer = first + place;
        let session = 700 + place;
        let begun = now.plus(-(place + 1) * 5 * HOUR);
        let mut cast = vec![customer];
        cast.extend(operators);
        let mut room = Room::new(50 + place, OpenLine, &format!("{title} - Hollowbrook Care"), &cast)
            .entity("LINES", &format!("{source}|1|{}|{customer}", 5000 + place))
            .about(&[Topic::Customer])
            .session(session, status, begun);
        room.chat.owner_id =
            if status < 10 { UserId(0) } else { room.voices.get(1).copied().unwrap_or_default() };
        room.chat.entity_data = [
            format!("N|NONE|0|N|N|{session}|{}|0|0|0", begun.0),
            "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0".to_owned(),
            String::new(),
        ];
        room
    };
    vec![
        line(0, "Marta Quillon", "livechat", 0, &[greeter, 1, 2, 3, 17, 18])
            .voiced_by(&[first, greeter])
            .talks(0, 1, 6 * MINUTE)
            .ends(&[
                Beat(greeter, "Hello! A colleague will be with you in a moment.", Keyboard),
                Beat(first, "My Heron makes a clicking sound when I brake. Is that dangerous?", Plain),
            ])
            .deed(1, Deed::Unread(2))
            .deed(2, Deed::Unread(2)),
        line(1, "Guest", "livechat", 5, &[1, 3, 28])
            .talks(6, 2, 50 * MINUTE)
            .ends(&[Beat(first + 1, "ok, I wait", Plain)])
            .deed(1, Deed::Unread(1)),
        line(2, "Пётр Лесновик", "telegrambot", 10, &[2, 31, 3])
            .about(&[Topic::RussianCustomer])
            .talks(16, 4, 3 * HOUR)
            .ends(&[Beat(first + 2, "Спасибо! А чехол входит в комплект?", Plain)])
            .deed(2, Deed::Unread(1)),
        line(3, "Tom Ashgrove", "whatsapp", 20, &[1, 17])
            .talks(24, 6, 75 * MINUTE)
            .ends(&[Beat(first + 3, "Here is the picture", File("broken-light.jpg"))])
            .deed(1, Deed::Unread(1)),
        line(4, "陳小雲", "telegrambot", 25, &[18, 1, 2])
            .about(&[Topic::ChineseCustomer])
            .talks(12, 3, 8 * HOUR)
            .ends(&[Beat(18, "我們明天寄出，謝謝您！", Plain)]),
        line(5, "Isabel Norwyn", "livechat", 40, &[17, 2])
            .talks(30, 9, 11 * HOUR)
            .ends(&[Beat(17, "The new bell is on its way to you 🔔", Plain)])
            .deed(2, Deed::Unread(1)),
        line(6, "Greyhound Café", "network", 50, &[3, 1, 19]).talks(18, 5, 33 * HOUR).ends(&[Beat(
            19,
            "I sent the offer for three cargo bikes",
            Attach(Some("Offer HB-27114")),
        )]),
        line(7, "Ben Tolliver", "whatsapp", 60, &[28, 1, 2]).talks(14, 4, 6 * DAY).ends(&[Beat(
            first + 7,
            "Solved, thank you very much!",
            Liked(1),
        )]),
    ]
}
