//! `user.*`: the portal's user records.

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use lately_messenger::Refusal;
use lately_messenger::occasion::Origin;
use lately_model::user::Gender;
use lately_model::{Moment, User, UserId, UserKind};
use serde_json::{Map, Value, json};

use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::filter::{compare, holds};
use crate::rest::params::{Params, list_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::portal_user::{FIELDS, RECORD, date_field, field, in_profile, online, record};

/// How many records a page has.
const PAGE: usize = 50;

const ANY_USER_SCOPE: &str = "user|user_brief|user_basic";

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "user.get",
        scope: ANY_USER_SCOPE,
        about: "Users that a filter takes",
        caller: Caller::Anyone,
        params: &[
            Param::optional("sort", Kind::Text, "ID"),
            Param::optional("order", Kind::Text, "ASC"),
            Param::optional("FILTER", Kind::Object, ""),
            Param::optional("ADMIN_MODE", Kind::Flag, "N"),
            Param::optional("select", Kind::List, "all"),
            Param::optional("start", Kind::Int, "0"),
        ],
        errors: &[],
        result: Shape::List(&RECORD),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "user.fields",
        scope: ANY_USER_SCOPE,
        about: "The fields of a user's record",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Map(&Shape::Text),
        handler: |call| Box::pin(fields(call)),
    },
    Method {
        name: "user.current",
        scope: ANY_USER_SCOPE,
        about: "The caller's own record",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: RECORD,
        handler: |call| Box::pin(current(call)),
    },
    Method {
        name: "user.search",
        scope: ANY_USER_SCOPE,
        about: "Users by name, position or e-mail",
        caller: Caller::Anyone,
        params: &[
            Param::optional("FILTER", Kind::Object, ""),
            Param::optional("sort", Kind::Text, "ID"),
            Param::optional("order", Kind::Text, "ASC"),
            Param::optional("ADMIN_MODE", Kind::Flag, "N"),
            Param::optional("select", Kind::List, "all"),
            Param::optional("start", Kind::Int, "0"),
        ],
        errors: &[],
        result: Shape::List(&RECORD),
        handler: |call| Box::pin(search(call)),
    },
    Method {
        name: "user.add",
        scope: "user",
        about: "Adds a user",
        caller: Caller::Administrator,
        params: &[
            Param::required("EMAIL", Kind::Text),
            Param::optional("NAME", Kind::Text, ""),
            Param::optional("LAST_NAME", Kind::Text, ""),
            Param::optional("UF_DEPARTMENT", Kind::List, "1"),
            Param::optional("EXTRANET", Kind::Flag, "N"),
            Param::optional("PERSONAL_PHOTO", Kind::List, ""),
        ],
        errors: &[
            Refusal::Argument("EMAIL", String::new()),
            Refusal::Argument("UF_DEPARTMENT", String::new()),
            Refusal::Argument("PERSONAL_BIRTHDAY", String::new()),
            Refusal::Core(String::new()),
        ],
        result: Shape::Int,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "user.update",
        scope: "user",
        about: "Changes a user",
        caller: Caller::Administrator,
        params: &[
            Param::required("ID", Kind::Int),
            Param::optional("ACTIVE", Kind::Flag, "unchanged"),
            Param::optional("PERSONAL_PHOTO", Kind::List, "unchanged"),
        ],
        errors: &[
            Refusal::Argument("EMAIL", String::new()),
            Refusal::Argument("UF_DEPARTMENT", String::new()),
            Refusal::Argument("PERSONAL_BIRTHDAY", String::new()),
            Refusal::LastAdministrator,
            Refusal::Core(String::new()),
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update(call)),
    },
];

async fn fields(call: &Call) -> Result<Answer, Failure> {
    let language = call.messenger().language();
    let fields: Map<String, Value> =
        FIELDS.iter().map(|name| ((*name).to_owned(), json!(language.title(name)))).collect();
    Ok(Answer::tree(Value::Object(fields)))
}

