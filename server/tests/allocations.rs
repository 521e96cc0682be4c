//! How often a read and a send take memory: the same out of thirty chats and out of ten thousand, among two members and
//! among ten thousand. And how much a resident list takes, and how much is held while a large file passes. Noise cannot
//! touch it.
//!
//! A binary of its own, because the counting allocator is the whole binary's. It counts for all threads, so one test
//! counts at a time, and the least of several equal tries is what counts: the writer looks for others' work now and then.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write;

use futures_util::FutureExt;
use jiff::tz::TimeZone;
use lately::rest::shape::Wire;
use lately::rest::shape::recent::Text;
use lately::rest::shape::row::{write_row, write_rows};
use lately_messenger::Messenger;
use lately_messenger::message::{MessageDraft, Target};
use lately_messenger::recent::{ListQuery, RecentRow};
use lately_model::recent::Filter;
use lately_model::{ChatId, Language, Moment, Revision, UserId};
use lately_testkit::{Person, TestPortal};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Whose turn it is to count.
static TURN: Mutex<()> = Mutex::const_new(());

/// How often a count is tried.
const TRIES: usize = 8;

const ALICE: UserId = UserId(1);
const BOB: UserId = UserId(2);

/// Alice is in thirty chats and bob in ten thousand. The newest thirty of each are within the window.
async fn portal() -> TestPortal {
    let portal = TestPortal::start().await;
    let now = portal.messenger().now();
    let mut lines = String::new();
    let mut chat = 0;
    for (user, chats) in [(ALICE, 30), (BOB, 10_000)] {
        for place in 0..chats {
            chat += 1;
            let date = if place < 30 { now.plus(-60 - place) } else { Moment(now.0 - 60 * 86_400 - place) };
            for line in [
                json!({ "type": "chat", "id": chat, "title": format!("Chat {chat}"), "owner": 3, "created_at": date }),
                json!({ "type": "member", "chat": chat, "user": user, "joined_at": date }),
                json!({ "type": "member", "chat": chat, "user": 3, "joined_at": date }),
                json!({ "type": "message", "id": chat, "chat": chat, "author": 3, "date": date, "text": "Hi" }),
            ] {
                writeln!(lines, "{line}").unwrap();
            }
        }
    }
    portal.import(&lines).await;
    portal
}

/// How often memory is taken by one `work` of several equal ones, each after a `before` that is not counted.
async fn counted(mut before: impl AsyncFnMut(), mut work: impl AsyncFnMut()) -> u64 {
    let _turn = TURN.lock().await;
    let mut least = u64::MAX;
    for _ in 0..TRIES {
        before().await;
        let profiler = dhat::Profiler::builder().testing().build();
        work().await;
        least = least.min(dhat::HeapStats::get().total_blocks);
        drop(profiler);
    }
    least
}

async fn nothing() {}

/// The zone in which dates are shown.
static ZONE: TimeZone = TimeZone::UTC;

fn wire() -> Wire<'static> {
    Wire { zone: &ZONE, base_url: "", revision: Revision::R33, language: Language::En }
}

