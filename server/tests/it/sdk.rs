//! Real client libraries, unmodified from their registries, against a demo portal over HTTPS with its local CA.
//!
//! What they are asked lies in `tests/sdk`; docs/sdk.md tells people how to do the same. Must hold: they are told of the
//! portal's CA the way each documents, they call the portal by its name without a port, and nothing of the machine is
//! changed for it. Never installs anything: the test command does.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::http;

/// The name in the certificate that has dots and an ending, as b24pysdk wants it.
const HOST: &str = "portal.lately.test";

/// Where b24pysdk asks for tokens, whatever the portal says.
const AUTHORITY: &str = "oauth.bitrix24.tech";

/// The data directory's name, as `lately demo` has it unless told otherwise.
const DATA: &str = "portal";

/// Followed by a pattern of file names.
const PYTHON_TESTS: [&str; 6] = ["-W", "error::RuntimeWarning", "-m", "unittest", "discover", "-p"];

/// How long a bot may take that looks once a second.
const PATIENCE: Duration = Duration::from_secs(60);

const HOW_TO_INSTALL: &str = "install it with `cargo xtask test --only unit`";

#[test]
fn b24pysdk_works_unmodified() {
    Portal::start().pass(python().args(PYTHON_TESTS).arg("pysdk_*.py"));
}

#[test]
fn fast_bitrix24_works_unmodified() {
    Portal::start().pass(python().args(PYTHON_TESTS).arg("fast_*.py"));
}

#[test]
fn b24jssdk_works_unmodified() {
    // One file after the other, for they share people.
    Portal::start().pass(node().args(["--test", "--test-concurrency=1", "--test-reporter=tap"]));
}

/// As a reader pastes them: where `portal/` lies, with what the page has them export.
#[test]
fn the_lines_of_the_page_work() {
    let portal = Portal::start();
    let here = portal.dir.path();
    std::os::unix::fs::symlink(sdk_tests().join("node/node_modules"), here.join("node_modules")).unwrap();
    let page = include_str!("../../../docs/sdk.md");
    let (python_lines, js_lines) = (blocks(page, "python"), blocks(page, "js"));
    assert_eq!((python_lines.len(), js_lines.len()), (2, 1));
    for lines in python_lines {
        let printed = portal.pass(python().arg("-c").arg(lines).current_dir(here));
        assert!(printed.contains("'counter': '3'"), "{lines}\n{printed}");
    }
    for lines in js_lines {
        let printed = portal.pass(node().args(["--input-type=module", "-e"]).arg(lines).current_dir(here));
        assert!(printed.contains("counter: '3'"), "{lines}\n{printed}");
    }
}

/// The program of the page about bots, as a reader pastes it, answers whoever writes to its bot.
#[tokio::test]
async fn the_bot_of_the_page_answers() {
    let portal = Portal::start();
    let page = include_str!("../../../docs/bots.md");
    let [program] = fenced(page, "python")[..] else { panic!("one program") };
    let mut echo = python();
    echo.arg("-c").arg(program).current_dir(portal.dir.path()).stdout(Stdio::piped());
    let mut echo = Dying(echo.spawn().unwrap());
    let mut lines = BufReader::new(echo.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let said = lines.next().expect("it says which user it is");
    let bot: i64 = said.rsplit(' ').next().unwrap().parse().expect("a number");
    let offer = std::fs::read_to_string(portal.data().join("portal.json")).unwrap();
    let offer: Value = serde_json::from_str(&offer).unwrap();
    let address = offer["users"][1]["webhook"]["http"].as_str().unwrap().to_owned();
    let bob = lately_testkit::Client::new(address, 2, http());
    let asked = bob.say(bot, "Is anybody there?").await;
    let answered = async {
        loop {
            let page = bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": bot, "FIRST_ID": asked })).await;
            if let Some(message) = page["messages"].as_array().unwrap().first() {
                return message.clone();
            }
            tokio::task::yield_now().await;
        }
    };
    let message = tokio::time::timeout(PATIENCE, answered).await.expect("it answers");
    assert_eq!((&message["author_id"], &message["text"]), (&json!(bot), &json!("Is anybody there?")));
}

/// The fenced blocks of a page in this language; each has the five lines that the page promises.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let blocks = fenced(page, language);
    assert!(blocks.iter().all(|block| block.lines().count() == 5), "{blocks:#?}");
    blocks
}

