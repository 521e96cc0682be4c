//! Webhooks: who gets in, for how long, to which methods (core.md 10, behaviour.md H).

use std::fs;
use std::path::Path;

use lately::rest::registry::{self, Caller, Kind, Method, Param};
use lately_messenger::webhook::NewWebhook;
use lately_model::{Moment, Revision, Scopes, UserId, WebhookId};
use lately_testkit::{Client, Person, TestPortal};
use serde_json::{Map, Value, json};

const REFUSED: (u16, &str) = (401, "INVALID_CREDENTIALS");

/// A webhook of Bob's with everything about it said, and its number.
async fn webhook(portal: &TestPortal, secret: Option<&str>, expires_at: Option<i64>) -> (Client, WebhookId) {
    let new = NewWebhook {
        user: UserId(Person::Bob.id()),
        scopes: Scopes::all(),
        secret: secret.map(str::to_owned),
        revision: Revision::R33,
        expires_at: expires_at.map(Moment),
        title: "Build robot".to_owned(),
    };
    let (made, secret) = portal.messenger().add_webhook(new).await.expect("a webhook");
    let url = format!("{}/rest/{}/{secret}/", portal.origin(), Person::Bob.id());
    (Client::new(url, Person::Bob.id(), portal.http().clone()), made.id)
}

async fn is_refused(client: &Client) -> bool {
    let reply = client.call("im.recent.get", json!({})).await;
    reply.status != 200 && reply.error() == REFUSED
}

async fn is_served(client: &Client) -> bool {
    client.call("im.recent.get", json!({})).await.status == 200
}

/// What the method needs to be called at all, none of it pointing at anything.
fn needed(method: &Method) -> Value {
    let filler = |kind| match kind {
        Kind::Int => json!(4),
        Kind::Text => json!("x@example.com"),
        Kind::Flag => json!("Y"),
        Kind::Date => json!("2026-03-02T10:00:00+00:00"),
        Kind::Dialog => json!("chat4"),
        Kind::List => json!([4]),
        Kind::Object => json!({ "a": "b" }),
    };
    // An application says by itself which one it is.
    let needed = |param: &&Param| param.required || param.name == "CLIENT_ID";
    let required = method.params.iter().filter(needed);
    Value::Object(required.map(|param| (param.name.to_owned(), filler(param.kind))).collect::<Map<_, _>>())
}

#[tokio::test]
async fn every_method_needs_a_credential() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for method in registry::all() {
        let url = format!("{}/rest/{}", portal.origin(), method.name);
        for request in [portal.http().get(&url), portal.http().post(&url).json(&needed(method))] {
            assert_eq!(alice.send(request).await.error(), (401, "NO_AUTH_FOUND"), "{}", method.name);
        }
        let token = portal.http().post(&url).json(&json!({ "auth": "nobodys" }));
        assert_eq!(alice.send(token).await.error(), (401, "invalid_token"), "{}", method.name);
        let wrong = portal.http().get(format!("{}/rest/1/wrong/{}", portal.origin(), method.name));
        assert_eq!(alice.send(wrong).await.error(), REFUSED, "{}", method.name);
    }
}

#[tokio::test]
async fn every_method_needs_its_scope() {
    let portal = TestPortal::start().await;
    let nothing = portal.client_with(1, "", Revision::R33).await;
    let beside = portal.client_with(1, "placement", Revision::R33).await;
    for method in registry::all() {
        for client in [&nothing, &beside] {
            let reply = client.call(method.name, needed(method)).await;
            if method.scope == "basic" && method.caller == Caller::Application {
                assert_eq!(reply.error(), (403, "WRONG_AUTH_TYPE"), "{}", method.name);
            } else if method.scope == "basic" {
                assert_eq!(reply.status, 200, "{} {}", method.name, reply.text);
            } else {
                assert_eq!(reply.error(), (401, "insufficient_scope"), "{}", method.name);
            }
        }
    }
    assert_eq!(portal.messenger().find_users(|_| true).await.expect("users").len(), Person::ALL.len());
}

