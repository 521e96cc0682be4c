//! Who manages a chat beside its owner.
//!
//! Must hold: the owner is always one of them; whoever is not a member is passed over.

use lately_model::right::{Act, Verdict, verdict};
use lately_model::{DialogId, UserId};

use super::{NAMED, group};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
    /// `imbot.v2.Chat.Manager.add`, `.delete`: the owner lets members manage the chat, or no longer.
    pub async fn set_managers(
        &self,
        user: UserId,
        dialog: DialogId,
        who: Vec<UserId>,
        manager: bool,
    ) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::NoAccess)?;
                if verdict(&actor, role, &chat, Act::SetOwner) != Verdict::Allowed {
                    return Err(Error::from(Refusal::NoAccess));
                }
                let mut others = Vec::new();
                for id in who.iter().take(NAMED).filter(|id| **id != chat.owner_id) {
                    let member = tx.member(chat.id, *id)?.filter(|member| member.manager != manager);
                    if member.is_some() && !others.contains(id) {
                        others.push(*id);
                    }
                }
                if others.is_empty() { Ok(()) } else { Ok(tx.set_managers(chat.id, &others, manager)?) }
            })
            .await
    }
}
