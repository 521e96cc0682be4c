//! The user object of the messenger (behaviour.md E).

use lately_model::{Revision, User, UserKind};
use serde::Serialize;

use super::{NUMBER, Number, OrFalse, Wire};
use crate::rest::schema::Shape::{self, Bool, Date, Int, List, Named, Object, OrNull, Sometimes, Text};

/// What `avatar_hr` points to when there is no picture.
const BLANK: &str = "/bitrix/js/im/images/blank.gif";

/// A user as rows, dialogs and profiles show them.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct UserShape {
    pub id: Number,
    pub active: bool,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub work_position: String,
    pub color: String,
    pub avatar: String,
    pub avatar_hr: String,
    pub gender: &'static str,
    pub birthday: Birthday,
    pub extranet: bool,
    pub network: bool,
    pub bot: bool,
    pub connector: bool,
    pub external_auth_id: String,
    pub status: &'static str,
    pub idle: OrFalse<String>,
    pub last_activity_date: OrFalse<String>,
    pub mobile_last_date: OrFalse<String>,
    pub desktop_last_date: OrFalse<String>,
    pub absent: OrFalse<String>,
    pub departments: Vec<i64>,
    pub phones: OrFalse<PhonesShape>,
    pub bot_data: Option<BotShape>,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub website: String,
    pub email: String,
}

/// [`UserShape`] as [`today`] gives it.
pub const USER: Shape = Named(
    "User",
    &Object(&[
        ("id", Int),
        ("active", Bool),
        ("name", Text),
        ("first_name", Text),
        ("last_name", Text),
        ("work_position", Text),
        ("color", Text),
        ("avatar", Text),
        ("avatar_hr", Text),
        ("gender", Text),
        ("birthday", Text),
        ("extranet", Bool),
        ("network", Bool),
        ("bot", Bool),
        ("connector", Bool),
        ("external_auth_id", Text),
        ("status", Text),
        ("idle", Shape::OrFalse(&Date)),
        ("last_activity_date", Shape::OrFalse(&Date)),
        ("mobile_last_date", Shape::OrFalse(&Date)),
        ("desktop_last_date", Shape::OrFalse(&Date)),
        ("absent", Shape::OrFalse(&Date)),
        ("departments", List(&Int)),
        ("phones", Shape::OrFalse(&PHONES)),
        ("bot_data", OrNull(&BOT)),
        ("type", Text),
        ("website", Text),
        ("email", Text),
    ]),
);

/// [`UserShape`] as rows have it, whose form depends on the revision.
pub const ROW_USER: Shape = Named(
    "RowUser",
    &Object(&[
        ("id", NUMBER),
        ("active", Bool),
        ("name", Text),
        ("first_name", Text),
        ("last_name", Text),
        ("work_position", Text),
        ("color", Text),
        ("avatar", Text),
        ("avatar_hr", Text),
        ("gender", Text),
        ("birthday", Shape::OrFalse(&Text)),
        ("extranet", Bool),
        ("network", Bool),
        ("bot", Bool),
        ("connector", Bool),
        ("external_auth_id", Text),
        ("status", Text),
        ("idle", Shape::OrFalse(&Date)),
        ("last_activity_date", Shape::OrFalse(&Date)),
        ("mobile_last_date", Shape::OrFalse(&Date)),
        ("desktop_last_date", Shape::OrFalse(&Date)),
        ("absent", Shape::OrFalse(&Date)),
        ("departments", List(&Int)),
        ("phones", Shape::OrFalse(&PHONES)),
        ("bot_data", OrNull(&BOT)),
        ("type", Text),
        ("website", Text),
        ("email", Text),
    ]),
);

/// [`PhonesShape`].
pub const PHONES: Shape = Named(
    "Phones",
    &Object(&[
        ("work_phone", Sometimes(&Text)),
        ("personal_mobile", Sometimes(&Text)),
        ("personal_phone", Sometimes(&Text)),
        ("inner_phone", Sometimes(&Text)),
    ]),
);

/// [`BotShape`].
pub const BOT: Shape = Named(
    "Bot",
    &Object(&[
        ("id", Int),
        ("code", Text),
        ("type", Text),
        ("app_id", Text),
        ("is_hidden", Bool),
        ("is_support_openline", Bool),
        ("openline", Bool),
        ("background_id", OrNull(&Text)),
        ("reactions_enabled", Bool),
    ]),
);

