//! `im.dialog.*`: a dialog's page, its messages page by page, reading and un-reading.

mod messages;
mod reading;
mod search;
mod users;
mod workgroup;

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, chat};

const LATER: &str = "2026-03-02T10:01:00+00:00";

/// The messages of a dialog.
async fn messages(reader: &Client, params: Value) -> Value {
    reader.ok("im.dialog.messages.get", params).await["messages"].clone()
}

/// The counter on a dialog's page.
async fn counter(reader: &Client, dialog: &str) -> Value {
    reader.ok("im.dialog.get", json!({ "DIALOG_ID": dialog })).await["counter"].clone()
}

#[tokio::test]
async fn a_groups_page_is_answered_as_it_is_documented() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    stage.alice.say(chat(id), "Shall we?").await;
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": "chat1" })).await;
    let expected = json!({
        "id": 1,
        "parent_chat_id": 0,
        "parent_message_id": 0,
        "name": "Plan",
        "description": null,
        "owner": 1,
        "extranet": false,
        "avatar": "",
        "color": "#df532d",
        "type": "chat",
        "counter": 1,
        "user_counter": 3,
        "message_count": 4,
        "unread_id": 4,
        "restrictions": {
            "avatar": true, "rename": true, "extend": true, "call": true, "mute": true, "leave": true,
            "leave_owner": true, "send": true, "user_list": true,
        },
        "last_message_id": 4,
        "last_id": 0,
        "marked_id": 0,
        "disk_folder_id": 0,
        "entity_type": "",
        "entity_id": "",
        "entity_data_1": "",
        "entity_data_2": "",
        "entity_data_3": "",
        "mute_list": [],
        "date_create": NOW,
        "message_type": "C",
        "public": "",
        "role": "member",
        "entity_link": { "type": "", "url": "", "id": "" },
        "text_field_enabled": true,
        "background_id": null,
        "permissions": {
            "manage_users_add": "member", "manage_users_delete": "manager", "manage_ui": "member",
            "manage_settings": "owner", "manage_messages": "member", "can_post": "member",
        },
        "is_new": false,
        "readed_list": [
            { "user_id": 1, "user_name": "Alice Adams", "message_id": 4, "date": NOW },
            { "user_id": 3, "user_name": "Carol Clark", "message_id": 0, "date": null },
        ],
        "manager_list": [1],
        "last_message_views": { "message_id": 4, "first_viewers": [], "count_of_viewers": 0 },
        "dialog_id": "chat1",
    });
    assert_eq!(page, expected);
    stage.check().await;
}

#[tokio::test]
async fn a_private_page_has_no_name_and_opening_it_makes_the_chat_but_no_row() {
    let stage = Stage::set().await;
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": 3 })).await;
    for (key, value) in [
        ("name", json!(null)),
        ("owner", json!(2)),
        ("type", json!("private")),
        ("message_type", json!("P")),
        ("user_counter", json!(0)),
        ("message_count", json!(0)),
        ("entity_type", json!("")),
        ("role", json!("owner")),
        ("dialog_id", json!("3")),
    ] {
        assert_eq!(page[key], value, "{key}");
    }
    assert_eq!(stage.carol.ok("im.dialog.get", json!({ "DIALOG_ID": "2" })).await["id"], page["id"]);
    assert!(stage.bob.recent(json!({})).await.is_empty());
    stage.check().await;
}

#[tokio::test]
async fn the_own_number_opens_the_notes() {
    let stage = Stage::set().await;
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": "2" })).await;
    assert_eq!((&page["type"], &page["readed_list"]), (&json!("private"), &json!([])));
    stage.bob.say(2, "Buy milk").await;
    assert_eq!(stage.bob.row(2).await.unwrap()["title"], "Bob Brown");
    assert_eq!(counter(&stage.bob, "2").await, 0);
    stage.check().await;
}

#[tokio::test]
async fn the_address_is_echoed_as_it_was_sent() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    for address in ["chat1", "Chat1", "CHAT1"] {
        let page = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": address })).await;
        assert_eq!((&page["dialog_id"], &page["id"]), (&json!(address), &json!(1)));
    }
}

#[tokio::test]
async fn a_chat_of_another_module_says_what_it_belongs_to() {
    let stage = Stage::set().await;
    let made = json!({ "TITLE": "Deal", "ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|1663" });
    let id = stage.alice.ok("im.chat.add", made).await;
    let page = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": format!("chat{id}") })).await;
    assert_eq!(page["type"], "crm");
    assert_eq!(
        page["entity_link"],
        json!({ "type": "DEAL", "url": "/crm/deal/details/1663/", "id": "DEAL|1663" })
    );
    let restrictions = json!({
        "avatar": false, "rename": false, "extend": true, "call": true, "mute": true, "leave": true,
        "leave_owner": false, "send": true, "user_list": true, "path": "", "path_title": "",
    });
    assert_eq!(page["restrictions"], restrictions);
    assert_eq!(page["role"], "owner");
}

#[tokio::test]
async fn a_workgroups_chat_is_found_by_the_workgroups_number() {
    let stage = Stage::set().await;
    let made = json!({ "ENTITY_TYPE": "SONET_GROUP", "ENTITY_ID": "5", "USERS": [2] });
    let id = stage.alice.ok("im.chat.add", made).await;
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": "sg5" })).await;
    assert_eq!((&page["id"], &page["dialog_id"], &page["type"]), (&id, &json!("sg5"), &json!("sonetGroup")));
}

