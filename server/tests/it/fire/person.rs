//! A person who acts on whatever server answers, and writes down what was acknowledged.
//!
//! Must hold: an act that got no answer is tried again, on another server, until it has one. Each act can be: messages carry
//! a UUID, and all others ask for a state. Only what does not depend on who came first is done while others act.

use std::sync::Arc;

use serde_json::{Value, json};

use super::PEOPLE;
use super::chance::Chance;
use super::field::{Field, NODES};
use super::ledger::{Ledger, Row};

/// How often an act is tried.
const TRIES: usize = 500;

/// One person.
pub struct Person {
    id: i64,
    chance: Chance,
    ledger: Arc<Ledger>,
    chats: Vec<i64>,
    sent: u32,
    seed: u64,
}

impl Person {
    /// Everybody, in groups and in pairs.
    pub async fn everybody(field: &Field, ledger: &Arc<Ledger>, seed: u64) -> Vec<Self> {
        let new = |id: i64| Self {
            id,
            chance: Chance::new(seed.wrapping_add(id.unsigned_abs())),
            ledger: Arc::clone(ledger),
            chats: Vec::new(),
            sent: 0,
            seed,
        };
        let mut people: Vec<Self> = (1..=PEOPLE).map(new).collect();
        for group in 0..5 {
            let members: Vec<i64> =
                (1..=PEOPLE).filter(|id| (id * 7 + group * 3) % 5 < 2 || *id == group + 1).collect();
            let owner = &people[usize::try_from(group).unwrap()];
            let params = json!({ "TITLE": format!("Group {group}"), "USERS": members });
            let chat = owner.ask(field, 0, "im.chat.add", &params).await.as_i64().unwrap();
            join(&mut people, ledger, chat, &members);
        }
        for one in 1..=PEOPLE {
            for other in [one % PEOPLE + 1, (one + 4) % PEOPLE + 1] {
                let person = &people[usize::try_from(one - 1).unwrap()];
                let params = json!({ "DIALOG_ID": other.to_string() });
                let page = person.ask(field, 0, "im.dialog.get", &params).await;
                join(&mut people, ledger, page["id"].as_i64().unwrap(), &[one, other]);
            }
        }
        for person in &mut people {
            for chat in person.chats.clone() {
                person.send(field, chat).await;
            }
        }
        people
    }

    pub fn id(&self) -> i64 {
        self.id
    }

    /// One act, while others act.
    pub async fn act(&mut self, field: &Field) {
        let chat = self.chats[self.chance.below(self.chats.len())];
        match self.chance.below(12) {
            0..5 => self.send(field, chat).await,
            5 => self.edit(field, chat).await,
            6 => self.delete(field, chat).await,
            7 | 8 => self.read(field, chat).await,
            9 => self.unread(field, chat).await,
            10 => self.mute(field, chat).await,
            _ => self.pin(field, chat).await,
        }
    }

    /// What depends on the moment, done while nobody else acts.
    pub async fn calm_acts(&mut self, field: &Field) {
        let chat = self.chats[self.chance.below(self.chats.len())];
        if self.chance.below(2) == 0 {
            self.try_all(field, "im.dialog.read", &json!({ "DIALOG_ID": dialog(chat) })).await;
            self.ledger.read_to_the_end(chat, self.id);
        } else {
            self.try_all(field, "im.recent.unread", &json!({ "DIALOG_ID": dialog(chat), "ACTION": "Y" }))
                .await;
            self.ledger.marked(chat, self.id);
        }
    }

    async fn send(&mut self, field: &Field, chat: i64) {
        self.sent += 1;
        let text = format!("{} from {} in {chat}", self.sent, self.id);
        let (number, seed) = (self.sent, self.seed & 0xffff);
        let uuid = format!("{:08x}-{seed:04x}-4000-8000-{number:012x}", self.id);
        let params = json!({ "DIALOG_ID": dialog(chat), "MESSAGE": text, "TEMPLATE_ID": uuid });
        let id = self.try_all(field, "im.message.add", &params).await;
        self.ledger.sent(chat, id.as_i64().unwrap(), self.id, &text);
    }

    async fn edit(&mut self, field: &Field, chat: i64) {
        let Some(id) = self.own(chat) else { return };
        self.sent += 1;
        let text = format!("edit {} by {}", self.sent, self.id);
        self.try_all(field, "im.message.update", &json!({ "MESSAGE_ID": id, "MESSAGE": text })).await;
        self.ledger.edited(chat, id, &text);
    }

    async fn delete(&mut self, field: &Field, chat: i64) {
        let Some(id) = self.own(chat) else { return };
        self.try_all(field, "im.message.delete", &json!({ "MESSAGE_ID": id })).await;
        self.ledger.deleted(chat, id);
    }

    async fn read(&mut self, field: &Field, chat: i64) {
        let Some(id) = self.any(chat) else { return };
        self.try_all(field, "im.dialog.read", &json!({ "DIALOG_ID": dialog(chat), "MESSAGE_ID": id })).await;
        self.ledger.read(chat, self.id, id);
    }

