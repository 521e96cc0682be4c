//! The line format in which portals are written down: one JSON object a line (docs/import.md).
//!
//! Must hold: a record turned into a fact and back is the same record; unknown keys are refused by name, so that a
//! misspelt one is not lost silently. Dates are RFC 3339 with an offset; written ones are in UTC.

mod absence;
mod app;
mod bot;
mod event;
mod fact;

use lately_model::notification::Button;
use lately_model::{
    AppId, ChatId, ChatKind, DeedId, FileId, FileKind, FolderId, MessageId, Moment, NotificationKind,
    Revision, User, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use absence::AbsenceRecord;
pub use bot::{BotRecord, CommandRecord};
pub use event::{BacklogRecord, FeedRecord, HandlerRecord};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// The portal itself.
    Portal(PortalRecord),
    /// A department.
    Department(DepartmentRecord),
    /// A user.
    User(Box<User>),
    /// Days on which somebody is away.
    Absence(AbsenceRecord),
    /// A chat.
    Chat(Box<ChatRecord>),
    /// A membership.
    Member(MemberRecord),
    /// A folder.
    Folder(FolderRecord),
    /// A file.
    File(Box<FileRecord>),
    /// A message.
    Message(Box<MessageRecord>),
    /// What a message in a chat of notifications has beside a message.
    Notification(Box<NotificationRecord>),
    /// Somebody saw a message.
    View(ViewRecord),
    /// A chat's rows changed.
    Touch(TouchRecord),
    /// A member has read up to a message.
    Read(ReadRecord),
    /// A member pinned a chat.
    Pin(PinRecord),
    /// A member's read position and row state, whole.
    Row(RowRecord),
    /// A row went away.
    Removal(RemovalRecord),
    /// A webhook.
    Webhook(WebhookRecord),
    /// An application.
    App(Box<AppRecord>),
    /// A token of an application.
    AppToken(AppTokenRecord),
    /// How somebody signs in.
    Password(PasswordRecord),
    /// Somebody found a dialog.
    SearchLast(SearchLastRecord),
    /// An application keeps an option.
    Option(OptionRecord),
    /// A setting that administrators changed.
    Setting(SettingRecord),
    /// Something that was done.
    Deed(Box<DeedRecord>),
    /// What happens in somebody's chats is kept for them.
    Feed(FeedRecord),
    /// An application wants something done when something happens.
    Handler(HandlerRecord),
    /// An entry of an application's backlog.
    Backlog(BacklogRecord),
    /// A bot has a program behind it.
    Bot(Box<BotRecord>),
    /// A bot knows a command.
    Command(Box<CommandRecord>),
}

/// See [`lately_store::Fact::Portal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalRecord {
    /// How many chats took an automatic colour.
    pub color_counter: i64,
}

/// See [`lately_model::Department`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Department")]
pub struct DepartmentRecord {
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub parent: i64,
    #[serde(default)]
    pub head: UserId,
    #[serde(default = "default_sort")]
    pub sort: i64,
}

fn default_sort() -> i64 {
    lately_model::department::SORT
}

/// See [`lately_model::Chat`]. Private chats name the two people in `pair`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Chat")]
pub struct ChatRecord {
    pub id: ChatId,
    pub kind: ChatKind,
    pub title: String,
    pub description: String,
    pub owner: UserId,
    pub color: String,
    pub avatar: String,
    pub entity_type: String,
    pub entity_id: String,
    pub entity_data: [String; 3],
    pub parent_chat: ChatId,
    pub parent_message: MessageId,
    pub created_at: Moment,
    pub pair: Option<(UserId, UserId)>,
    pub line: Option<LineRecord>,
}

/// See [`lately_model::Line`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Line")]
pub struct LineRecord {
    pub id: i64,
    pub status: i64,
    pub date_create: Moment,
}

/// See [`lately_store::Fact::Member`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Member")]
pub struct MemberRecord {
    pub chat: ChatId,
    pub user: UserId,
    #[serde(default)]
    pub manager: bool,
    #[serde(default)]
    pub muted: bool,
    pub joined_at: Moment,
    #[serde(default)]
    pub first_visible: MessageId,
}

/// See [`lately_model::Folder`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Folder")]
pub struct FolderRecord {
    pub id: FolderId,
    #[serde(default)]
    pub parent: FolderId,
    pub owner: String,
    #[serde(default)]
    pub owner_id: i64,
    pub name: String,
    pub created_at: Moment,
    #[serde(default)]
    pub created_by: UserId,
}

/// See [`lately_model::File`]. `hash` and `preview` name bytes that are kept; without them only the file is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of File")]
pub struct FileRecord {
    pub id: FileId,
    #[serde(default, skip_serializing_if = "none")]
    pub chat: ChatId,
    pub author: UserId,
    pub date: Moment,
    pub name: String,
    #[serde(default)]
    pub kind: FileKind,
    #[serde(default)]
    pub size: i64,
    #[serde(default)]
    pub width: i64,
    #[serde(default)]
    pub height: i64,
    #[serde(default, skip_serializing_if = "none")]
    pub folder: FolderId,
    #[serde(default, skip_serializing_if = "none")]
    pub updated_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "none")]
    pub updated_by: UserId,
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub version: i64,
    #[serde(default, skip_serializing_if = "none")]
    pub hash: Option<String>,
    #[serde(default, skip_serializing_if = "none")]
    pub preview: Option<String>,
    #[serde(default, skip_serializing_if = "none")]
    pub deleted: bool,
}

