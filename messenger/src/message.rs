//! Messages: sent once, edited, taken back, liked.

mod forward;
mod reaction;
mod removal;
mod share;

pub use forward::{FORWARDS_MOST, Sent, ToForward};

use lately_model::message::{ATTACH_LIMIT, EDIT_WINDOW, KEYBOARD_LIMIT};
use lately_model::recent::role_of;
use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    Chat, ChatId, DialogId, Message, MessageId, Moment, Phrase, Role, User, UserId, preview, text,
};
use lately_store::{Deletion, NewMessage, Snapshot, Tx};
use serde_json::{Map, Value, json};

use crate::dialog::{self, role_in};
use crate::url::undress;
use crate::user::{acting, may_meet};
use crate::{Error, Messenger, Refusal};

/// How long a client's own id for a message may be.
const UUID_LENGTH: usize = 255;

/// Of how many people whom a text names it is looked up whether their author may meet them, if either is a guest.
const NAMED: usize = 100;

/// How many levels of lists and maps an attachment, a keyboard or a menu may have.
const NESTING: usize = 64;

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// By dialog id.
    Dialog(DialogId),
    /// To a person.
    User(UserId),
    /// To a chat.
    Chat(ChatId),
}

/// What one field of an edit does.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Patch {
    /// Nothing.
    #[default]
    Keep,
    /// Takes it away.
    Clear,
    /// Replaces it, by an object or by JSON text.
    Put(Value),
}

/// A message that somebody wants to send.
#[derive(Debug, Clone, Default)]
pub struct MessageDraft {
    /// The text as sent.
    pub text: String,
    /// Its attachment, keyboard and menu, as sent.
    pub attach: Patch,
    /// See `attach`.
    pub keyboard: Patch,
    /// See `attach`.
    pub menu: Patch,
    /// Whether it is shown as the system's.
    pub system: bool,
    /// What the application is called that sends it; a message of the system says so in its first line.
    pub program: Option<String>,
    /// The message it replies to.
    pub reply: Option<MessageId>,
    /// Whether pages that its text names are not to be shown below it.
    pub bare: bool,
    /// The client's own id for it; a version 4 UUID in lower case makes sending idempotent.
    pub template_id: Option<String>,
}

/// A change to a message.
#[derive(Debug, Clone, Default)]
pub struct MessageEdit {
    /// The new text; empty takes the message back.
    pub text: Option<String>,
    /// See [`MessageDraft::attach`].
    pub attach: Patch,
    /// See [`MessageDraft::attach`].
    pub keyboard: Patch,
    /// See [`MessageDraft::attach`].
    pub menu: Patch,
    /// Whether an edit of the attachment alone is shown as an edit.
    pub edited: bool,
    /// See [`MessageDraft::bare`].
    pub bare: bool,
}

impl MessageEdit {
    /// Whether the pages that are shown below the message go, and are looked for again.
    fn changes_pages(&self) -> bool {
        self.text.is_some() || self.bare || self.attach != Patch::Keep
    }
}

/// What a reaction asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Like {
    /// The other of the two.
    Toggle,
    /// Like it.
    Plus,
    /// No longer.
    Minus,
}

impl Messenger {
    /// `im.message.add`. Answers the message's number; for a repeated UUID the first one's.
    pub async fn send(&self, user: UserId, target: Target, draft: MessageDraft) -> Result<MessageId, Error> {
        let params = draft_params(&draft)?;
        let text = text::normalise(&draft.text);
        if text.is_empty() && !params.contains_key("ATTACH") {
            return Err(Refusal::MessageEmpty.into());
        }
        let now = self.now();
        let bare = draft.bare;
        let said = text.clone();
        let id = self.store.write(move |tx| append(tx, user, target, &draft, &text, &params, now)).await?;
        if !bare {
            self.urls.want(id, &said);
        }
        Ok(id)
    }

    /// `im.message.update`: the author, within three days.
    pub async fn edit(&self, user: UserId, id: MessageId, edit: MessageEdit) -> Result<(), Error> {
        let text = edit.text.as_deref().map(text::normalise);
        let (now, language) = (self.now(), self.language());
        let bare = edit.bare;
        let edited = self.store.write(move |tx| {
            let actor = acting(tx, user)?;
            let (mut message, _) = said(tx, user, id)?.ok_or(Refusal::MayNotEdit)?;
            let own = message.author_id == user;
            let member = tx.member(message.chat_id, user)?.is_some();
            if !own || !member || now.0 - message.date.0 > EDIT_WINDOW {
                return Err(Error::from(Refusal::MayNotEdit));
            }
            let text = text.as_deref().map(|text| seen_names(tx, &actor, text)).transpose()?;
            if text.as_deref() == Some("") {
                let words = language.say(&Phrase::MessageDeleted);
                tx.delete_message(&message, Deletion::Text, &words, now)?;
                return Ok(None);
            }
            change(&mut message, text.as_deref(), &edit)?;
            tx.edit_message(&message, now)?;
            Ok(edit.changes_pages().then_some(message.text))
        });
        if let Some(said) = edited.await?.filter(|_| !bare) {
            self.urls.want(id, &said);
        }
        Ok(())
    }

