//! A fact: one thing a portal knows, in the form in which portals are moved.
//!
//! Must hold: writing all facts of a portal, in the order in which they are read, into an empty portal gives an equal
//! portal. What can be derived (ordinals, totals, counters) is not part of a fact.

use lately_model::{
    Absence, App, AppToken, BacklogEntry, BotCommand, BotProgram, Chat, ChatId, Deed, Department, File,
    Folder, Handler, Member, Message, MessageId, Moment, Notification, Password, RemovalReason, User, UserId,
    Webhook,
};

use crate::{AppOption, FeedOwner, Found, StoredSetting};

/// One fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The portal's own: how many chats took an automatic colour.
    Portal {
        /// That number.
        color_counter: i64,
    },
    /// A department.
    Department(Department),
    /// A user.
    User(Box<User>),
    /// Days on which somebody is away; its number is ignored.
    Absence(Absence),
    /// A chat; its totals are ignored.
    Chat(Box<Chat>),
    /// A membership; read position and row state are ignored.
    Member(Member),
    /// A folder.
    Folder(Folder),
    /// A file; the numbers of its bytes and of its message are ignored.
    File {
        /// The file.
        file: Box<File>,
        /// The hash of its bytes, if they are kept.
        bytes: Option<String>,
        /// The hash of its preview's bytes.
        preview: Option<String>,
    },
    /// A message; its ordinal is ignored. Messages of one chat come in ascending order.
    Message {
        /// The message.
        message: Box<Message>,
        /// The key under which it can be appended only once.
        once: Option<String>,
        /// Whether it was deleted completely.
        purged: bool,
    },
    /// What a message in a chat of notifications has beside a message.
    Notification(Box<Notification>),
    /// Somebody saw a message.
    View {
        /// The message.
        message: MessageId,
        /// Who saw it.
        user: UserId,
        /// When.
        date: Moment,
    },
    /// When something last changed that everybody's row of this chat shows.
    Touch {
        /// The chat.
        chat: ChatId,
        /// When.
        date: Moment,
    },
    /// A member has read up to a message.
    Read {
        /// The chat.
        chat: ChatId,
        /// The member.
        user: UserId,
        /// The message.
        message: MessageId,
        /// When.
        date: Moment,
    },
    /// A member has pinned the chat.
    Pin {
        /// The chat.
        chat: ChatId,
        /// The member.
        user: UserId,
        /// Place among their pins, 1 first.
        order: i64,
    },
    /// A member's read position and row state; the membership itself is ignored.
    Row(Member),
    /// A row went away.
    Removal {
        /// Whose.
        user: UserId,
        /// Which.
        chat: ChatId,
        /// Why.
        reason: RemovalReason,
        /// When.
        date: Moment,
    },
    /// A webhook; its number is ignored.
    Webhook(Webhook),
    /// An application.
    App(Box<App>),
    /// A token of an application.
    AppToken(AppToken),
    /// How somebody signs in.
    Password(Password),
    /// Somebody found a dialog.
    Found(Found),
    /// An application keeps an option.
    Option(AppOption),
    /// A setting that administrators changed.
    Setting(StoredSetting),
    /// Something that was done.
    Deed(Box<Deed>),
    /// What happens in somebody's chats is kept for them; what was kept so far is not part of it.
    Feed(FeedOwner),
    /// An application wants something done when something happens; its number, and when it was last called, are ignored.
    Handler(Handler),
    /// An entry of an application's backlog; its number is ignored. Entries come in ascending order.
    Backlog(BacklogEntry),
    /// A bot has a program behind it; what it has not fetched is not part of it.
    Bot(Box<BotProgram>),
    /// A bot knows a command.
    Command(Box<BotCommand>),
}
