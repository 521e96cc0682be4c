//! `imbot.v2.Chat.User.*`, `imbot.v2.Chat.Manager.*`: who is in a chat of a bot, and who manages it.

use lately_messenger::bot::BotRefusal;
use lately_messenger::{Error, MemberOrder, Refusal};
use lately_model::{DialogId, UserId};
use serde_json::{Value, json};

use super::{DENIED, DONE, bot, dialog, done, no, refused};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::wire;
use crate::rest::params::text_of;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::feed;

/// How many members a page has, and how many at most.
const PAGE: i64 = 50;
const PAGE_MOST: i64 = 200;

/// What methods are refused that want a list of people.
const LISTED: [Refusal; 6] = [
    no(BotRefusal::OwnerUnknown),
    no(BotRefusal::IdMissing),
    no(BotRefusal::NotFound),
    no(BotRefusal::NotOwned),
    no(BotRefusal::NoAccess),
    no(BotRefusal::UsersMissing),
];

/// What methods are told that want a list of people.
const WHOM: &[Param] = &[
    Param::required("botId", Kind::Int),
    Param::optional("botToken", Kind::Text, "the application that calls"),
    Param::required("dialogId", Kind::Dialog),
    Param::required("userIds", Kind::List),
];

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.v2.Chat.User.add",
        scope: "imbot",
        about: "The bot invites people",
        caller: Caller::Anyone,
        params: WHOM,
        errors: &LISTED,
        result: DONE,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "imbot.v2.Chat.User.delete",
        scope: "imbot",
        about: "The bot removes somebody",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
            Param::required("userId", Kind::Int),
        ],
        errors: &DENIED,
        result: DONE,
        handler: |call| Box::pin(delete(call)),
    },
    Method {
        name: "imbot.v2.Chat.User.list",
        scope: "imbot",
        about: "The members of a chat",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
            Param::optional("order", Kind::Object, "id: ASC"),
            Param::optional("limit", Kind::Int, "50"),
        ],
        errors: &DENIED,
        result: Shape::List(&feed::PERSON),
        handler: |call| Box::pin(list(call)),
    },
    Method {
        name: "imbot.v2.Chat.Manager.add",
        scope: "imbot",
        about: "The bot lets members manage its chat",
        caller: Caller::Anyone,
        params: WHOM,
        errors: &LISTED,
        result: DONE,
        handler: |call| Box::pin(manage(call, true)),
    },
    Method {
        name: "imbot.v2.Chat.Manager.delete",
        scope: "imbot",
        about: "The bot lets members manage its chat no longer",
        caller: Caller::Anyone,
        params: WHOM,
        errors: &LISTED,
        result: DONE,
        handler: |call| Box::pin(manage(call, false)),
    },
];

/// A group; a private dialog has no members to speak of.
fn group(call: &Call) -> Result<DialogId, Refusal> {
    match dialog(call)? {
        DialogId::User(_) => Err(no(BotRefusal::NoAccess)),
        dialog => Ok(dialog),
    }
}

fn users(call: &Call) -> Result<Vec<UserId>, Refusal> {
    let users = call.numbers("userIds").map_err(|_| no(BotRefusal::UsersMissing))?;
    if users.is_empty() {
        return Err(no(BotRefusal::UsersMissing));
    }
    Ok(users.into_iter().map(UserId).collect())
}

/// A bot does not let itself in.
async fn add(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let (dialog, mut users) = (group(call)?, users(call)?);
    users.retain(|user| *user != bot);
    call.messenger().invite(bot, dialog, users, true).await.map_err(refused)?;
    Ok(done())
}

/// Whoever is not there is as good as removed.
async fn delete(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let dialog = group(call)?;
    let whom = call.positive("userId").map(UserId).ok_or(no(BotRefusal::NoAccess))?;
    match call.messenger().kick(bot, dialog, whom).await {
        Ok(()) | Err(Error::Refused(Refusal::NoSuchUser)) => Ok(done()),
        Err(error) => Err(refused(error)),
    }
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let dialog = group(call)?;
    let limit = call.positive("limit").unwrap_or(PAGE).min(PAGE_MOST);
    let users = call.messenger().bot_members(bot, dialog, order(call), limit).await.map_err(refused)?;
    let wire = wire(call);
    let shown: Vec<Value> = users.iter().map(|user| feed::person(user, &wire)).collect();
    Ok(Answer::tree(json!(shown)))
}

/// The first field that there is, and whether backwards.
fn order(call: &Call) -> (MemberOrder, bool) {
    let sent = call.params.object("order").unwrap_or_default();
    let named = sent.iter().find_map(|(name, way)| {
        let order = match name.as_str() {
            "id" => MemberOrder::Joined,
            "userId" => MemberOrder::User,
            "lastSendMessageId" => MemberOrder::Said,
            _ => return None,
        };
        Some((order, text_of(way).is_some_and(|way| way.eq_ignore_ascii_case("DESC"))))
    });
    named.unwrap_or_default()
}

async fn manage(call: &Call, manager: bool) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let (dialog, users) = (group(call)?, users(call)?);
    call.messenger().set_managers(bot, dialog, users, manager).await.map_err(refused)?;
    Ok(done())
}
