//! `im.department.*`: departments as the messenger shows them, their people, and one's colleagues.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::user::example;

/// A company of three levels. Alice leads it, Bob leads Sales, Carol and a dismissed colleague are in Field below it,
/// Dave is in Accounting.
async fn company() -> Stage {
    let stage = Stage::set().await;
    let lines = [
        json!({ "type": "department", "id": 1, "name": "Firm", "head": 1 }),
        json!({ "type": "department", "id": 2, "name": "Sales", "parent": 1, "head": 2 }),
        json!({ "type": "department", "id": 3, "name": "Field", "parent": 2 }),
        json!({ "type": "department", "id": 4, "name": "Accounting", "parent": 1, "head": 60 }),
        json!({ "type": "user", "id": 60, "first_name": "Gone", "active": false, "departments": [3, 4] }),
        json!({ "type": "user", "id": 61, "first_name": "Robo", "kind": "bot", "departments": [3] }),
        json!({ "type": "user", "id": 62, "first_name": "Zoe", "departments": [4, 2] }),
    ];
    stage.portal.import(&lines.map(|line| line.to_string()).join("\n")).await;
    for (user, departments) in [(2, [2]), (3, [3]), (4, [4])] {
        stage.alice.ok("user.update", json!({ "ID": user, "UF_DEPARTMENT": departments })).await;
    }
    stage
}

async fn colleagues(reader: &Client) -> Value {
    reader.ok("im.department.colleagues.list", json!({})).await
}

#[tokio::test]
async fn a_department_is_told_with_those_above_it() {
    let stage = company().await;
    let expected = json!([
        { "id": 3, "name": "Field", "full_name": "Field / Sales / Firm", "manager_user_id": 0 },
        { "id": 1, "name": "Firm", "full_name": "Firm", "manager_user_id": 1 },
    ]);
    for ids in [json!([3, 1, 99, 3]), json!("[3,1]"), json!({ "a": "3", "b": 1 })] {
        assert_eq!(stage.bob.ok("im.department.get", json!({ "ID": ids })).await, expected, "{ids}");
    }
    assert_eq!(stage.bob.ok("im.department.get", json!({ "ID": [99] })).await, json!([]));
}

#[tokio::test]
async fn whoever_leads_is_told_whole_when_asked_for() {
    let stage = company().await;
    let asked = json!({ "ID": [2, 3, 4], "USER_DATA": "Y" });
    let found = stage.carol.ok("im.department.get", asked).await;
    let mut bob = example();
    bob["departments"] = json!([2]);
    assert_eq!((&found[0]["manager_user_id"], &found[0]["manager_user_data"]), (&json!(2), &bob));
    assert_eq!((&found[1]["manager_user_id"], &found[1]["manager_user_data"]), (&json!(0), &Value::Null));
    assert_eq!(
        (&found[2]["manager_user_id"], &found[2]["manager_user_data"]),
        (&json!(0), &Value::Null),
        "who was dismissed leads nobody"
    );
    let plain = stage.carol.ok("im.department.get", json!({ "ID": [2], "USER_DATA": "y" })).await;
    assert!(plain[0].get("manager_user_data").is_none());
}

#[tokio::test]
async fn a_departments_people_are_its_active_employees() {
    let stage = company().await;
    let asked = json!({ "ID": [3, 4, 2, 99, 1] });
    let staff = stage.bob.ok("im.department.employees.get", asked).await;
    assert_eq!(staff, json!({ "3": [3], "4": [4, 62], "2": [2, 62], "1": [1] }));
    assert_eq!(stage.bob.ok("im.department.employees.get", json!({ "ID": "[99]" })).await, json!([]));
    let whole = stage.carol.ok("im.department.employees.get", json!({ "ID": [2], "USER_DATA": "Y" })).await;
    let mut bob = example();
    bob["departments"] = json!([2]);
    assert_eq!(whole["2"][0], bob);
    assert_eq!(whole["2"][1]["name"], "Zoe");
    stage.alice.ok("user.update", json!({ "ID": 62, "ACTIVE": "N" })).await;
    stage.alice.ok("user.update", json!({ "ID": 4, "UF_DEPARTMENT": [2] })).await;
    let staff = stage.bob.ok("im.department.employees.get", json!({ "ID": [2, 4] })).await;
    assert_eq!(staff, json!({ "2": [2, 4], "4": [] }));
    stage.check().await;
}

