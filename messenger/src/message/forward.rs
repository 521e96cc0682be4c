//! Messages sent on: copies of what the sender can see, with word of where they are from.
//!
//! Must hold: nobody sends on what they cannot see; all that one call sends appears in one transaction, or nothing does; a
//! copy has files of its own, so that whoever reads it may read them.

use lately_model::right::{Act, Verdict, verdict};
use lately_model::{Chat, Forward, Message, MessageId, Moment, Owner, User, UserId, text};
use lately_store::{NewMessage, Snapshot, Tx};
use serde_json::{Map, Value, json};

use super::{
    MessageDraft, Target, UUID_LENGTH, append, destination, draft_params, is_uuid_v4, said, seen_names,
};
use crate::dialog::role_in;
use crate::disk::folder_for;
use crate::file::copied;
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// How many messages one call sends on at most.
pub const FORWARDS_MOST: usize = 100;

/// What of a message a copy has too.
const KEPT: [&str; 3] = ["ATTACH", "URL_ID", "URL_ONLY"];

/// A message to be sent on, by the sender's own id for the copy.
pub type ToForward = (String, MessageId);

/// What was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// The message itself, if it said something.
    pub id: Option<MessageId>,
    /// The copies, by the sender's own ids.
    pub copies: Vec<ToForward>,
}

impl Messenger {
    /// `imbot.v2.Chat.Message.send`: a message, copies of others, or both.
    pub async fn send_with(
        &self,
        user: UserId,
        target: Target,
        draft: MessageDraft,
        forwards: Vec<ToForward>,
    ) -> Result<Sent, Error> {
        let params = draft_params(&draft)?;
        let text = text::normalise(&draft.text);
        let says = !text.is_empty() || params.contains_key("ATTACH");
        if !says && forwards.is_empty() {
            return Err(Refusal::MessageEmpty.into());
        }
        let (now, language, bare) = (self.now(), self.language(), draft.bare);
        let words = text.clone();
        let sent: Sent = self
            .store
            .write(move |tx| {
                let mut sent = Sent::default();
                if says {
                    sent.id = Some(append(tx, user, target, &draft, &text, &params, now)?);
                }
                if forwards.is_empty() {
                    return Ok::<_, Error>(sent);
                }
                let actor = acting(tx, user)?;
                let chat = writable(tx, &actor, target, now)?;
                let folder = |tx: &mut Tx<'_>| folder_for(tx, &actor, Owner::Chat(chat.id), language, now);
                for (uuid, id) in &forwards {
                    let copy = copy(tx, &actor, &chat, (uuid, *id), &folder, now)?;
                    sent.copies.push((uuid.clone(), copy));
                }
                Ok(sent)
            })
            .await?;
        if let Some(id) = sent.id.filter(|_| !bare) {
            self.urls.want(id, &words);
        }
        Ok(sent)
    }
}

fn writable(tx: &mut Tx<'_>, actor: &User, target: Target, now: Moment) -> Result<Chat, Error> {
    let chat = destination(tx, actor, target, now)?;
    let role = role_in(tx, &chat, actor.id)?;
    if verdict(actor, role, &chat, Act::Post) == Verdict::Allowed {
        Ok(chat)
    } else {
        Err(Refusal::MayNotPost.into())
    }
}

/// A copy with the same id as before is the copy that was made then.
fn copy(
    tx: &mut Tx<'_>,
    actor: &User,
    chat: &Chat,
    (uuid, id): (&str, MessageId),
    folder: &dyn Fn(&mut Tx<'_>) -> Result<lately_model::Folder, Error>,
    now: Moment,
) -> Result<MessageId, Error> {
    let once = is_uuid_v4(uuid).then(|| format!("{}:{uuid}", actor.id));
    if let Some(first) = once.as_deref().map(|once| tx.message_once(once)).transpose()?.flatten() {
        return Ok(first);
    }
    let source = visible(tx, actor.id, id)?.ok_or(Refusal::NoAccess)?;
    let mut params: Map<String, Value> =
        source.params.iter().filter(|(key, _)| KEPT.contains(&key.as_str())).map(own).collect();
    let origin = source.forward().unwrap_or(Forward {
        id: source.id,
        user_id: source.author_id,
        chat_id: source.chat_id,
        date: source.date,
    });
    params.extend(origin.params());
    let files = tx.files_of(std::slice::from_ref(&source))?;
    let mut copies = Vec::with_capacity(files.len());
    if !files.is_empty() {
        let folder = folder(tx)?;
        for file in files {
            copies.push(copied(tx, actor, &folder, file, now)?.id);
        }
        let ids: Vec<i64> = copies.iter().map(|file| file.0).collect();
        params.insert("FILE_ID".to_owned(), json!(ids));
    }
    let message = NewMessage {
        chat_id: chat.id,
        author_id: actor.id,
        actor_id: actor.id,
        date: now,
        text: seen_names(tx, actor, &source.text)?,
        uuid: Some(text::clip(uuid, UUID_LENGTH).replace('\0', "")).filter(|uuid| !uuid.is_empty()),
        once,
        params,
        counts: true,
    };
    let id = tx.append_message(&message)?.id;
    for file in copies {
        tx.post_file(file, id)?;
    }
    Ok(id)
}

fn own((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// A message that somebody sees as a member of its chat, unless it was taken back.
pub(super) fn visible(
    snapshot: &Snapshot<'_>,
    user: UserId,
    id: MessageId,
) -> Result<Option<Message>, Error> {
    let Some((message, chat)) = said(snapshot, user, id)? else { return Ok(None) };
    let member = snapshot.member(chat.id, user)?;
    Ok(member.filter(|member| member.first_visible_id <= message.id).map(|_| message))
}
