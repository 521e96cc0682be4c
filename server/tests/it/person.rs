//! People as administrators look after them: roles, sessions, and who may invite whom.

use lately_model::UserId;
use lately_testkit::{Browser, Person, TestPortal};
use serde_json::{Value, json};

use crate::audit::{PASSWORD, deeds, stage};
use crate::process::{ok, run};

async fn give(browser: &mut Browser, user: i64, admin: bool, guest: bool) -> lately_testkit::Reply {
    browser.form("/person/role", json!({ "user": user, "admin": admin, "guest": guest })).await
}

#[tokio::test]
async fn administrators_see_everybody_with_role_and_login() {
    let (portal, mut alice, mut bob) = stage().await;
    let page = alice.form("/person/list", json!({})).await.result().clone();
    let people = page["people"].as_array().unwrap();
    assert_eq!((people.len(), &page["more"]), (5, &json!(false)), "no bots");
    assert_eq!(
        people[0],
        json!({
            "id": 1, "name": "Alice Adams", "email": "alice@example.com", "position": "", "active": true,
            "admin": true, "guest": false, "login": "alice@example.com",
            "last_login": "2026-03-02T10:00:00+00:00",
        })
    );
    assert_eq!((&people[4]["guest"], &people[4]["last_login"]), (&json!(true), &Value::Null));
    for (find, ids) in [("BROWN", vec![2]), ("carol@", vec![3]), ("#4", vec![4]), ("nobody", vec![])] {
        let found = alice.form("/person/list", json!({ "find": find })).await.result().clone();
        let found = found["people"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap());
        assert_eq!(found.collect::<Vec<_>>(), ids, "{find}");
    }
    let lines: Vec<String> = (100..250)
        .map(|id| json!({ "type": "user", "id": id, "first_name": format!("P{id}") }).to_string())
        .collect();
    portal.import(&lines.join("\n")).await;
    let (mut after, mut seen) = (0, 0);
    loop {
        let page = alice.form("/person/list", json!({ "after": after })).await.result().clone();
        let people = page["people"].as_array().unwrap();
        seen += people.len();
        after = people.last().unwrap()["id"].as_i64().unwrap();
        if page["more"] == false {
            break;
        }
        assert_eq!(people.len(), 100);
    }
    assert_eq!((seen, after), (155, 249));
    assert_eq!(bob.form("/person/list", json!({})).await.error(), (400, "ERROR_CORE"));
    assert_eq!(portal.browser().form("/person/list", json!({})).await.error(), (401, "session_failed"));
}

#[tokio::test]
async fn a_role_counts_at_once_for_sessions_and_webhooks() {
    let (portal, mut alice, mut bob) = stage().await;
    let hook = portal.client(Person::Bob).await;
    let add =
        async |name: &str| hook.call("department.add", json!({ "NAME": name, "PARENT": 0 })).await.status;
    assert_eq!((add("A").await, bob.form("/webhook/list", json!({})).await.status), (400, 400));
    let row = give(&mut alice, 2, true, false).await.result().clone();
    assert_eq!((&row["id"], &row["admin"], &row["guest"]), (&json!(2), &json!(true), &json!(false)));
    assert_eq!((add("B").await, bob.form("/webhook/list", json!({})).await.status), (200, 200));
    assert_eq!(hook.ok("user.admin", json!({})).await, true);
    give(&mut alice, 2, false, false).await.result();
    assert_eq!((add("C").await, bob.form("/webhook/list", json!({})).await.status), (400, 400));
    assert_eq!(hook.ok("user.admin", json!({})).await, false);
    let told: Vec<Value> = deeds(&mut alice, json!({ "user": 2 })).await;
    let told: Vec<&str> = told.iter().rev().filter_map(|deed| deed["kind"].as_str()).collect();
    assert_eq!(told[told.len() - 3..], ["admin_given", "department_added", "admin_taken"]);
    portal.assert_exact().await;
}

