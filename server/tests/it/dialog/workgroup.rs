//! The chat of a workgroup: by the workgroup's number it is what it is by its own, in every method that takes a dialog.

use serde_json::{Value, json};

use crate::file::{base64, bring};
use crate::stage::{Stage, chat, ids};

/// The chat of workgroup 5, which alice owns and bob is in, and its number.
async fn workgroup() -> (Stage, i64) {
    let stage = Stage::set().await;
    let made = json!({ "ENTITY_TYPE": "SONET_GROUP", "ENTITY_ID": "5", "TITLE": "Team", "USERS": [2] });
    let id = stage.alice.ok("im.chat.add", made).await.as_i64().unwrap();
    (stage, id)
}

#[tokio::test]
async fn reading_it_by_either_address_is_the_same() {
    let (stage, id) = workgroup().await;
    let said = stage.alice.say("sg5", "one").await;
    stage.alice.say("SG5", "two").await;
    for (method, more) in [
        ("im.dialog.messages.get", json!({})),
        ("im.dialog.users.list", json!({})),
        ("im.disk.folder.get", json!({})),
        ("im.dialog.writing", json!({})),
    ] {
        let by = async |dialog: String| {
            let mut params = more.clone();
            params["DIALOG_ID"] = json!(dialog);
            stage.bob.ok(method, params).await
        };
        assert_eq!(by("sg5".to_owned()).await, by(chat(id)).await, "{method}");
    }
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "sg5" })).await;
    assert_eq!(page["chat_id"], id);
    assert_eq!(ids(&page["messages"]).last(), Some(&(said - 1)), "that bob was invited");
    let read = stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "sg5", "MESSAGE_ID": said })).await;
    assert_eq!((&read["chatId"], &read["lastId"], &read["counter"]), (&json!(id), &json!(said), &json!(1)));
    assert_eq!(
        stage.bob.ok("im.dialog.unread", json!({ "DIALOG_ID": "sg5", "MESSAGE_ID": said })).await,
        true
    );
    assert_eq!(stage.bob.row(chat(id)).await.unwrap()["counter"], 2);
    stage.check().await;
}

#[tokio::test]
async fn what_one_does_to_its_row_by_either_address_is_the_same() {
    let (stage, id) = workgroup().await;
    stage.alice.say("sg5", "one").await;
    let row = async || stage.bob.row(chat(id)).await;
    for (method, params, key, value) in [
        ("im.recent.pin", json!({ "PIN": "Y" }), "pinned", true),
        ("im.recent.pin", json!({ "PIN": "N" }), "pinned", false),
        ("im.recent.unread", json!({ "ACTION": "Y" }), "unread", true),
        ("im.recent.unread", json!({ "ACTION": "N" }), "unread", false),
    ] {
        let mut params = params;
        params["DIALOG_ID"] = json!("sg5");
        assert_eq!(stage.bob.ok(method, params).await, true, "{method}");
        assert_eq!(row().await.unwrap()[key], value, "{method}");
    }
    assert_eq!(stage.bob.ok("im.chat.mute", json!({ "DIALOG_ID": "sg5", "MUTE": "Y" })).await, true);
    assert_eq!(row().await.unwrap()["chat"]["mute_list"], json!({ "2": true }));
    assert_eq!(stage.bob.ok("im.search.last.add", json!({ "DIALOG_ID": "sg5" })).await, true);
    let found = stage.bob.ok("im.search.last.get", json!({})).await;
    assert_eq!(found[0]["chat"]["id"], id);
    assert_eq!(stage.bob.ok("im.search.last.delete", json!({ "DIALOG_ID": "sg5" })).await, true);
    assert_eq!(stage.bob.ok("im.search.last.get", json!({})).await, json!([]));
    assert_eq!(stage.bob.ok("im.recent.hide", json!({ "DIALOG_ID": "sg5" })).await, true);
    assert!(row().await.is_none());
    stage.check().await;
}

