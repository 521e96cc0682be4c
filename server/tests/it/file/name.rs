//! Names of files: any script, no way out, each once in a folder.

use serde_json::json;

use super::{base64, folder, here, page, send, send_form};
use crate::stage::Stage;

#[tokio::test]
async fn a_name_in_any_script_comes_back_as_it_was_sent() {
    let stage = Stage::set().await;
    for name in [
        "Отчёт за март №3.docx",
        "写真 (1).jpeg",
        "التقرير.pdf",
        "👩‍👩‍👧‍👦 family.gif",
        "a'b\"c;d.txt",
        ".hidden",
        "two..dots",
        "e\u{301}.txt",
        "txt.\u{202e}fdp.exe",
    ] {
        let (file, _) = send(&stage.alice, "2", name, "x").await;
        assert_eq!(file["name"], name);
        assert_eq!(page(&stage.bob, "1").await["files"][0]["name"], name);
        let answer = stage.portal.http().get(here(&stage.portal, &file["urlDownload"])).send().await.unwrap();
        let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        let told = disposition.split("filename*=UTF-8''").nth(1).unwrap();
        assert_eq!(percent_encoding::percent_decode_str(told).decode_utf8().unwrap(), name);
    }
    stage.check().await;
}

#[tokio::test]
async fn a_name_with_a_path_in_it_is_refused_and_nothing_is_written_elsewhere() {
    let stage = Stage::set().await;
    let folder = folder(&stage.alice, "2").await;
    let long = "x".repeat(256);
    for name in [
        "../../evil.txt",
        "..",
        "/etc/passwd",
        "a/b.txt",
        "..\\evil.txt",
        "C:\\evil.txt",
        "a\u{0}b",
        "a\nb",
        &long,
    ] {
        let fields = json!({ "name": name, "content": base64("x") });
        let refused =
            stage.alice.refused("im.v2.File.upload", json!({ "dialogId": "2", "fields": fields })).await;
        assert_eq!(refused, (400, "FILE_EMPTY".to_owned()), "{name:?}");
        let inline = json!({ "id": folder, "data": { "NAME": name }, "fileContent": [name, base64("x")] });
        let refused = stage.alice.refused("disk.folder.uploadFile", inline).await;
        assert_eq!(refused, (400, "DISK_BASE_SERVICE_22001".to_owned()), "{name:?}");
    }
    for name in ["../../evil.txt", "a/b.txt", "..\\evil.txt"] {
        let link =
            stage.alice.ok("disk.folder.uploadFile", json!({ "id": folder })).await["uploadUrl"].clone();
        let (status, body) = send_form(&stage.portal, &link, name, b"x").await;
        assert_eq!((status, &body["error"]), (400, &json!("DISK_BASE_SERVICE_22001")), "{name}");
    }
    assert_eq!(page(&stage.bob, "1").await["files"], json!([]));
    assert!(!stage.portal.data().join("evil.txt").exists());
    stage.check().await;
}

#[tokio::test]
async fn a_folder_has_each_name_once_unless_another_may_be_found() {
    let stage = Stage::set().await;
    let folder = folder(&stage.alice, "2").await;
    let put = |more: serde_json::Value| {
        let mut params =
            json!({ "id": folder, "data": { "NAME": "a.txt" }, "fileContent": ["other.txt", "YQ=="] });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let first = stage.alice.ok("disk.folder.uploadFile", put(json!({}))).await;
    assert_eq!(first["NAME"], "a.txt", "the name is that of the data");
    let again = stage.alice.refused("disk.folder.uploadFile", put(json!({}))).await;
    assert_eq!(again, (400, "DISK_OBJ_22000".to_owned()));
    for (place, flag) in [(1, json!(true)), (2, json!("Y")), (3, json!(1))] {
        let other =
            stage.alice.ok("disk.folder.uploadFile", put(json!({ "generateUniqueName": flag }))).await;
        assert_eq!(other["NAME"], format!("a ({place}).txt"));
    }
    let link = |rename: bool| {
        stage.alice.ok("disk.folder.uploadFile", json!({ "id": folder, "generateUniqueName": rename }))
    };
    let (plain, renaming) = (link(false).await["uploadUrl"].clone(), link(true).await["uploadUrl"].clone());
    let (status, body) = send_form(&stage.portal, &plain, "a.txt", b"a").await;
    assert_eq!((status, &body["error"]), (400, &json!("DISK_OBJ_22000")));
    let (_, body) = send_form(&stage.portal, &renaming, "a.txt", b"a").await;
    assert_eq!(body["result"]["NAME"], "a (4).txt");
    let (file, _) = send(&stage.bob, "1", "a.txt", "a").await;
    assert_eq!(file["name"], "a (5).txt", "what is sent is never refused for its name");
    stage.check().await;
}
