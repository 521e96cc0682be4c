//! The recent list as its owner sees it, and what they do to its rows.

use std::sync::Arc;

use lately_model::recent::{Filter, PIN_LIMIT, Presence, presence};
use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    ChatId, ChatKind, DialogId, Member, Moment, Removal, RemovalReason, Room, Seat, User, UserId,
};
use lately_store::Tx;

use crate::resident::{List, State};
use crate::walk::WalkKey;
use crate::{Error, Messenger, Refusal, dialog};

/// One row with everything that it shows.
#[derive(Debug, Clone)]
pub struct RecentRow {
    /// The owner's place in the chat.
    pub seat: Seat,
    /// The chat and its newest message.
    pub room: Arc<Room>,
    /// In a private dialog, the other person.
    pub peer: Option<Arc<User>>,
    /// Who wrote the newest message, unless the system did.
    pub author: Option<Arc<User>>,
}

impl RecentRow {
    /// How many messages are unread.
    pub fn counter(&self) -> i64 {
        self.seat.counter(&self.room)
    }
}

/// An answer of [`Messenger::recent`].
#[derive(Debug, Clone, Default)]
pub struct Recent {
    /// The rows in order.
    pub rows: Vec<RecentRow>,
    /// Rows that went away since the sync date; `None` when none was given.
    pub removed: Option<Vec<Removal>>,
}

/// Which page of the long list to answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// An answer of [`Messenger::recent_list`].
#[derive(Debug, Clone, Default)]
pub struct RecentPage {
    /// The rows in order.
    pub rows: Vec<RecentRow>,
    /// Whether another page may follow.
    pub more: bool,
}

impl Messenger {
    /// `im.recent.get`: the rows that `filter` takes, pinned first, then the newest message first.
    pub async fn recent(&self, user: UserId, filter: Filter) -> Result<Recent, Error> {
        let now = self.now();
        let oldest = filter.oldest(now, self.settings.window_days);
        self.resident(user, move |state, list| collect(state, list, filter, oldest)).await
    }

