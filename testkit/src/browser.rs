//! A browser as far as signing in goes: it keeps the cookie of one portal and sends the page's forms.

use serde_json::{Value, json};

use crate::{Reply, client};

/// A browser, signed in or not.
#[derive(Debug, Clone)]
pub struct Browser {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    /// Name and value of the cookie; empty when there is none.
    pub cookie: String,
    /// The token that goes with it.
    pub sessid: String,
    /// What sends its requests.
    pub http: reqwest::Client,
}

impl Browser {
    /// A browser that nobody signed in with.
    pub fn new(origin: String, http: reqwest::Client) -> Self {
        Self { origin, cookie: String::new(), sessid: String::new(), http }
    }

    /// The same browser at another server of the portal, where its cookie has the name of that port.
    pub fn at(&self, origin: String) -> Self {
        let port = origin.rsplit(':').next().unwrap_or_default();
        let value = self.cookie.split_once('=').map_or("", |(_, value)| value);
        Self { cookie: format!("lately_session_{port}={value}"), origin, ..self.clone() }
    }

    /// Sends a form, and keeps the cookie and the token that come back.
    pub async fn form(&mut self, path: &str, fields: Value) -> Reply {
        let request = self.http.post(format!("{}{path}", self.origin)).json(&fields);
        let reply = client::send(self.dressed(request)).await;
        if let Some(set) = reply.header("set-cookie") {
            let pair = set.split(';').next().unwrap_or_default();
            self.cookie = if pair.ends_with('=') { String::new() } else { pair.to_owned() };
            let sessid = reply.body.pointer("/result/sessid").and_then(Value::as_str);
            sessid.unwrap_or_default().clone_into(&mut self.sessid);
        }
        reply
    }

    /// Signs in, which must succeed.
    pub async fn sign_in(&mut self, login: &str, password: &str) {
        let reply = self.form("/session", json!({ "login": login, "password": password })).await;
        assert_eq!(reply.status, 200, "{login} signs in: {}", reply.text);
    }

    /// What the page asks first: who is signed in.
    pub async fn who(&self) -> Value {
        let request = self.dressed(self.http.get(format!("{}/session", self.origin)));
        client::send(request).await.result().clone()
    }

    /// Asks for what only whoever signed in is told.
    pub async fn get(&self, path: &str) -> Reply {
        client::send(self.dressed(self.http.get(format!("{}{path}", self.origin)))).await
    }

    /// Calls a method as the page does.
    pub async fn call(&self, method: &str, params: Value) -> Reply {
        let request = self.http.post(format!("{}/rest/{method}", self.origin)).json(&params);
        client::send(self.dressed(request)).await
    }

    /// Calls a method and answers its result.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        self.call(method, params).await.result().clone()
    }

    fn dressed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let request = if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) };
        if self.sessid.is_empty() { request } else { request.header("x-bitrix-csrf-token", &self.sessid) }
    }
}
