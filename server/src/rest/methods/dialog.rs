//! `im.dialog.*`: a dialog's page, its messages, reading and un-reading.

use lately_messenger::Refusal;
use lately_messenger::dialog::{PAGE, PAGE_MOST, Roll, Window};
use lately_messenger::message_search::Wish;
use lately_model::moment::DAY;
use lately_model::user::EXTERNAL;
use lately_model::{DialogId, MessageId, Moment, UserId};
use serde_json::{Value, json};

use super::{next_of, wire};
use crate::push::flash::Flash;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::text_of;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::user::{USER, today};
use crate::rest::shape::{NUMBER, chat, message};

/// How many members a page has, and how many at most.
const USERS: i64 = 50;
const USERS_MOST: i64 = 200;

/// How many messages a search answers, and how many at most; and the shortest text that it looks for.
const FOUND: i64 = 50;
const FOUND_MOST: i64 = 200;
const SHORTEST: usize = 3;

/// How far the caller has read; a person by number, a chat by its text.
const POSITION: Shape = Shape::Object(&[
    ("dialogId", NUMBER),
    ("chatId", Shape::Int),
    ("lastId", Shape::Int),
    ("counter", Shape::Int),
]);

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.dialog.get",
        scope: "im",
        about: "A dialog with the caller's place in it",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog)],
        errors: &[Refusal::DialogIdEmpty, Refusal::NoAccess],
        result: chat::DIALOG,
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "im.dialog.messages.get",
        scope: "im",
        about: "Messages of a dialog with their people and files",
        caller: Caller::Anyone,
        params: &[
            Param::required("DIALOG_ID", Kind::Dialog),
            Param::optional("LAST_ID", Kind::Int, ""),
            Param::optional("FIRST_ID", Kind::Int, ""),
            Param::optional("LIMIT", Kind::Int, "20"),
        ],
        errors: &[
            Refusal::DialogIdEmpty,
            Refusal::ChatIdEmpty,
            Refusal::FirstIdNotNumber,
            Refusal::LastIdNotNumber,
            Refusal::NoAccess,
        ],
        result: message::MESSAGES,
        handler: |call| Box::pin(messages(call)),
    },
    Method {
        name: "im.dialog.messages.search",
        scope: "im",
        about: "Messages of a chat by their words and dates",
        caller: Caller::Anyone,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::optional("SEARCH_MESSAGE", Kind::Text, ""),
            Param::optional("DATE_FROM", Kind::Date, ""),
            Param::optional("DATE_TO", Kind::Date, ""),
            Param::optional("DATE", Kind::Date, ""),
            Param::optional("ORDER", Kind::Object, "ID: DESC"),
            Param::optional("LIMIT", Kind::Int, "50"),
            Param::optional("LAST_ID", Kind::Int, ""),
        ],
        errors: &[Refusal::ChatIdEmpty, Refusal::NoAccess],
        result: message::FOUND,
        handler: |call| Box::pin(search(call)),
    },
    Method {
        name: "im.dialog.read",
        scope: "im",
        about: "Marks messages as read, up to one or all",
        caller: Caller::Anyone,
        params: &[
            Param::required("DIALOG_ID", Kind::Dialog),
            Param::optional("MESSAGE_ID", Kind::Int, "all"),
        ],
        errors: &[Refusal::DialogIdEmpty],
        result: Shape::Either(&[Shape::Bool, POSITION]),
        handler: |call| Box::pin(read(call)),
    },
    Method {
        name: "im.dialog.read.all",
        scope: "im",
        about: "Marks every dialog as read",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(read_all(call)),
    },
    Method {
        name: "im.dialog.unread",
        scope: "im",
        about: "Marks a message and those after it as unread",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog), Param::required("MESSAGE_ID", Kind::Int)],
        errors: &[Refusal::DialogIdEmpty, Refusal::MessageIdEmpty],
        result: Shape::Bool,
        handler: |call| Box::pin(unread(call)),
    },
    Method {
        name: "im.dialog.users.list",
        scope: "im",
        about: "The members of a dialog, page by page",
        caller: Caller::Anyone,
        params: &[
            Param::required("DIALOG_ID", Kind::Dialog),
            Param::optional("SKIP_EXTERNAL", Kind::Flag, "N"),
            Param::optional("SKIP_EXTERNAL_EXCEPT_TYPES", Kind::Text, ""),
            Param::optional("LIMIT", Kind::Int, "50"),
            Param::optional("LAST_ID", Kind::Int, ""),
            Param::optional("OFFSET", Kind::Int, "0"),
        ],
        errors: &[Refusal::DialogIdEmpty, Refusal::NoAccess],
        result: Shape::List(&USER),
        handler: |call| Box::pin(users(call)),
    },
    Method {
        name: "im.dialog.writing",
        scope: "im",
        about: "Tells the others that the caller is writing",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog)],
        errors: &[Refusal::DialogIdEmpty, Refusal::ChatIdEmpty, Refusal::NoAccess],
        result: Shape::Bool,
        handler: |call| Box::pin(writing(call)),
    },
];

async fn get(call: &Call) -> Result<Answer, Failure> {
    let page = call.messenger().dialog(call.user(), call.dialog()?).await?;
    let sent = call.params.text("DIALOG_ID").unwrap_or_default();
    Ok(Answer::tree(chat::dialog_page(&page, call.user(), &sent, &wire(call))))
}

