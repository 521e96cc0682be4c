//! Settings, as administrators see and change them in the page; and what every visitor is told of the portal.
//!
//! Must hold: what cannot be changed while the portal runs is shown with the place where it is set; secrets are covered.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use lately_messenger::setting::SettingState;
use lately_messenger::{Error, Refusal};
use lately_model::{Doer, Setting};
use serde_json::{Value, json};

use super::Web;
use super::form::{Form, answer, failed};
use super::session::asked;
use crate::config::{Key, keys};
use crate::rest::transport::Way;

/// The routes under `/setting`, and `/portal.json`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/portal.json", routing::get(portal))
        .route("/setting/list", routing::post(list))
        .route("/setting/change", routing::post(change))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

/// What the portal is called: strangers see it where they sign in.
async fn portal((State(web), Extension(way)): Asked) -> Response<Body> {
    let settings = web.portal.messenger.portal_settings().await;
    let told = settings.map(|settings| json!({ "name": settings.name }));
    answer(told.map_err(|error| failed(error, "portal", &way.request)))
}

async fn list((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (_, caller) = asked(&web, &way, request).await?;
        let states = web.portal.messenger.settings_for(Some(caller)).await;
        let states = states.map_err(|error| failed(error, "setting", &way.request))?;
        let all = keys(&web.reporter.config);
        let place = |name: &str| all.iter().find(|key| key.name == name).and_then(|key| key.place.clone());
        let settings: Vec<Value> =
            states.iter().map(|state| shown(&web, state, place(state.setting.key()))).collect();
        let fixed = all.iter().filter(|key| Setting::of_key(key.name).is_none());
        Ok(json!({ "settings": settings, "fixed": fixed.map(fixture).collect::<Vec<_>>() }))
    };
    answer(outcome.await)
}

async fn change((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let messenger = &web.portal.messenger;
        let done = match read(&form) {
            Ok((setting, value)) => {
                messenger.change_setting(Doer::page(caller, way.peer), setting, value).await
            }
            Err(refusal) => Err(Error::from(refusal)),
        };
        done.map_err(|error| failed(error, "setting", &way.request))?;
        tracing::info!(user = caller.0, setting = form.text("name"), "changed a setting");
        Ok(json!(true))
    };
    answer(outcome.await)
}

/// Which setting becomes what; without a value the configuration counts again. Numbers may come as such.
fn read(form: &Form) -> Result<(Setting, Option<String>), Refusal> {
    let unknown = || Refusal::Argument("name", "There is no such setting".to_owned());
    let setting = Setting::of_key(form.text("name")).ok_or_else(unknown)?;
    let value = match form.value("value") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(_) => return Err(Refusal::Argument("value", "Write a text or a number".to_owned())),
    };
    Ok((setting, value))
}

fn shown(web: &Web, state: &SettingState, place: Option<String>) -> Value {
    let zone = &web.portal.zone;
    let (least, most) = state.setting.range().unzip();
    json!({
        "name": state.setting.key(),
        "value": state.value,
        "configured": state.configured,
        "place": place,
        "changed_at": state.changed.map(|(at, _)| at.atom(zone)),
        "changed_by": state.changed.map(|(_, by)| by),
        "choices": state.setting.choices(),
        "least": least,
        "most": most,
    })
}

fn fixture(key: &Key) -> Value {
    json!({ "name": key.name, "value": key.value, "place": key.place })
}
