//! Feeds: what happened in a person's chats, for whoever asks for it now and then instead of listening.
//!
//! Must hold: a feed tells of every event of its person's chats from the moment it was opened until it was ended, in the
//! order of the commits, each once for as long as it is not confirmed, for a day. It is read from the log of events, so
//! what it shows of a thing is how that is when it is asked for.

use std::sync::Arc;

use lately_model::feed::{KEPT, tells, width};
use lately_model::{AppId, ChatKind, Event, FeedNumber, FolderId, Moment, Owner, User, UserId};
use lately_store::{FeedOwner, FeedPart, Happened, Snapshot};

use crate::event::{One, Place, Scene, Teller};
use crate::user::acting;
use crate::{Error, Messenger};

/// How many transactions are read at once.
const AT_ONCE: i64 = 500;

/// How often that is done for one answer, before it says that there is more.
const ROUNDS: usize = 20;

/// What was read of a feed.
#[derive(Debug, Default)]
pub struct FeedPage {
    /// What happened, in order.
    pub events: Vec<FeedEvent>,
    /// Where to go on, which confirms all of this.
    pub next: FeedNumber,
    /// Whether there may be more already.
    pub more: bool,
}

/// One event of a feed.
#[derive(Debug)]
pub struct FeedEvent {
    /// Its number.
    pub number: FeedNumber,
    /// When it happened.
    pub date: Moment,
    /// What happened; of several people who joined it is told one by one.
    pub event: Event,
    /// What there is to show of it.
    pub scene: Scene,
    /// Who did it; who joined.
    pub user: Option<User>,
    /// Where the files of its chat lie, if anywhere.
    pub folder: FolderId,
}

impl Messenger {
    /// `im.v2.Event.subscribe`: from now on what happens in the caller's chats is kept for them.
    pub async fn open_feed(&self, user: UserId, app: AppId) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                Ok(tx.open_feed(FeedOwner { user, app })?)
            })
            .await
    }

    /// `im.v2.Event.unsubscribe`: nothing more is kept. What was kept can still be read.
    pub async fn end_feed(&self, user: UserId, app: AppId) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                Ok(tx.end_feed(FeedOwner { user, app })?)
            })
            .await
    }

    /// `im.v2.Event.get`: what happened from `from` on, up to `limit` events. Everything before `from` is confirmed and
    /// will not be told again; without it, everything that is not confirmed is told.
    pub async fn feed(
        &self,
        user: UserId,
        app: AppId,
        from: Option<FeedNumber>,
        limit: usize,
    ) -> Result<FeedPage, Error> {
        let owner = FeedOwner { user, app };
        if let Some(from) = from {
            self.confirm_feed(owner, from).await?;
        }
        let residents = Arc::clone(&self.residents);
        let now = self.now();
        self.store
            .read(move |snapshot| {
                acting(snapshot, user)?;
                let parts = snapshot.feed(owner)?;
                page(Teller::new(snapshot, &residents, now), user, parts, from.unwrap_or_default(), limit)
            })
            .await
    }

    /// Writes only if there is something to write: a client that asks again and again costs nothing else.
    async fn confirm_feed(&self, owner: FeedOwner, from: FeedNumber) -> Result<(), Error> {
        if self.store.read(move |snapshot| settled(snapshot, owner, from)).await? {
            return Ok(());
        }
        self.store
            .write(move |tx| {
                acting(tx, owner.user)?;
                Ok(tx.confirm_feed(owner, from)?)
            })
            .await
    }
}

/// Whether nothing of a feed is left before `from`.
pub(crate) fn settled(snapshot: &Snapshot<'_>, owner: FeedOwner, from: FeedNumber) -> Result<bool, Error> {
    Ok(snapshot.feed(owner)?.iter().all(|part| from <= part.confirmed))
}

/// Up to `limit` events of a feed from `from` on that are not confirmed.
pub(crate) fn page(
    teller: Teller<'_>,
    user: UserId,
    parts: Vec<FeedPart>,
    from: FeedNumber,
    limit: usize,
) -> Result<FeedPage, Error> {
    let confirmed = parts.iter().map(|part| part.confirmed).max().unwrap_or_default();
    let mut reader = Reader::new(teller, user, confirmed.max(from), limit);
    for part in parts {
        if reader.is_full() {
            break;
        }
        reader.read(part)?;
    }
    Ok(reader.page)
}