async fn messages(call: &Call) -> Result<Answer, Failure> {
    let dialog = dialog_or_chat(call)?;
    let window = if call.params.has("FIRST_ID") {
        Window::After(bound(call, "FIRST_ID").ok_or(Refusal::FirstIdNotNumber)?)
    } else if call.params.has("LAST_ID") {
        Window::Before(bound(call, "LAST_ID").ok_or(Refusal::LastIdNotNumber)?)
    } else {
        Window::Newest
    };
    let limit = call.positive("LIMIT").unwrap_or(PAGE).min(PAGE_MOST);
    let page = call.messenger().messages(call.user(), dialog, window, limit).await?;
    if page.last_read.is_none() {
        call.portal.push.watch(page.chat_id, call.user());
    }
    Ok(Answer::tree(message::page(&page, &wire(call))))
}

/// A text of one or two characters counts as not sent; `DATE` is the day that begins then.
async fn search(call: &Call) -> Result<Answer, Failure> {
    let chat = call.chat()?;
    let text = call.params.text("SEARCH_MESSAGE").map(|text| text.trim().to_owned());
    let (mut since, mut until) = (call.moment("DATE_FROM"), call.moment("DATE_TO"));
    if let Some(day) = call.moment("DATE") {
        let end = day.plus(DAY - 1);
        since = Some(since.map_or(day, |since| since.max(day)));
        until = Some(until.map_or(end, |until| until.min(end)));
    }
    let order = call.params.object("ORDER").unwrap_or_default();
    let upwards = order.iter().any(|(name, way)| {
        name.eq_ignore_ascii_case("ID") && text_of(way).is_some_and(|way| way.eq_ignore_ascii_case("ASC"))
    });
    let limit = call.positive("LIMIT").unwrap_or(FOUND).min(FOUND_MOST);
    let wish = Wish {
        text: text.filter(|text| text.chars().count() >= SHORTEST),
        since: since.unwrap_or(Moment(i64::MIN)),
        until: until.unwrap_or(Moment(i64::MAX)),
        newest_first: !upwards,
        last: call.positive("LAST_ID").map(MessageId),
        limit: usize::try_from(limit).unwrap_or_default(),
    };
    let page = call.messenger().search_messages(call.user(), chat, wish).await?;
    Ok(Answer::tree(message::found(&page, call.user(), &wire(call))))
}

/// A bound is digits and nothing else; a number beyond all messages is the end of them.
pub(super) fn bound(call: &Call, name: &str) -> Option<MessageId> {
    let text = call.params.text(name)?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| MessageId(text.parse().unwrap_or(i64::MAX)))
}

fn dialog_or_chat(call: &Call) -> Result<DialogId, Refusal> {
    if call.params.has("DIALOG_ID") || !call.params.has("CHAT_ID") {
        return call.dialog();
    }
    call.chat().map(DialogId::Chat)
}

async fn read(call: &Call) -> Result<Answer, Failure> {
    let sent = call.params.text("DIALOG_ID").unwrap_or_default();
    if sent == "notify" {
        call.messenger().read_notifications(call.user()).await?;
        return Ok(Answer::tree(true));
    }
    let dialog = call.dialog()?;
    let name = if call.params.has("LAST_ID") { "LAST_ID" } else { "MESSAGE_ID" };
    let upto = call.positive(name).map(MessageId);
    let Some(position) = call.messenger().read(call.user(), dialog, upto).await? else {
        return Ok(Answer::tree(false));
    };
    let dialog_id = match dialog {
        DialogId::User(user) => json!(user.0),
        other => json!(other.to_string()),
    };
    Ok(Answer::tree(json!({
        "dialogId": dialog_id,
        "chatId": position.chat_id.0,
        "lastId": position.last_id.0,
        "counter": position.counter,
    })))
}

/// With `LAST_ID` the members come by number, and without it in the order of joining, with `total` and `next`.
async fn users(call: &Call) -> Result<Answer, Failure> {
    let span = call.span(USERS, USERS_MOST);
    let after = call.params.int("LAST_ID").value().filter(|last| *last >= 0).map(UserId);
    let roll = after.map_or(Roll::Joined(span), |after| Roll::After(after, span.limit));
    let without = if call.params.yes("SKIP_EXTERNAL") { left_out(call) } else { Vec::new() };
    let (users, total) = call.messenger().dialog_users(call.user(), call.dialog()?, without, roll).await?;
    let wire = wire(call);
    let shown: Vec<Value> = users.iter().map(|user| json!(today(user, &wire))).collect();
    let paged = match roll {
        Roll::Joined(span) => (Some(total), next_of(span, shown.len(), total)),
        Roll::After(..) => (None, None),
    };
    Ok(Answer::tree(Value::Array(shown)).paged(paged.0, paged.1))
}

/// Everybody from elsewhere but those of the listed types: a text with commas, or a list.
fn left_out(call: &Call) -> Vec<&'static str> {
    let kept = match call.params.list("SKIP_EXTERNAL_EXCEPT_TYPES") {
        Some(list) => list.iter().filter_map(text_of).collect::<Vec<_>>().join(","),
        None => call.params.text("SKIP_EXTERNAL_EXCEPT_TYPES").unwrap_or_default(),
    };
    let kept: Vec<&str> = kept.split(',').map(str::trim).collect();
    EXTERNAL.into_iter().filter(|auth| !kept.contains(auth)).collect()
}

async fn read_all(call: &Call) -> Result<Answer, Failure> {
    call.messenger().read_all(call.user()).await?;
    Ok(Answer::tree(true))
}

async fn unread(call: &Call) -> Result<Answer, Failure> {
    let from = call.positive("MESSAGE_ID").map(MessageId).ok_or(Refusal::MessageIdEmpty)?;
    call.messenger().unread(call.user(), call.dialog()?, from).await?;
    Ok(Answer::tree(true))
}

async fn writing(call: &Call) -> Result<Answer, Failure> {
    let chat = call.messenger().writing(call.user(), dialog_or_chat(call)?).await?;
    call.portal.push.flash(Flash::Writing(chat, call.user()));
    Ok(Answer::tree(true))
}
