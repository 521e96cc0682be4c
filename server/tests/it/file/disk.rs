//! Drives: storages, folders, files, versions, public links.

use serde_json::{Value, json};

use super::{base64, bring, fetch, folder, here, send};
use crate::stage::{NOW, Stage, assert_shape, chat};

fn example_file() -> Value {
    json!({
        "ID": "9043", "NAME": "Test.docx", "CODE": null, "STORAGE_ID": "1357", "TYPE": "file", "PARENT_ID": "8996",
        "DELETED_TYPE": "0", "GLOBAL_CONTENT_VERSION": "2", "FILE_ID": "32969", "SIZE": "21668", "CREATE_TIME": NOW,
        "UPDATE_TIME": NOW, "DELETE_TIME": null, "CREATED_BY": "1269", "UPDATED_BY": "1269", "DELETED_BY": "0",
        "DOWNLOAD_URL": "https://", "DETAIL_URL": "https://",
    })
}

/// What an upload answers.
pub fn example_new_file() -> Value {
    let mut example = example_file();
    for key in ["ID", "FILE_ID", "GLOBAL_CONTENT_VERSION", "DELETED_TYPE"] {
        example[key] = json!(1);
    }
    example["DELETED_BY"] = Value::Null;
    example
}

async fn drives(stage: &Stage) -> (Value, Value) {
    let all = stage.alice.ok("disk.storage.getList", json!({})).await;
    (all[0].clone(), all[1].clone())
}

async fn put(stage: &Stage, storage: &Value, name: &str, text: &str) -> Value {
    let params = json!({ "id": storage, "data": { "NAME": name }, "fileContent": [name, base64(text)] });
    stage.alice.ok("disk.storage.uploadFile", params).await
}

#[tokio::test]
async fn everybody_has_a_drive_and_the_company_has_one() {
    let stage = Stage::set().await;
    let reply = stage.alice.call("disk.storage.getList", json!({})).await;
    assert_eq!((&reply.body["total"], reply.body.get("next")), (&json!(2), None));
    let (own, company) = drives(&stage).await;
    let example = json!({
        "ID": "1357", "NAME": "Storage", "CODE": null, "MODULE_ID": "disk", "ENTITY_TYPE": "user", "ENTITY_ID": "1269",
        "ROOT_OBJECT_ID": "8875",
    });
    assert_shape(&own, &example);
    assert_eq!(
        (&own["NAME"], &own["ENTITY_TYPE"], &own["ENTITY_ID"]),
        (&json!("Alice Adams"), &json!("user"), &json!("1"))
    );
    assert_eq!(company["ENTITY_TYPE"], "common");
    let bobs = stage.bob.ok("disk.storage.getList", json!({})).await;
    assert_eq!((&bobs[0], &bobs[1]["NAME"]), (&company, &json!("Bob Brown")), "by number");
    assert_eq!(stage.alice.ok("disk.storage.get", json!({ "id": own["ID"] })).await, own);
    assert_eq!(stage.alice.ok("disk.storage.get", json!({ "id": "mine" })).await, Value::Null);
    let filtered =
        stage.alice.ok("disk.storage.getList", json!({ "filter": { "ENTITY_TYPE": "common" } })).await;
    assert_eq!(filtered, json!([company]));
    let sorted = stage.alice.ok("disk.storage.getList", json!({ "order": { "ID": "DESC" } })).await;
    assert_eq!(sorted, json!([company, own]));
    put(&stage, &company["ID"], "rules.txt", "rules").await;
    let seen = stage.bob.ok("disk.storage.getChildren", json!({ "id": company["ID"] })).await;
    assert_eq!(seen[0]["NAME"], "rules.txt");
    let mine = json!({ "id": own["ID"] });
    for method in
        ["disk.storage.get", "disk.storage.getChildren", "disk.folder.get", "disk.folder.getChildren"]
    {
        assert_eq!(
            stage.bob.refused(method, mine.clone()).await,
            (400, "ACCESS_DENIED".to_owned()),
            "{method}"
        );
    }
    let upload = json!({ "id": own["ID"], "data": { "NAME": "a" }, "fileContent": ["a", "YQ=="] });
    assert_eq!(stage.bob.refused("disk.storage.uploadFile", upload).await, (400, "ACCESS_DENIED".to_owned()));
    stage.check().await;
}

