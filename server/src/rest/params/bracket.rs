//! PHP bracket style: `filter[ACTIVE]=Y&select[]=ID&select[]=NAME` as nested lists and maps.
//!
//! Owns the rules of query strings and forms; multipart part names follow the same rules through [`Fields`].
//! Holds: a map whose keys are 0..n-1 in order comes out as a list, any other as an object in order of first
//! appearance. Every value is a text. Never deeper than the limit, so what follows may recurse.

use super::{DecodeError, MAX_DEPTH, MAX_PARAMETERS};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Decodes a query or an urlencoded body. A name without `=` has the empty text, a pair without name is
/// skipped, a `%` that begins no escape stands for itself.
pub fn parse(text: &str) -> Result<Map<String, Value>, DecodeError> {
    // Most texts have no bracket, plain or escaped, and so no levels to build.
    if !text.contains('[') && !text.contains("%5") {
        return parse_flat(text);
    }
    let mut fields = Fields::default();
    for (name, value) in pairs(text) {
        fields.add(&unescape(name)?, unescape(value)?)?;
    }
    Ok(fields.into_map())
}

fn parse_flat(text: &str) -> Result<Map<String, Value>, DecodeError> {
    let (mut map, mut count) = (Map::new(), 0);
    for (name, value) in pairs(text) {
        let (name, value) = (unescape(name)?, unescape(value)?);
        if name.is_empty() {
            continue;
        }
        count += 1;
        if count > MAX_PARAMETERS {
            return Err(DecodeError::TooMany);
        }
        map.insert(name, Value::String(value));
    }
    Ok(map)
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Collects decoded `name[step][step]` = value pairs.
#[derive(Default)]
pub struct Fields {
    root: Branch,
    count: usize,
}

impl Fields {
    /// Adds one pair. As in PHP, a later value replaces an earlier one of the same name, be it text or map;
    /// text behind the last bracket is ignored; a name that begins with a bracket or never closes one is
    /// taken literally.
    pub fn add(&mut self, name: &str, value: String) -> Result<(), DecodeError> {
        if name.is_empty() {
            return Ok(());
        }
        self.count += 1;
        if self.count > MAX_PARAMETERS {
            return Err(DecodeError::TooMany);
        }
        let (top, steps) = split_name(name)?;
        self.root.put(top, &steps, value);
        Ok(())
    }

    /// The whole set, top-level names as sent.
    pub fn into_map(self) -> Map<String, Value> {
        self.root.into_entries().into_iter().map(|(key, node)| (key, node.into_value())).collect()
    }
}

enum Node {
    Leaf(String),
    Branch(Branch),
}

/// One level of a PHP array: entries in order of first appearance, and the number that `[]` takes next.
#[derive(Default)]
struct Branch {
    entries: HashMap<String, (usize, Node)>,
    next: u64,
}

impl Branch {
    fn put(&mut self, key: &str, steps: &[&str], value: String) {
        let place = self.entry(key.to_owned());
        let Some((step, deeper)) = steps.split_first() else {
            *place = Node::Leaf(value);
            return;
        };
        if let Node::Leaf(_) = place {
            *place = Node::Branch(Branch::default());
        }
        if let Node::Branch(branch) = place {
            let key = if step.is_empty() { branch.next.to_string() } else { (*step).to_owned() };
            branch.put(&key, deeper, value);
        }
    }

    fn entry(&mut self, key: String) -> &mut Node {
        if let Some(number) = as_index(&key) {
            self.next = self.next.max(number + 1);
        }
        let order = self.entries.len();
        let (_, node) = self.entries.entry(key).or_insert_with(|| (order, Node::Leaf(String::new())));
        node
    }

    fn into_entries(self) -> Vec<(String, Node)> {
        let mut entries: Vec<_> = self.entries.into_iter().collect();
        entries.sort_unstable_by_key(|(_, (order, _))| *order);
        entries.into_iter().map(|(key, (_, node))| (key, node)).collect()
    }
}

impl Node {
    fn into_value(self) -> Value {
        let branch = match self {
            Node::Leaf(text) => return Value::String(text),
            Node::Branch(branch) => branch,
        };
        let entries = branch.into_entries();
        if (0..).zip(&entries).all(|(number, (key, _))| as_index(key) == Some(number)) {
            return entries.into_iter().map(|(_, node)| node.into_value()).collect();
        }
        Value::Object(entries.into_iter().map(|(key, node)| (key, node.into_value())).collect())
    }
}

/// The number that PHP would use as a key: plain digits without leading zeros. Longer than 18 digits stays a
/// text, so that counting on cannot overflow.
fn as_index(key: &str) -> Option<u64> {
    let plain = key == "0" || !key.starts_with('0');
    let digits = key.len() <= 18 && key.bytes().all(|byte| byte.is_ascii_digit());
    if plain && digits { key.parse().ok() } else { None }
}

/// `a[b][]` as `a` and the steps `b`, ``.
fn split_name(name: &str) -> Result<(&str, Vec<&str>), DecodeError> {
    let literal = (name, Vec::new());
    let Some((top, mut rest)) = name.split_once('[').filter(|(top, _)| !top.is_empty()) else {
        return Ok(literal);
    };
    let mut steps = Vec::new();
    while let Some((step, tail)) = rest.split_once(']') {
        if steps.len() == MAX_DEPTH {
            return Err(DecodeError::TooDeep);
        }
        steps.push(step);
        let Some(next) = tail.strip_prefix('[') else { break };
        rest = next;
    }
    Ok(if steps.is_empty() { literal } else { (top, steps) })
}

fn unescape(part: &str) -> Result<String, DecodeError> {
    if !part.contains(['+', '%']) {
        return Ok(part.to_owned());
    }
    let spaced = part.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8().map_err(|_| DecodeError::Utf8)?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn check(text: &str, expected: Value) {
        assert_eq!(parse(text).map(Value::Object), Ok(expected), "{text}");
    }

    #[test]
    fn plain_pairs_are_texts() {
        check("a=1&b=two&c=&d&=5&&e=x=y", json!({"a": "1", "b": "two", "c": "", "d": "", "e": "x=y"}));
    }

    #[test]
    fn plus_and_percent_are_decoded_in_names_and_values() {
        check("a%5Bb%5D=x+y%2Bz&%D0%B8=%F0%9F%91%8B", json!({"a": {"b": "x y+z"}, "и": "👋"}));
        check("a=100%&b=%zz&c=%4", json!({"a": "100%", "b": "%zz", "c": "%4"}));
    }

    #[test]
    fn text_that_decodes_to_no_utf8_is_refused() {
        assert_eq!(parse("a=%ff"), Err(DecodeError::Utf8));
        assert_eq!(parse("%C3=1"), Err(DecodeError::Utf8));
    }

    #[test]
    fn empty_and_counted_brackets_build_lists() {
        check("a[]=1&a[]=2", json!({"a": ["1", "2"]}));
        check("a[0]=1&a[1]=2", json!({"a": ["1", "2"]}));
        check("a[0]=1&a[]=2", json!({"a": ["1", "2"]}));
        check("a[][x]=1&a[][x]=2", json!({"a": [{"x": "1"}, {"x": "2"}]}));
    }

    #[test]
    fn other_keys_build_maps_in_order() {
        check("f[>ID]=5&f[%3DNAME]=b", json!({"f": {">ID": "5", "=NAME": "b"}}));
        check("a[1]=1&a[0]=2", json!({"a": {"1": "1", "0": "2"}}));
        check("a[1]=1&a[2]=2", json!({"a": {"1": "1", "2": "2"}}));
        check("a[00]=1", json!({"a": {"00": "1"}}));
    }

    #[test]
    fn mixed_keys_count_on_like_php() {
        check("a[x]=1&a[]=2&a[7]=3&a[]=4", json!({"a": {"x": "1", "0": "2", "7": "3", "8": "4"}}));
        check("a[999999999999999999999]=1&a[]=2", json!({"a": {"999999999999999999999": "1", "0": "2"}}));
    }

    #[test]
    fn nested_names_build_nested_values() {
        check(
            "MESSAGES[0][user][id]=7&MESSAGES[0][user][name]=bob&MESSAGES[1][user][id]=8",
            json!({"MESSAGES": [{"user": {"id": "7", "name": "bob"}}, {"user": {"id": "8"}}]}),
        );
    }

    #[test]
    fn a_later_value_replaces_an_earlier_one() {
        check("a=1&a=2", json!({"a": "2"}));
        check("a=1&a[b]=2", json!({"a": {"b": "2"}}));
        check("a[b]=1&a=2", json!({"a": "2"}));
        check("a[b]=1&a[b][c]=2", json!({"a": {"b": {"c": "2"}}}));
    }

    #[test]
    fn broken_brackets_are_no_error() {
        check("a[b=1", json!({"a[b": "1"}));
        check("[a]=1", json!({"[a]": "1"}));
        check("a]=1", json!({"a]": "1"}));
        check("a[b]c=1", json!({"a": {"b": "1"}}));
        check("a[b][c=1", json!({"a": {"b": "1"}}));
    }

    #[test]
    fn depth_is_limited() {
        assert!(parse(&format!("a{}=1", "[b]".repeat(MAX_DEPTH))).is_ok());
        assert_eq!(parse(&format!("a{}=1", "[b]".repeat(MAX_DEPTH + 1))), Err(DecodeError::TooDeep));
        assert_eq!(parse(&format!("a{}=1", "[]".repeat(100_000))), Err(DecodeError::TooDeep));
    }

    #[test]
    fn the_number_of_parameters_is_limited() {
        assert!(parse(&"a[]=1&".repeat(MAX_PARAMETERS)).is_ok());
        assert_eq!(parse(&"a[]=1&".repeat(MAX_PARAMETERS + 1)), Err(DecodeError::TooMany));
    }

    proptest! {
        #[test]
        fn texts_without_brackets_are_read_as_with_them(text in "[abA0=&%+]{0,80}") {
            let mut fields = Fields::default();
            let added: Result<(), _> =
                pairs(&text).try_for_each(|(name, value)| fields.add(&unescape(name)?, unescape(value)?));
            prop_assert_eq!(parse_flat(&text), added.map(|()| fields.into_map()));
        }

        #[test]
        fn every_text_is_decoded_or_refused(text in "[ab0-9\\[\\]=&%+]{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn an_encoded_list_comes_back(items in prop::collection::vec("\\PC{0,12}", 1..20)) {
            let pairs: Vec<String> = items
                .iter()
                .map(|item| {
                    let escaped = percent_encoding::utf8_percent_encode(item, percent_encoding::NON_ALPHANUMERIC);
                    format!("list[]={escaped}")
                })
                .collect();
            prop_assert_eq!(parse(&pairs.join("&")).map(Value::Object), Ok(json!({"list": items})));
        }
    }
}
