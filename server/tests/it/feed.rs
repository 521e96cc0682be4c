//! `im.v2.Event.*`: what happened in somebody's chats, asked for now and then.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{Stage, assert_shape, chat};

async fn get(reader: &Client, params: Value) -> Value {
    reader.ok("im.v2.Event.get", params).await
}

async fn subscribe(reader: &Client) {
    assert_eq!(reader.ok("im.v2.Event.subscribe", json!({})).await, true);
}

/// What each event tells, in short.
fn told(page: &Value) -> Vec<Value> {
    let short = |event: &Value| {
        let data = &event["data"];
        let kind = event["type"].as_str().unwrap().trim_start_matches("ONIMV2");
        match kind {
            "MESSAGEADD" | "MESSAGEUPDATE" => json!([kind, data["message"]["text"], data["user"]["id"]]),
            "MESSAGEDELETE" => json!([kind, data["messageId"], data["user"]["id"]]),
            "REACTIONCHANGE" => json!([kind, data["action"], data["user"]["id"]]),
            _ => json!([kind, data["dialogId"], data["user"]["id"]]),
        }
    };
    page["events"].as_array().expect("a list").iter().map(short).collect()
}

#[tokio::test]
async fn whoever_subscribed_is_told_what_happened_since_then_each_once() {
    let stage = Stage::set().await;
    let nothing = json!({ "events": [], "nextOffset": 0, "hasMore": false });
    stage.alice.say(2, "before").await;
    assert_eq!(get(&stage.bob, json!({})).await, nothing, "without a subscription");
    subscribe(&stage.bob).await;
    subscribe(&stage.bob).await;
    assert_eq!(get(&stage.bob, json!({})).await, nothing);
    let first = stage.alice.say(2, "first").await;
    stage.bob.say(1, "own").await;
    let edit = json!({ "MESSAGE_ID": first, "MESSAGE": "edited" });
    stage.alice.ok("im.message.update", edit).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": first, "ACTION": "plus" })).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": first, "ACTION": "minus" })).await;
    stage.alice.say(3, "not for bob").await;
    let page = get(&stage.bob, json!({})).await;
    let expected = [
        json!(["MESSAGEADD", "edited", 1]),
        json!(["MESSAGEADD", "own", 2]),
        json!(["MESSAGEUPDATE", "edited", 1]),
        json!(["REACTIONCHANGE", "add", 2]),
        json!(["REACTIONCHANGE", "delete", 2]),
    ];
    assert_eq!(told(&page), expected, "what it shows is how it is by now");
    assert_eq!(get(&stage.bob, json!({})).await, page, "what is not confirmed is told again");
    let numbers: Vec<_> =
        page["events"].as_array().unwrap().iter().map(|event| event["eventId"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other));
    assert_eq!((&page["hasMore"], &page["nextOffset"]), (&json!(false), &json!(numbers[4] + 1)));
    let rest = get(&stage.bob, json!({ "offset": numbers[3] })).await;
    assert_eq!(told(&rest), expected[3..], "an offset tells from there on");
    assert_eq!(told(&get(&stage.bob, json!({})).await), expected[3..], "and takes away what is before it");
    let end = get(&stage.bob, json!({ "offset": page["nextOffset"] })).await;
    assert_eq!(end, json!({ "events": [], "nextOffset": page["nextOffset"], "hasMore": false }));
    assert_eq!(get(&stage.bob, json!({ "offset": 1 })).await["events"], json!([]), "for good");
    stage.alice.say(2, "later").await;
    let later = get(&stage.bob, json!({ "offset": page["nextOffset"] })).await;
    assert_eq!(told(&later), [json!(["MESSAGEADD", "later", 1])]);
    stage.check().await;
}