    /// `im.message.delete`: one's own at any age; an administrator also in the general chat (completely) and those of
    /// dismissed people.
    pub async fn delete(&self, user: UserId, id: MessageId) -> Result<(), Error> {
        let (now, words) = (self.now(), self.language().say(&Phrase::MessageDeleted));
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (message, chat) = said(tx, user, id)?.ok_or(Refusal::MayNotEdit)?;
                let how = deletion(tx, &actor, &chat, &message)?.ok_or(Refusal::MayNotEdit)?;
                Ok(tx.delete_message(&message, how, &words, now)?)
            })
            .await
    }

    /// `im.message.like`.
    pub async fn like(&self, user: UserId, id: MessageId, like: Like) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                acting(tx, user)?;
                let (mut message, _) = said(tx, user, id)?.ok_or(Refusal::WithoutChanges)?;
                let member = tx.member(message.chat_id, user)?.ok_or(Refusal::WithoutChanges)?;
                if message.id < member.first_visible_id {
                    return Err(Error::from(Refusal::WithoutChanges));
                }
                let mut likes = message.likes();
                let set = match (likes.binary_search(&user), like) {
                    (Err(place), Like::Toggle | Like::Plus) if likable(tx, &message)? => {
                        likes.insert(place, user);
                        true
                    }
                    (Ok(place), Like::Toggle | Like::Minus) => {
                        likes.remove(place);
                        false
                    }
                    _ => return Err(Error::from(Refusal::WithoutChanges)),
                };
                message.set_likes(&likes);
                Ok(tx.like_message(&message, user, set)?)
            })
            .await
    }
}

/// Whether more people may like a message: a bot may want none of that. What was liked before can be taken back.
fn likable(snapshot: &Snapshot<'_>, message: &Message) -> Result<bool, Error> {
    if message.author_id.is_none() {
        return Ok(true);
    }
    let author = snapshot.user(message.author_id)?;
    Ok(author.and_then(|author| author.bot).is_none_or(|bot| !bot.unliked))
}

fn append(
    tx: &mut Tx<'_>,
    user: UserId,
    target: Target,
    draft: &MessageDraft,
    text: &str,
    params: &Map<String, Value>,
    now: Moment,
) -> Result<MessageId, Error> {
    let actor = acting(tx, user)?;
    let uuid = draft
        .template_id
        .as_deref()
        .map(|uuid| text::clip(uuid, UUID_LENGTH).replace('\0', ""))
        .filter(|uuid| !uuid.is_empty());
    let once = uuid.as_deref().filter(|uuid| is_uuid_v4(uuid)).map(|uuid| format!("{user}:{uuid}"));
    if let Some(first) = once.as_deref().map(|once| tx.message_once(once)).transpose()?.flatten() {
        return Ok(first);
    }
    let chat = destination(tx, &actor, target, now)?;
    let member = tx.member(chat.id, user)?;
    let role = member.as_ref().map_or(Role::Guest, |member| role_of(&chat, member));
    if verdict(&actor, role, &chat, Act::Post) != Verdict::Allowed {
        return Err(Refusal::MayNotPost.into());
    }
    let mut params = params.clone();
    if let Some(reply) = draft.reply {
        check_reply(tx, user, &chat, reply)?;
        params.insert("REPLY_ID".to_owned(), json!(reply.0));
    }
    let text = seen_names(tx, &actor, text)?;
    if text.is_empty() && !params.contains_key("ATTACH") {
        return Err(Refusal::MessageEmpty.into());
    }
    let system = draft.system && !actor.is_extranet();
    let text = match draft.program.as_deref().filter(|program| system && !program.is_empty()) {
        Some(program) => format!("[b]{program}[/b]\n{text}").trim_end().to_owned(),
        None => text,
    };
    let message = NewMessage {
        chat_id: chat.id,
        author_id: if system { UserId(0) } else { user },
        actor_id: user,
        date: now,
        text,
        uuid,
        once,
        params,
        counts: true,
    };
    Ok(tx.append_to(chat, member, &message)?.id)
}

