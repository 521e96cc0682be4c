//! What a transaction changed, told as the new state: whoever keeps a copy replaces what it had.
//!
//! Must hold: applying the changes of a transaction to a copy of the state before it gives the state after it, in this
//! process and, by way of the outbox, in others.

use std::collections::BTreeMap;

use lately_model::{AppId, ChatId, Removal, Room, Seat, User, UserId};
use serde::{Deserialize, Serialize};

/// One changed thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A room is now like this, for all its members.
    Room(Box<Room>),
    /// A member's seat is now like this (also for somebody who just joined).
    Seat(Box<Seat>),
    /// A member is gone.
    SeatGone(UserId, ChatId),
    /// A row of this user went away.
    Removal(UserId, Removal),
    /// The message with this ordinal, caused by the given user, no longer counts for anybody.
    Uncounted(ChatId, i64, UserId),
    /// A user was added or edited and is now like this.
    Person(Box<User>),
    /// A user whom the other changes show is like this.
    Known(Box<User>),
    /// The webhooks of this user are not what they were.
    Webhooks(UserId),
    /// The sessions of this user are not what they were.
    Sessions(UserId),
    /// An application is new, is not what it was, or is gone.
    App(AppId),
    /// The settings that administrators changed are now these, by name.
    Settings(BTreeMap<String, String>),
    /// Some bot, or what it is told of, is not what it was.
    Bots,
    /// There is something to tell applications.
    Errand,
    /// Much was written that is not told one by one, as by an import: copies must be dropped.
    Much,
}

/// Hears of changes on the writer's thread; must be quick and must not call the store.
pub trait Observer: Send + Sync {
    /// A transaction was committed, after which the portal is at `position`. Each inner list is one job's changes, in
    /// commit order.
    fn committed(&self, position: i64, changes: Vec<Vec<Change>>);

    /// Something was written that is not known here (another process, a failed commit): copies must be dropped.
    fn doubt(&self);
}

/// An observer that keeps no copy.
impl Observer for () {
    fn committed(&self, _: i64, _: Vec<Vec<Change>>) {}

    fn doubt(&self) {}
}
