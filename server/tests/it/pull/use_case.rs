//! State equals events: after each use case, whoever followed the events shows what a fresh client shows.
//!
//! Must hold: every method is among the cases, or changes nothing that clients show, or is named below with the reason
//! why nobody is told.

mod bot;
mod bot_v2;

use std::collections::BTreeSet;

use lately_testkit::Client;
use serde_json::{Value, json};

use super::follower::Follower;
use crate::file::{base64, bring, picture, send};
use crate::notification::answer::invited;
use crate::stage::{Stage, chat};

/// Methods that only read.
const READING: &[&str] = &[
    "access.name",
    "app.info",
    "app.option.get",
    "department.fields",
    "department.get",
    "disk.attachedObject.get",
    "disk.file.get",
    "disk.folder.get",
    "disk.folder.getChildren",
    "disk.storage.get",
    "disk.storage.getForApp",
    "disk.storage.getChildren",
    "disk.storage.getList",
    "event.get",
    "event.offline.list",
    "events",
    "feature.get",
    "im.chat.get",
    "im.chat.user.list",
    "im.counters.get",
    "im.department.colleagues.list",
    "im.department.employees.get",
    "im.department.get",
    "im.department.managers.get",
    "im.dialog.get",
    "im.dialog.messages.get",
    "im.dialog.messages.search",
    "im.dialog.users.list",
    "im.disk.folder.get",
    "im.notify.get",
    "im.notify.history.search",
    "im.notify.schema.get",
    "im.recent.get",
    "im.recent.list",
    "im.revision.get",
    "im.search.chat.list",
    "im.search.department.list",
    "im.search.last.get",
    "im.search.user.list",
    "im.user.get",
    "im.user.list.get",
    "im.user.status.get",
    "im.v2.File.download",
    "imbot.bot.list",
    "imbot.v2.Bot.get",
    "imbot.v2.Bot.list",
    "imbot.v2.Command.list",
    "imbot.v2.Revision.get",
    "imbot.chat.get",
    "imbot.chat.user.list",
    "imbot.dialog.get",
    "imbot.v2.Chat.Message.get",
    "imbot.v2.Chat.Message.getContext",
    "imbot.v2.Chat.User.list",
    "imbot.v2.Chat.get",
    "imbot.v2.File.download",
    "method.get",
    "methods",
    "profile",
    "pull.api.user.getLastSeen",
    "pull.application.config.get",
    "pull.channel.public.get",
    "pull.channel.public.list",
    "pull.config.get",
    "pull.watch.extend",
    "scope",
    "server.time",
    "user.access",
    "user.admin",
    "user.current",
    "user.fields",
    "user.get",
    "user.option.get",
    "user.search",
];

/// Methods that change what no event of the protocol tells of, and why that leaves clients right.
const UNTOLD: &[(&str, &str)] = &[
    ("app.option.set", "an application's own"),
    ("batch", "each command is its own use case"),
    ("department.add", "the structure is read when it is opened"),
    ("department.delete", "the structure is read when it is opened"),
    ("department.update", "the structure is read when it is opened"),
    ("disk.file.getExternalLink", "a link is no part of a dialog"),
    ("disk.file.uploadVersion", "the drive is read when it is opened"),
    ("disk.folder.uploadFile", "the drive is read when it is opened"),
    ("disk.storage.uploadFile", "the drive is read when it is opened"),
    ("event.bind", "an application's own"),
    ("event.offline.clear", "an application's own"),
    ("event.offline.error", "an application's own"),
    ("event.offline.get", "an application's own"),
    ("event.test", "an application's own"),
    ("event.unbind", "an application's own"),
    ("im.disk.file.save", "the drive is read when it is opened"),
    ("im.message.command", "only the bot's program is told"),
    ("im.search.last.add", "what was looked for is read when the search is opened"),
    ("im.search.last.delete", "what was looked for is read when the search is opened"),
    ("im.v2.Chat.Bot.sendContext", "only the bot's program is told"),
    ("im.v2.Event.get", "a feed that whoever fetches it keeps for themselves"),
    ("im.v2.Event.subscribe", "a feed that whoever fetches it keeps for themselves"),
    ("im.v2.Event.unsubscribe", "a feed that whoever fetches it keeps for themselves"),
    ("imbot.command.register", "what a bot knows is read when somebody begins to write"),
    ("imbot.command.unregister", "what a bot knows is read when somebody begins to write"),
    ("imbot.command.update", "what a bot knows is read when somebody begins to write"),
    ("imbot.register", "nobody has a dialog with somebody new"),
    ("imbot.v2.Bot.register", "nobody has a dialog with somebody new"),
    ("imbot.v2.Command.register", "what a bot knows is read when somebody begins to write"),
    ("imbot.v2.Command.unregister", "what a bot knows is read when somebody begins to write"),
    ("imbot.v2.Command.update", "what a bot knows is read when somebody begins to write"),
    ("imbot.v2.Event.get", "what waits for a bot is its program's own"),
    ("pull.application.event.add", "the clients of an application hear it, and nobody else"),
    ("pull.application.push.add", "it is a notification like that of im.notify.system.add"),
    ("user.add", "nobody has a dialog with somebody new"),
    ("user.option.set", "an application's own"),
];

