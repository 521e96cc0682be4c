//! A client as it keeps what it shows: read once, then changed by events alone.
//!
//! Must hold: nothing is asked for while following; what a person sees is compared with what a fresh client would read.

use std::collections::{BTreeMap, BTreeSet};

use lately_testkit::{Client, Ear, TestPortal};
use serde_json::{Value, json};

/// The line before and after a quote.
const RULE: &str = "------------------------------------------------------";

/// Stands for a quote while tags are taken out.
const QUOTE: char = '\u{1}';

/// A row as a client keeps it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    pub chat: i64,
    pub title: String,
    pub color: String,
    pub avatar: String,
    /// Of chats only.
    pub owner: i64,
    pub last: i64,
    pub text: String,
    pub counter: i64,
    pub pinned: bool,
    pub unread: bool,
    pub muted: bool,
}

/// A message of a dialog that is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub author: i64,
    pub text: String,
    pub params: Value,
}

/// What is known of a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    pub name: String,
    /// One's own; everybody else is `online` in what can be read of them (behaviour.md).
    pub status: Option<String>,
    pub idle: Value,
}

/// A dialog that is open: its messages, and who is in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Open {
    pub messages: BTreeMap<i64, Said>,
    pub members: BTreeSet<i64>,
}

/// Everything that a client shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// The recent list, by dialog.
    pub rows: BTreeMap<String, Row>,
    /// Dialogs that are open, by chat.
    pub open: BTreeMap<i64, Open>,
    /// Notifications with their texts and whether they are unread.
    pub notifications: BTreeMap<i64, (String, bool)>,
    /// How many of them are unread.
    pub unread: i64,
    /// Oneself, and those with whom one has a private dialog.
    pub people: BTreeMap<i64, Known>,
}

/// What a row shows of a message: its text without tags, and what hangs on it.
fn preview(text: &Value, params: &Value) -> String {
    let files = params.get("FILE_ID").map(|_| "[File]".to_owned());
    let attached = params.get("ATTACH").map(|_| "[Attachment]".to_owned());
    let parts = [Some(plain(&unquoted(text.as_str().unwrap_or_default()))), files, attached];
    let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// A text whose mentions have no names: a client shows each with the name that it knows.
fn unnamed(text: &Value) -> String {
    let text = text.as_str().unwrap_or_else(|| panic!("{text} is no text"));
    let mut unnamed = String::new();
    for part in text.split_inclusive("[/USER]") {
        match part.split_once(" REPLACE]") {
            Some((head, _)) => unnamed.push_str(&format!("{head}][/USER]")),
            None => unnamed.push_str(part),
        }
    }
    unnamed
}

/// What stands between two rules is a quote, of which a row says no more.
fn unquoted(text: &str) -> String {
    let parts: Vec<_> = text.split(RULE).collect();
    if parts.len() != 3 {
        return text.to_owned();
    }
    format!("{} {QUOTE} {}", parts[0], parts[2]).trim().to_owned()
}

fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '[' => inside = true,
            ']' => inside = false,
            sign if !inside => plain.push(sign),
            _ => {}
        }
    }
    plain.replace(QUOTE, "[Quote]")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A list without items and a map without members are the same to clients (pull.md 4.1).
fn map(value: &Value) -> Value {
    if *value == json!([]) { json!({}) } else { value.clone() }
}

/// What hangs on a message. An empty list there says that nothing does.
fn hanging(params: &Value) -> Value {
    let mut params = map(params);
    let some = |_: &String, value: &mut Value| *value != json!([]);
    params.as_object_mut().unwrap().retain(some);
    params
}

impl Row {
    fn look_like(&mut self, shown: &Value) {
        self.title = text(&shown["name"]);
        self.color = text(&shown["color"]);
        self.avatar = text(&shown["avatar"]);
    }
}

impl Shown {
    fn row(&mut self, params: &Value) -> Option<&mut Row> {
        self.rows.get_mut(params["dialogId"].as_str().unwrap())
    }

    fn rows_of(&mut self, chat: &Value) -> impl Iterator<Item = &mut Row> {
        let chat = number(chat);
        self.rows.values_mut().filter(move |row| row.chat == chat)
    }

    fn said(&mut self, chat: &Value, id: &Value) -> Option<&mut Said> {
        self.open.get_mut(&number(chat))?.messages.get_mut(&number(id))
    }

