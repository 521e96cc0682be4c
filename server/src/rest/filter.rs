//! Filters and orders of lists, as PHP's portals write them: an operator before a field's name, one or more values.
//!
//! Must hold: a condition on a field that records do not have is ignored, as unknown parameters are; a date that cannot
//! be read matches nothing.

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use lately_model::Moment;
use serde_json::{Map, Value};

use super::params::{list_of, text_of};

/// The records that every condition of a filter takes. A field that only some records have is empty in the others.
pub fn kept(records: Vec<Value>, filter: &Map<String, Value>, zone: &TimeZone) -> Vec<Value> {
    let known = |name: &str| records.iter().any(|record| field(record, name).is_some());
    let tests: Vec<Test> = filter.iter().map(|(key, value)| Test::read(key, value)).collect();
    let tests: Vec<Test> = tests.into_iter().filter(|test| known(&test.name)).collect();
    records.into_iter().filter(|record| tests.iter().all(|test| test.takes(record, zone))).collect()
}

/// One condition.
struct Test {
    operator: String,
    name: String,
    values: Vec<String>,
}

impl Test {
    fn read(key: &str, value: &Value) -> Self {
        let split = key.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(key.len());
        let (operator, name) = key.split_at(split);
        let list = list_of(value).unwrap_or_else(|| vec![value.clone()]);
        let values = list.iter().map(|value| text_of(value).unwrap_or_default()).collect();
        Self { operator: operator.to_owned(), name: name.to_owned(), values }
    }

    fn takes(&self, record: &Value, zone: &TimeZone) -> bool {
        let found = field(record, &self.name).unwrap_or_default();
        holds(&self.operator, &self.values, &found, &|one, other| order_of(&self.name, one, other, zone))
    }
}

/// Sorts records by the first field of an order that they have, and then by number.
pub fn sort(records: &mut [Value], order: &Map<String, Value>, zone: &TimeZone) {
    let first = order.iter().next();
    let by = first.map_or("ID", |(name, _)| name.as_str());
    let down = first.and_then(|(_, way)| text_of(way)).is_some_and(|way| way.eq_ignore_ascii_case("DESC"));
    records.sort_by(|one, other| {
        let of = |name: &str| {
            let (one, other) = (field(one, name).unwrap_or_default(), field(other, name).unwrap_or_default());
            order_of(name, &one, &other, zone).unwrap_or(Ordering::Equal)
        };
        let compared = of(by).then_with(|| of("ID"));
        if down { compared.reverse() } else { compared }
    });
}

fn field(record: &Value, name: &str) -> Option<String> {
    record.get(name.to_uppercase()).map(|value| text_of(value).unwrap_or_default())
}

/// Moments are compared as such; a text that is none has no order among them.
fn order_of(name: &str, one: &str, other: &str, zone: &TimeZone) -> Option<Ordering> {
    let name = name.to_uppercase();
    if name.ends_with("_TIME") || name == "TIMESTAMP_X" {
        return Some(Moment::parse(one, zone)?.cmp(&Moment::parse(other, zone)?));
    }
    Some(compare(one, other))
}

/// Whether a field's value and those of a condition are as its operator says.
pub fn holds(
    operator: &str,
    values: &[String],
    found: &str,
    order: &dyn Fn(&str, &str) -> Option<Ordering>,
) -> bool {
    // As in SQL, nothing is above or below what is not there: a page asked for after a missing one is empty.
    if operator.starts_with(['<', '>']) && (found.is_empty() || values.iter().all(String::is_empty)) {
        return false;
    }
    let any = |holds: &dyn Fn(&str) -> bool| values.iter().any(|value| holds(value));
    let is =
        |value: &str, wanted: &[Ordering]| order(found, value).is_some_and(|order| wanted.contains(&order));
    let equal = |value: &str| {
        if value.is_empty() || found.is_empty() { found == value } else { is(value, &[Ordering::Equal]) }
    };
    match operator {
        ">" => any(&|value| is(value, &[Ordering::Greater])),
        ">=" => any(&|value| is(value, &[Ordering::Greater, Ordering::Equal])),
        "<" => any(&|value| is(value, &[Ordering::Less])),
        "<=" => any(&|value| is(value, &[Ordering::Less, Ordering::Equal])),
        "%" => any(&|value| found.to_lowercase().contains(&value.to_lowercase())),
        "!%" => !any(&|value| found.to_lowercase().contains(&value.to_lowercase())),
        "=%" | "%=" => any(&|value| like(found, value)),
        "!=%" | "!%=" => !any(&|value| like(found, value)),
        "!" | "!=" | "!@" => !any(&equal),
        _ => any(&equal),
    }
}