async fn current(call: &Call) -> Result<Answer, Failure> {
    let user = call.messenger().current_user(call.user()).await?;
    Ok(Answer::tree(record(&user, &call.credential.scopes, call.messenger().now(), &wire(call))))
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let mut filter = call.params.object("FILTER").unwrap_or_default();
    // Old clients send the fields of the filter beside it.
    for (name, value) in call.params.clone().into_map() {
        if matches!(name.to_uppercase().as_str(), "ID" | "EMAIL" | "ACTIVE") && !value.is_null() {
            filter.entry(name.to_uppercase()).or_insert(value);
        }
    }
    listed(call, filter).await
}

/// `FIND` excludes every other key of the filter.
async fn search(call: &Call) -> Result<Answer, Failure> {
    let mut filter = call.params.object("FILTER").unwrap_or_default();
    let find = filter.get("FIND").and_then(text_of).or_else(|| call.params.text("FIND"));
    if let Some(find) = find {
        filter = Map::from_iter([("NAME_SEARCH".to_owned(), json!(find))]);
    }
    listed(call, filter).await
}

async fn listed(call: &Call, filter: Map<String, Value>) -> Result<Answer, Failure> {
    let caller = call.messenger().current_user(call.user()).await?;
    let now = call.messenger().now();
    let tests: Vec<Test> = filter.iter().map(|(key, value)| Test::read(key, value)).collect();
    let zone = call.portal.zone.clone();
    let keep = move |user: &User| {
        let human = !matches!(user.kind, UserKind::Bot | UserKind::Connector | UserKind::Network);
        human && tests.iter().all(|test| test.takes(user, now, &zone))
    };
    let mut users = call.messenger().find_users(keep).await?;
    if caller.is_extranet() {
        let ids = users.iter().map(|user| user.id).collect();
        users =
            call.messenger().users(caller.id, ids).await?.into_iter().filter_map(|(_, user)| user).collect();
    }
    sort(&mut users, &call.params);
    let start = call.start.unwrap_or(0);
    let offset = usize::try_from(start.max(0)).unwrap_or(0);
    let (wire, scopes) = (wire(call), &call.credential.scopes);
    let page = users.iter().skip(offset).take(PAGE).map(|user| record(user, scopes, now, &wire));
    let page: Vec<Value> = page.map(|record| selected(record, &call.params)).collect();
    let next =
        (start >= 0 && offset + page.len() < users.len()).then(|| i64::try_from(offset + PAGE).unwrap_or(0));
    let total = if start < 0 { 0 } else { i64::try_from(users.len()).unwrap_or(i64::MAX) };
    Ok(Answer::tree(Value::Array(page)).paged(Some(total), next))
}

fn sort(users: &mut [User], params: &Params) {
    let (by, descending) = order(params);
    users.sort_by(|one, other| {
        let compared = compare(&field(one, &by).unwrap_or_default(), &field(other, &by).unwrap_or_default());
        let compared = compared.then(one.id.cmp(&other.id));
        if descending { compared.reverse() } else { compared }
    });
}

/// `sort` with `order`, or `order[FIELD]=DIRECTION` as SDKs send it.
fn order(params: &Params) -> (String, bool) {
    if let Some((by, direction)) = params.object("order").and_then(|order| order.into_iter().next()) {
        let descending = text_of(&direction).is_some_and(|direction| direction.eq_ignore_ascii_case("DESC"));
        return (by.to_uppercase(), descending);
    }
    let by = params.text("sort").filter(|by| !by.is_empty()).unwrap_or_else(|| "ID".to_owned());
    let descending = params.text("order").is_some_and(|direction| direction.eq_ignore_ascii_case("DESC"));
    (by.to_uppercase(), descending)
}

/// `ID` is always there; `*` selects everything.
fn selected(record: Value, params: &Params) -> Value {
    let wanted: Vec<String> = params
        .list("select")
        .unwrap_or_default()
        .iter()
        .filter_map(text_of)
        .map(|name| name.to_uppercase())
        .collect();
    let Value::Object(map) = record else { return record };
    if wanted.is_empty() || wanted.iter().any(|name| name == "*") {
        return Value::Object(map);
    }
    let named = |key: &str| {
        key == "ID" || wanted.iter().any(|name| name == key || (name == "UF_*" && key.starts_with("UF_")))
    };
    Value::Object(map.into_iter().filter(|(key, _)| named(key)).collect())
}

