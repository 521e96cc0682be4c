//! `im.notify*`: notifying people, and what the caller is notified of.

use lately_messenger::Refusal;
use lately_messenger::notification::{Marked, NotificationDraft, Place, Program, Tagged};
use lately_model::notification::{SEARCH_MIN_CHARS, Search};
use lately_model::{MessageId, Moment, Phrase, UserId};
use serde_json::{Value, json};

use super::dialog::bound;
use super::message::patch;
use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::{int_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::notification;

/// How many notifications a page has unless told otherwise, and at most.
const PAGE: i64 = 50;

/// How many modules or people a search names at most.
const NAMED: usize = 100;

const USER_ID: Param = Param::required("USER_ID", Kind::Int);
const MESSAGE: Param = Param::required("MESSAGE", Kind::Text);
const MESSAGE_OUT: Param = Param::optional("MESSAGE_OUT", Kind::Text, "");
const TAG: Param = Param::optional("TAG", Kind::Text, "");
const SUB_TAG: Param = Param::optional("SUB_TAG", Kind::Text, "");
const ATTACH: Param = Param::optional("ATTACH", Kind::Object, "");
const CLIENT_ID: Param = Param::optional("CLIENT_ID", Kind::Text, "");
const NOTIFY_ID: Param = Param::required("NOTIFY_ID", Kind::Int);
const ACTION: Param = Param::optional("ACTION", Kind::Flag, "Y");
const LAST_ID: Param = Param::optional("LAST_ID", Kind::Int, "");
const LIMIT: Param = Param::optional("LIMIT", Kind::Int, "50");
const CONVERT_TEXT: Param = Param::optional("CONVERT_TEXT", Kind::Flag, "N");

/// What the caller is told.
const TOLD: Shape = Shape::Object(&[("result_message", Shape::OrFalse(&Shape::List(&Shape::Text)))]);

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.notify",
        scope: "im",
        about: "Notifies somebody, as the caller or as the portal",
        caller: Caller::Anyone,
        params: &[
            USER_ID,
            Param::optional("TYPE", Kind::Text, "USER"),
            MESSAGE,
            MESSAGE_OUT,
            TAG,
            SUB_TAG,
            ATTACH,
            CLIENT_ID,
        ],
        errors: &[
            Refusal::UserIdEmpty,
            Refusal::MessageEmpty,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
        ],
        result: Shape::OrFalse(&Shape::Int),
        handler: |call| {
            Box::pin(async { send(call, call.params.text("TYPE").as_deref() == Some("SYSTEM")).await })
        },
    },
    Method {
        name: "im.notify.personal.add",
        scope: "im",
        about: "Notifies somebody as the caller",
        caller: Caller::Anyone,
        params: &[USER_ID, MESSAGE, MESSAGE_OUT, TAG, SUB_TAG, ATTACH, CLIENT_ID],
        errors: &[
            Refusal::UserIdEmpty,
            Refusal::MessageEmpty,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
        ],
        result: Shape::OrFalse(&Shape::Int),
        handler: |call| Box::pin(send(call, false)),
    },
    Method {
        name: "im.notify.system.add",
        scope: "im",
        about: "Notifies somebody as the portal",
        caller: Caller::Anyone,
        params: &[USER_ID, MESSAGE, MESSAGE_OUT, TAG, SUB_TAG, ATTACH, CLIENT_ID],
        errors: &[
            Refusal::UserIdEmpty,
            Refusal::MessageEmpty,
            Refusal::AttachMalformed,
            Refusal::AttachTooLarge,
        ],
        result: Shape::OrFalse(&Shape::Int),
        handler: |call| Box::pin(send(call, true)),
    },
    Method {
        name: "im.notify.get",
        scope: "im",
        about: "The caller's notifications, page by page",
        caller: Caller::Anyone,
        params: &[LAST_ID, Param::optional("LAST_TYPE", Kind::Int, ""), LIMIT, CONVERT_TEXT],
        errors: &[Refusal::PlaceInHalf, Refusal::LastIdNotNumber],
        result: notification::NOTIFICATIONS,
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "im.notify.history.search",
        scope: "im",
        about: "Searches the caller's notifications",
        caller: Caller::Anyone,
        params: &[
            Param::optional("SEARCH_TEXT", Kind::Text, ""),
            Param::optional("SEARCH_TYPE", Kind::Text, ""),
            Param::optional("SEARCH_TYPES", Kind::List, ""),
            Param::optional("SEARCH_DATE", Kind::Date, ""),
            Param::optional("SEARCH_DATE_FROM", Kind::Date, ""),
            Param::optional("SEARCH_DATE_TO", Kind::Date, ""),
            Param::optional("SEARCH_AUTHORS", Kind::List, ""),
            Param::optional("GROUP_TAG", Kind::Text, ""),
            LAST_ID,
            LIMIT,
            CONVERT_TEXT,
        ],
        errors: &[Refusal::SearchTooShort, Refusal::LastIdNotNumber],
        result: notification::FOUND,
        handler: |call| Box::pin(search(call)),
    },
    Method {
        name: "im.notify.schema.get",
        scope: "im",
        about: "What people are notified of",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: notification::SCHEMA,
        handler: |call| Box::pin(schema(call)),
    },
    Method {
        name: "im.notify.read",
        scope: "im",
        about: "Marks a notification and those after it as read, or as unread",
        caller: Caller::Anyone,
        params: &[
            Param::optional("ID", Kind::Int, "none"),
            ACTION,
            Param::optional("ONLY_CURRENT", Kind::Flag, "N"),
        ],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(read(call)),
    },
    Method {
        name: "im.notify.read.list",
        scope: "im",
        about: "Marks several notifications as read, or as unread",
        caller: Caller::Anyone,
        params: &[Param::required("IDS", Kind::List), ACTION],
        errors: &[Refusal::NothingNamed],
        result: Shape::Bool,
        handler: |call| Box::pin(read_list(call)),
    },
    Method {
        name: "im.notify.read.all",
        scope: "im",
        about: "Marks every notification as read",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Object(&[("result", Shape::Bool), ("newCounter", Shape::Int)]),
        handler: |call| Box::pin(read_all(call)),
    },
    Method {
        name: "im.notify.answer",
        scope: "im",
        about: "Answers whoever sent a notification",
        caller: Caller::Anyone,
        params: &[NOTIFY_ID, Param::required("ANSWER_TEXT", Kind::Text)],
        errors: &[Refusal::NotificationIdEmpty, Refusal::AnswerEmpty],
        result: TOLD,
        handler: |call| Box::pin(answer(call)),
    },
    Method {
        name: "im.notify.confirm",
        scope: "im",
        about: "Chooses a button of a notification",
        caller: Caller::Anyone,
        params: &[NOTIFY_ID, Param::required("NOTIFY_VALUE", Kind::Text)],
        errors: &[Refusal::NotificationIdEmpty, Refusal::ChoiceEmpty],
        result: TOLD,
        handler: |call| Box::pin(confirm(call)),
    },
    Method {
        name: "im.notify.delete",
        scope: "im",
        about: "Removes a notification of the caller's, or those that a program tagged",
        caller: Caller::Anyone,
        params: &[Param::optional("ID", Kind::Int, "TAG"), TAG, SUB_TAG, CLIENT_ID],
        errors: &[Refusal::NothingNamed, Refusal::ProgramUnknown],
        result: Shape::Bool,
        handler: |call| Box::pin(delete(call)),
    },
];

