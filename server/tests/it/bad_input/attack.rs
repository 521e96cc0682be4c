//! Every hostile value in every parameter of every method.
//!
//! Holds: each answer is one proper envelope and never a 500; afterwards counters equal a recount, everything can
//! still be read, and what is other people's is as it was.

use lately::rest::registry::{self, Caller, Kind, Method};
use lately_model::Revision;
use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use super::{Town, assert_proper, known_of};

/// JSON texts, so that numbers can have any length.
const VALUES: [&str; 26] = [
    "null",
    "true",
    "false",
    "0",
    "-0.0",
    "1",
    "-1",
    "0.5",
    "1e308",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "123456789012345678901234567890",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[1,\"2\",[3]]",
    "[9223372036854775807]",
    "{\"\":\"\"}",
    "{\"0\":1}",
    "{\"a\":{\"b\":[1,{}]}}",
    "{\"!ID\":[[]],\">NAME\":null,\"%\":\"%\"}",
    "{\"BLOCKS\":\"x\"}",
    "{\"BUTTONS\":[{}]}",
];

/// Texts; the first chats and messages are not the attacker's.
const TEXTS: [&str; 28] = [
    "",
    " ",
    "1",
    "-1",
    "1e3",
    "١",
    "9223372036854775808",
    "Y",
    "N",
    "chat",
    "chat0",
    "chat1",
    "chat99999999999999999999",
    "sg1",
    "notify",
    "[1]",
    "{\"a\":1}",
    "[[[",
    "nul\u{0}nul",
    "\u{0}",
    "\u{202e}txt.exe",
    "שלום 👩‍👩‍👧‍👦 \u{feff}",
    "' OR 1=1; DROP TABLE user; --",
    "$result[a][b]",
    "99999-01-01T00:00:00+00:00",
    "2026-02-30",
    "[USER=1][/USER][b][i][url=",
    "desc",
];

/// All hostile values as JSON texts.
pub(super) fn hostile(town: &Town) -> Vec<String> {
    let text = |text: &str| Value::from(text).to_string();
    let mut values: Vec<String> = VALUES.map(str::to_owned).into();
    values.extend(TEXTS.map(text));
    values.push(text(&"x".repeat(20_000)));
    values.push(text(&"👩".repeat(20_000)));
    values.push(text(&format!("{}{}", "[".repeat(60), "]".repeat(60))));
    values.push(format!("{}{}", "[".repeat(60), "]".repeat(60)));
    values.push(format!("[{}1]", "1,".repeat(500)));
    values.push(town.foreign_message.to_string());
    values.push(town.foreign[1].to_string());
    values.push(text(&format!("chat{}", town.foreign[1])));
    values
}

/// Names that methods read without declaring them: old spellings and the transport's own.
fn undeclared(method: &str) -> &'static [&'static str] {
    match method {
        "im.message.add" => &["USER_ID", "CHAT_ID"],
        "im.message.update" | "im.message.delete" | "im.message.like" => &["ID"],
        "im.notify.answer" | "im.notify.confirm" => &["ID"],
        "im.recent.pin" | "im.chat.mute" => &["ACTION"],
        "im.recent.unread" => &["UNREAD"],
        "im.recent.list" => &["start", "DATE_LAST_ACTIVITY"],
        "im.dialog.read" => &["LAST_ID"],
        "im.dialog.messages.get" | "im.dialog.writing" => &["CHAT_ID"],
        "im.chat.leave" | "im.chat.user.add" | "im.chat.user.delete" | "im.chat.user.list" => &["DIALOG_ID"],
        "im.counters.get" => &["JSON", "ONLY_COUNTER"],
        "user.get" => &["ID", "EMAIL", "ACTIVE"],
        "user.search" => &["FIND"],
        "user.add" | "user.update" => {
            &["UF_DEPARTMENT", "PERSONAL_BIRTHDAY", "PERSONAL_GENDER", "PERSONAL_PHOTO", "UF_SKYPE"]
        }
        "im.department.colleagues.list" | "im.search.user.list" | "department.get" => &["start"],
        "profile" => &["auth", "access_token", "start", "sessid"],
        _ => &[],
    }
}

