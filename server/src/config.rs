//! The settings of one server: their names, defaults, meaning and limits.
//!
//! Owns the only way in: defaults < TOML file < environment < command line ([`load()`]), and the sample file that
//! documents every key ([`sample()`]). A key nobody knows is refused by name, and so is a value out of its limits: a
//! server never starts with a setting that it does not follow.
//!
//! Never opens a socket, a store or a certificate: that a file named here exists is found out by who reads it.

mod error;
mod events;
mod limits;
mod load;
mod portal;
mod sample;
mod written;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;
use lately_model::{Inviters, PortalSettings, Revision};
use lately_store::Database;
use serde::{Deserialize, Serialize};

pub use error::ConfigError;
pub use events::Events;
pub use load::load;
pub use portal::{Audit, People, Portal};
pub use sample::{Key, keys, sample};
use written::{address, list, secret, unless_blank};

/// What an environment variable that sets a key begins with: `LATELY__HTTP__LISTEN` sets `http.listen`.
pub const ENVIRONMENT_PREFIX: &str = "LATELY__";

/// All settings of one server. What each key does is said once, in the text that [`sample()`] writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The directory that holds all that the server keeps.
    pub data: PathBuf,
    /// Address of a PostgreSQL database; unset: an embedded one in `data`. See [`Config::database`].
    #[serde(with = "address")]
    pub database: Option<String>,
    /// Address of the NATS bus between the servers of one portal; unset: none.
    #[serde(with = "address")]
    pub bus: Option<String>,
    /// Scheme, host and port used in links, without a path; unset: see [`Config::base_url`].
    #[serde(with = "unless_blank")]
    pub public_url: Option<String>,
    /// The portal's time zone by name or offset; see [`Config::zone`].
    pub time_zone: String,
    /// The portal itself.
    pub portal: Portal,
    /// Plain HTTP.
    pub http: Http,
    /// HTTP over TLS.
    pub https: Https,
    /// The REST interface.
    pub rest: Rest,
    /// How applications come to act for people.
    pub oauth: OAuth,
    /// How much one caller may ask for.
    pub limits: Limits,
    /// The recent list.
    pub recent: Recent,
    /// The push channel.
    pub push: Push,
    /// Files.
    pub files: Files,
    /// Pages that messages name.
    pub links: Links,
    /// What applications are told.
    pub events: Events,
    /// The log on standard error.
    pub log: Log,
    /// Metrics and probes.
    pub observe: Observe,
    /// The portal's clock.
    pub clock: Clock,
    /// The people of the portal.
    pub people: People,
    /// The log of what was done by whom.
    pub audit: Audit,
    /// Where each key that was set was set last: a file, a variable, the command line.
    #[serde(skip)]
    pub places: Places,
}

/// Where keys were set. Two configurations that say the same are equal, wherever they say it.
#[derive(Debug, Clone, Default)]
pub struct Places(BTreeMap<String, String>);

impl Places {
    /// Where this key was set, if somebody did.
    pub fn of(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// `[http]`: plain HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Addresses to answer on; none: off.
    #[serde(deserialize_with = "list")]
    pub listen: Vec<SocketAddr>,
}

/// `[https]`: HTTP over TLS and who the server says it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Https {
    /// Addresses to answer on; none: off.
    #[serde(deserialize_with = "list")]
    pub listen: Vec<SocketAddr>,
    /// PEM file of the server's certificate and the intermediates; goes with `key`.
    #[serde(with = "unless_blank")]
    pub certificate: Option<PathBuf>,
    /// PEM file of the certificate's private key.
    #[serde(with = "unless_blank")]
    pub key: Option<PathBuf>,
    /// Whether the server issues its own certificate from a CA of its own.
    pub local_ca: bool,
    /// Names and addresses in the certificate that the local CA issues.
    #[serde(deserialize_with = "list")]
    pub hosts: Vec<String>,
}

/// `[rest]`: the REST interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rest {
    /// The revision of credentials that name none: 29 or 33.
    pub revision: u32,
    /// Largest request body, in bytes.
    pub body_limit_bytes: usize,
    /// Whether calls over plain HTTP are refused.
    pub require_https: bool,
}

