//! One connection to a database, and the few words that all statements are written in.
//!
//! Owns: how values go in and rows come out, prepared statements, the begin and end of transactions. Must hold:
//! statements are portable SQL with numbered parameters (`?1`), written once; where the two engines part, the difference
//! is a method here.

mod failure;
mod postgres;
mod row;
mod sqlite;
mod tally;
mod value;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;

pub use failure::{Kind, Source};
pub use postgres::PostgresAddress;
pub use row::Row;
pub use tally::{Tally, Work};
pub use value::Value;

use crate::StoreError;
use crate::error::chain;
use failure::first_line;
use postgres::Postgres;
use sqlite::Sqlite;

/// One connection.
pub struct Engine {
    connection: Connection,
    tally: Arc<Tally>,
    /// Why the transaction that runs cannot be ended well, if so.
    interrupted: RefCell<Option<String>>,
    /// Whether something was written, or a statement failed, since this was last asked.
    spoilt: Cell<bool>,
}

enum Connection {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

impl Engine {
    /// Opens an SQLite file for reading and writing, making it as needed.
    pub fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::new(Connection::Sqlite(Box::new(Sqlite::open(path)?))))
    }

    /// Opens an SQLite file for reading only.
    pub fn sqlite_reader(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::new(Connection::Sqlite(Box::new(Sqlite::open_reader(path)?))))
    }

    /// Connects to PostgreSQL.
    pub fn postgres(address: &PostgresAddress) -> Result<Self, StoreError> {
        Ok(Self::new(Connection::Postgres(Box::new(Postgres::connect(address)?))))
    }

    fn new(connection: Connection) -> Self {
        Self { connection, tally: Arc::default(), interrupted: RefCell::default(), spoilt: Cell::default() }
    }

    /// From now on counts here what it does.
    pub fn counted_by(mut self, tally: Arc<Tally>) -> Self {
        self.tally = tally;
        self
    }

    /// Whether several processes serve the same portal from this database: what they change is written to the outbox.
    pub fn shared(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_))
    }

    /// A name for this connection that no other has, where the database is shared.
    pub fn session(&self) -> Result<String, StoreError> {
        if !self.shared() {
            return Ok(String::new());
        }
        match self.row("SELECT CAST(gen_random_uuid() AS text)", &[])? {
            Some(mut row) => row.text(),
            None => Err(StoreError::Corrupt("no name for this connection".to_owned())),
        }
    }

    /// Why the transaction that ran was cut short, if its connection was lost or another one came first. Asked once.
    pub fn interrupted(&self) -> Option<String> {
        self.interrupted.borrow_mut().take()
    }

    /// Whether there is anything to undo since this was last asked: something was written, or a statement failed.
    pub fn take_spoilt(&self) -> bool {
        self.spoilt.take()
    }

    fn noted<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome {
            self.spoilt.set(true);
            if error.passes() {
                *self.interrupted.borrow_mut() = Some(chain(error));
            }
        }
        outcome
    }

    /// Connects anew after a connection was lost. An embedded database has none to lose.
    pub fn reconnect(&mut self) -> Result<(), StoreError> {
        self.interrupted.take();
        match &mut self.connection {
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres(postgres) => postgres.reconnect(),
        }
    }

    /// Begins a transaction that writes. Nobody else writes to the portal until it ends. Answers the portal's position,
    /// which counts this transaction already.
    pub fn begin_write(&self) -> Result<i64, StoreError> {
        self.word(match self.connection {
            Connection::Sqlite(_) => "BEGIN IMMEDIATE",
            Connection::Postgres(_) => "BEGIN",
        })?;
        self.change_one("UPDATE portal SET position = position + 1 WHERE id = 1 RETURNING position")
    }

    /// Begins a transaction that sees one state of the portal and writes nothing.
    pub fn begin_read(&self) -> Result<(), StoreError> {
        self.word(match self.connection {
            Connection::Sqlite(_) => "BEGIN",
            Connection::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
    }

    /// Begins a transaction that changes the schema. Nobody else does until it ends.
    pub fn begin_migration(&self) -> Result<(), StoreError> {
        self.script(match self.connection {
            Connection::Sqlite(_) => "BEGIN IMMEDIATE",
            // Any number that every version of this program takes.
            Connection::Postgres(_) => "BEGIN; SELECT pg_advisory_xact_lock(5301170329)",
        })
    }

    /// Ends a transaction; what it wrote is durable.
    pub fn commit(&self) -> Result<(), StoreError> {
        self.word("COMMIT")
    }

    /// Ends a transaction; what it wrote is undone.
    pub fn rollback(&self) -> Result<(), StoreError> {
        self.word("ROLLBACK")?;
        self.interrupted.take();
        Ok(())
    }

    /// All rows of a SELECT; the statement itself bounds how many.
    pub fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = self.ask(sql, params)?;
        self.tally.add(rows.len(), 0);
        Ok(rows)
    }

    fn ask(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match &self.connection {
            Connection::Sqlite(sqlite) => sqlite.rows(sql, params),
            Connection::Postgres(postgres) => self.noted(postgres.rows(sql, params)),
        }
    }

    /// The first row of a SELECT.
    pub fn row(&self, sql: &str, params: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// The first row of a SELECT that is not counted: an idle process looks for others' work all the time.
    pub fn glance(&self, sql: &str) -> Result<Option<Row>, StoreError> {
        Ok(self.ask(sql, &[])?.into_iter().next())
    }

    /// Runs a statement and tells how many rows it touched.
    pub fn run(&self, sql: &str, params: &[Value]) -> Result<usize, StoreError> {
        self.spoilt.set(true);
        let touched = match &self.connection {
            Connection::Sqlite(sqlite) => sqlite.run(sql, params)?,
            Connection::Postgres(postgres) => self.noted(postgres.run(sql, params))?,
        };
        self.tally.add(0, touched);
        Ok(touched)
    }

    /// Runs a statement that must touch exactly one row.
    pub fn run_one(&self, sql: &str, params: &[Value]) -> Result<(), StoreError> {
        match self.run(sql, params)? {
            1 => Ok(()),
            actual => Err(StoreError::RowsAffected { statement: first_line(sql), expected: 1, actual }),
        }
    }

    /// Runs a statement that writes one row and ends in `RETURNING` a number.
    pub fn change_one(&self, sql: &str) -> Result<i64, StoreError> {
        self.written(sql, &[])
    }

    /// Inserts one row into a table with numbers, and answers its number.
    pub fn insert(&self, sql: &str, params: &[Value]) -> Result<i64, StoreError> {
        match &self.connection {
            // `RETURNING` would make a table of its own for the one number, and copy the pages that change.
            Connection::Sqlite(sqlite) => self.run_one(sql, params).map(|()| sqlite.last_number()),
            Connection::Postgres(_) => self.written(&format!("{sql} RETURNING id"), params),
        }
    }

    fn written(&self, sql: &str, params: &[Value]) -> Result<i64, StoreError> {
        self.spoilt.set(true);
        let rows = self.ask(sql, params)?;
        self.tally.add(0, rows.len());
        match rows.into_iter().next() {
            Some(mut row) => row.int(),
            None => Err(StoreError::RowsAffected { statement: first_line(sql), expected: 1, actual: 0 }),
        }
    }

    /// Runs one statement of a transaction's frame, which touches no rows.
    pub fn word(&self, sql: &str) -> Result<(), StoreError> {
        self.tally.add(0, 0);
        match &self.connection {
            // Parsing it anew would take longer than running it.
            Connection::Sqlite(sqlite) => sqlite.run(sql, &[]).map(drop),
            Connection::Postgres(postgres) => self.noted(postgres.script(sql)),
        }
    }

    /// Runs several statements without parameters.
    pub fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.tally.add(0, 0);
        match &self.connection {
            Connection::Sqlite(sqlite) => sqlite.script(sql),
            Connection::Postgres(postgres) => self.noted(postgres.script(sql)),
        }
    }

    /// See [`crate::Store::backup`]; for an embedded database only.
    pub fn backup(&self, target: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        match &self.connection {
            Connection::Sqlite(sqlite) => sqlite.backup(target, progress),
            Connection::Postgres(_) => Err(StoreError::NotEmbedded),
        }
    }

    /// See [`crate::Store::restore`]; for embedded databases only.
    pub fn restore(
        &mut self,
        source: &Self,
        locked: impl FnOnce() -> Result<(), StoreError>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        match (&mut self.connection, &source.connection) {
            (Connection::Sqlite(target), Connection::Sqlite(source)) => {
                target.restore(source, locked, progress)
            }
            _ => Err(StoreError::NotEmbedded),
        }
    }
}
