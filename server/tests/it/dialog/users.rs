//! `im.dialog.users.list`: the members of a dialog, page by page.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, chat, ids};
use crate::user::example;

async fn users(reader: &Client, dialog: impl ToString, more: Value) -> Value {
    let mut params = more;
    params["DIALOG_ID"] = json!(dialog.to_string());
    reader.ok("im.dialog.users.list", params).await
}

/// A chat that people joined one after another, some of them from elsewhere.
async fn mixed() -> Stage {
    let stage = Stage::set().await;
    let mut lines = vec![
        json!({ "type": "user", "id": 60, "kind": "connector", "first_name": "Client" }),
        json!({ "type": "user", "id": 61, "kind": "network", "first_name": "Far" }),
        json!({ "type": "user", "id": 62, "external_auth_id": "email", "first_name": "Mail" }),
        json!({ "type": "user", "id": 63, "external_auth_id": "socservices", "first_name": "Near" }),
        json!({ "type": "user", "id": 64, "active": false, "first_name": "Gone" }),
        json!({ "type": "chat", "id": 70, "title": "Mixed", "owner": 1, "created_at": NOW }),
    ];
    for (minute, user) in [63, 1, 62, 6, 61, 60, 64].iter().enumerate() {
        lines.push(json!({ "type": "member", "chat": 70, "user": user, "joined_at": format!("2026-03-01T10:{minute:02}:00Z") }));
    }
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    stage.portal.import(&lines.join("\n")).await;
    stage
}

#[tokio::test]
async fn members_are_whole_user_objects_in_the_order_of_joining() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.carol, &[2]).await;
    stage.portal.clock.step(60);
    stage.carol.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [1] })).await;
    let reply = stage.alice.call("im.dialog.users.list", json!({ "DIALOG_ID": chat(id) })).await;
    assert_eq!((ids(reply.result()), &reply.body["total"]), (vec![2, 3, 1], &json!(3)));
    assert_eq!(reply.result()[0], example());
    assert!(reply.body.get("next").is_none());
    stage.check().await;
}

#[tokio::test]
async fn those_from_elsewhere_are_left_out_but_for_the_types_named() {
    let stage = mixed().await;
    for (params, expected) in [
        (json!({}), vec![63, 1, 62, 6, 61, 60, 64]),
        (json!({ "SKIP_EXTERNAL": "Y" }), vec![63, 1, 64]),
        (json!({ "SKIP_EXTERNAL": "y" }), vec![63, 1, 62, 6, 61, 60, 64]),
        (json!({ "SKIP_EXTERNAL": "Y", "SKIP_EXTERNAL_EXCEPT_TYPES": "bot" }), vec![63, 1, 6, 64]),
        (json!({ "SKIP_EXTERNAL": "Y", "SKIP_EXTERNAL_EXCEPT_TYPES": "bot, email" }), vec![63, 1, 62, 6, 64]),
        (
            json!({ "SKIP_EXTERNAL": "Y", "SKIP_EXTERNAL_EXCEPT_TYPES": ["replica", "imconnector"] }),
            vec![63, 1, 61, 60, 64],
        ),
        (json!({ "SKIP_EXTERNAL": "Y", "SKIP_EXTERNAL_EXCEPT_TYPES": "nothing" }), vec![63, 1, 64]),
        (json!({ "SKIP_EXTERNAL_EXCEPT_TYPES": "bot" }), vec![63, 1, 62, 6, 61, 60, 64]),
    ] {
        let mut asked = params.clone();
        asked["DIALOG_ID"] = json!("chat70");
        let reply = stage.alice.call("im.dialog.users.list", asked).await;
        assert_eq!(ids(reply.result()), expected, "{params}");
        assert_eq!(reply.body["total"], expected.len(), "{params}");
    }
}

