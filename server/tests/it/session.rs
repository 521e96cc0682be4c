//! Signing in with login and password, what the session may do, and how it ends.

mod password;

use lately_model::UserId;
use lately_testkit::{Browser, Person, TestPortal};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";
const FAILED: (u16, &str) = (401, "session_failed");
const WRONG: (u16, &str) = (401, "SIGN_IN_WRONG");

/// A portal where everybody who may has a login, their e-mail address, and the same password.
async fn portal() -> TestPortal {
    let portal = TestPortal::start().await;
    portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
    portal
}

async fn signed_in(portal: &TestPortal, login: &str) -> Browser {
    let mut browser = portal.browser();
    browser.sign_in(login, PASSWORD).await;
    browser
}

#[tokio::test]
async fn whoever_signs_in_acts_as_themselves_until_they_sign_out() {
    let portal = portal().await;
    let mut bob = portal.browser();
    assert_eq!(bob.who().await, json!({ "user_id": null, "first_run": false }));
    let reply = bob.form("/session", json!({ "login": " Bob@Example.com", "password": PASSWORD })).await;
    assert_eq!(
        reply.body,
        json!({ "result": { "user_id": 2, "sessid": bob.sessid, "base_url": "https://portal.lately.test" } })
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let cookie = reply.header("set-cookie").expect("a cookie");
    for part in ["lately_session_", "=2.", "; Path=/", "; Max-Age=2592000", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "over plain HTTP: {cookie}");
    assert!(
        !reply.text.contains(bob.cookie.split_once("=2.").expect("a secret").1),
        "no script gets the secret"
    );

    assert_eq!(
        bob.who().await,
        json!({ "user_id": 2, "sessid": bob.sessid, "base_url": "https://portal.lately.test" })
    );
    let me = bob.ok("user.current", json!({})).await;
    assert_eq!((&me["ID"], &me["LAST_LOGIN"]), (&json!("2"), &json!("2026-03-02T10:00:00+00:00")));
    bob.ok("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": "from a browser" })).await;
    let rows = bob.ok("im.recent.get", json!({})).await;
    assert_eq!(rows[0]["id"], 3, "today's shape: numbers");

    assert_eq!(bob.call("scope", json!({ "full": true })).await.status, 200);
    let kept = bob.clone();
    let reply = bob.form("/session/end", json!({})).await;
    assert_eq!(reply.result(), true);
    assert!(reply.header("set-cookie").expect("a cookie").contains("=; Path=/; Max-Age=0"));
    assert_eq!(kept.call("user.current", json!({})).await.error(), FAILED);
    assert_eq!(kept.who().await["user_id"], Value::Null);
    portal.assert_exact().await;
}

#[tokio::test]
async fn a_session_counts_only_with_its_own_token() {
    let portal = portal().await;
    let (bob, carol) =
        (signed_in(&portal, "bob@example.com").await, signed_in(&portal, "carol@example.com").await);
    for sessid in ["", "0123456789abcdef0123456789abcdef", &carol.sessid] {
        let stranger = Browser { sessid: sessid.to_owned(), ..bob.clone() };
        assert_eq!(stranger.call("user.current", json!({})).await.error(), FAILED, "{sessid}");
        for form in ["/session/end", "/session/password", "/invitation", "/webhook/list"] {
            assert_eq!(stranger.clone().form(form, json!({})).await.error(), FAILED, "{form} {sessid}");
        }
    }
    // In the query, in a form, in JSON, as in the header.
    let bare = Browser { sessid: String::new(), ..bob.clone() };
    let sessid = bob.sessid.as_str();
    let reply = bare.call(&format!("user.current?sessid={sessid}"), json!({})).await;
    assert_eq!(reply.result()["ID"], "2");
    assert_eq!(bare.ok("user.current", json!({ "sessid": sessid })).await["ID"], "2");
    // A cookie that is not one, and a secret of somebody else.
    let name = bob.cookie.split_once('=').expect("a cookie").0.to_owned();
    let secret = carol.cookie.split_once("=3.").expect("a cookie").1;
    for value in ["", "2", "2.", "x.y", "0.a", &format!("2.{secret}"), &"9".repeat(5000)] {
        let odd = Browser { cookie: format!("{name}={value}"), ..bob.clone() };
        assert_eq!(odd.call("user.current", json!({})).await.error(), FAILED, "{value}");
        assert_eq!(odd.who().await["user_id"], Value::Null);
    }
    // A secret in the path and a token go before the cookie.
    let alice = portal.client(Person::Alice).await;
    let request = alice.post("user.current").header("cookie", &bob.cookie);
    assert_eq!(alice.send(request).await.result()["ID"], "1");
    assert_eq!(bob.call("user.current", json!({ "auth": "nobodys" })).await.error(), (401, "invalid_token"));
    assert_eq!(bob.ok("user.current", json!({})).await["ID"], "2", "and nothing was lost");
}

