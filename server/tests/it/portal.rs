//! The portal itself: who calls, what may be called, what time it is.

use lately_model::Revision;
use lately_testkit::{Person, TestPortal};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage};

#[tokio::test]
async fn the_revisions_follow_the_webhook() {
    let portal = TestPortal::start().await;
    for (revision, number) in [(Revision::R29, 29), (Revision::R33, 33)] {
        let client = portal.client_with(2, "im", revision).await;
        let expected =
            json!({ "rest": number, "web": 130, "mobile": 22, "desktop": 6, "im_revision_mobile": 22 });
        assert_eq!(client.ok("im.revision.get", json!({})).await, expected);
    }
}

#[tokio::test]
async fn a_profile_needs_no_scope() {
    let portal = TestPortal::start().await;
    let alice = portal.client_with(1, "", Revision::R33).await;
    let expected = json!({
        "ID": "1", "ADMIN": true, "NAME": "Alice", "LAST_NAME": "Adams", "PERSONAL_GENDER": "", "TIME_ZONE": "",
    });
    assert_eq!(alice.ok("profile", json!({})).await, expected);
    let known = json!({ "type": "user", "id": 60, "first_name": "Jo", "gender": "F", "avatar": "/jo.png", "registered_at": NOW });
    portal.import(&known.to_string()).await;
    let jo = portal.client_with(60, "", Revision::R33).await;
    let expected = json!({
        "ID": "60", "ADMIN": false, "NAME": "Jo", "LAST_NAME": "", "PERSONAL_GENDER": "F", "TIME_ZONE": "",
        "PERSONAL_PHOTO": "https://portal.lately.test/jo.png",
    });
    assert_eq!(jo.ok("profile", json!({})).await, expected);
}

#[tokio::test]
async fn the_scopes_are_those_granted_or_all_there_are() {
    let portal = TestPortal::start().await;
    let client = portal.client_with(2, "user_brief,im", Revision::R33).await;
    for few in [json!({}), json!({ "full": false }), json!({ "full": "0" }), json!({ "full": "" })] {
        assert_eq!(client.ok("scope", few).await, json!(["im", "user_brief"]));
    }
    for all in
        [json!({ "full": true }), json!({ "FULL": "true" }), json!({ "full": 1 }), json!({ "full": "Y" })]
    {
        let scopes = client.ok("scope", all).await;
        let scopes: Vec<&str> = scopes.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(scopes.len() >= 60 && scopes.is_sorted());
        assert!(
            ["im", "imbot", "user", "disk", "crm", "booking", "vote"]
                .iter()
                .all(|known| scopes.contains(known))
        );
        assert!(!scopes.contains(&"basic"));
    }
    let none = portal.client_with(2, "", Revision::R33).await;
    assert_eq!(none.ok("scope", json!({})).await, json!([]));
}