fn fenced<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

/// A program that ends with the test.
struct Dying(Child);

impl Drop for Dying {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A demo portal of its own that dies with the test.
struct Portal {
    child: Child,
    tunnel: SocketAddr,
    dir: TempDir,
}

impl Portal {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut demo = lately(&dir.path().join(DATA), &["demo", "--port", "0", "--tls-port", "0"]);
        let names = [HOST, AUTHORITY, "localhost", "127.0.0.1"];
        demo.env("LATELY__HTTPS__HOSTS", names.join(","));
        let mut child = demo.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let ready = lines.find(|line| line.starts_with("ready ")).expect("the demo gets ready");
        let https = ready.split_once("https://").and_then(|(_, address)| address.parse().ok());
        let tunnel = open_tunnel(https.expect("an address for HTTPS"));
        let portal = Self { child, tunnel, dir };
        portal.describe();
        portal
    }

    /// Writes what the demo offers and what it does not: the name, two webhooks that differ from everybody's, and an
    /// application with tokens of alice, and with one of bob that has ended.
    fn describe(&self) {
        let offer = std::fs::read_to_string(self.data().join("portal.json")).unwrap();
        let mut offer: Value = serde_json::from_str(&offer).unwrap();
        offer["host"] = json!(HOST);
        offer["today"] = json!(self.webhook(&["--user", "1", "--scope", "all", "--revision", "33"]));
        offer["narrow"] = json!(self.webhook(&["--user", "2", "--scope", "user"]));
        offer["app"] = self.app(&["add", "--title", "Stock bot", "--scope", "im,user,pull"]);
        let client_id = offer["app"]["client_id"].as_str().unwrap().to_owned();
        offer["tokens"] = self.app(&["token", &client_id, "--user", "1"]);
        offer["expired"] = self.app(&["token", &client_id, "--user", "2", "--expired"]);
        std::fs::write(self.description(), offer.to_string()).unwrap();
    }

    fn webhook(&self, options: &[&str]) -> String {
        let made = lately(&self.data(), &["webhook", "add"]).args(options).output().unwrap();
        assert!(made.status.success(), "webhook add {options:?} ended with {}", made.status);
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }

    /// What `lately app` prints.
    fn app(&self, words: &[&str]) -> Value {
        let made = lately(&self.data(), &["app"]).args(words).output().unwrap();
        assert!(made.status.success(), "app {words:?} ended with {}", made.status);
        serde_json::from_slice(&made.stdout).unwrap()
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join(DATA)
    }

    fn description(&self) -> PathBuf {
        self.dir.path().join("sdk.json")
    }

    /// Runs a program that uses an SDK; answers what it printed, or fails with that.
    fn pass(&self, program: &mut Command) -> String {
        let ca = self.data().join("ca.pem");
        for trust in ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
            program.env(trust, &ca);
        }
        // In small letters, so that they count before what the machine has set.
        program.env("https_proxy", format!("http://{}", self.tunnel)).env("no_proxy", "127.0.0.1");
        let done = program.env("LATELY_PORTAL", self.description()).output();
        let done =
            done.unwrap_or_else(|error| panic!("{:?}: {error}; {HOW_TO_INSTALL}", program.get_program()));
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        let ran = !err.contains("Ran 0 tests") && !out.contains("# tests 0");
        assert!(done.status.success() && ran, "{program:?} ended with {}\n{out}\n{err}", done.status);
        out.into_owned()
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

/// Python with its SDKs, where their tests lie.
fn python() -> Command {
    let program = target().join("sdk/venv/bin/python");
    assert!(program.exists(), "{} is missing: {HOW_TO_INSTALL}", program.display());
    let mut command = Command::new(program);
    command.arg("-B").current_dir(sdk_tests().join("python"));
    command
}

/// Node, where its SDK and the tests lie.
fn node() -> Command {
    let dir = sdk_tests().join("node");
    let sdk = dir.join("node_modules/@bitrix24/b24jssdk");
    assert!(sdk.exists(), "{} is missing: {HOW_TO_INSTALL}", sdk.display());
    let mut command = Command::new("node");
    command.current_dir(dir);
    command
}

fn sdk_tests() -> PathBuf {
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
    if !target.ends_with(".lately.test:443") && target != format!("{AUTHORITY}:443") {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
    }
    let mut server = TcpStream::connect(portal)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
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