fn text(rows: &[RecentRow<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    write_rows(rows, Text::Preview, &wire(), &mut out);
    out
}

/// What is resident is answered at once, on the thread that asks.
fn kept(messenger: &Messenger, user: UserId) {
    let write = |row: &RecentRow<'_>, out: &mut Vec<u8>| write_row(row, Text::Preview, &wire(), out);
    let answer = messenger.recent_text(user, Filter::default(), 1, write).now_or_never();
    assert!(answer.unwrap().unwrap().starts_with(b"[{"));
}

fn written(messenger: &Messenger, user: UserId) {
    let rows = messenger.recent(user, Filter::default(), |recent| (recent.rows.len(), text(&recent.rows)));
    assert_eq!(rows.now_or_never().unwrap().unwrap().0, 30);
}

fn nothing_new(messenger: &Messenger, user: UserId) {
    let filter = Filter { since: Some(messenger.now()), ..Filter::default() };
    assert!(messenger.recent(user, filter, |recent| recent.rows.is_empty()).now_or_never().unwrap().unwrap());
}

fn first_page(messenger: &Messenger, user: UserId) {
    let query = ListQuery { limit: 25, ..ListQuery::default() };
    let page = messenger.recent_list(user, 1, query, |page| (page.rows.len(), text(&page.rows)));
    assert_eq!(page.now_or_never().unwrap().unwrap().0, 25);
}

#[tokio::test]
async fn a_read_takes_memory_as_often_among_thirty_chats_as_among_ten_thousand() {
    let portal = portal().await;
    let messenger = portal.messenger();
    for user in [ALICE, BOB] {
        messenger.recent(user, Filter::default(), |_| ()).await.unwrap();
    }
    assert_eq!(messenger.gauge().rows, 10_030);
    type Read = fn(&Messenger, UserId);
    let reads: [(&str, Read, u64); 4] = [
        ("kept", kept, 8),
        ("written", written, 20),
        ("nothing new", nothing_new, 8),
        ("first page", first_page, 60),
    ];
    for (name, read, most) in reads {
        read(messenger, ALICE);
        read(messenger, BOB);
        let few = counted(nothing, async || read(messenger, ALICE)).await;
        let many = counted(nothing, async || read(messenger, BOB)).await;
        assert_eq!(few, many, "{name}");
        assert!(few <= most, "{name} took memory {few} times");
    }
}

#[tokio::test]
async fn a_read_after_a_message_takes_memory_as_often_among_thirty_chats_as_among_ten_thousand() {
    let portal = portal().await;
    let messenger = portal.messenger();
    let mut counts = Vec::new();
    for (user, chat) in [(ALICE, 5), (BOB, 35)] {
        messenger.recent(user, Filter::default(), |_| ()).await.unwrap();
        for _ in 0..2 {
            say(messenger, ChatId(chat)).await;
            kept(messenger, user);
        }
        counts
            .push(counted(async || say(messenger, ChatId(chat)).await, async || kept(messenger, user)).await);
    }
    assert_eq!(counts.first(), counts.last());
}

/// Both halls' members have their lists in memory: two in the small one, fifty of the ten thousand in the large one.
#[tokio::test]
async fn a_send_takes_memory_as_often_among_two_members_as_among_ten_thousand() {
    let portal = TestPortal::start().await;
    let messenger = portal.messenger();
    let date = messenger.now();
    let mut lines = String::new();
    for user in 100..10_100 {
        writeln!(lines, "{}", json!({ "type": "user", "id": user, "first_name": "Guest" })).unwrap();
    }
    for (chat, members) in [(1, 1), (2, 9_999)] {
        let hall = json!({ "type": "chat", "id": chat, "title": "Hall", "owner": 3, "created_at": date });
        writeln!(lines, "{hall}").unwrap();
        for user in std::iter::once(3).chain(100..100 + members) {
            let member = json!({ "type": "member", "chat": chat, "user": user, "joined_at": date });
            writeln!(lines, "{member}").unwrap();
        }
    }
    portal.import(&lines).await;
    for user in std::iter::once(3).chain(100..150) {
        messenger.recent(UserId(user), Filter::default(), |_| ()).await.unwrap();
    }
    for chat in [1, 2] {
        say(messenger, ChatId(chat)).await;
    }
    let few = counted(nothing, async || say(messenger, ChatId(1)).await).await;
    let many = counted(nothing, async || say(messenger, ChatId(2)).await).await;
    assert_eq!(few, many);
    assert!(few <= 200, "a send took memory {few} times");
}

#[tokio::test]
async fn a_list_of_two_hundred_chats_takes_forty_kilobytes_at_most_beside_its_chats() {
    let portal = TestPortal::start().await;
    let date = portal.messenger().now();
    let mut lines = String::new();
    for chat in 1..=200 {
        writeln!(
            lines,
            "{}",
            json!({ "type": "chat", "id": chat, "title": "Chat", "owner": 3, "created_at": date })
        )
        .unwrap();
        for user in [1, 2, 3] {
            let member = json!({ "type": "member", "chat": chat, "user": user, "joined_at": date });
            writeln!(lines, "{member}").unwrap();
        }
        let message =
            json!({ "type": "message", "id": chat, "chat": chat, "author": 3, "date": date, "text": "Hi" });
        writeln!(lines, "{message}").unwrap();
    }
    portal.import(&lines).await;
    let messenger = portal.messenger();
    let mut bytes = Vec::new();
    for user in [ALICE, BOB] {
        let query = ListQuery { limit: 25, ..ListQuery::default() };
        messenger.recent(user, Filter::default(), |recent| text(&recent.rows)).await.unwrap();
        messenger.recent_list(user, 1, query, |page| text(&page.rows)).await.unwrap();
        bytes.push(messenger.gauge().bytes);
    }
    assert_eq!((messenger.gauge().rows, messenger.gauge().rooms), (400, 200));
    let [shared, both] = bytes.try_into().unwrap();
    assert!((27_200..40 << 10).contains(&(both - shared)), "{} bytes", both - shared);
}

async fn say(messenger: &Messenger, chat: ChatId) {
    let draft = MessageDraft { text: "New".to_owned(), ..MessageDraft::default() };
    messenger.send(UserId(3), Target::Chat(chat), draft).await.unwrap();
}

/// How many bytes the large file has: as many as the settings allow.
const LARGE: usize = 100 << 20;

/// What a stream of the large file is written and read in.
const PIECE: usize = 64 << 10;

/// How much memory may be in use at once while it passes: a few pieces at each end, and what a connection takes.
const LITTLE: usize = 6 << 20;

/// Everything that the test itself sends is one piece, again and again: what is held is the server's.
#[tokio::test]
async fn a_file_of_a_hundred_megabytes_comes_and_goes_in_little_memory() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let folder = alice.ok("im.disk.folder.get", json!({ "DIALOG_ID": "2" })).await["ID"].clone();
    let piece: Vec<u8> = (0..PIECE).map(|place| u8::try_from(place % 251).unwrap()).collect();
    let form = "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"form.bin\"\r\n\r\n";
    for (name, kind, before, after) in [
        ("&name=raw.bin", "application/octet-stream", "", ""),
        ("", "multipart/form-data; boundary=b0", form, "\r\n--b0--\r\n"),
    ] {
        let asked = alice.ok("disk.folder.uploadFile", json!({ "id": folder })).await;
        let address = asked["uploadUrl"].as_str().unwrap().replace("https://portal.lately.test", "");
        let length = before.len() + LARGE + after.len();
        let head = format!(
            "POST {address}{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n\r\n{before}"
        );
        let _turn = TURN.lock().await;
        let profiler = dhat::Profiler::builder().testing().build();
        let mut way = connect(&portal).await;
        way.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..LARGE / PIECE {
            way.write_all(&piece).await.unwrap();
        }
        way.write_all(after.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        way.read_to_end(&mut answer).await.unwrap();
        let held = dhat::HeapStats::get().max_bytes;
        drop(profiler);
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"SIZE\":\"104857600\""), "{answer}");
        assert!(held < LITTLE, "{held} bytes were held while a file came as {kind}");

        let link = answer.split("\"DOWNLOAD_URL\":\"").nth(1).unwrap().split('"').next().unwrap();
        let link = link.replace("https://portal.lately.test", "");
        let profiler = dhat::Profiler::builder().testing().build();
        let mut way = connect(&portal).await;
        way.write_all(format!("GET {link} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let (mut buffer, mut sum, mut count) = (vec![0; PIECE], 0_u64, 0);
        let mut head = Vec::new();
        loop {
            let read = way.read(&mut buffer).await.unwrap();
            let mut came = buffer.get(..read).unwrap();
            if read == 0 {
                break;
            }
            // The answer's own lines come first, and end in an empty one.
            while !head.ends_with(b"\r\n\r\n") && !came.is_empty() {
                head.extend(came.first());
                came = came.get(1..).unwrap();
            }
            count += came.len();
            sum += came.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        }
        let held = dhat::HeapStats::get().max_bytes;
        drop(profiler);
        let expected = piece.iter().map(|byte| u64::from(*byte)).sum::<u64>() * (LARGE / PIECE) as u64;
        assert_eq!((count, sum), (LARGE, expected));
        assert!(held < LITTLE, "{held} bytes were held while a file went");
    }
    portal.assert_exact().await;
}

/// The same in one call, whose body is a third larger than the file.
#[tokio::test]
async fn a_file_of_a_hundred_megabytes_inside_a_call_is_received_in_little_memory() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let address = alice.url.replace(&portal.origin(), "");
    let piece = "QUJD".repeat(PIECE / 4);
    let count = LARGE / (PIECE / 4 * 3);
    let (before, after) = (r#"{"dialogId":"2","fields":{"name":"a.bin","content":""#, r#""}}"#);
    let length = before.len() + count * PIECE + after.len();
    let head = format!(
        "POST {address}im.v2.File.upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{before}"
    );
    let _turn = TURN.lock().await;
    let profiler = dhat::Profiler::builder().testing().build();
    let mut way = connect(&portal).await;
    way.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..count {
        way.write_all(piece.as_bytes()).await.unwrap();
    }
    way.write_all(after.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    way.read_to_end(&mut answer).await.unwrap();
    let held = dhat::HeapStats::get().max_bytes;
    drop(profiler);
    let answer = String::from_utf8(answer).unwrap();
    let size = format!("\"size\":{}", count * (PIECE / 4 * 3));
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(&size), "{answer}");
    assert!(held < LITTLE, "{held} bytes were held while a file came inside a call");
}

async fn connect(portal: &TestPortal) -> TcpStream {
    TcpStream::connect(portal.server.http.first().unwrap()).await.unwrap()
}
