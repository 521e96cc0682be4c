//! The demo portal: a company that makes bicycles, with people, chats and messages of every kind.
//!
//! Must hold: the same moment gives the same facts; what is written is what a live portal could have become, so that
//! a recount finds nothing to differ. Never used by a portal that people live in.

mod chance;
mod company;
mod dress;
mod errand;
mod people;
mod private;
mod room;
mod rows;
mod story;
mod talk;

use std::collections::BTreeMap;

use lately_messenger::Messenger;
use lately_messenger::transfer::TransferError;
use lately_model::{Chat, ChatId, FileId, Message, MessageId, Moment};
use lately_store::Fact;

use room::Room;
use rows::Numbered;
use story::{Draft, Names};

/// How many facts share a transaction.
const BATCH: usize = 2000;

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
    let count = |wanted: fn(&Fact) -> bool| facts.iter().filter(|fact| wanted(fact)).fold(0, |sum, _| sum + 1);
    let seeded = Seeded {
        users: count(|fact| matches!(fact, Fact::User(_))),
        chats: count(|fact| matches!(fact, Fact::Chat(_))),
        messages: count(|fact| matches!(fact, Fact::Message { .. })),
    };
    let mut facts = (1..).zip(facts);
    loop {
        let batch: Vec<(u64, Fact)> = facts.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(seeded);
        }
        messenger.put(batch).await?;
    }
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
        facts.push(Fact::File(file.clone()));
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
