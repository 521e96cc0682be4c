//! `im.disk.*` and `im.v2.File.*`: files of dialogs.

use lately_messenger::Refusal;
use lately_messenger::file::{Sources, Wording};
use lately_model::{DialogId, FileId};
use serde_json::{Map, Value, json};

use super::wire;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::text_of;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::file;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.disk.folder.get",
        scope: "im",
        about: "The folder of a chat's files",
        caller: Caller::Anyone,
        params: &[
            Param::optional("CHAT_ID", Kind::Int, "DIALOG_ID"),
            Param::optional("DIALOG_ID", Kind::Dialog, "CHAT_ID"),
        ],
        errors: &[Refusal::ChatIdEmpty, Refusal::DialogIdEmpty, Refusal::NoAccess],
        result: Shape::Object(&[("ID", Shape::Int)]),
        handler: |call| Box::pin(folder(call)),
    },
    Method {
        name: "im.disk.file.commit",
        scope: "im",
        about: "Posts files with a message",
        caller: Caller::Anyone,
        params: &[
            Param::optional("CHAT_ID", Kind::Int, "DIALOG_ID"),
            Param::optional("DIALOG_ID", Kind::Dialog, "CHAT_ID"),
            Param::optional("FILE_ID", Kind::Int, "UPLOAD_ID"),
            Param::optional("UPLOAD_ID", Kind::Int, "FILE_ID"),
            Param::optional("MESSAGE", Kind::Text, ""),
            Param::optional("SILENT_MODE", Kind::Flag, "N"),
            Param::optional("AS_FILE", Kind::Flag, "N"),
        ],
        errors: &[
            Refusal::ChatIdEmpty,
            Refusal::DialogIdEmpty,
            Refusal::NoFileNamed,
            Refusal::FileNotPostable,
            Refusal::NoAccess,
        ],
        result: file::POSTED,
        handler: |call| Box::pin(commit(call)),
    },
    Method {
        name: "im.disk.file.delete",
        scope: "im",
        about: "Deletes one's own file from a chat",
        caller: Caller::Anyone,
        params: &[Param::required("CHAT_ID", Kind::Int), Param::required("FILE_ID", Kind::Int)],
        errors: &[Refusal::ChatIdEmpty, Refusal::FileIdEmpty],
        result: Shape::Bool,
        handler: |call| Box::pin(delete(call)),
    },
    Method {
        name: "im.disk.file.save",
        scope: "im",
        about: "Saves a file to one's own drive",
        caller: Caller::Anyone,
        params: &[Param::required("FILE_ID", Kind::Int)],
        errors: &[Refusal::FileIdEmpty, Refusal::FileNotSavable],
        result: file::SAVED,
        handler: |call| Box::pin(save(call)),
    },
    Method {
        name: "im.v2.File.upload",
        scope: "im",
        about: "Brings a file and posts it",
        caller: Caller::Anyone,
        params: &[Param::required("dialogId", Kind::Dialog), Param::required("fields", Kind::Object)],
        errors: &[
            Refusal::FileEmpty,
            Refusal::FileNotBase64,
            Refusal::FileTooLarge(0),
            Refusal::FileNotKept,
            Refusal::NoDialogForFile,
            Refusal::NoAccessToFile,
            Refusal::FileNotSent,
        ],
        result: file::SENT,
        handler: |call| Box::pin(upload(call)),
    },
    Method {
        name: "im.v2.File.download",
        scope: "im",
        about: "A link, for one use, to a file of a dialog",
        caller: Caller::Anyone,
        params: &[Param::required("dialogId", Kind::Dialog), Param::required("fileId", Kind::Int)],
        errors: &[Refusal::NoAccessToFile, Refusal::NoSuchFile],
        result: Shape::Object(&[("downloadUrl", Shape::Text)]),
        handler: |call| Box::pin(download(call)),
    },
];

/// `CHAT_ID` or `DIALOG_ID`; the first one wins.
fn place(call: &Call) -> Result<DialogId, Refusal> {
    if call.params.has("CHAT_ID") || !call.params.has("DIALOG_ID") {
        return call.chat().map(DialogId::Chat);
    }
    call.dialog()
}

async fn folder(call: &Call) -> Result<Answer, Failure> {
    let folder = call.messenger().dialog_folder(call.user(), place(call)?).await?;
    Ok(Answer::tree(json!({ "ID": folder.0 })))
}

async fn commit(call: &Call) -> Result<Answer, Failure> {
    let dialog = place(call)?;
    let (sources, word) = if named(call, "FILE_ID") {
        (Sources::Disk(numbers(call, "FILE_ID")?), "disk")
    } else if named(call, "UPLOAD_ID") {
        (Sources::Uploads(numbers(call, "UPLOAD_ID")?), "upload")
    } else if named(call, "DISK_ID") {
        (Sources::Disk(numbers(call, "DISK_ID")?), "disk")
    } else {
        return Err(Refusal::NoFileNamed.into());
    };
    let as_files = call.params.yes("AS_FILE") && matches!(sources, Sources::Uploads(_));
    let wording = Wording { text: call.params.text("MESSAGE").unwrap_or_default(), as_files };
    let posted = call.messenger().post_files(call.user(), dialog, sources, wording).await?;
    Ok(Answer::tree(file::posted(&posted, word, &wire(call))))
}

fn named(call: &Call, name: &str) -> bool {
    call.params.has(name)
}

/// One number or a list of them.
fn numbers(call: &Call, name: &str) -> Result<Vec<FileId>, Refusal> {
    let numbers = call.numbers(name).map_err(|_| Refusal::FileNotPostable)?;
    Ok(numbers.into_iter().map(FileId).collect())
}

/// `FILE_ID`, or `DISK_ID` as older editions call it.
fn file_id(call: &Call) -> Result<FileId, Refusal> {
    let id = call.positive("FILE_ID").or_else(|| call.positive("DISK_ID"));
    id.map(FileId).ok_or(Refusal::FileIdEmpty)
}

async fn delete(call: &Call) -> Result<Answer, Failure> {
    let (chat, file) = (call.chat()?, file_id(call)?);
    Ok(Answer::tree(call.messenger().delete_file(call.user(), chat, file).await?))
}

async fn save(call: &Call) -> Result<Answer, Failure> {
    let (folder, saved) = call.messenger().save_file(call.user(), file_id(call)?).await?;
    Ok(Answer::tree(file::saved(&folder, &saved)))
}

fn dialog(call: &Call) -> Option<DialogId> {
    DialogId::parse(&call.params.text("dialogId")?)
}

async fn upload(call: &Call) -> Result<Answer, Failure> {
    let fields: Map<String, Value> = call.params.object("fields").unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(text_of).unwrap_or_default();
    let (name, content) = (text("name"), text("content"));
    if name.trim().is_empty() || content.is_empty() {
        return Err(Refusal::FileEmpty.into());
    }
    let dialog = dialog(call).ok_or(Refusal::NoDialogForFile)?;
    let wording = Wording { text: text("message"), as_files: false };
    let content = call.files.content(content);
    let posted = call.messenger().send_file(call.user(), dialog, &name, content, wording).await?;
    Ok(Answer::tree(file::sent(&posted, dialog, &wire(call))))
}

async fn download(call: &Call) -> Result<Answer, Failure> {
    let dialog = dialog(call).ok_or(Refusal::NoAccessToFile)?;
    let id = call.positive("fileId").map(FileId).ok_or(Refusal::NoSuchFile)?;
    let token = call.messenger().file_link(call.user(), dialog, id).await?;
    Ok(Answer::tree(json!({ "downloadUrl": file::download(&token, &wire(call)) })))
}
