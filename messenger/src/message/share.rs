//! A message made into something else: so far, into a chat about it.

use jiff::tz::TimeZone;
use lately_model::preview::{Attach, Source, preview};
use lately_model::quote::quote;
use lately_model::{Chat, DialogId, Language, Message, MessageId, Moment, Phrase, UserId};
use lately_store::Snapshot;

use crate::chat::{ChatDraft, make_chat};
use crate::dialog;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// What a chat is made for that came from a message.
const THREAD: &str = "THREAD";

impl Messenger {
    /// `im.message.share` with `CHAT`: a new group of two people, the caller and whoever wrote the message (in a private
    /// dialog its two people), which begins with the message as a quote. Dates in it are in `zone`.
    pub async fn share_as_chat(
        &self,
        user: UserId,
        dialog: DialogId,
        id: MessageId,
        zone: TimeZone,
    ) -> Result<(), Error> {
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, message) = member_message(tx, user, dialog, id)?;
                let draft = ChatDraft {
                    users: vec![chat.peer_of(user).unwrap_or(message.author_id)],
                    entity_type: THREAD.to_owned(),
                    entity_id: id.to_string(),
                    message: quoted(tx, &message, language, &zone)?,
                    ..ChatDraft::default()
                };
                make_chat(tx, &actor, &draft, language, now).map(drop)
            })
            .await
    }

    /// Whether the caller may share this message at all.
    pub async fn may_share(&self, user: UserId, dialog: DialogId, id: MessageId) -> Result<(), Error> {
        self.store.read(move |snapshot| member_message(snapshot, user, dialog, id).map(drop)).await
    }
}

/// A dialog that the caller is a member of, and a message in it that they can see.
fn member_message(
    snapshot: &Snapshot<'_>,
    user: UserId,
    dialog: DialogId,
    id: MessageId,
) -> Result<(Chat, Message), Error> {
    let chat = dialog::find(snapshot, user, dialog)?.ok_or(Refusal::NoAccess)?;
    let member = snapshot.member(chat.id, user)?.ok_or(Refusal::NoAccess)?;
    let message = snapshot.message(id)?.filter(|message| message.chat_id == chat.id && !message.deleted);
    let message = message.filter(|message| message.id >= member.first_visible_id);
    Ok((chat, message.ok_or(Refusal::MessageIdEmpty)?))
}

fn quoted(
    snapshot: &Snapshot<'_>,
    message: &Message,
    language: Language,
    zone: &TimeZone,
) -> Result<String, Error> {
    let author = snapshot.user(message.author_id)?;
    let author = author.map_or_else(|| language.say(&Phrase::System), |user| user.name());
    let text = if message.text.is_empty() {
        let attach = if message.has_attach() { Attach::Plain } else { Attach::None };
        let source = Source { text: "", attach, file: !message.file_ids().is_empty() };
        preview(&source, language, &|_| None)
    } else {
        message.text.clone()
    };
    Ok(quote(&author, &minute(message.date, zone), &text))
}

/// `2026-03-02 10:00`.
fn minute(date: Moment, zone: &TimeZone) -> String {
    let atom = date.atom(zone);
    atom.get(.."2026-03-02T10:00".len()).unwrap_or(&atom).replace('T', " ")
}
