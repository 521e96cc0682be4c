//! `im.dialog.*`: a dialog's page, its messages page by page, reading and un-reading.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, assert_shape, chat, ids};

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
    assert_eq!(page["entity_link"], json!({ "type": "DEAL", "url": "/crm/deal/details/1663/", "id": "DEAL|1663" }));
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
    assert_eq!((&page["role"], &page["type"], &page["counter"]), (&json!("guest"), &json!("open"), &json!(0)));
    let seen = messages(&stage.bob, dialog.clone()).await;
    assert!(seen.as_array().unwrap().iter().all(|message| message["unread"] == false));
    let erin = stage.portal.client(Person::Erin).await;
    for method in ["im.dialog.get", "im.dialog.messages.get"] {
        assert_eq!(erin.refused(method, dialog.clone()).await, (403, "ACCESS_ERROR".to_owned()));
    }
}

#[tokio::test]
async fn messages_are_answered_as_they_are_documented() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let uuid = "0c3c5ad6-a1b8-4d4d-9234-f137ef862a77";
    let sent = json!({ "DIALOG_ID": chat(id), "MESSAGE": "[b]One[/b][BR]two", "TEMPLATE_ID": uuid });
    let said = stage.alice.ok("im.message.add", sent).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": said })).await;
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(id) })).await;
    let message = |id: i64, author: i64, text: &str, params: Value| {
        json!({
            "id": id, "chat_id": 1, "author_id": author, "date": NOW, "text": text, "unread": true, "uuid": null,
            "replaces": [], "params": params, "disappearing_date": null,
        })
    };
    let mut newest = message(4, 1, "[b]One[/b]\ntwo", json!({ "LIKE": [2] }));
    newest["uuid"] = json!(uuid);
    let alice = "[USER=1 REPLACE]Alice Adams[/USER]";
    let joined = json!({ "CODE": ["CHAT_JOIN"], "NOTIFY": "N" });
    let expected = json!([
        newest,
        message(3, 0, &format!("{alice} invited [USER=2 REPLACE]Bob Brown[/USER] to the chat"), joined),
        message(2, 0, "Welcome to the new chat!", json!({ "COMPONENT_ID": "ChatCreationMessage" })),
        message(1, 0, &format!("{alice} created the chat"), json!([])),
    ]);
    assert_eq!(page["chat_id"], 1);
    assert_eq!(page["messages"], expected);
    assert_eq!(ids(&page["users"]), [1], "the system is nobody");
    assert_eq!(page["files"], json!([]));
    assert_shape(&page["users"][0], &crate::user::example());
    stage.check().await;
}

#[tokio::test]
async fn files_of_the_page_come_with_it() {
    let stage = Stage::set().await;
    stage.import_chat(70, "C", json!({})).await;
    let file = |id: i64, name: &str, kind: &str| {
        json!({
            "type": "file", "id": id, "chat": 70, "author": 1, "date": NOW, "name": name, "kind": kind,
            "size": 2144, "width": 72, "height": 61,
        })
    };
    let message = |id: i64, files: &[i64]| {
        let params = json!({ "FILE_ID": files });
        json!({ "type": "message", "id": id, "chat": 70, "author": 1, "date": NOW, "text": "", "params": params })
    };
    let lines = [
        file(5, "scan.png", "image"),
        file(6, "notes.txt", "file"),
        message(10, &[5]),
        message(11, &[6]),
    ];
    stage.portal.import(&lines.map(|line| line.to_string()).join("\n")).await;
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "chat70" })).await;
    assert_eq!(page["messages"][0]["params"], json!({ "FILE_ID": [6] }));
    assert_eq!(ids(&page["files"]), [6, 5], "in the order of their messages");
    let expected = json!({
        "id": 5, "chatId": 70, "date": NOW, "type": "image", "name": "scan.png", "extension": "png", "size": 2144,
        "image": { "height": 61, "width": 72 }, "status": "done", "progress": 100, "authorId": 1,
        "authorName": "Alice Adams",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&page["files"][1][key], value, "{key}");
    }
    for key in ["isTranscribable", "isVideoNote", "isVoiceNote"] {
        assert_eq!(page["files"][1][key], false, "{key}");
    }
    assert_eq!(page["files"][0]["image"], false);
    stage.check().await;
}

/// A chat with the messages 1 to `count`, written by alice one a minute; bob is its other member.
async fn history(count: i64) -> Stage {
    let stage = Stage::set().await;
    stage.import_chat(70, "C", json!({})).await;
    let line = |id: i64| {
        json!({ "type": "message", "id": id, "chat": 70, "author": 1, "date": NOW, "text": format!("No. {id}") })
    };
    let lines: Vec<_> = (1..=count).map(|id| line(id).to_string()).collect();
    stage.portal.import(&lines.join("\n")).await;
    stage
}

