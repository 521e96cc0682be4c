//! `im.chat.updateColor`: another colour, told to everybody.

use serde_json::json;

use super::{page, refused, texts};
use crate::stage::{Stage, chat};

#[tokio::test]
async fn a_new_colour_shows_in_every_list_and_is_told() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    stage.carol.recent(json!({})).await;
    assert_eq!(
        stage.bob.ok("im.chat.updateColor", json!({ "CHAT_ID": id, "COLOR": "LIGHT_BLUE" })).await,
        true
    );
    let row = stage.carol.row(chat(id)).await.unwrap();
    assert_eq!((&row["avatar"]["color"], &row["counter"]), (&json!("#4ba5c3"), &json!(1)));
    assert_eq!(row["message"]["text"], "Bob Brown changed the chat color to Light blue");
    assert_eq!(stage.bob.row(chat(id)).await.unwrap()["counter"], 0, "not for who did it");
    assert_eq!(page(&stage.alice, id).await["color"], "#4ba5c3");
    let by_dialog = json!({ "DIALOG_ID": chat(id), "COLOR": "GRAPHITE" });
    assert_eq!(stage.alice.ok("im.chat.updateColor", by_dialog).await, true);
    let last = texts(&stage.bob, id).await.pop().unwrap();
    assert_eq!(last, "[USER=1 REPLACE]Alice Adams[/USER] changed the chat color to Graphite");
    stage.check().await;
}

#[tokio::test]
async fn every_colour_of_the_page_can_be_chosen() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[]).await;
    for code in [
        "GREEN",
        "RED",
        "MINT",
        "LIGHT_BLUE",
        "DARK_BLUE",
        "PURPLE",
        "AQUA",
        "PINK",
        "LIME",
        "BROWN",
        "AZURE",
        "KHAKI",
        "SAND",
        "MARENGO",
        "GRAY",
        "GRAPHITE",
    ] {
        assert_eq!(
            stage.alice.ok("im.chat.updateColor", json!({ "CHAT_ID": id, "COLOR": code })).await,
            true
        );
    }
}

#[tokio::test]
async fn what_cannot_be_recoloured_is_refused_and_nothing_is_told() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.import_chat(70, "O", json!({ "entity_type": "GENERAL" })).await;
    stage.alice.say(2, "hi").await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": 2 })).await["id"].clone();
    let open = stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN" })).await;
    let before = texts(&stage.alice, id).await;
    for (params, status, code) in [
        (json!({ "COLOR": "MINT" }), 400, "CHAT_ID_EMPTY"),
        (json!({ "CHAT_ID": chat(id), "COLOR": "MINT" }), 400, "CHAT_ID_EMPTY"),
        (json!({ "CHAT_ID": 0, "COLOR": "MINT" }), 400, "CHAT_ID_EMPTY"),
        (json!({ "DIALOG_ID": 2, "COLOR": "MINT" }), 400, "DIALOG_ID_EMPTY"),
        (json!({ "DIALOG_ID": "room1", "COLOR": "MINT" }), 400, "DIALOG_ID_EMPTY"),
        (json!({ "CHAT_ID": id }), 400, "WRONG_COLOR"),
        (json!({ "CHAT_ID": id, "COLOR": "mint" }), 400, "WRONG_COLOR"),
        (json!({ "CHAT_ID": id, "COLOR": "ORANGE" }), 400, "WRONG_COLOR"),
        (json!({ "CHAT_ID": id, "COLOR": "#4ba984" }), 400, "WRONG_COLOR"),
        (json!({ "CHAT_ID": id, "COLOR": ["MINT"] }), 400, "WRONG_COLOR"),
        (json!({ "CHAT_ID": id, "COLOR": "RED" }), 400, "WRONG_REQUEST"),
        (json!({ "CHAT_ID": 999, "COLOR": "MINT" }), 400, "WRONG_REQUEST"),
        (json!({ "CHAT_ID": 70, "COLOR": "MINT" }), 403, "ACCESS_ERROR"),
        (json!({ "CHAT_ID": private, "COLOR": "MINT" }), 403, "ACCESS_ERROR"),
    ] {
        let found = stage.alice.refused("im.chat.updateColor", params.clone()).await;
        assert_eq!(found, refused(status, code), "{params}");
    }
    for id in [json!(id), open] {
        let by_stranger = json!({ "CHAT_ID": id, "COLOR": "MINT" });
        assert_eq!(
            stage.carol.refused("im.chat.updateColor", by_stranger).await,
            refused(400, "WRONG_REQUEST")
        );
    }
    assert_eq!(texts(&stage.alice, id).await, before);
    assert_eq!(page(&stage.alice, id).await["color"], "#df532d");
    stage.check().await;
}
