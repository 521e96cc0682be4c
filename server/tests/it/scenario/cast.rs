//! The portal of one scenario, and the people in it.
//!
//! Alice (1) is the administrator; Bob, Carol and Dave (2 to 4) are employees; Erin (5) is a guest from outside; Robot (6)
//! is a bot; Frank (7) was dismissed. All but Erin are in department 1, the company. There are no chats. `nobody` has no
//! credential, a `stranger` one that is wrong.

use std::collections::HashMap;

use lately_model::{AppId, Revision, UserId};
use lately_testkit::{Person, TestApp, TestPortal};
use serde_json::{Value, json};

use super::field::Field;
use super::fill::Known;
use super::format::{Scenario, Step};

/// Everybody by name.
pub const PEOPLE: [(&str, i64); 7] =
    [("alice", 1), ("bob", 2), ("carol", 3), ("dave", 4), ("erin", 5), ("robot", 6), ("frank", 7)];

/// A portal with its people.
pub struct Cast {
    pub portal: TestPortal,
    /// Addresses of webhooks, by person, scopes and revision.
    webhooks: HashMap<(i64, String, u32), String>,
    /// Applications by scopes and title.
    apps: HashMap<(String, Option<String>), TestApp>,
}

impl Cast {
    /// A new portal in which everybody is there, and what a scenario begins with.
    pub async fn gather(field: &mut Field, scenario: &Scenario) -> Result<Self, String> {
        let portal = field.portal(&scenario.settings).await?;
        if field.is_new() {
            let people = Person::ALL.map(person).into_iter().chain([frank(false)]);
            let company = json!({ "type": "department", "id": 1, "name": "Company" });
            import(&portal, std::iter::once(company).chain(people)).await;
            field.keep(&portal);
        }
        import(&portal, scenario.given.iter().cloned()).await;
        Ok(Self { portal, webhooks: HashMap::new(), apps: HashMap::new() })
    }

    /// What is known by name at the beginning.
    pub fn known() -> Known {
        Known::new(&PEOPLE)
    }

    /// Before which address a method's name is put when this person calls.
    pub async fn address(&mut self, step: &Step) -> Result<String, String> {
        let origin = self.portal.origin();
        let who = step.who.as_deref().unwrap_or_default();
        let id = match who {
            "nobody" => return Ok(format!("{origin}/rest/")),
            "stranger" => return Ok(format!("{origin}/rest/1/wrong/")),
            _ => PEOPLE.iter().find(|(name, _)| *name == who).map(|(_, id)| *id),
        };
        let id = id.ok_or_else(|| format!("there is no {who} in the cast"))?;
        if step.app {
            return Ok(format!("{origin}/rest/"));
        }
        let scopes = scopes(step);
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

    /// The token by which an application calls for this person, if one does.
    pub async fn token(&mut self, step: &Step) -> Result<Option<String>, String> {
        let who = step.who.as_deref().unwrap_or_default();
        let Some((_, user)) = PEOPLE.iter().find(|(name, _)| step.app && *name == who) else {
            return Ok(None);
        };
        let scopes = scopes(step);
        let key = (scopes, step.title.clone());
        let app = match self.apps.get(&key) {
            Some(app) => app.clone(),
            None => {
                self.portal
                    .app_with(&key.0, |new| new.title = key.1.clone().unwrap_or(new.title.clone()))
                    .await
            }
        };
        self.apps.insert(key, app.clone());
        let lent = self.portal.messenger().lend_tokens(AppId(app.id), UserId(*user), false).await;
        lent.map(|lent| Some(lent.access)).map_err(|error| error.to_string())
    }
}

fn scopes(step: &Step) -> String {
    step.scopes.clone().unwrap_or_else(|| "all".to_owned())
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
