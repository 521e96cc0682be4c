//! What connected clients ask in JSON-RPC 2.0 (pull.md 2.3).
//!
//! Must hold: whatever comes is answered or passed over, and costs no more than its budget allows. Words that are no
//! JSON (`pong`, `mack:…`) are signs of life.

use lately_model::UserId;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::Push;
use super::hub::Seat;
use super::publish::Publication;
use super::token::Pass;

/// How many frames may come at once, and how many a second after that.
const FRAMES: (f64, f64) = (200.0, 40.0);

/// How many words of receipt are waited for at most.
const RECEIPTS: usize = 100_000;

/// How much may be published at once, and a second after that.
const PUBLISHED: (f64, f64) = (30.0, 5.0);

/// How many requests one frame may hold.
const BATCH: usize = 50;

/// Of how many people it can be asked at once when they were last seen.
const SEEN: usize = 500;

/// How much a connection may still ask.
pub struct Budget {
    frames: f64,
    published: f64,
    /// How many words of receipt are still to come.
    receipts: usize,
    at: Instant,
}

impl Budget {
    /// A full one.
    pub fn new(now: Instant) -> Self {
        Self { frames: FRAMES.0, published: PUBLISHED.0, receipts: 0, at: now }
    }

    /// So many events were told, of each of which a word of receipt may come.
    pub fn told(&mut self, events: usize) {
        self.receipts = self.receipts.saturating_add(events).min(RECEIPTS);
    }

    /// Takes a frame from it; a word of receipt that is to come costs nothing. False when there is none left.
    pub fn spend(&mut self, now: Instant, receipt: bool) -> bool {
        if receipt && self.receipts > 0 {
            self.receipts -= 1;
            return true;
        }
        let seconds = now.duration_since(self.at).as_secs_f64();
        self.at = now;
        self.frames = (self.frames + seconds * FRAMES.1).min(FRAMES.0);
        self.published = (self.published + seconds * PUBLISHED.1).min(PUBLISHED.0);
        self.frames -= 1.0;
        self.frames >= 0.0
    }

    /// The same for something published.
    pub fn publish(&mut self) -> bool {
        if self.published < 1.0 {
            return false;
        }
        self.published -= 1.0;
        true
    }
}

