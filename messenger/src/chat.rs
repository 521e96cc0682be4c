//! Chats: made, found, joined, left, renamed, handed over, silenced.
//!
//! Must hold: members are told in system messages of what happens to their chat (behaviour.md G).

mod appoint;

use lately_model::notification::REMOVAL;
use lately_model::phrase::{Actor, mention};
use lately_model::recent::role_of;
use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    Chat, ChatId, ChatKind, Deed, DeedKind, DialogId, Doer, Language, Member, Moment, Notification,
    NotificationKind, Phrase, RemovalReason, Role, User, UserId, color, text,
};
use lately_store::{NewChat, NewMessage, Snapshot, Tx};
use serde_json::{Map, Value, json};

use crate::dialog::{self, role_in};
use crate::notification;
use crate::user::{acting, may_meet};
use crate::{Error, Messenger, Refusal};

/// How many people can be named in one call.
const NAMED: usize = 10_000;

/// How many members `im.chat.user.list` answers at most.
const MEMBERS: i64 = 100_000;

/// A chat that somebody wants.
#[derive(Debug, Clone, Default)]
pub struct ChatDraft {
    /// Whether every employee may read it.
    pub open: bool,
    /// Its name; automatic when empty.
    pub title: String,
    /// What it is about; posted as the first message.
    pub description: String,
    /// A palette code; automatic when it cannot be chosen.
    pub color: String,
    /// What to post first.
    pub message: String,
    /// Whom to invite.
    pub users: Vec<UserId>,
    /// What it is made for.
    pub entity_type: String,
    /// Which one of them.
    pub entity_id: String,
    /// The address of its picture, as [`Messenger::keep_avatar`] gave it; empty for none.
    pub avatar: String,
}

