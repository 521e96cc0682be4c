//! The demo portal: a company that makes bicycles, with people, chats and messages of every kind.
//!
//! Must hold: the same moment gives the same facts; what is written is what a live portal could have become, so that
//! a recount finds nothing to differ. Never used by a portal that people live in.

mod chance;
mod company;
mod daily;
mod dress;
mod errand;
mod people;
mod private;
mod room;
mod rows;
mod story;
mod talk;
mod trade;

use std::collections::BTreeMap;

use lately_messenger::Messenger;
use lately_messenger::transfer::TransferError;
use lately_model::{ChatId, FileId, Message, MessageId, Moment};
use lately_store::Fact;

use room::Room;
use rows::Numbered;
use story::{Draft, Names};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeded {
    /// Users of every kind.
    pub users: u64,
    /// Chats of every kind.
    pub chats: u64,
    /// Messages, those included that were deleted.
    pub messages: u64,
}

/// Fills an empty portal as if it were in use at `now`. User 1 administers it, user 2 is an ordinary employee, and
/// both have long lists. Running it again on the same portal changes nothing that is there already, users apart.
pub async fn seed(messenger: &Messenger, now: Moment) -> Result<Seeded, TransferError> {
    let facts = facts(now);
    let count =
        |wanted: fn(&Fact) -> bool| facts.iter().filter(|fact| wanted(fact)).fold(0, |sum, _| sum + 1);
    let seeded = Seeded {
        users: count(|fact| matches!(fact, Fact::User(_))),
        chats: count(|fact| matches!(fact, Fact::Chat(_))),
        messages: count(|fact| matches!(fact, Fact::Message { .. })),
    };
    // One transaction: a portal that is killed while it is seeded is empty afterwards, and seeded again.
    messenger.put((1..).zip(facts).collect()).await?;
    Ok(seeded)
}

/// Every fact, in an order in which they can be written.
fn facts(now: Moment) -> Vec<Fact> {
    let users = people::users(now);
    let names: Names = users.iter().map(|user| (user.id, (user.name(), user.kind))).collect();
    let mut rooms = company::rooms(now);
    rooms.extend(private::rooms());
    let told = rooms.iter().flat_map(|room| story::tell(room, &names, now)).collect();
    let stories = numbered(told);
    settle(&mut rooms, &stories, now);

    let mut facts = vec![Fact::Portal { color_counter: i64::try_from(rooms.len()).unwrap_or(0) }];
    facts.extend(people::departments().into_iter().map(Fact::Department));
    facts.extend(users.into_iter().map(|user| Fact::User(Box::new(user))));
    for room in &rooms {
        let messages = stories.get(&room.chat.id).map(Vec::as_slice).unwrap_or_default();
        facts.push(Fact::Chat(Box::new(room.chat.clone())));
        facts.extend(rows::members(room, messages));
        facts.extend(messages.iter().flat_map(|message| message_facts(message, messages)));
        facts.extend(touch(room, messages, now));
        facts.extend(rows::states(room, messages, now));
    }
    facts
}

/// Gives numbers to messages and files by date, over all chats.
fn numbered(mut drafts: Vec<Draft>) -> BTreeMap<ChatId, Vec<Numbered>> {
    drafts.sort_by_key(|draft| (draft.date, draft.chat, draft.place));
    let mut stories: BTreeMap<ChatId, Vec<Numbered>> = BTreeMap::new();
    let mut files = 0;
    for (id, mut draft) in (1..).zip(drafts) {
        if let Some(file) = &mut draft.file {
            files += 1;
            file.id = FileId(files);
        }
        stories.entry(draft.chat).or_default().push(Numbered { id: MessageId(id), draft });
    }
    stories
}

/// Fills in what follows from the messages: when a chat was made, and which post its comments are about.
fn settle(rooms: &mut [Room], stories: &BTreeMap<ChatId, Vec<Numbered>>, now: Moment) {
    for room in rooms {
        let first = stories.get(&room.chat.id).and_then(|messages| messages.first());
        let begun = first.map_or(now.plus(-room.quiet), |message| message.draft.date);
        room.chat.created_at = begun.plus(-2);
        let post = stories.get(&room.chat.parent_chat_id).and_then(|messages| messages.last());
        room.chat.parent_message_id = post.map_or(MessageId(0), |post| post.id);
    }
}

