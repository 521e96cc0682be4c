//! `im.recent.list`: all conversations, page by page.

mod walk;

use lately_model::Revision;
use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, assert_shape, chat};

const NOTHING: [&str; 0] = [];

async fn items(reader: &Client, params: Value) -> Vec<Value> {
    reader.ok("im.recent.list", params).await["items"].as_array().unwrap().clone()
}

async fn rows(reader: &Client, params: Value) -> Vec<String> {
    let ids = items(reader, params).await.into_iter().map(|row| row["id"].clone());
    ids.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect()
}

/// A person as rows show them: the path to the blank picture stays relative.
fn person() -> Value {
    let mut person = crate::user::example();
    person["avatar_hr"] = json!("/bitrix/js/im/images/blank.gif");
    person
}

fn message() -> Value {
    json!({
        "id": 4, "text": "Hi", "file": false, "author_id": 2, "attach": false, "sticker": null, "date": NOW,
        "status": "received", "uuid": null,
    })
}

fn private_row() -> Value {
    json!({
        "id": 2, "chat_id": 1, "type": "user", "avatar": { "url": "", "color": "#64a513" }, "title": "Bob Brown",
        "message": message(), "counter": 1, "last_id": 0, "pinned": false, "unread": false, "has_reminder": false,
        "date_update": NOW, "date_last_activity": NOW, "user": person(),
        "chat": { "text_field_enabled": true, "background_id": null, "mute_list": [] }, "options": [],
    })
}

fn group_row() -> Value {
    json!({
        "id": "chat1", "chat_id": 1, "type": "chat", "avatar": { "url": "", "color": "#df532d" }, "title": "Plan",
        "message": message(), "counter": 1, "last_id": 0, "pinned": false, "unread": false, "has_reminder": false,
        "date_update": NOW, "date_last_activity": NOW,
        "chat": {
            "id": 1, "parent_chat_id": 0, "parent_message_id": 0, "name": "Plan", "owner": 2, "extranet": false,
            "contains_collaber": false, "avatar": "", "color": "#df532d", "type": "chat", "entity_type": "",
            "entity_id": "", "entity_data_1": "", "entity_data_2": "", "entity_data_3": "", "mute_list": [],
            "manager_list": [], "date_create": NOW, "message_type": "C", "user_counter": 2,
            "restrictions": {
                "avatar": true, "rename": true, "extend": true, "call": true, "mute": true, "leave": true,
                "leave_owner": true, "send": true, "user_list": true,
            },
            "role": "MEMBER", "text_field_enabled": true, "background_id": null,
            "entity_link": { "type": "", "url": "", "id": "" },
            "permissions": {
                "manage_users_add": "member", "manage_users_delete": "manager", "manage_ui": "member",
                "manage_settings": "owner", "manage_messages": "member", "can_post": "member",
            },
            "public": "",
        },
        "user": person(), "options": [],
    })
}

#[tokio::test]
async fn a_page_is_answered_as_it_is_documented() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.bob, &[1]).await;
    stage.bob.say(chat(id), "Hi").await;
    for revision in [Revision::R29, Revision::R33] {
        let alice = stage.portal.client_with(1, "im", revision).await;
        let reply = alice.call("im.recent.list", json!({})).await;
        let expected = json!({
            "items": [group_row()],
            "hasMorePages": false,
            "hasMore": false,
            "copilot": { "chats": null, "messages": null, "roles": null, "recommendedRoles": null },
            "messagesAutoDeleteConfigs": [],
            "birthdayList": [],
        });
        assert_eq!(reply.result(), &expected, "one shape whatever the revision");
        assert_eq!(reply.body["total"], -1);
        assert!(reply.body.get("next").is_none());
    }
}

#[tokio::test]
async fn a_private_row_carries_the_person_and_a_stub_of_the_chat() {
    let stage = Stage::set().await;
    stage.bob.say(1, "Hi").await;
    let items = items(&stage.alice, json!({})).await;
    assert_shape(&items[0], &private_row());
    assert_eq!((&items[0]["id"], &items[0]["user"]), (&json!(2), &person()));
}