/// What the other parameters are while one of them is hostile: good enough for the method to come far.
fn honest(town: &Town, method: &Method) -> Vec<(&'static str, String)> {
    let bots = method.name.starts_with("imbot.");
    let value = |name: &str, kind: Kind| match (name, kind) {
        ("DIALOG_ID", _) if bots => format!("\"chat{}\"", town.bots),
        // Else the bot would be gone after the first good call.
        ("CHAT_ID", _) if method.name == "imbot.chat.leave" => town.own.to_string(),
        ("CHAT_ID", _) if bots => town.bots.to_string(),
        ("MESSAGE_ID", _) if bots => town.bots_message.to_string(),
        ("DIALOG_ID", _) => format!("\"chat{}\"", town.own),
        ("CHAT_ID", _) => town.own.to_string(),
        ("MESSAGE_ID", _) => town.own_message.to_string(),
        ("USER_ID" | "userId", _) => "3".to_owned(),
        ("userIds", _) => "[3]".to_owned(),
        ("botId", _) => town.bot.to_string(),
        ("dialogId", _) if of_bots(method) => format!("\"chat{}\"", town.bots),
        ("messageId", _) => town.bots_message.to_string(),
        ("reaction", _) => "\"like\"".to_owned(),
        ("fields", _) if of_bots(method) => "{\"message\":\"hello\"}".to_owned(),
        ("ID" | "USERS", Kind::List) => "[3]".to_owned(),
        ("ID", _) => "4".to_owned(),
        ("EMAIL", _) => "\"fay@example.com\"".to_owned(),
        ("COLOR", _) => "\"MINT\"".to_owned(),
        ("options", _) => "{\"a\":1}".to_owned(),
        ("TYPE", _) if method.name == "im.message.share" => "\"CHAT\"".to_owned(),
        ("STATUS", _) => "\"away\"".to_owned(),
        ("cmd", _) => "{\"a\":\"server.time\"}".to_owned(),
        (_, Kind::Text) => "\"hello\"".to_owned(),
        _ => String::new(),
    };
    let wanted = |name| matches!(name, "DIALOG_ID" | "MESSAGE" | "CLIENT_ID" | "botToken");
    let filled = method.params.iter().filter(|param| param.required || wanted(param.name));
    let filled = filled.map(|param| (param.name, value(param.name, param.kind)));
    filled.filter(|(_, value)| !value.is_empty()).collect()
}

fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// One body for each parameter with the value in it, and one with it in all.
fn bodies(town: &Town, method: &Method, value: &str) -> Vec<String> {
    let honest = honest(town, method);
    let declared = method.params.iter().map(|param| param.name);
    let names: Vec<&str> = declared.chain(undeclared(method.name).iter().copied()).collect();
    let mut bodies = Vec::new();
    for name in &names {
        let mut fields: Vec<_> = honest.iter().filter(|(other, _)| other != name).cloned().collect();
        fields.push((name, value.to_owned()));
        bodies.push(object(&fields));
    }
    if names.len() > 1 {
        bodies.push(object(&names.iter().map(|name| (*name, value.to_owned())).collect::<Vec<_>>()));
    }
    bodies
}

/// What a bot says and does has its parameters within one, by method.
const FIELDS: [(&str, &[&str]); 5] = [
    ("imbot.v2.Chat.add", &["title", "description", "color", "avatar", "userIds", "ownerId", "message"]),
    ("imbot.v2.Chat.update", &["title", "description", "color", "avatar"]),
    (
        "imbot.v2.Chat.Message.send",
        &["message", "attach", "keyboard", "system", "urlPreview", "replyId", "templateId", "forwardIds"],
    ),
    ("imbot.v2.Chat.Message.update", &["message", "attach", "keyboard", "urlPreview"]),
    ("imbot.v2.File.upload", &["name", "content", "message"]),
];

/// One body for each field of a method with the value in it.
fn bodies_with_fields(town: &Town, method: &Method, fields: &[&str], value: &str) -> Vec<String> {
    let kept: Vec<_> = honest(town, method).into_iter().filter(|(name, _)| *name != "fields").collect();
    let with = |field: &&str| {
        let inner = if *field == "message" { String::new() } else { ",\"message\":\"hello\"".to_owned() };
        let fields = format!("{{\"{field}\":{value}{inner}}}");
        let all: Vec<_> = kept.iter().cloned().chain([("fields", fields)]).collect();
        object(&all)
    };
    fields.iter().map(with).collect()
}

