//! `im.recent.get`: each parameter alone and together, what a row shows, and which rows there are.

use lately_model::{Revision, UserId};
use lately_testkit::{Client, Person, TestPortal};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

/// A chat of every kind that user 1 sees, each with one message; the id is the place in the alphabet.
const EVERY_KIND: &str = r#"
{"type":"chat","id":201,"kind":"P","pair":[1,2],"owner":1,"created_at":"2026-03-01T10:00:00Z"}
{"type":"chat","id":202,"kind":"C","title":"Group","owner":1,"created_at":"2026-03-01T10:00:00Z"}
{"type":"chat","id":203,"kind":"O","title":"Open","owner":1,"created_at":"2026-03-01T10:00:00Z"}
{"type":"chat","id":204,"kind":"L","title":"Line","owner":1,"entity_type":"LINES","entity_id":"web|1|9|9","created_at":"2026-03-01T10:00:00Z","line":{"id":5,"status":40,"date_create":"2026-03-01T10:00:00Z"}}
{"type":"chat","id":205,"kind":"N","title":"Channel","owner":1,"created_at":"2026-03-01T10:00:00Z"}
{"type":"chat","id":206,"kind":"X","title":"Task","owner":1,"entity_type":"TASKS_TASK","entity_id":"8291","created_at":"2026-03-01T10:00:00Z"}
{"type":"chat","id":207,"kind":"T","title":"Comments","owner":1,"parent_chat":205,"parent_message":5,"created_at":"2026-03-01T10:00:00Z"}
{"type":"chat","id":208,"kind":"S","title":"Notifications","owner":1,"created_at":"2026-03-01T10:00:00Z"}
{"type":"chat","id":209,"kind":"P","pair":[1,1],"owner":1,"created_at":"2026-03-01T10:00:00Z"}
"#;

async fn portal_of_every_kind() -> (TestPortal, Client) {
    let portal = TestPortal::start().await;
    let mut lines = EVERY_KIND.to_owned();
    for chat in 201..=209 {
        lines += &format!(
            "{{\"type\":\"member\",\"chat\":{chat},\"user\":1,\"joined_at\":\"2026-03-01T10:00:00Z\"}}\n"
        );
        if chat != 209 {
            lines += &format!(
                "{{\"type\":\"member\",\"chat\":{chat},\"user\":2,\"joined_at\":\"2026-03-01T10:00:00Z\"}}\n"
            );
        }
        let author = if chat == 209 { 1 } else { 2 };
        let (id, second) = (chat + 1000, chat - 200);
        lines += &format!(
            "{{\"type\":\"message\",\"id\":{id},\"chat\":{chat},\"author\":{author},\"date\":\"2026-03-02T09:00:0{second}Z\",\"text\":\"t\"}}\n"
        );
    }
    portal.import(&lines).await;
    let alice = portal.client(Person::Alice).await;
    (portal, alice)
}

