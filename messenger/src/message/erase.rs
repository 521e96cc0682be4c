//! Messages that go without a trace.
//!
//! Must hold: nobody takes away without a trace what somebody else said.

use lately_model::{MessageId, Phrase, Role, UserId};
use lately_store::Deletion;

use super::said;
use crate::dialog::role_in;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
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