#[tokio::test]
async fn the_methods_are_those_of_the_scopes() {
    let portal = TestPortal::start().await;
    let client = portal.client_with(2, "user_basic", Revision::R33).await;
    let methods = async |params: Value| -> Vec<String> {
        serde_json::from_value(client.ok("methods", params).await).unwrap()
    };
    let has = |list: &[String], name: &str| list.iter().any(|known| known == name);
    let callable = methods(json!({})).await;
    assert!(has(&callable, "user.get") && has(&callable, "batch") && has(&callable, "profile"));
    assert!(!has(&callable, "im.recent.get") && !has(&callable, "user.add"));
    let all = methods(json!({ "full": true })).await;
    assert!(has(&all, "im.recent.get") && has(&all, "user.add"));
    let common = methods(json!({ "scope": "" })).await;
    assert!(has(&common, "server.time") && !has(&common, "user.get"));
    let im = methods(json!({ "scope": "im" })).await;
    assert!(im.iter().all(|name| name.starts_with("im.")) && has(&im, "im.recent.get"));
    assert_eq!(methods(json!({ "scope": "crm" })).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_method_exists_or_not_and_is_there_for_the_caller_or_not() {
    let portal = TestPortal::start().await;
    let client = portal.client_with(2, "user_basic", Revision::R33).await;
    for (name, exists, available) in [
        (json!("user.get"), true, true),
        (json!("server.time"), true, true),
        (json!("im.chat.updatetitle"), true, false),
        (json!("im.recent.get"), true, false),
        (json!("crm.lead.add"), false, false),
        (json!(""), false, false),
        (json!(null), false, false),
    ] {
        let expected = json!({ "isExisting": exists, "isAvailable": available });
        assert_eq!(client.ok("method.get", json!({ "name": name })).await, expected, "{name}");
    }
    assert_eq!(
        client.ok("method.get", json!({})).await,
        json!({ "isExisting": false, "isAvailable": false })
    );
}

#[tokio::test]
async fn the_time_is_the_portals_own() {
    let portal = TestPortal::empty(NOW, |config| "+03:00".clone_into(&mut config.time_zone)).await;
    portal.import(&json!({ "type": "user", "id": 1, "registered_at": NOW }).to_string()).await;
    let client = portal.client_with(1, "", Revision::R33).await;
    assert_eq!(client.ok("server.time", json!({})).await, "2026-03-02T13:00:00+03:00");
    portal.clock.step(61);
    assert_eq!(client.ok("server.time", json!({})).await, "2026-03-02T13:01:01+03:00");
}

#[tokio::test]
async fn a_feature_is_asked_for_by_its_code() {
    let stage = Stage::set().await;
    for code in ["rest_offline_extended", "rest_auth_connector", "anything"] {
        assert_eq!(stage.bob.ok("feature.get", json!({ "CODE": code })).await, json!({ "value": "N" }));
    }
    for none in [json!({}), json!({ "CODE": "" }), json!({ "CODE": null }), json!({ "CODE": ["x"] })] {
        assert_eq!(stage.bob.refused("feature.get", none).await, (400, "CODE_EMPTY".to_owned()));
    }
}

#[tokio::test]
async fn access_codes_have_names_and_unknown_ones_are_left_out() {
    let stage = Stage::set().await;
    let name = |name: &str, group: &str| json!({ "provider": "", "name": name, "provider_id": group });
    let expected = json!({
        "AU": name("All authorized users", "other"),
        "G2": name("All visitors", "other"),
        "U3": name("Carol Clark", "user"),
    });
    let asked = json!({ "ACCESS": ["AU", "G2", "U3", "U999", "Q1", "U", "DR5"] });
    assert_eq!(stage.bob.ok("access.name", asked).await, expected);
    for nothing in [json!({}), json!({ "ACCESS": [] }), json!({ "ACCESS": "" }), json!({ "ACCESS": null })] {
        assert_eq!(stage.bob.ok("access.name", nothing.clone()).await, false, "{nothing}");
    }
    assert_eq!(stage.bob.ok("access.name", json!({ "ACCESS": ["Q1"] })).await, json!([]));
}

#[tokio::test]
async fn an_administrator_is_one_and_everybody_else_is_not() {
    let portal = TestPortal::start().await;
    for (person, admin) in [(Person::Alice, true), (Person::Bob, false), (Person::Erin, false)] {
        let client = portal.client_with(person.id(), "", Revision::R33).await;
        assert_eq!(client.ok("user.admin", json!({})).await, admin, "{person:?}");
    }
}

#[tokio::test]
async fn access_is_had_by_those_whom_a_code_names() {
    let stage = Stage::set().await;
    for (codes, has) in [
        (json!(["U2"]), true),
        (json!("U2"), true),
        (json!(["U3", "U2"]), true),
        (json!({ "0": "AU" }), true),
        (json!(["G2"]), true),
        (json!(["G1"]), false),
        (json!(["U3"]), false),
        (json!(["u2", "U02", "U", "2", "DR1", "", "U9223372036854775808"]), false),
        (json!([["U2"], null, 2]), false),
        (json!([]), false),
        (json!(""), false),
        (Value::Null, false),
    ] {
        assert_eq!(stage.bob.ok("user.access", json!({ "ACCESS": codes })).await, has, "{codes}");
        assert_eq!(stage.alice.ok("user.access", json!({ "ACCESS": codes })).await, true, "{codes}");
    }
    assert_eq!(stage.bob.ok("user.access", json!({})).await, false);
}

#[tokio::test]
async fn a_webhook_is_told_its_scopes_in_place_of_an_application() {
    let portal = TestPortal::start().await;
    let client = portal.client_with(Person::Bob.id(), "im,user", Revision::R33).await;
    let info = client.ok("app.info", json!({})).await;
    assert_eq!(info["SCOPE"], json!(["im", "user"]));
    assert!(info["LICENSE"].is_string() && info.get("ID").is_none());
}