/// The text without tags around the names of people whom its author may not meet (behaviour.md G).
fn seen_names(snapshot: &Snapshot<'_>, actor: &User, text: &str) -> Result<String, Error> {
    let named = preview::named_users(text);
    if named.is_empty() {
        return Ok(text.to_owned());
    }
    let mut hidden = Vec::new();
    for (place, user) in snapshot.users(&named)?.iter().enumerate() {
        let far = place >= NAMED && (actor.is_extranet() || user.is_extranet());
        if far || !may_meet(snapshot, actor, user)? {
            hidden.push(user.id);
        }
    }
    if hidden.is_empty() {
        return Ok(text.to_owned());
    }
    Ok(preview::unwrap_users(text, &hidden).trim().to_owned())
}

fn destination(tx: &mut Tx<'_>, actor: &User, target: Target, now: Moment) -> Result<Chat, Error> {
    let peer = match target {
        Target::User(peer) | Target::Dialog(DialogId::User(peer)) => peer,
        Target::Chat(chat) => return found(tx, actor, DialogId::Chat(chat)),
        Target::Dialog(dialog) => return found(tx, actor, dialog),
    };
    if tx.user(peer)?.is_none() {
        return Err(Refusal::NoSuchUser.into());
    }
    match dialog::open_private(tx, actor, peer, now) {
        Err(Error::Refused(Refusal::NoAccess)) => Err(Refusal::MayNotPost.into()),
        other => other,
    }
}

fn found(snapshot: &Snapshot<'_>, actor: &User, dialog: DialogId) -> Result<Chat, Error> {
    dialog::find(snapshot, actor.id, dialog)?.ok_or_else(|| Refusal::NoSuchChat.into())
}

/// A message of a dialog that was not taken back. A notification is none: it is read and removed, and never changed.
pub(crate) fn said(
    snapshot: &Snapshot<'_>,
    user: UserId,
    id: MessageId,
) -> Result<Option<(Message, Chat)>, Error> {
    let Some(message) = snapshot.message(id)?.filter(|message| !message.deleted) else { return Ok(None) };
    let chat = dialog::find(snapshot, user, DialogId::Chat(message.chat_id))?;
    Ok(chat.map(|chat| (message, chat)))
}

fn check_reply(snapshot: &Snapshot<'_>, user: UserId, chat: &Chat, reply: MessageId) -> Result<(), Error> {
    let message = snapshot.message(reply)?.ok_or(Refusal::ReplyNoAccess)?;
    let member = snapshot.member(message.chat_id, user)?.ok_or(Refusal::ReplyNoAccess)?;
    if reply < member.first_visible_id {
        return Err(Refusal::ReplyNoAccess.into());
    }
    if message.chat_id == chat.id { Ok(()) } else { Err(Refusal::ReplyFromOtherChat.into()) }
}

fn deletion(
    snapshot: &Snapshot<'_>,
    actor: &User,
    chat: &Chat,
    message: &Message,
) -> Result<Option<Deletion>, Error> {
    let role = role_in(snapshot, chat, actor.id)?;
    if message.author_id == actor.id && role > Role::Guest {
        return Ok(Some(Deletion::Text));
    }
    if verdict(actor, role, chat, Act::Purge) == Verdict::Allowed {
        return Ok(Some(Deletion::Complete));
    }
    let author = snapshot.user(message.author_id)?;
    let orphaned = author.is_some_and(|author| !author.active);
    Ok((actor.admin && orphaned).then_some(Deletion::Text))
}

/// The parameters that a new message gets.
pub(crate) fn draft_params(draft: &MessageDraft) -> Result<Map<String, Value>, Error> {
    let mut params = Map::new();
    put(&mut params, "ATTACH", &draft.attach, attach)?;
    put(&mut params, "KEYBOARD", &draft.keyboard, |value| {
        keyboard(value, &Refusal::KeyboardMalformed, &Refusal::KeyboardTooLarge)
    })?;
    put(&mut params, "MENU", &draft.menu, |value| {
        keyboard(value, &Refusal::MenuMalformed, &Refusal::MenuTooLarge)
    })?;
    Ok(params)
}

