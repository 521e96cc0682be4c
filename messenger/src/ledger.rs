//! The ledger: the store, and what bots are told of each transaction of it.
//!
//! Must hold: what a bot is told is written in the transaction in which it happened, whichever use case that was. A portal
//! without bots pays a look at a lock for it.

use std::ops::Deref;
use std::sync::Arc;

use lately_model::Moment;
use lately_store::{Store, StoreError, Tx};

use crate::Clock;
use crate::bot::book::Book;
use crate::bot::told::tell;

/// See the module.
pub(crate) struct Ledger {
    store: Store,
    book: Arc<Book>,
    clock: Arc<dyn Clock>,
}

impl Ledger {
    /// Over this store.
    pub fn over(store: Store, book: Arc<Book>, clock: Arc<dyn Clock>) -> Self {
        Self { store, book, clock }
    }

    /// As [`Store::write`]; then tells bots of what the job did.
    pub async fn write<T, E, F>(&self, mut job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.book.fill(&self.store).await?;
        let (book, now) = (Arc::clone(&self.book), Moment::from_timestamp(self.clock.now()));
        self.store
            .write(move |tx| {
                let done = job(tx)?;
                tell(tx, &book, now)?;
                Ok(done)
            })
            .await
    }
}

impl Deref for Ledger {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}
