//! `app.option.*` and `user.option.*`: what an application keeps in the portal.

use lately_model::Revision;
use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::Stage;

const APP: &str = "local.plan";

async fn get(reader: &Client, method: &str, option: Value) -> Value {
    reader.ok(method, json!({ "CLIENT_ID": APP, "option": option })).await
}

async fn set(writer: &Client, method: &str, options: Value) {
    assert_eq!(writer.ok(method, json!({ "CLIENT_ID": APP, "options": options })).await, true);
}

#[tokio::test]
async fn each_user_has_their_own_options() {
    let stage = Stage::set().await;
    assert_eq!(get(&stage.bob, "user.option.get", Value::Null).await, json!([]));
    set(&stage.bob, "user.option.set", json!({ "data": "value", "data2": "value2" })).await;
    set(&stage.bob, "user.option.set", json!({ "data2": ["новое", 2], "Ключ": { "a": null } })).await;
    let all = json!({ "data": "value", "data2": ["новое", 2], "Ключ": { "a": null } });
    for whole in [Value::Null, json!(""), json!([])] {
        assert_eq!(get(&stage.bob, "user.option.get", whole).await, all);
    }
    assert_eq!(get(&stage.bob, "user.option.get", json!("data")).await, "value");
    assert_eq!(get(&stage.bob, "user.option.get", json!("Ключ")).await, json!({ "a": null }));
    assert_eq!(get(&stage.bob, "user.option.get", json!("DATA")).await, Value::Null);
    assert_eq!(get(&stage.carol, "user.option.get", Value::Null).await, json!([]));
    assert_eq!(get(&stage.bob, "app.option.get", Value::Null).await, json!([]));
    let other = json!({ "CLIENT_ID": "local.other" });
    assert_eq!(stage.bob.ok("user.option.get", other).await, json!([]));
    let second = stage.portal.client_with(2, "", Revision::R29).await;
    assert_eq!(get(&second, "user.option.get", json!("data")).await, "value", "without any scope");
}

#[tokio::test]
async fn what_holds_for_everybody_is_set_by_administrators() {
    let stage = Stage::set().await;
    let erin = stage.portal.client(Person::Erin).await;
    set(&stage.alice, "app.option.set", json!({ "data": 1 })).await;
    set(&stage.alice, "app.option.set", json!("{\"data\":2,\"more\":true}")).await;
    for reader in [&stage.alice, &stage.bob, &erin] {
        assert_eq!(get(reader, "app.option.get", json!("data")).await, 2);
        assert_eq!(get(reader, "app.option.get", Value::Null).await, json!({ "data": 2, "more": true }));
        assert_eq!(get(reader, "user.option.get", Value::Null).await, json!([]));
    }
    for other in [&stage.bob, &erin] {
        let params = json!({ "CLIENT_ID": APP, "options": { "data": 3 } });
        assert_eq!(other.refused("app.option.set", params).await, (400, "AccessException".to_owned()));
    }
    assert_eq!(get(&stage.bob, "app.option.get", json!("data")).await, 2);
}

#[tokio::test]
async fn without_an_application_there_are_no_options() {
    let stage = Stage::set().await;
    for none in [Value::Null, json!(""), json!([APP]), json!("\u{0}")] {
        for method in ["app.option.get", "app.option.set", "user.option.get", "user.option.set"] {
            let params = json!({ "CLIENT_ID": none, "options": { "a": 1 } });
            let refused = stage.alice.refused(method, params).await;
            assert_eq!(refused, (400, "AccessException".to_owned()), "{method} {none}");
        }
    }
    let long = json!({ "CLIENT_ID": "x".repeat(256) });
    assert_eq!(stage.alice.refused("app.option.get", long).await, (400, "ERROR_ARGUMENT".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_whole() {
    let stage = Stage::set().await;
    for method in ["app.option.set", "user.option.set"] {
        for empty in [Value::Null, json!({}), json!([]), json!(""), json!("text"), json!(7), json!(["a"])] {
            let params = json!({ "CLIENT_ID": APP, "options": empty });
            let refused = stage.alice.refused(method, params).await;
            assert_eq!(refused, (400, "ArgumentNullException".to_owned()), "{method} {empty}");
        }
        for wrong in [
            json!({ "good": 1, "": 2 }),
            json!({ "good": 1, "\u{0}": 2 }),
            json!({ "good": 1, "n".repeat(256): 2 }),
            json!({ "good": 1, "large": "x".repeat(70_000) }),
        ] {
            let params = json!({ "CLIENT_ID": APP, "options": wrong });
            let reply = stage.alice.call(method, params).await;
            assert_eq!(
                (reply.error(), &reply.body["argument"]),
                ((400, "ERROR_ARGUMENT"), &json!("options"))
            );
        }
        let many = |from: i64, to: i64| -> Value {
            (from..to).map(|name| (name.to_string(), json!(name))).collect()
        };
        set(&stage.alice, method, many(0, 999)).await;
        set(&stage.alice, method, many(990, 1000)).await;
        let more = json!({ "CLIENT_ID": APP, "options": { "0": "changed", "one more": 1 } });
        assert_eq!(stage.alice.refused(method, more).await, (400, "ERROR_ARGUMENT".to_owned()));
        let get_method = method.replace("set", "get");
        assert_eq!(get(&stage.alice, &get_method, json!("0")).await, 0);
        assert_eq!(get(&stage.alice, &get_method, Value::Null).await.as_object().unwrap().len(), 1000);
    }
}
