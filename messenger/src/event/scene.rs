//! What there is to show of an event, read from one state of the portal.

use lately_model::{Chat, ChatKind, Event, Message, MessageId, Moment, Notification, User, UserId};
use lately_store::{Page, Part};

use super::{Hearer, Teller};
use crate::Error;
use crate::dialog::{fill_names, shown_users};
use crate::file::{self, ShownFile};
use crate::link::Signer;

/// How many messages a read tells of one by one.
pub(super) const VIEWED: i64 = 100;

/// How many notifications that were marked at once are told one by one.
const MARKED: i64 = 500;

/// Of how many members a message tells by number; of more it tells none, since every listener would get the whole list.
const NAMED: i64 = 100;

/// What an event is about. What does not belong to it is empty.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// When it was read.
    pub now: Moment,
    /// Where it happened.
    pub chat: Option<Chat>,
    /// The message, names filled in.
    pub message: Option<Message>,
    /// The newest message now, names filled in: for what shows a whole row.
    pub last: Option<Message>,
    /// The people whom it shows, by number.
    pub users: Vec<User>,
    /// The files of its message, with their authors' names.
    pub files: Vec<ShownFile>,
    /// Who signs links to them; there is one if there are files whose bytes are here.
    pub signer: Option<Signer>,
    /// The members, in a chat that is not too large.
    pub members: Vec<UserId>,
    /// The managers.
    pub managers: Vec<UserId>,
    /// The messages that were read, or marked.
    pub seen: Vec<MessageId>,
    /// The message before a new one; zero for none.
    pub previous: MessageId,
    /// What its message has as a notification.
    pub notification: Option<Notification>,
}

impl Scene {
    /// A person whom it shows.
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// Whether a hearer may know: nobody hears of messages from before their time.
    pub(super) fn shown_to(&self, event: &Event, hearer: &Hearer) -> bool {
        let (Event::Said(_, message)
        | Event::Edited(_, message)
        | Event::Dressed(_, message)
        | Event::Deleted(_, message, _)
        | Event::Liked(_, message, ..)) = event
        else {
            return true;
        };
        hearer.seat.as_ref().is_some_and(|seat| *message >= seat.member.first_visible_id)
    }
}

impl Teller<'_> {
    /// `None` when nothing is left of it.
    pub(crate) fn scene(&self, event: &Event) -> Result<Option<Scene>, Error> {
        let mut scene = Scene { now: self.now, ..Scene::default() };
        if let Some(chat) = event.chat() {
            let Some(chat) = self.snapshot.chat(chat)? else { return Ok(None) };
            scene.chat = Some(chat);
        }
        match event {
            Event::Said(chat, id) => {
                if !self.message(&mut scene, *id)? {
                    return Ok(None);
                }
                let before = self.snapshot.position_at(*chat, MessageId(id.0 - 1))?;
                scene.previous = before.map_or(MessageId(0), |(before, _)| before);
            }
            Event::Edited(_, id) | Event::Dressed(_, id) | Event::Liked(_, id, ..)
                if !self.message(&mut scene, *id)? =>
            {
                return Ok(None);
            }
            Event::Deleted(_, id, complete) => {
                let there = self.message(&mut scene, *id)?;
                if *complete || !there {
                    self.last(&mut scene)?;
                }
            }
            Event::Notified(chat, id) | Event::NotificationGone(chat, id) => {
                if let Some((mut message, notification)) = self.snapshot.notification(*chat, *id)? {
                    scene.users = shown_users(self.snapshot, std::iter::once(&message))?;
                    fill_names(self.snapshot, &mut message)?;
                    scene.message = Some(message);
                    scene.notification = Some(notification);
                } else if matches!(event, Event::Notified(..)) {
                    return Ok(None);
                }
            }
            Event::Read(chat, reader, from, upto) => {
                let seen = self.snapshot.authors_between(*chat, *from, *upto, VIEWED)?;
                scene.seen =
                    seen.into_iter().filter(|(_, author)| author != reader).map(|(id, _)| id).collect();
                scene.users.extend(self.snapshot.user(*reader)?);
            }
            Event::NotificationsMarkedFrom(chat, from, _) => {
                let newest = self.snapshot.notifications(*chat, Part::All, MessageId(i64::MAX), MARKED)?;
                scene.seen =
                    newest.into_iter().map(|(message, _)| message.id).filter(|id| id >= from).collect();
                scene.seen.reverse();
            }
            Event::Joined(_, users) => {
                scene.users = self.snapshot.users(users)?;
                self.last(&mut scene)?;
            }
            Event::Pinned(..) | Event::Marked(..) | Event::Muted(..) => self.last(&mut scene)?,
            Event::Status(user) | Event::Person(user) => scene.users.extend(self.snapshot.user(*user)?),
            _ => {}
        }
        self.people(&mut scene, event)?;
        Ok(Some(scene))
    }

    /// False when it was deleted completely since then.
    fn message(&self, scene: &mut Scene, id: MessageId) -> Result<bool, Error> {
        let Some(mut message) = self.snapshot.message(id)? else { return Ok(false) };
        for file in self.snapshot.files_of(std::slice::from_ref(&message))? {
            scene.files.push(file::named(self.snapshot, file)?);
        }
        if !scene.files.is_empty() {
            let key = self.snapshot.link_key()?;
            scene.signer = (!key.is_empty()).then(|| Signer::new(key, UserId(0), self.now));
        }
        scene.users = shown_users(self.snapshot, std::iter::once(&message))?;
        fill_names(self.snapshot, &mut message)?;
        scene.message = Some(message);
        Ok(true)
    }

    fn last(&self, scene: &mut Scene) -> Result<(), Error> {
        let Some(chat) = &scene.chat else { return Ok(()) };
        let newest = self.snapshot.messages(chat.id, Page::Newest, MessageId(0), 1)?;
        let Some(mut last) = newest.into_iter().next() else { return Ok(()) };
        scene.users.extend(self.snapshot.user(last.author_id)?);
        fill_names(self.snapshot, &mut last)?;
        scene.last = Some(last);
        Ok(())
    }

    /// The two of a private chat, the author of a like, and the members of a small chat where a message says who they are.
    fn people(&self, scene: &mut Scene, event: &Event) -> Result<(), Error> {
        let Some(chat) = &scene.chat else { return Ok(()) };
        let mut more: Vec<UserId> = chat.pair.into_iter().flat_map(|(low, high)| [low, high]).collect();
        match event {
            Event::Liked(_, _, user, _) | Event::Parted(_, user) => more.push(*user),
            Event::Said(..) if chat.kind != ChatKind::Private && chat.user_count <= NAMED => {
                scene.members = self.snapshot.member_ids(chat.id)?;
            }
            Event::Owned(_) => {
                let members = self.snapshot.members(chat.id, 1000)?;
                let manager = |member: &lately_model::Member| {
                    (member.manager || member.user_id == chat.owner_id).then_some(member.user_id)
                };
                scene.managers = members.iter().filter_map(manager).collect();
            }
            _ => {}
        }
        for user in more {
            scene.users.extend(self.snapshot.user(user)?);
        }
        scene.users.sort_unstable_by_key(|user| user.id);
        scene.users.dedup_by_key(|user| user.id);
        Ok(())
    }
}
