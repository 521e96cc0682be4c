//! The recent list as its owner sees it, and what they do to its rows.

use std::cmp::Reverse;
use std::sync::Arc;

use bytes::Bytes;
use lately_model::recent::{Filter, PIN_LIMIT, Presence, presence};
use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    ChatId, ChatKind, DialogId, Member, MessageId, Moment, Removal, RemovalReason, Room, Seat, User, UserId,
};
use lately_store::{Snapshot, Tx};

use crate::resident::answers::{Question, Stamp};
use crate::resident::card::Card;
use crate::resident::load::{self, Claim, Outcome, Ticket};
use crate::resident::sheet::Sheet;
use crate::resident::{Look, State};
use crate::walk::{Turn, WalkKey};
use crate::{Error, Messenger, Refusal, dialog};

/// How often a list is loaded beside the writer before the writer has to wait.
const LOADS: usize = 3;

/// One row with everything that it shows, as it is at the moment of a look.
#[derive(Debug, Clone, Copy)]
pub struct RecentRow<'a> {
    /// The owner's place in the chat.
    pub seat: &'a Seat,
    /// The chat and its newest message.
    pub room: &'a Card<Room>,
    /// In a private dialog, the other person.
    pub peer: Option<&'a Card<User>>,
    /// Who wrote the newest message, unless the system did.
    pub author: Option<&'a Card<User>>,
}

impl RecentRow<'_> {
    /// How many messages are unread.
    pub fn counter(&self) -> i64 {
        self.seat.counter(self.room)
    }
}

/// What [`Messenger::recent`] shows.
#[derive(Debug, Default)]
pub struct Recent<'a> {
    /// The rows in order.
    pub rows: Vec<RecentRow<'a>>,
    /// Rows that went away since the sync date; `None` when none was given.
    pub removed: Option<Vec<Removal>>,
}

/// Which page of the long list to answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "the reference has these flags")]
pub struct ListQuery {
    /// Leave out open lines.
    pub skip_openlines: bool,
    /// Leave out groups, closed and open.
    pub skip_chat: bool,
    /// Leave out private dialogs.
    pub skip_dialog: bool,
    /// Leave out open lines that no operator has taken.
    pub skip_undistributed: bool,
    /// Only rows with something unread or marked.
    pub unread_only: bool,
    /// Nothing but talks with assistants; the skip flags are not read then.
    pub only_copilot: bool,
    /// Nothing but channels; the skip flags are not read then.
    pub only_channel: bool,
    /// Only chats whose messages the caller may manage.
    pub can_manage_messages: bool,
    /// Only rows whose newest message is not later; the offset is not read then.
    pub upto: Option<Moment>,
    /// How many rows to pass over.
    pub offset: usize,
    /// How many rows to answer at most.
    pub limit: usize,
}

/// What [`Messenger::recent_list`] shows.
#[derive(Debug)]
pub struct RecentPage<'a> {
    /// The rows in order.
    pub rows: Vec<RecentRow<'a>>,
    /// Whether another page may follow.
    pub more: bool,
}