#[tokio::test]
async fn members_come_page_by_page_or_by_number() {
    let stage = mixed().await;
    for (params, expected, total, next) in [
        (json!({ "LIMIT": 2 }), vec![63, 1], Some(7), Some(2)),
        (json!({ "LIMIT": "2", "OFFSET": 2 }), vec![62, 6], Some(7), Some(4)),
        (json!({ "LIMIT": 5, "OFFSET": 6 }), vec![64], Some(7), None),
        (json!({ "LIMIT": 2, "start": 5 }), vec![60, 64], Some(7), None),
        (json!({ "OFFSET": i64::MAX }), vec![], Some(7), None),
        (json!({ "OFFSET": "x", "LIMIT": -3 }), vec![63, 1, 62, 6, 61, 60, 64], Some(7), None),
        (json!({ "LAST_ID": 0, "LIMIT": 3 }), vec![1, 6, 60], None, None),
        (json!({ "LAST_ID": "60", "LIMIT": 3 }), vec![61, 62, 63], None, None),
        (json!({ "LAST_ID": 6, "SKIP_EXTERNAL": "Y" }), vec![63, 64], None, None),
        (json!({ "LAST_ID": i64::MAX }), vec![], None, None),
        (json!({ "LAST_ID": -1, "LIMIT": 1 }), vec![63], Some(7), Some(1)),
        (json!({ "LAST_ID": "x", "LIMIT": 1 }), vec![63], Some(7), Some(1)),
    ] {
        let mut asked = params.clone();
        asked["DIALOG_ID"] = json!("chat70");
        let reply = stage.alice.call("im.dialog.users.list", asked).await;
        assert_eq!(ids(reply.result()), expected, "{params}");
        assert_eq!(reply.body.get("total"), total.map(|total| json!(total)).as_ref(), "{params}");
        assert_eq!(reply.body.get("next"), next.map(|next| json!(next)).as_ref(), "{params}");
    }
    let crowd: Vec<String> = (100..400)
        .flat_map(|id| {
            [
                json!({ "type": "user", "id": id }).to_string(),
                json!({ "type": "member", "chat": 70, "user": id, "joined_at": NOW }).to_string(),
            ]
        })
        .collect();
    stage.portal.import(&crowd.join("\n")).await;
    assert_eq!(ids(&users(&stage.alice, "chat70", json!({})).await).len(), 50);
    assert_eq!(ids(&users(&stage.alice, "chat70", json!({ "LIMIT": 999 })).await).len(), 200);
    assert_eq!(ids(&users(&stage.alice, "chat70", json!({ "LIMIT": 999, "LAST_ID": 0 })).await).len(), 200);
}

#[tokio::test]
async fn a_private_dialog_has_two_members_and_notes_have_one() {
    let stage = Stage::set().await;
    assert_eq!(ids(&users(&stage.bob, 3, json!({})).await), [2, 3], "made as it is asked for");
    assert_eq!(ids(&users(&stage.bob, 2, json!({})).await), [2]);
    assert_eq!(stage.bob.recent(json!({})).await, Vec::<Value>::new(), "which shows nowhere");
    stage.import_chat(71, "C", json!({ "entity_type": "SONET_GROUP", "entity_id": "5" })).await;
    assert_eq!(ids(&users(&stage.bob, "sg5", json!({})).await), [1, 2]);
    stage.check().await;
}

#[tokio::test]
async fn only_those_who_may_read_a_dialog_see_its_members() {
    let stage = Stage::set().await;
    let closed = stage.group(&stage.alice, &[2]).await;
    let open = stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN" })).await.as_i64().unwrap();
    let erin = stage.portal.client(Person::Erin).await;
    let no = (403, "ACCESS_ERROR".to_owned());
    for dialog in [json!(chat(closed)), json!("chat999"), json!(999), json!("sg9"), json!("crm9")] {
        assert_eq!(stage.carol.refused("im.dialog.users.list", json!({ "DIALOG_ID": dialog })).await, no);
    }
    assert_eq!(ids(&users(&stage.carol, chat(open), json!({})).await), [1]);
    for dialog in [json!(chat(open)), json!(3)] {
        assert_eq!(erin.refused("im.dialog.users.list", json!({ "DIALOG_ID": dialog })).await, no);
    }
    for wrong in
        [json!({}), json!({ "DIALOG_ID": "chat" }), json!({ "DIALOG_ID": 0 }), json!({ "DIALOG_ID": [1] })]
    {
        let refused = stage.carol.refused("im.dialog.users.list", wrong.clone()).await;
        assert_eq!(refused, (400, "DIALOG_ID_EMPTY".to_owned()), "{wrong}");
    }
}
