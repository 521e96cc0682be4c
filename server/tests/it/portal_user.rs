//! `user.*`: the portal's user records.

mod photo;

use lately_model::Revision;
use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage};

async fn found(reader: &Client, params: Value) -> Vec<i64> {
    let reply = reader.call("user.get", params).await;
    let records = reply.result().as_array().unwrap();
    records.iter().map(|record| record["ID"].as_str().unwrap().parse().unwrap()).collect()
}

/// Jo, number 60, of whom everything is known, and Kim, number 61, of whom little is.
async fn jo_and_kim() -> Stage {
    let stage = Stage::set().await;
    let jo = json!({
        "type": "user", "id": 60, "first_name": "Jo", "last_name": "Jones", "second_name": "Q", "email": "jo@example.com",
        "work_position": "Analyst", "gender": "F", "birthday": "1990-07-14", "departments": [7, 5], "avatar": "/jo.png",
        "phones": { "work_phone": "+1", "personal_mobile": "+2", "inner_phone": "21", "personal_phone": "+3" },
        "website": "jo.test", "last_activity": NOW, "last_login": "2026-02-01T08:00:00+00:00",
        "registered_at": "2025-05-05T00:00:00+00:00", "profile": { "PERSONAL_CITY": "Paris" },
    });
    let kim = json!({
        "type": "user", "id": 61, "first_name": "Kim", "last_name": "King", "departments": [7],
        "registered_at": "2024-05-05T00:00:00+00:00",
    });
    stage.portal.import(&format!("{jo}\n{kim}\n")).await;
    stage
}

fn jo() -> Value {
    json!({
        "ID": "60", "ACTIVE": true, "NAME": "Jo", "LAST_NAME": "Jones", "SECOND_NAME": "Q", "EMAIL": "jo@example.com",
        "LAST_LOGIN": "2026-02-01T08:00:00+00:00", "DATE_REGISTER": "2025-05-05T00:00:00+00:00", "TIME_ZONE": "",
        "IS_ONLINE": "Y", "TIMESTAMP_X": "2025-05-05T00:00:00+00:00", "LAST_ACTIVITY_DATE": NOW,
        "PERSONAL_GENDER": "F", "PERSONAL_WWW": "jo.test", "PERSONAL_BIRTHDAY": "1990-07-14T00:00:00+00:00",
        "PERSONAL_MOBILE": "+2", "PERSONAL_PHONE": "+3", "WORK_PHONE": "+1", "WORK_POSITION": "Analyst",
        "UF_EMPLOYMENT_DATE": "", "UF_DEPARTMENT": [7, 5], "UF_PHONE_INNER": "21", "USER_TYPE": "employee",
        "PERSONAL_PHOTO": "https://portal.lately.test/jo.png", "PERSONAL_CITY": "Paris",
    })
}

#[tokio::test]
async fn a_record_has_every_field_that_is_known() {
    let stage = jo_and_kim().await;
    let reply = stage.alice.call("user.get", json!({ "ID": 60 })).await;
    assert_eq!(reply.result(), &json!([jo()]));
    assert_eq!(reply.body["total"], 1);
    assert!(reply.body.get("next").is_none());
    let own = stage.portal.client_with(60, "user", Revision::R33).await;
    assert_eq!(own.ok("user.current", json!({})).await, jo());
}

#[tokio::test]
async fn every_field_of_a_record_has_a_title() {
    let stage = jo_and_kim().await;
    for scope in ["user", "user_basic", "user_brief"] {
        let reader = stage.portal.client_with(2, scope, Revision::R33).await;
        let fields = reader.ok("user.fields", json!({})).await;
        for key in jo().as_object().unwrap().keys() {
            assert!(fields[key].is_string(), "{key}");
        }
        assert_eq!((&fields["NAME"], &fields["UF_DEPARTMENT"]), (&json!("First Name"), &json!("Units")));
    }
}

