//! The book of bots: whose each is and what it knows, so that a message for nobody's bot costs no SQL.
//!
//! Must hold: within a transaction the book is as all transactions before it left it, whoever made them. It is a cache, never
//! the truth.

use std::sync::Arc;

use lately_model::bot::hears_all;
use lately_model::{BotCommand, BotProgram, CommandId, UserId, UserKind};
use lately_store::{Snapshot, Store, StoreError};
use parking_lot::RwLock;

/// How many commands are read at once.
const STEP: i64 = 1000;

/// A bot that is told what happens.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its program.
    pub program: BotProgram,
    /// Whether it hears of everything in its chats.
    pub hears_all: bool,
    /// The commands that it knows.
    pub commands: Vec<BotCommand>,
}

/// The book.
#[derive(Default)]
pub(crate) struct Book {
    /// By number; `None` while that is not known.
    known: RwLock<Option<Arc<Vec<Known>>>>,
}

impl Book {
    /// Somebody changed a bot, or nobody knows.
    pub fn forget(&self) {
        *self.known.write() = None;
    }

    /// Looks it up if it is not known. Between two transactions, so that the observer takes it away with the next change.
    pub async fn fill<E>(self: &Arc<Self>, store: &Store) -> Result<(), E>
    where
        E: From<StoreError> + Send + 'static,
    {
        if self.known.read().is_some() {
            return Ok(());
        }
        let book = Arc::clone(self);
        store
            .in_order(move |snapshot| {
                *book.known.write() = Some(Arc::new(read(snapshot)?));
                Ok(())
            })
            .await
    }

    /// The bots within a transaction. What is read here may come to nothing with the transaction, and is not kept.
    pub fn within(&self, snapshot: &Snapshot<'_>) -> Result<Arc<Vec<Known>>, StoreError> {
        if let Some(known) = self.known.read().as_ref() {
            return Ok(Arc::clone(known));
        }
        read(snapshot).map(Arc::new)
    }
}

/// The bot with this number.
pub(crate) fn find(bots: &[Known], bot: UserId) -> Option<&Known> {
    bots.binary_search_by_key(&bot, |known| known.program.bot).ok().and_then(|place| bots.get(place))
}

fn read(snapshot: &Snapshot<'_>) -> Result<Vec<Known>, StoreError> {
    let programs = snapshot.bots()?;
    let mut bots = Vec::with_capacity(programs.len());
    for program in programs {
        let user = snapshot.user(program.bot)?.filter(|user| user.active && user.kind == UserKind::Bot);
        let Some(user) = user else { continue };
        let hears_all = user.bot.is_some_and(|bot| hears_all(&bot.kind));
        bots.push(Known { program, hears_all, commands: Vec::new() });
    }
    let mut after = CommandId(0);
    while !bots.is_empty() {
        let commands = snapshot.commands_after(after, STEP)?;
        let Some(last) = commands.last() else { break };
        after = last.id;
        for command in commands {
            if let Ok(place) = bots.binary_search_by_key(&command.bot, |known| known.program.bot)
                && let Some(known) = bots.get_mut(place)
            {
                known.commands.push(command);
            }
        }
    }
    Ok(bots)
}
