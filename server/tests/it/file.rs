//! Files in dialogs, through HTTP: brought in both forms, posted, fetched, saved, deleted.

mod bucket;
mod crash;
mod disk;
mod inline;
mod link;
mod moving;
mod name;
pub mod picture;
mod right;
mod sweep;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lately_testkit::{Client, TestPortal};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, assert_shape, chat, ids};

/// Bytes as methods take them.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// An address of the portal as this machine reaches it.
pub fn here(portal: &TestPortal, address: &Value) -> String {
    let address = address.as_str().expect("an address");
    assert!(address.starts_with("https://portal.lately.test/"), "{address}");
    address.replace("https://portal.lately.test", &portal.origin())
}

/// What is at an address, which needs no credential.
pub async fn fetch(portal: &TestPortal, address: &Value) -> (u16, Vec<u8>) {
    let response = portal.http().get(here(portal, address)).send().await.expect("an answer");
    (response.status().as_u16(), response.bytes().await.expect("a body").to_vec())
}

/// Sends a form with one file to an upload address.
pub async fn send_form(portal: &TestPortal, address: &Value, name: &str, bytes: &[u8]) -> (u16, Value) {
    let form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
    let response = portal.http().post(here(portal, address)).multipart(form).send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

/// The folder of a dialog.
pub async fn folder(client: &Client, dialog: &str) -> i64 {
    let folder = client.ok("im.disk.folder.get", json!({ "DIALOG_ID": dialog })).await;
    folder["ID"].as_i64().expect("a number")
}

/// Brings a file into a dialog's folder; answers its number.
pub async fn bring(client: &Client, dialog: &str, name: &str, bytes: impl AsRef<[u8]>) -> i64 {
    let params = json!({
        "id": folder(client, dialog).await, "data": { "NAME": name }, "fileContent": [name, base64(bytes)],
        "generateUniqueName": true,
    });
    client.ok("disk.folder.uploadFile", params).await["ID"].as_i64().expect("a number")
}

/// Sends a file into a dialog; answers the file as it is shown, and the number of its message.
pub async fn send(client: &Client, dialog: &str, name: &str, bytes: impl AsRef<[u8]>) -> (Value, i64) {
    let params = json!({ "dialogId": dialog, "fields": { "name": name, "content": base64(bytes) } });
    let sent = client.ok("im.v2.File.upload", params).await;
    (sent["file"].clone(), sent["messageId"].as_i64().expect("a number"))
}

/// The newest messages of a dialog with their files.
pub async fn page(client: &Client, dialog: &str) -> Value {
    client.ok("im.dialog.messages.get", json!({ "DIALOG_ID": dialog })).await
}

fn example(method: &str) -> Value {
    let file = json!({
        "id": 5255, "chatId": 1489, "date": NOW, "type": "image", "name": "image.png", "extension": "png",
        "size": 2144, "image": false, "status": "done", "progress": 100, "authorId": 503, "authorName": "Kai",
        "urlPreview": "", "urlShow": "", "urlDownload": "",
        "viewerAttrs": {
            "viewer": "", "viewerType": "unknown", "src": "", "objectId": "5255", "viewerGroupBy": "1489",
            "imChatId": 1489, "title": "image.png", "actions": "",
        },
        "mediaUrl": { "preview": { "250": "" } },
        "isTranscribable": false, "isVideoNote": false, "isVoiceNote": false,
    });
    match method {
        "im.v2.File.upload" => json!({ "file": file, "messageId": 1, "chatId": 1, "dialogId": "chat1" }),
        _ => file,
    }
}

#[tokio::test]
async fn a_file_is_brought_in_two_steps_posted_and_fetched_by_the_others() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let dialog = chat(group);
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": dialog })).await;
    let folder = folder(&stage.alice, &dialog).await;
    assert_eq!(
        stage.bob.ok("im.disk.folder.get", json!({ "CHAT_ID": group, "DIALOG_ID": "chat999" })).await,
        json!({ "ID": folder }),
        "everybody's is the same, and CHAT_ID is looked at first"
    );
    let asked = stage.alice.ok("disk.folder.uploadFile", json!({ "id": folder })).await;
    assert_eq!(asked["field"], "file");
    let bytes = b"minutes of the meeting\n".repeat(1000);
    let (status, brought) = send_form(&stage.portal, &asked["uploadUrl"], "minutes.txt", &bytes).await;
    assert_eq!(status, 200, "{brought}");
    assert_shape(&brought["result"], &disk::example_new_file());
    let id = brought["result"]["ID"].as_i64().unwrap();
    assert_eq!(
        (&brought["result"]["NAME"], &brought["result"]["SIZE"]),
        (&json!("minutes.txt"), &json!("23000"))
    );
    assert!(brought["time"].is_object());
    assert_eq!(page(&stage.bob, &dialog).await["files"], json!([]), "it is not posted yet");
    assert_eq!(stage.bob.row(&dialog).await.unwrap()["counter"], 0);

    let params =
        json!({ "CHAT_ID": group, "UPLOAD_ID": id, "MESSAGE": "Here are the minutes", "SILENT_MODE": "N" });
    let posted = stage.alice.ok("im.disk.file.commit", params).await;
    assert_eq!(posted["DISK_ID"], json!([id.to_string()]));
    let key = format!("upload{id}");
    assert_shape(&posted["FILES"][&key], &example(""));
    assert_eq!(
        (&posted["FILE_MODELS"][&key]["id"], &posted["FILE_MODELS"][&key]["size"]),
        (&json!(id), &json!(23000))
    );
    let row = stage.bob.row(&dialog).await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["id"]), (&json!(1), &posted["MESSAGE_ID"]));
    assert_eq!(row["message"]["text"], "Here are the minutes [File]");
    assert_eq!(row["message"]["file"], true);
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!(shown["messages"][0]["params"], json!({ "FILE_ID": [id] }));
    assert_eq!(shown["messages"][0]["text"], "Here are the minutes");
    assert_eq!(ids(&shown["files"]), [id]);
    let file = &shown["files"][0];
    assert_shape(file, &example(""));
    assert_eq!((&file["authorName"], &file["date"]), (&json!("Alice Adams"), &json!(NOW)));
    assert_eq!(fetch(&stage.portal, &file["urlDownload"]).await, (200, bytes));
    let again =
        stage.alice.refused("im.disk.file.commit", json!({ "CHAT_ID": group, "UPLOAD_ID": id })).await;
    assert_eq!(again, (400, "SAVE_ERROR".to_owned()), "it is posted once");
    stage.check().await;
}

