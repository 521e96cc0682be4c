//! `events`, `event.bind` and its neighbours: what applications are told, how, and how often.

mod backlog;
mod moving;
mod telling;

use lately_model::AppId;
use lately_testkit::{Client, Person, Receiver, TestApp, TestPortal};
use serde_json::{Value, json};

/// A portal with an application, its administrator and a colleague who use it, and its own server.
struct Stage {
    portal: TestPortal,
    app: TestApp,
    alice: Client,
    bob: Client,
    receiver: Receiver,
}

impl Stage {
    async fn set() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(configure: impl FnOnce(&mut lately::config::Config)) -> Self {
        let portal = TestPortal::with(configure).await;
        let app = portal.app("im,user").await;
        let alice = portal.app_client(&app, Person::Alice).await;
        let bob = portal.app_client(&app, Person::Bob).await;
        let receiver = Receiver::start().await;
        Self { portal, app, alice, bob, receiver }
    }

    async fn bind(&self, event: &str, path: &str) {
        let params = json!({ "event": event, "handler": self.receiver.url(path) });
        assert_eq!(self.alice.ok("event.bind", params).await, true);
    }

    /// Waits until nothing waits to be told.
    async fn settle(&self) {
        until(async || {
            let (taken, any) = self.portal.messenger().take_errands(0).await.expect("a look");
            taken.is_empty() && !any
        })
        .await;
    }

    async fn remove_app(&self) {
        let id = AppId(self.app.id);
        assert!(self.portal.messenger().remove_app(None, id, true).await.expect("it is removed"));
    }
}

/// Goes on until it is so. What is waited for is another task's work and takes milliseconds.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await.expect("it comes about");
}