/// `MESSAGE_OUT` is meant for e-mail, which this portal does not send.
async fn send(call: &Call, system: bool) -> Result<Answer, Failure> {
    let draft = NotificationDraft {
        to: call.target_user()?,
        system,
        text: word(call, "MESSAGE"),
        attach: patch(call, "ATTACH"),
        tag: word(call, "TAG"),
        sub_tag: word(call, "SUB_TAG"),
        program: program(call).unwrap_or(Program::Of(call.user())),
    };
    let sent = call.messenger().notify(call.user(), draft).await?;
    Ok(Answer::tree(sent.map_or(json!(false), |id| json!(id.0))))
}

/// The application that calls, or the program that names itself; a webhook does not say by itself which one it belongs
/// to.
fn program(call: &Call) -> Option<Program> {
    Some(call.program()).filter(|name| !name.is_empty()).map(Program::Named)
}

fn word(call: &Call, name: &str) -> String {
    call.params.text(name).unwrap_or_default()
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let place = match (call.params.has("LAST_ID"), call.params.has("LAST_TYPE")) {
        (false, false) => Place::Start,
        (true, true) => place(call)?,
        _ => return Err(Refusal::PlaceInHalf.into()),
    };
    let page = call.messenger().notifications(call.user(), place, limit(call)).await?;
    Ok(Answer::tree(notification::page(&page, call.params.yes("CONVERT_TEXT"), &wire(call))))
}

