//! The line format in which portals are written down: one JSON object a line (docs/import.md).
//!
//! Must hold: a record turned into a fact and back is the same record; unknown keys are refused by name, so that a
//! misspelt one is not lost silently. Dates are RFC 3339 with an offset; written ones are in UTC.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use lately_model::user::{Bot, Gender, Phones, Status};
use lately_model::{
    Chat, ChatId, ChatKind, File, FileId, FileKind, Line, Member, Message, MessageId, Moment, RemovalReason,
    Revision, Scopes, User, UserId, UserKind, Webhook, WebhookId,
};
use lately_store::{Department, Fact};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// A date of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Date(pub Moment);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.atom(&TimeZone::UTC))
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = Moment::parse(&text, &TimeZone::UTC);
        moment.map(Self).ok_or_else(|| {
            serde::de::Error::custom(format!("{text:?} is not a date such as 2017-10-17T11:12:56+02:00"))
        })
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// The portal itself.
    Portal(PortalRecord),
    /// A department.
    Department(DepartmentRecord),
    /// A user.
    User(Box<UserRecord>),
    /// A chat.
    Chat(Box<ChatRecord>),
    /// A membership.
    Member(MemberRecord),
    /// A file.
    File(FileRecord),
    /// A message.
    Message(Box<MessageRecord>),
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
}

/// See [`Fact::Portal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalRecord {
    color_counter: i64,
}

/// See [`Department`].
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
    500
}

/// See [`User`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of User")]
pub struct UserRecord {
    pub id: UserId,
    pub active: bool,
    pub admin: bool,
    pub kind: UserKind,
    pub first_name: String,
    pub last_name: String,
    pub second_name: String,
    pub email: String,
    pub work_position: String,
    pub gender: Option<Gender>,
    pub birthday: Option<jiff::civil::Date>,
    pub color: String,
    pub avatar: String,
    pub external_auth_id: String,
    pub status: Option<Status>,
    pub idle_since: Option<Date>,
    pub last_activity: Option<Date>,
    pub mobile_last: Option<Date>,
    pub desktop_last: Option<Date>,
    pub absent_until: Option<Date>,
    pub departments: Vec<i64>,
    pub phones: Phones,
    pub website: String,
    pub bot: Option<Bot>,
    pub registered_at: Date,
    pub last_login: Option<Date>,
    pub profile: BTreeMap<String, String>,
}

impl Default for UserRecord {
    fn default() -> Self {
        let user = User { active: true, external_auth_id: "default".to_owned(), ..User::default() };
        Self::from_user(user)
    }
}

impl UserRecord {
    fn from_user(user: User) -> Self {
        Self {
            id: user.id,
            active: user.active,
            admin: user.admin,
            kind: user.kind,
            first_name: user.first_name,
            last_name: user.last_name,
            second_name: user.second_name,
            email: user.email,
            work_position: user.work_position,
            gender: user.gender,
            birthday: user.birthday,
            color: user.color,
            avatar: user.avatar,
            external_auth_id: user.external_auth_id,
            status: user.status,
            idle_since: user.idle_since.map(Date),
            last_activity: user.last_activity.map(Date),
            mobile_last: user.mobile_last.map(Date),
            desktop_last: user.desktop_last.map(Date),
            absent_until: user.absent_until.map(Date),
            departments: user.departments,
            phones: user.phones,
            website: user.website,
            bot: user.bot,
            registered_at: Date(user.registered_at),
            last_login: user.last_login.map(Date),
            profile: user.profile,
        }
    }

