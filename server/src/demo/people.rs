//! The demo portal's people: a maker of bicycles, its guests, bots, customers and partners. All are made up.
//!
//! Must hold: user 1 administers the portal, user 2 is an ordinary employee; numbers never change their meaning.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lately_model::moment::DAY;
use lately_model::user::{Bot, Gender, Phones, Status};
use lately_model::{Department, Moment, User, UserId, UserKind};

use super::chance::Chance;

/// The assistant.
pub(super) const ASSISTANT: UserId = UserId(71);
/// The bot that asks what people want to eat.
pub(super) const LUNCH_BOT: UserId = UserId(72);
/// The bot that greets customers.
pub(super) const GREETER: UserId = UserId(73);
/// The bot that watches the stock.
pub(super) const STOCK_BOT: UserId = UserId(74);
/// The first customer who writes through an open line; the others follow.
pub(super) const FIRST_CUSTOMER: i64 = 81;

const FIRST_GUEST: i64 = 61;
const FIRST_BOT: i64 = 71;
const FIRST_PARTNER: i64 = 91;

/// People who no longer work here.
const DISMISSED: [i64; 3] = [27, 41, 56];

/// Name, number of the department above, number of the head; numbered from 1.
const DEPARTMENTS: [(&str, i64, i64); 10] = [
    ("Hollowbrook Bicycles", 0, 1),
    ("Workshop", 1, 7),
    ("Customer Care", 1, 3),
    ("Sales", 1, 5),
    ("Design", 1, 6),
    ("Finance", 1, 8),
    ("People", 1, 10),
    ("IT", 1, 12),
    ("Wholesale", 4, 15),
    ("Frame Lab", 5, 14),
];