#[tokio::test]
async fn a_folder_lists_its_folders_and_files_page_by_page() {
    let stage = Stage::set().await;
    let (own, _) = drives(&stage).await;
    for number in 1..=52 {
        put(&stage, &own["ID"], &format!("file {number:02}.txt"), &"x".repeat(number)).await;
    }
    let (sent, _) = send(&stage.bob, "1", "saved.txt", "s").await;
    let saved = stage.alice.ok("im.disk.file.save", json!({ "FILE_ID": sent["id"] })).await;
    let first = stage.alice.call("disk.storage.getChildren", json!({ "id": own["ID"] })).await;
    assert_eq!((&first.body["total"], &first.body["next"]), (&json!(53), &json!(50)));
    let page = first.result().as_array().unwrap();
    assert_eq!(page.len(), 50);
    assert_shape(&page[0], &example_file());
    let rest = stage
        .alice
        .call("disk.folder.getChildren", json!({ "id": own["ROOT_OBJECT_ID"], "start": 50 }))
        .await;
    assert_eq!((rest.result().as_array().unwrap().len(), rest.body.get("next")), (3, None));
    let asked = async |filter: Value, order: Value| {
        let params = json!({ "id": own["ID"], "filter": filter, "order": order });
        let found = stage.alice.ok("disk.folder.getChildren", params).await;
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["NAME"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(json!({ "TYPE": "folder" }), json!({})).await, ["Saved Files"]);
    assert_eq!(
        asked(json!({ ">SIZE": 50 }), json!({ "SIZE": "DESC" })).await,
        ["file 52.txt", "file 51.txt"]
    );
    assert_eq!(asked(json!({ "%NAME": "E 07" }), json!({})).await, ["file 07.txt"]);
    let inner = stage.alice.ok("disk.folder.get", json!({ "id": saved["folder"]["id"] })).await;
    assert_shape(
        &inner,
        &json!({
            "ID": "8930", "NAME": "Folder", "CODE": "FOR_SAVED_FILES", "STORAGE_ID": "1357", "TYPE": "folder",
            "REAL_OBJECT_ID": "8930", "PARENT_ID": "8907", "DELETED_TYPE": "0", "CREATE_TIME": NOW, "UPDATE_TIME": NOW,
            "DELETE_TIME": null, "CREATED_BY": "1269", "UPDATED_BY": "1269", "DELETED_BY": "0", "DETAIL_URL": "",
        }),
    );
    assert_eq!((&inner["PARENT_ID"], &inner["STORAGE_ID"]), (&own["ID"], &own["ID"]));
    let refused = stage.alice.refused("disk.storage.get", json!({ "id": inner["ID"] })).await;
    assert_eq!(refused, (400, "ERROR_NOT_FOUND".to_owned()), "a folder is no storage");
    stage.check().await;
}

#[tokio::test]
async fn a_file_gets_other_bytes_and_keeps_its_number() {
    let stage = Stage::set().await;
    let (file, message) = send(&stage.alice, "2", "Test.txt", "first").await;
    let before = stage.alice.ok("disk.file.get", json!({ "id": file["id"] })).await;
    assert_shape(&before, &example_file());
    assert_eq!(fetch(&stage.portal, &before["DOWNLOAD_URL"]).await, (200, b"first".to_vec()));
    stage.portal.clock.step(60);
    let params = json!({ "id": file["id"], "fileContent": ["Test #2.txt", base64("second one")] });
    let after = stage.alice.ok("disk.file.uploadVersion", params).await;
    let mut example = example_file();
    example["GLOBAL_CONTENT_VERSION"] = json!(7);
    assert_shape(&after, &example);
    assert_eq!((&after["ID"], &after["GLOBAL_CONTENT_VERSION"]), (&before["ID"], &json!(2)));
    assert_eq!((&after["NAME"], &after["SIZE"]), (&json!("Test #2.txt"), &json!("10")));
    assert_ne!(after["FILE_ID"], before["FILE_ID"]);
    assert_eq!(
        (&after["CREATE_TIME"], &after["UPDATE_TIME"]),
        (&json!(NOW), &json!("2026-03-02T10:01:00+00:00"))
    );
    assert_eq!(fetch(&stage.portal, &before["DOWNLOAD_URL"]).await, (200, b"second one".to_vec()));
    let shown = super::page(&stage.bob, "1").await;
    assert_eq!(
        (&shown["messages"][0]["id"], &shown["files"][0]["name"]),
        (&json!(message), &json!("Test #2.txt"))
    );
    let version = |content: Value| json!({ "id": file["id"], "fileContent": content });
    for (params, code) in [
        (json!({ "id": file["id"] }), "ERROR_ARGUMENT"),
        (json!({ "fileContent": ["a", "YQ=="] }), "ERROR_ARGUMENT"),
        (version(json!(["a.txt", ""])), "ERROR_ARGUMENT"),
        (version(json!(["a.txt", "?"])), "DISK_FILE_22002"),
        (version(json!(["../a.txt", "YQ=="])), "DISK_FILE_22002"),
        (json!({ "id": 9999, "fileContent": ["a", "YQ=="] }), "ERROR_NOT_FOUND"),
    ] {
        let refused = stage.alice.refused("disk.file.uploadVersion", params.clone()).await;
        assert_eq!(refused, (400, code.to_owned()), "{params}");
    }
    send(&stage.alice, "2", "taken.txt", "x").await;
    let refused = stage.alice.refused("disk.file.uploadVersion", version(json!(["taken.txt", "YQ=="]))).await;
    assert_eq!(refused, (400, "DISK_OBJ_22000".to_owned()));
    let nameless = stage.alice.ok("disk.file.uploadVersion", version(json!(base64("third")))).await;
    assert_eq!((&nameless["NAME"], &nameless["SIZE"]), (&json!("Test #2.txt"), &json!("5")));
    stage.check().await;
}

#[tokio::test]
async fn a_public_link_is_for_everybody_until_the_file_goes() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let (file, _) = send(&stage.alice, &chat(group), "flyer.txt", "for all").await;
    let publish = async || stage.bob.ok("disk.file.getExternalLink", json!({ "id": file["id"] })).await;
    let link = publish().await;
    assert_eq!(publish().await, link);
    assert!(link.as_str().unwrap().starts_with("https://portal.lately.test/~"), "{link}");
    assert_eq!(fetch(&stage.portal, &link).await, (200, b"for all".to_vec()));
    let answer = stage.portal.http().get(here(&stage.portal, &link)).send().await.unwrap();
    assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("attachment"));
    stage.alice.ok("im.disk.file.delete", json!({ "CHAT_ID": group, "FILE_ID": file["id"] })).await;
    assert_eq!(fetch(&stage.portal, &link).await.0, 404);
    for (params, code) in [(json!({}), "ERROR_ARGUMENT"), (json!({ "id": 9999 }), "ERROR_NOT_FOUND")] {
        assert_eq!(stage.alice.refused("disk.file.getExternalLink", params).await, (400, code.to_owned()));
    }
    stage.check().await;
}

