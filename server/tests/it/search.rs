//! `im.search.*`: people, chats and departments found by words, in any script, as far as the reader may see them.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, assert_shape, chat, ids};

fn user(id: i64, first: &str, last: &str) -> Value {
    json!({ "type": "user", "id": id, "first_name": first, "last_name": last, "registered_at": NOW })
}

/// People with names in several scripts, and a department with a head.
async fn world() -> Stage {
    let stage = Stage::set().await;
    let mut lines = [
        json!({ "type": "department", "id": 1, "name": "Firm" }),
        json!({ "type": "department", "id": 2, "name": "Отдел продаж", "parent": 1, "head": 60 }),
        json!({ "type": "department", "id": 3, "name": "営業部", "parent": 1 }),
        user(60, "Ольга", "Светлогор"),
        user(61, "太郎", "田中"),
        user(62, "Zoë", "Straßer"),
        user(63, "İpek", "Güneş"),
        user(64, "Gone", "Svetlogor"),
    ];
    lines[3]["departments"] = json!([2]);
    lines[4]["departments"] = json!([3]);
    lines[5]["work_position"] = json!("Head of Care");
    lines[7]["active"] = json!(false);
    let lines = lines.map(|line| line.to_string());
    stage.portal.import(&lines.join("\n")).await;
    stage
}

async fn people(reader: &Client, find: &str) -> Vec<i64> {
    let reply = reader.call("im.search.user.list", json!({ "FIND": find, "LIMIT": 50 })).await;
    let found: Vec<i64> = match reply.result() {
        Value::Object(map) => map.keys().map(|id| id.parse().unwrap()).collect(),
        empty => empty.as_array().unwrap().iter().map(|_| unreachable!("{empty}")).collect(),
    };
    assert_eq!(reply.body["total"], found.len(), "{find}");
    found
}

async fn chats(reader: &Client, find: &str) -> Vec<i64> {
    ids(&reader.ok("im.search.chat.list", json!({ "FIND": find, "LIMIT": 50 })).await)
}

#[tokio::test]
async fn people_are_found_by_name_position_and_department_in_any_script() {
    let stage = world().await;
    for (find, expected) in [
        ("al", &[1][..]),
        ("ADAMS", &[1]),
        ("  bro bob ", &[2]),
        ("dixon", &[4]),
        ("ОЛЬГА", &[60]),
        ("светло", &[60]),
        ("продаж", &[60]),
        ("ОТДЕЛ ольга", &[60]),
        ("田中", &[61]),
        ("中太", &[]),
        ("太郎", &[61]),
        ("営業", &[61]),
        ("業部", &[61]),
        ("zoe\u{308}", &[62]),
        ("ZOË", &[62]),
        ("STRASSER", &[62]),
        ("care", &[62]),
        ("ipek", &[63]),
        ("GÜNEŞ", &[63]),
        ("rob", &[6]),
        ("lice", &[]),
        ("bob adams", &[]),
        ("%%", &[]),
        ("--", &[]),
        ("' OR 1=1", &[]),
        ("a%b", &[]),
        ("erin", &[]),
        ("gone", &[]),
    ] {
        assert_eq!(people(&stage.bob, find).await, expected, "{find}");
    }
}

#[tokio::test]
async fn what_changes_is_found_as_it_is_now() {
    let stage = world().await;
    stage.alice.ok("user.update", json!({ "ID": 2, "NAME": "Бобби", "WORK_POSITION": "Аналитик" })).await;
    assert_eq!(people(&stage.carol, "бобби аналитик").await, [2]);
    assert_eq!(people(&stage.carol, "bob").await, Vec::<i64>::new());
    stage.alice.ok("user.update", json!({ "ID": 3, "UF_DEPARTMENT": [2] })).await;
    assert_eq!(people(&stage.carol, "продаж").await, [3, 60]);
    stage.alice.ok("department.update", json!({ "ID": 2, "NAME": "Care & Sales" })).await;
    assert_eq!(people(&stage.carol, "продаж").await, Vec::<i64>::new());
    assert_eq!(people(&stage.carol, "care").await, [3, 60, 62]);
    stage.alice.ok("department.delete", json!({ "ID": 2 })).await;
    assert_eq!(people(&stage.carol, "care").await, [62]);
    assert_eq!(people(&stage.carol, "firm").await, [1, 2, 3, 4, 6, 60]);
    let added = stage.alice.ok("user.add", json!({ "EMAIL": "x@y.test", "NAME": "Ny\u{0}x" })).await;
    assert_eq!(people(&stage.carol, "nyx").await, [added.as_i64().unwrap()]);
    stage.alice.ok("user.update", json!({ "ID": 3, "ACTIVE": "N" })).await;
    assert_eq!(people(&stage.bob, "carol").await, Vec::<i64>::new());
    stage.check().await;
}