impl Messenger {
    /// `im.chat.add`: makes a group chat; the caller owns it. Answers its number.
    pub async fn add_chat(&self, user: UserId, draft: ChatDraft) -> Result<ChatId, Error> {
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                make_chat(tx, &actor, &draft, language, now)
            })
            .await
    }

    /// `im.chat.get`: the chat made for an entity. Anybody may ask.
    pub async fn chat_by_entity(
        &self,
        entity_type: String,
        entity_id: String,
    ) -> Result<Option<ChatId>, Error> {
        self.store
            .read(move |snapshot| Ok(snapshot.chat_by_entity(&entity_type, &entity_id)?.map(|chat| chat.id)))
            .await
    }

    /// `im.chat.leave`.
    pub async fn leave(&self, user: UserId, dialog: DialogId) -> Result<(), Error> {
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::MayNotKick)?;
                match verdict(&actor, role, &chat, Act::Leave) {
                    Verdict::Allowed => {}
                    Verdict::Restricted => return Err(Refusal::NoAccess.into()),
                    Verdict::RoleTooLow => return Err(Refusal::MayNotKick.into()),
                    Verdict::OwnerMayNot => return Err(Refusal::OwnerMayNotLeave.into()),
                }
                if chat.owner_id == user {
                    let heir = tx.heir(chat.id, user)?.unwrap_or_default();
                    tx.set_owner(chat.id, heir)?;
                }
                tx.part(chat.id, user, RemovalReason::Left, now)?;
                let said = language.say(&Phrase::ChatLeft { actor: Actor::from(&actor) });
                tell_gone(tx, &chat, user, said, now)
            })
            .await
    }

    /// `im.chat.user.delete`: the owner removes somebody else.
    pub async fn kick(&self, user: UserId, dialog: DialogId, whom: UserId) -> Result<(), Error> {
        if whom == user {
            return self.leave(user, dialog).await;
        }
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::MayNotKick)?;
                match verdict(&actor, role, &chat, Act::Kick) {
                    Verdict::Allowed => {}
                    Verdict::Restricted => return Err(Refusal::NoAccess.into()),
                    _ => return Err(Refusal::MayNotKick.into()),
                }
                tx.member(chat.id, whom)?.ok_or(Refusal::NoSuchUser)?;
                tx.part(chat.id, whom, RemovalReason::Removed, now)?;
                let kicked = Phrase::ChatKicked { actor: Actor::from(&actor), whom: &mention(whom) };
                tell_gone(tx, &chat, user, language.say(&kicked), now)?;
                tell_removed(tx, &chat, &actor, whom, language, now)
            })
            .await
    }

    /// `im.chat.user.add`: members and unknown or dismissed people are passed over. `history` hidden by default. Answers
    /// how many came.
    pub async fn invite(
        &self,
        user: UserId,
        dialog: DialogId,
        users: Vec<UserId>,
        hide_history: bool,
    ) -> Result<usize, Error> {
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::MayNotExtend)?;
                let joining_open = chat.kind.is_open() && role == Role::Guest && users == [user];
                match verdict(&actor, role, &chat, Act::Extend) {
                    Verdict::Restricted => return Err(Refusal::NoAccess.into()),
                    Verdict::Allowed => {}
                    _ if joining_open && !actor.is_extranet() => {}
                    _ => return Err(Refusal::MayNotExtend.into()),
                }
                let fresh = newcomers(tx, &actor, Some(&chat), &users)?;
                if fresh.is_empty() {
                    return Ok(0);
                }
                tx.join(chat.id, &fresh, user, hide_history, now)?;
                tell_joined(tx, &chat, &actor, &fresh, language, now)?;
                Ok(fresh.len())
            })
            .await
    }

    /// `im.chat.user.list`: the members' numbers in the order of joining; empty for somebody who may not see them.
    pub async fn chat_users(&self, user: UserId, chat: ChatId) -> Result<Vec<UserId>, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let Some(chat) = snapshot.chat(chat)? else { return Ok(Vec::new()) };
                if chat.is_general() {
                    return Err(Refusal::NoAccess.into());
                }
                let role = role_in(snapshot, &chat, user)?;
                if verdict(&actor, role, &chat, Act::Read) != Verdict::Allowed {
                    return Ok(Vec::new());
                }
                let members = snapshot.members(chat.id, MEMBERS)?;
                Ok(members.into_iter().map(|member| member.user_id).collect())
            })
            .await
    }

    /// `im.chat.updateTitle`: the same title again changes nothing and tells nobody.
    pub async fn rename(&self, user: UserId, dialog: DialogId, title: String) -> Result<(), Error> {
        let title = text::clip(title.trim(), text::TITLE_MAX_CHARS);
        if title.is_empty() {
            return Err(Refusal::TitleEmpty.into());
        }
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::NoAccess)?;
                if verdict(&actor, role, &chat, Act::Rename) != Verdict::Allowed {
                    return Err(Refusal::NoAccess.into());
                }
                if chat.title == title {
                    return Ok(());
                }
                tx.rename_chat(chat.id, &title)?;
                let said = language.say(&Phrase::ChatRenamed { actor: Actor::from(&actor), title: &title });
                let told = NewMessage { counts: true, ..system(&chat, user, said, Map::new(), now) };
                tx.append_message(&told)?;
                Ok(())
            })
            .await
    }

    /// `im.chat.updateColor`: gives a chat another colour of the palette and tells its members.
    pub async fn recolor(&self, user: UserId, dialog: DialogId, code: String) -> Result<(), Error> {
        if !color::choosable(&code) {
            return Err(Refusal::NoSuchColor.into());
        }
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::WrongRequest)?;
                match verdict(&actor, role, &chat, Act::Recolor) {
                    Verdict::Allowed if chat.shown_color() != color::shown(&code, chat.id.0) => {}
                    Verdict::Restricted => return Err(Refusal::NoAccess.into()),
                    _ => return Err(Refusal::WrongRequest.into()),
                }
                tx.recolor_chat(chat.id, &code)?;
                let said = language.say(&Phrase::ChatRecolored { actor: Actor::from(&actor), color: &code });
                let told = NewMessage { counts: true, ..system(&chat, user, said, Map::new(), now) };
                tx.append_message(&told)?;
                Ok(())
            })
            .await
    }

    /// `im.chat.setOwner`: the present owner again is fine.
    pub async fn set_owner(&self, by: Doer, dialog: DialogId, owner: UserId) -> Result<(), Error> {
        let (user, now) = (by.user.unwrap_or_default(), self.now());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::WrongRequest)?;
                if verdict(&actor, role, &chat, Act::SetOwner) != Verdict::Allowed {
                    return Err(Refusal::WrongRequest.into());
                }
                tx.member(chat.id, owner)?.ok_or(Refusal::WrongRequest)?;
                if chat.owner_id != owner {
                    tx.set_owner(chat.id, owner)?;
                    if actor.administers() {
                        let deed = Deed::new(now, DeedKind::ChatHandedOver, &by).of(owner);
                        tx.add_deed(&deed.thing(chat.id.0).with("before", chat.owner_id.0))?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// `im.chat.mute`: silences a chat, or lets it speak again.
    pub async fn mute(&self, user: UserId, dialog: DialogId, muted: bool) -> Result<(), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let chat = dialog::open(tx, &actor, dialog, now)?;
                let member: Member = tx.member(chat.id, user)?.ok_or(Refusal::NoAccess)?;
                if verdict(&actor, role_of(&chat, &member), &chat, Act::Mute) != Verdict::Allowed {
                    return Err(Refusal::NoAccess.into());
                }
                if member.muted != muted {
                    tx.set_muted(chat.id, user, muted, now)?;
                }
                Ok(())
            })
            .await
    }
}

