//! OAuth 2.0 over HTTP: leave to act, codes, tokens and their renewal (core.md 11), and the authorization host.

use lately_model::AppId;
use lately_testkit::{Browser, Client, Person, Reply, TestApp, TestPortal, send_elsewhere};
use serde_json::{Value, json};

use crate::stage::assert_shape;

const PASSWORD: &str = "correct horse";
const HANDLER: &str = "https://app.example/handler?from=portal";

/// A portal, an application with a page, and an HTTP client that goes nowhere by itself.
struct Stage {
    portal: TestPortal,
    app: TestApp,
    http: reqwest::Client,
}

impl Stage {
    async fn set() -> Self {
        let portal = TestPortal::start().await;
        portal.messenger().lend_password(PASSWORD.to_owned()).await.expect("passwords");
        let app = portal.app_with("im,user", |new| new.handler_url = HANDLER.to_owned()).await;
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { portal, app, http: http.build().expect("a client") }
    }

    async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.portal.browser();
        browser.sign_in(login, PASSWORD).await;
        browser
    }

    /// What somebody sees who follows an application's link.
    async fn follow(&self, browser: &Browser, query: &str) -> Reply {
        let request = self.http.get(format!("{}/oauth/authorize/?{query}", self.portal.origin()));
        let request =
            if browser.cookie.is_empty() { request } else { request.header("cookie", &browser.cookie) };
        send(request).await
    }

    /// A code by which the application may act for whoever is signed in.
    async fn code(&self, browser: &Browser) -> String {
        let reply = self.follow(browser, &format!("client_id={}", self.app.client_id)).await;
        let location = reply.header("location").unwrap_or_else(|| panic!("{} {}", reply.status, reply.text));
        parts(location).into_iter().find(|(name, _)| name == "code").expect("a code").1
    }

    /// Asks for tokens, with what belongs to the application filled in.
    async fn ask(&self, more: &[(&str, &str)]) -> Reply {
        let mut form = vec![("client_id", self.app.client_id.as_str()), ("client_secret", &self.app.secret)];
        form.retain(|(name, _)| more.iter().all(|(known, _)| known != name));
        form.extend(more.iter().filter(|(_, value)| *value != "-"));
        send(self.http.post(format!("{}/oauth/token/", self.portal.origin())).form(&form)).await
    }

    fn by(&self, reply: &Reply) -> Client {
        let token = reply.body["access_token"].as_str().unwrap_or_else(|| panic!("{}", reply.text));
        self.portal.token_client(token, Person::Bob)
    }
}

async fn send(request: reqwest::RequestBuilder) -> Reply {
    send_elsewhere(request).await
}

/// The names and values of an address's query.
fn parts(address: &str) -> Vec<(String, String)> {
    let query = address.split_once('?').expect("a query").1;
    reqwest::Url::parse(&format!("x:/?{query}")).expect("an address").query_pairs().into_owned().collect()
}