async fn chats(client: &Client, params: Value) -> Vec<i64> {
    client.recent(params).await.iter().map(|row| row["chat_id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn without_flags_every_kind_but_comments_and_notifications_is_listed_newest_first() {
    let (_portal, alice) = portal_of_every_kind().await;
    assert_eq!(chats(&alice, json!({})).await, [209, 206, 205, 204, 203, 202, 201]);
}

#[tokio::test]
async fn each_flag_alone_leaves_out_its_kinds() {
    let (_portal, alice) = portal_of_every_kind().await;
    assert_eq!(chats(&alice, json!({ "SKIP_OPENLINES": "Y" })).await, [209, 206, 205, 203, 202, 201]);
    assert_eq!(chats(&alice, json!({ "SKIP_CHAT": "Y" })).await, [209, 206, 205, 204, 201]);
    assert_eq!(chats(&alice, json!({ "SKIP_DIALOG": "Y" })).await, [206, 205, 204, 203, 202]);
    assert_eq!(chats(&alice, json!({ "ONLY_OPENLINES": "Y" })).await, [204]);
}

#[tokio::test]
async fn flags_combine_and_only_openlines_silences_the_others() {
    let (_portal, alice) = portal_of_every_kind().await;
    let all = json!({ "SKIP_OPENLINES": "Y", "SKIP_CHAT": "Y", "SKIP_DIALOG": "Y" });
    assert_eq!(chats(&alice, all).await, [206, 205]);
    let only = json!({ "ONLY_OPENLINES": "Y", "SKIP_OPENLINES": "Y", "SKIP_CHAT": "Y" });
    assert_eq!(chats(&alice, only).await, [204]);
}

#[tokio::test]
async fn only_a_capital_y_is_yes() {
    let (_portal, alice) = portal_of_every_kind().await;
    for value in
        [json!("y"), json!("true"), json!("1"), json!(true), json!(1), json!("N"), json!(["Y"]), json!(null)]
    {
        let rows = chats(&alice, json!({ "SKIP_CHAT": value })).await;
        assert_eq!(rows.len(), 7, "{value}");
    }
}

#[tokio::test]
async fn parameter_names_know_no_case_and_unknown_ones_are_ignored() {
    let (_portal, alice) = portal_of_every_kind().await;
    let params = json!({ "only_openlines": "Y", "bx24_request_id": "x", "LIMIT": 1 });
    assert_eq!(chats(&alice, params).await, [204]);
}

#[tokio::test]
async fn a_sync_date_answers_what_changed_since_then_inclusively() {
    let (_portal, alice) = portal_of_every_kind().await;
    for name in ["LAST_SYNC_DATE", "LAST_UPDATE"] {
        assert_eq!(chats(&alice, json!({ name: "2026-03-02T09:00:05Z" })).await, [209, 206, 205], "{name}");
        assert_eq!(chats(&alice, json!({ name: "2026-03-02T12:00:06+03:00" })).await, [209, 206], "{name}");
        assert_eq!(chats(&alice, json!({ name: "2026-03-02T09:00:10Z" })).await, [0_i64; 0], "{name}");
    }
    let both = json!({ "LAST_UPDATE": "2026-03-02T09:00:06Z", "LAST_SYNC_DATE": "2026-03-02T09:00:01Z" });
    assert_eq!(chats(&alice, both).await, [209, 206], "LAST_UPDATE wins");
    let with_flag = json!({ "LAST_UPDATE": "2026-03-02T09:00:05Z", "SKIP_DIALOG": "Y" });
    assert_eq!(chats(&alice, with_flag).await, [206, 205]);
}

#[tokio::test]
async fn a_sync_date_reaches_back_seven_days_at_most() {
    let (portal, alice) = portal_of_every_kind().await;
    let params = json!({ "LAST_SYNC_DATE": "2020-01-01T00:00:00Z" });
    assert_eq!(chats(&alice, params.clone()).await.len(), 7);
    portal.clock.set("2026-03-09T09:00:05Z");
    assert_eq!(chats(&alice, params.clone()).await, [209, 206, 205]);
    portal.clock.step(DAY);
    assert_eq!(chats(&alice, params).await, [0_i64; 0]);
}

#[tokio::test]
async fn dates_that_cannot_be_read_are_ignored() {
    let (_portal, alice) = portal_of_every_kind().await;
    for date in [
        json!("yesterday"),
        json!(""),
        json!("99999-01-01T00:00:00Z"),
        json!(5),
        json!([]),
        json!({ "a": 1 }),
    ] {
        let reply = alice.call("im.recent.get", json!({ "LAST_SYNC_DATE": date })).await;
        assert_eq!(reply.result().as_array().unwrap().len(), 7, "{date}");
        assert!(reply.body.get("removed").is_none(), "{date}");
    }
}

#[tokio::test]
async fn rows_leave_after_thirty_days_but_pinned_ones_and_open_lines_asked_for_stay() {
    let (portal, alice) = portal_of_every_kind().await;
    alice.ok("im.recent.pin", json!({ "DIALOG_ID": "chat202" })).await;
    portal.clock.step(31 * DAY);
    assert_eq!(chats(&alice, json!({})).await, [202]);
    assert_eq!(chats(&alice, json!({ "ONLY_OPENLINES": "Y" })).await, [204]);
}

#[tokio::test]
async fn pinned_rows_come_first_and_then_the_newest_message() {
    let (_portal, alice) = portal_of_every_kind().await;
    alice.ok("im.recent.pin", json!({ "DIALOG_ID": "chat203" })).await;
    alice.ok("im.recent.pin", json!({ "DIALOG_ID": "2" })).await;
    assert_eq!(chats(&alice, json!({})).await, [203, 201, 209, 206, 205, 204, 202]);
}

#[tokio::test]
async fn messages_of_one_second_are_ordered_by_their_number() {
    let portal = TestPortal::start().await;
    let (alice, bob, carol) = (
        portal.client(Person::Alice).await,
        portal.client(Person::Bob).await,
        portal.client(Person::Carol).await,
    );
    bob.say(1, "first").await;
    carol.say(1, "second").await;
    let ids: Vec<Value> = alice.recent(json!({})).await.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [3, 2]);
}

#[tokio::test]
async fn removals_come_beside_the_result_until_the_row_is_back() {
    let (portal, alice) = portal_of_every_kind().await;
    let bob = portal.client(Person::Bob).await;
    let since = json!({ "LAST_SYNC_DATE": "2026-03-02T10:00:00Z" });
    alice.ok("im.recent.hide", json!({ "DIALOG_ID": "2" })).await;
    portal.clock.step(1);
    alice.ok("im.chat.leave", json!({ "CHAT_ID": 202 })).await;
    let reply = alice.call("im.recent.get", since.clone()).await;
    let expected = json!([
        { "id": "chat202", "reason": "left", "date": "2026-03-02T10:00:01+00:00" },
        { "id": 2, "reason": "hidden", "date": "2026-03-02T10:00:00+00:00" },
    ]);
    assert_eq!(reply.body["removed"], expected);
    bob.say(1, "again").await;
    let reply = alice.call("im.recent.get", since.clone()).await;
    assert_eq!(reply.body["removed"][1], Value::Null, "the hidden row is back");
    assert_eq!(reply.body["removed"][0]["id"], "chat202");
    let seed = portal.seed_client(Person::Alice).await;
    alice.ok("im.recent.hide", json!({ "DIALOG_ID": "2" })).await;
    let reply =
        seed.call("im.recent.get", json!({ "LAST_UPDATE": "2026-03-02T10:00:01Z", "SKIP_CHAT": "Y" })).await;
    assert_eq!(
        reply.body["removed"],
        json!([{ "id": "2", "reason": "hidden", "date": "2026-03-02T10:00:01+00:00" }])
    );
}

#[tokio::test]
async fn a_dismissed_colleague_stays_while_something_is_unread() {
    let portal = TestPortal::start().await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    bob.say(1, "bye").await;
    portal.clock.step(5);
    let dismiss = |user: &mut lately_model::User| {
        user.active = false;
        Ok(())
    };
    portal.messenger().edit_user(None, UserId(2), dismiss).await.unwrap();
    assert_eq!(alice.row(2).await.unwrap()["counter"], 1);
    alice.ok("im.dialog.read", json!({ "DIALOG_ID": "2" })).await;
    assert!(alice.row(2).await.is_none());
    let reply = alice.call("im.recent.get", json!({ "LAST_SYNC_DATE": "2026-03-02T10:00:05Z" })).await;
    assert_eq!(
        reply.body["removed"],
        json!([{ "id": 2, "reason": "removed", "date": "2026-03-02T10:00:05+00:00" }])
    );
}

#[tokio::test]
async fn a_dismissed_bot_stays_listed() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    alice.say(6, "hello robot").await;
    let dismiss = |user: &mut lately_model::User| {
        user.active = false;
        Ok(())
    };
    portal.messenger().edit_user(None, UserId(6), dismiss).await.unwrap();
    let row = alice.row(6).await.unwrap();
    assert_eq!((&row["user"]["bot"], &row["user"]["active"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn own_notes_are_an_ordinary_row_once_something_is_in_them() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    alice.ok("im.dialog.get", json!({ "DIALOG_ID": "1" })).await;
    assert!(alice.recent(json!({})).await.is_empty());
    alice.say(1, "buy milk").await;
    let rows = alice.recent(json!({})).await;
    assert_eq!(
        (&rows[0]["id"], &rows[0]["type"], &rows[0]["title"]),
        (&json!(1), &json!("user"), &json!("Alice Adams"))
    );
    assert_eq!(rows[0]["counter"], 0);
}

#[tokio::test]
async fn a_pinned_dialog_without_messages_shows_an_empty_one() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    alice.ok("im.recent.pin", json!({ "DIALOG_ID": "3" })).await;
    let row = alice.row(3).await.unwrap();
    let empty = json!({
        "id": 0, "text": "", "file": false, "attach": false, "author_id": 0,
        "date": "2026-03-02T10:00:00+00:00", "sticker": null, "status": "received",
    });
    assert_eq!(row["message"], empty);
}

#[tokio::test]
async fn a_deleted_last_message_keeps_its_row_and_stops_counting_at_once() {
    let portal = TestPortal::start().await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    bob.say(1, "one").await;
    let last = bob.say(1, "two").await;
    assert_eq!(alice.row(2).await.unwrap()["counter"], 2);
    bob.ok("im.message.delete", json!({ "MESSAGE_ID": last })).await;
    let row = alice.row(2).await.unwrap();
    assert_eq!((&row["counter"], &row["message"]["text"]), (&json!(1), &json!("This message was deleted")));
    assert_eq!(row["message"]["id"], last);
    portal.assert_exact().await;
}

#[tokio::test]
async fn counters_are_not_capped() {
    let portal = TestPortal::start().await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    for number in 0..130 {
        bob.say(1, &format!("message {number}")).await;
    }
    assert_eq!(alice.row(2).await.unwrap()["counter"], 130);
    let seed = portal.seed_client(Person::Alice).await;
    assert_eq!(seed.row(2).await.unwrap()["counter"], "130");
}

#[tokio::test]
async fn a_renamed_person_is_renamed_in_titles_and_in_previews_that_name_them() {
    let portal = TestPortal::start().await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    alice.say(2, "ask [USER=3][/USER]").await;
    assert_eq!(bob.row(1).await.unwrap()["message"]["text"], "ask Carol Clark");
    let rename = |user: &mut lately_model::User| {
        "Caroline".clone_into(&mut user.first_name);
        Ok(())
    };
    portal.messenger().edit_user(None, UserId(3), rename).await.unwrap();
    assert_eq!(bob.row(1).await.unwrap()["message"]["text"], "ask Caroline Clark");
    bob.say(3, "hi").await;
    assert_eq!(bob.row(3).await.unwrap()["title"], "Caroline Clark");
}

#[tokio::test]
async fn presence_shows_on_the_seed_page() {
    let portal = TestPortal::start().await;
    let (alice, bob) = (portal.seed_client(Person::Alice).await, portal.client(Person::Bob).await);
    bob.say(1, "hi").await;
    bob.ok("im.user.status.set", json!({ "STATUS": "dnd" })).await;
    bob.ok("im.user.status.idle.start", json!({ "AGO": 30 })).await;
    let user = alice.row(2).await.unwrap()["user"].clone();
    assert_eq!((&user["status"], &user["idle"]), (&json!("dnd"), &json!("2026-03-02T09:30:00+00:00")));
    bob.ok("im.user.status.idle.end", json!({})).await;
    assert_eq!(alice.row(2).await.unwrap()["user"]["idle"], false);
}

#[tokio::test]
async fn a_guest_from_outside_marks_person_and_chat() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let chat = alice.ok("im.chat.add", json!({ "TITLE": "With Erin", "USERS": [5] })).await;
    alice.say(5, "welcome").await;
    assert_eq!(alice.row(5).await.unwrap()["user"]["extranet"], true);
    assert_eq!(alice.row(format!("chat{chat}")).await.unwrap()["chat"]["extranet"], true);
    alice.ok("im.chat.user.delete", json!({ "CHAT_ID": chat, "USER_ID": 5 })).await;
    assert_eq!(alice.row(format!("chat{chat}")).await.unwrap()["chat"]["extranet"], false);
}

#[tokio::test]
async fn a_message_is_delivered_once_somebody_else_has_read_it() {
    let portal = TestPortal::start().await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    let sent = alice.say(2, "seen?").await;
    assert_eq!(alice.row(2).await.unwrap()["message"]["status"], "received");
    bob.ok("im.dialog.read", json!({ "DIALOG_ID": "1", "MESSAGE_ID": sent })).await;
    assert_eq!(alice.row(2).await.unwrap()["message"]["status"], "delivered");
}

#[tokio::test]
async fn every_chat_of_the_list_has_todays_chat_object() {
    let (_portal, alice) = portal_of_every_kind().await;
    let rows = alice.recent(json!({})).await;
    let task = rows.iter().find(|row| row["chat_id"] == 206).unwrap();
    let link =
        json!({ "type": "TASKS", "url": "/company/personal/user/1/tasks/task/view/8291/", "id": "8291" });
    assert_eq!(task["chat"]["entity_link"], link);
    assert_eq!((&task["chat"]["type"], &task["chat"]["message_type"]), (&json!("tasksTask"), &json!("X")));
    let types: Vec<&Value> = rows.iter().map(|row| &row["chat"]["type"]).collect();
    let expected = [
        Value::Null,
        json!("tasksTask"),
        json!("channel"),
        json!("lines"),
        json!("open"),
        json!("chat"),
        Value::Null,
    ];
    assert_eq!(types, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn two_webhooks_of_one_person_are_answered_by_their_own_pages() {
    let (portal, alice) = portal_of_every_kind().await;
    let seed = portal.client_with(1, "im", Revision::R29).await;
    assert_eq!(alice.recent(json!({})).await[1]["chat"]["id"], 206);
    assert_eq!(seed.recent(json!({})).await[1]["chat"]["id"], "206");
    assert_eq!(seed.ok("im.revision.get", json!({})).await["rest"], 29);
    assert_eq!(alice.ok("im.revision.get", json!({})).await["rest"], 33);
}
