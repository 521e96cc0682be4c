//! Dialogs: from an address to a chat, reading, un-reading, and what a dialog's page shows.

use lately_model::moment::DAY;
use lately_model::recent::role_of;
use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    Chat, ChatId, ChatKind, DialogId, Member, Message, MessageId, Moment, Role, User, UserId, preview,
};
pub use lately_store::View;
use lately_store::{NewChat, Page, Snapshot, Span, Tx};

use crate::file::{self, ShownFile};
use crate::resident::Look;
use crate::user::{acting, may_meet};
use crate::{Error, Messenger, Refusal};

/// How many members' read positions a dialog's page lists.
const READERS: i64 = 1000;

/// How many messages are read when nothing else is asked for.
pub const PAGE: i64 = 20;

/// How many messages are read at most, unread ones aside.
pub const PAGE_MOST: i64 = 50;

/// A chat as one person finds it.
#[derive(Debug, Clone)]
pub struct ChatView {
    /// The chat.
    pub chat: Chat,
    /// The caller's membership; `None` for somebody who looks into an open chat.
    pub member: Option<Member>,
    /// Their role.
    pub role: Role,
    /// How many messages are unread.
    pub counter: i64,
    /// How many messages they can see.
    pub message_count: i64,
    /// The first unread one; zero for none.
    pub unread_id: MessageId,
    /// Whether it is an open channel made within the last day.
    pub is_new: bool,
}

/// What `im.dialog.get` shows.
#[derive(Debug, Clone)]
pub struct DialogPage {
    /// The chat.
    pub view: ChatView,
    /// The other active members with their names.
    pub readers: Vec<(Member, String)>,
    /// The managers, the owner among them.
    pub managers: Vec<UserId>,
    /// The first two who saw the newest message, with names.
    pub viewers: Vec<(View, String)>,
    /// How many saw it.
    pub viewer_count: i64,
}

/// Which members to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roll {
    /// In the order of joining.
    Joined(Span),
    /// By number, those above this one, up to so many.
    After(UserId, i64),
}

/// What `im.dialog.messages.get` shows.
#[derive(Debug, Clone, Default)]
pub struct MessagePage {
    /// The chat.
    pub chat_id: ChatId,
    /// The messages, their texts with names filled in.
    pub messages: Vec<Message>,
    /// Up to where the caller has read; `None` for somebody who is not a member.
    pub last_read: Option<MessageId>,
    /// The people who wrote them or whom they name.
    pub users: Vec<User>,
    /// Their files, with the authors' names and links.
    pub files: Vec<ShownFile>,
}

/// Which messages to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The newest, more of them while some are unread.
    Newest,
    /// Older than this message; zero for the newest.
    Before(MessageId),
    /// Newer than this message.
    After(MessageId),
}

/// Where a dialog has been read up to (`im.dialog.read`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPosition {
    /// The chat.
    pub chat_id: ChatId,
    /// The last message read.
    pub last_id: MessageId,
    /// How many are still unread.
    pub counter: i64,
}

