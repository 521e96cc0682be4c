//! `im.search.*`: people, chats and departments found by words, and what was found last.

use lately_messenger::Refusal;
use lately_messenger::search_last::FoundDialog;
use lately_model::recent::Filter;
use serde_json::{Map, Value, json};

use super::{SEARCH_MOST, SEARCH_PAGE, next_of, wire};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::chat::{CHAT, chat_view};
use crate::rest::shape::department::{CARD, card};
use crate::rest::shape::search::{FOUND_DIALOG, FOUND_USER, found_dialog, found_user};

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.search.user.list",
        scope: "im",
        about: "People by name, position or department",
        caller: Caller::Anyone,
        params: &[
            Param::required("FIND", Kind::Text),
            Param::optional("BUSINESS", Kind::Flag, "N"),
            Param::optional("OFFSET", Kind::Int, "0"),
            Param::optional("LIMIT", Kind::Int, "10"),
        ],
        errors: &[Refusal::FindShort],
        result: Shape::Map(&FOUND_USER),
        handler: |call| Box::pin(users(call)),
    },
    Method {
        name: "im.search.chat.list",
        scope: "im",
        about: "Chats by title or by a member's name",
        caller: Caller::Anyone,
        params: &[
            Param::optional("FIND", Kind::Text, "FIND_LINES"),
            Param::optional("FIND_LINES", Kind::Text, "FIND"),
            Param::optional("OFFSET", Kind::Int, "0"),
            Param::optional("LIMIT", Kind::Int, "10"),
        ],
        errors: &[Refusal::FindShort],
        result: Shape::List(&CHAT),
        handler: |call| Box::pin(chats(call)),
    },
    Method {
        name: "im.search.department.list",
        scope: "im",
        about: "Departments by name",
        caller: Caller::Anyone,
        params: &[
            Param::required("FIND", Kind::Text),
            Param::optional("USER_DATA", Kind::Flag, "N"),
            Param::optional("OFFSET", Kind::Int, "0"),
            Param::optional("LIMIT", Kind::Int, "10"),
        ],
        errors: &[Refusal::FindShort],
        result: Shape::List(&CARD),
        handler: |call| Box::pin(departments(call)),
    },
    Method {
        name: "im.search.last.get",
        scope: "im",
        about: "What the caller found last",
        caller: Caller::Anyone,
        params: &[
            Param::optional("SKIP_OPENLINES", Kind::Flag, "N"),
            Param::optional("SKIP_CHAT", Kind::Flag, "N"),
            Param::optional("SKIP_DIALOG", Kind::Flag, "N"),
        ],
        errors: &[],
        result: Shape::List(&FOUND_DIALOG),
        handler: |call| Box::pin(last_get(call)),
    },
    Method {
        name: "im.search.last.add",
        scope: "im",
        about: "Keeps a dialog among those found last",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog)],
        errors: &[Refusal::DialogIdEmpty, Refusal::NoAccess],
        result: Shape::Bool,
        handler: |call| Box::pin(last_add(call)),
    },
    Method {
        name: "im.search.last.delete",
        scope: "im",
        about: "Takes a dialog from those found last",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog)],
        errors: &[Refusal::DialogIdEmpty],
        result: Shape::Bool,
        handler: |call| Box::pin(last_delete(call)),
    },
];

/// `BUSINESS` chooses people with paid tools; here everybody has all there are.
async fn users(call: &Call) -> Result<Answer, Failure> {
    let span = call.span(SEARCH_PAGE, SEARCH_MOST);
    let find = call.params.text("FIND").unwrap_or_default();
    let (users, total) = call.messenger().search_users(call.user(), find, span).await?;
    let wire = wire(call);
    let shown: Map<String, Value> =
        users.iter().map(|user| (user.id.to_string(), found_user(user, &wire))).collect();
    let next = next_of(span, shown.len(), total);
    let shown = if shown.is_empty() { json!([]) } else { Value::Object(shown) };
    Ok(Answer::tree(shown).paged(Some(total), next))
}

/// `FIND` wins over `FIND_LINES`.
async fn chats(call: &Call) -> Result<Answer, Failure> {
    let span = call.span(SEARCH_PAGE, SEARCH_MOST);
    let lines = !call.params.has("FIND") && call.params.has("FIND_LINES");
    let find = call.params.text(if lines { "FIND_LINES" } else { "FIND" }).unwrap_or_default();
    let (chats, total) = call.messenger().search_chats(call.user(), find, lines, span).await?;
    let wire = wire(call);
    let shown: Vec<Value> = chats.iter().map(|view| chat_view(view, call.user(), &wire)).collect();
    let next = next_of(span, shown.len(), total);
    Ok(Answer::tree(Value::Array(shown)).paged(Some(total), next))
}

async fn departments(call: &Call) -> Result<Answer, Failure> {
    let span = call.span(SEARCH_PAGE, SEARCH_MOST);
    let find = call.params.text("FIND").unwrap_or_default();
    let whole = call.params.yes("USER_DATA");
    let (cards, total) = call.messenger().search_departments(call.user(), find, span).await?;
    let wire = wire(call);
    let shown: Vec<Value> = cards.iter().map(|found| card(found, whole, &wire)).collect();
    let next = next_of(span, shown.len(), total);
    Ok(Answer::tree(Value::Array(shown)).paged(Some(total), next))
}

async fn last_get(call: &Call) -> Result<Answer, Failure> {
    let filter = Filter {
        skip_openlines: call.params.yes("SKIP_OPENLINES"),
        skip_chat: call.params.yes("SKIP_CHAT"),
        skip_dialog: call.params.yes("SKIP_DIALOG"),
        ..Filter::default()
    };
    let found: Vec<FoundDialog> = call.messenger().found_last(call.user(), filter).await?;
    let wire = wire(call);
    Ok(Answer::tree(Value::Array(found.iter().map(|found| found_dialog(found, &wire)).collect())))
}

async fn last_add(call: &Call) -> Result<Answer, Failure> {
    call.messenger().find_last(call.user(), call.dialog()?).await?;
    Ok(Answer::tree(true))
}

async fn last_delete(call: &Call) -> Result<Answer, Failure> {
    call.messenger().forget_found(call.user(), call.dialog()?).await?;
    Ok(Answer::tree(true))
}