#[tokio::test]
async fn a_file_alone_is_a_message_without_words() {
    let stage = Stage::set().await;
    let id = bring(&stage.alice, "2", "notes.txt", "x").await;
    let posted = stage.alice.ok("im.disk.file.commit", json!({ "DIALOG_ID": "2", "UPLOAD_ID": id })).await;
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["message"]["text"], &row["counter"]), (&json!("[File]"), &json!(1)));
    assert_eq!(row["message"]["id"], posted["MESSAGE_ID"]);
    assert_eq!(stage.alice.row(2).await.unwrap()["counter"], 0);
    stage.check().await;
}

#[tokio::test]
async fn one_call_brings_and_posts_a_file() {
    let stage = Stage::set().await;
    let dialog = chat(stage.group(&stage.alice, &[2]).await);
    let params = json!({
        "dialogId": dialog, "fields": { "name": "отчёт.pdf", "content": base64("%PDF-1.7"), "message": "See page 2" },
    });
    let sent = stage.alice.ok("im.v2.File.upload", params).await;
    assert_shape(&sent, &example("im.v2.File.upload"));
    assert_eq!((&sent["dialogId"], &sent["file"]["extension"]), (&json!(dialog), &json!("pdf")));
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!(shown["messages"][0]["id"], sent["messageId"]);
    assert_eq!(shown["messages"][0]["text"], "See page 2");
    assert_eq!(fetch(&stage.portal, &shown["files"][0]["urlDownload"]).await, (200, b"%PDF-1.7".to_vec()));
    let private = stage
        .alice
        .ok("im.v2.File.upload", json!({ "dialogId": "3", "fields": { "name": "a.txt", "content": "YQ" } }));
    assert_eq!(private.await["dialogId"], "3", "base64 may lack its end, and the dialog is made");
    assert_eq!(stage.carol.row(1).await.unwrap()["message"]["text"], "[File]");
    stage.check().await;
}

#[tokio::test]
async fn several_files_go_with_one_message_and_pictures_may_go_as_files() {
    let stage = Stage::set().await;
    let dialog = chat(stage.group(&stage.alice, &[2]).await);
    let one = bring(&stage.alice, &dialog, "a.png", picture::png(30, 20)).await;
    let two = bring(&stage.alice, &dialog, "b.png", picture::png(20, 30)).await;
    let params = json!({ "DIALOG_ID": dialog, "UPLOAD_ID": [one, two, one], "AS_FILE": "Y" });
    let posted = stage.alice.ok("im.disk.file.commit", params).await;
    assert_eq!(posted["DISK_ID"], json!([one.to_string(), two.to_string()]));
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!(shown["messages"][0]["params"], json!({ "FILE_ID": [one, two] }));
    assert_eq!(ids(&shown["files"]), [one, two]);
    for file in shown["files"].as_array().unwrap() {
        assert_eq!(file["type"], "file");
    }
    stage.check().await;
}