/// A refusal in the words of JSON-RPC.
pub struct Refused(i64, &'static str);

impl Refused {
    const UNREADABLE: Self = Self(-32700, "Parse error");
    const INVALID: Self = Self(-32600, "Invalid Request");
    const UNKNOWN: Self = Self(-32601, "Method not found");
    /// The parameters are not what the method takes.
    pub const PARAMS: Self = Self(-32602, "Invalid params");
    /// Something is not allowed.
    pub const DENIED: Self = Self(-32000, "Access denied");
    /// Too much was asked.
    pub const TOO_MUCH: Self = Self(-32001, "Too many requests");
    const FAILED: Self = Self(-32603, "Internal error");
}

impl Push {
    /// Answers a text frame; `None` when there is nothing to answer.
    pub async fn asked(&self, pass: &Pass, seat: &Seat, budget: &mut Budget, text: &str) -> Option<String> {
        if !text.starts_with(['{', '[']) {
            return None;
        }
        let Ok(request) = serde_json::from_str::<Value>(text) else {
            return Some(answer(Value::Null, Err(Refused::UNREADABLE)).to_string());
        };
        match request {
            Value::Array(requests) if requests.is_empty() || requests.len() > BATCH => {
                Some(answer(Value::Null, Err(Refused::INVALID)).to_string())
            }
            Value::Array(requests) => {
                let mut answers = Vec::new();
                for request in requests {
                    answers.extend(self.request(pass, seat, budget, request).await);
                }
                (!answers.is_empty()).then(|| Value::Array(answers).to_string())
            }
            request => self.request(pass, seat, budget, request).await.map(|answer| answer.to_string()),
        }
    }

    /// A request without an id is not answered.
    async fn request(&self, pass: &Pass, seat: &Seat, budget: &mut Budget, request: Value) -> Option<Value> {
        let id = request.get("id").cloned();
        let Some(method) = request.get("method").and_then(Value::as_str) else {
            // Clients answer nothing, but one that does is not asked again.
            let reply = request.get("result").is_some() || request.get("error").is_some();
            return (!reply).then(|| answer(id.unwrap_or(Value::Null), Err(Refused::INVALID)));
        };
        let empty = Map::new();
        let params = match request.get("params") {
            None | Some(Value::Null) => Some(&empty),
            Some(Value::Object(params)) => Some(params),
            Some(Value::Array(list)) if list.is_empty() => Some(&empty),
            Some(_) => None,
        };
        let outcome = match params {
            Some(params) => self.run(pass, seat, budget, method, params).await,
            None => Err(Refused::PARAMS),
        };
        id.map(|id| answer(id, outcome))
    }

    async fn run(
        &self,
        pass: &Pass,
        seat: &Seat,
        budget: &mut Budget,
        method: &str,
        params: &Map<String, Value>,
    ) -> Result<Value, Refused> {
        // The client of an application hears of what that tells it, and of nobody else.
        if pass.app().is_some() && !matches!(method, "ping" | "listChannels") {
            return Err(Refused::DENIED);
        }
        match method {
            "ping" => Ok(json!("pong")),
            "publish" => {
                let publication = Publication::read(params).ok_or(Refused::PARAMS)?;
                if !budget.publish() {
                    return Err(Refused::TOO_MUCH);
                }
                self.publish(pass, publication).await.map(|()| Value::Bool(true))
            }
            "getUsersLastSeen" => {
                let users = users(params.get("userList")).ok_or(Refused::PARAMS)?;
                let seen = self.last_seen(pass.user, users).await.map_err(|_| Refused::FAILED)?;
                Ok(Value::Object(
                    seen.into_iter().map(|(user, ago)| (user.to_string(), json!(ago))).collect(),
                ))
            }
            "listChannels" => {
                let (private, _) = self.signer.private(*pass);
                let shared = self.signer.shared(*pass);
                Ok(json!([{ "id": private, "type": "private" }, { "id": shared, "type": "shared" }]))
            }
            "subscribeStatusChange" => {
                let whom = user(params.get("userId")).ok_or(Refused::PARAMS)?;
                let seen = self.messenger.user(pass.user, whom).await.is_ok();
                if !seen {
                    return Err(Refused::DENIED);
                }
                if self.hub.watch(seat, whom) { Ok(Value::Bool(true)) } else { Err(Refused::TOO_MUCH) }
            }
            "unsubscribeStatusChange" => {
                let whom = user(params.get("userId")).ok_or(Refused::PARAMS)?;
                self.hub.unwatch(seat, whom);
                Ok(Value::Bool(true))
            }
            _ => Err(Refused::UNKNOWN),
        }
    }

    /// How many seconds ago people were last seen, zero for those who are connected. Whoever was never seen, or may not be
    /// seen by the caller, is left out.
    pub async fn last_seen(
        &self,
        caller: UserId,
        wanted: Vec<UserId>,
    ) -> Result<Vec<(UserId, i64)>, lately_messenger::Error> {
        let now = self.now();
        let found = self.messenger.users(caller, wanted).await?;
        let seen = |(id, user): (UserId, Option<lately_model::User>)| {
            let user = user?;
            if self.hub.online(id, now) {
                return Some((id, 0));
            }
            let last = self.hub.last_seen(id).max(user.last_activity)?;
            Some((id, (now.0 - last.0).max(0)))
        };
        Ok(found.into_iter().filter_map(seen).collect())
    }
}

fn answer(id: Value, outcome: Result<Value, Refused>) -> Value {
    match outcome {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(Refused(code, message)) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
        }
    }
}

/// A person's number, which some clients send as a text.
pub fn user(value: Option<&Value>) -> Option<UserId> {
    let number = match value? {
        Value::String(text) => text.parse().ok()?,
        value => value.as_i64()?,
    };
    (number > 0).then_some(UserId(number))
}

/// A list of people's numbers.
pub fn users(value: Option<&Value>) -> Option<Vec<UserId>> {
    let list = value?.as_array().filter(|list| list.len() <= SEEN)?;
    list.iter().map(|value| user(Some(value))).collect()
}