#[tokio::test]
async fn each_event_has_its_data() {
    let stage = Stage::set().await;
    subscribe(&stage.bob).await;
    let group = stage.group(&stage.alice, &[2]).await;
    let said = stage.alice.say(chat(group), "to like").await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": said, "ACTION": "plus" })).await;
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": said })).await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [3, 4] })).await;
    let page = get(&stage.bob, json!({})).await;
    let events = page["events"].as_array().unwrap();
    let of = |kind: &str| -> Vec<&Value> { events.iter().filter(|event| event["type"] == kind).collect() };
    let user = json!({
        "id": 1, "active": true, "name": "x", "firstName": "x", "lastName": "x", "workPosition": "",
        "color": "x", "avatar": "", "gender": "M", "birthday": "", "extranet": false, "bot": false,
        "connector": false, "externalAuthId": "x", "status": "online", "idle": false,
        "lastActivityDate": false, "mobileLastDate": false, "desktopLastDate": false, "absent": false,
        "departments": [1], "phones": false, "type": "user", "website": "", "email": "x",
    });
    let room = json!({
        "id": 1, "dialogId": "x", "name": "x", "type": "x", "messageType": "C", "owner": 1, "color": "x",
        "avatar": "", "description": "", "extranet": false, "containsCollaber": false, "entityType": "",
        "entityId": "", "entityData1": "", "entityData2": "", "entityData3": "",
        "entityLink": { "type": "", "url": "" }, "diskFolderId": 0,
        "permissions": {
            "manageUsersAdd": "x", "manageUsersDelete": "x", "manageUi": "x", "manageSettings": "x",
            "manageMessages": "x", "canPost": "x",
        },
        "parentChatId": 0, "parentMessageId": 0, "isNew": false, "textFieldEnabled": true,
        "backgroundId": null,
    });
    let deleted = of("ONIMV2MESSAGEDELETE");
    assert_eq!(deleted.len(), 1);
    assert_shape(
        deleted[0],
        &json!({
            "eventId": 1, "type": "x", "date": "x",
            "data": { "messageId": 1, "chat": room, "user": user, "language": "en" },
        }),
    );
    assert_eq!(deleted[0]["date"], "2026-03-02T10:00:00+00:00");
    assert_eq!(deleted[0]["data"]["messageId"], said);
    assert_eq!(deleted[0]["data"]["chat"]["dialogId"], chat(group));
    let joined: Vec<_> =
        of("ONIMV2JOINCHAT").iter().map(|event| event["data"]["user"]["id"].clone()).collect();
    assert_eq!(joined, [3, 4], "one by one");
    assert_shape(
        &of("ONIMV2JOINCHAT")[0]["data"],
        &json!({ "dialogId": "x", "chat": room, "user": user, "language": "en" }),
    );
    let added = stage.alice.say(2, "for bob").await;
    let page = get(&stage.bob, json!({ "offset": page["nextOffset"] })).await;
    let event = &page["events"][0];
    let message = json!({
        "id": 1, "chatId": 1, "authorId": 1, "date": "x", "text": "x", "isSystem": false, "uuid": null,
        "forward": null, "params": {}, "viewedByOthers": false,
    });
    let data = json!({ "message": message, "chat": room, "user": user, "language": "en" });
    assert_shape(&event["data"], &data);
    assert_eq!(
        (&event["type"], &event["data"]["message"]["id"]),
        (&json!("ONIMV2MESSAGEADD"), &json!(added))
    );
    let talk = &event["data"]["chat"];
    assert_eq!(
        (&talk["dialogId"], &talk["name"], &talk["messageType"]),
        (&json!("1"), &json!("Alice Adams"), &json!("P"))
    );
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": added, "ACTION": "plus" })).await;
    let page = get(&stage.bob, json!({ "offset": page["nextOffset"] })).await;
    let message = json!({
        "id": 1, "chatId": 1, "authorId": 1, "date": "x", "text": "x", "isSystem": false, "uuid": null,
        "forward": null, "params": { "LIKE": [2] }, "viewedByOthers": true,
    });
    let data = json!({
        "reaction": "like", "action": "add", "message": message, "chat": room, "user": user, "language": "en",
    });
    assert_shape(&page["events"][0]["data"], &data);
    stage.check().await;
}

#[tokio::test]
async fn pages_neither_repeat_nor_miss_an_event() {
    let stage = Stage::set().await;
    let dave = stage.portal.client(Person::Dave).await;
    for reader in [&stage.bob, &stage.carol, &dave] {
        subscribe(reader).await;
    }
    let group = stage.group(&stage.alice, &[2, 3, 4]).await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [5, 6] })).await;
    for number in 0..5 {
        stage.alice.say(chat(group), &number.to_string()).await;
    }
    for (reader, limit) in [(&stage.bob, 1), (&stage.carol, 2), (&dave, 4)] {
        let whole = get(reader, json!({ "limit": 1000 })).await["events"].as_array().unwrap().clone();
        assert!(whole.len() >= 7, "two who joined and five messages");
        let (mut found, mut offset) = (Vec::new(), Value::Null);
        for _ in 0..whole.len() {
            let page = get(reader, json!({ "limit": limit, "offset": offset })).await;
            let events = page["events"].as_array().unwrap().clone();
            found.extend(events.clone());
            offset = page["nextOffset"].clone();
            if page["hasMore"] == false {
                break;
            }
            assert_eq!(events.len(), limit);
        }
        assert_eq!(found, whole);
        assert_eq!(get(reader, json!({ "offset": offset })).await["events"], json!([]));
    }
    stage.check().await;
}

