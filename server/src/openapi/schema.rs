//! JSON Schema (2020-12, as OpenAPI 3.1 has it) of what parameters and results are.
//!
//! Must hold: a shape that has a name is written once, among the components, and referred to everywhere else.

use serde_json::{Map, Value, json};

use crate::rest::registry::{Kind, Param};
use crate::rest::schema::{Keys, Shape};

/// The schemas that have names, as they are met.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// By name.
    pub(super) schemas: Map<String, Value>,
}

impl Named {
    /// The schema of a shape; what it names goes among the named ones.
    pub(super) fn schema(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Any => json!({}),
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::Int => json!({ "type": "integer" }),
            Shape::Number => json!({ "type": "number" }),
            Shape::Text => json!({ "type": "string" }),
            Shape::Date => json!({ "type": "string", "format": "date-time" }),
            Shape::List(shape) => json!({ "type": "array", "items": self.schema(shape) }),
            Shape::Map(shape) => {
                let map = json!({ "type": "object", "additionalProperties": self.schema(shape) });
                json!({ "anyOf": [map, { "type": "array", "maxItems": 0 }] })
            }
            Shape::Object(keys) => {
                let mut object = self.object(keys);
                object.insert("additionalProperties".to_owned(), json!(false));
                Value::Object(object)
            }
            Shape::Open(keys) => Value::Object(self.object(keys)),
            Shape::Sometimes(shape) => self.schema(shape),
            Shape::OrNull(shape) => json!({ "anyOf": [self.schema(shape), { "type": "null" }] }),
            Shape::OrFalse(shape) => json!({ "anyOf": [self.schema(shape), { "const": false }] }),
            Shape::Either(shapes) => {
                let schemas: Vec<Value> = shapes.iter().map(|shape| self.schema(shape)).collect();
                json!({ "anyOf": schemas })
            }
            Shape::Named(name, shape) => {
                if !self.schemas.contains_key(*name) {
                    let schema = self.schema(shape);
                    self.schemas.insert((*name).to_owned(), schema);
                }
                json!({ "$ref": format!("#/components/schemas/{name}") })
            }
        }
    }

    fn object(&mut self, keys: Keys) -> Map<String, Value> {
        let properties: Map<String, Value> =
            keys.iter().map(|(name, shape)| ((*name).to_owned(), self.schema(shape))).collect();
        let always = keys.iter().filter(|(_, shape)| !matches!(shape, Shape::Sometimes(_)));
        let required: Vec<&str> = always.map(|(name, _)| *name).collect();
        let mut object = Map::new();
        object.insert("type".to_owned(), json!("object"));
        object.insert("properties".to_owned(), Value::Object(properties));
        if !required.is_empty() {
            object.insert("required".to_owned(), json!(required));
        }
        object
    }
}

/// The schema of a parameter in a JSON body.
pub(super) fn parameter(param: &Param) -> Value {
    let mut schema = match (param.kind, param.default) {
        (Kind::Flag, "0" | "1") => json!({ "type": "integer", "enum": [0, 1] }),
        (Kind::Flag, "true" | "false") => json!({ "type": "boolean" }),
        (Kind::Flag, _) => json!({ "type": "string", "enum": ["Y", "N"] }),
        (Kind::Int, _) => json!({ "type": "integer" }),
        (Kind::Text, _) => json!({ "type": "string" }),
        (Kind::Date, _) => json!({ "type": "string", "format": "date-time" }),
        (Kind::Dialog, _) => json!({ "type": ["string", "integer"], "examples": ["chat12", 7] }),
        (Kind::List, _) => json!({ "type": "array" }),
        (Kind::Object, _) => json!({ "type": ["object", "array", "string"] }),
    };
    if let Some(map) = schema.as_object_mut() {
        if let Some(default) = default(param) {
            map.insert("default".to_owned(), default);
        }
        if let Some(words) = description(param) {
            map.insert("description".to_owned(), json!(words));
        }
    }
    schema
}

/// The same in a query or a form, where everything is text and only maps and lists can be told from it.
pub(super) fn flat(param: &Param) -> Value {
    let mut schema = parameter(param);
    if let Some(map) = schema.as_object_mut() {
        match param.kind {
            Kind::Object => drop(map.insert("type".to_owned(), json!("object"))),
            Kind::Dialog => drop(map.insert("type".to_owned(), json!("string"))),
            Kind::List => {
                map.insert("items".to_owned(), json!({ "type": ["string", "integer"] }));
            }
            Kind::Flag | Kind::Int | Kind::Text | Kind::Date => {}
        }
    }
    schema
}

/// The name of a parameter in a query or a form: lists are marked, as PHP has it.
pub(super) fn flat_name(param: &Param) -> String {
    match param.kind {
        Kind::List => format!("{}[]", param.name),
        _ => param.name.to_owned(),
    }
}

/// The default, if it is a value and not words.
fn default(param: &Param) -> Option<Value> {
    match (param.kind, param.default) {
        (Kind::Flag, "Y" | "N") => Some(json!(param.default)),
        (Kind::Flag, "true" | "false") => Some(json!(param.default == "true")),
        (Kind::Flag | Kind::Int, text) => text.parse::<i64>().ok().map(|number| json!(number)),
        _ => None,
    }
}

/// What the declaration says in words.
fn description(param: &Param) -> Option<String> {
    let words = !param.default.is_empty() && default(param).is_none();
    words.then(|| format!("Without it: {}.", param.default))
}
