//! An application on the wire.

use lately_model::app::STATUS;
use lately_model::{App, Language};
use serde_json::{Value, json};

use crate::rest::schema::Shape;

/// Under which licence the portal runs: nobody sells it.
pub const LICENSE: &str = "self_hosted";

/// What `app.info` tells a webhook.
pub const WEBHOOK: Shape = Shape::Object(&[("SCOPE", Shape::List(&Shape::Text)), ("LICENSE", Shape::Text)]);

/// [`app`].
pub const APP: Shape = Shape::Object(&[
    ("ID", Shape::Int),
    ("CODE", Shape::Text),
    ("VERSION", Shape::Int),
    ("STATUS", Shape::Text),
    ("INSTALLED", Shape::Bool),
    ("PAYMENT_EXPIRED", Shape::Text),
    ("DAYS", Shape::OrNull(&Shape::Int)),
    ("LANGUAGE_ID", Shape::Text),
    ("LICENSE", Shape::Text),
    ("LICENSE_TYPE", Shape::Text),
    ("LICENSE_FAMILY", Shape::Text),
]);

/// What `app.info` tells an application of itself.
pub fn app(app: &App, language: Language) -> Value {
    json!({
        "ID": app.id,
        "CODE": app.client_id,
        "VERSION": app.version,
        "STATUS": STATUS,
        "INSTALLED": app.installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": null,
        "LANGUAGE_ID": language.code(),
        "LICENSE": LICENSE,
        "LICENSE_TYPE": LICENSE,
        "LICENSE_FAMILY": LICENSE,
    })
}
