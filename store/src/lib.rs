//! Facts kept: users, chats, members with read positions, messages, marks, webhooks.
//!
//! Owns: the only SQL of the project, the schema and its migrations, transactions, group commit, backup.
//! Must hold: a write is acknowledged after it is durable; a verb is one atomic fact; every list is bounded; the
//! changes that a transaction made reach the [`Observer`] in commit order, before its caller hears of success.
//! Never does: rights, texts, wire formats, HTTP.
//!
//! Reading verbs live on [`Snapshot`], writing verbs on [`Tx`], each noun in its own file.

mod absence;
mod app;
mod app_token;
mod audit;
mod avatar;
mod backlog;
mod backup;
mod blob;
mod bot;
mod change;
mod chat;
mod check;
mod command;
mod database;
mod department;
mod desk;
mod engine;
mod errand;
mod error;
mod event;
mod export;
mod fact;
mod feed;
mod file;
mod folder;
mod gauge;
mod handler;
mod import;
mod inspect;
mod invitation;
mod link;
mod member;
mod message;
mod message_search;
mod migrate;
mod notification;
mod option;
mod outbox;
mod password;
mod reader;
mod recent;
mod schema;
mod search;
mod search_last;
mod session;
mod setting;
mod size;
mod user;
mod vault;
mod view;
mod webhook;
mod writer;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use lately_model::{ChatId, Event, Message, Moment, User, UserId};
use tokio::sync::mpsc;

pub use audit::DeedFilter;
pub use avatar::PREFIX as AVATAR_PREFIX;
pub use bot::BotCount;
pub use change::{Change, Observer};
pub use chat::NewChat;
pub use check::{Difference, Progress};
pub use database::{Database, private_dir};
pub use engine::{Kind, PostgresAddress, Work};
pub use error::StoreError;
pub use event::Happened;
pub use fact::Fact;
pub use feed::{FeedOwner, FeedPart};
pub use gauge::{BATCH_BOUNDS, Gauge};
pub use inspect::Inspection;
pub use member::MemberOrder;
pub use message::{Deletion, NewMessage, Page};
pub use message_search::Sought;
pub use notification::{Part, TAGGED_AT_ONCE, Tagged};
pub use option::{AppOption, MOST as OPTIONS_MOST};
pub use outbox::Told;
pub use search::{Among, Span};
pub use search_last::Found;
pub use setting::StoredSetting;
pub use size::Size;
pub use vault::{Chunks, Incoming, Nowhere, Pending, Received, Shelves, Vault, clear_yard};
pub use view::View;

use engine::{Engine, Tally};
use gauge::Meter;
use reader::Readers;
use writer::{Listeners, Writer};

/// Users by number, as they are in one state.
type People = BTreeMap<UserId, User>;

/// Reading verbs over one consistent state.
pub struct Snapshot<'e> {
    engine: &'e Engine,
    /// The people that were looked at, who are often looked at again. Jobs of one transaction share them.
    people: Rc<RefCell<People>>,
}

impl<'e> Snapshot<'e> {
    fn of(engine: &'e Engine) -> Self {
        Self { engine, people: Rc::default() }
    }
}

/// People who came into a chat, as its first members or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The chat.
    pub chat: ChatId,
    /// They.
    pub users: Vec<UserId>,
    /// Who made the chat, or invited them.
    pub host: UserId,
}

/// Writing verbs within one transaction; reads what it wrote.
pub struct Tx<'e> {
    snapshot: Snapshot<'e>,
    changes: Vec<Change>,
    /// What happened, for clients.
    events: Vec<Event>,
    /// When, as far as verbs were told.
    date: Moment,
    /// Who came into which chats.
    entries: Vec<Entry>,
    /// The messages that were taken back, as they were.
    gone: Vec<Message>,
}

impl<'e> Tx<'e> {
    fn of(snapshot: Snapshot<'e>) -> Self {
        Self {
            snapshot,
            changes: Vec::new(),
            events: Vec::new(),
            date: Moment::default(),
            entries: Vec::new(),
            gone: Vec::new(),
        }
    }
}

impl<'e> std::ops::Deref for Tx<'e> {
    type Target = Snapshot<'e>;

    fn deref(&self) -> &Snapshot<'e> {
        &self.snapshot
    }
}

/// A portal's data.
pub struct Store {
    writer: Writer,
    readers: Readers,
    database: Database,
    tally: Arc<Tally>,
    meter: Arc<Meter>,
    name: String,
}

impl Store {
    /// Opens a database, making and migrating it as needed. `observer` hears of every committed change, and of doubt when
    /// another process wrote what is not told. While the database is shared, `outlet` takes what other processes should
    /// hear at once.
    pub fn open(
        database: Database,
        observer: Arc<dyn Observer>,
        outlet: Option<mpsc::Sender<Told>>,
    ) -> Result<Self, StoreError> {
        // A server's client runs a runtime of its own, so it may not begin on a thread that runs one.
        let opening = std::thread::Builder::new().spawn(|| Self::open_here(database, observer, outlet))?;
        opening.join().unwrap_or(Err(StoreError::Panicked))
    }

    fn open_here(
        database: Database,
        observer: Arc<dyn Observer>,
        outlet: Option<mpsc::Sender<Told>>,
    ) -> Result<Self, StoreError> {
        let (tally, meter) = (Arc::default(), Arc::<Meter>::default());
        database.prepare()?;
        let engine = database.connect(&tally)?;
        migrate::run(&engine)?;
        let name = name(&engine)?;
        let readers = Readers::open(&database, &tally)?;
        let writer = Writer::start(engine, Listeners { observer, outlet, meter: Arc::clone(&meter) })?;
        Ok(Self { writer, readers, database, tally, meter, name })
    }

    /// Which database it is.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The portal's own name, which no other portal has.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the store is doing.
    pub fn gauge(&self) -> Gauge {
        self.meter.gauge(self.writer.waiting(), self.tally.work())
    }

    /// Runs `job` in a transaction of its own and returns once it is durable. Many waiting jobs share one commit; a
    /// job that fails or panics undoes only itself. It is run again when its transaction was lost.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.write(job).await
    }

    /// Runs `job` on the committed state, between two transactions: the observer has heard of everything that the
    /// job can see, and of nothing else.
    pub async fn in_order<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.in_order(job).await
    }

    /// Runs `job` on a snapshot beside the writer, and again if its connection was lost.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        self.readers.read(job).await
    }

    /// Runs a job that must not be run twice, such as one that writes a file, on a snapshot beside the writer.
    pub async fn read_once<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    {
        self.readers.read_once(job).await
    }

    /// Another process told what it committed: what it put into its `outlet`.
    pub async fn hear(&self, told: Told) -> Result<(), StoreError> {
        self.writer.hear(told).await
    }

    /// Finishes the waiting jobs and closes the database. Later calls answer [`StoreError::Closed`].
    pub async fn close(&self) {
        self.writer.close().await;
    }
}

fn name(engine: &Engine) -> Result<String, StoreError> {
    match engine.row("SELECT name FROM portal WHERE id = 1", &[])? {
        Some(mut row) => row.text(),
        None => Err(StoreError::Corrupt("the portal's own row is missing".to_owned())),
    }
}