#[tokio::test]
async fn a_guest_is_outside_at_once_and_inside_again() {
    let (portal, mut alice, _) = stage().await;
    let (admin, hook) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    let company = admin.ok("department.add", json!({ "NAME": "Company", "PARENT": 0 })).await;
    assert_eq!(hook.call("im.user.get", json!({ "ID": 3 })).await.status, 200);
    give(&mut alice, 2, false, true).await.result();
    assert_eq!(hook.refused("im.user.get", json!({ "ID": 3 })).await.1, "ACCESS_DENIED");
    assert_eq!(hook.refused("im.department.get", json!({ "ID": [company] })).await.1, "ACCESS_ERROR");
    give(&mut alice, 2, false, false).await.result();
    assert_eq!(hook.call("im.user.get", json!({ "ID": 3 })).await.status, 200);
    let me = hook.ok("user.current", json!({})).await;
    assert_eq!(me["UF_DEPARTMENT"], json!([company]), "back in the company");
    assert_eq!(give(&mut alice, 2, true, true).await.error(), (400, "NOT_AN_EMPLOYEE"));
    assert_eq!(give(&mut alice, 5, true, true).await.error(), (400, "NOT_AN_EMPLOYEE"));
    assert_eq!(give(&mut alice, 6, true, false).await.error(), (400, "USER_NOT_FOUND"), "a bot");
    assert_eq!(give(&mut alice, 99, true, false).await.error(), (400, "USER_NOT_FOUND"));
    portal.assert_exact().await;
}