    async fn unread(&mut self, field: &Field, chat: i64) {
        let Some(id) = self.any(chat) else { return };
        self.try_all(field, "im.dialog.unread", &json!({ "DIALOG_ID": dialog(chat), "MESSAGE_ID": id }))
            .await;
        self.ledger.unread(chat, self.id, id);
    }

    async fn mute(&mut self, field: &Field, chat: i64) {
        let muted = self.chance.below(2) == 0;
        let params = json!({ "CHAT_ID": chat, "MUTE": if muted { "Y" } else { "N" } });
        self.try_all(field, "im.chat.mute", &params).await;
        self.ledger.muted(chat, self.id, muted);
    }

    async fn pin(&mut self, field: &Field, chat: i64) {
        let pinned = self.chance.below(2) == 0;
        let params = json!({ "DIALOG_ID": dialog(chat), "PIN": if pinned { "Y" } else { "N" } });
        self.try_all(field, "im.recent.pin", &params).await;
        self.ledger.pinned(chat, self.id, pinned);
    }

    fn own(&mut self, chat: i64) -> Option<i64> {
        let (chance, id) = (&mut self.chance, self.id);
        self.ledger.pick(chat, |count| chance.below(count), |author, deleted| author == id && !deleted)
    }

    fn any(&mut self, chat: i64) -> Option<i64> {
        let chance = &mut self.chance;
        self.ledger.pick(chat, |count| chance.below(count), |_, _| true)
    }

    /// Asks one server after another until one answers. A message that is gone already was taken back by an earlier try.
    async fn try_all(&mut self, field: &Field, method: &str, params: &Value) -> Value {
        let mut node = self.chance.below(NODES);
        let mut last = None;
        for _ in 0..TRIES {
            match self.try_one(field, node, method, params).await {
                Some((200, body)) => return body["result"].clone(),
                Some((403, body))
                    if method == "im.message.delete" && body["error"] == "CANT_EDIT_MESSAGE" =>
                {
                    return Value::Bool(true);
                }
                other => last = other.or(last),
            }
            node = (node + 1) % NODES;
        }
        panic!("person {}: {method} {params}: no answer but {last:?}", self.id);
    }

    async fn try_one(
        &self,
        field: &Field,
        node: usize,
        method: &str,
        params: &Value,
    ) -> Option<(u16, Value)> {
        let client = field.client(node, self.id)?;
        let response = client.post(method).json(params).send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.json().await.ok()?))
    }

    /// Asks a server that must answer.
    pub async fn ask(&self, field: &Field, node: usize, method: &str, params: &Value) -> Value {
        for _ in 0..TRIES {
            if let Some((200, body)) = self.try_one(field, node, method, params).await {
                return body["result"].clone();
            }
        }
        panic!("person {}: {method} {params}: no answer of server {node}", self.id);
    }

    /// Writes through one server, which then knows all that was acknowledged before.
    pub async fn settle(&self, field: &Field, node: usize) {
        self.ask(field, node, "im.user.status.set", &json!({ "STATUS": "online" })).await;
        self.ask(field, node, "im.user.status.set", &json!({ "STATUS": "dnd" })).await;
    }

    /// The list as a server shows it, by chat number.
    pub async fn list(&self, field: &Field, node: usize) -> Vec<Row> {
        let page = self.ask(field, node, "im.recent.list", &json!({ "LIMIT": 200 })).await;
        let mut rows: Vec<Row> = page["items"].as_array().unwrap().iter().map(|row| self.row(row)).collect();
        rows.sort_by_key(|row| row.chat);
        rows
    }

    fn row(&self, row: &Value) -> Row {
        let chat = row["chat_id"].as_i64().unwrap();
        let muted = &row["chat"]["mute_list"];
        let me = self.id.to_string();
        let listed = |list: &Value| match list {
            Value::Array(ids) => {
                ids.iter().any(|id| id.as_i64() == Some(self.id) || id.as_str() == Some(&me))
            }
            Value::Object(ids) => ids.contains_key(&me),
            _ => false,
        };
        Row {
            chat,
            last: row["message"]["id"].as_i64().unwrap(),
            text: row["message"]["text"].as_str().unwrap().to_owned(),
            counter: row["counter"].as_i64().unwrap(),
            read: self.ledger.position(chat, row["last_id"].as_i64().unwrap()),
            marked: row["unread"].as_bool().unwrap(),
            muted: listed(muted),
            pinned: row["pinned"].as_bool().unwrap(),
        }
    }
}

fn join(people: &mut [Person], ledger: &Ledger, chat: i64, members: &[i64]) {
    for member in members {
        let person = &mut people[usize::try_from(member - 1).unwrap()];
        if !person.chats.contains(&chat) {
            person.chats.push(chat);
            ledger.join(chat, *member);
        }
    }
}

fn dialog(chat: i64) -> String {
    format!("chat{chat}")
}
