//! `department.*`: the portal's department records, and who changes them.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::Stage;

fn department(id: i64, name: &str, parent: i64) -> Value {
    json!({ "type": "department", "id": id, "name": name, "parent": parent })
}

/// A company with three parts, one of them within another.
async fn company() -> Stage {
    let stage = Stage::set().await;
    let mut lines = [
        department(1, "Company", 0),
        department(2, "Sales", 1),
        department(3, "R&D", 1),
        department(4, "Отдел Ё", 2),
    ];
    lines[1]["head"] = json!(2);
    lines[2]["sort"] = json!(100);
    let lines = lines.map(|line| line.to_string());
    stage.portal.import(&lines.join("\n")).await;
    stage
}

async fn get(reader: &Client, params: Value) -> Vec<Value> {
    reader.ok("department.get", params).await.as_array().unwrap().clone()
}

async fn found(reader: &Client, params: Value) -> Vec<i64> {
    let records = get(reader, params).await;
    records.iter().map(|record| record["ID"].as_str().unwrap().parse().unwrap()).collect()
}

fn core() -> (u16, String) {
    (400, "ERROR_CORE".to_owned())
}

#[tokio::test]
async fn the_fields_have_titles() {
    let stage = Stage::set().await;
    let fields = json!({
        "ID": "ID", "NAME": "Department Name", "SORT": "Sort Order", "PARENT": "Parent Department", "UF_HEAD": "Manager",
    });
    assert_eq!(stage.bob.ok("department.fields", json!({})).await, fields);
}

#[tokio::test]
async fn a_record_has_what_is_set() {
    let stage = company().await;
    let reply = stage.bob.call("department.get", json!({})).await;
    let expected = json!([
        { "ID": "1", "NAME": "Company", "SORT": 500 },
        { "ID": "2", "NAME": "Sales", "SORT": 500, "PARENT": "1", "UF_HEAD": "2" },
        { "ID": "3", "NAME": "R&D", "SORT": 100, "PARENT": "1" },
        { "ID": "4", "NAME": "Отдел Ё", "SORT": 500, "PARENT": "2" },
    ]);
    assert_eq!((reply.result(), &reply.body["total"]), (&expected, &json!(4)));
    assert!(reply.body.get("next").is_none());
}

#[tokio::test]
async fn every_filter_and_every_order() {
    let stage = company().await;
    for (params, expected) in [
        (json!({ "ID": 2 }), &[2][..]),
        (json!({ "ID": "2" }), &[2]),
        (json!({ "ID": [4, "1", 99] }), &[1, 4]),
        (json!({ "ID": "two" }), &[]),
        (json!({ "ID": 1e30 }), &[]),
        (json!({ "id": 3 }), &[3]),
        (json!({ "ID": null }), &[1, 2, 3, 4]),
        (json!({ "NAME": "Sales" }), &[2]),
        (json!({ "NAME": "Отдел Ё" }), &[4]),
        (json!({ "NAME": "Sale" }), &[]),
        (json!({ "PARENT": 1 }), &[2, 3]),
        (json!({ "PARENT": 0 }), &[1]),
        (json!({ "UF_HEAD": 2 }), &[2]),
        (json!({ "SORT": 100 }), &[3]),
        (json!({ "SORT": 500, "PARENT": 1 }), &[2]),
        (json!({ "sort": "NAME" }), &[1, 3, 2, 4]),
        (json!({ "sort": "NAME", "order": "DESC" }), &[4, 2, 3, 1]),
        (json!({ "sort": "SORT", "order": "asc" }), &[3, 1, 2, 4]),
        (json!({ "sort": "PARENT", "order": "DESC" }), &[4, 3, 2, 1]),
        (json!({ "sort": "UF_HEAD", "order": "DESC" }), &[2, 4, 3, 1]),
        (json!({ "sort": "ID", "order": "DESC" }), &[4, 3, 2, 1]),
        (json!({ "sort": "SORT", "SORT": 500 }), &[1, 2, 4]),
        (json!({ "sort": "NOTHING", "order": 7 }), &[1, 2, 3, 4]),
    ] {
        assert_eq!(found(&stage.carol, params.clone()).await, expected, "{params}");
    }
}

