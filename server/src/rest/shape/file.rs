//! Files of a dialog on the wire.

use lately_messenger::file::{Posted, ShownFile};
use lately_messenger::link::Links;
use lately_model::{DialogId, File, FileKind, Folder, FolderId};
use serde_json::{Map, Value, json};

use super::Wire;
use crate::rest::schema::Shape::{
    self, Bool, Date, Int, List, Named, Object, OrFalse, OrNull, Sometimes, Text,
};

/// What [`file`] gives.
pub const FILE: Shape = Named(
    "File",
    &Object(&[
        ("id", Int),
        ("chatId", Int),
        ("date", Date),
        ("type", Text),
        ("name", Text),
        ("extension", Text),
        ("size", Int),
        ("image", OrFalse(&Object(&[("height", Int), ("width", Int)]))),
        ("status", Text),
        ("progress", Int),
        ("authorId", Int),
        ("authorName", Text),
        ("urlPreview", Text),
        ("urlShow", Text),
        ("urlDownload", Text),
        ("viewerAttrs", OrNull(&VIEWER)),
        ("mediaUrl", Object(&[("preview", Object(&[("250", Text)]))])),
        ("isTranscribable", Bool),
        ("isVideoNote", Bool),
        ("isVoiceNote", Bool),
    ]),
);

const VIEWER: Shape = Object(&[
    ("viewer", Text),
    ("viewerType", Text),
    ("src", Text),
    ("objectId", Text),
    ("viewerGroupBy", Text),
    ("imChatId", Int),
    ("title", Text),
    ("actions", Text),
    ("viewerResized", Sometimes(&Text)),
]);

/// A file with its author's name and its links.
pub fn file(shown: &ShownFile, wire: &Wire<'_>) -> Value {
    let ShownFile { file, author, links } = shown;
    // A picture that was posted as a plain file still says how large it is.
    let picture = file.width > 0 && (file.kind == FileKind::Image || !file.preview_id.is_none());
    let [whole, shown, preview] = addresses(links, wire);
    json!({
        "id": file.id.0,
        "chatId": file.chat_id.0,
        "date": wire.date(file.date),
        "type": file.kind.word(),
        "name": file.name,
        "extension": file.extension(),
        "size": file.size,
        "image": if picture { json!({ "height": file.height, "width": file.width }) } else { json!(false) },
        "status": "done",
        "progress": 100,
        "authorId": file.author_id.0,
        "authorName": author,
        "urlPreview": preview,
        "urlShow": shown,
        "urlDownload": whole,
        "viewerAttrs": viewer(file, &shown, picture),
        "mediaUrl": { "preview": { "250": preview } },
        "isTranscribable": false,
        "isVideoNote": false,
        "isVoiceNote": false,
    })
}

/// What clients hang on an element that opens the file; nothing where there are no bytes.
fn viewer(file: &File, shown: &str, picture: bool) -> Value {
    if shown.is_empty() {
        return Value::Null;
    }
    let kind = match file.kind {
        FileKind::Image => "image",
        FileKind::Video => "video",
        FileKind::Audio => "audio",
        FileKind::File => "unknown",
    };
    let mut viewer = json!({
        "viewer": "",
        "viewerType": kind,
        "src": shown,
        "objectId": file.id.to_string(),
        "viewerGroupBy": file.chat_id.to_string(),
        "imChatId": file.chat_id.0,
        "title": file.name,
        "actions": "[{\"type\":\"download\"}]",
    });
    if let (true, Value::Object(viewer)) = (picture, &mut viewer) {
        viewer.insert("viewerResized".to_owned(), json!(""));
    }
    viewer
}

/// The addresses to keep a file, to show it, and of a smaller picture; empty where there is none.
pub fn addresses(links: &Links, wire: &Wire<'_>) -> [String; 3] {
    [&links.whole, &links.shown, &links.preview]
        .map(|token| token.as_deref().map(|token| download(token, wire)).unwrap_or_default())
}

/// The address of a download by a signed link. A token has nothing that would have to be encoded.
pub fn download(token: &str, wire: &Wire<'_>) -> String {
    format!("{}/rest/download.json?token={token}", wire.base_url)
}

/// The address of an upload by a signed link.
pub fn upload(token: &str, wire: &Wire<'_>) -> String {
    format!("{}/rest/upload.json?token={token}", wire.base_url)
}