#[tokio::test]
async fn a_found_person_has_fewer_keys() {
    let stage = Stage::set().await;
    let expected = json!({ "2": {
        "id": 2, "name": "Bob Brown", "first_name": "Bob", "last_name": "Brown", "work_position": "",
        "color": "#64a513", "avatar": "", "gender": "M", "birthday": false, "extranet": false, "network": false,
        "bot": false, "connector": false, "external_auth_id": "default", "status": "online", "idle": false,
        "last_activity_date": false, "mobile_last_date": false, "departments": [1], "absent": false,
        "phones": false,
    } });
    for params in [json!({ "FIND": "bob" }), json!({ "find": "bob", "BUSINESS": "Y" })] {
        let reply = stage.alice.call("im.search.user.list", params).await;
        assert_eq!((reply.result(), &reply.body["total"]), (&expected, &json!(1)));
        assert!(reply.body.get("next").is_none());
    }
    stage.alice.ok("user.update", json!({ "ID": 2, "PERSONAL_BIRTHDAY": "1990-07-14" })).await;
    assert_eq!(
        stage.alice.ok("im.search.user.list", json!({ "FIND": "bob" })).await["2"]["birthday"],
        "14-07"
    );
    assert_eq!(stage.alice.ok("im.search.user.list", json!({ "FIND": "nobody" })).await, json!([]));
}

#[tokio::test]
async fn found_people_come_page_by_page() {
    let stage = Stage::set().await;
    let lines: Vec<String> = (100..225).map(|id| user(id, "Same", "Name").to_string()).collect();
    stage.portal.import(&lines.join("\n")).await;
    let mut seen = Vec::new();
    let mut offset = json!(0);
    while !offset.is_null() {
        let params = json!({ "FIND": "same", "LIMIT": 50, "OFFSET": offset });
        let reply = stage.bob.call("im.search.user.list", params).await;
        seen.extend(reply.result().as_object().unwrap().keys().map(|id| id.parse::<i64>().unwrap()));
        assert_eq!(reply.body["total"], 125);
        offset = reply.body.get("next").cloned().unwrap_or_default();
    }
    assert_eq!(seen, (100..225).collect::<Vec<_>>());
    for (params, count) in [(json!({}), 10), (json!({ "LIMIT": 999 }), 50), (json!({ "LIMIT": -1 }), 10)] {
        let mut params = params;
        params["FIND"] = json!("same");
        let found = stage.bob.ok("im.search.user.list", params.clone()).await;
        assert_eq!(found.as_object().unwrap().len(), count, "{params}");
    }
    let far = stage.bob.call("im.search.user.list", json!({ "FIND": "same", "OFFSET": i64::MAX })).await;
    assert_eq!((far.result(), far.body.get("next")), (&json!([]), None));
}

#[tokio::test]
async fn a_text_that_is_too_short_is_not_looked_for() {
    let stage = world().await;
    for wrong in [
        json!({}),
        json!({ "FIND": null }),
        json!({ "FIND": "" }),
        json!({ "FIND": "a" }),
        json!({ "FIND": " a " }),
        json!({ "FIND": "田" }),
        json!({ "FIND": ["alice"] }),
    ] {
        for method in ["im.search.user.list", "im.search.chat.list"] {
            let refused = stage.bob.refused(method, wrong.clone()).await;
            assert_eq!(refused, (400, "FIND_SHORT".to_owned()), "{method} {wrong}");
        }
    }
    let short = json!({ "FIND_LINES": "a" });
    assert_eq!(stage.bob.refused("im.search.chat.list", short).await.1, "FIND_SHORT");
    for missing in [json!({}), json!({ "FIND": null }), json!({ "FIND": "" }), json!({ "FIND": [] })] {
        assert_eq!(stage.bob.refused("im.search.department.list", missing).await.1, "FIND_SHORT");
    }
}

