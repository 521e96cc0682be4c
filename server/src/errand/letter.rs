//! What applications are told, on the wire (core.md 12). No behaviour, no store.

use lately_messenger::errand::Outfit;
use lately_model::app::STATUS;
use lately_model::{App, Errand, Moment, User, UserKind};
use serde_json::{Map, Value, json};

use crate::oauth::shape::Places;
use crate::rest::shape::Wire;
use crate::rest::shape::portal_user::record;

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
    let data = match (&outfit.person, &outfit.app) {
        (Some(user), Some(app)) => person(user, app, now, wire),
        _ => outfit.data.clone(),
    };
    let mut letter = Map::new();
    letter.insert("event".to_owned(), json!(errand.event));
    if !errand.handler.is_none() {
        letter.insert("event_handler_id".to_owned(), json!(errand.handler));
    }
    letter.insert("data".to_owned(), data);
    letter.insert("ts".to_owned(), json!(now.0));
    letter.insert("auth".to_owned(), auth(errand, outfit, now, places));
    Value::Object(letter)
}

/// Without tokens only what says where it comes from.
fn auth(errand: &Errand, outfit: &Outfit, now: Moment, places: &Places) -> Value {
    let mut auth = Map::new();
    let mut put = |key: &str, value: Value| drop(auth.insert(key.to_owned(), value));
    if let Some(lent) = &outfit.tokens {
        put("access_token", json!(lent.access));
        put("expires", json!(lent.ends.0));
        put("expires_in", json!(lent.ends.0 - now.0));
        put("user_id", json!(lent.user));
        if let Some(refresh) = &lent.refresh {
            put("refresh_token", json!(refresh));
        }
    }
    if let Some(app) = &outfit.app {
        put("scope", json!(app.scopes.joined()));
        put("status", json!(STATUS));
    }
    put("domain", json!(places.portal_host()));
    put("server_endpoint", json!(places.server_endpoint()));
    put("client_endpoint", json!(places.client_endpoint()));
    put("member_id", json!(outfit.member_id));
    put("application_token", json!(errand.token));
    Value::Object(auth)
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
