//! The page where somebody lets an application act for them.
//!
//! Whoever is signed in is sent on at once, as portals do: the administrator who made the application decided what it may
//! call. Whoever is not signs in first, on the portal's page, which brings them back.

use axum::body::Body;
use axum::http::header::{self, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method as Verb, Response, StatusCode};
use lately_model::App;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::OAuth;
use crate::auth::{self, cookie};
use crate::rest::call::Failure;
use crate::rest::params::{parse_query, text_of};
use crate::rest::refusal::{SystemError, WireError};
use crate::rest::transport::Way;
use crate::web;

/// Where the portal's page learns where somebody wants to go once they are signed in.
const SIGN_IN: &str = "/?next=";

/// The name by which the log knows it.
const NAME: &str = "oauth.authorize";

pub(super) async fn answer(
    oauth: &OAuth,
    admitted: Result<(), WireError>,
    head: Parts,
    way: &Way,
) -> Response<Body> {
    let led = async {
        admitted?;
        lead(oauth, &head, way).await
    };
    match led.await {
        Ok(response) => response,
        Err(error) => {
            let mut page = shown("This did not work", &error.text);
            // What a client library reads in a body, a person sees as a page that failed.
            let status = if error.status == StatusCode::OK { StatusCode::BAD_REQUEST } else { error.status };
            *page.status_mut() = status;
            page
        }
    }
}

async fn lead(oauth: &OAuth, head: &Parts, way: &Way) -> Result<Response<Body>, WireError> {
    if head.method != Verb::GET {
        return Err(SystemError::VerbNotAllowed.into());
    }
    let query = head.uri.query().unwrap_or_default();
    let asked = parse_query(query).map_err(SystemError::Unreadable)?;
    let text = |name: &str| asked.get(name).and_then(text_of).unwrap_or_default();
    let failed = |error| WireError::of(Failure::Messenger(error), NAME, &way.request);
    let messenger = &oauth.portal.messenger;
    let session = match cookie::of(&head.headers) {
        Some(cookie) => auth::recognise(messenger, cookie).await.map_err(failed)?,
        None => None,
    };
    let Some(session) = session else {
        let back = format!("/oauth/authorize/?{query}");
        return Ok(sent(&format!("{SIGN_IN}{}", encoded(&back))));
    };
    let user = session.user_id;
    let (app, code) = messenger.authorize_app(user, &text("client_id")).await.map_err(failed)?;
    tracing::info!(user = user.0, app = app.id.0, peer = %way.peer, "let an application act");
    Ok(if app.handler_url.is_empty() {
        shown("The code", &format!("{code} is good for {} seconds.", lately_model::app_token::CODE_LIFE))
    } else {
        sent(&handler(oauth, &app, &code, &text("state")))
    })
}

/// The application's own address, with the code.
fn handler(oauth: &OAuth, app: &App, code: &str, state: &str) -> String {
    let places = &oauth.portal.places;
    let (address, fragment) = match app.handler_url.split_once('#') {
        Some((address, fragment)) => (address, format!("#{fragment}")),
        None => (app.handler_url.as_str(), String::new()),
    };
    let member_id = oauth.portal.messenger.member_id();
    let query: Vec<String> = [
        ("code", code),
        ("state", state),
        ("domain", places.portal_host()),
        ("member_id", &member_id),
        ("scope", &app.scopes.joined()),
        ("server_domain", places.authority_host()),
    ]
    .into_iter()
    .map(|(name, value)| format!("{name}={}", encoded(value)))
    .collect();
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{}{fragment}", query.join("&"))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn sent(address: &str) -> Response<Body> {
    let mut response = web::page("text/plain; charset=utf-8", "");
    let Ok(location) = HeaderValue::from_str(address) else {
        return shown("This did not work", "The application's address cannot be used.");
    };
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A small page that says one thing.
fn shown(title: &'static str, text: &str) -> Response<Body> {
    let text = escaped(text);
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{text}</p></html>"
    );
    let mut response = web::page("text/html; charset=utf-8", page);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