#[tokio::test]
async fn any_of_a_methods_scopes_is_enough() {
    let portal = TestPortal::start().await;
    for method in registry::all().filter(|method| method.scope != "basic") {
        for scope in method.scope.split('|') {
            let client = portal.client_with(1, scope, Revision::R33).await;
            let reply = client.call(method.name, json!({})).await;
            assert_ne!(reply.body["error"], "insufficient_scope", "{} with {scope}", method.name);
        }
    }
}

#[tokio::test]
async fn what_administrators_do_is_refused_to_everybody_else() {
    let portal = TestPortal::start().await;
    let methods: Vec<_> = registry::all().filter(|method| method.caller == Caller::Administrator).collect();
    assert!(!methods.is_empty());
    // What the methods are asked to change, since they ask for it by this number.
    portal
        .import(
            r#"{"type":"department","id":1,"name":"Company"}
{"type":"department","id":4,"name":"Four","parent":1}"#,
        )
        .await;
    let users = || async { portal.messenger().find_users(|_| true).await.expect("users") };
    let before = users().await;
    for person in [Person::Bob, Person::Erin, Person::Robot] {
        let client = portal.client(person).await;
        for method in &methods {
            let (status, code) = client.refused(method.name, needed(method)).await;
            assert!(
                matches!(
                    (status, code.as_str()),
                    (400, "ERROR_CORE" | "AccessException") | (403, "ACCESS_DENIED")
                ),
                "{} by {person:?}: {status} {code}",
                method.name
            );
        }
    }
    assert_eq!(users().await, before);
    let alice = portal.client(Person::Alice).await;
    for method in &methods {
        assert_eq!(alice.call(method.name, needed(method)).await.status, 200, "{}", method.name);
    }
}

#[tokio::test]
async fn what_only_applications_do_is_refused_to_webhooks() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    for method in registry::all().filter(|method| method.caller == Caller::Application) {
        let (status, code) = alice.refused(method.name, needed(method)).await;
        assert_eq!((status, code.as_str()), (403, "WRONG_AUTH_TYPE"), "{}", method.name);
    }
}

#[tokio::test]
async fn an_application_calls_what_it_may_and_nothing_that_is_for_others() {
    let portal = TestPortal::start().await;
    let by_all = portal.app("all").await;
    let by_none = portal.app("").await;
    let all = portal.app_client(&by_all, Person::Bob).await;
    let none = portal.app_client(&by_none, Person::Bob).await;
    for method in registry::all() {
        let reply = none.call(method.name, needed(method)).await;
        if method.scope == "basic" {
            assert_ne!(reply.status, 401, "{} {}", method.name, reply.text);
        } else {
            assert_eq!(reply.error(), (401, "insufficient_scope"), "{}", method.name);
        }
        let reply = all.call(method.name, json!({})).await;
        let refused = reply.body["error"] == "WRONG_AUTH_TYPE";
        assert_eq!(refused, method.caller == Caller::NoApplication, "{} {}", method.name, reply.text);
    }
}

#[tokio::test]
async fn only_the_right_secret_of_the_right_person_gets_in() {
    let portal = TestPortal::start().await;
    let (bob, _) = webhook(&portal, Some("Secret123"), None).await;
    assert!(is_served(&bob).await);
    for (user, secret) in [
        ("2", "Secret12"),
        ("2", "Secret1234"),
        ("2", "secret123"),
        ("2", "SECRET123"),
        ("2", "x"),
        ("1", "Secret123"),
        ("3", "Secret123"),
        ("99", "Secret123"),
        ("0", "Secret123"),
        ("-2", "Secret123"),
        ("2.0", "Secret123"),
        ("two", "Secret123"),
        ("%20", "Secret123"),
        ("2%00", "Secret123"),
        ("99999999999999999999999999", "Secret123"),
        ("2", "Secret123%00"),
        ("2", "%ff%fe"),
        ("2", "%F0%9F%94%91"),
        ("2", "' OR '1'='1"),
    ] {
        let stranger =
            Client::new(format!("{}/rest/{user}/{secret}/", portal.origin()), 2, portal.http().clone());
        assert!(is_refused(&stranger).await, "{user} {secret}");
    }
    let long =
        Client::new(format!("{}/rest/2/{}/", portal.origin(), "s".repeat(5000)), 2, portal.http().clone());
    assert!(is_refused(&long).await);
    assert!(is_served(&bob).await);
}

