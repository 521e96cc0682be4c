//! The OpenAPI 3.1 document: one path a method, with what it takes, answers and refuses.
//!
//! Must hold: it is the registry in other words. Nothing is said of a method here that is not declared there.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::schema::{Named, flat, flat_name, parameter};
use crate::rest::envelope::TIME;
use crate::rest::refusal::WireError;
use crate::rest::registry::{self, Caller, Kind, Method};
use crate::rest::schema::Shape;
use crate::rest::shape::recent::REMOVAL;

const ABOUT: &str = "A messenger that speaks the Bitrix24 REST API. Each method is a path: `/rest/` with the number of a \
     user, the secret of a webhook of theirs, and the method's name. Parameters go into the query, a form, or a JSON \
     body; their names match in any case. A method also answers below `/rest/` alone, with a token in `auth`, and in XML \
     if its name ends in `.xml`.";

/// Their errors by status: the codes with their texts.
type Statuses = BTreeMap<u16, Vec<(String, String)>>;

/// The document of a portal with this public address.
pub fn document(base_url: &str) -> Value {
    let mut named = Named::default();
    let any = statuses(WireError::of_any_method());
    let mut responses: Map<String, Value> =
        any.iter().map(|(status, codes)| (status.to_string(), refusal(codes))).collect();
    let mut paths = Map::new();
    for method in registry::all() {
        let known = answers(method, &any, &mut named, &mut responses);
        paths.insert(format!("/rest/{{user}}/{{secret}}/{}", method.name), path(method, &known));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Lately",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": base_url }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "parameters": {
                "user": {
                    "name": "user",
                    "in": "path",
                    "required": true,
                    "description": "The number of the user whose webhook it is.",
                    "schema": { "type": "integer", "minimum": 1 },
                },
                "secret": {
                    "name": "secret",
                    "in": "path",
                    "required": true,
                    "description": "The secret of the webhook.",
                    "schema": { "type": "string", "pattern": "^[A-Za-z0-9]+$" },
                },
            },
            "schemas": named.schemas,
            "responses": responses,
        },
    })
}

fn tags() -> Vec<Value> {
    let mut scopes: Vec<&str> = registry::all().map(tag).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.into_iter().map(|scope| json!({ "name": scope })).collect()
}

/// The first of its scopes.
fn tag(method: &Method) -> &'static str {
    method.scope.split('|').next().unwrap_or(method.scope)
}

fn statuses(errors: Vec<WireError>) -> Statuses {
    let mut statuses = Statuses::new();
    for error in errors {
        statuses.entry(error.status.as_u16()).or_default().push((error.code, error.text));
    }
    statuses
}

/// The responses of a method by status; those of its own go among the components.
fn answers(
    method: &Method,
    any: &Statuses,
    named: &mut Named,
    responses: &mut Map<String, Value>,
) -> Map<String, Value> {
    let own = statuses(method.refuses());
    let mut known = Map::new();
    let mut put = |status: u16, name: String| {
        known.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
    };
    responses.insert(format!("{}.200", method.name), answer(&method.result, named));
    put(200, format!("{}.200", method.name));
    for status in any.keys().chain(own.keys()) {
        let Some(codes) = own.get(status) else {
            put(*status, status.to_string());
            continue;
        };
        let common = any.get(status).into_iter().flatten();
        let common = common.filter(|(code, _)| codes.iter().all(|(own, _)| own != code));
        let all: Vec<_> = codes.iter().chain(common).cloned().collect();
        let name = format!("{}.{status}", method.name);
        responses.insert(name.clone(), refusal(&all));
        put(*status, name);
    }
    known
}

fn answer(result: &Shape, named: &mut Named) -> Value {
    let schema = json!({
        "type": "object",
        "properties": {
            "result": named.schema(result),
            "removed": { "type": "array", "items": named.schema(&REMOVAL) },
            "total": { "type": "integer" },
            "next": { "type": "integer" },
            "time": named.schema(&TIME),
        },
        "required": ["result", "time"],
        "additionalProperties": false,
    });
    json!({ "description": "The result.", "content": { "application/json": { "schema": schema } } })
}

fn refusal(codes: &[(String, String)]) -> Value {
    let lines = codes.iter().map(|(code, text)| match text.is_empty() {
        true => format!("- `{code}`"),
        false => format!("- `{code}`: {text}"),
    });
    let names: Vec<&str> = codes.iter().map(|(code, _)| code.as_str()).collect();
    let schema = json!({
        "type": "object",
        "properties": {
            "error": { "type": "string", "enum": names },
            "error_description": { "type": "string" },
            "argument": { "type": "string" },
        },
        "required": ["error", "error_description"],
        "additionalProperties": false,
    });
    json!({
        "description": lines.collect::<Vec<_>>().join("\n"),
        "content": { "application/json": { "schema": schema } },
    })
}

fn path(method: &Method, answers: &Map<String, Value>) -> Value {
    json!({
        "parameters": [
            { "$ref": "#/components/parameters/user" },
            { "$ref": "#/components/parameters/secret" },
        ],
        "get": operation(method, answers, "get", json!({ "parameters": query(method) })),
        "post": operation(method, answers, "post", json!({ "requestBody": body(method) })),
    })
}

