//! From the plan of a chat to its messages: who says what when.
//!
//! Must hold: dates rise within a chat and none is later than now; whoever is to have unread messages keeps silent at
//! the end.

use std::collections::BTreeMap;

use lately_model::moment::DAY;
use lately_model::{ChatId, ChatKind, File, Moment, UserId, UserKind};
use serde_json::{Map, Value};

use super::chance::Chance;
use super::dress;
use super::room::{Beat, Dress, HOUR, MINUTE, Room};
use super::talk::{self, Conversation};

/// Everybody's full name and kind.
pub(super) type Names = BTreeMap<UserId, (String, UserKind)>;

/// A message that has no number yet.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// Its chat.
    pub chat: ChatId,
    /// How many messages of the chat come before it.
    pub place: usize,
    /// When.
    pub date: Moment,
    /// Who wrote it; zero for the system.
    pub author: UserId,
    /// Who caused it.
    pub actor: UserId,
    /// The text.
    pub text: String,
    /// The client's own id for it.
    pub uuid: Option<String>,
    /// Its parameters.
    pub params: Map<String, Value>,
    /// Whether it counts as unread.
    pub counts: bool,
    /// Whether it was taken back.
    pub deleted: bool,
    /// Whether it was deleted completely.
    pub purged: bool,
    /// The place of the message it replies to.
    pub reply: Option<usize>,
    /// The file it carries; its number comes later.
    pub file: Option<File>,
}

/// One line before it has a date.
struct Line {
    author: UserId,
    text: String,
    dress: Dress,
    /// Whether it follows after a long silence.
    fresh: bool,
}

/// The messages of a chat in their order.
pub(super) fn tell(room: &Room, names: &Names, now: Moment) -> Vec<Draft> {
    let mut chance = Chance::of(room.chat.id.0);
    let lines = Script { room, names, chance: &mut chance, lines: Vec::new() }.write();
    let dates = dates(room, &lines, now, &mut chance);
    let mut drafts: Vec<Draft> = Vec::with_capacity(lines.len());
    for (line, date) in lines.into_iter().zip(dates) {
        let mut draft = Draft {
            chat: room.chat.id,
            place: drafts.len(),
            date,
            author: line.author,
            actor: line.author,
            text: line.text,
            uuid: (!line.author.is_none() && chance.one_in(3)).then(|| chance.uuid()),
            params: Map::new(),
            counts: true,
            deleted: false,
            purged: false,
            reply: None,
            file: None,
        };
        let scene = dress::Scene { room, names, before: &drafts };
        dress::put_on(&mut draft, line.dress, &scene, &mut chance);
        drafts.push(draft);
    }
    drafts
}

struct Script<'a> {
    room: &'a Room,
    names: &'a Names,
    chance: &'a mut Chance,
    lines: Vec<Line>,
}

