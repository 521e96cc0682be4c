//! Pictures of chats: checked, made small, served by the portal itself.

use image::ImageFormat;
use serde_json::json;

use crate::file::picture::{encoded, png};
use crate::file::{base64, fetch};
use crate::stage::{Stage, chat};

#[tokio::test]
async fn a_chat_gets_a_picture_that_everybody_sees() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": chat(group) })).await;
    for (format, params) in [
        (ImageFormat::Png, json!({ "CHAT_ID": group })),
        (ImageFormat::Jpeg, json!({ "DIALOG_ID": chat(group) })),
        (ImageFormat::Gif, json!({ "CHAT_ID": group.to_string() })),
        (ImageFormat::WebP, json!({ "DIALOG_ID": chat(group), "CHAT_ID": 999 })),
    ] {
        let mut params = params;
        let width = 1000
            + 10 * u32::from(format == ImageFormat::Jpeg)
            + 20 * u32::from(format == ImageFormat::Gif)
            + 30 * u32::from(format == ImageFormat::WebP);
        params["AVATAR"] = json!(base64(encoded(width, 500, format)));
        assert_eq!(stage.bob.ok("im.chat.updateAvatar", params).await, true, "{format:?}");
        let row = stage.alice.row(chat(group)).await.unwrap();
        let (status, bytes) = fetch(&stage.portal, &row["avatar"]["url"]).await;
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((status, picture.width()), (200, 400));
        assert_eq!(row["chat"]["avatar"], row["avatar"]["url"]);
    }
    let row = stage.alice.row(chat(group)).await.unwrap();
    assert_eq!(
        (&row["message"]["text"], &row["counter"]),
        (&json!("Bob Brown changed the chat picture"), &json!(4))
    );
    let page = stage.alice.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(group) })).await;
    assert_eq!(page["messages"][0]["params"], json!({ "CODE": ["CHAT_LEAVE"] }));
    assert_eq!(page["messages"][0]["author_id"], 0);
    let dialog = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": chat(group) })).await;
    assert_eq!(dialog["avatar"], row["avatar"]["url"]);
    let again = json!({ "CHAT_ID": group, "AVATAR": base64(encoded(1030, 500, ImageFormat::WebP)) });
    assert_eq!(stage.bob.ok("im.chat.updateAvatar", again).await, true);
    assert_eq!(stage.alice.row(chat(group)).await.unwrap()["counter"], 4, "the same picture is no news");
    stage.check().await;
}

#[tokio::test]
async fn an_avatar_is_served_as_a_picture_for_as_long_as_a_chat_has_it() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let set = async |width: u32| {
        let params = json!({ "CHAT_ID": group, "AVATAR": base64(png(width, width)) });
        stage.alice.ok("im.chat.updateAvatar", params).await;
        stage.alice.row(chat(group)).await.unwrap()["avatar"]["url"].clone()
    };
    let first = set(40).await;
    let answer = stage.portal.http().get(crate::file::here(&stage.portal, &first)).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap();
    assert_eq!(header("content-type"), "image/jpeg");
    assert!(header("cache-control").contains("immutable"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    let second = set(50).await;
    assert_ne!(first, second);
    assert_eq!(fetch(&stage.portal, &first).await.0, 404, "nobody has it any more");
    stage.portal.clock.step(86_401);
    assert_eq!(stage.portal.messenger().sweep().await.unwrap(), 1);
    assert_eq!(fetch(&stage.portal, &second).await.0, 200);
    stage.check().await;
}

#[tokio::test]
async fn a_new_chat_can_begin_with_a_picture() {
    let stage = Stage::set().await;
    let params = json!({ "TITLE": "Plan", "USERS": [2], "AVATAR": base64(png(60, 60)) });
    let made = stage.alice.ok("im.chat.add", params).await;
    let row = stage.bob.row(format!("chat{made}")).await.unwrap();
    assert_eq!(fetch(&stage.portal, &row["avatar"]["url"]).await.0, 200);
    let before = stage.alice.recent(json!({})).await.len();
    for avatar in [base64("no picture"), "?".to_owned(), base64(png(5001, 1))] {
        let refused = stage.alice.refused("im.chat.add", json!({ "TITLE": "No", "AVATAR": avatar })).await;
        assert_eq!(refused, (400, "AVATAR_ERROR".to_owned()));
    }
    assert_eq!(stage.alice.recent(json!({})).await.len(), before, "no chat was made");
    stage.check().await;
}

#[tokio::test]
async fn a_picture_that_is_none_and_whoever_may_not_are_refused() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    stage.import_chat(70, "C", json!({ "entity_type": "CRM", "entity_id": "7" })).await;
    let good = base64(png(10, 10));
    stage.alice.say(2, "a private dialog").await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": "2" })).await["id"].clone();
    let refused = [
        (&stage.alice, json!({ "AVATAR": good }), "CHAT_ID_EMPTY"),
        (&stage.alice, json!({ "CHAT_ID": chat(group), "AVATAR": good }), "CHAT_ID_EMPTY"),
        (&stage.alice, json!({ "DIALOG_ID": "2", "AVATAR": good }), "DIALOG_ID_EMPTY"),
        (&stage.alice, json!({ "DIALOG_ID": "x", "AVATAR": good }), "DIALOG_ID_EMPTY"),
        (&stage.alice, json!({ "CHAT_ID": 999, "AVATAR": good }), "WRONG_REQUEST"),
        (&stage.alice, json!({ "CHAT_ID": private, "AVATAR": good }), "ACCESS_ERROR"),
        (&stage.alice, json!({ "CHAT_ID": 70, "AVATAR": good }), "ACCESS_ERROR"),
        (&stage.carol, json!({ "CHAT_ID": group, "AVATAR": good }), "ACCESS_DENIED"),
        (&stage.alice, json!({ "CHAT_ID": group }), "AVATAR_ERROR"),
        (&stage.alice, json!({ "CHAT_ID": group, "AVATAR": "" }), "AVATAR_ERROR"),
        (&stage.alice, json!({ "CHAT_ID": group, "AVATAR": [1] }), "AVATAR_ERROR"),
        (&stage.alice, json!({ "CHAT_ID": group, "AVATAR": "not base64!" }), "AVATAR_ERROR"),
        (&stage.alice, json!({ "CHAT_ID": group, "AVATAR": base64("<svg/>") }), "AVATAR_ERROR"),
        (&stage.alice, json!({ "CHAT_ID": group, "AVATAR": base64(png(5001, 10)) }), "AVATAR_ERROR"),
        (&stage.alice, json!({ "CHAT_ID": group, "AVATAR": base64(&png(90, 90)[..60]) }), "AVATAR_ERROR"),
    ];
    for (client, params, code) in refused {
        let refused = client.refused("im.chat.updateAvatar", params.clone()).await;
        assert_eq!(refused, (400, code.to_owned()), "{params}");
    }
    assert_eq!(stage.bob.row(chat(group)).await.unwrap()["avatar"]["url"], "");
    assert_eq!(
        stage
            .alice
            .ok("im.chat.updateAvatar", json!({ "CHAT_ID": group, "AVATAR": base64(png(5000, 2)) }))
            .await,
        true
    );
    stage.check().await;
}
