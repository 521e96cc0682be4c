//! The certificate that HTTPS is served with.

use axum::http::Uri;
use jiff::{SignedDuration, Timestamp};
use lately_messenger::{Clock, SystemClock};

use super::Finding;
use crate::config::Config;
use crate::tls::{Identity, TlsError, server_config};

/// With less time left than this, it is time to renew.
const SOON: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Whether it can be read, fits its key, is good for a while, and is made out to the public name.
pub(super) fn certificate(config: &Config) -> Vec<Finding> {
    let https = &config.https;
    if https.listen.is_empty() {
        return vec![Finding::ok("tls", "HTTPS is off")];
    }
    let file = Identity::local_file(&config.data);
    let local = https.certificate.is_none() && https.local_ca;
    if local && !file.exists() {
        return vec![Finding::ok("tls", "the first start makes a local CA and a certificate")];
    }
    let identity = match (&https.certificate, &https.key) {
        (Some(certificate), Some(key)) => Identity::from_files(certificate, key),
        _ if local => Identity::from_files(&file, &file),
        _ => Err(TlsError::NotConfigured),
    };
    match identity.and_then(|identity| server_config(&identity).map(|_| identity)) {
        Ok(identity) => judged(&identity, config, local),
        Err(error) => vec![Finding::fail("tls", error.to_string(), "")],
    }
}

fn judged(identity: &Identity, config: &Config, local: bool) -> Vec<Finding> {
    // Certificates live in the machine's time.
    let mut findings = vec![dated(identity.good_until(), SystemClock::default().now(), local)];
    let host = config.public_url.as_ref().and_then(|url| url.parse::<Uri>().ok()?.host().map(str::to_owned));
    if let Some(host) = host {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        findings.push(if identity.names(host) {
            Finding::ok("tls", format!("the certificate is made out to {host}"))
        } else {
            let advice = "Clients will refuse it: get one for that name, or set public_url or https.hosts.";
            Finding::fail("tls", format!("the certificate is not made out to {host}"), advice)
        });
    }
    findings
}

fn dated(until: Option<Timestamp>, now: Timestamp, local: bool) -> Finding {
    let Some(until) = until else {
        return Finding::warn(
            "tls",
            "the certificate's dates cannot be read",
            "Look at it with openssl x509.",
        );
    };
    let what = format!("the certificate is good until {}", until.strftime("%Y-%m-%d %H:%M UTC"));
    let advice = if local {
        "Start the server again: it makes a new one."
    } else {
        "Renew it, and start the server again."
    };
    if until <= now {
        Finding::fail("tls", what, advice)
    } else if until <= now + SOON {
        Finding::warn("tls", what, advice)
    } else {
        Finding::ok("tls", what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[test]
    fn a_certificate_is_renewed_in_time() {
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        let health = |hours| dated(Some(now + SignedDuration::from_hours(hours)), now, false).health;
        assert_eq!([-1, 24 * 13, 24 * 15].map(health), [Health::Fail, Health::Warn, Health::Ok]);
        assert_eq!(dated(None, now, true).health, Health::Warn);
    }

    #[test]
    fn a_local_certificate_is_read_with_its_dates_and_names_and_never_made() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config { data: dir.path().to_owned(), ..Config::default() };
        config.https.listen = vec!["127.0.0.1:0".parse().unwrap()];
        assert_eq!(certificate(&config)[0].health, Health::Fail, "neither files nor a CA");
        config.https.local_ca = true;
        assert_eq!(certificate(&config)[0].health, Health::Ok);
        assert!(!Identity::local_file(dir.path()).exists());
        let now = SystemClock::default().now();
        Identity::load(&config.https, dir.path(), now).unwrap();
        for (url, health) in [("https://localhost", Health::Ok), ("https://chat.example", Health::Fail)] {
            config.public_url = Some(url.to_owned());
            let healths: Vec<_> = certificate(&config).iter().map(|finding| finding.health).collect();
            assert_eq!(healths, [Health::Ok, health], "{url}");
        }
    }
}