/// A group chat and the caller's role in it. An unknown chat is refused as `unknown`, a private one as no access.
fn group(
    snapshot: &Snapshot<'_>,
    user: UserId,
    dialog: DialogId,
    unknown: Refusal,
) -> Result<(Chat, Role), Error> {
    let chat = dialog::find(snapshot, user, dialog)?.ok_or(unknown)?;
    if chat.kind.is_private() || chat.kind == ChatKind::System {
        return Err(Refusal::NoAccess.into());
    }
    let role = role_in(snapshot, &chat, user)?;
    Ok((chat, role))
}

pub(crate) fn make_chat(
    tx: &mut Tx<'_>,
    actor: &User,
    draft: &ChatDraft,
    language: Language,
    now: Moment,
) -> Result<ChatId, Error> {
    let automatic = tx.next_chat_color()?;
    let code = if color::choosable(&draft.color) { draft.color.clone() } else { automatic.to_owned() };
    let title = match text::clip(draft.title.trim(), text::TITLE_MAX_CHARS) {
        title if title.is_empty() => automatic_title(tx, &code, language)?,
        title => title,
    };
    let invited = newcomers(tx, actor, None, &draft.users)?;
    let from_outside = actor.is_extranet();
    let chat = Chat {
        kind: if draft.open && !from_outside { ChatKind::Open } else { ChatKind::Group },
        title,
        description: draft.description.trim().to_owned(),
        owner_id: actor.id,
        color: code,
        avatar: draft.avatar.clone(),
        entity_type: if from_outside { String::new() } else { draft.entity_type.clone() },
        entity_id: if from_outside { String::new() } else { draft.entity_id.clone() },
        created_at: now,
        ..Chat::default()
    };
    let mut members = vec![(actor.id, true)];
    members.extend(invited.iter().map(|user| (*user, false)));
    let chat = tx.create_chat(&NewChat { chat, members }, now)?;
    open_chat(tx, actor, &chat, draft, &invited, language, now)?;
    Ok(chat.id)
}

/// What is posted into a new chat, so that it is in every member's list at once.
fn open_chat(
    tx: &mut Tx<'_>,
    actor: &User,
    chat: &Chat,
    draft: &ChatDraft,
    invited: &[UserId],
    language: Language,
    now: Moment,
) -> Result<(), Error> {
    if chat.entity_type.is_empty() {
        let created = language.say(&Phrase::ChatCreated { actor: Actor::from(actor) });
        announce(tx, chat, actor.id, created, Map::new(), now)?;
        let banner = Map::from_iter([("COMPONENT_ID".to_owned(), json!("ChatCreationMessage"))]);
        announce(tx, chat, actor.id, language.say(&Phrase::ChatWelcome), banner, now)?;
    }
    if !invited.is_empty() {
        tell_joined(tx, chat, actor, invited, language, now)?;
    }
    for text in [&draft.description, &draft.message].map(|text| text::normalise(text)) {
        if !text.is_empty() {
            let message = system(chat, actor.id, text, Map::new(), now);
            tx.append_message(&NewMessage { author_id: actor.id, counts: true, ..message })?;
        }
    }
    Ok(())
}

