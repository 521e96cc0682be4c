//! Commands of bots: registered, given by a button, answered; and the context that somebody brings to a bot.
//!
//! Must hold: a command is given where its bot is, or anywhere if it is a common one; where its bot is not, only a message
//! that gave it is answered, so that nobody writes into foreign chats by guessing numbers.

use lately_model::bot::{CommandWay, Given};
use lately_model::command::{self, CommandPhrase, LANGUAGES, PER_BOT, PHRASE_CHARS};
use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    BotCommand, BotEvent, BotHappening, BotOwner, Chat, ChatId, CommandId, Dialect, DialogId, Member,
    Message, MessageId, Moment, User, UserId, UserKind, text,
};
use lately_store::{NewMessage, Snapshot, Tx};
use serde_json::Value;

use crate::bot::told::{may_command, tell_one};
use crate::bot::{BotRefusal, KnownBot, book, no, owned};
use crate::dialog;
use crate::message::{MessageDraft, draft_params, said};
use crate::user::{acting, may_meet};
use crate::{Error, Messenger, Refusal};

/// How many characters of what stands behind a command are passed on.
const PARAMS_CHARS: usize = 4000;

/// How many commands are offered at most.
const OFFERED: usize = 1000;

/// A change to a command. What is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct CommandEdit {
    /// What it is called, as written.
    pub name: Option<String>,
    /// Where a bot of the first generation is told of it.
    pub url: Option<String>,
    /// Whether it can be given where the bot is not.
    pub common: Option<bool>,
    /// Whether it is not offered.
    pub hidden: Option<bool>,
    /// Whether guests from outside can give it.
    pub extranet: Option<bool>,
    /// What it is called in some languages; in others it stays.
    pub phrases: Vec<PhraseEdit>,
}

/// A change to what a command is called in one language.
#[derive(Debug, Clone, Default)]
pub struct PhraseEdit {
    /// The language.
    pub language: String,
    /// What it does; what is empty is no longer said.
    pub title: String,
    /// What may stand behind it.
    pub params: Option<String>,
}

impl From<&CommandPhrase> for PhraseEdit {
    fn from(phrase: &CommandPhrase) -> Self {
        let CommandPhrase { language, title, params } = phrase.clone();
        Self { language, title, params: Some(params) }
    }
}

impl Messenger {
    /// `imbot.command.register`, `imbot.v2.Command.register`. A name that the bot has already answers that command,
    /// unchanged.
    pub async fn register_command(
        &self,
        caller: UserId,
        owner: BotOwner,
        dialect: Dialect,
        command: BotCommand,
    ) -> Result<BotCommand, Error> {
        self.store
            .write(move |tx| {
                acting(tx, caller)?;
                owned(tx, &owner, dialect, command.bot)?;
                let name =
                    command::name(&command.name).ok_or_else(|| no(dialect, BotRefusal::CommandMalformed))?;
                let known = tx.commands_of(command.bot)?;
                if let Some(same) = known.iter().find(|known| known.name == name) {
                    return Ok(same.clone());
                }
                if i64::try_from(known.len()).unwrap_or(PER_BOT) >= PER_BOT {
                    return Err(no(dialect, BotRefusal::TooManyCommands));
                }
                let phrases =
                    said_anew(&[], &command.phrases.iter().map(PhraseEdit::from).collect::<Vec<_>>());
                let mut made = BotCommand { name, phrases, ..command.clone() };
                made.id = tx.add_command(&made)?;
                Ok(made)
            })
            .await
    }

    /// `imbot.command.update`, `imbot.v2.Command.update`.
    pub async fn edit_command(
        &self,
        caller: UserId,
        owner: BotOwner,
        dialect: Dialect,
        (bot, id): (Option<UserId>, CommandId),
        edit: CommandEdit,
    ) -> Result<BotCommand, Error> {
        self.store
            .write(move |tx| {
                acting(tx, caller)?;
                let before = owned_command(tx, &owner, dialect, bot, id)?;
                let mut after = before.clone();
                if let Some(name) = &edit.name {
                    after.name =
                        command::name(name).ok_or_else(|| no(dialect, BotRefusal::CommandMalformed))?;
                    let others = tx.commands_of(before.bot)?;
                    if others.iter().any(|other| other.id != id && other.name == after.name) {
                        return Err(no(dialect, BotRefusal::CommandTaken));
                    }
                }
                if let Some(url) = &edit.url {
                    after.url.clone_from(url);
                }
                after.common = edit.common.unwrap_or(before.common);
                after.hidden = edit.hidden.unwrap_or(before.hidden);
                after.extranet = edit.extranet.unwrap_or(before.extranet);
                after.phrases = said_anew(&before.phrases, &edit.phrases);
                if after != before {
                    tx.update_command(&after)?;
                }
                Ok(after)
            })
            .await
    }

