//! What every key means, said once: for the sample file and for errors.
//!
//! Must hold: every key is here, at its default.

use std::collections::BTreeMap;

use super::Config;

/// A TOML file with every key, each commented out at its default and explained. A line `#key = value` is a
/// setting, a line `# text` is an explanation.
pub fn sample() -> String {
    let defaults = settings();
    let mut text = SAMPLE_HEAD.to_owned();
    let mut section = "";
    for (key, doc) in DOCS {
        let (parent, name) = key.rsplit_once('.').unwrap_or(("", key));
        if parent != section {
            text.push_str(&format!("\n[{parent}]\n"));
            section = parent;
        }
        text.push('\n');
        for line in doc.lines() {
            text.push_str(&format!("# {line}\n"));
        }
        let default = defaults.get(*key).map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("#{name} = {default}\n"));
    }
    text
}

/// One key of the configuration of a server, as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its dotted name.
    pub name: &'static str,
    /// What it is, as TOML writes it; secrets are covered, what is not set is an empty text.
    pub value: String,
    /// Where it was set: a file, a variable, the command line; `None` where nobody did.
    pub place: Option<String>,
}

/// Every key of a configuration in the order of the sample.
pub fn keys(config: &Config) -> Vec<Key> {
    let values = written(config);
    let key = |(name, _): &(&'static str, &str)| Key {
        name,
        value: values.get(*name).map(ToString::to_string).unwrap_or_default(),
        place: config.places.of(name).map(str::to_owned),
    };
    DOCS.iter().map(key).collect()
}

/// Every key with its default as TOML writes it; a key that is not set is an empty text.
pub(super) fn settings() -> BTreeMap<String, toml::Value> {
    written(&Config::default())
}

fn written(config: &Config) -> BTreeMap<String, toml::Value> {
    let mut found = BTreeMap::new();
    if let Ok(table) = toml::Table::try_from(config) {
        flatten("", table, &mut found);
    }
    found
}

