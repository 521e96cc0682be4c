//! Every answer to a call is what the registry declares of its method: a result of this shape, or one of these errors.
//!
//! Must hold: all clients of tests come through here, so that what any test meets is compared with the declarations.
//! It judges no answer that tells of no method, and none that a balancer gives by itself.

use lately::rest::envelope::ANSWER;
use lately::rest::refusal::WireError;
use lately::rest::registry::{self, Method};
use serde_json::Value;

/// What a balancer answers when the server that it asked does not.
const BALANCER: u16 = 502;

/// # Panics
/// The answer is not as declared.
pub(crate) fn judge(path: &str, status: u16, body: &Value) {
    let Some(method) = called(path).filter(|_| status != BALANCER) else { return };
    if let Err(misfit) = fits(method, status, body) {
        panic!("{} answers what it does not declare: {misfit}", method.name);
    }
}

/// The method that an address names; answers in XML are not judged.
fn called(path: &str) -> Option<&'static Method> {
    let named = path.strip_prefix("/rest/")?.split('/').next_back()?;
    registry::find(named.strip_suffix(".json").unwrap_or(named))
}

fn fits(method: &Method, status: u16, body: &Value) -> Result<(), String> {
    if let Some(result) = body.get("result") {
        return ANSWER.fits(body).and_then(|()| method.result.fits(result));
    }
    let Some(code) = body.get("error").and_then(Value::as_str) else { return Ok(()) };
    let known = |error: WireError| error.code == code && error.status.as_u16() == status;
    let mut declared = method.refuses().into_iter().chain(WireError::of_any_method());
    if declared.any(known) { Ok(()) } else { Err(format!("{code}, {status}")) }
}