async fn read_upto(stage: &Stage, message: i64) {
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": message })).await;
}

fn down(from: i64, to: i64) -> Vec<i64> {
    (to..=from).rev().collect()
}

async fn page_ids(stage: &Stage, mut params: Value) -> Vec<i64> {
    params["DIALOG_ID"] = json!("chat70");
    ids(&messages(&stage.bob, params).await)
}

#[tokio::test]
async fn a_window_goes_down_from_the_last_id_and_up_from_the_first() {
    let stage = history(120).await;
    read_upto(&stage, 120).await;
    let page = |params| page_ids(&stage, params);
    assert_eq!(page(json!({})).await, down(120, 101), "the newest twenty");
    assert_eq!(page(json!({ "LAST_ID": 0 })).await, down(120, 101), "zero is the end");
    assert_eq!(page(json!({ "LAST_ID": 101 })).await, down(100, 81));
    assert_eq!(page(json!({ "LAST_ID": "5" })).await, down(4, 1));
    assert_eq!(page(json!({ "LAST_ID": 1 })).await, [0; 0]);
    assert_eq!(page(json!({ "FIRST_ID": 0 })).await, (1..=20).collect::<Vec<_>>(), "from the very first");
    assert_eq!(page(json!({ "FIRST_ID": "118" })).await, [119, 120]);
    assert_eq!(page(json!({ "FIRST_ID": 120 })).await, [0; 0]);
    assert_eq!(page(json!({ "FIRST_ID": 999 })).await, [0; 0]);
    assert_eq!(page(json!({ "FIRST_ID": 118, "LAST_ID": 3 })).await, [119, 120], "the first one wins");
    stage.check().await;
}

#[tokio::test]
async fn a_page_has_up_to_fifty_messages() {
    let stage = history(120).await;
    read_upto(&stage, 120).await;
    for (limit, length) in [(json!(1), 1), (json!("35"), 35), (json!(50), 50), (json!(51), 50), (json!(9999), 50)] {
        for window in ["LAST_ID", "FIRST_ID", "NEITHER"] {
            let page = page_ids(&stage, json!({ window: 0, "LIMIT": limit })).await;
            assert_eq!(page.len(), length, "{window} {limit}");
        }
    }
    for odd in [json!(0), json!(-5), json!("many"), json!("")] {
        assert_eq!(page_ids(&stage, json!({ "LIMIT": odd })).await.len(), 20, "{odd}");
    }
}

#[tokio::test]
async fn paging_back_meets_every_message_once() {
    let stage = history(120).await;
    read_upto(&stage, 120).await;
    let mut met = page_ids(&stage, json!({ "LIMIT": 50 })).await;
    loop {
        let page = page_ids(&stage, json!({ "LIMIT": 50, "LAST_ID": met.last() })).await;
        if page.is_empty() {
            break;
        }
        met.extend(page);
    }
    assert_eq!(met, down(120, 1));
}

#[tokio::test]
async fn unread_messages_make_the_newest_page_longer() {
    let stage = history(120).await;
    read_upto(&stage, 113).await;
    assert_eq!(page_ids(&stage, json!({})).await, down(120, 94), "7 unread and 20 more");
    read_upto(&stage, 100).await;
    assert_eq!(page_ids(&stage, json!({})).await, down(120, 94), "reading never goes back");
    assert_eq!(page_ids(&stage, json!({ "LAST_ID": 0 })).await, down(120, 101), "a window stays as it is");
}

#[tokio::test]
async fn many_unread_messages_begin_where_reading_ended() {
    let stage = history(120).await;
    read_upto(&stage, 60).await;
    let page = messages(&stage.bob, json!({ "DIALOG_ID": "chat70" })).await;
    assert_eq!(ids(&page), down(80, 41), "20 unread ones and 20 before them");
    for message in page.as_array().unwrap() {
        assert_eq!(message["unread"], message["id"].as_i64().unwrap() > 60);
    }
    read_upto(&stage, 100).await;
    assert_eq!(page_ids(&stage, json!({})).await, down(120, 81), "exactly a page of them");
}

