//! `disk.*`: drives, their folders and files.

use lately_messenger::Refusal;
use lately_model::{FileId, FolderId};
use serde_json::{Map, Value, json};

use super::wire;
use crate::carry::FIELD;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::filter;
use crate::rest::params::{Int, list_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::{disk, file};

/// How many things a page has.
const PAGE: usize = 50;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "disk.storage.getList",
        scope: "disk",
        about: "The drives that the caller can open",
        caller: Caller::Anyone,
        params: &[
            Param::optional("filter", Kind::Object, ""),
            Param::optional("order", Kind::Object, ""),
            Param::optional("start", Kind::Int, "0"),
        ],
        errors: &[],
        result: Shape::List(&disk::STORAGE),
        handler: |call| Box::pin(storages(call)),
    },
    Method {
        name: "disk.storage.get",
        scope: "disk",
        about: "One drive",
        caller: Caller::Anyone,
        params: &[Param::required("id", Kind::Int)],
        errors: &[Refusal::Argument("id", String::new()), Refusal::NoSuchObject, Refusal::ObjectForbidden],
        result: Shape::OrNull(&disk::STORAGE),
        handler: |call| Box::pin(storage(call)),
    },
    Method {
        name: "disk.storage.getForApp",
        scope: "disk",
        about: "The drive of the application that calls, made as needed",
        caller: Caller::Anyone,
        params: &[],
        errors: &[Refusal::ObjectForbidden],
        result: disk::STORAGE,
        handler: |call| Box::pin(app_storage(call)),
    },
    Method {
        name: "disk.storage.getChildren",
        scope: "disk",
        about: "What is in a drive's uppermost folder",
        caller: Caller::Anyone,
        params: CHILDREN,
        errors: &[Refusal::Argument("id", String::new()), Refusal::NoSuchObject, Refusal::ObjectForbidden],
        result: Shape::List(&disk::THING),
        handler: |call| Box::pin(children(call, true)),
    },
    Method {
        name: "disk.storage.uploadFile",
        scope: "disk",
        about: "Puts a file into a drive's uppermost folder",
        caller: Caller::Anyone,
        params: &[
            Param::required("id", Kind::Int),
            Param::required("data", Kind::Object),
            Param::required("fileContent", Kind::List),
            Param::optional("rights", Kind::List, ""),
            Param::optional("generateUniqueName", Kind::Flag, "false"),
        ],
        errors: &[
            Refusal::Argument("id", String::new()),
            Refusal::Argument("fileContent", String::new()),
            Refusal::Argument("rights", String::new()),
            Refusal::NoSuchObject,
            Refusal::ObjectForbidden,
            Refusal::ObjectNameEmpty,
            Refusal::ObjectNameTaken,
            Refusal::ObjectNotKept(String::new()),
        ],
        result: disk::DISK_FILE,
        handler: |call| Box::pin(upload(call, true)),
    },
    Method {
        name: "disk.folder.get",
        scope: "disk",
        about: "One folder",
        caller: Caller::Anyone,
        params: &[Param::required("id", Kind::Int)],
        errors: &[Refusal::Argument("id", String::new()), Refusal::NoSuchObject, Refusal::ObjectForbidden],
        result: disk::FOLDER,
        handler: |call| Box::pin(folder(call)),
    },
    Method {
        name: "disk.folder.getChildren",
        scope: "disk",
        about: "What is in a folder",
        caller: Caller::Anyone,
        params: CHILDREN,
        errors: &[Refusal::Argument("id", String::new()), Refusal::NoSuchObject, Refusal::ObjectForbidden],
        result: Shape::List(&disk::THING),
        handler: |call| Box::pin(children(call, false)),
    },
    Method {
        name: "disk.folder.uploadFile",
        scope: "disk",
        about: "Puts a file into a folder, or says where to send it",
        caller: Caller::Anyone,
        params: &[
            Param::required("id", Kind::Int),
            Param::optional("data", Kind::Object, ""),
            Param::optional("fileContent", Kind::List, ""),
            Param::optional("rights", Kind::List, ""),
            Param::optional("generateUniqueName", Kind::Flag, "false"),
        ],
        errors: &[
            Refusal::Argument("id", String::new()),
            Refusal::Argument("fileContent", String::new()),
            Refusal::Argument("rights", String::new()),
            Refusal::NoSuchObject,
            Refusal::ObjectForbidden,
            Refusal::ObjectNameEmpty,
            Refusal::ObjectNameTaken,
            Refusal::ObjectNotKept(String::new()),
        ],
        result: Shape::Either(&[
            disk::DISK_FILE,
            Shape::Object(&[("field", Shape::Text), ("uploadUrl", Shape::Text)]),
        ]),
        handler: |call| Box::pin(upload(call, false)),
    },
    Method {
        name: "disk.file.get",
        scope: "disk",
        about: "One file",
        caller: Caller::Anyone,
        params: &[Param::required("id", Kind::Int)],
        errors: &[Refusal::Argument("id", String::new()), Refusal::NoSuchObject, Refusal::ObjectForbidden],
        result: disk::DISK_FILE,
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "disk.file.uploadVersion",
        scope: "disk",
        about: "Gives a file other bytes",
        caller: Caller::Anyone,
        params: &[Param::required("id", Kind::Int), Param::required("fileContent", Kind::List)],
        errors: &[
            Refusal::Argument("id", String::new()),
            Refusal::Argument("fileContent", String::new()),
            Refusal::NoSuchObject,
            Refusal::ObjectForbidden,
            Refusal::ObjectNameTaken,
            Refusal::VersionNotKept(String::new()),
            Refusal::VersionTooLarge(0),
        ],
        result: disk::DISK_FILE,
        handler: |call| Box::pin(version(call)),
    },
    Method {
        name: "disk.file.getExternalLink",
        scope: "disk",
        about: "A link by which anybody can fetch a file",
        caller: Caller::Anyone,
        params: &[Param::required("id", Kind::Int)],
        errors: &[Refusal::Argument("id", String::new()), Refusal::NoSuchObject, Refusal::ObjectForbidden],
        result: Shape::Text,
        handler: |call| Box::pin(publish(call)),
    },
    Method {
        name: "disk.attachedObject.get",
        scope: "disk",
        about: "A file as it hangs on its message",
        caller: Caller::Anyone,
        params: &[Param::required("id", Kind::Int)],
        errors: &[Refusal::Argument("id", String::new()), Refusal::NoSuchObject, Refusal::ObjectForbidden],
        result: disk::ATTACHED,
        handler: |call| Box::pin(attached(call)),
    },
];

