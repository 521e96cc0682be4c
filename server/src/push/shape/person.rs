//! People as events show them.

use lately_model::User;
use serde_json::{Map, Value, json};

use super::super::body::Letter;
use super::super::body::members;
use super::Stage;
use crate::rest::shape::Wire;
use crate::rest::shape::user::today;

/// A person, with what only events add.
pub fn user_object(user: &User, wire: &Wire<'_>) -> Value {
    let mut shown = json!(today(user, wire));
    if let Value::Object(map) = &mut shown {
        map.insert("profile".to_owned(), json!(format!("/company/personal/user/{}/", user.id)));
        map.insert("services".to_owned(), Value::Null);
    }
    shown
}

/// People by number.
pub fn users_by_id<'a>(users: impl Iterator<Item = &'a User>, wire: &Wire<'_>) -> Value {
    let by_id: Map<String, Value> =
        users.map(|user| (user.id.to_string(), user_object(user, wire))).collect();
    Value::Object(by_id)
}

/// People as REST lists them.
pub fn rest_users<'a>(users: impl Iterator<Item = &'a User>, wire: &Wire<'_>) -> Vec<Value> {
    users.map(|user| json!(today(user, wire))).collect()
}

/// People in short.
pub fn users_short<'a>(users: impl Iterator<Item = &'a User>, wire: &Wire<'_>) -> Vec<Value> {
    let short =
        |user: &User| json!({ "id": user.id, "name": user.name(), "avatar": wire.absolute(&user.avatar) });
    users.map(short).collect()
}

/// `userUpdate`: a person is not who they were. The product has no event for that.
pub fn edited(stage: &Stage<'_>) -> Vec<Letter> {
    let Some(user) = stage.scene.users.first() else { return Vec::new() };
    let params = json!({ "user": user_object(user, stage.wire) });
    let to = stage.hearers().iter().map(|hearer| (hearer.user, members(Map::new()))).collect();
    vec![Letter { variant: 0, body: stage.body("im", "userUpdate", params), to }]
}