    /// Does what an event says, which `me` hears.
    pub fn follow(&mut self, me: i64, command: &str, params: &Value) {
        match command {
            "message" | "messageChat" => self.hear_message(me, command, params),
            "messageUpdate" | "messageDeleteV2" | "messageLike" | "messageParamsUpdate" => {
                self.hear_change(command, params);
            }
            "readMessageChat" | "unreadMessage" | "unreadMessageChat" | "chatUnread" | "chatMuteNotify"
            | "chatPin" | "recentUpdate" | "chatHide" => self.hear_row(command, params),
            "chatRename" | "chatChangeColor" | "chatAvatar" | "chatOwner" | "chatUserAdd"
            | "chatUserLeave" => {
                self.hear_chat(me, command, params);
            }
            "notifyAdd" | "notifyRead" | "notifyUnread" | "notifyReadAll" | "notifyDelete" => {
                self.hear_notification(command, params);
            }
            "userStatus" | "userUpdate" => self.hear_person(command, params),
            _ => {}
        }
    }

    fn hear_message(&mut self, me: i64, command: &str, params: &Value) {
        let dialog = text(&params["dialogId"]);
        let chat = params["chatId"].to_string();
        let message = &params["message"];
        let row = self.rows.entry(dialog.clone()).or_default();
        row.chat = number(&params["chatId"]);
        if command == "message" {
            row.look_like(&params["users"][&dialog]);
        } else {
            row.look_like(&params["chat"][&chat]);
            row.owner = number(&params["chat"][&chat]["owner"]);
        }
        row.last = number(&message["id"]);
        row.text = preview(&message["text"], &message["params"]);
        row.counter = number(&params["counter"]);
        row.unread = params["unread"].as_bool().unwrap();
        row.muted = params["userBlockChat"][&chat][me.to_string()].as_bool().unwrap();
        let said = Said {
            author: number(&message["senderId"]),
            text: unnamed(&message["text"]),
            params: map(&message["params"]),
        };
        if let Some(open) = self.open.get_mut(&number(&params["chatId"])) {
            open.messages.insert(number(&message["id"]), said);
        }
    }

    fn hear_change(&mut self, command: &str, params: &Value) {
        let chat = &params["chatId"];
        match command {
            "messageUpdate" => {
                if let Some(row) = self.row(params).filter(|row| row.last == number(&params["id"])) {
                    row.text = preview(&params["text"], &hanging(&params["params"]));
                }
                if let Some(said) = self.said(chat, &params["id"]) {
                    (said.text, said.params) = (unnamed(&params["text"]), hanging(&params["params"]));
                }
            }
            "messageParamsUpdate" => {
                let attached = params["params"].get("ATTACH").is_some();
                if let Some(row) = self.row(params).filter(|row| row.last == number(&params["id"])) {
                    let bare = row.text.trim_end_matches(" [Attachment]").to_owned();
                    row.text = if attached { format!("{bare} [Attachment]") } else { bare };
                }
                if let Some(said) = self.said(chat, &params["id"]) {
                    said.params = map(&params["params"]);
                }
            }
            "messageLike" => {
                if let Some(said) = self.said(chat, &params["id"]) {
                    said.params["LIKE"] = params["users"].clone();
                    if params["users"] == json!([]) {
                        said.params.as_object_mut().unwrap().remove("LIKE");
                    }
                }
            }
            _ => self.hear_deletion(params),
        }
    }

    fn hear_deletion(&mut self, params: &Value) {
        let gone = &params["messages"][0];
        let (id, complete) = (number(&gone["id"]), gone["completelyDeleted"] == true);
        if params["newLastMessage"]["id"] == 0 {
            // Nothing was left to show.
            self.rows.remove(params["dialogId"].as_str().unwrap());
        }
        if let Some(row) = self.row(params) {
            row.counter = number(&params["counter"]);
            if row.last == id && !complete {
                row.text = plain(gone["text"].as_str().unwrap());
            }
            if let Some(last) = params.get("newLastMessage") {
                row.last = number(&last["id"]);
                row.text = preview(&last["text"], &last["params"]);
            }
        }
        let Some(open) = self.open.get_mut(&number(&params["chatId"])) else { return };
        if complete {
            open.messages.remove(&id);
        } else if let Some(said) = open.messages.get_mut(&id) {
            (said.text, said.params) = (unnamed(&gone["text"]), json!({ "IS_DELETED": "Y" }));
        }
    }