#[tokio::test]
async fn a_page_has_fifty_records() {
    let stage = company().await;
    let more: Vec<String> = (5..=120).map(|id| department(id, &format!("D{id}"), 1).to_string()).collect();
    stage.portal.import(&more.join("\n")).await;
    for (start, first, count, next) in [
        (json!(0), Some(1), 50, json!(50)),
        (json!(50), Some(51), 50, json!(100)),
        (json!(100), Some(101), 20, Value::Null),
        (json!(150), None, 0, Value::Null),
        (json!(i64::MAX), None, 0, Value::Null),
    ] {
        let reply = stage.bob.call("department.get", json!({ "START": start })).await;
        let records = reply.result().as_array().unwrap();
        assert_eq!((records.len(), &reply.body["total"]), (count, &json!(120)), "{start}");
        assert_eq!(
            records.first().map(|record| &record["ID"]),
            first.map(|id: i64| json!(id.to_string())).as_ref()
        );
        assert_eq!(reply.body.get("next").cloned().unwrap_or_default(), next, "{start}");
    }
    let uncounted = stage.bob.call("department.get", json!({ "start": -1 })).await;
    assert_eq!((&uncounted.body["total"], uncounted.body.get("next")), (&json!(0), None));
    assert_eq!(uncounted.result().as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn an_administrator_adds_and_changes() {
    let stage = company().await;
    let added = json!({ "NAME": " Legal ", "PARENT": "3", "SORT": 7, "UF_HEAD": 3 });
    assert_eq!(stage.alice.ok("department.add", added).await, 5);
    let legal = json!({ "ID": "5", "NAME": "Legal", "SORT": 7, "PARENT": "3", "UF_HEAD": "3" });
    assert_eq!(get(&stage.bob, json!({ "ID": 5 })).await, std::slice::from_ref(&legal));
    assert_eq!(stage.alice.ok("department.add", json!({ "NAME": "Plain", "PARENT": 1 })).await, 6);
    assert_eq!(
        get(&stage.bob, json!({ "ID": 6 })).await,
        [json!({ "ID": "6", "NAME": "Plain", "SORT": 500, "PARENT": "1" })]
    );
    assert_eq!(stage.alice.ok("department.update", json!({ "ID": 5 })).await, true);
    assert_eq!(get(&stage.bob, json!({ "ID": 5 })).await, [legal], "nothing was said");
    let changed = json!({ "ID": 5, "NAME": "Law", "PARENT": 2, "SORT": "9", "UF_HEAD": "" });
    assert_eq!(stage.alice.ok("department.update", changed).await, true);
    assert_eq!(
        get(&stage.bob, json!({ "ID": 5 })).await,
        [json!({ "ID": "5", "NAME": "Law", "SORT": 9, "PARENT": "2" })]
    );
    assert_eq!(
        stage.alice.ok("department.update", json!({ "ID": 1, "NAME": "Firm", "PARENT": 0 })).await,
        true
    );
    let long = json!({ "ID": 6, "NAME": "é".repeat(300) });
    assert_eq!(stage.alice.ok("department.update", long).await, true);
    assert_eq!(get(&stage.bob, json!({ "ID": 6 })).await[0]["NAME"], "é".repeat(255));
    stage.check().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let stage = company().await;
    let before = get(&stage.bob, json!({})).await;
    for (method, params) in [
        ("department.add", json!({ "PARENT": 1 })),
        ("department.add", json!({ "NAME": " ", "PARENT": 1 })),
        ("department.add", json!({ "NAME": ["x"], "PARENT": 1 })),
        ("department.add", json!({ "NAME": "x" })),
        ("department.add", json!({ "NAME": "x", "PARENT": 0 })),
        ("department.add", json!({ "NAME": "x", "PARENT": 99 })),
        ("department.add", json!({ "NAME": "x", "PARENT": -1 })),
        ("department.add", json!({ "NAME": "x", "PARENT": "one" })),
        ("department.add", json!({ "NAME": "x", "PARENT": 1, "SORT": "first" })),
        ("department.add", json!({ "NAME": "x", "PARENT": 1, "UF_HEAD": 99 })),
        ("department.add", json!({ "NAME": "x", "PARENT": 1, "UF_HEAD": [2] })),
        ("department.update", json!({ "NAME": "x" })),
        ("department.update", json!({ "ID": 99, "NAME": "x" })),
        ("department.update", json!({ "ID": "x", "NAME": "x" })),
        ("department.update", json!({ "ID": 2, "NAME": "" })),
        ("department.update", json!({ "ID": 2, "PARENT": 4 })),
        ("department.update", json!({ "ID": 2, "PARENT": 2 })),
        ("department.update", json!({ "ID": 2, "PARENT": 0 })),
        ("department.update", json!({ "ID": 2, "PARENT": 99 })),
        ("department.update", json!({ "ID": 1, "PARENT": 2 })),
        ("department.update", json!({ "ID": 2, "UF_HEAD": 99 })),
        ("department.delete", json!({})),
        ("department.delete", json!({ "ID": 0 })),
        ("department.delete", json!({ "ID": 99 })),
        ("department.delete", json!({ "ID": 1 })),
    ] {
        assert_eq!(stage.alice.refused(method, params.clone()).await, core(), "{method} {params}");
    }
    let erin = stage.portal.client(Person::Erin).await;
    for person in [&stage.bob, &erin] {
        for (method, params) in [
            ("department.add", json!({ "NAME": "x", "PARENT": 1 })),
            ("department.update", json!({ "ID": 2, "NAME": "x" })),
            ("department.delete", json!({ "ID": 2 })),
        ] {
            assert_eq!(person.refused(method, params).await, core(), "{method} by {}", person.user);
        }
    }
    assert_eq!(get(&stage.bob, json!({})).await, before);
}

#[tokio::test]
async fn the_first_department_of_a_portal_is_the_company() {
    let stage = Stage::set().await;
    assert_eq!(get(&stage.alice, json!({})).await, Vec::<Value>::new());
    assert_eq!(stage.alice.refused("department.add", json!({ "NAME": "x", "PARENT": 1 })).await, core());
    assert_eq!(stage.alice.ok("department.add", json!({ "NAME": "Firm", "PARENT": 0 })).await, 1);
    assert_eq!(stage.alice.refused("department.add", json!({ "NAME": "Two", "PARENT": 0 })).await, core());
    assert_eq!(stage.alice.ok("department.add", json!({ "NAME": "Two", "PARENT": 1 })).await, 2);
}

#[tokio::test]
async fn what_a_deleted_department_had_goes_to_the_one_above() {
    let stage = company().await;
    for (user, departments) in [(2, json!([2])), (3, json!([1, 2])), (4, json!([4, 2, 3]))] {
        stage.alice.ok("user.update", json!({ "ID": user, "UF_DEPARTMENT": departments })).await;
    }
    stage.alice.say(2, "hello").await;
    let shown = stage.alice.row(2).await.unwrap();
    assert_eq!(shown["user"]["departments"], json!([2]));
    assert_eq!(stage.alice.ok("department.delete", json!({ "ID": 2 })).await, true);
    assert_eq!(found(&stage.bob, json!({ "PARENT": 1 })).await, [3, 4]);
    for (user, departments) in [(2, json!([1])), (3, json!([1])), (4, json!([4, 1, 3]))] {
        let person = stage.bob.ok("im.user.get", json!({ "ID": user })).await;
        assert_eq!(person["departments"], departments, "user {user}");
    }
    assert_eq!(stage.alice.row(2).await.unwrap()["user"]["departments"], json!([1]), "lists follow");
    let staff = stage.bob.ok("im.department.employees.get", json!({ "ID": [1, 2, 4] })).await;
    assert_eq!(staff, json!({ "1": [1, 2, 3, 4], "4": [4] }));
    assert_eq!(stage.alice.refused("department.delete", json!({ "ID": 2 })).await, core(), "it is gone");
    stage.check().await;
}