const CHILDREN: &[Param] = &[
    Param::required("id", Kind::Int),
    Param::optional("filter", Kind::Object, ""),
    Param::optional("order", Kind::Object, ""),
    Param::optional("start", Kind::Int, "0"),
];

fn missing(name: &'static str) -> Refusal {
    Refusal::Argument(name, format!("Invalid value of parameter {name}"))
}

/// `id`: missing is one refusal, and a number that names nothing another.
fn id(call: &Call) -> Result<i64, Refusal> {
    match call.params.int("id") {
        Int::Absent => Err(missing("id")),
        Int::Value(id) if id > 0 => Ok(id),
        Int::Value(_) | Int::Bad => Err(Refusal::NoSuchObject),
    }
}

async fn storages(call: &Call) -> Result<Answer, Failure> {
    let all = call.messenger().storages(call.user()).await?;
    let shown = all.iter().map(disk::storage).collect();
    Ok(page(call, shown))
}

/// What is no number is no error here (the contract's own note).
/// The reference has a code of its own for whoever is no application here.
async fn app_storage(call: &Call) -> Result<Answer, Failure> {
    let app = call.app().ok_or(Refusal::ObjectForbidden)?;
    let found = call.messenger().app_storage(call.user(), app.id).await?;
    Ok(Answer::tree(disk::storage(&found)))
}

async fn storage(call: &Call) -> Result<Answer, Failure> {
    if call.params.int("id") == Int::Bad {
        return Ok(Answer::tree(Value::Null));
    }
    let found = call.messenger().storage(call.user(), FolderId(id(call)?)).await?;
    Ok(Answer::tree(disk::storage(&found)))
}

async fn folder(call: &Call) -> Result<Answer, Failure> {
    let found = call.messenger().folder(call.user(), FolderId(id(call)?)).await?;
    Ok(Answer::tree(disk::folder(&found, &wire(call))))
}

async fn children(call: &Call, storage: bool) -> Result<Answer, Failure> {
    let things = call.messenger().children(call.user(), FolderId(id(call)?), storage).await?;
    let (signer, wire) = (call.messenger().signer(call.user()).await?, wire(call));
    let shown = things.iter().map(|thing| disk::thing(thing, &signer, &wire)).collect();
    Ok(page(call, shown))
}