impl Messenger {
    /// `im.dialog.get`. Opening the dialog with a colleague for the first time makes its chat.
    pub async fn dialog(&self, user: UserId, dialog: DialogId) -> Result<DialogPage, Error> {
        self.ensure(user, dialog).await?;
        let now = self.now();
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let chat = readable(snapshot, &actor, dialog)?.ok_or(Refusal::NoAccess)?;
                dialog_page(snapshot, &actor, chat, now)
            })
            .await
    }

    /// `im.dialog.messages.get`: up to `limit` messages of what `window` names.
    pub async fn messages(
        &self,
        user: UserId,
        dialog: DialogId,
        window: Window,
        limit: i64,
    ) -> Result<MessagePage, Error> {
        self.ensure(user, dialog).await?;
        let page = self.store.read(move |snapshot| {
            let actor = acting(snapshot, user)?;
            let chat = readable(snapshot, &actor, dialog)?.ok_or(Refusal::NoAccess)?;
            message_page(snapshot, &chat, user, window, limit)
        });
        let mut page = page.await?;
        self.link_files(user, &mut page.files).await?;
        Ok(page)
    }

    /// `im.dialog.users.list`: the members but those who sign in in one of the ways of `without`, and how many there
    /// are.
    pub async fn dialog_users(
        &self,
        user: UserId,
        dialog: DialogId,
        without: Vec<&'static str>,
        roll: Roll,
    ) -> Result<(Vec<User>, i64), Error> {
        self.ensure(user, dialog).await?;
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let chat = readable(snapshot, &actor, dialog)?.ok_or(Refusal::NoAccess)?;
                let users = match roll {
                    Roll::Joined(span) => snapshot.member_users(chat.id, &without, span)?,
                    Roll::After(after, limit) => {
                        snapshot.member_users_after(chat.id, &without, after, limit)?
                    }
                };
                Ok((users, snapshot.member_user_count(chat.id, &without)?))
            })
            .await
    }

    /// `im.dialog.read`: up to a message, or all. `None` when the caller has no such dialog.
    pub async fn read(
        &self,
        user: UserId,
        dialog: DialogId,
        upto: Option<MessageId>,
    ) -> Result<Option<ReadPosition>, Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                let Some(chat) = find(tx, user, dialog)? else { return Ok(None) };
                let Some(member) = tx.member(chat.id, user)? else { return Ok(None) };
                let last_id = tx.mark_read(&member, upto, now)?;
                let counter = tx.seat(chat.id, user)?.map_or(0, |seat| chat.ordinal - seat.settled);
                Ok(Some(ReadPosition { chat_id: chat.id, last_id, counter }))
            })
            .await
    }

    /// `im.dialog.read.all`: every dialog but the open lines; notifications are no dialog.
    pub async fn read_all(&self, user: UserId) -> Result<(), Error> {
        let now = self.now();
        let unread = self
            .resident(user, |Look { state, list, .. }| {
                let unread = |seat: &&lately_model::Seat| {
                    let Some(room) = state.room(seat.member.chat_id) else { return true };
                    let behind = seat.member.last_read_id < room.chat.last_message_id;
                    let dialog = !matches!(room.chat.kind, ChatKind::OpenLine | ChatKind::System);
                    dialog && (behind || seat.member.mark)
                };
                list.seats().iter().filter(unread).map(|seat| seat.member.chat_id).collect::<Vec<_>>()
            })
            .await?;
        self.store
            .write(move |tx| {
                for chat in &unread {
                    if let Some(member) = tx.member(*chat, user)? {
                        tx.mark_read(&member, None, now)?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// `im.dialog.unread`: back to just before a message. Without access nothing happens.
    pub async fn unread(&self, user: UserId, dialog: DialogId, from: MessageId) -> Result<(), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                let Some(chat) = find(tx, user, dialog)? else { return Ok(()) };
                let Some(member) = tx.member(chat.id, user)? else { return Ok(()) };
                Ok(tx.mark_unread_from(&member, from, now)?)
            })
            .await
    }

    /// `im.dialog.writing`: where the caller may be seen writing.
    pub async fn writing(&self, user: UserId, dialog: DialogId) -> Result<ChatId, Error> {
        if dialog == DialogId::User(user) {
            return Err(Refusal::NoAccess.into());
        }
        self.ensure(user, dialog).await?;
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let chat = readable(snapshot, &actor, dialog)?.ok_or(Refusal::NoAccess)?;
                snapshot.member(chat.id, user)?.map(|_| chat.id).ok_or_else(|| Refusal::NoAccess.into())
            })
            .await
    }

    /// Makes the private chat behind an address if it does not exist yet; reading alone costs no transaction.
    async fn ensure(&self, user: UserId, dialog: DialogId) -> Result<(), Error> {
        let DialogId::User(peer) = dialog else { return Ok(()) };
        let known =
            self.store.read(move |snapshot| Ok::<_, Error>(snapshot.private_chat(user, peer)?.is_some()));
        if known.await? {
            return Ok(());
        }
        let now = self.now();
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                open_private(tx, &actor, peer, now).map(drop)
            })
            .await
    }
}

