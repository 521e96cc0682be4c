//! An application on the wire.

use lately_model::App;
use lately_model::app::STATUS;
use serde_json::{Value, json};

/// Under which licence the portal runs: nobody sells it.
pub const LICENSE: &str = "self_hosted";

/// In which language the portal speaks to applications.
pub const LANGUAGE: &str = "en";

/// What `app.info` tells an application of itself.
pub fn app(app: &App) -> Value {
    json!({
        "ID": app.id,
        "CODE": app.client_id,
        "VERSION": app.version,
        "STATUS": STATUS,
        "INSTALLED": app.installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": null,
        "LANGUAGE_ID": LANGUAGE,
        "LICENSE": LICENSE,
        "LICENSE_TYPE": LICENSE,
        "LICENSE_FAMILY": LICENSE,
    })
}
