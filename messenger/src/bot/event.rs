//! What a bot's program is told, as it is to be shown: fetched by the bot, or sent to it.
//!
//! Must hold: what is shown of a thing is how that is when it is told; of what is gone by then nothing is told but that it
//! went, and nothing at all of where the bot is no more.

use std::sync::Arc;

use lately_model::bot::KEPT;
use lately_model::{
    BotEvent, BotHappening, BotOwner, Chat, Dialect, Event, FeedNumber, FolderId, Moment, Owner, User, UserId,
};
use lately_store::Snapshot;

use super::{BotView, owned, view};
use crate::event::{Scene, Teller};
use crate::{Error, Messenger};

/// How many events are read at once at least.
const AT_ONCE: i64 = 100;

/// What there is to show of what a bot is told.
#[derive(Debug)]
pub struct BotScene {
    /// What happened.
    pub event: BotEvent,
    /// The bot; `None` once it was removed.
    pub bot: Option<BotView>,
    /// Its chat and message, with the people that they show.
    pub scene: Scene,
    /// Who did it.
    pub user: Option<User>,
    /// Where the files of the chat lie, if anywhere.
    pub folder: FolderId,
    /// How many people are in the chat.
    pub members: i64,
}

/// One event that a bot fetched.
#[derive(Debug)]
pub struct BotTold {
    /// Its number.
    pub number: FeedNumber,
    /// When it happened.
    pub date: Moment,
    /// What there is to show.
    pub scene: BotScene,
}

/// What a bot fetched.
#[derive(Debug, Default)]
pub struct BotPage {
    /// What happened, in order.
    pub events: Vec<BotTold>,
    /// Where to go on, which confirms all of this.
    pub next: FeedNumber,
    /// Whether there is more already.
    pub more: bool,
}

impl Messenger {
    /// `imbot.v2.Event.get`: what happened to a bot from `from` on, up to `limit` events. Everything before `from` is
    /// confirmed and goes; without it, everything that is not confirmed is told.
    pub async fn bot_events(
        &self,
        owner: BotOwner,
        bot: UserId,
        from: Option<FeedNumber>,
        limit: usize,
    ) -> Result<BotPage, Error> {
        if let Some(from) = from {
            self.confirm_bot(owner.clone(), bot, from).await?;
        }
        let residents = Arc::clone(&self.residents);
        let now = self.now();
        self.store
            .read(move |snapshot| {
                owned(snapshot, &owner, Dialect::V2, bot)?;
                page(&Teller::new(snapshot, &residents, now), bot, from.unwrap_or_default(), limit)
            })
            .await
    }

    /// Writes only if there is something to confirm.
    async fn confirm_bot(&self, owner: BotOwner, bot: UserId, from: FeedNumber) -> Result<(), Error> {
        let known = owner.clone();
        let settled = self.store.read(move |snapshot| {
            owned(snapshot, &known, Dialect::V2, bot)?;
            settled(snapshot, bot, from)
        });
        if settled.await? {
            return Ok(());
        }
        self.store
            .write(move |tx| {
                owned(tx, &owner, Dialect::V2, bot)?;
                Ok(tx.confirm_bot_events(bot, from)?)
            })
            .await
    }

    /// What there is to show of what a bot is told; `None` when nothing is left of it.
    pub(crate) async fn bot_scene(&self, event: BotEvent) -> Result<Option<BotScene>, Error> {
        let residents = Arc::clone(&self.residents);
        let now = self.now();
        self.store.read(move |snapshot| scene(&Teller::new(snapshot, &residents, now), event.clone())).await
    }
}

/// Whether nothing of a bot's is left before `from`.
pub(super) fn settled(snapshot: &Snapshot<'_>, bot: UserId, from: FeedNumber) -> Result<bool, Error> {
    let first = snapshot.bot_events(bot, FeedNumber(0), Moment::default(), 1)?;
    Ok(first.first().is_none_or(|(number, ..)| *number >= from))
}

/// Up to `limit` events of a bot from `from` on. What is older than is kept may not have been dropped yet.
pub(super) fn page(
    teller: &Teller<'_>,
    bot: UserId,
    from: FeedNumber,
    limit: usize,
) -> Result<BotPage, Error> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1).max(AT_ONCE);
    let oldest = teller.now.plus(-KEPT);
    let mut page = BotPage { next: from, ..BotPage::default() };
    // Of some nothing may be left, so that there may be room for more than was read.
    loop {
        let read = teller.snapshot.bot_events(bot, page.next, oldest, most)?;
        let whole = i64::try_from(read.len()).unwrap_or(most) < most;
        for (number, date, event) in read {
            if page.events.len() == limit {
                page.more = true;
                return Ok(page);
            }
            page.next = number.next();
            if let Some(scene) = scene(teller, event)? {
                page.events.push(BotTold { number, date, scene });
            }
        }
        if whole {
            return Ok(page);
        }
    }
}

fn scene(teller: &Teller<'_>, event: BotEvent) -> Result<Option<BotScene>, Error> {
    let snapshot: &Snapshot<'_> = teller.snapshot;
    let bot = view(snapshot, event.bot)?.filter(|bot| bot.program.is_some());
    let removed = event.happened == BotHappening::Removed;
    if bot.is_none() != removed {
        return Ok(None);
    }
    let chat = event.chat;
    let shown = match &event.happened {
        BotHappening::Said(id) | BotHappening::Commanded(id, _) => teller.scene(&Event::Said(chat, *id))?,
        BotHappening::Edited(id) => teller.scene(&Event::Edited(chat, *id))?,
        BotHappening::Liked(id, set) => teller.scene(&Event::Liked(chat, *id, event.user, *set))?,
        BotHappening::Deleted(id, _) => teller.scene(&Event::Deleted(chat, *id, false))?,
        BotHappening::Joined | BotHappening::Context(_) => {
            teller.scene(&Event::Joined(chat, vec![event.user]))?
        }
        BotHappening::Removed => Some(Scene::default()),
    };
    let Some(scene) = shown else { return Ok(None) };
    if !sees(snapshot, &event, scene.chat.as_ref())? {
        return Ok(None);
    }
    let gone = scene.message.as_ref().is_some_and(|message| message.deleted);
    if gone && !matches!(event.happened, BotHappening::Deleted(..)) {
        return Ok(None);
    }
    let folder = snapshot.folder_of(Owner::Chat(chat))?.map_or(FolderId(0), |folder| folder.id);
    let members = scene.chat.as_ref().map_or(0, |chat| chat.user_count);
    let user = if event.user.is_none() { None } else { snapshot.user(event.user)? };
    Ok(Some(BotScene { event, bot, scene, user, folder, members }))
}

/// Whether the bot may see by now what it is told of: it may have been sent away since. Commands are given from anywhere.
fn sees(snapshot: &Snapshot<'_>, event: &BotEvent, chat: Option<&Chat>) -> Result<bool, Error> {
    let Some(chat) = chat.filter(|chat| !chat.kind.is_private()) else { return Ok(true) };
    if matches!(event.happened, BotHappening::Commanded(..)) {
        return Ok(true);
    }
    let Some(member) = snapshot.member(chat.id, event.bot)? else { return Ok(false) };
    Ok(event.happened.message().is_none_or(|message| member.first_visible_id <= message))
}