#[tokio::test]
async fn hidden_history_is_not_there_for_a_new_member() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.say(chat(id), "Before").await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [3] })).await;
    let after = stage.alice.say(chat(id), "After").await;
    for window in [json!({}), json!({ "FIRST_ID": 0 }), json!({ "LAST_ID": 0 })] {
        let mut params = window.clone();
        params["DIALOG_ID"] = json!(chat(id));
        let page = messages(&stage.carol, params).await;
        let mut seen = ids(&page);
        seen.sort_unstable();
        assert_eq!(seen, [after - 1, after], "the invitation and what follows: {window}");
    }
    let page = stage.carol.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await;
    assert_eq!((&page["message_count"], &page["counter"]), (&json!(2), &json!(1)));
    assert_eq!(messages(&stage.carol, json!({ "DIALOG_ID": chat(id), "LAST_ID": after - 1 })).await, json!([]));
    stage.check().await;
}

#[tokio::test]
async fn messages_can_be_asked_for_by_chat_number() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[]).await;
    assert_eq!(messages(&stage.alice, json!({ "CHAT_ID": id })).await[0]["chat_id"], id);
}

#[tokio::test]
async fn bare_links_are_wrapped_and_written_ones_stay() {
    let stage = Stage::set().await;
    for (said, read) in [
        ("see https://a.test/x?y=1&z, or http://b.test.", "see [URL]https://a.test/x?y=1&z[/URL], or [URL]http://b.test[/URL]."),
        ("[URL]https://a.test[/URL] [url=https://b.test]b[/url]", "[URL]https://a.test[/URL] [url=https://b.test]b[/url]"),
        ("[CODE]https://a.test[/CODE] [b]https://b.test[/b]", "[CODE]https://a.test[/CODE] [b][URL]https://b.test[/URL][/b]"),
        ("no link: https://", "no link: https://"),
    ] {
        stage.bob.say(2, said).await;
        assert_eq!(messages(&stage.bob, json!({ "DIALOG_ID": 2, "LIMIT": 1 })).await[0]["text"], read);
    }
}

#[tokio::test]
async fn bounds_are_digits_and_nothing_else() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    for bad in ["", "x", "-1", "1x", " 1", "+1", "1.0"] {
        for (name, code) in [("FIRST_ID", "FIRST_ID_STRING"), ("LAST_ID", "LAST_ID_STRING")] {
            let params = json!({ "DIALOG_ID": "chat1", name: bad });
            let refused = stage.alice.refused("im.dialog.messages.get", params).await;
            assert_eq!(refused, (400, code.to_owned()), "{name}={bad}");
        }
    }
}

#[tokio::test]
async fn messages_without_address_or_access_are_refused() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    let refused = |params: Value| stage.bob.refused("im.dialog.messages.get", params);
    assert_eq!(refused(json!({})).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    assert_eq!(refused(json!({ "DIALOG_ID": "room" })).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    for closed in ["chat1", "chat999", "999"] {
        assert_eq!(refused(json!({ "DIALOG_ID": closed })).await, (403, "ACCESS_ERROR".to_owned()), "{closed}");
    }
}

#[tokio::test]
async fn reading_up_to_a_message_answers_the_new_position() {
    let stage = history(10).await;
    let read = |params: Value| stage.bob.ok("im.dialog.read", params);
    let first = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 4 })).await;
    assert_eq!(first, json!({ "dialogId": "chat70", "chatId": 70, "lastId": 4, "counter": 6 }));
    let back = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 2 })).await;
    assert_eq!(back["lastId"], 4, "never backwards");
    let alias = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 5, "LAST_ID": "8" })).await;
    assert_eq!((&alias["lastId"], &alias["counter"]), (&json!(8), &json!(2)), "LAST_ID wins");
    let beyond = read(json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 9999 })).await;
    assert_eq!((&beyond["lastId"], &beyond["counter"]), (&json!(10), &json!(0)));
    stage.check().await;
}

#[tokio::test]
async fn reading_a_private_dialog_answers_the_persons_number() {
    let stage = Stage::set().await;
    let said = stage.alice.say(2, "Hi").await;
    let read = stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1" })).await;
    assert_eq!(read, json!({ "dialogId": 1, "chatId": 1, "lastId": said, "counter": 0 }));
    stage.check().await;
}

#[tokio::test]
async fn reading_without_a_message_reads_all_and_takes_the_mark_away() {
    for params in [json!({}), json!({ "MESSAGE_ID": 0 }), json!({ "MESSAGE_ID": -7 }), json!({ "LAST_ID": "" })] {
        let stage = history(10).await;
        stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "chat70" })).await;
        let mut sent = params.clone();
        sent["DIALOG_ID"] = json!("chat70");
        let read = stage.bob.ok("im.dialog.read", sent).await;
        assert_eq!((&read["lastId"], &read["counter"]), (&json!(10), &json!(0)), "{params}");
        let row = stage.bob.row("chat70").await.unwrap();
        assert_eq!((&row["unread"], &row["counter"]), (&json!(false), &json!(0)), "{params}");
        stage.check().await;
    }
}

