//! The log of what was done by whom: written with what was done, by whatever way, and read by administrators.

mod moving;

use lately_model::UserId;
use lately_testkit::{Browser, Person, TestPortal};
use serde_json::{Value, json};

use crate::process::{Process, ok, run};

pub const PASSWORD: &str = "correct horse";

/// A portal, alice who administers it in the page, and bob who does not.
pub async fn stage() -> (TestPortal, Browser, Browser) {
    let portal = TestPortal::start().await;
    portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
    let (mut alice, mut bob) = (portal.browser(), portal.browser());
    alice.sign_in("alice@example.com", PASSWORD).await;
    bob.sign_in("bob@example.com", PASSWORD).await;
    (portal, alice, bob)
}

/// The newest deeds that an administrator sees, the newest first.
pub async fn deeds(alice: &mut Browser, filter: Value) -> Vec<Value> {
    let page = alice.form("/audit/list", filter).await.result().clone();
    page["deeds"].as_array().expect("deeds").clone()
}

/// The kinds of what happened since the portal was made, the oldest first, with whom each is about.
async fn kinds(alice: &mut Browser) -> Vec<String> {
    let all = deeds(alice, json!({ "limit": 200 })).await;
    let told = all.iter().rev().filter(|deed| deed["way"] != "command");
    told.map(|deed| format!("{} {}", deed["kind"].as_str().unwrap(), deed["user"])).collect()
}

#[tokio::test]
async fn what_administrators_do_in_the_page_is_written_down_with_who_and_from_where() {
    let (portal, mut alice, _) = stage().await;
    let made = json!({ "user": 2, "scopes": "im", "revision": 29, "title": "stock bot" });
    let address = alice.form("/webhook/add", made).await.result()["address"].clone();
    portal.clock.step(60);
    alice.form("/webhook/remove", json!({ "id": 1 })).await;
    alice.form("/invitation", json!({ "user": 3 })).await;
    alice.form("/person/sign-out", json!({ "user": 2 })).await;
    alice.ok("user.update", json!({ "ID": 4, "ACTIVE": "N" })).await;
    alice.ok("user.update", json!({ "ID": 4, "ACTIVE": "Y", "NAME": "David", "UF_SKILLS": "bread" })).await;
    assert_eq!(
        kinds(&mut alice).await,
        [
            "webhook_added 2",
            "webhook_revoked 2",
            "user_invited 3",
            "signed_out 2",
            "user_blocked 4",
            "user_unblocked 4",
            "user_changed 4"
        ]
    );
    let all = deeds(&mut alice, json!({})).await;
    let revoked = all.iter().find(|deed| deed["kind"] == "webhook_revoked").unwrap();
    let mut expected = json!({
        "id": revoked["id"], "at": "2026-03-02T10:01:00+00:00", "kind": "webhook_revoked", "by": 1, "way": "page",
        "tool": "", "peer": "127.0.0.1", "user": 2, "thing": 1,
        "detail": { "scopes": "im", "revision": 29, "title": "stock bot" },
    });
    assert_eq!(revoked, &expected);
    let added = all.iter().find(|deed| deed["kind"] == "webhook_added").unwrap();
    expected["id"] = added["id"].clone();
    expected["kind"] = json!("webhook_added");
    expected["at"] = json!("2026-03-02T10:00:00+00:00");
    assert_eq!(added, &expected);
    assert_eq!(all[0]["detail"], json!({ "fields": ["NAME", "UF_SKILLS"] }), "names, not what was in them");
    let secret = address.as_str().unwrap().trim_end_matches('/').rsplit('/').next().unwrap();
    assert!(!json!(all).to_string().contains(secret));
    portal.assert_exact().await;
}