    /// `im.recent.list`: one page. The order is fixed when the walk begins at offset zero, so that no chat comes twice
    /// or is missed while messages arrive; `credential` tells the walks of one user's programs apart.
    pub async fn recent_list(
        &self,
        user: UserId,
        credential: i64,
        query: ListQuery,
    ) -> Result<RecentPage, Error> {
        let now = self.now();
        let key = WalkKey { user, credential, query: ListQuery { offset: 0, limit: 0, ..query.clone() } };
        let begins = query.upto.is_some() || query.offset == 0;
        let walked = if begins { None } else { self.walks.turn(&key, query.offset, query.limit, now) };
        let order: Arc<[ChatId]> = match walked {
            Some(order) => order,
            None => {
                let query = query.clone();
                self.resident(user, move |state, list| long_order(state, list, &query).into()).await?
            }
        };
        let start = if query.upto.is_some() { 0 } else { query.offset };
        let slice: Vec<ChatId> = order.iter().skip(start).take(query.limit).copied().collect();
        let more = slice.len() == query.limit;
        if start == 0 && query.upto.is_none() {
            self.walks.begin(key, order, query.limit, now);
        }
        let rows = self.resident(user, move |state, list| {
            slice.iter().filter_map(|chat| listed_row(state, list.seat(*chat)?)).collect()
        });
        Ok(RecentPage { rows: rows.await?, more })
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
        F: FnOnce(&State, &List) -> T + Send,
    {
        let mut look = Some(look);
        loop {
            let seen = self.residents.look(user, |state, list| look.take().map(|look| look(state, list)));
            if let Some(Some(seen)) = seen {
                return Ok(seen);
            }
            let residents = Arc::clone(&self.residents);
            self.store.in_order(move |snapshot| Ok::<_, Error>(residents.load(snapshot, user)?)).await?;
        }
    }
}

fn collect(state: &State, list: &List, filter: Filter, oldest: Option<Moment>) -> Recent {
    let mut rows: Vec<(bool, Moment, &Seat, &Arc<Room>)> = Vec::with_capacity(list.len().min(256));
    let mut removed = Vec::new();
    for seat in list.seats() {
        let Some(room) = state.room(seat.member.chat_id) else { continue };
        let updated = seat.date_update(room);
        let pinned_anyway = filter.since.is_none() && seat.pinned();
        if !filter.takes(room.chat.kind) || (oldest.is_some_and(|oldest| updated < oldest) && !pinned_anyway)
        {
            continue;
        }
        let peer = seat.peer.and_then(|peer| state.person(peer));
        match presence(seat, room, peer.map(Arc::as_ref)) {
            Presence::Listed => rows.push((seat.pinned(), seat.date(room), seat, room)),
            Presence::PeerGone => removed.push(gone(seat, room, RemovalReason::Removed, updated)),
            Presence::Emptied => removed.push(gone(seat, room, RemovalReason::Deleted, updated)),
            Presence::Absent => {}
        }
    }
    rows.sort_unstable_by_key(|(pinned, date, _, room)| {
        std::cmp::Reverse((*pinned, *date, room.chat.last_message_id, room.chat.id))
    });
    let rows = rows.into_iter().map(|(_, _, seat, room)| row(state, seat, room)).collect();
    let removed = filter.since.map(|_| {
        let known: Vec<ChatId> = removed.iter().map(|removal| removal.chat_id).collect();
        removed.extend(
            tombstones(state, list, filter, oldest).filter(|removal| !known.contains(&removal.chat_id)),
        );
        removed.sort_unstable_by_key(|removal| std::cmp::Reverse((removal.date, removal.chat_id)));
        removed
    });
    Recent { rows, removed }
}

/// Removals since `oldest` whose row did not come back.
fn tombstones<'a>(
    state: &'a State,
    list: &'a List,
    filter: Filter,
    oldest: Option<Moment>,
) -> impl Iterator<Item = Removal> + 'a {
    let lasting = move |removal: &&Removal| {
        let listed = list.seat(removal.chat_id).is_some_and(|seat| listed_row(state, seat).is_some());
        !listed && filter.takes(removal.kind) && oldest.is_none_or(|oldest| removal.date >= oldest)
    };
    list.removals().iter().filter(lasting).cloned()
}

fn gone(seat: &Seat, room: &Room, reason: RemovalReason, date: Moment) -> Removal {
    Removal { chat_id: room.chat.id, kind: room.chat.kind, peer: seat.peer, reason, date }
}

fn row(state: &State, seat: &Seat, room: &Arc<Room>) -> RecentRow {
    let author = seat.last(room).map(|last| last.author_id);
    RecentRow {
        seat: seat.clone(),
        room: Arc::clone(room),
        peer: seat.peer.and_then(|peer| state.person(peer)).cloned(),
        author: author.and_then(|author| state.person(author)).cloned(),
    }
}

fn listed_row(state: &State, seat: &Seat) -> Option<RecentRow> {
    let room = state.room(seat.member.chat_id)?;
    let peer = seat.peer.and_then(|peer| state.person(peer));
    let listed = presence(seat, room, peer.map(Arc::as_ref)) == Presence::Listed;
    listed.then(|| row(state, seat, room))
}

/// The order of the long list: pins in pin order, then the newest message first.
fn long_order(state: &State, list: &List, query: &ListQuery) -> Vec<ChatId> {
    let mut rows = Vec::with_capacity(list.len());
    for seat in list.seats() {
        let Some(room) = state.room(seat.member.chat_id) else { continue };
        let peer = seat.peer.and_then(|peer| state.person(peer));
        if !query.takes(seat, room) || presence(seat, room, peer.map(Arc::as_ref)) != Presence::Listed {
            continue;
        }
        let pin = if seat.pinned() { seat.member.pin_order } else { i64::MAX };
        rows.push((pin, std::cmp::Reverse((seat.date(room), room.chat.last_message_id, room.chat.id))));
    }
    rows.sort_unstable();
    rows.into_iter().map(|(_, std::cmp::Reverse((_, _, chat)))| chat).collect()
}

impl ListQuery {
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
