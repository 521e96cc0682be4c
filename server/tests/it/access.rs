//! Who may call what: each method is called by people of each rank, and what became of it is the table in
//! `docs/access.md`.
//!
//! Must hold: a method that is not in the table fails the test, and so does a cell that is not true. Everybody asks for what
//! is theirs, so that only their rank can be refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lately::rest::registry::{self, Kind, Method};
use lately_messenger::bot::{BotLook, NewBot, owner_of};
use lately_model::{AppId, BotCommand, BotOwner, Dialect, Doer, UserId};
use lately_testkit::{Client, Person};
use serde_json::{Map, Value, json};

use crate::stage::Stage;

const BEGIN: &str = "<!-- access: written by LATELY_ACCESS=write before the test access:: -->\n";
const END: &str = "<!-- access: end -->";

/// Who asks, as the columns of the table call them: an application, for an administrator...
const APPLICATION: &str = "application";

/// ...and people by webhooks.
const PEOPLE: [(&str, Person); 4] = [
    ("administrator", Person::Alice),
    ("employee", Person::Bob),
    ("guest", Person::Erin),
    ("bot", Person::Robot),
];

/// What a bot does with messages of its own alone.
const OF_ITS_OWN: [&str; 4] = [
    "imbot.message.update",
    "imbot.message.delete",
    "imbot.v2.Chat.Message.update",
    "imbot.v2.Chat.Message.delete",
];

