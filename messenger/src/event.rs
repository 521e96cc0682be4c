//! Events: from what happened to what each listener is told of it.
//!
//! Must hold: whoever listens hears of every event that concerns them, in the order of the commits, each once; what they
//! hear of a thing is how it was right after the event or later, so whoever has heard all of it has what a fresh read
//! gives. Events are read from the store's log, so it does not matter which server committed them.
//!
//! Never knows connections or the wire.

mod audience;
mod scene;
mod watches;

use std::sync::Arc;

use lately_model::right::{Act, Verdict, verdict};
use lately_model::{AppId, Chat, ChatId, Event, Moment, Role, Seat, Session, User, UserId, Webhook};
use lately_store::{Happened, Snapshot};
use tokio::sync::watch;

pub use audience::Ears;
pub use scene::Scene;

use crate::resident::Residents;
use crate::{Error, Messenger};
pub(crate) use audience::One;
use audience::{Audience, Everybody};

/// How many transactions are read at once for everybody.
const AT_ONCE: i64 = 64;

/// How many are read at once for one person, whom few of them concern.
const AT_ONCE_FOR_ONE: i64 = 1000;

/// Where an event stands in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The position of its transaction.
    pub position: i64,
    /// Its place among the events of that.
    pub index: u32,
}

/// One event, with all that its hearers are told.
#[derive(Debug)]
pub struct Tale {
    /// Where it stands.
    pub place: Place,
    /// What happened.
    pub event: Event,
    /// What there is to show of it.
    pub scene: Scene,
    /// Who hears of it.
    pub hearers: Vec<Hearer>,
    /// Who hears of it because they look at the chat without being a member.
    pub watchers: Vec<Hearer>,
}

/// One person who hears of an event.
#[derive(Debug, Clone)]
pub struct Hearer {
    /// Who.
    pub user: UserId,
    /// Their place in the chat, if it happened in one and they are a member.
    pub seat: Option<Seat>,
    /// How much they have not read there.
    pub counter: i64,
}

/// What was read of the log.
#[derive(Debug)]
pub struct Chapter {
    /// What there is to tell, in order.
    pub tales: Vec<Tale>,
    /// The position up to which all is told; before the one that was asked for, if the database went back.
    pub upto: i64,
    /// Whether there was more to read.
    pub more: bool,
}

impl Messenger {
    /// Rings after each commit that this server hears of.
    pub fn committed(&self) -> watch::Receiver<()> {
        self.committed.clone()
    }

    /// The position up to which everything is committed now.
    pub async fn position(&self) -> Result<i64, Error> {
        self.store.read(|snapshot| Ok(snapshot.position()?)).await
    }

    /// What those who listen are to hear of the transactions after `position`.
    pub async fn tales(&self, ears: Arc<Ears>, position: i64) -> Result<Chapter, Error> {
        let residents = Arc::clone(&self.residents);
        let now = self.now();
        let after = Place { position: position + 1, index: 0 };
        self.store
            .read(move |snapshot| {
                let teller = Teller::new(snapshot, &residents, now);
                teller.chapter(&mut Everybody::new(&ears), after, AT_ONCE)
            })
            .await
    }

    /// What one person is to hear of what happened at `place` and after it.
    pub async fn missed(&self, user: UserId, place: Place) -> Result<Chapter, Error> {
        let residents = Arc::clone(&self.residents);
        let now = self.now();
        self.store
            .read(move |snapshot| {
                let teller = Teller::new(snapshot, &residents, now);
                teller.chapter(&mut One::new(user), place, AT_ONCE_FOR_ONE)
            })
            .await
    }

    /// Who is to hear that somebody writes: the chat, the writer, and those of its other members who listen.
    pub async fn onlookers(
        &self,
        ears: Arc<Ears>,
        chat: ChatId,
        writer: UserId,
    ) -> Result<Option<(Chat, User, Vec<UserId>)>, Error> {
        self.store
            .read(move |snapshot| {
                let (Some(chat), Some(user)) = (snapshot.chat(chat)?, snapshot.user(writer)?) else {
                    return Ok(None);
                };
                let mut hearers = ears.members(snapshot, chat.id)?;
                hearers.retain(|hearer| *hearer != writer);
                Ok(Some((chat, user, hearers)))
            })
            .await
    }

    /// Whether this person may still listen by the webhook with this number, by the session with this one below zero,
    /// or by the application that it stands for.
    pub async fn may_listen(&self, user: UserId, credential: i64) -> Result<bool, Error> {
        let now = self.now();
        self.store
            .read(move |snapshot| {
                let user_there = snapshot.user(user)?;
                let active = user_there.as_ref().is_some_and(|user| user.active);
                if let Some(app) = AppId::of_credential(credential) {
                    let admin = user_there.is_some_and(|user| user.admin);
                    return Ok(active && snapshot.app(app)?.is_some_and(|app| app.installed || admin));
                }
                if credential < 0 {
                    let good = |known: &Session| known.id.0 == -credential && now < known.expires_at;
                    return Ok(active && snapshot.sessions_of(user)?.iter().any(good));
                }
                let good = |known: &Webhook| {
                    known.id.0 == credential && known.expires_at.is_none_or(|expires| now < expires)
                };
                Ok(active && snapshot.webhooks_of(user)?.iter().any(good))
            })
            .await
    }

