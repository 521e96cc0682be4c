//! The plan of one chat of the demo portal: who is in it, what it is about, how it ends, what its members did to
//! their rows. [`super::story`] makes messages of it and [`super::rows`] makes rows.

use lately_model::{Chat, ChatId, ChatKind, Line, Moment, RemovalReason, UserId};

use super::talk::Topic;

/// A minute, in seconds.
pub(super) const MINUTE: i64 = 60;
/// An hour, in seconds.
pub(super) const HOUR: i64 = 3600;

/// What a message wears besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dress {
    /// Nothing.
    Plain,
    /// A file with this name.
    File(&'static str),
    /// An attachment, with what it calls itself.
    Attach(Option<&'static str>),
    /// A bot's buttons.
    Keyboard,
    /// The likes of so many members.
    Liked(usize),
    /// The note that it was edited.
    Edited,
    /// It was taken back.
    Deleted,
    /// It was deleted completely.
    Purged,
    /// It replies to the message before the last one.
    Reply,
    /// It quotes the message before.
    Quote,
    /// The system tells what the author did, with this code; it counts for nobody.
    Notice(&'static str),
    /// The system tells what the author did, and that counts for the others.
    Change,
}

/// One of the last messages of a chat, written out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beat(pub i64, pub &'static str, pub Dress);

/// What a member did to their row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Left so many messages of others unread.
    Unread(usize),
    /// Pinned it, at this place among their pins.
    Pin(i64),
    /// Silenced it.
    Mute,
    /// Marked it as unread by hand.
    Mark,
    /// Hid it.
    Hide,
    /// Put it back to unread, so many messages of others from the end, own ones between them or not.
    BackTo(usize),
}

/// The plan of one chat.
#[derive(Debug, Clone)]
pub(super) struct Room {
    /// Its facts; dates and the parent's message are filled in later.
    pub chat: Chat,
    /// Its members.
    pub cast: Vec<UserId>,
    /// Those who write; in errands the one who asks is first.
    pub voices: Vec<UserId>,
    /// What it is about, chosen from in turn.
    pub topics: Vec<Topic>,
    /// How many messages there are before the ending.
    pub length: usize,
    /// For how many seconds it has been quiet.
    pub quiet: i64,
    /// Over how many days its messages are spread.
    pub span: i64,
    /// How it ends.
    pub ending: Vec<Beat>,
    /// What members did to their rows.
    pub deeds: Vec<(UserId, Deed)>,
    /// Who joined half way and cannot see what was before.
    pub late: Option<UserId>,
    /// Whose rows went away, why, and how many seconds ago.
    pub removals: Vec<(UserId, RemovalReason, i64)>,
}

impl Room {
    /// A chat whose first member owns it and all of whose members write.
    pub fn new(id: i64, kind: ChatKind, title: &str, cast: &[i64]) -> Self {
        let cast: Vec<UserId> = cast.iter().copied().map(UserId).collect();
        let owner_id = cast.first().copied().unwrap_or_default();
        Self {
            chat: Chat { id: ChatId(id), kind, title: title.to_owned(), owner_id, ..Chat::default() },
            voices: cast.clone(),
            cast,
            topics: vec![Topic::Office],
            length: 0,
            quiet: HOUR,
            span: 30,
            ending: Vec::new(),
            deeds: Vec::new(),
            late: None,
            removals: Vec::new(),
        }
    }

    /// The dialog of two people, or somebody's notes.
    pub fn private(id: i64, one: i64, other: i64) -> Self {
        let both = [one, other];
        let cast = if one == other { both.get(..1).unwrap_or(&both) } else { &both };
        let mut room = Self::new(id, ChatKind::Private, "", cast);
        room.chat.pair = Some((UserId(one.min(other)), UserId(one.max(other))));
        room.about(&[Topic::Friends])
    }

    /// `length` messages on these topics.
    pub fn about(mut self, topics: &[Topic]) -> Self {
        self.topics = topics.to_vec();
        self
    }

    /// How many messages before the ending, over how many days, and how long it has been quiet.
    pub fn talks(mut self, length: usize, span: i64, quiet: i64) -> Self {
        (self.length, self.span, self.quiet) = (length, span, quiet);
        self
    }

    /// The last messages.
    pub fn ends(mut self, ending: &[Beat]) -> Self {
        self.ending = ending.to_vec();
        self
    }

    /// What a member did to their row.
    pub fn deed(mut self, user: i64, deed: Deed) -> Self {
        self.deeds.push((UserId(user), deed));
        self
    }

    /// What the chat was made for.
    pub fn entity(mut self, entity_type: &str, entity_id: &str) -> Self {
        self.chat.entity_type = entity_type.to_owned();
        self.chat.entity_id = entity_id.to_owned();
        self
    }

    /// Palette code.
    pub fn color(mut self, code: &str) -> Self {
        self.chat.color = code.to_owned();
        self
    }

    /// What it is for.
    pub fn describe(mut self, description: &str) -> Self {
        self.chat.description = description.to_owned();
        self
    }

    /// Only these write.
    pub fn voiced_by(mut self, voices: &[i64]) -> Self {
        self.voices = voices.iter().copied().map(UserId).collect();
        self
    }

    /// Comments under the newest post of that channel.
    pub fn comments_on(mut self, channel: i64) -> Self {
        self.chat.parent_chat_id = ChatId(channel);
        self
    }

    /// Somebody joins half way.
    pub fn joined_late(mut self, user: i64) -> Self {
        self.late = Some(UserId(user));
        self
    }

    /// Somebody's row went away.
    pub fn removal(mut self, user: i64, reason: RemovalReason, ago: i64) -> Self {
        self.removals.push((UserId(user), reason, ago));
        self
    }

    /// The present session of an open line.
    pub fn session(mut self, id: i64, status: i64, begun: Moment) -> Self {
        self.chat.line = Some(Line { id, status, date_create: begun });
        self
    }

    /// How many messages of others a member left unread, if the plan says so.
    pub fn unread_of(&self, user: UserId) -> Option<usize> {
        self.deeds_of(user).find_map(|deed| match deed {
            Deed::Unread(count) => Some(count),
            _ => None,
        })
    }

    /// What a member did.
    pub fn deeds_of(&self, user: UserId) -> impl Iterator<Item = Deed> {
        self.deeds.iter().filter(move |(whose, _)| *whose == user).map(|(_, deed)| *deed)
    }
}
