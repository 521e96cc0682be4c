//! `lately demo --cluster`: three servers of one portal behind a load balancer, what outlives one of them, and the end of
//! all; and `lately balance` by itself.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use lately_testkit::{Browser, Client};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::process::{Process, SECRET, colleagues, http, lately, said, signal, trusting};

/// For how long something is asked again before it counts as lost: far longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn demo(data: &Path) -> Process {
    let mut command = lately();
    command.current_dir(data.parent().unwrap()).arg("--data").arg(data.file_name().unwrap());
    command.args(["demo", "--cluster", "3", "--port", "0", "--tls-port", "0"]).stderr(Stdio::null());
    Process::start(command)
}

fn offer(data: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data.join("portal.json")).unwrap()).unwrap()
}

fn nodes(offer: &Value) -> Vec<String> {
    offer["nodes"].as_array().unwrap().iter().map(|node| node.as_str().unwrap().to_owned()).collect()
}

/// A user of the offer, through this address.
fn client(offer: &Value, user: usize, origin: &str) -> Client {
    let person = &offer["users"][user - 1];
    let secret = person["webhook"]["secret"].as_str().unwrap();
    Client::new(format!("{origin}/rest/{user}/{secret}/"), user as i64, http())
}

/// The process that serves this directory of a portal, which was started beside the portal.
fn server_on(data: &Path) -> Option<u32> {
    let (portal, node) = (data.parent().unwrap(), data.file_name().unwrap().to_str().unwrap());
    let beside = portal.parent().unwrap();
    let name = format!("{}/{node}", portal.file_name().unwrap().to_str().unwrap());
    let here = |process| std::fs::read_link(format!("/proc/{process}/cwd")).is_ok_and(|cwd| cwd == beside);
    let of_it = |process: &u32| {
        let words = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = words.split(|byte| *byte == 0).collect();
        words.contains(&name.as_bytes()) && words.contains(&&b"serve"[..]) && here(*process)
    };
    let names = std::fs::read_dir("/proc").unwrap().flatten();
    names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(of_it)
}

/// Asks again until the newest text in the dialog is this one.
async fn shows(client: &Client, dialog: i64, text: &str) {
    let asking = async { while client.row(dialog).await.is_none_or(|row| row["message"]["text"] != text) {} };
    assert!(timeout(PATIENCE, asking).await.is_ok(), "{text:?} never came to {}", client.url);
}

/// Asks again until there is a good answer.
async fn answers(client: &Client) {
    let asking = async {
        let ask = || http().get(format!("{}profile", client.url)).send();
        while !ask().await.is_ok_and(|answer| answer.status() == 200) {}
    };
    assert!(timeout(PATIENCE, asking).await.is_ok(), "{} never answers", client.url);
}

#[tokio::test]
async fn three_servers_are_one_portal_and_one_may_die() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("portal");
    open_to_all(dir.path());
    let process = demo(&data);
    let first = offer(&data);
    let nodes = nodes(&first);
    assert_eq!(nodes.len(), 3);
    let printed = process.printed().join("\n");
    for text in nodes.iter().chain([&first["curl"].as_str().unwrap().to_owned()]) {
        assert!(printed.contains(text.as_str()), "{text} is not in {printed}");
    }
    for (place, node) in nodes.iter().enumerate() {
        let text = format!("through node {place}");
        client(&first, 1, node).say(2, &text).await;
        for other in &nodes {
            shows(&client(&first, 2, other), 1, &text).await;
        }
        shows(&client(&first, 2, process.origin("http")), 1, &text).await;
    }

    let mut browser = Browser::new(process.origin("http").to_owned(), http());
    let (login, password) =
        (first["users"][1]["login"].as_str().unwrap(), first["password"].as_str().unwrap());
    browser.sign_in(login, password).await;
    for server in nodes.iter().map(String::as_str).chain([process.origin("http")]) {
        assert_eq!(browser.at(server.to_owned()).ok("user.current", json!({})).await["ID"], "2", "{server}");
    }

    let killed = server_on(&data.join("node2")).expect("a node");
    signal(killed, "KILL");
    let (alice, bob) = (client(&first, 1, process.origin("http")), client(&first, 2, process.origin("http")));
    for person in [&alice, &bob] {
        answers(person).await;
    }
    alice.say(2, "one of us died").await;
    shows(&bob, 1, "one of us died").await;
    answers(&client(&first, 1, &nodes[1])).await;
    let again = server_on(&data.join("node2")).expect("it was started again");
    assert_ne!(again, killed);
    shows(&client(&first, 2, &nodes[1]), 1, "one of us died").await;

    process.signal("INT");
    assert!(process.end().success());
    for name in ["node1", "node2", "node3"] {
        assert_eq!(server_on(&data.join(name)), None, "{name} outlived the demo");
    }
    assert!(!data.join("postgres/data/postmaster.pid").exists(), "PostgreSQL outlived the demo");

    let process = demo(&data);
    let second = offer(&data);
    assert_eq!(second["users"][0]["webhook"]["secret"], first["users"][0]["webhook"]["secret"]);
    let secure = trusting(&data.join("ca.pem"));
    let bob = client(&second, 2, process.origin("https"));
    let bob = Client::new(bob.url, 2, secure.clone());
    shows(&bob, 1, "one of us died").await;
    let page = secure.get(format!("{}/demo.json", process.origin("https"))).send().await.unwrap();
    assert_eq!(page.json::<Value>().await.unwrap(), second);
    let busy = said(lately().arg("--data").arg(&data).args([
        "demo",
        "--cluster",
        "2",
        "--port",
        "0",
        "--tls-port",
        "0",
    ]));
    busy.assert_failed(1, &["a server runs on"]);
    process.stop();

    let fresh = said(lately().arg("--data").arg(&data).args(["demo", "--fresh", "--port", "x"]));
    assert_eq!(fresh.code, Some(2));
    let mut command = lately();
    command.arg("--data").arg(&data).args(["demo", "--fresh", "--port", "0", "--tls-port", "0"]);
    command.stderr(Stdio::null());
    let single = Process::start(command);
    for name in ["node1", "node2", "node3", "postgres"] {
        assert!(!data.join(name).exists(), "{name} is left");
    }
    drop(single);
}