#[tokio::test]
async fn reading_up_to_a_message_leaves_the_mark_and_touches_the_row() {
    let stage = history(10).await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "chat70" })).await;
    stage.portal.clock.step(60);
    read_upto(&stage, 10).await;
    let row = stage.bob.row("chat70").await.unwrap();
    assert_eq!((&row["unread"], &row["date_update"]), (&json!(true), &json!(LATER)));
    assert_eq!(row["date_last_activity"], NOW);
}

#[tokio::test]
async fn reading_what_is_not_ones_own_is_false() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    for foreign in ["chat1", "chat999", "3", "999"] {
        assert_eq!(stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": foreign })).await, false, "{foreign}");
    }
    assert_eq!(stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "notify" })).await, true);
    for bad in [json!({}), json!({ "DIALOG_ID": "" }), json!({ "DIALOG_ID": "chat" })] {
        assert_eq!(stage.bob.refused("im.dialog.read", bad).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    }
}

#[tokio::test]
async fn reading_everything_reads_every_dialog_but_the_open_lines() {
    let stage = history(10).await;
    stage.import_chat(71, "L", json!({ "entity_type": "LINES", "entity_id": "web|1|1" })).await;
    stage.portal.import(&json!({ "type": "message", "id": 20, "chat": 71, "author": 1, "date": NOW, "text": "?" }).to_string()).await;
    stage.carol.say(2, "Hi").await;
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": "3" })).await;
    for method in ["im.dialog.read.all", "im.dialog.readAll"] {
        assert_eq!(stage.bob.ok(method, json!({})).await, true);
        let left: Vec<_> = stage.bob.recent(json!({})).await.into_iter().filter(|row| row["counter"] != 0).collect();
        assert_eq!(left.len(), 1);
        assert_eq!((&left[0]["id"], &left[0]["counter"]), (&json!("chat71"), &json!(1)));
    }
    assert_eq!(stage.bob.row(3).await.unwrap()["unread"], false);
    stage.check().await;
}

#[tokio::test]
async fn un_reading_counts_the_message_and_those_of_others_after_it() {
    let stage = history(10).await;
    read_upto(&stage, 10).await;
    stage.bob.say("chat70", "Mine").await;
    stage.portal.clock.step(60);
    let unread = json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 8 });
    assert_eq!(stage.bob.ok("im.dialog.unread", unread).await, true);
    let row = stage.bob.row("chat70").await.unwrap();
    assert_eq!((&row["counter"], &row["last_id"]), (&json!(3), &json!(7)));
    assert_eq!((&row["date_update"], &row["unread"]), (&json!(LATER), &json!(false)));
    let page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": "chat70" })).await;
    assert_eq!((&page["counter"], &page["unread_id"], &page["marked_id"]), (&json!(3), &json!(8), &json!(8)));
    stage.check().await;
}

#[tokio::test]
async fn un_reading_what_is_unread_anyway_changes_nothing() {
    let stage = history(10).await;
    read_upto(&stage, 4).await;
    stage.bob.ok("im.dialog.unread", json!({ "DIALOG_ID": "chat70", "MESSAGE_ID": 9 })).await;
    let row = stage.bob.row("chat70").await.unwrap();
    assert_eq!((&row["counter"], &row["last_id"]), (&json!(6), &json!(4)));
    stage.check().await;
}

#[tokio::test]
async fn un_reading_without_a_message_is_refused_and_without_access_it_does_nothing() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    let refused = |params: Value| stage.bob.refused("im.dialog.unread", params);
    for bad in [json!({}), json!({ "MESSAGE_ID": 0 }), json!({ "MESSAGE_ID": "x", "DIALOG_ID": "chat1" })] {
        assert_eq!(refused(bad.clone()).await, (400, "MESSAGE_ID_ERROR".to_owned()), "{bad}");
    }
    for bad in [json!({ "MESSAGE_ID": 1 }), json!({ "MESSAGE_ID": 1, "DIALOG_ID": "room" })] {
        assert_eq!(refused(bad.clone()).await, (400, "DIALOG_ID_EMPTY".to_owned()), "{bad}");
    }
    for foreign in ["chat1", "chat999", "3"] {
        let params = json!({ "MESSAGE_ID": 1, "DIALOG_ID": foreign });
        assert_eq!(stage.bob.ok("im.dialog.unread", params).await, true, "{foreign}");
    }
    stage.check().await;
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