fn change(message: &mut Message, text: Option<&str>, edit: &MessageEdit) -> Result<(), Error> {
    let params = &mut message.params;
    if edit.changes_pages() {
        undress(params);
    }
    put(params, "ATTACH", &edit.attach, attach)?;
    put(params, "KEYBOARD", &edit.keyboard, |value| {
        keyboard(value, &Refusal::KeyboardMalformed, &Refusal::KeyboardTooLarge)
    })?;
    put(params, "MENU", &edit.menu, |value| {
        keyboard(value, &Refusal::MenuMalformedOnEdit, &Refusal::MenuTooLarge)
    })?;
    if text.is_some() || edit.edited {
        params.insert("IS_EDITED".to_owned(), json!("Y"));
    }
    if let Some(text) = text {
        text.clone_into(&mut message.text);
    }
    Ok(())
}

fn put(
    params: &mut Map<String, Value>,
    key: &str,
    patch: &Patch,
    read: impl FnOnce(&Value) -> Result<Value, Refusal>,
) -> Result<(), Refusal> {
    match patch {
        Patch::Keep => {}
        Patch::Clear => drop(params.remove(key)),
        Patch::Put(value) => drop(params.insert(key.to_owned(), read(value)?)),
    }
    Ok(())
}

/// The attachment that a new message gets.
pub(crate) fn attached(patch: &Patch) -> Result<Option<Value>, Refusal> {
    match patch {
        Patch::Keep | Patch::Clear => Ok(None),
        Patch::Put(value) => attach(value).map(Some),
    }
}

/// An attachment is kept as a list of objects; a bare list of blocks becomes one of them.
fn attach(value: &Value) -> Result<Value, Refusal> {
    let value = parsed(value).ok_or(Refusal::AttachMalformed)?;
    let list = match value {
        Value::Object(map) if map.contains_key("BLOCKS") => vec![Value::Object(map)],
        Value::Object(map) if !map.is_empty() => vec![json!({ "BLOCKS": [map] })],
        Value::Array(list) if list.is_empty() || !list.iter().all(Value::is_object) => {
            return Err(Refusal::AttachMalformed);
        }
        Value::Array(list) if list.iter().all(|attach| attach.get("BLOCKS").is_some()) => list,
        Value::Array(blocks) => vec![json!({ "BLOCKS": blocks })],
        _ => return Err(Refusal::AttachMalformed),
    };
    if !list.iter().all(|attach| attach.get("BLOCKS").is_some_and(is_list_of_objects)) {
        return Err(Refusal::AttachMalformed);
    }
    let value = Value::Array(list);
    if value.to_string().chars().count() >= ATTACH_LIMIT {
        return Err(Refusal::AttachTooLarge);
    }
    Ok(value)
}

fn is_list_of_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(Value::is_object))
}

/// A keyboard or menu: a list of objects, or an object that holds one.
fn keyboard(value: &Value, malformed: &Refusal, too_large: &Refusal) -> Result<Value, Refusal> {
    let value = parsed(value).ok_or_else(|| malformed.clone())?;
    let list = match &value {
        Value::Object(map) => map.get("BUTTONS").or_else(|| map.get("ITEMS")),
        list => Some(list),
    };
    if !list.is_some_and(|list| is_list_of_objects(list) && *list != json!([])) {
        return Err(malformed.clone());
    }
    if value.to_string().len() > KEYBOARD_LIMIT {
        return Err(too_large.clone());
    }
    Ok(value)
}

/// Objects come as they are or as JSON text. What nests deeper than a request may could not be read back.
fn parsed(value: &Value) -> Option<Value> {
    let value = match value {
        Value::String(text) => serde_json::from_str(text).ok()?,
        other => other.clone(),
    };
    (depth(&value) <= NESTING).then_some(value)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn is_uuid_v4(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_version_4_uuids_make_sending_idempotent() {
        assert!(is_uuid_v4("0c3c5ad6-a1b8-4d4d-9234-f137ef862a77"));
        for text in
            ["0C3C5AD6-A1B8-4D4D-9234-F137EF862A77", "0c3c5ad6-a1b8-1d4d-9234-f137ef862a77", "tmp-1", ""]
        {
            assert!(!is_uuid_v4(text), "{text}");
        }
    }

    #[test]
    fn attachments_are_kept_as_a_list_of_objects() {
        assert_eq!(attach(&json!([{"MESSAGE": "a"}])), Ok(json!([{"BLOCKS": [{"MESSAGE": "a"}]}])));
        assert_eq!(attach(&json!("{\"BLOCKS\":[]}")), Ok(json!([{"BLOCKS": []}])));
        assert_eq!(attach(&json!("no json")), Err(Refusal::AttachMalformed));
        assert_eq!(attach(&json!([])), Err(Refusal::AttachMalformed));
        assert_eq!(attach(&json!([{"MESSAGE": "x".repeat(60_000)}])), Err(Refusal::AttachTooLarge));
    }
}