/// What [`posted`] gives; the keys say where a file came from.
pub const POSTED: Shape = Object(&[
    ("FILES", Shape::Map(&FILE)),
    ("DISK_ID", List(&Text)),
    ("FILE_MODELS", Shape::Map(&MODEL)),
    ("MESSAGE_ID", Int),
]);

const MODEL: Shape = Named(
    "FileModel",
    &Object(&[
        ("id", Int),
        ("name", Text),
        ("createTime", Date),
        ("updateTime", Date),
        ("deleteTime", OrNull(&Date)),
        ("code", OrNull(&Text)),
        ("xmlId", OrNull(&Text)),
        ("storageId", Int),
        ("realObjectId", Int),
        ("parentId", Int),
        ("deletedType", Int),
        ("createdBy", Text),
        ("updatedBy", Text),
        ("deletedBy", Text),
        ("typeFile", Int),
        ("globalContentVersion", Int),
        ("fileId", Int),
        ("size", Int),
        ("links", Object(&[("download", Text), ("preview", Text)])),
    ]),
);

/// What `im.disk.file.commit` answers. `word` is how the keys of files begin.
pub fn posted(posted: &Posted, word: &str, wire: &Wire<'_>) -> Value {
    let key = |shown: &ShownFile| format!("{word}{}", shown.file.id);
    let files: Map<String, Value> =
        posted.files.iter().map(|shown| (key(shown), file(shown, wire))).collect();
    let models: Map<String, Value> =
        posted.files.iter().map(|shown| (key(shown), model(shown, posted.storage_id, wire))).collect();
    let ids: Vec<String> = posted.files.iter().map(|shown| shown.file.id.to_string()).collect();
    json!({ "FILES": files, "DISK_ID": ids, "FILE_MODELS": models, "MESSAGE_ID": posted.message_id.0 })
}

/// A file as its drive has it.
fn model(shown: &ShownFile, storage: FolderId, wire: &Wire<'_>) -> Value {
    let ShownFile { file, links, .. } = shown;
    let [whole, _, preview] = addresses(links, wire);
    let kind = match file.kind {
        FileKind::Image => 2,
        FileKind::Video => 3,
        FileKind::Audio => 9,
        FileKind::File => 1,
    };
    json!({
        "id": file.id.0,
        "name": file.name,
        "createTime": wire.date(file.date),
        "updateTime": wire.date(updated(file)),
        "deleteTime": null,
        "code": null,
        "xmlId": null,
        "storageId": storage.0,
        "realObjectId": file.id.0,
        "parentId": file.folder_id.0,
        "deletedType": 0,
        "createdBy": file.author_id.to_string(),
        "updatedBy": updater(file).to_string(),
        "deletedBy": "0",
        "typeFile": kind,
        "globalContentVersion": file.version,
        "fileId": file.blob_id.0,
        "size": file.size,
        "links": { "download": whole, "preview": preview },
    })
}

/// When a file was changed last.
pub fn updated(file: &File) -> lately_model::Moment {
    if file.updated_at.0 == 0 { file.date } else { file.updated_at }
}

/// Who changed a file last.
pub fn updater(file: &File) -> lately_model::UserId {
    if file.updated_by.is_none() { file.author_id } else { file.updated_by }
}

/// What [`sent`] gives.
pub const SENT: Shape =
    Object(&[("file", OrNull(&FILE)), ("messageId", Int), ("chatId", Int), ("dialogId", Text)]);

/// What [`saved`] gives.
pub const SAVED: Shape = Object(&[
    ("folder", Object(&[("id", Int), ("name", Text)])),
    ("file", Object(&[("id", Int), ("name", Text)])),
]);

/// What `im.v2.File.upload` answers.
pub fn sent(posted: &Posted, dialog: DialogId, wire: &Wire<'_>) -> Value {
    json!({
        "file": posted.files.first().map(|shown| file(shown, wire)),
        "messageId": posted.message_id.0,
        "chatId": posted.chat_id.0,
        "dialogId": dialog.to_string(),
    })
}

/// What `im.disk.file.save` answers.
pub fn saved(folder: &Folder, file: &File) -> Value {
    json!({
        "folder": { "id": folder.id.0, "name": folder.name },
        "file": { "id": file.id.0, "name": file.name },
    })
}
