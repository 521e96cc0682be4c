//! The local CA: made once, kept for ever, and the certificates that it issues for the server.
//!
//! Must hold: private keys are readable by the owner only; a file is put in place whole or not at all.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};

use super::{CA_FILE, TlsError, certificates, private_key, provider, read};

pub(super) const CA_KEY_FILE: &str = "ca.key.pem";
pub(super) const SERVER_FILE: &str = "server.pem";

const CA_LIFE: SignedDuration = SignedDuration::from_hours(24 * 3652);
const LEAF_LIFE: SignedDuration = SignedDuration::from_hours(24 * 397);
const RENEWAL: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How far a client's clock may be behind the server's.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// The local CA.
pub(super) struct Authority {
    file: PathBuf,
    key_file: PathBuf,
    certificate: CertificateDer<'static>,
}

impl Authority {
    pub(super) fn open(dir: &Path, now: Timestamp) -> Result<Self, TlsError> {
        let (file, key_file) = (dir.join(CA_FILE), dir.join(CA_KEY_FILE));
        if !file.exists() {
            create(dir, &file, &key_file, now)?;
        }
        let certificate = certificates(&file, &read(&file)?)?.swap_remove(0);
        if !in_its_dates(&certificate, now) {
            return Err(TlsError::CaDates { ca: file, key: key_file, now });
        }
        Ok(Self { file, key_file, certificate })
    }

    /// Whether the server's certificate in `file` is of this CA, for exactly `hosts`, and will be for a
    /// while.
    pub(super) fn vouches_for(&self, file: &Path, hosts: &[String], now: Timestamp) -> bool {
        let Ok(text) = read(file) else { return false };
        let Ok(chain) = certificates(file, &text) else { return false };
        let Some(leaf) = chain.first() else { return false };
        let whole = private_key(file, &text).is_ok() && text.lines().next() == Some(&title(hosts));
        whole && self.signed(leaf, now) && self.signed(leaf, now + RENEWAL)
    }

    fn signed(&self, leaf: &CertificateDer<'_>, at: Timestamp) -> bool {
        verify(leaf, &self.certificate, at).is_ok()
    }

    /// A new key with its certificate, as text: title, certificate, key.
    pub(super) fn issue(&self, hosts: &[String], now: Timestamp) -> Result<String, TlsError> {
        if !self.key_file.exists() {
            return Err(TlsError::CaKeyMissing { ca: self.file.clone(), key: self.key_file.clone() });
        }
        let ca_key = ca_key(&self.key_file)?;
        let issuer = Issuer::new(ca_params(&ca_key, now), ca_key);
        let key = KeyPair::generate()?;
        let leaf: Certificate = leaf_params(hosts, now)?.signed_by(&key, &issuer)?;
        if !self.signed(leaf.der(), now) {
            return Err(TlsError::CaMismatch { ca: self.file.clone(), key: self.key_file.clone() });
        }
        Ok(format!("{}\n{}{}", title(hosts), leaf.pem(), key.serialize_pem()))
    }
}

/// Makes the CA, from the key that a start cut short may have left.
fn create(dir: &Path, file: &Path, key_file: &Path, now: Timestamp) -> Result<(), TlsError> {
    std::fs::create_dir_all(dir).map_err(|source| TlsError::Write { file: dir.to_owned(), source })?;
    let key = if key_file.exists() {
        ca_key(key_file)?
    } else {
        let key = KeyPair::generate()?;
        write(key_file, &key.serialize_pem(), Reader::Owner)?;
        key
    };
    let ca = ca_params(&key, now).self_signed(&key)?;
    write(file, &ca.pem(), Reader::Anyone)
}

fn ca_key(file: &Path) -> Result<KeyPair, TlsError> {
    KeyPair::from_pem(&read(file)?)
        .map_err(|error| TlsError::NoKey { file: file.to_owned(), reason: error.to_string() })
}

/// The CA's certificate but for the signature. Its name comes from its key, so that two CAs never share one.
fn ca_params(key: &KeyPair, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mark: String = params.key_identifier(key).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name = named(&format!("Lately local CA {mark}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    dated(params, now, CA_LIFE)
}

pub(super) fn leaf_params(hosts: &[String], now: Timestamp) -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name = named("Lately server");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(dated(params, now, LEAF_LIFE))
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn dated(mut params: CertificateParams, now: Timestamp, life: SignedDuration) -> CertificateParams {
    let begin = now - SLACK;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_epoch(begin);
    params.not_after = epoch + since_epoch(begin + life);
    params
}

fn since_epoch(at: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0))
}

/// The first line of the server's file. PEM readers skip it; it tells which hosts the certificate was made
/// for.
fn title(hosts: &[String]) -> String {
    format!("Lately server: {}", hosts.join(", "))
}

pub(super) fn check_hosts(hosts: &[String]) -> Result<(), TlsError> {
    if hosts.is_empty() {
        return Err(TlsError::NoHosts);
    }
    match hosts.iter().find(|host| ServerName::try_from(host.strip_prefix("*.").unwrap_or(host)).is_err()) {
        Some(host) => Err(TlsError::Host { host: host.clone() }),
        None => Ok(()),
    }
}

fn verify(leaf: &CertificateDer<'_>, ca: &CertificateDer<'_>, at: Timestamp) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(ca.clone().into_owned())?;
    let at = UnixTime::since_unix_epoch(since_epoch(at));
    let algorithms = provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(
        &ParsedCertificate::try_from(leaf)?,
        &roots,
        &[],
        at,
        algorithms,
    )
}

/// Whether a CA's own dates hold. Chain checks never look at a trust anchor's dates, so it is checked as if
/// it were a server's certificate: its dates come first there, all that can follow is that a CA is no server.
fn in_its_dates(ca: &CertificateDer<'_>, at: Timestamp) -> bool {
    use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    let outcome = verify(ca, ca, at);
    !matches!(
        outcome,
        Err(rustls::Error::InvalidCertificate(
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. }
        ))
    )
}
/// The last moment of a certificate: what the check at the end of all days says it came too late for.
pub(super) fn not_after(certificate: &CertificateDer<'static>) -> Option<Timestamp> {
    match verify(certificate, certificate, Timestamp::MAX) {
        Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            i64::try_from(not_after.as_secs()).ok().and_then(|at| Timestamp::from_second(at).ok())
        }
        _ => None,
    }
}

/// Who may read a file.
#[derive(Clone, Copy)]
pub(super) enum Reader {
    Owner,
    Anyone,
}

/// Puts a whole file in place: a start cut short leaves the old one or the new one, never a part.
pub(super) fn write(file: &Path, text: &str, reader: Reader) -> Result<(), TlsError> {
    let part = file.with_extension("part");
    let attempt = || {
        // A leftover would keep its own mode.
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut open = OpenOptions::new();
        open.write(true).create_new(true);
        restrict(&mut open, reader);
        let mut out = open.open(&part)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&part, file)
    };
    attempt().map_err(|source| TlsError::Write { file: file.to_owned(), source })
}

#[cfg(unix)]
fn restrict(open: &mut OpenOptions, reader: Reader) {
    use std::os::unix::fs::OpenOptionsExt;
    open.mode(match reader {
        Reader::Owner => 0o600,
        Reader::Anyone => 0o644,
    });
}

#[cfg(not(unix))]
fn restrict(_: &mut OpenOptions, _: Reader) {}
