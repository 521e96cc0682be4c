//! `im.recent.*`: the recent list and what its owner does to rows.

use lately_messenger::Refusal;
use lately_messenger::recent::{ListQuery, Recent, RecentPage, RecentRow};
use lately_model::recent::Filter;
use lately_model::{Revision, User, UserId};
use serde_json::{Value, json};

use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::Int;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::Wire;
use crate::rest::shape::recent::{ROW, Text, removal, row};
use crate::rest::shape::row::{write_row, write_rows};
use crate::rest::shape::user::{USER, today};

/// How many rows a page of the long list has unless told otherwise, and at most.
const PAGE: i64 = 50;
const PAGE_MOST: i64 = 200;

/// How many birthdays are told.
const BIRTHDAYS: usize = 100;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.recent.get",
        scope: "im",
        about: "The caller's recent conversations",
        caller: Caller::Anyone,
        params: &[
            Param::optional("SKIP_OPENLINES", Kind::Flag, "N"),
            Param::optional("SKIP_CHAT", Kind::Flag, "N"),
            Param::optional("SKIP_DIALOG", Kind::Flag, "N"),
            Param::optional("LAST_UPDATE", Kind::Date, ""),
            Param::optional("ONLY_OPENLINES", Kind::Flag, "N"),
            Param::optional("LAST_SYNC_DATE", Kind::Date, ""),
        ],
        errors: &[],
        result: Shape::List(&ROW),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "im.recent.list",
        scope: "im",
        about: "All of the caller's conversations, page by page",
        caller: Caller::Anyone,
        params: &[
            Param::optional("SKIP_OPENLINES", Kind::Flag, "N"),
            Param::optional("SKIP_DIALOG", Kind::Flag, "N"),
            Param::optional("SKIP_CHAT", Kind::Flag, "N"),
            Param::optional("LAST_MESSAGE_DATE", Kind::Date, ""),
            Param::optional("UNREAD_ONLY", Kind::Flag, "N"),
            Param::optional("PARSE_TEXT", Kind::Flag, "N"),
            Param::optional("GET_ORIGINAL_TEXT", Kind::Flag, "N"),
            Param::optional("SKIP_UNDISTRIBUTED_OPENLINES", Kind::Flag, "N"),
            Param::optional("ONLY_COPILOT", Kind::Flag, "N"),
            Param::optional("ONLY_CHANNEL", Kind::Flag, "N"),
            Param::optional("CAN_MANAGE_MESSAGES", Kind::Flag, "N"),
            Param::optional("OFFSET", Kind::Int, "0"),
            Param::optional("LIMIT", Kind::Int, "50"),
        ],
        errors: &[],
        result: Shape::Object(&[
            ("items", Shape::List(&ROW)),
            ("hasMorePages", Shape::Bool),
            ("hasMore", Shape::Bool),
            ("copilot", Shape::Map(&Shape::Any)),
            ("messagesAutoDeleteConfigs", Shape::List(&Shape::Any)),
            ("birthdayList", Shape::Sometimes(&Shape::List(&USER))),
        ]),
        handler: |call| Box::pin(list(call)),
    },
    Method {
        name: "im.recent.pin",
        scope: "im",
        about: "Pins a conversation, or unpins it",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog), Param::optional("PIN", Kind::Flag, "Y")],
        errors: &[Refusal::DialogIdEmpty, Refusal::NoAccessToPin],
        result: Shape::Bool,
        handler: |call| Box::pin(pin(call)),
    },
    Method {
        name: "im.recent.hide",
        scope: "im",
        about: "Takes a conversation out of the list until its next message",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog)],
        errors: &[Refusal::DialogIdEmpty],
        result: Shape::Bool,
        handler: |call| Box::pin(hide(call)),
    },
    Method {
        name: "im.recent.unread",
        scope: "im",
        about: "Marks a conversation as unread by hand, or clears the mark",
        caller: Caller::Anyone,
        params: &[Param::required("DIALOG_ID", Kind::Dialog), Param::optional("ACTION", Kind::Flag, "Y")],
        errors: &[Refusal::DialogIdEmpty],
        result: Shape::Bool,
        handler: |call| Box::pin(unread(call)),
    },
];

async fn get(call: &Call) -> Result<Answer, Failure> {
    let params = &call.params;
    let filter = Filter {
        skip_openlines: params.yes("SKIP_OPENLINES"),
        skip_chat: params.yes("SKIP_CHAT"),
        skip_dialog: params.yes("SKIP_DIALOG"),
        only_openlines: params.yes("ONLY_OPENLINES"),
        since: call.moment("LAST_UPDATE").or_else(|| call.moment("LAST_SYNC_DATE")),
    };
    let wire = wire(call);
    // Undocumented, yet sent by old clients: anything but `Y` takes the counters away (behaviour.md A).
    if params.text("WITH_COUNTERS").is_some_and(|wanted| wanted != "Y") {
        return uncounted(call, filter, &wire).await;
    }
    if filter.since.is_none() {
        let form = u8::from(wire.revision == Revision::R33);
        let write = |row: &RecentRow<'_>, out: &mut Vec<u8>| write_row(row, Text::Preview, &wire, out);
        return Ok(Answer::ready(call.messenger().recent_text(call.user(), filter, form, write).await?));
    }
    let show = |recent: &Recent<'_>| {
        let mut rows = Vec::new();
        write_rows(&recent.rows, Text::Preview, &wire, &mut rows);
        Answer::ready(rows).with_removed(removals(recent, &wire))
    };
    Ok(call.messenger().recent(call.user(), filter, show).await?)
}

