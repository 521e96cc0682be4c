//! A portal of its own for one test.

use std::path::Path;
use std::sync::Arc;

use lately::boot::Server;
use lately::config::Config;
use lately_messenger::Messenger;
use lately_messenger::webhook::NewWebhook;
use lately_model::{Revision, Scopes, User, UserId, UserKind};
use lately_store::Database;
use tempfile::TempDir;

use crate::{Browser, Client, CountingDice, TestClock, database};

/// When a portal's clock starts.
pub const START: &str = "2026-03-02T10:00:00+00:00";

/// The cast: everybody has the number of their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Person {
    /// Number 1, the administrator.
    Alice,
    /// Number 2, an employee.
    Bob,
    /// Number 3, an employee.
    Carol,
    /// Number 4, an employee.
    Dave,
    /// Number 5, a guest from outside.
    Erin,
    /// Number 6, a bot.
    Robot,
}

impl Person {
    /// Everybody.
    pub const ALL: [Self; 6] = [Self::Alice, Self::Bob, Self::Carol, Self::Dave, Self::Erin, Self::Robot];

    /// Their number.
    pub fn id(self) -> i64 {
        self as i64 + 1
    }

    fn user(self) -> User {
        let (first, last, kind) = match self {
            Self::Alice => ("Alice", "Adams", UserKind::Employee),
            Self::Bob => ("Bob", "Brown", UserKind::Employee),
            Self::Carol => ("Carol", "Clark", UserKind::Employee),
            Self::Dave => ("Dave", "Dixon", UserKind::Employee),
            Self::Erin => ("Erin", "Evans", UserKind::Extranet),
            Self::Robot => ("Robot", "", UserKind::Bot),
        };
        User {
            id: UserId(self.id()),
            active: true,
            admin: self == Self::Alice,
            kind,
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            email: format!("{}@example.com", first.to_lowercase()),
            departments: vec![1],
            ..User::default()
        }
    }
}

/// A running portal; gone when dropped.
pub struct TestPortal {
    /// The running server.
    pub server: Server,
    /// Its clock.
    pub clock: Arc<TestClock>,
    dice: Arc<CountingDice>,
    http: reqwest::Client,
    ground: Ground,
}

/// The folder of a portal, and its own database on a server. Both are gone when dropped.
pub struct Ground {
    dir: TempDir,
    /// Where the database is, if that is on a server.
    address: Option<String>,
}

impl Ground {
    /// A folder, and a database of its own if this run is about a server.
    pub fn find() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let address = database::address(dir.path());
        Self { dir, address }
    }

    /// A folder of its own, and the database at this address.
    pub fn beside(address: Option<&str>) -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), address: address.map(str::to_owned) }
    }

    /// Where the database is, if that is on a server.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Tests of one machine share a server: what a test leaves there is taken away.
impl Drop for Ground {
    fn drop(&mut self) {
        if let Some(address) = &self.address {
            database::drop_own(self.dir.path(), address);
        }
    }
}

impl TestPortal {
    /// A portal with the whole cast and no chats.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with another configuration.
    pub async fn with(configure: impl FnOnce(&mut Config)) -> Self {
        let portal = Self::empty(START, configure).await;
        for person in Person::ALL {
            portal.messenger().add_user(None, person.user()).await.expect("the person is added");
        }
        portal
    }

    /// A portal without anybody, its clock at `start`.
    pub async fn empty(start: &str, configure: impl FnOnce(&mut Config)) -> Self {
        Self::over(Ground::find(), Arc::new(TestClock::at(start)), Arc::default(), configure).await
    }

    /// A portal on what is there already, its clock at the usual start.
    pub async fn on(ground: Ground, configure: impl FnOnce(&mut Config)) -> Self {
        Self::over(ground, Arc::new(TestClock::at(START)), Arc::default(), configure).await
    }

    async fn over(
        mut ground: Ground,
        clock: Arc<TestClock>,
        dice: Arc<CountingDice>,
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config { data: ground.path().to_owned(), ..Config::default() };
        config.http.listen = vec!["127.0.0.1:0".parse().expect("an address")];
        config.database.clone_from(&ground.address);
        config.public_url = Some("https://portal.lately.test".to_owned());
        configure(&mut config);
        ground.address.clone_from(&config.database);
        let handed: (Arc<TestClock>, Arc<CountingDice>) = (Arc::clone(&clock), Arc::clone(&dice));
        let server = Server::start(config, handed.0, handed.1).await.expect("the server starts");
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { server, clock, dice, http, ground }
    }

    /// The use cases behind the server, for setting things up that no method sets up.
    pub fn messenger(&self) -> &Messenger {
        self.server.messenger()
    }

    /// Where its data lies.
    pub fn data(&self) -> &Path {
        self.ground.path()
    }

    /// The database behind it.
    pub fn database(&self) -> Database {
        match &self.ground.address {
            Some(address) => Database::Postgres(address.parse().expect("an address")),
            None => Database::Embedded(self.data().to_owned()),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        let address = self.server.http.first().expect("an address");
        format!("http://{address}")
    }

    /// The HTTP client behind every [`Client`].
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A browser that nobody signed in with.
    pub fn browser(&self) -> Browser {
        Browser::new(self.origin(), self.http.clone())
    }

    /// A person with all scopes, answered by today's page.
    pub async fn client(&self, person: Person) -> Client {
        self.client_with(person.id(), "all", Revision::R33).await
    }

    /// A person with all scopes, answered by the seed page.
    pub async fn seed_client(&self, person: Person) -> Client {
        self.client_with(person.id(), "all", Revision::R29).await
    }

    /// Any user with these scopes and this revision.
    pub async fn client_with(&self, user: i64, scopes: &str, revision: Revision) -> Client {
        let new = NewWebhook {
            user: UserId(user),
            scopes: Scopes::parse(scopes).expect("known scopes"),
            secret: None,
            revision,
            expires_at: None,
            title: String::new(),
        };
        let (_, secret) = self.messenger().add_webhook(new).await.expect("a webhook");
        Client::new(format!("{}/rest/{user}/{secret}/", self.origin()), user, self.http.clone())
    }

    /// Imports lines as `lately import` does; answers how many.
    pub async fn import(&self, lines: &str) -> u64 {
        self.messenger().import(lines.as_bytes(), &mut |_| {}).await.expect("good lines")
    }

    /// Fails the test unless every counter equals a recount.
    pub async fn assert_exact(&self) {
        let differences = self.messenger().check(|_, _| {}).await.expect("the check runs");
        assert!(differences.is_empty(), "a recount differs: {differences:?}");
    }

    /// Runs SQL behind the portal's back, as no verb ever would: for what a recount must find.
    pub fn damage(&self, sql: &str) {
        database::run_behind(self.data(), self.ground.address.as_deref(), sql);
    }

    /// Another server of the same portal, on the same database, with a clock and a folder of its own.
    pub async fn neighbour(&self, configure: impl FnOnce(&mut Config)) -> Self {
        Self::on(Ground::beside(self.ground.address()), configure).await
    }

    /// Stops the server and starts it again on what is there, with another configuration.
    pub async fn restart(self, configure: impl FnOnce(&mut Config)) -> Self {
        self.server.stop().await;
        Self::over(self.ground, self.clock, self.dice, configure).await
    }

    /// Stops the server as a signal would.
    pub async fn stop(self) -> Ground {
        self.server.stop().await;
        self.ground
    }
}