#[tokio::test]
async fn what_programs_do_over_rest_is_written_down_with_their_webhook() {
    let (portal, mut alice, _) = stage().await;
    let hook = portal.client(Person::Alice).await;
    let user =
        hook.ok("user.add", json!({ "EMAIL": "zoe@example.com", "NAME": "Zoe", "EXTRANET": "Y" })).await;
    let department = hook.ok("department.add", json!({ "NAME": "Sales", "PARENT": 0 })).await;
    let second = hook.ok("department.add", json!({ "NAME": "North", "PARENT": department })).await;
    hook.ok("department.update", json!({ "ID": second, "NAME": "South" })).await;
    hook.ok("department.update", json!({ "ID": second, "NAME": "South" })).await;
    hook.ok("batch", json!({ "cmd": { "gone": format!("department.delete?ID={second}") } })).await;
    let chat = hook.ok("im.chat.add", json!({ "TITLE": "Plan", "USERS": [2] })).await;
    hook.ok("im.chat.setOwner", json!({ "CHAT_ID": chat, "USER_ID": 1 })).await;
    hook.ok("im.chat.setOwner", json!({ "CHAT_ID": chat, "USER_ID": 2 })).await;
    let all = deeds(&mut alice, json!({})).await;
    let told: Vec<Value> = all
        .iter()
        .rev()
        .filter(|deed| deed["way"] == "rest")
        .map(|deed| {
            json!([deed["kind"], deed["by"], deed["tool"], deed["user"], deed["thing"], deed["detail"]])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["user_added", 1, "webhook 1", user, null, { "kind": "extranet" }]),
            json!(["department_added", 1, "webhook 1", null, department, { "name": "Sales" }]),
            json!(["department_added", 1, "webhook 1", null, second, { "name": "North" }]),
            json!(["department_changed", 1, "webhook 1", null, second, { "name": "South" }]),
            json!(["department_dissolved", 1, "webhook 1", null, second, { "name": "South" }]),
            json!(["chat_handed_over", 1, "webhook 1", 2, chat, { "before": 1 }]),
        ]
    );
    portal.assert_exact().await;
}

#[tokio::test]
async fn what_is_refused_is_not_written_down() {
    let (portal, mut alice, mut bob) = stage().await;
    let hook = portal.client(Person::Bob).await;
    let before = deeds(&mut alice, json!({ "limit": 200 })).await;
    assert_eq!(hook.refused("user.update", json!({ "ID": 3, "ACTIVE": "N" })).await.1, "ERROR_CORE");
    assert_eq!(hook.refused("department.add", json!({ "NAME": "X" })).await.1, "ERROR_CORE");
    for form in ["/webhook/add", "/invitation", "/person/sign-out", "/person/role", "/setting/change"] {
        let fields =
            json!({ "user": 3, "scopes": "im", "revision": 29, "name": "portal.name", "value": "x" });
        assert!(bob.form(form, fields).await.status >= 400, "{form}");
    }
    let taken = json!({ "EMAIL": "bob@example.com" });
    assert_eq!(alice.call("user.add", taken).await.error(), (400, "ERROR_ARGUMENT"));
    assert_eq!(alice.form("/webhook/remove", json!({ "id": 99 })).await.result(), false);
    assert_eq!(deeds(&mut alice, json!({ "limit": 200 })).await, before);
}

#[tokio::test]
async fn signing_in_leaves_traces_where_it_matters() {
    let (portal, mut alice, mut bob) = stage().await;
    portal.clock.step(1);
    let change = json!({ "current": PASSWORD, "password": "battery staple" });
    assert_eq!(bob.form("/session/password", change).await.result(), true);
    bob.form("/session/end", json!({ "everywhere": true })).await;
    let link = alice.form("/invitation", json!({ "user": 3 })).await.result()["link"].clone();
    let code = link.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let accept = json!({ "code": code, "login": "carol", "password": PASSWORD });
    assert_eq!(portal.browser().form("/invitation/accept", accept).await.status, 200);
    let mut guesser = portal.browser();
    for attempt in 0..13 {
        let guess = json!({ "login": "dave@example.com", "password": format!("guess {attempt}") });
        guesser.form("/session", guess).await;
    }
    for _ in 0..12 {
        guesser
            .form("/session", json!({ "login": "my secret typed into the wrong field", "password": "x" }))
            .await;
    }
    assert_eq!(
        kinds(&mut alice).await,
        ["password_set 2", "signed_out 2", "user_invited 3", "invitation_used 3", "sign_in_stopped 4"]
    );
    let all = deeds(&mut alice, json!({})).await;
    let told: Vec<Value> =
        all.iter().take(5).map(|deed| json!([deed["by"], deed["way"], deed["peer"]])).collect();
    let here = json!("127.0.0.1");
    assert_eq!(
        told,
        [
            json!([null, "door", here]),
            json!([3, "door", here]),
            json!([1, "page", here]),
            json!([2, "page", here]),
            json!([2, "page", here])
        ]
    );
    let text = json!(all).to_string();
    assert!(!text.contains("secret typed") && !text.contains("guess") && !text.contains("staple"), "{text}");
    assert!(!text.contains(&code));
    for attempt in 0..100 {
        guesser.form("/session", json!({ "login": format!("nobody{attempt}"), "password": "x" })).await;
    }
    let stopped = deeds(&mut alice, json!({ "kind": "sign_in_stopped" })).await;
    assert_eq!(stopped.len(), 2, "the whole address, and told once");
    assert_eq!(
        (&stopped[0]["user"], &stopped[0]["detail"]),
        (&Value::Null, &json!({ "whole_address": true }))
    );
}