#[tokio::test]
async fn the_last_administrator_stays_whatever_the_way() {
    let (portal, mut alice, _) = stage().await;
    let hook = portal.client(Person::Alice).await;
    const LAST: (u16, &str) = (400, "LAST_ADMINISTRATOR");
    for (admin, guest) in [(false, false), (false, true)] {
        let mean_it = json!({ "user": 1, "admin": admin, "guest": guest, "confirm": true });
        assert_eq!(alice.form("/person/role", mean_it).await.error(), LAST);
    }
    assert_eq!(hook.call("user.update", json!({ "ID": 1, "ACTIVE": "N" })).await.error(), LAST);
    assert_eq!(alice.call("user.update", json!({ "ID": 1, "ACTIVE": false })).await.error(), LAST);
    // A dismissed administrator is none.
    give(&mut alice, 2, true, false).await.result();
    hook.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    assert_eq!(hook.call("user.update", json!({ "ID": 1, "ACTIVE": "N" })).await.error(), LAST);
    hook.ok("user.update", json!({ "ID": 2, "ACTIVE": "Y" })).await;
    let unsure = give(&mut alice, 1, false, false).await;
    assert_eq!(unsure.error(), (400, "CONFIRMATION_NEEDED"), "one's own role");
    assert_eq!(give(&mut alice, 1, true, false).await.result()["admin"], true, "which stays as it is");
    let mean_it = json!({ "user": 1, "admin": false, "guest": false, "confirm": true });
    assert_eq!(alice.form("/person/role", mean_it).await.result()["admin"], false);
    assert_eq!(alice.form("/person/list", json!({})).await.error(), (400, "ERROR_CORE"), "at once");
    let bob = portal.client(Person::Bob).await;
    assert_eq!(bob.call("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await.error(), LAST);
    portal.assert_exact().await;
}

#[test]
fn commands_keep_the_last_administrator_too() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    ok(data, &["user", "add", "--first-name", "Alice", "--admin"]);
    for words in [&["--no-admin"][..], &["--dismiss"], &["--no-admin", "--kind", "extranet"]] {
        run(data, &[&["user", "edit", "1"], words].concat()).assert_failed(1, &["no administrator"]);
    }
    run(data, &["user", "edit", "1", "--kind", "extranet"]).assert_failed(1, &["an employee"]);
    run(data, &["user", "add", "--first-name", "G", "--kind", "extranet", "--admin"])
        .assert_failed(1, &["an employee"]);
    ok(data, &["user", "add", "--first-name", "Bob", "--admin"]);
    ok(data, &["user", "edit", "1", "--no-admin", "--kind", "extranet"]);
    run(data, &["user", "edit", "2", "--dismiss"]).assert_failed(1, &["no administrator"]);
}

#[tokio::test]
async fn an_administrator_signs_somebody_out_of_every_browser() {
    let (portal, mut alice, bob) = stage().await;
    let hook = portal.client(Person::Bob).await;
    assert_eq!(alice.form("/person/sign-out", json!({ "user": 2 })).await.result(), true);
    assert_eq!(bob.call("user.current", json!({})).await.error(), (401, "session_failed"));
    assert_eq!(hook.call("user.current", json!({})).await.status, 200, "webhooks are no sessions");
    assert_eq!(alice.call("user.current", json!({})).await.status, 200);
    assert_eq!(alice.form("/person/sign-out", json!({ "user": 99 })).await.error(), (400, "USER_NOT_FOUND"));
    let mut carol = portal.browser();
    carol.sign_in("carol@example.com", PASSWORD).await;
    assert_eq!(carol.form("/person/sign-out", json!({ "user": 1 })).await.error(), (400, "ERROR_CORE"));
}

#[tokio::test]
async fn employees_invite_if_the_settings_say_so_and_only_those_who_are_not_here_yet() {
    let (portal, mut alice, mut bob) = stage().await;
    let mut erin = portal.browser();
    erin.sign_in("erin@example.com", PASSWORD).await;
    let zoe =
        json!({ "email": "Zoe@example.com", "first_name": "Zoe", "last_name": "Zen", "position": "Baker" });
    const NO: (u16, &str) = (403, "ACCESS_DENIED");
    assert_eq!(bob.form("/invitation/may", json!({})).await.result(), false);
    assert_eq!(alice.form("/invitation/may", json!({})).await.result(), true);
    assert_eq!(bob.form("/invitation/new", zoe.clone()).await.error(), NO);
    let change = json!({ "name": "people.invite", "value": "employees" });
    alice.form("/setting/change", change).await.result();
    assert_eq!(bob.form("/invitation/may", json!({})).await.result(), true);
    assert_eq!(erin.form("/invitation/may", json!({})).await.result(), false);
    assert_eq!(erin.form("/invitation/new", zoe.clone()).await.error(), NO, "a guest never");
    let made = bob.form("/invitation/new", zoe.clone()).await.result().clone();
    assert_eq!((&made["user"], &made["expires_at"]), (&json!(7), &json!("2026-03-09T10:00:00+00:00")));
    let code = made["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let accept = json!({ "code": code, "login": "zoe", "password": PASSWORD });
    let mut new = portal.browser();
    assert_eq!(new.form("/invitation/accept", accept).await.result()["user_id"], 7);
    let me = new.ok("user.current", json!({})).await;
    assert_eq!((&me["NAME"], &me["EMAIL"]), (&json!("Zoe"), &json!("zoe@example.com")));
    assert_eq!(new.ok("user.admin", json!({})).await, false);

    let again = bob.form("/invitation/new", zoe).await;
    assert_eq!(again.error(), (400, "ERROR_ARGUMENT"), "the address is somebody's");
    assert_eq!(
        bob.form("/invitation", json!({ "user": 3 })).await.error(),
        (400, "ERROR_CORE"),
        "carol is here"
    );
    for (fields, error) in [
        (json!({ "first_name": "X" }), "ERROR_ARGUMENT"),
        (json!({ "email": "no address", "first_name": "X" }), "ERROR_ARGUMENT"),
        (json!({ "email": 7 }), "ERROR_ARGUMENT"),
    ] {
        assert_eq!(bob.form("/invitation/new", fields.clone()).await.error(), (400, error), "{fields}");
    }
    let guest = json!({ "email": "guest@example.com", "first_name": "G", "guest": true });
    bob.form("/invitation/new", guest).await.result();
    let people = alice.form("/person/list", json!({ "find": "guest@" })).await.result().clone();
    assert_eq!((&people["people"][0]["guest"], &people["people"][0]["admin"]), (&json!(true), &json!(false)));
    let told = deeds(&mut alice, json!({ "user": 2 })).await;
    let told: Vec<Value> = told
        .iter()
        .rev()
        .filter(|deed| deed["by"] == 2)
        .map(|deed| json!([deed["kind"], deed["user"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["user_added", 7]),
            json!(["user_invited", 7]),
            json!(["user_added", 8]),
            json!(["user_invited", 8])
        ]
    );
    portal
        .messenger()
        .edit_user(None, UserId(2), |user| {
            user.active = false;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(bob.form("/invitation/may", json!({})).await.error(), (401, "session_failed"));
    portal.assert_exact().await;
}

#[tokio::test]
async fn blocking_somebody_who_was_never_an_administrator_asks_nothing() {
    let portal = TestPortal::start().await;
    let hook = portal.client(Person::Alice).await;
    for user in [2, 5, 6] {
        hook.ok("user.update", json!({ "ID": user, "ACTIVE": "N" })).await;
    }
    portal.assert_exact().await;
}
