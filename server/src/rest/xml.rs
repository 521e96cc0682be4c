//! The XML form of an answer (`METHOD.xml`).
//!
//! Owns the picture of a JSON value as XML (core.md 4, behaviour.md H "Success envelope"): root `response`,
//! map keys as element names, list entries as `item`, true as `1`, false and null as nothing. Holds: the
//! output is always well-formed XML 1.0, whatever text and keys the value has. Never decides what an answer
//! contains.

use quick_xml::escape::escape;
use serde_json::Value;

/// Renders an answer's root, e.g. `{"result": .., "time": ..}` or `{"error": ..}`, with the XML declaration.
///
/// A key that is no plain XML name (begins with a digit, holds a space or a letter beyond ASCII, ...) becomes
/// `<item key="..">`. Characters that XML 1.0 has no way to write are left out. Recurses as deep as the value
/// is.
pub fn render(root: &Value) -> String {
    let mut out = String::from(r#"<?xml version="1.0" encoding="utf-8"?>"#);
    write_element(&mut out, "response", root);
    out
}

fn write_element(out: &mut String, key: &str, value: &Value) {
    let name = if is_plain_name(key) { key } else { "item" };
    out.push('<');
    out.push_str(name);
    if name != key {
        out.push_str(" key=\"");
        write_text(out, key);
        out.push('"');
    }
    out.push('>');
    write_content(out, value);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn write_content(out: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Bool(true) => out.push('1'),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(out, text),
        Value::Array(items) => items.iter().for_each(|item| write_element(out, "item", item)),
        Value::Object(map) => map.iter().for_each(|(key, value)| write_element(out, key, value)),
    }
}

fn write_text(out: &mut String, text: &str) {
    if text.chars().all(is_allowed) {
        out.push_str(&escape(text));
        return;
    }
    let allowed: String = text.chars().filter(|&char| is_allowed(char)).collect();
    out.push_str(&escape(allowed));
}

/// Names of ASCII letters, digits, `_`, `-`, `.` only: every parser agrees on them, and no colon makes a
/// namespace.
fn is_plain_name(key: &str) -> bool {
    let starts = key.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    starts && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The production `Char` of XML 1.0.
fn is_allowed(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;
    use serde_json::{Map, json};

    fn check(root: Value, expected: &str) {
        let rendered = render(&root);
        assert_eq!(
            rendered,
            format!(r#"<?xml version="1.0" encoding="utf-8"?><response>{expected}</response>"#)
        );
        read_text(&rendered);
    }

    /// Reads the whole document, failing on anything malformed; gives all its text run together.
    fn read_text(xml: &str) -> String {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().enable_all_checks(true);
        let (mut text, mut depth) = (String::new(), 0);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    depth += 1;
                    start.attributes().for_each(|attribute| drop(attribute.unwrap()));
                }
                Event::End(_) => depth -= 1,
                Event::Text(part) => text.push_str(&part),
                Event::GeneralRef(entity) => {
                    text.push_str(&quick_xml::escape::unescape(&format!("&{};", &*entity)).unwrap());
                }
                Event::Decl(_) => {}
                Event::Eof => break,
                other => panic!("unexpected {other:?}"),
            }
        }
        assert_eq!(depth, 0);
        text
    }

    #[test]
    fn keys_become_elements_and_entries_items() {
        check(
            json!({"result": [{"id": 1, "title": "alice"}, {"id": 2.5}], "total": 2}),
            "<result><item><id>1</id><title>alice</title></item><item><id>2.5</id></item></result><total>2</total>",
        );
    }

    #[test]
    fn true_is_one_and_false_and_null_are_empty() {
        check(json!({"a": true, "b": false, "c": null, "d": []}), "<a>1</a><b></b><c></c><d></d>");
    }

    #[test]
    fn errors_have_the_same_form() {
        check(
            json!({"error": "NO_AUTH_FOUND", "error_description": "Wrong <auth> & \"data\""}),
            "<error>NO_AUTH_FOUND</error>\
             <error_description>Wrong &lt;auth&gt; &amp; &quot;data&quot;</error_description>",
        );
    }

    #[test]
    fn keys_that_are_no_names_go_into_an_attribute() {
        check(
            json!({"12": 1, "a b": 2, "": 3, "x:y": 4, "имя": 5, "-a": 6, "<\"&>": 7, "_ok-1.x": 8}),
            "<item key=\"12\">1</item><item key=\"a b\">2</item><item key=\"\">3</item><item key=\"x:y\">4</item>\
             <item key=\"имя\">5</item><item key=\"-a\">6</item><item key=\"&lt;&quot;&amp;&gt;\">7</item>\
             <_ok-1.x>8</_ok-1.x>",
        );
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_dropped() {
        check(
            json!({"a": "x\u{0}\u{1b}\u{b}y\u{fffe}\u{ffff}z", "\u{1}k": "1"}),
            "<a>xyz</a><item key=\"k\">1</item>",
        );
    }

    #[test]
    fn scalar_roots_are_text() {
        check(json!("a]]>b"), "a]]&gt;b");
        check(json!(true), "1");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<f64>().prop_map(|number| json!(number)),
            any::<String>().prop_map(Value::String),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_answer_reads_back(value in any_json()) {
            read_text(&render(&value));
        }

        #[test]
        fn every_allowed_text_reads_back_unchanged(text in any::<String>()) {
            let expected: String = text.chars().filter(|&char| is_allowed(char)).collect();
            prop_assert_eq!(read_text(&render(&json!({"result": text}))), expected);
        }
    }
}
