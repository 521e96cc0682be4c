//! Lately's nouns and the rules between them.
//!
//! Owns: what a user, chat, member, message, recent row and credential are, and every rule that can be
//! decided from them alone (who may do what, what a counter is, which rows a list shows and in what order).
//! Must hold: everything here is a pure function of its arguments.
//! Never does: I/O, SQL, clocks, randomness, async, wire formats.

pub mod absence;
pub mod app;
pub mod app_token;
pub mod audit;
pub mod backlog;
pub mod blob;
pub mod bot;
pub mod chat;
pub mod color;
pub mod command;
pub mod department;
pub mod dialog;
pub mod errand;
pub mod event;
pub mod feed;
pub mod file;
pub mod folder;
pub mod handler;
pub mod id;
pub mod invitation;
pub mod line;
pub mod member;
pub mod message;
pub mod moment;
pub mod notification;
pub mod occasion;
pub mod password;
pub mod phrase;
pub mod preview;
pub mod quote;
pub mod recent;
pub mod right;
pub mod search;
pub mod session;
pub mod setting;
pub mod text;
pub mod url;
pub mod user;
pub mod webhook;

pub use absence::Absence;
pub use app::App;
pub use app_token::{AppToken, TokenKind};
pub use audit::{Deed, DeedKind, Doer, Way};
pub use backlog::BacklogEntry;
pub use blob::Blob;
pub use bot::{BotEvent, BotHappening, BotOwner, BotProgram, Dialect};
pub use chat::{Chat, ChatKind};
pub use command::BotCommand;
pub use department::{Department, Structure};
pub use dialog::DialogId;
pub use errand::Errand;
pub use event::Event;
pub use feed::FeedNumber;
pub use file::{File, FileKind};
pub use folder::{Folder, Owner};
pub use handler::Handler;
pub use id::{
    AbsenceId, AppId, BacklogId, BlobId, ChatId, CommandId, DeedId, ErrandId, FileId, FolderId, HandlerId,
    InvitationId, MessageId, SessionId, UserId, WebhookId,
};
pub use invitation::Invitation;
pub use line::Line;
pub use member::{Member, Role};
pub use message::{Forward, Message};
pub use moment::Moment;
pub use notification::{Notification, NotificationKind};
pub use occasion::Occasion;
pub use password::Password;
pub use phrase::{Language, Phrase};
pub use recent::{LastMessage, Removal, RemovalReason, Room, Seat};
pub use session::Session;
pub use setting::{Inviters, PortalSettings, Setting};
pub use user::{User, UserKind};
pub use webhook::{Revision, Scopes, Webhook};
