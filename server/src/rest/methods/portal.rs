//! The portal itself: who calls, what may be called, what time it is.

use lately_messenger::Refusal;
use lately_model::webhook::SCOPES;
use lately_model::{Phrase, UserId};
use serde_json::{Map, Value, json};

use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::{list_of, text_of};
use crate::rest::registry::{self, Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::app::{APP, LICENSE, WEBHOOK, app as app_shape};
use crate::rest::shape::portal_user::{PROFILE, profile as profile_shape};

/// What the other revisions are, which only old clients compare.
pub(super) const WEB: i64 = 130;
pub(super) const MOBILE: i64 = 22;
pub(super) const DESKTOP: i64 = 6;

/// Scopes of the products around the messenger: known by name, granted by nobody.
const ELSEWHERE: [&str; 49] = [
    "ai_admin",
    "appform",
    "baas",
    "basic",
    "biconnector",
    "bizproc",
    "booking",
    "calendar",
    "calendarmobile",
    "call",
    "cashbox",
    "catalog",
    "catalogmobile",
    "configuration.import",
    "contact_center",
    "crm",
    "delivery",
    "dialup",
    "documentgenerator",
    "documentgenerator_mobile",
    "entity",
    "faceid",
    "forum",
    "humanresources",
    "humanresources.hcmlink",
    "iblock",
    "im.import",
    "intranet",
    "landing",
    "landing_cloud",
    "lists",
    "log",
    "mailservice",
    "messageservice",
    "mobile",
    "notifications",
    "pay_system",
    "rating",
    "rpa",
    "sale",
    "salescenter",
    "sign.b2e",
    "smile",
    "socialnetwork",
    "sonet_group",
    "task",
    "tasks",
    "telephony",
    "vote",
];

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.revision.get",
        scope: "im",
        about: "The revisions of the API",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Object(&[
            ("rest", Shape::Int),
            ("web", Shape::Int),
            ("mobile", Shape::Int),
            ("desktop", Shape::Int),
            ("im_revision_mobile", Shape::Int),
        ]),
        handler: |call| Box::pin(revision(call)),
    },
    Method {
        name: "profile",
        scope: "basic",
        about: "The caller, without any scope",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: PROFILE,
        handler: |call| Box::pin(profile(call)),
    },
    Method {
        name: "scope",
        scope: "basic",
        about: "The scopes granted, or all there are",
        caller: Caller::Anyone,
        params: &[Param::optional("full", Kind::Flag, "false")],
        errors: &[],
        result: Shape::List(&Shape::Text),
        handler: |call| Box::pin(scope(call)),
    },
    Method {
        name: "methods",
        scope: "basic",
        about: "The methods that may be called, or all there are",
        caller: Caller::Anyone,
        params: &[Param::optional("full", Kind::Flag, "false"), Param::optional("scope", Kind::Text, "")],
        errors: &[],
        result: Shape::List(&Shape::Text),
        handler: |call| Box::pin(methods(call)),
    },
    Method {
        name: "method.get",
        scope: "basic",
        about: "Whether a method exists and may be called",
        caller: Caller::Anyone,
        params: &[Param::optional("name", Kind::Text, "")],
        errors: &[],
        result: Shape::Object(&[("isExisting", Shape::Bool), ("isAvailable", Shape::Bool)]),
        handler: |call| Box::pin(method_get(call)),
    },
    Method {
        name: "server.time",
        scope: "basic",
        about: "The portal's time",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Date,
        handler: |call| Box::pin(time(call)),
    },
    Method {
        name: "feature.get",
        scope: "basic",
        about: "Whether a feature of the REST API is there",
        caller: Caller::Anyone,
        params: &[Param::required("CODE", Kind::Text)],
        errors: &[Refusal::CodeEmpty],
        result: Shape::Object(&[("value", Shape::Text)]),
        handler: |call| Box::pin(feature(call)),
    },
    Method {
        name: "access.name",
        scope: "basic",
        about: "The names of access codes",
        caller: Caller::Anyone,
        params: &[Param::required("ACCESS", Kind::List)],
        errors: &[],
        result: Shape::OrFalse(&Shape::Map(&Shape::Object(&[
            ("provider", Shape::Text),
            ("name", Shape::Text),
            ("provider_id", Shape::Text),
        ]))),
        handler: |call| Box::pin(access_name(call)),
    },
    Method {
        name: "user.admin",
        scope: "basic",
        about: "Whether the caller administers the portal",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(user_admin(call)),
    },
    Method {
        name: "user.access",
        scope: "basic",
        about: "Whether the caller is among those whom access codes name",
        caller: Caller::Anyone,
        params: &[Param::required("ACCESS", Kind::List)],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(user_access(call)),
    },
    Method {
        name: "app.info",
        scope: "basic",
        about: "The application, or what a webhook may do",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Either(&[WEBHOOK, APP]),
        handler: |call| Box::pin(app_info(call)),
    },
];