    fn into_user(self) -> User {
        User {
            id: self.id,
            active: self.active,
            admin: self.admin,
            kind: self.kind,
            first_name: self.first_name,
            last_name: self.last_name,
            second_name: self.second_name,
            email: self.email,
            work_position: self.work_position,
            gender: self.gender,
            birthday: self.birthday,
            color: self.color,
            avatar: self.avatar,
            external_auth_id: self.external_auth_id,
            status: self.status,
            idle_since: self.idle_since.map(|date| date.0),
            last_activity: self.last_activity.map(|date| date.0),
            mobile_last: self.mobile_last.map(|date| date.0),
            desktop_last: self.desktop_last.map(|date| date.0),
            absent_until: self.absent_until.map(|date| date.0),
            departments: self.departments,
            phones: self.phones,
            website: self.website,
            bot: self.bot,
            registered_at: self.registered_at.0,
            last_login: self.last_login.map(|date| date.0),
            profile: self.profile,
        }
    }
}

/// See [`Chat`]. Private chats name the two people in `pair`.
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
    pub created_at: Date,
    pub pair: Option<(UserId, UserId)>,
    pub line: Option<LineRecord>,
}

/// See [`Line`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Line")]
pub struct LineRecord {
    pub id: i64,
    pub status: i64,
    pub date_create: Date,
}

/// See [`Fact::Member`].
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
    pub joined_at: Date,
    #[serde(default)]
    pub first_visible: MessageId,
}

/// See [`File`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of File")]
pub struct FileRecord {
    pub id: FileId,
    pub chat: ChatId,
    pub author: UserId,
    pub date: Date,
    pub name: String,
    #[serde(default)]
    pub kind: FileKind,
    #[serde(default)]
    pub size: i64,
    #[serde(default)]
    pub width: i64,
    #[serde(default)]
    pub height: i64,
}

/// See [`Message`]. Without `actor` the author caused it; without `counts` it counts when a person wrote it.
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
    pub date: Date,
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

/// See [`Fact::View`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct ViewRecord {
    pub message: MessageId,
    pub user: UserId,
    pub date: Date,
}

/// See [`Fact::Touch`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct TouchRecord {
    pub chat: ChatId,
    pub date: Date,
}

/// See [`Fact::Read`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct ReadRecord {
    pub chat: ChatId,
    pub user: UserId,
    pub message: MessageId,
    pub date: Date,
}

/// See [`Fact::Pin`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct PinRecord {
    pub chat: ChatId,
    pub user: UserId,
    pub order: i64,
}

/// See [`Fact::Row`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Member")]
pub struct RowRecord {
    pub chat: ChatId,
    pub user: UserId,
    pub last_read: MessageId,
    #[serde(default)]
    pub read_at: Option<Date>,
    #[serde(default)]
    pub hidden_upto: MessageId,
    #[serde(default)]
    pub pin_order: i64,
    #[serde(default)]
    pub mark: bool,
    #[serde(default)]
    pub marked: MessageId,
    pub updated_at: Date,
}

/// See [`Fact::Removal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the fact")]
pub struct RemovalRecord {
    pub user: UserId,
    pub chat: ChatId,
    pub reason: String,
    pub date: Date,
}

/// See [`Webhook`]. The secret is written down as its hash only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Webhook")]
pub struct WebhookRecord {
    pub user: UserId,
    pub secret_hash: String,
    pub scopes: String,
    pub revision: Revision,
    pub created_at: Date,
    #[serde(default)]
    pub expires_at: Option<Date>,
    #[serde(default)]
    pub title: String,
}