pub(super) fn flatten(path: &str, table: toml::Table, found: &mut BTreeMap<String, toml::Value>) {
    for (name, value) in table {
        let path = if path.is_empty() { name } else { format!("{path}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, found),
            value => drop(found.insert(path, value)),
        }
    }
}
const SAMPLE_HEAD: &str = "\
# Settings of a Lately server. Every key is here, commented out, at its default.
# Stronger than this file: the environment (LATELY__HTTP__LISTEN sets http.listen; a list has commas
# between its items), and stronger than both: the command line. An empty text means: not set.
";

/// What every key does, in the order of the sample: keys without a section first, sections together.
pub(super) const DOCS: &[(&str, &str)] = &[
    ("data", "The directory that holds all that the server keeps: messages, files, the local CA."),
    (
        "database",
        "Where the portal's facts are: the address of a PostgreSQL database, such as\n\
         \"postgres://lately:secret@db.example/lately?sslmode=require\". Several servers may share it.\n\
         Not set: an embedded database in the data directory, for one server.",
    ),
    (
        "bus",
        "The NATS server, or several with commas between them, over which the servers of one portal tell each\n\
         other at once what changed, such as \"nats://127.0.0.1:4222\". Not set: they look into the database.",
    ),
    (
        "public_url",
        "Scheme, host and port under which people and apps reach the server, for links.\n\
         Not set: the first address of https.listen, or else of http.listen.",
    ),
    (
        "time_zone",
        "The portal's time zone: a name such as \"Europe/Berlin\", or an offset such as \"+02:00\".",
    ),
    (
        "portal.name",
        "What the portal is called where people sign in. Administrators may change it in the page.",
    ),
    (
        "portal.language",
        "In which language the portal writes its own texts: system messages, previews, notifications, titles:\n\
         \"en\" or \"ru\". What was written before stays as it is. Administrators may change it in the page.",
    ),
    (
        "http.listen",
        "Addresses with ports to answer plain HTTP on, such as \"127.0.0.1:8080\" or \"[::]:8080\".\n\
         Names are not looked up. An empty list: plain HTTP is off.",
    ),
    (
        "https.listen",
        "Addresses with ports to answer HTTPS on, such as \"0.0.0.0:8443\". An empty list: HTTPS is off.\n\
         Needs certificate and key, or local_ca.",
    ),
    ("https.certificate", "PEM file: the server's certificate, then the intermediates. Goes with key."),
    ("https.key", "PEM file: the private key of the certificate, not encrypted."),
    (
        "https.local_ca",
        "Whether the server issues its own certificate. It makes a CA once, ca.pem in the data directory;\n\
         clients that are told to trust that file trust the server.",
    ),
    ("https.hosts", "Host names and IP addresses in the certificate that the local CA issues."),
    (
        "rest.revision",
        "The shape of im.recent.get for webhooks and apps that name none: 29 (ids and counters as texts)\n\
         or 33 (as numbers). Administrators may change it in the page.",
    ),
    ("rest.body_limit_bytes", "The largest request body that is read, in bytes: 1024 to 1073741824."),
    ("rest.require_https", "Whether REST calls over plain HTTP are refused."),
    (
        "oauth.hosts",
        "Names by which client libraries ask for tokens. A request to the server by such a name is answered as\n\
         the authorization host: it gives tokens and tells of them, and knows no other method.",
    ),
    (
        "oauth.url",
        "Scheme, host and port of the authorization host as applications are told them, such as\n\
         \"https://oauth.example.org\", which should be among the hosts. Not set: those of the portal.",
    ),
    ("limits.bucket", "Whether requests are limited by a leaky bucket, as in the cloud: on or off."),
    ("limits.bucket_size", "How many requests the bucket holds before more are refused: 1 to 1000000."),
    ("limits.bucket_drain", "How many requests leave the bucket each second: 0.01 to 1000000."),
    (
        "limits.operating_seconds",
        "How many seconds one method may run in ten minutes for one webhook or app: 1 to 600.\n\
         Not set: no limit.",
    ),
    (
        "recent.window_days",
        "After how many days without change a conversation that is not pinned leaves the recent list:\n\
         1 to 36500. Administrators may change it in the page.",
    ),
    (
        "recent.resident_rows",
        "How many rows of recent lists may stay in memory, over all people: 1000 to 1000000000.\n\
         The lists not read for longest are dropped first, and loaded again when they are asked for.",
    ),
    (
        "push.plain_url",
        "The address by which pages that came over plain HTTP connect to the push channel, such as\n\
         \"http://chat.example.org:8080\"; of use where a proxy serves both schemes at ports of their own.",
    ),
    (
        "files.largest_bytes",
        "How large a file may be, in bytes: 1024 to 5368709120. One that comes inside a call is not counted in\n\
         rest.body_limit_bytes. Administrators may change it in the page.",
    ),
    (
        "files.directory",
        "The folder for the bytes of files. Several servers of one portal need one that they all share, or a\n\
         bucket. Not set: files in the data directory.",
    ),
    (
        "files.s3_endpoint",
        "An S3-compatible store for the bytes of files, such as \"https://s3.eu-central-1.amazonaws.com\".",
    ),
    (
        "files.s3_bucket",
        "The bucket there, which must exist. Not set: files lie in the folder. Needs s3_endpoint.",
    ),
    ("files.s3_region", "The region that requests to the store are signed for."),
    ("files.s3_key_id", "The id of the store's access key. Goes with s3_secret; not set: unsigned requests."),
    ("files.s3_secret", "The secret of the access key."),
    (
        "links.fetch",
        "Whether pages that messages name are asked for their title, description and picture, to be shown below\n\
         the message. The server then asks public machines on the web's own ports, and nobody else.",
    ),
    (
        "links.private_addresses",
        "Whether machines that are not public are asked too, on any port: for tests, and for portals whose people\n\
         may all see whatever this server can reach.",
    ),
    (
        "events.allow_private",
        "Whether applications may have themselves called at addresses that only this machine or its network\n\
         knows, such as \"http://127.0.0.1:8000/\" or \"http://crm.internal/\". Set it to false where those who\n\
         administer the portal should not reach what its server reaches.",
    ),
    ("log.format", "How the log on standard error looks: \"text\" for people, \"json\" for machines."),
    (
        "log.level",
        "What is logged: off, error, warn, info, debug or trace, or a list such as \"info,lately=debug\".",
    ),
    (
        "observe.listen",
        "Addresses with ports to answer /metrics, /healthz and /readyz on over plain HTTP, such as\n\
         \"127.0.0.1:9090\". Whoever reaches them can read them. An empty list: no metrics are served.",
    ),
    (
        "observe.drain_seconds",
        "For how many seconds after being told to stop the server still answers, while /readyz says that\n\
         it stops: longer than load balancers take to notice. 0 to 600.",
    ),
    (
        "people.invite",
        "Who may invite somebody new: \"administrators\", or \"employees\" for everybody who works here.\n\
         Administrators may change it in the page.",
    ),
    (
        "audit.keep_days",
        "For how many days it is kept what was done by whom: 1 to 36500. Administrators may change it in the page.",
    ),
    (
        "clock.start",
        "For tests: the moment at which the portal's clock starts, such as \"2017-10-01T12:00:00Z\".\n\
         Not set: the machine's time.",
    ),
];
