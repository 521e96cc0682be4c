//! Bytes: kept once, as long as something has them, and a day longer.

use std::path::Path;

use serde_json::json;

use super::{base64, bring, fetch, folder, here, page, picture, send};
use crate::stage::{Stage, chat};

/// How many files' bytes lie in a portal's folder.
pub fn kept(data: &Path) -> usize {
    let Ok(shelves) = std::fs::read_dir(data.join("files")) else { return 0 };
    let shelves = shelves.map(|shelf| shelf.unwrap().path());
    let shelves = shelves.filter(|shelf| !shelf.ends_with(".incoming"));
    shelves.map(|shelf| std::fs::read_dir(shelf).unwrap().count()).sum()
}

#[tokio::test]
async fn equal_bytes_are_kept_once_however_often_they_are_sent() {
    let stage = Stage::set().await;
    let bytes = b"the same".repeat(100);
    let (one, _) = send(&stage.alice, "2", "one.txt", &bytes).await;
    let (two, _) = send(&stage.bob, "3", "two.txt", &bytes).await;
    stage.bob.ok("im.disk.file.save", json!({ "FILE_ID": one["id"] })).await;
    assert_eq!(kept(stage.portal.data()), 1);
    for file in [&one, &two] {
        assert_eq!(fetch(&stage.portal, &file["urlDownload"]).await, (200, bytes.clone()));
    }
    send(&stage.alice, "2", "other.txt", "another").await;
    assert_eq!(kept(stage.portal.data()), 2);
    let shelves =
        std::fs::read_dir(stage.portal.data().join("files")).unwrap().map(|shelf| shelf.unwrap().path());
    let shelves: Vec<_> = shelves.collect();
    assert_eq!(shelves.len(), 3, "two shelves and the yard");
    for shelf in &shelves {
        for file in std::fs::read_dir(shelf).unwrap() {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&file.unwrap().metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
        }
    }
    stage.check().await;
}

#[tokio::test]
async fn bytes_go_a_day_after_the_last_file_that_had_them() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let dialog = chat(group);
    let large = picture::png(900, 900);
    let (one, _) = send(&stage.alice, &dialog, "one.png", &large).await;
    let (two, _) = send(&stage.alice, &dialog, "two.png", &large).await;
    assert_eq!(kept(stage.portal.data()), 2, "the picture and its preview");
    let sweep = async || stage.portal.messenger().sweep().await.unwrap();
    let delete = async |id: &serde_json::Value| {
        stage.alice.ok("im.disk.file.delete", json!({ "CHAT_ID": group, "FILE_ID": id })).await
    };
    stage.portal.clock.step(200_000);
    delete(&one["id"]).await;
    stage.portal.clock.step(200_000);
    assert_eq!(sweep().await, 0, "the other file has them");
    delete(&two["id"]).await;
    stage.portal.clock.step(86_400);
    assert_eq!(sweep().await, 0);
    stage.portal.clock.step(1);
    assert_eq!(sweep().await, 2);
    assert_eq!(kept(stage.portal.data()), 0);
    let (again, _) = send(&stage.alice, &dialog, "again.png", &large).await;
    assert_eq!(fetch(&stage.portal, &again["urlDownload"]).await, (200, large));
    assert_eq!(sweep().await, 0);
    stage.check().await;
}

#[tokio::test]
async fn bytes_that_come_again_after_they_were_doomed_are_others() {
    let stage = Stage::set().await;
    let id = bring(&stage.alice, "2", "a.txt", "again and again").await;
    let before: Vec<_> = names(stage.portal.data());
    stage.portal.damage(&format!(
        "UPDATE file SET deleted = 1, blob_id = 0 WHERE id = {id}; UPDATE blob SET fate = 2"
    ));
    let (file, _) = send(&stage.alice, "2", "b.txt", "again and again").await;
    assert_eq!(kept(stage.portal.data()), 2);
    assert_eq!(stage.portal.messenger().sweep().await.unwrap(), 1, "the doomed ones go");
    let after = names(stage.portal.data());
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");
    assert_eq!(fetch(&stage.portal, &file["urlDownload"]).await, (200, b"again and again".to_vec()));
    stage.check().await;
}

fn names(data: &Path) -> Vec<String> {
    let shelves = std::fs::read_dir(data.join("files")).unwrap().map(|shelf| shelf.unwrap().path());
    let shelves = shelves.filter(|shelf| !shelf.ends_with(".incoming"));
    let files = shelves.flat_map(|shelf| std::fs::read_dir(shelf).unwrap());
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn what_an_upload_left_that_died_is_cleared_and_what_is_on_its_way_is_not() {
    let stage = Stage::set().await;
    let yard = stage.portal.data().join("files/.incoming");
    std::fs::create_dir_all(&yard).unwrap();
    std::fs::write(yard.join("left"), "half").unwrap();
    let mut upload = stage.portal.messenger().begin_upload().await.unwrap();
    upload.write(b"on its way").await.unwrap();
    stage.portal.messenger().sweep().await.unwrap();
    assert!(!yard.join("left").exists());
    assert_eq!(upload.finish().await.unwrap().size, 10);
    assert_eq!(std::fs::read_dir(&yard).unwrap().count(), 0, "nobody wanted it");
}

#[tokio::test]
async fn bytes_that_are_missing_are_found_by_the_check_and_answered_as_gone() {
    let stage = Stage::set().await;
    let (file, _) = send(&stage.alice, "2", "a.txt", "here today").await;
    let shelf = std::fs::read_dir(stage.portal.data().join("files")).unwrap();
    let shelf = shelf.map(|shelf| shelf.unwrap().path()).find(|shelf| !shelf.ends_with(".incoming")).unwrap();
    let bytes = std::fs::read_dir(&shelf).unwrap().next().unwrap().unwrap().path();
    let differences = async || stage.portal.messenger().check(|_, _| {}).await.unwrap();
    assert!(differences().await.is_empty());
    std::fs::write(&bytes, "cut").unwrap();
    let found = differences().await;
    assert_eq!((found.len(), found[0].value, found[0].found, found[0].expected), (1, "bytes", 3, 10));
    std::fs::remove_file(&bytes).unwrap();
    assert_eq!(differences().await[0].found, 0);
    assert_eq!(fetch(&stage.portal, &file["urlDownload"]).await.0, 404);
    assert_eq!(page(&stage.bob, "1").await["files"][0]["id"], file["id"], "the dialog is as it was");
    send(&stage.alice, "2", "b.txt", "here today").await;
    stage.check().await;
    let id = folder(&stage.alice, "2").await;
    stage.portal.damage("UPDATE file SET message_id = 9999 WHERE name = 'b.txt'");
    assert_eq!(differences().await[0].value, "message");
    let inline = json!({ "id": id, "data": { "NAME": "c.txt" }, "fileContent": ["c.txt", base64("c")] });
    let made = stage.alice.ok("disk.folder.uploadFile", inline).await;
    assert!(here(&stage.portal, &made["DOWNLOAD_URL"]).contains("token="));
}