#[tokio::test]
async fn a_record_shows_as_much_as_the_scope() {
    let stage = jo_and_kim().await;
    let mut seen = Vec::new();
    for scope in ["user_brief", "user_basic", "user"] {
        let reader = stage.portal.client_with(60, scope, Revision::R33).await;
        let own = reader.ok("user.current", json!({})).await;
        assert_eq!(reader.ok("user.get", json!({ "ID": 60 })).await, json!([own]));
        seen.push(own.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    }
    assert!(seen[0].len() < seen[1].len() && seen[1].len() < seen[2].len(), "{seen:?}");
    assert!(
        seen[0].iter().all(|key| seen[1].contains(key)) && seen[1].iter().all(|key| seen[2].contains(key))
    );
    for hidden in ["EMAIL", "PERSONAL_MOBILE", "WORK_PHONE"] {
        assert!(!seen[0].iter().chain(&seen[1]).any(|key| key == hidden), "{hidden}");
    }
    let none = stage.portal.client_with(60, "im", Revision::R33).await;
    for method in ["user.get", "user.current", "user.search", "user.add", "user.update"] {
        assert_eq!(none.refused(method, json!({})).await, (401, "insufficient_scope".to_owned()), "{method}");
    }
    let brief = stage.portal.client_with(1, "user_brief,user_basic", Revision::R33).await;
    for method in ["user.add", "user.update"] {
        assert_eq!(
            brief.refused(method, json!({})).await,
            (401, "insufficient_scope".to_owned()),
            "{method}"
        );
    }
}

#[tokio::test]
async fn people_are_listed_and_machines_are_not() {
    let stage = Stage::set().await;
    let others = [
        json!({ "type": "user", "id": 60, "kind": "connector", "registered_at": NOW }),
        json!({ "type": "user", "id": 61, "kind": "network", "registered_at": NOW }),
        json!({ "type": "user", "id": 62, "active": false, "registered_at": NOW }),
    ];
    stage.portal.import(&others.map(|line| line.to_string()).join("\n")).await;
    assert_eq!(found(&stage.alice, json!({})).await, [1, 2, 3, 4, 5, 62]);
}

#[tokio::test]
async fn every_operator_of_a_filter() {
    let stage = jo_and_kim().await;
    for (filter, expected) in [
        (json!({ "ID": 2 }), &[2][..]),
        (json!({ "=ID": "2" }), &[2]),
        (json!({ "ID": [2, "3", 999] }), &[2, 3]),
        (json!({ "@ID": [2, 3] }), &[2, 3]),
        (json!({ "!@ID": [1, 2, 3, 4] }), &[5, 60, 61]),
        (json!({ "!ID": 2 }), &[1, 3, 4, 5, 60, 61]),
        (json!({ "!=ID": 2 }), &[1, 3, 4, 5, 60, 61]),
        (json!({ ">ID": 5 }), &[60, 61]),
        (json!({ ">=ID": "5" }), &[5, 60, 61]),
        (json!({ "<ID": 3 }), &[1, 2]),
        (json!({ "<=ID": 3 }), &[1, 2, 3]),
        (json!({ ">ID": 2, "<ID": 5 }), &[3, 4]),
        (json!({ "NAME": "alice" }), &[1]),
        (json!({ "%NAME": "A" }), &[1, 3, 4]),
        (json!({ "!%NAME": "a" }), &[2, 5, 60, 61]),
        (json!({ "=%NAME": "a%" }), &[1]),
        (json!({ "%=NAME": "%l" }), &[3]),
        (json!({ "=%NAME": "%o%" }), &[2, 3, 60]),
        (json!({ "!=%NAME": "%o%" }), &[1, 4, 5, 61]),
        (json!({ "!%=NAME": "a%" }), &[2, 3, 4, 5, 60, 61]),
        (json!({ "EMAIL": "JO@example.com" }), &[60]),
        (json!({ "LAST_NAME": "Jones", "NAME": "Kim" }), &[]),
    ] {
        let seen = found(&stage.alice, json!({ "FILTER": filter })).await;
        assert_eq!(seen, expected, "{filter}");
        let text = found(&stage.alice, json!({ "filter": filter.to_string() })).await;
        assert_eq!(text, expected, "{filter} as text");
    }
}

#[tokio::test]
async fn every_special_filter() {
    let stage = jo_and_kim().await;
    stage.alice.ok("user.update", json!({ "ID": 4, "ACTIVE": "N" })).await;
    for (filter, expected) in [
        (json!({ "ACTIVE": true }), &[1, 2, 3, 5, 60, 61][..]),
        (json!({ "ACTIVE": "Y" }), &[1, 2, 3, 5, 60, 61]),
        (json!({ "ACTIVE": "N" }), &[4]),
        (json!({ "ACTIVE": false }), &[4]),
        (json!({ "!ACTIVE": "Y" }), &[4]),
        (json!({ "UF_DEPARTMENT": 7 }), &[60, 61]),
        (json!({ "UF_DEPARTMENT": [5, 6] }), &[60]),
        (json!({ "@UF_DEPARTMENT": ["5", "7"] }), &[60, 61]),
        (json!({ "!UF_DEPARTMENT": 1 }), &[60, 61]),
        (json!({ "UF_PHONE_INNER": "21" }), &[60]),
        (json!({ "!UF_PHONE_INNER": null }), &[60]),
        (json!({ "!UF_PHONE_INNER": "" }), &[60]),
        (json!({ "UF_PHONE_INNER": null, "UF_DEPARTMENT": 7 }), &[61]),
        (json!({ "IS_ONLINE": "Y" }), &[60]),
        (json!({ "IS_ONLINE": "N", "UF_DEPARTMENT": 7 }), &[61]),
        (json!({ "NAME_SEARCH": "jo" }), &[60]),
        (json!({ "NAME_SEARCH": "kin ki" }), &[61]),
        (json!({ "NAME_SEARCH": "anal" }), &[60]),
        (json!({ "NAME_SEARCH": "ones" }), &[]),
        (json!({ "USER_TYPE": "extranet" }), &[5]),
        (json!({ "USER_TYPE": "employee", ">ID": 4 }), &[60, 61]),
        (json!({ "USER_TYPE": "email" }), &[]),
        (json!({ "PERSONAL_CITY": "paris" }), &[60]),
        (json!({ "!PERSONAL_CITY": "Paris", "UF_DEPARTMENT": 7 }), &[61]),
        (json!({ "NO_SUCH_FIELD": "x", "ID": 1 }), &[1]),
    ] {
        assert_eq!(found(&stage.alice, json!({ "FILTER": filter })).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn dates_are_compared_as_dates_and_unreadable_ones_match_nothing() {
    let stage = jo_and_kim().await;
    for (filter, expected) in [
        (json!({ ">=DATE_REGISTER": "2025-01-01T00:00:00+00:00" }), &[1, 2, 3, 4, 5, 60][..]),
        (json!({ "<DATE_REGISTER": "2025-05-05" }), &[61]),
        (json!({ "<=DATE_REGISTER": "2025-05-05T02:00:00+02:00" }), &[60, 61]),
        (json!({ "DATE_REGISTER": "2025-05-05T02:00:00+02:00" }), &[60]),
        (json!({ ">LAST_LOGIN": "2026-01-31" }), &[60]),
        (json!({ "<LAST_LOGIN": "2027-01-01" }), &[60]),
        (json!({ ">=LAST_ACTIVITY_DATE": NOW }), &[60]),
        (json!({ "PERSONAL_BIRTHDAY": "1990-07-14" }), &[60]),
        (json!({ ">PERSONAL_BIRTHDAY": "1990-07-13T00:00:00+00:00" }), &[60]),
        (json!({ ">DATE_REGISTER": "yesterday" }), &[]),
        (json!({ "<DATE_REGISTER": "" }), &[]),
    ] {
        assert_eq!(found(&stage.alice, json!({ "FILTER": filter })).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn old_clients_send_the_filter_beside_the_parameters() {
    let stage = Stage::set().await;
    assert_eq!(found(&stage.alice, json!({ "ID": 2 })).await, [2]);
    assert_eq!(found(&stage.alice, json!({ "ID": [2, 3] })).await, [2, 3]);
    assert_eq!(found(&stage.alice, json!({ "EMAIL": "carol@example.com" })).await, [3]);
    assert_eq!(found(&stage.alice, json!({ "ACTIVE": "N" })).await, [0; 0]);
}

#[tokio::test]
async fn records_are_ordered_by_any_field() {
    let stage = Stage::set().await;
    for (params, expected) in [
        (json!({}), [1, 2, 3, 4, 5]),
        (json!({ "sort": "NAME", "order": "DESC" }), [5, 4, 3, 2, 1]),
        (json!({ "SORT": "last_name", "ORDER": "asc" }), [1, 2, 3, 4, 5]),
        (json!({ "order": { "ID": "DESC" } }), [5, 4, 3, 2, 1]),
        (json!({ "order": { "NAME": "ASC" } }), [1, 2, 3, 4, 5]),
        (json!({ "order": "desc" }), [5, 4, 3, 2, 1]),
    ] {
        assert_eq!(found(&stage.alice, params.clone()).await, expected, "{params}");
    }
}

#[tokio::test]
async fn only_the_selected_fields_come_and_always_the_number() {
    let stage = jo_and_kim().await;
    let select = async |select: Value| {
        let records = stage.alice.ok("user.get", json!({ "ID": 60, "select": select })).await;
        records[0].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(select(json!(["NAME", "last_name"])).await, ["ID", "NAME", "LAST_NAME"]);
    assert_eq!(select(json!(["NO_SUCH"])).await, ["ID"]);
    assert_eq!(
        select(json!(["UF_*"])).await,
        ["ID", "UF_EMPLOYMENT_DATE", "UF_DEPARTMENT", "UF_PHONE_INNER"]
    );
    for all in [json!(["*"]), json!([]), json!(["*", "UF_*"])] {
        assert_eq!(select(all).await.len(), jo().as_object().unwrap().len());
    }
}

#[tokio::test]
async fn pages_have_fifty_records() {
    let stage = Stage::set().await;
    let line =
        |id: i64| json!({ "type": "user", "id": id, "first_name": "N", "registered_at": NOW }).to_string();
    stage.portal.import(&(1001..=1115).map(line).collect::<Vec<_>>().join("\n")).await;
    let mut seen = Vec::new();
    let mut start = Some(0);
    while let Some(offset) = start {
        let reply = stage.alice.call("user.get", json!({ "start": offset })).await;
        assert_eq!(reply.body["total"], 120);
        start = reply.body["next"].as_i64();
        assert_eq!(start, [Some(50), Some(100), None][usize::try_from(offset / 50).unwrap()]);
        seen.extend(reply.result().as_array().unwrap().iter().map(|record| record["ID"].clone()));
    }
    assert_eq!(seen.len(), 120);
    let uncounted = stage.alice.call("user.get", json!({ "start": -1, "FILTER": { ">ID": 1050 } })).await;
    assert_eq!(uncounted.result().as_array().unwrap().len(), 50);
    assert_eq!(uncounted.body["total"], 0);
    assert!(uncounted.body.get("next").is_none());
    assert_eq!(found(&stage.alice, json!({ "start": 500 })).await, [0; 0]);
}

#[tokio::test]
async fn a_guest_from_outside_finds_only_those_they_share_a_chat_with() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[2, 5]).await;
    let erin = stage.portal.client(Person::Erin).await;
    assert_eq!(found(&erin, json!({})).await, [1, 2, 5]);
    assert_eq!(found(&erin, json!({ "ID": 3 })).await, [0; 0]);
}

#[tokio::test]
async fn people_are_searched_by_the_beginnings_of_words() {
    let stage = jo_and_kim().await;
    let search = async |params: Value| {
        let reply = stage.alice.call("user.search", params).await;
        let records = reply.result().as_array().unwrap().clone();
        assert_eq!(reply.body["total"], records.len());
        records.iter().map(|record| record["NAME"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(search(json!({ "FILTER": { "FIND": "ki" } })).await, ["Kim"]);
    assert_eq!(search(json!({ "FIND": "JONES jo" })).await, ["Jo"]);
    assert_eq!(search(json!({ "FILTER": { "FIND": "jo", "NAME": "Kim" } })).await, ["Jo"], "FIND goes alone");
    assert_eq!(search(json!({ "FILTER": { "NAME": "Kim" } })).await, ["Kim"]);
    assert_eq!(search(json!({ "FILTER": { "FIND": "nobody" } })).await, [""; 0]);
    assert_eq!(search(json!({})).await.len(), 7);
    let chosen = json!({ "FILTER": { "FIND": "jo" }, "select": ["NAME"] });
    assert_eq!(stage.alice.ok("user.search", chosen).await, json!([{ "ID": "60", "NAME": "Jo" }]));
}

#[tokio::test]
async fn an_administrator_adds_people() {
    let stage = Stage::set().await;
    let new = json!({
        "EMAIL": "Frank@Example.com", "NAME": "Frank", "LAST_NAME": "Fox", "WORK_POSITION": "Cook",
        "PERSONAL_GENDER": "M", "PERSONAL_BIRTHDAY": "1990-12-31", "UF_DEPARTMENT": [1], "UF_PHONE_INNER": "7",
        "PERSONAL_CITY": "Rome", "UF_SKILLS": "soup",
    });
    let id = stage.alice.ok("user.add", new).await.as_i64().unwrap();
    assert_eq!(id, 7);
    let record = stage.alice.ok("user.get", json!({ "ID": id })).await[0].clone();
    for (key, value) in [
        ("EMAIL", json!("frank@example.com")),
        ("NAME", json!("Frank")),
        ("WORK_POSITION", json!("Cook")),
        ("PERSONAL_BIRTHDAY", json!("1990-12-31T00:00:00+00:00")),
        ("UF_DEPARTMENT", json!([1])),
        ("UF_PHONE_INNER", json!("7")),
        ("PERSONAL_CITY", json!("Rome")),
        ("UF_SKILLS", json!("soup")),
        ("ACTIVE", json!(true)),
        ("DATE_REGISTER", json!(NOW)),
        ("USER_TYPE", json!("employee")),
    ] {
        assert_eq!(record[key], value, "{key}");
    }
    stage.alice.say(id, "Welcome").await;
    let guest = stage.alice.ok("user.add", json!({ "EMAIL": "g@example.com", "EXTRANET": "Y" })).await;
    let record = stage.alice.ok("user.get", json!({ "ID": guest })).await[0].clone();
    assert_eq!((&record["USER_TYPE"], &record["UF_DEPARTMENT"]), (&json!("extranet"), &json!([])));
    stage.check().await;
}

#[tokio::test]
async fn a_person_without_a_good_address_is_not_added() {
    let stage = Stage::set().await;
    for bad in [json!(null), json!(""), json!("frank"), json!("a b@example.com"), json!("ALICE@example.com")]
    {
        let reply = stage.alice.call("user.add", json!({ "EMAIL": bad, "NAME": "Frank" })).await;
        assert_eq!(reply.error(), (400, "ERROR_ARGUMENT"), "{bad}");
        assert_eq!(reply.body["argument"], "EMAIL");
    }
    for (name, value) in [("UF_DEPARTMENT", "cooks"), ("PERSONAL_BIRTHDAY", "soon")] {
        let reply = stage.alice.call("user.add", json!({ "EMAIL": "f@example.com", name: value })).await;
        assert_eq!((reply.error(), &reply.body["argument"]), ((400, "ERROR_ARGUMENT"), &json!(name)));
    }
    let refused = stage.bob.refused("user.add", json!({ "EMAIL": "f@example.com" })).await;
    assert_eq!(refused, (400, "ERROR_CORE".to_owned()));
    assert_eq!(found(&stage.alice, json!({})).await.len(), 5);
}

#[tokio::test]
async fn an_administrator_changes_people_and_rows_show_it_at_once() {
    let stage = Stage::set().await;
    stage.bob.say(1, "Hi").await;
    assert_eq!(stage.alice.row(2).await.unwrap()["title"], "Bob Brown");
    let change = json!({ "ID": "2", "NAME": "Robert", "WORK_POSITION": "Cook", "PERSONAL_CITY": "Rome" });
    assert_eq!(stage.alice.ok("user.update", change).await, true);
    let row = stage.alice.row(2).await.unwrap();
    assert_eq!((&row["title"], &row["user"]["work_position"]), (&json!("Robert Brown"), &json!("Cook")));
    let record = stage.alice.ok("user.get", json!({ "ID": 2 })).await[0].clone();
    assert_eq!((&record["LAST_NAME"], &record["PERSONAL_CITY"]), (&json!("Brown"), &json!("Rome")));
    stage.alice.ok("user.update", json!({ "ID": 2, "PERSONAL_BIRTHDAY": "1990-01-02" })).await;
    stage.alice.ok("user.update", json!({ "ID": 2, "PERSONAL_BIRTHDAY": "" })).await;
    assert_eq!(stage.alice.ok("user.get", json!({ "ID": 2 })).await[0]["PERSONAL_BIRTHDAY"], "");
    stage.check().await;
}

#[tokio::test]
async fn nobody_else_changes_people() {
    let stage = Stage::set().await;
    for bad in [json!({}), json!({ "ID": 0 }), json!({ "ID": "x" }), json!({ "ID": 999, "NAME": "x" })] {
        let refused = stage.alice.refused("user.update", bad.clone()).await;
        assert_eq!(refused, (400, "ERROR_CORE".to_owned()), "{bad}");
    }
    for id in [2, 3] {
        let refused = stage.bob.refused("user.update", json!({ "ID": id, "NAME": "x" })).await;
        assert_eq!(refused, (400, "ERROR_CORE".to_owned()));
    }
    let taken = stage.alice.call("user.update", json!({ "ID": 2, "EMAIL": "carol@example.com" })).await;
    assert_eq!((taken.error(), &taken.body["argument"]), ((400, "ERROR_ARGUMENT"), &json!("EMAIL")));
}