#[tokio::test]
async fn the_rest_of_the_rows_kinds() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[2]).await;
    let line = json!({ "id": 7, "status": 20, "date_create": NOW });
    stage.import_chat(70, "L", json!({ "entity_type": "LINES", "entity_id": "web|1|1", "line": line })).await;
    let rows = items(&stage.bob, json!({})).await;
    assert_eq!(rows[0]["user"], json!({ "id": 0 }), "after a system message nobody");
    stage.alice.say("chat70", "Hello?").await;
    let rows = items(&stage.bob, json!({})).await;
    assert_eq!((&rows[0]["id"], &rows[0]["lines"]), (&json!("chat70"), &line));
}

#[tokio::test]
async fn a_page_has_fifty_rows_unless_told_otherwise_and_at_most_two_hundred() {
    let stage = Stage::set().await;
    stage.import_rows(210).await;
    let odd = [json!(null), json!(0), json!(-7), json!(""), json!("many")];
    let limits = odd.into_iter().map(|limit| (limit, 50));
    let even = [
        (json!(1), 1),
        (json!("75"), 75),
        (json!(199), 199),
        (json!(200), 200),
        (json!(201), 200),
        (json!(i64::MAX), 200),
    ];
    for (limit, length) in limits.chain(even) {
        let reply = stage.bob.call("im.recent.list", json!({ "LIMIT": limit })).await;
        let result = reply.result();
        assert_eq!(result["items"].as_array().unwrap().len(), length, "{limit}");
        assert_eq!((&result["hasMore"], &result["hasMorePages"]), (&json!(true), &json!(true)));
        assert_eq!((&reply.body["total"], &reply.body["next"]), (&json!(-1), &json!(length)));
    }
}

#[tokio::test]
async fn an_offset_passes_rows_over_and_start_goes_before_it() {
    let stage = Stage::set().await;
    stage.import_rows(5).await;
    let page = async |params: Value| rows(&stage.bob, params).await;
    assert_eq!(page(json!({})).await, ["chat105", "chat104", "chat103", "chat102", "chat101"]);
    assert_eq!(page(json!({ "OFFSET": 3 })).await, ["chat102", "chat101"]);
    assert_eq!(page(json!({ "OFFSET": "3", "LIMIT": 1 })).await, ["chat102"]);
    assert_eq!(page(json!({ "OFFSET": 3, "start": 4 })).await, ["chat101"]);
    for none in [json!(0), json!(-1), json!("x"), json!(null)] {
        assert_eq!(page(json!({ "OFFSET": none, "start": 0, "LIMIT": 1 })).await, ["chat105"], "{none}");
    }
    assert_eq!(page(json!({ "OFFSET": 5 })).await, NOTHING);
    assert_eq!(page(json!({ "OFFSET": i64::MAX })).await, NOTHING);
}

#[tokio::test]
async fn a_date_takes_the_rows_up_to_it_and_including_it() {
    let stage = Stage::set().await;
    stage.import_rows(5).await;
    let page = async |params: Value| rows(&stage.bob, params).await;
    // Row 103 is from three minutes before NOW.
    let date = "2026-03-02T09:57:00+00:00";
    for name in ["LAST_MESSAGE_DATE", "DATE_LAST_ACTIVITY"] {
        assert_eq!(page(json!({ name: date })).await, ["chat103", "chat102", "chat101"], "{name}");
    }
    assert_eq!(
        page(json!({ "LAST_MESSAGE_DATE": "2026-03-02T10:56:59+01:00" })).await,
        ["chat102", "chat101"]
    );
    assert_eq!(
        page(json!({ "LAST_MESSAGE_DATE": date, "OFFSET": 2 })).await.len(),
        3,
        "the offset is not read"
    );
    assert_eq!(page(json!({ "LAST_MESSAGE_DATE": date, "LIMIT": 2 })).await, ["chat103", "chat102"]);
    let both = json!({ "LAST_MESSAGE_DATE": date, "DATE_LAST_ACTIVITY": "2020-01-01T00:00:00+00:00" });
    assert_eq!(page(both).await.len(), 3, "LAST_MESSAGE_DATE goes first");
    assert_eq!(
        page(json!({ "LAST_MESSAGE_DATE": "2026-03-02" })).await,
        NOTHING,
        "a bare date is its midnight"
    );
    for unreadable in ["yesterday", "", "2026-13-01T00:00:00+00:00"] {
        assert_eq!(page(json!({ "LAST_MESSAGE_DATE": unreadable })).await.len(), 5, "{unreadable}");
    }
}

