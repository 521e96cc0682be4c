//! Invitations: somebody new chooses a login and a password, and a new portal gets its first administrator.

use lately_model::{User, UserId};
use lately_testkit::{Browser, TestPortal};
use serde_json::{Value, json};

use crate::process::{self, Process, colleagues};

const PASSWORD: &str = "correct horse";
const UNKNOWN: (u16, &str) = (400, "INVITATION_UNKNOWN");

async fn stage() -> (TestPortal, Browser, Browser) {
    let portal = TestPortal::start().await;
    portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
    let (mut alice, mut bob) = (portal.browser(), portal.browser());
    alice.sign_in("alice@example.com", PASSWORD).await;
    bob.sign_in("bob@example.com", PASSWORD).await;
    (portal, alice, bob)
}

/// Invites somebody and answers the code in the link.
async fn code(administrator: &mut Browser, user: i64) -> String {
    let made = administrator.form("/invitation", json!({ "user": user })).await.result().clone();
    assert_eq!(made["expires_at"], "2026-03-09T10:00:00+00:00");
    let link = made["link"].as_str().expect("a link");
    link.strip_prefix("https://portal.lately.test/#/invitation/")
        .expect("the portal's own address")
        .to_owned()
}

#[tokio::test]
async fn somebody_new_chooses_a_login_and_a_password_once() {
    let (portal, mut alice, _) = stage().await;
    let zoe = alice.ok(
        "user.add",
        json!({ "NAME": "Zoë", "LAST_NAME": "Zen", "EMAIL": "Zoe@example.com", "UF_DEPARTMENT": [1] }),
    );
    let zoe = zoe.await.as_i64().expect("a number");
    let code = code(&mut alice, zoe).await;
    let mut new = portal.browser();
    let look = new.form("/invitation/look", json!({ "code": code })).await;
    assert_eq!(look.result(), &json!({ "name": "Zoë Zen", "login": "zoe@example.com" }));
    let accept = |login: &str, password: &str| json!({ "code": code, "login": login, "password": password });
    for (login, password, error) in [
        ("", PASSWORD, "LOGIN_ERROR"),
        ("zoe zen", PASSWORD, "LOGIN_ERROR"),
        ("bob@EXAMPLE.com", PASSWORD, "LOGIN_TAKEN"),
        ("zoe", "short", "PASSWORD_SHORT"),
    ] {
        assert_eq!(new.form("/invitation/accept", accept(login, password)).await.error(), (400, error));
    }
    assert_eq!(new.who().await["user_id"], Value::Null);
    let reply = new.form("/invitation/accept", accept("Zoe", PASSWORD)).await;
    assert_eq!(reply.result()["user_id"], zoe);
    assert_eq!(new.ok("user.current", json!({})).await["NAME"], "Zoë");
    for form in ["/invitation/look", "/invitation/accept"] {
        assert_eq!(portal.browser().form(form, accept("zoe", PASSWORD)).await.error(), UNKNOWN, "used");
    }
    portal.browser().sign_in("zoe", PASSWORD).await;
}

#[tokio::test]
async fn an_invitation_of_somebody_with_a_password_gives_them_another_and_ends_their_sessions() {
    let (portal, mut alice, bob) = stage().await;
    let code = code(&mut alice, 2).await;
    let mut new = portal.browser();
    let fields = json!({ "code": code, "login": "bob@example.com", "password": "battery staple" });
    assert_eq!(new.form("/invitation/accept", fields).await.status, 200);
    assert_eq!(bob.call("user.current", json!({})).await.error(), (401, "session_failed"));
    assert_eq!(new.ok("user.current", json!({})).await["ID"], "2");
}

#[tokio::test]
async fn an_invitation_is_good_for_seven_days_and_while_its_person_is() {
    let (portal, mut alice, _) = stage().await;
    let (first, second) = (code(&mut alice, 3).await, code(&mut alice, 4).await);
    let look = async |code: &str| portal.browser().form("/invitation/look", json!({ "code": code })).await;
    portal
        .messenger()
        .edit_user(None, UserId(3), |user| {
            user.active = false;
            Ok(())
        })
        .await
        .expect("dismissed");
    assert_eq!(look(&first).await.error(), UNKNOWN);
    portal.clock.step(7 * 86_400 - 1);
    assert_eq!(look(&second).await.status, 200);
    portal.clock.step(1);
    assert_eq!(look(&second).await.error(), UNKNOWN);
    for odd in ["", "guess", &"x".repeat(5000)] {
        assert_eq!(look(odd).await.error(), UNKNOWN, "{odd}");
    }
    // Of one person five are open, no more.
    portal.clock.step(-7 * 86_400);
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(code(&mut alice, 4).await);
    }
    assert_eq!(look(&codes[0]).await.error(), UNKNOWN);
    assert_eq!((look(&codes[1]).await.status, look(&codes[5]).await.status), (200, 200));
}

