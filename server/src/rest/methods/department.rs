//! `im.department.*`: departments as the messenger shows them, their people, and one's colleagues.

use lately_messenger::Refusal;
use lately_messenger::department::Staff;
use lately_model::{User, UserId};
use serde_json::{Map, Value, json};

use super::{SEARCH_MOST, SEARCH_PAGE, next_of, wire};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::Wire;
use crate::rest::shape::department::{CARD, card};
use crate::rest::shape::user::{USER, today};

/// A person: whole if that was asked for, else by number.
const PERSON: Shape = Shape::Either(&[Shape::Int, USER]);

/// People by the number of their department.
const STAFF: Shape = Shape::Map(&Shape::List(&PERSON));

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.department.get",
        scope: "im",
        about: "Departments and who leads them",
        caller: Caller::Anyone,
        params: &[Param::required("ID", Kind::List), Param::optional("USER_DATA", Kind::Flag, "N")],
        errors: &[Refusal::ListMalformed, Refusal::NoAccessToStructure],
        result: Shape::List(&CARD),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "im.department.employees.get",
        scope: "im",
        about: "The people of departments",
        caller: Caller::Anyone,
        params: &[Param::required("ID", Kind::List), Param::optional("USER_DATA", Kind::Flag, "N")],
        errors: &[Refusal::NumbersEmpty, Refusal::NoAccessToStructure],
        result: STAFF,
        handler: |call| Box::pin(employees(call)),
    },
    Method {
        name: "im.department.managers.get",
        scope: "im",
        about: "Who leads departments",
        caller: Caller::Anyone,
        params: &[Param::required("ID", Kind::List), Param::optional("USER_DATA", Kind::Flag, "N")],
        errors: &[Refusal::NumbersEmpty, Refusal::NoAccessToStructure],
        result: STAFF,
        handler: |call| Box::pin(managers(call)),
    },
    Method {
        name: "im.department.colleagues.list",
        scope: "im",
        about: "The caller's colleagues, page by page",
        caller: Caller::Anyone,
        params: &[
            Param::optional("USER_DATA", Kind::Flag, "N"),
            Param::optional("OFFSET", Kind::Int, "0"),
            Param::optional("LIMIT", Kind::Int, "10"),
        ],
        errors: &[Refusal::NoAccessToStructure],
        result: Shape::List(&PERSON),
        handler: |call| Box::pin(colleagues(call)),
    },
];

async fn get(call: &Call) -> Result<Answer, Failure> {
    let whole = call.params.yes("USER_DATA");
    let ids = ids(call, Refusal::ListMalformed)?;
    let cards = call.messenger().department_cards(call.user(), ids).await?;
    let wire = wire(call);
    Ok(Answer::tree(Value::Array(cards.iter().map(|found| card(found, whole, &wire)).collect())))
}

async fn employees(call: &Call) -> Result<Answer, Failure> {
    let whole = call.params.yes("USER_DATA");
    let ids = ids(call, Refusal::NumbersEmpty)?;
    let (staff, users) = call.messenger().department_staff(call.user(), ids, whole).await?;
    Ok(Answer::tree(by_department(&staff, whole.then_some(&users), &wire(call))))
}

async fn managers(call: &Call) -> Result<Answer, Failure> {
    let whole = call.params.yes("USER_DATA");
    let ids = ids(call, Refusal::NumbersEmpty)?;
    let (staff, users) = call.messenger().department_heads(call.user(), ids, whole).await?;
    Ok(Answer::tree(by_department(&staff, whole.then_some(&users), &wire(call))))
}

async fn colleagues(call: &Call) -> Result<Answer, Failure> {
    let span = call.span(SEARCH_PAGE, SEARCH_MOST);
    let (users, total) = call.messenger().colleagues(call.user(), span).await?;
    let wire = wire(call);
    let shown: Vec<Value> = if call.params.yes("USER_DATA") {
        users.iter().map(|user| json!(today(user, &wire))).collect()
    } else {
        users.iter().map(|user| json!(user.id.0)).collect()
    };
    let next = next_of(span, shown.len(), total);
    Ok(Answer::tree(Value::Array(shown)).paged(Some(total), next))
}

/// A list of numbers, or JSON text of one. A single number is none.
fn ids(call: &Call, malformed: Refusal) -> Result<Vec<i64>, Refusal> {
    if call.params.int("ID").value().is_some() {
        return Err(malformed);
    }
    match call.numbers("ID") {
        Ok(ids) if !ids.is_empty() => Ok(ids),
        _ => Err(malformed),
    }
}

/// A map from departments to numbers, or to users if they are given, by number.
fn by_department(staff: &Staff, users: Option<&Vec<User>>, wire: &Wire<'_>) -> Value {
    let found = |id: UserId| {
        let place = users?.binary_search_by_key(&id, |user| user.id).ok()?;
        Some(json!(today(users?.get(place)?, wire)))
    };
    let entry = |(department, people): &(i64, Vec<UserId>)| {
        let people: Vec<Value> = match users {
            Some(_) => people.iter().filter_map(|id| found(*id)).collect(),
            None => people.iter().map(|id| json!(id.0)).collect(),
        };
        (department.to_string(), json!(people))
    };
    let map: Map<String, Value> = staff.iter().map(entry).collect();
    if map.is_empty() { json!([]) } else { Value::Object(map) }
}
