//! Bytes of files in copies of a portal, in exports, and what the doctor says of where they lie.

use std::path::Path;

use serde_json::{Value, json};

use super::{base64, picture};
use crate::process::{Process, colleagues, ok, run};

/// A link's answer from a server process, whose links name its own address.
async fn fetch(process: &Process, address: &Value) -> (u16, Vec<u8>) {
    let address = address.as_str().unwrap();
    let path = address.splitn(4, '/').nth(3).unwrap();
    let url = format!("{}/{path}", process.origin("http"));
    let answer = crate::process::http().get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

/// Alice sends Bob a text and a picture, and gives a chat a picture.
async fn fill(process: &Process) -> Vec<Vec<u8>> {
    let alice = process.client(1);
    let files = vec![b"a text".to_vec(), picture::png(900, 900)];
    for (name, bytes) in [("a.txt", &files[0]), ("b.png", &files[1])] {
        let params = json!({ "dialogId": "2", "fields": { "name": name, "content": base64(bytes) } });
        alice.ok("im.v2.File.upload", params).await;
    }
    let params = json!({ "TITLE": "Plan", "USERS": [2], "AVATAR": base64(picture::png(50, 50)) });
    alice.ok("im.chat.add", params).await;
    files
}

async fn assert_all_there(process: &Process, files: &[Vec<u8>]) {
    let bob = process.client(2);
    let page = bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "1" })).await;
    for (shown, bytes) in page["files"].as_array().unwrap().iter().rev().zip(files) {
        assert_eq!(fetch(process, &shown["urlDownload"]).await, (200, bytes.clone()));
    }
    assert_eq!(page["files"].as_array().unwrap().len(), files.len());
    assert_eq!(fetch(process, &page["files"][0]["urlPreview"]).await.0, 200);
    let row = bob.recent(json!({})).await.into_iter().find(|row| row["title"] == "Plan").unwrap();
    assert_eq!(fetch(process, &row["avatar"]["url"]).await.0, 200);
}

fn count(folder: &Path) -> usize {
    let shelves = std::fs::read_dir(folder).unwrap().map(|shelf| shelf.unwrap().path());
    shelves
        .filter(|shelf| !shelf.ends_with(".incoming"))
        .map(|shelf| std::fs::read_dir(shelf).unwrap().count())
        .sum()
}

#[tokio::test]
async fn a_copy_has_the_bytes_beside_it_and_brings_them_back() {
    if lately_testkit::database::on_a_server() {
        return; // A database on a server is copied by that server's own tools.
    }
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
    colleagues(&data);
    let process = Process::serve(&data);
    let files = fill(&process).await;
    let beside = dir.path().join("copy.db.files");
    let said = ok(&data, &["backup", copy.to_str().unwrap()]);
    let told =
        format!("copied {} to {}, and 4 files to {}\n", data.display(), copy.display(), beside.display());
    assert_eq!((said, count(&beside)), (told, 4));
    process.stop();

    let other = dir.path().join("other");
    let said = run(&other, &["restore", copy.to_str().unwrap()]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    assert!(ok(&other, &["check"]).starts_with("clean"));
    let restored = Process::serve(&other);
    assert_all_there(&restored, &files).await;
    restored.stop();

    std::fs::remove_dir_all(data.join("files")).unwrap();
    let found = run(&data, &["check"]);
    assert_eq!(found.code, Some(1));
    assert!(found.out.contains("file content ") && found.out.contains("bytes is 0"), "{found:?}");
    ok(&data, &["restore", copy.to_str().unwrap()]);
    assert!(ok(&data, &["check"]).starts_with("clean"));
    assert_all_there(&Process::serve(&data), &files).await;
}

#[tokio::test]
async fn copies_can_share_a_folder_or_go_without_and_damaged_bytes_are_not_brought_back() {
    if lately_testkit::database::on_a_server() {
        return; // A database on a server is copied by that server's own tools.
    }
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    colleagues(&data);
    let process = Process::serve(&data);
    fill(&process).await;
    process.stop();
    ok(&data, &["backup", &path("bare.db"), "--without-files"]);
    assert!(!dir.path().join("bare.db.files").exists());
    for name in ["one.db", "two.db"] {
        let said = ok(&data, &["backup", &path(name), "--files", &path("shared")]);
        assert!(said.ends_with(&format!("4 files to {}\n", path("shared"))), "{said}");
    }
    assert_eq!(count(&dir.path().join("shared")), 4);
    let bare = run(&dir.path().join("bare"), &["restore", &path("bare.db")]);
    assert!(bare.code == Some(0) && bare.err.contains("4 files without bytes"), "{bare:?}");
    let shelf = std::fs::read_dir(path("shared")).unwrap().map(|shelf| shelf.unwrap().path());
    let shelf = shelf.filter(|shelf| !shelf.ends_with(".incoming")).min().unwrap();
    let victim = std::fs::read_dir(shelf).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&victim).unwrap();
    bytes[0] ^= 1;
    std::fs::write(&victim, bytes).unwrap();
    let other = dir.path().join("other");
    let said = run(&other, &["restore", &path("one.db"), "--files", &path("shared")]);
    assert!(said.code == Some(0) && said.err.contains("1 file without bytes"), "{said:?}");
    assert!(run(&other, &["check"]).out.contains("bytes is 0"));
}