/// First name, last name, position, department, gender; numbered from 1.
const EMPLOYEES: [(&str, &str, &str, i64, Option<Gender>); 56] = [
    ("Alice", "Marlow", "Managing Director", 1, Some(Gender::F)),
    ("Bob", "Hartley", "Workshop Planner", 2, Some(Gender::M)),
    ("Carol", "Ashdown", "Head of Customer Care", 3, Some(Gender::F)),
    ("Dmitri", "Velin", "Wheel Builder", 2, Some(Gender::M)),
    ("Elena", "Castellane", "Head of Sales", 4, Some(Gender::F)),
    ("Farid", "Lindqvar", "Head of Design", 5, Some(Gender::M)),
    ("Greta", "Holmvik", "Workshop Lead", 2, Some(Gender::F)),
    ("Hugo", "Pemberlow", "Head of Finance", 6, Some(Gender::M)),
    ("Ines", "Moralda", "Paint Technician", 2, Some(Gender::F)),
    ("Jonas", "Eckbrook", "Head of People", 7, Some(Gender::M)),
    ("Kaya", "Brightmoor", "Bicycle Mechanic", 2, Some(Gender::F)),
    ("Leo", "Tansley", "Head of IT", 8, Some(Gender::M)),
    ("Mei", "Lanfeld", "Assembly Technician", 2, Some(Gender::F)),
    ("Noah", "Quillfeather", "Frame Engineer", 10, Some(Gender::M)),
    ("Olive", "Thornbrick", "Wholesale Manager", 9, Some(Gender::F)),
    ("Павел", "Дубрень", "Welder", 2, Some(Gender::M)),
    ("Quinn", "Harrowby", "Support Agent", 3, None),
    ("Rosa", "Delmarin", "Support Agent", 3, Some(Gender::F)),
    ("Samir", "Valdane", "Account Manager", 4, Some(Gender::M)),
    ("Tessa", "Loxwick", "Marketing Manager", 4, Some(Gender::F)),
    ("Ulrich", "Brandmoor", "Purchaser", 6, Some(Gender::M)),
    ("Vera", "Solinde", "Industrial Designer", 5, Some(Gender::F)),
    ("Wes", "Calderbrook", "Test Rider", 10, Some(Gender::M)),
    ("Xenia", "Portavale", "Accountant", 6, Some(Gender::F)),
    ("Yusuf", "Altmere", "Logistics Coordinator", 9, Some(Gender::M)),
    ("Zoe", "Fennimoor", "Office Manager", 7, Some(Gender::F)),
    ("Arthur", "Blyfold", "Sales Assistant", 4, Some(Gender::M)),
    ("Bianca", "Torrelund", "Support Agent", 3, Some(Gender::F)),
    ("Cedric", "Hawkslow", "Buyer", 6, Some(Gender::M)),
    ("ひなた", "霧沢", "Product Designer", 5, Some(Gender::F)),
    ("Ольга", "Светлогор", "Quality Inspector", 2, Some(Gender::F)),
    ("Ewan", "Mossgrave", "Bicycle Mechanic", 2, Some(Gender::M)),
    ("Freya", "Stonehult", "Payroll Specialist", 7, Some(Gender::F)),
    ("Gil", "Rivenhall", "Systems Administrator", 8, None),
    ("Hana", "Weatherlow", "Content Writer", 4, Some(Gender::F)),
    ("Igor", "Talvane", "Paint Technician", 2, Some(Gender::M)),
    ("Jade", "Winterbrook", "Graphic Designer", 5, Some(Gender::F)),
    ("Karim", "Delacroft", "Account Manager", 4, Some(Gender::M)),
    ("Lina", "Marchevale", "Recruiter", 7, Some(Gender::F)),
    ("Milo", "Underhay", "Warehouse Lead", 9, Some(Gender::M)),
    ("Nadia", "Fairwicke", "Support Agent", 3, Some(Gender::F)),
    ("Oscar", "Pellworthy", "Data Analyst", 6, Some(Gender::M)),
    ("Priya", "Vellandra", "Front-end Developer", 8, Some(Gender::F)),
    ("Rafe", "Kingsmoor", "Forklift Driver", 9, Some(Gender::M)),
    ("Selma", "Bergquill", "CNC Operator", 2, Some(Gender::F)),
    ("Tariq", "Holmbrook", "Delivery Driver", 9, Some(Gender::M)),
    ("Uma", "Castlegrove", "Legal Counsel", 1, Some(Gender::F)),
    ("Victor", "Penhallick", "Showroom Manager", 4, Some(Gender::M)),
    ("Wanda", "Greyfold", "Receptionist", 7, Some(Gender::F)),
    ("Yara", "Dunmoor", "Photographer", 4, Some(Gender::F)),
    ("Zane", "Oakhollow", "Apprentice", 2, Some(Gender::M)),
    ("Amélie", "Fontbrune", "Export Manager", 9, Some(Gender::F)),
    ("Björn", "Askvallen", "Test Engineer", 10, Some(Gender::M)),
    ("Chloe", "Ravenscroft-Dale", "Event Planner", 4, Some(Gender::F)),
    ("Dario", "Bellacorva", "Saddle Maker", 2, Some(Gender::M)),
    ("Edith", "Longmarsh", "Bookkeeper", 6, Some(Gender::F)),
];

/// First name, last name, position, e-mail. The last one never told a name.
const GUESTS: [(&str, &str, &str, &str); 5] = [
    ("Fiona", "Larkmoor", "Kestrel Tyres, Key Accounts", "fiona@kestrel-tyres.example"),
    ("Gustav", "Ironvale", "Ironvale Castings", "gustav@ironvale.example"),
    ("Helga", "Sunderby", "Velora Trade Fairs", "helga@velora-fairs.example"),
    ("Ivo", "Parchment", "Parchment Translations", "ivo@parchment.example"),
    ("", "", "", "dispatch@portside-couriers.example"),
];

/// Name, position, code, kind.
const BOTS: [(&str, &str, &str, &str); 4] = [
    ("Assistant", "Answers questions", "assistant", "bot"),
    ("Lunch Bot", "Asks at eleven", "lunch", "bot"),
    ("Greeter", "Welcomes customers", "greeter", "openline"),
    ("Stock Watch", "Counts parts", "stock_watch", "supervisor"),
];

