//! Who may do what: other people's chats and drives are closed, and so is what came before one could see it.

use lately_testkit::Person;
use serde_json::json;

use super::{bring, fetch, folder, page, send};
use crate::stage::{Stage, chat, ids};

#[tokio::test]
async fn files_of_foreign_chats_are_closed_in_every_method() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let dialog = chat(group);
    let (file, message) = send(&stage.alice, &dialog, "secret.txt", "for two").await;
    let waiting = bring(&stage.alice, &dialog, "draft.txt", "draft").await;
    let (folder, id) = (folder(&stage.alice, &dialog).await, file["id"].clone());
    let fields = json!({ "name": "a.txt", "content": "YQ==" });
    let inline = json!({ "id": folder, "data": { "NAME": "a" }, "fileContent": ["a", "YQ=="] });
    let refused = [
        ("im.disk.folder.get", json!({ "CHAT_ID": group }), 403, "ACCESS_ERROR"),
        ("im.disk.file.commit", json!({ "CHAT_ID": group, "UPLOAD_ID": waiting }), 403, "ACCESS_ERROR"),
        ("im.disk.file.commit", json!({ "DIALOG_ID": "2", "FILE_ID": id }), 400, "SAVE_ERROR"),
        ("im.disk.file.save", json!({ "FILE_ID": id }), 400, "FILE_SAVE_ERROR"),
        ("im.v2.File.upload", json!({ "dialogId": dialog, "fields": fields }), 403, "ACCESS_DENIED"),
        ("im.v2.File.download", json!({ "dialogId": dialog, "fileId": id }), 403, "ACCESS_DENIED"),
        ("im.v2.File.download", json!({ "dialogId": "2", "fileId": id }), 403, "ACCESS_DENIED"),
        ("disk.folder.get", json!({ "id": folder }), 400, "ACCESS_DENIED"),
        ("disk.folder.getChildren", json!({ "id": folder }), 400, "ACCESS_DENIED"),
        ("disk.folder.uploadFile", json!({ "id": folder }), 400, "ACCESS_DENIED"),
        ("disk.folder.uploadFile", inline, 400, "ACCESS_DENIED"),
        ("disk.file.get", json!({ "id": id }), 400, "ACCESS_DENIED"),
        ("disk.file.getExternalLink", json!({ "id": id }), 400, "ACCESS_DENIED"),
        ("disk.file.uploadVersion", json!({ "id": id, "fileContent": ["a", "YQ=="] }), 400, "ACCESS_DENIED"),
        ("disk.attachedObject.get", json!({ "id": id }), 400, "ACCESS_DENIED"),
    ];
    for (method, params, status, code) in refused {
        let reply = stage.carol.call(method, params.clone()).await;
        assert_eq!(reply.error(), (status, code), "{method} {params}");
        assert!(!reply.text.contains("secret") && !reply.text.contains("for two"), "{}", reply.text);
    }
    let deleted = stage.carol.ok("im.disk.file.delete", json!({ "CHAT_ID": group, "FILE_ID": id })).await;
    assert_eq!(deleted, false);
    let shown = page(&stage.bob, &dialog).await;
    assert_eq!(
        (&shown["messages"][0]["id"], ids(&shown["files"])),
        (&json!(message), vec![id.as_i64().unwrap()])
    );
    let version = json!({ "id": id, "fileContent": ["a", "YQ=="] });
    let refused = stage.bob.refused("disk.file.uploadVersion", version).await;
    assert_eq!(refused, (400, "ACCESS_DENIED".to_owned()), "others' files are only read");
    stage.check().await;
}

#[tokio::test]
async fn whoever_comes_later_with_history_hidden_finds_only_later_files() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let dialog = chat(group);
    let (early, _) = send(&stage.alice, &dialog, "early.txt", "early").await;
    let params = json!({ "CHAT_ID": group, "USERS": [3], "HIDE_HISTORY": "Y" });
    stage.alice.ok("im.chat.user.add", params).await;
    let (late, _) = send(&stage.alice, &dialog, "late.txt", "late").await;
    assert_eq!(ids(&page(&stage.carol, &dialog).await["files"]), [late["id"].as_i64().unwrap()]);
    let children = json!({ "id": folder(&stage.carol, &dialog).await });
    let found = stage.carol.ok("disk.folder.getChildren", children.clone()).await;
    assert_eq!(found.as_array().unwrap().iter().map(|one| &one["NAME"]).collect::<Vec<_>>(), ["late.txt"]);
    assert_eq!(stage.bob.ok("disk.folder.getChildren", children).await.as_array().unwrap().len(), 2);
    for (method, params, code) in [
        ("disk.file.get", json!({ "id": early["id"] }), "ACCESS_DENIED"),
        ("im.disk.file.save", json!({ "FILE_ID": early["id"] }), "FILE_SAVE_ERROR"),
        ("im.v2.File.download", json!({ "dialogId": dialog, "fileId": early["id"] }), "FILE_NOT_FOUND"),
    ] {
        assert_eq!(stage.carol.refused(method, params).await, (400, code.to_owned()), "{method}");
    }
    stage.check().await;
}

#[tokio::test]
async fn in_a_channel_managers_send_and_the_others_fetch() {
    let stage = Stage::set().await;
    stage.import_chat(70, "N", json!({})).await;
    let (file, _) = send(&stage.alice, "chat70", "news.txt", "news").await;
    let fields = json!({ "name": "a.txt", "content": "YQ==" });
    let refused =
        stage.bob.refused("im.v2.File.upload", json!({ "dialogId": "chat70", "fields": fields })).await;
    assert_eq!(refused, (400, "SEND_FAILED".to_owned()));
    let folder = folder(&stage.bob, "chat70").await;
    assert_eq!(stage.bob.ok("disk.folder.getChildren", json!({ "id": folder })).await[0]["NAME"], "news.txt");
    let refused = stage.bob.refused("disk.folder.uploadFile", json!({ "id": folder })).await;
    assert_eq!(refused, (400, "ACCESS_DENIED".to_owned()));
    let commit = json!({ "CHAT_ID": 70, "FILE_ID": file["id"] });
    assert_eq!(stage.bob.refused("im.disk.file.commit", commit).await, (403, "ACCESS_ERROR".to_owned()));
    let params = json!({ "dialogId": "chat70", "fileId": file["id"] });
    let link = stage.bob.ok("im.v2.File.download", params).await["downloadUrl"].clone();
    assert_eq!(fetch(&stage.portal, &link).await, (200, b"news".to_vec()));
    stage.check().await;
}

#[tokio::test]
async fn a_guest_from_outside_has_a_drive_and_not_the_companys() {
    let stage = Stage::set().await;
    let erin = stage.portal.client(Person::Erin).await;
    let own = erin.ok("disk.storage.getList", json!({})).await;
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!((&own[0]["ENTITY_TYPE"], &own[0]["ENTITY_ID"]), (&json!("user"), &json!("5")));
    let company =
        stage.alice.ok("disk.storage.getList", json!({ "filter": { "ENTITY_TYPE": "common" } })).await;
    let id = &company[0]["ID"];
    assert_eq!(
        erin.refused("disk.storage.get", json!({ "id": id })).await,
        (400, "ACCESS_DENIED".to_owned())
    );
    let fields = json!({ "name": "a.txt", "content": "YQ==" });
    let refused = erin.refused("im.v2.File.upload", json!({ "dialogId": "2", "fields": fields })).await;
    assert_eq!(
        refused,
        (403, "ACCESS_DENIED".to_owned()),
        "nor does she write to whom she shares no chat with"
    );
    stage.check().await;
}
