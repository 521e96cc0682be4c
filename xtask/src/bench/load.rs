//! The loads: which request is sent over and over.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::town;

/// One request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// The recent list of a person who is in so many chats, of which [`town::FRESH`] are within the window.
    Recent {
        /// In how many.
        chats: i64,
    },
    /// A message into a chat that has so many members.
    Send {
        /// How many.
        members: i64,
    },
}

impl Load {
    /// All of them, in the order of the page.
    pub fn all() -> Vec<Self> {
        let recent = town::READERS.map(|(_, chats)| Self::Recent { chats });
        let send = town::ROOMS.map(|(_, members)| Self::Send { members });
        recent.into_iter().chain(send).collect()
    }

    /// For a person who watches.
    pub fn name(self) -> String {
        match self {
            Self::Recent { chats } => format!("im.recent.get out of {chats} chats"),
            Self::Send { members } => format!("im.message.add to {members} members"),
        }
    }

    /// A word for a file.
    pub fn word(self) -> String {
        match self {
            Self::Recent { chats } => format!("recent-{chats}"),
            Self::Send { members } => format!("send-{members}"),
        }
    }

    /// The number of chats, or of members.
    pub fn size(self) -> i64 {
        match self {
            Self::Recent { chats } => chats,
            Self::Send { members } => members,
        }
    }

    /// Whether it is a message.
    pub fn sends(self) -> bool {
        matches!(self, Self::Send { .. })
    }

    /// Who asks for what, below the portal's address.
    pub fn path(self) -> String {
        let (user, method) = match self {
            Self::Recent { chats } => {
                let reader = town::READERS.iter().find(|(_, known)| *known == chats);
                (reader.map_or(0, |(user, _)| *user), "im.recent.get")
            }
            Self::Send { .. } => (town::SENDER, "im.message.add"),
        };
        format!("{}{method}", town::webhook_path(user))
    }

    /// The body in JSON, if it is sent by POST.
    pub fn body(self) -> Option<String> {
        let Self::Send { members } = self else { return None };
        let (chat, _) = town::ROOMS.iter().find(|(_, known)| *known == members)?;
        Some(json!({ "DIALOG_ID": format!("chat{chat}"), "MESSAGE": town::TEXT }).to_string())
    }

    /// The load as wrk runs it. At the end it prints one line that [`super::wrk`] reads.
    pub fn script(self) -> String {
        let mut script = String::new();
        if let Some(body) = self.body() {
            script.push_str("wrk.method = \"POST\"\n");
            script.push_str("wrk.headers[\"Content-Type\"] = \"application/json\"\n");
            script.push_str(&format!("wrk.body = [==[{body}]==]\n"));
        }
        script.push_str(super::wrk::TELL);
        script
    }

    /// Fails unless the answer is what the load is about.
    pub fn judge(self, body: &str) -> Result<()> {
        let answer: Value = serde_json::from_str(body).context("the server did not answer JSON")?;
        let result = answer.get("result").unwrap_or(&Value::Null);
        let right = match self {
            Self::Recent { .. } => {
                result.as_array().is_some_and(|rows| i64::try_from(rows.len()) == Ok(town::FRESH))
            }
            Self::Send { .. } => result.is_i64(),
        };
        if !right {
            bail!("{}: not the answer that was looked for: {body:.200}", self.name());
        }
        Ok(())
    }
}