async fn uncounted(call: &Call, filter: Filter, wire: &Wire<'_>) -> Result<Answer, Failure> {
    let show = |recent: &Recent<'_>| {
        let mut rows: Vec<_> = recent.rows.iter().map(|one| row(one, Text::Preview, wire)).collect();
        rows.iter_mut().for_each(|row| row.counter = None);
        Answer::text(&rows).with_removed(removals(recent, wire))
    };
    Ok(call.messenger().recent(call.user(), filter, show).await?)
}

fn removals(recent: &Recent<'_>, wire: &Wire<'_>) -> Option<Value> {
    let removed = recent.removed.as_ref()?;
    Some(removed.iter().map(|one| removal(one, wire)).collect())
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let params = &call.params;
    let limit = match params.int("LIMIT") {
        Int::Value(limit) if limit > 0 => limit.min(PAGE_MOST),
        _ => PAGE,
    };
    let start = call.start.filter(|start| *start > 0).or_else(|| call.positive("OFFSET")).unwrap_or(0);
    let upto = call.moment("LAST_MESSAGE_DATE").or_else(|| call.moment("DATE_LAST_ACTIVITY"));
    let query = ListQuery {
        skip_openlines: params.yes("SKIP_OPENLINES"),
        skip_chat: params.yes("SKIP_CHAT"),
        skip_dialog: params.yes("SKIP_DIALOG"),
        skip_undistributed: params.yes("SKIP_UNDISTRIBUTED_OPENLINES"),
        unread_only: params.yes("UNREAD_ONLY"),
        only_copilot: params.yes("ONLY_COPILOT"),
        only_channel: params.yes("ONLY_CHANNEL"),
        can_manage_messages: params.yes("CAN_MANAGE_MESSAGES"),
        upto,
        offset: usize::try_from(start).unwrap_or(usize::MAX),
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let birthdays_wanted = upto.is_none() && !query.unread_only;
    let text = match () {
        () if params.yes("PARSE_TEXT") => Text::Full,
        () if params.yes("GET_ORIGINAL_TEXT") => Text::Stored,
        () => Text::Preview,
    };
    let wire = Wire { revision: Revision::R33, ..wire(call) };
    let show = |page: &RecentPage<'_>| {
        let mut items = b"{\"items\":".to_vec();
        write_rows(&page.rows, text, &wire, &mut items);
        (items, page.more)
    };
    let (mut answer, more) =
        call.messenger().recent_list(call.user(), call.credential.id, query, show).await?;
    let mut rest = json!({
        "hasMorePages": more,
        "hasMore": more,
        "copilot": { "chats": null, "messages": null, "roles": null, "recommendedRoles": null },
        "messagesAutoDeleteConfigs": [],
    });
    if let (Value::Object(map), true) = (&mut rest, birthdays_wanted) {
        map.insert("birthdayList".to_owned(), birthdays(call, &wire).await?);
    }
    // The items come first; the other keys follow in the same object.
    answer.push(b',');
    answer.extend_from_slice(rest.to_string().get(1..).unwrap_or("}").as_bytes());
    let next = (more && upto.is_none()).then_some(start.saturating_add(limit));
    Ok(Answer::ready(answer).paged(Some(-1), next))
}

/// Active people whose birthday is today; guests from outside are told of none.
async fn birthdays(call: &Call, wire: &Wire<'_>) -> Result<Value, Failure> {
    let today_is = call.messenger().clock().now().to_zoned(wire.zone.clone()).date();
    let people = call.messenger().birthdays(call.user(), today_is).await?;
    let shown = people.iter().take(BIRTHDAYS).map(|user| today(&undated(user.clone()), wire));
    Ok(json!(shown.collect::<Vec<_>>()))
}

/// The birthday list does not tell when people were there last.
fn undated(user: User) -> User {
    User { idle_since: None, last_activity: None, mobile_last: None, desktop_last: None, ..user }
}

/// The dialog id of the notifications passes the check of addresses, though nobody lists it.
fn is_notify(call: &Call) -> bool {
    call.params.text("DIALOG_ID").as_deref() == Some("notify")
}

async fn pin(call: &Call) -> Result<Answer, Failure> {
    if is_notify(call) {
        return Err(lately_messenger::Refusal::NoAccessToPin.into());
    }
    let dialog = call.dialog()?;
    let name = if call.params.has("ACTION") { "ACTION" } else { "PIN" };
    let pinned = call.messenger().pin(call.user(), dialog, !call.params.no(name)).await?;
    Ok(Answer::tree(pinned))
}

async fn hide(call: &Call) -> Result<Answer, Failure> {
    if is_notify(call) {
        return Ok(Answer::tree(true));
    }
    let user: UserId = call.user();
    call.messenger().hide(user, call.dialog()?).await?;
    Ok(Answer::tree(true))
}

async fn unread(call: &Call) -> Result<Answer, Failure> {
    if is_notify(call) {
        return Ok(Answer::tree(false));
    }
    let dialog = call.dialog()?;
    let name = if call.params.has("ACTION") { "ACTION" } else { "UNREAD" };
    let marked = call.messenger().mark(call.user(), dialog, !call.params.no(name)).await?;
    Ok(Answer::tree(marked))
}