#[tokio::test]
async fn an_export_with_files_moves_them_and_one_without_moves_what_is_known_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (data, other, later) = (dir.path().join("data"), dir.path().join("other"), dir.path().join("later"));
    colleagues(&data);
    let process = Process::serve(&data);
    let files = fill(&process).await;
    let alice = process.client(1);
    let saved = alice.ok("im.disk.file.save", json!({ "FILE_ID": 3 })).await;
    assert!(saved["file"]["id"].is_number(), "{saved}");
    process.stop();
    let said = run(&data, &["export", &path("lines.jsonl"), "--files", &path("files")]);
    assert!(said.code == Some(0) && said.err.contains("exported 4 files"), "{said:?}");
    assert_eq!(count(&dir.path().join("files")), 4);

    let said = run(&other, &["import", &path("lines.jsonl"), "--files", &path("files")]);
    assert!(said.code == Some(0) && said.err.contains("took in 4 files"), "{said:?}");
    assert!(ok(&other, &["check"]).starts_with("clean"));
    ok(&other, &["export", &path("back.jsonl")]);
    assert!(
        std::fs::read(path("lines.jsonl")).unwrap() == std::fs::read(path("back.jsonl")).unwrap(),
        "equal portals"
    );
    let process = Process::serve(&other);
    assert_all_there(&process, &files).await;
    process.stop();

    ok(&later, &["import", &path("lines.jsonl")]);
    assert!(ok(&later, &["check"]).starts_with("clean"), "known, and without bytes");
    let process = Process::serve(&later);
    let page = process.client(2).ok("im.dialog.messages.get", json!({ "DIALOG_ID": "1" })).await;
    assert_eq!((&page["files"][0]["name"], &page["files"][0]["urlDownload"]), (&json!("b.png"), &json!("")));
    process.stop();
    ok(&later, &["import", &path("lines.jsonl"), "--files", &path("files")]);
    assert_all_there(&Process::serve(&later), &files).await;
}

#[test]
fn bytes_that_are_not_what_their_name_says_are_not_imported() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = dir.path().join("files/00");
    std::fs::create_dir_all(&shelf).unwrap();
    let hash = "0".repeat(64);
    std::fs::write(shelf.join(&hash), "something else").unwrap();
    std::fs::write(dir.path().join("lines.jsonl"), r#"{"type":"user","id":1,"first_name":"Alice"}"#).unwrap();
    let words = [dir.path().join("lines.jsonl"), dir.path().join("files")];
    let said = run(
        &dir.path().join("data"),
        &["import", words[0].to_str().unwrap(), "--files", words[1].to_str().unwrap()],
    );
    said.assert_failed(1, &["not what its name says", &hash]);
}

#[test]
fn the_doctor_says_where_files_lie_and_what_is_wrong_there() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    colleagues(&data);
    let doctor = |words: &[&str]| run(&data, &[&["doctor", "--listen", "127.0.0.1:0"], words].concat());
    assert!(doctor(&[]).out.contains("ok   files     "), "{:?}", doctor(&[]));
    let blocked = dir.path().join("blocked");
    std::fs::write(&blocked, "a file").unwrap();
    let setting = format!("files.directory={}", blocked.display());
    let said = doctor(&["--set", &setting]);
    assert!(said.code == Some(1) && said.out.contains("fail files"), "{said:?}");
    let said = doctor(&["--set", "files.s3_bucket=b", "--set", "files.s3_endpoint=http://127.0.0.1:1"]);
    assert!(
        said.code == Some(1) && said.out.contains("fail files     bucket b at http://127.0.0.1:1"),
        "{said:?}"
    );
}