impl Messenger {
    /// `im.recent.get`: the rows that `filter` takes, pinned first, then the newest message first. `show` makes of them
    /// what the caller needs, and must be quick: what happens meanwhile waits for it.
    pub async fn recent<T, F>(&self, user: UserId, filter: Filter, show: F) -> Result<T, Error>
    where
        T: Send,
        F: FnOnce(&Recent<'_>) -> T + Send,
    {
        let oldest = filter.oldest(self.now(), self.portal_settings().await?.window_days);
        self.resident(user, move |look| show(&collect(look, filter, oldest))).await
    }

    /// The same rows as the text of a JSON list, which is kept and given again while they stay as they are. `write`
    /// depends on nothing but the row and `form`; with a sync date nothing is kept.
    pub async fn recent_text<F>(
        &self,
        user: UserId,
        filter: Filter,
        form: u8,
        write: F,
    ) -> Result<Bytes, Error>
    where
        F: Fn(&RecentRow<'_>, &mut Vec<u8>) + Send,
    {
        let oldest = filter.oldest(self.now(), self.portal_settings().await?.window_days);
        let answers = &self.residents.answers;
        let question = Question::new(user, form, filter);
        self.resident(user, move |look| {
            let sheet = |before| Sheet::write(&collect(look, filter, oldest).rows, before, write);
            if filter.since.is_some() || !look.often {
                return sheet(&Sheet::default()).text();
            }
            let stamp = stamp(look, oldest);
            let before = match answers.find(question, stamp) {
                Some((same, true)) => return same.text(),
                Some((older, false)) => older,
                None => Arc::default(),
            };
            let sheet = Arc::new(sheet(&before));
            answers.keep(question, stamp, Arc::clone(&sheet));
            sheet.text()
        })
        .await
    }

    /// `im.recent.list`: one page. The order is fixed when the walk begins at offset zero, so that no chat comes twice
    /// or is missed while messages arrive; `credential` tells the walks of one user's programs apart.
    pub async fn recent_list<T, F>(
        &self,
        user: UserId,
        credential: i64,
        query: ListQuery,
        show: F,
    ) -> Result<T, Error>
    where
        T: Send,
        F: FnOnce(&RecentPage<'_>) -> T + Send,
    {
        let now = self.now();
        let key = WalkKey { user, credential, query: ListQuery { offset: 0, limit: 0, ..query.clone() } };
        self.resident(user, move |look| {
            let row = |chat| query.row(look, chat);
            if let Some(upto) = query.upto {
                let order = look.list.order(look.state).long(look.list.seats(), look.state);
                let from = order.partition_point(|chat| later(look, *chat, upto));
                let pins = order.iter().take_while(|chat| pinned(look, **chat)).count();
                let chats = order.iter().take(pins).chain(order.iter().skip(from.max(pins)));
                let rows: Vec<_> = chats.filter_map(|chat| row(*chat)).take(query.limit).collect();
                let more = rows.len() == query.limit;
                return show(&RecentPage { rows, more });
            }
            let order = || look.list.order(look.state).long(look.list.seats(), look.state);
            let turn = Turn { offset: query.offset, limit: query.limit, now };
            let (rows, more) = self.walks.turn(key, turn, order, row);
            show(&RecentPage { rows, more })
        })
        .await
    }

    /// `im.recent.pin`: false when the limit of pins is reached or there is nothing to pin.
    pub async fn pin(&self, user: UserId, dialog: DialogId, pin: bool) -> Result<bool, Error> {
        let now = self.now();
        self.store.write(move |tx| pin_row(tx, user, dialog, pin, now)).await
    }

    /// `im.recent.hide`: always succeeds for a well-formed dialog.
    pub async fn hide(&self, user: UserId, dialog: DialogId) -> Result<(), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                let Some(chat) = dialog::find(tx, user, dialog)? else { return Ok(()) };
                let Some(member) = tx.member(chat.id, user)? else { return Ok(()) };
                if chat.last_message_id > member.hidden_upto {
                    tx.hide_recent(&member, now)?;
                }
                Ok(())
            })
            .await
    }