/// `[oauth]`: how applications come to act for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth {
    /// Names by which the server is asked as the authorization host.
    #[serde(deserialize_with = "list")]
    pub hosts: Vec<String>,
    /// Scheme, host and port of that host; none: the portal's own. See [`Config::places`].
    #[serde(with = "unless_blank")]
    pub url: Option<String>,
}

/// `[limits]`: how much one caller may ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Whether requests are counted in a leaky bucket.
    pub bucket: bool,
    /// Requests that fit into the bucket.
    pub bucket_size: u32,
    /// Requests that leave the bucket each second.
    pub bucket_drain: f64,
    /// Seconds that one method may run in ten minutes for one credential; none: not limited.
    #[serde(with = "unless_blank")]
    pub operating_seconds: Option<u32>,
}

/// `[recent]`: the recent list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recent {
    /// Days without change after which a row that is not pinned leaves the list.
    pub window_days: u32,
    /// Rows that all resident lists together may hold.
    pub resident_rows: usize,
}

/// `[push]`: the push channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Push {
    /// Scheme, host and port by which pages that came over plain HTTP connect; unset: those of `public_url`, or else of
    /// the first address bound for HTTP.
    #[serde(with = "unless_blank")]
    pub plain_url: Option<String>,
}

/// `[files]`: files and pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// Largest file, in bytes.
    pub largest_bytes: u64,
    /// The folder for the bytes of files; none: one in the data directory. See [`crate::vault::folder`].
    #[serde(with = "unless_blank")]
    pub directory: Option<PathBuf>,
    /// Address of an S3-compatible store.
    #[serde(with = "unless_blank")]
    pub s3_endpoint: Option<String>,
    /// The bucket there; none: files lie in the folder.
    #[serde(with = "unless_blank")]
    pub s3_bucket: Option<String>,
    /// The region that requests are signed for.
    pub s3_region: String,
    /// The public half of the store's credential.
    #[serde(with = "unless_blank")]
    pub s3_key_id: Option<String>,
    /// The secret half; written covered.
    #[serde(with = "secret")]
    pub s3_secret: Option<String>,
}

/// `[links]`: pages that messages name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Links {
    /// Whether pages are asked what they are.
    pub fetch: bool,
    /// Whether machines that are not public are asked too.
    pub private_addresses: bool,
}

/// `[log]`: the log on standard error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// What is logged: a level, or a list of `target=level`.
    pub level: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum LogFormat {
    /// For people: one line of text.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// `[observe]`: metrics and probes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Observe {
    /// Addresses to answer `/metrics`, `/healthz` and `/readyz` on; none: only the probes, beside the API.
    #[serde(deserialize_with = "list")]
    pub listen: Vec<SocketAddr>,
    /// Seconds between being told to stop and stopping, for load balancers to notice.
    pub drain_seconds: u32,
}

/// `[clock]`: the portal's clock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// The moment at which the clock starts, RFC 3339; none: the machine's time. See [`Config::clock_start`].
    #[serde(with = "unless_blank")]
    pub start: Option<String>,
}

impl TryFrom<String> for LogFormat {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("\"{name}\": write \"text\" or \"json\"")),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            database: None,
            bus: None,
            public_url: None,
            time_zone: "UTC".to_owned(),
            portal: Portal::default(),
            http: Http::default(),
            https: Https::default(),
            rest: Rest::default(),
            oauth: OAuth::default(),
            limits: Limits::default(),
            recent: Recent::default(),
            files: Files::default(),
            links: Links::default(),
            events: Events::default(),
            log: Log::default(),
            push: Push::default(),
            observe: Observe::default(),
            clock: Clock::default(),
            people: People::default(),
            audit: Audit::default(),
            places: Places::default(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))] }
    }
}

impl Default for Https {
    fn default() -> Self {
        let hosts = ["portal.lately.test", "localhost", "127.0.0.1"];
        Self {
            listen: Vec::new(),
            certificate: None,
            key: None,
            local_ca: false,
            hosts: hosts.map(str::to_owned).to_vec(),
        }
    }
}

impl Default for Rest {
    fn default() -> Self {
        Self { revision: 29, body_limit_bytes: 16 * 1024 * 1024, require_https: false }
    }
}

