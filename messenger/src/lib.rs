//! Lately's use cases: who may do what, then one store verb, then what everybody hears of it.
//!
//! Owns: the resident recent lists, the texts of system messages, idempotent sends, walks over long lists.
//! Must hold: access is decided inside the transaction that acts; a resident list equals a fresh load at every moment.
//! Never does: SQL, HTTP, wire shapes.

pub mod absence;
pub mod app;
pub mod app_push;
pub mod app_token;
pub mod audit;
pub mod avatar;
pub mod backlog;
pub mod birthday;
pub mod bot;
pub mod bus;
pub mod chat;
pub mod clock;
pub mod command;
pub mod counter;
pub mod department;
pub mod dialog;
pub mod dice;
pub mod disk;
pub mod errand;
pub mod event;
pub mod feed;
pub mod file;
pub mod handler;
pub mod invitation;
mod keyring;
mod ledger;
pub mod link;
pub mod message;
pub mod message_search;
pub mod notification;
pub mod occasion;
pub mod option;
pub mod password;
pub mod person;
mod picture;
pub mod recent;
pub mod record;
mod refusal;
mod resident;
pub mod search;
pub mod search_last;
pub mod session;
pub mod setting;
mod sweep;
pub mod transfer;
pub mod upload;
pub mod url;
pub mod user;
mod walk;
pub mod webhook;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::tz::TimeZone;
use lately_model::{Language, Moment, PortalSettings};
use lately_store::{Database, Nowhere, Store, StoreError, Vault};

use tokio::sync::{Notify, OnceCell, Semaphore, mpsc, watch};

pub use clock::{Clock, SystemClock};
pub use dice::{Dice, SystemDice};
pub use lately_store::{MemberOrder, Span};
pub use refusal::{Error, Refusal};
pub use resident::Gauge;
pub use resident::card::{Card, Pieces};

use bot::book::Book;
use bus::Bus;
use keyring::Keyring;
use ledger::Ledger;
use password::Hasher;
use resident::Residents;
use setting::Live;
use url::{Finder, Urls};
use walk::Walks;

/// What an operator may set about the use cases.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many rows may be resident before the lists unused longest are dropped.
    pub resident_rows: usize,
    /// Where the bytes of files lie.
    pub vault: Arc<dyn Vault>,
    /// Settings of the portal where its administrators changed nothing.
    pub portal: PortalSettings,
    /// Who finds out what is at addresses that messages name; nobody by default.
    pub finder: Option<Arc<dyn Finder>>,
    /// What the portal's own addresses begin with, without a slash at its end; empty when there are none.
    pub base_url: String,
    /// In whose days the portal lives.
    pub zone: TimeZone,
}

/// How many bytes a file may have unless an operator says otherwise: the contract's 100 MB.
pub const LARGEST_FILE: u64 = 100 << 20;

impl Default for Settings {
    fn default() -> Self {
        Self {
            resident_rows: 2_000_000,
            vault: Arc::new(Nowhere),
            portal: PortalSettings::default(),
            finder: None,
            base_url: String::new(),
            zone: TimeZone::UTC,
        }
    }
}

/// How many transactions wait to be told to other processes. What does not fit, they find in the outbox.
const OUTLET: usize = 4096;

/// The portal's use cases over one store.
pub struct Messenger {
    store: Ledger,
    book: Arc<Book>,
    residents: Arc<Residents>,
    keyring: Arc<Keyring>,
    walks: Walks,
    bus: Bus,
    hasher: Hasher,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    settings: Settings,
    live: Arc<Live>,
    repaired: AtomicU64,
    /// Rung after each commit, whoever made it.
    committed: watch::Receiver<()>,
    /// Rung when there may be something to tell applications.
    errands: watch::Receiver<()>,
    /// Told when somebody looked long for a message.
    looked_long: Notify,
    /// With what links are signed, once it was needed.
    link_key: OnceCell<String>,
    /// Whose turn it is to decode a picture.
    pictures: Arc<Semaphore>,
    /// Which messages are to show pages.
    urls: Urls,
}

impl Messenger {
    /// Opens the portal in this database.
    pub fn open(
        database: Database,
        settings: Settings,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> Result<Self, StoreError> {
        let residents = Arc::new(Residents::new(settings.resident_rows));
        let keyring = Arc::new(Keyring::default());
        let book = Arc::new(Book::default());
        let live = Arc::new(Live::over(settings.portal.clone()));
        let (bell, committed) = watch::channel(());
        let (told, errands) = watch::channel(());
        let observer = Arc::new(resident::Hearing {
            residents: Arc::clone(&residents),
            keyring: Arc::clone(&keyring),
            live: Arc::clone(&live),
            book: Arc::clone(&book),
            bell,
            errands: told,
        });
        let (outlet, told) = mpsc::channel(OUTLET);
        let store = Store::open(database, observer, Some(outlet))?;
        let store = Ledger::over(store, Arc::clone(&book), Arc::clone(&clock));
        let (walks, bus, repaired) = (Walks::default(), Bus::new(told), AtomicU64::new(0));
        let urls = Urls::new(settings.finder.clone(), settings.base_url.clone());
        let (link_key, pictures) = (OnceCell::new(), Arc::new(Semaphore::new(1)));
        Ok(Self {
            store,
            book,
            residents,
            keyring,
            walks,
            bus,
            hasher: Hasher::default(),
            clock,
            dice,
            settings,
            live,
            repaired,
            committed,
            errands,
            looked_long: Notify::new(),
            link_key,
            pictures,
            urls,
        })
    }

    /// The portal's present moment.
    pub fn now(&self) -> Moment {
        Moment::from_timestamp(self.clock.now())
    }

    /// The portal's own name among portals: 32 hexadecimal digits, the same as long as it lives.
    pub fn member_id(&self) -> String {
        self.store.name().to_owned()
    }

    /// What the portal speaks.
    pub fn language(&self) -> Language {
        self.live.last().language
    }

    /// The clock that was handed in.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// How the store is doing.
    pub fn store_gauge(&self) -> lately_store::Gauge {
        self.store.gauge()
    }

    /// How large the portal is.
    pub async fn size(&self) -> Result<lately_store::Size, Error> {
        self.store.read(|snapshot| Ok(snapshot.size()?)).await
    }

    /// How much is resident.
    pub fn gauge(&self) -> Gauge {
        self.residents.gauge()
    }

    /// Notices what other processes wrote before this call. The command line asks a running server for this.
    pub async fn catch_up(&self) -> Result<(), Error> {
        self.store.in_order(|_| Ok::<_, Error>(())).await?;
        self.portal_settings().await.map(drop)
    }

    /// Finishes what waits and closes the store.
    pub async fn close(&self) {
        self.store.close().await;
    }
}
