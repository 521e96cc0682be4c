//! A person's notifications, page by page, and the search among them.
//!
//! Must hold: those that want to be confirmed come first, and within each part the newest; following a page's last place
//! neither repeats nor misses one.

use lately_model::notification::Search;
use lately_model::{Chat, ChatId, Message, MessageId, Notification, User, UserId};
use lately_store::{Part, Snapshot};

use crate::dialog::{fill_names, shown_users};
use crate::user::acting;
use crate::{Error, Messenger};

/// How many notifications a search reads at a time, and how many it looks at in all.
const STEP: i64 = 500;
const LOOKED_AT: usize = 100_000;

/// After which notification a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the beginning.
    Start,
    /// After this one of those that want to be confirmed.
    Confirm(MessageId),
    /// After this one of the others.
    Ordinary(MessageId),
}

/// What a page shows.
#[derive(Debug, Clone, Default)]
pub struct NotificationPage {
    /// The chat; zero for somebody whom nobody ever notified.
    pub chat_id: ChatId,
    /// How many there are or were found; `None` where that is not told.
    pub total: Option<i64>,
    /// How many are unread.
    pub unread: i64,
    /// The notifications, their texts with names filled in.
    pub notifications: Vec<(Message, Notification)>,
    /// The people who sent them.
    pub users: Vec<User>,
}

impl Messenger {
    /// `im.notify.get`: up to `limit` notifications after a place.
    pub async fn notifications(
        &self,
        user: UserId,
        place: Place,
        limit: i64,
    ) -> Result<NotificationPage, Error> {
        self.store
            .read(move |snapshot| {
                acting(snapshot, user)?;
                let Some(chat) = snapshot.notification_chat(user)? else { return Ok(empty()) };
                let found = after(snapshot, chat.id, place, limit)?;
                let (total, unread) = snapshot.notification_counts(chat.id)?;
                Ok(NotificationPage { total: Some(total), unread, ..shown(snapshot, &chat, found)? })
            })
            .await
    }

    /// `im.notify.history.search`: up to `limit` notifications that `search` takes, newest first, below `before`. The
    /// first page, without a bound, tells how many there are.
    pub async fn search_notifications(
        &self,
        user: UserId,
        search: Search,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<NotificationPage, Error> {
        let search = search.folded();
        self.store
            .read(move |snapshot| {
                acting(snapshot, user)?;
                let counted = before.is_none();
                let Some(chat) = snapshot.notification_chat(user)? else {
                    return Ok(NotificationPage { total: counted.then_some(0), ..empty() });
                };
                let (found, total) = find(snapshot, chat.id, &search, before, limit)?;
                let total = counted.then_some(total);
                Ok(NotificationPage { total, ..shown(snapshot, &chat, found)? })
            })
            .await
    }
}

fn empty() -> NotificationPage {
    NotificationPage::default()
}

fn after(
    snapshot: &Snapshot<'_>,
    chat: ChatId,
    place: Place,
    limit: i64,
) -> Result<Vec<(Message, Notification)>, Error> {
    const NEWEST: MessageId = MessageId(i64::MAX);
    let (confirm, ordinary) = match place {
        Place::Start => (Some(NEWEST), NEWEST),
        Place::Confirm(last) => (Some(last), NEWEST),
        Place::Ordinary(last) => (None, last),
    };
    let mut found = match confirm {
        Some(before) => snapshot.notifications(chat, Part::Confirm, before, limit)?,
        None => Vec::new(),
    };
    let rest = limit - i64::try_from(found.len()).unwrap_or(limit);
    found.extend(snapshot.notifications(chat, Part::Ordinary, ordinary, rest)?);
    Ok(found)
}

/// Looks at one notification after another. With a bound it stops once the page is full.
fn find(
    snapshot: &Snapshot<'_>,
    chat: ChatId,
    search: &Search,
    before: Option<MessageId>,
    limit: usize,
) -> Result<(Vec<(Message, Notification)>, i64), Error> {
    let (mut found, mut total, mut seen) = (Vec::new(), 0, 0);
    let mut edge = before.unwrap_or(MessageId(i64::MAX));
    while seen < LOOKED_AT && (before.is_none() || found.len() < limit) {
        let some = snapshot.notifications(chat, Part::All, edge, STEP)?;
        let Some((last, _)) = some.last() else { break };
        edge = last.id;
        seen += some.len();
        for (message, notification) in some {
            if search.takes(&message, &notification) {
                total += 1;
                if found.len() < limit {
                    found.push((message, notification));
                }
            }
        }
    }
    Ok((found, total))
}

fn shown(
    snapshot: &Snapshot<'_>,
    chat: &Chat,
    mut notifications: Vec<(Message, Notification)>,
) -> Result<NotificationPage, Error> {
    let users = shown_users(snapshot, notifications.iter().map(|(message, _)| message))?;
    for (message, _) in &mut notifications {
        fill_names(snapshot, message)?;
    }
    Ok(NotificationPage { chat_id: chat.id, notifications, users, ..empty() })
}