/// The chat behind an address, if there is one already. Notifications are no dialog.
pub(crate) fn find(snapshot: &Snapshot<'_>, user: UserId, dialog: DialogId) -> Result<Option<Chat>, Error> {
    let chat = match dialog {
        DialogId::User(peer) => snapshot.private_chat(user, peer)?,
        DialogId::Chat(chat) => snapshot.chat(chat)?,
        DialogId::Workgroup(group) => snapshot.chat_by_entity("SONET_GROUP", &group.to_string())?,
        DialogId::Crm(entity) => snapshot.chat_by_entity("CRM", &entity.to_string())?,
    };
    Ok(chat.filter(|chat| chat.kind != ChatKind::System))
}

/// The chat behind an address, if `actor` may read it. A private dialog is made when it does not exist yet.
pub(crate) fn open(tx: &mut Tx<'_>, actor: &User, dialog: DialogId, now: Moment) -> Result<Chat, Error> {
    if let DialogId::User(peer) = dialog {
        return open_private(tx, actor, peer, now);
    }
    readable(tx, actor, dialog)?.ok_or_else(|| Refusal::NoAccess.into())
}

/// The chat behind an address, if there is one and `actor` may read it.
pub(crate) fn readable(
    snapshot: &Snapshot<'_>,
    actor: &User,
    dialog: DialogId,
) -> Result<Option<Chat>, Error> {
    let Some(chat) = find(snapshot, actor.id, dialog)? else { return Ok(None) };
    let role = role_in(snapshot, &chat, actor.id)?;
    Ok((verdict(actor, role, &chat, Act::Read) == Verdict::Allowed).then_some(chat))
}

/// The private chat with `peer`, made as needed.
pub(crate) fn open_private(tx: &mut Tx<'_>, actor: &User, peer: UserId, now: Moment) -> Result<Chat, Error> {
    if let Some(chat) = tx.private_chat(actor.id, peer)? {
        return Ok(chat);
    }
    let other = tx.user(peer)?.ok_or(Refusal::NoAccess)?;
    if !may_meet(tx, actor, &other)? {
        return Err(Refusal::NoAccess.into());
    }
    let pair = (actor.id.min(peer), actor.id.max(peer));
    let chat = Chat {
        kind: ChatKind::Private,
        owner_id: actor.id,
        entity_type: if peer == actor.id { "FAVORITE".to_owned() } else { String::new() },
        created_at: now,
        pair: Some(pair),
        ..Chat::default()
    };
    let mut members = vec![(pair.0, false), (pair.1, false)];
    members.dedup();
    Ok(tx.create_chat(&NewChat { chat, members }, now)?)
}

/// The caller's role in a chat.
pub(crate) fn role_in(snapshot: &Snapshot<'_>, chat: &Chat, user: UserId) -> Result<Role, Error> {
    Ok(snapshot.member(chat.id, user)?.map_or(Role::Guest, |member| role_of(chat, &member)))
}

/// A chat as `user` finds it.
pub(crate) fn view(
    snapshot: &Snapshot<'_>,
    user: UserId,
    chat: Chat,
    now: Moment,
) -> Result<ChatView, Error> {
    let member = snapshot.member(chat.id, user)?;
    let first_visible = member.as_ref().map_or(MessageId(0), |member| member.first_visible_id);
    let counter = snapshot.seat(chat.id, user)?.map_or(0, |seat| chat.ordinal - seat.settled);
    let unread_id = match &member {
        Some(member) if counter > 0 => snapshot.first_unread(chat.id, user, member.last_read_id)?,
        _ => MessageId(0),
    };
    Ok(ChatView {
        role: member.as_ref().map_or(Role::Guest, |member| role_of(&chat, member)),
        counter,
        message_count: snapshot.message_count(chat.id, first_visible)?,
        unread_id,
        is_new: chat.kind == ChatKind::OpenChannel && now.0 - chat.created_at.0 < DAY,
        member,
        chat,
    })
}

