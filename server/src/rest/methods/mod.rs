//! The methods, a file a noun; each file declares what it serves in its `METHODS`.

mod app_push;
mod backlog;
mod bot;
mod bot_v2;
mod chat;
mod counter;
mod department;
mod dialog;
mod disk;
mod feed;
mod file;
mod handler;
mod message;
mod notification;
mod option;
mod portal;
mod portal_department;
mod portal_user;
mod pull;
mod recent;
mod search;
mod user;

use lately_messenger::Span;

use super::batch;
use super::call::Call;
use super::registry::Method;
use super::shape::Wire;

/// Every declaration, in the order in which documents list them.
pub const GROUPS: [&[Method]; 34] = [
    recent::METHODS,
    counter::METHODS,
    dialog::METHODS,
    chat::METHODS,
    message::METHODS,
    bot::BOTS,
    bot::COMMANDS,
    bot::MESSAGES,
    bot::CHATS,
    bot::MEMBERS,
    bot_v2::BOTS,
    bot_v2::COMMANDS,
    bot_v2::EVENTS,
    bot_v2::CHATS,
    bot_v2::MEMBERS,
    bot_v2::MESSAGES,
    bot_v2::REACTIONS,
    bot_v2::FILES,
    file::METHODS,
    notification::METHODS,
    user::METHODS,
    department::METHODS,
    search::METHODS,
    portal_user::METHODS,
    portal_department::METHODS,
    portal::METHODS,
    option::METHODS,
    disk::METHODS,
    pull::METHODS,
    app_push::METHODS,
    feed::METHODS,
    handler::METHODS,
    backlog::METHODS,
    batch::METHODS,
];

/// How many things a page of people, chats or departments has, and how many at most.
const SEARCH_PAGE: i64 = 10;
const SEARCH_MOST: i64 = 50;

/// The offset of the page after this one, if there is one.
fn next_of(span: Span, shown: usize, total: i64) -> Option<i64> {
    let end = span.offset.saturating_add(i64::try_from(shown).unwrap_or(i64::MAX));
    (shown > 0 && end < total).then_some(end)
}

fn wire(call: &Call) -> Wire<'_> {
    let portal = &call.portal;
    Wire {
        zone: &portal.zone,
        base_url: &portal.base_url,
        revision: call.credential.revision,
        language: portal.messenger.language(),
    }
}
