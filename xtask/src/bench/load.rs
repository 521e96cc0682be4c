//! The loads: which requests are sent over and over, to the server and to those it is compared with.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{town, wrk};

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// The product.
    Lately,
    /// nginx, sending the same bytes from a file.
    Nginx,
    /// A server of a few lines over hyper, sending the same bytes from memory.
    Hyper,
    /// No server: a loop that commits each message to SQLite by itself.
    Commit,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// The recent list of a person who is in so many chats, of which [`town::FRESH`] are within the window.
    Recent {
        /// In how many.
        chats: i64,
    },
    /// The first page of the long list of such a person.
    List {
        /// In how many.
        chats: i64,
    },
    /// What changed in a recent list in which nothing did.
    Synced,
    /// The recent lists of so many people in turn.
    People {
        /// How many.
        count: i64,
    },
    /// The same, while others send.
    Beside {
        /// How many.
        count: i64,
    },
    /// A message into one of the chats of a watcher, each in turn, and after each message the watcher's recent list;
    /// each connection has its own watcher.
    PokeAndLook,
    /// The same, but the recent list after each message is of somebody else, to whom nothing happens.
    PokeAndLookAside,
    /// The watchers' recent lists.
    Look,
    /// A message into a chat that has so many members; of the chats of two there are many, each in turn.
    Send {
        /// How many.
        members: i64,
    },
}

impl Server {
    /// For a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lately => "Lately",
            Self::Nginx => "nginx",
            Self::Hyper => "hyper, fixed bytes",
            Self::Commit => "SQLite, a commit each",
        }
    }
}

impl Load {
    /// For a person who watches, and for a table.
    pub fn name(self) -> String {
        match self {
            Self::Recent { chats } => format!("`im.recent.get` out of {chats} chats"),
            Self::List { chats } => format!("`im.recent.list` out of {chats} chats"),
            Self::Synced => "`im.recent.get` with `LAST_SYNC_DATE`".to_owned(),
            Self::People { count } => format!("`im.recent.get` of {count} people in turn"),
            Self::Beside { count } => format!("`im.recent.get` of {count} people beside senders"),
            Self::PokeAndLook => "`im.message.add` and `im.recent.get` by turns".to_owned(),
            Self::PokeAndLookAside => "the same, the list of somebody else".to_owned(),
            Self::Look => "`im.recent.get` of watched chats".to_owned(),
            Self::Send { members } => format!("`im.message.add` to {members} members"),
        }
    }

    /// A word for a file; none where each person has a file of their own.
    pub fn word(self) -> Option<String> {
        match self {
            Self::Recent { chats } => Some(format!("recent-{chats}")),
            Self::Synced => Some("synced".to_owned()),
            Self::Look => Some("look".to_owned()),
            _ => None,
        }
    }

    /// Whether it reads the list of each person who shares chats.
    pub fn is_everybody(self) -> bool {
        self == Self::People { count: town::PEOPLE.end - town::PEOPLE.start }
    }

    /// How many threads make the load: where requests of one connection must follow each other, one for each.
    pub fn threads(self, connections: u32) -> u32 {
        match self {
            Self::PokeAndLook | Self::PokeAndLookAside | Self::Look => connections,
            _ => wrk::THREADS.min(connections),
        }
    }

    /// The first request that the server gets: path, and body if it is a POST.
    pub fn first(self) -> (String, Option<String>) {
        let recent = |user: i64| format!("{}im.recent.get", town::webhook_path(user));
        match self {
            Self::Recent { chats } => (recent(reader(chats)), None),
            Self::List { chats } => (format!("{}im.recent.list", town::webhook_path(reader(chats))), None),
            Self::Synced => {
                let since = town::date(town::START - 30);
                (format!("{}?LAST_SYNC_DATE={since}", recent(reader(town::FRESH))), None)
            }
            Self::People { .. } | Self::Beside { .. } => (recent(town::PEOPLE.start), None),
            Self::Look => (recent(town::WATCHERS.start), None),
            Self::PokeAndLook | Self::PokeAndLookAside => send_to(town::WATCHED),
            Self::Send { members: 2 } => send_to(town::PAIRS.start),
            Self::Send { .. } => send_to(town::HALL),
        }
    }

    /// The load as wrk runs it: each thread makes its list of requests first, and sends them in turn.
    pub fn script(self, server: Server, threads: u32) -> String {
        let requests = match (server, self) {
            (Server::Lately, _) => self.requests(threads),
            (_, Self::People { count }) => everybody("/people/ID", count, threads),
            _ => get(&format!("/{}", self.word().unwrap_or_default())),
        };
        format!("{}\n{}{requests}end\n{}", wrk::EACH_THREAD, wrk::BEGIN, wrk::TELL)
    }

