//! Webhooks, as an administrator looks after them in the page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use lately_messenger::webhook::NewWebhook;
use lately_messenger::{Error, Refusal};
use lately_model::{Doer, Revision, Scopes, UserId, Webhook, WebhookId};
use serde_json::{Value, json};

use super::Web;
use super::form::{Form, answer, failed};
use super::session::asked;
use crate::rest::transport::Way;

/// The routes under `/webhook`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/webhook/list", routing::post(list))
        .route("/webhook/add", routing::post(add))
        .route("/webhook/remove", routing::post(remove))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

async fn list((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (_, caller) = asked(&web, &way, request).await?;
        let webhooks = web.portal.messenger.webhooks_for(caller).await;
        let webhooks = webhooks.map_err(|error| failed(error, "webhook", &way.request))?;
        Ok(webhooks.iter().map(|webhook| row(&web, webhook)).collect())
    };
    answer(outcome.await)
}

async fn add((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let usual = web.portal.messenger.portal_settings().await;
        let usual = usual.map_err(|error| failed(error, "webhook", &way.request))?.revision;
        let made = match read(&form, usual) {
            Ok(new) => web.portal.messenger.add_webhook_by(Doer::page(caller, way.peer), new).await,
            Err(refusal) => Err(Error::from(refusal)),
        };
        let (webhook, secret) = made.map_err(|error| failed(error, "webhook", &way.request))?;
        tracing::info!(user = caller.0, webhook = webhook.id.0, of = webhook.user_id.0, "made a webhook");
        let address = format!("{}/rest/{}/{secret}/", web.portal.base_url, webhook.user_id);
        Ok(json!({ "address": address, "webhook": row(&web, &webhook) }))
    };
    answer(outcome.await)
}

async fn remove((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let id = WebhookId(form.number("id"));
        let removed = web.portal.messenger.remove_webhook_by(Doer::page(caller, way.peer), id).await;
        let removed = removed.map_err(|error| failed(error, "webhook", &way.request))?;
        tracing::info!(user = caller.0, webhook = id.0, removed, "removed a webhook");
        Ok(json!(removed))
    };
    answer(outcome.await)
}

/// A webhook for which no revision is named has the usual one.
fn read(form: &Form, usual: Revision) -> Result<NewWebhook, Refusal> {
    let scopes = Scopes::parse(form.text("scopes")).map_err(|text| Refusal::Argument("scopes", text))?;
    if scopes.iter().next().is_none() {
        return Err(Refusal::Argument("scopes", "name at least one scope, or all".to_owned()));
    }
    let named = form.has("revision");
    let revision = if named { Revision::try_from(form.number("revision")) } else { Ok(usual) };
    Ok(NewWebhook {
        user: UserId(form.number("user")),
        scopes,
        secret: None,
        revision: revision.map_err(|text| Refusal::Argument("revision", text))?,
        expires_at: None,
        title: lately_model::text::clip(form.text("title"), 100),
    })
}

fn row(web: &Web, webhook: &Webhook) -> Value {
    let zone = &web.portal.zone;
    json!({
        "id": webhook.id,
        "user_id": webhook.user_id,
        "scopes": webhook.scopes.iter().collect::<Vec<_>>(),
        "revision": webhook.revision.number(),
        "created_at": webhook.created_at.atom(zone),
        "expires_at": webhook.expires_at.map(|at| at.atom(zone)),
        "title": webhook.title,
    })
}
