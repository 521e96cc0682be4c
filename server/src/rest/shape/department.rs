//! Departments on the wire: the portal's records with upper-case keys, and the messenger's cards.

use lately_messenger::department::DepartmentCard;
use lately_model::Department;
use serde_json::{Map, Value, json};

use super::Wire;
use super::user::{USER, today};
use crate::rest::schema::Shape::{self, Int, Named, Object, OrNull, Sometimes, Text};

/// The fields of a record.
pub const FIELDS: [&str; 5] = ["ID", "NAME", "SORT", "PARENT", "UF_HEAD"];

/// What [`record`] gives.
pub const RECORD: Shape = Named(
    "DepartmentRecord",
    &Object(&[
        ("ID", Text),
        ("NAME", Text),
        ("SORT", Int),
        ("PARENT", Sometimes(&Text)),
        ("UF_HEAD", Sometimes(&Text)),
    ]),
);

/// What [`card`] gives.
pub const CARD: Shape = Named(
    "Department",
    &Object(&[
        ("id", Int),
        ("name", Text),
        ("full_name", Text),
        ("manager_user_id", Int),
        ("manager_user_data", Sometimes(&OrNull(&USER))),
    ]),
);

/// A record (`department.get`); what is not set has no key.
pub fn record(department: &Department) -> Value {
    let mut record = Map::new();
    record.insert("ID".to_owned(), json!(department.id.to_string()));
    record.insert("NAME".to_owned(), json!(department.name));
    record.insert("SORT".to_owned(), json!(department.sort));
    if department.parent_id != 0 {
        record.insert("PARENT".to_owned(), json!(department.parent_id.to_string()));
    }
    if !department.head_id.is_none() {
        record.insert("UF_HEAD".to_owned(), json!(department.head_id.to_string()));
    }
    Value::Object(record)
}

/// A card; with `whole` also who leads the department, or null.
pub fn card(card: &DepartmentCard, whole: bool, wire: &Wire<'_>) -> Value {
    let mut shown = json!({
        "id": card.department.id,
        "name": card.department.name,
        "full_name": card.full_name,
        "manager_user_id": card.head.as_ref().map_or(0, |head| head.id.0),
    });
    if let (Value::Object(map), true) = (&mut shown, whole) {
        let head = card.head.as_ref().map(|head| today(head, wire));
        map.insert("manager_user_data".to_owned(), json!(head));
    }
    shown
}