/// First name, last name.
const CUSTOMERS: [(&str, &str); 8] = [
    ("Marta", "Quillon"),
    ("Guest", ""),
    ("Пётр", "Лесновик"),
    ("Tom", "Ashgrove"),
    ("陳", "小雲"),
    ("Isabel", "Norwyn"),
    ("Greyhound Café", ""),
    ("Ben", "Tolliver"),
];

/// First name, last name, position.
const PARTNERS: [(&str, &str, &str); 2] =
    [("Nils", "Overbeck-Lund", "Kestrel Tyres"), ("Orla", "Beckwyth", "Portside Couriers")];

/// Every department.
pub(super) fn departments() -> Vec<Department> {
    let numbered = DEPARTMENTS.iter().zip(1..);
    let department = |((name, parent_id, head), id): (&(&str, i64, i64), i64)| Department {
        id,
        name: (*name).to_owned(),
        parent_id: *parent_id,
        head_id: UserId(*head),
        sort: id * 100,
    };
    numbered.map(department).collect()
}

/// Every user, by number.
pub(super) fn users(now: Moment) -> Vec<User> {
    let employees = EMPLOYEES.iter().zip(1..).map(|(row, id)| employee(id, row, now));
    let guests = GUESTS.iter().zip(FIRST_GUEST..).map(|(row, id)| guest(id, row, now));
    let bots = BOTS.iter().zip(FIRST_BOT..).map(|(row, id)| bot(id, row, now));
    let customers = CUSTOMERS.iter().zip(FIRST_CUSTOMER..).map(|(row, id)| customer(id, row, now));
    let partners = PARTNERS.iter().zip(FIRST_PARTNER..).map(|(row, id)| partner(id, row, now));
    employees.chain(guests).chain(bots).chain(customers).chain(partners).collect()
}

/// The colleagues who still work here.
pub(super) fn staff() -> Vec<UserId> {
    (1..).take(EMPLOYEES.len()).filter(|id| !DISMISSED.contains(id)).map(UserId).collect()
}