#[tokio::test]
async fn pins_stand_first_in_their_own_order_and_there_is_no_window() {
    let stage = Stage::set().await;
    stage.import_rows(5).await;
    stage.portal.clock.step(400 * 86_400);
    for dialog in ["chat104", "chat101"] {
        stage.bob.ok("im.recent.pin", json!({ "DIALOG_ID": dialog })).await;
    }
    let expected = ["chat101", "chat104", "chat105", "chat103", "chat102"];
    assert_eq!(rows(&stage.bob, json!({})).await, expected);
}

#[tokio::test]
async fn only_what_is_unread_marked_or_unread_and_silenced_comes_when_asked_for() {
    let stage = Stage::set().await;
    stage.import_rows(4).await;
    for id in [101, 102, 103] {
        stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": chat(id) })).await;
    }
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "chat102" })).await;
    stage.alice.say("chat103", "New").await;
    stage.bob.ok("im.chat.mute", json!({ "CHAT_ID": 103 })).await;
    let unread = json!({ "UNREAD_ONLY": "Y" });
    assert_eq!(rows(&stage.bob, unread.clone()).await, ["chat103", "chat104", "chat102"]);
    let result = stage.bob.ok("im.recent.list", unread).await;
    assert!(result.get("birthdayList").is_none());
    assert_eq!(rows(&stage.bob, json!({ "UNREAD_ONLY": "y" })).await.len(), 4, "only the exact letter");
}

/// Chats 70 to 78, one of each kind, bob in all; and his dialog with carol.
async fn one_of_each() -> Stage {
    let stage = Stage::set().await;
    let nothing = json!({});
    let line = |status: i64| json!({ "entity_type": "LINES", "line": { "id": 7, "status": status, "date_create": NOW } });
    let kinds = [
        ("C", nothing.clone()),
        ("O", nothing.clone()),
        ("N", nothing.clone()),
        ("J", nothing.clone()),
        ("L", line(20)),
        ("L", line(5)),
        ("A", nothing.clone()),
        ("B", nothing.clone()),
        ("X", nothing.clone()),
        ("T", json!({ "parent_chat": 72, "parent_message": 1 })),
    ];
    for (place, (kind, more)) in kinds.into_iter().enumerate() {
        let id = 70 + i64::try_from(place).unwrap();
        stage.import_chat(id, kind, more).await;
        stage.alice.say(chat(id), "Hi").await;
    }
    stage.carol.say(2, "Hi").await;
    stage
}

