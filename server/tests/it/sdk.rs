//! Real client libraries, unmodified from their registries, against a demo portal over HTTPS with its local CA.
//!
//! What they are asked lies in `tests/sdk`; docs/sdk.md tells people how to do the same. Must hold: they trust the
//! portal's CA and nothing else, b24pysdk calls it by its name without a port, and nothing of the machine is changed for
//! it. Never installs anything: the test command does.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The name in the certificate that has dots and an ending, as b24pysdk wants it.
const HOST: &str = "portal.lately.test";

const HOW_TO_INSTALL: &str = "install it with `cargo xtask test --only unit`";

#[test]
fn b24pysdk_works_unmodified() {
    let portal = Portal::start();
    let proxy = format!("http://{}", open_tunnel(portal.https));
    portal.pass(python("pysdk_*.py").env("https_proxy", proxy));
}

#[test]
fn fast_bitrix24_works_unmodified() {
    Portal::start().pass(&mut python("fast_*.py"));
}

#[test]
fn b24jssdk_works_unmodified() {
    Portal::start().pass(&mut node());
}

/// A demo portal of its own that dies with the test.
struct Portal {
    child: Child,
    https: SocketAddr,
    dir: TempDir,
}

impl Portal {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut demo = lately(dir.path(), &["demo", "--port", "0", "--tls-port", "0"]);
        let mut child = demo.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let ready = lines.find(|line| line.starts_with("ready ")).expect("the demo gets ready");
        let https = ready.split_once("https://").and_then(|(_, address)| address.parse().ok());
        let portal = Self { child, https: https.expect("an address for HTTPS"), dir };
        portal.describe();
        portal
    }

    /// Writes what the demo offers and what it does not: the name, and two webhooks that differ from everybody's.
    fn describe(&self) {
        let offer = std::fs::read_to_string(self.dir.path().join("portal.json")).unwrap();
        let mut offer: Value = serde_json::from_str(&offer).unwrap();
        offer["host"] = json!(HOST);
        offer["today"] = json!(self.webhook(&["--user", "1", "--scope", "all", "--revision", "33"]));
        offer["narrow"] = json!(self.webhook(&["--user", "2", "--scope", "user"]));
        std::fs::write(self.description(), offer.to_string()).unwrap();
    }

    fn webhook(&self, options: &[&str]) -> String {
        let made = lately(self.dir.path(), &["webhook", "add"]).args(options).output().unwrap();
        assert!(made.status.success(), "webhook add {options:?} ended with {}", made.status);
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }

    fn description(&self) -> PathBuf {
        self.dir.path().join("sdk.json")
    }

    /// Runs tests written with an SDK; fails with what they printed.
    fn pass(&self, tests: &mut Command) {
        let ca = self.dir.path().join("ca.pem");
        for trust in ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
            tests.env(trust, &ca);
        }
        // In small letters, so that it counts before what the machine has set.
        tests.env("LATELY_PORTAL", self.description()).env("no_proxy", "127.0.0.1");
        let done = tests.output();
        let done =
            done.unwrap_or_else(|error| panic!("{:?}: {error}; {HOW_TO_INSTALL}", tests.get_program()));
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        let ran = !err.contains("Ran 0 tests") && !out.contains("# tests 0");
        assert!(done.status.success() && ran, "{tests:?} ended with {}\n{out}\n{err}", done.status);
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn lately(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lately"));
    command.arg("--data").arg(data).args(words).stderr(Stdio::null());
    command
}

/// The tests in Python whose files have such names.
fn python(files: &str) -> Command {
    let program = target().join("sdk/venv/bin/python");
    assert!(program.exists(), "{} is missing: {HOW_TO_INSTALL}", program.display());
    let mut command = Command::new(program);
    command.args(["-B", "-W", "error::RuntimeWarning", "-m", "unittest", "discover", "-p", files]);
    command.current_dir(tests().join("python"));
    command
}

/// All tests in JavaScript, one file after the other, for they share people.
fn node() -> Command {
    let dir = tests().join("node");
    let sdk = dir.join("node_modules/@bitrix24/b24jssdk");
    assert!(sdk.exists(), "{} is missing: {HOW_TO_INSTALL}", sdk.display());
    let mut command = Command::new("node");
    command.args(["--test", "--test-concurrency=1", "--test-reporter=tap"]).current_dir(dir);
    command
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("tests").join("sdk")
}

/// Where cargo builds, found as the test command finds it.
fn target() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// A proxy that leads every name to the portal, so that a client finds it by name and without a port though nobody
/// touched the machine's table of names or is allowed port 443. It passes bytes on: the client speaks TLS with the portal.
fn open_tunnel(portal: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            thread::spawn(move || tunnel(client?, portal));
        }
    });
    address
}

fn tunnel(mut client: TcpStream, portal: SocketAddr) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    if !target.ends_with(".lately.test:443") {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
    }
    let mut server = TcpStream::connect(portal)?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let there = thread::spawn(move || {
        drop(io::copy(&mut from_client, &mut to_server));
        to_server.shutdown(std::net::Shutdown::Write)
    });
    io::copy(&mut server, &mut client)?;
    client.shutdown(std::net::Shutdown::Write)?;
    drop(there.join());
    Ok(())
}
