//! Who the server says it is: the local CA over its whole life, and files that cannot serve.

use std::os::unix::fs::PermissionsExt;

use jiff::SignedDuration;
use rcgen::KeyPair;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::authority::{CA_KEY_FILE, leaf_params};
use super::*;

const NOW: &str = "2026-03-01T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn hosts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn served(dir: &Path) -> String {
    std::fs::read_to_string(dir.join(SERVER_FILE)).unwrap()
}

fn mode(file: PathBuf) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_client_that_trusts_the_local_ca_reaches_every_host_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    // The handshake asks the machine for its time, so the certificate is made for now.
    #[expect(clippy::disallowed_methods, reason = "the client checks against the machine's time")]
    let identity = Identity::from_local_ca(
        dir.path(),
        &hosts(&["portal.lately.test", "127.0.0.1", "::1"]),
        Timestamp::now(),
    );
    let acceptor = TlsAcceptor::from(server_config(&identity.unwrap()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let ca = CertificateDer::from_pem_file(dir.path().join(CA_FILE)).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(ca).unwrap();
    let mut client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let connector = TlsConnector::from(Arc::new(client));
    for (name, good) in
        [("portal.lately.test", true), ("127.0.0.1", true), ("::1", true), ("evil.test", false)]
    {
        let stream = TcpStream::connect(address).await.unwrap();
        let outcome = connector.connect(ServerName::try_from(name).unwrap(), stream).await;
        assert_eq!(outcome.is_ok(), good, "{name}");
        if let Ok(stream) = outcome {
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        }
    }
}

#[test]
fn keys_are_readable_by_their_owner_only_and_nothing_else_is_left_behind() {
    let dir = tempfile::tempdir().unwrap();
    Identity::from_local_ca(dir.path(), &hosts(&["localhost"]), now()).unwrap();
    assert_eq!(mode(dir.path().join(CA_KEY_FILE)), 0o600);
    assert_eq!(mode(dir.path().join(SERVER_FILE)), 0o600);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[test]
fn the_certificate_is_kept_until_the_hosts_change_or_thirty_days_are_left() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (hosts(&["a.test", "b.test"]), hosts(&["a.test"]));
    let served_at = |hosts: &[String], at| {
        Identity::from_local_ca(dir.path(), hosts, at).unwrap();
        served(dir.path())
    };
    let first = served_at(&one, now());
    assert_eq!(served_at(&one, now() + days(365)), first);
    let fewer = served_at(&two, now());
    assert_ne!(fewer, first);
    let renewed = served_at(&two, now() + days(367));
    assert_ne!(renewed, fewer);
    assert_eq!(served_at(&two, now() + days(700)), renewed);
    assert_ne!(served_at(&two, now()), renewed, "made in the future by a wrong clock");
}

#[test]
fn a_damaged_server_file_is_made_anew_and_the_ca_stays() {
    let dir = tempfile::tempdir().unwrap();
    let names = hosts(&["a.test"]);
    Identity::from_local_ca(dir.path(), &names, now()).unwrap();
    let ca = std::fs::read(dir.path().join(CA_FILE)).unwrap();
    std::fs::write(dir.path().join(SERVER_FILE), "half").unwrap();
    let identity = Identity::from_local_ca(dir.path(), &names, now()).unwrap();
    assert!(server_config(&identity).is_ok());
    assert_eq!(std::fs::read(dir.path().join(CA_FILE)).unwrap(), ca);
}

#[test]
fn a_start_cut_short_after_the_key_goes_on_with_that_key() {
    let dir = tempfile::tempdir().unwrap();
    Identity::from_local_ca(dir.path(), &hosts(&["a.test"]), now()).unwrap();
    let key = std::fs::read(dir.path().join(CA_KEY_FILE)).unwrap();
    std::fs::remove_file(dir.path().join(CA_FILE)).unwrap();
    Identity::from_local_ca(dir.path(), &hosts(&["a.test"]), now()).unwrap();
    assert_eq!(std::fs::read(dir.path().join(CA_KEY_FILE)).unwrap(), key);
}

#[test]
fn a_ca_without_its_key_serves_until_a_new_certificate_is_needed() {
    let dir = tempfile::tempdir().unwrap();
    let names = hosts(&["a.test"]);
    Identity::from_local_ca(dir.path(), &names, now()).unwrap();
    std::fs::remove_file(dir.path().join(CA_KEY_FILE)).unwrap();
    assert!(Identity::from_local_ca(dir.path(), &names, now()).is_ok());
    let error = Identity::from_local_ca(dir.path(), &hosts(&["b.test"]), now()).unwrap_err();
    assert!(matches!(error, TlsError::CaKeyMissing { .. }), "{error}");
}

#[test]
fn a_ca_with_the_key_of_another_is_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for dir in [&one, &two] {
        Identity::from_local_ca(dir.path(), &hosts(&["a.test"]), now()).unwrap();
    }
    std::fs::copy(one.path().join(CA_KEY_FILE), two.path().join(CA_KEY_FILE)).unwrap();
    let error = Identity::from_local_ca(two.path(), &hosts(&["b.test"]), now()).unwrap_err();
    assert!(matches!(error, TlsError::CaMismatch { .. }), "{error}");
}

