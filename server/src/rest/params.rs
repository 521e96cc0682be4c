//! Parameters of a request: what the query and the body say, as one ordered set of names and values.
//!
//! Owns the decoding of every encoding that clients use (query, form, JSON, multipart) and the split into
//! what the transport itself reads (`auth`, `start`) and what the method reads. Holds: decoding never panics,
//! no value is nested deeper than [`MAX_DEPTH`], and no reserved name reaches a method (they are lower-case;
//! only `start` is known in any case). Never looks at what a parameter means, and never limits the size of
//! the body: the caller has done that.

mod bracket;
mod json;
mod multipart;
mod set;

pub use set::{Int, Params, flag_of, int_of, list_of, object_of, text_of};

use axum::http::Method;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::fmt;

/// Levels of lists and maps that may lie below one parameter name.
pub const MAX_DEPTH: usize = 64;

/// Names that one query, form or JSON object may carry, brackets counted one by one.
pub const MAX_PARAMETERS: usize = 10_000;

/// Values that one JSON text may hold on all levels together: a list of ids may be long, but not endless.
pub const MAX_JSON_VALUES: usize = 100_000;

/// Reserved names that are dropped unread, in exactly this spelling, beside `auth`, `access_token`,
/// `sessid` and `start`.
const DROPPED: [&str; 3] = ["aplogin", "ap", "state"];

/// Why a request could not be read. All of them are the caller's doing and answered with status 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The body says it is JSON but does not parse; the text names line and column.
    #[error("The request body is not valid JSON: {0}")]
    Json(String),
    /// A value is nested deeper than [`MAX_DEPTH`].
    #[error("A parameter is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More than [`MAX_PARAMETERS`] names or [`MAX_JSON_VALUES`] values.
    #[error("The request carries too many parameters")]
    TooMany,
    /// A name, a value or a whole text is not UTF-8 once decoded.
    #[error("The request is not valid UTF-8")]
    Utf8,
    /// The body says it is multipart but has no boundary, ends early or has broken part headers.
    #[error("The multipart body cannot be read: {0}")]
    Multipart(String),
}

/// A request, decoded: the method's parameters and what the transport keeps for itself.
#[derive(Clone, Default, PartialEq)]
pub struct Decoded {
    /// What the method may read.
    pub params: Params,
    /// The access token from `auth`, else from `access_token`; an empty one counts as none.
    pub auth: Option<String>,
    /// The token of a session, from `sessid`; an empty one counts as none.
    pub sessid: Option<String>,
    /// The asked page's offset from `start`, in any case of letters; unreadable counts as none, -1 asks not
    /// to count.
    pub start: Option<i64>,
}

/// Decodes a request: the query first, then the body over it, where the body's names win in any case of
/// letters.
///
/// The body is read for POST, PUT and PATCH only. An empty body is no parameters whatever its type says; JSON
/// that is not an object (clients send `[]`) is none either; a type that is not known is read as urlencoded
/// text. Contract: core.md 1-3, behaviour.md H "Address, input". That JSON which does not parse is refused,
/// not ignored, is a deliberate difference.
pub fn decode(
    method: &Method,
    query: Option<&str>,
    content_type: Option<&str>,
    body: Bytes,
) -> Result<Decoded, DecodeError> {
    let mut values = parse_query(query.unwrap_or_default())?;
    if has_body(method) {
        let over = decode_body(content_type.unwrap_or_default(), body)?;
        if values.is_empty() {
            values = over;
        } else {
            values.retain(|name, _| !over.contains_key(name));
            values.extend(over);
        }
    }
    Ok(Decoded::from(values))
}

/// Decodes a query in PHP bracket style, reserved names still among the result: batch substitutes references
/// first and then makes a [`Decoded`] of it.
pub fn parse_query(text: &str) -> Result<Map<String, Value>, DecodeError> {
    bracket::parse(text)
}

impl From<Map<String, Value>> for Decoded {
    /// Takes the reserved names out; what remains are the method's parameters.
    fn from(values: Map<String, Value>) -> Self {
        if !values.keys().any(|name| is_reserved(name)) {
            return Self { params: Params::from(values), ..Self::default() };
        }
        let (mut auth, mut access_token, mut sessid, mut start) = (None, None, None, None);
        let mut rest = Map::new();
        for (name, value) in values {
            match name.as_str() {
                "auth" => auth = token(&value),
                "access_token" => access_token = token(&value),
                "sessid" => sessid = token(&value),
                other if other.eq_ignore_ascii_case("start") => start = int_of(&value).value(),
                other if DROPPED.contains(&other) => {}
                _ => {
                    rest.insert(name, value);
                }
            }
        }
        Self { params: Params::from(rest), auth: auth.or(access_token), sessid, start }
    }
}

impl fmt::Debug for Decoded {
    /// The token is left out: a request may be logged, a credential never.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("params", &self.params)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

fn is_reserved(name: &str) -> bool {
    matches!(name, "auth" | "access_token" | "sessid")
        || name.eq_ignore_ascii_case("start")
        || DROPPED.contains(&name)
}

fn token(value: &Value) -> Option<String> {
    text_of(value).filter(|text| !text.is_empty())
}

fn has_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}