    /// `im.recent.unread`: sets or clears the manual mark; false when there is no such row.
    pub async fn mark(&self, user: UserId, dialog: DialogId, mark: bool) -> Result<bool, Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                let Some(chat) = dialog::find(tx, user, dialog)? else { return Ok(false) };
                let Some(member) = tx.member(chat.id, user)? else { return Ok(false) };
                if chat.last_message_id <= member.hidden_upto {
                    return Ok(false);
                }
                match (mark, member.mark) {
                    (true, false) => tx.set_mark(&member, true, now)?,
                    (false, _) if member.mark || member.last_read_id < chat.last_message_id => {
                        tx.mark_read(&member, None, now)?;
                    }
                    _ => {}
                }
                Ok(true)
            })
            .await
    }

    /// Looks at a person's list, loading it first if it is not resident.
    pub(crate) async fn resident<T, F>(&self, user: UserId, look: F) -> Result<T, Error>
    where
        T: Send,
        F: FnOnce(Look<'_>) -> T + Send,
    {
        let mut look = Some(look);
        loop {
            let seen = self.residents.look(user, |at| look.take().map(|look| look(at)));
            if let Some(Some(seen)) = seen {
                return Ok(seen);
            }
            match load::claim(&self.residents, user) {
                Claim::Theirs(mut done) => drop(done.changed().await),
                Claim::Mine(_) if self.residents.holds(user) => {}
                Claim::Mine(ticket) => self.load(ticket, user).await?,
            }
        }
    }

    /// Loads a list beside the writer, or between two transactions when others write too much meanwhile.
    async fn load(&self, mut ticket: Ticket, user: UserId) -> Result<(), Error> {
        for _ in 0..LOADS {
            ticket.renew();
            let residents = Arc::clone(&self.residents);
            let read =
                move |snapshot: &Snapshot<'_>| Ok::<_, Error>(Ticket::read(user, &residents, snapshot)?);
            let mut loaded = Some(self.store.read(read).await?);
            let mut outcome = ticket.install(&mut loaded);
            if outcome == Outcome::Behind {
                let residents = Arc::clone(&self.residents);
                let hear = move |snapshot: &Snapshot<'_>| {
                    residents.heard(snapshot.position()?);
                    Ok::<_, Error>(())
                };
                self.store.in_order(hear).await?;
                outcome = ticket.install(&mut loaded);
            }
            if outcome == Outcome::Installed {
                return Ok(());
            }
        }
        let residents = Arc::clone(&self.residents);
        let load = move |snapshot: &Snapshot<'_>| {
            ticket.renew();
            residents.heard(snapshot.position()?);
            ticket.install(&mut Some(Ticket::read(user, &residents, snapshot)?));
            Ok::<_, Error>(())
        };
        self.store.in_order(load).await
    }
}

/// Equal stamps mean that [`collect`] finds the same rows, with the same in them.
fn stamp(look: Look<'_>, oldest: Option<Moment>) -> Stamp {
    let order = look.list.order(look.state);
    let window = order.since(oldest, look.list.seats(), look.state).len();
    Stamp { list: order.stamp(), people: look.state.people_stamp(), window }
}

/// By what the rows are ordered.
type RowKey = Reverse<(bool, Moment, MessageId, ChatId)>;

/// Looks at the rows within the window and at the pinned ones, and at no other.
fn collect(look: Look<'_>, filter: Filter, oldest: Option<Moment>) -> Recent<'_> {
    let Look { state, list, .. } = look;
    let mut rows: Vec<(RowKey, RecentRow<'_>)> = Vec::new();
    let mut removed = Vec::new();
    for seat in list.at(places(look, filter, oldest)) {
        let Some(room) = state.room(seat.member.chat_id).filter(|room| filter.takes(room.chat.kind)) else {
            continue;
        };
        let peer = seat.peer.and_then(|peer| state.person(peer));
        let updated = seat.date_update(room);
        match presence(seat, room, peer.map(|peer| &**peer)) {
            Presence::Listed => {
                let key = (seat.pinned(), seat.date(room), room.chat.last_message_id, room.chat.id);
                rows.push((Reverse(key), row(state, seat, room, peer)));
            }
            Presence::PeerGone => removed.push(gone(seat, room, RemovalReason::Removed, updated)),
            Presence::Emptied => removed.push(gone(seat, room, RemovalReason::Deleted, updated)),
            Presence::Absent => {}
        }
    }
    rows.sort_unstable_by_key(|(key, _)| *key);
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    let removed = filter.since.map(|_| {
        let known: Vec<ChatId> = removed.iter().map(|removal| removal.chat_id).collect();
        removed.extend(tombstones(look, filter, oldest).filter(|removal| !known.contains(&removal.chat_id)));
        removed.sort_unstable_by_key(|removal| Reverse((removal.date, removal.chat_id)));
        removed
    });
    Recent { rows, removed }
}

/// Where the seats are whose rows are new enough, or pinned.
fn places(look: Look<'_>, filter: Filter, oldest: Option<Moment>) -> Vec<u32> {
    let (seats, state) = (look.list.seats(), look.state);
    let order = look.list.order(state);
    let within = order.since(oldest, seats, state);
    let mut places = Vec::with_capacity(within.len() + order.pins().len());
    places.extend_from_slice(within);
    if filter.since.is_none() {
        places.extend(order.pins().iter().filter(|pin| !within.contains(pin)));
    }
    places
}

/// Removals since `oldest` whose row did not come back.
fn tombstones(look: Look<'_>, filter: Filter, oldest: Option<Moment>) -> impl Iterator<Item = Removal> {
    let lasting = move |removal: &&Removal| {
        filter.takes(removal.kind)
            && oldest.is_none_or(|oldest| removal.date >= oldest)
            && listed(look, removal.chat_id).is_none()
    };
    look.list.removals().iter().filter(lasting).cloned()
}

fn gone(seat: &Seat, room: &Room, reason: RemovalReason, date: Moment) -> Removal {
    Removal { chat_id: room.chat.id, kind: room.chat.kind, peer: seat.peer, reason, date }
}

fn row<'a>(
    state: &'a State,
    seat: &'a Seat,
    room: &'a Card<Room>,
    peer: Option<&'a Card<User>>,
) -> RecentRow<'a> {
    let author = seat.last(room).and_then(|last| state.person(last.author_id));
    RecentRow { seat, room, peer, author }
}

