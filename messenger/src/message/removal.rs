//! Messages taken back by whoever wrote them, or by whoever manages their chat.

use lately_model::{MessageId, Phrase, Role, UserId};
use lately_store::Deletion;

use super::said;
use crate::dialog::role_in;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
    /// `imbot.v2.Chat.Message.delete`: one's own, and as owner or manager of a group any that one can see. `complete` leaves
    /// no trace of it.
    pub async fn take_back(&self, user: UserId, id: MessageId, complete: bool) -> Result<(), Error> {
        let (now, words) = (self.now(), self.language().say(&Phrase::MessageDeleted));
        let how = if complete { Deletion::Complete } else { Deletion::Text };
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                let (message, chat) = said(tx, user, id)?.ok_or(Refusal::MayNotEdit)?;
                let member = tx.member(chat.id, user)?.ok_or(Refusal::MayNotEdit)?;
                let manages = !chat.kind.is_private() && role_in(tx, &chat, user)? >= Role::Manager;
                let sees = message.id >= member.first_visible_id;
                if message.author_id != user && !(manages && sees) {
                    return Err(Error::from(Refusal::MayNotEdit));
                }
                Ok(tx.delete_message(&message, how, &words, now)?)
            })
            .await
    }

    /// `imbot.message.delete` with `COMPLETE`: one's own goes as if it had never been.
    pub async fn delete_completely(&self, user: UserId, id: MessageId) -> Result<(), Error> {
        let (now, words) = (self.now(), self.language().say(&Phrase::MessageDeleted));
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (message, chat) = said(tx, user, id)?.ok_or(Refusal::MayNotEdit)?;
                if message.author_id != actor.id || role_in(tx, &chat, actor.id)? == Role::Guest {
                    return Err(Error::from(Refusal::MayNotEdit));
                }
                Ok(tx.delete_message(&message, Deletion::Complete, &words, now)?)
            })
            .await
    }
}
