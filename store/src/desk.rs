//! The one writing thread: group commit, and order between commits and what the observer hears.
//!
//! Must hold:
//! - All jobs that wait when a transaction begins share its commit. One that fails undoes only itself. Callers hear of
//!   success after the commit and after the observer. A job in order runs between two transactions.
//! - The observer hears of every transaction on the portal once, in the order of their positions, whoever made them: those
//!   of other processes are read from the outbox before a transaction of this one begins. Where that cannot be, it hears
//!   doubt.
//! - A transaction that was lost with its connection is run again. One whose commit was sent and not answered is looked
//!   for in the outbox first, so nothing is done twice. When the database stays away, callers hear that it is not
//!   available, and nothing was acknowledged.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use lately_model::{Event, Moment};
use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::outbox::{self, Told};
use crate::writer::{InOrder, Job, Listeners, Waiting};
use crate::{Change, People, Snapshot, StoreError, Tx, event};

/// How many jobs share one commit at most.
const BATCH: usize = 1024;

/// How often an idle writer looks for other processes' transactions: in a file, which costs next to nothing, and on a
/// server, where the bus usually told of them long before.
const WATCH_FILE: Duration = Duration::from_millis(50);
const WATCH_SERVER: Duration = Duration::from_millis(250);

/// For how long a database that is gone is tried again before callers are told.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait before connecting anew.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

/// Changes larger than this many bytes are not carried to other processes, who find them in the outbox.
const CARRIED: usize = 500_000;

/// What the thread holds.
pub(crate) struct Desk {
    engine: Engine,
    listeners: Listeners,
    /// The portal's position up to which the observer knows all.
    position: i64,
    /// Marks this process's transactions in the outbox.
    origin: String,
    /// How many transactions it wrote into the log of events.
    logged: u64,
}

impl Desk {
    /// A desk whose observer knows nothing yet.
    pub(crate) fn new(engine: Engine, listeners: Listeners) -> Result<Self, StoreError> {
        let position = position(&engine)?;
        listeners.meter.reached(position);
        let origin = engine.session()?;
        Ok(Self { engine, listeners, position, origin, logged: 0 })
    }

