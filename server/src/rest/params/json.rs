//! JSON texts: a request's body, and parameters that are JSON inside a string.
//!
//! Owns the limits on depth and number of values, checked on the raw text before anything is built: a small
//! body must not become a large tree. Integers beyond 64 bits come out as floats, which no reader takes for
//! an integer.

use super::{DecodeError, MAX_DEPTH, MAX_JSON_VALUES, MAX_PARAMETERS};
use serde_json::{Map, Value};

/// Decodes a body. Anything but an object is no parameters.
pub fn parse_object(body: &[u8]) -> Result<Map<String, Value>, DecodeError> {
    let text = std::str::from_utf8(body).map_err(|_| DecodeError::Utf8)?;
    match parse(text)? {
        Value::Object(map) if map.len() > MAX_PARAMETERS => Err(DecodeError::TooMany),
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

/// Decodes any JSON text within the limits.
pub fn parse(text: &str) -> Result<Value, DecodeError> {
    check_limits(text)?;
    serde_json::from_str(text).map_err(|error| DecodeError::Json(error.to_string()))
}

/// Counts brackets and commas outside of strings. On broken JSON the counts mean nothing, but then parsing
/// fails too.
fn check_limits(text: &str) -> Result<(), DecodeError> {
    let (mut depth, mut values) = (0_usize, 1_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => (depth, values) = (depth + 1, values + 1),
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        // The outermost object is the parameter set itself, hence one level more.
        if depth > MAX_DEPTH + 1 {
            return Err(DecodeError::TooDeep);
        }
        if values > MAX_JSON_VALUES {
            return Err(DecodeError::TooMany);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn nested(levels: usize) -> String {
        format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn depth_is_limited_below_a_name() {
        assert!(parse_object(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse_object(nested(MAX_DEPTH + 1).as_bytes()), Err(DecodeError::TooDeep));
        assert_eq!(parse_object(nested(500_000).as_bytes()), Err(DecodeError::TooDeep));
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        let text = format!(r#"{{"a":"{}\"[[\\"}}"#, "[".repeat(200));
        assert!(parse(&text).is_ok());
    }

    #[test]
    fn the_number_of_values_is_limited() {
        let list = |length: usize| format!("{{\"a\":[{}1]}}", "1,".repeat(length));
        assert!(parse(&list(90_000)).is_ok());
        assert_eq!(parse(&list(MAX_JSON_VALUES)), Err(DecodeError::TooMany));
    }

    #[test]
    fn the_number_of_names_is_limited() {
        let names: Map<String, Value> = (0..=MAX_PARAMETERS).map(|n| (n.to_string(), json!(1))).collect();
        assert_eq!(parse_object(Value::Object(names).to_string().as_bytes()), Err(DecodeError::TooMany));
    }

    #[test]
    fn huge_numbers_do_not_become_integers() {
        let value = parse("123456789012345678901234567890").unwrap();
        assert_eq!(value.as_i64(), None);
        assert!(matches!(parse("1e999"), Err(DecodeError::Json(_))));
    }

    #[test]
    fn an_error_names_the_place() {
        assert!(matches!(parse("{\"a\" 1}"), Err(DecodeError::Json(text)) if text.contains("column 6")));
    }

    proptest! {
        #[test]
        fn strings_never_disturb_the_count(text in "[\\[\\]{},\"\\\\a-c]{0,80}") {
            let json = Value::String(text.clone()).to_string();
            prop_assert_eq!(parse(&json), Ok(Value::String(text)));
        }
    }
}
