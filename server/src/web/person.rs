//! People, as administrators look after them in the page: who is there, in what role, and signed in or not.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use lately_messenger::person::{Person, Role};
use lately_model::{Doer, UserId};
use serde_json::{Value, json};

use super::Web;
use super::form::{answer, failed};
use super::session::asked;
use crate::rest::transport::Way;

/// How many people one page has.
const PAGE: usize = 100;

/// The routes under `/person`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/person/list", routing::post(list))
        .route("/person/role", routing::post(role))
        .route("/person/sign-out", routing::post(sign_out))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

async fn list((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let after = UserId(form.number("after"));
        let found = web.portal.messenger.people(caller, form.text("find"), after, PAGE).await;
        let (people, more) = found.map_err(|error| failed(error, "person", &way.request))?;
        let rows: Vec<Value> = people.iter().map(|person| row(&web, person)).collect();
        Ok(json!({ "people": rows, "more": more }))
    };
    answer(outcome.await)
}

async fn role((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let (user, role) =
            (UserId(form.number("user")), Role { admin: form.is("admin"), guest: form.is("guest") });
        let by = Doer::page(caller, way.peer);
        let changed = web.portal.messenger.set_role(by, user, role, form.is("confirm")).await;
        let person = changed.map_err(|error| failed(error, "person", &way.request))?;
        tracing::info!(user = caller.0, of = user.0, admin = role.admin, guest = role.guest, "gave a role");
        Ok(row(&web, &person))
    };
    answer(outcome.await)
}

async fn sign_out((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let user = UserId(form.number("user"));
        let ended = web.portal.messenger.sign_out_everywhere(Doer::page(caller, way.peer), user).await;
        ended.map_err(|error| failed(error, "person", &way.request))?;
        tracing::info!(user = caller.0, of = user.0, "signed somebody out everywhere");
        Ok(json!(true))
    };
    answer(outcome.await)
}

fn row(web: &Web, person: &Person) -> Value {
    let (user, zone) = (&person.user, &web.portal.zone);
    json!({
        "id": user.id,
        "name": user.name(),
        "email": user.email,
        "position": user.work_position,
        "active": user.active,
        "admin": user.admin,
        "guest": user.is_extranet(),
        "login": person.login,
        "last_login": user.last_login.map(|at| at.atom(zone)),
    })
}