    fn hear_row(&mut self, command: &str, params: &Value) {
        let dialog = text(&params["dialogId"]);
        match command {
            "chatHide" => {
                self.rows.remove(&dialog);
                return;
            }
            "chatPin" if params["active"] == false => {
                if let Some(row) = self.row(params) {
                    row.pinned = false;
                }
                return;
            }
            "chatPin" | "recentUpdate" => {
                let peer = dialog.parse::<i64>().ok();
                let person =
                    params["users"].as_array().unwrap().iter().find(|user| user["id"].as_i64() == peer);
                let row = self.rows.entry(dialog).or_default();
                row.chat = number(&params["chatId"]);
                row.look_like(person.unwrap_or(&params["chat"]));
                row.owner = if peer.is_some() { 0 } else { number(&params["chat"]["owner"]) };
                row.last = number(&params["message"]["id"]);
                row.text = preview(&params["message"]["text"], &params["message"]["params"]);
                row.muted = params["muted"].as_bool().unwrap();
                row.pinned |= command == "chatPin";
            }
            _ => {}
        }
        let Some(row) = self.row(params) else { return };
        row.counter = number(&params["counter"]);
        row.unread = params["unread"].as_bool().unwrap();
        if command == "chatMuteNotify" {
            row.muted = params["mute"].as_bool().unwrap();
        }
    }

    fn hear_chat(&mut self, me: i64, command: &str, params: &Value) {
        let chat = &params["chatId"];
        match command {
            "chatRename" => self.rows_of(chat).for_each(|row| row.title = text(&params["name"])),
            "chatChangeColor" => self.rows_of(chat).for_each(|row| row.color = text(&params["color"])),
            "chatAvatar" => self.rows_of(chat).for_each(|row| row.avatar = text(&params["avatar"])),
            "chatOwner" => self.rows_of(chat).for_each(|row| row.owner = number(&params["userId"])),
            "chatUserAdd" => {
                let came = params["newUsers"].as_array().unwrap().iter().map(number);
                if let Some(open) = self.open.get_mut(&number(chat)) {
                    open.members.extend(came);
                }
            }
            _ if params["userId"] == me => {
                self.rows.remove(params["dialogId"].as_str().unwrap());
                self.open.remove(&number(chat));
            }
            _ => {
                if let Some(open) = self.open.get_mut(&number(chat)) {
                    open.members.remove(&number(&params["userId"]));
                }
            }
        }
    }

    fn hear_notification(&mut self, command: &str, params: &Value) {
        self.unread = number(&params["counter"]);
        let listed = || params["list"].as_array().into_iter().flatten().map(number);
        match command {
            "notifyAdd" => {
                let shown = (unnamed(&params["text"]), params["read"] == "N");
                self.notifications.insert(number(&params["id"]), shown);
            }
            "notifyReadAll" => {
                self.notifications.values_mut().for_each(|(_, unread)| *unread = false);
            }
            "notifyDelete" => {
                for id in params["id"].as_object().unwrap().keys() {
                    self.notifications.remove(&id.parse().unwrap());
                }
            }
            _ => {
                for id in listed() {
                    if let Some((_, unread)) = self.notifications.get_mut(&id) {
                        *unread = command == "notifyUnread";
                    }
                }
            }
        }
    }

    fn hear_person(&mut self, command: &str, params: &Value) {
        if command == "userUpdate" {
            let user = &params["user"];
            if let Some(known) = self.people.get_mut(&number(&user["id"])) {
                known.name = text(&user["name"]);
            }
            if let Some(row) = self.rows.get_mut(&user["id"].to_string()) {
                row.look_like(user);
            }
            return;
        }
        for (id, user) in params["users"].as_object().unwrap() {
            if let Some(known) = self.people.get_mut(&id.parse().unwrap()) {
                known.status = known.status.as_ref().map(|_| text(&user["status"]));
                known.idle = user["idle"].clone();
            }
        }
    }
}

/// Somebody who follows.
pub struct Follower {
    pub client: Client,
    /// Their line, unless it is cut.
    pub ear: Option<Ear>,
    /// The numbers of what was heard.
    pub mids: Vec<String>,
    pub shown: Shown,
}

impl Follower {
    /// Somebody who has not read anything yet and does not hear anything.
    pub fn new(client: Client) -> Self {
        Self { client, ear: None, mids: Vec::new(), shown: Shown::default() }
    }

    /// Reads everything, and hears from then on.
    pub async fn open(portal: &TestPortal, client: Client) -> Self {
        let mut follower = Self::new(client);
        follower.shown = follower.fresh().await;
        follower.ear = Some(portal.ear(&follower.client).await);
        follower
    }