#[tokio::test]
async fn a_file_of_a_drive_is_copied_into_the_chat() {
    let stage = Stage::set().await;
    let dialog = chat(stage.group(&stage.alice, &[2]).await);
    let drive = stage.alice.ok("disk.storage.getList", json!({})).await[0]["ID"].clone();
    let params =
        json!({ "id": drive, "data": { "NAME": "plan.txt" }, "fileContent": ["plan.txt", base64("plan")] });
    let own = stage.alice.ok("disk.storage.uploadFile", params).await["ID"].clone();
    for name in ["FILE_ID", "DISK_ID"] {
        let posted = stage.alice.ok("im.disk.file.commit", json!({ "DIALOG_ID": dialog, name: own })).await;
        let copy = posted["DISK_ID"][0].as_str().unwrap().to_owned();
        assert_ne!(json!(copy), own);
        assert!(posted["FILES"][format!("disk{copy}")].is_object(), "{posted}");
    }
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!(shown["files"][0]["name"], "plan (1).txt");
    assert_eq!(shown["files"][1]["name"], "plan.txt");
    assert_eq!(fetch(&stage.portal, &shown["files"][0]["urlDownload"]).await, (200, b"plan".to_vec()));
    assert_eq!(
        stage.alice.ok("disk.file.get", json!({ "id": own })).await["NAME"],
        "plan.txt",
        "the own one stays"
    );
    let refused =
        stage.bob.refused("im.disk.file.commit", json!({ "DIALOG_ID": dialog, "FILE_ID": own })).await;
    assert_eq!(refused, (400, "SAVE_ERROR".to_owned()));
    stage.check().await;
}

#[tokio::test]
async fn a_file_is_saved_to_ones_own_drive_and_stays_when_the_chat_loses_it() {
    let stage = Stage::set().await;
    let dialog = chat(stage.group(&stage.alice, &[2]).await);
    let (file, _) = send(&stage.alice, &dialog, "photo.txt", "bytes").await;
    let saved = stage.bob.ok("im.disk.file.save", json!({ "FILE_ID": file["id"] })).await;
    assert_eq!(saved["folder"]["name"], "Saved Files");
    assert_eq!(saved["file"]["name"], "photo.txt");
    let twice = stage.bob.ok("im.disk.file.save", json!({ "FILE_ID": file["id"] })).await;
    assert_eq!(twice["file"]["name"], "photo (1).txt");
    assert_eq!(twice["folder"], saved["folder"]);
    let chat_id = dialog.trim_start_matches("chat");
    let gone =
        stage.alice.ok("im.disk.file.delete", json!({ "CHAT_ID": chat_id, "FILE_ID": file["id"] })).await;
    assert_eq!(gone, true);
    let own = stage.bob.ok("disk.file.get", json!({ "id": saved["file"]["id"] })).await;
    assert_eq!(fetch(&stage.portal, &own["DOWNLOAD_URL"]).await, (200, b"bytes".to_vec()));
    assert_eq!(own["CREATED_BY"], "2");
    for (client, id) in [(&stage.carol, saved["file"]["id"].clone()), (&stage.bob, json!(9999))] {
        let refused = client.refused("im.disk.file.save", json!({ "FILE_ID": id })).await;
        assert_eq!(refused, (400, "FILE_SAVE_ERROR".to_owned()));
    }
    stage.check().await;
}

