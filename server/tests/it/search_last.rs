//! `im.search.last.*`: what somebody found last, kept for them and shown as far as they may still see it.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, chat};
use crate::user::example;

async fn last(reader: &Client, params: Value) -> Vec<Value> {
    let found = reader.ok("im.search.last.get", params).await;
    found.as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

async fn add(reader: &Client, dialog: impl ToString) {
    let params = json!({ "DIALOG_ID": dialog.to_string() });
    assert_eq!(reader.ok("im.search.last.add", params).await, true);
}

#[tokio::test]
async fn what_was_found_comes_newest_first_as_documented() {
    let stage = Stage::set().await;
    assert_eq!(stage.alice.ok("im.search.last.get", json!({})).await, json!([]));
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.ok("im.chat.mute", json!({ "CHAT_ID": id })).await;
    add(&stage.alice, 2).await;
    add(&stage.alice, chat(id)).await;
    let expected = json!([
        {
            "id": "chat1",
            "type": "chat",
            "avatar": { "url": "", "color": "#df532d" },
            "title": "Plan",
            "chat": {
                "id": 1, "name": "Plan", "owner": 1, "extranet": false, "avatar": "", "color": "#df532d",
                "type": "chat", "entity_type": "", "entity_id": "", "entity_data_1": "", "entity_data_2": "",
                "entity_data_3": "", "mute_list": { "1": true }, "date_create": NOW, "message_type": "C",
            },
        },
        {
            "id": 2,
            "type": "user",
            "avatar": { "url": "", "color": "#64a513" },
            "title": "Bob Brown",
            "user": example(),
        },
    ]);
    assert_eq!(stage.alice.ok("im.search.last.get", json!({})).await, expected);
    add(&stage.alice, 2).await;
    assert_eq!(
        last(&stage.alice, json!({})).await,
        [json!(2), json!("chat1")],
        "found again, it is the newest"
    );
    assert_eq!(last(&stage.bob, json!({})).await, Vec::<Value>::new(), "everybody has their own");
    stage.check().await;
}

#[tokio::test]
async fn a_dialog_is_taken_away_and_what_is_not_there_need_not_be() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hi").await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": 2 })).await["id"].as_i64().unwrap();
    add(&stage.alice, 3).await;
    add(&stage.alice, chat(private)).await;
    add(&stage.bob, 3).await;
    assert_eq!(last(&stage.alice, json!({})).await, [2, 3], "a private chat goes by the other person");
    for gone in [json!(3), json!("CHAT77"), json!(99), json!(3), json!(chat(private))] {
        assert_eq!(
            stage.alice.ok("im.search.last.delete", json!({ "DIALOG_ID": gone })).await,
            true,
            "{gone}"
        );
    }
    assert_eq!(last(&stage.alice, json!({})).await, Vec::<Value>::new());
    assert_eq!(last(&stage.bob, json!({})).await, [3]);
}

#[tokio::test]
async fn thirty_are_kept() {
    let stage = Stage::set().await;
    stage.import_rows(35).await;
    for id in 101..=135 {
        add(&stage.bob, chat(id)).await;
    }
    let kept: Vec<Value> = (106..=135).rev().map(|id| json!(chat(id))).collect();
    assert_eq!(last(&stage.bob, json!({})).await, kept);
    stage.bob.ok("im.search.last.delete", json!({ "DIALOG_ID": "chat120" })).await;
    add(&stage.bob, "chat101").await;
    let found = last(&stage.bob, json!({})).await;
    assert_eq!((found.len(), &found[0], &found[29]), (30, &json!("chat101"), &json!("chat106")));
}

#[tokio::test]
async fn kinds_are_left_out_by_flags() {
    let stage = Stage::set().await;
    for (id, kind) in [(70, "C"), (71, "O"), (72, "L")] {
        stage.import_chat(id, kind, json!({})).await;
        add(&stage.bob, chat(id)).await;
    }
    add(&stage.bob, 1).await;
    for (params, expected) in [
        (json!({}), vec![json!(1), json!("chat72"), json!("chat71"), json!("chat70")]),
        (json!({ "SKIP_OPENLINES": "Y" }), vec![json!(1), json!("chat71"), json!("chat70")]),
        (json!({ "SKIP_CHAT": "Y" }), vec![json!(1), json!("chat72")]),
        (json!({ "SKIP_DIALOG": "Y" }), vec![json!("chat72"), json!("chat71"), json!("chat70")]),
        (json!({ "SKIP_OPENLINES": "Y", "SKIP_CHAT": "Y", "SKIP_DIALOG": "Y" }), vec![]),
        (
            json!({ "SKIP_DIALOG": "y", "SKIP_CHAT": true }),
            vec![json!(1), json!("chat72"), json!("chat71"), json!("chat70")],
        ),
    ] {
        assert_eq!(last(&stage.bob, params.clone()).await, expected, "{params}");
    }
}

#[tokio::test]
async fn what_may_not_be_seen_is_neither_kept_nor_shown() {
    let stage = Stage::set().await;
    let erin = stage.portal.client(Person::Erin).await;
    let foreign = stage.carol.ok("im.chat.add", json!({ "USERS": [4] })).await.as_i64().unwrap();
    let group = stage.group(&stage.alice, &[2, 5]).await;
    let no = (403, "ACCESS_ERROR".to_owned());
    for dialog in [json!(chat(foreign)), json!("chat999"), json!(999), json!("sg1"), json!("crm1")] {
        assert_eq!(
            stage.bob.refused("im.search.last.add", json!({ "DIALOG_ID": dialog })).await,
            no,
            "{dialog}"
        );
    }
    assert_eq!(erin.refused("im.search.last.add", json!({ "DIALOG_ID": 3 })).await, no);
    add(&erin, 2).await;
    add(&erin, chat(group)).await;
    add(&stage.bob, chat(group)).await;
    assert_eq!(last(&erin, json!({})).await, [json!(chat(group)), json!(2)]);
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": 5 })).await;
    assert_eq!(last(&erin, json!({})).await, Vec::<Value>::new());
    stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": group })).await;
    assert_eq!(last(&stage.bob, json!({})).await, Vec::<Value>::new());
    stage.check().await;
}

#[tokio::test]
async fn an_address_is_needed() {
    let stage = Stage::set().await;
    for wrong in [
        json!({}),
        json!({ "DIALOG_ID": "" }),
        json!({ "DIALOG_ID": 0 }),
        json!({ "DIALOG_ID": "chat" }),
        json!({ "DIALOG_ID": [2] }),
    ] {
        for method in ["im.search.last.add", "im.search.last.delete"] {
            let refused = stage.bob.refused(method, wrong.clone()).await;
            assert_eq!(refused, (400, "DIALOG_ID_EMPTY".to_owned()), "{method} {wrong}");
        }
    }
}
