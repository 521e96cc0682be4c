//! Applications, and clients that act by their tokens.

use lately_messenger::app::NewApp;
use lately_model::{AppId, Revision, Scopes, UserId};

use crate::{Client, Person, TestPortal};

/// An application with what is told of it once.
#[derive(Debug, Clone)]
pub struct TestApp {
    /// Its number.
    pub id: i64,
    /// Its public name.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
    /// What its events carry.
    pub application_token: String,
}

impl TestPortal {
    /// An installed application with these scopes, answered by today's page.
    pub async fn app(&self, scopes: &str) -> TestApp {
        self.app_with(scopes, |_| {}).await
    }

    /// The same with more said about it.
    pub async fn app_with(&self, scopes: &str, say: impl FnOnce(&mut NewApp)) -> TestApp {
        let mut new = NewApp {
            title: "Stock bot".to_owned(),
            scopes: Scopes::parse(scopes).expect("known scopes"),
            installed: true,
            revision: Revision::R33,
            ..NewApp::default()
        };
        say(&mut new);
        let (app, secret) = self.messenger().add_app(None, new).await.expect("an application");
        let (client_id, application_token) = (app.client_id, app.application_token);
        TestApp { id: app.id.0, client_id, secret, application_token }
    }

    /// A person for whom the application acts, by a token of an hour.
    pub async fn app_client(&self, app: &TestApp, person: Person) -> Client {
        let lent = self.messenger().lend_tokens(AppId(app.id), UserId(person.id()), false).await;
        self.token_client(&lent.expect("tokens").access, person)
    }

    /// A person for whom whoever has this token acts.
    pub fn token_client(&self, token: &str, person: Person) -> Client {
        let client = Client::new(format!("{}/rest/", self.origin()), person.id(), self.http().clone());
        client.with_token(token)
    }
}