/// What a play begins with: dialogs with messages, some of them unread, notifications, files.
struct Scene {
    stage: Stage,
    group: i64,
    pair: i64,
    group_messages: [i64; 3],
    private_messages: [i64; 3],
    notification: i64,
    waiting: i64,
    sent: i64,
    /// A bot with whom bob talks, and the command that he gave it.
    marta: i64,
    command: i64,
    asked: i64,
    talk: bot::Talk,
    /// For what bots of the second generation do.
    helper: Option<bot_v2::Bot>,
}

/// Who calls, and with what.
type Step<'a> = (&'a Client, Value);

impl Scene {
    async fn set() -> Self {
        let stage = invited().await;
        let group = stage.group(&stage.alice, &[2, 3]).await;
        let pair = stage.group(&stage.alice, &[2]).await;
        let said = [(&stage.alice, "one"), (&stage.bob, "two"), (&stage.alice, "three")];
        let mut group_messages = [0; 3];
        let mut private_messages = [0; 3];
        for (place, (who, words)) in said.into_iter().enumerate() {
            group_messages[place] = who.say(chat(group), words).await;
            private_messages[place] = who.say(if who.user == 1 { 2 } else { 1 }, words).await;
        }
        let sent = send(&stage.alice, &chat(pair), "a.txt", "sent").await.0["id"].as_i64().unwrap();
        let waiting = bring(&stage.alice, &chat(pair), "b.txt", "waits").await;
        let params = json!({ "USER_ID": 2, "MESSAGE": "Look", "TAG": "T", "CLIENT_ID": "shop" });
        let notification = stage.alice.ok("im.notify.personal.add", params).await.as_i64().unwrap();
        let (marta, command, asked) = bot(&stage).await;
        let talk = bot::Talk::of(&stage, marta).await;
        Self {
            stage,
            group,
            pair,
            group_messages,
            private_messages,
            notification,
            waiting,
            sent,
            marta,
            command,
            asked,
            talk,
            helper: None,
        }
    }

