//! Signing in and out with a browser.
//!
//! Must hold: a cookie is given to whoever proved who they are, and to nobody else.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderMap};
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use lately_messenger::Error;
use lately_messenger::audit::Stopped;
use lately_messenger::session::Begun;
use lately_model::{Doer, Session, UserId};
use serde_json::{Value, json};

use super::Web;
use super::form::{Form, answer, failed};
use crate::auth::{self, cookie};
use crate::rest::refusal::{SystemError, WireError};
use crate::rest::transport::Way;

/// The routes under `/session`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/session", routing::get(who).post(sign_in))
        .route("/session/end", routing::post(sign_out))
        .route("/session/password", routing::post(change_password))
        .route("/session/first", routing::post(found))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

/// Who is signed in, and with what token; or what a stranger can do.
async fn who((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = present(&web, request.headers()).await;
    answer(outcome.map_err(|error| failed(error, "session", &way.request)))
}

async fn present(web: &Web, headers: &HeaderMap) -> Result<Value, Error> {
    let messenger = &web.portal.messenger;
    if let Some(value) = cookie::of(headers)
        && let Some(session) = auth::recognise(messenger, value).await?
    {
        return Ok(told(web, session.user_id, value));
    }
    Ok(json!({ "user_id": null, "first_run": messenger.has_nobody().await? }))
}

/// With the address of the portal that links begin with: the page may have come from another one.
fn told(web: &Web, user: UserId, value: &str) -> Value {
    json!({ "user_id": user, "sessid": cookie::sessid(value), "base_url": web.portal.base_url })
}

async fn sign_in((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(error) => return answer(Err(error)),
    };
    let (login, messenger) = (form.text("login"), &web.portal.messenger);
    if let Err(error) = admit(&web, &way, login, Stopped::Login(login)).await {
        return answer(Err(error));
    }
    let begun = messenger.sign_in(login, form.text("password").to_owned()).await;
    match &begun {
        Ok(begun) => {
            web.attempts.forgive(login, way.peer);
            tracing::info!(user = begun.session.user_id.0, peer = %way.peer, "signed in");
        }
        Err(Error::Refused(_)) => tracing::info!(peer = %way.peer, "an attempt to sign in failed"),
        Err(Error::Fault(_)) => {}
    }
    welcomed(&web, &way, &form, begun)
}

/// Makes the first administrator.
async fn found((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(error) => return answer(Err(error)),
    };
    let (code, login, password) = (form.text("code"), form.text("login"), form.text("password").to_owned());
    let (first, last) = (form.text("first_name"), form.text("last_name"));
    let begun = web.portal.messenger.found(Doer::door(way.peer), code, first, last, login, password).await;
    welcomed(&web, &way, &form, begun)
}

/// Ends the session, or all of that person.
async fn sign_out((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(error) => return answer(Err(error)),
    };
    let session = match signed_in(&web, &way, &form).await {
        Ok(session) => session,
        Err(error) => return answer(Err(error)),
    };
    let messenger = &web.portal.messenger;
    let ended = if form.is("everywhere") {
        messenger.sign_out_everywhere(Doer::page(session.user_id, way.peer), session.user_id).await
    } else {
        messenger.sign_out(&session).await
    };
    match ended {
        Ok(()) => {
            let mut response = answer(Ok(json!(true)));
            give(&mut response, &web, &way, &form, "");
            response
        }
        Err(error) => answer(Err(failed(error, "session", &way.request))),
    }
}

async fn change_password((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    answer(changed(&web, &way, request).await)
}

async fn changed(web: &Web, way: &Way, request: Request<Body>) -> Result<Value, WireError> {
    let form = Form::read(request).await?;
    let session = signed_in(web, way, &form).await?;
    let messenger = &web.portal.messenger;
    // No login has a space, so this is nobody's.
    let key = format!("user {}", session.user_id);
    admit(web, way, &key, Stopped::User(session.user_id)).await?;
    let (current, password) = (form.text("current").to_owned(), form.text("password").to_owned());
    let by = Doer::page(session.user_id, way.peer);
    let done = messenger.change_password(by, &session, current, password).await;
    done.map_err(|error| failed(error, "session", &way.request))?;
    web.attempts.forgive(&key, way.peer);
    tracing::info!(user = session.user_id.0, peer = %way.peer, "changed the password");
    Ok(json!(true))
}

/// Counts an attempt; the first one too many is noted for the administrators.
async fn admit(web: &Web, way: &Way, key: &str, whom: Stopped<'_>) -> Result<(), WireError> {
    let messenger = &web.portal.messenger;
    let Err(too_many) = web.attempts.admit(key, way.peer, messenger.now().0) else { return Ok(()) };
    for whom in [too_many.login.then_some(whom), too_many.peer.then_some(Stopped::Address)] {
        let Some(whom) = whom else { continue };
        if let Err(error) = messenger.stop_sign_in(whom, way.peer).await {
            tracing::warn!(%error, peer = %way.peer, "too many attempts to sign in, and that is not noted");
        }
    }
    Err(SystemError::TooManyAttempts.into())
}

/// A form of somebody who is signed in, and who that is.
///
/// # Errors
/// It cannot be read, there is no session, or a fault.
pub async fn asked(web: &Web, way: &Way, request: Request<Body>) -> Result<(Form, UserId), WireError> {
    let form = Form::read(request).await?;
    let caller = signed_in(web, way, &form).await?.user_id;
    Ok((form, caller))
}

/// The session behind a form, which must bring its token.
///
/// # Errors
/// There is none, or a fault.
pub async fn signed_in(web: &Web, way: &Way, form: &Form) -> Result<Session, WireError> {
    session_of(web, way, &form.headers).await
}

/// The session behind a request, which must bring its token.
///
/// # Errors
/// There is none, or a fault.
pub async fn session_of(web: &Web, way: &Way, headers: &HeaderMap) -> Result<Session, WireError> {
    let bad = || WireError::from(SystemError::BadSession);
    let value = cookie::of(headers).ok_or_else(bad)?;
    let proven = cookie::token_of(headers).is_some_and(|given| cookie::proves(value, given));
    let session = auth::recognise(&web.portal.messenger, value).await;
    let session = session.map_err(|error| failed(error, "session", &way.request))?;
    session.filter(|_| proven).ok_or_else(bad)
}

/// The answer to whoever signed in, with the cookie; or why they did not.
pub fn welcomed(web: &Web, way: &Way, form: &Form, begun: Result<Begun, Error>) -> Response<Body> {
    match begun {
        Ok(begun) => {
            let value = cookie::value(&begun);
            let mut response = answer(Ok(told(web, begun.session.user_id, &value)));
            give(&mut response, web, way, form, &value);
            response
        }
        Err(error) => answer(Err(failed(error, "session", &way.request))),
    }
}

fn give(response: &mut Response<Body>, web: &Web, way: &Way, form: &Form, value: &str) {
    if let Some(set) = cookie::set(&form.headers, way.scheme, &web.portal.base_url, value) {
        response.headers_mut().insert(header::SET_COOKIE, set);
    }
}