/// Zero is before all others of its type; every type but 1 is that of ordinary ones.
fn place(call: &Call) -> Result<Place, Refusal> {
    let last = match bound(call, "LAST_ID").ok_or(Refusal::LastIdNotNumber)? {
        MessageId(0) => MessageId(i64::MAX),
        last => last,
    };
    let confirm = call.params.int("LAST_TYPE").value() == Some(1);
    Ok(if confirm { Place::Confirm(last) } else { Place::Ordinary(last) })
}

fn limit(call: &Call) -> i64 {
    call.positive("LIMIT").unwrap_or(PAGE).min(PAGE)
}

async fn search(call: &Call) -> Result<Answer, Failure> {
    let mut search = conditions(call);
    let text = word(call, "SEARCH_TEXT").trim().to_owned();
    if text.chars().count() >= SEARCH_MIN_CHARS {
        search.text = Some(text);
    } else if search.is_empty() {
        return Err(Refusal::SearchTooShort.into());
    }
    let before = if call.params.has("LAST_ID") {
        Some(bound(call, "LAST_ID").ok_or(Refusal::LastIdNotNumber)?).filter(|last| !last.is_none())
    } else {
        None
    };
    let limit = usize::try_from(limit(call)).unwrap_or(usize::MAX);
    let page = call.messenger().search_notifications(call.user(), search, before, limit).await?;
    Ok(Answer::tree(notification::found(&page, call.params.yes("CONVERT_TEXT"), &wire(call))))
}

/// Everything that narrows a search but its text. What cannot be read narrows nothing.
fn conditions(call: &Call) -> Search {
    let one = call.params.text("SEARCH_TYPE");
    let several = call.params.list("SEARCH_TYPES").unwrap_or_default();
    let types = one.into_iter().chain(several.iter().filter_map(text_of));
    let authors = call.params.list("SEARCH_AUTHORS").unwrap_or_default();
    let (mut from, mut to) = (call.moment("SEARCH_DATE_FROM"), last_moment(call, "SEARCH_DATE_TO"));
    if let Some(date) = call.moment("SEARCH_DATE") {
        let (first, last) = date.day(&call.portal.zone);
        from = Some(from.map_or(first, |from| from.max(first)));
        to = Some(to.map_or(last, |to| to.min(last)));
    }
    Search {
        text: None,
        events: types.filter(|name| !name.is_empty()).take(NAMED).map(|name| event(&name)).collect(),
        from,
        to,
        authors: authors.iter().filter_map(|id| int_of(id).value()).take(NAMED).map(UserId).collect(),
        tag: Some(word(call, "GROUP_TAG")).filter(|tag| !tag.is_empty()),
    }
}

