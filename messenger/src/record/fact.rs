//! From records to facts and back.

use lately_model::audit::TOOL;
use lately_model::blob::is_hash;
use lately_model::notification::TAG_MAX_CHARS;
use lately_model::password::login;
use lately_model::text::clip;
use lately_model::{
    Chat, ChatId, ChatKind, Deed, DeedId, DeedKind, Department, DialogId, Doer, File, FileId, Folder,
    FolderId, Line, Member, Message, MessageId, Moment, Notification, NotificationKind, Owner, Password,
    PortalSettings, RemovalReason, Scopes, Setting, Way, Webhook, WebhookId,
};
use lately_store::{AppOption, Fact, Found, StoredSetting};

use super::app;
use super::{
    ChatRecord, DeedRecord, DepartmentRecord, FileRecord, FolderRecord, LineRecord, MemberRecord,
    MessageRecord, NotificationRecord, OptionRecord, PasswordRecord, PinRecord, PortalRecord, ReadRecord,
    Record, RemovalRecord, RowRecord, SearchLastRecord, SettingRecord, TouchRecord, ViewRecord,
    WebhookRecord,
};
use crate::password::known_hash;

/// The highest number of anything: clients that count in floating point still read it exactly, and so all those that the
/// portal gives after it.
const HIGHEST: i64 = 1 << 52;

impl From<Fact> for Record {
    fn from(fact: Fact) -> Self {
        match fact {
            Fact::Portal { color_counter } => Self::Portal(PortalRecord { color_counter }),
            Fact::Department(Department { id, name, parent_id, head_id, sort }) => {
                Self::Department(DepartmentRecord { id, name, parent: parent_id, head: head_id, sort })
            }
            Fact::User(user) => Self::User(user),
            Fact::Absence(absence) => Self::Absence(absence.into()),
            Fact::Chat(chat) => Self::Chat(Box::new(chat_record(*chat))),
            Fact::Member(member) => Self::Member(MemberRecord {
                chat: member.chat_id,
                user: member.user_id,
                manager: member.manager,
                muted: member.muted,
                joined_at: member.joined_at,
                first_visible: member.first_visible_id,
            }),
            Fact::Folder(folder) => Self::Folder(folder_record(folder)),
            Fact::File { file, bytes, preview } => Self::File(Box::new(file_record(*file, bytes, preview))),
            Fact::Message { message, once, purged } => {
                Self::Message(Box::new(message_record(*message, once, purged)))
            }
            Fact::Notification(notification) => {
                Self::Notification(Box::new(notification_record(*notification)))
            }
            Fact::View { message, user, date } => Self::View(ViewRecord { message, user, date }),
            Fact::Touch { chat, date } => Self::Touch(TouchRecord { chat, date }),
            Fact::Read { chat, user, message, date } => Self::Read(ReadRecord { chat, user, message, date }),
            Fact::Pin { chat, user, order } => Self::Pin(PinRecord { chat, user, order }),
            Fact::Row(member) => Self::Row(RowRecord {
                chat: member.chat_id,
                user: member.user_id,
                last_read: member.last_read_id,
                read_at: member.read_at,
                hidden_upto: member.hidden_upto,
                pin_order: member.pin_order,
                mark: member.mark,
                marked: member.marked_id,
                updated_at: member.updated_at,
            }),
            Fact::Removal { user, chat, reason, date } => {
                Self::Removal(RemovalRecord { user, chat, reason: reason.word().to_owned(), date })
            }
            Fact::Webhook(webhook) => Self::Webhook(WebhookRecord {
                user: webhook.user_id,
                secret_hash: webhook.secret_hash,
                scopes: webhook.scopes.joined(),
                revision: webhook.revision,
                created_at: webhook.created_at,
                expires_at: webhook.expires_at,
                title: webhook.title,
            }),
            Fact::App(app) => Self::App(Box::new(app::record(*app))),
            Fact::AppToken(token) => Self::AppToken(app::token_record(token)),
            Fact::Password(Password { user_id, login, hash, changed_at }) => {
                Self::Password(PasswordRecord { user: user_id, login, hash, changed_at })
            }
            Fact::Found(Found { user_id, dialog, place }) => {
                Self::SearchLast(SearchLastRecord { user: user_id, dialog: dialog.to_string(), place })
            }
            Fact::Option(AppOption { application, user_id, name, value }) => Self::Option(OptionRecord {
                application,
                user: user_id,
                name,
                value: serde_json::from_str(&value).unwrap_or_default(),
            }),
            Fact::Setting(StoredSetting { name, value, changed_at, changed_by }) => {
                Self::Setting(SettingRecord { name, value, changed_at, changed_by })
            }
            Fact::Deed(deed) => Self::Deed(Box::new(deed_record(*deed))),
            Fact::Feed(owner) => Self::Feed(owner.into()),
            Fact::Handler(handler) => Self::Handler(handler.into()),
            Fact::Backlog(entry) => Self::Backlog(entry.into()),
            Fact::Bot(program) => Self::Bot(Box::new((*program).into())),
            Fact::Command(command) => Self::Command(Box::new((*command).into())),
        }
    }
}

