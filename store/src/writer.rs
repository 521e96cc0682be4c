//! The way to the writing thread: a queue of jobs, and the answers to them.
//!
//! Must hold: callers hear of success after the commit and after the observer. A full queue makes callers wait. What the
//! thread does with the jobs is in `desk.rs`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::desk::Desk;
use crate::engine::Engine;
use crate::gauge::Meter;
use crate::outbox::Told;
use crate::{Observer, Snapshot, StoreError, Tx};

/// How many jobs may wait before callers do.
const QUEUE: usize = 4096;

/// A job whose answer waits for the commit. It may be run again, if its transaction was lost.
pub(crate) trait Waiting: Send {
    /// Does the work; false undoes it.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Tells the caller, with the commit's own failure if there was one.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

/// A job that reads between two transactions, or hears why it cannot.
pub(crate) type InOrder = Box<dyn FnOnce(Result<&Engine, StoreError>) + Send>;

pub(crate) enum Job {
    Write(Box<dyn Waiting>),
    InOrder(InOrder),
    Heard(Told),
}

/// Who hears of what the writer does.
pub(crate) struct Listeners {
    /// This process, of every commit.
    pub(crate) observer: Arc<dyn Observer>,
    /// Other processes, of this one's commits. One that cannot take more misses them, and finds them in the outbox.
    pub(crate) outlet: Option<mpsc::Sender<Told>>,
    /// The counts.
    pub(crate) meter: Arc<Meter>,
}

/// The handle to the writing thread.
pub(crate) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(engine: Engine, listeners: Listeners) -> Result<Self, StoreError> {
        let (sender, jobs) = mpsc::channel(QUEUE);
        let desk = Desk::new(engine, listeners)?;
        let thread =
            std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || desk.work(jobs))?;
        Ok(Self { jobs: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// See [`crate::Store::write`].
    pub(crate) async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue(Job::Write(Box::new(Typed { job, outcome: None, reply }))).await?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// See [`crate::Store::in_order`].
    pub(crate) async fn in_order<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let run: InOrder = Box::new(move |engine| {
            let work = || job(&Snapshot::of(engine?));
            let outcome = catch_unwind(AssertUnwindSafe(work));
            drop(reply.send(outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()))));
        });
        self.queue(Job::InOrder(run)).await?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// See [`crate::Store::hear`].
    pub(crate) async fn hear(&self, told: Told) -> Result<(), StoreError> {
        self.queue(Job::Heard(told)).await
    }

    /// How many jobs wait.
    pub(crate) fn waiting(&self) -> usize {
        self.jobs.lock().as_ref().map_or(0, |jobs| jobs.max_capacity() - jobs.capacity())
    }

    async fn queue(&self, job: Job) -> Result<(), StoreError> {
        let sender = self.jobs.lock().clone().ok_or(StoreError::Closed)?;
        sender.send(job).await.map_err(|_| StoreError::Closed)
    }

    /// Lets the waiting jobs finish and the thread end.
    pub(crate) async fn close(&self) {
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

struct Typed<T, E, F> {
    job: F,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Waiting for Typed<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let job = &mut self.job;
        let outcome = catch_unwind(AssertUnwindSafe(|| job(tx)));
        let outcome = outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let outcome = match (commit, self.outcome) {
            (Err(error @ StoreError::Unavailable(_)), _) => Err(error.into()),
            (_, Some(Err(refused))) => Err(refused),
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::Panicked.into()),
        };
        drop(self.reply.send(outcome));
    }
}
