//! The portal of one scenario, and the people in it.
//!
//! Alice (1) is the administrator; Bob, Carol and Dave (2 to 4) are employees; Erin (5) is a guest from outside; Robot (6)
//! is a bot; Frank (7) was dismissed. All but Erin are in department 1, the company. There are no chats. `nobody` has no
//! credential, a `stranger` one that is wrong.

use std::collections::HashMap;

use lately::config::Config;
use lately_model::{AppId, Revision, UserId};
use lately_testkit::{Ground, Person, TestApp, TestPortal, database};
use serde_json::{Value, json};

use super::fill::Known;
use super::format::{Scenario, Step};

/// Everybody by name.
pub const PEOPLE: [(&str, i64); 7] =
    [("alice", 1), ("bob", 2), ("carol", 3), ("dave", 4), ("erin", 5), ("robot", 6), ("frank", 7)];

/// Where portals stand, one after another. On PostgreSQL they use one database, which is put back in between, since
/// making one takes far longer than most scenarios; embedded databases are made anew.
pub struct Field {
    ground: Ground,
    ready: bool,
}

impl Field {
    /// A field for scenarios that are played one after another.
    pub fn find() -> Self {
        Self { ground: Ground::find(), ready: false }
    }

    /// What a scenario says of the server, with what it names put in.
    fn settings(&self, settings: &Value) -> Result<Value, String> {
        let blocked = self.ground.path().join("blocked");
        std::fs::write(&blocked, "a file where a folder should be").expect("a file");
        let mut known = Known::new(&[]);
        known.set("blocked", json!(blocked));
        known.fill(settings)
    }
}

/// A portal with its people.
pub struct Cast {
    pub portal: TestPortal,
    /// Addresses of webhooks, by person, scopes and revision.
    webhooks: HashMap<(i64, String, u32), String>,
    /// Applications, by their scopes.
    apps: HashMap<String, TestApp>,
    /// Tokens, by person and scopes.
    tokens: HashMap<(i64, String), String>,
}

impl Cast {
    /// A new portal in which everybody is there, and what a scenario begins with.
    pub async fn gather(field: &mut Field, scenario: &Scenario) -> Result<Self, String> {
        let settings = field.settings(&scenario.settings)?;
        let address = field.ground.address();
        let used = address.filter(|_| field.ready);
        if let Some(address) = used {
            database::renew(address);
        }
        let portal = TestPortal::on(address.map(str::to_owned), |config| set(config, &settings)).await;
        if used.is_none() {
            let people = Person::ALL.map(person).into_iter().chain([frank(false)]);
            let company = json!({ "type": "department", "id": 1, "name": "Company" });
            import(&portal, std::iter::once(company).chain(people)).await;
            if let Some(address) = address {
                database::keep(address);
                field.ready = true;
            }
        }
        import(&portal, scenario.given.iter().cloned()).await;
        Ok(Self { portal, webhooks: HashMap::new(), apps: HashMap::new(), tokens: HashMap::new() })
    }

    /// What is known by name at the beginning.
    pub fn known() -> Known {
        Known::new(&PEOPLE)
    }

    /// The token by which this person calls, if they call by an application. All who name the same scopes call by the same
    /// application, which is made when it is first named.
    pub async fn token(&mut self, step: &Step) -> Result<Option<String>, String> {
        let Some(scopes) = &step.app else { return Ok(None) };
        let who = step.who.as_deref().unwrap_or_default();
        let id = PEOPLE.iter().find(|(name, _)| *name == who).map(|(_, id)| *id);
        let id = id.ok_or_else(|| format!("there is no {who} in the cast"))?;
        let key = (id, scopes.clone());
        if let Some(token) = self.tokens.get(&key) {
            return Ok(Some(token.clone()));
        }
        if !self.apps.contains_key(scopes) {
            let app = self.portal.app(scopes).await;
            self.apps.insert(scopes.clone(), app);
        }
        let app = AppId(self.apps[scopes].id);
        let lent = self.portal.messenger().lend_tokens(app, UserId(id), false).await;
        let token = lent.map_err(|error| error.to_string())?.access;
        self.tokens.insert(key, token.clone());
        Ok(Some(token))
    }

    /// Before which address a method's name is put when this person calls.
    pub async fn address(&mut self, step: &Step) -> Result<String, String> {
        let origin = self.portal.origin();
        let who = step.who.as_deref().unwrap_or_default();
        let id = match who {
            "nobody" => return Ok(format!("{origin}/rest/")),
            _ if step.app.is_some() => return Ok(format!("{origin}/rest/")),
            "stranger" => return Ok(format!("{origin}/rest/1/wrong/")),
            _ => PEOPLE.iter().find(|(name, _)| *name == who).map(|(_, id)| *id),
        };
        let id = id.ok_or_else(|| format!("there is no {who} in the cast"))?;
        let scopes = step.scopes.clone().unwrap_or_else(|| "all".to_owned());
        let key = (id, scopes, step.revision.unwrap_or(33));
        if let Some(address) = self.webhooks.get(&key) {
            return Ok(address.clone());
        }
        let revision = if key.2 == 29 { Revision::R29 } else { Revision::R33 };
        // Only who works here is given a webhook.
        if who == "frank" {
            self.portal.import(&frank(true).to_string()).await;
        }
        let client = self.portal.client_with(id, &key.1, revision).await;
        if who == "frank" {
            self.portal.import(&frank(false).to_string()).await;
        }
        self.webhooks.insert(key, client.url.clone());
        Ok(client.url)
    }
}

/// Sets what is named, and leaves the rest.
fn set(config: &mut Config, settings: &Value) {
    let mut all = serde_json::to_value(&*config).expect("settings are JSON too");
    put(&mut all, settings);
    *config = serde_json::from_value(all).expect("settings that there are");
}

fn put(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.iter().for_each(|(key, value)| put(&mut into[key], value));
        }
        (_, Value::Null) => {}
        (into, from) => *into = from.clone(),
    }
}

async fn import(portal: &TestPortal, records: impl Iterator<Item = Value>) {
    let lines: Vec<_> = records.map(|record| record.to_string()).collect();
    portal.import(&lines.join("\n")).await;
}

fn person(person: Person) -> Value {
    let (first, last, kind) = match person {
        Person::Alice => ("Alice", "Adams", "employee"),
        Person::Bob => ("Bob", "Brown", "employee"),
        Person::Carol => ("Carol", "Clark", "employee"),
        Person::Dave => ("Dave", "Dixon", "employee"),
        Person::Erin => ("Erin", "Evans", "extranet"),
        Person::Robot => ("Robot", "", "bot"),
    };
    json!({
        "type": "user", "id": person.id(), "first_name": first, "last_name": last, "kind": kind,
        "admin": person == Person::Alice, "email": format!("{}@example.com", first.to_lowercase()),
        "departments": if person == Person::Erin { json!([]) } else { json!([1]) },
    })
}

fn frank(active: bool) -> Value {
    json!({
        "type": "user", "id": 7, "first_name": "Frank", "last_name": "Foster", "active": active,
        "email": "frank@example.com", "departments": [1],
    })
}
