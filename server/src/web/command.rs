//! The commands of bots that whoever is signed in can give in a dialog, as the page offers them.
//!
//! Must hold: what is hidden, or could not be given there by them, is not told. What may be given is decided by the messenger.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use bytes::Bytes;
use lately_messenger::Refusal;
use lately_model::{BotCommand, DialogId};
use serde_json::{Value, json};

use super::Web;
use super::form::{answer, failed};
use super::session::session_of;
use crate::rest::params::{Params, decode};
use crate::rest::refusal::{SystemError, WireError};
use crate::rest::transport::Way;

/// The route `/web/command?dialog=chat12&language=ru`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/web/command", routing::get(list))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

async fn list((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let (head, _) = request.into_parts();
    answer(listed(&web, &way, &head).await)
}

async fn listed(web: &Web, way: &Way, head: &Parts) -> Result<Value, WireError> {
    let caller = session_of(web, way, &head.headers).await?.user_id;
    let sent = asked_for(head)?;
    let dialog = sent.text("dialog").and_then(|dialog| DialogId::parse(&dialog));
    let dialog = dialog.ok_or_else(|| failed(Refusal::DialogIdEmpty.into(), "command", &way.request))?;
    let offered = web.portal.messenger.offered_commands(caller, dialog).await;
    let offered = offered.map_err(|error| failed(error, "command", &way.request))?;
    let language = sent.text("language").unwrap_or_default().to_lowercase();
    Ok(offered.iter().map(|(command, bot)| row(command, bot, &language)).collect())
}

fn asked_for(head: &Parts) -> Result<Params, WireError> {
    let read = decode(&head.method, head.uri.query(), None, Bytes::new());
    Ok(read.map_err(SystemError::Unreadable)?.params)
}

fn row(command: &BotCommand, bot: &str, language: &str) -> Value {
    let phrase = command.phrase(language);
    json!({
        "botId": command.bot,
        "bot": bot,
        "command": command.name,
        "title": phrase.map_or("", |phrase| &phrase.title),
        "params": phrase.map_or("", |phrase| &phrase.params),
    })
}