fn message_facts(message: &Numbered, chat: &[Numbered]) -> Vec<Fact> {
    let Numbered { id, draft } = message;
    let mut params = draft.params.clone();
    if let Some(reply) = draft.reply.and_then(|place| chat.get(place)) {
        params.insert("REPLY_ID".to_owned(), reply.id.0.into());
    }
    let mut facts = Vec::with_capacity(2);
    if let Some(file) = &draft.file {
        params.insert("FILE_ID".to_owned(), vec![file.id.0].into());
        facts.push(Fact::File { file: Box::new(file.clone()), bytes: None, preview: None });
    }
    let once = draft.uuid.as_ref().map(|uuid| format!("{}:{uuid}", draft.author));
    let message = Message {
        id: *id,
        chat_id: draft.chat,
        author_id: draft.author,
        actor_id: draft.actor,
        date: draft.date,
        text: draft.text.clone(),
        uuid: draft.uuid.clone(),
        params,
        ordinal: 0,
        counts: draft.counts,
        deleted: draft.deleted,
        viewed: false,
    };
    facts.push(Fact::Message { message: Box::new(message), once, purged: draft.purged });
    facts
}

/// The rows changed once more if the newest message was edited or taken back.
fn touch(room: &Room, messages: &[Numbered], now: Moment) -> Option<Fact> {
    let newest = messages.last()?;
    let changed = newest.draft.deleted || newest.draft.params.contains_key("IS_EDITED");
    let date = newest.draft.date.plus(dress::SECOND_THOUGHT).min(now);
    changed.then_some(Fact::Touch { chat: room.chat.id, date })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use lately_messenger::recent::Recent;
    use lately_messenger::{Settings, SystemClock, SystemDice};
    use lately_model::recent::Filter;
    use lately_model::{ChatKind, Seat, UserId, UserKind};

    use super::*;

    const NOW: Moment = Moment(1_785_000_000);

    fn portal() -> (tempfile::TempDir, Messenger) {
        let folder = tempfile::tempdir().unwrap();
        let clock = SystemClock::starting_at(jiff::Timestamp::from_second(NOW.0).unwrap());
        let opened = Messenger::open(
            lately_store::Database::Embedded(folder.path().to_owned()),
            Settings::default(),
            Arc::new(clock),
            Arc::new(SystemDice),
        );
        let messenger = opened.unwrap();
        (folder, messenger)
    }

    async fn seeded() -> (tempfile::TempDir, Messenger, Seeded) {
        let (folder, messenger) = portal();
        let seeded = seed(&messenger, NOW).await.unwrap();
        (folder, messenger, seeded)
    }

    /// Each row's seat and counter.
    async fn list(messenger: &Messenger, user: i64) -> Vec<(Seat, i64)> {
        let rows =
            |recent: &Recent<'_>| recent.rows.iter().map(|row| (row.seat.clone(), row.counter())).collect();
        messenger.recent(UserId(user), Filter::default(), rows).await.unwrap()
    }

    #[test]
    fn the_same_moment_gives_the_same_facts() {
        assert!(facts(NOW) == facts(NOW));
    }

    #[test]
    fn another_moment_moves_dates_only() {
        let texts = |now| {
            let facts = facts(now).into_iter();
            let texts = facts.filter_map(|fact| match fact {
                Fact::Message { message, .. } => Some(message.text),
                _ => None,
            });
            texts.collect::<BTreeSet<String>>()
        };
        assert!(texts(NOW) == texts(NOW.plus(12_345_678)));
    }

    #[test]
    fn every_kind_of_chat_and_user_is_there() {
        let (mut kinds, mut letters, mut staff) = (BTreeSet::new(), BTreeSet::new(), 0);
        for fact in facts(NOW) {
            match fact {
                Fact::User(user) => {
                    kinds.insert(user.kind.word());
                    staff += i32::from(user.active && user.kind == UserKind::Employee);
                }
                Fact::Chat(chat) => {
                    letters.insert(chat.kind.letter());
                    assert_ne!(chat.id, ChatId(1111));
                    assert_eq!(chat.kind == ChatKind::OpenLine, chat.line.is_some());
                }
                _ => {}
            }
        }
        assert_eq!(kinds.len(), UserKind::ALL.len());
        assert_eq!(letters, BTreeSet::from(["A", "B", "C", "J", "L", "N", "O", "P", "S", "T", "X"]));
        assert!(staff > 50, "{staff} colleagues");
    }

    #[test]
    fn messages_rise_by_number_and_date_and_nothing_is_of_tomorrow() {
        let mut newest: BTreeMap<ChatId, (MessageId, Moment)> = BTreeMap::new();
        for fact in facts(NOW) {
            if let Fact::User(user) = &fact {
                let dates = [user.idle_since, user.last_activity, user.mobile_last, user.desktop_last];
                assert!(dates.iter().flatten().all(|date| *date <= NOW), "{user:?}");
            }
            let Fact::Message { message, .. } = fact else { continue };
            assert!(message.date <= NOW);
            let before = newest.insert(message.chat_id, (message.id, message.date));
            assert!(before.is_none_or(|(id, date)| id < message.id && date <= message.date));
        }
    }

    #[tokio::test]
    async fn a_recount_finds_nothing_to_differ() {
        let (_folder, messenger, seeded) = seeded().await;
        assert_eq!(messenger.check(|_, _| {}).await.unwrap(), []);
        assert!(seeded.users > 60 && seeded.chats > 100, "{seeded:?}");
        assert!(seeded.messages > 6000, "{seeded:?}");
    }

    #[tokio::test]
    async fn seeding_twice_changes_nothing() {
        let (_folder, messenger, seeded) = seeded().await;
        let before = list(&messenger, 1).await;
        assert_eq!(seed(&messenger, NOW).await.unwrap(), seeded);
        assert_eq!(before, list(&messenger, 1).await);
    }

    #[tokio::test]
    async fn both_lists_are_long_and_have_counters_as_planned() {
        let (_folder, messenger, _) = seeded().await;
        for user in [1, 2] {
            let rows = list(&messenger, user).await;
            assert!(rows.len() >= 30, "user {user} has {} rows", rows.len());
            let mut plans = company::rooms(NOW);
            plans.extend(private::rooms());
            for (seat, counter) in &rows {
                let chat = seat.member.chat_id;
                let plan = plans.iter().find(|plan| plan.chat.id == chat).unwrap();
                let planned = plan.unread_of(UserId(user)).unwrap_or(0);
                let back = plan.deeds_of(UserId(user)).any(|deed| matches!(deed, room::Deed::BackTo(_)));
                assert!(
                    back || *counter == i64::try_from(planned).unwrap(),
                    "user {user}, chat {chat}: {counter}"
                );
            }
            let pins: BTreeSet<i64> =
                rows.iter().map(|(seat, _)| seat.member.pin_order).filter(|pin| *pin > 0).collect();
            assert!(
                pins.iter().copied().eq(1..=i64::try_from(pins.len()).unwrap()) && pins.len() > 2,
                "{pins:?}"
            );
            assert!(rows.iter().any(|(seat, _)| seat.member.mark));
            assert!(rows.iter().any(|(seat, _)| seat.member.muted));
        }
    }

    #[tokio::test]
    async fn a_notification_waits_to_be_confirmed() {
        let (_folder, messenger, _) = seeded().await;
        for user in [1, 2] {
            let start = lately_messenger::notification::Place::Start;
            let page = messenger.notifications(UserId(user), start, 50).await.unwrap();
            assert_eq!(page.unread, 1);
            let (message, question) = page.notifications.first().unwrap();
            assert!(message.text.contains("invites you") && question.buttons.len() == 2, "{question:?}");
            assert!(page.notifications.len() > 15);
        }
    }

    #[tokio::test]
    async fn rows_that_went_away_are_told_with_their_reasons() {
        let (_folder, messenger, _) = seeded().await;
        let mut reasons = BTreeSet::new();
        for user in [1, 2] {
            let filter =
                Filter { since: Some(NOW.plus(-7 * lately_model::moment::DAY)), ..Filter::default() };
            let removed = |recent: &Recent<'_>| recent.removed.clone().unwrap();
            let removed = messenger.recent(UserId(user), filter, removed).await.unwrap();
            reasons.extend(removed.iter().map(|removal| removal.reason.word()));
        }
        assert_eq!(reasons, BTreeSet::from(["deleted", "hidden", "left", "removed"]));
    }
}