#[tokio::test]
async fn a_deleted_file_leaves_its_message_and_takes_one_that_said_nothing_else_with_it() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let dialog = chat(group);
    let (one, two) =
        (bring(&stage.alice, &dialog, "1.txt", "1").await, bring(&stage.alice, &dialog, "2.txt", "2").await);
    let params = json!({ "DIALOG_ID": dialog, "UPLOAD_ID": [one, two], "MESSAGE": "Two" });
    stage.alice.ok("im.disk.file.commit", params).await;
    let (alone, lone) = send(&stage.alice, &dialog, "3.txt", "3").await;
    assert_eq!(stage.bob.row(&dialog).await.unwrap()["counter"], 2);
    let link = page(&stage.bob, &dialog).await["files"][0]["urlDownload"].clone();
    let delete = async |client: &Client, file: &Value| {
        client.ok("im.disk.file.delete", json!({ "CHAT_ID": group, "FILE_ID": file })).await
    };
    assert_eq!(delete(&stage.bob, &json!(one)).await, true, "a member is told so, and the file stays");
    assert_eq!(page(&stage.bob, &dialog).await["files"].as_array().unwrap().len(), 3);
    assert_eq!(delete(&stage.carol, &json!(one)).await, false, "who is no member is not");
    assert_eq!(delete(&stage.alice, &json!(9999)).await, false);
    assert_eq!(delete(&stage.alice, &json!(one)).await, true);
    assert_eq!(delete(&stage.alice, &json!(one)).await, false, "it is gone");
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!(shown["messages"][1]["params"], json!({ "FILE_ID": [two] }));
    assert_eq!(delete(&stage.alice, &json!(two)).await, true);
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!((&shown["messages"][1]["params"], &shown["messages"][1]["text"]), (&json!([]), &json!("Two")));
    assert_eq!(delete(&stage.alice, &alone["id"]).await, true);
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!(
        (&shown["messages"][0]["id"], &shown["messages"][0]["params"]["IS_DELETED"]),
        (&json!(lone), &json!("Y"))
    );
    assert_eq!(shown["files"], json!([]));
    assert_eq!(stage.bob.row(&dialog).await.unwrap()["counter"], 1, "it counts no more");
    assert_eq!(fetch(&stage.portal, &link).await.0, 404);
    stage.check().await;
}

#[tokio::test]
async fn a_message_that_is_taken_back_takes_its_files_along() {
    let stage = Stage::set().await;
    let (file, message) = send(&stage.alice, "2", "secret.txt", "oops").await;
    let link = page(&stage.bob, "1").await["files"][0]["urlDownload"].clone();
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": message })).await;
    assert_eq!(fetch(&stage.portal, &link).await.0, 404);
    assert_eq!(page(&stage.bob, "1").await["files"], json!([]));
    let refused = stage.alice.refused("disk.file.get", json!({ "id": file["id"] })).await;
    assert_eq!(refused, (400, "ERROR_NOT_FOUND".to_owned()));
    let (next, _) = send(&stage.alice, "2", "next.txt", "next").await;
    assert!(next["id"].as_i64() > file["id"].as_i64(), "a number is not given again");
    stage.check().await;
}

#[tokio::test]
async fn each_method_says_what_is_missing() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let dialog = chat(group);
    let fields = json!({ "name": "a.txt", "content": "YQ==" });
    let cases = [
        ("im.disk.folder.get", json!({}), 400, "CHAT_ID_EMPTY"),
        ("im.disk.folder.get", json!({ "CHAT_ID": dialog }), 400, "CHAT_ID_EMPTY"),
        ("im.disk.folder.get", json!({ "DIALOG_ID": "room1" }), 400, "DIALOG_ID_EMPTY"),
        ("im.disk.folder.get", json!({ "DIALOG_ID": "chat999" }), 403, "ACCESS_ERROR"),
        ("im.disk.file.commit", json!({ "UPLOAD_ID": 1 }), 400, "CHAT_ID_EMPTY"),
        ("im.disk.file.commit", json!({ "DIALOG_ID": "", "UPLOAD_ID": 1 }), 400, "DIALOG_ID_EMPTY"),
        ("im.disk.file.commit", json!({ "CHAT_ID": group }), 400, "FILES_ERROR"),
        ("im.disk.file.commit", json!({ "CHAT_ID": group, "UPLOAD_ID": "" }), 400, "SAVE_ERROR"),
        ("im.disk.file.commit", json!({ "CHAT_ID": group, "UPLOAD_ID": [] }), 400, "SAVE_ERROR"),
        ("im.disk.file.commit", json!({ "CHAT_ID": group, "FILE_ID": 9999 }), 400, "SAVE_ERROR"),
        ("im.disk.file.commit", json!({ "CHAT_ID": 999, "FILE_ID": 9999 }), 403, "ACCESS_ERROR"),
        ("im.disk.file.delete", json!({ "FILE_ID": 1 }), 400, "CHAT_ID_EMPTY"),
        ("im.disk.file.delete", json!({ "CHAT_ID": group }), 400, "FILE_ID_EMPTY"),
        ("im.disk.file.save", json!({ "FILE_ID": 0 }), 400, "FILE_ID_EMPTY"),
        ("im.v2.File.upload", json!({ "dialogId": dialog }), 400, "FILE_EMPTY"),
        (
            "im.v2.File.upload",
            json!({ "dialogId": dialog, "fields": { "content": "YQ==" } }),
            400,
            "FILE_EMPTY",
        ),
        (
            "im.v2.File.upload",
            json!({ "dialogId": dialog, "fields": { "name": "a.txt" } }),
            400,
            "FILE_EMPTY",
        ),
        (
            "im.v2.File.upload",
            json!({ "dialogId": dialog, "fields": { "name": "a.txt", "content": "data:text/plain;base64,YQ==" } }),
            400,
            "FILE_INVALID_CONTENT",
        ),
        ("im.v2.File.upload", json!({ "dialogId": "chat999", "fields": fields }), 400, "CHAT_NOT_FOUND"),
        ("im.v2.File.upload", json!({ "dialogId": "999", "fields": fields }), 400, "CHAT_NOT_FOUND"),
        ("im.v2.File.upload", json!({ "dialogId": "x", "fields": fields }), 400, "CHAT_NOT_FOUND"),
        ("im.v2.File.download", json!({ "dialogId": dialog, "fileId": 9999 }), 400, "FILE_NOT_FOUND"),
        ("im.v2.File.download", json!({ "dialogId": dialog }), 400, "FILE_NOT_FOUND"),
        ("im.v2.File.download", json!({ "dialogId": "chat999", "fileId": 1 }), 403, "ACCESS_DENIED"),
    ];
    for (method, params, status, code) in cases {
        let refused = stage.alice.refused(method, params.clone()).await;
        assert_eq!(refused, (status, code.to_owned()), "{method} {params}");
    }
    assert_eq!(page(&stage.bob, &dialog).await["files"], json!([]));
    stage.check().await;
}

