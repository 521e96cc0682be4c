//! What bots do by `imbot.v2`, as those see it who are in a chat with them.

use serde_json::{Value, json};

use super::{Scene, Step};
use crate::file::{base64, picture};
use crate::stage::{Stage, chat};

/// A bot with a chat of its own, in which Bob and Carol are.
pub struct Bot {
    id: i64,
    chat: i64,
    /// What the bot said, what Bob said, what the bot said through the system.
    said: [i64; 3],
    /// What Bob said to the bot alone.
    private: i64,
}

impl Bot {
    pub async fn set(stage: &Stage) -> Self {
        let new = json!({
            "CODE": "helper", "CLIENT_ID": "x", "EVENT_HANDLER": "https://bot.example/",
            "PROPERTIES": { "NAME": "Helper" },
        });
        let id = stage.alice.ok("imbot.register", new).await.as_i64().expect("a bot");
        let mut bot = Self { id, chat: 0, said: [0; 3], private: 0 };
        let made = json!({ "fields": { "title": "Bots", "userIds": [2, 3] } });
        let made = stage.alice.ok("imbot.v2.Chat.add", bot.with(made)).await;
        bot.chat = made["chat"]["id"].as_i64().expect("a chat");
        let own = json!({ "dialogId": chat(bot.chat), "fields": { "message": "one" } });
        let system = json!({ "dialogId": chat(bot.chat), "fields": { "message": "three", "system": true } });
        let said = stage.alice.ok("imbot.v2.Chat.Message.send", bot.with(own)).await;
        bot.said[0] = said["id"].as_i64().expect("a message");
        bot.said[1] = stage.bob.say(chat(bot.chat), "two").await;
        let said = stage.alice.ok("imbot.v2.Chat.Message.send", bot.with(system)).await;
        bot.said[2] = said["id"].as_i64().expect("a message");
        bot.private = stage.bob.say(id, "to the bot").await;
        bot
    }

    /// Parameters with whose bot is meant.
    fn with(&self, mut params: Value) -> Value {
        params["botId"] = json!(self.id);
        params["botToken"] = json!("x");
        params
    }
}

impl Scene {
    pub(super) fn bot_v2(&self, method: &str) -> Vec<Step<'_>> {
        let Some(bot) = &self.helper else { return Vec::new() };
        let dialog = chat(bot.chat);
        let [own, bobs, system] = bot.said;
        let cases = match method {
            "Chat.add" => vec![
                json!({ "fields": { "title": "New", "userIds": [1, 3], "message": "Welcome" } }),
                json!({ "fields": { "title": "For Bob", "ownerId": 2 } }),
            ],
            "Chat.update" => vec![
                json!({ "dialogId": dialog, "fields": { "title": "Tea", "description": "All of it", "color": "pink" } }),
                json!({ "dialogId": dialog, "fields": { "avatar": base64(picture::png(20, 20)) } }),
            ],
            "Chat.leave" => vec![json!({ "dialogId": dialog })],
            "Chat.setOwner" => vec![json!({ "dialogId": dialog, "userId": 2 })],
            "Chat.User.add" => vec![json!({ "dialogId": dialog, "userIds": [1] })],
            "Chat.User.delete" => vec![json!({ "dialogId": dialog, "userId": 3 })],
            "Chat.Manager.add" | "Chat.Manager.delete" => vec![json!({ "dialogId": dialog, "userIds": [2] })],
            "Chat.InputAction.notify" => vec![json!({ "dialogId": dialog })],
            "Chat.Message.send" => vec![
                json!({ "dialogId": dialog, "fields": { "message": "[b]Hello[/b] all" } }),
                json!({ "dialogId": "1", "fields": { "message": "the first word" } }),
                json!({ "dialogId": dialog, "fields": { "message": "By itself", "system": "Y" } }),
                json!({ "dialogId": "3", "fields": { "message": "see", "forwardIds": { "a": bobs, "b": own } } }),
            ],
            "Chat.Message.update" => vec![
                json!({ "messageId": own, "fields": { "message": "1st", "attach": [{ "MESSAGE": "more" }] } }),
            ],
            "Chat.Message.delete" => vec![
                json!({ "messageId": own }),
                json!({ "messageId": bobs }),
                json!({ "messageId": system, "complete": true }),
            ],
            "Chat.Message.read" => {
                vec![json!({ "dialogId": dialog, "messageId": bobs }), json!({ "dialogId": "2" })]
            }
            "Chat.Message.Reaction.add" => vec![
                json!({ "messageId": bobs, "reaction": "like" }),
                json!({ "messageId": bot.private, "reaction": "like" }),
            ],
            "Chat.Message.Reaction.delete" => vec![json!({ "messageId": bobs, "reaction": "like" })],
            "File.upload" => vec![
                json!({ "dialogId": dialog, "fields": { "name": "c.txt", "content": base64("c"), "message": "see" } }),
            ],
            _ => Vec::new(),
        };
        cases.into_iter().map(|params| (&self.stage.alice, bot.with(params))).collect()
    }
}