    /// Follows one event; answers its parameters.
    pub async fn hear(&mut self) -> Option<Value> {
        let ear = self.ear.as_mut()?;
        let (command, params) = ear.next().await;
        self.mids.push(ear.mid.clone());
        self.shown.follow(self.client.user, &command, &params);
        Some(params)
    }

    /// Follows everything that happened until now: a word to oneself is the last of it.
    pub async fn hear_all(&mut self) {
        let end = self.client.say(self.client.user, "the end").await;
        while self.hear().await.is_some_and(|params| params["message"]["id"] != end) {}
    }

    /// What a client shows that has just begun.
    pub async fn fresh(&self) -> Shown {
        let rows = self.fresh_rows().await;
        let mut shown = Shown { rows, ..Shown::default() };
        for (dialog, row) in &shown.rows {
            shown.open.insert(row.chat, self.fresh_dialog(dialog).await);
            if let Ok(user) = dialog.parse::<i64>() {
                shown.people.insert(user, self.fresh_person(user).await);
            }
        }
        let me = self.client.user;
        shown.people.insert(me, self.fresh_person(me).await);
        let listed = self.client.ok("im.notify.get", json!({})).await;
        for notification in listed["notifications"].as_array().unwrap() {
            let unread = notification["notify_read"] == "N";
            shown.notifications.insert(number(&notification["id"]), (unnamed(&notification["text"]), unread));
        }
        // Somebody whom nobody ever notified has no number.
        shown.unread = listed["total_unread_count"].as_i64().unwrap_or(0);
        shown
    }

    /// The rows of a fresh list.
    pub async fn fresh_rows(&self) -> BTreeMap<String, Row> {
        let mut rows = BTreeMap::new();
        for row in self.client.recent(json!({})).await {
            let private = row["type"] == "user";
            let id = row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
            let mut shown = Row {
                chat: number(&row["chat_id"]),
                owner: if private { 0 } else { number(&row["chat"]["owner"]) },
                last: number(&row["message"]["id"]),
                text: text(&row["message"]["text"]),
                counter: number(&row["counter"]),
                pinned: row["pinned"].as_bool().unwrap(),
                unread: row["unread"].as_bool().unwrap(),
                muted: row["chat"]["mute_list"] != json!([]),
                ..Row::default()
            };
            shown.look_like(&row[if private { "user" } else { "chat" }]);
            rows.insert(id, shown);
        }
        rows
    }

    async fn fresh_dialog(&self, dialog: &str) -> Open {
        let page = json!({ "DIALOG_ID": dialog, "LIMIT": 50 });
        let page = self.client.ok("im.dialog.messages.get", page).await;
        let said = |message: &Value| Said {
            author: number(&message["author_id"]),
            text: unnamed(&message["text"]),
            params: map(&message["params"]),
        };
        let messages = page["messages"].as_array().unwrap();
        let messages = messages.iter().map(|message| (number(&message["id"]), said(message))).collect();
        let members = self.client.ok("im.dialog.users.list", json!({ "DIALOG_ID": dialog })).await;
        let members = members.as_array().unwrap().iter().map(|user| number(&user["id"])).collect();
        Open { messages, members }
    }

    async fn fresh_person(&self, user: i64) -> Known {
        let shown = self.client.ok("im.user.get", json!({ "ID": user })).await;
        let mut known = Known { name: text(&shown["name"]), idle: shown["idle"].clone(), ..Known::default() };
        if user == self.client.user {
            // Whoever never chose one is here.
            let status = self.client.ok("im.user.status.get", json!({})).await;
            known.status = Some(status.as_str().unwrap_or("online").to_owned());
        }
        known
    }

    /// Where what is shown differs from what a fresh client shows; a dialog that came meanwhile is not open yet.
    pub async fn difference(&self) -> Option<String> {
        let mut fresh = self.fresh().await;
        fresh.open.retain(|chat, _| self.shown.open.contains_key(chat));
        fresh.people.retain(|user, _| self.shown.people.contains_key(user));
        let mut shown = self.shown.clone();
        shown.open.retain(|chat, _| fresh.open.contains_key(chat));
        shown.people.retain(|user, _| fresh.people.contains_key(user));
        if shown == fresh {
            return None;
        }
        let (shown, fresh) = (format!("{shown:#?}"), format!("{fresh:#?}"));
        let lines = shown.lines().zip(fresh.lines()).filter(|(shown, fresh)| shown != fresh);
        let lines: Vec<_> =
            lines.take(6).map(|(shown, fresh)| format!("{shown} where {fresh} is true")).collect();
        Some(lines.join("\n"))
    }
}
