//! The portal's user record (`user.*`): upper-case keys, and how much of it a scope shows.

use jiff::tz::TimeZone;
use lately_model::user::Gender;
use lately_model::{Moment, Scopes, User, UserKind};
use serde_json::{Map, Value, json};

use super::Wire;
use crate::rest::schema::Shape::{self, Bool, Date, Int, List, Named, Object, Open, Sometimes, Text};

/// Somebody counts as online for this many seconds after their last action (behaviour.md E).
const ONLINE: i64 = 1440;

/// What `user_basic` leaves out of the whole record: contact data.
const NOT_BASIC: [&str; 5] = ["EMAIL", "PERSONAL_MOBILE", "PERSONAL_PHONE", "WORK_PHONE", "UF_PHONE_INNER"];

/// What `user_brief` leaves out.
const NOT_BRIEF: [&str; 9] = [
    "EMAIL",
    "PERSONAL_MOBILE",
    "PERSONAL_PHONE",
    "WORK_PHONE",
    "UF_PHONE_INNER",
    "PERSONAL_BIRTHDAY",
    "PERSONAL_GENDER",
    "PERSONAL_CITY",
    "LAST_LOGIN",
];

/// The fields that a record may have.
pub const FIELDS: [&str; 62] = [
    "ID",
    "XML_ID",
    "ACTIVE",
    "NAME",
    "LAST_NAME",
    "SECOND_NAME",
    "TITLE",
    "EMAIL",
    "LAST_LOGIN",
    "DATE_REGISTER",
    "TIME_ZONE",
    "IS_ONLINE",
    "TIMESTAMP_X",
    "LAST_ACTIVITY_DATE",
    "PERSONAL_GENDER",
    "PERSONAL_PROFESSION",
    "PERSONAL_WWW",
    "PERSONAL_BIRTHDAY",
    "PERSONAL_PHOTO",
    "PERSONAL_ICQ",
    "PERSONAL_PHONE",
    "PERSONAL_FAX",
    "PERSONAL_MOBILE",
    "PERSONAL_PAGER",
    "PERSONAL_STREET",
    "PERSONAL_CITY",
    "PERSONAL_STATE",
    "PERSONAL_ZIP",
    "PERSONAL_COUNTRY",
    "PERSONAL_MAILBOX",
    "PERSONAL_NOTES",
    "WORK_PHONE",
    "WORK_COMPANY",
    "WORK_POSITION",
    "WORK_DEPARTMENT",
    "WORK_WWW",
    "WORK_FAX",
    "WORK_PAGER",
    "WORK_STREET",
    "WORK_MAILBOX",
    "WORK_CITY",
    "WORK_STATE",
    "WORK_ZIP",
    "WORK_COUNTRY",
    "WORK_PROFILE",
    "WORK_LOGO",
    "WORK_NOTES",
    "UF_SKYPE_LINK",
    "UF_ZOOM",
    "UF_EMPLOYMENT_DATE",
    "UF_TIMEMAN",
    "UF_DEPARTMENT",
    "UF_INTERESTS",
    "UF_SKILLS",
    "UF_WEB_SITES",
    "UF_XING",
    "UF_LINKEDIN",
    "UF_TWITTER",
    "UF_SKYPE",
    "UF_DISTRICT",
    "UF_PHONE_INNER",
    "USER_TYPE",
];

/// What [`record`] gives, as far as the scope and `select` let it, and the other fields of a profile.
pub const RECORD: Shape = Named(
    "UserRecord",
    &Open(&[
        ("ID", Text),
        ("ACTIVE", Sometimes(&Bool)),
        ("NAME", Sometimes(&Text)),
        ("LAST_NAME", Sometimes(&Text)),
        ("SECOND_NAME", Sometimes(&Text)),
        ("EMAIL", Sometimes(&Text)),
        ("LAST_LOGIN", Sometimes(&Text)),
        ("DATE_REGISTER", Sometimes(&Date)),
        ("TIME_ZONE", Sometimes(&Text)),
        ("IS_ONLINE", Sometimes(&Text)),
        ("TIMESTAMP_X", Sometimes(&Date)),
        ("LAST_ACTIVITY_DATE", Sometimes(&Text)),
        ("PERSONAL_GENDER", Sometimes(&Text)),
        ("PERSONAL_WWW", Sometimes(&Text)),
        ("PERSONAL_BIRTHDAY", Sometimes(&Text)),
        ("PERSONAL_MOBILE", Sometimes(&Text)),
        ("PERSONAL_PHONE", Sometimes(&Text)),
        ("WORK_PHONE", Sometimes(&Text)),
        ("WORK_POSITION", Sometimes(&Text)),
        ("UF_EMPLOYMENT_DATE", Sometimes(&Text)),
        ("UF_DEPARTMENT", Sometimes(&List(&Int))),
        ("UF_PHONE_INNER", Sometimes(&Text)),
        ("USER_TYPE", Sometimes(&Text)),
        ("PERSONAL_PHOTO", Sometimes(&Text)),
    ]),
);

/// What [`profile`] gives.
pub const PROFILE: Shape = Object(&[
    ("ID", Text),
    ("ADMIN", Bool),
    ("NAME", Text),
    ("LAST_NAME", Text),
    ("PERSONAL_GENDER", Text),
    ("TIME_ZONE", Text),
    ("PERSONAL_PHOTO", Sometimes(&Text)),
]);