#[tokio::test]
async fn flags_choose_the_kinds_of_rows() {
    let stage = one_of_each().await;
    for (flags, expected) in [
        (
            json!({}),
            &["3", "chat77", "chat76", "chat75", "chat74", "chat73", "chat72", "chat71", "chat70"][..],
        ),
        (
            json!({ "SKIP_DIALOG": "Y" }),
            &["chat77", "chat76", "chat75", "chat74", "chat73", "chat72", "chat71", "chat70"],
        ),
        (json!({ "SKIP_CHAT": "Y" }), &["3", "chat77", "chat76", "chat75", "chat74", "chat73", "chat72"]),
        (
            json!({ "SKIP_OPENLINES": "Y" }),
            &["3", "chat77", "chat76", "chat73", "chat72", "chat71", "chat70"],
        ),
        (
            json!({ "SKIP_UNDISTRIBUTED_OPENLINES": "Y" }),
            &["3", "chat77", "chat76", "chat74", "chat73", "chat72", "chat71", "chat70"],
        ),
        (
            json!({ "SKIP_DIALOG": "Y", "SKIP_CHAT": "Y", "SKIP_OPENLINES": "Y" }),
            &["chat77", "chat76", "chat73", "chat72"],
        ),
        (json!({ "ONLY_CHANNEL": "Y" }), &["chat73", "chat72"]),
        (json!({ "ONLY_CHANNEL": "Y", "SKIP_CHAT": "Y", "SKIP_DIALOG": "Y" }), &["chat73", "chat72"]),
        (json!({ "ONLY_COPILOT": "Y" }), &["chat76"]),
        (json!({ "ONLY_COPILOT": "Y", "ONLY_CHANNEL": "Y" }), &["chat76"]),
        (
            json!({ "CAN_MANAGE_MESSAGES": "Y" }),
            &["3", "chat77", "chat76", "chat75", "chat74", "chat71", "chat70"],
        ),
    ] {
        assert_eq!(rows(&stage.bob, flags.clone()).await, expected, "{flags}");
    }
    for almost in [json!("y"), json!("1"), json!(true), json!("N"), json!(" Y")] {
        let flags = json!({ "SKIP_DIALOG": almost, "ONLY_CHANNEL": almost, "SKIP_OPENLINES": almost });
        assert_eq!(rows(&stage.bob, flags).await.len(), 9, "{almost}");
    }
    stage.check().await;
}

#[tokio::test]
async fn a_text_is_a_preview_or_stored_or_as_in_the_dialog() {
    let stage = Stage::set().await;
    stage.alice.say(2, "[b]Ask[/b] [USER=3][/USER]\nhttps://a.test").await;
    let text = async |flags: Value| items(&stage.bob, flags).await[0]["message"]["text"].clone();
    assert_eq!(text(json!({})).await, "Ask Carol Clark https://a.test");
    let original = "[b]Ask[/b] [USER=3 REPLACE]Carol Clark[/USER]\nhttps://a.test";
    assert_eq!(text(json!({ "GET_ORIGINAL_TEXT": "Y" })).await, original);
    let parsed = "[b]Ask[/b] [USER=3 REPLACE]Carol Clark[/USER]\n[URL]https://a.test[/URL]";
    assert_eq!(text(json!({ "PARSE_TEXT": "Y" })).await, parsed);
    assert_eq!(text(json!({ "PARSE_TEXT": "Y", "GET_ORIGINAL_TEXT": "Y" })).await, parsed);
    assert_eq!(text(json!({ "PARSE_TEXT": "y" })).await, "Ask Carol Clark https://a.test");
}

#[tokio::test]
async fn those_whose_birthday_is_today_are_told_with_the_first_page() {
    let stage = Stage::set().await;
    let person = |id: i64, birthday: &str, active: bool| {
        json!({
            "type": "user", "id": id, "first_name": format!("P{id}"), "birthday": birthday, "active": active,
            "last_activity": NOW, "desktop_last": NOW, "mobile_last": NOW, "idle_since": NOW, "registered_at": NOW,
        })
    };
    let people =
        [person(60, "1990-03-02", true), person(61, "1990-03-03", true), person(62, "1980-03-02", false)];
    stage.portal.import(&people.map(|line| line.to_string()).join("\n")).await;
    let list = async |reader: &Client, params: Value| reader.ok("im.recent.list", params).await;
    let birthdays = list(&stage.bob, json!({})).await["birthdayList"].clone();
    let mut example = crate::user::example();
    example["departments"] = json!([]);
    assert_shape(&birthdays, &json!([example]));
    assert_eq!(crate::stage::ids(&birthdays), [60]);
    assert_eq!(birthdays[0]["birthday"], "02-03");
    for without in [json!({ "UNREAD_ONLY": "Y" }), json!({ "LAST_MESSAGE_DATE": NOW })] {
        assert!(list(&stage.bob, without.clone()).await.get("birthdayList").is_none(), "{without}");
    }
    let erin = stage.portal.client(Person::Erin).await;
    assert_eq!(list(&erin, json!({})).await["birthdayList"], json!([]), "guests are told of none");
}