    fn requests(self, threads: u32) -> String {
        let (post, path) = (format!("{}im.message.add", town::webhook_path(town::SENDER)), self.first().0);
        let watched = format!(
            "local first = {} + place * {}\nfor chat = first, first + {} do\n",
            town::WATCHED,
            town::FRESH,
            town::FRESH - 1
        );
        let poke = send(&post, "chat");
        let look = |first: i64| get(&recent_of(&format!("\" .. ({first} + place) .. \"")));
        match self {
            Self::Recent { .. } | Self::List { .. } | Self::Synced => get(&path),
            Self::People { count } | Self::Beside { count } => everybody(&recent_of("ID"), count, threads),
            Self::PokeAndLook => format!("{watched}{poke}{}end\n", look(town::WATCHERS.start)),
            Self::PokeAndLookAside => format!("{watched}{poke}{}end\n", look(town::PEOPLE.start)),
            Self::Look => look(town::WATCHERS.start),
            Self::Send { members: 2 } => {
                let Range { start, end } = town::PAIRS;
                // The threads begin at opposite ends, so that they seldom meet in one chat.
                let half = (end - start) / 2;
                format!(
                    "for n = 0, {} do\nlocal chat = {start} + (n + place * {half}) % {}\n{}end\n",
                    end - start - 1,
                    end - start,
                    send(&post, "chat")
                )
            }
            Self::Send { .. } => send(&post, &town::HALL.to_string()),
        }
    }

    /// Fails unless the answer is what the load is about.
    pub fn judge(self, body: &str) -> Result<()> {
        let answer: Value = serde_json::from_str(body).context("the server did not answer JSON")?;
        let result = answer.get("result").unwrap_or(&Value::Null);
        let rows = |rows: &Value| rows.as_array().and_then(|rows| i64::try_from(rows.len()).ok());
        let right = match self {
            Self::Recent { .. } | Self::People { .. } | Self::Beside { .. } | Self::Look => {
                rows(result) == Some(town::FRESH)
            }
            Self::List { .. } => rows(result.get("items").unwrap_or(&Value::Null)) == Some(town::FRESH),
            Self::Synced => rows(result) == Some(0),
            Self::PokeAndLook | Self::PokeAndLookAside | Self::Send { .. } => result.is_i64(),
        };
        if !right {
            bail!("{}: not the answer that was looked for: {body:.200}", self.name());
        }
        Ok(())
    }
}

fn reader(chats: i64) -> i64 {
    town::READERS.iter().find(|(_, known)| *known == chats).map_or(0, |(user, _)| *user)
}

/// A message into a chat: path and body.
pub fn send_to(chat: i64) -> (String, Option<String>) {
    let body = json!({ "DIALOG_ID": format!("chat{chat}"), "MESSAGE": town::TEXT });
    (format!("{}im.message.add", town::webhook_path(town::SENDER)), Some(body.to_string()))
}

/// A line of the script that adds a GET.
fn get(path: &str) -> String {
    format!("add(\"GET\", \"{path}\")\n")
}

/// A line of the script that adds a message; `chat` is an expression of the script.
fn send(path: &str, chat: &str) -> String {
    let text = town::TEXT;
    format!(
        "add(\"POST\", \"{path}\", '{{\"DIALOG_ID\":\"chat' .. {chat} .. '\",\"MESSAGE\":\"{text}\"}}')\n"
    )
}

/// The path of somebody's list; `user` stands where their number does.
fn recent_of(user: &str) -> String {
    format!("/rest/{user}/bench{user}/im.recent.get")
}

/// Lines that add a GET for each of so many people, shared out among the threads; `ID` in the path is their number.
fn everybody(path: &str, count: i64, threads: u32) -> String {
    let start = town::PEOPLE.start;
    let path = path.replace("ID", "\" .. id .. \"");
    format!("for id = {start} + place, {}, {threads} do\n{}end\n", start + count - 1, get(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_shared_out_among_the_threads() {
        let script = Load::People { count: 100 }.script(Server::Lately, 2);
        let line = "for id = 20001 + place, 20100, 2 do\n\
                    add(\"GET\", \"/rest/\" .. id .. \"/bench\" .. id .. \"/im.recent.get\")\nend\n";
        assert!(script.contains(line), "{script}");
    }

    #[test]
    fn a_script_makes_the_secrets_that_the_town_has() {
        let path = recent_of("7");
        assert_eq!(path, format!("{}im.recent.get", town::webhook_path(7)));
    }

    #[test]
    fn a_wrong_answer_is_no_figure() {
        assert!(Load::Synced.judge("{\"result\":[],\"removed\":[]}").is_ok());
        assert!(Load::Synced.judge("{\"result\":[{}]}").is_err());
        assert!(Load::Send { members: 2 }.judge("{\"result\":7}").is_ok());
        assert!(Load::Look.judge("{\"error\":\"NO\"}").is_err());
    }

    #[test]
    fn only_connections_with_a_person_each_have_a_thread_each() {
        assert_eq!(Load::PokeAndLook.threads(8), 8);
        assert_eq!(Load::Synced.threads(64), 2);
        assert_eq!(Load::Synced.threads(1), 1);
    }
}
