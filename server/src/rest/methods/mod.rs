//! The methods, a file a noun; each file declares what it serves in its `METHODS`.

mod chat;
mod counter;
mod dialog;
mod message;
mod notification;
mod portal;
mod portal_user;
mod recent;
mod user;

use super::batch;
use super::call::Call;
use super::registry::Method;
use super::shape::Wire;

/// Every declaration, in the order in which documents list them.
pub const GROUPS: [&[Method]; 10] = [
    recent::METHODS,
    counter::METHODS,
    dialog::METHODS,
    chat::METHODS,
    message::METHODS,
    notification::METHODS,
    user::METHODS,
    portal_user::METHODS,
    portal::METHODS,
    batch::METHODS,
];

fn wire(call: &Call) -> Wire<'_> {
    let portal = &call.portal;
    Wire { zone: &portal.zone, base_url: &portal.base_url, revision: call.credential.revision }
}