async fn revision(call: &Call) -> Result<Answer, Failure> {
    Ok(Answer::tree(json!({
        "rest": call.credential.revision.number(),
        "web": WEB,
        "mobile": MOBILE,
        "desktop": DESKTOP,
        "im_revision_mobile": MOBILE,
    })))
}

async fn profile(call: &Call) -> Result<Answer, Failure> {
    let user = call.messenger().current_user(call.user()).await?;
    Ok(Answer::tree(profile_shape(&user, &wire(call))))
}

/// `true`, `1` and `Y` ask for everything.
fn full(call: &Call) -> bool {
    let text = call.params.get("full").and_then(text_of).unwrap_or_default();
    matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "y")
}

async fn scope(call: &Call) -> Result<Answer, Failure> {
    if !full(call) {
        return Ok(Answer::tree(json!(call.credential.scopes.iter().collect::<Vec<_>>())));
    }
    let mut scopes: Vec<&str> =
        SCOPES.iter().chain(&ELSEWHERE).copied().filter(|scope| *scope != "basic").collect();
    scopes.sort_unstable();
    Ok(Answer::tree(json!(scopes)))
}

/// With `scope` those of one scope (empty: the common ones), with `full` all, else those the caller may call.
async fn methods(call: &Call) -> Result<Answer, Failure> {
    let wanted = call.params.text("scope");
    let belongs = |method: &&Method| match wanted.as_deref() {
        Some("") => method.scope == "basic",
        Some(scope) => method.scope.split('|').any(|known| known == scope),
        None => full(call) || call.credential.scopes.grant(method.scope),
    };
    Ok(Answer::tree(json!(registry::all().filter(belongs).map(|method| method.name).collect::<Vec<_>>())))
}

async fn method_get(call: &Call) -> Result<Answer, Failure> {
    let method = call.params.text("name").and_then(|name| registry::find(&name));
    Ok(Answer::tree(json!({
        "isExisting": method.is_some(),
        "isAvailable": method.is_some_and(|method| call.credential.scopes.grant(method.scope)),
    })))
}

async fn time(call: &Call) -> Result<Answer, Failure> {
    Ok(Answer::tree(wire(call).date(call.messenger().now())))
}

/// Offline events are not there yet, so neither feature is.
async fn feature(call: &Call) -> Result<Answer, Failure> {
    match call.params.text("CODE") {
        Some(code) if !code.is_empty() => Ok(Answer::tree(json!({ "value": "N" }))),
        _ => Err(Refusal::CodeEmpty.into()),
    }
}

/// Unknown codes are left out; nothing asked for is `false`.
async fn access_name(call: &Call) -> Result<Answer, Failure> {
    let codes = access_codes(call);
    if codes.iter().all(String::is_empty) {
        return Ok(Answer::tree(false));
    }
    let mut names = Map::new();
    for code in codes {
        if let Some((provider, name, group)) = name_of(call, &code).await? {
            names.insert(code, json!({ "provider": provider, "name": name, "provider_id": group }));
        }
    }
    Ok(Answer::tree(if names.is_empty() { json!([]) } else { Value::Object(names) }))
}

/// A list of codes, or one.
fn access_codes(call: &Call) -> Vec<String> {
    let codes =
        call.params.get("ACCESS").and_then(|value| list_of(value).or_else(|| Some(vec![value.clone()])));
    codes.unwrap_or_default().iter().filter_map(text_of).collect()
}

async fn user_admin(call: &Call) -> Result<Answer, Failure> {
    Ok(Answer::tree(call.messenger().current_user(call.user()).await?.admin))
}

async fn user_access(call: &Call) -> Result<Answer, Failure> {
    Ok(Answer::tree(call.messenger().has_access(call.user(), access_codes(call)).await?))
}

async fn name_of(call: &Call, code: &str) -> Result<Option<(&'static str, String, &'static str)>, Failure> {
    let say = |phrase: Phrase<'_>| call.messenger().language().say(&phrase);
    match code {
        "AU" => return Ok(Some(("", say(Phrase::AllAuthorized), "other"))),
        "G2" => return Ok(Some(("", say(Phrase::AllVisitors), "other"))),
        _ => {}
    }
    let Some(id) = code.strip_prefix('U').and_then(|id| id.parse().ok()) else { return Ok(None) };
    let users = call.messenger().users(call.user(), vec![UserId(id)]).await?;
    let user = users.into_iter().find_map(|(_, user)| user);
    Ok(user.map(|user| ("", user.name(), "user")))
}

/// Without an application only the scopes and the licence are told (clients.md).
async fn app_info(call: &Call) -> Result<Answer, Failure> {
    let scopes: Vec<&str> = call.credential.scopes.iter().collect();
    Ok(Answer::tree(match call.app() {
        Some(app) => app_shape(app, call.messenger().language()),
        None => json!({ "SCOPE": scopes, "LICENSE": LICENSE }),
    }))
}
