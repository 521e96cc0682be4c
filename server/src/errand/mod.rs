//! Errands: the server calls addresses of applications, to tell them what happened (core.md 12).
//!
//! Must hold: one request is made for each errand, whatever comes of it; to one address one after the other, to several at
//! once, so many and no more. Whoever is slow or gone holds up nobody else. What the server had begun when it was told to
//! stop is left, and made when it is back.
//!
//! Never decides who is told of what: that is `messenger/src/occasion.rs`.

mod form;
mod letter;
mod way;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use lately_messenger::{Error, Messenger};
use lately_model::{Errand, Revision};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::oauth::shape::Places;
use crate::rest::shape::Wire;
use way::NoWay;
pub use way::Way;

/// How many requests are made at once.
const AT_ONCE: usize = 32;

/// How often it is looked whether what waits can be taken: its time has come, or the server that had it is gone.
const LOOK: Duration = Duration::from_secs(1);

/// Of how many addresses it is remembered that they do not answer.
const SILENT: usize = 10_000;

/// Calls addresses of applications.
pub struct Errands {
    messenger: Arc<Messenger>,
    way: Way,
    zone: TimeZone,
    places: Places,
    stop: CancellationToken,
    tasks: TaskTracker,
    /// The addresses that did not answer well the last time.
    silent: Mutex<HashSet<String>>,
}

impl Errands {
    /// Starts to call, until told to stop.
    pub fn start(
        messenger: Arc<Messenger>,
        way: Way,
        (zone, places): (TimeZone, Places),
        stop: CancellationToken,
        tasks: TaskTracker,
    ) {
        let silent = Mutex::default();
        let errands = Arc::new(Self { messenger, way, zone, places, stop, tasks: tasks.clone(), silent });
        tasks.spawn(errands.run());
    }

    async fn run(self: Arc<Self>) {
        if let Err(error) = self.messenger.give_back_errands().await {
            tracing::warn!(%error, "what was to be told to applications is told later");
        }
        let mut bell = self.messenger.errands();
        let (done, mut ended) = mpsc::channel(AT_ONCE);
        let mut under_way = 0;
        loop {
            let free = i64::try_from(AT_ONCE - under_way).unwrap_or(0);
            let waiting = match self.messenger.take_errands(free).await {
                Ok((taken, waiting)) => {
                    under_way += taken.len();
                    for errand in taken {
                        let (errands, done) = (Arc::clone(&self), done.clone());
                        self.tasks.spawn(async move {
                            errands.make(errand).await;
                            let _ = done.send(()).await;
                        });
                    }
                    waiting
                }
                Err(error) => {
                    tracing::debug!(%error, "it cannot be seen what is to be told to applications");
                    true
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                Some(()) = ended.recv() => under_way -= 1,
                rung = bell.changed() => if rung.is_err() { return },
                () = sleep(LOOK), if waiting => {}
            }
        }
    }

    /// One errand. If the database fails meanwhile it stays taken for a while, and is then made again.
    async fn make(&self, errand: Errand) {
        match self.try_once(&errand).await {
            Ok(true) => {
                if let Err(error) = self.messenger.end_errand(errand.id).await {
                    tracing::warn!(%error, errand = errand.id.0, "an application will be told once more");
                }
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, errand = errand.id.0, "an application is told later"),
        }
    }

    /// False when the server was told to stop meanwhile.
    async fn try_once(&self, errand: &Errand) -> Result<bool, Error> {
        let Some(outfit) = self.messenger.outfit(errand).await? else { return Ok(true) };
        let language = self.messenger.language();
        let wire =
            Wire { zone: &self.zone, base_url: &self.places.portal, revision: Revision::R33, language };
        let letter = letter::letter(errand, &outfit, self.messenger.now(), &self.places, &wire);
        let request = self.way.post(&errand.url, form::encoded(&letter));
        let Some(outcome) = self.stop.run_until_cancelled(request).await else { return Ok(false) };
        self.complain(errand, outcome);
        Ok(true)
    }

    /// Says once of an address that it does not answer, and once that it does again. The address is not told: it may have
    /// a secret in it.
    fn complain(&self, errand: &Errand, outcome: Result<(), NoWay>) {
        let mut silent = self.silent.lock();
        let (app, event, handler) = (errand.app.0, &errand.event, errand.handler.0);
        match outcome {
            Ok(()) => {
                if silent.remove(&errand.url) {
                    tracing::info!(app, handler, "an application answers again");
                }
            }
            Err(error) => {
                if silent.len() >= SILENT {
                    silent.clear();
                }
                if silent.insert(errand.url.clone()) {
                    tracing::warn!(%error, app, handler, event, "an application was told and did not answer well");
                }
            }
        }
    }
}
