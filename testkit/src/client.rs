//! An HTTP client that acts as one person.

use serde_json::{Value, json};

use crate::judge::judge;

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The whole body; `null` when it is not JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
    /// The headers, names in small letters.
    pub headers: Vec<(String, String)>,
}

impl Reply {
    /// `result`, which must be there.
    pub fn result(&self) -> &Value {
        match self.body.get("result") {
            Some(result) if self.status == 200 => result,
            _ => panic!("no result in {} {}", self.status, self.text),
        }
    }

    /// `(status, error)`, which must be there.
    pub fn error(&self) -> (u16, &str) {
        match self.body.get("error").and_then(Value::as_str) {
            Some(error) => (self.status, error),
            None => panic!("no error in {} {}", self.status, self.text),
        }
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a request and reads the whole answer, which must be as the registry declares.
pub async fn send(request: reqwest::RequestBuilder) -> Reply {
    let (path, reply) = sent(request).await;
    judge(&path, reply.status, &reply.body);
    reply
}

/// The same at a host that is not the portal's, of which the registry says nothing.
pub async fn send_elsewhere(request: reqwest::RequestBuilder) -> Reply {
    sent(request).await.1
}

async fn sent(request: reqwest::RequestBuilder) -> (String, Reply) {
    let response = request.send().await.expect("the server answers");
    let (status, path) = (response.status().as_u16(), response.url().path().to_owned());
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let headers = headers.collect();
    let text = response.text().await.expect("the body arrives");
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    (path, Reply { status, body, text, headers })
}

/// One person with one webhook, or with the token of an application.
#[derive(Debug, Clone)]
pub struct Client {
    /// `http://127.0.0.1:PORT/rest/USER/SECRET/`.
    pub url: String,
    /// The person's number.
    pub user: i64,
    token: String,
    http: reqwest::Client,
}

impl Client {
    /// A client for this webhook.
    pub fn new(url: String, user: i64, http: reqwest::Client) -> Self {
        Self { url, user, token: String::new(), http }
    }

    /// The same with an access token in the header of each request.
    pub fn with_token(self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self }
    }

    /// Calls a method with a JSON body.
    pub async fn call(&self, method: &str, params: Value) -> Reply {
        self.send(self.post(method).json(&params)).await
    }

    /// Calls a method with a JSON body and answers its result.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        let reply = self.call(method, params.clone()).await;
        match reply.body.get("result") {
            Some(result) if reply.status == 200 => result.clone(),
            _ => panic!("{method} {params} answered {} {}", reply.status, reply.text),
        }
    }

    /// Calls a method that must be refused; answers `(status, error)`.
    pub async fn refused(&self, method: &str, params: Value) -> (u16, String) {
        let reply = self.call(method, params).await;
        let (status, code) = reply.error();
        (status, code.to_owned())
    }

    /// A request to fill by hand: `path` follows the webhook's address.
    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.dressed(self.http.post(format!("{}{path}", self.url)))
    }

    /// See [`Self::post`].
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.dressed(self.http.get(format!("{}{path}", self.url)))
    }

    fn dressed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    /// Sends a request made by hand.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        send(request).await
    }

    /// Sends a text to a dialog; answers the message's number.
    pub async fn say(&self, dialog: impl ToString, text: &str) -> i64 {
        let sent =
            self.ok("im.message.add", json!({ "DIALOG_ID": dialog.to_string(), "MESSAGE": text })).await;
        sent.as_i64().expect("a message number")
    }

    /// The recent list in today's or the seed's shape, by the client's webhook.
    pub async fn recent(&self, params: Value) -> Vec<Value> {
        self.ok("im.recent.get", params).await.as_array().expect("a list").clone()
    }

    /// The row of one dialog in the recent list.
    pub async fn row(&self, dialog: impl ToString) -> Option<Value> {
        let id = dialog.to_string();
        let number: Option<i64> = id.parse().ok();
        let same = |row: &Value| row["id"] == json!(id) || (number.is_some() && row["id"].as_i64() == number);
        self.recent(json!({})).await.into_iter().find(same)
    }
}
