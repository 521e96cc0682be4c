//! Finding people, chats and departments by words.
//!
//! Must hold: nobody finds what they may not see. Guests from outside find those with whom they share a chat, and nothing
//! of the structure.

use lately_model::search::{SHORTEST, asked, finds, words};
use lately_model::{Department, User, UserId};
use lately_store::{Among, Span};

use crate::department::{DepartmentCard, cards, structure};
use crate::dialog::{self, ChatView};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

impl Messenger {
    /// `im.search.user.list`: active colleagues and bots by name, position or department, and how many there are.
    pub async fn search_users(
        &self,
        caller: UserId,
        find: String,
        span: Span,
    ) -> Result<(Vec<User>, i64), Error> {
        let asked = long_enough(&find)?;
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, caller)?;
                if asked.is_empty() {
                    return Ok((Vec::new(), 0));
                }
                let guest = actor.is_extranet().then_some(actor.id);
                Ok(snapshot.find_users(&asked, guest, span)?)
            })
            .await
    }

    /// `im.search.chat.list`: one's own chats and, for employees, open ones, by title or by a member's name; with `lines`
    /// one's own open lines only. The newest first, and how many there are.
    pub async fn search_chats(
        &self,
        caller: UserId,
        find: String,
        lines: bool,
        span: Span,
    ) -> Result<(Vec<ChatView>, i64), Error> {
        let asked = long_enough(&find)?;
        let now = self.now();
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, caller)?;
                if asked.is_empty() {
                    return Ok((Vec::new(), 0));
                }
                let among = match (lines, actor.is_extranet()) {
                    (true, _) => Among::Lines,
                    (_, true) => Among::Own,
                    _ => Among::OwnAndOpen,
                };
                let (chats, total) = snapshot.find_chats(&asked, caller, among, span)?;
                let view = |chat| dialog::view(snapshot, caller, chat, now);
                Ok((chats.into_iter().map(view).collect::<Result<_, _>>()?, total))
            })
            .await
    }

    /// `im.search.department.list`: departments by the words of their names, and how many there are. A text that is too
    /// short finds all.
    pub async fn search_departments(
        &self,
        caller: UserId,
        find: String,
        span: Span,
    ) -> Result<(Vec<DepartmentCard>, i64), Error> {
        if find.is_empty() {
            return Err(Refusal::FindShort.into());
        }
        let asked = long_enough(&find).ok();
        self.store
            .read(move |snapshot| {
                if acting(snapshot, caller)?.is_extranet() {
                    return Ok((Vec::new(), 0));
                }
                let structure = structure(snapshot)?;
                let found = |department: &&Department| match &asked {
                    Some(asked) => finds(&words([department.name.as_str()]), asked),
                    None => true,
                };
                let found: Vec<&Department> = structure.iter().filter(found).collect();
                let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
                let (offset, limit) = (usize::try_from(span.offset), usize::try_from(span.limit));
                let page = found.into_iter().skip(offset.unwrap_or(usize::MAX)).take(limit.unwrap_or(0));
                Ok((cards(snapshot, &structure, &page.collect::<Vec<_>>())?, total))
            })
            .await
    }
}

/// The words of a text that is long enough to be looked for.
fn long_enough(find: &str) -> Result<Vec<String>, Refusal> {
    if find.trim().chars().count() < SHORTEST {
        return Err(Refusal::FindShort);
    }
    Ok(asked(find))
}
