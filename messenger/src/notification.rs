//! Notifications: sent, replaced, read one by one, removed.
//!
//! Must hold: a person's notifications are messages of one chat, which nobody but its owner reads and no dialog leads to;
//! it is made with the first one. A tag is unique within the program and the person: the same again replaces.

mod answer;
mod page;

use lately_model::notification::{REST, TAG_MAX_CHARS};
use lately_model::{
    Chat, ChatKind, Language, MessageId, Moment, Notification, NotificationKind, Phrase, User, UserId, text,
};
use lately_store::{NewChat, NewMessage, TAGGED_AT_ONCE, Tx};
use serde_json::Map;

pub use lately_store::Tagged;
pub use page::{NotificationPage, Place};

use crate::message::{Patch, attached};
use crate::user::{acting, may_meet};
use crate::{Error, Messenger, Refusal, webhook};

/// How many notifications are marked in one transaction.
const MARKED_AT_ONCE: usize = 500;

/// Which program calls: tags of one are nothing to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// The one that goes by this name.
    Named(String),
    /// One without a name: it is told apart by whom it acts for.
    Of(UserId),
}

/// A notification that somebody wants to send.
#[derive(Debug, Clone)]
pub struct NotificationDraft {
    /// To whom.
    pub to: UserId,
    /// Whether it comes from the portal rather than from the caller.
    pub system: bool,
    /// The text as sent.
    pub text: String,
    /// The attachment as sent.
    pub attach: Patch,
    /// The tag; empty for none.
    pub tag: String,
    /// The sub tag; empty for none.
    pub sub_tag: String,
    /// Within which tags are unique.
    pub program: Program,
}

/// Which notifications are marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marked {
    /// These.
    Only(Vec<MessageId>),
    /// This one and all that came later.
    From(MessageId),
}

impl Messenger {
    /// `im.notify` and its two forms. `None` when the reader is unknown, dismissed, or somebody whom the caller may not
    /// meet.
    pub async fn notify(&self, user: UserId, draft: NotificationDraft) -> Result<Option<MessageId>, Error> {
        let text = text::normalise(&draft.text);
        if text.is_empty() {
            return Err(Refusal::MessageEmpty.into());
        }
        let mut params = Map::new();
        if let Some(attach) = attached(&draft.attach)? {
            params.insert("ATTACH".to_owned(), attach);
        }
        let (now, language) = (self.now(), self.language());
        let kind = if draft.system { NotificationKind::System } else { NotificationKind::Personal };
        let notification = Notification {
            kind,
            module: REST.0.to_owned(),
            event: REST.1.to_owned(),
            app: draft.program.key(),
            tag: text::clip(&draft.tag, TAG_MAX_CHARS),
            sub_tag: text::clip(&draft.sub_tag, TAG_MAX_CHARS),
            ..Notification::default()
        };
        let message = NewMessage {
            author_id: if draft.system { UserId(0) } else { user },
            date: now,
            text,
            params,
            counts: true,
            ..NewMessage::default()
        };
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let Some(reader) = reachable(tx, &actor, draft.to)? else { return Ok(None) };
                send(tx, reader, &message, &notification, language, now).map(Some)
            })
            .await
    }

    /// `im.notify.read` and `im.notify.read.list`. Numbers that are not of the caller's notifications are passed over.
    pub async fn mark_notifications(&self, user: UserId, marked: Marked, unread: bool) -> Result<(), Error> {
        let parts = match marked {
            Marked::From(_) => vec![marked],
            Marked::Only(ids) => ids.chunks(MARKED_AT_ONCE).map(|some| Marked::Only(some.to_vec())).collect(),
        };
        for part in parts {
            self.store
                .write(move |tx| {
                    acting(tx, user)?;
                    let Some(chat) = tx.notification_chat(user)? else { return Ok(()) };
                    match &part {
                        Marked::Only(ids) => tx.mark_notifications(&chat, ids, unread)?,
                        Marked::From(from) => tx.mark_notifications_from(&chat, *from, unread)?,
                    }
                    Ok::<_, Error>(())
                })
                .await?;
        }
        Ok(())
    }

    /// `im.notify.read.all`. Answers how many are unread then.
    pub async fn read_notifications(&self, user: UserId) -> Result<i64, Error> {
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                let Some(chat) = tx.notification_chat(user)? else { return Ok(0) };
                tx.mark_notifications_from(&chat, MessageId(0), false)?;
                Ok(tx.notification_counts(chat.id)?.1)
            })
            .await
    }

    /// `im.notify.delete` by number: one of the caller's own. Whether there was one.
    pub async fn remove_notification(&self, user: UserId, id: MessageId) -> Result<bool, Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                let Some(chat) = tx.notification_chat(user)? else { return Ok(false) };
                let Some((message, _)) = tx.notification(chat.id, id)? else { return Ok(false) };
                tx.remove_notification(&message, now)?;
                Ok(true)
            })
            .await
    }

    /// `im.notify.delete` by tag: everybody's that the program made under it. Whether there were any.
    pub async fn remove_tagged(&self, user: UserId, program: Program, tagged: Tagged) -> Result<bool, Error> {
        let (now, app, tagged) = (self.now(), program.key(), clipped(tagged));
        let mut any = false;
        loop {
            let (app, tagged) = (app.clone(), tagged.clone());
            let removed = self.store.write(move |tx| {
                acting(tx, user)?;
                let found = tx.tagged(&app, &tagged, None)?;
                for message in &found {
                    tx.remove_notification(message, now)?;
                }
                Ok::<_, Error>(found.len())
            });
            let removed = removed.await?;
            any |= removed > 0;
            if removed < TAGGED_AT_ONCE {
                return Ok(any);
            }
        }
    }
}