#[test]
fn a_ca_out_of_its_dates_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let names = hosts(&["a.test"]);
    Identity::from_local_ca(dir.path(), &names, now()).unwrap();
    assert!(Identity::from_local_ca(dir.path(), &names, now() + days(3650)).is_ok());
    for at in [now() - days(2), now() + days(3653)] {
        let error = Identity::from_local_ca(dir.path(), &names, at).unwrap_err();
        assert!(matches!(error, TlsError::CaDates { .. }), "{error}");
    }
}

#[test]
fn hosts_are_names_and_addresses() {
    let dir = tempfile::tempdir().unwrap();
    let good = hosts(&["*.lately.test", "a", "10.0.0.7", "fe80::1"]);
    assert!(Identity::from_local_ca(dir.path(), &good, now()).is_ok());
    for bad in ["", "a b", "https://a.test", "a.test:8443", "пример.test", "a\nb"] {
        let error = Identity::from_local_ca(dir.path(), &hosts(&[bad]), now()).unwrap_err();
        assert!(matches!(error, TlsError::Host { .. }), "{bad}: {error}");
    }
    assert!(matches!(Identity::from_local_ca(dir.path(), &[], now()), Err(TlsError::NoHosts)));
}

#[test]
fn files_that_cannot_serve_are_refused_with_their_names() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let put = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    let (one, two) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let params = leaf_params(&hosts(&["a.test"]), now()).unwrap();
    put("cert.pem", &params.self_signed(&one).unwrap().pem());
    put("key.pem", &one.serialize_pem());
    put("other.pem", &two.serialize_pem());
    put("empty.pem", "");

    let good = Identity::from_files(&path("cert.pem"), &path("key.pem")).unwrap();
    assert!(server_config(&good).is_ok());
    for (certificate, key, named) in [
        ("missing.pem", "key.pem", "cannot read"),
        ("cert.pem", "missing.pem", "cannot read"),
        ("empty.pem", "key.pem", "holds no certificate"),
        ("cert.pem", "empty.pem", "holds no private key"),
        ("cert.pem", "cert.pem", "holds no private key"),
    ] {
        let error = Identity::from_files(&path(certificate), &path(key)).unwrap_err().to_string();
        assert!(error.contains(named) && error.contains(".pem"), "{error}");
    }
    let mixed = Identity::from_files(&path("cert.pem"), &path("other.pem")).unwrap();
    let error = server_config(&mixed).unwrap_err().to_string();
    assert!(error.contains("other.pem is not that of the first certificate in"), "{error}");
}

#[test]
fn without_files_and_without_a_local_ca_the_error_names_the_keys_to_set() {
    let dir = tempfile::tempdir().unwrap();
    let error = Identity::load(&Https::default(), dir.path(), now()).unwrap_err().to_string();
    assert!(error.contains("https.certificate") && error.contains("https.local_ca"), "{error}");
}
