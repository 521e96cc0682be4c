//! Who manages a chat beside its owner.
//!
//! Must hold: the owner alone decides, and manages it always.

use lately_model::right::{Act, Verdict, verdict};
use lately_model::{DialogId, UserId};

use super::group;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
    /// `imbot.chat.setManager`: lets a member manage the chat, or no longer. What they are already is fine.
    pub async fn set_manager(
        &self,
        user: UserId,
        dialog: DialogId,
        whom: UserId,
        manager: bool,
    ) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::WrongRequest)?;
                if verdict(&actor, role, &chat, Act::SetManager) != Verdict::Allowed {
                    return Err(Refusal::WrongRequest.into());
                }
                let member = tx.member(chat.id, whom)?.ok_or(Refusal::WrongRequest)?;
                if chat.owner_id == whom && !manager {
                    return Err(Refusal::WrongRequest.into());
                }
                if member.manager != manager {
                    tx.set_managers(chat.id, &[whom], manager)?;
                }
                Ok(())
            })
            .await
    }
}