impl From<Fact> for Record {
    fn from(fact: Fact) -> Self {
        match fact {
            Fact::Portal { color_counter } => Self::Portal(PortalRecord { color_counter }),
            Fact::Department(Department { id, name, parent_id, head_id, sort }) => {
                Self::Department(DepartmentRecord { id, name, parent: parent_id, head: head_id, sort })
            }
            Fact::User(user) => Self::User(Box::new(UserRecord::from_user(*user))),
            Fact::Chat(chat) => Self::Chat(Box::new(chat_record(*chat))),
            Fact::Member(member) => Self::Member(MemberRecord {
                chat: member.chat_id,
                user: member.user_id,
                manager: member.manager,
                muted: member.muted,
                joined_at: Date(member.joined_at),
                first_visible: member.first_visible_id,
            }),
            Fact::File(file) => Self::File(FileRecord {
                id: file.id,
                chat: file.chat_id,
                author: file.author_id,
                date: Date(file.date),
                name: file.name,
                kind: file.kind,
                size: file.size,
                width: file.width,
                height: file.height,
            }),
            Fact::Message { message, once, purged } => {
                Self::Message(Box::new(message_record(*message, once, purged)))
            }
            Fact::View { message, user, date } => Self::View(ViewRecord { message, user, date: Date(date) }),
            Fact::Touch { chat, date } => Self::Touch(TouchRecord { chat, date: Date(date) }),
            Fact::Read { chat, user, message, date } => {
                Self::Read(ReadRecord { chat, user, message, date: Date(date) })
            }
            Fact::Pin { chat, user, order } => Self::Pin(PinRecord { chat, user, order }),
            Fact::Row(member) => Self::Row(RowRecord {
                chat: member.chat_id,
                user: member.user_id,
                last_read: member.last_read_id,
                read_at: member.read_at.map(Date),
                hidden_upto: member.hidden_upto,
                pin_order: member.pin_order,
                mark: member.mark,
                marked: member.marked_id,
                updated_at: Date(member.updated_at),
            }),
            Fact::Removal { user, chat, reason, date } => Self::Removal(RemovalRecord {
                user,
                chat,
                reason: reason.word().to_owned(),
                date: Date(date),
            }),
            Fact::Webhook(webhook) => Self::Webhook(WebhookRecord {
                user: webhook.user_id,
                secret_hash: webhook.secret_hash,
                scopes: webhook.scopes.joined(),
                revision: webhook.revision,
                created_at: Date(webhook.created_at),
                expires_at: webhook.expires_at.map(Date),
                title: webhook.title,
            }),
        }
    }
}

fn chat_record(chat: Chat) -> ChatRecord {
    ChatRecord {
        id: chat.id,
        kind: chat.kind,
        title: chat.title,
        description: chat.description,
        owner: chat.owner_id,
        color: chat.color,
        avatar: chat.avatar,
        entity_type: chat.entity_type,
        entity_id: chat.entity_id,
        entity_data: chat.entity_data,
        parent_chat: chat.parent_chat_id,
        parent_message: chat.parent_message_id,
        created_at: Date(chat.created_at),
        pair: chat.pair,
        line: chat.line.map(|Line { id, status, date_create }| LineRecord {
            id,
            status,
            date_create: Date(date_create),
        }),
    }
}

fn message_record(message: Message, once: Option<String>, purged: bool) -> MessageRecord {
    MessageRecord {
        id: message.id,
        chat: message.chat_id,
        author: message.author_id,
        actor: (message.actor_id != message.author_id).then_some(message.actor_id),
        date: Date(message.date),
        text: message.text,
        uuid: message.uuid,
        once,
        params: message.params,
        counts: (message.counts == message.author_id.is_none()).then_some(message.counts),
        deleted: message.deleted,
        purged,
        viewed: message.viewed,
    }
}

impl TryFrom<Record> for Fact {
    type Error = String;

