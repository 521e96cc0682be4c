//! What a setting of the right type may still not be: out of its range, or at odds with another.

use axum::http::Uri;
use lately_model::Inviters;
use lately_model::setting::{self, KEEP_DAYS, LARGEST_FILE, WINDOW_DAYS};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::{Config, ConfigError};

impl Config {
    /// The first key whose value is of the right type and yet cannot be, with what to write instead.
    pub(super) fn flaw(&self) -> Option<(&'static str, String)> {
        let (limits, rest, recent) = (&self.limits, &self.rest, &self.recent);
        let operating = limits.operating_seconds.unwrap_or(1);
        [
            ("data", self.data.as_os_str().is_empty().then(|| "name a directory".to_owned())),
            ("database", self.database().err().map(reason)),
            ("bus", self.bus.as_deref().and_then(bad_bus)),
            ("public_url", self.public_url.as_deref().and_then(bad_origin)),
            ("time_zone", self.zone().err().map(reason)),
            ("https.listen", self.clash()),
            ("https.listen", self.no_identity()),
            ("https.certificate", self.certificate_without_key()),
            ("https.key", self.key_without_certificate()),
            ("https.local_ca", self.two_identities()),
            ("https.hosts", self.bad_hosts()),
            ("rest.revision", bad_revision(rest.revision)),
            ("rest.body_limit_bytes", outside(rest.body_limit_bytes, 1024, 1 << 30)),
            ("oauth.url", self.oauth.url.as_deref().and_then(bad_origin)),
            ("limits.bucket_size", outside(limits.bucket_size, 1, 1_000_000)),
            ("limits.bucket_drain", outside(limits.bucket_drain, 0.01, 1_000_000.0)),
            ("limits.operating_seconds", outside(operating, 1, 600)),
            ("recent.window_days", outside(i64::from(recent.window_days), WINDOW_DAYS.0, WINDOW_DAYS.1)),
            ("recent.resident_rows", outside(recent.resident_rows, 1_000, 1_000_000_000)),
            ("push.plain_url", self.push.plain_url.as_deref().and_then(bad_origin)),
            ("files.largest_bytes", outside(self.files.largest_bytes, LARGEST_FILE.0, LARGEST_FILE.1)),
            ("files.s3_endpoint", self.files.s3_endpoint.as_deref().and_then(bad_endpoint)),
            ("files.s3_bucket", self.bucket_alone()),
            ("files.s3_secret", self.half_credential()),
            ("portal.name", setting::name(self.portal.name.trim()).err()),
            ("people.invite", bad_inviters(&self.people.invite)),
            ("audit.keep_days", outside(self.audit.keep_days, KEEP_DAYS.0, KEEP_DAYS.1)),
            ("log.level", bad_level(&self.log.level)),
            ("observe.drain_seconds", outside(self.observe.drain_seconds, 0, 600)),
            ("clock.start", self.clock_start().err().map(reason)),
        ]
        .into_iter()
        .find_map(|(key, reason)| reason.map(|reason| (key, reason)))
    }

    fn clash(&self) -> Option<String> {
        let same = self.https.listen.iter().find(|a| a.port() != 0 && self.http.listen.contains(a))?;
        Some(format!("{same} is in http.listen too; give each its own port"))
    }

    fn no_identity(&self) -> Option<String> {
        let https = &self.https;
        let none = https.certificate.is_none() && https.key.is_none() && !https.local_ca;
        let advice = "needs a certificate; set https.certificate and https.key, or https.local_ca = true";
        (none && !https.listen.is_empty()).then(|| advice.to_owned())
    }

    fn certificate_without_key(&self) -> Option<String> {
        let lone = self.https.certificate.is_some() && self.https.key.is_none();
        lone.then(|| "https.key is missing; name the file of the certificate's private key".to_owned())
    }

    fn key_without_certificate(&self) -> Option<String> {
        let lone = self.https.key.is_some() && self.https.certificate.is_none();
        lone.then(|| "https.certificate is missing; name the file of the key's certificate".to_owned())
    }

    fn two_identities(&self) -> Option<String> {
        let both = self.https.local_ca && self.https.certificate.is_some();
        both.then(|| "is on and https.certificate is set; use one of them".to_owned())
    }

    fn bucket_alone(&self) -> Option<String> {
        let alone = self.files.s3_bucket.is_some() && self.files.s3_endpoint.is_none();
        alone.then(|| "files.s3_endpoint is missing; write the address of the store".to_owned())
    }

    fn half_credential(&self) -> Option<String> {
        let half = self.files.s3_key_id.is_some() != self.files.s3_secret.is_some();
        half.then(|| "files.s3_key_id and files.s3_secret go together; set both or none".to_owned())
    }

    fn bad_hosts(&self) -> Option<String> {
        let none = self.https.local_ca && self.https.hosts.iter().all(|host| host.trim().is_empty());
        none.then(|| "https.local_ca needs at least one name or address to certify".to_owned())
    }
}
fn bad_origin(url: &str) -> Option<String> {
    let good = url.parse::<Uri>().is_ok_and(|uri| {
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        let bare = uri.path_and_query().is_none_or(|rest| rest.as_str() == "/");
        scheme && host && bare && uri.authority().is_some_and(|a| !a.as_str().contains('@'))
    });
    (!good).then(|| format!("\"{url}\": write scheme and host only, such as \"https://chat.example.org\""))
}

fn bad_endpoint(url: &str) -> Option<String> {
    let good = url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    (!good).then(|| format!("\"{url}\": write an address such as \"https://s3.example.org\""))
}

fn bad_bus(address: &str) -> Option<String> {
    let good = |one: &str| ["nats://", "tls://"].iter().any(|scheme| one.trim().starts_with(scheme));
    (!address.split(',').all(good)).then(|| {
        "write an address such as \"nats://127.0.0.1:4222\"; several have commas between them".to_owned()
    })
}

fn bad_revision(revision: u32) -> Option<String> {
    (![29, 33].contains(&revision)).then(|| format!("{revision} does not exist; use 29 or 33"))
}

fn bad_inviters(word: &str) -> Option<String> {
    let bad = Inviters::from_word(word).is_none();
    bad.then(|| format!("\"{word}\": write administrators or employees"))
}

fn bad_level(level: &str) -> Option<String> {
    // A bare word that is no level would be taken for a module's name and silence all others.
    let words = level.split(',').all(|part| part.contains('=') || part.trim().parse::<LevelFilter>().is_ok());
    let good = words && EnvFilter::builder().parse(level).is_ok();
    (!good).then(|| {
        let levels = "off, error, warn, info, debug or trace";
        format!("\"{level}\": write {levels}, or a list such as \"info,lately=debug\"")
    })
}

fn outside<T: PartialOrd + std::fmt::Display>(value: T, least: T, most: T) -> Option<String> {
    let within = value >= least && value <= most;
    (!within).then(|| format!("{value} is out of range; use {least} to {most}"))
}

fn reason(error: ConfigError) -> String {
    match error {
        ConfigError::Value { reason, .. } => reason,
        other => other.to_string(),
    }
}