#[tokio::test]
async fn the_first_administrator_is_the_first_deed() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |_| {}).await;
    let code = portal.messenger().invite_founder().await.unwrap().expect("a code");
    let mut ada = portal.browser();
    let fields = json!({ "code": code, "first_name": "Ada", "login": "ada", "password": PASSWORD });
    assert_eq!(ada.form("/session/first", fields).await.status, 200);
    let all = deeds(&mut ada, json!({})).await;
    assert_eq!(all.len(), 1);
    assert_eq!(
        (&all[0]["kind"], &all[0]["by"], &all[0]["user"]),
        (&json!("portal_founded"), &json!(1), &json!(1))
    );
}

#[tokio::test]
async fn commands_are_written_down_and_the_log_is_read_by_a_command_too() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    ok(data, &["user", "add", "--first-name", "Alice", "--admin", "--email", "alice@example.com"]);
    ok(data, &["user", "add", "--first-name", "Bob"]);
    let server = Process::serve(data);
    ok(data, &["user", "edit", "2", "--last-name", "Brown", "--admin"]);
    ok(data, &["user", "edit", "2", "--no-admin"]);
    ok(data, &["user", "invite", "2"]);
    ok(data, &["webhook", "add", "--user", "1", "--secret", "auditsecret", "--title", "wall"]);
    ok(data, &["webhook", "remove", "1"]);
    ok(data, &["setting", "set", "portal.name", "Bakery"]);
    ok(data, &["setting", "set", "portal.name", "Bakery"]);
    ok(data, &["setting", "reset", "portal.name"]);
    ok(data, &["export", data.join("out.jsonl").to_str().unwrap()]);
    let mut password = crate::process::on(data);
    let said = crate::process::said(password.args(["user", "password", "1"]));
    said.assert_failed(1, &["refused"]);
    let told: Value = serde_json::from_str(&ok(data, &["audit", "--json", "--limit", "1000"])).unwrap();
    let told: Vec<Value> = told
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|deed| json!([deed["kind"], deed["tool"], deed["user"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["user_added", "user add", 1]),
            json!(["user_added", "user add", 2]),
            json!(["admin_given", "user edit", 2]),
            json!(["user_changed", "user edit", 2]),
            json!(["admin_taken", "user edit", 2]),
            json!(["user_invited", "user invite", 2]),
            json!(["webhook_added", "webhook add", 1]),
            json!(["webhook_revoked", "webhook remove", 1]),
            json!(["setting_changed", "setting set", null]),
            json!(["setting_changed", "setting reset", null]),
            json!(["exported", "export", null]),
        ]
    );
    let table = ok(data, &["audit", "--user", "1", "--kind", "webhook_revoked"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert!(
        lines[0].starts_with("WHEN") && lines[1].contains("the operator  command webhook remove"),
        "{table}"
    );
    assert!(lines[1].ends_with("scopes=im revision=29 title=wall"), "{table}");
    assert!(!ok(data, &["audit", "--json"]).contains("auditsecret"));
    assert_eq!(ok(data, &["audit", "--until", "2020-01-01"]).lines().count(), 1, "a heading only");
    run(data, &["audit", "--kind", "danced"]).assert_failed(2, &["user_blocked"]);
    run(data, &["audit", "--since", "soon"]).assert_failed(2, &["--since", "2026-03-01"]);
    server.stop();
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let (portal, mut alice, _) = stage().await;
    for round in 0..7 {
        portal.clock.step(86_400);
        let [add, remove] = ["/webhook/add", "/webhook/remove"];
        let made = json!({ "user": 2 + round % 2, "scopes": "im", "revision": 29 });
        let id = alice.form(add, made).await.result()["webhook"]["id"].clone();
        alice.form(remove, json!({ "id": id })).await;
    }
    assert_eq!(deeds(&mut alice, json!({ "kind": "webhook_added" })).await.len(), 7);
    assert_eq!(deeds(&mut alice, json!({ "kind": "webhook_added", "user": 2 })).await.len(), 4);
    assert_eq!(
        deeds(&mut alice, json!({ "kind": "webhook_added", "user": 1 })).await.len(),
        7,
        "who did it too"
    );
    let days = json!({ "since": "2026-03-04", "until": "2026-03-06" });
    assert_eq!(deeds(&mut alice, days).await.len(), 4, "two days");
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let asked = json!({ "user": 1, "limit": 3, "before": before });
        let page = alice.form("/audit/list", asked).await.result().clone();
        seen.extend(page["deeds"].as_array().unwrap().iter().map(|deed| deed["id"].as_i64().unwrap()));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut before),
            None => break,
        }
    }
    let whole = deeds(&mut alice, json!({ "user": 1, "limit": 200 })).await;
    assert_eq!(seen, whole.iter().map(|deed| deed["id"].as_i64().unwrap()).collect::<Vec<_>>());
    assert_eq!(seen.len(), 15, "with alice's own beginning");
    assert!(seen.is_sorted_by(|one, other| one > other));
}