/// The row of a chat, if there is one.
fn listed(look: Look<'_>, chat: ChatId) -> Option<RecentRow<'_>> {
    let seat = look.list.seat(chat)?;
    let room = look.state.room(chat)?;
    let peer = seat.peer.and_then(|peer| look.state.person(peer));
    let listed = presence(seat, room, peer.map(|peer| &**peer)) == Presence::Listed;
    listed.then(|| row(look.state, seat, room, peer))
}

fn pinned(look: Look<'_>, chat: ChatId) -> bool {
    look.list.seat(chat).is_some_and(Seat::pinned)
}

/// Whether a chat stands before those of `upto` in the long list: pinned, or later.
fn later(look: Look<'_>, chat: ChatId, upto: Moment) -> bool {
    let (seat, room) = (look.list.seat(chat), look.state.room(chat));
    seat.zip(room).is_some_and(|(seat, room)| seat.pinned() || seat.date(room) > upto)
}

impl ListQuery {
    /// The row of a chat, if there is one and the query takes it.
    fn row<'a>(&self, look: Look<'a>, chat: ChatId) -> Option<RecentRow<'a>> {
        listed(look, chat).filter(|row| self.takes(row.seat, row.room))
    }

    fn takes(&self, seat: &Seat, room: &Room) -> bool {
        let kind = room.chat.kind;
        let undistributed = room.chat.line.is_some_and(lately_model::Line::undistributed);
        kind != ChatKind::External
            && self.takes_kind(kind)
            && !(self.skip_undistributed && undistributed)
            && !(self.unread_only && seat.counter(room) == 0 && !seat.member.mark)
            && !(self.can_manage_messages && seat.role(room) < room.chat.can_post())
            && self.upto.is_none_or(|upto| seat.date(room) <= upto)
    }

    fn takes_kind(&self, kind: ChatKind) -> bool {
        if self.only_copilot {
            return kind == ChatKind::Copilot;
        }
        if self.only_channel {
            return kind.is_channel();
        }
        let flags = Filter {
            skip_openlines: self.skip_openlines,
            skip_chat: self.skip_chat,
            skip_dialog: self.skip_dialog,
            ..Filter::default()
        };
        flags.takes(kind)
    }
}

fn pin_row(tx: &mut Tx<'_>, user: UserId, dialog: DialogId, pin: bool, now: Moment) -> Result<bool, Error> {
    let actor = crate::user::acting(tx, user)?;
    let refused = || Error::from(Refusal::NoAccessToPin);
    let chat = match dialog::open(tx, &actor, dialog, now) {
        Err(Error::Refused(_)) => return Err(refused()),
        other => other?,
    };
    let member: Member = tx.member(chat.id, user)?.ok_or_else(refused)?;
    let role = lately_model::recent::role_of(&chat, &member);
    if verdict(&actor, role, &chat, Act::Pin) != Verdict::Allowed {
        return Err(refused());
    }
    if !pin {
        if member.pin_order > 0 {
            tx.unpin_recent(&member, now)?;
        }
        return Ok(true);
    }
    if tx.pins(user)?.len() >= PIN_LIMIT {
        return Ok(false);
    }
    if member.pin_order == 0 {
        tx.pin_recent(&member, now)?;
    }
    Ok(true)
}
