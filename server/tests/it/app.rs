//! Applications: who gets in by their tokens, as whom, and for how long (core.md 6, 11).

mod command_line;
mod moving;
mod push;

use lately_model::{AppId, UserId};
use lately_testkit::{Client, Person, TestPortal};
use serde_json::{Value, json};

use crate::stage::{Stage, assert_shape};

const UNKNOWN: (u16, &str) = (401, "invalid_token");
const EXPIRED: (u16, &str) = (401, "expired_token");

async fn is_served(client: &Client) -> bool {
    client.call("im.recent.get", json!({})).await.status == 200
}

async fn refusal(client: &Client) -> (u16, String) {
    client.refused("im.recent.get", json!({})).await
}

#[tokio::test]
async fn a_token_is_taken_wherever_clients_put_it_and_acts_as_its_user() {
    let portal = TestPortal::start().await;
    let app = portal.app("im,user").await;
    let lent = portal.messenger().lend_tokens(AppId(app.id), UserId(2), false).await.expect("tokens");
    let (token, bare) = (lent.access.as_str(), portal.token_client("", Person::Bob));
    for request in [
        bare.get(&format!("user.current?auth={token}")),
        bare.get(&format!("/user.current.json?access_token={token}")),
        bare.post("user.current").form(&[("auth", token)]),
        bare.post("user.current").json(&json!({ "auth": token })),
        bare.post("user.current/").json(&json!([])).query(&[("auth", token)]),
        bare.post("user.current").bearer_auth(token),
        bare.post("user.current").header("authorization", token),
    ] {
        assert_eq!(bare.send(request).await.result()["ID"], "2");
    }
    let bob = portal.token_client(token, Person::Bob);
    bob.say(3, "as bob").await;
    let carol = portal.client(Person::Carol).await;
    assert_eq!(carol.row(2).await.expect("a row")["message"]["text"], "as bob");
    let cmd = json!({ "me": "user.current", "far": "department.get", "note": "im.message.add?DIALOG_ID=3&MESSAGE=x" });
    let batch = bob.ok("batch", json!({ "cmd": cmd })).await;
    assert_eq!(batch["result"]["me"]["ID"], "2");
    assert_eq!(batch["result_error"]["far"]["error"], "insufficient_scope");
    assert_eq!(bob.ok("scope", json!({})).await, json!(["im", "user"]));
    assert_eq!(bob.refused("crm.lead.list", json!({})).await, (401, "insufficient_scope".to_owned()));
    portal.assert_exact().await;
}

#[tokio::test]
async fn a_token_ends_after_an_hour_and_says_so_from_then_on() {
    let portal = TestPortal::start().await;
    let app = portal.app("im").await;
    let bob = portal.app_client(&app, Person::Bob).await;
    portal.clock.step(3599);
    assert!(is_served(&bob).await);
    portal.clock.step(1);
    assert_eq!(refusal(&bob).await, (EXPIRED.0, EXPIRED.1.to_owned()));
    let text = bob.call("server.time", json!({})).await.body["error_description"].clone();
    assert_eq!(text, "The access token provided has expired.");
    portal.clock.step(100 * 86_400);
    assert_eq!(refusal(&bob).await, (EXPIRED.0, EXPIRED.1.to_owned()));
    let ended = portal.messenger().lend_tokens(AppId(app.id), UserId(2), true).await.expect("tokens");
    assert_eq!(refusal(&portal.token_client(&ended.access, Person::Bob)).await.1, EXPIRED.1);
}

#[tokio::test]
async fn what_is_no_access_token_lets_nobody_in() {
    let portal = TestPortal::start().await;
    let app = portal.app("im").await;
    let lent = portal.messenger().lend_tokens(AppId(app.id), UserId(2), false).await.expect("tokens");
    let (_, code) = portal.messenger().authorize_app(UserId(2), &app.client_id).await.expect("a code");
    let upper = lent.access.to_uppercase();
    let long = "x".repeat(5000);
    for token in [
        "nobodys",
        &lent.refresh,
        &code,
        &app.secret,
        &app.client_id,
        &app.application_token,
        &upper,
        &long,
        "' OR '1'='1",
        "%F0%9F%94%91",
        "0",
    ] {
        let stranger = portal.token_client("", Person::Bob);
        let request = stranger.post("im.recent.get").json(&json!({ "auth": token }));
        assert_eq!(stranger.send(request).await.error(), UNKNOWN, "{token}");
    }
    let nobody = portal.token_client("", Person::Bob);
    for auth in [Value::Null, json!(""), json!([lent.access]), json!({ "a": lent.access })] {
        let reply = nobody.call("im.recent.get", json!({ "auth": auth })).await;
        assert_eq!(reply.error(), (401, "NO_AUTH_FOUND"), "{auth}");
    }
    assert!(is_served(&portal.token_client(&lent.access, Person::Bob)).await, "and nothing was lost");
}