/// `%` stands for anything at either end.
pub fn like(found: &str, pattern: &str) -> bool {
    let (found, pattern) = (found.to_lowercase(), pattern.to_lowercase());
    match (pattern.strip_prefix('%'), pattern.strip_suffix('%')) {
        (Some(_), Some(_)) => found.contains(pattern.trim_matches('%')),
        (Some(end), None) => found.ends_with(end),
        (None, Some(begin)) => found.starts_with(begin),
        (None, None) => found == pattern,
    }
}

/// Numbers by their size, everything else letter by letter whatever the case.
pub fn compare(one: &str, other: &str) -> Ordering {
    match (one.parse::<i64>(), other.parse::<i64>()) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        _ => one.to_lowercase().cmp(&other.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(filter: Value) -> bool {
        let Value::Object(filter) = filter else { panic!("a map is needed") };
        let record = json!({
            "ID": "7", "NAME": "Report.pdf", "SIZE": "900", "DELETE_TIME": null,
            "CREATE_TIME": "2026-03-02T10:00:00+00:00",
        });
        !kept(vec![record], &filter, &TimeZone::UTC).is_empty()
    }

    #[test]
    fn conditions_are_read_with_their_operators() {
        for filter in [
            json!({}),
            json!({ "ID": 7 }),
            json!({ "ID": [6, "7"] }),
            json!({ ">ID": 6, "<=SIZE": "900" }),
            json!({ "name": "REPORT.PDF" }),
            json!({ "%NAME": "port" }),
            json!({ "=%NAME": "rep%" }),
            json!({ "!ID": 8 }),
            json!({ ">=CREATE_TIME": "2026-03-02" }),
            json!({ "CREATE_TIME": "2026-03-02T11:00:00+01:00" }),
            json!({ "DELETE_TIME": null }),
            json!({ "COLOUR": "red" }),
        ] {
            assert!(taken(filter.clone()), "{filter}");
        }
        for filter in [
            json!({ "ID": 8 }),
            json!({ ">SIZE": 900 }),
            json!({ ">ID": "" }),
            json!({ "!ID": [7, 9] }),
            json!({ "!%NAME": "port" }),
            json!({ ">CREATE_TIME": "yesterday" }),
            json!({ "CREATE_TIME": "2026-03-03" }),
        ] {
            assert!(!taken(filter.clone()), "{filter}");
        }
    }

    #[test]
    fn a_field_that_only_others_have_is_empty() {
        let records = vec![json!({ "ID": "1", "SIZE": "9" }), json!({ "ID": "2" })];
        let of = |filter: Value| {
            let Value::Object(filter) = filter else { panic!("a map is needed") };
            kept(records.clone(), &filter, &TimeZone::UTC).len()
        };
        assert_eq!(
            (of(json!({ ">SIZE": 5 })), of(json!({ "!SIZE": 9 })), of(json!({ "OTHER": 1 }))),
            (1, 1, 2)
        );
    }

    #[test]
    fn records_are_sorted_by_a_field_and_then_by_number() {
        let mut records = vec![
            json!({ "ID": "10", "NAME": "b" }),
            json!({ "ID": "9", "NAME": "b" }),
            json!({ "ID": "1", "NAME": "c" }),
        ];
        let ids = |records: &[Value]| records.iter().map(|one| one["ID"].clone()).collect::<Vec<_>>();
        sort(&mut records, &Map::new(), &TimeZone::UTC);
        assert_eq!(ids(&records), ["1", "9", "10"]);
        let order = Map::from_iter([("NAME".to_owned(), json!("ASC"))]);
        sort(&mut records, &order, &TimeZone::UTC);
        assert_eq!(ids(&records), ["9", "10", "1"]);
        let order = Map::from_iter([("ID".to_owned(), json!("desc"))]);
        sort(&mut records, &order, &TimeZone::UTC);
        assert_eq!(ids(&records), ["10", "9", "1"]);
    }
}
