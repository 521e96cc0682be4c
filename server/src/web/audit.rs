//! The log of what was done by whom, as administrators read it in the page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{Extension, Router, routing};
use jiff::tz::TimeZone;
use lately_messenger::{Error, Refusal};
use lately_model::{Deed, DeedId, DeedKind, Moment, UserId};
use lately_store::DeedFilter;
use serde_json::{Value, json};

use super::Web;
use super::form::{Form, answer, failed};
use super::session::asked;
use crate::rest::transport::Way;

/// How many deeds one page has, and how many it has at most.
const PAGE: i64 = 50;
const MOST: i64 = 200;

/// The routes under `/audit`.
pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/audit/list", routing::post(list))
}

type Asked = (State<Arc<Web>>, Extension<Way>);

async fn list((State(web), Extension(way)): Asked, request: Request<Body>) -> Response<Body> {
    let outcome = async {
        let (form, caller) = asked(&web, &way, request).await?;
        let zone = &web.portal.zone;
        let limit = match form.number("limit") {
            ..=0 => PAGE,
            limit => limit.min(MOST),
        };
        let deeds = match filter(&form, zone) {
            Ok(filter) => web.portal.messenger.deeds(Some(caller), filter, limit + 1).await,
            Err(refusal) => Err(Error::from(refusal)),
        };
        let mut deeds = deeds.map_err(|error| failed(error, "audit", &way.request))?;
        let more = i64::try_from(deeds.len()).is_ok_and(|found| found > limit);
        if more {
            deeds.pop();
        }
        let next = deeds.last().filter(|_| more).map(|last| format!("{}.{}", last.at.0, last.id));
        let rows: Vec<Value> = deeds.iter().map(|deed| record(deed, zone)).collect();
        Ok(json!({ "deeds": rows, "next": next, "kinds": kinds() }))
    };
    answer(outcome.await)
}

fn kinds() -> Vec<&'static str> {
    DeedKind::ALL.iter().map(|kind| kind.word()).collect()
}

fn filter(form: &Form, zone: &TimeZone) -> Result<DeedFilter, Refusal> {
    let bad = |name: &'static str, text: &str| Refusal::Argument(name, text.to_owned());
    let kind = match form.text("kind") {
        "" => None,
        word => Some(DeedKind::from_word(word).ok_or_else(|| bad("kind", "There is no such kind"))?),
    };
    let moment = |name: &'static str| match form.text(name) {
        "" => Ok(None),
        text => Moment::parse(text, zone).map(Some).ok_or_else(|| bad(name, "Write a date")),
    };
    let before = match form.text("before") {
        "" => None,
        text => Some(place(text).ok_or_else(|| bad("before", "This is no place in the log"))?),
    };
    let user = Some(UserId(form.number("user"))).filter(|user| !user.is_none());
    Ok(DeedFilter { user, kind, since: moment("since")?, until: moment("until")?, before })
}

fn place(text: &str) -> Option<(Moment, DeedId)> {
    let (at, id) = text.split_once('.')?;
    Some((Moment(at.parse().ok()?), DeedId(id.parse().ok()?)))
}

/// A deed in JSON, for the page and the command line.
pub fn record(deed: &Deed, zone: &TimeZone) -> Value {
    json!({
        "id": deed.id,
        "at": deed.at.atom(zone),
        "kind": deed.kind.word(),
        "by": deed.doer.user,
        "way": deed.doer.way.word(),
        "tool": deed.doer.tool,
        "peer": deed.doer.peer.map(|peer| peer.to_string()),
        "user": Some(deed.user_id).filter(|user| !user.is_none()),
        "thing": Some(deed.thing).filter(|thing| *thing != 0),
        "detail": deed.detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_log_is_read_as_it_was_given() {
        assert_eq!(place("1700000000.7"), Some((Moment(1_700_000_000), DeedId(7))));
        for bad in ["", "7", "a.b", "1.", "."] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }
}
