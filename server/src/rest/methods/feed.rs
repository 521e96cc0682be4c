//! `im.v2.Event.*`: what happens in the caller's chats, asked for now and then.

use lately_model::{AppId, FeedNumber};

use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::feed;

/// How many events an answer has, unless told otherwise and at most.
const PAGE: i64 = 100;
const MOST: i64 = 1000;

/// What an answer looks like. What an event tells depends on its type.
const PAGE_SHAPE: Shape = Shape::Object(&[
    (
        "events",
        Shape::List(&Shape::Object(&[
            ("eventId", Shape::Int),
            ("type", Shape::Text),
            ("date", Shape::Date),
            (
                "data",
                Shape::Object(&[
                    ("messageId", Shape::Sometimes(&Shape::Int)),
                    ("reaction", Shape::Sometimes(&Shape::Text)),
                    ("action", Shape::Sometimes(&Shape::Text)),
                    ("dialogId", Shape::Sometimes(&Shape::Text)),
                    ("message", Shape::Sometimes(&Shape::Map(&Shape::Any))),
                    ("chat", Shape::Map(&Shape::Any)),
                    ("user", Shape::OrNull(&Shape::Map(&Shape::Any))),
                    ("language", Shape::Text),
                ]),
            ),
        ])),
    ),
    ("nextOffset", Shape::Int),
    ("hasMore", Shape::Bool),
]);

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.v2.Event.subscribe",
        scope: "im",
        about: "From now on keeps what happens in the caller's chats for them",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(subscribe(call)),
    },
    Method {
        name: "im.v2.Event.get",
        scope: "im",
        about: "What was kept, from an offset on; confirms what is before it",
        caller: Caller::Anyone,
        params: &[
            Param::optional("offset", Kind::Int, "what is not confirmed"),
            Param::optional("limit", Kind::Int, "100"),
        ],
        errors: &[],
        result: PAGE_SHAPE,
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "im.v2.Event.unsubscribe",
        scope: "im",
        about: "Keeps nothing more; what was kept can still be read",
        caller: Caller::Anyone,
        params: &[],
        errors: &[],
        result: Shape::Bool,
        handler: |call| Box::pin(unsubscribe(call)),
    },
];

/// Webhooks and browsers of one person share a feed; each application has its own.
fn app(call: &Call) -> AppId {
    call.app().map(|app| app.id).unwrap_or_default()
}

async fn subscribe(call: &Call) -> Result<Answer, Failure> {
    call.messenger().open_feed(call.user(), app(call)).await?;
    Ok(Answer::tree(true))
}

async fn unsubscribe(call: &Call) -> Result<Answer, Failure> {
    call.messenger().end_feed(call.user(), app(call)).await?;
    Ok(Answer::tree(true))
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let from = call.positive("offset").map(FeedNumber);
    let limit = call.params.int("limit").value().map_or(PAGE, |limit| limit.clamp(1, MOST));
    let limit = usize::try_from(limit).unwrap_or(1);
    let page = call.messenger().feed(call.user(), app(call), from, limit).await?;
    Ok(Answer::tree(feed::page(&page, call.user(), &wire(call))))
}