    /// Whether whoever listens by this credential is told what happens in the messenger: with a webhook or a session, and
    /// with an application that has the scope `im`.
    pub async fn follows(&self, credential: i64) -> Result<bool, Error> {
        let Some(app) = AppId::of_credential(credential) else { return Ok(true) };
        self.store
            .read(move |snapshot| Ok(snapshot.app(app)?.is_some_and(|app| app.scopes.grant("im"))))
            .await
    }

    /// What tokens of the push channel are signed with: the same at every server of the portal.
    pub async fn push_secret(&self) -> Result<String, Error> {
        self.store.read(|snapshot| Ok(snapshot.push_secret()?)).await
    }
}

/// Reads the log on one state of the portal.
pub(crate) struct Teller<'a> {
    pub(crate) snapshot: &'a Snapshot<'a>,
    residents: &'a Residents,
    pub(crate) now: Moment,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot<'a>, residents: &'a Residents, now: Moment) -> Self {
        Self { snapshot, residents, now }
    }

    /// What happened at `from` and after it.
    fn chapter(&self, audience: &mut dyn Audience, from: Place, most: i64) -> Result<Chapter, Error> {
        let before = from.position.saturating_sub(1);
        let happened = self.snapshot.happened_after(before, most)?;
        let full = i64::try_from(happened.len()) == Ok(most);
        let upto = match happened.last() {
            Some(last) if full => last.position,
            _ => self.snapshot.position()?,
        };
        let mut tales = Vec::new();
        for Happened { position, events } in happened {
            for (index, event) in events {
                let place = Place { position, index };
                if place < from {
                    continue;
                }
                audience.learn(&event);
                if let Some(tale) = self.tale(audience, place, event)? {
                    tales.push(tale);
                }
            }
        }
        Ok(Chapter { tales, upto, more: full })
    }

    /// `None` when nobody hears of it, or nothing is left of what it tells of.
    pub(crate) fn tale(
        &self,
        audience: &mut dyn Audience,
        place: Place,
        event: Event,
    ) -> Result<Option<Tale>, Error> {
        let users = audience.of(self.snapshot, &event)?;
        let watching = audience.watching(self.snapshot, &event, self.now)?;
        if users.is_empty() && watching.is_empty() {
            return Ok(None);
        }
        let Some(scene) = self.scene(&event)? else { return Ok(None) };
        let mut hearers = self.hearers(place.position, &event, users)?;
        hearers.retain(|hearer| scene.shown_to(&event, hearer));
        let watchers = self.watchers(&scene, watching)?;
        let heard = !hearers.is_empty() || !watchers.is_empty();
        Ok(heard.then_some(Tale { place, event, scene, hearers, watchers }))
    }

    /// Those who may still read the chat.
    fn watchers(&self, scene: &Scene, users: Vec<UserId>) -> Result<Vec<Hearer>, Error> {
        let Some(chat) = &scene.chat else { return Ok(Vec::new()) };
        let mut watchers = Vec::new();
        for user in users {
            let Some(actor) = self.snapshot.user(user)?.filter(|actor| actor.active) else { continue };
            if verdict(&actor, Role::Guest, chat, Act::Read) == Verdict::Allowed {
                watchers.push(Hearer { user, seat: None, counter: 0 });
            }
        }
        Ok(watchers)
    }

    /// What each has to the chat: from their resident lists, else from the snapshot.
    fn hearers(&self, position: i64, event: &Event, users: Vec<UserId>) -> Result<Vec<Hearer>, Error> {
        let Some(chat) = event.chat() else {
            return Ok(users.into_iter().map(|user| Hearer { user, seat: None, counter: 0 }).collect());
        };
        let known = self.residents.seats_since(position, chat, &users);
        let mut ordinal = None;
        let mut hearers = Vec::with_capacity(users.len());
        for (user, known) in users.into_iter().zip(known) {
            let (seat, counter) = match known {
                Some((seat, counter)) => (Some(seat), counter),
                None => {
                    let seat = self.snapshot.seat(chat, user)?;
                    if ordinal.is_none() {
                        ordinal = Some(self.snapshot.chat(chat)?.map_or(0, |chat| chat.ordinal));
                    }
                    let settled = seat.as_ref().map(|seat| seat.settled);
                    let counter = ordinal.zip(settled).map_or(0, |(ordinal, settled)| ordinal - settled);
                    (seat, counter.max(0))
                }
            };
            hearers.push(Hearer { user, seat, counter });
        }
        Ok(hearers)
    }
}
