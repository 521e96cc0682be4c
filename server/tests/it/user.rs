//! `im.user.*`: people as the messenger shows them, and what they say of themselves.

mod absence;

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, assert_shape};

/// A colleague of whom nothing is known but the name: the keys and kinds of every user object.
pub fn example() -> Value {
    json!({
        "id": 2,
        "active": true,
        "name": "Bob Brown",
        "first_name": "Bob",
        "last_name": "Brown",
        "work_position": "",
        "color": "#64a513",
        "avatar": "",
        "avatar_hr": "https://portal.lately.test/bitrix/js/im/images/blank.gif",
        "gender": "M",
        "birthday": "",
        "extranet": false,
        "network": false,
        "bot": false,
        "connector": false,
        "external_auth_id": "default",
        "status": "online",
        "idle": false,
        "last_activity_date": false,
        "mobile_last_date": false,
        "desktop_last_date": false,
        "absent": false,
        "departments": [1],
        "phones": false,
        "bot_data": null,
        "type": "user",
        "website": "",
        "email": "bob@example.com",
    })
}

async fn get(reader: &Client, id: i64) -> Value {
    reader.ok("im.user.get", json!({ "ID": id })).await
}

#[tokio::test]
async fn a_person_is_answered_as_documented_and_by_default_it_is_the_caller() {
    let stage = Stage::set().await;
    assert_eq!(stage.bob.ok("im.user.get", json!({})).await, example());
    assert_eq!(stage.alice.ok("im.user.get", json!({ "ID": "2", "AVATAR_HR": "Y" })).await, example());
    assert_eq!(stage.alice.ok("im.user.get", json!({ "ID": null })).await["id"], 1);
}

#[tokio::test]
async fn everything_known_of_a_person_is_told() {
    let stage = Stage::set().await;
    let known = json!({
        "type": "user", "id": 547, "first_name": "Jo", "last_name": "Jones", "work_position": "Analyst",
        "gender": "F", "birthday": "1990-07-14", "color": "AQUA", "avatar": "/upload/jo.png",
        "external_auth_id": "socservices", "status": "dnd", "idle_since": NOW, "last_activity": NOW,
        "mobile_last": NOW, "desktop_last": NOW, "absent_until": "2026-03-09", "departments": [7, 5],
        "phones": { "work_phone": "+1", "personal_mobile": "+2", "inner_phone": "21" }, "website": "example.com",
        "email": "jo@example.com", "registered_at": NOW,
    });
    stage.portal.import(&known.to_string()).await;
    let picture = "https://portal.lately.test/upload/jo.png";
    let expected = json!({
        "id": 547, "active": true, "name": "Jo Jones", "first_name": "Jo", "last_name": "Jones",
        "work_position": "Analyst", "color": "#1eb4aa", "avatar": picture, "avatar_hr": picture, "gender": "F",
        "birthday": "14-07", "extranet": false, "network": false, "bot": false, "connector": false,
        "external_auth_id": "socservices", "status": "online", "idle": NOW, "last_activity_date": NOW,
        "mobile_last_date": NOW, "desktop_last_date": NOW, "absent": "2026-03-09T00:00:00+00:00", "departments": [7, 5],
        "phones": { "work_phone": "+1", "personal_mobile": "+2", "inner_phone": "21" }, "bot_data": null,
        "type": "user", "website": "example.com", "email": "jo@example.com",
    });
    assert_eq!(get(&stage.alice, 547).await, expected);
}

#[tokio::test]
async fn bots_and_guests_say_what_they_are() {
    let stage = Stage::set().await;
    let bot = json!({
        "type": "user", "id": 60, "kind": "bot", "first_name": "Botty", "registered_at": NOW,
        "bot": { "code": "botty", "kind": "bot", "app_id": "local.1", "openline": true },
    });
    stage.portal.import(&bot.to_string()).await;
    let bot = get(&stage.bob, 60).await;
    assert_eq!((&bot["bot"], &bot["type"], &bot["departments"]), (&json!(true), &json!("bot"), &json!([])));
    let data = json!({
        "id": 60, "code": "botty", "type": "bot", "app_id": "local.1", "is_hidden": false,
        "is_support_openline": true, "openline": true, "background_id": null, "reactions_enabled": true,
    });
    assert_eq!(bot["bot_data"], data);
    let guest = get(&stage.bob, 5).await;
    assert_eq!((&guest["extranet"], &guest["type"]), (&json!(true), &json!("extranet")));
}

#[tokio::test]
async fn a_dismissed_person_is_still_told_of() {
    let stage = Stage::set().await;
    stage.alice.ok("user.update", json!({ "ID": 3, "ACTIVE": "N" })).await;
    let carol = get(&stage.bob, 3).await;
    assert_eq!((&carol["active"], &carol["name"]), (&json!(false), &json!("Carol Clark")));
}

