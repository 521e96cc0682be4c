//! From what a job did to what bots are told of it.
//!
//! Must hold: a bot hears of its private dialogs, of group chats where it is named, and of everything in its chats if it is
//! of a kind that hears all; never of what it did itself, of what other bots say, nor of the system's messages. A command is
//! told as a command and not as a message too.

use lately_model::{
    BotCommand, BotEvent, BotHappening, Chat, ChatId, ChatKind, Errand, Event, HandlerId, Message, MessageId,
    Moment, User, UserId, UserKind, bot, command, preview,
};
use lately_store::{Entry, StoreError, Tx};

use super::book::{Book, Known};

/// Tells bots of what this transaction's job did so far.
pub(crate) fn tell(tx: &mut Tx<'_>, book: &Book, now: Moment) -> Result<(), StoreError> {
    if tx.events().is_empty() && tx.entries().is_empty() {
        return Ok(());
    }
    let bots = book.within(tx)?;
    if bots.is_empty() {
        return Ok(());
    }
    let (events, entries) = (tx.events().to_vec(), tx.entries().to_vec());
    let mut teller = Teller { tx, bots: &bots, now };
    for entry in &entries {
        teller.entered(entry)?;
    }
    for event in &events {
        match event {
            Event::Said(chat, message) => teller.said(*chat, *message, true)?,
            Event::Edited(chat, message) => teller.said(*chat, *message, false)?,
            Event::Deleted(chat, message, _) => teller.deleted(*chat, *message)?,
            Event::Liked(chat, message, user, set) => teller.liked(*chat, *message, (*user, *set))?,
            _ => {}
        }
    }
    Ok(())
}

/// Tells one bot of one thing: calls its program, or keeps it until that fetches it. Of an application whose installation
/// is not finished no bot hears of anything.
pub(crate) fn tell_one(
    tx: &mut Tx<'_>,
    known: &Known,
    command_url: &str,
    event: &BotEvent,
    now: Moment,
) -> Result<(), StoreError> {
    let program = &known.program;
    let name = event.happened.event(program.dialect);
    if name.is_empty() {
        return Ok(());
    }
    let owner = program.owner.app();
    let token = if let Some(token) = program.owner.application_token() {
        token
    } else {
        let Some(app) = tx.app(owner)?.filter(|app| app.installed) else { return Ok(()) };
        app.application_token
    };
    if matches!(event.happened, BotHappening::Said(_) | BotHappening::Commanded(..)) {
        tx.count_told(program.bot)?;
    }
    if program.fetches() {
        return tx.keep_bot_event(event, now);
    }
    let url = program.url(&event.happened, command_url);
    let mut calls = vec![(HandlerId(0), url.to_owned())];
    if !owner.is_none() {
        let handlers = tx.handlers_for(name)?.into_iter();
        let own = handlers.filter(|handler| handler.app == owner && !handler.offline && handler.url != url);
        calls.extend(own.map(|handler| (handler.id, handler.url)));
    }
    let data = serde_json::to_string(event)
        .map_err(|error| StoreError::Corrupt(format!("what a bot is told in JSON: {error}")))?;
    for (handler, url) in calls.into_iter().filter(|(_, url)| !url.is_empty()) {
        let errand = Errand {
            app: owner,
            handler,
            event: name.to_owned(),
            url,
            user: event.user,
            data: data.clone(),
            token: token.clone(),
            date: now,
            due: now,
            ..Errand::default()
        };
        if !tx.add_errand(&errand)? {
            tracing::warn!(bot = program.bot.0, event = name, "a bot is not told: too much waits");
        }
    }
    Ok(())
}

/// Whether somebody may give a command here. `inside` says whether its bot is in the chat.
pub(crate) fn may_command(command: &BotCommand, author: &User, inside: bool) -> bool {
    (inside || command.common) && (command.extranet || !author.is_extranet())
}

struct Teller<'t, 'e> {
    tx: &'t mut Tx<'e>,
    bots: &'t [Known],
    now: Moment,
}

impl Teller<'_, '_> {
    fn said(&mut self, chat: ChatId, id: MessageId, new: bool) -> Result<(), StoreError> {
        let Some(message) = self.tx.message(id)?.filter(|message| !message.deleted) else { return Ok(()) };
        let Some((chat, author)) = self.heard_of(chat, message.author_id)? else { return Ok(()) };
        let named = preview::named_users(&message.text);
        let commands = if new { command::given(&message.text) } else { Vec::new() };
        for known in self.bots {
            let given = self.given(known, &chat, &author, &commands, id)?;
            if !given.is_empty() {
                for (command, params) in given {
                    let given = bot::Given {
                        id: command.id,
                        name: command.name.clone(),
                        params,
                        way: bot::CommandWay::Textarea,
                    };
                    let happened = BotHappening::Commanded(id, given);
                    self.tell(known, &command.url, chat.id, author.id, happened)?;
                }
            } else if self.concerns(known, &chat, &named, id)? {
                let happened = if new { BotHappening::Said(id) } else { BotHappening::Edited(id) };
                self.tell(known, "", chat.id, author.id, happened)?;
            }
        }
        Ok(())
    }