    /// The steps of a method's case, one after another; nothing for a method without one.
    fn steps(&self, method: &str) -> Vec<Step<'_>> {
        let helped = |method: &&str| method.starts_with("Chat.") || method.starts_with("File.");
        if let Some(method) = method.strip_prefix("imbot.v2.").filter(helped) {
            return self.bot_v2(method);
        }
        if let Some(method) = method.strip_prefix("imbot.") {
            return self.bot(method);
        }
        let method = method.strip_prefix("im.").unwrap_or(method);
        match method.split('.').next() {
            Some("message") => self.message(method),
            Some("dialog") => self.dialog(method),
            Some("recent") => self.recent(method),
            Some("chat") => self.chat(method),
            Some("notify") => self.notification(method),
            Some("user") => self.person(method),
            _ => self.file(method),
        }
    }

    fn message(&self, method: &str) -> Vec<Step<'_>> {
        let Stage { alice, bob, carol, .. } = &self.stage;
        let ([_, _, newest], [first, second, last]) = (self.group_messages, self.private_messages);
        match method {
            "message.add" => vec![
                (alice, json!({ "DIALOG_ID": chat(self.group), "MESSAGE": "[b]Hello[/b] all" })),
                (
                    bob,
                    json!({ "DIALOG_ID": "1", "MESSAGE": "see https://example.test/a", "URL_PREVIEW": "N" }),
                ),
                (alice, json!({ "DIALOG_ID": "3", "MESSAGE": "the first word" })),
                (carol, json!({ "DIALOG_ID": "1", "ATTACH": [{ "MESSAGE": "a block" }] })),
                (
                    alice,
                    json!({ "DIALOG_ID": chat(self.pair), "MESSAGE": "Press", "KEYBOARD": [{ "TEXT": "Go", "LINK": "https://example.test/" }] }),
                ),
                (alice, json!({ "DIALOG_ID": chat(self.pair), "MESSAGE": "By itself", "SYSTEM": "Y" })),
            ],
            "message.update" => vec![
                (alice, json!({ "MESSAGE_ID": last, "MESSAGE": "[i]3rd[/i]" })),
                (bob, json!({ "MESSAGE_ID": second, "MESSAGE": "2nd" })),
                (
                    alice,
                    json!({ "MESSAGE_ID": newest, "MESSAGE": "in the group", "ATTACH": [{ "MESSAGE": "more" }] }),
                ),
                (alice, json!({ "MESSAGE_ID": newest, "MESSAGE": "" })),
            ],
            "message.delete" => [first, last, newest].map(|id| (alice, json!({ "MESSAGE_ID": id }))).to_vec(),
            "message.like" => vec![
                (bob, json!({ "MESSAGE_ID": first, "ACTION": "plus" })),
                (alice, json!({ "MESSAGE_ID": first, "ACTION": "auto" })),
                (bob, json!({ "MESSAGE_ID": first, "ACTION": "minus" })),
                (carol, json!({ "MESSAGE_ID": newest })),
            ],
            "message.share" => vec![
                (alice, json!({ "MESSAGE_ID": last, "DIALOG_ID": "2", "TYPE": "CHAT" })),
                (bob, json!({ "MESSAGE_ID": newest, "DIALOG_ID": chat(self.group), "TYPE": "CHAT" })),
            ],
            _ => Vec::new(),
        }
    }

    fn dialog(&self, method: &str) -> Vec<Step<'_>> {
        let Stage { bob, carol, .. } = &self.stage;
        let ([g1, _, g3], [p1, _, p3]) = (self.group_messages, self.private_messages);
        match method {
            "dialog.read" => vec![
                (bob, json!({ "DIALOG_ID": "1", "MESSAGE_ID": p1 })),
                (bob, json!({ "DIALOG_ID": "1" })),
                (carol, json!({ "DIALOG_ID": chat(self.group), "MESSAGE_ID": g3 })),
                (bob, json!({ "DIALOG_ID": "notify" })),
            ],
            "dialog.unread" => vec![
                (bob, json!({ "DIALOG_ID": "1", "MESSAGE_ID": p3 })),
                (bob, json!({ "DIALOG_ID": "1", "MESSAGE_ID": p1 })),
                (carol, json!({ "DIALOG_ID": chat(self.group), "MESSAGE_ID": g1 })),
            ],
            "dialog.read.all" => vec![(bob, json!({})), (carol, json!({}))],
            "dialog.writing" => vec![(bob, json!({ "DIALOG_ID": chat(self.group) }))],
            _ => Vec::new(),
        }
    }

    fn bot(&self, method: &str) -> Vec<Step<'_>> {
        let (alice, marta) = (&self.stage.alice, self.marta);
        let own = json!({ "BOT_ID": marta, "CLIENT_ID": "shop" });
        match method {
            "update" => {
                let fields = json!({ "PROPERTIES": { "NAME": "Maria", "COLOR": "PINK" } });
                vec![(alice, json!({ "BOT_ID": marta, "CLIENT_ID": "shop", "FIELDS": fields }))]
            }
            "unregister" => vec![(alice, own)],
            "v2.Bot.update" => {
                let fields = json!({ "properties": { "name": "Mary", "color": "pink" }, "isHidden": true, "backgroundId": "sky" });
                vec![(alice, json!({ "botId": marta, "botToken": "shop", "fields": fields }))]
            }
            "v2.Bot.unregister" => vec![(alice, json!({ "botId": marta, "botToken": "shop" }))],
            "v2.Command.answer" => vec![(
                alice,
                json!({
                    "botId": marta, "botToken": "shop", "commandId": self.command, "messageId": self.asked,
                    "dialogId": "2", "fields": { "message": "two words" },
                }),
            )],
            "command.answer" => vec![(
                alice,
                json!({ "COMMAND": "echo", "MESSAGE_ID": self.asked, "MESSAGE": "two words", "CLIENT_ID": "shop" }),
            )],
            _ => self.talk.steps(&self.stage, marta, method),
        }
    }

    fn recent(&self, method: &str) -> Vec<Step<'_>> {
        let bob = &self.stage.bob;
        let dialogs = ["1".to_owned(), chat(self.group)];
        let turned = |key: &str| {
            let steps = dialogs.iter().flat_map(|dialog| ["Y", "N"].map(|on| (dialog, on)));
            steps.map(|(dialog, on)| (bob, json!({ "DIALOG_ID": dialog, key: on }))).collect()
        };
        match method {
            "recent.pin" => turned("PIN"),
            "recent.unread" => turned("ACTION"),
            "recent.hide" => dialogs.iter().map(|dialog| (bob, json!({ "DIALOG_ID": dialog }))).collect(),
            _ => Vec::new(),
        }
    }

    fn chat(&self, method: &str) -> Vec<Step<'_>> {
        let Stage { alice, bob, .. } = &self.stage;
        let (group, pair) = (self.group, self.pair);
        match method {
            "chat.add" => vec![
                (bob, json!({ "TITLE": "New", "USERS": [1, 3], "MESSAGE": "Welcome" })),
                (alice, json!({ "TYPE": "OPEN", "USERS": [2], "COLOR": "MINT" })),
            ],
            "chat.leave" => vec![(bob, json!({ "CHAT_ID": group })), (alice, json!({ "CHAT_ID": pair }))],
            "chat.mute" => ["Y", "N"].map(|on| (bob, json!({ "CHAT_ID": group, "MUTE": on }))).to_vec(),
            "chat.updateTitle" => vec![(alice, json!({ "CHAT_ID": group, "TITLE": "Another" }))],
            "chat.updateColor" => {
                ["MINT", "PINK"].map(|color| (alice, json!({ "CHAT_ID": group, "COLOR": color }))).to_vec()
            }
            "chat.updateAvatar" => {
                vec![(alice, json!({ "CHAT_ID": group, "AVATAR": base64(picture::png(20, 20)) }))]
            }
            "chat.setOwner" => vec![(alice, json!({ "CHAT_ID": group, "USER_ID": 2 }))],
            "chat.user.add" => vec![
                (alice, json!({ "CHAT_ID": pair, "USERS": [3], "HIDE_HISTORY": "Y" })),
                (alice, json!({ "CHAT_ID": pair, "USERS": [5], "HIDE_HISTORY": "N" })),
            ],
            "chat.user.delete" => vec![
                (alice, json!({ "CHAT_ID": group, "USER_ID": 3 })),
                (bob, json!({ "CHAT_ID": group, "USER_ID": 2 })),
            ],
            _ => Vec::new(),
        }
    }

    fn notification(&self, method: &str) -> Vec<Step<'_>> {
        let Stage { alice, bob, .. } = &self.stage;
        let id = self.notification;
        let to_bob =
            |words: &str| json!({ "USER_ID": 2, "MESSAGE": words, "CLIENT_ID": "shop", "TAG": "T2" });
        match method {
            "notify" => vec![(alice, json!({ "USER_ID": 2, "MESSAGE": "See https://example.test/" }))],
            "notify.personal.add" => vec![(alice, to_bob("one")), (alice, to_bob("instead"))],
            "notify.system.add" => vec![(alice, to_bob("the portal says"))],
            "notify.answer" => vec![(bob, json!({ "NOTIFY_ID": id, "ANSWER_TEXT": "Seen" }))],
            "notify.confirm" => vec![(bob, json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": "Y" }))],
            "notify.delete" => {
                vec![(alice, json!({ "TAG": "T", "CLIENT_ID": "shop" })), (bob, json!({ "ID": 402 }))]
            }
            "notify.read" => vec![
                (bob, json!({ "ID": id, "ONLY_CURRENT": "Y", "ACTION": "Y" })),
                (bob, json!({ "ID": id, "ONLY_CURRENT": "Y", "ACTION": "N" })),
                (bob, json!({ "ID": 401, "ACTION": "Y" })),
                (bob, json!({ "ID": 402, "ACTION": "N" })),
            ],
            "notify.read.all" => vec![(bob, json!({}))],
            "notify.read.list" => {
                ["Y", "N"].map(|on| (bob, json!({ "IDS": [id, 401], "ACTION": on }))).to_vec()
            }
            _ => Vec::new(),
        }
    }

    fn person(&self, method: &str) -> Vec<Step<'_>> {
        let Stage { alice, bob, .. } = &self.stage;
        match method {
            "user.status.set" => {
                vec![(bob, json!({ "STATUS": "dnd" })), (bob, json!({ "STATUS": "online" }))]
            }
            "user.status.idle.start" => vec![(bob, json!({ "AGO": 5 }))],
            "user.status.idle.end" => vec![(bob, json!({}))],
            "user.update" => vec![(alice, json!({ "ID": 2, "NAME": "Robert" }))],
            _ => Vec::new(),
        }
    }

    fn file(&self, method: &str) -> Vec<Step<'_>> {
        let alice = &self.stage.alice;
        let fields = json!({ "name": "c.txt", "content": base64("c"), "message": "see" });
        match method {
            "disk.file.commit" => {
                vec![(alice, json!({ "CHAT_ID": self.pair, "UPLOAD_ID": self.waiting, "MESSAGE": "here" }))]
            }
            "disk.file.delete" => vec![(alice, json!({ "CHAT_ID": self.pair, "FILE_ID": self.sent }))],
            "v2.File.upload" => vec![(alice, json!({ "dialogId": chat(self.pair), "fields": fields }))],
            _ => Vec::new(),
        }
    }
}

