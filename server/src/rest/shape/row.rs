//! Rows as text, put together from pieces that are kept with the rooms and people they are made of.
//!
//! Must hold: the text is what serialising [`recent::row`] gives, letter by letter. What does not fit the pieces is
//! serialised whole. The zone and the public address never change while the process lives, so pieces stay good.

use lately_messenger::Pieces;
use lately_messenger::recent::RecentRow;
use lately_model::{Revision, Role, Room, User};
use serde::Serialize;

use super::chat::{manager_list, mute_map, shown_role};
use super::entity::entity_link;
use super::part::{END, Gap, pieces};
use super::recent::{self, Text};
use super::{Number, Wire};

/// How long a row is at first sight, for memory taken at once.
const ROW: usize = 1536;

/// The form in which a room's pieces are kept, and a person's: [`form`] of a preview.
fn form(text: Text, revision: Revision) -> usize {
    match (revision, text) {
        (Revision::R29, _) => 0,
        (Revision::R33, Text::Preview) => 1,
        (Revision::R33, Text::Stored) => 2,
        (Revision::R33, Text::Full) => 3,
    }
}

/// Writes rows as a JSON list.
pub fn write_rows(rows: &[RecentRow<'_>], text: Text, wire: &Wire<'_>, out: &mut Vec<u8>) {
    out.reserve(ROW + 2);
    out.push(b'[');
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_row(row, text, wire, out);
        if place == 0 {
            // Moving a long text once it has outgrown its memory takes longer than writing most of its rows.
            out.reserve(rows.len() * (out.len() + out.len() / 8));
        }
    }
    out.push(b']');
}

/// Writes one row.
pub fn write_row(row: &RecentRow<'_>, text: Text, wire: &Wire<'_>, out: &mut Vec<u8>) {
    let made = |room: &Room| room_pieces(room, text, wire);
    let kept = fits(row).then(|| row.room.pieces(form(text, wire.revision), made)).flatten();
    let Some(kept) = kept else { return put(&recent::row(row, text, wire), out) };
    let mut pieces = kept.iter();
    let changed = pieces.next().map_or(&b""[..], |(date, _)| date);
    for (piece, mark) in pieces {
        out.extend_from_slice(piece);
        if let Some(gap) = Gap::of(mark) {
            fill(gap, row, changed, wire, out);
        }
    }
}

/// First the date of the room's last change, which most rows show as their own; then what all rows have in common.
fn room_pieces(room: &Room, text: Text, wire: &Wire<'_>) -> Pieces {
    let mut made = Pieces::default();
    made.add(&text_of(&wire.date(room.chat.updated_at)), Gap::DateUpdate.mark());
    for (piece, mark) in pieces(&recent::common(room, text, wire)).iter() {
        made.add(piece, mark);
    }
    made
}

/// Whether this row has what all rows of its room have in common: the newest message, and in a private one a person.
fn fits(row: &RecentRow<'_>) -> bool {
    let private = row.room.chat.kind.is_private();
    let known = row.peer.is_some() && row.seat.peer.is_some();
    row.seat.last(row.room).is_some() && (known || !private)
}

/// Writes what is the reader's own; `changed` is the date of the room's last change.
fn fill(gap: Gap, row: &RecentRow<'_>, changed: &[u8], wire: &Wire<'_>, out: &mut Vec<u8>) {
    let (seat, chat) = (row.seat, &row.room.chat);
    let member = &seat.member;
    match gap {
        Gap::Id => number(seat.peer.map_or(0, |peer| peer.0), wire.revision, out),
        Gap::Avatar | Gap::Title => out.extend_from_slice(of_person(row.peer, gap, wire)),
        Gap::User => {
            let shown = if chat.kind.is_private() { row.peer } else { row.author };
            match shown {
                Some(_) => out.extend_from_slice(of_person(shown, gap, wire)),
                None => put(&recent::UserOrStub::Nobody { id: 0 }, out),
            }
        }
        Gap::Counter => number(row.counter(), wire.revision, out),
        Gap::LastId => put(&member.last_read_id.0, out),
        Gap::Pinned => put(&seat.pinned(), out),
        Gap::Unread => put(&member.mark, out),
        Gap::DateUpdate if member.updated_at <= chat.updated_at => out.extend_from_slice(changed),
        Gap::DateUpdate => put(&wire.date(member.updated_at), out),
        Gap::MuteList if !member.muted => out.extend_from_slice(b"[]"),
        Gap::MuteList => put(&mute_map(member), out),
        Gap::ManagerList if !managed(row) => out.extend_from_slice(b"[]"),
        Gap::ManagerList => put(&manager_list(member, seat.role(row.room)), out),
        Gap::Role => put(&shown_role(seat.role(row.room)), out),
        Gap::EntityLink => put(&entity_link(chat, member.user_id), out),
    }
}

fn managed(row: &RecentRow<'_>) -> bool {
    row.seat.role(row.room) >= Role::Manager
}

/// What a person gives to rows: picture, title, or the person.
fn of_person<'a>(person: Option<&'a lately_messenger::Card<User>>, gap: Gap, wire: &Wire<'_>) -> &'a [u8] {
    let form = form(Text::Preview, wire.revision);
    let kept = person.and_then(|person| person.pieces(form, |user| person_pieces(user, wire)));
    kept.map_or(&[], |kept| kept.before(gap.mark()))
}

fn person_pieces(user: &User, wire: &Wire<'_>) -> Pieces {
    let mut pieces = Pieces::default();
    let mut add = |gap: Gap, text: Vec<u8>| pieces.add(&text, gap.mark());
    add(Gap::Avatar, text_of(&recent::portrait(user, wire)));
    add(Gap::Title, text_of(&user.name()));
    add(Gap::User, text_of(&recent::person(user, wire)));
    pieces.add(b"", END);
    pieces
}

fn text_of<T: Serialize>(value: &T) -> Vec<u8> {
    let mut text = Vec::new();
    put(value, &mut text);
    text
}

fn number(number: i64, revision: Revision, out: &mut Vec<u8>) {
    match Number::of(number, revision) {
        Number::Plain(number) => put(&number, out),
        Number::Quoted(number) => {
            out.push(b'"');
            put(&number, out);
            out.push(b'"');
        }
    }
}

/// Writing into memory does not fail, and shapes have only keys that are texts.
fn put<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    drop(serde_json::to_writer(out, value));
}

#[cfg(test)]
mod tests;