/// One condition of a filter: an operator before the name, and the values it is compared with. Null is the empty text,
/// which asks whether a field is set.
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
        Self { operator: operator.to_owned(), name: name.to_uppercase(), values }
    }

    fn takes(&self, user: &User, now: Moment, zone: &TimeZone) -> bool {
        let any = |holds: &dyn Fn(&str) -> bool| {
            self.values.iter().any(|value| holds(value)) != self.operator.starts_with('!')
        };
        match self.name.as_str() {
            "UF_DEPARTMENT" => any(&|id| id.parse().is_ok_and(|id: i64| user.departments.contains(&id))),
            "NAME_SEARCH" | "FIND" => self.values.iter().all(|text| named(user, text)),
            "IS_ONLINE" => any(&|text| (text == "Y") == online(user, now)),
            "ACTIVE" => any(&|text| yes(text) == user.active),
            "PERSONAL_BIRTHDAY" => self.takes_date(user, &TimeZone::UTC),
            _ if date_field(user, &self.name).is_some() => self.takes_date(user, zone),
            _ => self.takes_text(user),
        }
    }

    /// A date that cannot be read matches nothing.
    fn takes_date(&self, user: &User, zone: &TimeZone) -> bool {
        let found = date_field(user, &self.name).flatten();
        let read = |value: &String| Moment::parse(value, zone);
        if self.values.iter().any(|value| !value.is_empty() && read(value).is_none()) {
            return false;
        }
        let any = |wanted: &[Ordering]| {
            let compared = |value| Some(found?.cmp(&read(value)?));
            self.values.iter().filter_map(compared).any(|order| wanted.contains(&order))
        };
        let same =
            || any(&[Ordering::Equal]) || (found.is_none() && self.values.iter().any(String::is_empty));
        match self.operator.as_str() {
            ">" => any(&[Ordering::Greater]),
            ">=" => any(&[Ordering::Greater, Ordering::Equal]),
            "<" => any(&[Ordering::Less]),
            "<=" => any(&[Ordering::Less, Ordering::Equal]),
            operator if operator.starts_with('!') => !same(),
            _ => same(),
        }
    }

    fn takes_text(&self, user: &User) -> bool {
        // A condition on an unknown field is ignored, as unknown parameters are.
        let Some(found) = field(user, &self.name) else { return true };
        holds(&self.operator, &self.values, &found, &|one, other| Some(compare(one, other)))
    }
}

fn yes(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "y" | "1" | "true")
}

/// Each word of the text begins a word of the name, the position or the e-mail.
fn named(user: &User, text: &str) -> bool {
    let known =
        format!("{} {} {} {}", user.name(), user.second_name, user.work_position, user.email).to_lowercase();
    let text = text.to_lowercase();
    text.split_whitespace().all(|word| known.split_whitespace().any(|known| known.starts_with(word)))
}

async fn add(call: &Call) -> Result<Answer, Failure> {
    let params = &call.params;
    let email = params.text("EMAIL").unwrap_or_default();
    if !email.contains('@') || email.contains(char::is_whitespace) {
        return Err(Refusal::Argument("EMAIL", "Wrong e-mail".to_owned()).into());
    }
    let mut user = User { active: true, departments: vec![1], ..User::default() };
    if params.yes("EXTRANET") {
        user.kind = UserKind::Extranet;
        user.departments = Vec::new();
    }
    let changes = Changes { avatar: photo(call).await?, ..Changes::read(params)? };
    fill(&mut user, &changes);
    let origin = Origin {
        doer: call.doer(),
        app: call.app().map(|app| app.id).unwrap_or_default(),
        connector: params.text("auth_connector").unwrap_or_default(),
    };
    let id = call.messenger().add_user_from(origin, user).await?;
    Ok(Answer::tree(id.0))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let id = call.positive("ID").map(UserId).ok_or_else(|| Refusal::Core("User ID is invalid".to_owned()))?;
    let changes = Changes::read(&call.params)?;
    let changes = Changes { avatar: photo(call).await?, ..changes };
    let edit = move |user: &mut User| {
        fill(user, &changes);
        Ok(())
    };
    call.messenger().edit_user(call.doer(), id, edit).await?;
    Ok(Answer::tree(true))
}