/// "Mint chat No. 3": the number counts the chats of one colour up to 99.
fn automatic_title(snapshot: &Snapshot<'_>, code: &str, language: Language) -> Result<String, Error> {
    // The number stands at the end in every language.
    let title = |number: &str| language.say(&Phrase::ChatTitle { color: code, number });
    let number = snapshot.chats_titled(&title(""))? % 99 + 1;
    Ok(title(&number.to_string()))
}

/// Those of `users` who can be added: known, active, not members yet, and whom the actor may meet; each once.
fn newcomers(
    snapshot: &Snapshot<'_>,
    actor: &User,
    chat: Option<&Chat>,
    users: &[UserId],
) -> Result<Vec<UserId>, Error> {
    let mut fresh = Vec::new();
    for id in users.iter().take(NAMED) {
        let creator = chat.is_none() && *id == actor.id;
        let Some(user) = snapshot.user(*id)?.filter(|user| user.active && !creator) else { continue };
        let member = match chat {
            Some(chat) => snapshot.member(chat.id, *id)?.is_some(),
            None => false,
        };
        let meets = !actor.is_extranet() || may_meet(snapshot, actor, &user)?;
        if !member && meets && !fresh.contains(id) {
            fresh.push(*id);
        }
    }
    Ok(fresh)
}

fn tell_joined(
    tx: &mut Tx<'_>,
    chat: &Chat,
    actor: &User,
    joined: &[UserId],
    language: Language,
    now: Moment,
) -> Result<(), Error> {
    let (id, actor) = (actor.id, Actor::from(actor));
    let said = if joined == [id] {
        language.say(&Phrase::ChatJoined { actor })
    } else {
        let names: Vec<_> = joined.iter().map(|user| mention(*user)).collect();
        language.say(&Phrase::ChatInvited { actor, people: &names.join(", ") })
    };
    let mut params = codes("CHAT_JOIN");
    params.insert("NOTIFY".to_owned(), Value::from("N"));
    announce(tx, chat, id, said, params, now)
}

/// Open chats are left without a word (behaviour.md G).
fn tell_gone(tx: &mut Tx<'_>, chat: &Chat, actor: UserId, text: String, now: Moment) -> Result<(), Error> {
    if chat.kind.is_open() {
        return Ok(());
    }
    announce(tx, chat, actor, text, codes("CHAT_LEAVE"), now)
}

/// Whoever was removed cannot read the chat any more, so they are notified.
fn tell_removed(
    tx: &mut Tx<'_>,
    chat: &Chat,
    actor: &User,
    whom: UserId,
    language: Language,
    now: Moment,
) -> Result<(), Error> {
    let message = NewMessage {
        author_id: actor.id,
        date: now,
        text: language.say(&Phrase::RemovedYou { actor: Actor::from(actor), title: &chat.title }),
        counts: true,
        ..NewMessage::default()
    };
    let notification = Notification {
        kind: NotificationKind::Personal,
        module: REMOVAL.0.to_owned(),
        event: REMOVAL.1.to_owned(),
        ..Notification::default()
    };
    notification::send(tx, whom, &message, &notification, language, now).map(drop)
}

/// A system message that counts for nobody.
fn announce(
    tx: &mut Tx<'_>,
    chat: &Chat,
    actor: UserId,
    text: String,
    params: Map<String, Value>,
    now: Moment,
) -> Result<(), Error> {
    tx.append_message(&system(chat, actor, text, params, now))?;
    Ok(())
}

pub(crate) fn system(
    chat: &Chat,
    actor: UserId,
    text: String,
    params: Map<String, Value>,
    now: Moment,
) -> NewMessage {
    NewMessage { chat_id: chat.id, actor_id: actor, date: now, text, params, ..NewMessage::default() }
}

pub(crate) fn codes(code: &str) -> Map<String, Value> {
    Map::from_iter([("CODE".to_owned(), json!([code]))])
}
