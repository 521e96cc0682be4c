//! `department.*`: the portal's department records.

use std::cmp::Ordering;

use lately_messenger::Refusal;
use lately_messenger::department::DepartmentDraft;
use lately_model::{Department, UserId};
use serde_json::{Map, Value, json};

use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::{Int, Params, int_of, list_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::department::{FIELDS, RECORD, record};

/// How many records a page has.
const PAGE: usize = 50;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "department.get",
        scope: "department",
        about: "Departments that a filter takes",
        caller: Caller::Anyone,
        params: &[
            Param::optional("sort", Kind::Text, "ID"),
            Param::optional("order", Kind::Text, "ASC"),
            Param::optional("ID", Kind::Int, ""),
            Param::optional("NAME", Kind::Text, ""),
            Param::optional("SORT", Kind::Int, ""),
            Param::optional("PARENT", Kind::Int, ""),
            Param::optional("UF_HEAD", Kind::Int, ""),
            Param::optional("START", Kind::Int, "0"),
        ],
        errors: &[],
        result: Shape::List(&RECORD),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "department.fields",
        scope: "department",
        about: "The fields of a department",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Map(&Shape::Text),
        handler: |call| Box::pin(fields(call)),
    },
    Method {
        name: "department.add",
        scope: "department",
        about: "Adds a department",
        caller: Caller::Administrator,
        params: &[
            Param::required("NAME", Kind::Text),
            Param::required("PARENT", Kind::Int),
            Param::optional("SORT", Kind::Int, "500"),
            Param::optional("UF_HEAD", Kind::Int, "nobody"),
        ],
        errors: &[Refusal::Core(String::new())],
        result: Shape::Int,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "department.update",
        scope: "department",
        about: "Changes a department",
        caller: Caller::Administrator,
        params: &[
            Param::required("ID", Kind::Int),
            Param::optional("NAME", Kind::Text, "unchanged"),
            Param::optional("SORT", Kind::Int, "unchanged"),
            Param::optional("PARENT", Kind::Int, "unchanged"),
            Param::optional("UF_HEAD", Kind::Int, "unchanged"),
        ],
        errors: &[Refusal::Core(String::new())],
        result: Shape::Bool,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "department.delete",
        scope: "department",
        about: "Deletes a department; what it had goes to the one above",
        caller: Caller::Administrator,
        params: &[Param::required("ID", Kind::Int)],
        errors: &[Refusal::Core(String::new())],
        result: Shape::Bool,
        handler: |call| Box::pin(delete(call)),
    },
];

async fn fields(call: &Call) -> Result<Answer, Failure> {
    let language = call.messenger().language();
    let title = |name: &&str| ((*name).to_owned(), json!(language.title(&format!("department.{name}"))));
    let fields: Map<String, Value> = FIELDS.iter().map(title).collect();
    Ok(Answer::tree(Value::Object(fields)))
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let structure = call.messenger().structure(call.user()).await?;
    let takes = |department: &&Department| takes(department, &call.params);
    let mut found: Vec<&Department> = structure.iter().filter(takes).collect();
    sort(&mut found, &call.params);
    let start = call.start.unwrap_or(0);
    let offset = usize::try_from(start.max(0)).unwrap_or(usize::MAX);
    let page: Vec<Value> =
        found.iter().skip(offset).take(PAGE).map(|department| record(department)).collect();
    let more = start >= 0 && found.len().saturating_sub(offset) > page.len();
    let next = more.then(|| i64::try_from(offset + PAGE).unwrap_or(i64::MAX));
    let total = if start < 0 { 0 } else { i64::try_from(found.len()).unwrap_or(i64::MAX) };
    Ok(Answer::tree(Value::Array(page)).paged(Some(total), next))
}

/// `SORT` is a condition, and in small letters it is the order: the reference has both in one request.
fn takes(department: &Department, params: &Params) -> bool {
    let numbers = [
        (named(params, "ID"), department.id),
        (params.exact("SORT"), department.sort),
        (named(params, "PARENT"), department.parent_id),
        (named(params, "UF_HEAD"), department.head_id.0),
    ];
    let is = |(wanted, found): (Option<&Value>, i64)| wanted.is_none_or(|wanted| holds(wanted, found));
    let name = named(params, "NAME").is_none_or(|wanted| {
        let wanted = list_of(wanted).unwrap_or_else(|| vec![wanted.clone()]);
        wanted.iter().any(|name| text_of(name).is_some_and(|name| name == department.name))
    });
    name && numbers.into_iter().all(is)
}

fn named<'a>(params: &'a Params, name: &str) -> Option<&'a Value> {
    params.get(name).filter(|value| !value.is_null())
}

/// A number or one of a list; what is no number is found nowhere.
fn holds(wanted: &Value, found: i64) -> bool {
    let wanted = list_of(wanted).unwrap_or_else(|| vec![wanted.clone()]);
    wanted.iter().any(|wanted| int_of(wanted) == Int::Value(found))
}

fn sort(found: &mut [&Department], params: &Params) {
    let by = params.exact("sort").and_then(text_of).unwrap_or_default().to_uppercase();
    let descending = params.text("order").is_some_and(|order| order.eq_ignore_ascii_case("DESC"));
    found.sort_by(|one, other| {
        let compared = compare(one, other, &by).then(one.id.cmp(&other.id));
        if descending { compared.reverse() } else { compared }
    });
}

fn compare(one: &Department, other: &Department, by: &str) -> Ordering {
    match by {
        "NAME" => one.name.to_lowercase().cmp(&other.name.to_lowercase()),
        "SORT" => one.sort.cmp(&other.sort),
        "PARENT" => one.parent_id.cmp(&other.parent_id),
        "UF_HEAD" => one.head_id.cmp(&other.head_id),
        _ => Ordering::Equal,
    }
}

async fn add(call: &Call) -> Result<Answer, Failure> {
    let id = call.messenger().add_department(call.doer(), draft(&call.params)?).await?;
    Ok(Answer::tree(id))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    call.messenger().edit_department(call.doer(), id(call)?, draft(&call.params)?).await?;
    Ok(Answer::tree(true))
}

async fn delete(call: &Call) -> Result<Answer, Failure> {
    call.messenger().dissolve_department(call.doer(), id(call)?).await?;
    Ok(Answer::tree(true))
}

fn id(call: &Call) -> Result<i64, Refusal> {
    call.positive("ID").ok_or_else(|| Refusal::Core("The number of the department is wrong".to_owned()))
}

fn draft(params: &Params) -> Result<DepartmentDraft, Refusal> {
    let wrong = |name: &str| Refusal::Core(format!("{name} is wrong"));
    let number = |name: &str| match params.int(name) {
        Int::Absent => Ok(None),
        Int::Value(number) => Ok(Some(number)),
        // Old clients send an empty text for nobody and nothing.
        Int::Bad if params.text(name).as_deref() == Some("") => Ok(Some(0)),
        Int::Bad => Err(wrong(name)),
    };
    let name = match params.get("NAME") {
        None | Some(Value::Null) => None,
        Some(value) => Some(text_of(value).ok_or_else(|| wrong("NAME"))?),
    };
    let (sort, parent, head) = (number("SORT")?, number("PARENT")?, number("UF_HEAD")?.map(UserId));
    Ok(DepartmentDraft { name, sort, parent, head })
}