#[tokio::test]
async fn a_guest_finds_those_with_whom_she_shares_a_chat() {
    let stage = world().await;
    let erin = stage.portal.client(Person::Erin).await;
    for find in ["bob", "alice", "ольга"] {
        assert_eq!(people(&erin, find).await, Vec::<i64>::new(), "{find}");
    }
    let group = stage.group(&stage.alice, &[2, 5]).await;
    assert_eq!(people(&erin, "bob").await, [2]);
    assert_eq!(people(&erin, "alice").await, [1]);
    assert_eq!(people(&erin, "carol").await, Vec::<i64>::new());
    let open = stage.carol.ok("im.chat.add", json!({ "TITLE": "Plaza", "TYPE": "OPEN" })).await;
    assert_eq!(chats(&erin, "plan").await, [group]);
    assert_eq!(chats(&erin, "plaza").await, Vec::<i64>::new());
    assert_eq!(chats(&stage.bob, "plaza").await, [open.as_i64().unwrap()]);
    stage.carol.ok("im.chat.user.add", json!({ "CHAT_ID": open, "USERS": [5] })).await;
    assert_eq!(chats(&erin, "plaza").await, [open.as_i64().unwrap()]);
    assert_eq!(erin.ok("im.search.department.list", json!({ "FIND": "firm" })).await, json!([]));
    stage.check().await;
}

#[tokio::test]
async fn chats_are_found_by_title_and_by_their_members_names() {
    let stage = world().await;
    let first = stage.group(&stage.alice, &[2]).await;
    let title = json!({ "TITLE": "План «Заря» 計画会議", "USERS": [2, 60] });
    let second = stage.alice.ok("im.chat.add", title).await.as_i64().unwrap();
    let foreign = stage.carol.ok("im.chat.add", json!({ "TITLE": "Plan of Carol", "USERS": [4] })).await;
    let open = stage.carol.ok("im.chat.add", json!({ "TITLE": "Planet", "TYPE": "OPEN" })).await;
    let (foreign, open) = (foreign.as_i64().unwrap(), open.as_i64().unwrap());
    stage.carol.say(2, "in private").await;
    let private = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": 3 })).await["id"].as_i64().unwrap();
    for (find, expected) in [
        ("plan", vec![open, first]),
        ("PLANET", vec![open]),
        ("план заря", vec![second]),
        ("会議", vec![second]),
        ("светлогор", vec![second]),
        ("clark", vec![private, open]),
        ("alice", vec![second, first]),
        ("bob plan", vec![]),
        ("head", vec![]),
        ("dixon", vec![]),
    ] {
        assert_eq!(chats(&stage.bob, find).await, expected, "{find}");
    }
    assert_eq!(chats(&stage.carol, "plan").await, [open, foreign]);
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": first, "TITLE": "Launch" })).await;
    assert_eq!(chats(&stage.bob, "plan").await, [open]);
    assert_eq!(chats(&stage.bob, "launch").await, [first]);
    stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": first })).await;
    assert_eq!(chats(&stage.bob, "launch").await, Vec::<i64>::new());
    stage.check().await;
}

#[tokio::test]
async fn kinds_that_are_not_looked_among_are_not_found() {
    let stage = Stage::set().await;
    let kinds = ["C", "O", "T", "L", "S", "N", "J", "A", "B", "X"];
    for (id, kind) in (70..).zip(kinds) {
        stage.import_chat(id, kind, json!({})).await;
    }
    assert_eq!(chats(&stage.bob, "chat").await, [73, 72, 71, 70]);
    assert_eq!(chats(&stage.carol, "chat").await, [71], "an open one is everybody's");
    let lines = stage.bob.ok("im.search.chat.list", json!({ "FIND_LINES": "chat" })).await;
    assert_eq!(ids(&lines), [73]);
    let both = json!({ "FIND": "chat 70", "FIND_LINES": "chat 73" });
    assert_eq!(ids(&stage.bob.ok("im.search.chat.list", both).await), [70], "FIND wins");
    assert_eq!(stage.carol.ok("im.search.chat.list", json!({ "FIND_LINES": "chat" })).await, json!([]));
}

#[tokio::test]
async fn a_found_chat_is_as_on_its_own_page() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.say(chat(id), "one").await;
    stage.alice.say(chat(id), "two").await;
    stage.bob.ok("im.chat.mute", json!({ "CHAT_ID": id })).await;
    let reply = stage.bob.call("im.search.chat.list", json!({ "FIND": "plan" })).await;
    assert_eq!((&reply.body["total"], reply.body.get("next")), (&json!(1), None));
    let found = &reply.result()[0];
    let mut page = stage.bob.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await;
    for key in ["readed_list", "manager_list", "last_message_views", "dialog_id"] {
        page.as_object_mut().unwrap().remove(key).expect(key);
    }
    assert_eq!(found, &page);
    assert_eq!((&found["counter"], &found["mute_list"]), (&json!(2), &json!([2])));
    stage.bob.say(3, "hi").await;
    let private = stage.bob.ok("im.search.chat.list", json!({ "FIND": "carol" })).await;
    let example = json!({ "type": "private", "message_type": "P", "name": null, "user_counter": 0 });
    for (key, value) in example.as_object().unwrap() {
        assert_eq!(&private[0][key], value, "{key}");
    }
    stage.check().await;
}

