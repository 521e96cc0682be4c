//! The page that the product was ordered from, as a test.

use lately_model::Revision;
use lately_testkit::TestPortal;
use serde_json::{Value, json};

const FIXTURE: &str = include_str!("fixtures/seed-page.jsonl");

/// The page's example, letter by letter.
fn example() -> Value {
    json!([
        {
            "id": "1",
            "type": "user",
            "avatar": {
                "url": "http://www.hazz/upload/resize_cache/main/1af/100_100_2/1464255149.png",
                "color": "#df532d"
            },
            "title": "Eugene Shelenkov",
            "message": { "id": "30468", "text": "1", "file": false, "attach": false, "author_id": "1" },
            "counter": "3",
            "date": "2017-10-17T11:12:56+02:00",
            "user": {
                "id": "1",
                "name": "Eugene Shelenkov",
                "first_name": "Eugene",
                "last_name": "Shelenkov",
                "work_position": "IT Specialist",
                "color": "#df532d",
                "avatar": "http://www.hazz/upload/resize_cache/main/1af/100_100_2/1464255149.png",
                "gender": "M",
                "birthday": false,
                "extranet": false,
                "network": false,
                "bot": false,
                "connector": false,
                "external_auth_id": "default",
                "status": "online",
                "idle": false,
                "last_activity_date": "2017-10-17T11:16:01+02:00",
                "mobile_last_date": "2017-05-26T12:04:58+02:00",
                "absent": "2017-11-01T00:00:00+02:00"
            }
        },
        {
            "id": "chat21191",
            "type": "chat",
            "avatar": { "url": "", "color": "#4ba984" },
            "title": "Mint Chat #3",
            "message": {
                "id": "30467",
                "text": "Permission to update Bitrix24 received from [Attachment]",
                "file": false,
                "attach": true,
                "author_id": "2"
            },
            "counter": "0",
            "date": "2017-10-17T10:38:20+02:00",
            "chat": {
                "id": "21191",
                "title": "Mint Chat #3",
                "owner": "2",
                "extranet": false,
                "avatar": "",
                "color": "#4ba984",
                "type": "chat",
                "entity_type": "",
                "entity_data_1": "",
                "entity_data_2": "",
                "entity_data_3": "",
                "date_create": "2017-10-14T12:15:32+02:00",
                "message_type": "C"
            }
        }
    ])
}

/// Fails with the path of the first key of `expected` that `found` has not, or has otherwise.
fn assert_carries(found: &Value, expected: &Value, path: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (key, value) in expected {
                let below = found.get(key).unwrap_or_else(|| panic!("{path}.{key} is missing"));
                assert_carries(below, value, &format!("{path}.{key}"));
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "length of {path}: {found:#?}");
            for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert_carries(found, expected, &format!("{path}[{place}]"));
            }
        }
        _ => assert_eq!(found, expected, "{path}"),
    }
}

async fn page_portal() -> TestPortal {
    let portal =
        TestPortal::empty("2017-10-17T11:20:00+02:00", |config| "+02:00".clone_into(&mut config.time_zone))
            .await;
    portal.import(FIXTURE).await;
    portal
}

#[tokio::test]
async fn the_page_is_answered_as_it_is_printed() {
    let portal = page_portal().await;
    let reader = portal.client_with(2, "im", Revision::R29).await;
    let reply = reader.call("im.recent.get", json!({ "SKIP_OPENLINES": "Y" })).await;
    assert_carries(reply.result(), &example(), "result");
    portal.assert_exact().await;
}

#[tokio::test]
async fn on_the_page_people_have_no_chat_and_chats_have_no_person() {
    let portal = page_portal().await;
    let reader = portal.client_with(2, "im", Revision::R29).await;
    let rows = reader.recent(json!({ "SKIP_OPENLINES": "Y" })).await;
    assert!(rows[0].get("chat").is_none());
    assert!(rows[1].get("user").is_none());
}

#[tokio::test]
async fn every_key_of_the_key_list_is_there_with_its_type() {
    let portal = page_portal().await;
    let reader = portal.client_with(2, "im", Revision::R29).await;
    let rows = reader.recent(json!({})).await;
    let person = rows.iter().find(|row| row["type"] == "user").unwrap();
    let chat = rows.iter().find(|row| row["type"] == "chat").unwrap();
    assert_eq!(person["message"]["date"], "2017-10-17T11:12:56+02:00");
    assert_eq!(chat["chat"]["entity_id"], "");
    for key in [
        "id",
        "name",
        "first_name",
        "work_position",
        "color",
        "avatar",
        "gender",
        "external_auth_id",
        "status",
    ] {
        assert!(person["user"][key].is_string(), "user.{key}");
    }
    for key in ["extranet", "network", "bot", "connector"] {
        assert!(person["user"][key].is_boolean(), "user.{key}");
    }
}

#[tokio::test]
async fn open_lines_are_there_unless_skipped() {
    let portal = page_portal().await;
    let reader = portal.client_with(2, "im", Revision::R29).await;
    let ids = |rows: Vec<Value>| rows.into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(reader.recent(json!({})).await), ["1", "chat21191", "chat21192"]);
    assert_eq!(ids(reader.recent(json!({ "ONLY_OPENLINES": "Y" })).await), ["chat21192"]);
    let line = &reader.recent(json!({ "ONLY_OPENLINES": "Y" })).await[0];
    assert_eq!(line["lines"], json!({ "id": 7, "status": 20, "date_create": "2017-10-16T10:00:00+02:00" }));
    assert_eq!(line["chat"]["type"], "lines");
}

#[tokio::test]
async fn todays_page_has_numbers_and_stubs() {
    let portal = page_portal().await;
    let reader = portal.client_with(2, "im", Revision::R33).await;
    let rows = reader.recent(json!({ "SKIP_OPENLINES": "Y" })).await;
    assert_eq!(rows[0]["id"], 1);
    assert_eq!(rows[0]["counter"], 3);
    assert_eq!(
        rows[0]["chat"],
        json!({ "text_field_enabled": true, "background_id": null, "mute_list": [] })
    );
    assert!(rows[0].get("date").is_none());
    assert_eq!(rows[1]["user"]["id"], 2);
    assert_eq!(rows[1]["chat"]["name"], "Mint Chat #3");
    assert_eq!(rows[1]["chat"]["role"], "OWNER");
    assert_eq!(rows[1]["chat"]["manager_list"], json!([2]));
}