#[tokio::test]
async fn a_webhook_ends_at_its_moment() {
    let portal = TestPortal::start().await;
    let end = portal.clock.seconds() + 3600;
    let (bob, _) = webhook(&portal, None, Some(end)).await;
    let (lasting, _) = webhook(&portal, None, None).await;
    portal.clock.step(3599);
    assert!(is_served(&bob).await);
    portal.clock.step(1);
    assert!(is_refused(&bob).await);
    portal.clock.step(86_400);
    assert!(is_refused(&bob).await);
    assert!(is_served(&lasting).await);
}

#[tokio::test]
async fn a_removed_webhook_is_refused_at_once() {
    let portal = TestPortal::start().await;
    let (first, id) = webhook(&portal, None, None).await;
    let (second, _) = webhook(&portal, None, None).await;
    assert!(is_served(&first).await && is_served(&second).await);
    assert!(portal.messenger().remove_webhook(id).await.expect("it is removed"));
    assert!(is_refused(&first).await);
    assert!(is_served(&second).await);
    assert!(!portal.messenger().remove_webhook(id).await.expect("there is none"));
}

#[tokio::test]
async fn a_new_webhook_is_served_at_once() {
    let portal = TestPortal::start().await;
    let stranger = Client::new(format!("{}/rest/2/Later1/", portal.origin()), 2, portal.http().clone());
    let (known, _) = webhook(&portal, None, None).await;
    assert!(is_served(&known).await && is_refused(&stranger).await);
    let (made, _) = webhook(&portal, Some("Later1"), None).await;
    assert_eq!(made.url, stranger.url);
    assert!(is_served(&stranger).await);
}

#[tokio::test]
async fn a_dismissed_person_is_refused_at_once() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let bob = portal.client(Person::Bob).await;
    assert!(is_served(&bob).await);
    alice.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    assert!(is_refused(&bob).await);
    assert_eq!(
        bob.call("server.time", json!({})).await.error(),
        REFUSED,
        "what needs no scope is refused too"
    );
    alice.ok("user.update", json!({ "ID": 2, "ACTIVE": "Y" })).await;
    assert!(is_served(&bob).await);
    let dismiss = |user: &mut lately_model::User| {
        user.active = false;
        Ok(())
    };
    portal.messenger().edit_user(None, UserId(2), dismiss).await.expect("Bob is dismissed");
    assert!(is_refused(&bob).await);
    assert!(is_served(&alice).await);
}

#[tokio::test]
async fn somebody_dismissed_by_an_import_is_refused_at_once() {
    let portal = TestPortal::start().await;
    let bob = portal.client(Person::Bob).await;
    assert!(is_served(&bob).await);
    portal.import("{\"type\":\"user\",\"id\":2,\"first_name\":\"Bob\",\"active\":false}\n").await;
    assert!(is_refused(&bob).await);
}

#[tokio::test]
async fn each_webhook_has_its_own_page() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    alice.say(2, "hello").await;
    let seed = portal.seed_client(Person::Bob).await;
    let today = portal.client(Person::Bob).await;
    for _ in 0..2 {
        assert_eq!(seed.recent(json!({})).await[0]["counter"], "1");
        assert_eq!(today.recent(json!({})).await[0]["counter"], 1);
        assert_eq!(seed.ok("im.revision.get", json!({})).await["rest"], 29);
        assert_eq!(today.ok("im.revision.get", json!({})).await["rest"], 33);
    }
}

