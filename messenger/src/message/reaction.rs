//! Likes, for whoever wants to know why one was not set.

use lately_model::{MessageId, UserId};

use super::forward::visible;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
    /// `imbot.v2.Chat.Message.Reaction.add`, `.delete`: likes a message, or no longer. False if that is so already.
    pub async fn react(&self, user: UserId, id: MessageId, set: bool) -> Result<bool, Error> {
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                let mut message = visible(tx, user, id)?.ok_or(Refusal::NoAccess)?;
                let mut likes = message.likes();
                match (likes.binary_search(&user), set) {
                    (Err(place), true) => likes.insert(place, user),
                    (Ok(place), false) => drop(likes.remove(place)),
                    _ => return Ok::<_, Error>(false),
                }
                message.set_likes(&likes);
                tx.like_message(&message, user, set)?;
                Ok(true)
            })
            .await
    }
}
