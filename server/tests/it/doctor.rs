//! `lately doctor`: what it says of a sound server, and of each thing that is not.

use crate::process::{Process, colleagues, lately, run, said};

#[tokio::test]
async fn doctor_tells_what_is_well_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let free = ["--listen", "127.0.0.1:0"];
    let said_of = |words: &[&str]| run(dir.path(), &[&["doctor"], &free[..], words].concat());
    let well = said_of(&[]);
    assert_eq!(well.code, Some(0), "{well:?}");
    for line in
        ["ok   settings", "ok   data", "ok   disk", "ok   database", "ok   clock", "ok   tls", "ok   address"]
    {
        assert!(well.out.contains(line), "{line} is not in {}", well.out);
    }
    let server = Process::serve(dir.path());
    let taken = server.origin("http").trim_start_matches("http://").to_owned();
    let beside = run(dir.path(), &["doctor", "--listen", &taken]);
    assert_eq!(beside.code, Some(0), "{beside:?}");
    assert!(beside.out.contains("is taken, and a server runs on"), "{beside:?}");
    server.stop();

    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = held.local_addr().unwrap().to_string();
    let ill = run(
        dir.path(),
        &[
            "doctor",
            "--listen",
            &taken,
            "--bus",
            "nats://127.0.0.1:1",
            "--tls-listen",
            "127.0.0.1:0",
            "--certificate",
            "gone.pem",
            "--key",
            "gone.pem",
        ],
    );
    assert_eq!(ill.code, Some(1), "{ill:?}");
    for line in ["fail address", "--listen", "fail bus", "--bus", "fail tls", "gone.pem"] {
        assert!(ill.out.contains(line), "{line} is not in {}", ill.out);
    }
    let unknown = said_of(&["--set", "limits.bukket=true"]);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(unknown.out.starts_with("fail settings"), "{unknown:?}");
    let mut away = lately();
    away.arg("--data")
        .arg(dir.path())
        .args(["--database", "postgres://a:hush@127.0.0.1:1/b", "doctor"])
        .args(free);
    let away = said(&mut away);
    assert!(away.out.contains("fail database") && !away.out.contains("hush"), "{away:?}");
    let damaged = tempfile::tempdir().unwrap();
    std::fs::write(damaged.path().join("lately.db"), "not a database at all").unwrap();
    let damaged = said(lately().arg("--data").arg(damaged.path()).arg("doctor").args(free));
    assert!(damaged.code == Some(1) && damaged.out.contains("fail database"), "{damaged:?}");
}