/// What `user.add` and `user.update` were sent.
struct Changes {
    texts: Vec<(String, String)>,
    active: Option<bool>,
    departments: Option<Vec<i64>>,
    birthday: Option<Option<jiff::civil::Date>>,
    /// The address of another picture, or the empty text for none.
    avatar: Option<String>,
}

impl Changes {
    fn read(params: &Params) -> Result<Self, Refusal> {
        let mut texts = Vec::new();
        for (name, value) in params.clone().into_map() {
            let name = name.to_uppercase();
            let known =
                in_profile(&name) || matches!(name.as_str(), "NAME" | "LAST_NAME" | "SECOND_NAME" | "EMAIL");
            if let (true, Some(text)) = (known && name != "UF_DEPARTMENT", text_of(&value)) {
                texts.push((name, text));
            }
        }
        Ok(Self {
            texts,
            active: params.get("ACTIVE").and_then(text_of).map(|text| yes(&text)),
            departments: departments(params)?,
            birthday: birthday(params)?,
            avatar: None,
        })
    }
}

fn departments(params: &Params) -> Result<Option<Vec<i64>>, Refusal> {
    let Some(value) = params.get("UF_DEPARTMENT") else { return Ok(None) };
    let list = list_of(value).unwrap_or_else(|| vec![value.clone()]);
    let numbers = list.iter().map(|value| crate::rest::params::int_of(value).value());
    let wrong = || Refusal::Argument("UF_DEPARTMENT", "Departments are numbers".to_owned());
    numbers.collect::<Option<Vec<_>>>().map(Some).ok_or_else(wrong)
}

/// `PERSONAL_PHOTO`: a name and base64, the same as `fileData`, or base64 alone; what is empty takes the photo away.
/// Answers the address under which it is kept.
async fn photo(call: &Call) -> Result<Option<String>, Failure> {
    let Some(value) = call.params.get("PERSONAL_PHOTO").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let value = value.get("fileData").unwrap_or(value);
    let last = list_of(value).map(|list| list.last().and_then(text_of).unwrap_or_default());
    match last.or_else(|| text_of(value)).unwrap_or_default() {
        base64 if base64.is_empty() => Ok(Some(String::new())),
        base64 => Ok(Some(call.messenger().keep_portrait(call.user(), &base64).await?)),
    }
}

fn birthday(params: &Params) -> Result<Option<Option<jiff::civil::Date>>, Refusal> {
    let Some(text) = params.text("PERSONAL_BIRTHDAY") else { return Ok(None) };
    if text.is_empty() {
        return Ok(Some(None));
    }
    let wrong = || Refusal::Argument("PERSONAL_BIRTHDAY", "A date such as 1990-12-31 is needed".to_owned());
    let day = text.get(..10).unwrap_or(&text);
    day.parse().map(|date| Some(Some(date))).map_err(|_| wrong())
}

fn fill(user: &mut User, changes: &Changes) {
    for (name, text) in &changes.texts {
        let text = text.replace('\0', "");
        match name.as_str() {
            "NAME" => user.first_name = text,
            "LAST_NAME" => user.last_name = text,
            "SECOND_NAME" => user.second_name = text,
            "EMAIL" => user.email = text.to_lowercase(),
            "WORK_POSITION" => user.work_position = text,
            "PERSONAL_WWW" => user.website = text,
            "PERSONAL_MOBILE" => user.phones.personal_mobile = text,
            "PERSONAL_PHONE" => user.phones.personal_phone = text,
            "WORK_PHONE" => user.phones.work_phone = text,
            "UF_PHONE_INNER" => user.phones.inner_phone = text,
            "PERSONAL_GENDER" => user.gender = gender(&text),
            "PERSONAL_BIRTHDAY" | "PERSONAL_PHOTO" => {}
            _ => drop(user.profile.insert(name.clone(), text)),
        }
    }
    if let Some(active) = changes.active {
        user.active = active;
    }
    if let Some(departments) = &changes.departments {
        user.departments.clone_from(departments);
    }
    if let Some(birthday) = changes.birthday {
        user.birthday = birthday;
    }
    if let Some(avatar) = &changes.avatar {
        user.avatar.clone_from(avatar);
    }
}

fn gender(text: &str) -> Option<Gender> {
    match text {
        "M" => Some(Gender::M),
        "F" => Some(Gender::F),
        _ => None,
    }
}