#[tokio::test]
async fn only_administrators_invite_and_only_people() {
    let (portal, mut alice, mut bob) = stage().await;
    assert_eq!(bob.form("/invitation", json!({ "user": 3 })).await.error(), (400, "ERROR_CORE"));
    assert_eq!(
        portal.browser().form("/invitation", json!({ "user": 3 })).await.error(),
        (401, "session_failed")
    );
    for (user, error) in
        [(6, (403, "SIGN_IN_FORBIDDEN")), (99, (400, "USER_NOT_FOUND")), (0, (400, "USER_NOT_FOUND"))]
    {
        assert_eq!(alice.form("/invitation", json!({ "user": user })).await.error(), error);
    }
}

#[tokio::test]
async fn whoever_has_the_code_becomes_the_first_administrator_of_an_empty_portal() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |_| {}).await;
    let code = portal.messenger().invite_founder().await.expect("an answer").expect("nobody is there");
    let mut ada = portal.browser();
    assert_eq!(ada.who().await, json!({ "user_id": null, "first_run": true }));
    let fields = |code: &str, name: &str, login: &str, password: &str| json!({ "code": code, "first_name": name, "last_name": "Byron", "login": login, "password": password });
    for (fields, error) in [
        (fields("guess", "Ada", "ada", PASSWORD), "INVITATION_UNKNOWN"),
        (fields(&code, " ", "ada", PASSWORD), "NAME_EMPTY"),
        (fields(&code, "Ada", "", PASSWORD), "LOGIN_ERROR"),
        (fields(&code, "Ada", "ada", "ada"), "PASSWORD_SHORT"),
    ] {
        assert_eq!(ada.form("/session/first", fields).await.error(), (400, error));
    }
    let look = portal.browser().form("/invitation/look", json!({ "code": code })).await;
    assert_eq!(look.error(), UNKNOWN, "it is nobody's invitation");
    let reply = ada.form("/session/first", fields(&code, "Ada", "ada@example.org", PASSWORD)).await;
    assert_eq!(reply.result()["user_id"], 1);
    let me = ada.ok("user.current", json!({})).await;
    assert_eq!((&me["NAME"], &me["EMAIL"]), (&json!("Ada"), &json!("ada@example.org")));
    assert_eq!(ada.ok("user.admin", json!({})).await, true);
    let again = portal.browser().form("/session/first", fields(&code, "Eve", "eve", PASSWORD)).await;
    assert_eq!(again.error(), UNKNOWN);
    assert_eq!(portal.messenger().invite_founder().await.expect("an answer"), None);
    assert_eq!(portal.browser().who().await["first_run"], false);
}

#[tokio::test]
async fn a_code_is_worth_nothing_once_somebody_is_there() {
    let portal = TestPortal::empty("2026-03-02T10:00:00+00:00", |_| {}).await;
    let code = portal.messenger().invite_founder().await.expect("an answer").expect("nobody is there");
    let alice = User { active: true, first_name: "Alice".to_owned(), ..User::default() };
    portal.messenger().add_user(None, alice).await.expect("added");
    let fields = json!({ "code": code, "first_name": "Eve", "login": "eve", "password": PASSWORD });
    assert_eq!(portal.browser().form("/session/first", fields).await.error(), UNKNOWN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_prints_where_the_first_administrator_is_made_and_the_operator_invites() {
    let dir = tempfile::tempdir().unwrap();
    let server = Process::serve(dir.path());
    let first =
        server.printed().last().expect("a line").strip_prefix("first  ").expect("the address").to_owned();
    let code = first.strip_prefix(&format!("{}/#/first/", server.origin("http"))).expect("its own address");
    let mut ada = Browser::new(server.origin("http").to_owned(), process::http());
    let fields = json!({ "code": code, "first_name": "Ada", "login": "ada", "password": PASSWORD });
    assert_eq!(ada.form("/session/first", fields).await.status, 200);
    server.stop();

    let server = Process::serve(dir.path());
    assert_eq!(server.printed(), [""; 0]);
    let mut ada = ada.at(server.origin("http").to_owned());
    assert_eq!(ada.ok("user.current", json!({})).await["ID"], "1", "a session outlives a restart");

    let link = process::ok(dir.path(), &["user", "invite", "1"]);
    let code = link.trim().rsplit('/').next().expect("a code");
    let look = ada.form("/invitation/look", json!({ "code": code })).await;
    assert_eq!(look.result(), &json!({ "name": "Ada", "login": "ada" }));
    process::run(dir.path(), &["user", "invite", "7"]).assert_failed(1, &["NoSuchUser"]);
}

#[test]
fn a_portal_with_people_prints_nothing() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    assert_eq!(Process::serve(dir.path()).printed(), [""; 0]);
}