    /// `imbot.command.unregister`, `imbot.v2.Command.unregister`.
    pub async fn unregister_command(
        &self,
        caller: UserId,
        owner: BotOwner,
        dialect: Dialect,
        (bot, id): (Option<UserId>, CommandId),
    ) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                acting(tx, caller)?;
                owned_command(tx, &owner, dialect, bot, id)?;
                Ok(tx.remove_command(id)?)
            })
            .await
    }

    /// `imbot.v2.Command.list`: the commands of the owner's bot, by number.
    pub async fn commands_of(&self, owner: BotOwner, bot: UserId) -> Result<Vec<BotCommand>, Error> {
        self.store
            .read(move |snapshot| {
                owned(snapshot, &owner, Dialect::V2, bot)?;
                Ok(snapshot.commands_of(bot)?)
            })
            .await
    }

    /// The commands that a person can give in a dialog where they can write, each with its bot's name: those of the bots
    /// that are there, then the common ones of others. Hidden ones are none of them.
    pub async fn offered_commands(
        &self,
        user: UserId,
        dialog: DialogId,
    ) -> Result<Vec<(BotCommand, String)>, Error> {
        let book = std::sync::Arc::clone(&self.book);
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let Some(place) = writable(snapshot, &actor, dialog)? else { return Ok(Vec::new()) };
                let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
                for known in book.within(snapshot)?.iter().filter(|known| !known.commands.is_empty()) {
                    let inside = place.has(snapshot, known.program.bot)?;
                    let open = known.commands.iter().filter(|command| !command.hidden);
                    let mut may = open.filter(|command| may_command(command, &actor, inside)).peekable();
                    if may.peek().is_none() || !listens(snapshot, known)? {
                        continue;
                    }
                    let name = snapshot.user(known.program.bot)?.map(|bot| bot.name()).unwrap_or_default();
                    let offered = if inside { &mut here } else { &mut elsewhere };
                    offered.extend(may.map(|command| (command.clone(), name.clone())));
                }
                here.append(&mut elsewhere);
                here.truncate(OFFERED);
                Ok(here)
            })
            .await
    }

    /// `im.message.command`: gives a bot a command about a message that the caller sees, as a button of it does.
    pub async fn command(
        &self,
        user: UserId,
        id: MessageId,
        bot: UserId,
        (name, params): (String, String),
    ) -> Result<(), Error> {
        let (now, book) = (self.now(), std::sync::Arc::clone(&self.book));
        let params = text::clip(&params.replace('\0', ""), PARAMS_CHARS);
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (message, chat) = said(tx, user, id)?.ok_or(Refusal::MessageIdEmpty)?;
                let member = tx.member(chat.id, user)?.ok_or(Refusal::MessageIdEmpty)?;
                if message.id < member.first_visible_id {
                    return Err(Error::from(Refusal::MessageIdEmpty));
                }
                let there = tx.user(bot)?.filter(|bot| bot.active && bot.kind == UserKind::Bot).is_some();
                let inside = there && tx.member(chat.id, bot)?.is_some();
                let bots = book.within(tx)?;
                let known = book::find(&bots, bot);
                let common = known.is_some_and(|bot| bot.commands.iter().any(|command| command.common));
                if !(inside || (there && common)) {
                    return Err(Refusal::NoSuchBot.into());
                }
                let wanted = command::name(&name).ok_or(Refusal::NoSuchCommand)?;
                let known = known.ok_or(Refusal::NoSuchCommand)?;
                let command = known.commands.iter().find(|command| command.name == wanted);
                let command = command.filter(|command| may_command(command, &actor, inside));
                let command = command.ok_or(Refusal::NoSuchCommand)?;
                let given =
                    Given { id: command.id, name: wanted, params: params.clone(), way: CommandWay::Keyboard };
                give(tx, known, command, (&chat, &message, &actor), given, now)
            })
            .await
    }

    /// `imbot.command.answer`, `imbot.v2.Command.answer`: the bot's answer to a command, in the chat of the message that
    /// gave it, whether the bot is there or not; that must be `dialog`, if it is said. Answers the number of the new
    /// message.
    pub async fn answer_command(
        &self,
        owner: BotOwner,
        dialect: Dialect,
        (bot, command): (Option<UserId>, CommandNamed),
        (id, dialog): (MessageId, Option<DialogId>),
        draft: MessageDraft,
    ) -> Result<MessageId, Error> {
        let params = draft_params(&draft)?;
        let text = text::normalise(&draft.text);
        if text.is_empty() && !params.contains_key("ATTACH") {
            return Err(no(dialect, BotRefusal::MessageEmpty));
        }
        let (now, bare, said) = (self.now(), draft.bare, text.clone());
        let sent = self
            .store
            .write(move |tx| {
                let command = match &command {
                    CommandNamed::Number(id) => owned_command(tx, &owner, dialect, bot, *id)?,
                    CommandNamed::Name(name) => named_command(tx, &owner, dialect, name)?,
                };
                let actor = acting(tx, command.bot)?;
                let message = tx.message(id)?.ok_or_else(|| no(dialect, BotRefusal::NoSuchMessage))?;
                let chat = tx.chat(message.chat_id)?;
                let chat = chat.ok_or_else(|| no(dialect, BotRefusal::NoSuchMessage))?;
                let member = tx.member(chat.id, actor.id)?;
                let there = dialog.is_none_or(|dialog| match dialog {
                    DialogId::Chat(id) => id == chat.id,
                    DialogId::User(peer) => member.is_some() && chat.peer_of(actor.id) == Some(peer),
                    DialogId::Workgroup(_) | DialogId::Crm(_) => false,
                });
                if !there || !answerable(tx, &command, &message, member.as_ref())? {
                    return Err(no(dialect, BotRefusal::NotGiven));
                }
                let message = NewMessage {
                    chat_id: chat.id,
                    author_id: if draft.system { UserId(0) } else { actor.id },
                    actor_id: actor.id,
                    date: now,
                    text: text.clone(),
                    params: params.clone(),
                    counts: true,
                    ..NewMessage::default()
                };
                Ok::<_, Error>(tx.append_to(chat, member, &message)?.id)
            })
            .await?;
        if !bare {
            self.urls.want(sent, &said);
        }
        Ok(sent)
    }

    /// `im.v2.Chat.Bot.sendContext`: passes on what somebody brought along to the bot of a private dialog, or to those of a
    /// group chat.
    pub async fn send_context(&self, user: UserId, dialog: DialogId, context: Value) -> Result<(), Error> {
        let (now, book) = (self.now(), std::sync::Arc::clone(&self.book));
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let chat = dialog::open(tx, &actor, dialog, now)?;
                tx.member(chat.id, user)?.ok_or(Refusal::NoAccess)?;
                let bots = book.within(tx)?;
                let mut found = chat.peer_of(user).map_or(Ok(false), |peer| is_bot(tx, peer))?;
                for known in bots.iter() {
                    let (bot, dialect) = (known.program.bot, known.program.dialect);
                    if tx.member(chat.id, bot)?.is_none() {
                        continue;
                    }
                    found = true;
                    let (code, happened) =
                        (known.program.code.clone(), BotHappening::Context(context.clone()));
                    let event = BotEvent { bot, code, dialect, chat: chat.id, user, happened };
                    tell_one(tx, known, "", &event, now)?;
                }
                if found { Ok(()) } else { Err(Refusal::NoSuchBot.into()) }
            })
            .await
    }
}