/// A picture of one point.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[tokio::test]
async fn everybody_may_call_what_the_table_says_and_nothing_else() {
    let stage = Stage::set().await;
    stage.portal.import(r#"{"type":"department","id":1,"name":"Company"}"#).await;
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let app = stage.portal.app("all").await;
    let mut callers = vec![(APPLICATION, stage.portal.app_client(&app, Person::Alice).await)];
    for (word, person) in PEOPLE.iter().rev() {
        callers.insert(0, (word, stage.portal.client(*person).await));
    }
    for (word, caller) in callers {
        for method in registry::all() {
            let place = Place::of(&stage, &caller, method).await;
            let reply = caller.call(method.name, place.honest(method)).await;
            let cell = match reply.body["error"].as_str() {
                None if reply.status == 200 => "yes".to_owned(),
                Some(code) => format!("`{code}`"),
                None => panic!("{} by {word} answered {} {}", method.name, reply.status, reply.text),
            };
            found.entry(method.name).or_default().push(cell);
        }
    }
    for method in registry::all() {
        let cells = &found[method.name];
        let served = cells.iter().any(|cell| cell == "yes");
        assert!(served, "{} serves nobody: {cells:?}; give it what it needs in `honest`", method.name);
    }
    let page = std::fs::read_to_string(page()).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("where the table begins");
    let (table, after) = rest.split_once(END).expect("where it ends");
    let fresh = written(&found);
    if std::env::var("LATELY_ACCESS").is_ok_and(|word| word == "write") {
        std::fs::write(self::page(), format!("{before}{BEGIN}\n{fresh}\n{END}{after}"))
            .expect("the page is written");
        return;
    }
    let known: Vec<&str> = table.trim().lines().collect();
    let differs = fresh.lines().find(|line| !known.contains(line));
    let gone = known.iter().find(|line| fresh.lines().all(|fresh| fresh != **line));
    assert_eq!((differs, gone), (None, None), "so it is, and so the table in docs/access.md says");
    stage.check().await;
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs").join("access.md")
}

/// In the order of the registry.
fn written(found: &BTreeMap<&str, Vec<String>>) -> String {
    let words: Vec<&str> = PEOPLE.iter().map(|(word, _)| *word).chain([APPLICATION]).collect();
    let mut table = format!("| method | {} |\n|---|{}\n", words.join(" | "), "---|".repeat(words.len()));
    for method in registry::all() {
        table.push_str(&format!("| `{}` | {} |\n", method.name, found[method.name].join(" | ")));
    }
    table.trim_end().to_owned()
}

/// What a caller has of their own: a chat with everybody in it, and whatever else a method is about.
struct Place {
    chat: i64,
    message: i64,
    file: i64,
    folder: i64,
    storage: i64,
    notification: i64,
    department: i64,
    bot: i64,
    command: i64,
    /// Tells one call from another where a name may be taken only once.
    nonce: i64,
}

impl Place {
    async fn of(stage: &Stage, caller: &Client, method: &Method) -> Self {
        let needs = |names: &[&str]| method.params.iter().any(|param| names.contains(&param.name));
        let everybody: Vec<i64> = PEOPLE.iter().map(|(_, person)| person.id()).chain([3]).collect();
        // A colour of its own, since an automatic one might be the one that is asked for.
        let chat = json!({ "TITLE": "Plan", "USERS": everybody, "COLOR": "RED" });
        let chat = caller.ok("im.chat.add", chat).await.as_i64().expect("a chat");
        let message = caller.say(format!("chat{chat}"), "Tea").await;
        let mut place = Self {
            chat,
            message,
            file: 0,
            folder: 0,
            storage: 0,
            notification: 0,
            department: 1,
            bot: 0,
            command: 0,
            nonce: message,
        };
        if needs(&["FILE_ID", "fileId"]) || method.name.starts_with("disk.") {
            let file = json!({ "name": format!("{message}.txt"), "content": "dGVh" });
            let params = json!({ "dialogId": format!("chat{chat}"), "fields": file });
            let sent = caller.ok("im.v2.File.upload", params).await;
            place.file = sent["file"]["id"].as_i64().expect("a file");
            let folder = caller.ok("im.disk.folder.get", json!({ "CHAT_ID": chat })).await;
            place.folder = folder["ID"].as_i64().expect("a folder");
            let storages = caller.ok("disk.storage.getList", json!({})).await;
            place.storage = storages[0]["ID"].as_str().and_then(|id| id.parse().ok()).expect("a drive");
        }
        if method.name.starts_with("im.notify") {
            let params = json!({ "USER_ID": caller.user, "MESSAGE": "Tea" });
            place.notification = stage.carol.ok("im.notify", params).await.as_i64().expect("a notification");
        }
        if method.name.starts_with("imbot.") || needs(&["BOT_ID", "context"]) {
            place.bring_bot(stage, caller).await;
        }
        if ["imbot.chat.", "imbot.v2.Chat."].iter().any(|module| method.name.starts_with(module)) {
            let handed = json!({ "CHAT_ID": chat, "USER_ID": place.bot });
            caller.ok("im.chat.setOwner", handed).await;
        }
        if OF_ITS_OWN.contains(&method.name) {
            // Guests have no bots: somebody else has theirs speak.
            let speaker = if caller.user == Person::Erin.id() { &stage.alice } else { caller };
            let said = json!({
                "BOT_ID": place.bot, "CLIENT_ID": place.word(), "DIALOG_ID": format!("chat{chat}"), "MESSAGE": "Tea",
            });
            place.message = speaker.ok("imbot.message.add", said).await.as_i64().expect("a message");
        }
        if method.name == "department.delete" {
            let params = json!({ "NAME": "Tea", "PARENT": 1 });
            place.department = stage.alice.ok("department.add", params).await.as_i64().expect("a department");
        }
        place
    }

    /// By which word the bot of somebody who calls by webhook is their own.
    fn word(&self) -> String {
        format!("tea{}", self.nonce)
    }

    /// A bot of the caller's own in their chat, and a command that was given it there.
    async fn bring_bot(&mut self, stage: &Stage, caller: &Client) {
        let owner = match caller.ok("app.info", json!({})).await["ID"].as_i64() {
            Some(app) => BotOwner::App(AppId(app)),
            None => owner_of(&self.word()),
        };
        let messenger = stage.portal.messenger();
        let by = Doer { user: Some(UserId(caller.user)), ..Doer::default() };
        let new = NewBot {
            code: format!("tea{}", self.nonce),
            kind: "supervisor".to_owned(),
            look: BotLook { first_name: Some("Tea".to_owned()), ..BotLook::default() },
            ..NewBot::default()
        };
        let bot = messenger.register_bot(by, owner.clone(), new).await.expect("a bot");
        let command = BotCommand { bot, name: "tea".to_owned(), extranet: true, ..BotCommand::default() };
        let by = UserId(caller.user);
        let command = messenger.register_command(by, owner, Dialect::V1, command).await.expect("a command");
        (self.bot, self.command) = (bot.0, command.id.0);
        let users = json!({ "CHAT_ID": self.chat, "USERS": [bot], "HIDE_HISTORY": "N" });
        stage.alice.ok("im.chat.user.add", users).await;
        self.message = caller.say(format!("chat{}", self.chat), "/tea").await;
    }

    /// What the method must be told, so that nothing but the rank of the caller can be wrong.
    fn honest(&self, method: &Method) -> Value {
        let mut honest = Map::new();
        for param in method.params.iter().filter(|param| param.required) {
            honest.insert(param.name.to_owned(), self.value(method.name, param.name, param.kind));
        }
        let more = match method.name {
            "im.chat.mute" | "im.chat.setOwner" | "im.disk.folder.get" => json!({ "CHAT_ID": self.chat }),
            name if name.starts_with("im.chat.update") => json!({ "CHAT_ID": self.chat }),
            "im.message.add" => json!({ "MESSAGE": "Tea" }),
            "im.message.update" => json!({ "MESSAGE": "Coffee" }),
            "im.disk.file.commit" => json!({ "CHAT_ID": self.chat, "FILE_ID": self.file }),
            "im.notify.delete" => json!({ "ID": self.notification }),
            "im.notify.history.search" => json!({ "SEARCH_TEXT": "tea" }),
            "im.notify.read" => json!({ "ID": self.notification }),
            "im.search.chat.list" => json!({ "FIND": "plan" }),
            "event.bind" => json!({ "event_type": "offline" }),
            "imbot.register" => json!({ "CODE": format!("new{}", self.nonce) }),
            "imbot.v2.Bot.get" => json!({ "botId": self.bot }),
            "imbot.command.answer" => json!({ "COMMAND_ID": self.command, "MESSAGE": "Tea" }),
            "imbot.message.add" => json!({ "DIALOG_ID": format!("chat{}", self.chat), "MESSAGE": "Tea" }),
            _ => json!({}),
        };
        let own = [
            ("CLIENT_ID", json!(self.word())),
            ("botToken", json!(self.word())),
            ("BOT_ID", json!(self.bot)),
        ];
        for (name, value) in own.into_iter().filter(|_| self.bot > 0) {
            if method.params.iter().any(|param| param.name == name) {
                honest.insert(name.to_owned(), value);
            }
        }
        honest.extend(more.as_object().expect("a map").clone());
        Value::Object(honest)
    }

    fn value(&self, method: &str, name: &str, kind: Kind) -> Value {
        match (method, name) {
            ("department.delete", "ID") => json!(self.department),
            ("department.update", "ID") => json!(1),
            ("user.update", "ID") => json!(4),
            ("disk.storage.get" | "disk.storage.getChildren" | "disk.storage.uploadFile", "id") => {
                json!(self.storage)
            }
            ("disk.folder.get" | "disk.folder.getChildren" | "disk.folder.uploadFile", "id") => {
                json!(self.folder)
            }
            (_, "id" | "FILE_ID" | "fileId") => json!(self.file),
            (_, "data") => json!({ "NAME": format!("new-{}.txt", self.nonce) }),
            (_, "fileContent") => json!([format!("new-{}.txt", self.nonce), "dGVh"]),
            (_, "CHAT_ID") => json!(self.chat),
            (_, "MESSAGE_ID") => json!(self.message),
            (_, "NOTIFY_ID") => json!(self.notification),
            (_, "IDS") => json!([self.notification]),
            (_, "USER_ID") if kind == Kind::List => json!([3]),
            (_, "USER_ID") => json!(3),
            ("imbot.chat.user.add", "USERS") => json!([4]),
            (_, "USERS" | "userIds") => json!([3]),
            (_, "ID") if method.starts_with("im.department") => json!([1]),
            (_, "ID") => json!([3]),
            (_, "PARENT") => json!(1),
            (_, "EMAIL") => json!(format!("new-{}@example.com", self.nonce)),
            (_, "AVATAR") => json!(PICTURE),
            (_, "COLOR") => json!("MINT"),
            (_, "event") => json!("ONUSERADD"),
            (_, "STATUS") => json!("away"),
            (_, "TYPE") => json!("CHAT"),
            ("imbot.v2.Bot.register", "fields") => {
                json!({ "code": format!("new{}", self.nonce), "botToken": "new word", "properties": { "name": "Tea" } })
            }
            ("imbot.v2.File.upload", "fields") => json!({ "name": "tea.txt", "content": "dGVh" }),
            ("imbot.v2.Chat.update", "fields") => json!({ "title": "Tea" }),
            ("imbot.v2.Command.register", "fields") => json!({ "command": "coffee", "hidden": true }),
            (name, "fields") if name.starts_with("imbot.v2.") => json!({ "message": "Tea", "hidden": true }),
            (_, "fields") => json!({ "name": format!("new-{}.txt", self.nonce), "content": "dGVh" }),
            (_, "BOT_ID" | "botId") => json!(self.bot),
            (_, "COMMAND_ID" | "commandId") => json!(self.command),
            (_, "messageId") => json!(self.message),
            (_, "userId") => json!(3),
            (_, "reaction") => json!("like"),
            (_, "LANG") => json!([{ "LANGUAGE_ID": "en", "TITLE": "Tea" }]),
            (_, "PROPERTIES") => json!({ "NAME": "Tea" }),
            (_, "FIELDS") => json!({ "PROPERTIES": { "NAME": "Tea" }, "HIDDEN": "Y" }),
            (_, name) if name.starts_with("EVENT_") => json!("https://bot.example/"),
            (_, "ACCESS") => json!(["AU"]),
            (_, "options") => json!({ "tea": 1 }),
            (_, "cmd") => json!({ "time": "server.time" }),
            (_, _) => match kind {
                Kind::Dialog => json!(format!("chat{}", self.chat)),
                Kind::Int => json!(1),
                Kind::Flag => json!("Y"),
                Kind::Date => json!("2026-03-02T10:00:00+00:00"),
                Kind::List => json!([1]),
                Kind::Object => json!({ "tea": 1 }),
                Kind::Text => json!("tea"),
            },
        }
    }
}
