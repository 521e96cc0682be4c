//! Who the server says it is over TLS: a certificate from files, or one that it issues itself.
//!
//! Owns the local CA: `ca.pem` (public, clients trust it), `ca.key.pem` and `server.pem` (the certificate in
//! use with its key), the last two readable by the owner only. A CA once made is never replaced by itself,
//! because clients were told to trust it; the server's certificate is, whenever it no longer fits.
//!
//! The time handed in here is always the machine's, never the portal's clock: other machines check these
//! dates.

mod authority;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;

use crate::config::Https;
use authority::{Authority, Reader, SERVER_FILE, check_hosts, write};

/// The local CA's certificate in the data directory: what clients are told to trust.
pub const CA_FILE: &str = "ca.pem";

/// A certificate chain with its private key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    certificate_file: PathBuf,
    key_file: PathBuf,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("certificate_file", &self.certificate_file).finish_non_exhaustive()
    }
}

/// Why there is no usable identity. Each text names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Neither files nor a local CA are configured.
    #[error("HTTPS needs a certificate: set https.certificate and https.key, or https.local_ca = true")]
    NotConfigured,
    /// A file cannot be read.
    #[error("cannot read {}: {source}; it must exist and be readable to the server", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the local CA cannot be written.
    #[error("cannot write {}: {source}; the server's user must be able to write there", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file holds no certificate.
    #[error(
        "{} holds no certificate in PEM form ({reason}); \
         it must hold the server's certificate, then the intermediates",
        file.display()
    )]
    NoCertificate {
        /// The file.
        file: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// A file holds no private key.
    #[error(
        "{} holds no private key in PEM form ({reason}); \
         it must hold one that is not encrypted (PKCS#8, PKCS#1 or SEC1)",
        file.display()
    )]
    NoKey {
        /// The file.
        file: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// The key belongs to another certificate.
    #[error(
        "the key in {} is not that of the first certificate in {}; \
         name the key that the certificate was made for, \
         and put the server's certificate before the intermediates",
        key.display(), certificate.display()
    )]
    KeyMismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The TLS library does not take the certificate or the key.
    #[error("cannot use the certificate in {} with its key: {source}", certificate.display())]
    Refused {
        /// The certificate's file.
        certificate: PathBuf,
        /// What the library said.
        source: rustls::Error,
    },
    /// A host that no certificate can name.
    #[error(
        "https.hosts: \"{host}\" is no host name and no IP address; \
         write such as \"chat.example.org\" or \"10.0.0.7\""
    )]
    Host {
        /// The host as written.
        host: String,
    },
    /// Nothing to certify.
    #[error("https.hosts is empty; name at least one host for the certificate")]
    NoHosts,
    /// The CA's key is gone.
    #[error(
        "{} is missing, so no new server certificate can be issued; \
         put it back, or delete {} to have a new CA made, \
         which clients must then be told to trust",
        key.display(), ca.display()
    )]
    CaKeyMissing {
        /// The CA's certificate.
        ca: PathBuf,
        /// The missing key.
        key: PathBuf,
    },
    /// The CA's key and certificate are of two CAs.
    #[error(
        "{} and {} do not belong together; put the right ones back, or delete both to have a new CA made, \
         which clients must then be told to trust",
        ca.display(), key.display()
    )]
    CaMismatch {
        /// The CA's certificate.
        ca: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The CA is out of its dates.
    #[error(
        "the CA in {} is not valid at {now}; \
         check the machine's clock, or delete the file and {} to have a new CA made, \
         which clients must then be told to trust",
        ca.display(), key.display()
    )]
    CaDates {
        /// The CA's certificate.
        ca: PathBuf,
        /// Its key.
        key: PathBuf,
        /// The machine's time.
        now: Timestamp,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Issue(#[from] rcgen::Error),
}

impl Identity {
    /// The identity that the configuration names: files, or the local CA in the data directory. `now` is the
    /// machine's time.
    ///
    /// # Errors
    /// Neither is configured, or as [`Identity::from_files`] and [`Identity::from_local_ca`].
    pub fn load(https: &Https, data: &Path, now: Timestamp) -> Result<Self, TlsError> {
        match (&https.certificate, &https.key) {
            (Some(certificate), Some(key)) => Self::from_files(certificate, key),
            _ if https.local_ca => Self::from_local_ca(data, &https.hosts, now),
            _ => Err(TlsError::NotConfigured),
        }
    }

    /// The chain in one PEM file with the key in another, or both in the same. That they match is checked by
    /// [`server_config`].
    ///
    /// # Errors
    /// A file that cannot be read or holds no certificate or key.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain = certificates(certificate, &read(certificate)?)?;
        let private = private_key(key, &read(key)?)?;
        Ok(Self { chain, key: private, certificate_file: certificate.to_owned(), key_file: key.to_owned() })
    }

    /// A certificate for `hosts` (names and IP addresses) from the CA in the directory `dir`. Both are made
    /// when they are missing; the certificate is made anew when the hosts have changed or fewer than 30 days
    /// are left. `now` is the machine's time.
    ///
    /// # Errors
    /// A host that no certificate can name, files that cannot be read or written, or a CA without its key or
    /// out of its dates.
    pub fn from_local_ca(dir: &Path, hosts: &[String], now: Timestamp) -> Result<Self, TlsError> {
        check_hosts(hosts)?;
        let server_file = dir.join(SERVER_FILE);
        let authority = Authority::open(dir, now)?;
        if !authority.vouches_for(&server_file, hosts, now) {
            let text = authority.issue(hosts, now)?;
            write(&server_file, &text, Reader::Owner)?;
        }
        Self::from_files(&server_file, &server_file)
    }

    /// Where the local CA in `dir` keeps the server's certificate, whether there is one yet or not.
    pub fn local_file(dir: &Path) -> PathBuf {
        dir.join(SERVER_FILE)
    }

    /// Until when the certificate is good; none when that cannot be read.
    pub fn good_until(&self) -> Option<Timestamp> {
        self.chain.first().and_then(authority::not_after)
    }

    /// Whether the certificate is made out to this name or address.
    pub fn names(&self, host: &str) -> bool {
        let Some(Ok(leaf)) = self.chain.first().map(ParsedCertificate::try_from) else { return false };
        ServerName::try_from(host).is_ok_and(|name| verify_server_name(&leaf, &name).is_ok())
    }
}