#[tokio::test]
async fn only_an_open_channel_younger_than_a_day_is_new() {
    let stage = Stage::set().await;
    stage.import_chat(70, "J", json!({})).await;
    stage.import_chat(71, "N", json!({})).await;
    let is_new = async |id: i64| {
        stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await["is_new"].clone()
    };
    assert_eq!((is_new(70).await, is_new(71).await), (json!(true), json!(false)));
    stage.portal.clock.step(86_400);
    assert_eq!(is_new(70).await, false);
}

#[tokio::test]
async fn whoever_reads_up_to_a_message_is_shown_as_its_viewer() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    let said = stage.alice.say(chat(id), "Look").await;
    assert_eq!(stage.alice.row(chat(id)).await.unwrap()["message"]["status"], "received");
    stage.portal.clock.step(60);
    for reader in [&stage.bob, &stage.carol] {
        reader.ok("im.dialog.read", json!({ "DIALOG_ID": chat(id), "MESSAGE_ID": said })).await;
    }
    assert_eq!(stage.alice.row(chat(id)).await.unwrap()["message"]["status"], "delivered");
    let page = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await;
    let bob = json!({ "user_id": 2, "user_name": "Bob Brown", "date": LATER });
    let carol = json!({ "user_id": 3, "user_name": "Carol Clark", "date": LATER });
    let views = json!({ "message_id": said, "first_viewers": [bob, carol], "count_of_viewers": 2 });
    assert_eq!(page["last_message_views"], views);
    let read = json!({ "user_id": 2, "user_name": "Bob Brown", "message_id": said, "date": LATER });
    assert_eq!(page["readed_list"][0], read);
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await;
    assert_eq!(page["last_message_views"]["count_of_viewers"], 1, "the asker is not counted");
    stage.check().await;
}

#[tokio::test]
async fn a_dialog_without_address_or_access_is_refused() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    for bad in [json!({}), json!({ "DIALOG_ID": null })] {
        assert_eq!(stage.bob.refused("im.dialog.get", bad).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    }
    for bad in ["", "0", "chat", "chat0", "-1", "bob", "chat1x"] {
        let refused = stage.bob.refused("im.dialog.get", json!({ "DIALOG_ID": bad })).await;
        assert_eq!(refused, (400, "DIALOG_ID_EMPTY".to_owned()), "{bad}");
    }
    for closed in ["chat1", "chat999", "999", "sg9"] {
        let refused = stage.bob.refused("im.dialog.get", json!({ "DIALOG_ID": closed })).await;
        assert_eq!(refused, (403, "ACCESS_ERROR".to_owned()), "{closed}");
    }
}

#[tokio::test]
async fn an_open_chat_is_read_by_every_colleague_but_by_no_guest_from_outside() {
    let stage = Stage::set().await;
    let id = stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN", "TITLE": "News", "MESSAGE": "Hi" })).await;
    let dialog = json!({ "DIALOG_ID": format!("chat{id}") });
    let page = stage.bob.ok("im.dialog.get", dialog.clone()).await;
    assert_eq!(
        (&page["role"], &page["type"], &page["counter"]),
        (&json!("guest"), &json!("open"), &json!(0))
    );
    let seen = messages(&stage.bob, dialog.clone()).await;
    assert!(seen.as_array().unwrap().iter().all(|message| message["unread"] == false));
    let erin = stage.portal.client(Person::Erin).await;
    for method in ["im.dialog.get", "im.dialog.messages.get"] {
        assert_eq!(erin.refused(method, dialog.clone()).await, (403, "ACCESS_ERROR".to_owned()));
    }
}

/// A chat with the messages 1 to `count`, written by alice one a minute; bob is its other member.
async fn history(count: i64) -> Stage {
    let stage = Stage::set().await;
    stage.import_chat(70, "C", json!({})).await;
    let line = |id: i64| json!({ "type": "message", "id": id, "chat": 70, "author": 1, "date": NOW, "text": format!("No. {id}") });
    let lines: Vec<_> = (1..=count).map(|id| line(id).to_string()).collect();
    stage.portal.import(&lines.join("\n")).await;
    stage
}

async fn read_upto(stage: &Stage, message: i64) {
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": message })).await;
}

#[tokio::test]
async fn writing_is_told_by_members_only() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN" })).await;
    for dialog in [json!({ "DIALOG_ID": chat(id) }), json!({ "CHAT_ID": id }), json!({ "DIALOG_ID": 3 })] {
        assert_eq!(stage.bob.ok("im.dialog.writing", dialog.clone()).await, true, "{dialog}");
    }
    for closed in ["2", "chat999", "999", "chat2"] {
        let refused = stage.bob.refused("im.dialog.writing", json!({ "DIALOG_ID": closed })).await;
        assert_eq!(refused, (403, "ACCESS_ERROR".to_owned()), "{closed}");
    }
    let refused = |params: Value| stage.bob.refused("im.dialog.writing", params);
    assert_eq!(refused(json!({})).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    assert_eq!(refused(json!({ "DIALOG_ID": "room" })).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    assert_eq!(refused(json!({ "CHAT_ID": "chat1" })).await, (400, "CHAT_ID_EMPTY".to_owned()));
}