fn code(text: &str) -> [(&'static str, &str); 2] {
    [("grant_type", "authorization_code"), ("code", text)]
}

fn refresh(text: &Value) -> [(&'static str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", text.as_str().expect("a refresh token"))]
}

#[tokio::test]
async fn somebody_lets_an_application_act_and_it_acts_as_them() {
    let stage = Stage::set().await;
    let bob = stage.signed_in("bob@example.com").await;
    let query = format!(
        "client_id={}&state=a%26b%20%D1%8F&redirect_uri=https%3A%2F%2Fevil.example",
        stage.app.client_id
    );
    let reply = stage.follow(&bob, &query).await;
    assert_eq!((reply.status, reply.header("cache-control")), (302, Some("no-store")));
    let location = reply.header("location").expect("an address").to_owned();
    assert!(location.starts_with("https://app.example/handler?from=portal&code="), "{location}");
    let told = parts(&location);
    let value = |name: &str| told.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(value("state"), Some("a&b я"));
    assert_eq!(
        (value("domain"), value("server_domain")),
        (Some("portal.lately.test"), Some("portal.lately.test"))
    );
    assert_eq!(value("scope"), Some("im,user"));
    assert!(location.contains("scope=im%2Cuser"));
    let member = value("member_id").expect("a name").to_owned();
    assert!(member.len() == 32 && member.bytes().all(|byte| byte.is_ascii_hexdigit()), "{member}");

    let tokens = stage.ask(&code(value("code").expect("a code"))).await;
    assert_eq!(tokens.header("cache-control"), Some("no-store"));
    assert_shape(
        &tokens.body,
        &json!({
            "access_token": "", "refresh_token": "", "expires": 1, "expires_in": 1, "scope": "", "domain": "",
            "server_endpoint": "", "status": "", "client_endpoint": "", "member_id": "", "user_id": 1,
        }),
    );
    let body = &tokens.body;
    assert_eq!(
        (&body["expires_in"], &body["status"], &body["user_id"]),
        (&json!(3600), &json!("L"), &json!(2))
    );
    assert_eq!(body["expires"], stage.portal.clock.seconds() + 3600);
    assert_eq!(body["client_endpoint"], "https://portal.lately.test/rest/");
    assert_eq!(body["server_endpoint"], "https://portal.lately.test/rest/");
    assert_eq!((&body["member_id"], &body["scope"]), (&json!(member), &json!("im,user")));
    assert_eq!(stage.by(&tokens).ok("user.current", json!({})).await["ID"], "2");
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_first_and_comes_back() {
    let stage = Stage::set().await;
    let stranger = stage.portal.browser();
    let query = format!("client_id={}&state=x", stage.app.client_id);
    let reply = stage.follow(&stranger, &query).await;
    let location = reply.header("location").expect("an address").to_owned();
    assert_eq!(reply.status, 302);
    assert!(location.starts_with("/?next="), "{location}");
    let next = parts(&location).remove(0).1;
    assert_eq!(next, format!("/oauth/authorize/?{query}"));
    let bob = stage.signed_in("bob@example.com").await;
    let back = stage.follow(&bob, next.split_once('?').expect("a query").1).await;
    assert!(back.header("location").expect("an address").starts_with(HANDLER));
    let gone = Browser { cookie: format!("{}x", bob.cookie), ..bob };
    assert!(stage.follow(&gone, &query).await.header("location").expect("an address").starts_with("/?next="));
}

#[tokio::test]
async fn what_fails_is_shown_to_the_person_and_told_to_no_application() {
    let stage = Stage::set().await;
    let bob = stage.signed_in("bob@example.com").await;
    let pending = stage.portal.app_with("im", |new| {
        new.installed = false;
        new.handler_url = HANDLER.to_owned();
    });
    let pending = pending.await;
    for (query, status, word) in [
        ("client_id=local.nobody".to_owned(), 400, "There is no such application"),
        ("client_id=<script>".to_owned(), 400, "There is no such application"),
        ("client_id=%00".to_owned(), 400, "There is no such application"),
        (String::new(), 400, "There is no such application"),
        ("client_id[]=x".to_owned(), 400, "There is no such application"),
        (format!("client_id={}", pending.client_id), 401, "Application not installed"),
        ("client_id=%ff".to_owned(), 400, "UTF-8"),
    ] {
        let reply = stage.follow(&bob, &query).await;
        assert_eq!((reply.status, reply.header("location")), (status, None), "{query}");
        assert!(reply.text.contains(word) && !reply.text.contains("<script"), "{query}: {}", reply.text);
        assert!(reply.header("content-security-policy").is_some());
        assert_eq!(reply.header("access-control-allow-origin"), None, "no other page reads it");
    }
    let posted = stage.http.post(format!("{}/oauth/authorize/", stage.portal.origin()));
    assert_eq!(send(posted.header("cookie", &bob.cookie)).await.status, 405);
    let alice = stage.signed_in("alice@example.com").await;
    let reply = stage.follow(&alice, &format!("client_id={}", pending.client_id)).await;
    assert_eq!(reply.status, 302, "an administrator tries it before it is installed");
}

#[tokio::test]
async fn an_application_without_a_page_has_its_code_shown() {
    let stage = Stage::set().await;
    let app = stage.portal.app("im").await;
    let bob = stage.signed_in("bob@example.com").await;
    let reply = stage.follow(&bob, &format!("client_id={}", app.client_id)).await;
    assert_eq!(reply.status, 200);
    let shown = reply.text.split_once("<p>").expect("a text").1.split(' ').next().expect("a code").to_owned();
    let more = [("client_id", app.client_id.as_str()), ("client_secret", &app.secret)];
    assert_eq!(stage.ask(&[&code(&shown)[..], &more].concat()).await.body["user_id"], 2);
    let fragment =
        stage.portal.app_with("im", |new| new.handler_url = "https://app.example/#/page".to_owned()).await;
    let reply = stage.follow(&bob, &format!("client_id={}", fragment.client_id)).await;
    let location = reply.header("location").expect("an address");
    assert!(location.starts_with("https://app.example/?code=") && location.ends_with("#/page"), "{location}");
}

#[tokio::test]
async fn a_code_is_used_once_within_half_a_minute_by_its_own_application() {
    let stage = Stage::set().await;
    let bob = stage.signed_in("bob@example.com").await;
    let other = stage.portal.app("im").await;
    let invalid = (400, "invalid_grant");
    let first = stage.code(&bob).await;
    let as_other = [("client_id", other.client_id.as_str()), ("client_secret", &other.secret)];
    assert_eq!(
        stage.ask(&[&code(&first)[..], &as_other].concat()).await.error(),
        invalid,
        "another application"
    );
    assert_eq!(stage.ask(&refresh(&json!(first))).await.error(), invalid, "it is no refresh token");
    stage.portal.clock.step(29);
    assert_eq!(stage.ask(&code(&first)).await.status, 200);
    assert_eq!(stage.ask(&code(&first)).await.error(), invalid, "once");
    let second = stage.code(&bob).await;
    stage.portal.clock.step(30);
    assert_eq!(stage.ask(&code(&second)).await.error(), invalid, "too late");
    let (third, fourth) = (stage.code(&bob).await, stage.code(&bob).await);
    let (one, two) = (code(&third), code(&third));
    let both = tokio::join!(stage.ask(&one), stage.ask(&two));
    assert_eq!(both.0.status.min(both.1.status), 200);
    assert_eq!(both.0.status.max(both.1.status), 400, "also when it comes twice at once");
    let alice = stage.portal.client(Person::Alice).await;
    alice.ok("user.update", json!({ "ID": 2, "ACTIVE": "N" })).await;
    assert_eq!(stage.ask(&code(&fourth)).await.error(), invalid, "the person was dismissed");
}

#[tokio::test]
async fn a_refresh_token_is_replaced_and_what_was_given_before_goes_on_for_a_while() {
    let stage = Stage::set().await;
    let bob = stage.signed_in("bob@example.com").await;
    let first = stage.ask(&code(&stage.code(&bob).await)).await;
    stage.portal.clock.step(1000);
    let second = stage.ask(&refresh(&first.body["refresh_token"])).await;
    assert_ne!(second.body["refresh_token"], first.body["refresh_token"]);
    assert_ne!(second.body["access_token"], first.body["access_token"]);
    for tokens in [&first, &second] {
        assert_eq!(
            stage.by(tokens).call("user.current", json!({})).await.status,
            200,
            "both until their end"
        );
    }
    stage.portal.clock.step(599);
    assert_eq!(
        stage.ask(&refresh(&first.body["refresh_token"])).await.status,
        200,
        "an answer may have been lost"
    );
    stage.portal.clock.step(600);
    assert_eq!(stage.ask(&refresh(&first.body["refresh_token"])).await.error(), (400, "invalid_grant"));
    stage.portal.clock.step(1401);
    assert_eq!(stage.by(&first).call("user.current", json!({})).await.error(), (401, "expired_token"));
    stage.portal.clock.step(180 * 86_400 - 3000);
    let last = stage.ask(&refresh(&second.body["refresh_token"])).await;
    assert_eq!(last.status, 200, "{}", last.text);
    stage.portal.clock.step(180 * 86_400);
    assert_eq!(stage.ask(&refresh(&last.body["refresh_token"])).await.error(), (400, "invalid_grant"));
    stage.portal.assert_exact().await;
}

#[tokio::test]
async fn tokens_are_asked_for_in_every_way_that_clients_know() {
    let stage = Stage::set().await;
    let tokens = stage.portal.messenger().lend_tokens(AppId(stage.app.id), lately_model::UserId(2), false);
    let refresh = tokens.await.expect("tokens").refresh;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &stage.app.client_id),
        ("client_secret", &stage.app.secret),
        ("refresh_token", &refresh),
        ("scope", "im"),
        ("bx24_request_id", "x"),
    ];
    let origin = stage.portal.origin();
    for path in ["/oauth/token/", "/oauth/token", "//oauth/token/"] {
        for request in [
            stage.http.get(format!("{origin}{path}")).query(&form),
            stage.http.post(format!("{origin}{path}")).form(&form),
            stage.http.post(format!("{origin}{path}")).query(&form),
        ] {
            let reply = send(request).await;
            assert_eq!(
                (reply.status, &reply.body["scope"]),
                (200, &json!("im,user")),
                "{path} {}",
                reply.text
            );
        }
    }
    let json: Value = form.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    assert_eq!(send(stage.http.post(format!("{origin}/oauth/token/")).json(&json)).await.status, 200);
}

#[tokio::test]
async fn a_request_for_tokens_that_is_wrong_is_told_what_is_wrong() {
    let stage = Stage::set().await;
    let bob = stage.signed_in("bob@example.com").await;
    let code_text = stage.code(&bob).await;
    let good = code(&code_text);
    let with = |name: &'static str, value: &'static str| [&good[..], &[(name, value)]].concat();
    for (form, status, error) in [
        (vec![], 400, "invalid_request"),
        (vec![("grant_type", "password")], 400, "invalid_request"),
        (vec![("grant_type", "authorization_code")], 400, "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "")], 400, "invalid_request"),
        (with("client_id", "-"), 400, "invalid_request"),
        (with("client_secret", "-"), 400, "invalid_request"),
        (with("client_id", "local.nobody"), 200, "wrong_client"),
        (with("client_secret", "wrong"), 400, "invalid_client"),
        (with("scope", "im,disk"), 403, "invalid_scope"),
        (with("scope", "crm"), 403, "invalid_scope"),
        (code("nobodys").to_vec(), 400, "invalid_grant"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "nobodys")], 400, "invalid_grant"),
    ] {
        let reply = stage.ask(&form).await;
        assert_eq!(reply.error(), (status, error), "{form:?}");
        assert!(reply.body["error_description"].is_string() && reply.body.get("access_token").is_none());
    }
    let url = format!("{}/oauth/token/", stage.portal.origin());
    let long = stage.http.post(&url).body("x".repeat(20_000));
    assert_eq!(send(long).await.error(), (413, "INVALID_REQUEST"));
    let broken = stage.http.post(&url).header("content-type", "application/json").body("{");
    assert_eq!(send(broken).await.error(), (400, "INVALID_REQUEST"));
    assert_eq!(send(stage.http.put(&url)).await.error(), (405, "INVALID_REQUEST"));
    assert_eq!(stage.ask(&good).await.status, 200, "and the code is still good");
    let app = stage.portal.app_with("im", |new| new.installed = false).await;
    let lent = stage.portal.messenger().lend_tokens(AppId(app.id), lately_model::UserId(2), false);
    let token = json!(lent.await.expect("tokens").refresh);
    let own = [("client_id", app.client_id.as_str()), ("client_secret", &app.secret)];
    assert_eq!(stage.ask(&[&refresh(&token)[..], &own].concat()).await.error(), (401, "NOT_INSTALLED"));
}