/// How whoever answers names the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandNamed {
    /// By number.
    Number(CommandId),
    /// By its name, among those of the owner's bots.
    Name(String),
}

/// Where somebody writes: a chat, or a private dialog in which nobody has written yet.
enum Place {
    Chat(ChatId),
    Unbegun(UserId),
}

impl Place {
    fn has(&self, snapshot: &Snapshot<'_>, bot: UserId) -> Result<bool, Error> {
        match self {
            Self::Chat(chat) => Ok(snapshot.member(*chat, bot)?.is_some()),
            Self::Unbegun(peer) => Ok(*peer == bot),
        }
    }
}

/// The place behind an address. `None` where one may read and not write.
fn writable(snapshot: &Snapshot<'_>, actor: &User, dialog: DialogId) -> Result<Option<Place>, Error> {
    if let Some(chat) = dialog::readable(snapshot, actor, dialog)? {
        let role = dialog::role_in(snapshot, &chat, actor.id)?;
        let may = verdict(actor, role, &chat, Act::Post) == Verdict::Allowed;
        return Ok(may.then_some(Place::Chat(chat.id)));
    }
    let DialogId::User(peer) = dialog else { return Err(Refusal::NoAccess.into()) };
    let other = snapshot.user(peer)?.ok_or(Refusal::NoAccess)?;
    if may_meet(snapshot, actor, &other)? {
        Ok(Some(Place::Unbegun(peer)))
    } else {
        Err(Refusal::NoAccess.into())
    }
}