impl Program {
    /// How it stands in the store. Names are something like secrets, so they are not kept as they are.
    fn key(&self) -> String {
        match self {
            Self::Named(name) => text::clip(&webhook::hash(name), 32),
            Self::Of(user) => format!("user{user}"),
        }
    }
}

/// As the store keeps it.
fn clipped(tagged: Tagged) -> Tagged {
    let clip = |word: String| text::clip(&word, TAG_MAX_CHARS);
    match tagged {
        Tagged::Tag(tag) => Tagged::Tag(clip(tag)),
        Tagged::SubTag(tag) => Tagged::SubTag(clip(tag)),
    }
}

/// The reader, if the actor may notify them.
fn reachable(tx: &Tx<'_>, actor: &User, to: UserId) -> Result<Option<UserId>, Error> {
    let Some(reader) = tx.user(to)?.filter(|user| user.active) else { return Ok(None) };
    Ok(may_meet(tx, actor, &reader)?.then_some(reader.id))
}

/// Writes a notification into its reader's chat; those with the same tag go.
pub(crate) fn send(
    tx: &mut Tx<'_>,
    reader: UserId,
    message: &NewMessage,
    notification: &Notification,
    language: Language,
    now: Moment,
) -> Result<MessageId, Error> {
    let chat = notification_chat(tx, reader, language, now)?;
    if !notification.tag.is_empty() {
        let tagged = Tagged::Tag(notification.tag.clone());
        for replaced in tx.tagged(&notification.app, &tagged, Some(chat.id))? {
            tx.remove_notification(&replaced, now)?;
        }
    }
    Ok(tx.notify(&NewMessage { chat_id: chat.id, ..message.clone() }, notification)?)
}

/// The chat of a person's notifications, made as needed.
fn notification_chat(
    tx: &mut Tx<'_>,
    reader: UserId,
    language: Language,
    now: Moment,
) -> Result<Chat, Error> {
    if let Some(chat) = tx.notification_chat(reader)? {
        return Ok(chat);
    }
    let chat = Chat {
        kind: ChatKind::System,
        title: language.say(&Phrase::Notifications),
        owner_id: reader,
        created_at: now,
        ..Chat::default()
    };
    Ok(tx.create_chat(&NewChat { chat, members: vec![(reader, false)] }, now)?)
}