#[tokio::test]
async fn what_was_kept_stays_readable_after_unsubscribing_and_what_came_between_is_not_told() {
    let stage = Stage::set().await;
    subscribe(&stage.bob).await;
    stage.alice.say(2, "one").await;
    for _ in 0..2 {
        assert_eq!(stage.bob.ok("im.v2.Event.unsubscribe", json!({})).await, true);
    }
    stage.alice.say(2, "between").await;
    assert_eq!(told(&get(&stage.bob, json!({})).await), [json!(["MESSAGEADD", "one", 1])]);
    subscribe(&stage.bob).await;
    stage.alice.say(2, "two").await;
    let page = get(&stage.bob, json!({ "limit": 1 })).await;
    assert_eq!((told(&page), &page["hasMore"]), (vec![json!(["MESSAGEADD", "one", 1])], &json!(true)));
    let page = get(&stage.bob, json!({ "offset": page["nextOffset"] })).await;
    assert_eq!((told(&page), &page["hasMore"]), (vec![json!(["MESSAGEADD", "two", 1])], &json!(false)));
    stage.bob.ok("im.v2.Event.unsubscribe", json!({})).await;
    let page = get(&stage.bob, json!({ "offset": page["nextOffset"] })).await;
    assert_eq!(page["events"], json!([]));
    assert_eq!(get(&stage.carol, json!({})).await["events"], json!([]), "nobody else has a feed");
    stage.check().await;
}

#[tokio::test]
async fn after_a_day_events_are_gone() {
    let stage = Stage::set().await;
    subscribe(&stage.bob).await;
    stage.alice.say(2, "old").await;
    stage.portal.clock.step(86_400);
    assert_eq!(told(&get(&stage.bob, json!({})).await).len(), 1, "a day is kept");
    stage.portal.clock.step(1);
    stage.alice.say(2, "new").await;
    assert_eq!(told(&get(&stage.bob, json!({})).await), [json!(["MESSAGEADD", "new", 1])]);
    stage.check().await;
}

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_see() {
    let stage = Stage::set().await;
    subscribe(&stage.bob).await;
    subscribe(&stage.carol).await;
    let group = stage.group(&stage.alice, &[3]).await;
    stage.alice.say(chat(group), "before bob came").await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [2], "HIDE_HISTORY": "Y" })).await;
    stage.alice.say(chat(group), "for bob too").await;
    let texts = |page: &Value| -> Vec<Value> {
        told(page)
            .into_iter()
            .filter(|event| event[0] == "MESSAGEADD" && event[2] == 1)
            .map(|event| event[1].clone())
            .collect()
    };
    assert_eq!(texts(&get(&stage.bob, json!({})).await), ["for bob too"]);
    assert_eq!(texts(&get(&stage.carol, json!({})).await), ["before bob came", "for bob too"]);
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": 2 })).await;
    assert_eq!(texts(&get(&stage.bob, json!({})).await), Vec::<Value>::new(), "who left reads it no more");
    stage.check().await;
}

#[tokio::test]
async fn odd_offsets_and_limits_lose_nothing() {
    let stage = Stage::set().await;
    subscribe(&stage.bob).await;
    stage.alice.say(2, "kept").await;
    let kept = [json!(["MESSAGEADD", "kept", 1])];
    for params in [
        json!({ "offset": "none", "limit": "many" }),
        json!({ "offset": -5, "limit": -5 }),
        json!({ "offset": 0, "limit": 0 }),
        json!({ "offset": [1], "limit": { "a": 1 } }),
        json!({ "offset": "", "limit": 1_000_000 }),
    ] {
        assert_eq!(told(&get(&stage.bob, params.clone()).await), kept, "{params}");
    }
    let beyond = get(&stage.bob, json!({ "offset": i64::MAX })).await;
    assert_eq!(beyond["events"], json!([]), "beyond everything: all is confirmed");
    stage.alice.say(2, "after").await;
    assert_eq!(told(&get(&stage.bob, json!({})).await), [json!(["MESSAGEADD", "after", 1])]);
    stage.check().await;
}

#[tokio::test]
async fn a_feed_moves_with_its_portal() {
    let stage = Stage::set().await;
    subscribe(&stage.bob).await;
    let ground = stage.portal.stop().await;
    let lines = crate::process::ok(ground.path(), &["export"]);
    assert!(lines.contains("{\"type\":\"feed\",\"user\":2}"), "{lines}");
    let other = lately_testkit::TestPortal::empty("2026-03-02T10:00:00+00:00", |_| {}).await;
    other.import(&lines).await;
    let there = |client: &Client| {
        let path = client.url.split_once("/rest/").unwrap().1;
        Client::new(format!("{}/rest/{path}", other.origin()), client.user, other.http().clone())
    };
    let (alice, bob) = (there(&stage.alice), there(&stage.bob));
    alice.say(2, "in the new house").await;
    assert_eq!(told(&get(&bob, json!({})).await), [json!(["MESSAGEADD", "in the new house", 1])]);
    other.assert_exact().await;
}
