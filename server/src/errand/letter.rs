//! What applications are told, on the wire (core.md 12). No behaviour, no store.

use lately_messenger::bot::BotScene;
use lately_messenger::errand::{Lent, Outfit};
use lately_model::app::STATUS;
use lately_model::{App, Dialect, Errand, Moment, User, UserKind};
use serde_json::{Map, Value, json};

use crate::oauth::shape::Places;
use crate::rest::shape::portal_user::record;
use crate::rest::shape::{Wire, bot_event};

/// What is told of a person who was added, as far as the application may see it.
const PERSON: [&str; 10] = [
    "ID",
    "ACTIVE",
    "EMAIL",
    "NAME",
    "LAST_NAME",
    "PERSONAL_GENDER",
    "PERSONAL_BIRTHDAY",
    "UF_DEPARTMENT",
    "DATE_REGISTER",
    "WORK_POSITION",
];

/// Everything that an application is told with one request.
pub fn letter(errand: &Errand, outfit: &Outfit, now: Moment, places: &Places, wire: &Wire<'_>) -> Value {
    let sender = Sender { errand, outfit, now, places };
    let data = match (&outfit.bot, &outfit.person, &outfit.app) {
        (Some(scene), _, _) => for_bot(scene, &sender, wire),
        (None, Some(user), Some(app)) => person(user, app, now, wire),
        _ => outfit.data.clone(),
    };
    let mut letter = Map::new();
    letter.insert("event".to_owned(), json!(errand.event));
    if !errand.handler.is_none() {
        letter.insert("event_handler_id".to_owned(), json!(errand.handler));
    }
    letter.insert("data".to_owned(), data);
    letter.insert("ts".to_owned(), json!(now.0));
    letter.insert("auth".to_owned(), Value::Object(sender.auth(outfit.tokens.as_ref())));
    Value::Object(letter)
}

/// From whom a request is.
struct Sender<'a> {
    errand: &'a Errand,
    outfit: &'a Outfit,
    now: Moment,
    places: &'a Places,
}

impl Sender<'_> {
    /// Without tokens only what says where it comes from.
    fn auth(&self, tokens: Option<&Lent>) -> Map<String, Value> {
        let mut auth = Map::new();
        let mut put = |key: &str, value: Value| drop(auth.insert(key.to_owned(), value));
        if let Some(lent) = tokens {
            put("access_token", json!(lent.access));
            put("expires", json!(lent.ends.0));
            put("expires_in", json!(lent.ends.0 - self.now.0));
            put("user_id", json!(lent.user));
            if let Some(refresh) = &lent.refresh {
                put("refresh_token", json!(refresh));
            }
        }
        if let Some(app) = &self.outfit.app {
            put("scope", json!(app.scopes.joined()));
            put("status", json!(STATUS));
        }
        put("domain", json!(self.places.portal_host()));
        put("server_endpoint", json!(self.places.server_endpoint()));
        put("client_endpoint", json!(self.places.client_endpoint()));
        put("member_id", json!(self.outfit.member_id));
        put("application_token", json!(self.errand.token));
        auth
    }
}

/// What a bot's program is told, with what it may answer as the bot.
fn for_bot(scene: &BotScene, sender: &Sender<'_>, wire: &Wire<'_>) -> Value {
    let mut auth = sender.auth(sender.outfit.bot_tokens.as_ref());
    match scene.event.dialect {
        Dialect::V1 => {
            if let Some(app) = &sender.outfit.app {
                auth.insert("client_id".to_owned(), json!(app.client_id));
            }
            bot_event::first(scene, &auth, wire)
        }
        Dialect::V2 => {
            let bot = json!({ "id": scene.event.bot, "code": scene.event.code, "auth": auth });
            bot_event::second(scene, &bot, wire)
        }
    }
}

fn person(user: &User, app: &App, now: Moment, wire: &Wire<'_>) -> Value {
    let Value::Object(record) = record(user, &app.scopes, now, wire) else { return json!({}) };
    let mut told = Map::new();
    for key in PERSON {
        let outside = key == "UF_DEPARTMENT" && user.kind == UserKind::Extranet;
        let Some(value) = record.get(key).filter(|_| !outside) else { continue };
        let value = match (key, value) {
            ("ACTIVE", Value::Bool(active)) => json!(if *active { "Y" } else { "N" }),
            (_, value) => value.clone(),
        };
        told.insert(key.to_owned(), value);
    }
    Value::Object(told)
}