    /// The error says in words what a well-formed record still gets wrong.
    fn try_from(record: Record) -> Result<Self, String> {
        Ok(match record {
            Record::Portal(record) => Self::Portal { color_counter: record.color_counter },
            Record::Department(record) => Self::Department(Department {
                id: positive(record.id, "id")?,
                name: record.name,
                parent_id: record.parent,
                head_id: record.head,
                sort: record.sort,
            }),
            Record::User(record) => {
                positive(record.id.0, "id")?;
                Self::User(Box::new(record.into_user()))
            }
            Record::Chat(record) => Self::Chat(Box::new(chat(*record)?)),
            Record::Member(record) => Self::Member(Member {
                chat_id: record.chat,
                user_id: record.user,
                manager: record.manager,
                muted: record.muted,
                joined_at: record.joined_at.0,
                first_visible_id: record.first_visible,
                ..Member::default()
            }),
            Record::File(record) => Self::File(File {
                id: FileId(positive(record.id.0, "id")?),
                chat_id: record.chat,
                author_id: record.author,
                date: record.date.0,
                name: record.name,
                kind: record.kind,
                size: record.size,
                width: record.width,
                height: record.height,
            }),
            Record::Message(record) => message(*record)?,
            Record::View(record) => {
                Self::View { message: record.message, user: record.user, date: record.date.0 }
            }
            Record::Touch(record) => Self::Touch { chat: record.chat, date: record.date.0 },
            Record::Read(record) => Self::Read {
                chat: record.chat,
                user: record.user,
                message: record.message,
                date: record.date.0,
            },
            Record::Pin(record) => {
                Self::Pin { chat: record.chat, user: record.user, order: positive(record.order, "order")? }
            }
            Record::Row(record) => Self::Row(Member {
                chat_id: record.chat,
                user_id: record.user,
                last_read_id: record.last_read,
                read_at: record.read_at.map(|date| date.0),
                hidden_upto: record.hidden_upto,
                pin_order: record.pin_order,
                mark: record.mark,
                marked_id: record.marked,
                updated_at: record.updated_at.0,
                ..Member::default()
            }),
            Record::Removal(record) => Self::Removal {
                user: record.user,
                chat: record.chat,
                reason: RemovalReason::from_word(&record.reason)
                    .ok_or_else(|| format!("there is no reason {:?}", record.reason))?,
                date: record.date.0,
            },
            Record::Webhook(record) => Self::Webhook(Webhook {
                id: WebhookId(0),
                user_id: record.user,
                secret_hash: record.secret_hash,
                scopes: Scopes::parse(&record.scopes)?,
                revision: record.revision,
                created_at: record.created_at.0,
                expires_at: record.expires_at.map(|date| date.0),
                title: record.title,
            }),
        })
    }
}

fn chat(record: ChatRecord) -> Result<Chat, String> {
    let pair = match (record.kind, record.pair) {
        (ChatKind::Private, None) => return Err("a private chat needs its \"pair\" of user ids".to_owned()),
        (ChatKind::Private, Some((one, other))) => Some((one.min(other), one.max(other))),
        (_, None) => None,
        (_, Some(_)) => return Err("only a private chat has a \"pair\"".to_owned()),
    };
    Ok(Chat {
        id: ChatId(positive(record.id.0, "id")?),
        kind: record.kind,
        title: record.title,
        description: record.description,
        owner_id: record.owner,
        color: record.color,
        avatar: record.avatar,
        entity_type: record.entity_type,
        entity_id: record.entity_id,
        entity_data: record.entity_data,
        parent_chat_id: record.parent_chat,
        parent_message_id: record.parent_message,
        created_at: record.created_at.0,
        pair,
        line: record.line.map(|line| Line {
            id: line.id,
            status: line.status,
            date_create: line.date_create.0,
        }),
        ..Chat::default()
    })
}

fn message(record: MessageRecord) -> Result<Fact, String> {
    let message = Message {
        id: MessageId(positive(record.id.0, "id")?),
        chat_id: record.chat,
        author_id: record.author,
        actor_id: record.actor.unwrap_or(record.author),
        date: record.date.0,
        text: record.text,
        uuid: record.uuid,
        params: record.params,
        ordinal: 0,
        counts: record.counts.unwrap_or(!record.author.is_none()),
        deleted: record.deleted,
        viewed: record.viewed,
    };
    Ok(Fact::Message { message: Box::new(message), once: record.once, purged: record.purged })
}

fn positive(number: i64, key: &str) -> Result<i64, String> {
    if number > 0 { Ok(number) } else { Err(format!("{key} must be a positive number")) }
}
