//! `app.info` of the authorization host: the source that applications trust for what a token is.

use axum::body::Body;
use axum::http::{Request, Response};

use super::{OAuth, read, refused, shape};
use crate::auth::{self, Denial};
use crate::rest::answer::Answer;
use crate::rest::call::Failure;
use crate::rest::envelope::{self, Format, Timing};
use crate::rest::refusal::WireError;
use crate::rest::shape::Wire;
use crate::rest::transport::{self, Way};

/// The name by which the log knows it.
const NAME: &str = "oauth.app.info";

pub(super) async fn answer(
    oauth: &OAuth,
    admitted: Result<(), WireError>,
    request: Request<Body>,
    way: &Way,
    format: Format,
) -> Response<Body> {
    let portal = &oauth.portal;
    let start = portal.messenger.clock().now();
    let told = async {
        admitted?;
        tell(oauth, request, way).await
    };
    match told.await {
        Ok(answer) => {
            let finish = portal.messenger.clock().now();
            let timing = Timing { start, finish, operating: None };
            transport::dressed(envelope::success(answer, timing, &portal.zone, format))
        }
        Err(error) => refused(&error, format),
    }
}

async fn tell(oauth: &OAuth, request: Request<Body>, way: &Way) -> Result<Answer, WireError> {
    let (headers, decoded) = read(request).await?;
    let denied = |denial| transport::denied(denial, NAME, &way.request);
    let token = decoded.auth.as_deref().or_else(|| auth::bearer(&headers)).unwrap_or_default();
    if token.is_empty() {
        return Err(denied(Denial::NoAuth));
    }
    let portal = &oauth.portal;
    let found = portal.messenger.recognise_token(token).await;
    let found = found.map_err(|error| WireError::of(Failure::Messenger(error), NAME, &way.request))?;
    let access = found.map_err(|stranger| denied(Denial::BadToken(stranger)))?;
    let (revision, language) = (access.app.revision, portal.messenger.language());
    let wire = Wire { zone: &portal.zone, base_url: &portal.base_url, revision, language };
    Ok(Answer::tree(shape::info(&access, &portal.messenger.member_id(), &portal.places, &wire)))
}
