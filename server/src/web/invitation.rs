//! Invitations: administrators make them, and whoever has one uses it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use lately_messenger::Refusal;
use lately_model::text::clip;
use lately_model::{Doer, User, UserId, UserKind};
use serde_json::{Value, json};

use super::Web;
use super::form::{Form, answer, failed};
use super::session::{signed_in, welcomed};
use crate::rest::refusal::WireError;
use crate::rest::transport::Way;

/// How many characters of what is said of somebody new are kept.
const LONGEST: usize = 200;

/// The routes under `/invitation`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/invitation", routing::post(invite))
        .route("/invitation/may", routing::post(may))
        .route("/invitation/new", routing::post(bring))
        .route("/invitation/look", routing::post(look))
        .route("/invitation/accept", routing::post(accept))
}

/// The address that invites.
pub fn link(base_url: &str, code: &str) -> String {
    format!("{base_url}/#/invitation/{code}")
}

/// The address that makes the first administrator.
pub fn first_link(base_url: &str, code: &str) -> String {
    format!("{base_url}/#/first/{code}")
}

type Asked = (State<Arc<Web>>, Extension<Way>);

async fn invite((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    answer(invited(&web, &way, request).await)
}

async fn invited(web: &Web, way: &Way, request: Request<Body>) -> Result<Value, WireError> {
    let form = Form::read(request).await?;
    let caller = signed_in(web, way, &form).await?.user_id;
    let user = UserId(form.number("user"));
    let made = web.portal.messenger.invite_person(Doer::page(caller, way.peer), user).await;
    let (invitation, code) = made.map_err(|error| failed(error, "invitation", &way.request))?;
    tracing::info!(user = caller.0, invited = user.0, "invited somebody");
    Ok(json!({
        "link": link(&web.portal.base_url, &code),
        "expires_at": invitation.expires_at.atom(&web.portal.zone),
    }))
}

/// Whether whoever is signed in may invite somebody new.
async fn may((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let form = Form::read(request).await?;
        let caller = signed_in(&web, &way, &form).await?.user_id;
        let may = web.portal.messenger.may_invite(caller).await;
        Ok(json!(may.map_err(|error| failed(error, "invitation", &way.request))?))
    };
    answer(outcome.await)
}

/// Adds somebody new and invites them.
async fn bring((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    answer(brought(&web, &way, request).await)
}

async fn brought(web: &Web, way: &Way, request: Request<Body>) -> Result<Value, WireError> {
    let form = Form::read(request).await?;
    let caller = signed_in(web, way, &form).await?.user_id;
    let text = |name: &str| clip(form.text(name).trim(), LONGEST);
    let email = text("email");
    if !email.contains('@') || email.contains(char::is_whitespace) {
        let refusal = Refusal::Argument("email", "Wrong e-mail".to_owned());
        return Err(failed(refusal.into(), "invitation", &way.request));
    }
    let kind = if form.is("guest") { UserKind::Extranet } else { UserKind::Employee };
    let (first_name, last_name) = (text("first_name"), text("last_name"));
    let newcomer =
        User { email, first_name, last_name, work_position: text("position"), kind, ..User::default() };
    let made = web.portal.messenger.invite_newcomer(Doer::page(caller, way.peer), newcomer).await;
    let (invitation, code) = made.map_err(|error| failed(error, "invitation", &way.request))?;
    tracing::info!(user = caller.0, invited = invitation.user_id.0, "invited somebody new");
    Ok(json!({
        "user": invitation.user_id,
        "link": link(&web.portal.base_url, &code),
        "expires_at": invitation.expires_at.atom(&web.portal.zone),
    }))
}

async fn look((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let form = Form::read(request).await?;
        let invited = web.portal.messenger.invited(form.text("code")).await;
        let invited = invited.map_err(|error| failed(error, "invitation", &way.request))?;
        Ok(json!({ "name": invited.user.name(), "login": invited.login }))
    };
    answer(outcome.await)
}

async fn accept((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(error) => return answer(Err(error)),
    };
    let (code, login, password) = (form.text("code"), form.text("login"), form.text("password").to_owned());
    let begun = web.portal.messenger.accept(Doer::door(way.peer), code, login, password).await;
    welcomed(&web, &way, &form, begun)
}
