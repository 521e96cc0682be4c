//! Reading connections beside the writer: a small pool, used on blocking threads.
//!
//! Must hold: a job sees one state of the portal. One that lost its connection is run again on another, for a few seconds;
//! a panicking job does not take its connection with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::database::Database;
use crate::desk::{PATIENCE, PAUSE};
use crate::engine::{Engine, Tally};
use crate::{Snapshot, StoreError};

const CONNECTIONS: usize = 4;

/// The pool.
pub(crate) struct Readers {
    idle: Arc<Mutex<Vec<Engine>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens the connections.
    pub(crate) fn open(database: &Database, tally: &Arc<Tally>) -> Result<Self, StoreError> {
        let idle = (0..CONNECTIONS).map(|_| database.connect_reader(tally)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    /// Runs `job` on one consistent state; more than once if its connection was lost.
    pub(crate) async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        self.lend(move |engine| patiently(engine, job)).await
    }

    /// Runs `job` on one consistent state, once.
    pub(crate) async fn read_once<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        let mut job = Some(job);
        let once = move |snapshot: &Snapshot<'_>| match job.take() {
            Some(job) => job(snapshot),
            None => Err(StoreError::Unavailable("the connection was lost on the way".to_owned()).into()),
        };
        self.lend(move |engine| patiently(engine, once)).await
    }

    async fn lend<T, E>(
        &self,
        work: impl FnOnce(&mut Engine) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else {
            return Err(StoreError::Closed.into());
        };
        let idle = Arc::clone(&self.idle);
        let running = tokio::task::spawn_blocking(move || {
            let Some(mut engine) = idle.lock().pop() else { return Err(StoreError::Closed.into()) };
            let answer = work(&mut engine);
            idle.lock().push(engine);
            drop(permit);
            answer
        });
        running.await.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
    }
}

/// A server's client may not end on a thread that runs a runtime.
impl Drop for Readers {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut *self.idle.lock());
        drop(std::thread::Builder::new().spawn(move || drop(idle)));
    }
}

fn patiently<T, E: From<StoreError>>(
    engine: &mut Engine,
    mut job: impl FnMut(&Snapshot<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let begun = Instant::now();
    loop {
        match within(engine, &mut job) {
            Ok(answer) => return answer,
            Err(error) if !error.passes() => return Err(error.into()),
            Err(error) if begun.elapsed() > PATIENCE => {
                return Err(StoreError::Unavailable(error.to_string()).into());
            }
            Err(_) => {
                std::thread::sleep(PAUSE);
                if let Err(error) = engine.reconnect() {
                    tracing::debug!(%error, "cannot reconnect");
                }
            }
        }
    }
}

/// The inner answer is the job's own; the outer failure is the connection's.
fn within<T, E: From<StoreError>>(
    engine: &Engine,
    job: &mut impl FnMut(&Snapshot<'_>) -> Result<T, E>,
) -> Result<Result<T, E>, StoreError> {
    engine.begin_read()?;
    let answer = catch_unwind(AssertUnwindSafe(|| job(&Snapshot::of(engine))));
    if let Some(reason) = engine.interrupted() {
        return Err(StoreError::Unavailable(reason));
    }
    engine.rollback()?;
    Ok(answer.unwrap_or_else(|_| Err(StoreError::Panicked.into())))
}