#[tokio::test]
async fn a_wrong_login_and_a_wrong_password_look_the_same() {
    let portal = portal().await;
    let mut browser = portal.browser();
    let long = "x".repeat(300);
    for (login, password) in [
        ("bob@example.com", "wrong horse"),
        ("bob@example.com", "Correct horse"),
        ("bob@example.com", ""),
        ("bob@example.com", &long),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("robot@example.com", PASSWORD),
    ] {
        let reply = browser.form("/session", json!({ "login": login, "password": password })).await;
        assert_eq!(reply.error(), WRONG, "{login} {password}");
        assert_eq!(reply.header("set-cookie"), None);
        assert_eq!(reply.body["error_description"], "Wrong login or password");
    }
    let mut bob = signed_in(&portal, "bob@example.com").await;
    portal
        .messenger()
        .edit_user(None, UserId(2), |user| {
            user.active = false;
            Ok(())
        })
        .await
        .expect("dismissed");
    assert_eq!(bob.call("user.current", json!({})).await.error(), FAILED, "dismissed, and out at once");
    assert_eq!(
        bob.form("/session", json!({ "login": "bob@example.com", "password": PASSWORD })).await.error(),
        WRONG
    );
}

#[tokio::test]
async fn passwords_cannot_be_guessed_one_after_the_other() {
    let portal = portal().await;
    let mut guesser = portal.browser();
    let guess = async |browser: &mut Browser, login: &str, password: &str| {
        browser.form("/session", json!({ "login": login, "password": password })).await.status
    };
    for _ in 0..10 {
        assert_eq!(guess(&mut guesser, "bob@example.com", "guess").await, 401);
    }
    let reply = guesser.form("/session", json!({ "login": "BOB@example.com", "password": PASSWORD })).await;
    assert_eq!(reply.error(), (429, "TOO_MANY_ATTEMPTS"));
    assert_eq!(guess(&mut guesser, "carol@example.com", PASSWORD).await, 200, "others are not held up");
    portal.clock.step(15 * 60);
    assert_eq!(guess(&mut guesser, "bob@example.com", PASSWORD).await, 200);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_that_person_only() {
    let portal = portal().await;
    let mut here = signed_in(&portal, "bob@example.com").await;
    let there = signed_in(&portal, "bob@example.com").await;
    let carol = signed_in(&portal, "carol@example.com").await;
    assert_ne!(here.cookie, there.cookie);
    let mut third = signed_in(&portal, "bob@example.com").await;
    assert_eq!(third.form("/session/end", json!({ "everywhere": false })).await.result(), true);
    assert_eq!(here.ok("user.current", json!({})).await["ID"], "2");
    assert_eq!(here.form("/session/end", json!({ "everywhere": true })).await.result(), true);
    assert_eq!(there.call("user.current", json!({})).await.error(), FAILED);
    assert_eq!(carol.ok("user.current", json!({})).await["ID"], "3");
}

#[tokio::test]
async fn whoever_signs_out_hears_of_nothing_any_more() {
    let portal = portal().await;
    let mut bob = signed_in(&portal, "bob@example.com").await;
    let there = signed_in(&portal, "bob@example.com").await;
    let listen = async |browser: &Browser| {
        let config = browser.ok("pull.config.get", json!({})).await;
        let token = config["jwt"].as_str().expect("a token").to_owned();
        let mut ear = portal.ear_at(&format!("token={token}&jsonRpc=true&revision=19")).await;
        ear.first_ping().await;
        (ear, token)
    };
    let ((mut ear, token), (mut kept, _)) = (listen(&bob).await, listen(&there).await);
    let alice = portal.client(Person::Alice).await;
    alice.say(2, "hello").await;
    assert_eq!(ear.heard("message").await["message"]["text"], "hello");
    assert_eq!(kept.heard("message").await["counter"], 1);
    bob.form("/session/end", json!({})).await;
    assert_eq!(ear.closed().await, 4010);
    let mut again = portal.ear_at(&format!("token={token}&jsonRpc=true&revision=19")).await;
    assert_eq!(again.closed().await, 4010, "its token is worth nothing any more");
    alice.say(2, "still there?").await;
    assert_eq!(kept.heard("message").await["message"]["text"], "still there?");
}

#[tokio::test]
async fn a_session_ends_by_itself_after_thirty_days_and_the_oldest_of_too_many_ends() {
    let portal = portal().await;
    let first = signed_in(&portal, "bob@example.com").await;
    portal.clock.step(30 * 86_400 - 1);
    assert_eq!(first.call("user.current", json!({})).await.status, 200);
    portal.clock.step(1);
    assert_eq!(first.call("user.current", json!({})).await.error(), FAILED);
    let oldest = portal.messenger().sign_in_as(UserId(3)).await.expect("a session");
    let known = |secret: String| async move { secret };
    let mut secrets = vec![known(oldest.secret).await];
    for _ in 0..50 {
        secrets.push(portal.messenger().sign_in_as(UserId(3)).await.expect("a session").secret);
    }
    let mut good = Vec::new();
    for secret in &secrets {
        let found = portal.messenger().recognise_session(UserId(3), secret).await.expect("an answer");
        good.push(found.is_some());
    }
    assert_eq!((good[0], good[1..].iter().all(|good| *good)), (false, true));
}

#[tokio::test]
async fn what_is_no_form_is_refused_and_loses_nothing() {
    let portal = portal().await;
    let bob = signed_in(&portal, "bob@example.com").await;
    let alice = portal.client(Person::Alice).await;
    let post = |path: &str| portal.http().post(format!("{}{path}", portal.origin()));
    for path in [
        "/session",
        "/session/first",
        "/session/end",
        "/session/password",
        "/invitation",
        "/invitation/look",
        "/invitation/accept",
        "/webhook/list",
        "/webhook/add",
        "/webhook/remove",
        "/app/list",
        "/app/add",
        "/app/remove",
        "/person/list",
        "/person/role",
        "/person/sign-out",
        "/invitation/may",
        "/invitation/new",
        "/setting/list",
        "/setting/change",
        "/audit/list",
        "/health",
        "/health/check",
    ] {
        let form = post(path).form(&[("login", "bob@example.com"), ("password", PASSWORD)]);
        assert_eq!(
            alice.send(form).await.error(),
            (400, "INVALID_REQUEST"),
            "{path}: as any page can send it"
        );
        for body in ["", "{", "[]", "1", "\u{0}", &"[".repeat(10_000)] {
            let odd = post(path).header("content-type", "application/json").body(body.to_owned());
            assert_eq!(alice.send(odd).await.error(), (400, "INVALID_REQUEST"), "{path} {body}");
        }
        let huge = post(path).json(&json!({ "login": "x".repeat(17 * 1024) }));
        assert_eq!(alice.send(huge).await.error(), (413, "INVALID_REQUEST"), "{path}");
        let types =
            post(path).json(&json!({ "login": [1], "password": {}, "code": 7, "user": "x", "id": null }));
        assert!((400..=401).contains(&alice.send(types).await.status), "{path}");
    }
    assert_eq!(bob.ok("user.current", json!({})).await["ID"], "2");
}

#[tokio::test]
async fn no_password_is_taken_over_plain_http_where_https_is_required() {
    let portal = TestPortal::with(|config| config.rest.require_https = true).await;
    portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
    let mut bob = portal.browser();
    let reply = bob.form("/session", json!({ "login": "bob@example.com", "password": PASSWORD })).await;
    assert_eq!((reply.error(), reply.header("set-cookie")), ((400, "INVALID_REQUEST"), None));
    assert_eq!(bob.form("/webhook/list", json!({})).await.body["error_description"], "Https required.");
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_are_good_at_every_server() {
    let portal = TestPortal::with(|config| {
        config.database = Some(lately_testkit::database::server_address(&config.data));
    })
    .await;
    portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
    let mut bob = signed_in(&portal, "bob@example.com").await;
    let beside = portal.neighbour(|_| {}).await;
    let there = bob.at(beside.origin());
    assert_eq!(there.ok("user.current", json!({})).await["ID"], "2", "the neighbour never saw them sign in");
    bob.form("/session/end", json!({})).await;
    beside.messenger().catch_up().await.expect("news");
    assert_eq!(there.call("user.current", json!({})).await.error(), FAILED);
}
