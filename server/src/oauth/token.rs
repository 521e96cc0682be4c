//! The address for tokens: for a code, or for a refresh token.

use axum::body::Body;
use axum::http::header::{self, HeaderValue};
use axum::http::{Request, Response};
use lately_messenger::app_token::Grant;
use serde_json::Value;

use super::shape::tokens;
use super::{OAuth, read, refused};
use crate::rest::call::Failure;
use crate::rest::envelope::Format;
use crate::rest::params::Params;
use crate::rest::refusal::{SystemError, WireError};
use crate::rest::transport::{self, Way};

/// The name by which the log knows it.
const NAME: &str = "oauth.token";

pub(super) async fn answer(
    oauth: &OAuth,
    admitted: Result<(), WireError>,
    request: Request<Body>,
    way: &Way,
) -> Response<Body> {
    let given = async {
        admitted?;
        let (_, decoded) = read(request).await?;
        give(oauth, &decoded.params, way).await
    };
    match given.await {
        Ok(body) => {
            let mut response = Response::new(Body::from(body.to_string()));
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            transport::dressed(response)
        }
        Err(error) => refused(&error, Format::Json),
    }
}

async fn give(oauth: &OAuth, params: &Params, way: &Way) -> Result<Value, WireError> {
    let needed = |name: &'static str| {
        let text = params.text(name).filter(|text| !text.is_empty());
        text.ok_or_else(|| WireError::from(SystemError::GrantMalformed(name)))
    };
    let grant = match needed("grant_type")?.as_str() {
        "authorization_code" => Grant::Code(needed("code")?),
        "refresh_token" => Grant::Refresh(needed("refresh_token")?),
        _ => return Err(SystemError::GrantMalformed("grant_type").into()),
    };
    let (client_id, secret) = (needed("client_id")?, needed("client_secret")?);
    let scope = params.text("scope").unwrap_or_default();
    let (portal, messenger) = (&oauth.portal, &oauth.portal.messenger);
    let granted = messenger.grant(&client_id, &secret, &scope, grant).await;
    let granted = granted.map_err(|error| WireError::of(Failure::Messenger(error), NAME, &way.request))?;
    tracing::debug!(app = granted.app.id.0, user = granted.user.0, peer = %way.peer, "tokens were given");
    Ok(tokens(&granted, &messenger.member_id(), &portal.places))
}