/// PostgreSQL, as an account of its own, must get to its data.
fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o711)).unwrap();
}

#[tokio::test]
async fn nodes_end_with_a_demo_that_is_killed_and_the_next_start_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("portal");
    open_to_all(dir.path());
    let process = demo(&data);
    let first = offer(&data);
    client(&first, 1, process.origin("http")).say(2, "before the end").await;
    process.signal("KILL");
    process.end();
    for name in ["node1", "node2", "node3"] {
        let begun = Instant::now();
        while server_on(&data.join(name)).is_some() {
            assert!(begun.elapsed() < PATIENCE, "{name} outlived the demo");
        }
    }
    let process = demo(&data);
    shows(&client(&offer(&data), 2, process.origin("http")), 1, "before the end").await;
    process.stop();
}

#[test]
fn a_cluster_wants_a_directory_and_a_database_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = ["demo", "--cluster", "3", "--port", "0", "--tls-port", "0"];
    let on_data = |words: &[&str]| said(lately().arg("--data").arg(dir.path()).args(words));
    let named = [&cluster[..], &["--database", "postgres://a@127.0.0.1:1/b"]].concat();
    on_data(&named).assert_failed(2, &["a database and a bus of its own"]);
    on_data(&["demo", "--cluster", "0"]).assert_failed(2, &["--cluster"]);
    let made = on_data(&["user", "add", "--first-name", "Alice"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    on_data(&cluster).assert_failed(1, &["a portal of one server", "--fresh"]);
}

fn balance(nodes: &[&str]) -> Process {
    let mut command = lately();
    command.args(["balance", "--listen", "127.0.0.1:0"]).stderr(Stdio::null());
    for node in nodes {
        command.args(["--node", node]);
    }
    Process::start(command)
}

fn by(process: &Process, user: i64) -> Client {
    Client::new(format!("{}/rest/{user}/{SECRET}/", process.origin("http")), user, http())
}

#[tokio::test]
async fn the_balancer_hands_on_bodies_and_answers_whole() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let server = Process::serve(dir.path());
    let balancer = balance(&[server.origin("http"), "http://127.0.0.1:1"]);
    // Whoever's turn falls on the node that is not there goes to the other.
    let (alice, bob) = (by(&balancer, 1), by(&balancer, 2));
    let text = "x".repeat(200_000);
    let sent = alice.ok("im.message.add", json!({ "DIALOG_ID": "2", "MESSAGE": text })).await;
    assert!(sent.is_i64(), "{sent}");
    assert_eq!(bob.row(1).await.unwrap()["counter"], 1);
    for user in [1, 2] {
        let (through, direct) = (by(&balancer, user), server.client(user));
        let answer = |client: Client| async move {
            client.call("im.recent.get", json!({})).await.body["result"].clone()
        };
        assert_eq!(answer(through).await, answer(direct).await);
    }
    let page = http().get(format!("{}/", balancer.origin("http"))).send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), &page.headers()["x-content-type-options"]),
        (200, &"nosniff".parse().unwrap())
    );
    balancer.stop();
}

#[tokio::test]
async fn without_a_node_the_balancer_says_so_in_the_words_of_the_api() {
    let balancer = balance(&["http://127.0.0.1:1"]);
    let reply = by(&balancer, 1).call("profile", json!({})).await;
    assert_eq!(reply.error(), (503, "OVERLOAD_LIMIT"));
    balancer.stop();
    let misused = said(lately().args(["balance", "--listen", "127.0.0.1:0", "--node", "10.0.0.1:80"]));
    misused.assert_failed(2, &["http://10.0.0.1:8080"]);
}

#[tokio::test]
async fn a_request_that_a_node_took_is_not_given_to_another() {
    use std::io::Read;
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let server = Process::serve(dir.path());
    let address = format!("http://{}", trap.local_addr().unwrap());
    // Takes whatever comes, and answers nothing but that it is ready.
    std::thread::spawn(move || {
        for stream in trap.incoming() {
            let mut stream = stream.unwrap();
            let mut start = [0; 11];
            stream.read_exact(&mut start).unwrap();
            if start.starts_with(b"GET /readyz") {
                drop(std::io::Write::write_all(
                    &mut stream,
                    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                ));
            }
        }
    });
    let balancer = balance(&[server.origin("http"), &address]);
    // User 1 is the second node's.
    let reply = by(&balancer, 1).call("im.message.add", json!({ "DIALOG_ID": "2", "MESSAGE": "once" })).await;
    assert_eq!(reply.error(), (502, "INTERNAL_SERVER_ERROR"));
    let get = by(&balancer, 1);
    let reply = get.send(get.get("im.message.add?DIALOG_ID=2&MESSAGE=once")).await;
    assert_eq!(reply.error(), (502, "INTERNAL_SERVER_ERROR"));
    assert!(server.client(2).row(1).await.is_none(), "the message went to another node");
    assert_eq!(by(&balancer, 2).call("profile", json!({})).await.status, 200);
    balancer.stop();
}
