//! Where a test's portal lives: an embedded database in the test's folder, or a fresh one on a PostgreSQL server.
//!
//! `LATELY_TEST_ENGINE=postgres` chooses the server. Must hold: each test has a database of its own; all tests of this
//! machine share one server, which the first of them starts from what is installed and `cargo xtask test` ends.

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use lately::cluster::postgres::Postgres;
use lately_store::Database;
use parking_lot::Mutex;

/// What a server for tests need not do: it holds nothing that must outlive the machine.
pub const HASTY: [&str; 5] = [
    "fsync=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=256MB",
    "log_statement=none",
];

/// Whether portals live on a server in this run.
pub fn on_a_server() -> bool {
    std::env::var("LATELY_TEST_ENGINE").is_ok_and(|engine| engine == "postgres")
}

/// The database of the portal whose folder is `data`, made if need be.
pub fn database(data: &Path) -> Database {
    match address(data) {
        Some(address) => Database::Postgres(address.parse().expect("an address")),
        None => Database::Embedded(data.to_owned()),
    }
}

/// The address of a PostgreSQL database that belongs to the folder `data`, made if need be; none in a run on embedded
/// databases.
pub fn address(data: &Path) -> Option<String> {
    on_a_server().then(|| server_address(data))
}

/// The same whatever the run.
pub fn server_address(data: &Path) -> String {
    static MADE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let (server, name) = (server(), name(data));
    let mut made = MADE.lock();
    if !made.contains(&name) {
        administer(server, &format!("CREATE DATABASE {name}"), true);
        made.insert(name.clone());
    }
    server.url(&name)
}

/// Drops the database at `address` if it belongs to `data`.
pub fn drop_own(data: &Path, address: &str) {
    let name = name(data);
    if address.contains(&name) {
        administer(server(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), false);
    }
}

/// Keeps what is in the database at `address`, for [`renew`].
pub fn keep(address: &str) {
    run_at(
        address,
        "DO $$ DECLARE name TEXT; BEGIN
            CREATE SCHEMA kept;
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', name, name);
            END LOOP;
        END $$",
    );
}

/// Puts the database at `address` back to what [`keep`] found. No server may run on it. It takes a tenth of the time that
/// a database of one's own takes.
pub fn renew(address: &str) {
    run_at(
        address,
        "SET session_replication_role = replica;
        DO $$ DECLARE name TEXT; all_names TEXT; BEGIN
            SELECT string_agg(format('public.%I', tablename), ', ') INTO all_names
                FROM pg_tables WHERE schemaname = 'public';
            EXECUTE 'TRUNCATE ' || all_names || ' RESTART IDENTITY CASCADE';
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I', name, name);
            END LOOP;
        END $$",
    );
}

/// Runs statements in a portal's database, past the store: at `address`, or in the file in `data`.
pub fn run_behind(data: &Path, address: Option<&str>, sql: &str) {
    let Some(address) = address.map(str::to_owned) else {
        let file = rusqlite::Connection::open(data.join("lately.db")).expect("the file opens");
        return file.execute_batch(sql).expect("the statements work");
    };
    run_at(&address, sql);
}

/// On a thread of its own, since the client runs a runtime of its own.
fn run_at(address: &str, sql: &str) {
    let (address, sql) = (address.to_owned(), sql.to_owned());
    let work = move || {
        let mut client = postgres::Client::connect(&address, postgres::NoTls).expect("PostgreSQL answers");
        client.batch_execute(&sql).expect("the statements work");
    };
    std::thread::spawn(work).join().expect("the thread ends");
}

/// The server that all tests share.
pub fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(start)
}

fn start() -> Postgres {
    let directory: PathBuf = std::env::temp_dir().join("lately-tests-postgres");
    std::fs::create_dir_all(&directory).expect("a folder");
    let lock = File::create(std::env::temp_dir().join("lately-tests-postgres.lock")).expect("a lock file");
    lock.lock().expect("the lock");
    Postgres::start(&directory, "lately", &HASTY).expect("PostgreSQL starts")
}

fn name(data: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    format!("t_{:016x}", hasher.finish())
}

/// On a thread of its own, since the client runs a runtime of its own.
fn administer(server: &Postgres, sql: &str, may_exist: bool) {
    let (url, sql) = (server.url("postgres"), sql.to_owned());
    let work = move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("PostgreSQL answers");
        match client.batch_execute(&sql) {
            Err(error) if may_exist && error.code().is_some_and(|code| code.code() == "42P04") => {}
            done => done.expect("the statement works"),
        }
    };
    std::thread::spawn(work).join().expect("the thread ends");
}
