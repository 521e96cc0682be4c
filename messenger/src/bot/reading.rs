//! What a bot reads: messages by their numbers, what is around one, and how far it has read.
//!
//! Must hold: only bots that hear everything read what was not told to them; a bot sees what a member sees, from its own
//! first message on.

use lately_model::bot::hears_all;
use lately_model::{Dialect, DialogId, Member, Message, MessageId, User, UserId};
use lately_store::{Page, Snapshot};

use super::{BotRefusal, no};
use crate::dialog::{self, ReadPosition, fill_names, shown_users};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// How many messages that are read now are told one by one.
const VIEWED: i64 = 100;

/// Messages on either side of one.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The messages, oldest first, names filled in.
    pub messages: Vec<Message>,
    /// Who wrote them, and whom they are about.
    pub users: Vec<User>,
    /// Whether there are older ones.
    pub before: bool,
    /// Whether there are newer ones.
    pub after: bool,
    /// Up to where the bot has read.
    pub read: MessageId,
}

impl Messenger {
    /// `imbot.v2.Chat.Message.getContext`: a message with up to `range` others before it and as many after it;
    /// `imbot.v2.Chat.Message.get`: with none.
    pub async fn bot_context(&self, bot: UserId, id: MessageId, range: i64) -> Result<Context, Error> {
        self.store
            .read(move |snapshot| {
                let (message, member) = message(snapshot, bot, id)?;
                context(snapshot, message, &member, range)
            })
            .await
    }

    /// `imbot.v2.Chat.Message.read`: up to a message of the dialog, or all. Answers also which messages of others were read
    /// by it, the newest of them.
    pub async fn bot_read(
        &self,
        bot: UserId,
        dialog: DialogId,
        upto: Option<MessageId>,
    ) -> Result<(ReadPosition, Vec<MessageId>), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                acting(tx, bot)?;
                let chat = dialog::find(tx, bot, dialog)?.ok_or(Refusal::NoAccess)?;
                let member = tx.member(chat.id, bot)?.ok_or(Refusal::NoAccess)?;
                if let Some(upto) = upto {
                    let there = tx.message(upto)?.filter(|message| message.chat_id == chat.id);
                    there
                        .filter(|message| message.id >= member.first_visible_id)
                        .ok_or_else(|| no(Dialect::V2, BotRefusal::NoSuchMessage))?;
                }
                let last_id = tx.mark_read(&member, upto, now)?;
                let seen = tx.authors_between(chat.id, member.last_read_id, last_id, VIEWED)?;
                let seen = seen.into_iter().filter(|(_, author)| *author != bot).map(|(id, _)| id).collect();
                let counter = tx.seat(chat.id, bot)?.map_or(0, |seat| chat.ordinal - seat.settled);
                Ok::<_, Error>((ReadPosition { chat_id: chat.id, last_id, counter }, seen))
            })
            .await
    }
}

/// A message that a bot may read by its number, and the bot's place in the chat.
fn message(snapshot: &Snapshot<'_>, bot: UserId, id: MessageId) -> Result<(Message, Member), Error> {
    let user = acting(snapshot, bot)?;
    if !user.bot.is_some_and(|bot| hears_all(&bot.kind)) {
        return Err(no(Dialect::V2, BotRefusal::KindMayNot));
    }
    let message = snapshot.message(id)?.ok_or_else(|| no(Dialect::V2, BotRefusal::NoSuchMessage))?;
    let chat = dialog::find(snapshot, bot, DialogId::Chat(message.chat_id))?;
    let member = chat.map(|chat| snapshot.member(chat.id, bot)).transpose()?.flatten();
    let member = member.filter(|member| member.first_visible_id <= message.id);
    Ok((message, member.ok_or_else(|| no(Dialect::V2, BotRefusal::MessageHidden))?))
}

fn context(snapshot: &Snapshot<'_>, centre: Message, member: &Member, range: i64) -> Result<Context, Error> {
    let (chat, first, most) = (member.chat_id, member.first_visible_id, range.saturating_add(1));
    let mut older = snapshot.messages(chat, Page::Before(centre.id), first, most)?;
    let mut newer = snapshot.messages(chat, Page::After(centre.id), first, most)?;
    let wanted = usize::try_from(range).unwrap_or_default();
    let (before, after) = (older.len() > wanted, newer.len() > wanted);
    older.truncate(wanted);
    newer.truncate(wanted);
    older.reverse();
    let mut messages = older;
    messages.push(centre);
    messages.extend(newer);
    let users = shown_users(snapshot, messages.iter())?;
    for message in &mut messages {
        fill_names(snapshot, message)?;
    }
    Ok(Context { messages, users, before, after, read: member.last_read_id })
}
