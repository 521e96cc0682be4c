//! Webhooks as an administrator looks after them in the page.

use lately_testkit::{Browser, Client, Person, TestPortal};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

async fn stage() -> (TestPortal, Browser, Browser) {
    let portal = TestPortal::start().await;
    portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
    let (mut alice, mut bob) = (portal.browser(), portal.browser());
    alice.sign_in("alice@example.com", PASSWORD).await;
    bob.sign_in("bob@example.com", PASSWORD).await;
    (portal, alice, bob)
}

fn wanted(scopes: &str, revision: Value) -> Value {
    json!({ "user": 2, "scopes": scopes, "revision": revision, "title": "stock bot" })
}

#[tokio::test]
async fn an_administrator_makes_a_webhook_sees_it_and_removes_it() {
    let (portal, mut alice, _) = stage().await;
    let made = alice.form("/webhook/add", wanted("im,user", json!(33))).await.result().clone();
    let path = made["address"].as_str().expect("an address").strip_prefix("https://portal.lately.test");
    let hook =
        Client::new(format!("{}{}", portal.origin(), path.expect("of the portal")), 2, portal.http().clone());
    assert_eq!(hook.ok("user.current", json!({})).await["ID"], "2");
    assert_eq!(hook.refused("department.get", json!({})).await.1, "insufficient_scope");
    let row = json!({
        "id": 1, "user_id": 2, "scopes": ["im", "user"], "revision": 33, "title": "stock bot",
        "created_at": "2026-03-02T10:00:00+00:00", "expires_at": null,
    });
    assert_eq!(made["webhook"], row);
    assert_eq!(alice.form("/webhook/list", json!({})).await.result(), &json!([row]));
    assert_eq!(alice.form("/webhook/remove", json!({ "id": 1 })).await.result(), true);
    assert_eq!(alice.form("/webhook/remove", json!({ "id": 1 })).await.result(), false);
    assert_eq!(hook.refused("user.current", json!({})).await, (401, "INVALID_CREDENTIALS".to_owned()));
    assert_eq!(alice.form("/webhook/list", json!({})).await.result(), &json!([]));
}

#[tokio::test]
async fn what_cannot_be_a_webhook_is_refused() {
    let (_portal, mut alice, _) = stage().await;
    for fields in [
        wanted("", json!(29)),
        wanted("nonsense", json!(29)),
        wanted("im", json!(30)),
        wanted("im", json!("29")),
    ] {
        let reply = alice.form("/webhook/add", fields.clone()).await;
        assert_eq!(reply.error(), (400, "ERROR_ARGUMENT"), "{fields}");
    }
    let stranger = json!({ "user": 99, "scopes": "im", "revision": 29 });
    assert_eq!(alice.form("/webhook/add", stranger).await.error(), (400, "ERROR_CORE"));
    assert_eq!(alice.form("/webhook/list", json!({})).await.result(), &json!([]));
}

#[tokio::test]
async fn nobody_else_sees_makes_or_removes_one() {
    let (portal, mut alice, mut bob) = stage().await;
    alice.form("/webhook/add", wanted("im", json!(29))).await;
    for form in ["/webhook/list", "/webhook/add", "/webhook/remove"] {
        let mut fields = wanted("im", json!(29));
        fields["id"] = json!(1);
        assert_eq!(bob.form(form, fields.clone()).await.error(), (400, "ERROR_CORE"), "{form}");
        assert_eq!(portal.browser().form(form, fields).await.error(), (401, "session_failed"), "{form}");
    }
    assert_eq!(alice.form("/webhook/list", json!({})).await.result().as_array().map(Vec::len), Some(1));
    // A webhook is no session: its owner's administrator rights open nothing here.
    let hook = portal.client(Person::Alice).await;
    let reply =
        hook.send(portal.http().post(format!("{}/webhook/list", portal.origin())).json(&json!({}))).await;
    assert_eq!(reply.error(), (401, "session_failed"));
}
