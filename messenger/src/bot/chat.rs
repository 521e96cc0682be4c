//! A chat as a bot in it finds it.
//!
//! Must hold: a bot sees only chats that it is a member of, also where people may look into others.

use lately_model::{DialogId, FolderId, Owner, User, UserId};
use lately_store::{MemberOrder, Snapshot};

use crate::dialog::{self, DialogPage};
use crate::event::Scene;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// What there is to show of a chat.
#[derive(Debug)]
pub struct BotChat {
    /// The chat and the bot's place in it.
    pub page: DialogPage,
    /// Whoever is at the other end of a private chat.
    pub scene: Scene,
    /// Where its files lie, if anywhere.
    pub folder: FolderId,
}

impl Messenger {
    /// `imbot.v2.Chat.get`. Opening the dialog with somebody for the first time makes its chat.
    pub async fn bot_chat(&self, bot: UserId, dialog: DialogId) -> Result<BotChat, Error> {
        let page = self.dialog(bot, dialog).await?;
        if page.view.member.is_none() {
            return Err(Refusal::NoAccess.into());
        }
        let (chat, peer) = (page.view.chat.id, page.view.chat.peer_of(bot));
        let beside = self.store.read(move |snapshot| {
            let folder = snapshot.folder_of(Owner::Chat(chat))?.map_or(FolderId(0), |folder| folder.id);
            let peer = peer.map(|peer| snapshot.user(peer)).transpose()?.flatten();
            Ok::<_, Error>((folder, peer))
        });
        let (folder, peer) = beside.await?;
        let scene = Scene { users: peer.into_iter().collect(), ..Scene::default() };
        Ok(BotChat { page, scene, folder })
    }

    /// `imbot.v2.Chat.User.list`: up to `limit` members of a group.
    pub async fn bot_members(
        &self,
        bot: UserId,
        dialog: DialogId,
        order: (MemberOrder, bool),
        limit: i64,
    ) -> Result<Vec<User>, Error> {
        self.store.read(move |snapshot| members(snapshot, bot, dialog, order, limit)).await
    }
}

fn members(
    snapshot: &Snapshot<'_>,
    bot: UserId,
    dialog: DialogId,
    order: (MemberOrder, bool),
    limit: i64,
) -> Result<Vec<User>, Error> {
    acting(snapshot, bot)?;
    let chat = dialog::find(snapshot, bot, dialog)?.ok_or(Refusal::NoAccess)?;
    snapshot.member(chat.id, bot)?.ok_or(Refusal::NoAccess)?;
    Ok(snapshot.member_users_by(chat.id, order, limit)?)
}