#[tokio::test]
async fn files_go_into_it_by_the_workgroups_number() {
    let (stage, id) = workgroup().await;
    let file = bring(&stage.alice, "sg5", "a.txt", "a").await;
    let posted =
        stage.alice.ok("im.disk.file.commit", json!({ "DIALOG_ID": "sg5", "UPLOAD_ID": file })).await;
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(id) })).await;
    assert_eq!(page["messages"][0]["id"], posted["MESSAGE_ID"]);
    let fields = json!({ "name": "b.txt", "content": base64("b") });
    let sent = stage.alice.ok("im.v2.File.upload", json!({ "dialogId": "sg5", "fields": fields })).await;
    let file = sent["file"]["id"].clone();
    let link = stage.bob.ok("im.v2.File.download", json!({ "dialogId": "sg5", "fileId": file })).await;
    assert!(link["downloadUrl"].as_str().is_some_and(|link| link.contains("://")), "{link}");
    assert_eq!(stage.bob.row(chat(id)).await.unwrap()["message"]["text"], "[File]");
    stage.check().await;
}

#[tokio::test]
async fn its_workgroup_decides_who_is_in_it_and_how_it_looks() {
    let (stage, id) = workgroup().await;
    for (method, params, refused) in [
        ("im.chat.updateTitle", json!({ "TITLE": "Other" }), (403, "ACCESS_ERROR")),
        ("im.chat.updateColor", json!({ "COLOR": "MINT" }), (403, "ACCESS_ERROR")),
        ("im.chat.user.add", json!({ "USERS": [3] }), (403, "ACCESS_ERROR")),
        ("im.chat.user.delete", json!({ "USER_ID": 2 }), (403, "ACCESS_ERROR")),
        ("im.chat.leave", json!({}), (403, "ACCESS_ERROR")),
    ] {
        let mut params: Value = params;
        params["DIALOG_ID"] = json!("sg5");
        params["CHAT_ID"] = json!(id);
        let (status, code) = stage.alice.refused(method, params).await;
        assert_eq!((status, code.as_str()), refused, "{method}");
    }
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": "sg5" })).await;
    let restrictions = json!({
        "avatar": false, "rename": false, "extend": false, "call": true, "mute": true, "leave": false,
        "leave_owner": false, "send": true, "user_list": true, "path": "/workgroups/group/#ID#/",
        "path_title": "Go to group",
    });
    assert_eq!(page["restrictions"], restrictions);
    let link = json!({ "type": "SONET_GROUP", "url": "/workgroups/group/5/", "id": "5" });
    assert_eq!(page["entity_link"], link);
    stage.check().await;
}

#[tokio::test]
async fn a_workgroup_without_a_chat_and_one_of_others_are_refused_as_chats_are() {
    let (stage, id) = workgroup().await;
    let dialogs = [json!("sg9"), json!("sg5"), json!(chat(id))];
    for dialog in &dialogs {
        let params = json!({ "DIALOG_ID": dialog });
        for method in ["im.dialog.get", "im.dialog.messages.get", "im.dialog.users.list", "im.dialog.writing"]
        {
            let refused = stage.carol.refused(method, params.clone()).await;
            assert_eq!(refused, (403, "ACCESS_ERROR".to_owned()), "{method} {dialog}");
        }
        assert_eq!(stage.carol.refused("im.recent.pin", params.clone()).await.1, "ACCESS_ERROR");
        assert_eq!(stage.carol.ok("im.recent.unread", params.clone()).await, false);
        assert_eq!(stage.carol.ok("im.dialog.read", params).await, false);
    }
    for wrong in ["sg", "sg0", "sgx", "sg-5", "sg5 "] {
        let refused = stage.alice.refused("im.dialog.get", json!({ "DIALOG_ID": wrong })).await;
        assert_eq!(refused, (400, "DIALOG_ID_EMPTY".to_owned()), "{wrong}");
    }
}
