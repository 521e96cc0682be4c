//! Forms as PHP writes them: nested names in brackets, every value a text.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What need not be encoded.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A form. True is `1`, false is `0`, null is nothing; a list or map without entries is not there.
pub fn encoded(value: &Value) -> String {
    let mut form = String::new();
    if let Value::Object(map) = value {
        for (name, value) in map {
            put(&mut form, &utf8_percent_encode(name, &PLAIN).to_string(), value);
        }
    }
    form
}

fn put(form: &mut String, name: &str, value: &Value) {
    let below = |key: &str| format!("{name}%5B{}%5D", utf8_percent_encode(key, &PLAIN));
    let text = match value {
        Value::Object(map) => return map.iter().for_each(|(key, value)| put(form, &below(key), value)),
        Value::Array(list) => {
            return list.iter().enumerate().for_each(|(at, value)| put(form, &below(&at.to_string()), value));
        }
        Value::Null => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::Bool(false) => "0".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
    };
    if !form.is_empty() {
        form.push('&');
    }
    form.push_str(name);
    form.push('=');
    form.extend(utf8_percent_encode(&text, &PLAIN));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::params::parse_query;
    use serde_json::json;

    #[test]
    fn names_are_nested_in_brackets_and_values_are_texts() {
        let value = json!({ "event": "ONAPPTEST", "data": { "a": [1, { "b c": "ä&=" }], "yes": true, "no": false, "null": null }, "none": [] });
        assert_eq!(
            encoded(&value),
            "event=ONAPPTEST&data%5Ba%5D%5B0%5D=1&data%5Ba%5D%5B1%5D%5Bb%20c%5D=%C3%A4%26%3D\
             &data%5Byes%5D=1&data%5Bno%5D=0&data%5Bnull%5D="
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = json!({ "data": { "list": ["x", "y"], "map": { "k[1]": "[v]" } } });
        let read = parse_query(&encoded(&json!({ "data": { "list": ["x", "y"], "map": { "k": "[v]\n" } } })));
        assert_eq!(
            Value::Object(read.unwrap()),
            json!({ "data": { "list": ["x", "y"], "map": { "k": "[v]\n" } } })
        );
        assert!(parse_query(&encoded(&value)).is_ok());
    }
}
