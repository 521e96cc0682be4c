//! Jobs that share a commit: each of them counts, or leaves nothing, whatever its neighbours do.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lately_model::{Moment, User, UserId};
use lately_store::{Store, StoreError, Tx};
use lately_testkit::database;

/// Whom a job adds, and whether it fails then.
#[derive(Clone, Copy)]
enum Job {
    Adds(&'static str),
    AddsAndFails(&'static str),
    AddsTwiceTheSame(&'static str),
    FailsAtOnce,
}

impl Job {
    fn run(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let refusal = || Err(StoreError::Missing("what the job wanted".to_owned()));
        let person = |name: &str| User { first_name: name.to_owned(), active: true, ..User::default() };
        match self {
            Self::Adds(name) => tx.add_user(&person(name)).map(drop),
            Self::AddsAndFails(name) => {
                tx.add_user(&person(name))?;
                refusal()
            }
            Self::AddsTwiceTheSame(name) => {
                let id = tx.add_user(&person(name))?;
                tx.add_user(&User { id, ..person(name) }).map(drop)
            }
            Self::FailsAtOnce => refusal(),
        }
    }
}

/// What came of jobs that waited together.
struct Came {
    succeeded: Vec<bool>,
    names: Vec<String>,
    commits: i64,
    runs: u64,
}

/// Holds the writer up until all jobs wait, so that they share a transaction.
async fn together(jobs: &[Job]) -> Came {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(database::database(dir.path()), Arc::new(()), None).unwrap();
    let before = store.gauge().position;
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let runs = Arc::new(AtomicU64::new(0));
    let held = store.in_order(move |_| Ok::<_, StoreError>(wait.recv().is_ok()));
    let writes = jobs.iter().map(|job| {
        let (job, runs) = (*job, Arc::clone(&runs));
        store.write(move |tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            job.run(tx)
        })
    });
    let writes = futures_util::future::join_all(writes);
    // Joined futures are polled in order, so by the word to go on all jobs are in the queue.
    let (held, outcomes, ()) = tokio::join!(held, writes, async { go.send(()).unwrap() });
    assert!(held.unwrap());
    let users = store.read(|snapshot| snapshot.users_after(UserId(0), 100)).await.unwrap();
    let came = Came {
        succeeded: outcomes.iter().map(Result::is_ok).collect(),
        names: users.into_iter().map(|user| user.first_name).collect(),
        commits: store.gauge().position - before,
        runs: runs.load(Ordering::Relaxed),
    };
    close(store, dir.path()).await;
    came
}

async fn close(store: Store, data: &Path) {
    store.close().await;
    drop(store);
    if let Some(address) = database::address(data) {
        database::drop_own(data, &address);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_after_it_wrote_undoes_only_itself() {
    let jobs = [Job::Adds("Alice"), Job::AddsAndFails("Mallory"), Job::Adds("Bob"), Job::FailsAtOnce];
    let came = together(&jobs).await;
    assert_eq!(came.succeeded, [true, false, true, false]);
    assert_eq!((came.names, came.commits), (vec!["Alice".to_owned(), "Bob".to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_fails_ends_only_its_job() {
    let jobs = [Job::Adds("Alice"), Job::AddsTwiceTheSame("Mallory"), Job::Adds("Bob")];
    let came = together(&jobs).await;
    assert_eq!(came.succeeded, [true, false, true]);
    assert_eq!((came.names, came.commits), (vec!["Alice".to_owned(), "Bob".to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_run_once_while_none_leaves_anything_to_undo() {
    let came = together(&[Job::Adds("Alice"), Job::FailsAtOnce, Job::Adds("Bob")]).await;
    assert_eq!(came.succeeded, [true, false, true]);
    assert_eq!((came.names.len(), came.commits, came.runs), (2, 1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_alone_that_fails_commits_nothing() {
    let came = together(&[Job::AddsAndFails("Mallory")]).await;
    assert_eq!((came.succeeded, came.names, came.commits), (vec![false], Vec::new(), 0));
}

/// Renames the first user, and fails then or not.
fn renames(to: &'static str, fails: bool) -> impl FnMut(&mut Tx<'_>) -> Result<String, StoreError> {
    move |tx| {
        let known = tx.user(UserId(1))?.ok_or_else(|| StoreError::Missing("user 1".to_owned()))?;
        tx.update_user(&User { first_name: to.to_owned(), ..known.clone() }, Moment(0))?;
        if fails { Err(StoreError::Missing("what the job wanted".to_owned())) } else { Ok(known.first_name) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_undone_job_wrote_is_seen_by_none_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(database::database(dir.path()), Arc::new(()), None).unwrap();
    store.write(|tx| Job::Adds("Alice").run(tx)).await.unwrap();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let held = store.in_order(move |_| Ok::<_, StoreError>(wait.recv().is_ok()));
    let (held, first, undone, last, ()) = tokio::join!(
        held,
        store.write(renames("Anna", false)),
        store.write(renames("Mallory", true)),
        store.write(renames("Alma", false)),
        async { go.send(()).unwrap() }
    );
    assert!(held.unwrap() && undone.is_err());
    assert_eq!((first.unwrap(), last.unwrap()), ("Alice".to_owned(), "Anna".to_owned()));
    close(store, dir.path()).await;
}
