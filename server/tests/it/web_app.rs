//! Applications as an administrator looks after them in the page.

use serde_json::{Value, json};

use crate::audit::{deeds, stage};

fn wanted(scopes: &str, handler: &str) -> Value {
    json!({ "title": "Stock bot", "scopes": scopes, "handler_url": handler, "install_url": "", "pending": true })
}

#[tokio::test]
async fn an_administrator_makes_installs_and_removes_an_application() {
    let (portal, mut alice, _) = stage().await;
    let made = alice.form("/app/add", wanted("im,user", "https://stock.example.org/")).await.result().clone();
    let row = json!({
        "id": 1, "client_id": made["client_id"], "title": "Stock bot", "scopes": ["im", "user"],
        "handler_url": "https://stock.example.org/", "install_url": "", "api_only": false, "installed": false,
        "revision": 29, "created_at": "2026-03-02T10:00:00+00:00", "created_by": 1,
    });
    assert_eq!(made["app"], row);
    for secret in ["client_id", "client_secret", "application_token"] {
        assert!(made[secret].as_str().unwrap().len() >= 20, "{secret}");
    }
    assert_eq!(alice.form("/app/list", json!({})).await.result(), &json!([row]));
    assert_eq!(alice.form("/app/install", json!({ "id": 1 })).await.result(), true);
    assert_eq!(alice.form("/app/list", json!({})).await.result()[0]["installed"], true);
    assert_eq!(alice.form("/app/remove", json!({ "id": 1 })).await.result(), true);
    for form in ["/app/install", "/app/remove"] {
        assert_eq!(alice.form(form, json!({ "id": 1 })).await.result(), false, "{form}");
    }
    assert_eq!(alice.form("/app/list", json!({})).await.result(), &json!([]));
    let told = deeds(&mut alice, json!({ "user": 1 })).await;
    let told: Vec<&Value> = told.iter().rev().filter(|deed| deed["thing"] == 1).collect();
    let kinds: Vec<&Value> = told.iter().map(|deed| &deed["kind"]).collect();
    assert_eq!(kinds, ["app_added", "app_installed", "app_removed"]);
    let text = json!(told).to_string();
    for secret in ["client_secret", "application_token"] {
        assert!(!text.contains(made[secret].as_str().unwrap()), "{secret}");
    }
    portal.assert_exact().await;
}

#[tokio::test]
async fn what_cannot_be_an_application_is_refused_and_strangers_make_none() {
    let (portal, mut alice, mut bob) = stage().await;
    for fields in
        [wanted("", ""), wanted("nonsense", ""), wanted("im", "javascript:1"), wanted("im", "nowhere")]
    {
        let reply = alice.form("/app/add", fields.clone()).await;
        assert_eq!(reply.status, 400, "{fields} {}", reply.text);
    }
    let odd = json!({ "scopes": "im", "revision": 30 });
    assert_eq!(alice.form("/app/add", odd).await.error(), (400, "ERROR_ARGUMENT"));
    for form in ["/app/list", "/app/add", "/app/install", "/app/remove"] {
        let mut fields = wanted("im", "");
        fields["id"] = json!(1);
        assert_eq!(bob.form(form, fields.clone()).await.error(), (400, "ERROR_CORE"), "{form}");
        assert_eq!(portal.browser().form(form, fields).await.error(), (401, "session_failed"), "{form}");
    }
    assert_eq!(alice.form("/app/list", json!({})).await.result(), &json!([]));
    portal.assert_exact().await;
}