impl Script<'_> {
    fn write(mut self) -> Vec<Line> {
        self.opening();
        let opened = self.lines.len();
        let mut pile = Vec::new();
        while self.lines.len() < opened + self.room.length {
            let Some(conversation) = self.next_conversation(&mut pile) else { break };
            self.conversation(conversation, opened + self.room.length);
        }
        for (place, Beat(author, text, dress)) in self.room.ending.iter().enumerate() {
            self.say(UserId(*author), (*text).to_owned(), *dress, place == 0);
        }
        self.lines
    }

    /// How a chat that people made begins.
    fn opening(&mut self) {
        let chat = &self.room.chat;
        let told =
            matches!(chat.kind, ChatKind::Group | ChatKind::Open | ChatKind::Channel | ChatKind::OpenChannel)
                && chat.entity_type.is_empty()
                && self.room.length > 0;
        if !told {
            return;
        }
        let owner = chat.owner_id;
        let word = if chat.kind.is_channel() { "channel" } else { "chat" };
        self.say(owner, format!("[USER={owner}][/USER] created the {word}"), Dress::Notice(""), true);
        let invited = self.room.cast.iter().filter(|user| **user != owner && Some(**user) != self.room.late);
        let invited: Vec<String> = invited.take(12).map(|user| format!("[USER={user}][/USER]")).collect();
        let text = format!("[USER={owner}][/USER] invited {}", invited.join(", "));
        self.say(owner, text, Dress::Notice("CHAT_JOIN"), false);
        if !chat.description.is_empty() {
            self.say(owner, chat.description.clone(), Dress::Plain, false);
        }
    }

    /// Every conversation comes once before any comes again.
    fn next_conversation(&mut self, pile: &mut Vec<Conversation>) -> Option<Conversation> {
        if pile.is_empty() {
            pile.extend(self.room.topics.iter().flat_map(|topic| topic.conversations()));
            self.chance.shuffle(pile);
        }
        pile.pop()
    }

    fn conversation(&mut self, conversation: Conversation, end: usize) {
        let words = self.chance.between(0, i64::from(u32::MAX));
        for (place, line) in conversation.iter().enumerate() {
            if self.lines.len() >= end {
                return;
            }
            self.late_joiner(end);
            let author = self.speaker(line);
            let line = line.trim_start_matches(['<', '>', '+']);
            let name = self.somebody_else(author);
            let text = talk::fill(line, &name, words);
            let dress = self.dress(author);
            self.say(author, text, dress, place == 0);
        }
    }

    fn late_joiner(&mut self, end: usize) {
        let Some(late) = self.room.late.filter(|_| self.lines.len() == end / 2) else { return };
        let owner = self.room.chat.owner_id;
        let text = format!("[USER={owner}][/USER] invited [USER={late}][/USER]");
        self.say(owner, text, Dress::Notice("CHAT_JOIN"), true);
    }

    /// Who says this line: the first sign of the line decides, then who may speak now, then the dice.
    fn speaker(&mut self, line: &str) -> UserId {
        let (asking, answering) = self.room.voices.split_at(self.room.voices.len().min(1));
        if self.room.chat.kind == ChatKind::System {
            return UserId(0);
        }
        let before = self.lines.last().map(|line| line.author);
        let able =
            |users: &[UserId]| users.iter().copied().filter(|user| self.may_speak(*user)).collect::<Vec<_>>();
        let able = match line.get(..1) {
            Some("<") => asking.to_vec(),
            Some(">") => able(answering),
            Some("+") if before.is_some_and(|user| self.may_speak(user)) => before.into_iter().collect(),
            _ => able(&self.room.voices),
        };
        let others: Vec<UserId> = able.iter().copied().filter(|user| Some(*user) != before).collect();
        let best = [&others, &able, &self.room.voices].into_iter().find(|users| !users.is_empty());
        best.and_then(|users| self.chance.pick(users)).copied().unwrap_or_default()
    }

    /// People who are to have unread messages keep silent at the end, late ones at the beginning.
    fn may_speak(&self, user: UserId) -> bool {
        let place = self.lines.len();
        let left = (self.room.length + self.room.ending.len()).saturating_sub(place);
        let unread = self.room.unread_of(user).unwrap_or(0);
        let early = self.room.late == Some(user) && place <= self.room.length / 2 + 2;
        !early && (unread == 0 || left > unread + unread / 4 + 3)
    }

    fn somebody_else(&mut self, author: UserId) -> String {
        let others: Vec<&UserId> = self.room.cast.iter().filter(|user| **user != author).collect();
        let other = self.chance.pick(&others).copied().and_then(|user| self.names.get(user));
        let name = other.map_or("Greta", |(name, _)| name.as_str());
        name.split(' ').next().unwrap_or_default().to_owned()
    }

    /// What a message in the middle wears.
    fn dress(&mut self, author: UserId) -> Dress {
        let person = self.names.get(&author).is_some_and(|(_, kind)| *kind == UserKind::Employee);
        if self.room.chat.kind == ChatKind::System || !person {
            return Dress::Plain;
        }
        let file = self.chance.word(&dress::FILES);
        match self.chance.below(100) {
            0..=3 => Dress::File(file),
            4..=6 => Dress::Quote,
            7..=10 => Dress::Reply,
            11 => Dress::Attach(None),
            12 => Dress::Attach(Some("Parts list")),
            13..=20 => Dress::Liked(1 + self.chance.below(5)),
            21..=23 => Dress::Edited,
            24 => Dress::Deleted,
            _ => Dress::Plain,
        }
    }

    fn say(&mut self, author: UserId, text: String, dress: Dress, fresh: bool) {
        self.lines.push(Line { author, text, dress, fresh });
    }
}

/// Counted back from the last message: talk is dense, silences are long and longer the further back, and nobody
/// begins to talk at night.
fn dates(room: &Room, lines: &[Line], now: Moment, chance: &mut Chance) -> Vec<Moment> {
    let silences = i64::try_from(lines.iter().filter(|line| line.fresh).count()).unwrap_or(1).max(1);
    let usual = room.span * DAY / silences;
    let mut date = now.plus(-room.quiet);
    let mut dates = vec![date];
    let mut passed = 0;
    for line in lines.iter().skip(1).rev() {
        let gap = if line.fresh {
            passed += 1;
            usual * 2 * passed / silences * chance.between(5, 15) / 10 + chance.between(5, 50) * MINUTE
        } else {
            chance.between(9, 240)
        };
        date = date.plus(-gap);
        if line.fresh {
            date = by_day(date, chance);
        }
        dates.push(date);
    }
    dates.truncate(lines.len());
    dates.reverse();
    dates
}

/// The same moment, or in the late afternoon before if it is night.
fn by_day(date: Moment, chance: &mut Chance) -> Moment {
    let hour = date.0.rem_euclid(DAY) / HOUR;
    if (6..19).contains(&hour) {
        return date;
    }
    let midnight = date.0 - date.0.rem_euclid(DAY);
    let evening = if hour >= 19 { midnight } else { midnight - DAY };
    Moment(evening + 15 * HOUR + chance.between(0, 3 * HOUR + 50 * MINUTE))
}