    /// Works until nobody can send jobs any more.
    pub(crate) fn work(mut self, mut jobs: mpsc::Receiver<Job>) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
        let watch = if self.engine.shared() { WATCH_SERVER } else { WATCH_FILE };
        loop {
            match runtime.block_on(async { tokio::time::timeout(watch, jobs.recv()).await }) {
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
                Job::InOrder(run) => self.between(run),
                Job::Heard(told) => self.hear(&told),
                Job::Write(first) => {
                    let mut batch = vec![first];
                    while batch.len() < BATCH {
                        match jobs.try_recv() {
                            Ok(Job::Write(write)) => batch.push(write),
                            Ok(Job::Heard(told)) => self.hear(&told),
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    if let Err(reason) = self.commit(batch) {
                        // They have waited as long as those that were tried.
                        turn_away(next.take(), jobs, &reason);
                    }
                }
            }
        }
    }

    /// Looks for other processes' transactions.
    fn watch(&mut self) {
        let looked = position(&self.engine).and_then(|found| self.follow(found));
        if let Err(error) = looked {
            tracing::debug!(%error, "cannot look for other processes' transactions");
            self.recover(&error);
        }
    }

    /// Runs a job between two transactions, once the observer knows all that the job can see.
    fn between(&mut self, run: InOrder) {
        let settled = self.patiently(|desk| {
            desk.engine.begin_read()?;
            desk.follow(position(&desk.engine)?)
        });
        match settled {
            Err(error) => run(Err(error)),
            Ok(()) => {
                run(Ok(&self.engine));
                drop(self.engine.rollback());
            }
        }
    }

    /// Another process told what it committed. What is told twice, or out of order, does no harm.
    fn hear(&mut self, told: &Told) {
        if told.position <= self.position {
            return;
        }
        let changes = if told.position == self.position + 1 { outbox::decode(&told.body) } else { None };
        match changes {
            Some(changes) => self.tell(told.position, changes),
            None => self.watch(),
        }
    }

    /// Brings the observer to the position `upto`, which others have reached.
    fn follow(&mut self, upto: i64) -> Result<(), StoreError> {
        if upto == self.position {
            return Ok(());
        }
        let missed = if self.engine.shared() && upto > self.position {
            outbox::between(&self.engine, self.position, upto)?
        } else {
            None
        };
        let decoded = missed.and_then(|entries| {
            let changes = entries.iter().map(|entry| Some((entry.position, outbox::decode(&entry.body)?)));
            changes.collect::<Option<Vec<_>>>()
        });
        match decoded {
            Some(transactions) => {
                for (position, changes) in transactions {
                    self.tell(position, changes);
                }
            }
            None => {
                self.listeners.observer.doubt();
                self.reach(upto);
            }
        }
        Ok(())
    }

    /// Tells the observer of another process's transaction.
    fn tell(&mut self, position: i64, changes: Vec<Vec<Change>>) {
        self.listeners.meter.heard();
        self.listeners.observer.committed(position, changes);
        self.reach(position);
    }

    fn reach(&mut self, position: i64) {
        self.position = position;
        self.listeners.meter.reached(position);
    }

    /// Commits the jobs and answers them. The failure is why later jobs need not be tried now.
    fn commit(&mut self, mut batch: Vec<Box<dyn Waiting>>) -> Result<(), String> {
        let mut sent = None;
        let committed = self.patiently(|desk| desk.attempt(&mut batch, &mut sent));
        if committed.is_err() {
            drop(self.engine.rollback());
            if !self.engine.shared() {
                self.listeners.observer.doubt();
            }
        }
        let failure = committed.err().map(|error| match error {
            StoreError::Unavailable(reason) => (true, reason),
            other => (false, other.to_string()),
        });
        for job in batch {
            job.answer(match &failure {
                None => Ok(()),
                Some((true, reason)) => Err(StoreError::Unavailable(reason.clone())),
                Some((false, reason)) => Err(StoreError::Commit(reason.clone())),
            });
        }
        match failure {
            Some((true, reason)) => Err(reason),
            _ => Ok(()),
        }
    }

    /// One try at a transaction. `sent` is the position of an earlier try whose commit was sent and not answered.
    ///
    /// Savepoints take two statements a job, and only a job that writes and then fails needs one: it is met by few
    /// batches, which are run again with them.
    fn attempt(&mut self, batch: &mut [Box<dyn Waiting>], sent: &mut Option<i64>) -> Result<(), StoreError> {
        if self.transact(batch, sent, false)? {
            return Ok(());
        }
        self.engine.rollback()?;
        self.transact(batch, sent, true).map(drop)
    }

    /// False when one of several jobs has to be undone and has no savepoint; then nothing was committed.
    fn transact(
        &mut self,
        batch: &mut [Box<dyn Waiting>],
        sent: &mut Option<i64>,
        savepoints: bool,
    ) -> Result<bool, StoreError> {
        let position = self.engine.begin_write()?;
        self.follow(position - 1)?;
        if let Some(earlier) = *sent {
            if outbox::is_of(&self.engine, earlier, &self.origin)? {
                return self.engine.rollback().map(|()| true);
            }
            *sent = None;
        }
        let alone = batch.len() == 1;
        let mut changes = Vec::with_capacity(batch.len());
        let (mut events, mut date) = (Vec::new(), Moment::default());
        let people = Rc::default();
        for job in batch {
            match self.step(job.as_mut(), savepoints, &people)? {
                Step::Kept(done) => {
                    changes.push(done.changes);
                    events.extend(done.events);
                    date = date.max(done.date);
                }
                Step::Spoilt if !alone => return Ok(false),
                // What was seen of people may be undone.
                Step::Spoilt | Step::Undone => people.borrow_mut().clear(),
            }
        }
        if changes.is_empty() {
            return self.engine.rollback().map(|()| true);
        }
        let body = if self.engine.shared() { Some(outbox::encode(&changes)?) } else { None };
        if let Some(body) = &body {
            outbox::put(&self.engine, position, &self.origin, body)?;
            *sent = Some(position);
        }
        if !events.is_empty() {
            event::put(&self.engine, position, date, &events)?;
            self.logged += 1;
            if self.logged.is_multiple_of(event::TRIM_EVERY) {
                event::trim(&self.engine, position, date)?;
            }
        }
        self.engine.commit()?;
        *sent = None;
        self.listeners.meter.committed(changes.len());
        self.listeners.observer.committed(position, changes);
        self.reach(position);
        self.pass_on(position, body);
        Ok(true)
    }

    /// One job, in a savepoint if wanted.
    fn step(
        &self,
        job: &mut dyn Waiting,
        savepoint: bool,
        people: &Rc<RefCell<People>>,
    ) -> Result<Step, StoreError> {
        if savepoint {
            self.engine.word("SAVEPOINT job")?;
        }
        self.engine.take_spoilt();
        let snapshot = Snapshot { engine: &self.engine, people: Rc::clone(people) };
        let mut tx = Tx::of(snapshot);
        let kept = job.run(&mut tx);
        let done = Done { changes: tx.changes, events: tx.events, date: tx.date };
        if let Some(reason) = self.engine.interrupted() {
            return Err(StoreError::Unavailable(reason));
        }
        if savepoint {
            self.engine.word(if kept { "RELEASE job" } else { "ROLLBACK TO job" })?;
        }
        Ok(match kept {
            true => Step::Kept(done),
            false if !savepoint && self.engine.take_spoilt() => Step::Spoilt,
            false => Step::Undone,
        })
    }

    fn pass_on(&self, position: i64, body: Option<String>) {
        let (Some(outlet), Some(body)) = (&self.listeners.outlet, body) else { return };
        let body = if body.len() > CARRIED { "".into() } else { body.into() };
        drop(outlet.try_send(Told { position, body }));
    }

    /// Tries until it works, or fails for good, or patience ends.
    fn patiently(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let begun = Instant::now();
        loop {
            let Err(error) = work(self) else {
                self.listeners.meter.answered(true);
                return Ok(());
            };
            if !error.passes() {
                return Err(error);
            }
            tracing::debug!(%error, "trying again");
            if begun.elapsed() > PATIENCE {
                tracing::error!(error = %crate::error::chain(&error), "the database is not available");
                return Err(StoreError::Unavailable(error.to_string()));
            }
            self.recover(&error);
        }
    }

    /// Makes ready for another try.
    fn recover(&mut self, error: &StoreError) {
        self.listeners.meter.retried();
        if self.engine.rollback().is_ok() {
            return;
        }
        self.listeners.meter.answered(false);
        if error.passes() {
            std::thread::sleep(PAUSE);
        }
        if let Err(error) = self.engine.reconnect() {
            tracing::debug!(%error, "cannot reconnect");
        }
    }
}

/// What a job did.
struct Done {
    changes: Vec<Change>,
    events: Vec<Event>,
    date: Moment,
}

/// What became of a job.
enum Step {
    /// It is part of the transaction.
    Kept(Done),
    /// It failed and left nothing.
    Undone,
    /// It failed and left something, or a statement of it failed, after which PostgreSQL goes on with nothing else.
    Spoilt,
}

fn turn_away(next: Option<Job>, jobs: &mut mpsc::Receiver<Job>, reason: &str) {
    let mut waiting = next.or_else(|| jobs.try_recv().ok());
    while let Some(job) = waiting {
        let unavailable = StoreError::Unavailable(reason.to_owned());
        match job {
            Job::Write(job) => job.answer(Err(unavailable)),
            Job::InOrder(run) => run(Err(unavailable)),
            Job::Heard(_) => {}
        }
        waiting = jobs.try_recv().ok();
    }
}

fn position(engine: &Engine) -> Result<i64, StoreError> {
    match engine.glance("SELECT position FROM portal WHERE id = 1")? {
        Some(mut row) => row.int(),
        None => Err(StoreError::Corrupt("the portal's own row is missing".to_owned())),
    }
}