fn operation(method: &Method, answers: &Map<String, Value>, verb: &str, takes: Value) -> Value {
    let mut operation = json!({
        "operationId": format!("{verb}.{}", method.name),
        "summary": method.about,
        "description": described(method),
        "tags": [tag(method)],
        "x-scope": method.scope.split('|').collect::<Vec<_>>(),
        "x-caller": who(method.caller),
        "responses": answers,
    });
    if let (Value::Object(operation), Value::Object(takes)) = (&mut operation, takes) {
        operation.extend(takes);
    }
    operation
}

fn described(method: &Method) -> String {
    let scope = match method.scope {
        "basic" => "Needs no scope.".to_owned(),
        scope => format!("Needs the scope {}.", scope.replace('|', " or ")),
    };
    match method.caller {
        Caller::Anyone => scope,
        Caller::Administrator => format!("{scope} For administrators."),
        Caller::Application => format!("{scope} For applications."),
        Caller::NoApplication => format!("{scope} Not for applications."),
        Caller::Program => format!("{scope} For applications and webhooks."),
    }
}

/// Who may call, in a word.
pub(super) fn who(caller: Caller) -> &'static str {
    match caller {
        Caller::Anyone => "anyone",
        Caller::Administrator => "administrator",
        Caller::Application => "application",
        Caller::NoApplication => "no application",
        Caller::Program => "program",
    }
}

fn query(method: &Method) -> Vec<Value> {
    let parameter = |param: &registry::Param| {
        let mut shown = json!({
            "name": flat_name(param),
            "in": "query",
            "required": param.required,
            "schema": flat(param),
        });
        if let (Kind::Object, Some(map)) = (param.kind, shown.as_object_mut()) {
            map.insert("style".to_owned(), json!("deepObject"));
            map.insert("explode".to_owned(), json!(true));
        }
        shown
    };
    method.params.iter().map(parameter).collect()
}

fn body(method: &Method) -> Value {
    let required = |name: fn(&registry::Param) -> String| {
        method.params.iter().filter(|param| param.required).map(name).collect::<Vec<_>>()
    };
    let object = |properties: Map<String, Value>, required: Vec<String>| {
        let mut schema = json!({ "type": "object", "properties": properties });
        if let (false, Some(map)) = (required.is_empty(), schema.as_object_mut()) {
            map.insert("required".to_owned(), json!(required));
        }
        schema
    };
    let plain = method.params.iter().map(|param| (param.name.to_owned(), parameter(param)));
    let form = method.params.iter().map(|param| (flat_name(param), flat(param)));
    let nested = method.params.iter().filter(|param| param.kind == Kind::Object);
    let encoding: Map<String, Value> = nested
        .map(|param| (param.name.to_owned(), json!({ "style": "deepObject", "explode": true })))
        .collect();
    json!({
        "required": method.params.iter().any(|param| param.required),
        "content": {
            "application/json": {
                "schema": object(plain.collect(), required(|param| param.name.to_owned())),
            },
            "application/x-www-form-urlencoded": {
                "schema": object(form.collect(), required(flat_name)),
                "encoding": encoding,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes<'a>(shape: &'a Shape, found: &mut Vec<&'a Shape>) {
        found.push(shape);
        match shape {
            Shape::List(one)
            | Shape::Map(one)
            | Shape::Sometimes(one)
            | Shape::OrNull(one)
            | Shape::OrFalse(one)
            | Shape::Named(_, one) => shapes(one, found),
            Shape::Object(keys) | Shape::Open(keys) => {
                keys.iter().for_each(|(_, shape)| shapes(shape, found));
            }
            Shape::Either(several) => several.iter().for_each(|shape| shapes(shape, found)),
            Shape::Any | Shape::Bool | Shape::Int | Shape::Number | Shape::Text | Shape::Date => {}
        }
    }

    #[test]
    fn every_method_is_a_path_with_its_parameters_and_errors() {
        let document = document("https://portal.test");
        assert_eq!(document["paths"].as_object().unwrap().len(), registry::all().count());
        for method in registry::all() {
            let path = &document["paths"][format!("/rest/{{user}}/{{secret}}/{}", method.name)];
            let names: Vec<&str> = path["get"]["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .map(|param| param["name"].as_str().unwrap().trim_end_matches("[]"))
                .collect();
            assert_eq!(names, method.params.iter().map(|param| param.name).collect::<Vec<_>>());
            for error in method.refuses() {
                let status = error.status.as_u16().to_string();
                for verb in ["get", "post"] {
                    let known = path[verb]["responses"][&status]["$ref"].as_str().unwrap();
                    let known = known.strip_prefix("#/components/responses/").unwrap();
                    let response = &document["components"]["responses"][known];
                    let codes = &response["content"]["application/json"]["schema"]["properties"]["error"];
                    assert!(
                        codes["enum"].as_array().unwrap().contains(&json!(error.code)),
                        "{}",
                        method.name
                    );
                }
            }
        }
    }

    #[test]
    fn a_name_stands_for_one_shape() {
        let mut found = Vec::new();
        registry::all().for_each(|method| shapes(&method.result, &mut found));
        let mut known: BTreeMap<&str, &Shape> = BTreeMap::new();
        for shape in found {
            if let Shape::Named(name, shape) = shape {
                assert_eq!(*known.entry(name).or_insert(shape), *shape, "{name}");
            }
        }
        assert!(known.len() > 10);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document("https://portal.test");
        let text = document.to_string();
        let mut references = text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
        assert!(references.all(|pointer| document.pointer(pointer).is_some()));
    }
}