#[tokio::test]
async fn a_dismissed_user_and_a_removed_application_are_refused_at_once() {
    let portal = TestPortal::start().await;
    let (alice, app) = (portal.client(Person::Alice).await, portal.app("im").await);
    let other = portal.app("im").await;
    let bob = portal.app_client(&app, Person::Bob).await;
    let carol = portal.app_client(&app, Person::Carol).await;
    let elsewhere = portal.app_client(&other, Person::Carol).await;
    assert!(is_served(&bob).await && is_served(&carol).await && is_served(&elsewhere).await);
    alice.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    assert_eq!(refusal(&bob).await, (401, "authorization_error".to_owned()));
    assert!(is_served(&carol).await);
    alice.ok("user.update", json!({ "ID": 2, "ACTIVE": "Y" })).await;
    assert!(is_served(&bob).await);
    assert!(portal.messenger().remove_app(None, AppId(app.id), false).await.expect("it is removed"));
    for client in [&bob, &carol] {
        assert_eq!(refusal(client).await, (UNKNOWN.0, UNKNOWN.1.to_owned()));
    }
    assert!(is_served(&elsewhere).await);
    assert!(!portal.messenger().remove_app(None, AppId(app.id), false).await.expect("there is none"));
    let next = portal.app("im").await;
    assert!(next.id > other.id, "no number is given twice");
    portal.assert_exact().await;
}

#[tokio::test]
async fn before_it_is_installed_only_administrators_use_an_application() {
    let portal = TestPortal::start().await;
    let app = portal.app_with("im", |new| new.installed = false).await;
    let alice = portal.app_client(&app, Person::Alice).await;
    let bob = portal.app_client(&app, Person::Bob).await;
    assert_eq!(alice.ok("app.info", json!({})).await["INSTALLED"], false);
    assert_eq!(refusal(&bob).await, (401, "NOT_INSTALLED".to_owned()));
    for _ in 0..2 {
        assert!(portal.messenger().install_app(None, AppId(app.id)).await.expect("it is installed"));
    }
    assert_eq!(alice.ok("app.info", json!({})).await["INSTALLED"], true);
    assert!(is_served(&bob).await);
    assert!(!portal.messenger().install_app(None, AppId(99)).await.expect("there is none"));
}

#[tokio::test]
async fn app_info_tells_an_application_of_itself_and_a_webhook_of_its_scopes() {
    let portal = TestPortal::start().await;
    let app = portal.app("im").await;
    let bob = portal.app_client(&app, Person::Bob).await;
    let info = bob.ok("app.info", json!({})).await;
    assert_eq!(
        info,
        json!({
            "ID": app.id, "CODE": app.client_id, "VERSION": 1, "STATUS": "L", "INSTALLED": true,
            "PAYMENT_EXPIRED": "N", "DAYS": null, "LANGUAGE_ID": "en", "LICENSE": "self_hosted",
            "LICENSE_TYPE": "self_hosted", "LICENSE_FAMILY": "self_hosted",
        })
    );
    let hook = portal.client(Person::Bob).await.ok("app.info", json!({})).await;
    assert_shape(&hook, &json!({ "SCOPE": ["im"], "LICENSE": "self_hosted" }));
}