/// Whether a bot's program is told of anything: that of an application is not before the installation is finished.
fn listens(snapshot: &Snapshot<'_>, known: &KnownBot) -> Result<bool, Error> {
    let owner = &known.program.owner;
    Ok(owner.application_token().is_some() || snapshot.app(owner.app())?.is_some_and(|app| app.installed))
}

fn is_bot(snapshot: &Snapshot<'_>, user: UserId) -> Result<bool, Error> {
    Ok(snapshot.user(user)?.is_some_and(|user| user.active && user.kind == UserKind::Bot))
}

fn give(
    tx: &mut Tx<'_>,
    known: &KnownBot,
    command: &BotCommand,
    (chat, message, actor): (&Chat, &Message, &User),
    given: Given,
    now: Moment,
) -> Result<(), Error> {
    let (bot, dialect, code) = (known.program.bot, known.program.dialect, known.program.code.clone());
    let happened = BotHappening::Commanded(message.id, given);
    let event = BotEvent { bot, code, dialect, chat: chat.id, user: actor.id, happened };
    Ok(tell_one(tx, known, &command.url, &event, now)?)
}

/// Whether a bot may answer a message: where it is and sees it, always; elsewhere what is its own, with buttons, and what
/// gives the command, if its author may give it there.
fn answerable(
    snapshot: &Snapshot<'_>,
    command: &BotCommand,
    message: &Message,
    member: Option<&Member>,
) -> Result<bool, Error> {
    let sees = member.is_some_and(|member| member.first_visible_id <= message.id);
    if sees || message.actor_id == command.bot {
        return Ok(true);
    }
    if !command::given(&message.text).iter().any(|(name, _)| *name == command.name) {
        return Ok(false);
    }
    let author = snapshot.user(message.actor_id)?;
    Ok(author.is_some_and(|author| may_command(command, &author, member.is_some())))
}

fn owned_command(
    snapshot: &Snapshot<'_>,
    owner: &BotOwner,
    dialect: Dialect,
    bot: Option<UserId>,
    id: CommandId,
) -> Result<BotCommand, Error> {
    if let Some(bot) = bot {
        owned(snapshot, owner, dialect, bot)?;
    }
    let command = snapshot.command(id)?.ok_or_else(|| no(dialect, BotRefusal::NoSuchCommand))?;
    if bot.is_some_and(|bot| bot != command.bot) {
        return Err(no(dialect, BotRefusal::NoSuchCommand));
    }
    owned(snapshot, owner, dialect, command.bot)?;
    Ok(command)
}

fn named_command(
    snapshot: &Snapshot<'_>,
    owner: &BotOwner,
    dialect: Dialect,
    written: &str,
) -> Result<BotCommand, Error> {
    let name = command::name(written).ok_or_else(|| no(dialect, BotRefusal::NoSuchCommand))?;
    for program in snapshot.bots_of(owner)? {
        if let Some(command) = snapshot.commands_of(program.bot)?.into_iter().find(|one| one.name == name) {
            return Ok(command);
        }
    }
    Err(no(dialect, BotRefusal::NoSuchCommand))
}

/// The phrases after a change, each within its bounds.
fn said_anew(before: &[CommandPhrase], edits: &[PhraseEdit]) -> Vec<CommandPhrase> {
    let mut phrases = before.to_vec();
    for edit in edits {
        let language = clipped(&edit.language).to_lowercase();
        let place = phrases.iter().position(|known| known.language == language);
        let known = place.map(|place| phrases.remove(place));
        let params = edit.params.as_deref().map(clipped).or(known.map(|known| known.params));
        let (title, params) = (clipped(&edit.title), params.unwrap_or_default());
        if !title.is_empty() && !language.is_empty() && phrases.len() < LANGUAGES {
            phrases.push(CommandPhrase { language, title, params });
        }
    }
    phrases
}

fn clipped(said: &str) -> String {
    text::clip(said.replace('\0', "").trim(), PHRASE_CHARS)
}