/// Reads the log for one person.
struct Reader<'a> {
    teller: Teller<'a>,
    audience: One,
    limit: usize,
    rounds: usize,
    page: FeedPage,
}

impl<'a> Reader<'a> {
    fn new(teller: Teller<'a>, user: UserId, from: FeedNumber, limit: usize) -> Self {
        let page = FeedPage { next: from, ..FeedPage::default() };
        Self { teller, audience: One::new(user), limit, rounds: 0, page }
    }

    fn is_full(&self) -> bool {
        self.page.more
    }

    fn snapshot(&self) -> &'a Snapshot<'a> {
        self.teller.snapshot
    }

    fn read(&mut self, part: FeedPart) -> Result<(), Error> {
        let oldest = self.teller.now.plus(-KEPT);
        let from = self.page.next;
        let mut after = part.since.max(from.position() - 1);
        let upto = part.upto.unwrap_or(i64::MAX);
        loop {
            let happened = self.snapshot().happened_between(after, upto, oldest, AT_ONCE)?;
            let whole = i64::try_from(happened.len()).unwrap_or(AT_ONCE) < AT_ONCE;
            for (date, happened) in happened {
                after = happened.position;
                self.take(date, happened, from)?;
                if self.is_full() {
                    return Ok(());
                }
            }
            if whole {
                return Ok(());
            }
            self.rounds += 1;
            if self.rounds >= ROUNDS {
                self.page.next = FeedNumber::at(after + 1, 0);
                self.page.more = true;
                return Ok(());
            }
        }
    }

    /// One transaction. What cannot be read takes one number.
    fn take(&mut self, date: Moment, happened: Happened, from: FeedNumber) -> Result<(), Error> {
        let position = happened.position;
        let (mut place, mut index) = (0, 0);
        for (known, event) in happened.events {
            place += i64::from(known) - index;
            index = i64::from(known) + 1;
            let width = width(&event);
            if tells(&event) && FeedNumber::at(position, place + width - 1) >= from {
                let at = (Place { position, index: known }, place);
                self.tell(at, date, event, from)?;
            }
            place += width;
            if self.is_full() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn tell(
        &mut self,
        (at, first): (Place, i64),
        date: Moment,
        event: Event,
        from: FeedNumber,
    ) -> Result<(), Error> {
        let Some(tale) = self.teller.tale(&mut self.audience, at, event)? else { return Ok(()) };
        let Some(chat) = &tale.scene.chat else { return Ok(()) };
        // Nobody joins a talk between two.
        if chat.kind == ChatKind::Private && matches!(tale.event, Event::Joined(..)) {
            return Ok(());
        }
        let folder = self.snapshot().folder_of(Owner::Chat(chat.id))?.map_or(FolderId(0), |folder| folder.id);
        let date = if date == Moment::default() { self.teller.now } else { date };
        let people = match &tale.event {
            Event::Joined(_, users) => users.clone(),
            Event::Liked(_, _, user, _) => vec![*user],
            Event::Deleted(_, id, _) => vec![self.snapshot().author_of(*id)?.unwrap_or_default()],
            _ => vec![tale.scene.message.as_ref().map(|message| message.author_id).unwrap_or_default()],
        };
        for (place, user) in (first..).zip(people) {
            let number = FeedNumber::at(at.position, place);
            if number < from {
                continue;
            }
            if self.page.events.len() == self.limit {
                self.page.more = true;
                return Ok(());
            }
            let user = if user.is_none() { None } else { self.snapshot().user(user)? };
            let event = match (&tale.event, &user) {
                (Event::Joined(chat, _), Some(user)) => Event::Joined(*chat, vec![user.id]),
                (Event::Joined(..), None) => continue,
                (event, _) => event.clone(),
            };
            self.page.next = number.next();
            self.page.events.push(FeedEvent { number, date, event, scene: tale.scene.clone(), user, folder });
        }
        Ok(())
    }
}
