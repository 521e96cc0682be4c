//! What somebody found last: kept by them, for them, and shown as far as they may still see it.

use lately_model::recent::Filter;
use lately_model::{Chat, ChatKind, DialogId, Member, User, UserId};
use lately_store::Snapshot;

use crate::dialog;
use crate::user::{acting, may_see};
use crate::{Error, Messenger, Refusal};

/// One dialog that was found.
#[derive(Debug, Clone)]
pub enum FoundDialog {
    /// A person.
    Person(Box<User>),
    /// A chat, with the place that the reader has in it.
    Chat(Box<Chat>, Option<Box<Member>>),
}

impl Messenger {
    /// `im.search.last.get`: the newest first. Of `filter` only the kinds are looked at.
    pub async fn found_last(&self, user: UserId, filter: Filter) -> Result<Vec<FoundDialog>, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let mut found = Vec::new();
                for address in snapshot.found_last(user)? {
                    found.extend(shown(snapshot, &actor, address, filter)?);
                }
                Ok(found)
            })
            .await
    }

    /// `im.search.last.add`: a dialog that the caller may open.
    pub async fn find_last(&self, user: UserId, address: DialogId) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let address = open_to(tx, &actor, address)?.ok_or(Refusal::NoAccess)?;
                Ok(tx.find_last(user, address)?)
            })
            .await
    }

    /// `im.search.last.delete`: what is not there need not be taken away.
    pub async fn forget_found(&self, user: UserId, address: DialogId) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                let address = match dialog::find(tx, user, address)? {
                    Some(chat) => address_of(&chat, user),
                    None => address,
                };
                Ok(tx.forget_found(user, address)?)
            })
            .await
    }
}

/// The one address of a dialog that may be opened; private chats go by the other person.
fn open_to(snapshot: &Snapshot<'_>, actor: &User, address: DialogId) -> Result<Option<DialogId>, Error> {
    if let DialogId::User(id) = address {
        return Ok(visible(snapshot, actor, id)?.map(|_| address));
    }
    Ok(dialog::readable(snapshot, actor, address)?.map(|chat| address_of(&chat, actor.id)))
}

fn address_of(chat: &Chat, user: UserId) -> DialogId {
    chat.peer_of(user).map_or(DialogId::Chat(chat.id), DialogId::User)
}

fn visible(snapshot: &Snapshot<'_>, actor: &User, id: UserId) -> Result<Option<User>, Error> {
    let Some(user) = snapshot.user(id)? else { return Ok(None) };
    Ok(may_see(snapshot, actor, &user)?.then_some(user))
}

fn shown(
    snapshot: &Snapshot<'_>,
    actor: &User,
    address: DialogId,
    filter: Filter,
) -> Result<Option<FoundDialog>, Error> {
    if let DialogId::User(id) = address {
        let user = if filter.takes(ChatKind::Private) { visible(snapshot, actor, id)? } else { None };
        return Ok(user.map(|user| FoundDialog::Person(Box::new(user))));
    }
    let Some(chat) = dialog::readable(snapshot, actor, address)? else { return Ok(None) };
    if !filter.takes(chat.kind) {
        return Ok(None);
    }
    let member = snapshot.member(chat.id, actor.id)?.map(Box::new);
    Ok(Some(FoundDialog::Chat(Box::new(chat), member)))
}