#[tokio::test]
async fn a_number_that_is_none_and_a_person_who_is_nobody_are_refused() {
    let stage = Stage::set().await;
    for bad in [json!(0), json!(-1), json!(""), json!("bob"), json!([2])] {
        let refused = stage.alice.refused("im.user.get", json!({ "ID": bad })).await;
        assert_eq!(refused, (400, "ID_EMPTY".to_owned()), "{bad}");
    }
    let refused = stage.alice.refused("im.user.get", json!({ "ID": 999 })).await;
    assert_eq!(refused, (400, "USER_NOT_EXISTS".to_owned()));
}

#[tokio::test]
async fn a_guest_from_outside_is_told_only_of_those_they_share_a_chat_with() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[2, 5]).await;
    let erin = stage.portal.client(Person::Erin).await;
    assert_eq!(get(&erin, 2).await["name"], "Bob Brown");
    assert_eq!(get(&erin, 5).await["name"], "Erin Evans");
    let refused = erin.refused("im.user.get", json!({ "ID": 3 })).await;
    assert_eq!(refused, (400, "ACCESS_DENIED".to_owned()));
    assert_eq!(get(&stage.carol, 5).await["name"], "Erin Evans", "colleagues see every guest");
    let list = json!({ "ID": [2, 3, 5, 999], "RESULT_TYPE": "array" });
    let people = erin.ok("im.user.list.get", list).await;
    assert_eq!(crate::stage::ids(&people), [2, 5]);
}

#[tokio::test]
async fn several_people_come_by_number_or_as_a_list() {
    let stage = Stage::set().await;
    let list = async |params: Value| stage.alice.ok("im.user.list.get", params).await;
    for sent in [json!([2, 999]), json!(["2", "999"]), json!("[2,999]"), json!({ "a": 2, "b": 999 })] {
        assert_eq!(list(json!({ "ID": sent })).await, json!({ "2": example(), "999": null }), "{sent}");
    }
    for word in ["array", "ARRAY", "Array"] {
        let people = list(json!({ "ID": [3, 2, 999], "RESULT_TYPE": word })).await;
        assert_shape(&people, &json!([example()]));
        assert_eq!(crate::stage::ids(&people), [3, 2], "{word}");
    }
    assert_eq!(list(json!({ "ID": [2], "RESULT_TYPE": "other" })).await, json!({ "2": example() }));
    assert_eq!(list(json!({ "ID": [] })).await, json!([]));
}

#[tokio::test]
async fn several_people_are_asked_for_by_a_list() {
    let stage = Stage::set().await;
    for bad in [
        json!({}),
        json!({ "ID": null }),
        json!({ "ID": "" }),
        json!({ "ID": "2,3" }),
        json!({ "ID": 2 }),
        json!({ "ID": "2" }),
        json!({ "ID": [[2]] }),
    ] {
        let refused = stage.alice.refused("im.user.list.get", bad.clone()).await;
        assert_eq!(refused, (400, "INVALID_FORMAT".to_owned()), "{bad}");
    }
}

#[tokio::test]
async fn a_chosen_status_is_kept_but_everybody_looks_online() {
    let stage = Stage::set().await;
    let status = async || stage.bob.ok("im.user.status.get", json!({})).await;
    assert_eq!(status().await, false);
    for word in ["dnd", "away", "break", "online", "dnd"] {
        assert_eq!(stage.bob.ok("im.user.status.set", json!({ "STATUS": word })).await, true);
        assert_eq!(status().await, word);
        assert_eq!(get(&stage.alice, 2).await["status"], "online");
    }
    for bad in [
        json!({}),
        json!({ "STATUS": "" }),
        json!({ "STATUS": "DND" }),
        json!({ "STATUS": "busy" }),
        json!({ "STATUS": ["dnd"] }),
    ] {
        let refused = stage.bob.refused("im.user.status.set", bad.clone()).await;
        assert_eq!(refused, (400, "STATUS_ERROR".to_owned()), "{bad}");
    }
    assert_eq!(status().await, "dnd", "a refusal changes nothing");
}

#[tokio::test]
async fn whoever_is_away_shows_since_when() {
    let stage = Stage::set().await;
    for (ago, since) in [
        (json!(null), "2026-03-02T09:50:00+00:00"),
        (json!("soon"), "2026-03-02T09:50:00+00:00"),
        (json!(30), "2026-03-02T09:30:00+00:00"),
        (json!("60"), "2026-03-02T09:00:00+00:00"),
        (json!(0), "2026-03-02T09:59:00+00:00"),
        (json!(-5), "2026-03-02T09:59:00+00:00"),
    ] {
        assert_eq!(stage.bob.ok("im.user.status.idle.start", json!({ "AGO": ago })).await, true);
        assert_eq!(get(&stage.alice, 2).await["idle"], since, "{ago}");
    }
    assert_eq!(stage.bob.ok("im.user.status.idle.end", json!({})).await, true);
    assert_eq!(get(&stage.alice, 2).await["idle"], false);
    assert_eq!(stage.bob.ok("im.user.status.idle.start", json!({ "AGO": i64::MAX })).await, true);
}
