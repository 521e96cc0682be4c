//! Answering a notification, and choosing one of its buttons.
//!
//! Must hold: whoever sent it is notified of the answer or the choice, in the same transaction. A choice is made once: it
//! takes the notification away.

use lately_model::notification::{ANSWER, CONFIRM};
use lately_model::{
    Chat, Language, Message, MessageId, Moment, Notification, NotificationKind, UserId, preview, text,
};
use lately_store::{NewMessage, Tx};

use super::send;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
    /// `im.notify.answer`: the text goes to whoever sent the notification, which counts as read then. Answers whether
    /// there was somebody to answer.
    pub async fn answer_notification(
        &self,
        user: UserId,
        id: MessageId,
        answer: String,
    ) -> Result<bool, Error> {
        let answer = text::normalise(&answer);
        if answer.is_empty() {
            return Err(Refusal::AnswerEmpty.into());
        }
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let Some((chat, message, _)) = own(tx, user, id)? else { return Ok(false) };
                let Some(sender) = sender(tx, user, &message)? else { return Ok(false) };
                tx.mark_notifications(&chat, &[id], false)?;
                tell(tx, user, sender, &message, (ANSWER, &answer), language, now)?;
                Ok(true)
            })
            .await
    }

    /// `im.notify.confirm`: chooses the button with this value. Answers what stood on it, or `None` when there is no such
    /// notification or button.
    pub async fn confirm_notification(
        &self,
        user: UserId,
        id: MessageId,
        value: String,
    ) -> Result<Option<String>, Error> {
        if value.is_empty() {
            return Err(Refusal::ChoiceEmpty.into());
        }
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let Some((_, message, notification)) = own(tx, user, id)? else { return Ok(None) };
                let Some(button) = notification.button(&value) else { return Ok(None) };
                tx.remove_notification(&message, now)?;
                if let Some(sender) = sender(tx, user, &message)? {
                    tell(tx, user, sender, &message, (CONFIRM, &button.title), language, now)?;
                }
                Ok(Some(button.title.clone()))
            })
            .await
    }
}

/// One of the caller's notifications.
fn own(tx: &Tx<'_>, user: UserId, id: MessageId) -> Result<Option<(Chat, Message, Notification)>, Error> {
    acting(tx, user)?;
    let Some(chat) = tx.notification_chat(user)? else { return Ok(None) };
    let found = tx.notification(chat.id, id)?;
    Ok(found.map(|(message, notification)| (chat, message, notification)))
}

/// Who is to hear of it: another person who is still there.
fn sender(tx: &Tx<'_>, user: UserId, message: &Message) -> Result<Option<UserId>, Error> {
    let author = tx.user(message.author_id)?.filter(|author| author.active && author.id != user);
    Ok(author.map(|author| author.id))
}

/// Notifies `sender` of what `user` made of their notification; the title says which one.
fn tell(
    tx: &mut Tx<'_>,
    user: UserId,
    sender: UserId,
    about: &Message,
    (event, words): ((&str, &str), &str),
    language: Language,
    now: Moment,
) -> Result<(), Error> {
    let source = preview::Source { text: &about.text, attach: preview::Attach::None, file: false };
    let notification = Notification {
        kind: NotificationKind::Personal,
        module: event.0.to_owned(),
        event: event.1.to_owned(),
        title: text::clip(&preview::preview(&source, language, &|_| None), text::TITLE_MAX_CHARS),
        ..Notification::default()
    };
    let message = NewMessage {
        author_id: user,
        date: now,
        text: words.to_owned(),
        counts: true,
        ..NewMessage::default()
    };
    send(tx, sender, &message, &notification, language, now).map(drop)
}