#[tokio::test]
async fn two_webhooks_of_one_person_have_scopes_of_their_own() {
    let portal = TestPortal::start().await;
    let chats = portal.client_with(2, "im", Revision::R33).await;
    let people = portal.client_with(2, "user", Revision::R33).await;
    for _ in 0..2 {
        assert_eq!(chats.ok("scope", json!({})).await, json!(["im"]));
        assert_eq!(people.ok("scope", json!({})).await, json!(["user"]));
        assert!(is_served(&chats).await);
        assert_eq!(chats.call("user.get", json!({})).await.error(), (401, "insufficient_scope"));
        assert!(people.ok("user.get", json!({})).await.is_array());
        assert_eq!(people.call("im.recent.get", json!({})).await.error(), (401, "insufficient_scope"));
    }
    let listed = chats.ok("methods", json!({})).await;
    let listed: Vec<_> = listed.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(listed.contains(&"im.recent.get") && listed.contains(&"batch") && !listed.contains(&"user.get"));
    let existing = json!({ "isExisting": true, "isAvailable": false });
    assert_eq!(chats.ok("method.get", json!({ "name": "USER.GET" })).await, existing);
}

#[tokio::test]
async fn one_secret_may_belong_to_two_people() {
    let portal = TestPortal::start().await;
    let (bob, _) = webhook(&portal, Some("shared7"), None).await;
    let new = NewWebhook {
        user: UserId(3),
        scopes: Scopes::parse("im").expect("a scope"),
        secret: Some("shared7".to_owned()),
        revision: Revision::R29,
        expires_at: None,
        title: String::new(),
    };
    portal.messenger().add_webhook(new).await.expect("a webhook");
    let carol = Client::new(format!("{}/rest/3/shared7/", portal.origin()), 3, portal.http().clone());
    assert_eq!(bob.ok("im.user.get", json!({})).await["id"], 2);
    assert_eq!(carol.ok("im.user.get", json!({})).await["id"], 3);
}

/// Every file below a folder with what is in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
    found
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret.as_bytes()))
}

#[tokio::test]
async fn secrets_are_nowhere_in_the_data() {
    const GIVEN: &str = "GivenSecretOfTheBuildRobot42";
    let portal = TestPortal::start().await;
    let (given, _) = webhook(&portal, Some(GIVEN), None).await;
    let (made, id) = webhook(&portal, None, None).await;
    let generated = made.url.rsplit('/').nth(1).expect("a secret").to_owned();
    let messenger = portal.messenger();
    messenger.lend_password("PasswordOfEverybody".to_owned()).await.expect("passwords");
    let session =
        messenger.sign_in("bob@example.com", "PasswordOfEverybody".to_owned()).await.expect("a session");
    let (_, code) = messenger.invite_person(None, lately_model::UserId(3)).await.expect("an invitation");
    let app = portal.app("im").await;
    let tokens = messenger.lend_tokens(lately_model::AppId(app.id), UserId(3), false).await.expect("tokens");
    let (_, grant) = messenger.authorize_app(UserId(3), &app.client_id).await.expect("a code");
    let by_token = portal.token_client(&tokens.access, Person::Carol);
    assert!(is_served(&by_token).await);
    let secrets = [
        GIVEN,
        &generated,
        "PasswordOfEverybody",
        &session.secret,
        &code,
        &app.secret,
        &tokens.access,
        &tokens.refresh,
        &grant,
    ];
    let tells = |bytes: &[u8]| secrets.iter().any(|secret| holds(bytes, secret));
    assert!(is_served(&given).await && is_served(&made).await);
    given.say(3, "hello").await;
    portal.messenger().remove_webhook(id).await.expect("it is removed");
    let webhooks = portal.messenger().webhooks(None).await.expect("webhooks");
    assert!(webhooks.iter().all(|webhook| webhook.secret_hash.len() == 64));

    for (name, bytes) in files(portal.data()) {
        assert!(!tells(&bytes), "{name} while running");
    }
    let data = portal.stop().await;
    let kept = files(data.path());
    assert!(kept.iter().any(|(_, bytes)| holds(bytes, "Build robot")), "the search finds what is kept");
    for (name, bytes) in kept {
        assert!(!tells(&bytes), "{name}");
    }
}