    /// What a text said is gone by now; whom it named is known from before.
    fn deleted(&mut self, chat: ChatId, id: MessageId) -> Result<(), StoreError> {
        let Some(message) = self.tx.gone(id).cloned() else { return Ok(()) };
        let Some((chat, author)) = self.heard_of(chat, message.author_id)? else { return Ok(()) };
        let named = preview::named_users(&message.text);
        for known in self.bots {
            if self.concerns(known, &chat, &named, id)? {
                let happened = BotHappening::Deleted(id, author.id);
                self.tell(known, "", chat.id, author.id, happened)?;
            }
        }
        Ok(())
    }

    fn liked(&mut self, chat: ChatId, id: MessageId, (user, set): (UserId, bool)) -> Result<(), StoreError> {
        let Some(message): Option<Message> = self.tx.message(id)? else { return Ok(()) };
        let Some((chat, user)) = self.heard_of(chat, user)? else { return Ok(()) };
        let mut named = preview::named_users(&message.text);
        named.push(message.author_id);
        for known in self.bots {
            if self.concerns(known, &chat, &named, id)? {
                self.tell(known, "", chat.id, user.id, BotHappening::Liked(id, set))?;
            }
        }
        Ok(())
    }

    fn entered(&mut self, entry: &Entry) -> Result<(), StoreError> {
        for known in self.bots {
            let bot = known.program.bot;
            if bot == entry.host || !entry.users.contains(&bot) {
                continue;
            }
            let Some((chat, host)) = self.heard_of(entry.chat, entry.host)? else { continue };
            self.tell(known, "", chat.id, host.id, BotHappening::Joined)?;
        }
        Ok(())
    }

    /// Where something happened and who did it, if bots hear of that at all.
    fn heard_of(&self, chat: ChatId, user: UserId) -> Result<Option<(Chat, User)>, StoreError> {
        if user.is_none() {
            return Ok(None);
        }
        let Some(user) = self.tx.user(user)?.filter(|user| user.kind != UserKind::Bot) else {
            return Ok(None);
        };
        let chat = self.tx.chat(chat)?.filter(|chat| chat.kind != ChatKind::System);
        Ok(chat.map(|chat| (chat, user)))
    }

    /// Whether what happened to a message of a chat, where these were named, is for this bot.
    fn concerns(
        &self,
        known: &Known,
        chat: &Chat,
        named: &[UserId],
        message: MessageId,
    ) -> Result<bool, StoreError> {
        let private = chat.kind.is_private();
        if !private && !known.hears_all && !named.contains(&known.program.bot) {
            return Ok(false);
        }
        self.inside(known, chat, message)
    }

    /// Whether a bot is where it can see a message.
    fn inside(&self, known: &Known, chat: &Chat, message: MessageId) -> Result<bool, StoreError> {
        let bot = known.program.bot;
        if let Some((low, high)) = chat.pair {
            return Ok(bot == low || bot == high);
        }
        let member = self.tx.member(chat.id, bot)?;
        Ok(member.is_some_and(|member| member.first_visible_id <= message))
    }

    /// Which of the commands of a text are this bot's and may be given here.
    fn given<'k>(
        &self,
        known: &'k Known,
        chat: &Chat,
        author: &User,
        commands: &[(String, String)],
        message: MessageId,
    ) -> Result<Vec<(&'k BotCommand, String)>, StoreError> {
        let mut found = Vec::new();
        for (name, params) in commands {
            if let Some(command) = known.commands.iter().find(|command| command.name == *name) {
                found.push((command, params.clone()));
            }
        }
        if !found.is_empty() {
            let inside = self.inside(known, chat, message)?;
            found.retain(|(command, _)| may_command(command, author, inside));
        }
        Ok(found)
    }

    fn tell(
        &mut self,
        known: &Known,
        command_url: &str,
        chat: ChatId,
        user: UserId,
        happened: BotHappening,
    ) -> Result<(), StoreError> {
        let program = &known.program;
        let (bot, code, dialect) = (program.bot, program.code.clone(), program.dialect);
        let event = BotEvent { bot, code, dialect, chat, user, happened };
        tell_one(self.tx, known, command_url, &event, self.now)
    }
}