/// `MODULE` or `MODULE|EVENT`.
fn event(name: &str) -> (String, Option<String>) {
    match name.split_once('|') {
        Some((module, event)) => (module.to_owned(), Some(event.to_owned())),
        None => (name.to_owned(), None),
    }
}

/// A bare date lasts to the end of its day.
fn last_moment(call: &Call, name: &str) -> Option<Moment> {
    let moment = call.moment(name)?;
    let bare = word(call, name).trim().len() == "2021-10-30".len();
    Some(if bare { moment.day(&call.portal.zone).1 } else { moment })
}

/// Anything but `Y` makes unread again.
fn unread(call: &Call) -> bool {
    call.params.has("ACTION") && !call.params.yes("ACTION")
}

async fn read(call: &Call) -> Result<Answer, Failure> {
    let Some(id) = call.params.int("ID").value().filter(|id| *id >= 0).map(MessageId) else {
        return Ok(Answer::tree(true));
    };
    let marked = if call.params.yes("ONLY_CURRENT") { Marked::Only(vec![id]) } else { Marked::From(id) };
    call.messenger().mark_notifications(call.user(), marked, unread(call)).await?;
    Ok(Answer::tree(true))
}

async fn schema(call: &Call) -> Result<Answer, Failure> {
    Ok(Answer::tree(notification::schema(call.messenger().language())))
}

async fn read_list(call: &Call) -> Result<Answer, Failure> {
    let list = call.params.list("IDS").ok_or(Refusal::NothingNamed)?;
    let ids = list.iter().map_while(|id| int_of(id).value().filter(|id| *id > 0));
    let marked = Marked::Only(ids.map(MessageId).collect());
    call.messenger().mark_notifications(call.user(), marked, unread(call)).await?;
    Ok(Answer::tree(true))
}

async fn read_all(call: &Call) -> Result<Answer, Failure> {
    let unread = call.messenger().read_notifications(call.user()).await?;
    Ok(Answer::tree(json!({ "result": true, "newCounter": unread })))
}

/// `NOTIFY_ID`, or `ID`, which the official libraries send.
fn notify_id(call: &Call) -> Result<MessageId, Refusal> {
    let name = if call.params.has("NOTIFY_ID") { "NOTIFY_ID" } else { "ID" };
    call.positive(name).map(MessageId).ok_or(Refusal::NotificationIdEmpty)
}

async fn answer(call: &Call) -> Result<Answer, Failure> {
    let id = notify_id(call)?;
    let taken = call.messenger().answer_notification(call.user(), id, word(call, "ANSWER_TEXT")).await?;
    Ok(told(taken.then(|| call.messenger().language().say(&Phrase::AnswerSent))))
}

async fn confirm(call: &Call) -> Result<Answer, Failure> {
    let id = notify_id(call)?;
    let chosen = call.messenger().confirm_notification(call.user(), id, word(call, "NOTIFY_VALUE")).await?;
    Ok(told(chosen.map(|title| call.messenger().language().say(&Phrase::Chosen { title: &title }))))
}

/// What the caller is told; `false` when nothing came of it.
fn told(message: Option<String>) -> Answer {
    let message = message.map_or(Value::Bool(false), |message| json!([message]));
    Answer::tree(json!({ "result_message": message }))
}

async fn delete(call: &Call) -> Result<Answer, Failure> {
    if let Some(id) = call.positive("ID").map(MessageId) {
        return Ok(Answer::tree(call.messenger().remove_notification(call.user(), id).await?));
    }
    let tagged = match (word(call, "TAG"), word(call, "SUB_TAG")) {
        (tag, _) if !tag.is_empty() => Tagged::Tag(tag),
        (_, tag) if !tag.is_empty() => Tagged::SubTag(tag),
        _ => return Err(Refusal::NothingNamed.into()),
    };
    let program = program(call).ok_or(Refusal::ProgramUnknown)?;
    Ok(Answer::tree(call.messenger().remove_tagged(call.user(), program, tagged).await?))
}