fn folder_record(folder: Folder) -> FolderRecord {
    let (owner, owner_id) = folder.owner.parts();
    FolderRecord {
        id: folder.id,
        parent: folder.parent_id,
        owner: owner.to_owned(),
        owner_id,
        name: folder.name,
        created_at: folder.created_at,
        created_by: folder.created_by,
    }
}

fn file_record(file: File, hash: Option<String>, preview: Option<String>) -> FileRecord {
    FileRecord {
        id: file.id,
        chat: file.chat_id,
        author: file.author_id,
        date: file.date,
        name: file.name,
        kind: file.kind,
        size: file.size,
        width: file.width,
        height: file.height,
        folder: file.folder_id,
        updated_at: (file.updated_at != Moment(0)).then_some(file.updated_at),
        updated_by: file.updated_by,
        version: file.version,
        hash,
        preview,
        deleted: file.deleted,
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
        created_at: chat.created_at,
        pair: chat.pair,
        line: chat.line.map(|Line { id, status, date_create }| LineRecord { id, status, date_create }),
    }
}

fn message_record(message: Message, once: Option<String>, purged: bool) -> MessageRecord {
    MessageRecord {
        id: message.id,
        chat: message.chat_id,
        author: message.author_id,
        actor: (message.actor_id != message.author_id).then_some(message.actor_id),
        date: message.date,
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

fn notification_record(notification: Notification) -> NotificationRecord {
    NotificationRecord {
        message: notification.message_id,
        kind: notification.kind,
        module: notification.module,
        event: notification.event,
        app: notification.app,
        tag: notification.tag,
        sub_tag: notification.sub_tag,
        title: notification.title,
        buttons: notification.buttons,
        unread: notification.unread,
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
                Self::User(record)
            }
            Record::Absence(record) => Self::Absence(record.try_into()?),
            Record::Chat(record) => Self::Chat(Box::new(chat(*record)?)),
            Record::Member(record) => Self::Member(Member {
                chat_id: record.chat,
                user_id: record.user,
                manager: record.manager,
                muted: record.muted,
                joined_at: record.joined_at,
                first_visible_id: record.first_visible,
                ..Member::default()
            }),
            Record::Folder(record) => Self::Folder(folder(record)?),
            Record::File(record) => file(*record)?,
            Record::Message(record) => message(*record)?,
            Record::Notification(record) => Self::Notification(Box::new(notification(*record)?)),
            Record::View(record) => {
                Self::View { message: record.message, user: record.user, date: record.date }
            }
            Record::Touch(record) => Self::Touch { chat: record.chat, date: record.date },
            Record::Read(record) => Self::Read {
                chat: record.chat,
                user: record.user,
                message: record.message,
                date: record.date,
            },
            Record::Pin(record) => {
                Self::Pin { chat: record.chat, user: record.user, order: positive(record.order, "order")? }
            }
            Record::Row(record) => Self::Row(Member {
                chat_id: record.chat,
                user_id: record.user,
                last_read_id: record.last_read,
                read_at: record.read_at,
                hidden_upto: record.hidden_upto,
                pin_order: record.pin_order,
                mark: record.mark,
                marked_id: record.marked,
                updated_at: record.updated_at,
                ..Member::default()
            }),
            Record::Removal(record) => Self::Removal {
                user: record.user,
                chat: record.chat,
                reason: RemovalReason::from_word(&record.reason)
                    .ok_or_else(|| format!("there is no reason {:?}", record.reason))?,
                date: record.date,
            },
            Record::Webhook(record) => Self::Webhook(Webhook {
                id: WebhookId(0),
                user_id: record.user,
                secret_hash: record.secret_hash,
                scopes: Scopes::parse(&record.scopes)?,
                revision: record.revision,
                created_at: record.created_at,
                expires_at: record.expires_at,
                title: record.title,
            }),
            Record::App(record) => Self::App(Box::new(app::app(*record)?)),
            Record::AppToken(record) => Self::AppToken(app::token(record)?),
            Record::Password(record) => Self::Password(Password {
                user_id: record.user,
                login: login(&record.login).ok_or_else(|| format!("{:?} is no login", record.login))?,
                hash: known_hash(&record.hash)?,
                changed_at: record.changed_at,
            }),
            Record::SearchLast(record) => Self::Found(Found {
                user_id: record.user,
                dialog: DialogId::parse(&record.dialog)
                    .ok_or_else(|| format!("there is no dialog {:?}", record.dialog))?,
                place: positive(record.place, "place")?,
            }),
            Record::Option(record) => Self::Option(AppOption {
                application: record.application,
                user_id: record.user,
                name: record.name,
                value: record.value.to_string(),
            }),
            Record::Setting(record) => Self::Setting(setting(record)?),
            Record::Deed(record) => Self::Deed(Box::new(deed(*record)?)),
            Record::Feed(record) => Self::Feed(record.into()),
            Record::Handler(record) => Self::Handler(record.try_into()?),
            Record::Backlog(record) => Self::Backlog(record.into()),
            Record::Bot(record) => Self::Bot(Box::new((*record).try_into()?)),
            Record::Command(record) => Self::Command(Box::new((*record).try_into()?)),
        })
    }
}

