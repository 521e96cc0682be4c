//! `imbot.v2.Event.get`: what happened to a bot, for a program that asks now and then instead of being called.

use lately_messenger::bot::BotRefusal;
use lately_model::{AppId, FeedNumber};

use super::{bot, no, owner};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::wire;
use crate::rest::params::flag_of;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::shape::bot_event::{PAGE, joint_page, page};

/// How many events an answer has, unless told otherwise and at most.
const USUAL: i64 = 100;
const MOST: i64 = 1000;

/// The declarations.
pub const METHODS: &[Method] = &[Method {
    name: "imbot.v2.Event.get",
    scope: "imbot",
    about: "What happened to a bot, from an offset on; confirms what is before it",
    caller: Caller::Anyone,
    params: &[
        Param::required("botId", Kind::Int),
        Param::optional("botToken", Kind::Text, "the application that calls"),
        Param::optional("offset", Kind::Int, "what is not confirmed"),
        Param::optional("limit", Kind::Int, "100"),
        Param::optional("withUserEvents", Kind::Flag, "N"),
    ],
    errors: &[
        no(BotRefusal::OwnerUnknown),
        no(BotRefusal::IdMissing),
        no(BotRefusal::NotFound),
        no(BotRefusal::NotOwned),
        no(BotRefusal::ScopeMissing),
        no(BotRefusal::NotSubscribed),
    ],
    result: PAGE,
    handler: |call| Box::pin(get(call)),
}];

async fn get(call: &Call) -> Result<Answer, Failure> {
    let (bot, owner) = (bot(call).await?, owner(call).await?);
    let from = call.positive("offset").map(FeedNumber);
    let limit = call.params.int("limit").value().map_or(USUAL, |limit| limit.clamp(1, MOST));
    let limit = usize::try_from(limit).unwrap_or(1);
    if !call.params.get("withUserEvents").and_then(flag_of).unwrap_or(false) {
        let told = call.messenger().bot_events(owner, bot, from, limit).await?;
        return Ok(Answer::tree(page(&told, &wire(call))));
    }
    if !call.credential.scopes.grant("im") {
        return Err(no(BotRefusal::ScopeMissing).into());
    }
    let app = call.app().map(|app| app.id).unwrap_or(AppId(0));
    let joint = call.messenger().joint_events(owner, bot, (call.user(), app), from, limit).await?;
    Ok(Answer::tree(joint_page(&joint, call.user(), &wire(call))))
}