#[tokio::test]
async fn options_and_tags_are_the_applications_own_whatever_it_says() {
    let portal = TestPortal::start().await;
    let (app, other) = (portal.app("im").await, portal.app("im").await);
    let alice = portal.app_client(&app, Person::Alice).await;
    let bob = portal.app_client(&app, Person::Bob).await;
    let stranger = portal.app_client(&other, Person::Bob).await;
    assert_eq!(alice.ok("app.option.set", json!({ "options": { "a": 1 } })).await, true);
    assert_eq!(bob.ok("app.option.get", json!({ "option": "a" })).await, 1);
    assert_eq!(bob.ok("app.option.get", json!({ "option": "b" })).await, Value::Null);
    assert_eq!(
        bob.refused("app.option.set", json!({ "options": { "a": 2 } })).await,
        (400, "AccessException".to_owned())
    );
    assert_eq!(bob.ok("user.option.set", json!({ "options": { "mine": [1] } })).await, true);
    assert_eq!(bob.ok("user.option.get", json!({})).await, json!({ "mine": [1] }));
    assert_eq!(alice.ok("user.option.get", json!({})).await, json!([]));
    assert_eq!(
        bob.refused("user.option.set", json!({ "options": {} })).await,
        (400, "ArgumentNullException".to_owned())
    );
    let spying = json!({ "CLIENT_ID": app.client_id });
    assert_eq!(stranger.ok("app.option.get", spying).await, json!([]));
    let hook = portal.client(Person::Bob).await;
    assert_eq!(hook.ok("app.option.get", json!({ "CLIENT_ID": app.client_id })).await, json!({ "a": 1 }));

    let tag = json!({ "USER_ID": 3, "MESSAGE": "Deal", "TAG": "D" });
    bob.ok("im.notify.system.add", tag.clone()).await;
    assert_eq!(
        stranger.ok("im.notify.delete", json!({ "TAG": "D" })).await,
        false,
        "another application's tag"
    );
    bob.ok("im.notify.system.add", tag).await;
    let carol = portal.client(Person::Carol).await;
    assert_eq!(carol.ok("im.counters.get", json!({})).await["TYPE"]["NOTIFY"], 1);
    portal.messenger().remove_app(None, AppId(app.id), true).await.expect("it is removed");
    assert_eq!(hook.ok("app.option.get", json!({ "CLIENT_ID": app.client_id })).await, json!([]));
    portal.assert_exact().await;
}

#[tokio::test]
async fn each_application_of_a_person_turns_the_pages_of_the_long_list_by_itself() {
    let stage = Stage::set().await;
    stage.import_rows(3).await;
    let (app, other) = (stage.portal.app("im").await, stage.portal.app("im").await);
    let one = stage.portal.app_client(&app, Person::Bob).await;
    let two = stage.portal.app_client(&other, Person::Bob).await;
    let page = async |client: &Client, offset: i64| {
        let list = client.ok("im.recent.list", json!({ "LIMIT": 1, "OFFSET": offset })).await;
        list["items"][0]["id"].clone()
    };
    assert_eq!(page(&one, 0).await, "chat103");
    stage.alice.say("chat101", "now the newest").await;
    assert_eq!(page(&two, 0).await, "chat101");
    assert_eq!((page(&one, 1).await, page(&two, 1).await), (json!("chat102"), json!("chat103")));
}

#[tokio::test]
async fn only_the_last_thousand_tokens_of_a_user_are_kept() {
    let portal = TestPortal::start().await;
    let app = portal.app("im").await;
    let first = portal.app_client(&app, Person::Bob).await;
    let second = portal.app_client(&app, Person::Bob).await;
    let carol = portal.app_client(&app, Person::Carol).await;
    for _ in 0..999 {
        portal.messenger().lend_tokens(AppId(app.id), UserId(2), false).await.expect("tokens");
    }
    assert_eq!(refusal(&first).await.1, UNKNOWN.1);
    assert!(is_served(&second).await && is_served(&carol).await);
}

#[tokio::test]
async fn an_event_carries_a_token_that_lets_the_application_in() {
    let portal = TestPortal::start().await;
    let app = portal.app("im").await;
    let pending = portal.app_with("im", |new| new.installed = false).await;
    let lent = async |app: i64, user: i64| {
        let lent = portal.messenger().tokens_for(AppId(app), UserId(user), false).await.expect("no fault");
        lent.map(|lent| (lent.access, lent.ends))
    };
    let (token, ends) = lent(app.id, 2).await.expect("a token");
    assert!(is_served(&portal.token_client(&token, Person::Bob)).await);
    portal.clock.step(1799);
    assert_eq!(lent(app.id, 2).await, Some((token.clone(), ends)), "the same for half an hour");
    portal.clock.step(1);
    let (later, _) = lent(app.id, 2).await.expect("a token");
    assert_ne!(later, token);
    assert_eq!(lent(pending.id, 2).await, None);
    assert!(lent(pending.id, 1).await.is_some());
    assert_eq!(lent(99, 2).await, None);
    assert_eq!(lent(app.id, 99).await, None);
    portal.client(Person::Alice).await.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    assert_eq!(lent(app.id, 2).await, None);
}