/// A name that this version does not know is kept for those that do.
fn setting(record: SettingRecord) -> Result<StoredSetting, String> {
    if let Some(known) = Setting::of_key(&record.name) {
        let said = PortalSettings::default().set(known, &record.value);
        said.map_err(|why| format!("{}: {why}", record.name))?;
    }
    let SettingRecord { name, value, changed_at, changed_by } = record;
    Ok(StoredSetting { name, value, changed_at, changed_by })
}

fn deed_record(deed: Deed) -> DeedRecord {
    let Doer { user, way, tool, peer } = deed.doer;
    DeedRecord {
        id: deed.id,
        at: deed.at,
        kind: deed.kind.word().to_owned(),
        by: user.unwrap_or_default(),
        way: way.word().to_owned(),
        tool,
        peer: peer.map(|peer| peer.to_canonical().to_string()).unwrap_or_default(),
        user: deed.user_id,
        thing: deed.thing,
        detail: deed.detail,
    }
}

fn deed(record: DeedRecord) -> Result<Deed, String> {
    let kind = DeedKind::from_word(&record.kind);
    let way = Way::from_word(&record.way).ok_or_else(|| format!("there is no way {:?}", record.way))?;
    let peer = match record.peer.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| format!("{text:?} is no address"))?),
    };
    let user = (!record.by.is_none()).then_some(record.by);
    Ok(Deed {
        id: DeedId(positive(record.id.0, "id")?),
        at: record.at,
        kind: kind.ok_or_else(|| format!("there is no kind of deeds {:?}", record.kind))?,
        doer: Doer { user, way, tool: clip(&record.tool, TOOL), peer },
        user_id: record.user,
        thing: record.thing,
        detail: record.detail,
    })
}

fn folder(record: FolderRecord) -> Result<Folder, String> {
    let owner = Owner::from_parts(&record.owner, record.owner_id)
        .ok_or_else(|| format!("there is no owner {:?}", record.owner))?;
    Ok(Folder {
        id: FolderId(positive(record.id.0, "id")?),
        parent_id: record.parent,
        // One level: whatever is no storage lies in one.
        storage_id: if record.parent.is_none() { record.id } else { record.parent },
        owner,
        name: record.name,
        created_at: record.created_at,
        created_by: record.created_by,
    })
}

fn file(record: FileRecord) -> Result<Fact, String> {
    for hash in [&record.hash, &record.preview].into_iter().flatten() {
        if !is_hash(hash) {
            return Err("\"hash\" and \"preview\" are SHA-256 as hex in small letters".to_owned());
        }
    }
    let file = File {
        id: FileId(positive(record.id.0, "id")?),
        chat_id: record.chat,
        author_id: record.author,
        date: record.date,
        name: record.name,
        kind: record.kind,
        size: record.size,
        width: record.width,
        height: record.height,
        folder_id: record.folder,
        updated_at: record.updated_at.unwrap_or_default(),
        updated_by: record.updated_by,
        version: record.version,
        deleted: record.deleted,
        ..File::default()
    };
    Ok(Fact::File { file: Box::new(file), bytes: record.hash, preview: record.preview })
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
        created_at: record.created_at,
        pair,
        line: record.line.map(|line| Line {
            id: line.id,
            status: line.status,
            date_create: line.date_create,
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
        date: record.date,
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

fn notification(record: NotificationRecord) -> Result<Notification, String> {
    let words = [&record.module, &record.event, &record.app, &record.tag, &record.sub_tag];
    if words.iter().any(|word| word.chars().count() > TAG_MAX_CHARS) {
        return Err(format!("module, event, app and tags have {TAG_MAX_CHARS} characters at most"));
    }
    if record.buttons.is_empty() == (record.kind == NotificationKind::Confirm) {
        return Err("\"confirm\" needs \"buttons\", and nothing else has any".to_owned());
    }
    Ok(Notification {
        message_id: record.message,
        kind: record.kind,
        module: record.module,
        event: record.event,
        app: record.app,
        tag: record.tag,
        sub_tag: record.sub_tag,
        title: record.title,
        buttons: record.buttons,
        unread: record.unread,
    })
}

pub(super) fn positive(number: i64, key: &str) -> Result<i64, String> {
    match number {
        1..=HIGHEST => Ok(number),
        _ => Err(format!("{key} must be a positive number, {HIGHEST} at most")),
    }
}
