//! The engine to scale: one connection to PostgreSQL.
//!
//! Must hold: the marks of a statement are translated and the statement is prepared once for each connection; a
//! connection that is dead is found out within seconds, never waited for without end. Encrypted connections check the
//! server's certificate always.
//!
//! The client runs a runtime of its own: it is called from database threads, never from async code.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::BytesMut;
use postgres::config::SslMode;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::{Source, postgres as failed};
use super::{Row, Value};
use crate::StoreError;
use crate::error::chain;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);

/// After how long without a word a connection is asked whether it lives, and how often before it counts as dead.
const KEEPALIVE: Duration = Duration::from_secs(3);
const KEEPALIVE_TRIES: u32 = 3;

/// Deadlines that the server keeps, so that a program that hangs in a transaction holds up the others for a moment only.
/// A transaction here never waits for a person.
const SESSION: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'; \
     SET client_min_messages = warning; SET standard_conforming_strings = on;";

/// Where a PostgreSQL database is: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...`. Shown without its password.
#[derive(Clone)]
pub struct PostgresAddress {
    config: Box<Config>,
    /// A file with the certificates that are trusted beside the machine's own.
    root_certificate: Option<String>,
}

impl FromStr for PostgresAddress {
    type Err = String;

    /// `sslmode` is `disable`, `prefer` (the default), `require`, or one of the words of libpq that ask for more;
    /// `sslrootcert` names a PEM file.
    fn from_str(text: &str) -> Result<Self, String> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut root_certificate = None;
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", file)) => root_certificate = Some(file.to_owned()),
                // Certificates are always checked.
                Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
                _ => kept.push(pair),
            }
        }
        let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        let mut config: Config = url.parse().map_err(|error: postgres::Error| chain(&error))?;
        config.connect_timeout(CONNECT).keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE);
        config.keepalives_retries(KEEPALIVE_TRIES).tcp_user_timeout(KEEPALIVE * (KEEPALIVE_TRIES + 1));
        if config.get_application_name().is_none() {
            config.application_name("lately");
        }
        Ok(Self { config: Box::new(config), root_certificate })
    }
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.config.get_hosts().first() {
            Some(postgres::config::Host::Tcp(host)) => host.clone(),
            Some(postgres::config::Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        let database = self.config.get_dbname().or(self.config.get_user()).unwrap_or_default();
        write!(f, "postgres://{host}:{port}/{database}")
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One connection.
pub struct Postgres {
    address: PostgresAddress,
    client: RefCell<Client>,
    prepared: RefCell<HashMap<String, Statement>>,
}

impl Postgres {
    /// Connects.
    pub fn connect(address: &PostgresAddress) -> Result<Self, StoreError> {
        let client = RefCell::new(client(address)?);
        Ok(Self { address: address.clone(), client, prepared: RefCell::default() })
    }

    /// Connects anew.
    pub fn reconnect(&mut self) -> Result<(), StoreError> {
        *self = Self::connect(&self.address)?;
        Ok(())
    }

    /// All rows of a SELECT.
    pub fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepare(sql)?;
        let found = self.client.borrow_mut().query(&statement, &parameters(params));
        let found = found.map_err(|source| failed(sql, source))?;
        found.iter().map(|row| columns(row).map_err(|source| failed(sql, source))).collect()
    }

    /// Runs a statement and tells how many rows it touched.
    pub fn run(&self, sql: &str, params: &[Value]) -> Result<usize, StoreError> {
        let statement = self.prepare(sql)?;
        let touched = self.client.borrow_mut().execute(&statement, &parameters(params));
        touched.map(|rows| usize::try_from(rows).unwrap_or(usize::MAX)).map_err(|source| failed(sql, source))
    }

    /// Runs several statements without parameters.
    pub fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.client.borrow_mut().batch_execute(sql).map_err(|source| failed(sql, source))
    }

    fn prepare(&self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let prepared = self.client.borrow_mut().prepare(&dollars(sql));
        let statement = prepared.map_err(|source| failed(sql, source))?;
        self.prepared.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn client(address: &PostgresAddress) -> Result<Client, StoreError> {
    let unreachable = |reason: String, source: Source| StoreError::Unreachable {
        address: address.to_string(),
        reason,
        source,
    };
    let connected = if address.config.get_ssl_mode() == SslMode::Disable {
        address.config.connect(NoTls)
    } else {
        let tls = trust(address).map_err(|reason| unreachable(reason.clone(), reason.into()))?;
        address.config.connect(MakeRustlsConnect::new(tls))
    };
    let mut client = connected.map_err(|error| unreachable(chain(&error), Box::new(error)))?;
    client.batch_execute(SESSION).map_err(|source| failed("SET", source))?;
    Ok(client)
}

/// What the server's certificate is checked against: the machine's own authorities, and the file that was named.
fn trust(address: &PostgresAddress) -> Result<rustls::ClientConfig, String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = &address.root_certificate {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        let told = |error: &dyn fmt::Display| format!("sslrootcert {file}: {error}");
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| told(&error))? {
            let certificate = certificate.map_err(|error| told(&error))?;
            roots.add(certificate).map_err(|error| told(&error))?;
        }
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(builder.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth())
}

/// `?1` becomes `$1`. A question mark stands in our statements as a mark only.
fn dollars(sql: &str) -> String {
    sql.replace('?', "$")
}

fn parameters(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn columns(row: &postgres::Row) -> Result<Row, postgres::Error> {
    let value = |(place, column): (usize, &postgres::Column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(place)?.map_or(Value::Null, Value::Int),
            Type::INT4 => {
                row.try_get::<_, Option<i32>>(place)?.map_or(Value::Null, |number| Value::Int(number.into()))
            }
            _ => row.try_get::<_, Option<String>>(place)?.map_or(Value::Null, Value::Text),
        })
    };
    Ok(Row::new(row.columns().iter().enumerate().map(value).collect::<Result<_, _>>()?))
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Source> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::INT4 => {
                i32::try_from(*number).unwrap_or(i32::MAX).to_sql(kind, out)
            }
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
        }
    }

    /// What a statement wants is known when it is prepared; another type than ours fails there.
    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::VARCHAR].contains(kind)
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let address: PostgresAddress =
            "postgres://lately:s3cret@db.example:6432/chat?sslmode=verify-full&sslrootcert=/etc/ca.pem"
                .parse()
                .unwrap();
        assert_eq!(format!("{address} {address:?}"), "postgres://db.example:6432/chat ".repeat(2).trim_end());
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(address.root_certificate.as_deref(), Some("/etc/ca.pem"));
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        for text in ["postgres://host:port/chat", "postgres://h/d?sslmode=perhaps", "mysql://h/d"] {
            assert!(text.parse::<PostgresAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn marks_become_those_of_postgresql() {
        assert_eq!(dollars("SELECT ?1, ?12 FROM t"), "SELECT $1, $12 FROM t");
    }
}