#[tokio::test]
async fn the_authorization_host_gives_tokens_and_tells_of_them_and_knows_nothing_else() {
    let stage = Stage::set().await;
    let origin = stage.portal.origin();
    let lent = stage.portal.messenger().lend_tokens(AppId(stage.app.id), lately_model::UserId(2), false);
    let lent = lent.await.expect("tokens");
    let at = |host: &str, path: &str| stage.http.get(format!("{origin}{path}")).header("host", host);
    for host in ["oauth.bitrix.info", "OAuth.Bitrix24.tech:443"] {
        for path in ["/rest/app.info", "/rest/app.info/", "/rest/app.info.json", "/rest//App.Info"] {
            let reply = send(at(host, path).query(&[("auth", &lent.access)])).await;
            let member = stage.portal.messenger().member_id();
            assert_eq!(
                reply.result(),
                &json!({
                    "client_id": stage.app.client_id, "scope": "im,user", "expires": "2026-03-02T11:00:00+00:00",
                    "install": {
                        "installed": true, "version": "1", "status": "L", "scope": "im,user",
                        "domain": "portal.lately.test", "uri": "https://portal.lately.test",
                        "client_endpoint": "https://portal.lately.test/rest/", "member_id": member,
                        "member_type": "self_hosted",
                    },
                    "user_id": "2",
                })
            );
            assert!(reply.body["time"].is_object());
        }
        let request = stage.http.post(format!("{origin}/rest/app.info")).header("host", host);
        let reply = send(request.json(&json!({ "auth": lent.access }))).await;
        assert_eq!(reply.result()["user_id"], "2");
        assert_eq!(send(at(host, "/rest/app.info").bearer_auth(&lent.access)).await.status, 200);
        assert_eq!(send(at(host, "/rest/app.info")).await.error(), (401, "NO_AUTH_FOUND"));
        assert_eq!(send(at(host, "/rest/app.info?auth=nobodys")).await.error(), (401, "invalid_token"));
        for path in ["/", "/rest/user.current", "/rest/1/x/app.info", "/session", "/oauth/x"] {
            let reply = send(at(host, path).query(&[("auth", &lent.access)])).await;
            assert_eq!(reply.error(), (404, "ERROR_METHOD_NOT_FOUND"), "{path}");
        }
        let xml = send(at(host, "/rest/app.info.xml").query(&[("auth", &lent.access)])).await;
        assert!(xml.text.contains("<client_id>"), "{}", xml.text);
        let again = refresh_of(&stage, host, &lent.refresh).await;
        assert_eq!((again.status, &again.body["domain"]), (200, &json!("portal.lately.test")));
    }
    stage.portal.clock.step(3600);
    let reply = send(at("oauth.bitrix.info", "/rest/app.info").query(&[("auth", &lent.access)])).await;
    assert_eq!(reply.error(), (401, "expired_token"));
    let portal = send(at("portal.lately.test", "/rest/app.info").query(&[("auth", &lent.access)])).await;
    assert_eq!(portal.error(), (401, "expired_token"));
}