async fn add_user(client: &Client, name: &str) -> i64 {
    let email = format!("{}@example.com", name.to_lowercase());
    client.ok("user.add", json!({ "EMAIL": email, "NAME": name })).await.as_i64().expect("a number")
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn events_are_listed_by_scope() {
    let stage = Stage::set().await;
    let own = [
        "ONAPPUNINSTALL",
        "ONAPPINSTALL",
        "ONAPPTEST",
        "ONOFFLINEEVENT",
        "ONUSERADD",
        "ONAPPUPDATE",
        "ONAPPPAYMENT",
        "ONAPPMETHODCONFIRM",
    ];
    for all_alike in [json!({}), json!({ "SCOPE": "basic" }), json!({ "SCOPE": "", "FULL": false })] {
        assert_eq!(stage.bob.ok("events", all_alike).await, json!(own));
    }
    let crm = stage.alice.ok("events", json!({ "SCOPE": "crm", "FULL": true })).await;
    let crm: Vec<&str> = crm.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(crm.contains(&"ONCRMLEADADD") && crm.iter().all(|name| name.starts_with("ONCRM")));
    assert_eq!(stage.alice.ok("events", json!({ "SCOPE": "nobodys" })).await, json!([]));
    let full = stage.alice.ok("events", json!({ "FULL": true })).await;
    let full: Vec<&str> = full.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(own.iter().chain(&["ONCRMLEADADD", "ONTASKADD"]).all(|name| full.contains(name)));
}

#[tokio::test]
async fn what_is_bound_is_listed_until_it_is_unbound() {
    let stage = Stage::set().await;
    let handler = |path: &str| format!("https://app.example{path}");
    let bind = async |client: &Client, params: Value| assert_eq!(client.ok("event.bind", params).await, true);
    bind(&stage.alice, json!({ "event": "onUserAdd", "handler": handler("/a") })).await;
    bind(&stage.alice, json!({ "EVENT": "ONUSERADD", "HANDLER": handler("/a"), "AUTH_TYPE": 0 })).await;
    bind(&stage.alice, json!({ "event": "ONUSERADD", "handler": handler("/a"), "auth_type": 2 })).await;
    bind(&stage.alice, json!({ "event": "ONUSERADD", "handler": handler("/b"), "auth_type": "" })).await;
    bind(&stage.alice, json!({ "event": "ONCRMLEADADD", "handler": handler("/a") })).await;
    bind(&stage.alice, json!({ "event": "ONUSERADD", "event_type": "offline" })).await;
    bind(&stage.bob, json!({ "event": "ONUSERADD", "handler": handler("/a") })).await;
    bind(&stage.bob, json!({ "event": "ONAPPTEST", "handler": handler("/a"), "auth_type": 2 })).await;
    let row = |event: &str, path: &str, user: i64, offline: i64| {
        let handler = if offline == 1 { String::new() } else { handler(path) };
        json!({ "event": event, "handler": handler, "auth_type": user.to_string(), "offline": offline })
    };
    let all = json!([
        row("ONUSERADD", "/a", 0, 0),
        row("ONUSERADD", "/a", 2, 0),
        row("ONUSERADD", "/b", 0, 0),
        row("ONCRMLEADADD", "/a", 0, 0),
        row("ONUSERADD", "", 0, 1),
        row("ONAPPTEST", "/a", 2, 0),
    ]);
    assert_eq!(stage.alice.ok("event.get", json!({})).await, all, "the same is bound once");
    let bobs = json!([row("ONUSERADD", "/a", 2, 0), row("ONAPPTEST", "/a", 2, 0)]);
    assert_eq!(stage.bob.ok("event.get", json!({})).await, bobs, "others see what acts as them");
    let other = stage.portal.app("im").await;
    let other = stage.portal.app_client(&other, Person::Alice).await;
    assert_eq!(other.ok("event.get", json!({})).await, json!([]), "each application has its own");

    let unbind =
        async |client: &Client, params: Value| client.ok("event.unbind", params).await["count"].clone();
    assert_eq!(unbind(&other, json!({ "event": "ONUSERADD" })).await, 0);
    assert_eq!(unbind(&stage.alice, json!({ "event": "ONUSERADD", "handler": handler("/c") })).await, 0);
    let nobody = json!({ "event": "onuseradd", "handler": handler("/a"), "auth_type": 0 });
    assert_eq!(unbind(&stage.alice, nobody.clone()).await, 1, "those of nobody in particular");
    assert_eq!(unbind(&stage.alice, nobody).await, 0);
    assert_eq!(
        unbind(&stage.bob, json!({ "event": "ONUSERADD", "handler": handler("/b") })).await,
        0,
        "not bob's"
    );
    assert_eq!(
        unbind(&stage.alice, json!({ "event": "ONUSERADD" })).await,
        2,
        "any address, whoever it is for"
    );
    assert_eq!(unbind(&stage.alice, json!({ "event": "ONUSERADD", "event_type": "offline" })).await, 1);
    assert_eq!(unbind(&stage.bob, json!({ "event": "ONAPPTEST", "auth_type": 2 })).await, 1);
    assert_eq!(stage.alice.ok("event.get", json!({})).await, json!([row("ONCRMLEADADD", "/a", 0, 0)]));
}

#[tokio::test]
async fn what_cannot_be_bound_is_refused() {
    let stage = Stage::set().await;
    let url = "https://app.example/";
    for event in
        [Value::Null, json!(""), json!("ONIMMESSAGEADD"), json!(["ONUSERADD"]), json!("ONUSERADD\u{0}X")]
    {
        let params = json!({ "event": event, "handler": url });
        assert_eq!(stage.alice.refused("event.bind", params).await, refused(400, "ERROR_EVENT_NOT_FOUND"));
    }
    let long = format!("https://app.example/{}", "x".repeat(2000));
    for handler in [
        Value::Null,
        json!(""),
        json!("app.example"),
        json!("javascript:alert(1)"),
        json!(long),
        json!({ "a": 1 }),
    ] {
        let reply = stage.alice.call("event.bind", json!({ "event": "ONUSERADD", "handler": handler })).await;
        assert_eq!((reply.error(), &reply.body["argument"]), ((400, "ERROR_ARGUMENT"), &json!("handler")));
    }
    for more in
        [json!({ "auth_type": 99 }), json!({ "event_type": "offline", "auth_connector": "x".repeat(101) })]
    {
        let mut params = json!({ "event": "ONUSERADD", "handler": url });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(stage.alice.refused("event.bind", params).await, refused(400, "ERROR_ARGUMENT"));
    }
    for more in [json!({ "event_type": "offline" }), json!({ "auth_type": 1 }), json!({ "auth_type": 3 })] {
        let mut params = json!({ "event": "ONUSERADD", "handler": url });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        for method in ["event.bind", "event.unbind"] {
            assert_eq!(stage.bob.refused(method, params.clone()).await, refused(403, "ACCESS_DENIED"));
        }
    }
    assert_eq!(stage.alice.ok("event.get", json!({})).await, json!([]), "and nothing came of it");
    for number in 0..499 {
        let params = json!({ "event": "ONUSERADD", "handler": format!("{url}{number}") });
        stage.alice.ok("event.bind", params).await;
    }
    let more = json!({ "event": "ONUSERADD", "handler": format!("{url}more") });
    assert_eq!(stage.alice.refused("event.bind", more).await, refused(400, "ERROR_ARGUMENT"));
    assert_eq!(stage.alice.ok("event.get", json!({})).await.as_array().unwrap().len(), 499);
}

#[tokio::test]
async fn webhooks_have_no_events() {
    let stage = Stage::set().await;
    let webhook = stage.portal.client(Person::Alice).await;
    for method in [
        "events",
        "event.bind",
        "event.unbind",
        "event.get",
        "event.test",
        "event.offline.get",
        "event.offline.list",
        "event.offline.clear",
        "event.offline.error",
    ] {
        assert_eq!(webhook.refused(method, json!({})).await, refused(403, "WRONG_AUTH_TYPE"), "{method}");
    }
}
