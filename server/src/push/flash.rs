//! What is told at once or never: who writes, who comes and goes, what clients publish.
//!
//! Must hold: nothing of it is kept; a server that is not reached misses it. Each server tells the others over the bus,
//! and then those who are connected to it.

use std::sync::Arc;
use std::time::Duration;

use lately_model::{AppId, Chat, ChatId, User, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Push;
use super::body::{Body, Letter, Sender};
use super::shape;

/// How often a server says again who is connected to it.
pub const HERE_EVERY: Duration = Duration::from_secs(60);

/// For how many seconds that is believed.
const BELIEVED: i64 = 150;

/// How many people one note names.
const NAMED: usize = 1000;

/// One thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Flash {
    /// Somebody writes in a chat.
    Writing(ChatId, UserId),
    /// A bot does something in a chat.
    Acting {
        /// Where.
        chat: ChatId,
        /// Which bot.
        bot: UserId,
        /// What it does, as a code that clients have words for; `None` is writing.
        code: Option<String>,
        /// For how many seconds that is shown; `None` leaves it to the clients.
        seconds: Option<i64>,
    },
    /// These people are connected.
    Here(Vec<UserId>),
    /// Somebody is not connected any more.
    Gone(UserId),
    /// Somebody looks at a chat without being a member.
    Watching(ChatId, UserId),
    /// An application tells its own clients something.
    OfApp {
        /// Which application.
        app: AppId,
        /// To whom; `None` is to everybody who listens to it.
        to: Option<Vec<UserId>>,
        /// The module.
        module: String,
        /// The command.
        command: String,
        /// Its parameters, a map.
        params: Value,
    },
    /// A client published something to these people.
    Published {
        /// To whom.
        to: Vec<UserId>,
        /// The module.
        module: String,
        /// The command.
        command: String,
        /// Its parameters, a map.
        params: Value,
    },
}

/// What is told of it.
pub(super) enum Flashed {
    /// Something to people.
    Letter(Letter),
    /// Something to the clients of an application.
    OfApp(AppId, Option<Vec<UserId>>, Arc<Body>),
    /// Something to those who watch a person.
    Change(UserId, Arc<Body>),
}

impl Push {
    /// From now on somebody who is not a member hears what happens in a chat, for half an hour.
    pub fn watch(&self, chat: ChatId, user: UserId) {
        self.ears.watches.open(chat, user, self.now());
        self.tell_others(&Flash::Watching(chat, user));
    }

    /// The same for half an hour more. False when they did not watch.
    pub fn watch_on(&self, chat: ChatId, user: UserId) -> bool {
        let watches = self.ears.watches.holds(chat, user, self.now());
        if watches {
            self.watch(chat, user);
        }
        watches
    }

    /// What is to be told of it.
    pub(super) async fn flashed(&self, flash: Flash) -> Vec<Flashed> {
        match flash {
            Flash::Writing(chat, user) => {
                let heard = self.messenger.onlookers(Arc::clone(&self.ears), chat, user).await;
                let Ok(Some(heard)) = heard else { return Vec::new() };
                self.seen_writing(heard, (None, None))
            }
            Flash::Acting { chat, bot, code, seconds } => {
                let heard = self.messenger.onlookers(Arc::clone(&self.ears), chat, bot).await;
                let Ok(Some(heard)) = heard else { return Vec::new() };
                self.seen_writing(heard, (code.as_deref(), seconds))
            }
            Flash::Here(users) => {
                let now = self.now();
                let news = self.hub.heard_here(&users, now, now.plus(BELIEVED));
                news.into_iter().map(|user| self.change(user, true)).collect()
            }
            Flash::Gone(user) => {
                let away = self.hub.heard_gone(user, self.now());
                if away { vec![self.change(user, false)] } else { Vec::new() }
            }
            Flash::Watching(chat, user) => {
                self.ears.watches.open(chat, user, self.now());
                Vec::new()
            }
            Flash::OfApp { app, to, module, command, params } => {
                let extra = shape::extra(self.now(), &self.wire(), to.is_none());
                vec![Flashed::OfApp(app, to, Body::new(&module, &command, params, &extra))]
            }
            Flash::Published { to, module, command, params } => {
                let body = Body::of(Sender::Client, &module, &command, &params, &json!({}));
                let to = to.into_iter().map(|user| (user, None)).collect();
                vec![Flashed::Letter(Letter { variant: 0, body: Arc::new(body), to })]
            }
        }
    }

    /// That somebody writes, or what a bot does instead and for how many seconds.
    fn seen_writing(
        &self,
        (chat, writer, hearers): (Chat, User, Vec<UserId>),
        action: (Option<&str>, Option<i64>),
    ) -> Vec<Flashed> {
        let letters = shape::presence::writing(&chat, &writer, action, &hearers, &self.wire(), self.now());
        letters.into_iter().map(Flashed::Letter).collect()
    }

    /// That somebody came or went.
    pub(super) fn change(&self, user: UserId, online: bool) -> Flashed {
        Flashed::Change(user, shape::presence::changed(user, online, &self.wire(), self.now()))
    }

    /// Says again who is connected here.
    pub(super) fn tell_here(&self) {
        for some in self.hub.everybody().chunks(NAMED) {
            self.tell_others(&Flash::Here(some.to_vec()));
        }
    }
}