async fn refresh_of(stage: &Stage, host: &str, token: &str) -> Reply {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &stage.app.client_id),
        ("client_secret", &stage.app.secret),
        ("refresh_token", token),
    ];
    let url = format!("{}//oauth/token/", stage.portal.origin());
    send(stage.http.get(url).header("host", host).query(&form)).await
}

#[tokio::test]
async fn an_authorization_host_of_ones_own_is_told_to_applications() {
    let portal = TestPortal::with(|config| {
        config.oauth.url = Some("https://oauth.lately.test:8443/".to_owned());
        config.oauth.hosts = vec!["oauth.lately.test".to_owned()];
        config.rest.require_https = true;
    })
    .await;
    let app = portal.app("im").await;
    let origin = portal.origin();
    let form = [("client_id", app.client_id.as_str()), ("client_secret", &app.secret)];
    let reply = send(reqwest::Client::new().post(format!("{origin}/oauth/token/")).form(&form)).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST"), "HTTPS is required here too");
    let reply = send(reqwest::Client::new().get(format!("{origin}/oauth/authorize/?client_id=x"))).await;
    assert!(reply.status == 400 && reply.text.contains("Https required"), "{}", reply.text);
    let info =
        reqwest::Client::new().get(format!("{origin}/rest/app.info")).header("host", "oauth.lately.test");
    assert_eq!(send(info).await.error(), (400, "INVALID_REQUEST"));
    let other = reqwest::Client::new().get(format!("{origin}/session")).header("host", "oauth.bitrix.info");
    assert_ne!(send(other).await.status, 404, "only names that are set are the host's");
}

#[tokio::test]
async fn requests_for_tokens_fill_the_bucket() {
    let portal = TestPortal::with(|config| {
        config.limits.bucket = true;
        config.limits.bucket_size = 2;
        config.limits.bucket_drain = 0.01;
    })
    .await;
    let url = format!("{}/oauth/token/", portal.origin());
    let statuses = [send(portal.http().post(&url)).await, send(portal.http().post(&url)).await];
    assert!(statuses.iter().all(|reply| reply.status == 400));
    assert_eq!(send(portal.http().post(&url)).await.error(), (503, "QUERY_LIMIT_EXCEEDED"));
}