/// The TLS side of a listener: TLS 1.2 and 1.3, HTTP/1.1 only.
///
/// # Errors
/// A key that is not the certificate's, or one that the TLS library does not take.
pub fn server_config(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    let certificate = || identity.certificate_file.clone();
    let refused = |source| match source {
        rustls::Error::InconsistentKeys(_) => {
            TlsError::KeyMismatch { certificate: certificate(), key: identity.key_file.clone() }
        }
        source => TlsError::Refused { certificate: certificate(), source },
    };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_no_client_auth()
        .with_single_cert(identity.chain.clone(), identity.key.clone_key())
        .map_err(refused)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn certificates(file: &Path, text: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let none = |reason: String| TlsError::NoCertificate { file: file.to_owned(), reason };
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let chain = chain.map_err(|error| none(error.to_string()))?;
    if chain.is_empty() { Err(none("no certificate found".to_owned())) } else { Ok(chain) }
}

fn private_key(file: &Path, text: &str) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(text.as_bytes())
        .map_err(|error| TlsError::NoKey { file: file.to_owned(), reason: error.to_string() })
}

fn read(file: &Path) -> Result<String, TlsError> {
    std::fs::read_to_string(file).map_err(|source| TlsError::Read { file: file.to_owned(), source })
}

/// How the server speaks TLS with others: it trusts whom its machine trusts.
///
/// # Errors
/// TLS itself cannot be set up.
pub fn outgoing() -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests;
