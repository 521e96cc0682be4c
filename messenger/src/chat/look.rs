//! How a chat looks: its name, its colour, its picture, what it is about.
//!
//! Must hold: several changes at once are one, or none; what is as it was changes nothing and tells nobody.

use lately_model::phrase::Actor;
use lately_model::right::{Act, Verdict, verdict};
use lately_model::{Chat, DialogId, Language, Moment, Phrase, User, UserId, color, text};
use lately_store::{NewMessage, Snapshot, Tx};
use serde_json::Map;

use super::{codes, group, system};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// What is to be another about a chat. What is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatEdit {
    /// Its name.
    pub title: Option<String>,
    /// What it is about; empty for nothing.
    pub description: Option<String>,
    /// A palette code.
    pub color: Option<String>,
    /// Its picture in base64.
    pub picture: Option<String>,
}

impl Messenger {
    /// `im.chat.updateTitle`: the same title again changes nothing and tells nobody.
    pub async fn rename(&self, user: UserId, dialog: DialogId, title: String) -> Result<(), Error> {
        let title = good_title(&title)?;
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let (chat, role) = group(tx, user, dialog, Refusal::NoAccess)?;
                if verdict(&actor, role, &chat, Act::Rename) != Verdict::Allowed {
                    return Err(Refusal::NoAccess.into());
                }
                renamed(tx, &actor, &chat, &title, language, now)
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
                    Verdict::Allowed if has_another_color(&chat, &code) => {}
                    Verdict::Restricted => return Err(Refusal::NoAccess.into()),
                    _ => return Err(Refusal::WrongRequest.into()),
                }
                recolored(tx, &actor, &chat, &code, language, now)
            })
            .await
    }

    /// `imbot.v2.Chat.update`: all of it at once.
    pub async fn edit_chat(&self, user: UserId, dialog: DialogId, edit: ChatEdit) -> Result<(), Error> {
        let title = edit.title.as_deref().map(good_title).transpose()?;
        if edit.color.as_deref().is_some_and(|code| !color::choosable(code)) {
            return Err(Refusal::NoSuchColor.into());
        }
        let wanted = edit.clone();
        // Whoever may not is told before their picture costs anything; it is looked at again when it counts.
        self.store.read(move |snapshot| may_edit(snapshot, user, dialog, &wanted).map(drop)).await?;
        let avatar = match &edit.picture {
            Some(base64) => Some(self.keep_avatar(base64).await?),
            None => None,
        };
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let (actor, chat) = may_edit(tx, user, dialog, &edit)?;
                if let Some(title) = &title {
                    renamed(tx, &actor, &chat, title, language, now)?;
                }
                if let Some(description) = &edit.description {
                    let description = text::normalise(description);
                    if description != chat.description {
                        tx.describe_chat(chat.id, &description)?;
                    }
                }
                if let Some(code) = edit.color.as_ref().filter(|code| has_another_color(&chat, code)) {
                    recolored(tx, &actor, &chat, code, language, now)?;
                }
                if let Some(avatar) = &avatar {
                    pictured(tx, &actor, &chat, avatar, language, now)?;
                }
                Ok(())
            })
            .await
    }
}

fn may_edit(
    snapshot: &Snapshot<'_>,
    user: UserId,
    dialog: DialogId,
    edit: &ChatEdit,
) -> Result<(User, Chat), Error> {
    let actor = acting(snapshot, user)?;
    let (chat, role) = group(snapshot, user, dialog, Refusal::NoAccess)?;
    let renames = edit.title.is_some() || edit.description.is_some();
    let recolors = edit.color.is_some() || edit.picture.is_some();
    for act in [renames.then_some(Act::Rename), recolors.then_some(Act::Recolor)].into_iter().flatten() {
        if verdict(&actor, role, &chat, act) != Verdict::Allowed {
            return Err(Refusal::NoAccess.into());
        }
    }
    Ok((actor, chat))
}

fn good_title(title: impl AsRef<str>) -> Result<String, Refusal> {
    let title = text::clip(title.as_ref().trim(), text::TITLE_MAX_CHARS);
    if title.is_empty() { Err(Refusal::TitleEmpty) } else { Ok(title) }
}

fn has_another_color(chat: &Chat, code: &str) -> bool {
    chat.shown_color() != color::shown(code, chat.id.0)
}

fn renamed(
    tx: &mut Tx<'_>,
    actor: &User,
    chat: &Chat,
    title: &str,
    language: Language,
    now: Moment,
) -> Result<(), Error> {
    if chat.title == title {
        return Ok(());
    }
    tx.rename_chat(chat.id, title)?;
    let said = language.say(&Phrase::ChatRenamed { actor: Actor::from(actor), title });
    let told = NewMessage { counts: true, ..system(chat, actor.id, said, Map::new(), now) };
    tx.append_message(&told)?;
    Ok(())
}

fn recolored(
    tx: &mut Tx<'_>,
    actor: &User,
    chat: &Chat,
    code: &str,
    language: Language,
    now: Moment,
) -> Result<(), Error> {
    tx.recolor_chat(chat.id, code)?;
    let said = language.say(&Phrase::ChatRecolored { actor: Actor::from(actor), color: code });
    let told = NewMessage { counts: true, ..system(chat, actor.id, said, Map::new(), now) };
    tx.append_message(&told)?;
    Ok(())
}

/// `avatar` is an address, as [`Messenger::keep_avatar`] gave it.
pub(crate) fn pictured(
    tx: &mut Tx<'_>,
    actor: &User,
    chat: &Chat,
    avatar: &str,
    language: Language,
    now: Moment,
) -> Result<(), Error> {
    if chat.avatar == avatar {
        return Ok(());
    }
    tx.picture_chat(chat.id, avatar, now)?;
    let said = language.say(&Phrase::ChatPictured { actor: Actor::from(actor) });
    // The code is the contract's own (behaviour.md G).
    let message = system(chat, actor.id, said, codes("CHAT_LEAVE"), now);
    tx.append_message(&NewMessage { counts: true, ..message })?;
    Ok(())
}
