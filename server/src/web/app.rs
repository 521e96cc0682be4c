//! Applications, as an administrator looks after them in the page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use lately_messenger::app::NewApp;
use lately_messenger::{Error, Refusal};
use lately_model::{App, AppId, Doer, Revision, Scopes};
use serde_json::{Value, json};

use super::Web;
use super::form::{Form, answer, failed};
use super::session::asked;
use crate::rest::transport::Way;

/// The routes under `/app`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/app/list", routing::post(list))
        .route("/app/add", routing::post(add))
        .route("/app/install", routing::post(install))
        .route("/app/remove", routing::post(remove))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

async fn list((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (_, caller) = asked(&web, &way, request).await?;
        let apps = web.portal.messenger.apps(Some(caller)).await;
        let apps = apps.map_err(|error| failed(error, "app", &way.request))?;
        Ok(apps.iter().map(|app| row(&web, app)).collect())
    };
    answer(outcome.await)
}

async fn add((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let messenger = &web.portal.messenger;
        let usual = messenger.portal_settings().await;
        let usual = usual.map_err(|error| failed(error, "app", &way.request))?.revision;
        let made = match read(&form, usual) {
            Ok(new) => messenger.add_app(Doer::page(caller, way.peer), new).await,
            Err(refusal) => Err(Error::from(refusal)),
        };
        let (app, secret) = made.map_err(|error| failed(error, "app", &way.request))?;
        tracing::info!(user = caller.0, app = app.id.0, "made an application");
        Ok(json!({
            "client_id": app.client_id,
            "client_secret": secret,
            "application_token": app.application_token,
            "app": row(&web, &app),
        }))
    };
    answer(outcome.await)
}

/// Finishes an installation that was left open.
async fn install((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let id = AppId(form.number("id"));
        let installed = web.portal.messenger.install_app(Doer::page(caller, way.peer), id).await;
        Ok(json!(installed.map_err(|error| failed(error, "app", &way.request))?))
    };
    answer(outcome.await)
}

async fn remove((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let id = AppId(form.number("id"));
        let by = Doer::page(caller, way.peer);
        let removed = web.portal.messenger.remove_app(by, id, form.is("clean")).await;
        let removed = removed.map_err(|error| failed(error, "app", &way.request))?;
        tracing::info!(user = caller.0, app = id.0, removed, "removed an application");
        Ok(json!(removed))
    };
    answer(outcome.await)
}

/// An application for which no revision is named has the usual one.
fn read(form: &Form, usual: Revision) -> Result<NewApp, Refusal> {
    let scopes = Scopes::parse(form.text("scopes")).map_err(|text| Refusal::Argument("scopes", text))?;
    if scopes.iter().next().is_none() {
        return Err(Refusal::Argument("scopes", "name at least one scope, or all".to_owned()));
    }
    let named = form.has("revision");
    let revision = if named { Revision::try_from(form.number("revision")) } else { Ok(usual) };
    let address = |name: &str| form.text(name).trim().to_owned();
    Ok(NewApp {
        title: form.text("title").to_owned(),
        scopes,
        handler_url: address("handler_url"),
        install_url: address("install_url"),
        api_only: form.is("api_only"),
        installed: !form.is("pending"),
        revision: revision.map_err(|text| Refusal::Argument("revision", text))?,
        ..NewApp::default()
    })
}

fn row(web: &Web, app: &App) -> Value {
    json!({
        "id": app.id,
        "client_id": app.client_id,
        "title": app.title,
        "scopes": app.scopes.iter().collect::<Vec<_>>(),
        "handler_url": app.handler_url,
        "install_url": app.install_url,
        "api_only": app.api_only,
        "installed": app.installed,
        "revision": app.revision.number(),
        "created_at": app.created_at.atom(&web.portal.zone),
        "created_by": Some(app.created_by).filter(|user| !user.is_none()),
    })
}