/// Everything can still be read, in both formats.
pub(super) async fn assert_readable(town: &Town, person: Person) {
    let client = town.portal.client(person).await;
    let list = client.ok("im.recent.list", json!({ "LIMIT": 200 })).await;
    for item in list["items"].as_array().expect("a list") {
        for method in ["im.dialog.get", "im.dialog.messages.get", "im.dialog.messages.get.xml"] {
            let reply = client.call(method, json!({ "DIALOG_ID": item["id"], "LIMIT": 50 })).await;
            assert_eq!(reply.status, 200, "{method} of {} by {person:?}: {}", item["id"], reply.text);
        }
    }
    for method in ["im.recent.get", "im.recent.get.xml", "im.counters.get", "user.get", "user.get.xml"] {
        assert_eq!(client.call(method, json!({})).await.status, 200, "{method} by {person:?}");
    }
}

/// Sends every `step`th value in every parameter of the chosen methods, and looks at what is left.
async fn withstand(town: &Town, attacker: &Client, chosen: impl Fn(&Method) -> bool, step: usize) {
    let before = known_of(&town.portal, &town.foreign).await;
    let values: Vec<String> = hostile(town).into_iter().step_by(step).collect();
    for method in registry::all().filter(|method| chosen(method)) {
        for body in values.iter().flat_map(|value| bodies(town, method, value)) {
            let what = format!("{} {}", method.name, body.chars().take(300).collect::<String>());
            let request = attacker.post(method.name).header("content-type", "application/json").body(body);
            assert_proper(&attacker.send(request).await, &what);
        }
    }
    town.portal.assert_exact().await;
    assert_eq!(known_of(&town.portal, &town.foreign).await, before, "other people's chats are as they were");
    for person in [Person::Alice, Person::Bob, Person::Carol, Person::Erin] {
        assert_readable(town, person).await;
    }
}

fn of_bots(method: &Method) -> bool {
    method.name.starts_with("imbot.v2.")
}

fn makes_chats_or_messages(method: &Method) -> bool {
    ["im.chat.", "im.message.", "im.notify", "imbot.v2.Chat."]
        .iter()
        .any(|module| method.name.starts_with(module))
}

#[tokio::test]
async fn no_value_in_a_method_that_makes_something_does_harm() {
    let town = Town::build().await;
    withstand(&town, &town.bob, makes_chats_or_messages, 1).await;
}

#[tokio::test]
async fn no_value_in_any_other_method_does_harm() {
    let town = Town::build().await;
    withstand(&town, &town.bob, |method| !makes_chats_or_messages(method), 1).await;
}

#[tokio::test]
async fn no_value_in_a_field_of_what_bots_do_does_harm() {
    let town = Town::build().await;
    let before = known_of(&town.portal, &town.foreign).await;
    for (name, fields) in FIELDS {
        let method = registry::find(name).expect("a method");
        for value in hostile(&town) {
            for body in bodies_with_fields(&town, method, fields, &value) {
                let what = format!("{name} {}", body.chars().take(300).collect::<String>());
                let request = town.bob.post(name).header("content-type", "application/json").body(body);
                assert_proper(&town.bob.send(request).await, &what);
            }
        }
    }
    town.portal.assert_exact().await;
    assert_eq!(known_of(&town.portal, &town.foreign).await, before, "other people's chats are as they were");
    for person in [Person::Bob, Person::Carol] {
        assert_readable(&town, person).await;
    }
}

#[tokio::test]
async fn no_value_from_an_administrator_does_harm() {
    let town = Town::build().await;
    let alice = town.portal.client(Person::Alice).await;
    withstand(&town, &alice, |method| method.caller == Caller::Administrator, 1).await;
}

#[tokio::test]
async fn no_value_from_a_guest_does_harm() {
    let town = Town::build().await;
    let erin = town.portal.client_with(Person::Erin.id(), "all", Revision::R29).await;
    let own = known_of(&town.portal, &[town.own]).await;
    withstand(&town, &erin, |_| true, 4).await;
    assert_eq!(known_of(&town.portal, &[town.own]).await, own, "nor is anything of a group she is not in");
}

#[tokio::test]
async fn no_value_from_an_application_does_harm() {
    let town = Town::build().await;
    let app = town.portal.app("all").await;
    for person in [Person::Alice, Person::Bob] {
        let client = town.portal.app_client(&app, person).await;
        withstand(&town, &client, of_applications, 1).await;
    }
}

fn of_applications(method: &Method) -> bool {
    method.caller == Caller::Application
        || method.name.contains("option")
        || method.name == "disk.storage.getForApp"
}