#[tokio::test]
async fn a_file_has_at_most_as_many_bytes_as_the_settings_say() {
    let portal = TestPortal::with(|config| config.files.largest_bytes = 2048).await;
    let alice = portal.client(lately_testkit::Person::Alice).await;
    let bytes = vec![7; 2049];
    let fields = |bytes: &[u8]| json!({ "name": "a.bin", "content": base64(bytes) });
    let upload = json!({ "dialogId": "2", "fields": fields(&bytes) });
    assert_eq!(alice.refused("im.v2.File.upload", upload).await, (400, "FILE_TOO_LARGE".to_owned()));
    let folder = folder(&alice, "2").await;
    let inline = json!({ "id": folder, "data": { "NAME": "a" }, "fileContent": ["a", base64(&bytes)] });
    let refused = alice.refused("disk.folder.uploadFile", inline).await;
    assert_eq!(refused, (400, "ERROR_COULD_NOT_SAVE_FILE".to_owned()));
    for _ in 0..2 {
        let link = alice.ok("disk.folder.uploadFile", json!({ "id": folder })).await["uploadUrl"].clone();
        let (status, body) = send_form(&portal, &link, "a.bin", &bytes).await;
        assert_eq!((status, &body["error"]), (400, &json!("ERROR_COULD_NOT_SAVE_FILE")));
    }
    let (file, _) = send(&alice, "2", "a.bin", &bytes[..2048]).await;
    assert_eq!(file["size"], 2048);
    let version = json!({ "id": file["id"], "fileContent": ["a.bin", base64(&bytes)] });
    assert_eq!(alice.refused("disk.file.uploadVersion", version).await, (400, "DISK_FILE_22006".to_owned()));
    let left = std::fs::read_dir(portal.data().join("files/.incoming")).unwrap().count();
    assert_eq!(left, 0, "nothing of what was refused stays");
    portal.assert_exact().await;
}

#[tokio::test]
async fn when_there_is_no_place_for_bytes_the_caller_is_told_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = dir.path().join("blocked");
    std::fs::write(&blocked, "a file where a folder should be").unwrap();
    let portal = TestPortal::with(|config| config.files.directory = Some(blocked)).await;
    let alice = portal.client(lately_testkit::Person::Alice).await;
    let upload = json!({ "dialogId": "2", "fields": { "name": "a.txt", "content": "YQ==" } });
    assert_eq!(alice.refused("im.v2.File.upload", upload).await, (400, "UPLOAD_FAILED".to_owned()));
    let folder = folder(&alice, "2").await;
    let inline = json!({ "id": folder, "data": { "NAME": "a" }, "fileContent": ["a", "YQ=="] });
    let refused = alice.refused("disk.folder.uploadFile", inline).await;
    assert_eq!(refused, (400, "ERROR_COULD_NOT_SAVE_FILE".to_owned()));
    assert_eq!(page(&alice, "2").await["files"], json!([]));
    alice.say(2, "words work").await;
    portal.assert_exact().await;
}