#[tokio::test]
async fn whoever_leads_is_told_by_department() {
    let stage = company().await;
    let heads = stage.bob.ok("im.department.managers.get", json!({ "ID": [2, 3, 4, 1, 99] })).await;
    assert_eq!(heads, json!({ "2": [2], "3": [], "4": [], "1": [1] }));
    let whole = stage.bob.ok("im.department.managers.get", json!({ "ID": [1], "USER_DATA": "Y" })).await;
    assert_eq!((&whole["1"][0]["id"], &whole["1"][0]["name"]), (&json!(1), &json!("Alice Adams")));
    assert_eq!(stage.bob.ok("im.department.managers.get", json!({ "ID": [99] })).await, json!([]));
}

#[tokio::test]
async fn a_list_of_numbers_is_needed() {
    let stage = company().await;
    for wrong in [
        json!({}),
        json!({ "ID": null }),
        json!({ "ID": "" }),
        json!({ "ID": 2 }),
        json!({ "ID": "2" }),
        json!({ "ID": [] }),
        json!({ "ID": ["x"] }),
        json!({ "ID": [[2]] }),
        json!({ "ID": "[2" }),
        json!({ "ID": [1e30] }),
    ] {
        let refused = stage.bob.refused("im.department.get", wrong.clone()).await;
        assert_eq!(refused, (400, "INVALID_FORMAT".to_owned()), "{wrong}");
        for method in ["im.department.employees.get", "im.department.managers.get"] {
            let refused = stage.bob.refused(method, wrong.clone()).await;
            assert_eq!(refused, (400, "ID_EMPTY".to_owned()), "{method} {wrong}");
        }
    }
}

#[tokio::test]
async fn guests_and_bots_are_told_nothing_of_the_structure() {
    let stage = company().await;
    for person in [Person::Erin, Person::Robot] {
        let client = stage.portal.client(person).await;
        for method in [
            "im.department.get",
            "im.department.employees.get",
            "im.department.managers.get",
            "im.department.colleagues.list",
        ] {
            let refused = client.refused(method, json!({ "ID": [1] })).await;
            assert_eq!(refused, (403, "ACCESS_ERROR".to_owned()), "{method} by {person:?}");
        }
    }
}

#[tokio::test]
async fn colleagues_are_the_people_beside_one_and_for_who_leads_also_those_below_and_above() {
    let stage = company().await;
    let dave = stage.portal.client(Person::Dave).await;
    assert_eq!(colleagues(&dave).await, json!([62]));
    assert_eq!(colleagues(&stage.carol).await, json!([]), "nobody else is in her department");
    assert_eq!(colleagues(&stage.bob).await, json!([1, 3, 62]), "Alice above, Carol below, Zoe beside him");
    assert_eq!(colleagues(&stage.alice).await, json!([2, 3, 4, 62]));
    let whole = stage.carol.call("im.department.colleagues.list", json!({ "USER_DATA": "Y" })).await;
    assert_eq!((whole.result(), &whole.body["total"]), (&json!([]), &json!(0)));
    let mut bob = example();
    bob["departments"] = json!([2]);
    let whole = stage.alice.ok("im.department.colleagues.list", json!({ "USER_DATA": "Y" })).await;
    assert_eq!(whole[0], bob);
}

#[tokio::test]
async fn colleagues_come_page_by_page() {
    let stage = company().await;
    let more: Vec<String> = (100..200)
        .map(|id| json!({ "type": "user", "id": id, "first_name": "N", "departments": [3] }).to_string())
        .collect();
    stage.portal.import(&more.join("\n")).await;
    for (params, first, count, next) in [
        (json!({}), Some(100), 10, Some(10)),
        (json!({ "LIMIT": 50 }), Some(100), 50, Some(50)),
        (json!({ "LIMIT": 500 }), Some(100), 50, Some(50)),
        (json!({ "LIMIT": 3, "OFFSET": "5" }), Some(105), 3, Some(8)),
        (json!({ "OFFSET": 95 }), Some(195), 5, None),
        (json!({ "OFFSET": 100 }), None, 0, None),
        (json!({ "OFFSET": i64::MAX }), None, 0, None),
        (json!({ "OFFSET": -1, "LIMIT": 0 }), Some(100), 10, Some(10)),
        (json!({ "OFFSET": "x", "LIMIT": [] }), Some(100), 10, Some(10)),
        (json!({ "OFFSET": 5, "start": 20 }), Some(120), 10, Some(30)),
        (json!({ "OFFSET": 5, "start": 0 }), Some(105), 10, Some(15)),
    ] {
        let reply = stage.carol.call("im.department.colleagues.list", params.clone()).await;
        let found = reply.result().as_array().unwrap();
        assert_eq!((found.len(), &reply.body["total"]), (count, &json!(100)), "{params}");
        assert_eq!(found.first(), first.map(|id| json!(id)).as_ref(), "{params}");
        assert_eq!(reply.body.get("next"), next.map(|next| json!(next)).as_ref(), "{params}");
    }
}