fn dialog_page(snapshot: &Snapshot<'_>, actor: &User, chat: Chat, now: Moment) -> Result<DialogPage, Error> {
    let readers = snapshot.readers_of(chat.id, actor.id, READERS)?;
    let mut managers: Vec<UserId> = snapshot
        .members(chat.id, READERS)?
        .iter()
        .filter(|member| member.manager || member.user_id == chat.owner_id)
        .map(|member| member.user_id)
        .collect();
    managers.sort_unstable();
    let (views, viewer_count) = snapshot.views(chat.last_message_id, actor.id, 2)?;
    let mut viewers = Vec::with_capacity(views.len());
    for view in views {
        let name = snapshot.user(view.user_id)?.map(|user| user.name()).unwrap_or_default();
        viewers.push((view, name));
    }
    let view = view(snapshot, actor.id, chat, now)?;
    Ok(DialogPage { view, readers, managers, viewers, viewer_count })
}

fn message_page(
    snapshot: &Snapshot<'_>,
    chat: &Chat,
    user: UserId,
    window: Window,
    limit: i64,
) -> Result<MessagePage, Error> {
    let member = snapshot.member(chat.id, user)?;
    let first_visible = member.as_ref().map_or(MessageId(0), |member| member.first_visible_id);
    let mut messages = match window {
        Window::After(edge) => snapshot.messages(chat.id, Page::After(edge), first_visible, limit)?,
        Window::Before(edge) if edge.is_none() => {
            snapshot.messages(chat.id, Page::Newest, first_visible, limit)?
        }
        Window::Before(edge) => snapshot.messages(chat.id, Page::Before(edge), first_visible, limit)?,
        Window::Newest => newest(snapshot, chat, user, member.as_ref(), limit)?,
    };
    let files = snapshot.files_of(&messages)?;
    let users = shown_users(snapshot, messages.iter())?;
    let files = files.into_iter().map(|file| file::named(snapshot, file)).collect::<Result<_, _>>()?;
    for message in &mut messages {
        fill_names(snapshot, message)?;
    }
    let last_read = member.map(|member| member.last_read_id);
    Ok(MessagePage { chat_id: chat.id, messages, last_read, users, files })
}

/// The newest messages; unread ones are never cut off before they fill a page of their own (behaviour.md G).
fn newest(
    snapshot: &Snapshot<'_>,
    chat: &Chat,
    user: UserId,
    member: Option<&Member>,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let first_visible = member.map_or(MessageId(0), |member| member.first_visible_id);
    let counter = snapshot.seat(chat.id, user)?.map_or(0, |seat| chat.ordinal - seat.settled);
    let Some(member) = member.filter(|_| counter > 0) else {
        return Ok(snapshot.messages(chat.id, Page::Newest, first_visible, limit)?);
    };
    if counter <= limit {
        return Ok(snapshot.messages(chat.id, Page::Newest, first_visible, limit + counter)?);
    }
    let read = member.last_read_id;
    let mut messages = snapshot.messages(chat.id, Page::After(read), first_visible, limit)?;
    messages.reverse();
    messages.extend(snapshot.messages(chat.id, Page::Before(MessageId(read.0 + 1)), first_visible, limit)?);
    Ok(messages)
}

/// The authors of these messages and the people whom `CHAT_USER` names, by number.
pub(crate) fn shown_users<'a>(
    snapshot: &Snapshot<'_>,
    messages: impl Iterator<Item = &'a Message> + Clone,
) -> Result<Vec<User>, Error> {
    let named = messages.clone().filter_map(|message| message.params.get("CHAT_USER")?.as_array()).flatten();
    let named = named.filter_map(serde_json::Value::as_i64).map(UserId);
    let mut ids: Vec<UserId> = messages.map(|message| message.author_id).chain(named).collect();
    ids.retain(|user| !user.is_none());
    ids.sort_unstable();
    ids.dedup();
    Ok(snapshot.users(&ids)?)
}

/// Puts the names of people into tags that have only their numbers.
pub(crate) fn fill_names(snapshot: &Snapshot<'_>, message: &mut Message) -> Result<(), Error> {
    let mut names = Vec::new();
    for id in preview::mentioned_users(&message.text) {
        names.extend(snapshot.user(id)?.map(|user| (id, user.name())));
    }
    if names.is_empty() {
        return Ok(());
    }
    message.text = preview::expand_user_names(&message.text, &|user| {
        names.iter().find(|(id, _)| *id == user).map(|(_, name)| name.clone())
    });
    Ok(())
}