type EmployeeRow = (&'static str, &'static str, &'static str, i64, Option<Gender>);

fn employee(id: i64, row: &EmployeeRow, now: Moment) -> User {
    let (first, last, position, department, gender) = *row;
    let mut chance = Chance::of(id);
    let active = !DISMISSED.contains(&id);
    let away = match (id, active) {
        (_, false) => 60 * DAY,
        (1 | 2, _) => 45,
        _ if chance.one_in(2) => chance.between(20, 900),
        _ => chance.between(1800, 16_000),
    };
    let last_activity = now.plus(-away);
    let birthday = if id == 13 { born_today(now) } else { born(&mut chance) };
    User {
        active,
        admin: id == 1 || id == 12,
        email: format!("{}.{id}@hollowbrook.example", email_word(first)),
        work_position: position.to_owned(),
        gender,
        birthday,
        status: status(id),
        idle_since: (active && away > 6000).then(|| last_activity.plus(600)),
        last_activity: Some(last_activity),
        mobile_last: chance.one_in(2).then(|| last_activity.plus(-chance.between(0, 3 * DAY))),
        desktop_last: chance.one_in(3).then(|| last_activity.plus(-chance.between(0, 9000))),
        absent_until: absence(id, now),
        departments: if id == 5 { vec![department, 9] } else { vec![department] },
        phones: phones(id, &mut chance),
        website: if id == 1 { "https://hollowbrook.example".to_owned() } else { String::new() },
        registered_at: now.plus(-(900 - id * 12) * DAY),
        last_login: Some(last_activity.plus(-chance.between(0, 20_000))),
        profile: profile(&mut chance),
        ..named(id, UserKind::Employee, first, last)
    }
}

fn guest(id: i64, row: &(&str, &str, &str, &str), now: Moment) -> User {
    let (first, last, position, email) = *row;
    User {
        email: email.to_owned(),
        work_position: position.to_owned(),
        gender: matches!(id, 61 | 63).then_some(Gender::F),
        last_activity: Some(now.plus(-1900 * (id - 60))),
        registered_at: now.plus(-(300 - id) * DAY),
        ..named(id, UserKind::Extranet, first, last)
    }
}

fn bot(id: i64, row: &(&str, &str, &str, &str), now: Moment) -> User {
    let (name, position, code, kind) = *row;
    let bot = Bot {
        code: code.to_owned(),
        kind: kind.to_owned(),
        app_id: String::new(),
        openline: UserId(id) == GREETER,
        ..Bot::default()
    };
    User {
        work_position: position.to_owned(),
        color: if UserId(id) == ASSISTANT { "COPILOT".to_owned() } else { String::new() },
        external_auth_id: "bot".to_owned(),
        bot: Some(bot),
        registered_at: now.plus(-400 * DAY),
        ..named(id, UserKind::Bot, name, "")
    }
}

fn customer(id: i64, row: &(&str, &str), now: Moment) -> User {
    User {
        external_auth_id: "imconnector".to_owned(),
        last_activity: Some(now.plus(-700 * (id - 80))),
        registered_at: now.plus(-40 * DAY),
        ..named(id, UserKind::Connector, row.0, row.1)
    }
}

fn partner(id: i64, row: &(&str, &str, &str), now: Moment) -> User {
    User {
        work_position: row.2.to_owned(),
        gender: (id == 92).then_some(Gender::F),
        external_auth_id: "replica".to_owned(),
        last_activity: Some(now.plus(-4000)),
        registered_at: now.plus(-200 * DAY),
        ..named(id, UserKind::Network, row.0, row.1)
    }
}

fn named(id: i64, kind: UserKind, first: &str, last: &str) -> User {
    User {
        id: UserId(id),
        active: true,
        kind,
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        external_auth_id: "default".to_owned(),
        ..User::default()
    }
}

/// The part of the address before the number; names in other scripts have none of their own.
fn email_word(first: &str) -> String {
    let plain = first.chars().all(|letter| letter.is_ascii_alphabetic());
    if plain { first.to_ascii_lowercase() } else { "colleague".to_owned() }
}

fn status(id: i64) -> Option<Status> {
    match id {
        1 => Some(Status::Online),
        6 | 47 => Some(Status::Dnd),
        12 | 22 => Some(Status::Away),
        26 => Some(Status::Break),
        _ => None,
    }
}

fn absence(id: i64, now: Moment) -> Option<Moment> {
    let days = match id {
        9 => 4,
        23 => 9,
        33 => 16,
        52 => 2,
        _ => return None,
    };
    Some(Moment(now.0 - now.0.rem_euclid(DAY)).plus(days * DAY))
}

fn born(chance: &mut Chance) -> Option<Date> {
    let (year, month, day) = (chance.between(1962, 2005), chance.between(1, 12), chance.between(1, 28));
    if chance.one_in(4) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Somebody always has their birthday on the day on which the portal is made.
fn born_today(now: Moment) -> Option<Date> {
    let today = Timestamp::from_second(now.0).ok()?.to_zoned(TimeZone::UTC).date();
    Date::new(1992, today.month(), today.day()).ok()
}

/// Numbers that are set aside for films and books.
fn phones(id: i64, chance: &mut Chance) -> Phones {
    let sometimes = |number: String, throw: bool| if throw { number } else { String::new() };
    Phones {
        personal_mobile: sometimes(format!("+44 7700 900{id:03}"), chance.one_in(2)),
        work_phone: sometimes(format!("+44 1632 960{id:03}"), id == 1 || chance.one_in(3)),
        inner_phone: sometimes((100 + id).to_string(), id <= 3 || !chance.one_in(4)),
        personal_phone: sometimes(format!("+44 1632 9601{:02}", id % 100), chance.one_in(8)),
    }
}

fn profile(chance: &mut Chance) -> BTreeMap<String, String> {
    let city = chance.word(&["Hollowbrook", "Wexley", "Harrow Mill", "Stonebridge"]);
    let skills =
        chance.word(&["", "Welding", "First aid", "Negotiation", "CAD", "Wheel truing", "Photography"]);
    let fields = [("PERSONAL_CITY", city), ("UF_SKILLS", skills)];
    fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| ((*key).into(), (*value).into()))
        .collect()
}