/// Whether a value says nothing, and need not be written.
fn none<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn first() -> i64 {
    1
}

fn is_first(version: &i64) -> bool {
    *version <= 1
}

/// See [`lately_model::Message`]. Without `actor` the author caused it; without `counts` it counts when a person wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Message")]
pub struct MessageRecord {
    pub id: MessageId,
    pub chat: ChatId,
    #[serde(default)]
    pub author: UserId,
    #[serde(default)]
    pub actor: Option<UserId>,
    pub date: Moment,
    pub text: String,
    #[serde(default)]
    pub uuid: Option<String>,
    #[serde(default)]
    pub once: Option<String>,
    #[serde(default)]
    pub params: Map<String, Value>,
    #[serde(default)]
    pub counts: Option<bool>,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub purged: bool,
    #[serde(default)]
    pub viewed: bool,
}

/// See [`lately_model::Notification`]. A message in a chat of notifications without one is an ordinary one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Notification")]
pub struct NotificationRecord {
    pub message: MessageId,
    pub kind: NotificationKind,
    pub module: String,
    pub event: String,
    #[serde(default)]
    pub app: String,
    #[serde(default)]
    pub tag: String,
    #[serde(default)]
    pub sub_tag: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub buttons: Vec<Button>,
    #[serde(default)]
    pub unread: bool,
}

/// See [`lately_store::Fact::View`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct ViewRecord {
    pub message: MessageId,
    pub user: UserId,
    pub date: Moment,
}

/// See [`lately_store::Fact::Touch`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct TouchRecord {
    pub chat: ChatId,
    pub date: Moment,
}

/// See [`lately_store::Fact::Read`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct ReadRecord {
    pub chat: ChatId,
    pub user: UserId,
    pub message: MessageId,
    pub date: Moment,
}

/// See [`lately_store::Fact::Pin`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct PinRecord {
    pub chat: ChatId,
    pub user: UserId,
    pub order: i64,
}

/// See [`lately_store::Fact::Row`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Member")]
pub struct RowRecord {
    pub chat: ChatId,
    pub user: UserId,
    pub last_read: MessageId,
    #[serde(default)]
    pub read_at: Option<Moment>,
    #[serde(default)]
    pub hidden_upto: MessageId,
    #[serde(default)]
    pub pin_order: i64,
    #[serde(default)]
    pub mark: bool,
    #[serde(default)]
    pub marked: MessageId,
    pub updated_at: Moment,
}

/// See [`lately_store::Fact::Removal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct RemovalRecord {
    pub user: UserId,
    pub chat: ChatId,
    pub reason: String,
    pub date: Moment,
}

/// See [`lately_model::Webhook`]. The secret is written down as its hash only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Webhook")]
pub struct WebhookRecord {
    pub user: UserId,
    pub secret_hash: String,
    pub scopes: String,
    pub revision: Revision,
    pub created_at: Moment,
    #[serde(default)]
    pub expires_at: Option<Moment>,
    #[serde(default)]
    pub title: String,
}

/// See [`lately_model::App`]. The secret is written down as its hash only; the application token as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of App")]
pub struct AppRecord {
    pub id: AppId,
    pub client_id: String,
    pub secret_hash: String,
    pub application_token: String,
    #[serde(default)]
    pub title: String,
    pub scopes: String,
    #[serde(default, skip_serializing_if = "none")]
    pub handler_url: String,
    #[serde(default, skip_serializing_if = "none")]
    pub install_url: String,
    #[serde(default, skip_serializing_if = "none")]
    pub api_only: bool,
    pub installed: bool,
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub version: i64,
    pub revision: Revision,
    pub created_at: Moment,
    #[serde(default, skip_serializing_if = "none")]
    pub created_by: UserId,
}

/// See [`lately_model::AppToken`]. The token is written down as its hash only; codes are not written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of AppToken")]
pub struct AppTokenRecord {
    pub app: AppId,
    pub user: UserId,
    pub kind: String,
    pub hash: String,
    pub created_at: Moment,
    pub expires_at: Moment,
}

/// See [`lately_model::Password`]. The password is written down as its hash only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Password")]
pub struct PasswordRecord {
    pub user: UserId,
    pub login: String,
    pub hash: String,
    pub changed_at: Moment,
}

/// See [`lately_store::Found`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Found")]
pub struct SearchLastRecord {
    pub user: UserId,
    pub dialog: String,
    pub place: i64,
}

/// See [`lately_store::AppOption`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of AppOption")]
pub struct OptionRecord {
    pub application: String,
    #[serde(default)]
    pub user: UserId,
    pub name: String,
    pub value: Value,
}

/// See [`lately_store::StoredSetting`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of StoredSetting")]
pub struct SettingRecord {
    pub name: String,
    pub value: String,
    pub changed_at: Moment,
    #[serde(default)]
    pub changed_by: UserId,
}

/// See [`lately_model::Deed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Deed and Doer")]
pub struct DeedRecord {
    pub id: DeedId,
    pub at: Moment,
    pub kind: String,
    #[serde(default)]
    pub by: UserId,
    pub way: String,
    #[serde(default)]
    pub tool: String,
    #[serde(default)]
    pub peer: String,
    #[serde(default)]
    pub user: UserId,
    #[serde(default)]
    pub thing: i64,
    #[serde(default)]
    pub detail: Map<String, Value>,
}