/// A bot that knows a command, which bob gave it.
async fn bot(stage: &Stage) -> (i64, i64, i64) {
    let address = "https://bot.example/";
    let params = json!({
        "CODE": "marta", "CLIENT_ID": "shop", "EVENT_HANDLER": address, "PROPERTIES": { "NAME": "Marta" },
    });
    let marta = stage.alice.ok("imbot.register", params).await.as_i64().expect("a number");
    let params = json!({
        "BOT_ID": marta, "COMMAND": "echo", "EVENT_COMMAND_ADD": address, "CLIENT_ID": "shop",
        "LANG": [{ "LANGUAGE_ID": "en", "TITLE": "Says it again" }],
    });
    let command = stage.alice.ok("imbot.command.register", params).await.as_i64().expect("a number");
    (marta, command, stage.bob.say(marta, "/echo two words").await)
}

/// Plays each method of the portal for which `chosen` holds.
async fn play(chosen: impl Fn(&str) -> bool) {
    let methods = Stage::set().await.alice.ok("methods", json!({ "full": true })).await;
    let skipped = |method: &str| READING.contains(&method) || UNTOLD.iter().any(|(name, _)| *name == method);
    let methods = methods.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    let mut differences = Vec::new();
    for method in methods.filter(|method| chosen(method) && !skipped(method)) {
        let mut scene = Scene::set().await;
        if method.starts_with("imbot.v2.") {
            scene.helper = Some(bot_v2::Bot::set(&scene.stage).await);
        }
        let Stage { portal, alice, bob, carol } = &scene.stage;
        let steps = scene.steps(&method);
        assert!(!steps.is_empty(), "{method} has no case: add one, or say here why nobody is told of it");
        let mut followers = Vec::new();
        for client in [alice, bob, carol] {
            followers.push(Follower::open(portal, client.clone()).await);
        }
        for (caller, params) in steps {
            caller.ok(&method, params.clone()).await;
            for follower in &mut followers {
                follower.hear_all().await;
                if let Some(difference) = follower.difference().await {
                    let user = follower.client.user;
                    differences.push(format!("of {user} after {method} with {params}:\n{difference}"));
                }
            }
        }
        scene.stage.check().await;
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn is_messenger(method: &str) -> bool {
    let words: Vec<_> = method.split('.').collect();
    matches!(words.as_slice(), ["im", "message" | "dialog" | "recent", ..])
}

fn is_of_bots(method: &str, newer: bool) -> bool {
    method.starts_with("imbot.") && method.starts_with("imbot.v2.") == newer
}

#[tokio::test]
async fn a_client_that_heard_of_messages_and_reading_shows_what_a_fresh_one_shows() {
    play(is_messenger).await;
}

#[tokio::test]
async fn a_client_that_heard_of_chats_shows_what_a_fresh_one_shows() {
    play(|method| method.starts_with("im.chat.")).await;
}

#[tokio::test]
async fn a_client_that_heard_of_what_bots_do_shows_what_a_fresh_one_shows() {
    play(|method| is_of_bots(method, false)).await;
}

#[tokio::test]
async fn a_client_that_heard_of_what_newer_bots_do_shows_what_a_fresh_one_shows() {
    play(|method| is_of_bots(method, true)).await;
}

#[tokio::test]
async fn a_client_that_heard_of_anything_else_shows_what_a_fresh_one_shows() {
    play(|method| !is_messenger(method) && !method.starts_with("im.chat.") && !method.starts_with("imbot."))
        .await;
}

#[tokio::test]
async fn no_method_is_named_here_that_does_not_exist() {
    let methods = Stage::set().await.alice.ok("methods", json!({ "full": true })).await;
    let methods: BTreeSet<_> = methods.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let named = READING.iter().copied().chain(UNTOLD.iter().map(|(name, _)| *name));
    let unknown: Vec<_> = named.filter(|name| !methods.contains(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
