//! The one writing thread: group commit, and order between commits and what the observer hears.
//!
//! Must hold: all jobs that wait when a transaction begins share its commit, each in a savepoint of its own; callers
//! hear of success after the commit and after the observer; a job in order runs between transactions. Another
//! process's transactions show as a jump of the portal's position, and become doubt. A full queue makes callers wait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::engine::Engine;
use crate::{Change, Observer, Snapshot, StoreError, Tx};

/// How many jobs may wait before callers do.
const QUEUE: usize = 4096;

/// How many jobs share one commit at most.
const BATCH: usize = 1024;

/// How often an idle writer looks for another process's transactions.
const WATCH: Duration = Duration::from_millis(50);

/// A job whose answer waits for the commit.
trait Waiting: Send {
    /// Does the work; false undoes it.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Tells the caller, with the commit's own failure if there was one.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

type InOrder = Box<dyn FnOnce(&Engine) + Send>;

enum Job {
    Write(Box<dyn Waiting>),
    InOrder(InOrder),
}

/// The handle to the writing thread.
pub struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(engine: Engine, observer: Arc<dyn Observer>) -> Result<Self, StoreError> {
        let position = position(&engine)?;
        let (sender, jobs) = mpsc::channel(QUEUE);
        let desk = Desk { engine, observer, position };
        let thread =
            std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || desk.work(jobs))?;
        Ok(Self { jobs: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// See [`crate::Store::write`].
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue(Job::Write(Box::new(Typed { job: Some(job), outcome: None, reply }))).await?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// See [`crate::Store::in_order`].
    pub async fn in_order<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let run: InOrder = Box::new(move |engine| {
            let outcome = catch_unwind(AssertUnwindSafe(|| job(&Snapshot { engine })));
            let outcome = outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
            drop(reply.send(outcome));
        });
        self.queue(Job::InOrder(run)).await?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    async fn queue(&self, job: Job) -> Result<(), StoreError> {
        let sender = self.jobs.lock().clone().ok_or(StoreError::Closed)?;
        sender.send(job).await.map_err(|_| StoreError::Closed)
    }

    /// Lets the waiting jobs finish and the thread end.
    pub async fn close(&self) {
        self.jobs.lock().take();
        let Some(thread) = self.thread.lock().take() else { return };
        drop(tokio::task::spawn_blocking(move || thread.join()).await);
    }
}

/// A store that is dropped without [`Writer::close`] must still end its thread, and not before its last commit.
impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.lock().take();
        if let Some(thread) = self.thread.lock().take() {
            drop(thread.join());
        }
    }
}

/// What the thread holds.
struct Desk {
    engine: Engine,
    observer: Arc<dyn Observer>,
    /// The portal's position after the last transaction known here.
    position: i64,
}

impl Desk {
    fn work(mut self, mut jobs: mpsc::Receiver<Job>) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
        loop {
            let next = runtime.block_on(async { tokio::time::timeout(WATCH, jobs.recv()).await });
            match next {
                Err(_) => self.watch(),
                Ok(None) => return,
                Ok(Some(first)) => self.take(first, &mut jobs),
            }
        }
    }

    /// Works off `first` and whatever waits behind it.
    fn take(&mut self, first: Job, jobs: &mut mpsc::Receiver<Job>) {
        let mut next = Some(first);
        while let Some(job) = next.take() {
            match job {
                Job::InOrder(run) => {
                    self.watch();
                    run(&self.engine);
                }
                Job::Write(first) => {
                    let mut batch = vec![first];
                    while batch.len() < BATCH {
                        match jobs.try_recv() {
                            Ok(Job::Write(write)) => batch.push(write),
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.commit(batch);
                }
            }
        }
    }

    /// Looks for other processes' transactions.
    fn watch(&mut self) {
        let Ok(found) = position(&self.engine) else { return };
        if found != self.position {
            self.position = found;
            self.observer.doubt();
        }
    }

    fn commit(&mut self, mut batch: Vec<Box<dyn Waiting>>) {
        let committed = self.transaction(&mut batch);
        if committed.is_err() {
            drop(self.engine.script("ROLLBACK"));
            self.observer.doubt();
        }
        let failure = committed.err().map(|error| error.to_string());
        for job in batch {
            job.answer(match &failure {
                None => Ok(()),
                Some(reason) => Err(StoreError::Commit(reason.clone())),
            });
        }
    }

    fn transaction(&mut self, batch: &mut [Box<dyn Waiting>]) -> Result<(), StoreError> {
        self.engine.script("BEGIN IMMEDIATE")?;
        let found = position(&self.engine)?;
        if found != self.position {
            self.position = found;
            self.observer.doubt();
        }
        let mut changes = Vec::with_capacity(batch.len());
        for job in batch {
            changes.extend(self.step(job.as_mut())?);
        }
        if changes.is_empty() {
            return self.engine.script("ROLLBACK");
        }
        self.engine.run_one("UPDATE portal SET position = ?1 WHERE id = 1", &[(found + 1).into()])?;
        self.engine.script("COMMIT")?;
        self.position = found + 1;
        self.observer.committed(found + 1, changes);
        Ok(())
    }

    /// One job in its savepoint. Answers its changes, or `None` if it was undone.
    fn step(&self, job: &mut dyn Waiting) -> Result<Option<Vec<Change>>, StoreError> {
        self.engine.run("SAVEPOINT job", &[])?;
        let mut tx = Tx { snapshot: Snapshot { engine: &self.engine }, changes: Vec::new() };
        let kept = job.run(&mut tx);
        let changes = kept.then_some(tx.changes);
        if !kept {
            self.engine.run("ROLLBACK TO job", &[])?;
        }
        self.engine.run("RELEASE job", &[])?;
        Ok(changes)
    }
}

fn position(engine: &Engine) -> Result<i64, StoreError> {
    match engine.row("SELECT position FROM portal WHERE id = 1", &[])? {
        Some(mut row) => row.int(),
        None => Err(StoreError::Corrupt("the portal's own row is missing".to_owned())),
    }
}

struct Typed<T, E, F> {
    job: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Waiting for Typed<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(job) = self.job.take() else { return false };
        let outcome = catch_unwind(AssertUnwindSafe(|| job(tx)));
        let outcome = outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let outcome = match (commit, self.outcome) {
            (_, Some(Err(refused))) => Err(refused),
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::Panicked.into()),
        };
        drop(self.reply.send(outcome));
    }
}
