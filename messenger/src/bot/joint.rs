//! What a bot fetches together with what the caller's own feed has, in one row.
//!
//! Must hold: the row is ordered by numbers, which both sides take from one log, so that one offset confirms both; nothing
//! is passed over because one side could be read further than the other, and nothing is told twice.

use std::sync::Arc;

use lately_model::{AppId, BotOwner, Dialect, FeedNumber, UserId};
use lately_store::{FeedOwner, Snapshot};

use super::{BotRefusal, BotTold, event, no, owned};
use crate::event::Teller;
use crate::feed::{self, FeedEvent};
use crate::user::acting;
use crate::{Error, Messenger};

/// One event of the row.
#[derive(Debug)]
pub enum JointEvent {
    /// The bot was told it.
    Bot(Box<BotTold>),
    /// It happened in the caller's chats.
    Own(Box<FeedEvent>),
}

impl JointEvent {
    /// Its number.
    pub fn number(&self) -> FeedNumber {
        match self {
            Self::Bot(told) => told.number,
            Self::Own(event) => event.number,
        }
    }
}

/// A page of the row.
#[derive(Debug, Default)]
pub struct JointPage {
    /// What happened, in order.
    pub events: Vec<JointEvent>,
    /// Where to go on, which confirms all of this on both sides.
    pub next: FeedNumber,
    /// Whether there may be more already.
    pub more: bool,
}

impl Messenger {
    /// `imbot.v2.Event.get` with `withUserEvents`: as [`Self::bot_events`], and with it what [`Self::feed`] tells the
    /// caller. Whoever has no feed is refused.
    pub async fn joint_events(
        &self,
        owner: BotOwner,
        bot: UserId,
        caller: (UserId, AppId),
        from: Option<FeedNumber>,
        limit: usize,
    ) -> Result<JointPage, Error> {
        let own = FeedOwner { user: caller.0, app: caller.1 };
        if let Some(from) = from {
            self.confirm_joint(owner.clone(), bot, own, from).await?;
        }
        let residents = Arc::clone(&self.residents);
        let (now, from) = (self.now(), from.unwrap_or_default());
        self.store
            .read(move |snapshot| {
                may(snapshot, &owner, bot, own)?;
                let teller = Teller::new(snapshot, &residents, now);
                let told = event::page(&teller, bot, from, limit)?;
                let parts = snapshot.feed(own)?;
                let heard = feed::page(teller, own.user, parts, from, limit)?;
                let ends = [(told.next, told.more), (heard.next, heard.more)];
                let told = told.events.into_iter().map(|told| JointEvent::Bot(Box::new(told)));
                let heard = heard.events.into_iter().map(|event| JointEvent::Own(Box::new(event)));
                let (events, next, more) = joined(told.chain(heard), JointEvent::number, ends, limit);
                Ok(JointPage { events, next, more })
            })
            .await
    }

    /// Writes only if there is something to confirm on either side.
    async fn confirm_joint(
        &self,
        owner: BotOwner,
        bot: UserId,
        own: FeedOwner,
        from: FeedNumber,
    ) -> Result<(), Error> {
        let known = owner.clone();
        let settled = self.store.read(move |snapshot| {
            may(snapshot, &known, bot, own)?;
            Ok::<_, Error>(event::settled(snapshot, bot, from)? && feed::settled(snapshot, own, from)?)
        });
        if settled.await? {
            return Ok(());
        }
        self.store
            .write(move |tx| {
                may(tx, &owner, bot, own)?;
                tx.confirm_bot_events(bot, from)?;
                Ok(tx.confirm_feed(own, from)?)
            })
            .await
    }
}

/// Whether the bot is the owner's, and whether the caller has a feed.
fn may(snapshot: &Snapshot<'_>, owner: &BotOwner, bot: UserId, own: FeedOwner) -> Result<(), Error> {
    owned(snapshot, owner, Dialect::V2, bot)?;
    acting(snapshot, own.user)?;
    match snapshot.feed(own)?.is_empty() {
        true => Err(no(Dialect::V2, BotRefusal::NotSubscribed)),
        false => Ok(()),
    }
}

/// The first of what two sides have, by number; where to go on, and whether there may be more. An end of a side says up to
/// where it was read, and whether there is more behind: of what comes after that nothing can be told yet.
fn joined<T>(
    all: impl Iterator<Item = T>,
    number: impl Fn(&T) -> FeedNumber,
    ends: [(FeedNumber, bool); 2],
    limit: usize,
) -> (Vec<T>, FeedNumber, bool) {
    let horizon = ends.iter().filter(|(_, more)| *more).map(|(next, _)| *next).min();
    let mut known: Vec<T> = all.filter(|one| horizon.is_none_or(|horizon| number(one) < horizon)).collect();
    known.sort_by_key(&number);
    let cut = known.len() > limit;
    known.truncate(limit);
    let [(one, _), (other, _)] = ends;
    let next = match known.last() {
        Some(last) if cut => number(last).next(),
        _ => horizon.unwrap_or(one.max(other)),
    };
    (known, next, cut || horizon.is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A side as it is read: up to `limit` of its numbers from `from` on.
    fn side(numbers: &[i64], from: FeedNumber, limit: usize) -> (Vec<i64>, (FeedNumber, bool)) {
        let mut rest = numbers.iter().copied().filter(|number| FeedNumber(*number) >= from);
        let page: Vec<i64> = rest.by_ref().take(limit).collect();
        let next = page.last().map_or(from, |last| FeedNumber(*last).next());
        (page, (next, rest.next().is_some()))
    }

    #[test]
    fn what_lies_behind_the_end_of_a_side_waits() {
        let ends = [(FeedNumber(11), true), (FeedNumber(31), false)];
        let number = |number: &i64| FeedNumber(*number);
        let page = joined([10, 20, 30].into_iter(), number, ends, 5);
        assert_eq!(page, (vec![10], FeedNumber(11), true));
        let page = joined([].into_iter(), number, [(FeedNumber(8), true), (FeedNumber(3), false)], 5);
        assert_eq!(page, (vec![], FeedNumber(8), true), "one that reads on for long and finds nothing");
    }

    proptest! {
        #[test]
        fn page_by_page_each_is_told_once_and_in_order(
            bot in prop::collection::btree_set(0_i64..200, 0..60),
            own in prop::collection::btree_set(200_i64..400, 0..60),
            limit in 1_usize..8,
        ) {
            // No number is on both sides.
            let bot: Vec<i64> = bot.into_iter().map(|number| number * 2).collect();
            let own: Vec<i64> = own.into_iter().map(|number| (number - 200) * 2 + 1).collect();
            let mut wanted = [bot.clone(), own.clone()].concat();
            wanted.sort_unstable();
            let (mut told, mut from) = (Vec::new(), FeedNumber(0));
            loop {
                let ((one, end), (other, other_end)) = (side(&bot, from, limit), side(&own, from, limit));
                let all = one.into_iter().chain(other);
                let (page, next, more) = joined(all, |number| FeedNumber(*number), [end, other_end], limit);
                prop_assert!(page.len() <= limit && next >= from);
                told.extend(page);
                prop_assert_eq!(more, told.len() < wanted.len());
                from = next;
                if !more {
                    break;
                }
            }
            prop_assert_eq!(told, wanted);
        }
    }
}