/// `DD-MM`; unset it is `false` on the seed page and empty on today's.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Birthday {
    /// Set, or empty.
    Text(String),
    /// Unset on the seed page.
    Unset(bool),
}

/// The numbers that are set.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct PhonesShape {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub work_phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub personal_mobile: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub personal_phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub inner_phone: String,
}

/// What only bots have.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the keys are those of the reference")]
pub struct BotShape {
    pub id: i64,
    pub code: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub app_id: String,
    pub is_hidden: bool,
    pub is_support_openline: bool,
    pub openline: bool,
    pub background_id: Option<String>,
    pub reactions_enabled: bool,
}

/// Where `avatar_hr` of a user without a picture points to: rows keep it relative, profiles do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// As in rows.
    Relative,
    /// As in profiles and messages.
    Absolute,
}

/// A user in today's shape.
pub fn today(user: &User, wire: &Wire<'_>) -> UserShape {
    user_shape(user, &Wire { revision: Revision::R33, ..*wire }, Blank::Absolute)
}

/// A user in the shape of `wire.revision`. The seed page shows the status that was chosen; today's always `online`.
pub fn user_shape(user: &User, wire: &Wire<'_>, blank: Blank) -> UserShape {
    let avatar = wire.absolute(&user.avatar);
    let avatar_hr = match (avatar.is_empty(), blank) {
        (false, _) => avatar.clone(),
        (true, Blank::Relative) => BLANK.to_owned(),
        (true, Blank::Absolute) => wire.absolute(BLANK),
    };
    let seed = wire.revision == Revision::R29;
    let birthday = match user.shown_birthday() {
        Some(birthday) => Birthday::Text(birthday),
        None if seed => Birthday::Unset(false),
        None => Birthday::Text(String::new()),
    };
    UserShape {
        id: Number::of(user.id.0, wire.revision),
        active: user.active,
        name: user.name(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        work_position: user.work_position.clone(),
        color: user.shown_color(),
        avatar,
        avatar_hr,
        gender: user.shown_gender(),
        birthday,
        extranet: user.is_extranet(),
        network: user.kind == UserKind::Network,
        bot: user.kind == UserKind::Bot,
        connector: user.kind == UserKind::Connector,
        external_auth_id: user.shown_auth().to_owned(),
        status: user.status.filter(|_| seed).map_or("online", |status| status.word()),
        idle: wire.date_or_false(user.idle_since),
        last_activity_date: wire.date_or_false(user.last_activity),
        mobile_last_date: wire.date_or_false(user.mobile_last),
        desktop_last_date: wire.date_or_false(user.desktop_last),
        absent: wire.date_or_false(user.absent_until),
        departments: user.departments.clone(),
        phones: OrFalse(phones(user)),
        bot_data: bot(user),
        kind: match user.kind {
            UserKind::Bot => "bot",
            UserKind::Extranet => "extranet",
            _ => "user",
        },
        website: user.website.clone(),
        email: user.email.clone(),
    }
}

fn phones(user: &User) -> Option<PhonesShape> {
    let phones = user.phones.clone();
    let set = [&phones.work_phone, &phones.personal_mobile, &phones.personal_phone, &phones.inner_phone];
    set.iter().any(|phone| !phone.is_empty()).then_some(PhonesShape {
        work_phone: phones.work_phone,
        personal_mobile: phones.personal_mobile,
        personal_phone: phones.personal_phone,
        inner_phone: phones.inner_phone,
    })
}

fn bot(user: &User) -> Option<BotShape> {
    let bot = user.bot.as_ref()?;
    Some(BotShape {
        id: user.id.0,
        code: bot.code.clone(),
        kind: if bot.kind.is_empty() { "bot".to_owned() } else { bot.kind.clone() },
        app_id: bot.app_id.clone(),
        is_hidden: bot.hidden,
        is_support_openline: bot.openline,
        openline: bot.openline,
        background_id: Some(bot.background.clone()).filter(|background| !background.is_empty()),
        reactions_enabled: !bot.unliked,
    })
}