#[tokio::test]
async fn a_posted_file_hangs_on_its_message() {
    let stage = Stage::set().await;
    let (file, message) = send(&stage.alice, "2", "Picture.txt", "hung").await;
    let hung = stage.bob.ok("disk.attachedObject.get", json!({ "id": file["id"] })).await;
    assert_shape(
        &hung,
        &json!({
            "ID": "495", "OBJECT_ID": "8903", "MODULE_ID": "tasks", "ENTITY_TYPE": "tasks_task", "ENTITY_ID": "3845",
            "CREATE_TIME": NOW, "CREATED_BY": "1269", "DOWNLOAD_URL": "https://", "NAME": "Picture.png", "SIZE": "52486",
        }),
    );
    assert_eq!((&hung["ENTITY_ID"], &hung["MODULE_ID"]), (&json!(message.to_string()), &json!("im")));
    assert_eq!(fetch(&stage.portal, &hung["DOWNLOAD_URL"]).await, (200, b"hung".to_vec()));
    let waiting = bring(&stage.alice, "2", "waits.txt", "w").await;
    for id in [json!(waiting), json!(9999)] {
        let refused = stage.alice.refused("disk.attachedObject.get", json!({ "id": id })).await;
        assert_eq!(refused, (400, "ERROR_NOT_FOUND".to_owned()));
    }
    stage.check().await;
}

