//! The cases of what bots of the first generation say and do in chats.

use serde_json::{Value, json};

use super::Step;
use crate::file::{base64, picture};
use crate::stage::{Stage, chat};

/// What such a case begins with: a chat that the bot made, and what was said there and in its dialog with alice.
pub struct Talk {
    chat: i64,
    /// By the bot in its chat.
    said: [i64; 3],
    /// By the bot to alice.
    private: i64,
    /// By bob in the chat.
    bobs: i64,
}

impl Talk {
    pub async fn of(stage: &Stage, marta: i64) -> Self {
        let alice = &stage.alice;
        let made = own(marta, json!({ "TITLE": "Bots", "USERS": [1, 2, 3], "COLOR": "RED" }));
        let group = alice.ok("imbot.chat.add", made).await.as_i64().expect("a number");
        let say = async |dialog: &str, words: &str| {
            let said = own(marta, json!({ "DIALOG_ID": dialog, "MESSAGE": words }));
            alice.ok("imbot.message.add", said).await.as_i64().expect("a number")
        };
        let mut said = [0; 3];
        for (place, words) in ["one", "two", "three"].into_iter().enumerate() {
            said[place] = say(&chat(group), words).await;
        }
        let private = say("1", "to alice").await;
        Self { chat: group, said, private, bobs: stage.bob.say(chat(group), "mine").await }
    }

    /// The steps of a method's case, its name without the module.
    pub fn steps<'a>(&self, stage: &'a Stage, marta: i64, method: &str) -> Vec<Step<'a>> {
        let steps = if method.starts_with("message.") {
            self.message(method, marta)
        } else {
            self.chat(method, marta)
        };
        steps.into_iter().map(|params| (&stage.alice, own(marta, params))).collect()
    }

    fn message(&self, method: &str, marta: i64) -> Vec<Value> {
        let ([first, second, third], private) = (self.said, self.private);
        match method {
            "message.add" => vec![
                json!({ "DIALOG_ID": chat(self.chat), "MESSAGE": "[b]Hello[/b] all" }),
                json!({ "DIALOG_ID": "1", "MESSAGE": "Choose", "KEYBOARD": [{ "TEXT": "Go" }] }),
                json!({ "DIALOG_ID": "3", "ATTACH": [{ "MESSAGE": "a block" }] }),
                json!({ "FROM_USER_ID": marta, "TO_USER_ID": 1, "MESSAGE": "By itself" }),
            ],
            "message.update" => vec![
                json!({ "MESSAGE_ID": private, "MESSAGE": "[i]again[/i]", "ATTACH": [{ "MESSAGE": "more" }] }),
                json!({ "MESSAGE_ID": third, "KEYBOARD": [{ "TEXT": "Go" }] }),
                json!({ "MESSAGE_ID": second, "MESSAGE": "" }),
            ],
            "message.delete" => vec![
                json!({ "MESSAGE_ID": private, "COMPLETE": "Y" }),
                json!({ "MESSAGE_ID": first, "COMPLETE": "Y" }),
                json!({ "MESSAGE_ID": second }),
                json!({ "MESSAGE_ID": third, "COMPLETE": "Y" }),
            ],
            "message.like" => ["plus", "minus", "auto"]
                .map(|way| json!({ "MESSAGE_ID": self.bobs, "ACTION": way }))
                .to_vec(),
            _ => Vec::new(),
        }
    }

    fn chat(&self, method: &str, marta: i64) -> Vec<Value> {
        let id = self.chat;
        match method {
            "chat.add" => vec![
                json!({ "TITLE": "New", "USERS": [1, 3], "MESSAGE": "Welcome", "AVATAR": base64(picture::png(20, 20)) }),
                json!({ "TYPE": "OPEN", "USERS": [2], "COLOR": "MINT" }),
            ],
            "chat.leave" => vec![json!({ "CHAT_ID": id })],
            "chat.updateTitle" => vec![json!({ "CHAT_ID": id, "TITLE": "Another" })],
            "chat.updateColor" => {
                ["MINT", "PINK"].map(|color| json!({ "CHAT_ID": id, "COLOR": color })).to_vec()
            }
            "chat.updateAvatar" => vec![json!({ "CHAT_ID": id, "AVATAR": base64(picture::png(20, 20)) })],
            "chat.sendTyping" => vec![json!({ "DIALOG_ID": chat(id) }), json!({ "DIALOG_ID": "1" })],
            "chat.setOwner" => vec![json!({ "CHAT_ID": id, "USER_ID": 2 })],
            "chat.setManager" => {
                ["Y", "N"].map(|on| json!({ "CHAT_ID": id, "USER_ID": 2, "IS_MANAGER": on })).to_vec()
            }
            "chat.user.add" => vec![
                json!({ "CHAT_ID": id, "USERS": [4] }),
                json!({ "CHAT_ID": id, "USERS": [5], "HIDE_HISTORY": "N" }),
            ],
            "chat.user.delete" => {
                vec![json!({ "CHAT_ID": id, "USER_ID": 3 }), json!({ "CHAT_ID": id, "USER_ID": marta })]
            }
            _ => Vec::new(),
        }
    }
}

fn own(marta: i64, mut params: Value) -> Value {
    (params["BOT_ID"], params["CLIENT_ID"]) = (json!(marta), json!("shop"));
    params
}