impl Default for OAuth {
    /// The names that client libraries have built in.
    fn default() -> Self {
        let hosts = ["oauth.bitrix24.tech", "oauth.bitrix.info"];
        Self { hosts: hosts.map(str::to_owned).to_vec(), url: None }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bucket: false, bucket_size: 50, bucket_drain: 2.0, operating_seconds: None }
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self { window_days: 30, resident_rows: 2_000_000 }
    }
}

impl Default for Files {
    fn default() -> Self {
        Self {
            largest_bytes: lately_messenger::LARGEST_FILE,
            directory: None,
            s3_endpoint: None,
            s3_bucket: None,
            s3_region: "us-east-1".to_owned(),
            s3_key_id: None,
            s3_secret: None,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// Keys set on the command line, by their dotted names; the last word on a key wins.
#[derive(Debug, Clone, Default)]
pub struct Overrides(Vec<(String, String)>);

impl Overrides {
    /// Sets a key such as `http.listen`. The value is written as in the environment: a list has commas
    /// between its items, an empty text means not set. That the key exists is checked by [`load()`].
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.push((key.into(), value.into()));
    }
}

impl Config {
    /// The portal's time zone: from an IANA name, `UTC` or an offset such as `+02:00`.
    ///
    /// # Errors
    /// A zone that is neither; [`load()`] has already refused it.
    pub fn zone(&self) -> Result<TimeZone, ConfigError> {
        DateTimeParser::new().parse_time_zone(&self.time_zone).map_err(|error| ConfigError::Value {
            place: BUILT_IN.to_owned(),
            key: "time_zone".to_owned(),
            reason: format!(
                "{error}; write a name such as \"Europe/Berlin\" or an offset such as \"+02:00\""
            ),
        })
    }

    /// The database that the portal lives in.
    ///
    /// # Errors
    /// An address that is not one of PostgreSQL; [`load()`] has already refused it.
    pub fn database(&self) -> Result<Database, ConfigError> {
        let Some(address) = &self.database else { return Ok(Database::Embedded(self.data.clone())) };
        address.parse().map(Database::Postgres).map_err(|error| ConfigError::Value {
            place: BUILT_IN.to_owned(),
            key: "database".to_owned(),
            reason: format!(
                "{error}; write an address such as \"postgres://lately:secret@db.example/lately\""
            ),
        })
    }

    /// Settings of the portal where its administrators changed nothing.
    pub fn portal_settings(&self) -> PortalSettings {
        PortalSettings {
            name: self.portal.name.trim().to_owned(),
            language: self.portal.language,
            inviters: Inviters::from_word(&self.people.invite).unwrap_or_default(),
            revision: Revision::try_from(i64::from(self.rest.revision)).unwrap_or_default(),
            window_days: self.recent.window_days.into(),
            largest_file: self.files.largest_bytes,
            keep_days: self.audit.keep_days,
        }
    }

    /// The moment at which the portal's clock starts; none: the machine's time.
    ///
    /// # Errors
    /// A text that is not RFC 3339; [`load()`] has already refused it.
    pub fn clock_start(&self) -> Result<Option<Timestamp>, ConfigError> {
        let Some(text) = &self.clock.start else { return Ok(None) };
        text.parse().map(Some).map_err(|error| ConfigError::Value {
            place: BUILT_IN.to_owned(),
            key: "clock.start".to_owned(),
            reason: format!("{error}; write a moment such as \"2017-10-01T12:00:00Z\""),
        })
    }

    /// The base of links, such as `https://chat.example.org`, without a slash at the end: `public_url`, or
    /// else the first address bound for HTTPS, or else the first bound for HTTP. An address that means "all"
    /// becomes `localhost`; the scheme's own port is left out.
    pub fn base_url(&self, http: &[SocketAddr], https: &[SocketAddr]) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        match (https.first(), http.first()) {
            (Some(address), _) => origin("https", address, 443),
            (None, Some(address)) => origin("http", address, 80),
            (None, None) => "http://localhost".to_owned(),
        }
    }
}

fn origin(scheme: &str, address: &SocketAddr, usual: u16) -> String {
    let host = match address.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
        ip @ IpAddr::V4(_) => ip.to_string(),
    };
    if address.port() == usual {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{host}:{}", address.port())
    }
}

/// The place of a value that nobody set.
const BUILT_IN: &str = "the configuration";

#[cfg(test)]
mod tests;