/// The record of a user as the scopes show it.
pub fn record(user: &User, scopes: &Scopes, now: Moment, wire: &Wire<'_>) -> Value {
    let mut record = whole(user, now, wire);
    let hidden: &[&str] = match () {
        () if scopes.grant("user") => &[],
        () if scopes.grant("user_basic") => &NOT_BASIC,
        () => &NOT_BRIEF,
    };
    for key in hidden {
        record.remove(*key);
    }
    Value::Object(record)
}

/// The profile of the caller (`profile`): what needs no scope.
pub fn profile(user: &User, wire: &Wire<'_>) -> Value {
    let mut profile = json!({
        "ID": user.id.to_string(),
        "ADMIN": user.admin,
        "NAME": user.first_name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": gender(user),
        "TIME_ZONE": "",
    });
    if let (Value::Object(map), false) = (&mut profile, user.avatar.is_empty()) {
        map.insert("PERSONAL_PHOTO".to_owned(), json!(wire.absolute(&user.avatar)));
    }
    profile
}

/// The value of one field as filters and orders see it: a plain text.
pub fn field(user: &User, name: &str) -> Option<String> {
    Some(match name {
        "ID" => user.id.to_string(),
        "ACTIVE" => if user.active { "Y" } else { "N" }.to_owned(),
        "NAME" => user.first_name.clone(),
        "LAST_NAME" => user.last_name.clone(),
        "SECOND_NAME" => user.second_name.clone(),
        "EMAIL" => user.email.clone(),
        "WORK_POSITION" => user.work_position.clone(),
        "PERSONAL_GENDER" => gender(user).to_owned(),
        "PERSONAL_MOBILE" => user.phones.personal_mobile.clone(),
        "PERSONAL_PHONE" => user.phones.personal_phone.clone(),
        "WORK_PHONE" => user.phones.work_phone.clone(),
        "UF_PHONE_INNER" => user.phones.inner_phone.clone(),
        "PERSONAL_WWW" => user.website.clone(),
        "PERSONAL_BIRTHDAY" => user.birthday.map(|date| date.to_string()).unwrap_or_default(),
        "USER_TYPE" => user_type(user).to_owned(),
        other if in_profile(other) => user.profile.get(other).cloned().unwrap_or_default(),
        _ => return None,
    })
}

/// The value of one field that is a date, which may be unset. A birthday is its midnight in UTC.
pub fn date_field(user: &User, name: &str) -> Option<Option<Moment>> {
    Some(match name {
        "DATE_REGISTER" | "TIMESTAMP_X" => Some(user.registered_at),
        "LAST_LOGIN" => user.last_login,
        "LAST_ACTIVITY_DATE" => user.last_activity,
        "PERSONAL_BIRTHDAY" => {
            user.birthday.and_then(|date| Moment::parse(&date.to_string(), &TimeZone::UTC))
        }
        _ => return None,
    })
}

/// Whether a field is kept as it was sent, because nothing here looks at it.
pub fn in_profile(name: &str) -> bool {
    ["PERSONAL_", "WORK_", "UF_"].iter().any(|prefix| name.starts_with(prefix))
}

/// `employee`, `extranet` or `email`.
pub fn user_type(user: &User) -> &'static str {
    match user.kind {
        UserKind::Extranet => "extranet",
        _ => "employee",
    }
}

/// Whether they were active lately.
pub fn online(user: &User, now: Moment) -> bool {
    user.last_activity.is_some_and(|last| now.0 - last.0 < ONLINE)
}

fn gender(user: &User) -> &'static str {
    match user.gender {
        Some(Gender::M) => "M",
        Some(Gender::F) => "F",
        None => "",
    }
}

fn whole(user: &User, now: Moment, wire: &Wire<'_>) -> Map<String, Value> {
    let date = |moment: Option<Moment>| moment.map(|moment| wire.date(moment)).unwrap_or_default();
    let birthday = user.birthday.map(|date| format!("{date}T00:00:00+00:00")).unwrap_or_default();
    let mut record = Map::new();
    let fields = [
        ("ID", json!(user.id.to_string())),
        ("ACTIVE", json!(user.active)),
        ("NAME", json!(user.first_name)),
        ("LAST_NAME", json!(user.last_name)),
        ("SECOND_NAME", json!(user.second_name)),
        ("EMAIL", json!(user.email)),
        ("LAST_LOGIN", json!(date(user.last_login))),
        ("DATE_REGISTER", json!(wire.date(user.registered_at))),
        ("TIME_ZONE", json!("")),
        ("IS_ONLINE", json!(if online(user, now) { "Y" } else { "N" })),
        ("TIMESTAMP_X", json!(wire.date(user.registered_at))),
        ("LAST_ACTIVITY_DATE", json!(date(user.last_activity))),
        ("PERSONAL_GENDER", json!(gender(user))),
        ("PERSONAL_WWW", json!(user.website)),
        ("PERSONAL_BIRTHDAY", json!(birthday)),
        ("PERSONAL_MOBILE", json!(user.phones.personal_mobile)),
        ("PERSONAL_PHONE", json!(user.phones.personal_phone)),
        ("WORK_PHONE", json!(user.phones.work_phone)),
        ("WORK_POSITION", json!(user.work_position)),
        ("UF_EMPLOYMENT_DATE", json!("")),
        ("UF_DEPARTMENT", json!(user.departments)),
        ("UF_PHONE_INNER", json!(user.phones.inner_phone)),
        ("USER_TYPE", json!(user_type(user))),
    ];
    for (key, value) in fields {
        record.insert(key.to_owned(), value);
    }
    if !user.avatar.is_empty() {
        record.insert("PERSONAL_PHOTO".to_owned(), json!(wire.absolute(&user.avatar)));
    }
    for (key, value) in &user.profile {
        record.insert(key.clone(), json!(value));
    }
    record
}