#[tokio::test]
async fn bad_questions_and_strangers_get_clear_answers() {
    let (portal, mut alice, mut bob) = stage().await;
    for (name, value) in [("kind", "danced"), ("since", "soon"), ("until", "x"), ("before", "7")] {
        let reply = alice.form("/audit/list", json!({ name: value })).await;
        assert_eq!((reply.error(), &reply.body["argument"]), ((400, "ERROR_ARGUMENT"), &json!(name)));
    }
    for odd in
        [json!({ "user": "x" }), json!({ "limit": -5 }), json!({ "kind": 7 }), json!({ "limit": 1e300 })]
    {
        assert_eq!(alice.form("/audit/list", odd.clone()).await.status, 200, "{odd}");
    }
    assert_eq!(bob.form("/audit/list", json!({})).await.error(), (400, "ERROR_CORE"));
    assert_eq!(portal.browser().form("/audit/list", json!({})).await.error(), (401, "session_failed"));
    let kinds = alice.form("/audit/list", json!({})).await.result()["kinds"].clone();
    assert!(kinds.as_array().unwrap().contains(&json!("webhook_revoked")));
}

#[tokio::test]
async fn deeds_are_forgotten_when_their_time_has_come() {
    let (portal, mut alice, _) = stage().await;
    alice.form("/setting/change", json!({ "name": "audit.keep_days", "value": 10 })).await;
    portal.clock.step(9 * 86_400);
    alice.form("/invitation", json!({ "user": 3 })).await;
    portal.messenger().sweep().await.unwrap();
    assert!(deeds(&mut alice, json!({})).await.len() > 2);
    portal.clock.step(86_400 + 1);
    portal.messenger().sweep().await.unwrap();
    let left = deeds(&mut alice, json!({})).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["kind"], "user_invited");
    let position = portal.messenger().position().await.unwrap();
    portal.messenger().sweep().await.unwrap();
    let after = portal.messenger().position().await.unwrap();
    assert!(after - position <= 2, "what is not old costs nothing: {position} to {after}");
    portal.assert_exact().await;
}

#[tokio::test]
async fn a_deed_and_what_was_done_are_there_together_or_not_at_all() {
    let (portal, mut alice, _) = stage().await;
    let before = deeds(&mut alice, json!({ "limit": 200 })).await.len();
    let failed = portal
        .messenger()
        .edit_user(None, UserId(2), |user| {
            user.first_name = "Robert".to_owned();
            Err(lately_messenger::Refusal::NameEmpty)
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(deeds(&mut alice, json!({ "limit": 200 })).await.len(), before);
    portal.damage("UPDATE audit SET user_id = 999 WHERE id = 1");
    let found = portal.messenger().check(|_, _| {}).await.unwrap();
    assert_eq!((found.len(), found[0].value), (1, "deeds of unknown users"));
}
