//! Messages of one chat found by their words, their dates, or both.
//!
//! Must hold: what is found is what a reader of the whole chat would find, whatever of it has its words kept; a long look
//! leaves a wish that the next one be shorter, and nothing is written while somebody waits.

use std::ops::ControlFlow;

use lately_model::search::{asked, holds};
use lately_model::{ChatId, DialogId, Message, MessageId, Moment, User, UserId, preview};
use lately_store::{Snapshot, Sought};

use crate::dialog::{fill_names, readable, shown_users};
use crate::file::{self, ShownFile};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// How many messages are read at a time.
const STEP: i64 = 500;

/// From how many messages on that had to be read one by one a chat gets words.
const LONG: usize = 1000;

/// How many messages get words in one transaction, so that nobody who sends waits long.
const PREPARED: i64 = 20;

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Words; each must begin one of a message. `None` finds every message.
    pub text: Option<String>,
    /// The earliest date.
    pub since: Moment,
    /// The latest date.
    pub until: Moment,
    /// Whether the newest come first.
    pub newest_first: bool,
    /// The message after which to go on.
    pub last: Option<MessageId>,
    /// How many at most.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct FoundPage {
    /// The messages, their texts with names filled in, and how many others have viewed each.
    pub messages: Vec<(Message, i64)>,
    /// Up to where the caller has read; `None` for somebody who is not a member.
    pub last_read: Option<MessageId>,
    /// The people who wrote them or whom they name.
    pub users: Vec<User>,
    /// Their files.
    pub files: Vec<ShownFile>,
}

impl Messenger {
    /// `im.dialog.messages.search`.
    pub async fn search_messages(&self, user: UserId, chat: ChatId, wish: Wish) -> Result<FoundPage, Error> {
        let found = self.store.read(move |snapshot| {
            let actor = acting(snapshot, user)?;
            let chat = readable(snapshot, &actor, DialogId::Chat(chat))?.ok_or(Refusal::NoAccess)?;
            let member = snapshot.member(chat.id, user)?;
            let first = member.as_ref().map(|member| member.first_visible_id);
            let (messages, read) = find(snapshot, chat.id, first.unwrap_or_default(), &wish)?;
            let page = shown(snapshot, user, messages)?;
            Ok::<_, Error>((FoundPage { last_read: member.map(|member| member.last_read_id), ..page }, read))
        });
        let (mut page, read) = found.await?;
        self.link_files(user, &mut page.files).await?;
        if read >= LONG {
            self.store.write(move |tx| Ok::<_, Error>(tx.want_search(chat)?)).await?;
            self.looked_long.notify_one();
        }
        Ok(page)
    }

    /// Returns once somebody has looked long in a chat, here and since it returned last.
    pub async fn searches_wanted(&self) {
        self.looked_long.notified().await;
    }

    /// Gives words to messages of chats in which somebody looked long, until all have theirs. Answers how many messages.
    pub async fn prepare_searches(&self) -> Result<usize, Error> {
        let mut prepared = 0;
        loop {
            let step = self.store.write(|tx| Ok::<_, Error>(tx.prepare_search(PREPARED)?)).await?;
            match step {
                Some(count) => prepared += count,
                None => return Ok(prepared),
            }
        }
    }
}

/// What is found, and how many messages had to be read one by one.
fn find(
    snapshot: &Snapshot<'_>,
    chat: ChatId,
    first: MessageId,
    wish: &Wish,
) -> Result<(Vec<Message>, usize), Error> {
    let words = wish.text.as_deref().map(asked);
    if words.as_ref().is_some_and(Vec::is_empty) {
        return Ok((Vec::new(), 0));
    }
    let upto = if words.is_some() { snapshot.searchable_upto(chat)? } else { MessageId(0) };
    let (low, high) = match wish.last {
        Some(last) if wish.newest_first => (first, MessageId(last.0.saturating_sub(1))),
        Some(last) => (first.max(MessageId(last.0.saturating_add(1))), MessageId(i64::MAX)),
        None => (first, MessageId(i64::MAX)),
    };
    let part = |first: MessageId, last: MessageId| Sought {
        chat,
        first,
        last,
        since: wish.since,
        until: wish.until,
        newest_first: wish.newest_first,
    };
    let kept = (part(low, high.min(upto)), words.as_deref().unwrap_or_default());
    let rest = (part(low.max(MessageId(upto.0 + 1)), high), [].as_slice());
    let mut look = Look { words: words.as_deref(), limit: wish.limit, found: Vec::new(), read: 0 };
    for (sought, by) in if wish.newest_first { [rest, kept] } else { [kept, rest] } {
        if look.through(snapshot, sought, by)?.is_break() {
            break;
        }
    }
    Ok((look.found, look.read))
}

/// Somebody who looks.
struct Look<'a> {
    words: Option<&'a [String]>,
    limit: usize,
    found: Vec<Message>,
    /// How many messages were read whose words are not kept.
    read: usize,
}

impl Look<'_> {
    /// Looks through one part of a chat, `by` words that are kept, or at each message. Breaks once enough is found.
    fn through(
        &mut self,
        snapshot: &Snapshot<'_>,
        mut sought: Sought,
        by: &[String],
    ) -> Result<ControlFlow<()>, Error> {
        while sought.first <= sought.last {
            let some = snapshot.sought(&sought, by, STEP)?;
            let Some(edge) = some.last().map(|message| message.id) else { break };
            if by.is_empty() && self.words.is_some() {
                self.read += some.len();
            }
            for message in some {
                let takes = self.words.is_none_or(|words| holds(&preview::bare(&message.text), words));
                if takes {
                    self.found.push(message);
                }
                if self.found.len() >= self.limit {
                    return Ok(ControlFlow::Break(()));
                }
            }
            match sought.newest_first {
                true => sought.last = MessageId(edge.0 - 1),
                false => sought.first = MessageId(edge.0 + 1),
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn shown(snapshot: &Snapshot<'_>, user: UserId, messages: Vec<Message>) -> Result<FoundPage, Error> {
    let users = shown_users(snapshot, messages.iter())?;
    let files = snapshot.files_of(&messages)?;
    let files = files.into_iter().map(|one| file::named(snapshot, one)).collect::<Result<_, _>>()?;
    let mut counted = Vec::with_capacity(messages.len());
    for mut message in messages {
        fill_names(snapshot, &mut message)?;
        let (_, viewers) = snapshot.views(message.id, user, 0)?;
        counted.push((message, viewers));
    }
    Ok(FoundPage { messages: counted, users, files, last_read: None })
}
