//! What a demo portal offers: addresses, people, and a webhook for each of them.
//!
//! Owns the shape of `portal.json`. It holds secrets: it goes to standard output, to that file and to the page's visitors
//! on this machine, and never to the log.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use lately_model::{User, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::People;
use crate::cli::failure::Failure;
use crate::cli::print;

/// The offer's file in the data directory.
pub(super) const OFFER_FILE: &str = "portal.json";

/// Where the portal answers, without a slash at the end.
pub(super) struct Bases {
    /// `http://127.0.0.1:8080`
    pub(super) http: String,
    /// `https://127.0.0.1:8443`
    pub(super) https: String,
}

impl Bases {
    /// The first address of each kind.
    pub(super) fn new(http: &[SocketAddr], https: &[SocketAddr]) -> Self {
        let base = |scheme: &str, addresses: &[SocketAddr]| {
            addresses.first().map(|address| format!("{scheme}://{address}")).unwrap_or_default()
        };
        Self { http: base("http", http), https: base("https", https) }
    }
}

/// The whole offer.
#[derive(Debug, Serialize)]
pub(super) struct Offer {
    http: String,
    https: String,
    page: String,
    ca: String,
    curl: String,
    /// With which everybody signs in who did not choose another.
    password: String,
    users: Vec<Person>,
    /// Of a cluster: where each of its servers answers by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Person {
    id: i64,
    name: String,
    kind: &'static str,
    position: String,
    admin: bool,
    active: bool,
    login: Option<String>,
    webhook: Option<Hook>,
}

#[derive(Debug, Serialize)]
struct Hook {
    secret: String,
    http: String,
    https: String,
}

impl Offer {
    /// What is offered of these people.
    pub(super) fn new(bases: &Bases, ca: &Path, people: &People) -> Self {
        let users: Vec<Person> = people.users.iter().map(|user| person(bases, user, people)).collect();
        let first = users.iter().find_map(|person| person.webhook.as_ref());
        Self {
            http: bases.http.clone(),
            https: bases.https.clone(),
            page: format!("{}/", bases.http),
            ca: ca.display().to_string(),
            curl: first.map(|webhook| format!("curl '{}im.recent.get'", webhook.http)).unwrap_or_default(),
            password: people.password.clone(),
            users,
            nodes: Vec::new(),
        }
    }

    /// The same, served by these nodes.
    pub(super) fn by(self, nodes: &[SocketAddr]) -> Self {
        Self { nodes: nodes.iter().map(|node| format!("http://{node}")).collect(), ..self }
    }

    /// The offer for programs.
    pub(super) fn value(&self) -> Result<Value, Failure> {
        serde_json::to_value(self).map_err(|error| Failure::new(error.to_string(), ""))
    }

    /// The offer for a person at a terminal; `file` is where all of it stands.
    pub(super) fn told(&self, file: &Path) -> String {
        let rows: Vec<[String; 4]> = self.users.iter().map(row).collect();
        let users = print::table(["ID", "NAME", "KIND", "WEBHOOK"], &rows);
        let Self { https, page, ca, curl, .. } = self;
        let file = file.display();
        let nodes: String = self.nodes.iter().map(|node| format!("node   {node}/\n")).collect();
        format!(
            "{users}\n\npage   {page}\nhttps  {https}/\n{nodes}CA     {ca}\nfile   {file}\ntry    {curl}\n"
        )
    }
}

fn person(bases: &Bases, user: &User, people: &People) -> Person {
    let address = |base: &str, secret: &str| format!("{base}/rest/{}/{secret}/", user.id);
    Person {
        id: user.id.0,
        name: user.name(),
        kind: user.kind.word(),
        position: user.work_position.clone(),
        admin: user.admin,
        active: user.active,
        login: people.logins.get(&user.id).cloned(),
        webhook: people.secrets.get(&user.id).map(|secret| Hook {
            secret: secret.clone(),
            http: address(&bases.http, secret),
            https: address(&bases.https, secret),
        }),
    }
}

