//! Reading connections beside the writer: a small pool, used on blocking threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::engine::Engine;
use crate::{Snapshot, StoreError};

const CONNECTIONS: usize = 4;

/// The pool.
pub struct Readers {
    idle: Arc<Mutex<Vec<Engine>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens the connections.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let idle = (0..CONNECTIONS).map(|_| Engine::open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    /// Runs `job` on one consistent state.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else {
            return Err(StoreError::Closed.into());
        };
        let idle = Arc::clone(&self.idle);
        let running = tokio::task::spawn_blocking(move || {
            let Some(engine) = idle.lock().pop() else { return Err(StoreError::Closed.into()) };
            let answer = within(&engine, job);
            idle.lock().push(engine);
            drop(permit);
            answer
        });
        running.await.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
    }
}

/// A panicking job must not take its connection with it.
fn within<T, E: From<StoreError>>(
    engine: &Engine,
    job: impl FnOnce(&Snapshot<'_>) -> Result<T, E>,
) -> Result<T, E> {
    engine.script("BEGIN")?;
    let answer = catch_unwind(AssertUnwindSafe(|| job(&Snapshot { engine })));
    engine.script("COMMIT")?;
    answer.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
}