#[tokio::test]
async fn each_method_of_drives_says_what_is_missing() {
    let stage = Stage::set().await;
    let (own, _) = drives(&stage).await;
    let folder = folder(&stage.alice, "2").await;
    for method in [
        "disk.storage.getChildren",
        "disk.folder.get",
        "disk.folder.getChildren",
        "disk.folder.uploadFile",
        "disk.file.get",
        "disk.storage.get",
        "disk.storage.uploadFile",
        "disk.attachedObject.get",
    ] {
        let reply = stage.alice.call(method, json!({})).await;
        assert_eq!(reply.error(), (400, "ERROR_ARGUMENT"), "{method}");
        assert_eq!(reply.body["argument"], "id", "{method}");
        assert_eq!(
            stage.alice.refused(method, json!({ "id": 99999 })).await,
            (400, "ERROR_NOT_FOUND".to_owned()),
            "{method}"
        );
    }
    let refused = [
        (
            "disk.folder.uploadFile",
            json!({ "id": folder, "fileContent": ["a.txt", "YQ=="] }),
            "DISK_BASE_SERVICE_22001",
        ),
        (
            "disk.folder.uploadFile",
            json!({ "id": folder, "data": { "NAME": "a" }, "fileContent": ["a", "?"] }),
            "ERROR_COULD_NOT_SAVE_FILE",
        ),
        (
            "disk.folder.uploadFile",
            json!({ "id": folder, "data": { "NAME": "a" }, "fileContent": ["a", "YQ==YQ=="] }),
            "ERROR_COULD_NOT_SAVE_FILE",
        ),
        ("disk.storage.uploadFile", json!({ "id": own["ID"], "data": { "NAME": "a" } }), "ERROR_ARGUMENT"),
        (
            "disk.storage.uploadFile",
            json!({ "id": own["ID"], "fileContent": ["a", "YQ=="] }),
            "DISK_BASE_SERVICE_22001",
        ),
        (
            "disk.storage.uploadFile",
            json!({ "id": folder, "data": { "NAME": "a" }, "fileContent": ["a", "YQ=="] }),
            "ERROR_NOT_FOUND",
        ),
        (
            "disk.storage.uploadFile",
            json!({
                "id": own["ID"], "data": { "NAME": "a" }, "fileContent": ["a", "YQ=="],
                "rights": [{ "TASK_ID": 42, "ACCESS_CODE": "U3" }],
            }),
            "ERROR_ARGUMENT",
        ),
        (
            "disk.storage.uploadFile",
            json!({ "id": own["ID"], "data": { "NAME": "a" }, "fileContent": ["a", "YQ=="], "rights": "x" }),
            "ERROR_ARGUMENT",
        ),
    ];
    for (method, params, code) in refused {
        assert_eq!(stage.alice.refused(method, params.clone()).await, (400, code.to_owned()), "{params}");
    }
    let chats = stage.alice.ok("disk.folder.get", json!({ "id": folder })).await["STORAGE_ID"].clone();
    let storage = stage.alice.ok("disk.storage.get", json!({ "id": chats })).await;
    assert_eq!((&storage["MODULE_ID"], &storage["ENTITY_TYPE"]), (&json!("im"), &json!("im")));
    let into = json!({ "id": chats, "data": { "NAME": "a" }, "fileContent": ["a", "YQ=="] });
    assert_eq!(stage.alice.refused("disk.storage.uploadFile", into).await, (400, "ACCESS_DENIED".to_owned()));
    assert_eq!(stage.carol.ok("disk.storage.getChildren", json!({ "id": chats })).await, json!([]));
    let rooms = stage.bob.ok("disk.storage.getChildren", json!({ "id": chats })).await;
    assert_eq!((rooms.as_array().unwrap().len(), &rooms[0]["ID"]), (1, &json!(folder.to_string())));
    stage.check().await;
}