fn row(person: &Person) -> [String; 4] {
    let kind = if person.admin { format!("{}, admin", person.kind) } else { person.kind.to_owned() };
    let webhook = person.webhook.as_ref().map_or("(dismissed)", |webhook| webhook.http.as_str());
    [person.id.to_string(), person.name.clone(), kind, webhook.to_owned()]
}

/// The secrets in an offer that an earlier start wrote, and its password; none if it is not one.
pub(super) fn secrets(text: &str) -> Secrets {
    let offer: Earlier = serde_json::from_str(text).unwrap_or_default();
    let webhooks = offer.users.into_iter();
    let webhooks = webhooks.filter_map(|person| Some((UserId(person.id), person.webhook?.secret))).collect();
    Secrets { webhooks, password: offer.password }
}

/// What an earlier start told.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Secrets {
    /// The secret of each user's webhook.
    pub(super) webhooks: BTreeMap<UserId, String>,
    /// The password that was lent.
    pub(super) password: Option<String>,
}

#[derive(Default, Deserialize)]
struct Earlier {
    password: Option<String>,
    users: Vec<EarlierPerson>,
}

#[derive(Deserialize)]
struct EarlierPerson {
    id: i64,
    webhook: Option<EarlierHook>,
}

#[derive(Deserialize)]
struct EarlierHook {
    secret: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        let bases = Bases { http: "http://127.0.0.1:1".to_owned(), https: "https://127.0.0.1:2".to_owned() };
        let user = |id, first_name: &str, active| User {
            id: UserId(id),
            active,
            admin: id == 1,
            first_name: first_name.to_owned(),
            ..User::default()
        };
        let users = [user(1, "Alice", true), user(2, "Bob", false)];
        let people = People {
            users: users.to_vec(),
            secrets: BTreeMap::from([(UserId(1), "s3cret".to_owned())]),
            logins: BTreeMap::from([(UserId(1), "alice".to_owned())]),
            password: "lent".to_owned(),
        };
        Offer::new(&bases, Path::new("/portal/ca.pem"), &people)
    }

    #[test]
    fn programs_find_addresses_people_and_a_line_to_try() {
        let value = serde_json::to_value(offer()).unwrap();
        assert_eq!(value["users"][0]["webhook"]["http"], "http://127.0.0.1:1/rest/1/s3cret/");
        assert_eq!(value["users"][0]["webhook"]["https"], "https://127.0.0.1:2/rest/1/s3cret/");
        assert_eq!(value["users"][1]["webhook"], serde_json::Value::Null);
        assert_eq!((&value["users"][0]["login"], &value["password"]), (&"alice".into(), &"lent".into()));
        assert_eq!(value["curl"], "curl 'http://127.0.0.1:1/rest/1/s3cret/im.recent.get'");
        assert_eq!((&value["page"], &value["ca"]), (&"http://127.0.0.1:1/".into(), &"/portal/ca.pem".into()));
    }

    #[test]
    fn people_see_the_same() {
        let text = offer().told(Path::new("portal/portal.json"));
        assert!(
            text.starts_with("ID  NAME   KIND             WEBHOOK\n1   Alice  employee, admin  http://"),
            "{text}"
        );
        assert!(text.contains("2   Bob    employee         (dismissed)"), "{text}");
        assert!(text.contains("page   http://127.0.0.1:1/\n") && text.contains("try    curl"), "{text}");
    }

    #[test]
    fn the_next_start_finds_the_secrets_again() {
        let text = serde_json::to_string(&offer()).unwrap();
        let webhooks = BTreeMap::from([(UserId(1), "s3cret".to_owned())]);
        assert_eq!(secrets(&text), Secrets { webhooks, password: Some("lent".to_owned()) });
        assert_eq!((secrets("{}"), secrets("half")), (Secrets::default(), Secrets::default()));
    }
}
