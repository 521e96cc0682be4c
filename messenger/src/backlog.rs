//! Backlogs: applications fetch what they are not told of.
//!
//! Must hold: whoever fetches at the same time as others gets entries that nobody else gets.

use lately_model::{AppId, BacklogEntry, BacklogId, UserId};
use lately_store::Snapshot;

use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// How many letters the name of a process has: 160 bits.
const PROCESS_LENGTH: usize = 32;

/// Chooses which entries are wanted, in which order.
pub type Choose = Box<dyn Fn(Vec<BacklogEntry>) -> Vec<BacklogEntry> + Send>;

/// What is wanted of a backlog.
pub struct Wanted {
    /// Which part of it; empty for the one without a name.
    pub connector: String,
    /// Which entries.
    pub choose: Choose,
}

/// How entries are fetched.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// How many at most.
    pub limit: usize,
    /// Whether they are gone then; else a process has them.
    pub clear: bool,
    /// The process that has them then; a new one if it is not named.
    pub process: Option<String>,
    /// Whether also those with which another could do nothing.
    pub failed: bool,
}

/// Which entries of a process are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entries {
    /// All.
    All,
    /// Those with these numbers.
    Numbers(Vec<i64>),
    /// Those of these things.
    Things(Vec<String>),
}

impl Messenger {
    /// `event.offline.list`: whatever is there.
    pub async fn backlog(
        &self,
        caller: UserId,
        app: AppId,
        wanted: Wanted,
    ) -> Result<Vec<BacklogEntry>, Error> {
        self.store
            .read(move |snapshot| {
                administrator(snapshot, caller)?;
                sought(snapshot, app, &wanted, |_| true)
            })
            .await
    }

    /// `event.offline.get`: what nobody has. Answers the process that has it from now on, unless it is gone.
    pub async fn fetch_backlog(
        &self,
        caller: UserId,
        app: AppId,
        wanted: Wanted,
        fetch: Fetch,
    ) -> Result<(Option<String>, Vec<BacklogEntry>), Error> {
        let process = match fetch.process {
            Some(named) => named,
            None => self.dice.secret(PROCESS_LENGTH),
        };
        self.store
            .write(move |tx| {
                administrator(tx, caller)?;
                let free = |entry: &BacklogEntry| {
                    if entry.failed { fetch.failed } else { entry.process.is_empty() }
                };
                let mut found = sought(tx, app, &wanted, free)?;
                found.truncate(fetch.limit);
                for entry in &found {
                    if fetch.clear {
                        tx.remove_backlog(entry.id)?;
                    } else {
                        tx.reserve_backlog(entry.id, &process)?;
                    }
                }
                Ok(((!fetch.clear).then(|| process.clone()), found))
            })
            .await
    }

    /// `event.offline.clear`: a process is done with entries.
    pub async fn clear_backlog(
        &self,
        caller: UserId,
        app: AppId,
        process: String,
        entries: Entries,
    ) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                administrator(tx, caller)?;
                for id in of_process(tx, app, &process, &entries)? {
                    tx.remove_backlog(id)?;
                }
                Ok(())
            })
            .await
    }

    /// `event.offline.error`: a process could do nothing with entries.
    pub async fn fail_backlog(
        &self,
        caller: UserId,
        app: AppId,
        process: String,
        entries: Entries,
    ) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                administrator(tx, caller)?;
                for id in of_process(tx, app, &process, &entries)? {
                    tx.fail_backlog(id)?;
                }
                Ok(())
            })
            .await
    }
}

fn administrator(snapshot: &Snapshot<'_>, caller: UserId) -> Result<(), Error> {
    if acting(snapshot, caller)?.admin { Ok(()) } else { Err(Refusal::EventsOfAdministrators.into()) }
}

fn sought(
    snapshot: &Snapshot<'_>,
    app: AppId,
    wanted: &Wanted,
    free: impl Fn(&BacklogEntry) -> bool,
) -> Result<Vec<BacklogEntry>, Error> {
    let mut found = snapshot.backlog(app, &wanted.connector)?;
    found.retain(free);
    Ok((wanted.choose)(found))
}

/// Entries that no process has belong to none that could be named.
fn of_process(
    snapshot: &Snapshot<'_>,
    app: AppId,
    process: &str,
    entries: &Entries,
) -> Result<Vec<BacklogId>, Error> {
    if process.is_empty() {
        return Ok(Vec::new());
    }
    let meant = |entry: &BacklogEntry| match entries {
        Entries::All => true,
        Entries::Numbers(numbers) => numbers.contains(&entry.id.0),
        Entries::Things(things) => things.contains(&entry.thing),
    };
    let of = snapshot.backlog_of(app, process)?;
    Ok(of.iter().filter(|entry| meant(entry)).map(|entry| entry.id).collect())
}
