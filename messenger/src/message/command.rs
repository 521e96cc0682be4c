//! A command for a bot about one message.
//!
//! Must hold: nobody hears of a success. Bots come by import only, and none of them can say which commands it knows, so
//! every command is unknown.

use std::convert::Infallible;

use lately_model::{MessageId, UserId, UserKind};

use super::said;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
    /// `im.message.command`: refuses a message that the caller cannot see, a bot that is none or is not in the chat, and
    /// then the command, which no bot knows.
    pub async fn command(&self, user: UserId, id: MessageId, bot: UserId) -> Result<Infallible, Error> {
        self.store
            .read(move |snapshot| {
                acting(snapshot, user)?;
                let (message, chat) = said(snapshot, user, id)?.ok_or(Refusal::MessageIdEmpty)?;
                let member = snapshot.member(chat.id, user)?.ok_or(Refusal::MessageIdEmpty)?;
                if message.id < member.first_visible_id {
                    return Err(Error::from(Refusal::MessageIdEmpty));
                }
                let known = snapshot.user(bot)?.filter(|bot| bot.active && bot.kind == UserKind::Bot);
                if known.is_none() || snapshot.member(chat.id, bot)?.is_none() {
                    return Err(Refusal::NoSuchBot.into());
                }
                Err(Refusal::NoSuchCommand.into())
            })
            .await
    }
}