fn decode_body(content_type: &str, body: Bytes) -> Result<Map<String, Value>, DecodeError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "multipart/form-data" => multipart::parse(content_type, body),
        "application/json" => json::parse_object(&body),
        suffixed if suffixed.ends_with("+json") => json::parse_object(&body),
        _ => parse_query(std::str::from_utf8(&body).map_err(|_| DecodeError::Utf8)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
    const JSON: Option<&str> = Some("application/json");

    fn post(query: &str, content_type: Option<&str>, body: &str) -> Result<Decoded, DecodeError> {
        decode(&Method::POST, Some(query), content_type, Bytes::copy_from_slice(body.as_bytes()))
    }

    fn params(query: &str, content_type: Option<&str>, body: &str) -> Value {
        Value::Object(post(query, content_type, body).unwrap().params.into_map())
    }

    #[test]
    fn the_body_wins_over_the_query_name_by_name() {
        assert_eq!(params("A=1&B[x]=2", FORM, "B[y]=3"), json!({"A": "1", "B": {"y": "3"}}));
    }

    #[test]
    fn a_body_spelling_wins_even_when_the_query_has_both() {
        let decoded = post("A=1&a=2", JSON, r#"{"A":3}"#).unwrap();
        assert_eq!(decoded.params.int("a"), Int::Value(3));
    }

    #[test]
    fn get_never_reads_the_body() {
        let decoded = decode(&Method::GET, Some("a=1"), JSON, Bytes::from_static(b"{broken")).unwrap();
        assert_eq!(Value::Object(decoded.params.into_map()), json!({"a": "1"}));
    }

    #[test]
    fn put_reads_the_body() {
        let decoded = decode(&Method::PUT, None, FORM, Bytes::from_static(b"a=1")).unwrap();
        assert_eq!(decoded.params.text("A").as_deref(), Some("1"));
    }

    #[test]
    fn json_is_known_by_type_suffix_charset_and_case() {
        for kind in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON",
            "application/vnd.api+json",
        ] {
            assert_eq!(params("", Some(kind), r#"{"a":{"b":[1]}}"#), json!({"a": {"b": [1]}}), "{kind}");
        }
    }

    #[test]
    fn json_that_is_no_object_is_no_parameters() {
        for body in ["[]", "[1,2]", "null", "7", "\"text\"", "", " \r\n"] {
            assert_eq!(params("a=1", JSON, body), json!({"a": "1"}), "{body}");
        }
    }

    #[test]
    fn broken_json_is_refused() {
        assert!(matches!(post("", JSON, "{\"a\":"), Err(DecodeError::Json(_))));
        assert!(matches!(post("", JSON, "a=1"), Err(DecodeError::Json(_))));
    }

    #[test]
    fn a_type_that_is_not_known_is_urlencoded_text() {
        for kind in [None, Some("text/plain"), Some("nonsense")] {
            assert_eq!(params("", kind, "a=1&b[]=2"), json!({"a": "1", "b": ["2"]}));
        }
    }

    #[test]
    fn raw_bytes_that_are_no_utf8_are_refused() {
        let body = Bytes::from_static(b"a=\xff");
        assert_eq!(decode(&Method::POST, None, FORM, body.clone()), Err(DecodeError::Utf8));
        assert_eq!(decode(&Method::POST, None, JSON, body), Err(DecodeError::Utf8));
    }

    #[test]
    fn reserved_names_do_not_reach_the_method() {
        let decoded =
            post("auth=secret&aplogin=1&ap=2&sessid=3&state=4&start=50&DIALOG_ID=7", None, "").unwrap();
        assert_eq!(decoded.auth.as_deref(), Some("secret"));
        assert_eq!(decoded.start, Some(50));
        assert_eq!(Value::Object(decoded.params.into_map()), json!({"DIALOG_ID": "7"}));
    }

    #[test]
    fn auth_goes_before_access_token_and_the_body_before_the_query() {
        assert_eq!(post("access_token=a&auth=b", None, "").unwrap().auth.as_deref(), Some("b"));
        assert_eq!(post("access_token=a&auth=", None, "").unwrap().auth.as_deref(), Some("a"));
        assert_eq!(post("auth=a", JSON, r#"{"auth":"b"}"#).unwrap().auth.as_deref(), Some("b"));
        assert_eq!(post("auth[]=a", None, "").unwrap().auth, None);
    }

    #[test]
    fn start_is_read_in_any_case_and_never_fails() {
        assert_eq!(post("START=-1", None, "").unwrap().start, Some(-1));
        assert_eq!(post("", JSON, r#"{"start":100}"#).unwrap().start, Some(100));
        assert_eq!(post("start=many", None, "").unwrap().start, None);
    }

    #[test]
    fn a_logged_request_shows_no_token() {
        assert!(!format!("{:?}", post("auth=secret&a=1", None, "").unwrap()).contains("secret"));
    }

    #[test]
    fn a_batch_query_keeps_reserved_names_until_references_are_in() {
        let values = parse_query("start=%24next%5Ba%5D&x=1").unwrap();
        assert_eq!(Value::Object(values), json!({"start": "$next[a]", "x": "1"}));
    }

    proptest! {
        #[test]
        fn no_input_panics(
            kind in prop::option::of("(application/json|multipart/form-data; boundary=b|text/plain|\\PC{0,20})"),
            query in "[a-z\\[\\]=&%+0-9]{0,60}",
            body in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let decoded = decode(&Method::POST, Some(&query), kind.as_deref(), Bytes::from(body));
            if let Ok(decoded) = decoded {
                prop_assert!(decoded.params.get("auth").is_none());
            }
        }
    }
}