#[tokio::test]
async fn found_chats_come_page_by_page_the_newest_first() {
    let stage = Stage::set().await;
    stage.import_rows(120).await;
    let page = async |params: Value| {
        let reply = stage.bob.call("im.search.chat.list", params).await;
        (ids(reply.result()), reply.body["total"].clone(), reply.body.get("next").cloned())
    };
    let (found, total, next) = page(json!({ "FIND": "row" })).await;
    assert_eq!((found, total, next), ((211..=220).rev().collect(), json!(120), Some(json!(10))));
    let (found, _, next) = page(json!({ "FIND": "row", "LIMIT": 80, "start": 50 })).await;
    assert_eq!((found, next), ((121..=170).rev().collect(), Some(json!(100))));
    let (found, _, next) = page(json!({ "FIND": "row", "LIMIT": 50, "OFFSET": 100 })).await;
    assert_eq!((found, next), ((101..=120).rev().collect(), None));
}

#[tokio::test]
async fn departments_are_found_by_the_words_of_their_names() {
    let stage = world().await;
    let find = async |params: Value| stage.bob.call("im.search.department.list", params).await;
    let sales = json!([{
        "id": 2, "name": "Отдел продаж", "full_name": "Отдел продаж / Firm", "manager_user_id": 60,
    }]);
    for text in ["ПРОД", "отдел про", "от"] {
        let reply = find(json!({ "FIND": text })).await;
        assert_eq!((reply.result(), &reply.body["total"]), (&sales, &json!(1)), "{text}");
    }
    assert_eq!(ids(find(json!({ "FIND": "業部" })).await.result()), [3]);
    assert_eq!(find(json!({ "FIND": "nothing" })).await.result(), &json!([]));
    assert_eq!(ids(find(json!({ "FIND": "x" })).await.result()), [1, 2, 3], "too short a text finds all");
    let reply = find(json!({ "FIND": "x", "LIMIT": 2, "OFFSET": 0 })).await;
    assert_eq!((ids(reply.result()), &reply.body["next"]), (vec![1, 2], &json!(2)));
    let reply = find(json!({ "FIND": "x", "LIMIT": 2, "OFFSET": 2 })).await;
    assert_eq!((ids(reply.result()), reply.body.get("next")), (vec![3], None));
    let whole = find(json!({ "FIND": "продаж", "USER_DATA": "Y" })).await.result()[0].clone();
    assert_eq!(whole["manager_user_data"]["name"], "Ольга Светлогор");
    assert_shape(&whole["manager_user_data"], &crate::user::example());
    let nobody = find(json!({ "FIND": "firm", "USER_DATA": "Y" })).await.result()[0].clone();
    assert_eq!(nobody["manager_user_data"], Value::Null);
}

#[tokio::test]
async fn wrong_search_words_are_named_by_a_recount_and_repaired() {
    let stage = world().await;
    let group = stage.group(&stage.alice, &[60]).await;
    stage.portal.damage(
        "DELETE FROM search_word WHERE item_id = 60 AND kind = 'name';
         DELETE FROM search_word WHERE kind = 'title';
         DELETE FROM search_word WHERE item_id = 2 AND kind = 'department';
         DELETE FROM user_department WHERE user_id = 60;
         INSERT INTO search_word (kind, word, item_id) VALUES ('position', 'boss', 1);",
    );
    for (find, found) in [("ольга", vec![]), ("продаж", vec![]), ("boss", vec![1])] {
        assert_eq!(people(&stage.bob, find).await, found, "{find}");
    }
    assert_eq!(chats(&stage.alice, "plan").await, Vec::<i64>::new());
    let differences = stage.portal.messenger().check(|_, _| {}).await.unwrap();
    let told: Vec<_> = differences.iter().map(|found| (found.row.clone(), found.found)).collect();
    let chat = format!("chat {group}");
    let expected = [("user 1", 1), ("user 60", 3), ("department 2", 2), (chat.as_str(), 1)];
    assert_eq!(told, expected.map(|(row, wrong)| (row.to_owned(), wrong)));
    assert!(differences.iter().all(|found| (found.value, found.expected) == ("wrong search entries", 0)));

    stage.portal.messenger().repair(|_| {}).await.unwrap();
    for (find, found) in [("ольга", vec![60]), ("продаж", vec![60]), ("boss", vec![])] {
        assert_eq!(people(&stage.bob, find).await, found, "{find}");
    }
    assert_eq!(chats(&stage.alice, "plan").await, [group]);
    stage.check().await;
}