/// The page of those that the filter takes.
fn page(call: &Call, shown: Vec<Value>) -> Answer {
    let filter = call.params.object("filter").unwrap_or_default();
    let order = call.params.object("order").unwrap_or_default();
    let zone = &call.portal.zone;
    let mut shown = filter::kept(shown, &filter, zone);
    filter::sort(&mut shown, &order, zone);
    let start = call.start.unwrap_or(0);
    let offset = usize::try_from(start.max(0)).unwrap_or(0);
    let total = shown.len();
    let page: Vec<Value> = shown.into_iter().skip(offset).take(PAGE).collect();
    let more = start >= 0 && offset + page.len() < total && !page.is_empty();
    let next = more.then(|| i64::try_from(offset + PAGE).unwrap_or(0));
    let total = if start < 0 { 0 } else { i64::try_from(total).unwrap_or(i64::MAX) };
    Answer::tree(Value::Array(page)).paged(Some(total), next)
}

/// What `fileContent` holds: a name and base64, or base64 alone.
struct Content {
    name: String,
    base64: String,
}

fn content(call: &Call) -> Option<Content> {
    let value = call.params.get("fileContent").filter(|value| !value.is_null())?;
    match list_of(value) {
        Some(list) => {
            let mut texts = list.iter().map(|one| text_of(one).unwrap_or_default());
            let (first, second) = (texts.next()?, texts.next());
            Some(match second {
                Some(base64) => Content { name: first, base64 },
                None => Content { name: String::new(), base64: first },
            })
        }
        None => Some(Content { name: String::new(), base64: text_of(value)? }),
    }
}

/// `true`, `1` and `Y` are all in use for it.
fn yes(call: &Call, name: &str) -> bool {
    call.params.text(name).is_some_and(|text| matches!(text.as_str(), "1" | "Y" | "y" | "true"))
}

/// Files here have the rights of their folder, so whoever wants to give others must hear that this is not done.
fn no_rights(call: &Call) -> Result<(), Refusal> {
    let given = match call.params.get("rights") {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(value) => list_of(value).is_none_or(|list| !list.is_empty()),
    };
    let why = "Files have the rights of their folder; rights of their own cannot be given";
    if given { Err(Refusal::Argument("rights", why.to_owned())) } else { Ok(()) }
}

async fn upload(call: &Call, storage: bool) -> Result<Answer, Failure> {
    let folder = FolderId(id(call)?);
    no_rights(call)?;
    let rename = yes(call, "generateUniqueName");
    let (messenger, user) = (call.messenger(), call.user());
    messenger.may_add_to(user, folder, storage).await?;
    let Some(content) = content(call) else {
        if storage || call.params.has("fileContent") {
            return Err(missing("fileContent").into());
        }
        let token = messenger.upload_link(user, folder, rename).await?;
        return Ok(Answer::tree(json!({ "field": FIELD, "uploadUrl": file::upload(&token, &wire(call)) })));
    };
    let data: Map<String, Value> = call.params.object("data").unwrap_or_default();
    let name = data.get("NAME").and_then(text_of).ok_or(Refusal::ObjectNameEmpty)?;
    if content.base64.is_empty() {
        return Err(missing("fileContent").into());
    }
    let content = call.files.content(content.base64);
    let (made, storage) = messenger.upload_object(user, folder, &name, content, rename).await?;
    let links = messenger.signer(user).await?.links(&made);
    Ok(Answer::tree(disk::new_file(&made, storage, &links, &wire(call))))
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let (found, storage) = call.messenger().disk_file(call.user(), FileId(id(call)?)).await?;
    let links = call.messenger().signer(call.user()).await?.links(&found);
    Ok(Answer::tree(disk::file(&found, storage, &links, &wire(call))))
}

async fn version(call: &Call) -> Result<Answer, Failure> {
    let file = FileId(id(call)?);
    let content = content(call).filter(|content| !content.base64.is_empty()).ok_or(missing("fileContent"))?;
    let bytes = call.files.content(content.base64);
    let changed = call.messenger().upload_version(call.user(), file, &content.name, bytes).await?;
    let links = call.messenger().signer(call.user()).await?.links(&changed.0);
    Ok(Answer::tree(disk::new_version(&changed.0, changed.1, &links, &wire(call))))
}

async fn publish(call: &Call) -> Result<Answer, Failure> {
    let code = call.messenger().publish(call.user(), FileId(id(call)?)).await?;
    Ok(Answer::tree(wire(call).absolute(&format!("/~{code}"))))
}

async fn attached(call: &Call) -> Result<Answer, Failure> {
    let (found, _) = call.messenger().disk_file(call.user(), FileId(id(call)?)).await?;
    if found.message_id.is_none() {
        return Err(Refusal::NoSuchObject.into());
    }
    let links = call.messenger().signer(call.user()).await?.links(&found);
    Ok(Answer::tree(disk::attached(&found, &links, &wire(call))))
}
