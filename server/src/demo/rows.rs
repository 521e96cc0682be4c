//! From the plan of a chat and its numbered messages to its members' rows: read positions, pins, marks, what was
//! hidden, who has seen what.
//!
//! Must hold: a counter that the plan names comes out as named, unless the member spoke later; every date lies
//! between the message it follows and now.

use lately_model::notification::Button;
use lately_model::{
    ChatKind, Member, MessageId, Moment, Notification, NotificationKind, RemovalReason, UserId,
};
use lately_store::Fact;

use super::chance::Chance;
use super::room::{Deed, HOUR, MINUTE, Room};
use super::story::Draft;

/// How many of the newest messages tell who has seen them.
const SEEN: usize = 6;

/// A message with its number.
pub(super) struct Numbered {
    /// The number.
    pub id: MessageId,
    /// The message.
    pub draft: Draft,
}

/// The membership facts of a chat; they come before its messages.
pub(super) fn members(room: &Room, messages: &[Numbered]) -> Vec<Fact> {
    let managers = [room.chat.owner_id];
    let member = |user: &UserId| {
        let late = if room.late == Some(*user) { invitation(room, messages) } else { None };
        let channel_voice = room.chat.kind.is_channel() && room.voices.contains(user);
        Fact::Member(Member {
            chat_id: room.chat.id,
            user_id: *user,
            manager: !room.chat.kind.is_private() && (managers.contains(user) || channel_voice),
            muted: room.deeds_of(*user).any(|deed| deed == Deed::Mute),
            joined_at: late.map_or(room.chat.created_at, |message| message.draft.date),
            first_visible_id: late.map_or(MessageId(0), |message| message.id),
            ..Member::default()
        })
    };
    room.cast.iter().map(member).collect()
}

/// The system message that tells of the late member.
fn invitation<'a>(room: &Room, messages: &'a [Numbered]) -> Option<&'a Numbered> {
    let late = format!("invited [USER={}][/USER]", room.late?);
    messages.iter().find(|message| message.draft.author.is_none() && message.draft.text.ends_with(&late))
}

/// Views, row states and removals; they come after the chat's messages.
pub(super) fn states(room: &Room, messages: &[Numbered], now: Moment) -> Vec<Fact> {
    let mut chance = Chance::of(-room.chat.id.0);
    let mut facts = Vec::new();
    let mut rows = Vec::new();
    for user in &room.cast {
        let row = row(room, *user, messages, now, &mut chance);
        if row.hidden_upto > MessageId(0) {
            let reason = RemovalReason::Hidden;
            facts.push(Fact::Removal { user: *user, chat: room.chat.id, reason, date: row.updated_at });
        }
        rows.push(row);
    }
    facts.extend(views(room, &rows, messages, now, &mut chance));
    facts.extend(rows.into_iter().map(Fact::Row));
    if room.chat.kind == ChatKind::System {
        facts.extend(messages.last().map(|message| Fact::Notification(Box::new(question(message)))));
    }
    for (user, reason, ago) in &room.removals {
        facts.push(Fact::Removal { user: *user, chat: room.chat.id, reason: *reason, date: now.plus(-ago) });
    }
    facts
}

/// The last notification waits for a choice.
fn question(message: &Numbered) -> Notification {
    let button = |title: &str, value: &str, look: &str| Button {
        title: title.to_owned(),
        value: value.to_owned(),
        look: look.to_owned(),
    };
    Notification {
        message_id: message.id,
        kind: NotificationKind::Confirm,
        module: "calendar".to_owned(),
        event: "invite".to_owned(),
        title: "Test ride".to_owned(),
        buttons: vec![button("I will come", "Y", "accept"), button("Not this time", "N", "cancel")],
        unread: true,
        ..Notification::default()
    }
}

fn row(room: &Room, user: UserId, messages: &[Numbered], now: Moment, chance: &mut Chance) -> Member {
    let read = read_position(room, user, messages, chance);
    let at = read.and_then(|place| messages.get(place));
    let mut row = Member {
        chat_id: room.chat.id,
        user_id: user,
        last_read_id: at.map_or(MessageId(0), |message| message.id),
        read_at: at.map(|message| later(message.draft.date, 20, 40 * MINUTE, now, chance)),
        updated_at: room.chat.created_at,
        ..Member::default()
    };
    row.updated_at = row.read_at.unwrap_or(row.updated_at);
    for deed in room.deeds_of(user) {
        match deed {
            Deed::Pin(place) => row.pin_order = place,
            Deed::Mark => row.mark = true,
            Deed::BackTo(_) => {
                let next = read.map_or(0, |place| place + 1);
                row.marked_id = messages.get(next).map_or(MessageId(0), |message| message.id);
            }
            Deed::Hide => {
                row.hidden_upto = row.last_read_id;
                row.updated_at = later(row.updated_at, HOUR, 90 * HOUR, now, chance);
            }
            Deed::Unread(_) | Deed::Mute => {}
        }
    }
    row
}

/// The place of the last message that a member has read.
fn read_position(room: &Room, user: UserId, messages: &[Numbered], chance: &mut Chance) -> Option<usize> {
    let back = room.deeds_of(user).find_map(|deed| match deed {
        Deed::BackTo(count) => Some(count),
        _ => None,
    });
    let unread = back.or(room.unread_of(user)).unwrap_or_else(|| usual_unread(room, user, chance));
    let mut foreign =
        messages.iter().enumerate().rev().filter(|(_, message)| {
            message.draft.counts && !message.draft.deleted && message.draft.actor != user
        });
    let first_unread = unread.checked_sub(1).and_then(|place| foreign.nth(place)).map(|(place, _)| place);
    let read = first_unread.unwrap_or(messages.len());
    let spoken =
        messages.iter().rposition(|message| message.draft.author == user).map_or(0, |place| place + 1);
    let read = if back.is_some() { read } else { read.max(spoken) };
    let kept = messages.get(..read).unwrap_or_default();
    kept.iter().rposition(|message| !message.draft.purged)
}

/// Users 1 and 2 have read what the plan does not name; most others most of it.
fn usual_unread(room: &Room, user: UserId, chance: &mut Chance) -> usize {
    if user.0 <= 2 || room.chat.kind == ChatKind::System {
        return 0;
    }
    match chance.below(10) {
        0..=5 => 0,
        6..=8 => chance.below(5),
        _ => chance.below(40),
    }
}

fn views(room: &Room, rows: &[Member], messages: &[Numbered], now: Moment, chance: &mut Chance) -> Vec<Fact> {
    let mut views = Vec::new();
    if room.chat.kind == ChatKind::System {
        return views;
    }
    let newest = messages.iter().rev().filter(|message| !message.draft.purged).take(SEEN);
    for message in newest {
        for row in rows {
            let visible = row.last_read_id >= message.id && row.user_id != message.draft.author;
            if visible && row.updated_at >= message.draft.date {
                let date = later(message.draft.date, 8, 20 * MINUTE, now, chance);
                views.push(Fact::View { message: message.id, user: row.user_id, date });
            }
        }
    }
    views
}

fn later(date: Moment, least: i64, most: i64, now: Moment, chance: &mut Chance) -> Moment {
    date.plus(chance.between(least, most)).min(now)
}
